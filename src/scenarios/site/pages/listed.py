"""Items of evidence in a list: day, summary and grade, each leading to its page."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.model import EvidenceId
from scenarios.render.document import Item, Items, Ref
from scenarios.site.site import Site


def listed(site: Site, ids: Iterable[EvidenceId]) -> Items:
    """The items, in their order."""
    return Items(tuple(_item(site, id) for id in ids))


def newest(site: Site, ids: Iterable[EvidenceId]) -> list[EvidenceId]:
    """The latest recorded first."""
    return sorted(ids, key=lambda one: (site.evidence[one].recorded, one), reverse=True)


def retracted(site: Site, id: EvidenceId) -> bool:
    """Whether an item counts no longer."""
    gone = site.evidence[id].retracted
    return gone is not None and gone.date <= site.as_of


def _item(site: Site, id: EvidenceId) -> Item:
    one = site.evidence[id]
    gone = ", retracted" if retracted(site, id) else ""
    told = f" ({one.grade(site.database.sources)}{gone})"
    summary = Ref(id, "evidence", " ".join(one.summary.split()))
    return Item((summary, told), lead=f"{one.recorded}")
