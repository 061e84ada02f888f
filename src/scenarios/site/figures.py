"""The figures of a site on its day, each computed on first use."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache, cached_property, partial
from typing import NamedTuple

from scenarios.analysis.evidence.knowledge import last_open_day
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import Trajectory, curves
from scenarios.analysis.quantities.explanation import row_on
from scenarios.analysis.review.event import EventStory, event_story, story_between
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.errors import ScenError, extra_needed
from scenarios.model import EvidenceId, ScenarioId
from scenarios.render.charts.draw import Card, card
from scenarios.render.svg import png
from scenarios.site.site import Site
from scenarios.workspace.reading import span
from scenarios.workspace.reviewing import ReviewResult, reviewed

_DAYS = 60
"""Most days drawn of a course."""


class Figures:
    """Stated and implied figures on the day of a site, and at the review before it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ledgers: dict[ScenarioId, Ledger] = {}
        self._courses: dict[ScenarioId, Trajectory] = {}
        self.story_at = cache(partial(story_between, site.once(odds_of)))

    @cached_property
    def period(self) -> Window:
        """Both dates of the last review, as the records are today, without ranges."""
        return span(self._site.opened, self._site.as_of, None, odds=self._site.once(odds_of))

    @cached_property
    def window(self) -> Window:
        """Both dates of the last review, with the earlier figures as they were reported."""
        return self._reviewed.window

    @property
    def review(self) -> Review:
        """The review of all moves since the last one, without findings."""
        return self._reviewed.review

    @cached_property
    def _reviewed(self) -> ReviewResult:
        odds = self._site.once(odds_of)
        banded = span(self._site.opened, self._site.as_of, None, banded=True, odds=odds)
        return looked_back(self._site, banded, audited=False)

    @cached_property
    def rows(self) -> Mapping[ScenarioId, StatusRow]:
        """The row of each scenario, in the order of the status table."""
        return {row.id: row for row in self.review.scenarios}

    def trajectory(self, id: ScenarioId) -> Trajectory:
        """The course of a scenario to its present figures."""
        if id not in self._courses:
            self.draw(id)
        return self._courses[id]

    def draw(self, *ids: ScenarioId) -> None:
        """Compute several courses at once, which is faster than one by one."""
        self._courses |= curves(self.window, ids, _DAYS)

    def event(self, ids: Collection[EvidenceId]) -> EventStory:
        """The story of an event, or of an item alone."""
        return event_story(self._site.database, ids, self._site.as_of, self.story_at)

    def ledger(self, id: ScenarioId) -> Ledger:
        """The ledger of a scenario, or of a row of a quantity, on the day."""
        if id not in self._ledgers:
            database, day = self._site.database, self._site.as_of
            if id in database.binary:
                odds = self._site.once(odds_of).odds_on(last_open_day(database, id, day))
                self._ledgers[id] = ledger_of(odds, id)
            else:
                self._ledgers[id] = row_on(database, id, day).ledger.row_ledger(id)
        return self._ledgers[id]


def odds_of(site: Site) -> DailyLedgers:
    """The ledgers of any day, shared by pages of several days."""
    return DailyLedgers(site.database)


def looked_back(site: Site, period: Window, *, audited: bool = True) -> ReviewResult:
    """The review of a window, beside the figures reported then if git has them."""
    with suppress(ScenError):  # no commit, or none that holds a database
        return reviewed(site.opened, period, site.repository, audited=audited)
    return reviewed(site.opened, period, None, audited=audited)


def figures(site: Site) -> Figures:
    """Return the figures of a site, computed once."""
    return site.once(Figures)


class Facet(NamedTuple):
    """A way to choose rows: its name, and each key of a row with its word."""

    name: str
    words: tuple[tuple[str, str], ...]


def rules(facets: Iterable[Facet], rows: str) -> str:
    """The style that hides the rows without a chosen word."""
    return "".join(
        f'body:has(#by-{facet.name} option[value="{word}"]:checked) {rows}:not([data-is~="{word}"])'
        "{display:none}"
        for facet in facets
        for word, _ in facet.words
    )


_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def lacking() -> str:
    """Return the reason why pictures cannot be drawn; empty if they can."""
    try:
        png(_NOTHING, 1)
    except ModuleNotFoundError:
        return f"{extra_needed('a picture', 'png')}"
    except ScenError as error:
        return str(error)
    return ""


def drawn(data: Card) -> bytes:
    """A card as PNG."""
    return png(card(data), 1)
