"""Evidence known on a day, and the state of an indicator."""
