"""Corrections of records: edited, renamed, removed, taken back."""
