"""The proposals that wait, the oldest first: a list of its own, from which no figure follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.model import Database, ScenarioId
from scenarios.proposal import Proposal


class ProposalRow(Struct, frozen=True, kw_only=True):
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
    rows = [_row(id, proposal, database, on) for id, proposal in sorted(waiting.items())]
    return InboxListing(as_of=on, proposals=tuple(sorted(rows, key=lambda row: -row.days)))


def _row(id: str, proposal: Proposal, database: Database, on: date) -> ProposalRow:
    now = database.called_now
    names = (now.get(("scenario", name), name) for name in proposal.about)
    ids = tuple(dict.fromkeys(name for name in names if name in database.scenarios))
    return ProposalRow(
        id=id,
        days=(on - proposal.proposed.on).days,
        scenarios=ids,
        ended=tuple(id for id in ids if resolution(database, id)),
        proposal=proposal,
    )
