"""The news of a review: its order, what stands under which event, and the lead in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.evidence.knowledge import state as state_of
from scenarios.analysis.forecasts import forecasts_between
from scenarios.analysis.period.period import ScenarioView, Window, open_views
from scenarios.analysis.review.causes import CauseFinder, ChangeCause, event_of, main_causes
from scenarios.analysis.review.moves import ImpliedChange
from scenarios.analysis.review.outcomes import (
    JointOutcome,
    NewsEvent,
    ResolvedScenario,
    by_outcome,
    news_events,
    surprise_bits,
)
from scenarios.analysis.review.restated import RestatedFigures, Restatement
from scenarios.analysis.review.status import withheld
from scenarios.analysis.review.steps import StatedMove, stated_move
from scenarios.model import Analyst, EvidenceId, ScenarioId, SetId
from scenarios.scales import EVEN, decibans, has_moved, jeffreys

FigureKind = Literal["stated", "implied"]
NewsKind = Literal["surprise", "restated", "move", "expected", "opened", "first-forecast", "event"]
NEWS_BITS, SURPRISE_BITS = 0.02, 0.5
"""A move and an outcome are news from this size on."""
STALE_DAYS = 30
"""Days after the newest record from which a quiet week names the day to look at."""


class ImpliedMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """An implied probability over the window, with every cause, the largest effect first.

    `because` are at most two of them that go the way of the move, the largest first.
    """

    from_: float
    to: float
    decibans: float
    causes: tuple[ChangeCause, ...]
    because: tuple[ChangeCause, ...]


class ScenarioStory(msgspec.Struct, frozen=True, kw_only=True):
    """Both figures of a scenario over the window; the quoted one is `figure`.

    `teller` is the member by which its set is told, else itself; `event` the key of the event under
    which it stands. `movement_bits` are those of the quoted figure.
    """

    scenario: ScenarioId
    set: SetId | None
    teller: ScenarioId
    figure: FigureKind
    stated: StatedMove | None
    implied: ImpliedMove
    event: str | None
    movement_bits: float

    @property
    def shown_figures(self) -> tuple[float | None, float | None]:
        """The quoted figure, before and after."""
        side = self.stated if self.figure == "stated" and self.stated else self.implied
        return side.from_, side.to

    @property
    def has_moved(self) -> bool:
        """True if one of the figures is shown as another."""
        sides = (self.stated, self.implied)
        return any(side is not None and has_moved(side.from_, side.to) for side in sides)


class FirstForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A question that had been open, and was forecast for the first time."""

    scenario: ScenarioId
    analysts: tuple[Analyst, ...]
    probability: float


