"""The page of an event, and its moved questions as a picture and in lists."""

from collections.abc import Iterator, Sequence
from datetime import date

from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.analysis.period.period import window
from scenarios.analysis.quantities.figures import from_to
from scenarios.analysis.quantities.view import quantity_view
from scenarios.analysis.review.event import EventMove, EventStory
from scenarios.analysis.review.review import story_of
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, one_line
from scenarios.render.charts.multiples import SetMember, SmallMultiples
from scenarios.render.charts.multiples import figures as figures_of
from scenarios.render.charts.parts import WORDS, DayFigures, OutcomeMark
from scenarios.render.documents.review import news
from scenarios.render.documents.review.causes import name, number_words, short
from scenarios.render.documents.review.context import context_of
from scenarios.render.templating import fill
from scenarios.render.text import on_screen, short_day
from scenarios.render.writers import html
from scenarios.site.figures import figures, odds_of
from scenarios.site.pages.record import listed_first, recorded
from scenarios.site.site import Page, PageLink, Site, address_of
from scenarios.text import counted
from scenarios.values import first_day
from scenarios.workspace.reading import start_of


def event_page(site: Site, id: str) -> Page:
    """The page of an event, from the reports recorded by the site's day."""
    address, story = address_of("event", id), figures(site).event(site.events[id])
    lead, places, year = site.evidence[story.items[0]], site.links(address), story.items[0][:4]
    head: doc.Document = (
        doc.Heading(1, one_line(lead.summary)),
        *([doc.Paragraph(f"“{one_line(lead.quote)}”", tone="quote")] if lead.quote else []),
        doc.Facts(tuple(_facts(site, story))),
    )
    blocks: doc.Document = (
        *moved_blocks(site, story),
        doc.Heading(2, "Who says so", anchor="reports"),
        *listed_first(site, story.items),
        doc.Heading(2, "Record", anchor="record"),
        doc.Items((doc.Item(f"Event: {id}"), *_reviews(site, story))),
    )
    reports, moved = counted(len(story.items), "report"), counted(len(story.moves), "question")
    return Page(
        address=address,
        title=f"{one_line(lead.summary)} (event {id})",
        description=f"{on_screen(story.observed)}: {reports}, moved {moved}.",
        main=fill(
            "site/record.html",
            top=html.sections(head, places),
            kind="item",
            body=html.sections(blocks, places),
        ),
        section="evidence",
        above=(PageLink(year, site.href(address, address_of("year", year))),),
    )


def _facts(site: Site, story: EventStory) -> Iterator[doc.Fact]:
    items = [site.evidence[id] for id in story.items]
    yield doc.Fact("Happened", story.observed, recorded(*story.recorded))
    by = dict.fromkeys(item.source for item in items if item.source)
    who = cells.listed(cells.source(source, site.database) for source in by)
    yield doc.Fact("Reports", f"{len(items)}", tuple(who))
    small = f"{len(story.small)} more, too little to be shown" if story.small else ""
    yield doc.Fact("Moved", counted(len(story.moves), "question"), small)


def _reviews(site: Site, story: EventStory) -> Iterator[doc.Item]:
    """Yield a link to the first review after its record, if a question is there because of it."""
    days = (day for day in site.days if start_of(site.opened, day) < story.recorded[0] <= day)
    for day in [*days][:1] if story.moves else ():
        both = window(site.database, start_of(site.opened, day), day, odds=site.once(odds_of))
        of = context_of(story_of(both), site.database)
        further = (cause for move in of.story.moved for cause in news.further_events(of, move))
        named = {id for cause in further for id in cause.subjects[:1]}
        named |= {id for group in news.event_groups(of) if group.event for id in group.event.items}
        if not named.isdisjoint(story.items):
            yield doc.Item(
                ("In the ", doc.AnchorLink(f"review of {short_day(day)}", f"review-{day}"))
            )


_NAMED = 3
"""Questions in the label, and decided ones in a sentence."""
_MARGIN = 3
"""Days drawn before an event: those until its record divided by this, at least two."""


