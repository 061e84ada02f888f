"""Proposals that wait: a group for each scenario, the oldest first."""

from __future__ import annotations

from scenarios.analysis.review.inbox import InboxListing, ProposalRow
from scenarios.proposal import Proposal
from scenarios.render import cells
from scenarios.render.cells import Cell, left
from scenarios.render.document import Document
from scenarios.render.documents.due import when
from scenarios.scales import percent


def document(result: InboxListing) -> Document:
    """A row for each proposal under each scenario that it may bear on; the oldest first."""

    def in_one(row: ProposalRow) -> str:
        return f"{draft_text(row.proposal)} ({row.proposal.proposed.who}) [{row.id}]"

    groups: dict[str, list[ProposalRow]] = {}
    for row in result.proposals:
        for id in row.scenarios or ("no scenario named",):
            ended = f"{id}, which has its outcome" if id in row.ended else id
            groups.setdefault(ended, []).append(row)
    named = [(name, rows, "") for name, rows in sorted(groups.items())]
    proposed: Cell[ProposalRow] = (left("proposed"), lambda row: when(-row.days))
    wide: tuple[Cell[ProposalRow], ...] = (
        proposed,
        (left("by", least=16), lambda row: row.proposal.proposed.who),
        (left("draft", least=30), lambda row: draft_text(row.proposal)),
        (left("id", least=36), lambda row: row.id),
    )
    short: tuple[Cell[ProposalRow], ...] = (proposed, (left("draft", least=24), in_one))
    settle = "scen inbox accept ID records one, scen inbox dismiss ID --reason … turns it down."
    note, narrow = settle if groups else "", cells.grouped(named, short, note=settle)
    empty = "Nothing waits in the inbox."
    return (cells.grouped(named, wide, note=note, empty=empty, narrow=narrow),)


def draft_text(proposal: Proposal) -> str:
    """The summary of the item, or the figure and its reason, in one line."""
    if draft := proposal.forecast:
        why = f": {cells.one_line(draft.rationale)}" if draft.rationale else ""
        return f"forecast {percent(draft.probability)}{why}"
    more = f" (repeated {len(proposal.repeats)}×)" if proposal.repeats else ""
    return f"{cells.one_line(proposal.item.summary)}{more}"
