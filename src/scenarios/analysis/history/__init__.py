"""Commits: their changes, the figures after them, and the audit."""
