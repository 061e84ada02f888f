"""What goes out, comes back and is asked of an event store."""
