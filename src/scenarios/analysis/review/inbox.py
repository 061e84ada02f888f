"""The proposals that wait, the oldest first: a list of its own, from which no figure follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.model import Database, ScenarioId
from scenarios.proposal import Proposal


class ProposalRow(Struct, frozen=True):
    """A proposal that is `days` old, and today's scenarios that it may bear on.

    `ended` are those of the scenarios whose outcome is recorded.
    """

    id: str
    days: int
    scenarios: tuple[ScenarioId, ...]
    ended: tuple[ScenarioId, ...]
    proposal: Proposal


class InboxListing(Struct, frozen=True, kw_only=True):
    """The proposals that wait on a day, the oldest first."""

    as_of: date
    proposals: tuple[ProposalRow, ...]


def listing(waiting: Mapping[str, Proposal], database: Database, on: date) -> InboxListing:
    """The proposals with their age in days and the scenarios that each is about."""
    rows, now = [], database.called_now
    for id, proposal in sorted(waiting.items(), key=lambda item: (item[1].proposed.on, item[0])):
        names = dict.fromkeys(now.get(("scenario", name), name) for name in proposal.about)
        ids = tuple(name for name in names if name in database.scenarios)
        ended = tuple(name for name in ids if resolution(database, name))
        rows.append(ProposalRow(id, (on - proposal.proposed.on).days, ids, ended, proposal))
    return InboxListing(as_of=on, proposals=tuple(rows))
