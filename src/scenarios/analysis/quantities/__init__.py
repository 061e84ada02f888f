"""Numeric and date questions: their distributions, their rows, their ledger and their scores."""
