"""Pictures of a quantity with their tables: its fan over time, and the course of a row."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import convert

from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.quantity_course import (
    CoursePoint,
    QuantityCourse,
    quantity_course,
)
from scenarios.analysis.quantities.distributions import Distribution, quantile
from scenarios.analysis.quantities.estimates import number
from scenarios.analysis.quantities.explanation import row_on
from scenarios.analysis.quantities.figures import from_to
from scenarios.analysis.quantities.view import StandingEstimate, interval, quantity_view
from scenarios.errors import UsageError
from scenarios.model import Database, Scenario, ScenarioId
from scenarios.render import cells, pictures
from scenarios.render.cells import left, right
from scenarios.render.charts.fan import FanDay, QuantityFan, value_scale
from scenarios.render.charts.parts import WORDS, ForecastMark, OutcomeMark
from scenarios.render.document import Chart, Row, Table
from scenarios.render.documents.review.causes import analyst_name
from scenarios.render.pictures import items_in_words, timeline_of
from scenarios.render.text import on_screen, short_day
from scenarios.values import owner_of

_STRIP, _ITEMS = 26, 3


def drawn(
    kind: pictures.Subject, window: Window, ids: Sequence[ScenarioId], set_id: str | None = None
) -> list[pictures.Titled]:
    """The pictures of questions, quantities and rows of these, each under its title, in order."""
    measured = [id for id in ids if owner_of(id) in window.database.quantities]
    if not measured:
        return pictures.chosen(kind, window, ids, set_id)
    if kind != "courses":
        raise UsageError(f"--grid and --sparkline draw no quantity: scen plot {measured[0]}")
    charts = {}
    if others := [id for id in ids if id not in measured]:
        charts = dict(zip(others, pictures.chosen(kind, window, others), strict=True))
    for id in measured:
        of, days = window.odds, pictures.DAYS
        chart = quantity_picture(of, id, window.since, window.as_of, days)
        charts[id] = (chart.drawing.title, chart)
    return [charts[id] for id in ids]


def quantity_picture(
    odds: DailyLedgers, id: ScenarioId, since: date, as_of: date, most: int
) -> Chart:
    """The fan of a quantity; of a row its course, as that of a question with a yes or a no."""
    owner = owner_of(id)
    course = quantity_course(odds, owner, as_of, most)
    if id == owner:
        return fan(course, odds, since, as_of)
    return row_course(course, id, odds.database, since, as_of)


def row_course(
    course: QuantityCourse, row: ScenarioId, database: Database, since: date, as_of: date
) -> Chart:
    """The course of a row up to its last open day."""
    on_day, end = row_on(database, row, as_of), resolved(database, course.scenario, as_of)
    outcome = None
    if on_day.outcome:
        is_date = on_day.ledger.is_date
        day = end.date if end and not is_date else on_day.day + timedelta(1)
        outcome = OutcomeMark(day=day, word=WORDS[on_day.outcome])
    title = cells.scenario_or_row(row, database).title
    of_row = course.of_row(row, on_day.day, database)
    return timeline_of(of_row, database, title, since, outcome)


def fan(course: QuantityCourse, odds: DailyLedgers, since: date, as_of: date) -> Chart:
    """The fan of a quantity; its table has the days with an estimate or evidence, latest first."""
    view = quantity_view(odds, course.scenario, since, as_of)
    scenario, figure, end, value = view.scenario, view.figure, view.resolution, None
    unit, is_date, known = figure.unit, figure.kind == "date", ""
    if end:
        known = on_screen(
            f"{end.ending} {unit or ''}".rstrip() if end.value is not None else "annulled"
        )
        known += f", {short_day(end.date)}" * (not is_date or end.value is None)
    if end and end.value is not None:
        value = scenario.horizon if end.value == "later" else end.value
    data = QuantityFan(
        title=scenario.title,
        since=since,
        days=tuple(map(_day, course.points)),
        ends=(f"{figure.implied}", f"{figure.stated or ''}"),
        thresholds=tuple(view.ledger.rows.values()),
        is_log=scenario.quantity is not None and scenario.quantity.scale == "log",
        latest=scenario.horizon if is_date else None,
        decays=changes_daily(odds.database, course.scenario),
        estimates=tuple(_mark(each, course, odds.database) for each in course.estimates),
        value=None if value is None else number(convert(value, date | float)),
        ended=end.date if end else None,
        end=known,
    )
    parts = [f"we say {from_to(figure.stated, figure.previous.stated)}"] if figure.stated else []
    parts += [f"the evidence {from_to(figure.implied, figure.previous.implied)}"]
    of = f" in {unit}" if unit else ""
    label = f"{data.title}{of}: {'; '.join([*parts, *filter(None, [data.end])])}."
    return Chart(label, data, _table(course, data, scenario, odds.database))


def _day(point: CoursePoint) -> FanDay:
    def values(of: Distribution) -> list[float]:
        return [quantile(of, probability) for probability in (0.1, 0.5, 0.9)]

    ours = values(point.stated.distribution) if point.stated else [None, None, None]
    names = ("low", "implied", "high", "stated_low", "stated", "stated_high")
    figures = dict(zip(names, (*values(point.ledger.implied), *ours), strict=True))
    return convert({"day": point.day, **figures}, FanDay)


def _mark(estimate: StandingEstimate, course: QuantityCourse, database: Database) -> ForecastMark:
    sheet, scenario = database.sheets[estimate.sheet], database.scenarios[course.scenario]
    name, why = analyst_name(sheet.analyst, database), sheet.rationales.get(course.scenario)
    about = f"{short_day(estimate.date)}, {name}, {interval(estimate.distribution, scenario)}"
    return ForecastMark(
        day=estimate.date,
        analyst=name,
        value=quantile(estimate.distribution, 0.5),
        about=f"{about}: “{cells.one_line(why)}”" if why else about,
        anchor=f"d-{course.scenario}-{estimate.date}",
    )


def _table(
    course: QuantityCourse, data: QuantityFan, scenario: Scenario, database: Database
) -> Table:
    entered = course.entered
    made = {
        day.day: [e.about.partition(", ")[2] for e in data.estimates if e.day == day.day]
        for day in data.days
    }
    rows = list[tuple[str, Row]]()
    strips = _strips(data)
    for point, strip in zip(course.points, strips, strict=True):
        day = point.day
        if made[day] or day in entered or point in (course.points[0], course.points[-1]):
            ours = f"{interval(point.stated.distribution, scenario)}" if point.stated else "–"
            evidence = f"{interval(point.ledger.implied, scenario)}"
            items = items_in_words(entered.get(day, ()), database, _ITEMS) or ""
            why = "; ".join(made[day])
            rows.append(
                (f"d-{course.scenario}-{day}", (f"{day}", ours, evidence, strip, why, items))
            )
    columns = (
        *(left("day"), right("we say", "stated"), right("evidence", "implied")),
        left("evidence ─×─, we ●", "strip", only="terminal", meaning="strip", drop=3),
        left("reason", least=20, drop=1),
        left("recorded", "entered", least=20, drop=2),
    )
    anchors, latest = zip(*reversed(rows), strict=True)
    return Table(columns=columns, rows=latest, anchors=anchors)


def _strips(data: QuantityFan) -> Iterator[str]:
    """Yield each day's interval of the evidence, its median and ours, between all thresholds."""
    values = value_scale(data, 0, _STRIP - 1)
    for day in data.days:
        letters = ["·"] * _STRIP
        low, high = (round(values.position(value)) for value in (day.low, day.high))
        letters[low : high + 1] = "─" * (high + 1 - low)
        for value in data.thresholds:
            letters[round(values.position(value))] = "|"
        letters[round(values.position(day.implied))] = "×"
        if day.stated is not None:
            letters[round(values.position(day.stated))] = "●"
        yield "".join(letters)
