"""The records, in the field's words: frozen, and none of them knows its file.

The order of the fields is that of the keys in a new file. The schemas, docs/files.md and the hints
of an editor or a form read the meaning, the examples and the message that stand at each field.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import msgspec

from scenarios.errors import Problem
from scenarios.model.conventions import (
    Dependence,
    GradeWeights,
    Tracker,
)
from scenarios.model.evidence import (
    Attachment,
    Evidence,
    Retraction,
    Sheet,
    Source,
)
from scenarios.model.scenario import (
    Clarification,
    EventCount,
    Events,
    Given,
    HazardEnded,
    Indicator,
    Prior,
    Resolution,
    Scenario,
)
from scenarios.values import (
    Analyst,
    Code,
    EvidenceId,
    IndicatorId,
    IndicatorState,
    Letter,
    Outcome,
    Part,
    Rating,
    Record,
    ScenarioId,
    SetId,
    SourceId,
    ThemeId,
    first_day,
    indicator_key,
    keys,
)

SheetId = str
Kind = Literal["tracker", "scenario", "evidence", "forecasts", "source"]
IndicatorKey = tuple[ScenarioId, IndicatorId]


class Database(msgspec.Struct, frozen=True, dict=True):
    """Every record that could be read, by id; of the `unreadable` files the first fault each."""

    tracker: Tracker
    scenarios: dict[ScenarioId, Scenario] = {}
    evidence: Mapping[EvidenceId, Evidence] = {}
    sheets: dict[SheetId, Sheet] = {}
    sources: dict[SourceId, Source] = {}
    withheld: dict[ScenarioId, str] = {}
    unreadable: tuple[Problem, ...] = ()

    @cached_property
    def members(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The scenarios of each set, by id."""
        found: dict[SetId, list[ScenarioId]] = {}
        for id in sorted(self.scenarios):
            if set_id := self.scenarios[id].set:
                found.setdefault(set_id, []).append(id)
        return {set_id: tuple(ids) for set_id, ids in found.items()}

    @cached_property
    def speaking(self) -> dict[ScenarioId, tuple[SheetId, ...]]:
        """The sheets that speak of each scenario, by date."""
        found: dict[ScenarioId, list[SheetId]] = {}
        for _, id in sorted((sheet.date, id) for id, sheet in self.sheets.items()):
            for scenario_id in self.sheets[id].probabilities:
                found.setdefault(scenario_id, []).append(id)
        return {scenario_id: tuple(ids) for scenario_id, ids in found.items()}

    @cached_property
    def hanging(self) -> dict[str, tuple[ScenarioId, ...]]:
        """The scenarios whose priors depend on one, and under `/` and its name those of a set."""
        found: dict[str, list[ScenarioId]] = {}
        for id, scenario in self.scenarios.items():
            for other in scenario.prior.given:
                found.setdefault(other, []).append(id)
            if scenario.set is not None:
                found.setdefault(f"/{scenario.set}", []).append(id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def called_now(self) -> dict[tuple[Kind, str], str]:
        """The id of a record by its kind and each id that it had formerly."""
        kinds: dict[Kind, Mapping[str, Any]] = {
            "scenario": self.scenarios,
            "evidence": self.evidence,
            "source": self.sources,
        }
        every = ((kind, *one) for kind, records in kinds.items() for one in records.items())
        return {(kind, old): id for kind, id, record in every for old in record.formerly}

    @cached_property
    def occurred(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """Those of a set that are recorded to have occurred."""
        known = {id: s.resolution.outcome for id, s in self.scenarios.items() if s.resolution}
        return {
            set_id: tuple(id for id in ids if known.get(id) == "occurred")
            for set_id, ids in self.members.items()
        }
