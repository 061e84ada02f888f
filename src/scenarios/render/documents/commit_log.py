"""A database's history: one entry for each commit, and both figures over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scenarios.analysis.history.commit_log import CommitFigures, History, HistoryEntry
from scenarios.analysis.history.commits import Differences
from scenarios.model import Kind
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.text import counted

_BAR = 40
"""Columns of the chart, each worth 2.5 points."""
_NOUNS: dict[Kind, str] = {"evidence": "item", "forecasts": "sheet"}
_FEW = 3
"""Ids of a kind that are named; of more, the number."""


def document(result: History, subject: str | None, title: str | None) -> doc.Document:
    """Newest first; of a scenario, which has a title, its figures over time before that."""
    if not result.entries:
        subject_name = "it" if subject else "the database"
        if not result.earlier:
            return (doc.Paragraph(f"No commit changed {subject_name}."),)
        earlier = counted(result.earlier, "earlier one")
        return (doc.Paragraph(f"No commit in that time changed {subject_name}; {earlier} did."),)
    blocks: list[doc.Block] = [doc.Items(tuple(_entries(result, figures=title is None)))]
    if subject and title:
        head = doc.Heading(1, (doc.Ref(subject, "scenario"), f": {title}"))
        blocks = [head, _figures(result, subject), *blocks]
    if result.earlier:
        earlier = counted(result.earlier, "earlier commit")
        blocks.append(doc.Paragraph(f"{earlier}: --limit 0 tells all"))
    return tuple(blocks)


def _figures(result: History, subject: str) -> doc.Table:
    about = "s stated, i implied, x both, on the day of the newest record"
    columns: tuple[Cell[tuple[date | None, CommitFigures]], ...] = (
        (left("as of", "as_of"), lambda row: str(row[0])),
        (right("stated"), lambda row: p(row[1].stated)),
        (right("implied"), lambda row: p(row[1].implied)),
        (
            left(f"0%{'100%':>{_BAR - 2}}", only="terminal", drop=1, about=about),
            lambda row: _bar(row[1]),
        ),
    )
    rows = (
        (entry.as_of, figures)
        for entry in result.entries
        for figures in [shown for shown in entry.figures if shown.scenario == subject][:1]
        if figures.implied is not None
    )
    return cells.table(rows, columns)


def _bar(figures: CommitFigures) -> str:
    bar = ["·"] * _BAR
    for sign, value in (("i", figures.implied), ("s", figures.stated)):
        if value is not None:
            at = min(int(value * _BAR), _BAR - 1)
            bar[at] = sign if bar[at] == "·" else "x"
    return "".join(bar)


def _entries(result: History, *, figures: bool) -> Iterator[doc.Item]:
    for entry in result.entries:
        commit = entry.commit
        head = f"{commit.authored} {commit.id[:7]} ({commit.author}) {commit.subject}"
        yield doc.Item(head, tuple(map(doc.Item, _what(entry, figures=figures))))


def _what(entry: HistoryEntry, *, figures: bool) -> Iterator[doc.Text]:
    if changes := _records(entry.what):
        yield changes
    if entry.left_out:
        yield f"{counted(entry.left_out, 'file')} of it cannot be read"
    for figure in entry.figures if figures else ():
        stated = ("stated ", p(figure.stated), ", ") if figure.stated is not None else ()
        implied: tuple[doc.Span, ...] = ("implied ", p(figure.implied))
        if figure.implied is None:
            implied = (cells.WITHHELD if figure.withheld else "gone",)
        yield (doc.Ref(figure.scenario, "scenario"), ": ", *stated, *implied)


def _records(differences: Differences) -> str:
    """Records that came, went and changed: by name where there are few."""
    changed = list(dict.fromkeys((change.kind, change.record) for change in differences.changed))
    renamed = [(rename.kind, f"{rename.from_} → {rename.to}") for rename in differences.renamed]
    parts = []
    signs = {"+": differences.added, "-": differences.removed, ">": renamed, "~": changed}
    for sign, keys in signs.items():
        ids: dict[Kind, list[str]] = {}
        for kind, id in keys:
            ids.setdefault(kind, []).append(id)
        parts += [f"{sign} {_named(kind, own)}" for kind, own in ids.items()]
    return "; ".join(parts)


def _named(kind: Kind, ids: list[str]) -> str:
    noun = _NOUNS.get(kind, kind) + "s" * (len(ids) > 1)
    if len(ids) > _FEW:
        return f"{len(ids)} {noun}"
    return noun if kind == "tracker" else f"{noun} {', '.join(ids)}"
