"""Which arithmetic a figure comes from."""

VERSION = 2
"""1 discounted lines by their rank, 2 does by layers and themes."""
