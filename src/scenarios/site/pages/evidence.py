"""The pages of evidence: an item, a year, and the latest."""

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.lines import Line
from scenarios.model import Evidence, EvidenceId, Rating, ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, one_line, p, right
from scenarios.render.document import spans
from scenarios.render.templating import fill
from scenarios.render.text import on_screen, short_day
from scenarios.render.writers import html
from scenarios.scales import CREDIBILITY, RELIABILITY
from scenarios.site.figures import figures
from scenarios.site.pages.event import moved_blocks
from scenarios.site.pages.record import is_retracted, listed, newest, record_blocks, recorded
from scenarios.site.site import INDEX, Page, PageLink, Site, address_of, page_of
from scenarios.text import counted
from scenarios.values import indicator_key, owner_of

_MOST = 60
"""Items on the first page of evidence."""
_READING = (
    "Counts: for or against that question, in decibans (3 dB double the odds): the rating, times "
    "the weight of its grade, times the factor that overlap with other items leaves. A line that "
    "several items share is shown with each."
)


def item_page(site: Site, id: EvidenceId) -> Page:
    """The page of an item, as of the site's day."""
    address, year = address_of("e", id), id[:4]
    item, places = site.evidence[id], site.links(address)
    bearings = _bearings(site, id)
    bears = counted(len(bearings), "question")
    return Page(
        address=address,
        title=f"{one_line(item.summary)} ({id})",
        description="Graded {}: {}; bears on {}.".format(*_graded(site, item), bears),
        main=fill(
            "site/record.html",
            top=html.sections(_top(site, id, item), places),
            kind="item",
            body=html.sections(_body(site, id, item, bearings), places),
        ),
        section="evidence",
        above=(PageLink(year, site.href(address, address_of("year", year))),),
    )


def _top(site: Site, id: EvidenceId, item: Evidence) -> Iterator[doc.Block]:
    yield doc.Heading(1, one_line(item.summary))
    if is_retracted(site, id) and item.retracted:
        gone = f"Retracted on {short_day(item.retracted.date)}; it no longer counts: "
        yield doc.Paragraph(gone + one_line(item.retracted.reason), tone="attention")
    if by := site.superseded.get(id):
        later = doc.Ref(by, "evidence", one_line(site.evidence[by].summary))
        yield doc.Paragraph(("Replaced, and no longer counted: ", later), tone="attention")
    if item.quote:
        yield doc.Paragraph(f"“{one_line(item.quote)}”", tone="quote")
    yield doc.Facts(tuple(_facts(site, item)))


def _facts(site: Site, item: Evidence) -> Iterator[doc.Fact]:
    database = site.database
    yield doc.Fact("Grade", *_graded(site, item))
    if item.source:
        article = doc.Link("the article", item.url) if item.url else ""
        yield doc.Fact("Source", cells.source(item.source, database), article)
    elif item.url:
        yield doc.Fact("Address", doc.Link(item.url, item.url))
    yield doc.Fact("Happened", item.observed, recorded(item.recorded, item.recorded))
    if item.event:
        lead = site.evidence[figures(site).event(site.events[item.event]).items[0]]
        event = doc.AnchorLink(one_line(lead.summary), f"event-{item.event}")
        yield doc.Fact("Event", event, "what it moved, and who else says so")
    if item.short:
        yield doc.Fact("In short", one_line(item.short))
    if item.analyst:
        yield doc.Fact("Analyst", database.tracker.analyst_name(item.analyst))
    if item.theme:
        yield doc.Fact("Theme", database.tracker.themes.get(item.theme, item.theme))


def _graded(site: Site, item: Evidence) -> tuple[str, str]:
    """Return `C2`, and `fairly reliable, probably true`."""
    grade = item.grade(site.database.sources)
    return grade, f"{RELIABILITY[grade[0]]}, {CREDIBILITY[int(grade[1])]}"


class ScenarioRating(NamedTuple):
    """A scenario that an item bears on, its rating there, and the row that has the rating."""

    scenario: ScenarioId
    rating: Rating
    row: str
    label: doc.Text


def _bearings(site: Site, id: EvidenceId) -> list[ScenarioRating]:
    item, scenarios = site.evidence[id], site.scenarios
    rated = [ScenarioRating(scenario, rating, id, "") for scenario, rating in item.ratings.items()]
    for key, state in item.indicators.items():
        owner, name = indicator_key(key)
        if owner in scenarios and (indicator := scenarios[owner].indicators.get(name)):
            label = (f"{state}: ", cells.indicator(key, site.database))
            rated += [
                ScenarioRating(other, code, key, label) for other, code in indicator.ratings.items()
            ]
    quantities = [(id, s.quantity) for id, s in scenarios.items() if s.quantity]
    names = {row for id, quantity in quantities for row in quantity.rows(id)}
    names |= scenarios.keys() & site.database.binary.keys()
    return [bearing for bearing in rated if bearing.scenario in names]


