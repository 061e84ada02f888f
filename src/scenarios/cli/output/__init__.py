"""What a command says: its result, its remarks, its progress."""
