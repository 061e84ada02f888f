"""Exports, and queries of an event store."""
