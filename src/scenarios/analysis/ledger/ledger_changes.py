"""Differences between two ledgers of one scenario, line by line, with their causes."""

import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState
from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.analysis.ledger.contributions import GroupTotal, RowKey
from scenarios.analysis.ledger.lines import Ledger, LineKind
from scenarios.model import EvidenceId, ScenarioId, ThemeId

Cause = Literal[
    "new evidence",
    "new witness",
    "retraction",
    "superseded",
    "reversal",
    "overlap",
    "age",
    "time",
    "rivals",
    "removal",
    "new judgement",
    "conventions",
]
"""The last three only between two databases: a record less, other grades, another tracker."""

_ROUNDING = 1e-9
_is_close = partial(math.isclose, abs_tol=_ROUNDING)


class Shift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A probability before and after; None where there was none."""

    from_: float | None
    to: float | None


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """A line's counted decibans before and after; 0 where it did not or no longer exists.

    `state` is that of an absent indicator.
    """

    id: str
    kind: LineKind
    theme: ThemeId | None
    before: float
    after: float
    cause: Cause
    evidence: tuple[EvidenceId, ...]
    state: ReadingState | None = None


class LedgerChange(msgspec.Struct, frozen=True, kw_only=True):
    """Σ(after − before) of the lines and the four steps = the implied change, in decibans."""

    lines_added: tuple[LineChange, ...] = ()
    lines_removed: tuple[LineChange, ...] = ()
    lines_changed: tuple[LineChange, ...] = ()
    given: float = 0.0
    time: float = 0.0
    rivals: float = 0.0
    bound: float = 0.0

    @property
    def lines(self) -> tuple[LineChange, ...]:
        """All three kinds, strongest change first."""
        return _ordered((*self.lines_added, *self.lines_removed, *self.lines_changed))


def touched(known_evidence: KnownEvidence, since: KnownEvidence) -> frozenset[str]:
    """The items that `known_evidence` has and `since` has not, and the indicators that they
    fire.
    """
    ids = known_evidence.evidence.keys() - since.evidence.keys()
    return frozenset(ids).union(*(known_evidence.evidence[id].indicators for id in ids))


class ChangedRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Items and indicators new, gone (removed too), or judged anew; if `conventions` changed.

    `superseded` are those of the gone that another item replaced; `restored` names for each of the
    new that was replaced before the item that replaced it.
    """

    new: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    superseded: frozenset[str] = frozenset()
    restored: Mapping[str, str] = {}
    removed: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    conventions: bool = False


def compare(before: Ledger, after: Ledger, reasons: ChangedRecords) -> LedgerChange:
    """Lines that were added, removed or changed between two ledgers, with reasons."""
    were = {line.group: (line, share) for line, share in before.shares}
    overlap: Cause = "conventions" if reasons.conventions else "overlap"
    changed, differing = [], []
    for line, share in after.shares:
        old, was = were.get(line.group, (None, 0.0))
        if old is not line:
            differing.append((line, share))
            continue
        del were[line.group]
        worths = line.decibans * was, line.decibans * share
        if not _is_close(*worths):
            changed.append(_change(line, *worths, overlap))
    pairs, came, went = _matched(_largest_first(were.values()), _largest_first(differing))
    changed += [
        _change(now, then, counted, _cause(old, now, reasons))
        for (old, then), (now, counted) in pairs
        if not _is_close(then, counted)
    ]
    return LedgerChange(
        lines_added=_ordered(_change(n, 0.0, w, _cause(None, n, reasons)) for n, w in came),
        lines_removed=_ordered(_change(n, w, 0.0, _cause(n, None, reasons)) for n, w in went),
        lines_changed=_ordered(changed),
        given=after.counted("given") - before.counted("given"),
        time=after.counted("time") - before.counted("time"),
        rivals=after.counted("rivals") - before.counted("rivals"),
        bound=after.counted("bound") - before.counted("bound"),
    )


