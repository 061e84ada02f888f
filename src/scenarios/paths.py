"""Where a record lives, how its file is laid out, and which other records it names."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from scenarios.errors import At, Keys, Problem
from scenarios.model import (
    Database,
    Evidence,
    Kind,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    Source,
    Tracker,
)
from scenarios.values import DAY, EVIDENCE_ID, ID, LABEL, indicator_key, owner_of

MODELS: dict[Kind, type[Record]] = {
    "tracker": Tracker,
    "scenario": Scenario,
    "evidence": Evidence,
    "forecasts": Sheet,
    "source": Source,
}
INBOX = "inbox"
"""The folder of proposals: they are read apart from the records, and count nowhere."""
FOLDERS: dict[str, Kind] = {
    "evidence": "evidence",
    "forecasts": "forecasts",
    "sources": "source",
    INBOX: "proposal",
}
RESERVED = frozenset({"tracker", "null", "true", "false"})
LONGEST_ID = 80
ATTACHMENTS = "attachments"
"""The folder of saved copies: nothing in it is a record."""

_ID, _EVIDENCE_ID = re.compile(ID), re.compile(EVIDENCE_ID)
SHEET_ID = re.compile(f"{DAY}-{ID}")

_HOMES = "scenarios lie beside tracker.yaml, all else in evidence, forecasts or sources"
_SHAPES = {
    "scenario": (_ID, "a scenario is named in small letters, digits and single hyphens"),
    "source": (_ID, "a source is named in small letters, digits and single hyphens"),
    "evidence": (_EVIDENCE_ID, "evidence is named by date and words, like 2022-02-04-no-limits"),
    "forecasts": (SHEET_ID, "a sheet is named by its date and analyst, like 2022-02-07-desk"),
    "proposal": (
        re.compile(LABEL),
        "a proposal is named in small letters, digits and single hyphens",
    ),
}

NAMES = {
    "scenario": "evidence.ratings: scenario.indicators.*.ratings: scenario.prior.given:"
    " scenario.implies forecasts.probabilities: forecasts.quantiles: forecasts.rationales:"
    " forecasts.evidence:",
    "rating": "evidence.ratings.*",
    "indicator": "evidence.indicators:",
    "own indicator": "scenario.indicators:",
    "source": "evidence.source evidence.origin scenario.prior.reference.source",
    "evidence": "evidence.corroborated_by evidence.supersedes scenario.prior.includes"
    " scenario.resolution.evidence forecasts.evidence.*",
    "theme": "evidence.theme scenario.indicators.*.theme",
    "analyst": "evidence.analyst forecasts.analyst",
    "set": "scenario.set",
}
"""Paths that name records of each kind: as a key if `:` ends them, else as a value or in a list."""


class Reference(NamedTuple):
    """A record that names another one, where in its file, and the kind and id that it names."""

    kind: Kind
    id: str
    keys: Keys
    at: At
    of: Kind
    name: str


def path_of(kind: Kind, id: str) -> str:
    """The path of a record inside its database, with `/` between folders."""
    name = f"{id}.yaml"
    if kind == "tracker":
        return "tracker.yaml"
    if kind == "scenario":
        return name
    if kind in ("source", "proposal"):
        return f"{'sources' if kind == 'source' else INBOX}/{name}"
    return f"{kind}/{id[:4]}/{name}"


def file_address(tracker: Tracker, path: str) -> str:
    """The address of a file in the tracker's repository; empty where it names none."""
    return f"{tracker.repository.rstrip('/')}/{path}" if tracker.repository else ""


def place_of(path: str) -> tuple[Kind, str] | Problem | None:
    """The kind and id of the record at a path, what is wrong with the path, or None: no record."""
    *folders, name = path.split("/")
    if name.startswith(".") or any(folder.startswith(".") for folder in folders):
        return None
    if path.startswith((f"{ATTACHMENTS}/", f"{INBOX}/")):
        return None
    stem, dot, ending = name.rpartition(".")
    if dot + ending != ".yaml":
        is_yaml = (dot + ending).lower() in (".yaml", ".yml")
        return _unknown_file(path, stem) if is_yaml else None
    if path == "tracker.yaml":
        return "tracker", stem
    kind: Kind | None = FOLDERS.get(folders[0]) if folders else "scenario"
    return _misplaced(path, kind, stem) or (kind or "scenario", stem)


def kind_of(path: str) -> Kind:
    """The kind of the record that a path's first folder holds."""
    if path == "tracker.yaml":
        return "tracker"
    return FOLDERS.get(path.partition("/")[0], "scenario")


def id_of(path: str) -> str:
    """The id of a record: its file's name without the ending."""
    return path.rpartition("/")[2].removesuffix(".yaml")


def schema_address(path: str) -> str:
    """The address of a record's schema, relative to the record's own folder."""
    return f"{'../' * (path.count('/') + 1)}schema/{kind_of(path)}.schema.json"


