"""Pictures with their labels and tables: scenarios over time, sets, the overview, each alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, count, pairwise
from typing import Literal

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing, connected, near, rivals
from scenarios.analysis.forecasts import SheetForecast
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import PreviousFigures, ScenarioView, Window, window
from scenarios.analysis.period.trajectory import Trajectory, curves
from scenarios.analysis.review.review import story_of
from scenarios.model import Database, EvidenceId, ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.draw import alone
from scenarios.render.charts.multiples import SetMember, SmallMultiples
from scenarios.render.charts.overview import Sparkline
from scenarios.render.charts.parts import WORDS, DayFigures, ForecastMark, OutcomeMark
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    ScenarioTimeline,
)
from scenarios.render.document import Chart, Document, Heading, Paragraph, Ref, Row, Span, Table
from scenarios.render.documents.review.causes import analyst_name, short
from scenarios.render.documents.review.context import context_of
from scenarios.render.documents.review.sentences import label
from scenarios.render.drawing import draw
from scenarios.render.text import from_to, long_day, short_day
from scenarios.scales import MOVED_BITS, decibans, has_moved, held, jeffreys, percent
from scenarios.text import counted

_STEPS = 3
_MARKED = 8
"""Forecasts that are marked for each item that a mark names, the latest."""
_REASON = 300
"""Characters of a rationale that a mark tells."""


def timeline(
    trajectory: Trajectory, view: ScenarioView, database: Database, since: date, items: int = 3
) -> Chart:
    """Timeline of a scenario; a mark, and a row of its table, name at most `items` items."""
    band = None if view.unfounded else view.band
    data = replace(
        _data(trajectory, view.scenario.title, database, since, items),
        points=figures_of(trajectory, unfounded=view.unfounded),
        band=(band.low, band.high) if band else None,
        outcome=outcome_of(view),
        steps=tuple(_steps(trajectory, database)),
        lanes=tuple(_lanes(trajectory, view)),
    )
    table = _timeline_table(trajectory, data, database, items)
    return Chart(_timeline_label(data, view), data, table)


def timeline_of(
    trajectory: Trajectory, database: Database, title: str, since: date, outcome: OutcomeMark | None
) -> Chart:
    """Timeline of a row of a quantity, with the figures of today's files at both dates."""
    data = replace(_data(trajectory, title, database, since, 3), outcome=outcome)
    label = _timeline_label(data, PreviousFigures(implied_before=None, stated_before=None))
    return Chart(label, data, _timeline_table(trajectory, data, database, 3))


def anchor(trajectory: Trajectory, day: date) -> str:
    return f"d-{trajectory.scenario}-{day}"


def figures_of(trajectory: Trajectory, *, unfounded: bool = False) -> tuple[DayFigures, ...]:
    """The points of a course; nothing implied where that is unfounded."""
    return tuple(
        DayFigures(day=p.day, stated=p.stated, implied=None if unfounded else p.implied)
        for p in trajectory.points
    )


def outcome_of(view: ScenarioView) -> OutcomeMark | None:
    if view.resolution is None:
        return None
    return OutcomeMark(day=view.resolution.date, word=WORDS[view.resolution.outcome])


def _data(
    trajectory: Trajectory, title: str, database: Database, since: date, items: int
) -> ScenarioTimeline:
    return ScenarioTimeline(
        title=title,
        since=since,
        points=figures_of(trajectory),
        decays=changes_daily(database, trajectory.scenario),
        seen=tuple(_seen(trajectory, database, items)),
        sayings=tuple(_sayings(trajectory, items * _MARKED)),
    )


