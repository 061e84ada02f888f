"""Rows of an event store that an indicator looks for; an engine reads the store, not this room."""
