"""The reviews: one for each day on which somebody forecast, and their list."""

from collections.abc import Iterable, Iterator
from datetime import date

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import brief
from scenarios.model import Sheet
from scenarios.render import cells
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import AnchorLink, Block, Figure, Paragraph, plain
from scenarios.render.documents.brief import on_page
from scenarios.render.documents.review import sections, sentences
from scenarios.render.documents.review.context import context_of
from scenarios.render.review_picture import review_picture
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.site.figures import looked_back, odds_of
from scenarios.site.site import Page, Site, address_of, page_of, review_title
from scenarios.text import counted
from scenarios.workspace.past_ranges import past_ranges
from scenarios.workspace.reading import start_of


def review_page(site: Site, day: str) -> Page:
    """The page that `scen report --as-of DAY` makes; its records lead to their pages."""
    address, on = address_of("review", day), date.fromisoformat(day)
    # Not by `span`, whose cache of bands holds one day at a time.
    odds, since = site.once(odds_of), start_of(site.opened, on)
    both = window(site.database, since, on, banded=True, odds=odds)
    both, compared, _ = looked_back(site, both)
    with past_ranges(site.opened, both) as known:
        picture = review_picture(both, compared, known)
    blocks = (
        *on_page(brief(both, compared), site.database, picture),
        *sections.fresh(compared.findings, site.database),
    )
    index = site.days.index(on)
    of = context_of(compared.story, site.database, compared.scenarios)
    return Page(
        address=address,
        title=f"{plain(sentences.headline(of))} ({short_day(on)})",
        description=sentences.in_short(of),
        main=fill(
            "site/review.html",
            before=_turn(site, site.days[max(index - 1, 0) : index], address),
            after=_turn(site, site.days[index + 1 : index + 2], address),
            blocks=html.sections(blocks, site.event_links(address)),
        ),
        noticed=True,
        section="reviews",
        day=short_day(on),
    )


def _turn(site: Site, days: Iterable[date], address: str) -> list[tuple[str, str]]:
    return [(short_day(day), site.href(address, address_of("review", f"{day}"))) for day in days]


def reviews_page(site: Site) -> Page:
    """Every day with a sheet, the latest first."""
    about, address = counted(len(site.days), "review"), "review/index.html"
    return page_of(site, address, "Reviews", about, _reviews(site), section="reviews")


def _reviews(site: Site) -> Iterator[Block]:
    if not site.days:
        yield Paragraph("Nobody has forecast yet.")
        return
    if not site.is_late(site.days[-1]):
        weeks = counted(site.weeks or 0, "week") if site.weeks != 1 else "week"
        last = short_day(site.days[-1])
        yield Paragraph(f"No review in the last {weeks}; the last one was of {last}.")
    yield Paragraph("A review for each day with a forecast: what moved, by how much, and why.")
    sheets: dict[date, list[Sheet]] = {day: [] for day in reversed(site.days)}
    for sheet in site.database.sheets.values():
        if sheet.date in sheets:
            sheets[sheet.date].append(sheet)
    named = site.database.tracker.analyst_name
    columns: tuple[Cell[date], ...] = (
        (left("Day"), lambda day: AnchorLink(review_title(day), f"review-{day}")),
        (
            right("Forecasts"),
            lambda day: Figure(
                sum(len(sheet.probabilities) + len(sheet.quantiles) for sheet in sheets[day])
            ),
        ),
        (
            left("By"),
            lambda day: ", ".join(sorted({named(sheet.analyst) for sheet in sheets[day]})),
        ),
    )
    yield cells.table(sheets, columns)
