"""One file for each command: parse, one call, show."""
