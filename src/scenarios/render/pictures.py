"""Pictures with their labels and tables: scenarios over time, sets, the overview, each alone."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count, pairwise
from typing import Literal

from msgspec import convert
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing, contends, near, rivals
from scenarios.analysis.forecasts import SheetForecast
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import ScenarioView, Window, window
from scenarios.analysis.period.trajectory import Trajectory, courses
from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Review, review, story_of
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.model import Database, EvidenceId, ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.draw import alone
from scenarios.render.charts.lanes import Lanes, SetMember, SmallMultiples
from scenarios.render.charts.overview import Overview, OverviewRow, Sparkline, fitting
from scenarios.render.charts.parts import WORDS, DayFigures, OutcomeMark
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    PlotLabel,
    ScenarioTimeline,
    StateBar,
)
from scenarios.render.document import Chart, Ref, Row, Span, Table
from scenarios.render.documents.review.causes import short
from scenarios.render.documents.review.context import context_of
from scenarios.render.documents.review.sentences import label, row_label
from scenarios.render.drawing import draw
from scenarios.render.text import from_to, long_day
from scenarios.scales import MOVED_BITS, decibans, has_moved, held, jeffreys, percent
from scenarios.text import counted

_STEPS = 3
_MARKED = 8
"""Forecasts that are marked for each item that a mark names, the latest."""
_REASON = 300
"""Characters of a rationale that a mark tells."""


def timeline(
    course: Trajectory, view: ScenarioView, database: Database, since: date, items: int = 3
) -> Chart:
    """Timeline of a scenario; a mark, and a row of its table, name at most `items` items."""
    data = _data(course, view, database, since, items)
    table = _timeline_table(course, data.points, database, items)
    return Chart(_timeline_label(data, view), data, table)


def anchor(course: Trajectory, day: date) -> str:
    return f"d-{course.scenario}-{day}"


def figures_of(course: Trajectory, *, unfounded: bool = False) -> tuple[DayFigures, ...]:
    """The points of a course; nothing implied where that is unfounded."""
    return tuple(
        DayFigures(day=p.day, stated=p.stated, implied=None if unfounded else p.implied)
        for p in course.points
    )


def outcome_of(view: ScenarioView) -> OutcomeMark | None:
    if view.resolution is None:
        return None
    return OutcomeMark(day=view.resolution.date, word=WORDS[view.resolution.outcome])


def _data(
    course: Trajectory, view: ScenarioView, database: Database, since: date, items: int
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


def _steps(course: Trajectory, database: Database) -> list[LargeChange]:
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
    odds = DailyLedgers(around)
    named = [_with_cause(step, course, odds, since) for _, since, step in steps[:_STEPS]]
    return sorted(named, key=lambda step: step.day)


def _with_cause(
    step: LargeChange, course: Trajectory, odds: DailyLedgers, since: date
) -> LargeChange:
    """The step with its causes since the day before it, the largest first; it leads to that."""
    id, around = course.scenario, odds.database
    together = {id, *rivals(around, id), *around.scenarios[id].prior.given}
    only = together & around.scenarios.keys()
    story = story_of(window(around, since, step.day, only=only, odds=odds))
    move = story.of(id)
    if move is None:
        return step
    event = story.event(move.event)
    leads = f"e-{event.items[0]}" if event and event.items else step.anchor
    return replace(step, cause=label(context_of(story, around), move), anchor=leads)


def _other(before: float | None, after: float | None) -> tuple[float, float] | None:
    if before is None or after is None or not has_moved(before, after):
        return None
    return before, after


def _seen(course: Trajectory, database: Database, most: int) -> Iterator[DayEvidence]:
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


def _sayings(course: Trajectory, most: int) -> Iterator[PlotLabel]:
    first = course.points[0].day
    given = [f for f in course.forecasts if f.probability is not None and f.date >= first]
    days = [point.day for point in course.points]
    for forecast in given[-most:]:
        assert forecast.probability is not None  # noqa: S101 - chosen so
        row = next((day for day in days if day >= forecast.date), days[-1])
        yield PlotLabel(
            day=forecast.date,
            analyst=forecast.analyst,
            probability=forecast.probability,
            rationale=cells.one_line(forecast.rationale)[:_REASON],
            anchor=anchor(course, row),
        )


def _lanes(course: Trajectory, view: ScenarioView) -> Iterator[IndicatorLane]:
    for lane in course.lanes:
        indicator = view.scenario.indicators[lane.indicator]
        stretches = convert(lane.spans, tuple[StateBar, ...], from_attributes=True)
        yield IndicatorLane(statement=indicator.statement, stretches=stretches, due=indicator.due)


def _timeline_label(data: ScenarioTimeline, view: ScenarioView) -> str:
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


def _timeline_table(
    course: Trajectory, points: Sequence[DayFigures], database: Database, items: int
) -> Table:
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
    evidence: tuple[EvidenceId, ...], forecasts: list[SheetForecast], database: Database, most: int
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


_MEMBERS_NAMED = 3
"""Members in the label."""
Drawn = tuple[Trajectory, ScenarioView]
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
    members = _members(map(str, count(1)), drawn, database)
    data = SmallMultiples(since=since, as_of=as_of, members=members)
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
) -> tuple[SetMember, ...]:
    return tuple(
        SetMember(
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


def _lanes_label(statement: str, members: Sequence[SetMember]) -> str:
    parts = (f"{member.title} {_lane_words(member)}" for member in members[:_MEMBERS_NAMED])
    return f"{statement}: {'; '.join(parts)}."


def _lane_words(member: SetMember) -> str:
    last = member.points[-1]
    if member.outcome:
        return member.outcome.word
    if last.stated is None:
        return f"implied {from_to(member.implied_before, last.implied)}"
    return f"stated {from_to(member.stated_before, last.stated)}"


def _lanes_table(members: Sequence[SetMember]) -> Table:
    columns: tuple[Cell[SetMember], ...] = (
        (left("member"), lambda member: member.letter),
        (left("scenario"), lambda row: Ref(row.anchor.removeprefix("s-"), "scenario", row.title)),
        *cells.before_and_after(_member_figures),
    )
    return cells.table(members, columns)


def _member_figures(member: SetMember) -> cells.Four:
    last = member.points[-1]
    return member.stated_before, last.stated, member.implied_before, last.implied


MOST = 60
"""Questions that moved and are drawn, and all that are drawn where fewer moved."""
_MOVES_NAMED = 3
"""Moves in the label."""


def overview(
    review: Review,
    database: Database,
    most: int | None = MOST,
    fill: int | None = MOST,
    room: float = math.inf,
) -> Chart | None:
    """Overview of the questions, outcomes first, then the largest moves; None if there are none.

    At most `most` that moved are drawn, and others so that `fill` are drawn in all, and no more
    than have `room`, in pixels of a picture for a desk.
    """
    moved, words = (
        {move.scenario: move for move in review.story.moved},
        context_of(review.story, database),
    )

    def why(id: ScenarioId) -> str:
        return row_label(words, moved[id]) if id in moved else ""

    decided = [_decided(entry, database) for entry in occurred_first(review.resolved)]
    rows = [row for row in review.scenarios if row.outcome is None and row.implied]
    standings = [_standing(row, why(row.id)) for row in largest_first(rows)]
    moving = [row for row in standings if row.moved]
    still = [row for row in standings if not row.moved]
    if not (decided or standings):
        return None
    drawn = [*decided, *moving[:most]]
    drawn += still[: None if fill is None else max(0, fill - len(drawn))]
    drawn = drawn[: fitting(drawn, room)]
    hidden = [row for row in standings if row not in drawn]
    data = Overview(
        since=review.since, as_of=review.as_of, rows=tuple(drawn), rest=", ".join(_undrawn(hidden))
    )
    table = _overview_table([*decided, *moving, *still])
    return Chart(_overview_label(standings, review), data, table)


def _undrawn(hidden: list[OverviewRow]) -> Iterator[str]:
    moved = sum(row.moved for row in hidden)
    if moved:
        yield f"{moved} more moved less"
    if still := len(hidden) - moved:
        yield f"{counted(still, 'more open question')} did not move"


def _standing(row: StatusRow, cause: str) -> OverviewRow:
    stated_before, stated, implied_before, implied = cells.four(row)
    return OverviewRow(
        title=row.title,
        stated=stated,
        stated_before=stated_before,
        implied=implied,
        implied_before=implied_before,
        cause=cause,
        anchor=f"s-{row.id}",
        large=(row.movement_bits or 0) >= MOVED_BITS,
    )


def _decided(entry: ResolvedScenario, database: Database) -> OverviewRow:
    return OverviewRow(
        title=cells.scenario(entry.scenario, database).label,
        stated=entry.stated,
        stated_before=None,
        implied=entry.implied,
        implied_before=None,
        anchor=f"s-{entry.scenario}",
        outcome=OutcomeMark(day=entry.date, word=WORDS[entry.outcome]),
    )


def _overview_label(rows: list[OverviewRow], review: Review) -> str:
    moved = [row for row in rows if row.moved]
    overdue = sum(row.state == "overdue" for row in review.scenarios)
    counts = (len(rows) - overdue, overdue, len(review.story.moved), len(review.story.restated))
    decided = f"{counted(len(review.resolved), 'scenario')} decided, " if review.resolved else ""
    head = decided + cells.count(*counts, review.since)
    return ". ".join([head, *map(_move_words, moved[:_MOVES_NAMED])]) + "."


def _move_words(row: OverviewRow) -> str:
    figures = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in figures:
        if before is not None and after is not None and has_moved(before, after):
            return f"{row.title}: {name}{cells.rose_or_fell(before, after).strip()}"
    return f"{row.title}: new"


def _overview_table(rows: list[OverviewRow]) -> Table:
    columns: tuple[Cell[OverviewRow], ...] = (
        (left("scenario"), lambda row: Ref(row.anchor.removeprefix("s-"), "scenario", row.title)),
        *cells.before_and_after(_overview_figures),
        (
            left("what moved it most", "cause", drop=1, least=20),
            lambda row: row.outcome.label if row.outcome else row.cause,
        ),
    )
    return cells.table(rows, columns)


def _overview_figures(row: OverviewRow) -> cells.Four:
    return row.stated_before, row.stated, row.implied_before, row.implied


DAYS = 120
"""Most days drawn in a picture that stands alone."""
_NARROW = 600
"""Width in pixels from which on a picture is drawn wide."""
Titled = tuple[str, Chart]
"""A chart under its title; "" where it has none."""
Subject = Literal["courses", "grid", "line", "overview"]


def chosen(
    kind: Subject, window: Window, ids: Sequence[ScenarioId], set_id: SetId | None = None
) -> list[Titled]:
    """Scenarios one below the other, or side by side; a set; one line; or all that is open."""
    database, views, since, on = window.database, window.views, window.since, window.as_of
    if kind == "overview":
        picture = overview(review(window), database, None)
        title = f"Open scenarios on {long_day(on)}"
        return [(title, picture)] if picture else []
    by_scenario = courses(window, ids, DAYS)
    drawn = [(course, views[id]) for id, course in by_scenario.items()]
    if kind == "grid":
        return [("", multiples(drawn, database, since, on))]
    if set_id:
        statement = database.tracker.sets.get(set_id, set_id)
        return [(statement, lanes(statement, drawn, database, since, on))]
    if kind == "line":
        [(id, course)] = by_scenario.items()
        line = Sparkline(points=figures_of(course))
        return [("", replace(timeline(course, views[id], database, since), drawing=line))]
    charts = (timeline(by_scenario[id], views[id], database, since) for id in ids)
    return [(chart.drawing.title, chart) for chart in charts]


def svg(
    pictures: Sequence[Titled], signature: str, size: tuple[int, int] | None, *, dark: bool
) -> str:
    """The pictures one below the other, as for a phone where they are not to be wide."""
    narrow = size is not None and size[0] < _NARROW
    panels = [(title, draw(chart.drawing, narrow=narrow)) for title, chart in pictures]
    label = " ".join(chart.label for _, chart in pictures)
    return alone(panels, label, signature, dark=dark, size=size)
