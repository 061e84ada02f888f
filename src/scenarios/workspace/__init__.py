"""A database at a place and a revision: opened, drafted, checked, written, committed."""
