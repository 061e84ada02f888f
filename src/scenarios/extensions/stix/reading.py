"""Threat intelligence that comes in: the records of a STIX bundle, and the JSON of MISP.

Our objects in a bundle have an extension with what STIX lacks. Of those from elsewhere a report, a
note or a grouping is an item of evidence; its confidence is its credibility. An event of MISP is an
item of the organisation that published it.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from scenarios import ReadOptions
from scenarios.extending import (
    CellError,
    FilePosition,
    ForeignId,
    ImportBuilder,
    ImportFile,
    ImportForecast,
    ImportRecord,
    RowError,
    SourceFile,
    called,
    clean,
    incoming,
    items,
    list_of,
    refused,
    shown,
    text_of,
)
from scenarios.extending import json_value as value
from scenarios.extensions.stix.bundle import EXTENSION, credibility_of, refuse_without_library

_MISP = "misp"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEVELS = {"1": "high", "2": "medium", "3": "low"}
_MISP_COLUMNS = {"summary": "info", "observed": "date", "source": "Orgc.name"}
_GRADES = {
    "reliability": re.compile(r'admiralty-scale:source-reliability="([a-f])"', re.IGNORECASE),
    "credibility": re.compile(r'admiralty-scale:information-credibility="([1-6])"', re.IGNORECASE),
}


def read_misp(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The events of an export, a search or a feed; ScenError if there is none."""
    site = ImportBuilder(_MISP, wanted)
    makers: dict[tuple[str, ...], str] = {}
    has_event = False
    with incoming(file, wanted.encoding, ".json") as files:
        events = [file for file in files if not file.name.endswith("/manifest.json")]  # of a feed
        for position, value in (item for file in events for item in items(file, "response")):
            item = value if isinstance(value, dict) else {}
            is_bare = {"uuid", "info"} <= item.keys()  # as PyMISP's to_json() writes it
            event = item.get("Event", item if is_bare else None)
            if isinstance(event, dict):
                has_event = True
                with site.row(position):
                    site.records.append(_misp_item(site, event, position, makers))
            elif position.row:
                site.add_error(position, "not an event of MISP: it has no object `Event`")
    if not has_event:
        raise refused(file.name, 0, "not MISP: there is no object `Event` in it")
    where, grade = FilePosition(events[0].name, column="Orgc"), ungraded("MISP")
    for names, name in makers.items():
        source = {"name": name}
        site.records.append(
            ImportRecord(kind="source", record=source, assumed=grade, position=where, called=names)
        )
    return site.arrived()


def _misp_item(
    site: ImportBuilder,
    event: dict[str, Any],
    position: FilePosition,
    makers: dict[tuple[str, ...], str],
) -> ImportRecord:
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
    if (learned := text_of(event, site.recorded)).strip("0"):  # 0: an event not yet published
        is_seconds = re.fullmatch(r"\d{1,12}", learned, re.ASCII)
        time = site.milliseconds(1000 * int(learned), site.recorded) if is_seconds else None
        record["recorded"] = str(time.date() if time else site.day(learned, site.recorded))
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
    return ImportRecord(
        kind="evidence", record=record, position=position, foreign=foreign, columns=_MISP_COLUMNS
    )


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
    return clean("\n\n".join(filter(None, lines)))


_STIX = "stix"
_ITEMS = ("note", "report", "grouping")
_TAKEN = ("identity", "opinion", "marking-definition", *_ITEMS)
_SILENT = "extension-definition"
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S{0,1900}")
_OF_MISP = ("misp:tool=", "Threat-Report")
"""The labels that MISP adds to each event that it exports."""
_NOTE_KEYS = ("observed", "recorded", "analyst", "reliability", "origin", "event", "retracted")
_DAMAGED = (ValueError, TypeError, LookupError, AttributeError, NameError, RecursionError)
"""The errors by which stix2 and its grammar of patterns refuse a damaged object besides its own."""
_REPORT_KEYS = (
    *("question", "resolution_criteria", "opened", "horizon", "set", "tags", "prior"),
    "resolution",
)


