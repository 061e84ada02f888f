"""The weekly sitting at a terminal."""
