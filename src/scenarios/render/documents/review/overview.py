"""Where every open scenario stands, and where it stood: what the picture of a review says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.rule import Finding
from scenarios.model import SetId
from scenarios.render.document import Column, Figure, Group, Ref, Row, Table, Text, Trend
from scenarios.render.documents import status
from scenarios.scales import printed

_TITLE = 28


def table(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    sets: Mapping[SetId, str],
    trends: status.Trends | None = None,
) -> Table:
    """One row a scenario, the members of a set together; a trend each where there are some."""
    noted = status.flags(findings)
    cells = {row.id: _cells(row, noted.get(row.id, []), trends) for row in rows}
    days = tuple(trends.days) if trends else ()
    trend = (status.STRIP, Column(name="trend", drop=2, days=days)) if trends else ()
    columns = (
        Column(name="scenario", least=_TITLE),
        Column(name="stated", key="stated_from_to", align="right"),
        Column(name="implied", key="implied_from_to", align="right"),
        *trend,
        Column(name="flags", drop=3, meaning="attention"),
        Column(name="id", drop=1, extra=True, only="terminal"),
        *(Column(name=name, only="csv") for name in NUMBERS),
    )
    return Table(columns=columns, rows=tuple(_grouped(rows, cells, sets)), by="set")


NUMBERS = ("stated_before", "stated", "implied_before", "implied")


def _cells(row: StatusRow, flags: Sequence[str], trends: status.Trends | None) -> Row:
    said, implied = row.stated, row.shown
    before = said.previous if said else None
    overdue = ["overdue"] if row.state == "overdue" else []
    return (
        Ref(row.id, "scenario", " ".join(row.title.split())),
        _step(before, said.probability) if said else "–",
        _step(implied.previous, implied.probability) if implied.probability is not None else "–",
        *((status.strip_of(row), Trend(trends.figures[row.id])) if trends else ()),
        ", ".join([*overdue, *flags]),
        row.id,
        Figure(before, "p"),
        Figure(said.probability if said else None, "p"),
        Figure(implied.previous, "p"),
        Figure(implied.probability, "p"),
    )


def _step(before: float | None, after: float) -> Text:
    """`20% → 4%`, or one figure where both are read alike."""
    now = Figure(after, "p")
    if before is None:
        return now, ", new"
    return (now,) if printed(before) == printed(after) else (Figure(before, "p"), " → ", now)


def _grouped(
    rows: Iterable[StatusRow], cells: Mapping[str, Row], sets: Mapping[SetId, str]
) -> Iterator[Row | Group]:
    groups: list[tuple[SetId | None, list[Row]]] = []
    for row in rows:
        if not groups or groups[-1][0] != row.set:
            groups.append((row.set, []))
        groups[-1][1].append(cells[row.id])
    for name, told in groups:
        if name:
            yield Group(name, tuple(told), sets.get(name, ""))
        else:
            yield from told
