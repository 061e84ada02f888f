"""Due dates as a calendar (RFC 5545) that programs can subscribe to.

An entry keeps its UID while it means the same thing, so that a moved entry moves there too.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from scenarios.analysis.review.due import Due, DueEntry
from scenarios.model import Tracker
from scenarios.paths import file_address, path_of
from scenarios.text import printable

_HEADS = {
    "indicator": "Due: {}",
    "horizon": "Horizon: {}",
    "review": "Review: {}",
    "forecasts": "Forecasts expire: {}",
}
_LONGEST = 120
"""The characters of a title; the description has it all."""


def ics(result: Due, tracker: Tracker) -> str:
    """A day of the calendar for each entry, with a link to its record in the repository."""
    calendar = Calendar()
    calendar.add("prodid", "-//scen//due//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = printable(tracker.title) or "Scenarios"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    stamp = datetime.combine(result.as_of, time(), UTC)
    entries = (*result.late, *result.coming)
    for entry in entries:
        calendar.add_component(_event(entry, tracker, stamp))
    if not entries:  # a calendar of nothing needs a component all the same
        calendar.add_component(_utc())
    text: str = calendar.to_ical().decode()
    return text.removesuffix("\n")


def _event(entry: DueEntry, tracker: Tracker, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"scen:{tracker.title}/{entry.what}/{entry.id}")))
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.day)
    if entry.day < date.max:
        event.add("dtend", entry.day + timedelta(days=1))
    names = ", ".join(entry.scenarios)
    text = entry.text or names
    head = printable(" ".join(text.split()))
    cut = head if len(head) <= _LONGEST else f"{head[: _LONGEST - 1]}…"
    event.add("summary", _HEADS[entry.what].format(cut))
    lines = [entry.id if entry.what != "review" else "", text, names if entry.text else ""]
    lines += [f"watch: {entry.watch}" if entry.watch else ""]
    event.add("description", printable("\n".join(filter(None, lines))))
    event.add("categories", [entry.what])
    if url := _address(entry, tracker):
        event.add("url", printable(url))
    event.add("transp", "TRANSPARENT")
    return event


def _address(entry: DueEntry, tracker: Tracker) -> str:
    """The address of the record that an entry is about; a review is of its one question, if so."""
    if entry.what == "forecasts":
        return file_address(tracker, path_of("forecasts", entry.id))
    id = entry.id.partition("/")[0]
    ids = entry.scenarios if entry.what == "review" else (id,)
    return file_address(tracker, path_of("scenario", ids[0])) if len(ids) == 1 else ""


def _utc() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - a zone's own time has none
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone
