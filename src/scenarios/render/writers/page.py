"""A review as one page of HTML that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from scenarios.analysis.forecasts.stated import Given
from scenarios.analysis.period.trajectory import Course
from scenarios.analysis.review.ach import nearest_code
from scenarios.analysis.review.page import Page, SetChapter
from scenarios.analysis.review.review import Move
from scenarios.model import Database, EvidenceId, Rating
from scenarios.render.charts import palette
from scenarios.render.charts.calibration import reliability
from scenarios.render.charts.drawing import Drawing
from scenarios.render.charts.shares import Shares, letter, shares
from scenarios.render.charts.trend import shapes, trend
from scenarios.render.charts.waterfall import rungs, says, waterfall
from scenarios.render.documents import restatement
from scenarios.render.documents.ledger_changes import ChangeRow, change_rows
from scenarios.render.documents.report import by_rule, method_text
from scenarios.render.documents.status import status_cells
from scenarios.render.text import MINUS, percent, points, signed
from scenarios.render.writers.html import address, digest, style
from scenarios.scales import estimative_term
from scenarios.text import counted, printable

LIMITS = {"matrix_rows": 40, "subjects": 12, "messages": 12, "items": 3}
"""What is named one by one in a table; the rest is counted."""
LARGE = 60
"""From so many scenarios on a day names one item."""


class Origin(msgspec.Struct, frozen=True):
    """Which state of the database a page was made from, where git knows it, and what it lacks."""

    revision: str | None = None
    clean: bool | None = None
    left_out: int = 0


class CourseDay(msgspec.Struct, frozen=True):
    """A row of a course's table: the figures of a day, and what entered the record on it."""

    day: date
    stated: float | None
    implied: float
    evidence: tuple[EvidenceId, ...]
    forecasts: tuple[Given, ...]


def page_html(page: Page, database: Database, origin: Origin, program: str) -> str:
    """The whole document; each text of the database is escaped, and what acts is spelled out."""
    rules = style()
    review = page.review
    language = review.method.estimative_language
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            review=review,
            database=database,
            language=language,
            cells=status_cells(review.scenarios, review.findings, language),
            rows={row.id: row for row in review.scenarios},
            findings=by_rule(review.findings),
            method=method_text(review.method),
            origin=origin,
            program=program,
            style=Markup(rules),  # noqa: S704 - our own
            digest=digest(rules),
            limits=LIMITS if len(page.chapters) < LARGE else {**LIMITS, "items": 1},
        )
    )


def course_days(course: Course) -> tuple[CourseDay, ...]:
    """The days on which a course is drawn."""
    entered = {mark.day: mark.evidence for mark in course.marks}
    found = []
    before = date.min
    for point in course.points:
        given = tuple(f for f in course.forecasts if before < f.date <= point.day)
        figures = (point.day, point.stated, point.implied)
        found.append(CourseDay(*figures, entered.get(point.day, ()), given))
        before = point.day
    return tuple(found)


def causes(move: Move) -> Iterator[ChangeRow]:
    """Why an implied probability moved, in rows that add up."""
    lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
    closing = {"time": move.time, "rivals": move.rivals, "bound": move.bound}
    return change_rows(lines, closing)


def moved(before: float | None, after: float) -> str:
    """The direction of a move as a verb and points."""
    if before is None:
        return "new, at"
    change = points(before, after)
    if change == "0":
        return "unchanged at"
    return f"{'up' if after > before else 'down'} {change.lstrip('+' + MINUS)} points to"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scenarios.render"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "address": address,
        "counted": counted,
        "db": _decibans,
        "number": _number,
        "p": _percent,
        "points": points,
        "term": estimative_term,
        "told": _told,
        "day": _day,
    }
    made.globals |= {
        "causes": causes,
        "chart": _chart,
        "course_days": course_days,
        "letter": letter,
        "member": palette.member,
        "moved": moved,
        "nearest_code": nearest_code,
        "rating_text": _rating,
        "reliability": reliability,
        "restated": restatement,
        "rungs": rungs,
        "says": says,
        "set_chart": _set_chart,
        "shapes": shapes,
        "trend": trend,
        "waterfall": waterfall,
    }
    return made


def _safe(value: Any) -> Any:
    """What no browser acts on: it is escaped after this."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def _data(value: float, text: str, key: str | None) -> Markup:
    """A figure as it is read, with the exact one behind it."""
    name = f' data-key="{escape(key)}"' if key else ""
    return Markup(f'<data value="{value!r}"{name}>{text}</data>')  # noqa: S704 - figures


def _percent(value: float, key: str | None = None) -> Markup:
    return _data(value, percent(value), key)


def _decibans(value: float, key: str | None = None) -> Markup:
    return _data(value, signed(value), key)


def _number(value: float | None, digits: int = 3, key: str | None = None) -> Markup:
    if value is None:
        return Markup("–")
    shown = f"{value:.{digits}f}".replace("-", MINUS)
    if not shown.strip(f"{MINUS}0."):
        shown = shown.removeprefix(MINUS)
    return _data(value, shown, key)


def _told(text: str) -> Markup:
    """A text from the database, set apart from the direction of what stands around it."""
    return Markup(f"<bdi>{escape(printable(text))}</bdi>")  # noqa: S704 - escaped


def _day(day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day, f"{day.day} {day:%b %Y}")


def _rating(rating: Rating | None) -> str:
    if rating is None:
        return ""
    return rating if isinstance(rating, str) else f"×{rating:g}"


def _chart(drawing: Drawing, label: str) -> Markup:
    """A drawing in its place; a group, since a picture could have no links in it."""
    left, top, width, height = drawing.box
    role = "group" if 'class="mark"' in drawing.body else "img"
    return Markup(
        '<svg class="chart" role="{}" aria-label="{}" viewBox="{} {} {} {}">{}</svg>'
    ).format(role, printable(label), left, top, width, height, Markup(drawing.body))  # noqa: S704


def _set_chart(chapter: SetChapter) -> Drawing:
    return shares([Shares(day.day, day.implied) for day in chapter.days], chapter.members)
