"""A database's history as text: one entry for each commit, and both figures over time."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.history.commit_log import Entry, Figures, History
from scenarios.analysis.history.record_diff import Differences
from scenarios.model import Kind
from scenarios.render.text import counted, fold, percent, table
from scenarios.text import printable

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


def history_text(made: History, subject: str | None, title: str | None, width: int) -> str:
    """Newest first; of a scenario, which has a title, its figures over time before that."""
    if not made.entries:
        what = "it" if subject else "the database"
        if not made.earlier:
            return f"No commit changed {what}."
        earlier = counted(made.earlier, "earlier one")
        return f"No commit in that time changed {what}; {earlier} did."
    parts = []
    if subject and title:
        parts += [fold(f"{subject}: {title}", width), _chart(made, subject)]
    parts.append("\n".join(_entries(made, width, figures=title is None)))
    if made.earlier:
        parts.append(f"{counted(made.earlier, 'earlier commit')}: --limit 0 tells all")
    return "\n\n".join(parts)


def _chart(made: History, subject: str) -> str:
    rows = []
    for entry in made.entries:
        figure = next((one for one in entry.figures if one.scenario == subject), None)
        if figure and figure.implied is not None:
            stated = percent(figure.stated) if figure.stated is not None else "–"
            rows.append([str(entry.as_of), stated, percent(figure.implied), _bar(figure)])
    chart = table(rows, ["as of", "stated", "implied", f"0%{'100%':>{_BAR - 2}}"], right=(1, 2))
    return f"{chart}\ns stated, i implied, x both, on the day of the newest record" if rows else ""


def _bar(figure: Figures) -> str:
    cells = ["·"] * _BAR
    for sign, value in (("i", figure.implied), ("s", figure.stated)):
        if value is not None:
            at = min(int(value * _BAR), _BAR - 1)
            cells[at] = sign if cells[at] == "·" else "x"
    return "".join(cells)


def _entries(made: History, width: int, *, figures: bool) -> Iterator[str]:
    for entry in made.entries:
        commit = entry.commit
        head = f"{commit.authored} {commit.id[:7]} ({commit.author}) {commit.subject}"
        yield fold(head, width, "  ", "")
        yield from (fold(line, width, "    ", "  ") for line in _what(entry, figures=figures))


def _what(entry: Entry, *, figures: bool) -> Iterator[str]:
    if told := _records(entry.what):
        yield told
    if entry.left_out:
        yield f"{counted(entry.left_out, 'file')} of it cannot be read"
    for figure in entry.figures if figures else ():
        stated = f"stated {percent(figure.stated)}, " if figure.stated is not None else ""
        implied = f"implied {percent(figure.implied)}" if figure.implied is not None else "gone"
        yield f"{figure.scenario}: {stated}{implied}"


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
    return noun if kind == "tracker" else printable(f"{noun} {', '.join(ids)}")
