"""A database as a STIX bundle: sources, evidence, its ratings, scenarios with their forecasts."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scenarios import Database, Evidence, Scenario, Source
from scenarios.extending import Codec, View, extra_needed, rating_decibans, stix_id

EXTENSION = "extension-definition--e32ec944-58e5-58ea-9e83-7cd34b4cd886"
"""Our properties, which STIX lacks: above all a probability, which is no confidence."""
_LABELS = {
    1: "1 - Confirmed by other sources",
    2: "2 - Probably True",
    3: "3 - Possibly True",
    4: "4 - Doubtful",
    5: "5 - Improbable",
    6: "6 - Truth cannot be judged",
}
"""Appendix B of STIX 2.1, in its library's spelling."""
OPINIONS: dict[Any, str] = {
    "CC": "strongly-agree",
    "C": "agree",
    "N": "neutral",
    "I": "disagree",
    "II": "strongly-disagree",
}


def refuse_without_library() -> None:
    """Name the extra that installs stix2, which makes and checks every object."""
    if find_spec("stix2") is None:
        raise extra_needed("STIX", "stix")


def confidence_of(credibility: int | None) -> int | None:
    """The confidence of an Admiralty credibility, 0 to 100; None for 6 and for None."""
    from stix2.confidence.scales import admiralty_credibility_to_value  # noqa: PLC0415 - an extra

    if credibility in (None, 6):
        return None
    return int(admiralty_credibility_to_value(label_of(credibility)))


def credibility_of(confidence: int | None) -> int | None:
    """The Admiralty credibility of a confidence, 0 to 100; None for None."""
    from stix2.confidence.scales import value_to_admiralty_credibility  # noqa: PLC0415 - an extra

    return None if confidence is None else int(value_to_admiralty_credibility(confidence)[0])


def label_of(credibility: int | None) -> str:
    """The name of an Admiralty credibility; that of 6 for None."""
    return _LABELS[credibility or 6]


def extension(**properties: Any) -> dict[str, Any]:
    """Our properties of an object, without the empty ones."""
    filled = {
        key: value for key, value in properties.items() if value not in (None, (), [], {}, "")
    }
    return {EXTENSION: {"extension_type": "property-extension", **filled}}


_BEGINNING = dt.date(1970, 1, 1)


class ScenarioFigures(NamedTuple):
    stated: float | None
    implied: float | None


class BundleSource(NamedTuple):
    """A database with the figures of its scenarios on a day; `tracker` is its identity."""

    database: Database
    tracker: str
    as_of: dt.date
    figures: Mapping[str, ScenarioFigures]

    def named(self, kind: str, *names: str) -> str:
        """The id of a record: ours, or the one that it already has in STIX."""
        records: Mapping[str, Mapping[str, Source | Evidence | Scenario]] = {
            "identity": self.database.sources,
            "note": self.database.evidence,
            "report": self.database.scenarios,
        }
        record = records.get(kind, {}).get(names[0]) if names else None
        known = str(record.foreign.get("stix", "")) if record else ""
        return known if known.startswith(f"{kind}--") else stix_id(kind, self.tracker, *names)

    def object(self, kind: str, names: tuple[str, ...], day: dt.date, **properties: Any) -> Any:
        """An object that the tracker created on a day."""
        maker = self.named("identity")
        return _object(kind, self.named(kind, *names), day, created_by_ref=maker, **properties)


def _write(view: View, path: Path) -> None:
    rows: list[Any] = view.columns("status", "scenario_id", "stated", "implied")
    figures = {id: ScenarioFigures(stated, implied) for id, stated, implied in rows}
    meta = view.context.metadata
    text = bundle(BundleSource(view.context.records, meta.tracker, meta.as_of, figures))
    with path.open("wb") as file:
        file.write(text.encode())


def _is_ours(path: Path, tracker: str | None = None) -> bool:
    with path.open("rb") as file:
        head = file.read(2000)
    return EXTENSION.encode() in head and (
        tracker is None or stix_id("bundle", tracker).encode() in head
    )


FILE = Codec(_write, _is_ours)


