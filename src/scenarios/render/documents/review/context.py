"""The story of a review with the records and the rows of status that its sentences name."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.story import Story
from scenarios.model import Database, ScenarioId


class ReviewContext(NamedTuple):
    """A story with the rows of its scenarios, whose ranges the sentences give."""

    story: Story
    database: Database
    rows: Mapping[ScenarioId, StatusRow] = {}

    @property
    def names_analysts(self) -> bool:
        """True if more than one analyst has ever forecast."""
        return len({sheet.analyst for sheet in self.database.sheets.values()}) > 1


def context_of(story: Story, database: Database, rows: Iterable[StatusRow] = ()) -> ReviewContext:
    """A story with the rows of its scenarios."""
    return ReviewContext(story, database, {row.id: row for row in rows})
