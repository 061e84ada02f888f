"""A review as one page of HTML that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
from scenarios.model import Database, EvidenceId, Rating
from scenarios.render.charts import palette
from scenarios.render.charts.calibration import reliability
from scenarios.render.charts.drawing import Drawing
from scenarios.render.charts.shares import Shares, letter, shares
from scenarios.render.charts.trend import shapes, trend
from scenarios.render.charts.waterfall import rungs, says, waterfall
from scenarios.render.document import Block, Heading, flat
from scenarios.render.documents import report
from scenarios.render.documents.excerpt import by_question, excerpt
from scenarios.render.documents.score import SKILL_NOTE, strength_sentence
from scenarios.render.text import MINUS, percent, signed, term
from scenarios.render.writers import html
from scenarios.text import counted, printable

LIMITS = {"matrix_rows": 40, "subjects": 12, "items": 3}
"""What is named one by one in a table; the rest is counted."""
_SECTIONS = ("moved", "board", "unchanged", "findings", "method")
"""What the template has a place for; other sections stand behind the one before them."""
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
    rules = html.style()
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
            parts=_parts(page, database, origin),
            origin=origin,
            program=program,
            style=Markup(rules),  # noqa: S704 - our own
            digest=html.digest(rules),
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


def _parts(page: Page, database: Database, origin: Origin) -> dict[str, Markup]:
    """The review's own document, by the anchors of its sections; what stands above them at "".

    What was resolved before the window is shown too, since the page has a chapter about it.
    """
    made = report.document(page.review, database, left_out=origin.left_out, whole=True)
    places = {chapter.row.id for chapter in page.chapters}
    parts: dict[str, list[list[Block]]] = {name: [] for name in _SECTIONS}
    anchor = ""
    for block in flat(made[1:]):
        if isinstance(block, Heading):
            anchor = block.anchor if block.anchor in _SECTIONS else anchor
            parts.setdefault(anchor, []).append([])
        parts.setdefault(anchor, [[]])[-1].append(block)
    return {
        anchor: Markup("\n".join(_article(blocks, places) for blocks in articles))  # noqa: S704
        for anchor, articles in parts.items()
    }


def _article(blocks: Sequence[Block], places: Collection[str]) -> str:
    """What stands under a heading, as an article of its own where that is one of a section's."""
    made = html.blocks(blocks, places)
    head = blocks[0]
    if isinstance(head, Heading) and head.level == 3:  # noqa: PLR2004 - below a section
        return f'<article class="move">{made}</article>'
    return made


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
        "address": html.address,
        "counted": counted,
        "db": _decibans,
        "number": _number,
        "p": _percent,
        "term": term,
        "told": _told,
        "day": _day,
    }
    made.globals |= {
        "by_question": by_question,
        "chart": _chart,
        "course_days": course_days,
        "excerpt": excerpt,
        "letter": letter,
        "member": palette.member,
        "nearest_code": nearest_code,
        "rating_text": _rating,
        "reliability": reliability,
        "rungs": rungs,
        "says": says,
        "set_chart": _set_chart,
        "shapes": shapes,
        "skill_note": SKILL_NOTE,
        "strength_sentence": strength_sentence,
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
