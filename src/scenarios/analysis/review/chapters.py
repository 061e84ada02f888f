"""What is told of each scenario and of each set behind a review."""

from __future__ import annotations

import msgspec

from scenarios.analysis.period.period import View
from scenarios.analysis.period.trajectory import Course
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.status import StatusRow
from scenarios.model import SetId


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario: its row of the status table, its figures at both dates, its course."""

    row: StatusRow
    view: View
    course: Course


class SetChapter(msgspec.Struct, frozen=True, kw_only=True):
    """A set of which two members or more had opened."""

    id: SetId
    statement: str
    members: tuple[Chapter, ...]
    matrix: Matrix
