"""The document of a result in a notebook, as Markdown, as rows and as a picture."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.scores.scoring import Score
from scenarios.errors import Problem, ScenError
from scenarios.render.document import Block, Chart, Document, Paragraph, Table, flat
from scenarios.render.documents import score
from scenarios.render.documents.faults import unreadable_files
from scenarios.render.pictures import svg
from scenarios.render.writers import csv, html, markdown
from scenarios.result import Picture

MOST = 300
"""Rows, entries and blocks that a notebook shows of a result."""
_STYLE = "<style>.scen :is(td,th){text-align:left}.scen .n{text-align:right}</style>"
"""Jupyter sets every cell to the right."""
_PARTS = ("rows", "terms", "under", "lines")


def shown(
    form: str,
    document: Callable[[], Document],
    pictures: Callable[[], Iterable[tuple[str, Chart | None]]],
    unreadable: tuple[Problem, ...],
) -> Any:
    """Return a document as `html`, `markdown` or `table`, or the `plot` of its pictures."""
    if form == "plot":
        charts = [(title, chart) for title, chart in pictures() if chart]
        if not charts:
            raise ScenError("there is no picture of this result: Workspace.plot draws scenarios")
        return svg(charts, "", None, dark=False)
    if form == "table":
        return csv.records(document())
    blocks = (*unreadable_files(unreadable, str), *document())
    return markdown.write(blocks) if form == "markdown" else _page(blocks)


def of_score(result: Score) -> list[tuple[str, Chart | None]]:
    """How well calibrated and how skilled forecasts were, each under a title."""
    return [("Calibration", score.calibration(result)), ("Skill", score.skill(result))]


def _page(document: Document) -> str:
    """A part of a page without script, which ends after MOST rows."""
    room = iter(range(MOST))
    part = tuple(_cut(block, room) for block, _ in zip(document, room, strict=False))
    if part != document:
        part = (*part, Paragraph(f"Cut after {MOST} rows: .table() and .markdown() have all."))
    return f'<div class="scen">{_STYLE}{"".join(map(_block, part))}</div>'


def _block(block: Block) -> str:
    if isinstance(block, Chart):
        return Picture(svg([("", block)], "", None, dark=False))._repr_html_()
    return html.blocks(flat((block,)))


def _cut(node: Any, room: Iterable[int]) -> Any:
    """A block, or a part of one, with as many rows as there is room for."""
    parts = {name: rows for name in _PARTS if isinstance(rows := getattr(node, name, 0), tuple)}
    cut: dict[str, Any] = {
        name: tuple(_cut(row, room) for row, _ in zip(rows, room, strict=False))
        for name, rows in parts.items()
    }
    if cut == parts:
        return node
    if isinstance(node, Table):
        most = len(cut["rows"])
        cut |= {"anchors": node.anchors[:most], "words": node.words[:most]}
    return replace(node, **cut)
