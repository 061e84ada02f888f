"""Commits: what they changed, when records were made, and what an audit asks."""