class NewsItem(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of news: its scenario (of a set that which tells it), or its event; its bits."""

    kind: NewsKind
    scenario: ScenarioId | None = None
    event: str | None = None
    bits: float = 0.0


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The news of a window, in their order, and all that they are about.

    `moves` are the open questions with a figure or a step that changed, by size. `live` are the
    open questions, of which `opened` are new, those of the `withheld` files are unknown, and
    `forecast` of the others were forecast. `newest` is the day of the newest record, if nothing was
    recorded in the window. The commit `reported` has the figures of that day for those
    `changed_since`.
    """

    as_of: date
    since: date
    news: tuple[NewsItem, ...]
    events: tuple[NewsEvent, ...]
    moves: tuple[ScenarioStory, ...]
    outcomes: tuple[JointOutcome, ...]
    resolved: tuple[ResolvedScenario, ...]
    restated: tuple[RestatedFigures, ...]
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
        """The moves of which a figure is shown as another."""
        return tuple(move for move in self.moves if move.has_moved)

    @property
    def notable(self) -> tuple[ScenarioStory, ...]:
        """The moves that are news, in their order; a set once."""
        ids = [news.scenario for news in self.news if news.kind == "move"]
        return tuple(move for id in ids for move in self.moves if move.scenario == id)

    @property
    def is_quiet(self) -> bool:
        """True if something is open, and nothing but perhaps an event is news."""
        return self.live > 0 and all(news.kind == "event" for news in self.news)

    @property
    def is_stale(self) -> bool:
        """True if the newest record is so old that the day to look at is named."""
        return self.newest is not None and (self.as_of - self.newest).days > STALE_DAYS

    def of(self, id: ScenarioId) -> ScenarioStory | None:
        """The story of one scenario, if it changed."""
        return next((move for move in self.moves if move.scenario == id), None)

    def event(self, key: str | None) -> NewsEvent | None:
        """The event of that key."""
        return next((event for event in self.events if event.key == key), None)


class TopMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The first move of the news, with the causes of an implied figure, or the reason quoted."""

    scenario: ScenarioId
    figure: FigureKind
    from_: float
    to: float
    because: tuple[ChangeCause, ...]
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
    resolved: Sequence[ResolvedScenario],
    restatement: Restatement | None,
    *,
    looks_back: bool = True,
) -> Story:
    """The story of a window by today's files; `looks_back`, with the evidence since forecasts."""
    live = list(open_views(window))
    older = [view for view in live if view.odds_before]
    outcomes, rows = by_outcome(window, resolved), restatement.figures if restatement else ()
    changed = _told_together(_moves(window, older, looks_back=looks_back))
    moves = [m for m in changed if m.has_moved or (m.stated and m.stated.steps)]
    decided = [end for end in outcomes if end.occurred or end.annulled or not end.set]
    events = news_events(window, decided, _sizes(window, changed))
    moves = [replace(move, event=_event(window, move, events)) for move in moves]
    moves.sort(key=lambda move: (-_rank(move), -_size(move), move.scenario))
    first = tuple(_first_forecasts(window, older))
    opened = tuple(view.id for view in live if not view.odds_before)
    new = window.between[1].evidence
    sheets = (sheet.date for sheet in window.database.sheets.values())
    is_new = new or resolved or any(window.since < day <= window.as_of for day in sheets)
    news = [*_outcomes(decided, resolved), *([NewsItem(kind="restated")] if rows else [])]
    news += [
        NewsItem(kind="move", scenario=move.scenario, event=move.event, bits=_rank(move))
        for move in moves
        if move.teller == move.scenario and move.movement_bits >= NEWS_BITS
    ]
    news += [NewsItem(kind="opened", scenario=id) for id in opened]
    news += [NewsItem(kind="first-forecast", scenario=each.scenario) for each in first]
    news.sort(key=lambda item: _ORDER.index(item.kind))
    listed = [
        replace(event, scenarios=tuple(move.scenario for move in moves if move.event == key))
        for key, event in events.items()
    ]
    listed.sort(key=lambda event: (-event.decibans, event.key))
    if not news and listed and listed[0].decibans:
        news.append(NewsItem(kind="event", event=listed[0].key))
    keys = [item.event for item in news if item.event]
    listed.sort(key=lambda event: keys.index(event.key) if event.key in keys else len(keys))
    return Story(
        as_of=window.as_of,
        since=window.since,
        news=tuple(news),
        events=tuple(listed),
        moves=tuple(moves),
        outcomes=outcomes,
        resolved=tuple(resolved),
        restated=rows,
        opened=opened,
        first_forecasts=first,
        live=len(live),
        forecast=sum(bool(view.given) for view in older),
        new_evidence=len(new),
        withheld=_unreadable(window),
        state=_state(window, len(live)),
        newest=None if is_new else latest_day(window.database, window.as_of),
        reported=restatement.reported if restatement else None,
        changed_since=restatement.changed_since if restatement else (),
    )


_ORDER: tuple[NewsKind, ...] = (
    *("surprise", "restated", "move", "expected", "opened", "first-forecast", "event"),
)


def _moves(
    window: Window, views: Iterable[ScenarioView], *, looks_back: bool
) -> Iterator[ScenarioStory]:
    """Yield the scenarios with a figure or a step that changed, each by itself."""
    finder = CauseFinder(window.odds)
    for view in views:
        before, now = finder.figure(view.id, window.since), view.implied.probability
        stated = stated_move(window, view, finder if looks_back else None)
        if before == now and not (stated and (stated.steps or stated.from_ != stated.to)):
            continue
        causes = finder.of(view.id, window.since, window.as_of)
        change = view.implied.decibans - decibans(before)
        yield ScenarioStory(
            scenario=view.id,
            set=view.scenario.set,
            teller=view.id,
            figure="stated" if stated and stated.is_own else "implied",
            stated=stated,
            implied=ImpliedMove(
                from_=before,
                to=now,
                decibans=change,
                causes=causes,
                because=main_causes(causes, change),
            ),
            event=None,
            movement_bits=0.0,
        )


def _told_together(moves: Iterable[ScenarioStory]) -> list[ScenarioStory]:
    """The moves with the figure that is quoted in their whole set, and the member that tells it."""
    units: dict[str, list[ScenarioStory]] = {}
    for move in moves:
        units.setdefault(f"set {move.set}" if move.set else move.scenario, []).append(move)
    together = []
    for unit in units.values():
        is_stated = any(move.figure == "stated" for move in unit)
        quoted = [
            replace(move, figure="stated" if is_stated and move.stated else "implied")
            for move in unit
        ]
        sized = [replace(move, movement_bits=jeffreys(*move.shown_figures)) for move in quoted]
        gained = [move for move in sized if _change(move) > 0]
        teller = min(gained or sized, key=lambda move: (-move.movement_bits, move.scenario))
        together += [replace(move, teller=teller.scenario) for move in sized]
    return together


def _change(move: ScenarioStory) -> float:
    before, after = move.shown_figures
    return 0.0 if before is None or after is None else after - before


def _rank(move: ScenarioStory) -> float:
    """Bits by which a move stands in the order of the news: doubled where it crossed 50 %."""
    before, after = move.shown_figures
    if before is None or after is None:
        return 0.0
    return move.movement_bits * (2 if (before - EVEN) * (after - EVEN) < 0 else 1)


def _size(move: ScenarioStory) -> float:
    """The larger movement of both figures, for those whose quoted figure did not move."""
    stated = jeffreys(move.stated.from_, move.stated.to) if move.stated else 0.0
    return max(stated, jeffreys(move.implied.from_, move.implied.to))


def _keys(window: Window, items: Iterable[EvidenceId]) -> list[str]:
    """The keys of the events of these items."""
    return [event_of(id, window.database.evidence[id]) for id in items]


def _sizes(window: Window, moves: Iterable[ScenarioStory]) -> dict[str, float]:
    """The sum of the sizes of the effects of each event on open questions, in decibans."""
    sizes: dict[str, float] = {}
    for move in moves:
        for cause in move.implied.causes:
            for key in _keys(window, cause.items[:1]):
                sizes[key] = sizes.get(key, 0.0) + abs(cause.decibans)
    return sizes


def _event(window: Window, move: ScenarioStory, events: Mapping[str, NewsEvent]) -> str | None:
    """The event that the steps cite, of several or of none that which moved its evidence most."""
    ranked = [key for c in move.implied.causes for key in _keys(window, c.items[:1])]
    here = [key for key in ranked if key in events]
    reason = move.stated.reason if move.stated else None
    own = (
        reason.evidence if reason and reason.evidence else move.stated.cited if move.stated else ()
    )
    cited = [key for key in _keys(window, own) if key in events]
    return next((key for key in here if key in cited), None) or next(iter((*cited, *here)), None)


def _outcomes(
    ends: Iterable[JointOutcome], resolved: Iterable[ResolvedScenario]
) -> Iterator[NewsItem]:
    """Yield the outcomes, the most surprising first."""
    last = {entry.scenario: entry for entry in resolved}
    items = []
    for end in ends:
        bits = surprise_bits(end, last)
        [id, *_] = (*end.occurred, *end.did_not_occur, *end.annulled)
        kind: NewsKind = "surprise" if bits >= SURPRISE_BITS and not end.annulled else "expected"
        items.append(NewsItem(kind=kind, scenario=id, bits=bits))
    yield from sorted(items, key=lambda item: -item.bits)


def _unreadable(window: Window) -> tuple[str, ...]:
    """The files that withhold figures of questions without an outcome."""
    rows = withheld(window.database, window.as_of)
    return tuple(dict.fromkeys(row.withheld for row in rows if row.withheld and not row.outcome))


def _state(window: Window, live: int) -> Literal["empty", "unopened", "open", "resolved"]:
    """State of the database: nothing asked, opened, open or all resolved."""
    if not window.database.scenarios and not window.database.withheld:
        return "empty"
    quantities = [id for id in window.database.quantities if id not in window.database.withheld]
    states = {state_of(window.database, id, window.as_of) for id in quantities} - {"unopened"}
    if live or window.database.withheld or states - {"resolved"}:
        return "open"
    return "resolved" if window.views or states else "unopened"


def headline(of: Story) -> Headline:
    """The lead of a story in short."""
    top, path = next(iter(of.notable), None), next(iter(of.withheld), None)
    return Headline(
        resolved=of.outcomes,
        restated=tuple(row.scenario for row in of.restated),
        top=_top(top) if top else None,
        moved=None if path else len(of.moved),
        live=None if path else of.live,
        opened=len(of.opened),
        forecast=of.forecast,
        new_evidence=of.new_evidence,
        withheld=path,
    )


def _top(move: ScenarioStory) -> TopMove:
    before, after = move.shown_figures
    assert before is not None and after is not None  # noqa: S101, PT018 - what moved has both
    reason = move.stated.reason if move.stated and move.figure == "stated" else None
    return TopMove(
        scenario=move.scenario,
        figure=move.figure,
        from_=before,
        to=after,
        because=() if move.figure == "stated" else move.implied.because,
        rationale=reason.text if reason else None,
        analyst=reason.analyst if reason else None,
    )


def quoted(moves: Iterable[ImpliedChange], of: Story) -> tuple[ImpliedChange, ...]:
    """The moves with the reason, and the analyst, that the story quotes of each."""

    def with_reason(move: ImpliedChange) -> ImpliedChange:
        scenario_story = of.of(move.scenario)
        reason = scenario_story.stated.reason if scenario_story and scenario_story.stated else None
        if move.stated is None or reason is None:
            return move
        shift = replace(move.stated, rationale=reason.text, analyst=reason.analyst)
        return replace(move, stated=shift)

    return tuple(map(with_reason, moves))


def _first_forecasts(window: Window, views: Iterable[ScenarioView]) -> Iterator[FirstForecast]:
    """Yield the questions without a forecast before the window."""
    for view in views:
        if (
            view.stated
            and view.given
            and not forecasts_between(window.database, view.id, None, window.since)
        ):
            yield FirstForecast(
                scenario=view.id, analysts=view.stated.analysts, probability=view.stated.probability
            )
