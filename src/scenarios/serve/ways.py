"""Where the bar of each page leads: a name, an address, and the keys that lead there too."""

from __future__ import annotations

Way = tuple[str, str, str]

READING: tuple[Way, ...] = (("Review", "/", "g r"),)
RECORDING: tuple[Way, ...] = ()
"""Not shown where nothing may be recorded."""
