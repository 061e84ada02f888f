"""A rule: what is looked for, how serious it is, and what finds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from scenarios.errors import Fault
from scenarios.model import Database, EvidenceId, Kind
from scenarios.paths import Reference, references

Level = Literal["error", "warning", "note"]
"""A note never fails: it is advice about a day, or a question about a commit."""

Check = TypeVar("Check", bound=Callable[[Any], Iterator[Any]] | None)


@dataclass(frozen=True, slots=True)
class Rule(Generic[Check]):
    """`check` yields what breaks the rule; None where reading one file shows it.

    `text` explains it, and is the check's own docstring where there is none: what it means, then
    `Example:` and `To do:`. docs/rules.md is made of these. `flag` marks a scenario in `status`.
    """

    id: str
    title: str
    severity: Level
    check: Check
    text: str = ""
    flag: str = ""


Found = tuple[Kind, str, Fault]
"""The kind and id of a record, and a fault of it."""


@dataclass(frozen=True)
class Known:
    """The records that could be built, and the paths of those that could not, by id.

    The database may lack evidence that was found sound beside the same records: `items` are the
    ids of all of it. `former` are the references by an id that a record had before: the database
    has its id of today in their place.
    """

    database: Database
    broken: Mapping[Kind, Mapping[str, str]]
    items: Collection[EvidenceId]
    former: Collection[Reference] = ()

    @cached_property
    def references(self) -> list[Reference]:
        """What the records name, and where; walked once for all rules."""
        return [*references(self.database)]


Between = Rule[Callable[[Known], Iterator[Found]]]
"""A rule about records together."""
