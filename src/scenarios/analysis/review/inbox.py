"""The proposals that wait, by rank and age, those that are alike together; faults of figures."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.quantities.estimates import estimate_faults
from scenarios.analysis.quantities.faults import RISING
from scenarios.analysis.rules.duplicates import alike, clusters
from scenarios.drafts import Proposal
from scenarios.errors import Fault
from scenarios.model import Database, Evidence, ScenarioId
from scenarios.result import Result


class ProposalRow(msgspec.Struct, frozen=True):
    """A proposal that is `days` old, and today's scenarios that it may bear on.

    `ended` are those of the scenarios whose outcome is recorded. `event` and `origin` are the
    draft's own, or suggested for a group that other outlets report alike.
    """

    id: str
    days: int
    scenarios: tuple[ScenarioId, ...]
    ended: tuple[ScenarioId, ...]
    proposal: Proposal
    event: str | None
    origin: str | None


class InboxListing(Result, frozen=True, kw_only=True):
    """The proposals of people, then of feeds and stores, then of agents, each the oldest first.

    Those of a group stand together.
    """

    as_of: date
    proposals: tuple[ProposalRow, ...]


def proposals(waiting: Mapping[str, Proposal], database: Database, on: date) -> InboxListing:
    """The proposals with their age in days and the scenarios that each is about."""

    def place(id: str) -> tuple[int, date, str]:
        return -waiting[id].proposed.rank, waiting[id].proposed.on, id

    rows, now, ordered = [], database.called_now, sorted(waiting, key=place)
    firsts = {id: id for id in ordered} | (groups := _firsts({id: waiting[id] for id in ordered}))
    for id in sorted(ordered, key=lambda own: place(firsts[own])):
        proposal, item = waiting[id], waiting[id].item
        names = dict.fromkeys(now.get(("scenario", name), name) for name in proposal.about)
        ids = tuple(name for name in names if name in database.scenarios)
        ended = tuple(name for name in ids if resolution(database, name))
        near = alike(database.evidence, item.summary, proposal.day, None) if item.summary else ()
        items = (database.evidence[other] for other, _ in near)
        first = waiting[firsts[id]].item if id in groups else None
        like = next((other for other in items if other.event), first)
        event = item.event or (like.event or firsts[id] if like else None)
        origin = item.origin or (like.origin or like.source if like else None)
        age = (on - proposal.proposed.on).days
        rows.append(ProposalRow(id, age, ids, ended, proposal, event, origin))
    return InboxListing(as_of=on, proposals=tuple(rows))


def draft_forecast_faults(database: Database, proposal: Proposal) -> Iterator[Fault]:
    """Faults of a proposed figure that its question, where it is known, cannot have."""
    draft = proposal.forecast
    scenario = database.scenarios.get(draft.scenario) if draft else None
    if draft is None or scenario is None:
        return
    if draft.quantiles is None:
        if scenario.quantity:
            message = f"'{draft.scenario}' is a quantity, and has no probability"
            hint = "write quantiles, like {p10: 205, p50: 240, p90: 275}"
            yield Fault(("forecast", "probability"), "key", "quantity-use", message, hint)
    elif scenario.quantity is None:
        message = f"'{draft.scenario}' has a yes or a no, and no quantiles"
        hint = "write a probability, like 0.04"
        yield Fault(("forecast", "quantiles"), "key", "quantity-use", message, hint)
    else:
        day = proposal.forecast_day
        for name, why in estimate_faults(scenario.quantity, draft.quantiles, day):
            yield Fault(("forecast", "quantiles", name), "value", "quantiles", why, RISING)


def _firsts(waiting: Mapping[str, Proposal]) -> dict[str, str]:
    """The first of each group that several outlets report alike; a lower rank makes no group."""
    drafts: dict[str, Evidence] = {
        id: Evidence(proposal.item.summary, proposal.day, proposal.proposed.on)
        for id, proposal in waiting.items()
        if proposal.evidence
    }
    firsts = {
        id: id
        for id, proposal in waiting.items()
        for report in proposal.reports[1:]
        if report.rank >= proposal.proposed.rank and report.url != proposal.item.url
    }
    for rank in {waiting[id].proposed.rank for id in drafts}:
        compared = {id: item for id, item in drafts.items() if waiting[id].proposed.rank >= rank}
        for ids, _ in clusters(compared):
            urls = (waiting[id].item.url or f"//{waiting[id].proposed.who}" for id in ids)
            if len({url.split("/")[2] for url in urls}) > 1:
                first = next(id for id in compared if id in ids)
                firsts |= {id: first for id in ids if waiting[id].proposed.rank == rank}
    return firsts