def lead(story: EventStory, database: Database) -> Iterator[doc.Span]:
    """Yield sentences on the questions that it decided and moved most."""
    decided = [move for move in story.moves if move.resolved]
    for number, move in enumerate(decided[:_NAMED]):
        yield from ("; " if number else "It decided: ", *before_and_after(move, database))
    if more := decided[_NAMED:]:
        yield f"; and {counted(len(more), 'more question')}"
    yield ". " if decided else ""
    if moved := story.moves[len(decided) :]:
        number_of = f"{number_words(len(moved))} questions, most of all " if moved[1:] else ""
        yield from (f"It moved {number_of}", *before_and_after(moved[0], database), ".")


def _by_evidence(move: EventMove, database: Database) -> Iterator[doc.Span]:
    """Yield `Nord Stream 2 gas: evidence 20% → 5%`, or how a question came out."""
    yield name(move.scenario, database, first=True)
    yield from (": ", *through(move, database)) if move.resolved or move.through else ()
    if not move.resolved:
        yield from (": evidence ", *cells.step(*four(move)[2:]))


def before_and_after(move: EventMove, database: Database) -> Iterator[doc.Span]:
    """Yield `a pact: we said 20% → 0.3%, evidence 5.3% → 0.2%`, with its outcome if it has one."""
    stated_before, stated, implied_before, implied = four(move)
    why = (" ", *through(move, database)) if move.resolved or move.through else ()
    had, mark = "had " if move.resolved else "", ": "
    yield name(move.scenario, database)
    yield from why if move.resolved else ()
    sides = ((f"we {had}said", (stated_before, stated)), ("evidence", (implied_before, implied)))
    for side, pair in sides:
        if pair[1] is not None:
            yield from (f"{mark}{side} ", *cells.step(*pair))
            mark = ", "
    yield from () if move.resolved else why


def through(move: EventMove, database: Database) -> tuple[doc.Span, ...]:
    """The outcome, or the question through which it moved."""
    if move.resolved:
        return (cells.outcome_words(move.resolved.outcome),)
    return ("through ", cells.scenario(move.through, database)) if move.through else ()


def four(move: EventMove) -> cells.Four:
    """Both figures before and after; of a decided question the last ones."""
    if move.resolved:
        last, implied = move.resolved.stated, move.resolved.implied
        return last, last, implied, implied
    stated, by_evidence = (
        (s.from_, s.to) if s else (None, None) for s in (move.stated, move.implied)
    )
    return *stated, *by_evidence


