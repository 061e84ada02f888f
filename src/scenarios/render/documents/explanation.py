"""One scenario's odds ledger as text: a running sum from prior to implied."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.review.explanation import Explanation
from scenarios.model import Database, Scenario
from scenarios.render.text import counted, fold, in_words, percent, signed, table
from scenarios.scales import probability
from scenarios.text import printable


def ledger_text(made: Explanation, database: Database, width: int) -> str:
    """The ledger with what each line's rank left of it, suppressed items and leave-one-out."""
    scenario = database.scenarios[made.scenario]
    head = f"{made.scenario}: {scenario.title}, as of {made.as_of}"
    if made.outcome:
        outcome = made.outcome.replace("-", " ")
        head += f"\nResolved: {outcome}. The ledger as it stood on {made.ledger_day}."
    return "\n\n".join(
        [
            printable(head),
            fold(scenario.question, width),
            _sums(made, width),
            *_behind(made, database, width),
            "\n".join(_closing(made, database, scenario, width)),
            *_sweep(made),
            *_post_mortem(made, width),
        ]
    )


def _sums(ledger: Explanation, width: int) -> str:
    running = ledger.prior.decibans
    rows = [["prior", "", "", "", signed(running), percent(ledger.prior.probability)]]
    for line in ledger.lines:
        running += line.counted_decibans
        shown = line.kind not in ("time", "rivals", "bound")
        rows.append(
            [
                _name(line),
                signed(line.decibans) if shown else "",
                f"{line.factor:.2f}" if shown and line.kind != "in-prior" else "",
                signed(line.counted_decibans),
                signed(running),
                percent(probability(running)),
            ]
        )
    rows.append(["implied", "", "", "", signed(running), percent(ledger.implied.probability)])
    headers = ["line", "dB", "factor", "counted", "sum", "p"]
    return table(
        rows,
        headers,
        right=(1, 2, 3, 4, 5),
        widths=[max(30, width - 44), None, None, None, None, None],
    )


def _name(line: Line) -> str:
    kinds = {"absence": " (absent)", "in-prior": " (in the prior)"}
    return line.id + kinds.get(line.kind, "")


def _behind(ledger: Explanation, database: Database, width: int) -> Iterator[str]:
    """What the lines say in words, and what stands under them."""
    lines = []
    for line in ledger.lines:
        if line.kind in ("time", "rivals", "bound"):
            continue
        worth = f"{signed(line.counted_decibans):>6} dB  "
        lines.append(fold(_says(line, database), width, _INDENT, worth))
        shown = [id for id in line.evidence if line.kind == "indicator" or id != line.id]
        lines += [_under(f"{id}: {database.evidence[id].summary}", width) for id in shown]
        lines += [
            _under(f"same origin or event, suppressed: {id}", width) for id in line.suppressed
        ]
    if lines:
        yield "\n".join(["What the lines say", *lines])


_INDENT = " " * 11


def _under(text: str, width: int) -> str:
    return fold(text, width, _INDENT + "  ", _INDENT + "- ")


def _says(line: Line, database: Database) -> str:
    if line.kind in ("direct", "in-prior"):
        return f"{line.id}: {database.evidence[line.id].summary}"
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    seen = "not seen when due: " if line.kind == "absence" else ""
    return f"{line.id}: {seen}{statement}"


def _closing(
    ledger: Explanation, database: Database, scenario: Scenario, width: int
) -> Iterator[str]:
    language = database.tracker.estimative_language
    yield fold(f"Prior {percent(ledger.prior.probability)}: {scenario.prior.basis}", width)
    if ledger.neutral:
        yield fold(f"{counted(ledger.neutral, 'neutral item')} not listed.", width)
    yield f"Implied {in_words(ledger.implied.probability, language)}."
    stated, distance = ledger.stated, ledger.gap_decibans
    if stated and distance is not None:
        side = "above" if distance > 0 else "below"
        yield fold(
            f"Stated {in_words(stated.probability, language)}, "
            f"{abs(distance):.1f} dB {side} what the evidence implies.",
            width,
        )
    left = ledger.leave_one_out
    if left.low_line is None and left.high_line is None:
        return
    low = f"{percent(left.low)} without {left.low_line}" if left.low_line else percent(left.low)
    high = (
        f"{percent(left.high)} without {left.high_line}" if left.high_line else percent(left.high)
    )
    yield fold(f"One line less: from {low} to {high}.", width)


def _sweep(made: Explanation) -> Iterator[str]:
    """The implied probability with one setting bent at a time."""
    if made.sweep is None:
        return
    bent = (
        ("prior odds ×", made.sweep.prior_odds),
        ("ratings ×", made.sweep.strength),
        ("dependence", made.sweep.dependence),
    )
    rows = [[name, *(f"{s.value:g}: {percent(s.probability)}" for s in row)] for name, row in bent]
    longest = max(len(row) for row in rows)
    rows = [row + [""] * (longest - len(row)) for row in rows]
    headers = ["implied with", *[""] * (longest - 1)]
    yield table(rows, headers, right=range(1, longest))


def _post_mortem(made: Explanation, width: int) -> Iterator[str]:
    """What pointed to what happened, and what did not."""
    if made.post_mortem is None or made.outcome is None:
        return
    outcome = "occurred" if made.outcome == "occurred" else "did not occur"
    for way, pointed in (("right", made.post_mortem.right), ("wrong", made.post_mortem.wrong)):
        lines = [f"Pointed the {way} way (it {outcome})"]
        lines += [
            fold(one.id, width, _INDENT, f"{signed(one.decibans):>6} dB  ") for one in pointed
        ]
        yield "\n".join(lines if pointed else [*lines, "  nothing"])
