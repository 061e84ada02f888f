"""The weekly sitting, wherever it is held: what was said so far, and the sheet at its end."""
