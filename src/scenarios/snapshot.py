"""A database at a place and a revision, and the questions that it answers, without a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal

from scenarios.analysis.history.audit import Audit, audit
from scenarios.analysis.history.commit_log import History, history
from scenarios.analysis.history.provenance import BACKDATED_DAYS, trail
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.brief import Brief
from scenarios.analysis.review.due import WITHIN_DAYS, Due, due
from scenarios.analysis.review.explanation import Explanation, explain
from scenarios.analysis.review.listing import ListFilter
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.search import SearchResult
from scenarios.analysis.scores.scoring import Chosen, Score, score
from scenarios.errors import Problem, ScenError
from scenarios.model import Database, SourceId
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.workspace import checking, reading
from scenarios.workspace.exchange.exporting import Exported, Queried, export, query, view_of
from scenarios.workspace.history import past, states
from scenarios.workspace.opened import Opened, known_id, open_folder, open_revision
from scenarios.workspace.reading import search_of, span, standings, start_of, with_history


class Snapshot:
    """A database as it was read last: when opened, or after a write."""

    def __init__(self, root: Path, rev: str | None = None) -> None:
        self._root, self._rev = root, rev
        self._opened = self._read()

    @property
    def database(self) -> Database:
        """The records that are sound."""
        return self._opened.database

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong with the files, by path, line and column; both count from 1."""
        return tuple(self._opened.problems)

    def status(self, as_of: date) -> reading.Status:
        """One row for each scenario that had opened by a day."""
        found = standings(self._opened, as_of, banded=True)
        rows = tuple(standing.row for standing in found)
        return reading.status_of(self._opened, as_of, start_of(self._opened, as_of), rows)

    def report(self, as_of: date, since: date | None = None, *, restate: bool = True) -> Review:
        """What moved between two days, by how much and because of what.

        `since` is by default one review earlier. `restate` compares with what the last commit up
        to then said of that day, where there is a repository.
        """
        made = review(span(self._opened, as_of, since, banded=True))
        if restate:
            with suppress(ScenError):  # no repository, no git, no commit
                made, _ = with_history(made, self._opened, self._repository())
        return made

    def brief(self, as_of: date, since: date | None = None) -> Brief:
        """The review on one page, for those who decide."""
        window = span(self._opened, as_of, since, banded=True)
        return reading.brief_of(window, review(window))

    def due(self, as_of: date, within_days: int = WITHIN_DAYS) -> Due:
        """What comes in so many days: indicators, horizons, reviews, expiries; and what is late."""
        return due(self.database, as_of, within_days)

    def search(
        self,
        text: str,
        as_of: date,
        *,
        source: SourceId | None = None,
        tag: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> SearchResult:
        """The records known on a day whose texts hold every word, with the line of each."""
        wanted = ListFilter(source=source, tag=tag, since=since, until=until)
        return search_of(self._opened, text, as_of, wanted)

    def explain(self, scenario: str, as_of: date, *, sweep: bool = False) -> Explanation:
        """The odds ledger of a scenario, from its prior to its implied probability."""
        id = self._opened.scenario_on(scenario, as_of)
        return explain(self._opened.about(id), id, as_of, swept=sweep)

    def matrix(self, as_of: date, *scenarios: str, set_id: str | None = None) -> Matrix:
        """Evidence against two or more scenarios side by side, or the members of a set."""
        return reading.matrix_of(self._opened, as_of, scenarios=scenarios, set_id=set_id)

    def score(
        self,
        as_of: date,
        *,
        by: Literal["analyst", "scenario", "tag"] = "analyst",
        since: date | None = None,
        until: date | None = None,
        forecaster: str | None = None,
    ) -> Score:
        """How good the forecasts of resolved scenarios were, known between two days if given."""
        found = score(self.database, as_of, Chosen(since=since, until=until), by, forecaster)
        if forecaster is not None:
            names = (row.name for row in found.forecasters)
            known_id(forecaster, [*names], "forecaster", "Workspace.score")
        return found

    def query(self, sql: str, as_of: date) -> Queried:
        """What SQL finds in the tables of docs/tables.md; needs the extra `sql`."""
        return query(view_of(self._opened, as_of, limited=False), sql)[0]

    def export(self, target: str, as_of: date, *, overwrite: bool = False) -> Exported:
        """Put the tables into a folder, a file or a database, named as for the command."""
        return export(self._opened, target, as_of, overwrite=overwrite)

    def check(self, findings_on: date | None = None) -> checking.Checked:
        """Every fault of the files; with a day, the findings of that day too."""
        return checking.check(self._opened, None, findings_on)

    def show(self, id: str, as_of: date | None = None) -> list[reading.RecordShown]:
        """The records of an id."""
        return reading.records_of(self._opened, id, as_of)

    def diff(
        self, before: str = "HEAD", after: str | None = None, as_of: date | None = None
    ) -> reading.Diff:
        """What differs between two revisions, or between one and the files as they are."""
        earlier, later = states(self._root, self._repository(), before, after)
        return reading.diff_of(earlier, later, as_of, date.max)

    def history(
        self, subject: str | None = None, since: date | None = None, limit: int | None = 20
    ) -> History:
        """The commits that changed the database, or that concern one record, newest first."""
        return history(past(self._repository(), self._rev)[0], subject, since, limit)

    def audit(self, days: int = BACKDATED_DAYS) -> Audit:
        """What was judged, or changed, with hindsight; a record committed later is backdated."""
        revisions, tip = past(self._repository(), self._rev)
        return audit(trail(revisions, days), sum(r.left_out for r in revisions), tip)

    def _read(self) -> Opened:
        if self._rev is None:
            return open_folder(self._root)
        return open_revision(self._root, self._repository(), self._rev)

    def _repository(self) -> Repository:
        return git.repository(self._root)
