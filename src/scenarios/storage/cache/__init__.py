"""Parsed files, kept in the user's cache and read lazily."""
