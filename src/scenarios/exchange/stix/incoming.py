"""What a STIX bundle holds, as records: identities, notes, reports, and opinions of ours.

An object that is ours says in our extension what STIX has no place for. Of one from elsewhere a
report or a note is an item of evidence; its confidence is its credibility.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, ForecastArrival, Foreign, Misfit, Place
from scenarios.exchange.incoming import incoming
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.stix.bundle import credibility_of, properties_of, refuse_without_library
from scenarios.exchange.tables.reading import value
from scenarios.exchange.tables.table import refused

SYSTEM = "stix"
_TAKEN = ("identity", "note", "report", "opinion")
_SILENT = ("extension-definition", "marking-definition")
_SUMMARY, _QUOTE, _NOTES = 500, 1000, 10_000
_URL = re.compile(r"https?://[^\s/?#]+\S{0,1900}")
_UNGRADED = "Imported from STIX; nobody has graded it"
_OURS = {
    "note": ("observed", "recorded", "analyst", "reliability", "origin", "event", "retracted"),
    "report": ("question", "resolution_criteria", "opened", "horizon", "set", "tags", "prior"),
}


def read(given: Given, wanted: Wanted) -> Arrived:
    """The records of a bundle, each with its number in it; what is invalid is a misfit."""
    with incoming(given, wanted.encoding, ".json", ".stix") as files:
        every = [arrived(value(one.stream, one.name, one.encoding), one.name) for one in files]
    if len(every) > 1:
        raise refused(given.name, 0, "a folder: name one bundle")
    return every[0]


def arrived(bundle: Any, name: str) -> Arrived:
    """The same of a bundle that is read."""
    refuse_without_library()
    objects, misfits = _objects(bundle, name)
    left: Counter[str] = Counter(
        one["type"] for _, one in objects if one["type"] not in (*_TAKEN, *_SILENT)
    )
    by_id = {str(one["id"]): one for _, one in objects}
    sources = {*map(_said_by, by_id.values())} & {
        id for id, one in by_id.items() if one["type"] == "identity"
    }
    ratings = _ratings(by_id, left)
    records: list[Arrival] = []
    forecasts: list[ForecastArrival] = []
    sets: dict[str, str] = {}
    for place, one in objects:
        ours, id = properties_of(one), str(one["id"])
        try:
            if id in sources or (one["type"] == "identity" and "reliability" in ours):
                records.append(_source(one, place, ours))
            elif _is_scenario(one):
                forecasts += _forecasts(one, place, ours)
                records.append(_scenario(one, place, ours))
                if "set" in ours:
                    sets[str(ours["set"])] = str(ours.get("set_title") or ours["set"])
            elif one["type"] in ("note", "report"):
                left["themes"] += "theme" in ours
                source = by_id.get(_said_by(one) or "")
                records.append(_evidence(one, place, ours, source, ratings.get(id)))
        except (LookupError, TypeError, ValueError) as error:
            misfits.append(Misfit(place=place, message=f"our extension of it is damaged: {error}"))
    return Arrived(
        records=tuple(records),
        forecasts=tuple(forecasts),
        misfits=tuple(misfits),
        left_out={what: count for what, count in left.items() if count},
        sets=sets,
    )


def _objects(bundle: Any, name: str) -> tuple[list[tuple[Place, Any]], list[Misfit]]:
    """The valid objects with their places, and why the others are not."""
    import stix2  # noqa: PLC0415 - an extra
    from stix2.exceptions import STIXError  # noqa: PLC0415 - an extra

    listed = bundle.get("objects") if isinstance(bundle, dict) else None
    if not isinstance(listed, list):
        raise refused(name, 0, "not a STIX bundle: it has no list of `objects`")
    found, misfits = [], []
    for number, one in enumerate(listed, start=1):
        place = Place(name, number)
        try:
            if not isinstance(one, dict) or one.get("spec_version", "2.1") != "2.1":
                raise ValueError("is not an object of STIX 2.1")  # noqa: TRY301 - told as any other
            made = stix2.parse(one, allow_custom=True, version="2.1")
            if isinstance(made, dict):  # of a type that nobody knows
                made = {"type": str(made["type"]), "id": str(made["id"])}
            else:
                made = json.loads(made.serialize())
            found.append((place, made))
        except (STIXError, ValueError, TypeError, KeyError, RecursionError) as error:
            words = " ".join(str(error).split())[:200]
            misfits.append(Misfit(place=place, message=f"not valid STIX 2.1: {words}"))
    return found, misfits


def _is_scenario(one: Mapping[str, Any]) -> bool:
    return one["type"] == "report" and "question" in properties_of(one)


def _said_by(one: Mapping[str, Any]) -> str | None:
    """The identity behind an item: of ours what it is about, of another who made it."""
    if one["type"] not in ("note", "report") or _is_scenario(one):
        return None
    made_by: str | None = one.get("created_by_ref")
    if not properties_of(one):
        return made_by
    return next((ref for ref in one["object_refs"] if ref != made_by), None)


def _ratings(
    by_id: Mapping[str, Mapping[str, Any]], left: Counter[str]
) -> dict[str, dict[str, Any]]:
    """Of each item its ratings by scenario; a bare word is nobody's likelihood ratio."""
    found: dict[str, dict[str, Any]] = {}
    for one in by_id.values():
        if one["type"] == "opinion":
            rating = properties_of(one).get("rating")
            refs = [by_id.get(ref, {}) for ref in one["object_refs"]]
            notes = [ref for ref in refs if ref.get("type") == "note"]
            asked = [ref for ref in refs if ref.get("type") == "report"]
            if rating is None or not (notes and asked):
                left["opinion"] += 1
                continue
            scenario = str(properties_of(asked[0]).get("id", ""))
            found.setdefault(str(notes[0]["id"]), {})[scenario] = rating
    return found


