"""All scenarios at two dates, and how they came from one to the other."""
