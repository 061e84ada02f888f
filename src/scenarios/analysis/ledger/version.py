"""Which arithmetic a figure comes from."""

VERSION = 3
"""1 discounted lines by rank, 2 by layers and themes; 3 corroborates what witnesses report."""
