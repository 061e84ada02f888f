"""The output of a command: its result, its remarks, its progress."""
