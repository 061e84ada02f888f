"""The weekly sitting in a browser: blind, kept as it goes, and one sheet at the end."""
