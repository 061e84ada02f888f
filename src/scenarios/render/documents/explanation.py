"""One scenario's odds ledger: a running sum from prior to implied, and what its lines say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scenarios.analysis.ledger.ledger import Line, Quantity
from scenarios.analysis.review.explanation import Explanation
from scenarios.model import Database, Scenario, SetId
from scenarios.render.document import (
    Block,
    Column,
    Document,
    Figure,
    Group,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
    lines,
    plain,
    spans,
)
from scenarios.render.documents import unreadable
from scenarios.render.documents.ledger_changes import SMALL_DECIBANS
from scenarios.render.text import term
from scenarios.scales import HIGHEST, LOWEST, percent, probability
from scenarios.text import counted

_STEPS = ("given", "time", "rivals", "bound")
_NARROWEST = 24
_POINT = 0.001
"""A bend that moves the figure by less is shown only where all are asked for."""
_BENT = {
    "ratings": "all ratings",
    "within": "correlation within a theme",
    "between": "correlation between themes",
}
_HOW_FAR = dict.fromkeys(("row", "ratings"), "×½, ×2") | {"prior": "±3 dB"}
_HOW_FAR |= dict.fromkeys(("within", "between"), "±0.2")


def document(result: Explanation, database: Database, *, every: bool = False) -> Document:
    """The ledger by theme with what overlap left of each line, suppressed items, and its band.

    Lines that count little stand in one row, unless `every` one is wanted.
    """
    scenario = database.scenarios[result.scenario]
    head = (Ref(result.scenario, "scenario"), f": {scenario.title}, as of {result.as_of}")
    outcome = (result.outcome or "").replace("-", " ")
    stood = f"Resolved: {outcome}. The ledger as it stood on {result.ledger_day}."
    top = (Heading(1, head, (stood,) if outcome else ()), Paragraph(scenario.question))
    basis = lines(*_basis(result, scenario))
    if result.implied is None:
        return (*top, unreadable.figures(result.withheld), basis)
    return (
        *top,
        lines(*_verdict(result, database.tracker.estimative_language)),
        _sums(result, result.implied, database, every=every),
        basis,
        *_behind(result, database, every=every),
        *_sweep(result, every=every),
        *_post_mortem(result),
    )


def _sums(result: Explanation, end: Quantity, database: Database, *, every: bool) -> Table:
    """The rows from prior to implied with their running sum, the lines under their themes."""
    running = result.prior.decibans
    set_id = database.scenarios[result.scenario].set

    def rows(lines: Sequence[Line]) -> Iterator[Row]:
        nonlocal running
        shown, small = _folded(lines, every=every)
        for line in shown:
            running += line.counted_decibans
            yield _row(line, running, set_id)
        if small:
            running += (worth := _worth(small))
            yield (_small(small), "", "", Figure(worth, "dB"), *_reached(running))

    first = ("prior", "", "", "", *_reached(running, result.prior.probability))
    table: list[Row | Group] = [first, *rows(_of(result.lines, ("given", "time")))]
    evidence = [line for line in result.lines if line.kind not in _STEPS]
    if any(line.theme for line in evidence):
        themes = _by_theme(evidence)
        slight = [theme for theme in themes if not _folded(theme[1], every=every)[0]]
        slight = slight if len(slight) > 1 else []
        for theme, members in (entry for entry in themes if entry not in slight):
            name = database.tracker.themes.get(theme, theme) if theme else "without a theme"
            table.append(_group(name, members, rows(members)))
        if slight:
            rest = [line for _, members in slight for line in members]
            table.append(_group(counted(len(slight), "more theme"), rest, rows(rest)))
    else:
        table += rows(evidence)
    table += rows(_of(result.lines, ("rivals", "bound")))
    table.append(("implied", "", "", "", *_reached(running, end.probability)))
    columns = (
        Column(name="line", least=_NARROWEST),
        Column(name="dB", key="decibans", align="right", meaning="move"),
        Column(name="factor", align="right"),
        Column(name="counted", key="counted_decibans", align="right", meaning="move"),
        Column(name="sum", key="sum_decibans", align="right"),
        Column(name="p", key="probability", align="right"),
    )
    graded = database.tracker.grade_weights
    caption = "" if graded else "Grades not applied: the tracker has no grade_weights."
    small = _folded(result.lines, every=every)[1]
    worth = plain(Figure(_worth(small), "dB"))
    note = f"Folded: {_small(small)}, {worth} dB in all; --all shows them." if small else ""
    return Table(columns=columns, rows=tuple(table), by="theme", caption=caption, note=note)


def _group(name: str, members: Iterable[Line], rows: Iterable[Row]) -> Group:
    return Group(f"{name}, {plain(Figure(_worth(members), 'dB'))} dB", tuple(rows))


def _worth(lines: Iterable[Line]) -> float:
    return sum(line.counted_decibans for line in lines)


def _small(lines: Sequence[Line]) -> str:
    """So many lines that count little, and so many that the prior includes."""
    included = sum(line.kind == "in-prior" for line in lines)
    few = len(lines) - included
    told = [counted(few, "line") + f" under {SMALL_DECIBANS} dB"] if few else []
    return ", ".join([*told, *([f"{included} in the prior"] if included else [])])


def _row(line: Line, running: float, set_id: SetId | None) -> Row:
    shown = line.kind not in _STEPS
    name = {
        "absence": f"{line.id} (absent)",
        "in-prior": f"{line.id} (in the prior)",
        "given": f"given {line.id}",
        "time": "time: it has not happened so far",
        "rivals": f"rivals: the others of {set_id}",
        "bound": f"bound: held within {percent(LOWEST)} and {percent(HIGHEST)}",
    }.get(line.kind, line.id)
    return (
        Ref(line.id, None, name),
        Figure(line.decibans, "dB") if shown else "",
        Figure(line.factor, digits=2) if shown and line.kind != "in-prior" else "",
        Figure(line.counted_decibans, "dB"),
        *_reached(running),
    )


def _reached(running: float, p: float | None = None) -> tuple[Figure, Figure]:
    """The sum so far, in decibans and as a probability."""
    return Figure(running, "dB"), Figure(probability(running) if p is None else p, "p")


def _folded(lines: Sequence[Line], *, every: bool) -> tuple[list[Line], list[Line]]:
    """The lines to show one by one, and those of little worth, as of what the prior includes."""
    small = [
        line
        for line in lines
        if not every and line.kind not in _STEPS and abs(line.counted_decibans) < SMALL_DECIBANS
    ]
    return [line for line in lines if line not in small], small


def _of(lines: Iterable[Line], kinds: Sequence[str]) -> list[Line]:
    return [line for line in lines if line.kind in kinds]


def _by_theme(lines: Iterable[Line]) -> list[tuple[str | None, list[Line]]]:
    """The lines of each theme, the theme that counts most first, those without one last."""
    themes: dict[str | None, list[Line]] = {}
    for line in lines:
        themes.setdefault(line.theme, []).append(line)

    def order(entry: tuple[str | None, list[Line]]) -> tuple[object, ...]:
        theme, members = entry
        return theme is None, -abs(_worth(members)), theme or ""

    return sorted(themes.items(), key=order)


def _behind(ledger: Explanation, database: Database, *, every: bool) -> Iterator[Block]:
    """What the lines say in words, and what stands under them."""
    rows = []
    for line in _folded(ledger.lines, every=every)[0]:
        if line.kind in _STEPS:
            continue
        shown = [id for id in line.evidence if line.kind == "indicator" or id != line.id]
        under: list[Text] = [
            (Ref(id, "evidence"), f": {database.evidence[id].summary}") for id in shown
        ]
        if line.suppressed:
            ids = [span for id in line.suppressed for span in (", ", Ref(id, "evidence"))]
            under.append(("same origin or event, suppressed: ", *ids[1:]))
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


def _basis(ledger: Explanation, scenario: Scenario) -> Iterator[Text]:
    yield "Prior ", Figure(ledger.prior.probability, "p"), f": {scenario.prior.basis}"
    if ledger.neutral:
        yield (
            f"Not listed: {counted(ledger.neutral, 'item')} of no weight here "
            "(neutral, alike for the whole set, or of a grade that leaves nothing)."
        )


def _verdict(ledger: Explanation, language: str) -> Iterator[Text]:
    """What is implied and stated, how far that may lie apart, and on which line most rests."""
    stated, left, band = ledger.stated, ledger.leave_one_out, ledger.band
    if ledger.unfounded:
        said = (" Stated ", Figure(stated.probability, "p"), ".") if stated else ()
        yield ("Nothing is implied: nobody stated a prior, and nothing is rated.", *said)
        return
    assert ledger.implied and band and left  # noqa: S101, PT018 - else they are withheld
    implied = ledger.implied.probability
    low, high, word = Figure(band.low, "p"), Figure(band.high, "p"), term(implied, language)
    yield "Implied ", Figure(implied, "p"), f" ({word}); band ", low, " to ", high, "."
    if stated and ledger.gap_decibans is not None:
        apart = Figure(abs(ledger.gap_decibans), digits=1)
        side = "above" if ledger.gap_decibans > 0 else "below"
        gap: Text = "just" if plain(apart) == "0.0" else (apart, f" dB {side}")
        yield (
            "Stated ",
            Figure(stated.probability, "p"),
            f" ({term(stated.probability, language)}), ",
            *spans(gap),
            " what the evidence implies.",
        )
    if left.low_line is not None or left.high_line is not None:
        lowest = _without(left.low, left.low_line, left.low_kind)
        highest = _without(left.high, left.high_line, left.high_kind)
        yield "One line less: from ", *lowest, " to ", *highest, "."


def _without(p: float, line: str | None, kind: str | None) -> tuple[Figure | Ref | str, ...]:
    absent = " (absent)" if kind == "absence" else ""
    return (Figure(p, "p"), " without ", Ref(line), absent) if line else (Figure(p, "p"),)


def _sweep(result: Explanation, *, every: bool) -> Iterator[Block]:
    """What is implied with each judgement bent alone, widest first."""
    if result.sweep is None:
        return
    bends = [bend for bend in result.sweep if every or bend.high - bend.low >= _POINT]
    rows = tuple(
        (
            {"prior": f"prior of {bend.id}"}.get(bend.kind, _BENT.get(bend.kind, bend.id)),
            _HOW_FAR[bend.kind],
            Figure(bend.low, "p"),
            Figure(bend.high, "p"),
            Figure((bend.high - bend.low) * 100, digits=1),
        )
        for bend in bends
    )
    columns = (
        Column(name="judgement", least=_NARROWEST),
        Column(name="bent by"),
        Column(name="lowest", align="right"),
        Column(name="highest", align="right"),
        Column(name="width, points", key="width", align="right"),
    )
    left = len(result.sweep) - len(bends)
    note = f"{counted(left, 'other')} under {_POINT * 100:g} points: --all" if left else ""
    yield Heading(3, "One judgement bent at a time")
    yield Table(columns=columns, rows=rows, note=note)


def _post_mortem(result: Explanation) -> Iterator[Block]:
    """What pointed to what happened, and what did not."""
    if result.post_mortem is None or result.outcome is None:
        return
    outcome = "occurred" if result.outcome == "occurred" else "did not occur"
    pointed = {"right": result.post_mortem.right, "wrong": result.post_mortem.wrong}
    for way, found in pointed.items():
        yield Heading(3, f"Pointed the {way} way (it {outcome})")
        rows = tuple(Item(Ref(line.id), lead=Figure(line.decibans, "dB")) for line in found)
        yield Items(rows) if rows else Paragraph("nothing")
