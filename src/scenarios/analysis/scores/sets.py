"""A set as one question, of whoever had a figure for each of its members."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.scores.daily_forecasts import (
    FIRST,
    IMPLIED,
    OURS,
    PRIOR,
    TEAM,
    Archive,
    Figure,
    Line,
    ResolvedQuestion,
    Runs,
    Shares,
    Timeline,
    line_of,
    question,
    stood,
    sweep,
    timeline,
)
from scenarios.model import Database, ScenarioId

Unit = tuple[ScenarioId, ...]
"""The members of a set, or a scenario that is in none."""
Members = Mapping[ScenarioId, Timeline[float]]


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved scenario that is not scored, and why."""

    scenario: ScenarioId
    reason: str


def unit_of(database: Database, id: ScenarioId) -> Unit:
    """The members of a scenario's set, or the scenario itself."""
    set_id = database.scenarios[id].set
    return members(database, set_id) if set_id else (id,)


def resolved(archive: Archive, unit: Unit, as_of: date) -> list[ResolvedQuestion]:
    """The scenarios of a unit that were resolved by `as_of`, one that occurred first."""
    known = [asked for id in unit if (asked := question(archive.database, id, as_of))]
    return sorted(known, key=lambda asked: asked.outcome != "occurred")


def timelines(
    archive: Archive, unit: Unit, known: Sequence[ResolvedQuestion]
) -> Iterator[Timeline[Figure] | Excluded]:
    """The timeline of a set and of each scenario that is `resolved`, or why it is not scored."""
    each = dict[ScenarioId, Timeline[float]]()
    for asked in known:
        if path := archive.database.withheld.get(asked.scenario):
            yield Excluded(scenario=asked.scenario, reason=f"withheld: {path} cannot be read")
        elif asked.outcome == "annulled":
            yield Excluded(scenario=asked.scenario, reason="annulled")
        elif len(unit) > 1 and known[0].outcome != "occurred":
            reason = f"no member of the set {asked.set} has occurred"
            yield Excluded(scenario=asked.scenario, reason=reason)
        elif not asked.scored:
            reason = "resolved by its opening day: no day to score"
            yield Excluded(scenario=asked.scenario, reason=reason)
        else:
            each[asked.scenario] = timeline(archive, asked)
    whole = _whole(each) if len(each) > 1 else None
    if whole:
        yield whole
    in_set = frozenset(whole.lines) if whole else frozenset()
    yield from (replace(own, in_set=in_set) for own in each.values())


def _whole(each: Members) -> Timeline[Shares] | None:
    """The set as one question, from the day on which its last member opened.

    It ends with the outcome, or once one member alone could still occur: one that is past its own
    outcome or horizon cannot, counts as 0 and is waited for no longer. None without such a day.
    """
    asked = {id: own.question for id, own in each.items()}
    opened = max(own.opened for own in asked.values())
    ends = {id: (own.opened - opened).days + own.scored for id, own in asked.items()}
    first, *rest = (id for id, end in ends.items() if end > 0)
    if not rest or asked[first].outcome != "occurred":
        return None
    scored = min(ends[first], max(ends[id] for id in rest))
    whole = replace(
        asked[first],
        opened=opened,
        scored=scored,
        planned=max((own.opened - opened).days + own.planned for own in asked.values()),
        answers=tuple((id, min(ends[id], scored)) for id in (first, *rest)),
    )
    names = sorted({name for id, _ in whole.answers for name in each[id].analysts})
    stated = _together(whole, each, {id: own.stated for id, own in each.items()})
    lines = {TEAM: stated if len(names) > 1 else (), FIRST: _first(whole, stated)}
    for name in (*names, IMPLIED, PRIOR):
        own_lines = {id: own.lines.get(name, ()) for id, own in each.items()}
        lines[name] = _together(whole, each, own_lines)
    lines = {name: line for name, line in lines.items() if stood(line)}
    return Timeline(
        question=whole,
        analysts={name: lines[name] for name in names if name in lines},
        ours={name: lines[name] for name in OURS if name in lines},
        last={
            name: line[-1][2] if name in OURS else _last(whole, each, name)
            for name, line in lines.items()
        },
    )


def _together(
    whole: ResolvedQuestion, each: Members, lines: Mapping[ScenarioId, Line]
) -> Runs[Shares]:
    """The figures of all members on the days on which each had one, divided by their sum."""
    of: dict[ScenarioId, Line] = {}
    for id, left in whole.answers:
        later = (each[id].question.opened - whole.opened).days
        of[id] = tuple((start + later, end + later, p) for start, end, p in lines[id])
        if left < whole.scored:
            of[id] += ((left, whole.scored, 0.0),)
    marks = {
        start: _shares([standing[id] for id in of]) if len(standing) == len(of) else None
        for start, _, standing in sweep(of)
    }
    return line_of(marks, whole)


def _first(whole: ResolvedQuestion, stated: Runs[Shares]) -> Runs[Shares]:
    """The first stated figures of all members, frozen; those that leave the set become 0."""
    for day, _, figures in stood(stated)[:1]:
        pairs = [*zip(figures, (left for _, left in whole.answers), strict=True)]
        days = {day, *(left for _, left in pairs if day < left < whole.scored)}
        marks = {on: _shares([p if on < left else 0.0 for p, left in pairs]) for on in days}
        return line_of(marks, whole)
    return ()


def _last(whole: ResolvedQuestion, each: Members, name: str) -> Shares | None:
    """The last figures that an analyst gave for the members that could occur until the end."""
    given = [each[id].last.get(name) for id, left in whole.answers if left == whole.scored]
    figures = [figure for figure in given if figure is not None]
    return _shares(figures) if len(figures) == len(given) else None


def _shares(figures: Sequence[float]) -> Shares:
    sum_of_all = math.fsum(figures)
    return tuple(figure / sum_of_all for figure in figures)
