"""The completion of a command line in a shell."""
