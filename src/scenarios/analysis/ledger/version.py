"""Which arithmetic a figure comes from."""

VERSION = 4
"""1 discounted lines by rank, 2 by layers and themes; 3 corroborates what witnesses report; 4 has
the error of reading in the band, what supersedes, and age."""
