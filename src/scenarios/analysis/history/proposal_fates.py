"""The fate of each proposal, and the share of each proposer's that was accepted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from scenarios.drafts import Proposal
from scenarios.model import Database
from scenarios.values import Analyst

Fate = Literal["waiting", "accepted", "dismissed"]
FEWEST = 10
"""Decided proposals below which no share is given: one more would move it by 10 points or so."""


class ProposalFate(msgspec.Struct, frozen=True):
    """A proposal that waits or was dismissed `by` someone for a `reason`, or the record it became.

    `draft` is `evidence`, `forecast` or `question`, `about` its summary, scenario or title. `on` is
    the day of the decision, else of the proposal. An accepted one has the `id` of its record.
    """

    id: str
    proposed_by: str
    draft: str
    about: str
    fate: Fate
    on: date
    by: Analyst | None = None
    reason: str | None = None
    url: str | None = None


class ProposerRecord(msgspec.Struct, frozen=True):
    """Numbers of a proposer's decided proposals.

    `share` is that of the accepted ones, 0 to 1; None of fewer than FEWEST.
    """

    proposed_by: str
    accepted: int
    dismissed: int
    share: float | None


def fates(proposals: Mapping[str, Proposal], database: Database) -> Iterator[ProposalFate]:
    """Yield the proposals of an inbox, then the records that were proposed.

    A question becomes a scenario, which does not say who proposed it: none is among them.
    """
    for id, proposal in proposals.items():
        asked, figure, by = proposal.question, proposal.forecast, proposal.proposed
        about = asked.title if asked else figure.scenario if figure else proposal.item.summary
        own = id, by.who, proposal.kind, about
        url = proposal.item.url or by.from_
        if gone := proposal.dismissed:
            yield ProposalFate(*own, "dismissed", gone.on, gone.by, gone.reason, url)
        else:
            yield ProposalFate(*own, "waiting", by.on, url=url)
    for id, item in database.evidence.items():
        if origin := item.proposed:
            own = id, origin.who, "evidence", item.summary
            yield ProposalFate(*own, "accepted", item.recorded, item.analyst, url=item.url)
    for id, sheet in database.sheets.items():
        for scenario, by in sheet.proposed.items():
            own = id, by.who, "forecast", scenario
            yield ProposalFate(*own, "accepted", sheet.date, sheet.analyst, url=by.from_)


def proposer_records(decided: Iterable[ProposalFate]) -> Iterator[ProposerRecord]:
    """Yield the counts of each proposer with a decided proposal, by name."""
    numbers = Counter((each.proposed_by, each.fate) for each in decided if each.draft != "question")
    for who in sorted({who for who, fate in numbers if fate != "waiting"}):
        accepted, dismissed = numbers[who, "accepted"], numbers[who, "dismissed"]
        total = accepted + dismissed
        share = accepted / total if total >= FEWEST else None
        yield ProposerRecord(who, accepted, dismissed, share)
