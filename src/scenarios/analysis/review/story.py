"""The story of a review: steps, causes, reasons and news of a window, for every sentence of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.forecasts import given
from scenarios.analysis.period.period import ScenarioView, Window, open_views
from scenarios.analysis.review.moves import Amendment, Cause, CauseKind, Move, Restated, Restatement
from scenarios.analysis.review.outcomes import JointOutcome, ResolvedScenario, by_outcome
from scenarios.analysis.review.status import withheld
from scenarios.analysis.review.steps import Step, StepCause, main_step, steps
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.scales import MOVED_BITS, jeffreys, printed, probability

FigureKind = Literal["stated", "implied"]
_BESIDE = 1 / 3
"""A second cause is named where it did at least this share of what the first did."""
_NAMED = 2
STALE_DAYS = 30
"""Days after the newest record from which a quiet week says when there was news."""


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A cause of one move: a row of the ledger with its decibans, or of a step without an analyst.

    `subjects` and `evidence` are those of the cause; `given` and `overlap` have their driver in
    `by`, a `restated` cause has its `changes`.
    """

    kind: CauseKind | StepCause
    subjects: tuple[str, ...] = ()
    evidence: tuple[EvidenceId, ...] = ()
    decibans: float | None = None
    day: date | None = None
    by: Because | None = None
    changes: tuple[Amendment, ...] = ()


class StatedMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability over the window, its steps, and the main one, which sentences quote.

    `because` are at most two causes of the ledger that were known on the day of that step and go
    its way, the largest first; or the cause of a step without an analyst. `against` are the
    analysts' steps the other way.
    """

    from_: float | None
    to: float | None
    analysts: int
    steps: tuple[Step, ...]
    main_step: Step | None
    because: tuple[Because, ...]
    against: tuple[Step, ...]


class ImpliedMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """An implied probability over the window, with every cause, the largest effect first.

    `because` are at most two of them that go the way of the move, the largest first.
    """

    from_: float | None
    to: float
    decibans: float
    causes: tuple[Because, ...]
    because: tuple[Because, ...]


class ScenarioStory(msgspec.Struct, frozen=True, kw_only=True):
    """Move of a scenario; `figure` comes first, and the implied one too where it is `apart`.

    It is `only_restated` if later changes of records alone moved it.
    """

    scenario: ScenarioId
    figure: FigureKind
    stated: StatedMove | None
    implied: ImpliedMove
    apart: bool
    only_restated: bool
    movement_bits: float

    @property
    def shown_figures(self) -> tuple[float, float]:
        """The figure that sentences give first, before and after."""
        side = self.stated if self.figure == "stated" else self.implied
        before, after = side.from_ if side else None, side.to if side else None
        assert before is not None  # noqa: S101 - there is a figure
        assert after is not None  # noqa: S101 - there is a figure
        return before, after


class FirstForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A question that had been open, and was forecast for the first time."""

    scenario: ScenarioId
    analysts: tuple[Analyst, ...]
    probability: float


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The news of a window, in the order of the lead.

    `moves` are in order of size; where evidence moved a figure, moves by joining and moves without
    an analyst come last. `live` are the open questions, of which `opened` are new, those of the
    `withheld` files are unknown, and `forecast` of the others were forecast. `newest` is the day of
    the newest record, if nothing happened and it is long past. The commit `reported` has the
    figures of that day for those `changed_since`.
    """

    as_of: date
    since: date
    outcomes: tuple[JointOutcome, ...]
    resolved: tuple[ResolvedScenario, ...]
    restated: tuple[Restated, ...]
    moves: tuple[ScenarioStory, ...]
    causes: tuple[Cause, ...]
    opened: tuple[ScenarioId, ...]
    first_forecasts: tuple[FirstForecast, ...]
    live: int
    forecast: int
    new_evidence: int
    withheld: tuple[str, ...]
    state: Literal["empty", "unopened", "open", "resolved"]
    newest: date | None
    reported: str | None
    changed_since: tuple[ScenarioId, ...]

    @property
    def moved(self) -> tuple[ScenarioStory, ...]:
        """Moves that do not come from later changes of records alone."""
        return tuple(move for move in self.moves if not move.only_restated)

    @property
    def notable(self) -> tuple[ScenarioStory, ...]:
        """The moves worth a sentence, in the order of the sentences."""
        return tuple(move for move in self.moved if move.movement_bits >= MOVED_BITS)

    def of(self, id: ScenarioId) -> ScenarioStory | None:
        """The story of one scenario, if it moved."""
        return next((move for move in self.moves if move.scenario == id), None)


class TopMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The largest move, by the figure that comes first, with its causes and the reason quoted."""

    scenario: ScenarioId
    figure: FigureKind
    from_: float
    to: float
    because: tuple[Because, ...]
    rationale: str | None
    analyst: Analyst | None


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects and figures of the lead in short; the `story` has them in full.

    `moved` and `live` are None, and `withheld` is a path, if a file of a question is unreadable.
    """

    resolved: tuple[JointOutcome, ...]
    restated: tuple[ScenarioId, ...]
    top: TopMove | None
    moved: int | None
    live: int | None
    opened: int
    forecast: int
    new_evidence: int
    withheld: str | None


def story(
    window: Window,
    moves: Sequence[Move],
    causes: Sequence[Cause],
    resolved: Sequence[ResolvedScenario],
    restatement: Restatement | None,
) -> Story:
    """The story of a window, from its moves and their causes."""
    rows = restatement.figures if restatement else ()
    maker = _StoryMaker(window, causes, {row.scenario: row for row in rows})
    live = list(open_views(window))
    older = [view for view in live if view.odds_before]
    first = tuple(_first_forecasts(window, older))
    stories = sorted(map(maker.of, moves), key=lambda move: (-move.movement_bits, move.scenario))
    if any(_is_by_evidence(move) for move in stories):
        stories.sort(key=_is_by_joining)
    changed = window.odds.changed(window.since, window.as_of).values()
    new = [item for item in changed if window.since < item.recorded]
    large = any(move.movement_bits >= MOVED_BITS for move in stories)
    quiet = not (large or resolved or rows or first or new or len(live) > len(older))
    last = latest_day(window.database, window.as_of) if quiet else None
    return Story(
        as_of=window.as_of,
        since=window.since,
        outcomes=by_outcome(window, resolved),
        resolved=tuple(resolved),
        restated=rows,
        moves=tuple(stories),
        causes=tuple(causes),
        opened=tuple(view.id for view in live if not view.odds_before),
        first_forecasts=first,
        live=len(live),
        forecast=sum(bool(view.given) for view in older),
        new_evidence=len(new),
        withheld=_unreadable(window),
        state=_state(window, len(live)),
        newest=last if last and (window.as_of - last).days > STALE_DAYS else None,
        reported=restatement.reported if restatement else None,
        changed_since=restatement.changed_since if restatement else (),
    )


def _unreadable(window: Window) -> tuple[str, ...]:
    """The files that withhold figures of questions without an outcome."""
    rows = withheld(window.database, window.as_of)
    return tuple(dict.fromkeys(row.withheld for row in rows if row.withheld and not row.outcome))


def _state(window: Window, live: int) -> Literal["empty", "unopened", "open", "resolved"]:
    """State of the database: nothing asked, opened, open or all resolved."""
    if not window.database.scenarios and not window.database.withheld:
        return "empty"
    if live or window.database.withheld:
        return "open"
    return "resolved" if window.views else "unopened"


def headline(of: Story) -> Headline:
    """The lead of a story in short."""
    moved, top = of.moved, next(iter(of.notable), None)
    path = next(iter(of.withheld), None)
    return Headline(
        resolved=of.outcomes,
        restated=tuple(row.scenario for row in of.restated),
        top=_top(top) if top else None,
        moved=None if path else len(moved),
        live=None if path else of.live,
        opened=len(of.opened),
        forecast=of.forecast,
        new_evidence=of.new_evidence,
        withheld=path,
    )


def quoted(moves: Iterable[Move], of: Story) -> tuple[Move, ...]:
    """The moves with the reason, and the analyst, that the story quotes of each."""
    by_id = {move.scenario: move.stated for move in of.moves}

    def with_reason(move: Move) -> Move:
        side = by_id[move.scenario]
        step = side.main_step if side else None
        if move.stated is None or step is None:
            return move
        shift = replace(move.stated, rationale=step.reason, analyst=step.analyst)
        return replace(move, stated=shift)

    return tuple(map(with_reason, moves))


class _StoryMaker:
    """Tells the story of each move from the causes by scenario."""

    def __init__(
        self, window: Window, causes: Sequence[Cause], restated: Mapping[ScenarioId, Restated]
    ) -> None:
        self._window, self._restated = window, restated
        self._by: dict[ScenarioId, list[tuple[float, Cause]]] = {}
        for cause in causes:
            for effect in cause.effects:
                self._by.setdefault(effect.scenario, []).append((effect.decibans, cause))
        for parts in self._by.values():
            parts.sort(key=lambda part: -abs(part[0]))

    def of(self, move: Move) -> ScenarioStory:
        view = self._window.views[move.scenario]
        implied, stated = self._implied(view), self._stated(view)
        shown = [
            name
            for name, before, after in (
                ("stated", stated.from_ if stated else None, stated.to if stated else None),
                ("implied", implied.from_, implied.to),
            )
            if _visible(before, after)
        ]
        same = stated and implied.because[:1] and _same(stated.because, implied.because)
        step = stated.main_step if stated else None
        own = step and step.analyst and step.cause is None
        is_stated = "stated" in shown and (own or same or shown == ["stated"])
        return ScenarioStory(
            scenario=move.scenario,
            figure="stated" if is_stated else "implied",
            stated=stated,
            implied=implied,
            apart=len(shown) > 1 and not same,
            only_restated=self._is_only_restated(view, stated),
            movement_bits=max(view.stated_bits, view.implied_bits),
        )

    def _is_only_restated(self, view: ScenarioView, stated: StatedMove | None) -> bool:
        """True if neither figure would have moved without later changes of records."""
        if view.id not in self._restated or view.implied_before is None:
            return False
        before = probability(view.implied_before.decibans + view.restated_decibans)
        own = stated.steps[view.restated_stated :] if stated else ()
        return not own and not _visible(before, view.implied.probability)

    def _implied(self, view: ScenarioView) -> ImpliedMove:
        before = view.implied_before
        change = view.implied.decibans - before.decibans if before else 0.0
        parts = self._causes(view.id)
        return ImpliedMove(
            from_=before.probability if before else None,
            to=view.implied.probability,
            decibans=change,
            causes=parts,
            because=_largest(parts, change),
        )

    def _stated(self, view: ScenarioView) -> StatedMove | None:
        was, now = view.stated_before, view.stated
        if was is None and now is None:
            return None
        changes = self._changes(view.id)
        is_team = bool(changes) and all(change.field == "team.extremize" for change in changes)
        taken = steps(self._window, view, "extremize" if is_team else "restated")
        before, after = was.probability if was else None, now.probability if now else None
        way = (after or 0.0) - (before or 0.0)
        step = main_step(taken, way) if before is not None and after is not None else None
        last = taken[-1] if after is None and taken else step
        because: tuple[Because, ...] = ()
        if last and (last.analyst is None or last.cause):
            assert last.cause  # noqa: S101 - a step without an analyst has one
            changes = changes if last is taken[0] and view.restated_stated else ()
            subjects = last.subjects or ((last.analyst,) if last.analyst else ())
            because = (Because(kind=last.cause, subjects=subjects, changes=changes),)
        elif last:
            known = [part for part in self._causes(view.id) if _known_by(part, last.day)]
            because = _largest(known, way)
        return StatedMove(
            from_=before,
            to=after,
            analysts=len(now.analysts) if now else 0,
            steps=taken,
            main_step=step,
            because=because,
            against=tuple(
                other for other in taken if step and other.analyst and other.size(way) < 0
            ),
        )

    def _causes(self, id: ScenarioId) -> tuple[Because, ...]:
        return tuple(
            replace(
                _because(worth, cause),
                by=self._driver(id, cause),
                changes=self._changes(id) if cause.kind == "restated" else (),
            )
            for worth, cause in self._by.get(id, ())
        )

    def _changes(self, id: ScenarioId) -> tuple[Amendment, ...]:
        row = self._restated.get(id)
        return row.because if row else ()

    def _root_causes(self, id: ScenarioId) -> list[tuple[float, Cause]]:
        """The causes of a scenario that do not follow from others, largest first."""
        follows = ("rivals", "overlap", "bound")
        return [part for part in self._by.get(id, ()) if part[1].kind not in follows]

    def _driver(self, id: ScenarioId, cause: Cause) -> Because | None:
        """The driver of the linked question, or of the overlap."""
        of: list[tuple[float, Cause]] = []
        if cause.kind == "overlap":
            of = [part for part in self._root_causes(id) if part[1].evidence or part[1].day]
        elif cause.kind == "given" and cause.subjects:
            of = self._root_causes(cause.subjects[0])
        return _because(*of[0]) if of else None


def _because(worth: float, cause: Cause) -> Because:
    return Because(
        kind=cause.kind,
        subjects=cause.subjects,
        evidence=cause.evidence,
        decibans=worth,
        day=cause.day,
    )


def _known_by(cause: Because, day: date) -> bool:
    """True if all of a cause, or its driver, was known on a day; always for the passing of time."""
    if cause.kind in ("time", "restated"):
        return cause.kind == "time"
    last = cause.day or (cause.by.day if cause.by else None)
    return last is not None and last <= day


def _visible(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return False
    return jeffreys(before, after) >= MOVED_BITS or printed(before) != printed(after)


def _largest(parts: Iterable[Because], change: float) -> tuple[Because, ...]:
    """The main cause that moved it the same way, whatever its kind, and a second that is large.

    A second that drove the first, or was driven by it, is left out as a repetition.
    """
    same = [part for part in parts if (part.decibans or 0.0) * change > 0]
    named = same[:1]
    for part in same[1:]:
        is_large = abs(part.decibans or 0.0) >= abs(same[0].decibans or 0.0) * _BESIDE
        if is_large and len(named) < _NAMED and _behind(part) != _behind(same[0]):
            named.append(part)
    return tuple(named)


def _same(causes: Sequence[Because], others: Sequence[Because]) -> bool:
    """True if the first of each is the same cause, of a step or of the ledger."""
    firsts = [(cause.kind, cause.subjects) for each in (causes, others) for cause in each[:1]]
    items = [cause.evidence for each in (causes, others) for cause in each[:1] if cause.evidence]
    return len(firsts) > 1 and firsts[0] == firsts[1] and len({*items}) <= 1


def _behind(cause: Because) -> tuple[str, ...]:
    """The kind, subjects and items behind a cause in the end."""
    last = cause.by or cause
    return last.kind, *last.subjects, *last.evidence


def _is_by_evidence(move: ScenarioStory) -> bool:
    bits = jeffreys(move.implied.from_, move.implied.to)
    return bits >= MOVED_BITS and any(cause.evidence for cause in move.implied.because)


def _is_by_joining(move: ScenarioStory) -> bool:
    """True if an analyst who joined, or no analyst, moved it, and no evidence did."""
    step = move.stated.main_step if move.stated else None
    is_own = step is not None and step.analyst is not None and step.cause is None
    bits = jeffreys(move.implied.from_, move.implied.to)
    return not is_own and bits < MOVED_BITS and step is not None


def _top(move: ScenarioStory) -> TopMove:
    side = move.stated if move.figure == "stated" and move.stated else move.implied
    step = move.stated.main_step if move.figure == "stated" and move.stated else None
    before, after = move.shown_figures
    return TopMove(
        scenario=move.scenario,
        figure=move.figure,
        from_=before,
        to=after,
        because=side.because,
        rationale=step.reason if step else None,
        analyst=step.analyst if step else None,
    )


def _first_forecasts(window: Window, views: Iterable[ScenarioView]) -> Iterator[FirstForecast]:
    """Yield the questions without a forecast before the window."""
    for view in views:
        if view.stated and view.given and not given(window.database, view.id, None, window.since):
            yield FirstForecast(
                scenario=view.id, analysts=view.stated.analysts, probability=view.stated.probability
            )
