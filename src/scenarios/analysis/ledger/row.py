"""Row of one item or one indicator, before grouping."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from scenarios.model import EvidenceId, ScenarioId, ThemeId

RowKind = Literal["direct", "indicator", "absence"]
Columns = tuple[ScenarioId, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One witness before grouping: decibans × weight for each scenario that it rates.

    `ties` are its origin and its event: whatever shares one is one line. It speaks from `since` on;
    `first` orders the rows of a group.
    """

    kind: RowKind
    id: str
    values: dict[ScenarioId, float]
    weight: float
    since: date
    first: tuple[date, date, str, str]
    theme: ThemeId | None = None
    evidence: tuple[EvidenceId, ...] = ()
    ties: frozenset[str] = frozenset()
