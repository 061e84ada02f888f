"""The figures of a site on its day: each part is found once, when a page asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import NamedTuple

from scenarios.analysis.ledger.ledger import Ledger, Line
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import Course, courses
from scenarios.analysis.review.moves import Causes, Move
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.status import StatusRow
from scenarios.errors import ScenError
from scenarios.model import ScenarioId
from scenarios.render.charts.draw import Card, card
from scenarios.render.writers.html import safe
from scenarios.site.site import Site
from scenarios.workspace.reading import span

_DAYS = 60
"""A course is drawn on at most so many days."""
_EVIDENCE = frozenset({"indicator", "direct", "in-prior"})


class Figures:
    """What was stated and implied on the day of a site, and at the review before it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ledgers: dict[ScenarioId, Ledger] = {}
        self._lines: dict[ScenarioId, Mapping[str, Sequence[Line]]] = {}
        self._courses: dict[ScenarioId, Course] = {}

    @cached_property
    def window(self) -> Window:
        """Both dates of the last review."""
        return span(self._site.opened, self._site.as_of, None, banded=True)

    @cached_property
    def review(self) -> Review:
        """What moved since the last review."""
        return review(self.window)

    @cached_property
    def rows(self) -> Mapping[ScenarioId, StatusRow]:
        """The row of each scenario, in the order of the status table."""
        return {row.id: row for row in self.review.scenarios}

    @cached_property
    def moves(self) -> Mapping[ScenarioId, Move]:
        """What moved."""
        return {move.scenario: move for move in self.review.moves}

    @cached_property
    def causes(self) -> Causes:
        """Why it moved."""
        return Causes(self.review.events, self.review.other_causes)

    def course(self, id: ScenarioId) -> Course:
        """How a scenario came to where it stands."""
        if id not in self._courses:
            self.draw(id)
        return self._courses[id]

    def draw(self, *ids: ScenarioId) -> None:
        """Find several courses at once, which takes less than one after the other."""
        self._courses |= courses(self.window, ids, _DAYS)

    def lines(self, id: ScenarioId) -> Mapping[str, Sequence[Line]]:
        """The lines of a scenario's ledger by each item and indicator that stands in them."""
        if id not in self._lines:
            found: dict[str, list[Line]] = {}
            for line in self.ledger(id).lines:
                if line.kind in _EVIDENCE:
                    for row in dict.fromkeys((line.id, *line.evidence, *line.suppressed)):
                        found.setdefault(row, []).append(line)
            self._lines[id] = found
        return self._lines[id]

    def ledger(self, id: ScenarioId) -> Ledger:
        """A scenario's ledger on the day."""
        if id not in self._ledgers:
            self._ledgers[id] = self.window.views[id].ledger
        return self._ledgers[id]


def figures(site: Site) -> Figures:
    """Those of a site."""
    return site.once(Figures)


class Facet(NamedTuple):
    """A way to choose: its name, and each word that a row may have with how it is read."""

    name: str
    words: tuple[tuple[str, str], ...]


def choices(facets: Iterable[Facet]) -> str:
    """A list of words for each facet; one that cannot hide rows does not show them."""
    made = "".join(
        f'<label><span>{facet.name.capitalize()}</span> <select id="by-{facet.name}">'
        f'<option value="">all</option>{"".join(map(_option, facet.words))}</select></label>'
        for facet in facets
    )
    return f'<form class="filters" autocomplete="off">{made}</form>'


def rules(facets: Iterable[Facet], rows: str) -> str:
    """The style by which a word that was chosen hides the rows without it."""
    return "".join(
        f'body:has(#by-{facet.name} option[value="{word}"]:checked) {rows}:not([data-is~="{word}"])'
        "{display:none}"
        for facet in facets
        for word, _ in facet.words
    )


def _option(word: tuple[str, str]) -> str:
    return f'<option value="{word[0]}">{safe(word[1])}</option>'


_RASTER = "scenarios.render.charts.draw"
_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def lacking() -> str:
    """What it takes to draw pictures here; nothing where they can be drawn."""
    try:
        import_module(_RASTER).png(_NOTHING, 1)
    except ModuleNotFoundError:
        return "they need the extra: pip install '.[png]' in a clone of scen"
    except ScenError as error:
        return str(error)
    return ""


def drawn(data: Card) -> bytes:
    """A card as PNG."""
    made: bytes = import_module(_RASTER).png(card(data), 1)
    return made
