"""Where things are: landmarks, soft tissue and attachment areas of one standing body."""
