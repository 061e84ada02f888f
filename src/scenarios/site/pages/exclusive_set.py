"""The page of a set of which one member occurs: its members over time, and its matrix."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.ach import matrix
from scenarios.analysis.review.page import Chapter, SetChapter
from scenarios.analysis.review.status import StatusRow
from scenarios.model import SetId
from scenarios.render.chapters.exclusive_set import chapter
from scenarios.render.document import Block, Figure, Folded, Heading, Item, Items, Paragraph, Ref
from scenarios.render.writers import html
from scenarios.site import links
from scenarios.site.figures import figures
from scenarios.site.links import Page
from scenarios.site.site import Site
from scenarios.text import counted


def page(site: Site, id: SetId) -> Page:
    """All of a set, as of the site's day."""
    address, made = links.place("set", id), _chapter(site, id)
    described = f"{counted(len(site.sets[id]), 'scenario')} of which exactly one occurs."
    return Page(
        address=address,
        title=" ".join(made.statement.split()),
        description=described,
        main=html.sections(_body(site, made, described), site.links(address)),
        section="scenarios",
    )


def _chapter(site: Site, id: SetId) -> SetChapter:
    found = figures(site)
    members = tuple(
        Chapter(row=found.rows[one], view=found.window.views[one], course=found.course(one))
        for one in site.sets[id]
        if one in found.window.views
    )
    return SetChapter(
        id=id,
        statement=site.database.tracker.sets.get(id, id),
        members=members,
        matrix=matrix(found.window.now, site.sets[id]),
    )


def _body(site: Site, made: SetChapter, described: str) -> Iterator[Block]:
    window = figures(site).window
    yield Heading(1, " ".join(made.statement.split()))
    yield Paragraph(described)
    yield Items(tuple(_member(figures(site).rows[one]) for one in site.sets[made.id]))
    if not made.members:
        return
    for block in chapter(made, window.now, window.since).blocks:
        if isinstance(block, Heading):
            yield Heading(2, block.text, block.under)
        elif isinstance(block, Folded):
            yield Folded(Heading(3, block.heading.text), block.blocks)
        else:
            yield block


def _member(row: StatusRow) -> Item:
    if row.withheld:
        return Item((Ref(row.id, "scenario", row.title), ": stated ?, implied ?"))
    stated = ("stated ", Figure(row.stated.probability, "p"), ", ") if row.stated else ()
    outcome = f", {row.outcome.replace('-', ' ')}" if row.outcome else ""
    figures = (*stated, "implied ", Figure(row.shown.probability, "p"), outcome)
    return Item((Ref(row.id, "scenario", row.title), ": ", *figures))