def _steps(trajectory: Trajectory, database: Database) -> list[LargeChange]:
    """The largest changes of a figure from one day to the next, in the order of their days."""
    decays = changes_daily(database, trajectory.scenario)
    steps: list[tuple[float, date, LargeChange]] = []
    for before, after in pairwise(trajectory.points):
        stated = _other(before.stated, after.stated)
        implied = _other(before.implied, after.implied)
        if decays and after.day not in trajectory.entered and (after.day - before.day).days > 1:
            implied = None  # it fell from day to day
        moves = [jeffreys(*map(held, pair)) for pair in (stated, implied) if pair]
        size = max(moves, default=0.0)
        if size:
            step = LargeChange(
                day=after.day,
                stated=stated,
                implied=implied,
                cause="",
                anchor=anchor(trajectory, after.day),
            )
            steps.append((size, before.day, step))
    steps.sort(key=lambda step: (-step[0], step[2].day))
    items = bearing(database, connected(database, trajectory.scenario))
    around = near(database, trajectory.scenario, items, database.speaking)
    odds = DailyLedgers(around)
    named = [_with_cause(step, trajectory, odds, since) for _, since, step in steps[:_STEPS]]
    return sorted(named, key=lambda step: step.day)


def _with_cause(
    step: LargeChange, trajectory: Trajectory, odds: DailyLedgers, since: date
) -> LargeChange:
    """The step with its causes since the day before it, the largest first; it leads to that."""
    id, around = trajectory.scenario, odds.database
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


def _seen(trajectory: Trajectory, database: Database, most: int) -> Iterator[DayEvidence]:
    numbers = {point.day: number for number, point in enumerate(trajectory.points)}
    for day, ids in trajectory.entered.items():
        here = numbers[day]
        change = 0.0
        if here:
            before, after = trajectory.points[here - 1].implied, trajectory.points[here].implied
            change = decibans(after) - decibans(before)
        yield DayEvidence(
            day=day,
            items=tuple(short(id, database) for id in ids[:most]),
            more=max(len(ids) - most, 0),
            decibans=change,
            anchor=anchor(trajectory, day),
        )


def _sayings(trajectory: Trajectory, most: int) -> Iterator[ForecastMark]:
    days = [point.day for point in trajectory.points]
    stated = [f for f in trajectory.forecasts if f.probability is not None and f.date >= days[0]]
    for forecast in stated[-most:]:
        assert forecast.probability is not None  # noqa: S101 - chosen so
        row = next((day for day in days if day >= forecast.date), days[-1])
        why = cells.one_line(forecast.rationale)[:_REASON]
        about = f"{short_day(forecast.date)}, {forecast.analyst}, {percent(forecast.probability)}"
        yield ForecastMark(
            day=forecast.date,
            analyst=forecast.analyst,
            value=forecast.probability,
            about=f"{about}: “{why}”" if why else about,
            anchor=anchor(trajectory, row),
        )


def _lanes(trajectory: Trajectory, view: ScenarioView) -> Iterator[IndicatorLane]:
    for name, periods in trajectory.states.items():
        indicator = view.scenario.indicators[name]
        yield IndicatorLane(statement=indicator.statement, periods=periods, due=indicator.due)


_NAMES = {"stated": "our figure", "implied": "the evidence"}


def _timeline_label(data: ScenarioTimeline, view: PreviousFigures) -> str:
    parts = []
    stated, implied = view.stated_before, view.implied_before
    reported = {
        "stated": stated.probability if stated else None,
        "implied": implied.probability if implied else None,
    }
    for name, then in reported.items():
        values = [(p.day, getattr(p, name)) for p in data.points if getattr(p, name) is not None]
        if values:
            parts.append(_change_since(_NAMES[name], dict(values), data.since, then))
    if data.outcome and data.outcome.day <= data.since:
        last = {name: getattr(data.points[-1], name) for name in ("stated", "implied")}
        figures = [f"{_NAMES[name]} {percent(p)}" for name, p in last.items() if p is not None]
        parts = [f"at the end {', '.join(figures)}"] if figures else []
    if data.outcome:
        parts.append(f"{data.outcome.word} on {long_day(data.outcome.day)}")
    return f"{data.title}: {'; '.join(parts)}."


