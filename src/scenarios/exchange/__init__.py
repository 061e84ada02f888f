"""The formats in which records come in and go out."""
