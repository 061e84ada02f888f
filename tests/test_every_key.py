"""Every key of every record has its place in each thing that tells of a record, or a reason."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from functools import cache, reduce
from operator import eq, getitem
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scenarios import extensions
from scenarios.analysis.review.listing import ListFilter
from scenarios.declarations import declared_keys, keys
from scenarios.exchange.own import kinds
from scenarios.exchange.own.rows import ImportKind
from scenarios.exchange.view.record_tables import RECORDED
from scenarios.exchange.view.records import records, rows_of, typed
from scenarios.extensions.stix.bundle import BundleSource, ScenarioFigures, bundle
from scenarios.model import Evidence, Indicator, Kind, Record, Scenario, Source
from scenarios.paths import MODELS, path_of
from scenarios.render.documents.records import record as record_document
from scenarios.render.writers import terminal
from scenarios.site.at import page_at
from scenarios.site.site import Site
from scenarios.storage.schema import nodes_at, schema
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.reading import records_of, search_of
from tests.storage.test_schemas import full

DAYS = tuple(map(date.fromisoformat, ("2022-02-10", "2022-08-07", "2027-01-10", "2031-02-01")))
"""Days on which the item counts, it is retracted, the indicator was due, and it has an outcome."""
HALF = 0.5
IDS: dict[Kind, str] = {
    "tracker": "tracker",
    "scenario": "military-pact",
    "evidence": "2022-02-04-no-limits",
    "forecasts": "2022-02-07-desk",
    "source": "kremlin",
}
PAGES: dict[Kind, tuple[str, ...]] = {
    "tracker": (
        "index.html",
        "review/2022-02-07/index.html",
        "reading/index.html",
        "e/2022-02-04-no-limits/index.html",
    ),
    "scenario": ("index.html", "s/military-pact/index.html", "indicators/index.html"),
    "evidence": ("e/2022-02-04-no-limits/index.html",),
    "forecasts": ("s/deeper-alignment/index.html",),
    "source": ("sources/index.html",),
}
OTHER = "2022-02-05-xinhua-readout"
AT_HOME: dict[Kind, dict[str, Any]] = {
    "tracker": {"themes": {"institutions": "I", "military": "M"}},
    "scenario": {},
    "evidence": {
        "corroborated_by": [OTHER],
        "supersedes": [OTHER],
        "indicators": {"military-pact/talks-announced": "observed"},
    },
    "forecasts": {"rationales": {"deeper-alignment": "The statement names no duty."}},
    "source": {},
}
"""What must name records that are there, where the examples name others."""
RIVALS = {
    ("prior",): ("set",),
    ("indicators",): ("set",),
    ("indicators", "ID", "chance"): ("indicators", "talks-announced", "if_absent"),
    ("indicators", "ID", "if_absent"): ("indicators", "talks-announced", "chance"),
}
"""Keys, and another one with which they have no meaning."""
Path_ = tuple[str, ...]


@cache
def example(kind: Kind) -> dict[str, Any]:
    """A record with every key that its schema knows."""
    whole: dict[str, Any] = full(schema(kind), schema(kind)["examples"][0])
    made = deepcopy(whole) | AT_HOME[kind]
    if kind == "scenario":
        for part, key in ((made, "quantity"), (made["prior"], "quantiles")):
            del part[key]  # of the other kind of question
        del made["resolution"]["value"]
        made["prior"]["includes"] = [OTHER]
        made["resolution"]["evidence"] = [OTHER]
    return made


def without_rival(kind: Kind, named: Path_) -> dict[str, Any]:
    """The example without a key beside which another has no meaning."""
    made = deepcopy(example(kind))
    rivals = [rival for key, rival in RIVALS.items() if key == named[: len(key)]]
    for *above, last in rivals if kind == "scenario" else ():
        del reduce(getitem, above, made)[last]
    return made


def paths(node: Any, value: Any, above: Path_ = ()) -> Iterator[tuple[Path_, Path_, Any]]:
    """Each key as it stands in a record and in the reference, with its schema."""
    inside = node.get("properties", {})
    for form in node.get("anyOf", ()):
        inside = {**inside, **form.get("properties", {})}
    for key, below in inside.items():
        if key in value:
            yield (*above, key), (*above, key), below
            if isinstance(value[key], dict):
                yield from paths(below, value[key], (*above, key))
            elif below.get("items", {}).get("properties"):
                for own, named, part in paths(below["items"], value[key][0], ()):
                    yield (*above, key, *own), (*above, key, *named), part
    named = node.get("additionalProperties")
    if isinstance(named, dict) and "properties" in named:
        id = next(iter(value))
        for own, told, part in paths(named, value[id]):
            yield (*above, id, *own), (*above, "ID", *told), part


def mutated(value: Any, node: Any) -> Any:  # noqa: PLR0911 – a case for each type
    """Another value that the same key may have."""
    if isinstance(value, dict):
        first = next(iter(value))
        below = node.get("properties", {}).get(first) or node.get("additionalProperties") or {}
        return {**value, first: mutated(value[first], below)}
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return [mutated(value[0], node["items"]), *value[1:]]
    for options in (form["enum"] for form in (node, *node.get("anyOf", ())) if "enum" in form):
        if value in options:
            return options[options.index(value) - 1]
    if not isinstance(value, str):
        return value + 1 if isinstance(value, int) else value + (0.1 if value < HALF else -0.1)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return str(date.fromisoformat(value) + timedelta(days=1))
    if "9f86" in value:
        return value.replace("9f86", "0a86")
    if value == "7d":
        return "8d"
    return f"{value} otherwise" if re.search(r"[ A-Z]", value) else f"{value}-other"


def altered(record: Mapping[str, Any], path: Path_, node: Any) -> Any:
    """The record with another value of a key, or without it where it has no other."""
    made = deepcopy(dict(record))
    owner: Any = made
    for key in path[:-1]:
        owner = owner[0][key] if isinstance(owner, list) else owner[key]
    owner = owner[0] if isinstance(owner, list) else owner
    if "const" in node:
        del owner[path[-1]]
    else:
        owner[path[-1]] = mutated(owner[path[-1]], node)
    return made


def opened(folder: Path, **changed: Any) -> OpenDatabase:
    """A database that has one record of each kind with every key."""
    asked: dict[str, Any] = {
        "title": "T",
        "question": "Q?",
        "resolution_criteria": "C.",
        "opened": "2021-12-17",
    }
    asked |= {"horizon": "2031-12-31", "prior": {"probability": 0.5, "basis": "B."}}
    files = {path_of(kind, IDS[kind]): changed.get(kind, example(kind)) for kind in MODELS}
    sheet = files.pop(path_of("forecasts", IDS["forecasts"]))
    files[path_of("forecasts", f"{sheet['date']}-{sheet['analyst']}")] = sheet
    files |= {f"{id}.yaml": asked for id in ("deeper-alignment", "rupture", "lethal-arms")}
    files[path_of("evidence", OTHER)] = {
        "summary": "S",
        "observed": "2022-02-05",
        "recorded": "2022-02-07",
    }
    shutil.rmtree(folder)
    for path, record in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(record))  # which is YAML, too
    made = open_folder(folder)
    assert made.loaded.left_out == 0, [str(one) for one in made.problems]
    return made


def rows(state: OpenDatabase) -> Iterator[list[Any]]:
    return ([*rows_of(table, state.database)] for table in RECORDED)


def shown(state: OpenDatabase, kind: Kind) -> Iterator[str]:
    if kind == "tracker":
        return
    id = next(iter(state.database.sheets)) if kind == "forecasts" else IDS[kind]
    told = {one.id: one.record for one in records_of(state, id)}
    yield terminal.write(record_document(told))


def pages(state: OpenDatabase, kind: Kind) -> Iterator[str]:
    for site in (Site(state, day) for day in DAYS):
        for address in PAGES[kind]:
            page = page_at(site, address)
            yield page.main if page else ""


def shared(state: OpenDatabase, kind: Kind) -> Iterator[str]:
    if kind == "tracker":  # its conventions are no part of a bundle
        return
    figures = dict.fromkeys(state.database.scenarios, ScenarioFigures(0.5, 0.5))
    yield bundle(BundleSource(state.database, "t", DAYS[-1], figures))


TOLD: dict[str, Callable[[OpenDatabase, Kind], Iterator[Any]]] = {
    "tables": lambda state, _kind: rows(state),
    "show": shown,
    "page": pages,
    "stix": shared,
}
"""The places in which a record reads otherwise where a key has another value, or none."""


@cache
def parts_of(folder: Path, kind: Kind, record: str) -> dict[str, list[Any]]:
    """The parts of each place that tells of a record, given as JSON."""
    state = opened(folder, **{kind: json.loads(record)})
    return {name: [*tell(state, kind)] for name, tell in TOLD.items()}


def reasons(kind: Kind) -> dict[Path_, dict[str, str]]:
    """The reasons that stand beside the fields, by the path of the key and the place it lacks."""
    return dict(_reasons(MODELS[kind], ()))


def _reasons(model: Any, above: Path_) -> Iterator[tuple[Path_, dict[str, str]]]:
    for field in msgspec.structs.fields(model):
        path = (*above, field.encode_name)
        found: dict[str, str] = {}
        for meta in getattr(field.type, "__metadata__", ()):
            found |= (getattr(meta, "extra", None) or {}).get("lacks", {})
        yield path, found
        if part := keys(model)[field.encode_name]:
            inner = (*path, "ID") if part.many and field.encode_name != "clarifications" else path
            for below, lacks in _reasons(part.record, inner):
                yield below, found | lacks


def lacking(kind: Kind, folder: Path) -> Iterator[str]:
    """Each key that has no place in a thing that should tell of it, and no reason."""
    state = opened(folder)
    back = {(one.kind, one.id): one.record for one in records(typed(_read(state), []))}
    known = (Path(__file__).parents[1] / "docs" / "files.md").read_text("utf-8")
    told = reasons(kind)
    for own, named, node in paths(schema(kind), example(kind)):
        if own[-1] in ("format", "N"):  # which have one value alone
            continue
        lacks = {}
        record = without_rival(kind, named)
        before = parts_of(folder, kind, json.dumps(record))
        after_all = opened(folder, **{kind: altered(record, own, node)})
        if is_text(node) and not search_of(after_all, "otherwise", DAYS[-1], ListFilter()).hits:
            lacks["search"] = "is a text that is not found"
        if not nodes_at(kind, own):
            lacks["edit"] = "is unknown"
        for name in before.keys() - told.get(named, {}).keys():  # a reason needs no page
            parts = before[name]
            if parts and all(map(eq, parts, TOLD[name](after_all, kind))):  # to the first other
                lacks[name] = "reads the same with another value"
        if at(back[kind, IDS[kind]], own) != at(example(kind), own):
            lacks["restored"] = "is not read back from the tables"
        if f"`{'.'.join(named)}`" not in known:
            lacks["reference"] = "is not in docs/files.md"
        for name in lacks.keys() - told.get(named, {}).keys():
            yield f"{kind} {'.'.join(named)}: {name}: {lacks[name]}"


def is_text(node: Any) -> bool:
    """Whether a key holds a text, or texts by their names."""
    return r"\S" in (node.get("pattern"), (node.get("additionalProperties") or {}).get("pattern"))


def _read(state: OpenDatabase) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    for table in RECORDED:
        names = [column.name for column in table.columns]
        yield table.name, names, [*rows_of(table, state.database)]


def at(value: Any, path: Path_) -> Any:
    for key in path:
        value = value[0] if isinstance(value, list) else value
        value = value.get(key) if value else None
    return value


@pytest.fixture
def _nothing_stays_to_be_said() -> Iterator[None]:
    """The tracker names an extension that is absent: the next command of this process says so."""
    yield
    extensions.take_notes()


@pytest.mark.usefixtures("_nothing_stays_to_be_said")
@pytest.mark.parametrize("kind", MODELS)
def test_every_key_has_a_place(kind: Kind, tmp_path: Path) -> None:
    assert [*lacking(kind, tmp_path)] == []


IMPORTS: dict[type[Record], ImportKind] = {
    Scenario: kinds.SCENARIOS,
    Indicator: kinds.INDICATORS,
    Evidence: kinds.EVIDENCE,
    Source: kinds.SOURCES,
}
NOT_IMPORTED = {
    "attachment": "a copy is made of a file",
    "clarifications": "each is added on its day",
    "events": "it is a query",
    "formerly": "a new record had no other id",
    "indicators": "they have a table of their own",
    "prior.given": "one cell holds one probability",
    "prior.quantiles": "quantities have no columns in an import",
    "prior.hazard_ended": "the end of a hazard comes after its question",
    "prior.reference": "its keys have a meaning together alone",
    "quantity": "quantities have no columns in an import",
    "resolution.value": "quantities have no columns in an import",
    "proposed": "a person who imports accepts nothing",
}


def no_columns(model: type[Record], columns: Mapping[str, Any]) -> Iterator[str]:
    """The keys that no column of an import holds, those of a part by the name of the part."""
    every = [declared.name for declared in declared_keys(model)]
    parts = {key[:end] for key in columns for end, c in enumerate(f"{key}.") if c == "."}
    absent = [name for name in every if name not in parts]
    return (name for name in absent if name.rpartition(".")[0] not in absent)


def test_every_key_has_a_column_in_an_import_or_a_reason() -> None:
    absent = [name for model, kind in IMPORTS.items() for name in no_columns(model, kind.fields)]
    assert {*absent} == {*NOT_IMPORTED}
    assert [*no_columns(Source, {"name": 1, "url": 1, "reliability": 1, "foreign": 1})] == [
        "reliability_basis",
        "formerly",
    ]