def _change_since(
    name: str, values: Mapping[date, float], since: date, reported: float | None
) -> str:
    now = list(values.values())[-1]
    before = [value for day, value in values.items() if day <= since]
    then = before[-1] if before else next(iter(values.values()))
    return cells.change_since(
        name, then, now, max(since, min(values)), reported if before else None
    )


def _timeline_table(
    trajectory: Trajectory, data: ScenarioTimeline, database: Database, most: int
) -> Table:
    """The days that told something, the latest first: figures, reasons, and what was recorded.

    A day without either is left out where the evidence hardly moved.
    """
    marked = {step.day for step in data.steps}
    rows: list[tuple[str, Row]] = []
    for before, after in zip((None, *data.points), data.points, strict=False):
        since = before.day if before else date.min
        said = [f for f in trajectory.forecasts if since < f.date <= after.day]
        seen = trajectory.entered.get(after.day, ())
        was = before or replace(after, stated=None, implied=None)
        step, moved = _other(was.stated, after.stated), _other(was.implied, after.implied)
        is_large = moved and jeffreys(*map(held, moved)) >= MOVED_BITS
        if said or seen or step or is_large or before is None or after.day in marked:
            figures = (cells.step(was.stated, after.stated), cells.step(was.implied, after.implied))
            why = _reasons(said, after.stated, database, most)
            if step and not said:
                ended = "no new forecast: one ended, or its set changed"
                why = ("as time passed" if "/" in trajectory.scenario else ended,)
            items = items_in_words(seen, database, most) or ("no report on it" if is_large else "")
            row = (str(after.day), *figures, why, items)
            rows.append((anchor(trajectory, after.day), row))
    columns = (
        *(left("day"), right("we say", "stated"), right("evidence", "implied")),
        *(left("reason", least=24), left("recorded", "entered", least=24)),
    )
    anchors, latest = zip(*reversed(rows), strict=True)
    return Table(columns=columns, rows=latest, anchors=anchors)


def _reasons(
    said: Sequence[SheetForecast], team: float | None, database: Database, most: int
) -> tuple[Span, ...]:
    """`Freight 74%: “The statement.”`, at most `most`; no figure where it is the team's."""
    spans: list[Span] = []
    for forecast in said[:most]:
        spans += ["; " * bool(spans), analyst_name(forecast.analyst, database)]
        is_team = team and forecast.probability and not has_moved(team, forecast.probability)
        own = () if is_team else (" ", p(forecast.probability))
        spans += (" withdrawn",) if forecast.probability is None else own
        why = f"“{cells.one_line(forecast.rationale)}”" if forecast.rationale else "no reason given"
        spans.append("" if forecast.probability is None else f": {why}")
    more = len(said) - most
    return (*spans, *((f"; {counted(more, 'forecast')} more",) if more > 0 else ()))


def items_in_words(seen: Sequence[EvidenceId], database: Database, most: int) -> tuple[Span, ...]:
    """The items, at most `most`, and the number of others."""
    refs = [Ref(id, "evidence", short(id, database)) for id in seen[:most]]
    spans = [span for n, ref in enumerate(refs) for span in ("; " * bool(n), ref)]
    more = len(seen) - most
    return (*spans, *((f"; {counted(more, 'item')} more",) if more > 0 else ()))


_MEMBERS_NAMED = 3
"""Members in the label."""
Drawn = tuple[Trajectory, ScenarioView]
"""A scenario as it is drawn: its course, and its figures at both dates."""


def set_picture(
    statement: str, drawn: Sequence[Drawn], database: Database, since: date, as_of: date
) -> Chart:
    """The members of a set, in the order in which it is listed."""
    members = _members(map(letter, count()), drawn, database)
    data = SmallMultiples(since=since, as_of=as_of, members=members, is_set=True)
    return Chart(_members_label(statement, members), data, _members_table(members))