def event_picture(story: EventStory, database: Database) -> doc.Chart | None:
    """Every question that an event moved, before and after; None if it moved none."""
    if not story.moves:
        return None
    day, recorded, name = first_day(story.observed), story.recorded[1], on_screen(story.observed)
    margin = max((recorded - day).days // _MARGIN, 2)
    eve = date.fromordinal(max(day.toordinal() - margin, 1))
    end = date.fromordinal(min(recorded.toordinal() + margin, date.max.toordinal()))
    data = SmallMultiples(
        since=day,
        as_of=max(recorded, day),
        members=tuple(_member(move, database, (eve, day, end)) for move in story.moves),
        about=f"until it was recorded on {short_day(recorded)}",
        event=name,
    )
    named = (
        f"{member.title}: {', '.join(text for _, text in figures_of(member))}"
        for member in data.members[:_NAMED]
    )
    number = counted(len(data.members), "question")
    label = f"{number}, before and after {name}. {'. '.join(named)}."
    columns: tuple[Cell[EventMove], ...] = (
        (left("question"), lambda move: cells.scenario(move.scenario, database)),
        *cells.before_and_after(four),
        (left("by"), lambda move: through(move, database)),
    )
    return doc.Chart(label, data, cells.table(story.moves, columns))


def _member(move: EventMove, database: Database, days: tuple[date, date, date]) -> SetMember:
    end = move.resolved
    return SetMember(
        letter="",
        title=cells.scenario(move.scenario, database).label,
        points=tuple(_points(move, days)),
        stated_before=four(move)[0],
        implied_before=four(move)[2],
        outcome=OutcomeMark(day=end.date, word=WORDS[end.outcome]) if end else None,
        anchor=f"s-{move.scenario}",
    )


def _points(move: EventMove, days: tuple[date, date, date]) -> Iterator[DayFigures]:
    eve, day, end = days
    stated_before, stated, implied_before, implied = four(move)
    yield DayFigures(day=eve, stated=stated_before, implied=implied_before)
    if move.resolved:
        yield DayFigures(day=max(move.resolved.date, eve), stated=stated, implied=implied)
        return
    forecast_day = max(move.stated_on or day, day)
    before = stated if forecast_day == day else stated_before
    yield DayFigures(day=day, stated=before, implied=implied)
    yield DayFigures(day=forecast_day, stated=stated, implied=implied)
    yield DayFigures(day=max(forecast_day, end), stated=stated, implied=implied)


_LISTED, _OTHERS = 2, 5
"""Questions of an event in a list; items that count as one with it."""


def moved_blocks(site: Site, story: EventStory) -> Iterator[doc.Block]:
    """Yield every question that the items moved, before and after."""
    yield doc.Heading(2, "What it moved", anchor="moved")
    if story.beside:
        others = [(id, short(id, site.database)) for id in story.beside[:_OTHERS]]
        names = [doc.Ref(id, "evidence", f"“{clause}”") for id, clause in others]
        more = len(story.beside) - len(names)
        rest = (f" and {counted(more, 'more item')}",) if more else ()
        yield doc.Paragraph(("Counted as one with ", *cells.listed(names), *rest, "."))
    if drawn := event_picture(story, site.database):
        yield doc.Paragraph(tuple(lead(story, site.database)))
        yield drawn
    moved = tuple(_quantities(site, story))
    if moved:
        yield doc.Items(moved)
    elif not drawn:
        yield doc.Paragraph("No figure changed on the day it was recorded.")


def _quantities(site: Site, story: EventStory) -> Iterator[doc.Item]:
    """Yield each quantity that the items rate: the evidence on the days they were recorded."""
    first, last = story.recorded
    eve = date.fromordinal(max(first.toordinal() - 1, 1))
    rated = {id for item in story.items for id in bears_on(site.database, site.evidence[item])}
    for id in sorted(rated & site.database.quantities.keys() & site.scenarios.keys()):
        if id not in site.database.withheld and site.database.scenarios[id].opened <= last:
            figure = quantity_view(figures(site).period.odds, id, eve, last).figure
            words = from_to(figure.implied, figure.previous.implied)
            unit = f" {figure.unit}" if figure.unit else ""
            yield doc.Item((cells.scenario(id, site.database), f": evidence {words}{unit}"))


def events_listed(site: Site, stories: Sequence[EventStory], most: int) -> Iterator[doc.Block]:
    """Yield events in a list, each with the questions that it moved most."""
    yield doc.Items(tuple(_listed(site, story) for story in stories[:most]))
    if rest := stories[most:]:
        year = rest[0].items[0][:4]
        others = doc.AnchorLink(f"the evidence of {year}", f"year-{year}")
        yield doc.Paragraph((f"and {counted(len(rest), 'more event')}: ", others))


def _listed(site: Site, story: EventStory) -> doc.Item:
    id, moves = story.items[0], [move for move in story.moves if move.resolved or move.implied]
    event = site.evidence[id].event
    leads = doc.AnchorLink(short(id, site.database), f"event-{event}" if event else f"e-{id}")
    under = [doc.Item(tuple(_by_evidence(move, site.database))) for move in moves[:_LISTED]]
    if more := moves[_LISTED:]:
        under.append(doc.Item(f"and {counted(len(more), 'more question')}"))
    return doc.Item((leads, f" ({recorded(*story.recorded)})"), tuple(under), lead=story.observed)
