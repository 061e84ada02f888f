"""Results of the recording commands, printed as JSON as they stand here."""

from collections.abc import Callable, Iterable
from datetime import date
from difflib import unified_diff

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from scenarios.analysis.changes import AuditFinding, Key, touched_by
from scenarios.analysis.evidence.knowledge import borne, last_open_day, members
from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import EvidenceEffect, effects
from scenarios.analysis.ledger.ledger import implied_of
from scenarios.analysis.period.probability_shifts import ScenarioShift, shifts
from scenarios.analysis.quantities.explanation import row_effects
from scenarios.analysis.quantities.figures import QuantityFigure
from scenarios.analysis.quantities.view import quantity_view
from scenarios.model import Analyst, EvidenceId, ScenarioId, SetId
from scenarios.paths import id_of, kind_of
from scenarios.render.cells import commit_subject
from scenarios.result import Result
from scenarios.scales import decibans, has_moved
from scenarios.storage.cache.files import bearing_on, sides
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.edits import FileChange
from scenarios.text import printable
from scenarios.workspace.followed_ledgers import FollowedLedgers
from scenarios.workspace.opened import from_here
from scenarios.workspace.write_mode import CommitFields
from scenarios.workspace.writing import WriteResult


class RecordResult(CommitFields, frozen=True):
    """A record that was written, or in a dry run would have been.

    `paths` are the files. `commit` and `subject` are there only where a commit was asked for:
    None where nothing changed, in a dry run, or where git refused.
    """

    id: str
    paths: list[str]
    dry_run: bool


class EvidenceRecorded(CommitFields, frozen=True):
    """An item that was written; `effects` has a row for each scenario that it bears on.

    Before and after are both as of the day `as_of`.
    """

    id: EvidenceId
    paths: list[str]
    dry_run: bool
    as_of: date
    effects: tuple[EvidenceEffect, ...]


class AcceptResult(CommitFields, frozen=True):
    """The items recorded from candidates now and before.

    `commit` and `subject` are there only where a commit was asked for.
    """

    ids: list[EvidenceId]
    already: list[EvidenceId]
    paths: list[str]
    dry_run: bool


class ForecastFigure(Struct, frozen=True, kw_only=True):
    """The team's stated probability before and after, in [0, 1], beside what the evidence implies.

    `analysts` is the number whose forecasts stand; `gap_decibans` is stated minus implied. All are
    None, and `withheld` is its path, where a file that cannot be read could change them.
    """

    scenario: ScenarioId
    before: float | None
    after: float | None
    analysts: int | None
    implied: float | None
    gap_decibans: float | None
    withheld: str | None = None
    quantity: QuantityFigure | UnsetType = UNSET


class ForecastRecorded(RecordResult, frozen=True):
    """A sheet that was written: its `id`, and the figures of each scenario in it."""

    figures: list[ForecastFigure]


class InitResult(CommitFields, frozen=True):
    """The files of a new database."""

    paths: list[str]
    dry_run: bool


class AuditPreview(Struct, frozen=True, kw_only=True):
    """A finding that a later `audit` will report for a change: rule, record and message."""

    rule: str
    record: str
    message: str


class CorrectionResult(CommitFields, frozen=True):
    """A record that was changed, or is called `id` now and was `formerly`, or is gone.

    `audit` is empty where nothing was committed yet, for then nothing can be compared. `shifts` are
    of the figures of the day, `sums` of the priors of the sets with a prior that changed.
    """

    id: str
    formerly: str | None
    paths: list[str]
    dry_run: bool
    audit: list[AuditPreview]
    shifts: tuple[ScenarioShift, ...]
    sums: dict[SetId, float]


class UndoResult(CommitFields, frozen=True):
    """Files that the last recording command had changed: as they were, or gone again.

    `command` is that command; empty where it was noted by an earlier version, or killed half way.
    """

    command: str
    paths: list[str]
    restored: list[str]
    removed: list[str]
    dry_run: bool


class BuildSummary(Result, frozen=True, kw_only=True):
    """Counts of a run: pages in all, files written, and files removed.

    `search_bytes` is the size of the search page with its index, gzipped as it is sent.
    """

    pages: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    search_bytes: int


