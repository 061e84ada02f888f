"""The JSON of MISP: each event as an item of evidence of the organisation that made it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, Place, SourceFile, Wanted
from scenarios.exchange.incoming import incoming, items, list_of, text_of
from scenarios.exchange.questions import LONGEST_TEXT, CellError, Intake, clean
from scenarios.exchange.references import called
from scenarios.exchange.tables.table import refused
from scenarios.text import shown

SYSTEM = "misp"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEVELS = {"1": "high", "2": "medium", "3": "low"}
_COLUMNS = {"summary": "info", "observed": "date", "source": "Orgc.name"}
_GRADES = {
    "reliability": re.compile(r'admiralty-scale:source-reliability="([a-f])"', re.IGNORECASE),
    "credibility": re.compile(r'admiralty-scale:information-credibility="([1-6])"', re.IGNORECASE),
}


def read(given: SourceFile, wanted: Wanted) -> Arrived:
    """The events of an export, a search or a feed; ScenError if there is none."""
    site = Intake(SYSTEM, wanted)
    makers: dict[tuple[str, ...], str] = {}
    has_event = False
    with incoming(given, wanted.encoding, ".json") as files:
        events = [file for file in files if not file.name.endswith("/manifest.json")]  # of a feed
        for place, value in (item for file in events for item in items(file, "response")):
            event = value.get("Event") if isinstance(value, dict) else None
            if isinstance(event, dict):
                has_event = True
                with site.row(place):
                    site.records.append(_item(site, event, place, makers))
            elif place.row:
                site.misfit(place, "not an event of MISP: it has no object `Event`")
    if not has_event:
        raise refused(given.name, 0, "not MISP: there is no object `Event` in it")
    where, grade = Place(events[0].name, column="Orgc"), ungraded("MISP")
    for names, name in makers.items():
        source = {"name": name}
        site.records.append(
            Arrival(kind="source", record=source, assumed=grade, place=where, called=names)
        )
    return site.arrived()


def _item(
    site: Intake, event: dict[str, Any], place: Place, makers: dict[tuple[str, ...], str]
) -> Arrival:
    """The item of an event, and the name of its source in `makers`."""
    uuid = text_of(event, "uuid").lower()
    if not _UUID.fullmatch(uuid):
        raise CellError("uuid", f"{shown(uuid)} is not a UUID" if uuid else "empty")
    summary, date = clean(text_of(event, "info"), 500, is_line=True), text_of(event, "date")
    for column, text in (("info", summary), ("date", date)):
        if not text:
            raise CellError(column, "empty")
    tags = [text_of(tag, "name") for tag in list_of(event, "Tag")]
    record = {"summary": summary, "observed": site.day(date, "date").isoformat(), **graded(tags)}
    if name := clean(text_of(event, "Orgc", "name"), 200, is_line=True):
        record["source"] = makers.setdefault(tuple(called(name, None, {})), name)
    level = _LEVELS.get(text_of(event, "threat_level_id"))
    reports = (
        f"{text_of(report, 'name')}\n\n{text_of(report, 'content')}"
        for report in list_of(event, "EventReport")
        if not report.get("deleted")
    )
    if notes := noted(tags, f"Threat level: {level}" if level else "", *reports):
        record["notes"] = notes
    objects = list_of(event, "Object")
    site.left_out["attributes"] += sum(len(list_of(o, "Attribute")) for o in (event, *objects))
    site.left_out["objects"] += len(objects)
    foreign = site.foreign(uuid)
    return Arrival(kind="evidence", record=record, place=place, foreign=foreign, columns=_COLUMNS)


def ungraded(form: str) -> dict[str, str]:
    """The grade of a new source that came in a form."""
    basis = f"Imported from {form}; nobody has graded it"
    return {"reliability": "F", "reliability_basis": basis}


def graded(tags: Collection[str]) -> dict[str, Any]:
    """The grade in tags of MISP's Admiralty scale; tags that differ give none."""
    given = {
        key: {match[1].upper() for tag in tags if (match := pattern.fullmatch(tag))}
        for key, pattern in _GRADES.items()
    }
    grade = {key: values.pop() for key, values in given.items() if len(values) == 1}
    return {key: int(text) if text.isdigit() else text for key, text in grade.items()}


def noted(tags: Collection[str], *texts: str) -> str:
    """The notes of an item: its tags, sorted, and the texts after them."""
    names = ", ".join(sorted({*filter(None, tags)}))
    lines = (f"Tags: {names}" if names else "", *texts)
    return clean("\n\n".join(filter(None, lines)), LONGEST_TEXT)
