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


def by_reference(
    database: Database, briers: Mapping[tuple[ScenarioId, ...], float]
) -> tuple[PriorScore, ...]:
    """Both means, from the Brier of `prior` on each question; nothing where one side is empty."""
    sides: dict[bool, list[float]] = {True: [], False: []}
    for ids, brier in briers.items():
        sides[all(database.scenarios[id].prior.reference for id in ids)].append(brier)
    return tuple(
        PriorScore(has_reference=has, questions=len(scores), brier=fmean(scores))
        for has, scores in (sides.items() if all(sides.values()) else ())
    )