def evidence_effects(written: WriteResult, id: EvidenceId, day: date) -> tuple[EvidenceEffect, ...]:
    """Effects of an item on each scenario that it bears on, on a day; computed once."""
    key = ("effects", id, day)
    if key not in written.computed:
        written.computed[key] = _evidence_effects(written, id, day)
    effects: tuple[EvidenceEffect, ...] = written.computed[key]
    return effects


def _evidence_effects(
    written: WriteResult, id: EvidenceId, day: date
) -> tuple[EvidenceEffect, ...]:
    after = written.after.database
    then, now = sides(written.before.database, after, borne(after, after.evidence[id]))
    on_rows: tuple[EvidenceEffect, ...] = ()
    if now.quantities:
        on_rows = row_effects(then, now, id, day)
    return (*effects(then, now, id, day, _ledgers_before(written)), *on_rows)


def _ledgers_before(written: WriteResult) -> DailyLedgers | None:
    """The ledgers of the state before a write, if a server keeps them."""
    memory = written.before.read
    if not isinstance(memory, RecordCache) or not memory.lasts or written.dry_run:
        return None
    # Under the lock of the write: a trial in another thread has ledgers of its own.
    followed: FollowedLedgers = memory.results.setdefault(("ledgers", ""), FollowedLedgers())
    return followed.of(written.before)


def forecast_figures(
    written: WriteResult, ids: Iterable[ScenarioId], on: date
) -> list[ForecastFigure]:
    """The stated probability of each scenario before and after a sheet was written; kept."""
    key = ("figures", *(ids := tuple(ids)), on)
    if key not in written.computed:
        written.computed[key] = _forecast_figures(written, ids, on)
    figures: list[ForecastFigure] = written.computed[key]
    return figures


def _forecast_figures(
    written: WriteResult, ids: Iterable[ScenarioId], on: date
) -> list[ForecastFigure]:
    quantities = written.after.database.quantities
    return [
        _of_quantity(written, id, on) if id in quantities else _of_scenario(written, id, on)
        for id in ids
    ]


def _of_scenario(written: WriteResult, id: ScenarioId, on: date) -> ForecastFigure:
    """The stated figures of a scenario before and after, and what its evidence implies."""
    after = written.after.database
    if path := after.withheld.get(id):
        return ForecastFigure(
            scenario=id,
            before=None,
            after=None,
            analysts=None,
            implied=None,
            gap_decibans=None,
            withheld=from_here(written.before.root / path),
        )
    changed = {kind for kind, _ in changed_records(written)}
    has_same_ledgers = changed <= {"forecasts", "proposal"}
    kept = _ledgers_before(written) if has_same_ledgers else None
    ledgers = kept or DailyLedgers(bearing_on(after, id))
    day = last_open_day(after, id, on)
    implied = implied_of(ledgers.odds_on(day), id)
    before, now = stated(written.before.database, id, on), stated(after, id, day)
    return ForecastFigure(
        scenario=id,
        before=before.probability if before else None,
        after=now.probability if now else None,
        analysts=now.figure.analysts if now else 0,
        implied=implied.probability,
        gap_decibans=decibans(now.probability) - implied.decibans if now else None,
    )


def _of_quantity(written: WriteResult, id: ScenarioId, on: date) -> ForecastFigure:
    """The figures of a quantity after a sheet was written, and what was stated before."""
    sides_of = (written.before.database, written.after.database)
    before, after = (quantity_view(DailyLedgers(side), id, on, on).figure for side in sides_of)
    path = written.after.database.withheld.get(id)
    previous = replace(after.previous, stated=before.stated)
    return ForecastFigure(
        scenario=id,
        before=None,
        after=None,
        analysts=None if path else after.analysts,
        implied=None,
        gap_decibans=None,
        withheld=path and from_here(written.before.root / path),
        quantity=UNSET if path else replace(after, previous=previous),
    )


def recorded(written: WriteResult, id: str) -> RecordResult:
    """The result of a record that was written."""
    return RecordResult(id=id, **written.about)


