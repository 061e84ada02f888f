"""A scenario's course as a picture: its largest steps in words, and its table day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count, pairwise

from msgspec import convert
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing, contends, near, rivals
from scenarios.analysis.forecasts import GivenForecast
from scenarios.analysis.ledger.days import Days
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import ScenarioView, window
from scenarios.analysis.period.trajectory import Course
from scenarios.analysis.review.review import story_of
from scenarios.model import Database, EvidenceId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.lanes import Lanes, Member, Multiples
from scenarios.render.charts.parts import WORDS, DayFigures, Outcome
from scenarios.render.charts.timeline import (
    DayEvidence,
    LargeChange,
    Saying,
    ScenarioTimeline,
    Stretch,
    Swim,
)
from scenarios.render.document import Chart, Ref, Row, Span, Table
from scenarios.render.documents.review.causes import short
from scenarios.render.documents.review.sentences import label
from scenarios.render.text import from_to, long_day
from scenarios.scales import decibans, held, jeffreys, percent, printed
from scenarios.text import counted

_STEPS = 3
_MARKED = 8
"""Forecasts that are marked for each item that a mark names, the latest."""
_REASON = 300
"""Characters of a rationale that a mark tells."""


def timeline(
    course: Course, view: ScenarioView, database: Database, since: date, items: int = 3
) -> Chart:
    """Timeline of a scenario; a mark, and a row of its table, name at most `items` items."""
    data = _data(course, view, database, since, items)
    return Chart(_label(data, view), data, _table(course, data.points, database, items))


def anchor(course: Course, day: date) -> str:
    """The row of a day in the table of a course."""
    return f"d-{course.scenario}-{day}"


def figures_of(course: Course, *, unfounded: bool = False) -> tuple[DayFigures, ...]:
    """The points of a course; nothing implied where that is unfounded."""
    return tuple(
        DayFigures(day=p.day, stated=p.stated, implied=None if unfounded else p.implied)
        for p in course.points
    )


def outcome_of(view: ScenarioView) -> Outcome | None:
    """Outcome of a scenario, if there is one."""
    if view.resolution is None:
        return None
    return Outcome(day=view.resolution.date, word=WORDS[view.resolution.outcome])


def _data(
    course: Course, view: ScenarioView, database: Database, since: date, items: int
) -> ScenarioTimeline:
    band = None if view.unfounded else view.band
    return ScenarioTimeline(
        title=view.scenario.title,
        since=since,
        points=figures_of(course, unfounded=view.unfounded),
        decays=changes_daily(database, course.scenario),
        band=(band.low, band.high) if band else None,
        outcome=outcome_of(view),
        steps=tuple(_steps(course, database)),
        seen=tuple(_seen(course, database, items)),
        sayings=tuple(_sayings(course, items * _MARKED)),
        lanes=tuple(_lanes(course, view)),
    )


def _steps(course: Course, database: Database) -> list[LargeChange]:
    """The largest changes of a figure from one day to the next, in the order of their days."""
    entered = {mark.day: mark for mark in course.marks}
    decays = changes_daily(database, course.scenario)
    steps: list[tuple[float, date, LargeChange]] = []
    for before, after in pairwise(course.points):
        stated = _other(before.stated, after.stated)
        implied = _other(before.implied, after.implied)
        mark = entered.get(after.day)
        if decays and not mark and (after.day - before.day).days > 1:
            implied = None  # it fell from day to day
        moves = [jeffreys(*map(held, pair)) for pair in (stated, implied) if pair]
        size = max(moves, default=0.0)
        if size:
            step = LargeChange(
                day=after.day,
                stated=stated,
                implied=implied,
                cause="",
                anchor=anchor(course, after.day),
            )
            steps.append((size, before.day, step))
    steps.sort(key=lambda step: (-step[0], step[2].day))
    around = near(database, course.scenario, bearing(database), database.speaking)
    odds = Days(around)
    named = [_with_cause(step, course, odds, since) for _, since, step in steps[:_STEPS]]
    return sorted(named, key=lambda step: step.day)


def _with_cause(step: LargeChange, course: Course, odds: Days, since: date) -> LargeChange:
    """The step with its causes since the day before it, the largest first; it leads to that."""
    id, around = course.scenario, odds.database
    together = {id, *rivals(around, id), *around.scenarios[id].prior.given}
    only = together & around.scenarios.keys()
    story = story_of(window(around, since, step.day, only=only, odds=odds))
    move = story.of(id)
    if move is None:
        return step
    side = move.stated if move.figure == "stated" and move.stated else move.implied
    items = [item for cause in side.because for item in (cause.by or cause).evidence]
    leads = f"e-{items[0]}" if items else step.anchor
    return replace(step, cause=label(move, story, around), anchor=leads)


def _other(before: float | None, after: float | None) -> tuple[float, float] | None:
    if before is None or after is None or printed(before) == printed(after):
        return None
    return before, after


def _seen(course: Course, database: Database, most: int) -> Iterator[DayEvidence]:
    at = {point.day: number for number, point in enumerate(course.points)}
    for mark in course.marks:
        here = at[mark.day]
        change = 0.0
        if here:
            before, after = course.points[here - 1].implied, course.points[here].implied
            change = decibans(after) - decibans(before)
        yield DayEvidence(
            day=mark.day,
            items=tuple(short(id, database) for id in mark.evidence[:most]),
            more=max(len(mark.evidence) - most, 0),
            decibans=change,
            anchor=anchor(course, mark.day),
        )


def _sayings(course: Course, most: int) -> Iterator[Saying]:
    first = course.points[0].day
    given = [f for f in course.forecasts if f.probability is not None and f.date >= first]
    days = [point.day for point in course.points]
    for forecast in given[-most:]:
        assert forecast.probability is not None  # noqa: S101 - chosen so
        row = next((day for day in days if day >= forecast.date), days[-1])
        yield Saying(
            day=forecast.date,
            analyst=forecast.analyst,
            probability=forecast.probability,
            rationale=cells.one_line(forecast.rationale)[:_REASON],
            anchor=anchor(course, row),
        )


def _lanes(course: Course, view: ScenarioView) -> Iterator[Swim]:
    for lane in course.lanes:
        indicator = view.scenario.indicators[lane.indicator]
        stretches = convert(lane.spans, tuple[Stretch, ...], from_attributes=True)
        yield Swim(statement=indicator.statement, stretches=stretches, due=indicator.due)


def _label(data: ScenarioTimeline, view: ScenarioView) -> str:
    parts = []
    stated, implied = view.stated_before, view.implied_before
    reported = {
        "stated": stated.probability if stated else None,
        "implied": implied.probability if implied else None,
    }
    for name, then in reported.items():
        values = [(p.day, getattr(p, name)) for p in data.points if getattr(p, name) is not None]
        if values:
            parts.append(_course(name, dict(values), data.since, then))
    if data.outcome and data.outcome.day <= data.since:
        last = {name: getattr(data.points[-1], name) for name in ("stated", "implied")}
        figures = [f"{name} {percent(p)}" for name, p in last.items() if p is not None]
        parts = [f"at the end {', '.join(figures)}"] if figures else []
    if data.outcome:
        parts.append(f"{data.outcome.word} on {long_day(data.outcome.day)}")
    return f"{data.title}: {'; '.join(parts)}."


def _course(name: str, values: Mapping[date, float], since: date, reported: float | None) -> str:
    now = list(values.values())[-1]
    before = [value for day, value in values.items() if day <= since]
    then = before[-1] if before else next(iter(values.values()))
    return cells.course(name, then, now, max(since, min(values)), reported if before else None)


def _table(course: Course, points: Sequence[DayFigures], database: Database, items: int) -> Table:
    entered = {mark.day: mark.evidence for mark in course.marks}
    rows: list[Row] = []
    before = date.min
    for point in points:
        forecasts = [f for f in course.forecasts if before < f.date <= point.day]
        entries = [*_entries(entered.get(point.day, ()), forecasts, database, items)]
        text = tuple(span for n, entry in enumerate(entries) for span in ("; " * bool(n), *entry))
        rows.append((str(point.day), p(point.stated), p(point.implied), text))
        before = point.day
    columns = (
        left("day"),
        right("stated"),
        right("implied"),
        left("what entered the record", "entered", least=24),
    )
    anchors = tuple(anchor(course, point.day) for point in course.points)
    return Table(columns=columns, rows=tuple(rows), anchors=anchors)


def _entries(
    evidence: tuple[EvidenceId, ...], forecasts: list[GivenForecast], database: Database, most: int
) -> Iterator[tuple[Span, ...]]:
    """Yield items and forecasts of a row, at most `most` of each, with the number of others."""
    for id in evidence[:most]:
        item = database.evidence[id]
        yield (Ref(id, "evidence", item.summary),)
    if evidence[most:]:
        yield (f"{counted(len(evidence) - most, 'item')} more",)
    for forecast in forecasts[:most]:
        why = f": {forecast.rationale}" if forecast.rationale else ""
        value = "withdrawn" if forecast.probability is None else p(forecast.probability)
        yield f"{forecast.analyst} ", value, why
    if forecasts[most:]:
        yield (f"{counted(len(forecasts) - most, 'forecast')} more",)


_NAMED = 3
"""Members in the label."""
Drawn = tuple[Course, ScenarioView]
"""A scenario as it is drawn: its course, and its figures at both dates."""


def lanes(
    statement: str, drawn: Sequence[Drawn], database: Database, since: date, as_of: date
) -> Chart:
    """The members of a set by their figures, from high to low."""
    ordered = sorted(drawn, key=lambda pair: (-_figure(pair[1]), pair[1].id))
    members = _members(map(letter, count()), ordered, database)
    before, now = (
        tuple(_share(view, database, day, since) for _, view in ordered) for day in (since, as_of)
    )
    shares = (before, now) if sum(share > 0 for share in before) > 1 and any(now) else None
    data = Lanes(since=since, as_of=as_of, members=members, shares=shares)
    return Chart(_lanes_label(statement, members), data, _lanes_table(members))


def multiples(drawn: Sequence[Drawn], database: Database, since: date, as_of: date) -> Chart:
    """Scenarios side by side, in their order."""
    members = _members(map(str, count(1)), drawn, database)
    data = Multiples(since=since, as_of=as_of, members=members)
    label = _lanes_label(counted(len(members), "scenario"), members)
    return Chart(label, data, _lanes_table(members))


def letter(number: int) -> str:
    """Short label of a member where there is no room for its title: A to Z, then AA."""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def _figure(view: ScenarioView) -> float:
    return view.stated.probability if view.stated else view.implied.probability


def _members(
    names: Iterator[str], drawn: Sequence[Drawn], database: Database
) -> tuple[Member, ...]:
    return tuple(
        Member(
            letter=name,
            title=view.scenario.title,
            points=figures_of(course),
            decays=changes_daily(database, view.id),
            stated_before=view.stated_before.probability if view.stated_before else None,
            implied_before=view.implied_before.probability if view.implied_before else None,
            outcome=outcome_of(view),
            anchor=f"s-{view.id}",
        )
        for name, (course, view) in zip(names, drawn, strict=False)
    )


def _share(view: ScenarioView, database: Database, day: date, since: date) -> float:
    """Implied probability of a member on a day; 0 once it is known not to occur."""
    if not contends(database, view.id, day):
        return 0.0
    if day > since:
        return view.implied.probability
    return view.implied_before.probability if view.implied_before else 0.0


def _lanes_label(statement: str, members: Sequence[Member]) -> str:
    parts = (f"{member.title} {_lane_words(member)}" for member in members[:_NAMED])
    return f"{statement}: {'; '.join(parts)}."


def _lane_words(member: Member) -> str:
    last = member.points[-1]
    if member.outcome:
        return member.outcome.word
    if last.stated is None:
        return f"implied {from_to(member.implied_before, last.implied)}"
    return f"stated {from_to(member.stated_before, last.stated)}"


def _lanes_table(members: Sequence[Member]) -> Table:
    columns: tuple[Cell[Member], ...] = (
        (left("member"), lambda member: member.letter),
        (left("scenario"), lambda row: Ref(row.anchor.removeprefix("s-"), "scenario", row.title)),
        *cells.before_and_after(_four),
    )
    return cells.table(members, columns)


def _four(member: Member) -> cells.Four:
    last = member.points[-1]
    return member.stated_before, last.stated, member.implied_before, last.implied
