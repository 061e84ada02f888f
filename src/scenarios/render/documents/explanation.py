"""One scenario's odds ledger: a running sum from prior to implied, and what its lines say."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.review.explanation import Explanation
from scenarios.model import Database, Scenario
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
    lines,
)
from scenarios.scales import estimative_term, probability
from scenarios.text import counted

_CLOSING = ("time", "rivals", "bound")
_NARROWEST = 24


def document(result: Explanation, database: Database) -> Document:
    """The ledger with what each line's rank left of it, suppressed items and leave-one-out."""
    scenario = database.scenarios[result.scenario]
    head = (Ref(result.scenario, "scenario"), f": {scenario.title}, as of {result.as_of}")
    outcome = (result.outcome or "").replace("-", " ")
    stood = f"Resolved: {outcome}. The ledger as it stood on {result.ledger_day}."
    return (
        Heading(1, head, (stood,) if outcome else ()),
        Paragraph(scenario.question),
        _sums(result),
        *_behind(result, database),
        lines(*_closing(result, database, scenario)),
        *_sweep(result),
        *_post_mortem(result),
    )


def _sums(ledger: Explanation) -> Table:
    running = ledger.prior.decibans
    rows: list[Row] = [_ends("prior", running, ledger.prior.probability)]
    for line in ledger.lines:
        running += line.counted_decibans
        shown = line.kind not in _CLOSING
        name = {"absence": " (absent)", "in-prior": " (in the prior)"}.get(line.kind, "")
        rows.append(
            (
                Ref(line.id, None, line.id + name),
                Figure(line.decibans, "dB") if shown else "",
                Figure(line.factor, digits=2) if shown and line.kind != "in-prior" else "",
                Figure(line.counted_decibans, "dB"),
                Figure(running, "dB"),
                Figure(probability(running), "p"),
            )
        )
    rows.append(_ends("implied", running, ledger.implied.probability))
    columns = (
        Column(name="line", least=_NARROWEST),
        Column(name="dB", key="decibans", align="right"),
        Column(name="factor", align="right"),
        Column(name="counted", key="counted_decibans", align="right"),
        Column(name="sum", key="sum_decibans", align="right"),
        Column(name="p", key="probability", align="right"),
    )
    return Table(columns=columns, rows=tuple(rows))


def _ends(name: str, decibans: float, p: float) -> Row:
    return (name, "", "", "", Figure(decibans, "dB"), Figure(p, "p"))


def _behind(ledger: Explanation, database: Database) -> Iterator[Block]:
    """What the lines say in words, and what stands under them."""
    rows = []
    for line in ledger.lines:
        if line.kind in _CLOSING:
            continue
        shown = [id for id in line.evidence if line.kind == "indicator" or id != line.id]
        under: list[Text] = [
            (Ref(id, "evidence"), f": {database.evidence[id].summary}") for id in shown
        ]
        under += [
            ("same origin or event, suppressed: ", Ref(id, "evidence")) for id in line.suppressed
        ]
        text = (*_says(line, database),)
        lead = Figure(line.counted_decibans, "dB")
        rows.append(Item(text, tuple(Item(told, bullet=True) for told in under), lead))
    if rows:
        yield Heading(3, "What the lines say")
        yield Items(tuple(rows))


def _says(line: Line, database: Database) -> Iterator[Ref | str]:
    if line.kind in ("direct", "in-prior"):
        yield Ref(line.id, "evidence")
        yield f": {database.evidence[line.id].summary}"
        return
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    seen = "not seen when due: " if line.kind == "absence" else ""
    yield Ref(line.id, "scenario")
    yield f": {seen}{statement}"


def _closing(ledger: Explanation, database: Database, scenario: Scenario) -> Iterator[Text]:
    language = database.tracker.estimative_language
    implied, stated = ledger.implied.probability, ledger.stated
    yield "Prior ", Figure(ledger.prior.probability, "p"), f": {scenario.prior.basis}"
    if ledger.neutral:
        yield f"{counted(ledger.neutral, 'neutral item')} not listed."
    yield "Implied ", Figure(implied, "p"), f" ({estimative_term(implied, language)})."
    if stated and ledger.gap_decibans is not None:
        side = "above" if ledger.gap_decibans > 0 else "below"
        yield (
            "Stated ",
            Figure(stated.probability, "p"),
            f" ({estimative_term(stated.probability, language)}), ",
            Figure(abs(ledger.gap_decibans), digits=1),
            f" dB {side} what the evidence implies.",
        )
    left = ledger.leave_one_out
    if left.low_line is not None or left.high_line is not None:
        low, high = _without(left.low, left.low_line), _without(left.high, left.high_line)
        yield "One line less: from ", *low, " to ", *high, "."


def _without(p: float, line: str | None) -> tuple[Figure | Ref | str, ...]:
    return (Figure(p, "p"), " without ", Ref(line)) if line else (Figure(p, "p"),)


def _sweep(result: Explanation) -> Iterator[Block]:
    """The implied probability with one setting bent at a time."""
    if result.sweep is None:
        return
    bent = (
        ("prior odds ×", result.sweep.prior_odds),
        ("ratings ×", result.sweep.strength),
        ("dependence", result.sweep.dependence),
    )
    longest = max(len(row) for _, row in bent)
    rows: list[Row] = []
    for name, row in bent:
        cells: list[Text] = [
            (Figure(s.value, "ratio"), ": ", Figure(s.probability, "p")) for s in row
        ]
        rows.append((name, *cells, *[""] * (longest - len(cells))))
    columns = [Column(name="", align="right") for _ in range(longest)]
    yield Table(columns=(Column(name="implied with"), *columns), rows=tuple(rows))


def _post_mortem(result: Explanation) -> Iterator[Block]:
    """What pointed to what happened, and what did not."""
    if result.post_mortem is None or result.outcome is None:
        return
    outcome = "occurred" if result.outcome == "occurred" else "did not occur"
    pointed = {"right": result.post_mortem.right, "wrong": result.post_mortem.wrong}
    for way, found in pointed.items():
        yield Heading(3, f"Pointed the {way} way (it {outcome})")
        rows = [Item(Ref(line.id), lead=Figure(line.decibans, "dB")) for line in found]
        yield Items(tuple(rows)) if rows else Paragraph("nothing")
