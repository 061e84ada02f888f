"""Recording tasks, one file each: the questions, their parsers, and the one call that writes."""
