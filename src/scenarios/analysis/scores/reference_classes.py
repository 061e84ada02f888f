"""How the priors that name a reference class did, beside those that name none."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

import msgspec

from scenarios.model import Database, ScenarioId


class PriorScore(msgspec.Struct, frozen=True, kw_only=True):
    """Mean Brier of `prior`, 0 best to 1 worst, over the questions with a reference class or none.

    A set is one question, and has a reference class where all its members have one.
    """

    has_reference: bool
    questions: int
    brier: float


def by_reference(database: Database, briers: Mapping[ScenarioId, float]) -> tuple[PriorScore, ...]:
    """Both means, from the Brier of `prior` on each scenario; nothing where one side is empty.

    A set whose members are all there has half the sum of their scores; else each stands alone.
    """
    questions: dict[tuple[ScenarioId, ...], float] = {}
    for id in briers:
        ids = database.members.get(database.scenarios[id].set or "", ())
        is_whole = len(ids) > 1 and all(member in briers for member in ids)
        own = ids if is_whole else (id,)
        questions[own] = sum(briers[member] for member in own) / (2 if is_whole else 1)
    sides: dict[bool, list[float]] = {True: [], False: []}
    for own, score in questions.items():
        sides[all(database.scenarios[id].prior.reference for id in own)].append(score)
    return tuple(
        PriorScore(has_reference=has, questions=len(scores), brier=fmean(scores))
        for has, scores in (sides.items() if all(sides.values()) else ())
    )