def _body(
    site: Site, id: EvidenceId, item: Evidence, bearings: list[ScenarioRating]
) -> Iterator[doc.Block]:
    if not item.event:
        yield from moved_blocks(site, figures(site).event((id,)))
    yield doc.Heading(2, "Counts", anchor="counts")
    yield _counts(site, id, bearings)
    if item.corroborated_by:
        yield doc.Heading(2, "What confirms it", anchor="corroboration")
        yield listed(site, [other for other in item.corroborated_by if other in site.evidence])
    if earlier := [other for other in item.supersedes if other in site.evidence]:
        yield doc.Heading(2, "What it replaces", anchor="supersedes")
        yield listed(site, earlier)
    if item.notes:
        yield doc.Heading(2, "Notes", anchor="notes")
        yield doc.Paragraph(item.notes)
    shared: dict[str, object] = {"Origin": item.origin, "Event": item.event}
    shared |= {f"In {name}": other for name, other in item.foreign.items()}
    shared |= {"Proposed by": item.proposed}
    shared |= {"A copy is kept": item.attachment.file if item.attachment else None}
    shared_items = (doc.Item(f"{name}: {value}") for name, value in shared.items() if value)
    yield doc.Heading(2, "Record", anchor="record")
    yield from record_blocks(site, "evidence", id, item.formerly, shared_items)


class CountedRating(NamedTuple):
    """A bearing with its line in the ledger, if it counts, and the reason if it does not."""

    bearing: ScenarioRating
    line: Line | None
    reason: tuple[doc.Span, ...]


def _counts(site: Site, id: EvidenceId, bearings: list[ScenarioRating]) -> doc.Block:
    """The item's line in the ledger of each scenario, as of the day."""
    if not bearings:
        return doc.Paragraph("It is rated for no question, so it moves nothing.")
    alone = known_on(site.database, site.as_of, {id: site.evidence[id]})
    weight = doc.Figure(alone.weights.get(id, 0.0), digits=2)

    def count_text(count: CountedRating, text: doc.Text) -> doc.Text:
        id = owner_of(count.bearing.scenario)
        return cells.unless_withheld(site.database.withheld.get(id), text)

    def implied(count: CountedRating) -> doc.Text:
        id = count.bearing.scenario
        is_known = owner_of(id) not in site.database.withheld
        return count_text(
            count, p(figures(site).ledger(id).implied.probability) if is_known else ""
        )

    columns: tuple[Cell[CountedRating], ...] = (
        (left("Scenario"), lambda count: cells.scenario(count.bearing.scenario, site.database)),
        (left("Rating"), lambda count: cells.rating(count.bearing.rating)),
        (cells.weight_column(site.database.tracker), lambda _: weight),
        (
            right("Factor"),
            lambda count: count_text(
                count, doc.Figure(count.line.factor, digits=2) if count.line else ""
            ),
        ),
        (
            right("Counts, dB", "counted_decibans"),
            lambda count: count_text(
                count, doc.Figure(count.line.counted_decibans if count.line else 0.0, "dB")
            ),
        ),
        (right("Evidence now", "implied"), implied),
        (
            left("How", "how"),
            lambda count: (
                *spans(count.bearing.label),
                *(["; "] if count.bearing.label and count.reason else []),
                *count.reason,
            ),
        ),
    )
    return cells.table((_count(site, id, bearing) for bearing in bearings), columns, note=_READING)


def _count(site: Site, id: EvidenceId, bearing: ScenarioRating) -> CountedRating:
    """The line that counts an item for a scenario, or the reason why none does."""
    if owner_of(bearing.scenario) in site.database.withheld:
        return CountedRating(bearing, None, ())
    reason: tuple[doc.Span, ...] = ("fits every outcome equally",)
    if is_retracted(site, id):
        return CountedRating(bearing, None, ("retracted",))
    if id in site.superseded:
        return CountedRating(bearing, None, ("superseded",))
    if line := figures(site).ledger(bearing.scenario).line_with(bearing.row):
        if bearing.row in line.suppressed:
            label = doc.Ref(line.id, "evidence" if line.id in site.evidence else None)
            reason = ("counts once with ", label, ": same origin or event")
        elif line.kind == "in-prior":
            reason = ("the starting chance includes it",)
        else:
            return CountedRating(bearing, line, ())
    return CountedRating(bearing, None, reason)


def year_page(site: Site, year: str = "") -> Page:
    """The latest items and the years; or the items of a year, by the month of their recording."""
    address = f"evidence/{year}/{INDEX}" if year else "evidence/index.html"
    number = len(site.years.get(year, ()) if year else site.evidence)
    title, blocks = f"Evidence of {year}" if year else "Evidence", _year if year else _latest
    about = counted(number, "item")
    return page_of(site, address, title, about, blocks(site, year), section="evidence")


def _latest(site: Site, _: str) -> Iterator[doc.Block]:
    if not site.evidence:
        yield doc.Paragraph(f"Nothing was recorded by {short_day(site.as_of)}.")
        return
    years = (
        doc.Item((doc.AnchorLink(year, f"year-{year}"), f": {counted(len(ids), 'item')}"))
        for year, ids in site.years.items()
    )
    yield doc.Items(tuple(years))
    yield doc.Heading(2, "The latest")
    yield listed(site, newest(site, site.evidence)[:_MOST])


def _year(site: Site, year: str) -> Iterator[doc.Block]:
    """Yield the items by the month in which they happened, the last first."""
    months: dict[str, list[str]] = {}
    for id in sorted(site.years[year], key=lambda item: site.evidence[item].observed, reverse=True):
        months.setdefault(site.evidence[id].observed[:7], []).append(id)
    left = len(site.first(site.years[year]))
    for month, ids in months.items():
        if left <= 0:
            break
        name = on_screen(month) if len(month) > len(year) else f"{month}, month unknown"
        yield doc.Heading(2, f"{name} ({len(ids)})")
        yield listed(site, ids[:left])
        left -= len(ids)
