"""What comes from elsewhere and goes there: one file for each foreign format."""