def changed_records(written: WriteResult) -> list[Key]:
    """The records whose files a command changed."""
    return [(kind_of(draft.path), id_of(draft.path)) for draft in written.drafts]


def corrected(
    written: WriteResult,
    id: str,
    findings: Iterable[AuditFinding],
    on: date,
    formerly: str | None = None,
) -> CorrectionResult:
    """The result of a correction, with its effect on the figures of a day."""
    before, after = written.before.database, written.after.database
    touched = touched_by(changed_records(written), before, after)
    sets = {
        scenario.set
        for id, scenario in after.scenarios.items()
        if id in before.scenarios
        and before.scenarios[id].prior.probability != scenario.prior.probability
    }
    return CorrectionResult(
        id=id,
        formerly=formerly if formerly != id else None,
        audit=[
            AuditPreview(rule=finding.rule, record=finding.record, message=finding.message)
            for finding in findings
        ],
        shifts=shifts(*sides(before, after, touched), on),
        sums={
            set_id: sum(after.scenarios[id].prior.probability for id in members(after, set_id))
            for set_id in sorted(filter(None, sets))
        },
        **written.about,
    )


def undone(written: WriteResult, command: str) -> UndoResult:
    """The result of a command that was undone."""
    pairs = [*zip(written.paths, written.drafts, strict=False)]
    return UndoResult(
        command=command,
        restored=[path for path, draft in pairs if draft.new is not None],
        removed=[path for path, draft in pairs if draft.new is None] + written.paths[len(pairs) :],
        **written.about,
    )


def evidence_recorded(written: WriteResult, id: EvidenceId, day: date) -> EvidenceRecorded:
    """The result of an item that was written, with its effects on a day."""
    effects = evidence_effects(written, id, day)
    return EvidenceRecorded(id=id, as_of=day, effects=effects, **written.about)


def forecast_recorded(
    written: WriteResult, analyst: Analyst, on: date, ids: Iterable[ScenarioId]
) -> ForecastRecorded:
    """The result of a sheet that was written."""
    figures = forecast_figures(written, ids, on)
    return ForecastRecorded(id=f"{on}-{analyst}", figures=figures, **written.about)


def id_of_new(written: WriteResult) -> EvidenceId:
    """The id of the item that was written last."""
    return written.drafts[-1].path.rpartition("/")[2].removesuffix(".yaml")


def effects_subject(
    kind: str, id: EvidenceId | None = None, day: date | None = None
) -> Callable[[WriteResult], str]:
    """A commit's subject from what an item [the new one] moved on a day [when recorded]."""

    def words(written: WriteResult) -> str:
        item = id or id_of_new(written)
        on = day or written.after.database.evidence[item].recorded
        moves = {
            effect.scenario: (effect.scenario, effect.before, effect.after)
            for effect in evidence_effects(written, item, on)
            if has_moved(effect.before, effect.after)
        }
        return commit_subject(f"{kind}: {item}", moves.values())

    return words


def differences(written: WriteResult) -> str:
    """The drafts as a unified diff, safe to print."""
    lines: list[str] = []
    for path, draft in moved_or_changed(written):
        old = draft.old.decode("utf-8", "replace").splitlines() if draft.old is not None else []
        new = draft.new.decode("utf-8", "replace").splitlines() if draft.new is not None else []
        was, _, now = path.partition(" → ")
        name = was if draft.old is not None else "/dev/null"
        to = (now or was) if draft.new is not None else "/dev/null"
        lines += unified_diff(old, new, name, to, lineterm="")
    return "\n".join(printable(line) for line in lines)


def moved_or_changed(written: WriteResult) -> list[tuple[str, FileChange]]:
    """Each file with its draft; a renamed file once."""
    files: list[tuple[str, FileChange]] = []
    for path, draft in zip(written.paths, written.drafts, strict=False):
        old, before = files[-1] if files else ("", None)
        if before and before.new is None and draft.old is None:
            files[-1] = f"{old} → {path}", FileChange(draft.path, before.old, draft.new)
        else:
            files.append((path, draft))
    return files
