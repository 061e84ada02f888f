"""What this checkout remembers between commands, in the user's state folder."""
