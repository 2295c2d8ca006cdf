"""What there is: bones, structures, attachments and measures, as data that is checked when it is read."""
