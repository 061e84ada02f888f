"""Parsers of typed text, offers and help, shared by commands, prompts and forms."""
