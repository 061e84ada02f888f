"""Scores, calibration and skill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scenarios.analysis.scores.calibration import CalibrationBin, Corp
from scenarios.analysis.scores.scoring import ForecasterScore, QuestionScore, Score
from scenarios.analysis.scores.skill import DRAWS, FEWEST, MOST, FittedStrength
from scenarios.render.document import (
    Block,
    Chart,
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
    lines,
    plain,
)
from scenarios.render.documents.excerpt import ANALYSTS, Excerpt, by_question, excerpt
from scenarios.render.documents.status import band
from scenarios.render.pictures.scores import calibration, skill
from scenarios.text import counted

ENOUGH = 30
"""Under this many questions the figures prove little."""
_BAR = 20
"""Columns of a calibration bar, each worth 5 points."""


def document(result: Score, head: str, *, whole: bool = False) -> Document:
    """Every table that has rows, with n beside each mean; what is not scored is named.

    Unless `whole`, of many rows as many as a reader can read, and how many that leaves out.
    """
    if not result.forecasters:
        nothing = Paragraph("No resolved question had a forecast to score.")
        return (Heading(1, head), nothing, *_excluded(result))
    shown = Excerpt(result) if whole else excerpt(result)
    score = shown.score
    most = max(row.questions for row in result.forecasters)
    little = Paragraph(f"n = {most}: under {ENOUGH} questions these figures prove little.")
    groups = (_forecasters(group.forecasters, group.name or "no tag") for group in score.groups)
    asked = len({row.scenario for row in result.questions})
    return (
        Heading(1, head),
        _forecasters(score.forecasters),
        *([] if most >= ENOUGH else [little]),
        *groups,
        _questions(score.questions, asked),
        *_sets(score),
        *_skill(score),
        *([Paragraph(strength_sentence(score.fitted_strength))] if score.fitted_strength else []),
        *_calibration(score),
        *_excluded(score),
        *([Paragraph(shown.left_out)] if shown.left_out else []),
        Paragraph(_LEGEND),
    )


def strength_sentence(fitted: FittedStrength) -> str:
    """The fitted strength beside the declared one, with its interval and n."""
    about = f"90% {_strength(fitted.low)} to {_strength(fitted.high)}"
    n = counted(fitted.questions, "question")
    if fitted.low is None:
        return (
            f"Too few questions ({fitted.independent}) to say what rating_strength fits the record."
        )
    if fitted.independent < fitted.questions:
        n += f", {fitted.independent} with each set as one"
    return (
        f"The record would have had rating_strength at {_strength(fitted.strength)} "
        f"({about}; {n}); yours is {_strength(fitted.declared)}. It is not applied."
    )


def _strength(value: float | None) -> str:
    return plain(Figure(value, "ratio", 2)) + (" or more" if value == MOST else "")


SKILL_NOTE = (
    f"The 90% interval is that of {DRAWS:,} fixed resamples of the questions, a set as one of "
    f"them; under {FEWEST} there is none."
)
_LEGEND = (
    "Brier is one-sided (0 best, 0.25 for always 50%, 1 worst), log the natural log of what was "
    "given to the outcome, both over the days on which a forecast stood; baseline (0 for 50%) and "
    "peer over all planned days, 0 where none stood. final is the Brier of the last forecast, "
    "common that over the days on which all of the table stood. Different questions are not "
    "compared by their means."
)


def _forecasters(rows: Sequence[ForecasterScore], caption: str = "") -> Table:
    cells: Iterable[Row] = (
        (
            row.name,
            Figure(row.questions),
            _number(row.brier),
            _number(row.log_score),
            _number(row.baseline, 1),
            _number(row.peer, 1),
            Figure(row.coverage, "p"),
            _number(row.final_brier),
            _number(row.common_brier),
        )
        for row in rows
    )
    figures = ("n", "Brier", "log", "baseline", "peer", "coverage", "final", "common")
    return _table(("forecaster",), figures, cells, caption)


def _questions(rows: Sequence[QuestionScore], asked: int) -> Table:
    """Brier by question and forecaster; one row for each pair where that does not fit."""
    names, answered = by_question(rows)
    title, caption = f"Brier by question (n = {asked})", ""
    if len(answered) < asked:
        title, caption = "question", f"Brier by question, the worst to the best of {asked:,}"
    elif ANALYSTS in names:
        pairs: Iterable[Row] = ((Ref(r.scenario), r.forecaster, _number(r.brier)) for r in rows)
        return _table((title, "forecaster"), ("Brier",), pairs)
    cells: Iterable[Row] = (
        (Ref(row.scenario, "scenario"), row.outcome, *map(_number, row.briers)) for row in answered
    )
    narrow: Iterable[Row] = (
        (Ref(row.scenario), name, _number(brier))
        for row in answered
        for name, brier in zip(names, row.briers, strict=True)
        if brier is not None
    )
    return msgspec.structs.replace(
        _table((title, "outcome"), names, cells, caption),
        narrow=_table((title, "forecaster"), ("Brier",), narrow, caption),
    )


def _sets(result: Score) -> Iterator[Table]:
    """A table for each set, one question with several answers."""
    for set_id, occurred in dict.fromkeys((row.set, row.occurred) for row in result.sets):
        cells: Iterable[Row] = [
            (
                row.forecaster,
                _number(row.brier),
                _number(row.log_score),
                Figure(row.covered_days),
            )
            for row in result.sets
            if row.set == set_id
        ]
        title = f"set {set_id}, in which {occurred} occurred"
        yield _table(("forecaster",), ("Brier (0 to 2)", "log", "days"), cells, title)


def _skill(result: Score) -> Iterator[Block]:
    if result.skill:
        cells: Iterable[Row] = (
            (
                row.forecaster,
                row.against,
                Figure(row.questions),
                _number(row.skill),
                _number(row.low),
                _number(row.high),
            )
            for row in result.skill
        )
        figures = ("n", "1 − Brier ratio", "90% from", "90% to")
        made = _table(("skill of", "against"), figures, cells)
        yield _drawn(skill(result), msgspec.structs.replace(made, note=SKILL_NOTE))


def _drawn(chart: Chart | None, table: Table) -> Block:
    """The picture, with this table beside it; the table alone where nothing is drawn."""
    return Chart(chart.label, chart.drawing, table) if chart else table


def _calibration(result: Score) -> Iterator[Block]:
    if result.calibration:
        cells: Iterable[Row] = (
            (
                plain(band(row.low, row.high)),
                Figure(row.n, digits=2),
                Figure(row.mean_forecast, "p"),
                Figure(row.frequency, "p"),
                plain(band(row.wilson_low, row.wilson_high)),
                _bar(row),
            )
            for row in result.calibration
        )
        named = f"calibration of {result.calibration[0].forecaster}"
        figures = ("n", "said", "came", "Wilson 95%")
        about = "In the bar: | what was said, o what came, = the Wilson band."
        bar = Column(name="0% to 100%", only="terminal", drop=1, about=about)
        yield _drawn(calibration(result), _table((named,), figures, cells, last=(bar,)))
    for row in result.decomposition:
        yield lines(
            f"Brier of {row.forecaster} (Murphy 1973)",
            (
                "= reliability ",
                _number(row.reliability, 4),
                " − resolution ",
                _number(row.resolution, 4),
                " + uncertainty ",
                _number(row.uncertainty, 4),
                " + residual ",
                _number(row.residual, 4),
            ),
        )

    for parts in result.corp:
        yield from _corp(parts)


def _corp(row: Corp) -> Iterator[Block]:
    cells: Iterable[Row] = (
        (
            Figure(step.low, "p"),
            Figure(step.high, "p"),
            Figure(step.n, digits=2),
            Figure(step.frequency, "p"),
        )
        for step in row.curve
    )
    figures = ("said from", "said to", "n", "came")
    columns = tuple(Column(name=name, align="right") for name in figures)
    title = f"CORP curve of {row.forecaster}: without bins, monotone"
    yield Table(columns=columns, rows=tuple(cells), caption=title)
    yield lines(
        f"Brier of {row.forecaster} (CORP, Dimitriadis, Gneiting & Jordan 2021)",
        (
            _number(row.brier, 4),
            " = miscalibration ",
            _number(row.miscalibration, 4),
            " − discrimination ",
            _number(row.discrimination, 4),
            " + uncertainty ",
            _number(row.uncertainty, 4),
        ),
    )


def _bar(row: CalibrationBin) -> str:
    def column(value: float) -> int:
        return min(int(value * _BAR), _BAR - 1)

    cells = ["·"] * _BAR
    low, high = column(row.wilson_low), column(row.wilson_high)
    cells[low : high + 1] = "=" * (high + 1 - low)
    cells[column(row.frequency)] = "o"
    cells[column(row.mean_forecast)] = "|"
    return "".join(cells)


def _excluded(result: Score) -> Iterator[Block]:
    if result.excluded:
        rows = tuple(
            Item((Ref(row.scenario, "scenario"), f": {row.reason}")) for row in result.excluded
        )
        yield Items((Item(f"Not scored: {counted(len(rows), 'question')}", rows),))
    if number := len(result.without_prior):
        of = counted(number, "question")
        yield Paragraph(f"No prior was stated for {of}: implied and prior are not scored there.")


def _table(
    names: Sequence[str],
    figures: Sequence[str],
    rows: Iterable[Row],
    caption: str = "",
    last: tuple[Column, ...] = (),
) -> Table:
    columns = (
        *(Column(name=name, meaning="state" if name == "outcome" else "") for name in names),
        *(Column(name=name, align="right") for name in figures),
        *last,
    )
    return Table(columns=columns, rows=tuple(rows), caption=caption)


def _number(value: float | None, digits: int = 3) -> Figure:
    return Figure(value, digits=digits)
