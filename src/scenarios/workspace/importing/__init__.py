"""Imports of files from elsewhere as records of the database: all of it, or nothing."""
