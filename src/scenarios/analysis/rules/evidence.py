"""Findings about evidence: how it is graded, confirmed and rated, and what rests on it."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, KeysView, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta

from scenarios.analysis.evidence.indicators import diagnosticity, reading
from scenarios.analysis.evidence.knowledge import contends, resolved
from scenarios.analysis.ledger.contributions import GroupTotal, ties
from scenarios.analysis.period.period import (
    ScenarioView,
    Window,
    open_views,
    sets_of,
    unresolved,
)
from scenarios.analysis.rules.rule import (
    Finding,
    note,
    of_evidence,
    of_indicator,
    of_scenario,
    several,
)
from scenarios.model import EvidenceId, ScenarioId, SetId
from scenarios.scales import MOVED_BITS, base_rate, is_off_class, percent, rating_decibans
from scenarios.text import counted
from scenarios.values import indicator_key

CLASH_STEPS = 3
"""A letter and a digit this many steps apart (A4, B5, D1) say opposite things."""
LEAST_SHARE, WEAK = 1 / 3, "D"
"""The least share of a move that a weak line carries, and the best letter of one."""
_DATED = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})(?:([/_-])([0-9]{1,2})\2([0-9]{1,2})"
    r"|([0-9]{2})([0-9]{2}))(?![0-9])"
)


@note("uncorroborated", "Evidence graded confirmed that nothing corroborates")
def uncorroborated(window: Window) -> Iterator[Finding]:
    """Credibility 1 means confirmed by independent sources, and no known item confirms this one.

    Items confirm it that `corroborated_by` names or that share its `event`, of another origin.

    Example: `credibility: 1`, and no other item has the same `event`.
    To do: record what confirms it and name it in `corroborated_by`, or grade it 2 or lower.
    """
    events: dict[str, set[str]] = {}
    for id, item in window.now.evidence.items():
        if item.event:
            events.setdefault(item.event, set()).add(origin_of(window, id))
    for id, item in window.now.evidence.items():
        confirmed = {origin_of(window, c) for c in item.corroborated_by if c in window.now.evidence}
        confirmed |= events.get(item.event or "", set())
        if item.credibility == 1 and not confirmed - {origin_of(window, id)}:
            message = "graded 1 (confirmed), but no known item of another origin corroborates it"
            yield of_evidence("uncorroborated", id, message, "credibility")


@note("grade-clash", "Reliability and credibility that say opposite things")
def grade_clash(window: Window) -> Iterator[Finding]:
    """Reliability and credibility three steps apart or more say opposite things.

    Example: A4, a fully reliable source of a doubtful item, or D1. F and 6 never clash.
    To do: grade the source and the item anew, each by itself.
    """
    for id, item in window.now.evidence.items():
        both = item.grade(window.database.sources)
        if both[0] == "F" or both[1] == "6":
            continue
        if abs("ABCDE".index(both[0]) + 1 - int(both[1])) >= CLASH_STEPS:
            message = f"graded {both}: reliability and credibility say opposite things"
            yield of_evidence("grade-clash", id, message, "credibility")


@note("unrated", "Evidence that rates no scenario")
def unrated(window: Window) -> Iterator[Finding]:
    """An item that rates no scenario and fires no indicator counts nowhere.

    Example: an item with neither `ratings` nor `indicators`.
    To do: rate it with `scen rate`; `{scenario: N}` says that it tells nothing apart.
    """
    for id, item in window.now.evidence.items():
        if not item.ratings and not item.indicators:
            yield of_evidence("unrated", id, f"rates no scenario: scen rate {id}")


@note("partial-row", "Evidence or an indicator rated for some members of a set")
def partial_row(window: Window) -> Iterator[Finding]:
    """Evidence or an indicator that rates some members of a set: those left out count as N.

    Example: `ratings: {military-pact: CC}`, where the set has `rupture` too.
    To do: rate the other members as well, with N where you mean it.
    """
    sets = sets_of(window)
    for id, item in window.now.evidence.items():
        for message in _left_out(window, sets, item.ratings.keys(), item.recorded):
            yield of_evidence("partial-row", id, message, "ratings")
    for view in window.views.values():
        for key, indicator in view.scenario.indicators.items():
            for message in _left_out(window, sets, indicator.ratings.keys(), indicator.added):
                yield of_indicator("partial-row", view.id, key, message)


@note("weak-line", "A move that rests on evidence of a low grade")
def weak_line(window: Window) -> Iterator[Finding]:
    """A line graded D, E or F at best carries a third or more of a move.

    Example: the implied probability went from 20 % to 40 %, most of it by an item graded E5.
    To do: look for a better source before you follow the move, or grade the item.
    """
    items = window.now.evidence
    for view in open_views(window):
        before = view.ledger_before if view.implied_bits >= MOVED_BITS else None
        if before is None:
            continue
        was = {(line.kind, line.id): line.counted_decibans for line in before.lines}
        move = view.implied.decibans - before.implied.decibans
        for line in view.ledger.lines:
            step = line.counted_decibans - was.get((line.kind, line.id), 0.0)
            grades = [items[id].grade(window.database.sources) for id in line.evidence]
            carries = step * move > 0 and step / move >= LEAST_SHARE - 1e-9
            if carries and grades and min(grades) >= WEAK:
                message = f"{step:+.1f} dB of the move rest on {line.id}, graded {min(grades)}"
                yield of_scenario("weak-line", view.id, message)


@note("early-record", "An address with a date after the day of record")
def early_record(window: Window) -> Iterator[Finding]:
    """The earliest date in an item's address is later than `recorded`: it could not be read then.

    A date stands like /2026/07/02/, 2026-07-02 or 20260702 behind the host.

    Example: `recorded: 2026-06-30`, and a `url` with `/2026/07/02/`.
    To do: correct `recorded` to the day on which it was known, or the address.
    """
    for id, item in window.now.evidence.items():
        path = "/".join((item.url or "").split("/")[3:])
        dates = [day for match in _DATED.finditer(path) for day in _dates(*match.groups(""))]
        if dates and min(dates) > item.recorded:
            message = f"recorded on {item.recorded}, and its address has the date {min(dates)}"
            yield of_evidence("early-record", id, message, "recorded")


def _dates(year: str, _: str, *months_and_days: str) -> Iterator[date]:
    """The date in either notation, if that day exists."""
    month, day = filter(None, months_and_days)
    with suppress(ValueError):
        yield date(int(year), int(month), int(day))


def origin_of(window: Window, id: EvidenceId) -> str:
    """The origin under which an item counts."""
    tied = next(tie for tie in ties(window.now, id) if tie.startswith("origin:"))
    return tied.removeprefix("origin:")


def _left_out(
    window: Window,
    sets: Mapping[SetId, Sequence[ScenarioId]],
    rated: KeysView[ScenarioId],
    day: date,
) -> Iterator[str]:
    scenarios = window.database.scenarios
    named = {scenarios[id].set for id in rated & scenarios.keys()}
    for set_id in sorted(sets.keys() & named):
        ids = (id for id in sets[set_id] if id not in rated)
        if missing := [id for id in ids if not resolved(window.database, id, day)]:
            yield f"in {set_id}, not rated for {several(missing)}: counts as N"


ENOUGH_INDICATORS = 3


@note("non-diagnostic", "An indicator that tells nothing apart")
def non_diagnostic(window: Window) -> Iterator[Finding]:
    """An indicator that is rated the same under every scenario: to see it would tell nothing.

    Example: `ratings: {military-pact: C, rupture: C}`.
    To do: rate it where the scenarios differ, or find an indicator that tells them apart.
    """
    for id, scenario, _ in unresolved(window):
        for key in scenario.indicators:
            if diagnosticity(window.now, (id, key)) == 0:
                message = "rated the same under every scenario: seeing it would tell nothing"
                yield of_indicator("non-diagnostic", id, key, message)


@note("past-due", "An indicator that was due and not seen", flag="due")
def past_due(window: Window) -> Iterator[Finding]:
    """An indicator that was due by now and was not seen, or was seen and reversed.

    Example: `due: 2022-06-30`, and no item fires it by 2022-07-01.
    To do: record the item that fires it; otherwise its absence counts, by `if_absent` or `chance`.
    """
    for id, scenario, _ in unresolved(window):
        for key, indicator in scenario.indicators.items():
            if indicator.due is None or indicator.due >= window.as_of:
                continue
            now = reading(window.now, (id, key))
            if now.strength == 0:
                worth = indicator.if_absent or indicator.chance
                counted = "its absence counts" if worth else "its absence counts 0"
                seen = "seen and reversed" if now.raised_by else "not seen"
                message = f"due {indicator.due} and {seen}: {counted}"
                yield of_indicator("past-due", id, key, message)


@note("absence-sign", "An absence that speaks for the same side as the indicator")
def absence_sign(window: Window) -> Iterator[Finding]:
    """To see an indicator and not to see it speak for the same side, which cannot be.

    In a set both are compared after centring, over the members that can still occur.

    Example: `ratings: {military-pact: CC}` beside `if_absent: C`.
    To do: give `if_absent` the other sign, or let its worth follow from a `chance`.
    """
    tracker, sets = window.database.tracker, sets_of(window)
    for view in open_views(window):
        own = view.scenario.indicators.items()
        watched = {
            k: (indicator.ratings, indicator.if_absent)
            for k, indicator in own
            if indicator.if_absent is not None
        }
        rivals = sets[view.scenario.set] if view.scenario.set and watched else ()
        columns = {view.id, *(id for id in rivals if contends(window.database, id, window.as_of))}
        for key, (ratings, if_absent) in watched.items():
            worth = {id: rating_decibans(r, tracker.decibans) for id, r in ratings.items()}
            seen = _centred(worth, columns)
            absent = _centred({view.id: rating_decibans(if_absent, tracker.decibans)}, columns)
            if any(seen[id] * absent[id] > 0 for id in columns):
                message = "to see it and not to see it speak for the same side: change if_absent"
                message += ", or give a chance instead"
                yield of_indicator("absence-sign", view.id, key, message)


@note("few-indicators", "Too few indicators to tell a scenario from its rivals")
def few_indicators(window: Window) -> Iterator[Finding]:
    """An open scenario that fewer than three indicators, in any file, tell from its rivals.

    Example: a scenario that two indicators rate, or five of which two are diagnostic.
    To do: add indicators that its rivals would not make as likely: `scen add-indicator`.
    """
    telling = Counter(
        rated
        for owner, scenario in window.database.scenarios.items()
        for key, indicator in scenario.indicators.items()
        if diagnosticity(window.now, (owner, key))
        for rated in indicator.ratings
    )
    for view in open_views(window):
        if view.state != "overdue" and telling[view.id] < ENOUGH_INDICATORS:
            number = counted(telling[view.id], "diagnostic indicator")
            message = f"{number}; {ENOUGH_INDICATORS} are wanted"
            yield of_scenario("few-indicators", view.id, message, "indicators")


def _centred(
    worth: Mapping[ScenarioId, float], columns: Collection[ScenarioId]
) -> dict[ScenarioId, float]:
    """Values of a row by column; of several, less the second-highest value."""
    values = {id: worth.get(id, 0.0) for id in columns}
    second = sorted(values.values())[-2] if len(values) > 1 else 0.0
    return {id: value - second for id, value in values.items()}


REVIEWS, LINES = 4, 6
"""Reviews, and the fewest new lines in them, that are reported if all are on one side."""
CEILING = 9
"""From this many times (1 − ρ)/ρ lines on, more of them add at most a ninth."""


@note("off-reference", "A prior far from its reference class, without a reason")
def off_reference(window: Window) -> Iterator[Finding]:
    """A prior has over twice or under half the odds of its class, and no `adjusted` says why.

    The class says (occurred + ½)/(cases + 1).

    Example: `probability: 0.3` beside `reference: {class: Treaty talks, occurred: 3, cases: 40}`.
    To do: write the reason under `prior.reference.adjusted`, or take the rate of the class.
    """
    for view in open_views(window):
        prior, like = view.scenario.prior.probability, view.scenario.prior.reference
        rate = base_rate(like.occurred, like.cases) if like else prior
        if like and not like.adjusted and is_off_class(prior, rate):
            of = f"{like.occurred} of {like.cases} like cases and half a case on each side are"
            message = f"its prior is {percent(prior)}, {of} {percent(rate)}"
            message += ", and no 'adjusted' says why"
            yield of_scenario("off-reference", view.id, message, "prior", "probability")


@note("theme-ceiling", "Themes of which more lines would add next to nothing")
def theme_ceiling(window: Window) -> Iterator[Finding]:
    """More lines of a theme would add less than a tenth to what a scenario's lines count.

    With the correlation ρ of its lines that is from 9·(1 − ρ)/ρ lines on: `within` for a theme,
    half way between `within` and `between` for lines without one.

    Example: seven lines about `energy` at `within: 0.6`, where six are enough.
    To do: give a theme to lines that are about something else, and look for other evidence.
    """
    dependence = window.database.tracker.dependence
    unthemed = (dependence.within + dependence.between) / 2
    for view in open_views(window):
        lines = Counter(line.theme for line in _counted(view))
        full = []
        for theme, number in sorted(lines.items(), key=lambda entry: entry[0] or ""):
            alike = dependence.within if theme else unthemed
            if alike and number * alike >= CEILING * (1 - alike) - 1e-9:
                full.append(f"{number} lines {f'of {theme}' if theme else 'without a theme'}")
        if full:
            message = f"{', '.join(full)}: more of them would add less than a tenth"
            yield of_scenario("theme-ceiling", view.id, message)


@note("one-sided", "Four reviews with new evidence for one side alone")
def one_sided(window: Window) -> Iterator[Finding]:
    """In the last four reviews with new lines of a scenario, six or more, all are on one side.

    A review is a day with a forecast sheet; a line is new in the first one from the day on which
    its first item was recorded, an absence from the day after `due`.

    Example: eight new lines in four weeks, each for the scenario.
    To do: look for what would speak for the other side, and rate it as you would on any day.
    """
    sheets = window.database.sheets.values()
    reviews = sorted({sheet.date for sheet in sheets if sheet.date <= window.as_of})
    for view in open_views(window):
        new: dict[int, list[GroupTotal]] = {}
        for line in _counted(view):
            new.setdefault(bisect_left(reviews, _first_day(window, line)), []).append(line)
        new.pop(len(reviews), None)  # since the last review
        last = sorted(new)[-REVIEWS:]
        steps = [line.decibans for review in last for line in new[review]]
        is_one_sided = steps and (min(steps) > 0 or max(steps) < 0)
        if len(last) == REVIEWS and len(steps) >= LINES and is_one_sided:
            side, other = ("for", "against") if steps[0] > 0 else ("against", "for")
            lines = f"{len(steps)} new lines of four reviews, since {reviews[last[0]]}"
            message = f"all {lines}, are {side} it: look for what speaks {other} it"
            yield of_scenario("one-sided", view.id, message)


def _counted(view: ScenarioView) -> Iterator[GroupTotal]:
    """The lines of evidence that count something, before overlap."""
    return (line for line in view.odds.comparison(view.id).nets[view.id] if line.decibans)


def _first_day(window: Window, line: GroupTotal) -> date:
    if all(row.kind == "direct" for row in line.counted_rows):
        return min(row.since for row in line.counted_rows)
    if items := [id for row in line.counted_rows for id in row.evidence]:
        return min(window.now.evidence[id].recorded for id in items)
    scenario, name = indicator_key(line.strongest.id)
    due = window.database.scenarios[scenario].indicators[name].due
    assert due  # noqa: S101 - else nothing is absent
    return due + timedelta(days=1)
