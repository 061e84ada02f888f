"""The status table: one row a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scenarios.analysis.period.trajectory import Point
from scenarios.analysis.review.status import Implied, StatusRow
from scenarios.analysis.rules.findings import RULES
from scenarios.analysis.rules.rule import Finding
from scenarios.model import ScenarioId, SetId
from scenarios.render.document import (
    AXIS,
    Column,
    Document,
    Figure,
    Group,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
    Trend,
    move,
    plain,
    strip,
)
from scenarios.render.text import term

_FLAGS = {rule.id: rule.flag for rule in RULES if rule.flag}
_TITLE = 20
_FEWEST = 6
"""A trend of fewer reviews is none."""
WITHHELD = "?"
"""Stands for a figure that a file that cannot be read could change."""
STRIP = Column(
    name=AXIS,
    key="strip",
    drop=7,
    extra=True,
    only="terminal",
    about="From 0.1% to 99.9%, in log odds: ● now, ○ a review ago, of what was stated, or implied "
    "where nobody stated anything; × what is implied now; | 50%.",
)
"""The column of what `strip_of` makes."""

Figures = tuple[float | None, ...]


class Trends(NamedTuple):
    """The figures of each scenario on the same days, oldest first."""

    days: Sequence[date]
    figures: Mapping[ScenarioId, Figures]


def document(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    language: str,
    nothing: str,
    trends: Trends | None = None,
    *,
    since: date | None = None,
    ended: Mapping[ScenarioId, date] | None = None,
) -> Document:
    """The open ones, then the resolved ones, with the days on which they `ended`, in their own.

    All in one table where nobody says when they ended; where there is no scenario, what is to be
    said of that.
    """
    if not rows:
        return (Paragraph(nothing),)
    if ended is None:
        return (table(rows, findings, language, trends),)
    note = f"Changes are in points, since {since}; in brackets, the evidence that is new."
    still = [row for row in rows if row.id not in ended]
    gone = [row for row in rows if row.id in ended]
    return (
        *([table(still, findings, language, trends, note=note)] if still else []),
        *([resolved_table(gone, ended)] if gone else []),
    )


def table(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    language: str,
    trends: Trends | None = None,
    *,
    sets: Mapping[SetId, str] | None = None,
    note: str = "",
) -> Table:
    """One row a scenario, the members of a set together, with a trend each where there are some."""
    noted = flags(findings)
    cells = {row.id: _cells(row, noted.get(row.id, []), language, trends) for row in rows}
    told = (plain(row["flags"]).replace("did not", "did_not") for row in cells.values())
    words = [word for text in told for word in text.split()]
    banded = any(row.shown.low is not None for row in rows)
    columns = _columns(max(map(len, ["flags", *words])), trends, banded=banded)
    return Table(
        columns=columns,
        rows=tuple(_grouped(rows, cells, [c.key or c.name for c in columns], sets or {})),
        by="set",
        note=note,
    )


def resolved_table(rows: Iterable[StatusRow], ended: Mapping[ScenarioId, date]) -> Table:
    """What became of each, the latest first, and what was last said and implied of it."""
    last = sorted(rows, key=lambda row: (-ended[row.id].toordinal(), row.set or "", row.id))
    columns = (
        Column(name="resolved", key="scenario"),
        Column(name="outcome", meaning="attention"),
        Column(name="on", drop=1),
        Column(name="last stated", align="right"),
        Column(name="last implied", align="right"),
        Column(name="title", drop=2, least=_TITLE, cut=True, extra=True),
    )
    cells = (
        (
            Ref(row.id, "scenario"),
            outcome_words(row),
            str(ended[row.id]),
            unless_withheld(
                row.withheld, Figure(row.stated.probability if row.stated else None, "p")
            ),
            unless_withheld(row.withheld, Figure(row.shown.probability, "p")),
            " ".join(row.title.split()),
        )
        for row in last
    )
    return Table(columns=columns, rows=tuple(cells))


def unless_withheld(path: str | None, figure: Text) -> Text:
    """A figure; `?` where the file of that path withholds it."""
    return WITHHELD if path else figure


def strip_of(row: StatusRow) -> str:
    """What was stated, or else implied, a review ago and now, beside what is implied now."""
    known = row.stated or row.shown
    if known.probability is None:
        return ""
    return strip(known.previous, known.probability, row.shown.probability)


def outcome_words(row: StatusRow) -> str:
    """`did not occur`; nothing of one that is open."""
    return (row.outcome or "").replace("-", " ")


def flags(findings: Iterable[Finding]) -> dict[ScenarioId, list[str]]:
    """What is to be looked at in each scenario, in a word or two."""
    found: dict[ScenarioId, list[str]] = {}
    for finding in findings:
        flag = _FLAGS.get(finding.rule)
        scenario = finding.subject.partition("/")[0]
        if flag and flag not in found.setdefault(scenario, []):
            found[scenario].append(flag)
    return found


NOTHING_IMPLIED = "nobody stated a prior, and nothing is rated"


def band(low: float | None, high: float | None) -> Text:
    """The ends of a band; nothing where there is none."""
    return (Figure(low, "p"), "–", Figure(high, "p")) if low is not None else ""


def figures(days: Iterable[date], trend: Iterable[Point]) -> Figures:
    """The stated probabilities, or the implied ones where none was stated; None is a gap."""
    known = {point.day: point for point in trend}
    is_stated = any(point.stated is not None for point in known.values())
    found = (known.get(day) for day in days)
    return tuple(None if p is None else p.stated if is_stated else p.implied for p in found)


def _columns(longest_flag: int, trends: Trends | None, *, banded: bool) -> tuple[Column, ...]:
    trend: tuple[Column, ...] = ()
    if trends:
        days = tuple(trends.days)
        trend = (
            STRIP,
            Column(name="trend", drop=8, least=_FEWEST, days=days),
        )
    return (
        Column(name="scenario"),
        Column(name="stated", align="right"),
        Column(name="stated change", key="stated_change", align="right", meaning="move"),
        Column(name="implied", align="right"),
        Column(name="implied change", key="implied_change", align="right", meaning="move"),
        *((Column(name="band", drop=5),) if banded else ()),
        *trend,
        Column(name="gap, dB", key="gap_decibans", align="right", drop=4, extra=True),
        Column(name="evidence", drop=6),
        Column(name="indicators seen", key="seen", drop=4, extra=True),
        Column(name="horizon", drop=3, extra=True),
        Column(name="in words", key="in_words", drop=2, extra=True),
        Column(name="flags", least=longest_flag, meaning="attention"),
        Column(name="title", drop=1, least=_TITLE, cut=True, extra=True),
    )


def _cells(
    row: StatusRow, flags: Sequence[str], language: str, trends: Trends | None
) -> dict[str, Text]:
    stated, implied = row.stated, row.shown
    known = stated or implied
    evidence, seen = row.evidence, row.indicators
    new = f" (+{evidence.new})" if evidence and evidence.new else ""
    state = {"overdue": ["overdue"], "resolved": [outcome_words(row)]}
    is_open = row.outcome is None
    return {
        "scenario": Ref(row.id, "scenario"),
        "stated": unless_withheld(
            row.withheld, Figure(stated.probability if stated else None, "p")
        ),
        "stated_change": move(stated.previous, stated.probability) if stated and is_open else "",
        "implied": unless_withheld(row.withheld, Figure(implied.probability, "p")),
        "implied_change": _change(implied) if is_open else "",
        "band": band(implied.low, implied.high),
        "strip": strip_of(row) if is_open else "",
        "trend": Trend(trends.figures.get(row.id, ())) if trends else "",
        "gap_decibans": Figure(row.shown_gap, "dB"),
        "evidence": f"{evidence.total}{new}" if evidence else WITHHELD,
        "seen": f"{seen.observed}/{seen.total}" if seen else WITHHELD,
        "horizon": f"{row.horizon or ''}",
        "in_words": _term(known.probability, language),
        "flags": ", ".join([*state.get(row.state, []), *flags]),
        "title": " ".join(row.title.split()),
    }


def _change(implied: Implied) -> Text:
    return "" if implied.probability is None else move(implied.previous, implied.probability)


def _term(probability: float | None, language: str) -> str:
    return "" if probability is None else term(probability, language)


def _grouped(
    rows: Iterable[StatusRow],
    cells: Mapping[ScenarioId, Mapping[str, Text]],
    names: Sequence[str],
    sets: Mapping[SetId, str],
) -> Iterator[Row | Group]:
    groups: list[tuple[bool, str | None, list[Row]]] = []
    for row in rows:
        here = (row.state == "resolved", row.set)
        if not groups or groups[-1][:2] != here:
            groups.append((*here, []))
        groups[-1][2].append(tuple(cells[row.id][name] for name in names))
    for _, name, told in groups:
        if name:
            yield Group(name, tuple(told), sets.get(name, ""))
        else:
            yield from told
