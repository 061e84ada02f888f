"""Where the bar of each page leads: a name, an address, and the keys that lead there too."""

from __future__ import annotations

from urllib.parse import quote

Way = tuple[str, str, str]

READING: tuple[Way, ...] = (("Status", "/status/", "g t"),)
LISTS: tuple[Way, ...] = (
    ("Scenarios", "/list/scenarios/", "g s"),
    ("Indicators", "/list/indicators/", "g i"),
    ("Evidence", "/list/evidence/", "g e"),
    ("Forecasts", "/list/forecasts/", "g f"),
    ("Sources", "/list/sources/", "g o"),
)
"""Shown beside one another where one is looked at; elsewhere the first leads to them."""
RECORDING: tuple[Way, ...] = (
    ("New evidence", "/record/evidence/", "n"),
    ("Forecast", "/record/forecast/", "f"),
    ("Sitting", "/sitting/", "w"),
    ("Record", "/record/", "g a"),
)
"""Not shown where nothing may be recorded."""


def about(path: str) -> tuple[tuple[str, str], ...]:
    """What can be recorded of the record that a page is about: a name and an address each."""
    kind, _, id = path.strip("/").partition("/")
    if not id or "/" in id:
        return ()
    return tuple(
        (name, f"/record/{form}/?{key}={quote(id)}") for name, form, key in _ABOUT.get(kind, ())
    )


_ABOUT = {
    "s": (
        ("Forecast it", "forecast", "scenario"),
        ("Add an indicator", "indicator", "scenario"),
        ("Clarify it", "clarification", "scenario"),
        ("Record its outcome", "resolution", "scenario"),
        ("Edit", "file", "id"),
    ),
    "e": (
        ("Rate it", "rate", "evidence"),
        ("Retract it", "retraction", "evidence"),
        ("Edit", "file", "id"),
    ),
}
