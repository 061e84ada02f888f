"""A database as tables: what SQL sees of it, and every export is made of."""
