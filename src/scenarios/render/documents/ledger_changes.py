"""Changes of a ledger, line by line, in rows that add up, and effects of an item."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scenarios.analysis.ledger.effects import EvidenceEffect
from scenarios.analysis.ledger.ledger_changes import LineChange
from scenarios.analysis.ledger.lines import Line
from scenarios.model import Database, EvidenceId, ScenarioId, ThemeId, Tracker
from scenarios.render import cells
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import Document, Figure, Item, Items, Link, Ref, Sum, SumTerm, Text
from scenarios.render.text import signed
from scenarios.scales import rating_decibans
from scenarios.text import counted

SMALL_DECIBANS = 0.1
"""Lines that are worth less, or changed by less, stand in one row unless all are asked for."""
STEPS = {
    "restated": "restated: past records were changed",
    "prior": "prior: another one was declared",
    "given": "given: {}, on which the prior depends",
    "time": "time: it has not happened so far",
    "rivals": "rivals: what the other members of the set gained or lost",
    "bound": "bound: the evidence stays within 0.1% and 99.9%",
}
"""Steps that are no line; `{}` stands for the scenario that the prior depends on."""
_NOT_BY_ITEMS = frozenset({"rivals", "age", "time", "conventions"})


def by_theme(lines: Iterable[Line]) -> list[tuple[ThemeId | None, list[Line]]]:
    """The lines of each theme, the theme that counts most first, those without one last."""
    themes: dict[str | None, list[Line]] = {}
    for line in lines:
        themes.setdefault(line.theme, []).append(line)
    return sorted(
        themes.items(), key=lambda pair: (pair[0] is None, -abs(counted_in(pair[1])), pair[0] or "")
    )


def counted_in(lines: Iterable[Line]) -> float:
    """Decibans that lines count together."""
    return sum(line.counted_decibans for line in lines)


class ChangeRow(NamedTuple):
    """Decibans and their cause; `line` is the id of the ledger line, with the items behind it."""

    decibans: float
    line: str | None
    why: str
    evidence: tuple[EvidenceId, ...] = ()


def change_sum(
    lines: Iterable[LineChange],
    steps: Mapping[str, float],
    database: Database,
    scenario_id: ScenarioId,
    *,
    every: bool = False,
) -> Iterator[Sum]:
    """The rows as one sum; none where nothing changed."""
    terms = []
    other = ", ".join(database.scenarios[scenario_id].prior.given) or "another scenario"
    for row in change_rows(lines, steps, database.tracker.themes, other, every=every):
        behind = (_behind(row, id, database) for id in row.evidence if id in database.evidence)
        name = Ref(row.line, "scenario" if "/" in row.line else "evidence") if row.line else ""
        terms.append(SumTerm(Figure(row.decibans, "dB"), name, row.why, tuple(behind)))
    if len(terms) == 2:  # noqa: PLR2004 - a single row needs no total
        yield Sum((), terms[0])
    elif terms:
        yield Sum(tuple(terms[:-1]), terms[-1])


def _behind(row: ChangeRow, id: EvidenceId, database: Database) -> Text:
    """An item; that which the line is named after needs no other name."""
    item = database.evidence[id]
    summary = Link(item.summary, item.url)
    return summary if id == row.line else (Ref(id, "evidence"), ": ", summary)


def change_rows(
    lines: Iterable[LineChange],
    steps: Mapping[str, float],
    themes: Mapping[ThemeId, str],
    other: str = "another scenario",
    *,
    every: bool = False,
) -> Iterator[ChangeRow]:
    """Yield the lines, the effect of new ones on others, the `steps`, and the sum.

    `other` is the scenario that the prior depends on. Small lines are added up in one row, unless
    `every` one is wanted.
    """
    changes = sorted(lines, key=lambda change: (-abs(_worth(change)), change.id))
    worths = [_worth(c) for c in changes] + list(steps.values())
    if all(signed(worth) == "0" for worth in worths):
        return
    overlap = [c for c in changes if c.cause == "overlap"]
    own = [c for c in changes if c.cause != "overlap"]
    least = 0.0 if every else SMALL_DECIBANS
    large = [c for c in own if abs(_worth(c)) >= least]
    for change in large:
        behind = () if change.cause in _NOT_BY_ITEMS else change.evidence
        why = (_why(change), *([themes.get(change.theme, "")] if change.theme else []))
        yield ChangeRow(_worth(change), change.id, ", ".join(filter(None, why)), behind)
    small = own[len(large) :]
    if overlap:
        worth = sum(map(_worth, overlap))
        if abs(worth) >= least:
            yield ChangeRow(worth, None, _overlap(own, len(overlap)))
        else:
            small += overlap
    if small:
        causes = ", ".join(sorted({c.cause for c in small}))
        under = f"{counted(len(small), 'change')} under {SMALL_DECIBANS} dB: {causes}"
        yield ChangeRow(sum(map(_worth, small)), None, under)
    for name, worth in steps.items():
        if signed(worth) != "0":
            yield ChangeRow(worth, None, STEPS[name].format(other))
    yield ChangeRow(sum(worths), None, "in all")


def _worth(change: LineChange) -> float:
    return change.after - change.before


def _overlap(own: Sequence[LineChange], number: int) -> str:
    """Effect of lines that came, went or changed on those that did not."""
    gain = sum(abs(change.after) - abs(change.before) for change in own)
    count = "counts" if number == 1 else "count"
    text = f"{count} less beside it" if gain > 0 else f"{count} more"
    others = f"{counted(number, 'other line')} {text}"
    if not own:
        return f"overlap: {others}"
    named = own[0].id if len(own) == 1 else f"{own[0].id} and {counted(len(own) - 1, 'other')}"
    return f"overlap with {named}: {others}"


def _why(change: LineChange) -> str:
    absent = cells.absent(change.state).removesuffix(": ")
    fewer = absent and abs(change.after) < abs(change.before)
    texts = {
        "new evidence": "less absent than before" if fewer else absent or "new evidence",
        "new witness": f"a new witness, {_from_to(change)}",
        "retraction": f"a retraction, {_from_to(change)}",
        "superseded": f"superseded, {_from_to(change)}",
        "reversal": f"a reversal, {_from_to(change)}",
        "age": f"older, {_from_to(change)}",
        "time": f"past due, {absent}",
        "rivals": f"compared with other members of the set, {_from_to(change)}",
        "removal": f"a record less, {_from_to(change)}",
        "new judgement": f"judged anew, {_from_to(change)}",
        "conventions": f"other conventions, {_from_to(change)}",
    }
    return texts[change.cause]


def _from_to(change: LineChange) -> str:
    return f"{signed(change.before)} → {signed(change.after)} dB"


def effects_document(effects: Sequence[EvidenceEffect], tracker: Tracker, as_of: date) -> Document:
    """Scenario, rating, weight, factor, decibans counted, implied before and after; then why.

    Both figures are as of one day.
    """
    columns: tuple[Cell[EvidenceEffect], ...] = (
        (left("scenario"), lambda effect: Ref(effect.scenario, "scenario")),
        (left("rating", meaning="rating"), lambda effect: cells.rating(effect.rating)),
        (cells.weight_column(tracker), lambda effect: Figure(effect.weight, digits=2)),
        (right("factor"), lambda effect: Figure(effect.factor, digits=2)),
        (
            right("dB", "counted_decibans", meaning="move"),
            lambda effect: Figure(effect.counted_decibans, "dB"),
        ),
        (left("implied"), _implied),
    )
    why = [f"{effect.scenario}: {effect.note}" for effect in effects if effect.note]
    why += [
        f"{effect.scenario}: most of it now rests on one report graded {effect.doubtful}"
        for effect in effects
        if effect.doubtful
    ]
    why += filter(None, (_otherwise(effect, tracker) for effect in effects))
    table = cells.table(effects, columns, caption=f"As of {as_of}:")
    return (table, Items(tuple(map(Item, why))))


def _otherwise(effect: EvidenceEffect, tracker: Tracker) -> str:
    """Why an item counts for a scenario that it is rated against, or the other way round."""
    own = rating_decibans(effect.rating, tracker.decibans)
    if effect.via or own * effect.counted_decibans >= 0:
        return ""
    against, on = ("against", "for") if own < 0 else ("for", "against")
    why = f"the members of its set are compared, and it speaks {against} the others more"
    return f"{effect.scenario}: rated {against} it, and counts {on} it: {why}"


def _implied(effect: EvidenceEffect) -> Text:
    if effect.before is None or effect.after is None:
        return "–"
    return cells.step_in_words(effect.before, effect.after)
