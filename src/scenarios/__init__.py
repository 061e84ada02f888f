"""Forecast scenarios, graded evidence and an honest weekly review, in plain text and git."""

__version__ = "0.1.0"
