"""A cause of moves: an event, or what else it was, with what it did to each scenario."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from scenarios.model import EvidenceId, ScenarioId

OtherKind = Literal[
    "retraction", "given", "rivals", "time", "absence", "overlap", "bound", "forecast"
]


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What a cause did to the implied probability of a scenario that moved."""

    scenario: ScenarioId
    decibans: float


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """New items that are one witness, one fact or one line, with what they did, largest first."""

    evidence: tuple[EvidenceId, ...]
    scenarios: tuple[Contribution, ...]


class OtherCause(msgspec.Struct, frozen=True, kw_only=True):
    """What else moved scenarios, largest first; `subjects` are what it is about.

    Those are the items of a `retraction`, the scenario that a prior is `given`, the `rivals` that
    left the set, and the indicators whose `absence` counts from now. `overlap` is what older lines
    count less, or more, beside those that changed; by a `forecast` only what is stated moved.
    """

    cause: OtherKind
    subjects: tuple[str, ...]
    scenarios: tuple[Contribution, ...]


@dataclass(frozen=True)
class Causes:
    """Every deciban of every move, once: by event, or by what else it was."""

    events: tuple[Event, ...]
    others: tuple[OtherCause, ...]

    def of(self, scenario_id: ScenarioId) -> list[tuple[float, Event | OtherCause]]:
        """What moved a scenario, and what it is worth, the main one first.

        A forecast comes first where it stands, since it says that no implied figure moved; what
        others of the set did, overlap and the bound are consequences and come last.
        """
        found = self._by_scenario.get(scenario_id, [])
        return sorted(found, key=lambda pair: (_rank(pair[1]), -abs(pair[0])))

    @cached_property
    def _by_scenario(self) -> dict[ScenarioId, list[tuple[float, Event | OtherCause]]]:
        found: dict[ScenarioId, list[tuple[float, Event | OtherCause]]] = {}
        every: list[Event | OtherCause] = [*self.events, *self.others]
        for one in every:
            for part in one.scenarios:
                found.setdefault(part.scenario, []).append((part.decibans, one))
        return found


def _rank(one: Event | OtherCause) -> int:
    if isinstance(one, Event):
        return 1
    follows = one.cause in ("overlap", "bound") or (one.cause == "rivals" and not one.subjects)
    return 0 if one.cause == "forecast" else 2 if follows else 1
