"""Where each page leads: what is read, what can be done, and the keys that lead there too."""

from __future__ import annotations

from urllib.parse import quote

from scenarios.site.frame import SECTIONS, Section
from scenarios.site.links import INDEX

Way = tuple[str, str, str]

_BY_SECTION = {section[0]: section for section in SECTIONS}
READING: tuple[Section, ...] = (
    _BY_SECTION["scenarios"],
    ("status", "Status", f"status/{INDEX}"),
    _BY_SECTION["reviews"],
    _BY_SECTION["indicators"],
    _BY_SECTION["evidence"],
    ("forecasts", "Forecasts", f"list/forecasts/{INDEX}"),
    _BY_SECTION["sources"],
    _BY_SECTION["scores"],
)
"""The navigation: that of the site; a field searches."""
KEYED: tuple[Way, ...] = (
    ("Overview", "/", "g h"),
    ("Status", "/status/", "g t"),
    ("Scenarios, to filter", "/list/scenarios/", "g s"),
    ("Reviews", "/review/", "g r"),
    ("Indicators, to filter", "/list/indicators/", "g i"),
    ("Evidence, to filter", "/list/evidence/", "g e"),
    ("Forecasts, to filter", "/list/forecasts/", "g f"),
    ("Sources, to filter", "/list/sources/", "g o"),
    ("Scores", "/scores/", "g c"),
)
"""What is read, by keys."""
DOING: tuple[Way, ...] = (
    ("Record", "/record/", "g a"),
    ("Sitting", "/sitting/", "w"),
    ("Undo", "/undo/", "u"),
)
"""Not shown where nothing may be recorded."""
RECORDING: tuple[Way, ...] = (
    ("New evidence", "/record/evidence/", "n"),
    ("Forecast", "/record/forecast/", "f"),
)
"""What is recorded most, by a key; the page that says what can be recorded leads there too."""


def section_of(path: str) -> str:
    """The entry of the navigation that a page of the desk's own belongs to; none for a form."""
    first, _, rest = path.strip("/").partition("/")
    found = rest if first == "list" else first
    return found if found in {section[0] for section in READING} else ""


def to_filter(path: str) -> str:
    """The list that can be filtered, of what a page of the site shows; nothing where none is."""
    kind = path.strip("/").partition("/")[0] or "scenarios"
    return f"/list/{kind}/" if kind in _LISTED and path.count("/") < _DEEP else ""


_LISTED = ("scenarios", "indicators", "evidence", "sources")
_DEEP = 3


def about(path: str) -> tuple[tuple[str, str], ...]:
    """What can be recorded of the record that a page is about: a name and an address each."""
    kind, _, id = path.strip("/").partition("/")
    if not id or "/" in id:
        return ()
    return tuple(
        (name, f"/record/{form}/?{key}={quote(id)}") for name, form, key in _ABOUT.get(kind, ())
    )


KINDS = {"s": "This scenario", "e": "This item"}
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
