"""The review on one page, for a reader who knows no decibans."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, diagnosticity, reading
from scenarios.analysis.forecasts import given, standing
from scenarios.analysis.period.period import Spread, Window, open_views
from scenarios.analysis.review.due import Due
from scenarios.analysis.review.review import About, Review, about
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.analysis.review.story import Headline, Story
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Analyst, Evidence, IndicatorId, IndicatorKey, Kind, ScenarioId
from scenarios.scales import held, jeffreys, probability

_IF_SEEN = "if-seen"
"""No item has this id: theirs begin with a date."""


TRIED = 60
"""Indicators whose effect is computed: those that could have the largest."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator not seen so far, and the implied probability now and if it were seen.

    It would be seen in one item graded A1 of the day. `movement_bits` is the movement then.
    """

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    state: ReadingState
    due: date | None
    watch: str | None
    implied: float
    if_seen: float
    movement_bits: float


def unseen(window: Window) -> list[IndicatorKey]:
    """The indicators of live scenarios that may still be seen: not past due, not observed."""
    return [
        (view.id, name)
        for view in open_views(window)
        for name, indicator in view.scenario.indicators.items()
        if indicator.due is None or indicator.due >= window.as_of
        if reading(window.now, (view.id, name)).state != "observed"
    ]


def watched(window: Window, keys: Iterable[IndicatorKey]) -> tuple[Watched, ...]:
    """Effects of the TRIED indicators that could have the largest, largest first."""
    most = sorted(keys, key=lambda key: (-_at_most(window, key), key))[:TRIED]
    effects = (_if_seen(window, key) for key in most)
    return tuple(sorted(effects, key=lambda e: (-e.movement_bits, e.scenario, e.indicator)))


def _at_most(window: Window, key: IndicatorKey) -> float:
    """The movement in bits if it counted in full."""
    worth = diagnosticity(window.now, key) * window.database.tracker.rating_strength
    implied = window.views[key[0]].implied
    ends = (probability(implied.decibans + sign * worth) for sign in (1, -1))
    return max(jeffreys(implied.probability, held(end)) for end in ends)


def _if_seen(window: Window, key: IndicatorKey) -> Watched:
    id, name = key
    indicator = window.database.scenarios[id].indicators[name]
    implied = window.views[id].implied.probability
    item = Evidence(
        indicator.statement,
        observed=window.as_of.isoformat(),
        recorded=window.as_of,
        reliability="A",
        credibility=1,
        theme=indicator.theme,
        indicators={f"{id}/{name}": "observed"},
    )
    seen = ChainMap({_IF_SEEN: item}, window.database.evidence)  # type: ignore[arg-type]
    database = msgspec.structs.replace(window.database, evidence=seen)
    after = window.odds.beside(database, {_IF_SEEN: item}).at(window.as_of).implied(id)
    return Watched(
        scenario=id,
        indicator=name,
        statement=indicator.statement,
        state=reading(window.now, key).state,
        due=indicator.due,
        watch=indicator.watch,
        implied=implied,
        if_seen=after,
        movement_bits=jeffreys(implied, after),
    )


TO_DECIDE = (
    "overdue",
    "unexplained-move",
    "gap",
    "not-reviewed",
    "one-origin",
    "weak-line",
    "sum-not-one",
    "implies-broken",
    "past-due",
    "unrated",
)
"""Rules whose findings wait for a judgement, the urgent ones first; others are upkeep."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one rule, which wait for a judgement about their `subjects`.

    The `analysts` are those whose forecasts stand on these questions, or who forecast them last,
    and who recorded the items; none where nobody is known.
    """

    rule: str
    kind: Kind
    subjects: tuple[str, ...]
    analysts: tuple[Analyst, ...]


def decisions(
    window: Window, findings: Iterable[Finding], scenarios: Sequence[StatusRow]
) -> tuple[Decision, ...]:
    """The findings that wait for a judgement, by rule, in the order of `TO_DECIDE`.

    Questions stand in the order of their movement, or of the gap where it is about that.
    """
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    moved = {row.id: float(n) for n, row in enumerate(largest_first(scenarios))}
    gaps = {row.id: -abs(row.gap_decibans or 0.0) for row in scenarios}

    def in_order(rule: str) -> list[str]:
        ranks = gaps if rule == "gap" else moved
        subjects = dict.fromkeys(finding.subject for finding in rules[rule])
        return sorted(subjects, key=lambda subject: ranks.get(subject, 0.0))

    return tuple(
        Decision(
            rule=rule,
            kind=rules[rule][0].kind,
            subjects=tuple(in_order(rule)),
            analysts=tuple(sorted({who for own in rules[rule] for who in _asked(window, own)})),
        )
        for rule in TO_DECIDE
        if rule in rules
    )


def _asked(window: Window, finding: Finding) -> Iterator[Analyst]:
    database = window.database
    if finding.kind == "forecasts":
        yield database.sheets[finding.record].analyst
    elif finding.kind == "evidence":
        recorder = database.evidence[finding.record].analyst
        yield from (recorder,) if recorder else ()
    elif finding.kind == "scenario":
        forecasts = given(database, finding.record, None, window.as_of)
        stands = standing(database, finding.record, window.as_of)
        yield from stands or (forecast.analyst for forecast in forecasts[-1:])


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """The story in short and in full, open questions, what to decide and to watch, and due tasks.

    A page shows the first of each list and counts the rest. `unreviewed` are those without a
    recent forecast; of the `unseen` indicators `watch` has those that could tell most.
    """

    tracker: About
    as_of: date
    since: date
    headline: Headline
    story: Story
    scenarios: tuple[StatusRow, ...]
    decisions: tuple[Decision, ...]
    unreviewed: tuple[ScenarioId, ...]
    watch: tuple[Watched, ...]
    unseen: int
    spreads: tuple[Spread, ...]
    due: Due


def brief(window: Window, review: Review) -> Brief:
    """Return the short form of a window's review."""
    keys = unseen(window)
    return Brief(
        tracker=about(window.database.tracker),
        as_of=window.as_of,
        since=window.since,
        headline=review.headline,
        story=review.story,
        scenarios=tuple(row for row in review.scenarios if row.outcome is None),
        decisions=decisions(window, review.every_finding, review.scenarios),
        unreviewed=tuple(f.record for f in review.every_finding if f.rule == "not-reviewed"),
        watch=watched(window, keys),
        unseen=len(keys),
        spreads=tuple(review.spreads),
        due=review.due,
    )
