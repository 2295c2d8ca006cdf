"""What is drawn: views, ink, labels, and the plates themselves."""
