"""The audit: findings of an outside reviewer in a database's commits, and their limits."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from types import MappingProxyType

import msgspec

from scenarios.analysis.changes import KINDS, AuditFinding, Commit, RecordChange, Revision, records
from scenarios.analysis.history import audit_rules as rules
from scenarios.analysis.history.audit_rules import of_step, rejudgements
from scenarios.analysis.history.proposal_fates import ProposerRecord, fates, proposer_records
from scenarios.analysis.history.provenance import RecordVersion, VersionHistory, trail
from scenarios.analysis.rules.rule import Rule, note
from scenarios.drafts import Proposal
from scenarios.model import Database, Evidence, Kind, Record, Scenario, Sheet, Source, Tracker
from scenarios.result import Result
from scenarios.values import Analyst


@note("judged-anew", "Priors, ratings and conventions changed after they were committed")
def judged_anew(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A prior, rating, grade or convention that was changed, which changes past figures.

    Changes that were reverted are left out.

    Example: `probability: 0.3` of a prior was committed, and a later commit made it 0.5.
    To do: nothing, if it was intended; `scen report` shows the figures as they were reported.
    """
    first: dict[bytes, str] = {}
    last: dict[bytes, tuple[RecordVersion, str, str]] = {}
    for step, scenario, (what, was, now), outcome in rejudgements(trail):
        if outcome is None and "none" not in (was, now):
            name = trail.name(step.change.id, scenario, what)
            about = "" if scenario == step.change.id else f" for {scenario}"
            last[name] = step, now, f"{what} {first.setdefault(name, was)} → {now}{about}"
    for name, (step, now, change) in last.items():
        if first[name] != now:
            yield of_step("judged-anew", step, f"{change}, after it was committed")
    for step in trail.steps:
        old, new = step.change.before, step.change.after
        if isinstance(old, Tracker) and isinstance(new, Tracker):
            fields = [f for f in _CONVENTIONS if getattr(old, f) != getattr(new, f)]
            if fields:
                message = f"{', '.join(fields)} changed, after it was committed"
                yield of_step("judged-anew", step, message)


_CONVENTIONS = (
    *("decibans", "grade_weights", "evidence_dependence", "rating_strength"),
    *("half_life_days", "team", "forecast_expires_days"),
)
RULES: tuple[Rule[Callable[[VersionHistory], Iterator[AuditFinding]]], ...] = (
    rules.hindsight_indicator,
    rules.edited_forecast,
    rules.renamed,
    rules.question_changed,
    rules.rated_after_outcome,
    judged_anew,
    rules.late_forecast,
    rules.deleted_evidence,
    rules.backdated,
)


class CommitDelay(msgspec.Struct, frozen=True, kw_only=True):
    """The dated records that were committed on one day, and how long after their own dates."""

    date: dt.date
    records: int
    backdated: int
    least_days: int
    most_days: int


class ForeignIdCount(msgspec.Struct, frozen=True, kw_only=True):
    """Number of records with an id in another system, and the commits that brought them."""

    system: str
    records: int
    commits: tuple[str, ...]


class AcceptedProposals(msgspec.Struct, frozen=True):
    """Number of items and of forecasts that one party proposed and one analyst accepted."""

    proposed_by: str
    accepted_by: Analyst | None
    evidence: int
    forecasts: int


class Audit(Result, frozen=True, kw_only=True):
    """The findings up to the commit `tip`, and the limits of the commits as evidence.

    `commits` is their number, from the day `first` to `last`; `left_out` files had faults.
    `elsewhere` is where records came from that were imported or accepted; `accepted` counts those
    that were proposed, `decided` those and the dismissed ones of the inbox as it is on the disk.
    """

    tip: str
    commits: int
    first: date | None
    last: date | None
    findings: tuple[AuditFinding, ...]
    entered: tuple[CommitDelay, ...]
    elsewhere: tuple[ForeignIdCount, ...]
    accepted: tuple[AcceptedProposals, ...]
    decided: tuple[ProposerRecord, ...]
    lumped: tuple[str, ...]
    beyond: tuple[str, ...]
    left_out: int


def audit(
    followed: VersionHistory,
    left_out: int = 0,
    tip: str = "",
    inbox: Mapping[str, Proposal] | None = None,
) -> Audit:
    """Every rule's findings, by rule and then by commit, oldest first.

    Without an `inbox`, nothing is known of dismissals, and `decided` is empty.
    `lumped` are commits that hold records of many days: a squash, or an import. `beyond` are those
    at which a shallow clone ends.
    """
    days = [commit.authored for commit in followed.commits]
    numbers = {commit.id: number for number, commit in enumerate(followed.commits)}
    findings = (
        finding
        for each in RULES
        for finding in sorted(each.check(followed), key=lambda finding: numbers[finding.commit])
    )
    return Audit(
        tip=tip,
        commits=len(followed.commits),
        first=min(days, default=None),
        last=max(days, default=None),
        findings=tuple(findings),
        entered=tuple(_entered(followed)),
        elsewhere=tuple(_elsewhere(followed)),
        accepted=tuple(_accepted(followed.database)),
        decided=() if inbox is None else (*proposer_records(fates(inbox, followed.database)),),
        lumped=tuple(_lumped(followed)),
        beyond=tuple(commit.id for commit in followed.commits if commit.shallow),
        left_out=left_out,
    )


