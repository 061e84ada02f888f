"""Tables of any file: rows that know their place, read within bounds."""
