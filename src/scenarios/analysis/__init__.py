"""Records and a date in, values out: no disk, no clock, no chance."""