def references(
    database: Database, sound: AbstractSet[ScenarioId] = frozenset()
) -> Iterator[Reference]:
    """Every place at which a record names a scenario, a source or an item of evidence.

    An origin that is a source's id names that source: both are one witness. Sheets that cite
    nothing and name only `sound` scenarios are left out.
    """
    for id, item in database.evidence.items():
        yield from _of_evidence(id, item)
        if item.origin in database.sources:
            yield Reference("evidence", id, ("origin",), "value", "source", item.origin)
    for id, scenario in database.scenarios.items():
        yield from _of_scenario(id, scenario)
    for id, sheet in database.sheets.items():
        if sheet.evidence or not (
            sheet.probabilities.keys() <= sound and sheet.quantiles.keys() <= sound
        ):
            yield from _of_sheet(id, sheet)
    for id, feed in database.tracker.feeds.items():
        keys: Keys = ("feeds", id, "source")
        yield Reference("tracker", "tracker", keys, "value", "source", feed.source)


def _of_evidence(id: str, item: Evidence) -> Iterator[Reference]:
    for name in item.ratings:
        yield Reference("evidence", id, ("ratings", name), "key", "scenario", owner_of(name))
    for key in item.indicators:
        name, _ = indicator_key(key)
        yield Reference("evidence", id, ("indicators", key), "key", "scenario", name)
    if item.source is not None:
        yield Reference("evidence", id, ("source",), "value", "source", item.source)
    for n, name in enumerate(item.corroborated_by):
        yield Reference("evidence", id, ("corroborated_by", n), "value", "evidence", name)
    for n, name in enumerate(item.supersedes):
        yield Reference("evidence", id, ("supersedes", n), "value", "evidence", name)


def _of_scenario(id: str, scenario: Scenario) -> Iterator[Reference]:
    for key, indicator in scenario.indicators.items():
        for name in indicator.ratings:
            keys: Keys = ("indicators", key, "ratings", name)
            yield Reference("scenario", id, keys, "key", "scenario", owner_of(name))
    for n, name in enumerate(scenario.implies):
        yield Reference("scenario", id, ("implies", n), "value", "scenario", name)
    for n, name in enumerate(scenario.prior.includes):
        yield Reference("scenario", id, ("prior", "includes", n), "value", "evidence", name)
    like = scenario.prior.reference
    if like and like.source and "://" not in like.source:
        keys = ("prior", "reference", "source")
        yield Reference("scenario", id, keys, "value", "source", like.source)
    for name in scenario.prior.given:
        yield Reference("scenario", id, ("prior", "given", name), "key", "scenario", name)
    if scenario.resolution:
        for n, name in enumerate(scenario.resolution.evidence):
            keys = ("resolution", "evidence", n)
            yield Reference("scenario", id, keys, "value", "evidence", name)


def _of_sheet(id: str, sheet: Sheet) -> Iterator[Reference]:
    for name in sheet.probabilities:
        yield Reference("forecasts", id, ("probabilities", name), "key", "scenario", name)
    for name in sheet.quantiles:
        yield Reference("forecasts", id, ("quantiles", name), "key", "scenario", name)
    for scenario, items in sheet.evidence.items():
        for n, name in enumerate(items):
            yield Reference("forecasts", id, ("evidence", scenario, n), "value", "evidence", name)


def _unknown_file(path: str, stem: str) -> Problem:
    message = "only files that end in .yaml are read, so this one is not"
    hint = f"did you mean {printable_path(stem)}.yaml?"
    return Problem(printable_path(path), 1, 1, "unknown-file", message, hint, "warning")


def _misplaced(path: str, kind: Kind | None, stem: str) -> Problem | None:
    if kind is None:
        message = "no record lives in this folder"
        return Problem(printable_path(path), 1, 1, "misplaced", message, _HOMES)
    if fault := bad_id(kind, stem, "the file's name is not a valid id; "):
        return Problem(printable_path(path), 1, 1, "bad-id", fault)
    home = path_of(kind, stem)
    if path == home:
        return None
    is_yearly = kind in ("evidence", "forecasts")
    message = "this is not the folder of its year" if is_yearly else "this folder is too deep"
    return Problem(printable_path(path), 1, 1, "misplaced", message, f"move it to {home}")


def bad_id(kind: Kind, id: str, words: str = "") -> str | None:
    """The rule that an id breaks; `words` introduce that of its shape."""
    if id in RESERVED:
        return f"'{id}' is a reserved word and names no record"
    shape, rule = _SHAPES[kind]
    if not shape.fullmatch(id):
        return f"{words}{rule}"
    if len(id) > LONGEST_ID:
        return f"the id has {len(id)} characters; at most {LONGEST_ID} are allowed"
    return None


def printable_path(path: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path)