def multiples(drawn: Sequence[Drawn], database: Database, since: date, as_of: date) -> Chart:
    members = _members(map(str, count(1)), drawn, database)
    data = SmallMultiples(since=since, as_of=as_of, members=members)
    label = _members_label(counted(len(members), "scenario"), members)
    return Chart(label, data, _members_table(members))


def letter(number: int) -> str:
    """Short label of a member where there is no room for its title: A to Z, then AA."""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def _members(
    names: Iterator[str], drawn: Sequence[Drawn], database: Database
) -> tuple[SetMember, ...]:
    return tuple(
        SetMember(
            letter=name,
            title=view.scenario.title,
            points=figures_of(trajectory),
            decays=changes_daily(database, view.id),
            stated_before=view.stated_before.probability if view.stated_before else None,
            implied_before=view.implied_before.probability if view.implied_before else None,
            outcome=outcome_of(view),
            anchor=f"s-{view.id}",
        )
        for name, (trajectory, view) in zip(names, drawn, strict=False)
    )


def _members_label(statement: str, members: Sequence[SetMember]) -> str:
    parts = (f"{member.title} {_member_words(member)}" for member in members[:_MEMBERS_NAMED])
    return f"{statement}: {'; '.join(parts)}."


def _member_words(member: SetMember) -> str:
    last = member.points[-1]
    if member.outcome:
        return member.outcome.word
    if last.stated is None:
        return f"evidence {from_to(member.implied_before, last.implied)}"
    return f"we say {from_to(member.stated_before, last.stated)}"


def _members_table(members: Sequence[SetMember]) -> Table:
    columns: tuple[Cell[SetMember], ...] = (
        (left("member"), lambda member: member.letter),
        (left("scenario"), lambda row: Ref(row.anchor.removeprefix("s-"), "scenario", row.title)),
        *cells.before_and_after(_member_figures),
    )
    return cells.table(members, columns)


def _member_figures(member: SetMember) -> cells.Four:
    last = member.points[-1]
    return member.stated_before, last.stated, member.implied_before, last.implied


DAYS = 120
"""Most days drawn in a picture that stands alone."""
_NARROW = 600
"""Width in pixels from which on a picture is drawn wide."""
Titled = tuple[str, Chart]
"""A chart under its title; "" where it has none."""
Subject = Literal["courses", "grid", "line"]


def chosen(
    kind: Subject, window: Window, ids: Sequence[ScenarioId], set_id: SetId | None = None
) -> list[Titled]:
    """Scenarios one below the other, or side by side; a set; or one line."""
    database, views, since, on = window.database, window.views, window.since, window.as_of
    by_scenario = curves(window, ids, DAYS)
    drawn = [(trajectory, views[id]) for id, trajectory in by_scenario.items()]
    if kind == "grid":
        return [("", multiples(drawn, database, since, on))]
    if set_id:
        statement = database.tracker.sets.get(set_id, set_id)
        return [(statement, set_picture(statement, drawn, database, since, on))]
    if kind == "line":
        [(id, trajectory)] = by_scenario.items()
        line = Sparkline(points=figures_of(trajectory))
        return [("", replace(timeline(trajectory, views[id], database, since), drawing=line))]
    charts = (timeline(by_scenario[id], views[id], database, since) for id in ids)
    return [(chart.drawing.title, chart) for chart in charts]


def document(pictures: Iterable[Titled]) -> Document:
    """Each picture under its title, behind what it shows."""
    blocks = ((Heading(2, title), Paragraph(chart.label), chart) for title, chart in pictures)
    return tuple(chain.from_iterable(blocks))


def svg(
    pictures: Sequence[Titled], signature: str, size: tuple[int, int] | None, *, dark: bool
) -> str:
    """The pictures one below the other, as for a phone where they are not to be wide."""
    narrow = size is not None and size[0] < _NARROW
    panels = [(title, draw(chart.drawing, narrow=narrow)) for title, chart in pictures]
    label = " ".join(chart.label for _, chart in pictures)
    return alone(panels, label, signature, dark=dark, size=size)
