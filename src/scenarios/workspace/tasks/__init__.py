"""What can be recorded, a file for each: what is asked, how it is read, and the one call."""
