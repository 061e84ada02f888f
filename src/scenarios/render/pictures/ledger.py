"""The odds ledger of a scenario as a picture: its lines in words, under their themes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.ledger.ledger import Ledger, Line
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.cells import left, right
from scenarios.render.charts.ledger import Bar, LedgerBars, Theme
from scenarios.render.document import Chart, Figure, Group, Row, Table
from scenarios.render.documents.ledger_changes import STEPS, by_theme, counted_in
from scenarios.scales import percent
from scenarios.text import counted

LISTED = 12
"""Most lines drawn separately, the strongest; the others in one sum."""
SMALL = 0.1
"""Decibans below which a line is one of the others."""
_FIRST = ("given", "time")


def ledger(book: Ledger, stated: float | None, database: Database, listed: int = LISTED) -> Chart:
    """Bars from prior to implied probability: the strongest lines, the others in one bar."""
    title = database.scenarios[book.scenario].title
    steps = [line for line in book.lines if line.kind in STEPS]
    evidence = [line for line in book.lines if line.kind not in STEPS]
    strong = [line for line in evidence if abs(line.counted_decibans) >= SMALL][:listed]
    weak = [line for line in evidence if line not in strong]
    others = Bar(label=counted(len(weak), "other line"), decibans=counted_in(weak))
    themes = [
        Theme(name="", bars=_bars([s for s in steps if s.kind in _FIRST], database)),
        *(
            Theme(name=name, bars=_bars(lines, database))
            for name, lines in _themes(strong, database)
        ),
        *([Theme(name="", bars=(others,))] if weak else []),
        Theme(name="", bars=_bars([s for s in steps if s.kind not in _FIRST], database)),
    ]
    data = LedgerBars(
        title=title,
        prior=book.prior.probability,
        themes=tuple(theme for theme in themes if theme.bars),
        implied=book.implied.probability,
        stated=stated,
    )
    return Chart(_label(data, strong, database), data, _table(book, database))


def says(line: Line, database: Database) -> str:
    """A line in words."""
    if line.kind == "given":
        other = database.scenarios.get(line.id)
        return f"given: {other.title if other else line.id}"
    if line.kind in STEPS:
        return STEPS[line.kind].format(line.id)
    if line.kind in ("direct", "in-prior"):
        summary = database.evidence[line.id].summary
        return f"in the prior: {summary}" if line.kind == "in-prior" else summary
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    return f"{cells.absent(line.state)}{statement}"


def _bars(lines: Sequence[Line], database: Database) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            label=says(line, database),
            decibans=line.counted_decibans,
            anchor=f"e-{line.evidence[0]}" if line.evidence else "",
        )
        for line in lines
    )


def _themes(lines: Sequence[Line], database: Database) -> list[tuple[str, list[Line]]]:
    """The lines of each theme under its title, those without a theme last."""
    themes = by_theme(lines)
    without = "without a theme" if len(themes) > 1 else ""
    titles = database.tracker.themes
    return [(titles.get(id, id) if id else without, own) for id, own in themes]


def _label(data: LedgerBars, strong: Sequence[Line], database: Database) -> str:
    """From which prior to which figure, and the line that counts most."""
    tail = ""
    if strong:
        first = strong[0]
        way = "for" if first.counted_decibans > 0 else "against"
        tail = f"; most weight {way} it: {says(first, database)}"
    ends = f"from a prior of {percent(data.prior)} to an implied {percent(data.implied)}"
    return f"{data.title}: {ends}{tail}."


def _table(book: Ledger, database: Database) -> Table:
    """Every line with its running sum, the lines of a theme together."""
    running = book.prior.decibans

    def rows(lines: Sequence[Line]) -> Iterator[Row]:
        nonlocal running
        for line in lines:
            running += line.counted_decibans
            is_step = line.kind in STEPS
            yield (
                says(line, database),
                "" if is_step else Figure(line.decibans, "dB"),
                "" if is_step else Figure(line.factor, digits=2),
                Figure(line.counted_decibans, "dB"),
                Figure(running, "dB"),
            )

    steps = [line for line in book.lines if line.kind in STEPS]
    evidence = [line for line in book.lines if line.kind not in STEPS]
    prior = f"prior, {percent(book.prior.probability)}"
    table: list[Row | Group] = [(prior, "", "", "", Figure(running, "dB"))]
    table += rows([line for line in steps if line.kind in _FIRST])
    for name, lines in _themes(evidence, database):
        if name:
            table.append(Group(name, tuple(rows(lines))))
        else:
            table += rows(lines)
    table += rows([line for line in steps if line.kind not in _FIRST])
    implied = f"implied, {percent(book.implied.probability)}"
    table.append((implied, "", "", "", Figure(book.implied.decibans, "dB")))
    return Table(
        columns=(
            left("line", least=24),
            right("dB", "decibans"),
            right("factor"),
            right("counted", "counted_decibans"),
            right("sum", "sum_decibans"),
        ),
        rows=tuple(table),
        by="theme",
    )