def read_stix(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The records of a bundle, each with its number in it; an invalid one is a misfit."""
    with incoming(file, wanted.encoding, ".json", ".stix") as files:
        if len(files) > 1:
            raise refused(file.name, 0, "a folder: name one bundle")
        name, stream, encoding = files[0]
        return arrived(value(stream, name, encoding), name)


def arrived(bundle: Any, name: str) -> ImportFile:
    """The records of a bundle, which is called `name` in messages."""
    refuse_without_library()
    left_out = Counter[str]()
    objects, misfits = _objects(bundle, name, left_out)
    versions = " and ".join(sorted({item.version for item in objects}))
    by_id = {item.id: item for item in objects}
    sources = {item.source for item in by_id.values()} & {
        id for id, item in by_id.items() if item.type == "identity"
    }
    ratings = _ratings(by_id, left_out)
    within = {ref for item in objects if item.is_misp for ref in item.notes}
    records: list[ImportRecord] = []
    forecasts: list[ImportForecast] = []
    sets: dict[str, str] = {}
    themes: dict[str, str] = {}
    for item in objects:
        ours = item.ours
        try:
            if item.id in sources or (item.type == "identity" and "reliability" in ours):
                records.append(_source(item))
            elif item.is_scenario:
                forecasts += _forecasts(item)
                keys = {key: ours[key] for key in _REPORT_KEYS if key in ours}
                records.append(item.arrival("scenario", {"title": item.value["name"], **keys}))
                if "set" in ours:
                    sets[str(ours["set"])] = str(ours.get("set_title") or ours["set"])
            elif item.type in _ITEMS and item.id not in within:
                if "theme" in ours:
                    themes[str(ours["theme"])] = str(ours.get("theme_title") or ours["theme"])
                records.append(_evidence(item, by_id, ratings.get(item.id)))
        except (LookupError, TypeError, ValueError) as error:
            message = f"our extension of it is damaged: {error}"
            misfits.append(RowError(item.position, message))
    return ImportFile(
        records=tuple(records),
        forecasts=tuple(forecasts),
        row_errors=tuple(misfits),
        left_out={kind: count for kind, count in left_out.items() if count},
        sets=sets,
        themes=themes,
        remarks=(f"{name}: STIX {versions}",) if versions else (),
    )


class StixObject(NamedTuple):
    """A valid object and its place; `ours` are the properties of our extension."""

    position: FilePosition
    type: str
    id: str
    value: Mapping[str, Any]
    ours: Mapping[str, Any]
    version: str

    @property
    def is_scenario(self) -> bool:
        return self.type == "report" and "question" in self.ours

    @property
    def is_misp(self) -> bool:
        """True of an event of MISP: it says so in a label."""
        labels = self.value.get("labels", ()) if self.type in ("report", "grouping") else ()
        return any(label.startswith(_OF_MISP[0]) for label in labels)

    @property
    def notes(self) -> list[str]:
        """The ids of the notes that an event of MISP consists of."""
        return [ref for ref in self.value["object_refs"] if ref.startswith("note--")]

    @property
    def source(self) -> str | None:
        """The identity behind an item: of ours the one it is about, else the one who made it."""
        if self.type not in _ITEMS or self.is_scenario:
            return None
        made_by: str | None = self.value.get("created_by_ref")
        if not self.ours:
            return made_by
        return next((ref for ref in self.value["object_refs"] if ref != made_by), None)

    def arrival(self, kind: Any, record: Mapping[str, Any], assumed: Any = None) -> ImportRecord:
        uuid = self.id.partition("--")[2]
        return ImportRecord(
            kind=kind,
            record={key: value for key, value in record.items() if value is not None},
            position=self.position,
            id=str(self.ours["id"]) if "id" in self.ours else None,
            foreign=ForeignId(_MISP, uuid) if self.is_misp else ForeignId(_STIX, self.id),
            assumed=assumed or {},
        )


def _objects(
    bundle: Any, name: str, left_out: Counter[str]
) -> tuple[list[StixObject], list[RowError]]:
    """The valid objects of those that are taken, and a misfit for each invalid one.

    Reports and identities of STIX 2.0 are valid in 2.1.
    """
    import stix2  # noqa: PLC0415 - an extra
    from stix2.exceptions import STIXError  # noqa: PLC0415 - an extra

    listed = bundle.get("objects") if isinstance(bundle, dict) else None
    if not isinstance(listed, list):
        raise refused(name, 0, "not a STIX bundle: it has no list of `objects`")
    supported = (item for item in listed if text_of(item, "type") in _ITEMS)
    makers = {text_of(item, "created_by_ref") for item in supported}
    objects, misfits = list[StixObject](), list[RowError]()
    for number, item in enumerate(listed, start=1):
        position, version = FilePosition(name, number), text_of(item, "spec_version")
        version = version or text_of(bundle, "spec_version") or "2.1"
        try:
            if kind := _left_out(item, makers):
                left_out[kind] += kind != _SILENT
                continue
            if version not in ("2.0", "2.1") or not isinstance(item, dict):
                raise ValueError("is not an object of STIX 2.0 or 2.1")
            parsed = stix2.parse(item | {"spec_version": "2.1"}, allow_custom=True, version="2.1")
            content = json.loads(parsed.serialize())
            ours = content.get("extensions", {}).get(EXTENSION)
            ours = ours if isinstance(ours, dict) else {}
            id = str(parsed["id"])
            objects.append(StixObject(position, str(parsed["type"]), id, content, ours, version))
        except (STIXError, *_DAMAGED) as error:
            words = " ".join(str(error).split())[:200]
            misfits.append(RowError(position, f"not valid STIX {version}: {words}"))
    return objects, misfits


def _left_out(item: Any, makers: Collection[str]) -> str:
    """The kind of an object that is left out, and so not validated; empty for one to be taken."""
    kind = text_of(item, "type")
    is_ours = bool(kind) and EXTENSION in str(item.get("extensions"))
    if kind == "identity" and not is_ours and text_of(item, "id") not in makers:
        return _SILENT
    if kind == "grouping" and not _text(item):
        return "groupings without a name or a description"
    return clean(kind, 100) if kind not in _TAKEN or (kind == "opinion" and not is_ours) else ""


def _ratings(by_id: Mapping[str, StixObject], left_out: Counter[str]) -> dict[str, dict[str, Any]]:
    """The ratings of each note by scenario; an opinion without our rating is left out."""
    ratings: dict[str, dict[str, Any]] = {}
    for item in by_id.values():
        if item.type == "opinion":
            rating = item.ours.get("rating")
            refs = [by_id[ref] for ref in item.value["object_refs"] if ref in by_id]
            note = next((ref for ref in refs if ref.type == "note"), None)
            report = next((ref for ref in refs if ref.type == "report"), None)
            if rating is None or not (note and report):
                left_out["opinion"] += 1
                continue
            ratings.setdefault(note.id, {})[str(report.ours.get("id", ""))] = rating
    return ratings


def _source(item: StixObject) -> ImportRecord:
    keys = ("reliability", "reliability_basis")
    grade = {key: item.ours[key] for key in keys if key in item.ours}
    record = {"name": item.value["name"][:200], "url": _address(item), **grade}
    return item.arrival("source", record, {} if item.ours else ungraded("STIX"))


def _text(value: Mapping[str, Any]) -> str:
    """The text of an item, or else its title."""
    keys = ("content", "description", "name", "abstract")
    return next(filter(None, (str(value.get(key) or "") for key in keys)), "")


def _evidence(
    item: StixObject, by_id: Mapping[str, StixObject], ratings: dict[str, Any] | None
) -> ImportRecord:
    value, ours, text = item.value, item.ours, _text(item.value)
    source = by_id.get(item.source or "")
    summary = str(value.get("name") or value.get("abstract") or text)
    labels = () if ours else (*value.get("labels", ()), *_markings(item, by_id))
    record: dict[str, Any] = {
        "summary": summary if ours else clean(summary, 500, is_line=True),
        "observed": str(value.get("published") or value["created"])[:10],
        "credibility": credibility_of(value.get("confidence")),
        "url": _address(item),
        **graded(labels),
        **{key: ours[key] for key in _NOTE_KEYS if key in ours},
    }
    if source:
        record["source"] = str(source.ours.get("id") or source.id)
    if ours:
        record |= {key: ours[key] for key in ("theme", "quote", "notes") if key in ours}
    else:
        own = f"note--{item.id.partition('--')[2]}"  # by which MISP says that an event is empty
        parts = [by_id[ref].value for ref in item.notes if item.is_misp and ref in by_id]
        text = "" if " ".join(text.split()) == record["summary"] else text
        texts = [f"{p.get('abstract', '')}\n\n{p['content']}" for p in parts if p["id"] != own]
        tags = [label for label in labels if not label.startswith(_OF_MISP)]
        record["notes"] = noted(tags, text, *texts) or None
    if ratings:
        record["ratings"] = ratings
    if value.get("revoked") and "retracted" not in record:
        changed = str(value["modified"])[:10]
        record["retracted"] = {"date": changed, "reason": "Revoked in STIX"}
    return item.arrival("evidence", record)


def _markings(item: StixObject, by_id: Mapping[str, StixObject]) -> Iterator[str]:
    """The markings of an object as MISP's tags have them, `tlp:amber`; an unknown one by its id."""
    from stix2 import TLP_AMBER, TLP_GREEN, TLP_RED, TLP_WHITE  # noqa: PLC0415 - an extra

    levels = (TLP_AMBER, TLP_GREEN, TLP_RED, TLP_WHITE)
    known = {level["id"]: f"tlp:{level['definition']['tlp']}" for level in levels}
    for ref in item.value.get("object_marking_refs", ()):
        name = by_id[ref].value.get("name") if ref in by_id else None
        yield str(name or known.get(ref, ref)).lower()


def _forecasts(item: StixObject) -> Iterator[ImportForecast]:
    for forecast in item.ours.get("forecasts", ()):
        scenario, analyst = ForeignId(_STIX, item.id), str(forecast["analyst"])
        day, chance = dt.date.fromisoformat(str(forecast["date"])), forecast["probability"]
        rationale = forecast.get("rationale")
        yield ImportForecast(scenario, analyst, day, chance, item.position, rationale)


def _address(item: StixObject) -> str | None:
    urls = (str(ref.get("url", "")) for ref in item.value.get("external_references", ()))
    return next((url for url in urls if _ADDRESS.fullmatch(url)), None)