def preview(
    revisions: Sequence[Revision], before: Database, after: Database, on: date
) -> list[AuditFinding]:
    """The findings that a commit of `after` on a day would add to those of `before`."""
    if not revisions:
        return []
    committed = trail(revisions)
    had = set()
    for finding in _findings(revisions, committed, before, on):
        now = after.called_now.get((finding.kind, finding.record), finding.record)
        had |= {(finding.rule, id, finding.message) for id in (finding.record, now)}
    new = _findings(revisions, committed, after, on)
    return [each for each in new if (each.rule, each.record, each.message) not in had]


_BESIDE = {"summary", "quote", "notes", "url", "event", "attachment", "foreign", "proposed"}
_UNREAD: Mapping[type[Record], AbstractSet[str]] = MappingProxyType(
    {
        Tracker: {*Tracker.__struct_fields__} - {*_CONVENTIONS},
        Scenario: {"title", "tags", "foreign"},
        Evidence: _BESIDE,
        Source: {*Source.__struct_fields__} - {"formerly"},
    }
)
"""The keys by which no rule judges a record whose last commit has it under the same id."""


def is_unread(before: Record | None, after: Record | None) -> bool:
    """True if two contents of a record differ in no key that a rule reads."""
    keys = {*after.__struct_fields__} - _UNREAD.get(type(after), set()) if after else set()
    same = type(before) is type(after)
    return same and all(getattr(before, key) == getattr(after, key) for key in keys)


def _entered(trail: VersionHistory) -> Iterator[CommitDelay]:
    days: dict[date, list[int]] = {}
    for commit, own in _brought(trail):
        days.setdefault(commit.authored, []).append(trail.late(commit, own))
    for day, late in sorted(days.items()):
        behind = [n for n in late if n]
        yield CommitDelay(
            date=day,
            records=len(late),
            backdated=len(behind),
            least_days=min(behind, default=0),
            most_days=max(behind, default=0),
        )


def _elsewhere(trail: VersionHistory) -> Iterator[ForeignIdCount]:
    commits_of: dict[str, list[str]] = {}
    kinds: tuple[Kind, ...] = ("scenario", "evidence", "source")
    every = ((kind, *entry) for kind in kinds for entry in records(trail.database, kind).items())
    for kind, id, record in every:
        assert isinstance(record, Scenario | Evidence | Source)  # noqa: S101 - by kind
        for system in record.foreign:
            commits_of.setdefault(system, []).append(trail.commits[trail.born[kind, id]].id)
    for system, commits in sorted(commits_of.items()):
        once = tuple(dict.fromkeys(commits))
        yield ForeignIdCount(system=system, records=len(commits), commits=once)


def _accepted(database: Database) -> Iterator[AcceptedProposals]:
    items, figures = Counter[tuple[str, str | None]](), Counter[tuple[str, str | None]]()
    for each in fates({}, database):
        (figures if each.draft == "forecast" else items)[each.proposed_by, each.by] += 1
    for both in sorted({*items, *figures}, key=str):
        yield AcceptedProposals(*both, items[both], figures[both])


def _lumped(trail: VersionHistory) -> Iterator[str]:
    spans: dict[str, list[date]] = {}
    for commit, own in _brought(trail):
        spans.setdefault(commit.id, []).append(own)
    for id, days in spans.items():
        if (max(days) - min(days)).days > trail.days:
            yield id


def _brought(trail: VersionHistory) -> Iterator[tuple[Commit, date]]:
    """Each item and each sheet with its own date, in the commit that brought it."""
    seen: set[bytes] = set()
    for step in trail.steps:
        record, name = step.change.after, trail.name(step.change.id)
        commit = trail.came(step)
        if isinstance(record, Evidence | Sheet) and name not in seen and not commit.shallow:
            seen.add(name)
            yield commit, record.recorded if isinstance(record, Evidence) else record.date


def _findings(
    revisions: Sequence[Revision], committed: VersionHistory, now: Database, on: date
) -> tuple[AuditFinding, ...]:
    folders = ((kind, records(committed.database, kind), records(now, kind)) for kind in KINDS)
    changes = tuple(
        RecordChange(kind=kind, id=id, before=old.get(id), after=new.get(id))
        for kind, old, new in folders
        for id in sorted({*old, *new})
        if old.get(id) != new.get(id)
    )
    if not changes:
        return audit(committed).findings
    commit = Commit(
        id="", parents=(revisions[-1].commit.id,), author="", authored=on, committed=on, subject=""
    )
    pending = Revision(commit=commit, changes=changes, own=changes)
    return audit(trail([*revisions, pending])).findings
