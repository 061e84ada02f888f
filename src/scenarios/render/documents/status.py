"""The status table as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.finding import Finding
from scenarios.model import ScenarioId
from scenarios.render.text import counted, fold, percent, points, table
from scenarios.render.writers.terminal import Screen, direction, finished, sparkline
from scenarios.scales import estimative_term
from scenarios.text import printable

WIDE = 110
"""From this many columns on the table has more columns, as many as fit."""

_FLAGS = {
    "unexplained-move": "unexplained",
    "gap": "gap",
    "implies-broken": "incoherent",
    "past-due": "due",
    "not-reviewed": "stale",
}
_COLUMNS = (
    *("scenario", "stated", "stated ±", "implied", "implied ±", "trend", "evidence"),
    *("seen", "horizon", "in words", "flags", "title"),
)
_HEADERS = {"stated ±": "±", "implied ±": "±"}
_MORE = ("title", "in words", "horizon", "seen")
"""The columns of a wide table; where they do not fit, the first is left out first."""
_TITLE = 20
_FEWEST = 6
"""A sparkline of fewer reviews is none."""

Cells = dict[str, str]


def status_table(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    language: str,
    width: int,
    screen: Screen | None = None,
) -> str:
    """One row a scenario; the members of a set stand under its name, a blank line after them.

    On a screen with a sparkline each, where there is room: evidence gives way, then old reviews.
    """
    cells = status_cells(rows, findings, language)
    if not cells:
        return ""
    heads = [{"scenario": f"{row.set}:"} for row in rows if row.set]
    reviews = len(screen.days) if screen else 0
    names, reviews = _fitting([*cells.values(), *heads], width, reviews)
    told = {id: screen.figures[id][-reviews:] for id in cells} if screen and reviews else {}
    for id, figures in told.items():
        cells[id]["trend"] = sparkline(figures)
    made = _table(list(_lines(rows, cells, names)), names, width)
    if not screen or not told:
        return made
    signed = [n for n, name in enumerate(names) if name.endswith("±")]
    moves = {id: direction(figures) for id, figures in told.items()}
    made = finished(made, signed, names.index("trend"), moves, colour=screen.colour)
    return f"{made}\n\n{fold(_legend(screen.days[-reviews:]), width)}"


def status_cells(
    rows: Iterable[StatusRow], findings: Iterable[Finding], language: str
) -> dict[ScenarioId, Cells]:
    """What each column but the trend says of each scenario."""
    noted = flags(findings)
    return {row.id: _cells(row, noted.get(row.id, []), language) for row in rows}


def flags(findings: Iterable[Finding]) -> dict[ScenarioId, list[str]]:
    """What is to be looked at in each scenario, in a word or two."""
    found: dict[ScenarioId, list[str]] = {}
    for finding in findings:
        flag = _FLAGS.get(finding.rule)
        scenario = finding.subject.partition("/")[0]
        if flag and flag not in found.setdefault(scenario, []):
            found[scenario].append(flag)
    return found


def _cells(row: StatusRow, flags: Sequence[str], language: str) -> Cells:
    stated, implied = row.stated, row.implied
    new = f" (+{row.evidence.new})" if row.evidence.new else ""
    state = {"overdue": ["overdue"], "resolved": [(row.outcome or "").replace("-", " ")]}
    shown = stated.probability if stated else implied.probability
    return {
        "scenario": row.id,
        "stated": percent(stated.probability) if stated else "–",
        "stated ±": points(stated.previous, stated.probability) if stated else "",
        "implied": percent(implied.probability),
        "implied ±": points(implied.previous, implied.probability),
        "evidence": f"{row.evidence.total}{new}",
        "seen": f"{row.indicators.observed}/{row.indicators.total}",
        "horizon": str(row.horizon),
        "in words": estimative_term(shown, language),
        "flags": ", ".join([*state.get(row.state, []), *flags]),
        "title": " ".join(printable(row.title).split()),
    }


def _fitting(cells: Sequence[Cells], width: int, reviews: int) -> tuple[list[str], int]:
    """The columns that fit, and how many reviews a sparkline has."""
    names = [name for name in _COLUMNS if width >= WIDE or name not in _MORE]
    if not reviews:
        names.remove("trend")
    wide = {name: _widest(name, (one.get(name, "") for one in cells)) for name in names}
    wide["trend"] = max(reviews, len("trend"))
    least = {"title": min(_TITLE, wide.get("title", 0)), "flags": _longest_word(cells)}

    def over() -> int:
        *first, last = names
        return sum(wide[name] for name in first) + least[last] + 2 * len(first) - width

    for name in (*_MORE, *(["evidence"] if reviews else [])):
        if name in names and over() > 0:
            names.remove(name)
    if reviews and over() > 0:
        reviews -= over()
        return (names, reviews) if reviews >= _FEWEST else _fitting(cells, width, 0)
    return names, reviews


def _lines(
    rows: Iterable[StatusRow], cells: Mapping[ScenarioId, Cells], names: Sequence[str]
) -> Iterable[list[str]]:
    above: tuple[bool, str | None] | None = None
    for row in rows:
        here = (row.state == "resolved", row.set)
        if above not in (None, here) and (row.set or (above and above[1])):
            yield [""] * len(names)
        if row.set and above != here:
            yield [f"{row.set}:"] + [""] * (len(names) - 1)
        above = here
        yield [cells[row.id][name] for name in names]


def _table(lines: Sequence[list[str]], names: Sequence[str], width: int) -> str:
    """The lines under their headers; the last column is folded, or cut if it is the title."""
    columns = zip(names, zip(*lines, strict=True), strict=True)
    wide = [_widest(name, column) for name, column in columns]
    spare = width - sum(wide[:-1]) - 2 * (len(names) - 1)
    limits: list[int | None] = [None] * len(names)
    if names[-1] == "title":
        lines = [[*line[:-1], _cut(line[-1], spare)] for line in lines]
    else:
        limits[-1] = max(spare, _longest_word({"flags": line[-1]} for line in lines))
    right = [n for n, name in enumerate(names) if name.startswith(("stated", "implied"))]
    return table(lines, [_HEADERS.get(name, name) for name in names], right, limits)


def _legend(days: Sequence[date]) -> str:
    return (
        f"trend: the last {counted(len(days), 'review')}, {days[0]} to {days[-1]}, "
        "from ▁ 0% to █ 100%: what was stated, or implied where nobody stated anything; "
        "blank where neither stood."
    )


def _widest(name: str, cells: Iterable[str]) -> int:
    return max(len(cell) for cell in (_HEADERS.get(name, name), *cells))


def _longest_word(cells: Iterable[Cells]) -> int:
    """What the flags cannot be narrower than."""
    flags = ("flags", *(one.get("flags", "") for one in cells))
    return max(len(word) for text in flags for word in text.split())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
