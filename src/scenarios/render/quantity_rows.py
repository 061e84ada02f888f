"""Rows of quantities in the picture of a review, each scaled to its own unit."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from scenarios.analysis.period.period import Window
from scenarios.analysis.period.quantity_course import CoursePoint, quantity_course
from scenarios.analysis.period.recent import EvidencePoint, StatedPoint
from scenarios.analysis.quantities.distributions import Distribution, quantile
from scenarios.analysis.quantities.estimates import number
from scenarios.analysis.quantities.figures import in_words
from scenarios.analysis.quantities.view import shown
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Resolution, Scenario, ScenarioId
from scenarios.render import cells
from scenarios.render.document import Span, plain
from scenarios.render.documents.review import causes, sentences
from scenarios.render.documents.review.causes import name
from scenarios.render.documents.review.context import ReviewContext
from scenarios.render.overview import OverviewRow
from scenarios.render.text import on_screen, short_day

_DAYS, _WORDS = 30, 24
"""Most days of evidence in a row, and words of a reason."""
_LETTERS = 5
"""For which there is room beside a plot."""
_Scale = Callable[[float], float]


def quantity_row(of: ReviewContext, row: StatusRow, window: Window, first: date) -> OverviewRow:
    """The row of a quantity; its values are shares of the way from the lowest to the highest."""
    database, figure = of.database, row.quantity
    assert figure  # noqa: S101 - asked of quantities alone
    scenario = database.scenarios[row.id]
    course = quantity_course(window.odds, row.id, window.as_of, _DAYS).points
    before = [point._replace(day=first) for point in course if point.day < first][-1:]
    points = [*before, *(point for point in course if point.day >= first)]
    end = scenario.resolution if row.outcome else None
    scale = _scale(points, scenario, end)
    stated, evidence = list[StatedPoint](), list[EvidencePoint]()
    for point in points:
        low, middle, high = map(scale, _quantiles(point.ledger.implied))
        evidence.append(EvidencePoint(point.day, middle, low, high))
        ours = scale(quantile(point.stated.distribution, 0.5)) if point.stated else None
        stated.append(StatedPoint(point.day, ours))
    last, then = points[-1], [p.probability for p in stated if p.day <= of.story.since][-1:]
    earlier = figure.previous.stated if figure.stated else figure.previous.implied
    now = figure.stated or figure.implied
    was = in_words(earlier.median, now) if earlier else ""
    median = in_words(now.median, now)
    estimates = last.stated.estimates.values() if last.stated else ()
    value = _value(scenario, end)
    return OverviewRow(
        title=name(row.id, database, first=True),
        name=plain(name(row.id, database, first=True)),
        about=" ".join(filter(None, (figure.unit, f"by {short_day(scenario.horizon)}"))),
        why=tuple(_why(of, row.id)),
        stated=tuple(stated) if figure.stated else (),
        evidence=tuple(evidence),
        before=stated[-1].probability if end else next(iter(then), None),
        now=(None if value is None else scale(value)) if end else stated[-1].probability,
        figures=("", on_screen(cells.outcome_words(row.outcome)))
        if end
        else (on_screen(was) if was != median else "", on_screen(median)),
        word=f"we had said {now}"
        if end and figure.stated
        else " to ".join(on_screen(in_words(side, now)) for side in (now.low, now.high)),
        range=f"evidence {figure.implied}" if figure.stated else "evidence alone",
        outcome="annulled" if end else None,
        ended=end.date if end else None,
        others=tuple(scale(quantile(each.distribution, 0.5)) for each in estimates)
        if len(estimates) > 1 and not end
        else (),
        levels=tuple(_levels(points, scale, scenario)),
    )


def _quantiles(of: Distribution) -> list[float]:
    return [quantile(of, probability) for probability in (0.1, 0.5, 0.9)]


def _value(scenario: Scenario, end: Resolution | None) -> float | None:
    if end is None or end.value is None:
        return None
    if end.value == "later":
        return number(scenario.horizon)
    return number(date.fromisoformat(end.value) if isinstance(end.value, str) else end.value)


def _scale(points: Sequence[CoursePoint], scenario: Scenario, end: Resolution | None) -> _Scale:
    """The share of a value between all that is drawn; by its logarithm on a log scale."""
    values = [value for point in points for value in _quantiles(point.ledger.implied)]
    values += [quantile(p.stated.distribution, 0.5) for p in points if p.stated]
    known, is_log = _value(scenario, end), scenario.quantity and scenario.quantity.scale == "log"
    values += [] if known is None else [known]
    most = number(scenario.horizon) if points[0].ledger.is_date else math.inf

    def place(value: float) -> float:
        return math.log(value) if is_log else min(value, most)

    low, high = place(min(values)), place(max(values))
    return lambda value: (place(value) - low) / (high - low) if high > low else 0.5


def _levels(
    points: Sequence[CoursePoint], scale: _Scale, scenario: Scenario
) -> Iterator[tuple[float, str]]:
    """Yield the thresholds that are inside, else the ends, with what is written beside them."""
    ledger = points[-1].ledger
    inside = [value for value in ledger.rows.values() if 0 <= scale(value) <= 1]
    levels = inside[:1] + inside[1:][-1:] or _quantiles(ledger.implied)[::2]
    years = {f"{shown(value, scenario)}"[: len("2026")] for value in levels}
    for value in levels:
        text = shown(value, scenario)
        if isinstance(text, str) and (text == "later" or len(years) == len(levels)):
            yield scale(value), text if text == "later" else text[: len("2026")]
        elif isinstance(text, str):
            yield scale(value), f"{text[5:7]}/{text[2:4]}"
        else:
            label = f"{text:,.6g}"
            yield scale(value), label if len(label) <= _LETTERS else f"{text:.0e}"


def _why(of: ReviewContext, id: ScenarioId) -> Iterator[Span]:
    """Yield our latest reason of the window, unless the bullets say it, and what moved it."""
    if of.rows[id].outcome:
        return
    text = causes.quantity_reason(id, of.story, of.database, _WORDS, named=of.names_analysts)
    bullets = [plain(bullet) for bullet in sentences.lead(of)[1:]]
    if text and not any(text in bullet for bullet in bullets):
        yield f"{text}. "
    if because := causes.because_of_items(id, of.story, of.database):
        yield from ("The evidence moved", *because, ".")