def bundle(bundled: BundleSource) -> str:
    """The bundle as JSON, the same for the same database and day."""
    refuse_without_library()
    document = {"type": "bundle", "id": bundled.named("bundle"), "objects": [*_objects(bundled)]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _objects(bundled: BundleSource) -> Iterator[dict[str, Any]]:
    database = bundled.database
    start = min((item.recorded for item in database.evidence.values()), default=_BEGINNING)
    start = min((start, *(scenario.opened for scenario in database.scenarios.values())))
    program = stix_id("identity", "scen")
    yield _object("identity", program, _BEGINNING, name="scen", identity_class="system")
    yield _object(
        "extension-definition",
        EXTENSION,
        _BEGINNING,
        created_by_ref=program,
        name="scen",
        description="What a forecast tracker knows besides; a probability is no confidence.",
        schema="docs/stix.md of scen",
        version="1.0",
        extension_types=["property-extension"],
    )
    yield _object(
        "identity",
        bundled.named("identity"),
        start,
        name=database.tracker.title or "A tracker",
        description=database.tracker.description or None,
        identity_class="group",
    )
    first: dict[str, dt.date] = {}
    for item in database.evidence.values():
        if item.source:
            first[item.source] = min(item.recorded, first.get(item.source, item.recorded))
    for id, source in database.sources.items():
        yield _source(bundled, id, source, first.get(id, start))
    bearing: dict[str, list[str]] = {}
    for id, item in database.evidence.items():
        yield _evidence(bundled, id, item)
        for scenario in item.ratings:
            if scenario in database.scenarios:
                bearing.setdefault(scenario, []).append(id)
                yield _opinion(bundled, id, item, scenario)
    for id, record in database.scenarios.items():
        yield _scenario(bundled, id, record, bearing.get(id, []))


def _object(kind: str, id: str, day: dt.date, **properties: Any) -> dict[str, Any]:
    """An object that was created on a day, without empty properties."""
    filled = {key: value for key, value in properties.items() if value not in (None, [], "")}
    dates = {"created": _moment(day), "modified": _moment(filled.pop("changed", day))}
    return {"type": kind, "spec_version": "2.1", "id": id, **dates, **filled}


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def _source(bundled: BundleSource, id: str, source: Source, day: dt.date) -> Any:
    return bundled.object(
        "identity",
        (id,),
        day,
        name=source.name,
        external_references=_address(source.name, source.url),
        extensions=extension(id=id, **_keys(source, "reliability reliability_basis")),
    )


def _evidence(bundled: BundleSource, id: str, item: Evidence) -> Any:
    sources, gone = bundled.database.sources, item.retracted
    source = sources.get(item.source or "")
    about = (item.source,) if source and item.source else ()
    return bundled.object(
        "note",
        (id,),
        item.recorded,
        changed=max(item.recorded, gone.date) if gone else item.recorded,
        abstract=item.summary,
        content="\n\n".join(filter(None, (item.quote, item.notes))) or item.summary,
        authors=[item.analyst] if item.analyst else None,
        object_refs=[bundled.named("identity", *about)],
        confidence=confidence_of(item.credibility),
        labels=[label_of(item.credibility)],
        external_references=_address(source.name if source else "link", item.url),
        revoked=bool(gone) or None,
        extensions=extension(
            id=id,
            **_keys(item, "observed recorded analyst reliability"),
            grade=item.grade(sources),
            **_keys(item, "origin event theme"),
            theme_title=bundled.database.tracker.themes.get(item.theme or ""),
            **_keys(item, "quote notes retracted"),
        ),
    )


def _opinion(bundled: BundleSource, id: str, item: Evidence, scenario: str) -> Any:
    rating, table = item.ratings[scenario], bundled.database.tracker.decibans
    worth = rating_decibans(rating, table)
    nearest = min(OPINIONS, key=lambda code: (abs(table[code] - worth), abs(table[code])))
    return bundled.object(
        "opinion",
        (id, scenario),
        item.recorded,
        authors=[item.analyst] if item.analyst else None,
        opinion=OPINIONS[nearest],
        object_refs=[bundled.named("note", id), bundled.named("report", scenario)],
        extensions=extension(rating=rating),
    )


def _scenario(bundled: BundleSource, id: str, scenario: Scenario, bearing: list[str]) -> Any:
    outcome = scenario.resolution
    figures = bundled.figures.get(id, ScenarioFigures(None, None))
    notes = [bundled.named("note", item) for item in bearing]
    forecasts = []
    for sheet_id in bundled.database.speaking.get(id, ()):
        sheet = bundled.database.sheets[sheet_id]
        day, chance, rationale = sheet.date, sheet.probabilities[id], sheet.rationales.get(id)
        forecast = {"analyst": sheet.analyst, "date": day.isoformat(), "probability": chance}
        forecasts.append(forecast | ({"rationale": rationale} if rationale else {}))
    return bundled.object(
        "report",
        (id,),
        scenario.opened,
        changed=max(scenario.opened, outcome.recorded) if outcome else scenario.opened,
        name=scenario.title,
        description=f"{scenario.question}\n\n{scenario.resolution_criteria}",
        published=_moment(scenario.opened),
        object_refs=notes or [bundled.named("identity")],
        extensions=extension(
            id=id,
            **_keys(scenario, "question resolution_criteria opened horizon set"),
            set_title=bundled.database.tracker.sets.get(scenario.set or ""),
            tags=list(scenario.tags),
            prior=_keys(scenario.prior, "probability basis"),
            stated_probability=figures.stated,
            implied_probability=figures.implied,
            as_of=bundled.as_of.isoformat(),
            forecasts=forecasts,
            resolution=outcome and _keys(outcome, "outcome date recorded basis"),
        ),
    )


def _keys(record: Any, names: str) -> dict[str, Any]:
    """Some keys of a record as its file has them."""
    return {name: msgspec.to_builtins(getattr(record, name)) for name in names.split()}


def _address(name: str, url: str | None) -> list[dict[str, str]]:
    return [{"source_name": name, "url": url}] if url else []
