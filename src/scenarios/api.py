"""The library: a database that is opened, asked, and recorded in, without a terminal.

Each method answers with the typed result whose JSON the command of that name prints
(`msgspec.json.encode(result)`) behind the name of its schema. No clock is read: days are arguments.
A refusal raises a ScenError whose text says what, where and what to do; nothing was written.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.history import audit as audit_rules
from scenarios.analysis.history.audit import Audit, audit
from scenarios.analysis.history.commit_log import History, history
from scenarios.analysis.history.provenance import BACKDATED_DAYS, trail
from scenarios.analysis.quantities.explanation import QuantityExplanation, explain_quantity
from scenarios.analysis.question_scores import QuestionFilter
from scenarios.analysis.review import listing
from scenarios.analysis.review.ach import Matrix, matrix
from scenarios.analysis.review.deadlines import WITHIN_DAYS, Due, due
from scenarios.analysis.review.explanation import Explanation, explain
from scenarios.analysis.review.reminders import REMIND_WITHIN_DAYS, Reminders, reminders
from scenarios.analysis.review.review import Brief, Review, brief
from scenarios.analysis.review.rows import explain_row
from scenarios.analysis.review.search import SearchResult
from scenarios.analysis.scores.scoring import By, Score, score
from scenarios.errors import Problem, ScenError
from scenarios.exchange.answer import SECONDS, QueryResult, QueryRows, result_of
from scenarios.exchange.arrivals import ReadOptions
from scenarios.extensions import own
from scenarios.model import Database, Outcome, Rating, SourceId
from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.values import owner_of
from scenarios.workspace import checking, corrections, reading, results
from scenarios.workspace.audit_preview import preview_of
from scenarios.workspace.corrections import KeyChange, RecordLocation, remove, rename
from scenarios.workspace.exchange.exporting import ExportResult, export, view_of
from scenarios.workspace.importing.database import KIND, restore
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import ImportSummary, Settings, arrive
from scenarios.workspace.inbox import ProposedEntries, propose
from scenarios.workspace.opened import (
    OpenDatabase,
    known_id,
    open_folder,
    open_revision,
    past,
    states,
)
from scenarios.workspace.reading import search_of, span, standings, start_of
from scenarios.workspace.reviewing import ReviewResult, reviewed
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.tasks.evidence import RETRACTION, rate, record_evidence
from scenarios.workspace.tasks.forecast import forecast
from scenarios.workspace.tasks.indicator import add_indicator
from scenarios.workspace.tasks.scenario import CLARIFICATION, RESOLUTION, new_scenario
from scenarios.workspace.tasks.source import add_source
from scenarios.workspace.undoing import undo
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult


class WriteOptions(TypedDict, total=False):
    """How a change is made: `dry_run` tries it and writes nothing, `commit` commits it to git."""

    dry_run: bool
    commit: bool


class Workspace:
    """A database as it was read last: when opened, or after a write.

    Recording needs a workspace that was opened without a revision.
    """

    def __init__(self, root: Path, rev: str | None = None) -> None:
        self._root, self._rev = root, rev
        self._opened = self._read()

    @property
    def database(self) -> Database:
        """The records that are sound."""
        return self._opened.database

    @property
    def problems(self) -> Sequence[Problem]:
        """Faults of the files, by path, line and column; both count from 1."""
        return tuple(self._opened.problems)

    def refuse_unless_whole(self) -> None:
        """Raise NotWhole if nothing may leave the desk: no tracker, or a command half done."""
        self._opened.refuse_unless_whole()

    def status(self, as_of: date) -> reading.Status:
        """One row for each scenario that had opened by a day."""
        rows = tuple(s.row for s in standings(self._opened, as_of, banded=True))
        return reading.status_of(self._opened, as_of, start_of(self._opened, as_of), rows)

    def report(self, as_of: date, since: date | None = None, *, restate: bool = True) -> Review:
        """Moves between two days, their sizes and their causes.

        `since` is by default one review earlier. In a repository `restate` compares with that
        day's figures by the last commit up to then.
        """
        return self._reviewed(as_of, since, restate=restate).review

    def brief(self, as_of: date, since: date | None = None) -> Brief:
        """The review on one page, for those who decide."""
        window, review, _ = self._reviewed(as_of, since, restate=True)
        return brief(window, review)

    def _reviewed(self, as_of: date, since: date | None, *, restate: bool) -> ReviewResult:
        """A review; in a repository beside the figures reported then."""
        period = span(self._opened, as_of, since, banded=True)
        if restate:
            with suppress(ScenError):  # no repository, no git, no commit
                return reviewed(self._opened, period, self._repository())
        return reviewed(self._opened, period, None)

    def due(self, as_of: date, within_days: int = WITHIN_DAYS) -> Due:
        """Indicators, horizons, reviews and expiries due within some days, and what is late."""
        return due(self.database, as_of, within_days)

    def remind(self, as_of: date, within_days: int = REMIND_WITHIN_DAYS) -> Reminders:
        """Each declared analyst's questions to forecast, their news, and tasks due by then."""
        self.refuse_unless_whole()
        return reminders(self.database, as_of, within_days)

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
        wanted = listing.ListFilter(source=source, tag=tag, since=since, until=until)
        return search_of(self._opened, text, as_of, wanted)

    def explain(self, scenario: str, as_of: date, *, sweep: bool = False) -> Explanation:
        """The odds ledger of a scenario or a row, from its prior to its implied probability."""
        id = self._opened.row_on(scenario, as_of)
        if id in self._opened.database.quantities:
            raise ScenError(f"{id} is a quantity: explain a row of it, or see Workspace.quantity")
        about = self._opened.about(owner_of(id))
        if id not in self._opened.database.scenarios:
            return explain_row(about, id, as_of)
        return explain(about, id, as_of, swept=sweep)

    def quantity(self, scenario: str, as_of: date) -> QuantityExplanation:
        """A quantity: its prior, what is stated and implied, its rows and its lines."""
        id = self._opened.scenario_on(scenario, as_of)
        known_id(id, self._opened.database.quantities, "quantity")
        return explain_quantity(self._opened.about(id), id, as_of)

    def matrix(self, as_of: date, *scenarios: str, set_id: str | None = None) -> Matrix:
        """Evidence against two or more scenarios side by side, or the members of a set."""
        columns = reading.columns_of(self._opened, scenarios, set_id, as_of)
        return matrix(known_on(self._opened.about(*map(owner_of, columns)), as_of), columns)

    def score(
        self,
        as_of: date,
        *,
        by: By = "analyst",
        since: date | None = None,
        until: date | None = None,
        forecaster: str | None = None,
    ) -> Score:
        """How good the forecasts of resolved scenarios were, known between two days if given."""
        scored = score(
            self.database, as_of, QuestionFilter(since=since, until=until), by, forecaster
        )
        if forecaster is not None:
            known_id(forecaster, scored.names, "forecaster", "Workspace.score")
        return scored

    def query(self, sql: str, as_of: date) -> QueryResult:
        """Run SQL on the tables of docs/tables.md; needs the extra `sql`."""
        view, query = view_of(self._opened, as_of, limited=False), own("commands", "query").run
        return result_of(query.call(QueryRows, view, sql, SECONDS), as_of, self._opened.commit)

    def export(
        self, target: str, as_of: date, *, overwrite: bool = False, lake: bool = False
    ) -> ExportResult:
        """Put the tables into a folder, a file or a database, named as for the command."""
        return export(self._opened, target, as_of, overwrite=overwrite, lake=lake)

    def check(self, findings_on: date | None = None) -> checking.CheckResult:
        """Every fault of the files; with a day, the findings of that day too."""
        return checking.check(self._opened, None, findings_on)

    def show(self, id: str, as_of: date | None = None) -> list[reading.RecordShown]:
        """The records of an id."""
        return reading.records_of(self._opened, id, as_of)

    def diff(
        self, before: str = "HEAD", after: str | None = None, as_of: date | None = None
    ) -> reading.Diff:
        """Differences between two revisions, or between one and the files as they are."""
        earlier, later = states(self._root, self._repository(), before, after)
        return reading.diff_of(earlier, later, as_of, date.max)

    def history(
        self, subject: str | None = None, since: date | None = None, limit: int | None = 20
    ) -> History:
        """The commits that changed the database, or that concern one record, newest first."""
        return history(past(self._repository(), self._rev)[0], subject, since, limit)

    def audit(self, days: int = BACKDATED_DAYS) -> Audit:
        """Judgements and changes made with hindsight; a record committed later is backdated."""
        revisions, tip = past(self._repository(), self._rev)
        return audit(trail(revisions, days), sum(r.left_out for r in revisions), tip)

    def _read(self) -> OpenDatabase:
        if self._rev is None:
            return open_folder(self._root)
        return open_revision(self._root, self._repository(), self._rev)

    def _repository(self) -> Repository:
        return git.repository(self._root)

    # -- recording ------------------------------------------------------------------------------

    def record_evidence(
        self,
        summary: str,
        recorded: date,
        *,
        ratings: Mapping[str, Rating] | None = None,
        indicators: Mapping[str, str] | None = None,
        observed: date | str | None = None,
        corroborated_by: Sequence[str] = (),
        supersedes: Sequence[str] = (),
        id: str | None = None,
        dry_run: bool = False,
        commit: bool = False,
        **keys: Any,
    ) -> results.EvidenceRecorded:
        """Record an item that was known on a day, with what it did to each scenario.

        `ratings` are codes or likelihood ratios (0.001 to 1000) by scenario; `indicators` are
        `observed`, `emerging` or `reversed` by `SCENARIO/INDICATOR`. `observed` is `recorded` by
        default. The rest are keys of a record: source, url, reliability, credibility, origin,
        event, theme, quote, analyst, notes.
        """
        record = {
            **keys,
            "summary": summary,
            "observed": str(observed or recorded),
            "recorded": recorded.isoformat(),
            "ratings": dict(ratings or {}),
            "indicators": dict(indicators or {}),
            "corroborated_by": list(corroborated_by),
            "supersedes": list(supersedes),
        }
        root = self._writable()
        written = record_evidence(root, record, WriteMode(dry_run, commit), id=id)
        return self._moved(written, results.id_of_new(written), recorded)

    def rate(
        self,
        evidence: str,
        on: date,
        ratings: Mapping[str, Rating] | None = None,
        indicators: Mapping[str, str] | None = None,
        **options: Unpack[WriteOptions],
    ) -> results.EvidenceRecorded:
        """Rate an item that is recorded already, with what that does as of a day."""
        answers = {"evidence": evidence, "ratings": ratings or {}, "indicators": indicators or {}}
        written = rate(self._writable(), {**answers, "date": on}, WriteMode(**options))
        return self._moved(written, evidence, on)

    def retract(
        self, evidence: str, reason: str, on: date, **options: Unpack[WriteOptions]
    ) -> results.EvidenceRecorded:
        """Stop counting an item from a given day, but keep it."""
        answers = {"evidence": evidence, "reason": reason, "date": on}
        written = RETRACTION.write(self._writable(), answers, WriteMode(**options))
        return self._moved(written, evidence, on)

    def forecast(
        self,
        analyst: str,
        on: date,
        probabilities: Mapping[str, float | Mapping[str, float | str] | None],
        *,
        rationales: Mapping[str, str] | None = None,
        evidence: Mapping[str, Sequence[str]] | None = None,
        **options: Unpack[WriteOptions],
    ) -> results.ForecastRecorded:
        """Put probabilities (0.0001 to 0.9999, None withdraws) into an analyst's sheet of a day.

        A quantity has quantiles instead: {"p10": 205, "p50": 240, "p90": 275}, or days as text.
        """
        why, what = rationales or {}, evidence or {}
        entries = [
            ForecastEntry(
                id,
                None if isinstance(figure, Mapping) else figure,
                why.get(id),
                tuple(what.get(id, ())),
                quantiles={**figure} if isinstance(figure, Mapping) else None,
            )
            for id, figure in probabilities.items()
        ]
        root = self._writable()
        written = forecast(root, analyst, on, entries, WriteMode(**options))
        self._reread(written)
        return results.forecast_recorded(written, analyst, on, list(probabilities))

    def resolve(
        self,
        scenario: str,
        outcome: Outcome | float | str,
        basis: str,
        recorded: date,
        *,
        known_on: date | None = None,
        evidence: Sequence[str] = (),
        **options: Unpack[WriteOptions],
    ) -> results.RecordResult:
        """Record an outcome, known by default on the day it is recorded.

        Of a quantity it is the value: a number, a day as text, or `later`.
        """
        answers = {
            "scenario": scenario,
            "outcome": outcome,
            "basis": basis,
            "date": known_on or recorded,
            "recorded": recorded,
            "evidence": [*evidence],
        }
        written = RESOLUTION.write(self._writable(), answers, WriteMode(**options))
        return self._recorded(written, scenario)

    def new_scenario(
        self, id: str, record: Mapping[str, Any], **options: Unpack[WriteOptions]
    ) -> results.RecordResult:
        """Open a scenario; `record` has the keys of its file (schema/scenario.schema.json)."""
        return self._recorded(new_scenario(self._writable(), id, record, WriteMode(**options)), id)

    def add_indicator(
        self,
        scenario: str,
        id: str,
        record: Mapping[str, Any],
        **options: Unpack[WriteOptions],
    ) -> results.RecordResult:
        """Put an indicator into a scenario; `record` has the keys of one in its file."""
        written = add_indicator(self._writable(), scenario, id, record, WriteMode(**options))
        return self._recorded(written, f"{scenario}/{id}")

    def add_source(
        self, id: str, record: Mapping[str, Any], **options: Unpack[WriteOptions]
    ) -> results.RecordResult:
        """Register a source; `record` has the keys of its file (schema/source.schema.json)."""
        return self._recorded(add_source(self._writable(), id, record, WriteMode(**options)), id)

    def bring(
        self,
        kind: str,
        file: Path,
        today: date,
        wanted: ReadOptions | None = None,
        settings: Settings | None = None,
        **options: Unpack[WriteOptions],
    ) -> ImportSummary:
        """Import a file of a kind, or an export as `database`: all, or nothing; again, no change.

        `wanted` says how the file is read, `settings` what becomes of what is missing or differs.
        """
        root, settings = self._writable(), settings or Settings(today=today)
        if kind == KIND:
            mode = WriteMode(**options)
            written, imported = restore(root, file, mode, update=settings.update)
        else:
            arrived = arrive(root, kind, file, wanted or ReadOptions(today=today))
            written, imported = bring(root, kind, arrived, settings, WriteMode(**options))
        self._reread(written)
        return imported

    def propose(
        self, proposals: Sequence[Mapping[str, Any]], **options: Unpack[WriteOptions]
    ) -> ProposedEntries:
        """Put drafts into the inbox, each with the keys of the file of a proposal.

        One that is refused, or known already, stops no other: the entries say so, in that order.
        """
        written, entries = propose(self._writable(), proposals, WriteMode(**options))
        self._reread(written)
        return entries

    # -- correcting -----------------------------------------------------------------------------

    def edit(
        self,
        id: str,
        changes: Mapping[str, Any],
        on: date,
        *,
        unset: Sequence[str] = (),
        **options: Unpack[WriteOptions],
    ) -> results.CorrectionResult:
        """Give keys of a record other values; `prior.probability` is a key in a key."""
        texts = {key: v if isinstance(v, str) else json.dumps(v) for key, v in changes.items()}
        key_changes = [*(KeyChange(key, "put", text) for key, text in texts.items())]
        key_changes += [KeyChange(key, "unset") for key in unset]
        root = self._writable()
        return self._corrected(corrections.edit(root, id, key_changes, WriteMode(**options)), on)

    def clarify(
        self, scenario: str, text: str, on: date, **options: Unpack[WriteOptions]
    ) -> results.CorrectionResult:
        """Add to a question what its text leaves open, without changing it."""
        answers = {"scenario": scenario, "text": text, "date": on}
        written = CLARIFICATION.write(self._writable(), answers, WriteMode(**options))
        return self._corrected((written, RecordLocation("scenario", scenario)), on)

    def rename(
        self, id: str, new: str, on: date, **options: Unpack[WriteOptions]
    ) -> results.CorrectionResult:
        """Give a record another id, here and wherever it is named."""
        done = rename(self._writable(), id, new, WriteMode(**options))
        return self._corrected(done, on, id.rpartition(":")[2])

    def remove(
        self, id: str, reason: str, on: date, **options: Unpack[WriteOptions]
    ) -> results.CorrectionResult:
        """Delete a record that nothing depends on."""
        arguments = (self._writable(), id, reason)
        return self._corrected(remove(*arguments, WriteMode(**options)), on)

    def undo(self, **options: Unpack[WriteOptions]) -> results.UndoResult:
        """Take back what was recorded last in this checkout."""
        written, what = undo(self._writable(), WriteMode(**options))
        self._reread(written)
        return results.undone(written, what)

    def _writable(self) -> Path:
        if self._rev is not None:
            raise ScenError(f"{self._root} was opened as {self._rev} had it: open it without rev")
        return self._root

    def _reread(self, written: WriteResult) -> None:
        if written.committed and written.committed.fault:
            raise written.committed.fault
        if not written.dry_run:
            self._opened = self._read()

    def _moved(self, written: WriteResult, id: str, on: date) -> results.EvidenceRecorded:
        self._reread(written)
        return results.evidence_recorded(written, id, on)

    def _recorded(self, written: WriteResult, id: str) -> results.RecordResult:
        self._reread(written)
        return results.recorded(written, id)

    def _corrected(
        self, done: tuple[WriteResult, RecordLocation], on: date, formerly: str | None = None
    ) -> results.CorrectionResult:
        written, now = done
        self._reread(written)
        findings = preview_of(written, on, audit_rules) if written.drafts else []
        return results.corrected(written, now.name, findings, on, formerly)


def open(path: str | Path = ".", rev: str | None = None) -> Workspace:
    """Open a database: its folder, its parent, or any folder below the parent.

    With `rev` it is read from git as that revision had it (a commit, a branch, a tag, or
    YYYY-MM-DD: the last commit up to a day), and nothing can be recorded in it.
    """
    try:
        root = worktree.find(Path(path), str(path))
    except ScenError:
        root = worktree.find(Path(path), None)
    return Workspace(root, rev)
