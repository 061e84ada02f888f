"""As much of the scores of many questions as a reader can read, and what that leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import msgspec
from msgspec.structs import replace

from scenarios.analysis.scores.daily_forecasts import OURS, place
from scenarios.analysis.scores.scoring import ForecasterScore, QuestionScore, Score
from scenarios.model import ScenarioId

EACH = 30
"""So many of the worst questions are shown, of the best, and of what else there are many."""
ROWS = 60
COLUMNS = 12
"""From more forecasters than this the questions have one column for the mean of the analysts."""
ANALYSTS = "analysts' mean"


class Excerpt(msgspec.Struct, frozen=True):
    """A score with fewer rows; the questions from the worst to the best where any is left out."""

    score: Score
    left_out: str = ""


class Answered(msgspec.Struct, frozen=True):
    """A question with its outcome and the Brier score of each column, None where it has none."""

    scenario: ScenarioId
    outcome: str
    briers: tuple[float | None, ...]


def excerpt(result: Score) -> Excerpt:
    """The forecasters with the most questions, the 30 worst questions and the 30 best, and so on.

    A question is as bad as the Brier score of the named forecaster; without one, or where that
    said nothing, as the mean of the analysts, or else of all.
    """
    named = result.decomposition[0].forecaster if result.decomposition else ""
    ids = _ends(result.questions, named)
    sets = list(dict.fromkeys(row.set for row in result.sets))
    forecasters = _most(result.forecasters, ROWS, named)
    skilled = {row.name for row in _most(result.forecasters, ROWS // len(OURS), named)}
    by_scenario = {id: number for number, id in enumerate(ids)}
    questions = [row for row in result.questions if row.scenario in by_scenario]
    groups = result.groups[:EACH]
    shown = replace(
        result,
        forecasters=forecasters,
        groups=tuple(
            replace(group, forecasters=_most(group.forecasters, ROWS, named)) for group in groups
        ),
        questions=tuple(sorted(questions, key=lambda row: by_scenario[row.scenario])),
        skill=tuple(row for row in result.skill if row.forecaster in skilled),
        sets=tuple(row for row in result.sets if row.set in sets[:EACH]),
        excluded=result.excluded[:EACH],
    )
    asked = len({row.scenario for row in result.questions})
    numbers = {
        "questions between the worst and the best": asked - len(ids),
        "forecasters with fewer questions": len(result.forecasters) - len(forecasters),
        "rows of skill": len(result.skill) - len(shown.skill),
        "groups": len(result.groups) - len(groups),
        "forecasters of groups": sum(len(group.forecasters) for group in groups)
        - sum(len(group.forecasters) for group in shown.groups),
        "sets": max(0, len(sets) - EACH),
        "questions that are not scored": len(result.excluded) - len(shown.excluded),
    }
    return Excerpt(shown, _left_out(numbers))


def by_question(rows: Sequence[QuestionScore]) -> tuple[tuple[str, ...], list[Answered]]:
    """The columns of a table of questions, and its rows in the order of these."""
    names = tuple(sorted({row.forecaster for row in rows}, key=place))
    many = len(names) > COLUMNS
    columns = (ANALYSTS, *(name for name in OURS if name in names)) if many else names
    briers: dict[ScenarioId, dict[str, list[float]]] = {}
    outcomes = {}
    for row in rows:
        column = ANALYSTS if many and row.forecaster not in OURS else row.forecaster
        briers.setdefault(row.scenario, {}).setdefault(column, []).append(row.brier)
        outcomes[row.scenario] = row.outcome.replace("-", " ")
    return columns, [
        Answered(id, outcomes[id], tuple(fmean(own[c]) if c in own else None for c in columns))
        for id, own in briers.items()
    ]


def _ends(rows: Sequence[QuestionScore], named: str) -> list[ScenarioId]:
    """The questions in their order, or where they are too many the worst to the best."""
    together: dict[ScenarioId, list[QuestionScore]] = {}
    for row in rows:
        together.setdefault(row.scenario, []).append(row)
    if len(together) <= 2 * EACH:
        return list(together)
    badness = {id: _badness(own, named) for id, own in together.items()}
    ordered = sorted(together, key=lambda question: (-badness[question], question))
    return [*ordered[:EACH], *ordered[-EACH:]]


def _badness(rows: Sequence[QuestionScore], named: str) -> float:
    own = [row.brier for row in rows if row.forecaster == named]
    analysts = [row.brier for row in rows if row.forecaster not in OURS]
    return fmean(own or analysts or [row.brier for row in rows])


def _most(rows: tuple[ForecasterScore, ...], limit: int, named: str) -> tuple[ForecasterScore, ...]:
    """The named one, ours, and the analysts with the most questions, in their order."""
    first = sorted(rows, key=lambda row: (row.name not in (named, *OURS), -row.questions, row.name))
    kept = {row.name for row in first[:limit]}
    return tuple(row for row in rows if row.name in kept)


def _left_out(numbers: Mapping[str, int]) -> str:
    told = [f"{number:,} {what}" for what, number in numbers.items() if number]
    if not told:
        return ""
    return (
        f"Left out here: {', '.join(told)}. scen score --all shows everything; "
        "--format csv and json always do."
    )
