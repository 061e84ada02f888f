"""One file for each result: what it shows."""
