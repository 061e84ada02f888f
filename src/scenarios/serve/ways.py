"""Where the bar of each page leads: a name, an address, and the keys that lead there too."""

from __future__ import annotations

Way = tuple[str, str, str]

READING: tuple[Way, ...] = (
    ("Status", "/status/", "g t"),
    ("Scenarios", "/list/scenarios/", "g s"),
    ("Indicators", "/list/indicators/", "g i"),
    ("Evidence", "/list/evidence/", "g e"),
    ("Forecasts", "/list/forecasts/", "g f"),
    ("Sources", "/list/sources/", "g o"),
)
RECORDING: tuple[Way, ...] = (
    ("New evidence", "/record/evidence/", "n"),
    ("Forecast", "/record/forecast/", "f"),
    ("Sitting", "/sitting/", "w"),
)
"""Not shown where nothing may be recorded."""
