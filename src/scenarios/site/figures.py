"""The figures of a site on its day: each part is found once, when a page asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from scenarios.analysis.ledger.ledger import Ledger, Line
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import Course, courses
from scenarios.analysis.review.cause import Causes
from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import ScenarioId
from scenarios.site.site import Site
from scenarios.workspace.period import span

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
