"""One scenario's odds ledger: a running sum from prior to implied, and what its lines say."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from scenarios.analysis.forecasts import forecasts_between
from scenarios.analysis.ledger import sensitivity
from scenarios.analysis.ledger.lines import Line, Quantity
from scenarios.analysis.review.explanation import Explanation
from scenarios.model import Database, Scenario, SetId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import lines, plain, spans, titled
from scenarios.render.documents.ledger_changes import SMALL_DECIBANS, by_theme, counted_in
from scenarios.render.text import short_day, term
from scenarios.scales import HIGHEST, LOWEST, percent, probability
from scenarios.text import counted
from scenarios.values import owner_of

_STEPS = ("given", "time", "rivals", "bound")
_NARROWEST = 24
_SLIGHT = 0.05
"""Decibans: a smaller term of the band is shown only where all are asked for."""
_INPUTS: dict[sensitivity.TermKind, tuple[str, str]] = {
    "lines": ("all lines together", f"±{percent(sensitivity.LINES_STEP)}"),
    "reading": ("reading of each line on {}", f"±{sensitivity.READING_STEP:g} dB each"),
    "within": ("correlation within a theme", f"±{sensitivity.DEPENDENCE_STEP}"),
    "between": ("correlation between themes", f"±{sensitivity.DEPENDENCE_STEP}"),
    "dependence": ("correlation of the lines", f"±{sensitivity.DEPENDENCE_STEP}"),
    "prior": ("prior of {}", f"±{sensitivity.PRIOR_STEP} dB"),
    "line": ("{}", f"±{percent(sensitivity.LINE_STEP)}"),
    "link": ("link to {}", "its band"),
}
"""An input of the band in words, and how far it is bent."""
_OWN = {"prior": "the prior", "reading": "the reading of each line"}
"""The inputs that each scenario of a set has, of the scenario itself."""


def on_page(result: Explanation, database: Database, *, every: bool = False) -> doc.Document:
    """The same with titles and statements for ids."""
    return titled(document(result, database, every=every, named=True), database)


def document(
    result: Explanation, database: Database, *, every: bool = False, named: bool = False
) -> doc.Document:
    """The ledger by theme with what overlap left of each line, suppressed items, and its band.

    Lines that count little stand in one row, unless `every` one is wanted. Where references are to
    be `named`, they are left alone.
    """
    scenario = cells.scenario_or_row(result.scenario, database)
    title = doc.Ref(result.scenario, "scenario")
    head: doc.Text = (title, f": {scenario.title}, as of {result.as_of}")
    if named:
        head = (title, f", as of {short_day(result.as_of)}")
    outcome = cells.outcome_words(result.outcome)
    stood = f"Resolved: {outcome}. The ledger as it stood on {result.ledger_day}."
    top: doc.Document = (
        doc.Heading(1, head, (stood,) if outcome else ()),
        *cells.notice(result.notice),
        *cells.reference_class(scenario.prior),
        doc.Paragraph(scenario.question),
    )
    basis = lines(*_basis(result, scenario))
    scale = () if named else ("In decibans (dB) 3 double the odds, 10 make them tenfold.",)
    if result.implied is None:
        return (*top, doc.Paragraph(cells.withheld_figures(result.withheld)), basis)
    return (
        *top,
        lines(*_verdict(result, scenario, database.tracker.estimative_language), *scale),
        _sums(result, result.implied, database, every=every),
        basis,
        *_behind(result, database, every=every, named=named),
        *_sweep(result, every=every),
        *_post_mortem(result),
    )


def summary(result: Explanation, database: Database) -> doc.Document:
    """The blocks above the ledger, and what moved each figure last."""
    above = takewhile(lambda block: not isinstance(block, doc.Table), document(result, database))
    return (*above, lines(*_latest(result, database)))


def _latest(result: Explanation, database: Database) -> Iterator[doc.Text]:
    lines, _ = _folded(result.lines, every=False)
    behind = [(database.evidence[id].recorded, id, line) for line in lines for id in line.evidence]
    for _, id, line in sorted(behind, key=lambda move: move[:2])[-1:]:
        counts, item = doc.Figure(line.counted_decibans, "dB"), _item(id, database, named=False)
        yield "Last moved by ", *item, " (its line counts ", counts, ")."
    for last in forecasts_between(database, result.scenario, None, result.ledger_day)[-1:]:
        yield f"Last forecast by {last.analyst} on {last.date}: ", p(last.probability), "."


def _sums(result: Explanation, end: Quantity, database: Database, *, every: bool) -> doc.Table:
    """The rows from prior to implied with their running sum, the lines under their themes."""
    running = result.prior.decibans
    set_id = database.scenarios[owner_of(result.scenario)].set

    def rows(lines: Sequence[Line]) -> Iterator[doc.Row]:
        nonlocal running
        visible_lines, small = _folded(lines, every=every)
        for line in visible_lines:
            running += line.counted_decibans
            yield _row(line, running, set_id)
        if small:
            running += (worth := counted_in(small))
            yield (_small(small), "", "", doc.Figure(worth, "dB"), *_reached(running))

    first = ("prior", "", "", "", *_reached(running, result.prior.probability))
    table: list[doc.Row | doc.Group] = [first, *rows(_of(result.lines, ("given", "time")))]
    evidence = [line for line in result.lines if line.kind not in _STEPS]
    if any(line.theme for line in evidence):
        themes = by_theme(evidence)
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
        left("line", least=_NARROWEST),
        right("dB", "decibans", meaning="move"),
        right("factor"),
        right("counted", "counted_decibans", meaning="move"),
        right("sum", "sum_decibans"),
        right("p", "probability"),
    )
    graded = database.tracker.grade_weights
    caption = "" if graded else "Grades not applied: the tracker has no grade_weights."
    small = _folded(result.lines, every=every)[1]
    worth = plain(doc.Figure(counted_in(small), "dB"))
    note = f"Folded: {_small(small)}, {worth} dB in all; --all shows them." if small else ""
    return doc.Table(columns=columns, rows=tuple(table), by="theme", caption=caption, note=note)


def _group(name: str, members: Iterable[Line], rows: Iterable[doc.Row]) -> doc.Group:
    return doc.Group(f"{name}, {plain(doc.Figure(counted_in(members), 'dB'))} dB", tuple(rows))


def _small(lines: Sequence[Line]) -> str:
    """Number of lines that count little, and of those that the prior includes."""
    included = sum(line.kind == "in-prior" for line in lines)
    few = len(lines) - included
    parts = [counted(few, "line") + f" under {SMALL_DECIBANS} dB"] if few else []
    return ", ".join([*parts, *([f"{included} in the prior"] if included else [])])


def _row(line: Line, running: float, set_id: SetId | None) -> doc.Row:
    is_line = line.kind not in _STEPS
    name = {
        "absence": f"{line.id} (absent)",
        "in-prior": f"{line.id} (in the prior)",
        "given": f"given {line.id}",
        "time": "time: it has not happened so far",
        "rivals": f"rivals: the others of {set_id}" if set_id else "rivals: the other rows",
        "bound": f"bound: held within {percent(LOWEST)} and {percent(HIGHEST)}",
    }.get(line.kind, line.id)
    return (
        doc.Ref(line.id, None, name),
        doc.Figure(line.decibans, "dB") if is_line else "",
        doc.Figure(line.factor, digits=2) if is_line and line.kind != "in-prior" else "",
        doc.Figure(line.counted_decibans, "dB"),
        *_reached(running),
    )


def _reached(running: float, ended: float | None = None) -> tuple[doc.Figure, doc.Figure]:
    """The sum so far, in decibans and as a probability."""
    return doc.Figure(running, "dB"), p(probability(running) if ended is None else ended)


def _folded(lines: Sequence[Line], *, every: bool) -> tuple[list[Line], list[Line]]:
    """The lines to show one by one, and those of little worth, as of what the prior includes."""
    visible_lines: list[Line] = []
    small: list[Line] = []
    for line in lines:
        is_shown = every or line.kind in _STEPS or abs(line.counted_decibans) >= SMALL_DECIBANS
        (visible_lines if is_shown else small).append(line)
    return visible_lines, small


def _of(lines: Iterable[Line], kinds: Sequence[str]) -> list[Line]:
    return [line for line in lines if line.kind in kinds]


def _behind(
    ledger: Explanation, database: Database, *, every: bool, named: bool
) -> Iterator[doc.Block]:
    rows = []
    for line in _folded(ledger.lines, every=every)[0]:
        if line.kind in _STEPS:
            continue
        listed = [id for id in line.evidence if line.kind == "indicator" or id != line.id]
        under: list[doc.Text] = [_item(id, database, named=named) for id in listed]
        if line.suppressed:
            ids = [span for id in line.suppressed for span in (", ", doc.Ref(id, "evidence"))]
            under.append(("same origin or event, suppressed: ", *ids[1:]))
        if line.age:
            under.append(f"older: age leaves {percent(line.age)} of its decibans")
        text = _says(line, database, named=named)
        lead = doc.Figure(line.counted_decibans, "dB")
        rows.append(doc.Item(text, tuple(doc.Item(detail, bullet=True) for detail in under), lead))
    yield from doc.section("What the lines say", rows, 3)
    gone = [
        doc.Item((*_item(entry.id, database, named=named), " (by ", doc.Ref(entry.by), ")"))
        for entry in ledger.superseded
    ]
    yield from doc.section("Superseded, and counted no longer", gone, 3)


def _item(id: str, database: Database, *, named: bool) -> tuple[doc.Ref | str, ...]:
    return doc.Ref(id, "evidence"), "" if named else f": {database.evidence[id].summary}"


def _says(line: Line, database: Database, *, named: bool) -> tuple[doc.Ref | str, ...]:
    if line.kind in ("direct", "in-prior"):
        return _item(line.id, database, named=named)
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    name, absent = doc.Ref(line.id, "scenario"), cells.absent(line.state)
    return (absent, name) if named else (name, f": {absent}{statement}")


def _basis(ledger: Explanation, scenario: Scenario) -> Iterator[doc.Text]:
    yield "Prior ", p(ledger.prior.probability), f": {scenario.prior.basis}"
    if ledger.neutral:
        level = ", level with the next of its set" if scenario.set else ""
        yield (
            f"Not listed: {counted(ledger.neutral, 'item')} of no weight here "
            f"(neutral{level}, or of a grade that leaves nothing)."
        )


def _verdict(ledger: Explanation, scenario: Scenario, language: str) -> Iterator[doc.Text]:
    stated, left = ledger.stated, ledger.leave_one_out
    if ledger.unfounded:
        also = (" Stated ", p(stated.probability), ".") if stated else ()
        yield ("Nothing is implied: nobody stated a prior, and nothing is rated.", *also)
        return
    assert ledger.implied  # noqa: S101 - else they are withheld
    implied = ledger.implied.probability
    band = ("; ", *_band(ledger)) if ledger.band else ()
    yield "Implied ", p(implied), f" ({term(implied, language)})", *band, "."
    if ledger.mostly:
        yield cells.range_promise(is_member=scenario.set is not None)
    if stated and ledger.gap_decibans is not None:
        apart = doc.Figure(abs(ledger.gap_decibans), digits=1)
        side = "above" if ledger.gap_decibans > 0 else "below"
        gap: doc.Text = "just" if plain(apart) == "0.0" else (apart, f" dB {side}")
        yield (
            "Stated ",
            p(stated.probability),
            f" ({term(stated.probability, language)}), ",
            *spans(gap),
            " what the evidence implies.",
        )
    if left and (left.low_line is not None or left.high_line is not None):
        lowest = _without(left.low, left.low_line, left.low_kind)
        highest = _without(left.high, left.high_line, left.high_kind)
        yield "One line less: from ", *lowest, " to ", *highest, "."


def _band(ledger: Explanation) -> Iterator[doc.Figure | doc.Ref | str]:
    """Yield `band 24 to 66%: mostly the prior (±1.7 dB) and talks (±1.6)`."""
    assert ledger.band  # noqa: S101 - else it is withheld
    if not ledger.mostly:
        yield "the last of its set has no band"
        return
    yield from ("band ", p(ledger.band.low), " to ", p(ledger.band.high), ": mostly ")
    for number, bend in enumerate(ledger.mostly):
        if number:
            yield " and " if bend is ledger.mostly[-1] else ", "
        own = _OWN.get(bend.kind) if bend.id == ledger.scenario else None
        yield own or _bent(bend)
        yield from (" (±", doc.Figure(bend.term, digits=1), ")" if number else " dB)")


def _without(
    probability: float, line: str | None, kind: str | None
) -> tuple[doc.Figure | doc.Ref | str, ...]:
    absent = " (absent)" if kind == "absence" else ""
    return (p(probability), *((" without ", doc.Ref(line), absent) if line else ()))


def _sweep(result: Explanation, *, every: bool) -> Iterator[doc.Block]:
    """Yield the terms of the band, largest first: each input bent alone."""
    if not result.sweep:
        return
    terms = [term for term in result.sweep if every or term.term >= _SLIGHT]
    columns: tuple[Cell[sensitivity.Term], ...] = (
        (left("input", least=_NARROWEST), _bent),
        (left("bent by"), lambda bend: _INPUTS[bend.kind][1]),
        (right("term", "term_decibans"), lambda bend: doc.Figure(bend.term, digits=2)),
        (right("lowest"), lambda bend: p(bend.low)),
        (right("highest"), lambda bend: p(bend.high)),
    )
    others = len(result.sweep) - len(terms)
    note = f"{counted(others, 'other')} under {_SLIGHT} dB: --all" if others else ""
    yield doc.Heading(3, "What the band is made of: one input bent at a time")
    yield cells.table(terms, columns, note=note)


def _bent(bend: sensitivity.Term) -> doc.Ref | str:
    name = _INPUTS[bend.kind][0].format(bend.id) + (" (absent)" if bend.row == "absence" else "")
    return name if bend.id == bend.kind else doc.Ref(bend.id, None, name)


def _post_mortem(result: Explanation) -> Iterator[doc.Block]:
    if result.waits and result.outcome != "annulled":
        yield doc.Paragraph(
            f"Decided early: it counts from the day after {result.waits} on, in scores and in what "
            "is said of sources and of lines that pointed the right way."
        )
    if result.post_mortem is None or result.outcome is None:
        return
    outcome = "occurred" if result.outcome == "occurred" else "did not occur"
    pointed = {"right": result.post_mortem.right, "wrong": result.post_mortem.wrong}
    for direction, own in pointed.items():
        yield doc.Heading(3, f"Pointed the {direction} way (it {outcome})")
        rows = tuple(
            doc.Item(doc.Ref(line.id), lead=doc.Figure(line.decibans, "dB")) for line in own
        )
        yield doc.Items(rows) if rows else doc.Paragraph("nothing")
