"""The page of an item of evidence: who says so, and what it counts in each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.analysis.ledger.ledger import Line
from scenarios.model import Evidence, EvidenceId, Rating, ScenarioId, indicator_key
from scenarios.render.document import (
    Block,
    Column,
    Fact,
    Facts,
    Figure,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Ref,
    Row,
    Span,
    Table,
    Text,
    spans,
)
from scenarios.render.documents.effects import weight_column
from scenarios.render.writers import html
from scenarios.render.writers.html import IndexEntry
from scenarios.scales import CREDIBILITY, RELIABILITY
from scenarios.site import links
from scenarios.site.figures import figures
from scenarios.site.links import Page
from scenarios.site.pages.listed import listed, retracted
from scenarios.site.pages.record import record
from scenarios.site.site import Site
from scenarios.text import counted


def page(site: Site, id: EvidenceId) -> Page:
    """All of an item, as of the site's day."""
    address = links.place("e", id)
    item, places = site.evidence[id], site.links(address)
    year = id[:4]
    return Page(
        address=address,
        title=f"{' '.join(item.summary.split())} ({id})",
        description=_described(site, id),
        main=f'<div class="top item">{html.sections(_top(site, id, item), places)}</div>'
        + html.sections(_body(site, id, item), places),
        section="evidence",
        above=(IndexEntry(year, site.href(address, links.place("year", year))),),
    )


def _described(site: Site, id: EvidenceId) -> str:
    bears = counted(len(_bearing(site, id)), "scenario")
    return f"{site.evidence[id].grade(site.database.sources)}, bears on {bears}."


def _top(site: Site, id: EvidenceId, item: Evidence) -> Iterator[Block]:
    yield Heading(1, " ".join(item.summary.split()))
    if retracted(site, id) and item.retracted:
        said = f"Retracted on {item.retracted.date}, and counted no longer: {item.retracted.reason}"
        yield Paragraph(" ".join(said.split()), tone="attention")
    if item.quote:
        yield Paragraph(f"“{' '.join(item.quote.split())}”", tone="quote")
    yield Facts(tuple(_facts(site, item)))


def _facts(site: Site, item: Evidence) -> Iterator[Fact]:
    sources = site.database.sources
    graded = item.grade(sources)
    words = f"{RELIABILITY[graded[0]]}; {CREDIBILITY[int(graded[1])]}"
    yield Fact("Grade", graded, words)
    if item.source:
        known = sources.get(item.source)
        told: Text = Ref(item.source, "source", known.name) if known else item.source
        yield Fact("Source", told, Link("the article", item.url) if item.url else "")
    elif item.url:
        yield Fact("Address", Link(item.url, item.url))
    yield Fact("Observed", item.observed, f"recorded {item.recorded}")
    if item.analyst:
        yield Fact("Analyst", site.database.tracker.analysts.get(item.analyst, item.analyst))
    if item.theme:
        yield Fact("Theme", site.database.tracker.themes.get(item.theme, item.theme))


class _Bearing(NamedTuple):
    """A scenario that an item bears on: how it is rated there, and by what."""

    scenario: ScenarioId
    rating: Rating
    row: str
    how: Text


def _bearing(site: Site, id: EvidenceId) -> list[_Bearing]:
    item, scenarios = site.evidence[id], site.scenarios
    found = [
        _Bearing(scenario, rating, id, "")
        for scenario, rating in item.ratings.items()
        if scenario in scenarios
    ]
    for key, state in item.indicators.items():
        owner, name = indicator_key(key)
        if owner in scenarios and name in scenarios[owner].indicators:
            one = scenarios[owner].indicators[name]
            how = (f"{state}: ", Ref(key, "scenario", " ".join(one.statement.split())))
            found += [
                _Bearing(scenario, rating, key, how)
                for scenario, rating in one.ratings.items()
                if scenario in scenarios
            ]
    return found


def _body(site: Site, id: EvidenceId, item: Evidence) -> Iterator[Block]:
    yield Heading(2, "What it counts", anchor="counts")
    yield from _counts(site, id)
    if item.corroborated_by:
        yield Heading(2, "What bears it out", anchor="corroboration")
        yield listed(site, [one for one in item.corroborated_by if one in site.evidence])
    if item.notes:
        yield Heading(2, "Notes", anchor="notes")
        yield Paragraph(item.notes)
    yield Heading(2, "Record", anchor="record")
    yield Items((*_shared(item), *record(site, "evidence", id, item.formerly)))


def _counts(site: Site, id: EvidenceId) -> Iterator[Block]:
    """Its line in the ledger of each scenario, as of the day."""
    found = _bearing(site, id)
    if not found:
        yield Paragraph("It is rated for no scenario: it moves nothing.")
        return
    kept = figures(site).window.now.weights.get(id, 0.0)
    rows: list[Row] = []
    for one in found:
        if one.scenario in site.database.withheld:
            title = site.scenarios[one.scenario].title
            named = Ref(one.scenario, "scenario", title)
            rows.append((named, f"{one.rating}", Figure(kept, digits=2), "?", "?", "?", one.how))
            continue
        line, note = _line(site, id, one)
        factor: Text = Figure(line.factor, digits=2) if line and not note else ""
        rows.append(
            (
                Ref(one.scenario, "scenario", site.scenarios[one.scenario].title),
                one.rating if isinstance(one.rating, str) else Figure(one.rating, "ratio"),
                Figure(kept, digits=2),
                factor,
                Figure(line.counted_decibans if line and not note else 0.0, "dB"),
                Figure(figures(site).ledger(one.scenario).implied.probability, "p"),
                (*spans(one.how), *(["; "] if one.how and note else []), *note),
            )
        )
    yield Table(
        columns=(
            Column(name="Scenario"),
            Column(name="Rating"),
            weight_column(site.database.tracker),
            Column(name="Factor", align="right"),
            Column(name="Counts, dB", key="counted_decibans", align="right"),
            Column(name="Implied now", key="implied", align="right"),
            Column(name="How", key="how"),
        ),
        rows=tuple(rows),
        note=_READING,
    )


_READING = (
    "Counts: the decibans of its line in the ledger of that scenario, after its weight and what "
    "overlaps with it; +3 dB double the odds. A line that several items share is told with each."
)


def _line(site: Site, id: EvidenceId, one: _Bearing) -> tuple[Line | None, tuple[Span, ...]]:
    """The line that an item stands in, and why it counts nothing there, if it does not."""
    if retracted(site, id):
        return None, ("retracted",)
    for line in figures(site).lines(one.scenario).get(one.row, ()):
        if one.row in line.suppressed:
            label: Span = Ref(line.id, "evidence" if line.id in site.evidence else None)
            return line, ("same origin or event as ", label, ": one witness")
        if line.kind == "in-prior":
            return line, ("the prior includes it",)
        return line, ()
    return None, ("neutral: tells nothing apart",)


def _shared(item: Evidence) -> Iterator[Item]:
    if item.origin:
        yield Item(f"Origin: {item.origin}")
    if item.event:
        yield Item(f"Event: {item.event}")
    for name, other in item.foreign.items():
        yield Item(f"In {name}: {other}")
    if item.attachment:
        yield Item(f"A copy is kept: {item.attachment.file}")
