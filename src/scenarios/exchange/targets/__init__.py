"""The export formats: `table.py` names them, each other file holds those of one kind."""
