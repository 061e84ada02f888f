"""What each known item and indicator says about the scenarios side by side, before grouping."""

from __future__ import annotations

from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicator_state import reading, strength
from scenarios.analysis.evidence.knowledge import Known
from scenarios.model import EvidenceId, Indicator, IndicatorKey, Rating, ScenarioId
from scenarios.scales import rating_decibans

RowKind = Literal["direct", "indicator", "absence"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One witness before grouping: decibans × weight for each scenario that it rates.

    `ties` are its origin and its event: whatever shares one is one line.
    """

    kind: RowKind
    id: str
    values: dict[ScenarioId, float]
    weight: float
    evidence: tuple[EvidenceId, ...] = ()
    ties: frozenset[str] = frozenset()


def included(known: Known, columns: tuple[ScenarioId, ...]) -> tuple[EvidenceId, ...]:
    """The known items that a prior already uses; in a set that of any member, open or not."""
    scenarios = known.database.scenarios
    sets = {scenarios[column].set for column in columns} - {None}
    using = [s for id, s in scenarios.items() if id in columns or s.set in sets]
    return tuple(sorted({id for s in using for id in s.prior.includes} & known.evidence.keys()))


def rows(known: Known, columns: tuple[ScenarioId, ...]) -> list[Row]:
    """Every known item and every indicator that bears on one of these scenarios."""
    used = frozenset(included(known, columns))
    return [
        *_direct_rows(known, columns, used),
        *_indicator_rows(known, columns, used),
        *_absence_rows(known, columns),
    ]


def centred(row: Row, columns: tuple[ScenarioId, ...]) -> Row:
    """A row of a set, measured from its second-highest value over the open members (blank = 0).

    So an equal row says nothing, and a row is for no member but the one that it rates highest.
    """
    values = {column: row.values.get(column, 0.0) for column in columns}
    second = sorted(values.values())[-2]
    return msgspec.structs.replace(row, values={c: v - second for c, v in values.items()})


def _direct_rows(
    known: Known, columns: tuple[ScenarioId, ...], used: frozenset[EvidenceId]
) -> list[Row]:
    ids = {id for column in columns for id in known.direct.get(column, ())} - used
    found = []
    for id in sorted(ids):
        weight = known.weights[id]
        values = _worth(known, known.evidence[id].ratings, columns, weight)
        found.append(
            Row(
                kind="direct",
                id=id,
                values=values,
                weight=weight,
                evidence=(id,),
                ties=ties(known, id),
            )
        )
    return found


def _indicator_rows(
    known: Known, columns: tuple[ScenarioId, ...], used: frozenset[EvidenceId]
) -> list[Row]:
    found = []
    for key in sorted(known.firings):
        indicator = _indicator(known, key)
        if indicator is None or not indicator.ratings.keys() & set(columns):
            continue
        now = reading(known, key)
        counted = now.strength - strength(known, key, used)
        values = _worth(known, indicator.ratings, columns, counted)
        tied = ties(known, now.raised_by) if now.raised_by else frozenset[str]()
        found.append(
            Row(
                kind="indicator",
                id="/".join(key),
                values=values,
                weight=counted,
                evidence=now.evidence,
                ties=tied,
            )
        )
    return found


def _absence_rows(known: Known, columns: tuple[ScenarioId, ...]) -> list[Row]:
    found = []
    for column in columns:
        for id, indicator in known.database.scenarios[column].indicators.items():
            if indicator.due is None or indicator.if_absent is None:
                continue
            missing = 1 - reading(known, (column, id)).strength
            if indicator.due < known.as_of and missing > 0:
                values = _worth(known, {column: indicator.if_absent}, columns, missing)
                found.append(
                    Row(kind="absence", id=f"{column}/{id}", values=values, weight=missing)
                )
    return found


def ties(known: Known, id: EvidenceId) -> frozenset[str]:
    """What an item is tied by: its origin (without one, the item itself) and its event."""
    item = known.evidence[id]
    origin = f"origin:{item.origin or id}"
    return frozenset({origin, f"event:{item.event}"}) if item.event else frozenset({origin})


def _indicator(known: Known, key: IndicatorKey) -> Indicator | None:
    scenario = known.database.scenarios.get(key[0])
    return scenario.indicators.get(key[1]) if scenario else None


def _worth(
    known: Known, ratings: dict[ScenarioId, Rating], columns: tuple[ScenarioId, ...], share: float
) -> dict[ScenarioId, float]:
    tracker = known.database.tracker
    return {c: rating_decibans(ratings[c], tracker) * share for c in columns if c in ratings}
