"""Text to records and back, on disk and in git."""