def _change(line: GroupTotal, before: float, after: float, cause: Cause) -> LineChange:
    row = line.strongest
    return LineChange(
        id=row.id,
        kind=row.kind,
        theme=line.theme,
        before=before,
        after=after,
        cause=cause,
        evidence=line.evidence,
        state=row.state,
    )


_Counted = tuple[GroupTotal, float]
"""A line and its counted decibans."""


def _largest_first(lines: Iterable[tuple[GroupTotal, float]]) -> list[_Counted]:
    counted = [(line, line.decibans * share) for line, share in lines]
    return sorted(counted, key=lambda line: (-abs(line[1]), line[0].strongest.id))


def _matched(
    old: list[_Counted], new: list[_Counted]
) -> tuple[list[tuple[_Counted, _Counted]], list[_Counted], list[_Counted]]:
    """Lines in both, by kind and id, else by a shared member; lines that came; that went."""
    left = {line[0].strongest.key: line for line in old}
    pairs, unmatched, came = [], [], []
    for line in new:
        match = left.pop(line[0].strongest.key, None)
        if match is None:
            unmatched.append(line)
        else:
            pairs.append((match, line))
    for line in unmatched:
        own = _members(line[0])
        akin = next((key for key, other in left.items() if _members(other[0]) & own), None)
        if akin is None:
            came.append(line)
        else:
            pairs.append((left.pop(akin), line))
    return pairs, came, list(left.values())


def _members(line: GroupTotal) -> frozenset[str]:
    """The items and indicators that a line stands for; an absence stands for none of them."""
    if line.strongest.kind == "absence":
        return frozenset()
    return frozenset({line.strongest.id, *line.evidence, *(row.id for row in line.suppressed)})


def _cause(before: GroupTotal | None, after: GroupTotal | None, reasons: ChangedRecords) -> Cause:
    if before and after and _is_close(before.decibans, after.decibans):
        both = (before, after) if before.theme != after.theme else ()
        unchanged: Cause = "conventions" if reasons.conventions else "overlap"
        is_judged = any({line.strongest.id, *_members(line)} & reasons.judged for line in both)
        return "new judgement" if is_judged else unchanged
    was = _members(before) if before else frozenset()
    now = _members(after) if after else frozenset()
    rows = [line.strongest for line in (before, after) if line]
    here = {row.id for row in rows} | was | now
    other: Cause = "conventions" if reasons.conventions else "rivals"
    replacing = {reasons.restored[id] for id in now & reasons.restored.keys()}
    if (was | replacing) & reasons.removed:
        return "removal"
    if was & reasons.gone:
        return "superseded" if was & reasons.gone <= reasons.superseded else "retraction"
    if (here | replacing) & reasons.judged:
        return "new judgement"
    if replacing:
        return "retraction"
    if not here & reasons.new and other == "rivals" and _young(before) == _young(after):
        other = "age"
    elif "absence" in {row.kind for row in rows}:
        other = "new evidence" if before or here & reasons.new else "time"
    elif here & reasons.new:
        other = _by_evidence(before, after)
    return other


def _young(line: GroupTotal | None) -> dict[tuple[RowKey, ScenarioId], float]:
    """Decibans of the rows of a line as if they had not aged."""
    rows = (*line.counted_rows, *line.suppressed) if line else ()
    worths = ((row, column, worth) for row in rows for column, worth in row.values.items())
    return {(row.key, column): round(worth / row.age, 9) for row, column, worth in worths}


def _by_evidence(before: GroupTotal | None, after: GroupTotal | None) -> Cause:
    if before is None:
        return "new evidence"
    weaker = after is None or abs(after.decibans) < abs(before.decibans)
    return "reversal" if weaker and before.strongest.kind == "indicator" else "new witness"


def _ordered(changes: Iterable[LineChange]) -> tuple[LineChange, ...]:
    return tuple(sorted(changes, key=lambda c: (-abs(c.after - c.before), c.id)))
