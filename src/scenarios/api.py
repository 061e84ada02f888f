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
from typing import Any, Unpack

from scenarios.analysis.changes import differences
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
from scenarios.connections import Connections, WriteOptions, warn
from scenarios.errors import ScenError
from scenarios.exchange.answer import SECONDS, QueryResult, QueryRows, result_of
from scenarios.exchange.arrivals import ReadOptions
from scenarios.extensions import own
from scenarios.model import Outcome, Rating, SourceId
from scenarios.result import Rows
from scenarios.storage import worktree
from scenarios.storage.proposals import waiting
from scenarios.values import owner_of
from scenarios.workspace import checking, corrections, reading, results
from scenarios.workspace.audit_preview import preview_of
from scenarios.workspace.corrections import KeyChange, RecordLocation, remove, rename
from scenarios.workspace.exchange.exporting import ExportResult, export, trackers_at, view_of
from scenarios.workspace.importing.database import KIND, restore
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import ImportSummary, Settings, arrive
from scenarios.workspace.opened import (
    known_id,
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


class Workspace(Connections):
    """A database as it was read last: when opened, or after a write.

    Recording needs a workspace that was opened without a revision.
    """

    def status(self, as_of: date) -> reading.Status:
        """One row for each scenario that had opened by a day."""
        since, each = start_of(self._opened, as_of), standings(self._opened, as_of, banded=True)
        rows, flagged = tuple(s.row for s in each), [note for s in each for note in s.flagged]
        language = self.database.tracker.estimative_language
        nothing = reading.nothing_yet(self._opened, as_of)
        content = ("documents.status:document", rows, flagged, language, nothing)
        result = reading.status_of(self._opened, as_of, since, rows)
        return self._shown(result, *content, since=since)

    def report(self, as_of: date, since: date | None = None, *, restate: bool = True) -> Review:
        """Moves between two days, their sizes and their causes.

        `since` is by default one review earlier. In a repository `restate` compares with that
        day's figures by the last commit up to then.
        """
        window, result, _ = self._reviewed(as_of, since, restate=restate)
        content = ("documents.report:document", result, self.database)
        nothing = "" if result.scenarios else reading.nothing_yet(self._opened, as_of)
        pictures = ("review_picture:overview", window, result)
        return self._shown(result, *content, nothing=nothing, whole=True, pictures=pictures)

    def brief(self, as_of: date, since: date | None = None) -> Brief:
        """The review on one page, for those who decide."""
        window, review, _ = self._reviewed(as_of, since, restate=True)
        result = brief(window, review)
        content = ("documents.brief:document", result, self.database)
        return self._shown(result, *content, pictures=("review_picture:overview", window, review))

    def _reviewed(self, as_of: date, since: date | None, *, restate: bool) -> ReviewResult:
        """A review; in a repository beside the figures reported then."""
        period = span(self._opened, as_of, since, banded=True)
        if restate:
            with suppress(ScenError):  # no repository, no git, no commit
                return reviewed(self._opened, period, self._repository())
        return reviewed(self._opened, period, None)

    def due(self, as_of: date, within_days: int = WITHIN_DAYS) -> Due:
        """Indicators, horizons, reviews and expiries due within some days, and what is late."""
        result, is_partial = due(self.database, as_of, within_days), bool(self.database.withheld)
        return self._shown(result, "documents.due:document", result, is_partial=is_partial)

    def remind(self, as_of: date, within_days: int = REMIND_WITHIN_DAYS) -> Reminders:
        """Each declared analyst's questions to forecast, their news, and tasks due by then."""
        self.refuse_unless_whole()
        result = reminders(self.database, as_of, within_days)
        return self._shown(result, "documents.reminder:everybody", result, self.database)

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
        result = search_of(self._opened, text, as_of, wanted)
        return self._shown(result, "documents.records:hits", result)

    def explain(self, scenario: str, as_of: date, *, sweep: bool = False) -> Explanation:
        """The odds ledger of a scenario or a row, from its prior to its implied probability."""
        id = self._opened.row_on(scenario, as_of)
        if id in self._opened.database.quantities:
            raise ScenError(f"{id} is a quantity: explain a row of it, or see Workspace.quantity")
        about, is_row = self._opened.about(owner_of(id)), id not in self.database.scenarios
        result = explain_row(about, id, as_of) if is_row else explain(about, id, as_of, swept=sweep)
        return self._shown(result, "documents.explanation:document", result, self.database)

    def quantity(self, scenario: str, as_of: date) -> QuantityExplanation:
        """A quantity: its prior, what is stated and implied, its rows and its lines."""
        id = self._opened.scenario_on(scenario, as_of)
        known_id(id, self._opened.database.quantities, "quantity")
        result = explain_quantity(self._opened.about(id), id, as_of)
        return self._shown(result, "documents.quantity:document", result, self.database)

    def matrix(self, as_of: date, *scenarios: str, set_id: str | None = None) -> Matrix:
        """Evidence against two or more scenarios side by side, or the members of a set."""
        columns = reading.columns_of(self._opened, scenarios, set_id, as_of)
        known = known_on(self._opened.about(*map(owner_of, columns)), as_of)
        result, title = matrix(known, columns), self.database.tracker.sets[set_id] if set_id else ""
        return self._shown(result, "documents.matrix:document", result, known, title)

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
        head = f"{self.database.tracker.title}: scores as of {as_of}"
        content = ("documents.score:document", scored, head)
        pictures = ("shown:of_score", scored)
        return self._shown(scored, *content, whole=True, pictures=pictures)

    def query(self, sql: str, as_of: date) -> QueryResult:
        """Run SQL on the tables of docs/tables.md; needs the extra `sql`."""
        view = view_of(self._opened, as_of, limited=False)
        return self._asked(view, sql, as_of, self._opened.commit)

    def across(self, place: str, sql: str, as_of: date) -> QueryResult:
        """Run SQL on the tables of many trackers, each row with its `tracker`.

        The place is a lake, an address of PostgreSQL, or a file with a folder on each line. A
        tracker that cannot be read is a warning.
        """
        trackers, unread = trackers_at(place, as_of)
        result = self._asked(trackers, sql, as_of)
        warn((*unread, *result.answer.unread))
        return result

    def _asked(self, tables: Any, sql: str, as_of: date, commit: str | None = None) -> QueryResult:
        rows = own("commands", "query").run.call(QueryRows, tables, sql, SECONDS)
        result = result_of(rows, as_of, commit)
        names, cells = [name for name, _ in rows.columns], [(*row.values(),) for row in result.rows]
        return self._shown(result, "documents.records:query_table", names, cells)

    def export(
        self, target: str, as_of: date, *, overwrite: bool = False, lake: bool = False
    ) -> ExportResult:
        """Put the tables into a folder, a file or a database, named as for the command."""
        return self._shown(export(self._opened, target, as_of, overwrite=overwrite, lake=lake))

    def check(self, findings_on: date | None = None) -> checking.CheckResult:
        """Every fault of the files; with a day, the findings of that day too."""
        result = checking.check(self._opened, None, findings_on)
        return self._shown(result, "documents.faults:document", result.problems, result.findings)

    def show(self, id: str, as_of: date | None = None) -> Rows[reading.RecordShown]:
        """The records of an id."""
        records = Rows(reading.records_of(self._opened, id, as_of))
        by_name = {f"{record.id} ({record.path})": record.record for record in records}
        return self._shown(records, "documents.records:record", by_name)

    def diff(
        self, before: str = "HEAD", after: str | None = None, as_of: date | None = None
    ) -> reading.Diff:
        """Differences between two revisions, or between one and the files as they are."""
        earlier, later = states(self._root, self._repository(), before, after)
        result = reading.diff_of(earlier, later, as_of, date.max)
        old, new = earlier.opened.database, later.opened.database
        head = f"{earlier.name} → {later.name}, figures of {result.as_of}"
        content = (head, old, new, differences(old, new), result.shifts)
        return self._shown(result, "documents.history:diff_document", *content)

    def history(
        self, subject: str | None = None, since: date | None = None, limit: int | None = 20
    ) -> History:
        """The commits that changed the database, or that concern one record, newest first."""
        result = history(past(self._repository(), self._rev)[0], subject, since, limit)
        title = getattr(self.database.scenarios.get(subject or ""), "title", None)
        return self._shown(result, "documents.history:log_document", result, subject, title)

    def audit(self, days: int = BACKDATED_DAYS) -> Audit:
        """Judgements and changes made with hindsight; a record committed later is backdated."""
        revisions, tip = past(self._repository(), self._rev)
        inbox = waiting(self._root).proposals if self._rev is None else None
        result = audit(trail(revisions, days), sum(r.left_out for r in revisions), tip, inbox)
        return self._shown(result, "documents.history:audit_document", result, [], every=True)

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
        ids = [*probabilities]
        return self._shown(results.forecast_recorded(written, analyst, on, ids))

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
        return self._shown(imported)

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
        return self._shown(results.undone(written, what))

    def _moved(self, written: WriteResult, id: str, on: date) -> results.EvidenceRecorded:
        self._reread(written)
        result, tracker = results.evidence_recorded(written, id, on), self.database.tracker
        content = ("documents.ledger_changes:effects_document", result.effects, tracker, on)
        return self._shown(result, *content)

    def _recorded(self, written: WriteResult, id: str) -> results.RecordResult:
        self._reread(written)
        return self._shown(results.recorded(written, id))

    def _corrected(
        self, done: tuple[WriteResult, RecordLocation], on: date, formerly: str | None = None
    ) -> results.CorrectionResult:
        written, now = done
        self._reread(written)
        findings = preview_of(written, on, audit_rules) if written.drafts else []
        return self._shown(results.corrected(written, now.name, findings, on, formerly))


def open(path: str | Path = ".", rev: str | None = None) -> Workspace:
    """Open a database: its folder, its parent, or any folder below the parent.

    With `rev` it is read from git as that revision had it (a commit, a branch, a tag, or
    YYYY-MM-DD: the last commit up to a day), and nothing can be recorded in it.
    """
    try:
        root = worktree.find(Path(path), str(path))
    except ScenError as error:
        try:
            root = worktree.find(Path(path), None)
        except ScenError:  # which names an option of the command line
            raise error from None
    return Workspace(root, rev)
