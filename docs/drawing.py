"""The drawing of the tables: two that nearly all others name, and those in between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.exchange.view.table import ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.extensions.sql.statements import VIEWS

WIDTH, HIGH, STEP = 212, 40, 54
LEFT = (12, 250, 488, 726, 964, 1202)
"""Where each column of boxes begins."""
BARS = {"evidence": 1, "scenarios": 4}
PLACES = {
    0: ("sources", "themes"),
    2: (
        *("evidence_ratings", "evidence_indicators", "", "", "prior_evidence"),
        *("resolution_evidence", "forecast_evidence", "", "ledger_line_evidence"),
        "evidence_corroboration",
    ),
    3: (
        *("", "indicators", "indicator_ratings", "indicator_states", ""),
        *("resolutions", "forecasts", "sheets", "ledger_lines", "ledger_line_suppressed"),
    ),
    5: (
        *("sets", "scenario_tags", "scenario_implies", "clarifications", "prior_links"),
        *("status", "figures", "scores"),
    ),
}
"""The tables of each column, from above; the bars reach along all of them."""
ROWS = max(map(len, PLACES.values()))
ALONE = ("tracker", "rating_decibans", "grade_weights", "analysts", "foreign_ids", "former_ids")
LAST = ("findings", "meta")
"""What names no other table."""
XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
MARKER = """\
<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L8 4L0 8z"/></marker>"""
STYLE = """
text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}
.key{font-size:9.5px;fill:#57606a}
rect{fill:#fff;stroke:#57606a}
.made rect{fill:#f3f5f8;stroke-dasharray:4 3}
path{stroke:#57606a;fill:none}
marker path{fill:#57606a}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.key{fill:#9aa4af}
rect{fill:#161b22;stroke:#9aa4af}.made rect{fill:#1f2630}path{stroke:#9aa4af}
marker path{fill:#9aa4af}}"""


class Box(NamedTuple):
    """A table and where it is drawn."""

    table: ViewTable
    column: int
    x: int
    y: int
    height: int = HIGH

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


def tables_svg() -> str:
    """An arrow leads from a table to one that it names; what is computed is dashed."""
    boxes = {box.table.name: box for box in _boxes()}
    height = max(box.y + box.height for box in boxes.values()) + 12
    width = LEFT[-1] + WIDTH + 12
    label = "The tables, and which of them name which"
    lines = [
        f'<svg {XMLNS} viewBox="0 0 {width} {height}" role="img" aria-label="{label}">',
        f"<style>{STYLE}\n</style>",
        MARKER,
        *(line for box in boxes.values() for line in _arrows(box, boxes)),
        *(line for box in boxes.values() for line in _drawn(box)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _boxes() -> Iterator[Box]:
    tall = (ROWS - 1) * STEP + HIGH
    for name, column in BARS.items():
        yield Box(TABLES[name], column, LEFT[column], 12, tall)
    for column, names in PLACES.items():
        for row, name in enumerate(names):
            if name:
                yield Box(TABLES[name], column, LEFT[column], 12 + row * STEP)
    for number, name in enumerate((*ALONE, *LAST)):
        column, row = number % len(LEFT), ROWS + number // len(LEFT)
        yield Box(TABLES[name], column, LEFT[column], 24 + row * STEP)


def _drawn(box: Box) -> Iterator[str]:
    made = ' class="made"' if box.table.computed else ""
    yield f"<g{made}>"
    yield f'<rect x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="4"/>'
    yield f'<text x="{box.x + 8}" y="{box.y + 17}">{box.table.name}</text>'
    key = ", ".join(box.table.key).replace("_id", "")
    yield f'<text class="key" x="{box.x + 8}" y="{box.y + 32}">{key}</text>'
    yield "</g>"


def _arrows(box: Box, boxes: dict[str, Box]) -> Iterator[str]:
    """To a bar or a neighbour; a theme further away is told in tables.md."""
    for name in dict.fromkeys(reference.table for reference in box.table.references):
        other = boxes[name]
        if abs(other.column - box.column) > 1 and name not in BARS:
            continue
        if box.column == other.column:
            x, up = box.x + 24, other.y < box.y
            yield _path(x, *((box.y, x, other.y + HIGH) if up else (box.y + HIGH, x, other.y)))
        elif box.column < other.column:
            yield _path(box.x + WIDTH, _level(box, other), other.x, _level(box, other))
        else:
            yield _path(box.x, _level(box, other), other.x + WIDTH, _level(box, other))


def _level(box: Box, other: Box) -> int:
    """The height at which both are met: the middle of the lower one."""
    return box.middle if box.height <= other.height else other.middle


def _path(x: int, y: int, to_x: int, to_y: int) -> str:
    return f'<path d="M{x} {y}L{to_x} {to_y}" marker-end="url(#to)"/>'


def tables_page(command: str) -> str:
    """docs/tables.md: each table with its columns, its key, what it names and its indexes."""
    parts = [
        "# Tables",
        f"<!-- Made by `{command}` of src/scenarios/exchange/view: change it there. -->",
        (
            "`scen export` writes these tables and `scen query` reads them; see "
            "[Queries](queries.md). Arrows lead to the referenced table; computed tables are "
            "dashed. Keys are in bold. Columns computed from other columns are in italics and are "
            "not imported again."
        ),
        "![The tables and their references](pictures/tables.svg)",
        *(part for table in TABLES.values() for part in _told(table)),
        "## Views",
        *(f"**`{one.name}`**: {one.meaning}.\n\n```sql\n{one.sql}\n```" for one in VIEWS),
    ]
    return "\n\n".join(parts) + "\n"


def _told(table: ViewTable) -> Iterator[str]:
    yield f"## `{table.name}`"
    computed = " Computed." if table.computed else ""
    yield f"{table.meaning}.{computed}"
    rows = ["| column | type | |", "|---|---|---|"]
    for column in table.columns:
        mark = "**" if column.name in table.key else "*" if column.compute else ""
        may = ", may be null" if column.null else ""
        rows.append(
            f"| {mark}`{column.name}`{mark} | {column.type}{may} | {_cell(column.meaning)} |"
        )
    yield "\n".join(rows)
    named = [
        f"`{', '.join(one.columns)}` in [`{one.table}`](#{one.table})" for one in table.references
    ]
    indexes = [f"`{', '.join(columns)}`" for columns in table.indexes]
    told = [f"Names {'; '.join(named)}."] if named else []
    told += [f"Indexes: {'; '.join(indexes)}."] if indexes else []
    if told:
        yield " ".join(told)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
