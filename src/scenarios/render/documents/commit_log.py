"""A database's history: one entry for each commit, and both figures over time."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.history.commit_log import CommitFigures, History, HistoryEntry
from scenarios.analysis.history.commits import Differences
from scenarios.model import Kind
from scenarios.render.document import (
    Block,
    Column,
    Document,
    Figure,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
)
from scenarios.text import counted

_BAR = 40
"""Columns of the chart, each worth 2.5 points."""
_NOUNS: dict[Kind, tuple[str, str]] = {
    "tracker": ("tracker", "trackers"),
    "scenario": ("scenario", "scenarios"),
    "evidence": ("item", "items"),
    "forecasts": ("sheet", "sheets"),
    "source": ("source", "sources"),
}
_FEW = 3
"""So many ids of a kind are named; of more, the number."""


def document(result: History, subject: str | None, title: str | None) -> Document:
    """Newest first; of a scenario, which has a title, its figures over time before that."""
    if not result.entries:
        what = "it" if subject else "the database"
        if not result.earlier:
            return (Paragraph(f"No commit changed {what}."),)
        earlier = counted(result.earlier, "earlier one")
        return (Paragraph(f"No commit in that time changed {what}; {earlier} did."),)
    blocks: list[Block] = []
    if subject and title:
        blocks += [Heading(1, (Ref(subject, "scenario"), f": {title}")), _figures(result, subject)]
    blocks.append(Items(tuple(_entries(result, figures=title is None))))
    if result.earlier:
        blocks.append(
            Paragraph(f"{counted(result.earlier, 'earlier commit')}: --limit 0 tells all")
        )
    return tuple(blocks)


def _figures(result: History, subject: str) -> Table:
    rows: list[Row] = []
    for entry in result.entries:
        figure = next((one for one in entry.figures if one.scenario == subject), None)
        if figure and figure.implied is not None:
            stated, implied = Figure(figure.stated, "p"), Figure(figure.implied, "p")
            rows.append((str(entry.as_of), stated, implied, _bar(figure)))
    about = "s stated, i implied, x both, on the day of the newest record"
    columns = (
        Column(name="as of", key="as_of"),
        Column(name="stated", align="right"),
        Column(name="implied", align="right"),
        Column(name=f"0%{'100%':>{_BAR - 2}}", only="terminal", drop=1, about=about),
    )
    return Table(columns=columns, rows=tuple(rows))


def _bar(figure: CommitFigures) -> str:
    cells = ["·"] * _BAR
    for sign, value in (("i", figure.implied), ("s", figure.stated)):
        if value is not None:
            at = min(int(value * _BAR), _BAR - 1)
            cells[at] = sign if cells[at] == "·" else "x"
    return "".join(cells)


def _entries(result: History, *, figures: bool) -> Iterator[Item]:
    for entry in result.entries:
        commit = entry.commit
        head = f"{commit.authored} {commit.id[:7]} ({commit.author}) {commit.subject}"
        yield Item(head, tuple(map(Item, _what(entry, figures=figures))))


def _what(entry: HistoryEntry, *, figures: bool) -> Iterator[Text]:
    if told := _records(entry.what):
        yield told
    if entry.left_out:
        yield f"{counted(entry.left_out, 'file')} of it cannot be read"
    for figure in entry.figures if figures else ():
        stated, implied = Figure(figure.stated, "p"), Figure(figure.implied, "p")
        yield (
            Ref(figure.scenario, "scenario"),
            ": ",
            *(("stated ", stated, ", ") if figure.stated is not None else ()),
            *(
                ("implied ", implied)
                if figure.implied is not None
                else ("?" if figure.withheld else "gone",)
            ),
        )


def _records(what: Differences) -> str:
    """What came, went and changed: by name where there are few."""
    changed = list(dict.fromkeys((one.kind, one.record) for one in what.changed))
    renamed = [(one.kind, f"{one.from_} → {one.to}") for one in what.renamed]
    parts = []
    for sign, keys in (("+", what.added), ("-", what.removed), (">", renamed), ("~", changed)):
        ids: dict[Kind, list[str]] = {}
        for kind, id in keys:
            ids.setdefault(kind, []).append(id)
        parts += [f"{sign} {_named(kind, found)}" for kind, found in ids.items()]
    return "; ".join(parts)


def _named(kind: Kind, ids: list[str]) -> str:
    noun = _NOUNS[kind][len(ids) > 1]
    if len(ids) > _FEW:
        return f"{len(ids)} {noun}"
    return noun if kind == "tracker" else f"{noun} {', '.join(ids)}"
