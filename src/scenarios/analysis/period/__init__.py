"""All scenarios at two dates, and their courses in between."""
