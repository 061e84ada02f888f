"""Differences between two ledgers of one scenario, line by line, with their causes."""

import math
from collections.abc import Iterable
from functools import partial
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState
from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.ledger.ledger import Ledger, Line, LineKind
from scenarios.model import EvidenceId, ThemeId

Cause = Literal[
    "new evidence",
    "new witness",
    "retraction",
    "reversal",
    "overlap",
    "time",
    "rivals",
    "removal",
    "new judgement",
    "conventions",
]
"""The last three only between two databases: a record less, other grades, another tracker."""

_CLOSING: frozenset[LineKind] = frozenset({"given", "time", "rivals", "bound"})
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


def touched(known: Known, since: Known) -> frozenset[str]:
    """The items that `known` has and `since` has not, and the indicators that they fire."""
    ids = known.evidence.keys() - since.evidence.keys()
    return frozenset(ids).union(*(known.evidence[id].indicators for id in ids))


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """Items and indicators new, gone (removed too), or judged anew; if `conventions` changed."""

    new: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    conventions: bool = False


def compare(before: Ledger, after: Ledger, reasons: Reasons) -> LedgerChange:
    """Lines that were added, removed or changed between two ledgers, with reasons."""
    pairs, came, went = _matched(_evidence_lines(before), _evidence_lines(after))

    def change(old: Line | None, now: Line | None) -> LineChange:
        line = now or old
        assert line is not None  # noqa: S101 - a pair has at least one side
        return LineChange(
            id=line.id,
            kind=line.kind,
            theme=line.theme,
            before=old.counted_decibans if old else 0.0,
            after=now.counted_decibans if now else 0.0,
            cause=_cause(old, now, reasons),
            evidence=line.evidence,
            state=line.state,
        )

    return LedgerChange(
        lines_added=_ordered(change(None, line) for line in came),
        lines_removed=_ordered(change(line, None) for line in went),
        lines_changed=_ordered(change(old, now) for old, now in pairs if not _same(old, now)),
        given=after.counted("given") - before.counted("given"),
        time=after.counted("time") - before.counted("time"),
        rivals=after.counted("rivals") - before.counted("rivals"),
        bound=after.counted("bound") - before.counted("bound"),
    )


def _evidence_lines(ledger: Ledger) -> list[Line]:
    return [line for line in ledger.lines if line.kind not in _CLOSING and line.kind != "in-prior"]


def _matched(
    old: list[Line], new: list[Line]
) -> tuple[list[tuple[Line, Line]], list[Line], list[Line]]:
    """Lines in both, by kind and id, else by a shared member; lines that came; that went."""
    left = {(line.kind, line.id): line for line in old}
    pairs, unmatched, came = [], [], []
    for line in new:
        match = left.pop((line.kind, line.id), None)
        if match is None:
            unmatched.append(line)
        else:
            pairs.append((match, line))
    for line in unmatched:
        akin = next((key for key, other in left.items() if _members(other) & _members(line)), None)
        if akin is None:
            came.append(line)
        else:
            pairs.append((left.pop(akin), line))
    return pairs, came, list(left.values())


def _members(line: Line) -> frozenset[str]:
    """The items and indicators that a line stands for; an absence stands for none of them."""
    if line.kind == "absence":
        return frozenset()
    return frozenset({line.id, *line.evidence, *line.suppressed})


def _same(before: Line, after: Line) -> bool:
    return _is_close(before.counted_decibans, after.counted_decibans)


def _cause(before: Line | None, after: Line | None, reasons: Reasons) -> Cause:
    if before and after and _is_close(before.decibans, after.decibans):
        both = (before, after) if before.theme != after.theme else ()
        unchanged: Cause = "conventions" if reasons.conventions else "overlap"
        is_judged = any({line.id, *_members(line)} & reasons.judged for line in both)
        return "new judgement" if is_judged else unchanged
    was = _members(before) if before else frozenset()
    now = _members(after) if after else frozenset()
    here = {line.id for line in (before, after) if line} | was | now
    elsewhere: Cause = "conventions" if reasons.conventions else "rivals"
    if was & reasons.removed:
        return "removal"
    if was & reasons.gone:
        return "retraction"
    if here & reasons.judged:
        return "new judgement"
    if "absence" in {line.kind for line in (before, after) if line}:
        return "new evidence" if before or here & reasons.new else "time"
    return _by_evidence(before, after) if here & reasons.new else elsewhere


def _by_evidence(before: Line | None, after: Line | None) -> Cause:
    if before is None:
        return "new evidence"
    weaker = after is None or abs(after.decibans) < abs(before.decibans)
    return "reversal" if weaker and before.kind == "indicator" else "new witness"


def _ordered(changes: Iterable[LineChange]) -> tuple[LineChange, ...]:
    return tuple(sorted(changes, key=lambda c: (-abs(c.after - c.before), c.id)))
