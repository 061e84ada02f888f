"""The weekly sitting in a browser: blind, saved step by step, and one sheet at the end."""
