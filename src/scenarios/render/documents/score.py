"""Scores, calibration and skill as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.scores.calibration import CalibrationBin
from scenarios.analysis.scores.scoring import ForecasterScore, QuestionScore, Score
from scenarios.render.text import MINUS, counted, fold, table

ENOUGH = 30
"""Under this many questions the figures prove little."""
_BAR = 20
"""Columns of a calibration bar, each worth 5 points."""


def score_text(made: Score, head: str, width: int) -> str:
    """Every table that has rows, with n beside each mean; what is left out is named."""
    if not made.forecasters:
        return "\n\n".join(
            [head, "No resolved question had a forecast to score.", *_excluded(made)]
        )
    most = max(row.questions for row in made.forecasters)
    proof = [] if most >= ENOUGH else [_little(most, width)]
    sections = [
        head,
        _forecasters(made.forecasters),
        *proof,
        *(f"{group.name or 'no tag'}\n{_forecasters(group.forecasters)}" for group in made.groups),
        _questions(made.questions, width),
        *_sets(made),
        *_skill(made),
        *_calibration(made),
        *_excluded(made),
        fold(_LEGEND, width),
    ]
    return "\n\n".join(sections)


_LEGEND = (
    "Brier is one-sided (0 best, 0.25 for always 50%, 1 worst), log the natural log of what was "
    "given to the outcome, both over the days on which a forecast stood; baseline (0 for 50%) and "
    "peer over all planned days, 0 where none stood. final is the Brier of the last forecast, "
    "common that over the days on which all of the table stood. Different questions are not "
    "compared by their means."
)


def _little(most: int, width: int) -> str:
    return fold(f"n = {most}: under {ENOUGH} questions these figures prove little.", width)


def _forecasters(rows: Sequence[ForecasterScore]) -> str:
    cells = [
        [
            row.name,
            row.questions,
            _number(row.brier, 3),
            _number(row.log_score, 3),
            _number(row.baseline, 1),
            _number(row.peer, 1),
            f"{row.coverage * 100:.0f}%",
            _number(row.final_brier, 3),
            _number(row.common_brier, 3),
        ]
        for row in rows
    ]
    headers = ["forecaster", "n", "Brier", "log", "baseline", "peer", "coverage", "final", "common"]
    return table(cells, headers, right=range(1, 9))


def _questions(rows: Sequence[QuestionScore], width: int) -> str:
    """Brier by question and forecaster; one row for each pair where that does not fit."""
    names = list(dict.fromkeys(row.forecaster for row in rows))
    briers = {(row.scenario, row.forecaster): row.brier for row in rows}
    outcomes = {row.scenario: row.outcome.replace("-", " ") for row in rows}
    cells = [
        [id, outcome, *(_number(briers.get((id, name)), 3) for name in names)]
        for id, outcome in outcomes.items()
    ]
    headers = [f"Brier by question (n = {len(outcomes)})", "outcome", *names]
    made = table(cells, headers, right=range(2, len(headers)))
    if max(map(len, made.splitlines())) <= width:
        return made
    pairs = [[r.scenario, r.forecaster, _number(r.brier, 3)] for r in rows]
    return table(pairs, [headers[0], "forecaster", "Brier"], right=(2,), widths=[40, 20, None])


def _sets(made: Score) -> Iterator[str]:
    """A table for each set, one question with several answers."""
    for set_id, occurred in dict.fromkeys((row.set, row.occurred) for row in made.sets):
        cells = [
            [row.forecaster, _number(row.brier, 3), _number(row.log_score, 3), row.covered_days]
            for row in made.sets
            if row.set == set_id
        ]
        headers = ["forecaster", "Brier (0 to 2)", "log", "days"]
        title = f"set {set_id}, in which {occurred} occurred"
        yield f"{title}\n{table(cells, headers, right=(1, 2, 3))}"


def _skill(made: Score) -> Iterator[str]:
    if made.skill:
        cells = [
            [row.forecaster, row.against, row.questions, _number(row.skill, 3)]
            for row in made.skill
        ]
        yield table(cells, ["skill of", "against", "n", "1 − Brier ratio"], right=(2, 3))


def _calibration(made: Score) -> Iterator[str]:
    if made.calibration:
        cells = [
            [
                f"{row.low * 100:.0f}–{row.high * 100:.0f}%",
                f"{row.n:.2f}",
                f"{row.mean_forecast * 100:.0f}%",
                f"{row.frequency * 100:.0f}%",
                f"{row.wilson_low * 100:.0f}–{row.wilson_high * 100:.0f}%",
                _bar(row),
            ]
            for row in made.calibration
        ]
        name = made.calibration[0].forecaster
        headers = [f"calibration of {name}", "n", "said", "came", "Wilson 95%", "0% to 100%"]
        yield table(cells, headers, right=(1, 2, 3, 4))
        yield "In the bar: | what was said, o what came, = the Wilson band."
    for row in made.decomposition:
        yield (
            f"Brier of {row.forecaster} (Murphy 1973)\n"
            f"= reliability {_number(row.reliability, 4)}"
            f" − resolution {_number(row.resolution, 4)}"
            f" + uncertainty {_number(row.uncertainty, 4)}"
            f" + residual {_number(row.residual, 4)}"
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


def _excluded(made: Score) -> Iterator[str]:
    if made.excluded:
        lines = [f"Not scored: {counted(len(made.excluded), 'question')}"]
        yield "\n".join([*lines, *(f"  {row.scenario}: {row.reason}" for row in made.excluded)])


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return "–"
    shown = f"{value:.{digits}f}".replace("-", MINUS)
    return shown.removeprefix(MINUS) if not shown.strip(f"{MINUS}0.") else shown
