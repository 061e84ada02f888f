"""Charts that stand alone: titles, a key, and colours that follow the reader's scheme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

import vl_convert

from scenarios.analysis.period.trajectory import Course
from scenarios.model import Database
from scenarios.render.charts import palette
from scenarios.render.charts.drawing import cut
from scenarios.render.charts.trend import LEFT, RIGHT, WIDTH, shapes, trend
from scenarios.text import printable

_HEAD, _GAP, _EDGE = 58, 28, 16
_TITLE = 84
_LETTER = 6.6
"""About so many pixels a letter of the key is wide."""
_RULES = """\
text{font:12px system-ui,'Liberation Sans',Arial,sans-serif;text-anchor:start}
path{fill:none}.tip{opacity:0}.mark:hover .tip{opacity:1}
text.end{text-anchor:end}text.middle{text-anchor:middle}text.bold{font-weight:700}
text.title{font-size:16px;font-weight:700}
"""
_KEYS = {
    "circle": '<circle class="f-stated" cx="8" cy="-4" r="4"/>',
    "square": '<path class="f-stated" d="M4-8h8v8h-8z"/>',
    "triangle-up": '<path class="f-stated" d="M8-9l5 9h-10z"/>',
    "diamond": '<path class="f-stated" d="M8-10l5 6-5 6-5-6z"/>',
    "triangle-down": '<path class="f-stated" d="M3-8h10l-5 9z"/>',
    "cross": '<path class="f-stated" d="M6-10h4v4h4v4h-4v4h-4v-4h-4v-4h4z"/>',
}
_LINES = (
    ("stated", '<path class="s-stated" stroke-width="2.5" d="M0-4h24"/>', 30),
    ("implied", '<path class="s-implied" stroke-dasharray="6 3" d="M0-4h24"/>', 30),
    ("evidence", '<path class="f-implied" d="M6-12h3v16h-3z"/>', 16),
)


def svg(courses: Sequence[Course], database: Database, since: date) -> str:
    """The charts one below the other, each with its title and key."""
    parts, top = [], 0
    for course in courses:
        drawing = trend(course, database, since)
        left, above, _, height = drawing.box
        parts.append(f'<g transform="translate(0,{top})">{"".join(_head(course, database))}</g>')
        move = f"translate({-left},{top + _HEAD - above})"
        parts.append(f'<g transform="{move}">{drawing.body}</g>')
        top += _HEAD + height + _GAP
    width, height = LEFT + WIDTH + RIGHT + 2 * _EDGE, top - _GAP + 8 + 2 * _EDGE
    names = ", ".join(database.scenarios[one.scenario].title for one in courses)
    label = quoteattr(printable(f"Stated and implied probability over time: {names}"))
    box = f'viewBox="{-_EDGE} {-_EDGE} {width} {height}" width="{width}" height="{height}"'
    ground = f"M{-_EDGE},{-_EDGE}h{width}v{height}h{-width}z"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={label} {box}>',
            f"<style>{_RULES}{palette.alone()}</style>",
            f'<path class="f-paper" d="{ground}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def png(drawn: str) -> bytes:
    """The same in light colours, at twice the size."""
    return vl_convert.svg_to_png(drawn, scale=2)


def _head(course: Course, database: Database) -> Iterator[str]:
    title = cut(database.scenarios[course.scenario].title, _TITLE)
    yield f'<text class="title f-ink" y="14">{escape(printable(title))}</text>'
    last = course.points[-1].day
    place = 0.0
    entries = [*_LINES, *((name, _KEYS[shape], 18) for name, shape in shapes(course))]
    entries.append((f"to {last.day} {last:%b %Y}", "", 0))
    for name, drawn, wide in entries:
        text = f'<text class="f-muted" x="{wide}">{escape(printable(name))}</text>'
        yield f'<g transform="translate({place:.0f},40)">{drawn}{text}</g>'
        place += wide + len(name) * _LETTER + 14