def _source(one: Mapping[str, Any], place: Place, ours: Mapping[str, Any]) -> Arrival:
    record = {
        "name": one["name"][:200],
        "reliability": ours.get("reliability", "F"),
        "url": _address(one),
        "reliability_basis": ours.get("reliability_basis", None if ours else _UNGRADED),
    }
    return _arrival("source", one, place, ours, record)


def _evidence(
    one: Mapping[str, Any],
    place: Place,
    ours: Mapping[str, Any],
    source: Mapping[str, Any] | None,
    ratings: dict[str, Any] | None,
) -> Arrival:
    text = str(one.get("content") or one.get("description") or "")
    summary = str(one.get("name") or one.get("abstract") or text)
    day = str(one.get("published") or one["created"])[:10]
    record: dict[str, Any] = {
        "summary": " ".join(summary.split())[:_SUMMARY],
        "observed": day,
        "credibility": credibility_of(one.get("confidence")),
        "url": _address(one),
        **{key: ours[key] for key in _OURS["note"] if key in ours},
    }
    if source:
        record["source"] = _name(source)
    if ours:
        record |= {key: ours[key] for key in ("quote", "notes") if key in ours}
    elif text and text != summary:
        record["notes"] = text[:_NOTES]
    if ratings:
        record["ratings"] = ratings
    if one.get("revoked") and "retracted" not in record:
        changed = str(one["modified"])[:10]
        record["retracted"] = {"date": changed, "reason": "Revoked in STIX"}
    return _arrival("evidence", one, place, ours, record)


def _scenario(one: Mapping[str, Any], place: Place, ours: Mapping[str, Any]) -> Arrival:
    record = {"title": one["name"], **{key: ours[key] for key in _OURS["report"] if key in ours}}
    if "resolution" in ours:
        record["resolution"] = ours["resolution"]
    return _arrival("scenario", one, place, ours, record)


def _forecasts(
    one: Mapping[str, Any], place: Place, ours: Mapping[str, Any]
) -> Iterator[ForecastArrival]:
    for said in ours.get("forecasts", ()):
        yield ForecastArrival(
            scenario=Foreign(SYSTEM, str(one["id"])),
            analyst=str(said["analyst"]),
            made=dt.date.fromisoformat(str(said["date"])),
            probability=said["probability"],
            place=place,
            rationale=said.get("rationale"),
        )


def _arrival(
    kind: Any,
    one: Mapping[str, Any],
    place: Place,
    ours: Mapping[str, Any],
    record: Mapping[str, Any],
) -> Arrival:
    return Arrival(
        kind=kind,
        record={key: value for key, value in record.items() if value is not None},
        title=str(record.get("title") or record.get("summary") or record.get("name")),
        place=place,
        id=str(ours["id"]) if "id" in ours else None,
        foreign=Foreign(SYSTEM, str(one["id"])),
    )


def _name(source: Mapping[str, Any]) -> str:
    """The id of a source in the database it came from, or of its name."""
    ours = properties_of(source)
    return str(ours.get("id") or "-".join(re.findall("[a-z0-9]+", source["name"].lower()))[:80])


def _address(one: Mapping[str, Any]) -> str | None:
    found = (str(ref.get("url", "")) for ref in one.get("external_references", ()))
    return next((url for url in found if _URL.fullmatch(url)), None)
