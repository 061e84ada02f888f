"""The analytic findings: advice that depends on a date, each a small rule that yields."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any

from scenarios.analysis.evidence.knowledge import bears_on, contending, resolved, rivals
from scenarios.analysis.forecasts import current_forecasts, last_sheet
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.ledger.ledger import shares
from scenarios.analysis.period.period import ScenarioView, Window, open_views, sets_of, unresolved
from scenarios.analysis.period.period import window as period
from scenarios.analysis.rules import consistency, duplicates, evidence
from scenarios.analysis.rules.rule import Finding, Rule, finding, note, of_scenario, several
from scenarios.model import ConditionalPrior, Database, EvidenceId, ScenarioId
from scenarios.scales import MOVED_BITS, TOLERANCE, decibans, not_one, rating_decibans
from scenarios.text import counted
from scenarios.values import indicator_key

_FEWEST = 2
"""A set with fewer open members is decided, or not begun."""


@note("sum-not-one", "Figures of an exclusive set that do not sum to 1")
def sum_not_one(window: Window) -> Iterator[Finding]:
    """The priors of a set, or one analyst's standing figures of it, do not sum to 1.

    Figures are judged over the members that are open on the day: one that had not opened, or is
    known not to occur, is left out. Priors are judged over the whole set, as the ledger takes
    them, and no longer once it is decided. The message names the nearest figures that do. A sum
    within 0.001 of 1 is rounding.

    Example: the priors 0.5, 0.3 and 0.3 of one set.
    To do: correct the priors, or forecast the whole set in one sheet.
    """
    for set_id, ids in sets_of(window).items():
        live = contending(window.database, set_id, window.as_of)
        if len(live) < _FEWEST:
            continue
        priors = {id: window.database.scenarios[id].prior.probability for id in ids}
        if message := not_one("the priors", priors):
            yield finding("sum-not-one", set_id, message, "tracker", "tracker", "sets", set_id)
        figures = {id: current_forecasts(window.database, id, window.as_of) for id in live}
        for analyst in sorted(set.intersection(*(set(f) for f in figures.values()))):
            own = {id: stands[analyst] for id, stands in figures.items()}
            stated = {id: forecast.probability for id, forecast in own.items()}
            if message := not_one(f"the standing figures of {analyst}", stated):
                sheet = max(forecast.sheet for forecast in own.values())
                yield finding("sum-not-one", set_id, message, "forecasts", sheet, "probabilities")


@note("implies-broken", "A scenario more probable than one that it implies", flag="incoherent")
def implies_broken(window: Window) -> Iterator[Finding]:
    """A scenario is more probable than one that it implies.

    Prior, implied and stated probability are each compared; 0.001 is rounding.

    Example: `military-pact` implies `trade-grows`, at 0.4 against 0.3.
    To do: forecast both again, or remove `implies` where it does not hold in every case.
    """
    for view in window.views.values():
        for other in view.scenario.implies if view.open else ():
            that = window.views.get(other)
            if that is None or not that.open:
                continue
            for name, ours, theirs in _side_by_side(view, that):
                if ours > theirs + TOLERANCE:
                    message = (
                        f"its {name} {ours:.3f} exceeds the {theirs:.3f} of {other}, "
                        f"which it implies; nearest that agree: both {(ours + theirs) / 2:.3f}"
                    )
                    yield of_scenario("implies-broken", view.id, message, "implies")


def _side_by_side(view: ScenarioView, that: ScenarioView) -> Iterator[tuple[str, float, float]]:
    yield "prior", view.scenario.prior.probability, that.scenario.prior.probability
    yield "implied probability", view.implied.probability, that.implied.probability
    if view.stated and that.stated:
        yield "stated probability", view.stated.probability, that.stated.probability


MISMATCH = 0.01
_ROUNDING = 1e-12


@note("link-mismatch", "A prior that is not the mix of its two figures")
def link_mismatch(window: Window) -> Iterator[Finding]:
    """A prior is not the mix of its two figures at the other scenario's own prior.

    The implied probability starts at the mix, so the ledger would show the difference, of more than
    0.01, as a jump on the first day.

    Example: `probability: 0.05`, 0.2 if `war` occurs and 0.02 if not; `war` has a prior of 0.3.
    To do: write the mix that the message names, or correct the figure that is wrong.
    """
    for view, other, link in _links(window):
        prior = view.scenario.prior.probability
        weight = window.database.scenarios[other].prior.probability
        mix = weight * link.occurred + (1 - weight) * link.did_not_occur
        if abs(prior - mix) > MISMATCH + _ROUNDING:
            message = f"its prior is {prior:g}, and {mix:.3f} at the prior {weight:g} of {other}"
            yield of_scenario("link-mismatch", view.id, message, "prior", "probability")


@note("counted-twice", "Evidence that counts in a scenario and in the one that it depends on")
def counted_twice(window: Window) -> Iterator[Finding]:
    """An item rates a scenario and the one on which its prior depends, directly or by an indicator.

    What it says of the other scenario has moved the prior already. Neutral ratings count nothing.

    Example: `military-pact` has `given: {war: …}`, and an item has `{military-pact: C, war: CC}`.
    To do: rate what it says beyond the other scenario only, or else N.
    """
    for view, other, _ in _links(window):
        here = _counted(window, view.evidence, view.id)
        if both := _counted(window, here, other):
            message = f"rated here and for {other}, on which its prior depends: {several(both)}"
            yield of_scenario("counted-twice", view.id, message, "prior", "given")


@note("shared-with-prior", "Evidence with an origin or event that its prior includes")
def shared_with_prior(window: Window) -> Iterator[Finding]:
    """Evidence that counts has the origin or the event of an item that the prior includes.

    Example: `prior: {includes: [2021-12-15-call]}`, and a counted item has the same `event`.
    To do: name it under `includes` too if it adds nothing, or correct its `origin` or `event`.
    """
    for view in open_views(window):
        using: dict[str, EvidenceId] = {}
        for id in view.scenario.prior.includes:
            using |= dict.fromkeys(ties(window.now, id), id) if id in window.now.evidence else {}
        shared: dict[str, list[EvidenceId]] = {}
        for id in _counted_in_set(window, view) if using else ():
            for tie in sorted(ties(window.now, id) & using.keys()):
                shared.setdefault(tie, []).append(id)
        for tie, ids in shared.items():
            kind, _, name = tie.partition(":")
            as_used = f"same {kind} ({name}) as {using[tie]}, which its prior includes"
            message = f"{as_used}: {several(ids)}"
            yield of_scenario("shared-with-prior", view.id, message, "prior", "includes")


def _counted_in_set(window: Window, view: ScenarioView) -> list[EvidenceId]:
    """Items that count in a scenario or in a rival: in a set one prior is that of all."""
    rival_views = [window.views.get(id) for id in rivals(window.database, view.id)]
    views = [view, *(rival for rival in rival_views if rival and rival.open)]
    return sorted({id for each in views for id in _counted(window, each.evidence, each.id)})


def _counted(window: Window, items: Iterable[EvidenceId], id: ScenarioId) -> list[EvidenceId]:
    """Known items that count in a scenario: neither neutral, nor weightless, nor in its prior."""
    database, scenarios = window.database, window.database.scenarios
    side = (id, *rivals(database, id))  # in a set the prior of any member uses an item for all
    using = {used for member in side for used in scenarios[member].prior.includes}
    ids = []
    for item_id in items:
        item = window.now.evidence[item_id]
        ratings = [item.ratings.get(id)]
        for owner, key in map(indicator_key, item.indicators):
            if owner in scenarios and key in scenarios[owner].indicators:
                ratings.append(scenarios[owner].indicators[key].ratings.get(id))
        says = any(r is not None and rating_decibans(r, database.tracker.decibans) for r in ratings)
        if says and window.now.weights[item_id] and item_id not in using:
            ids.append(item_id)
    return ids


def _links(window: Window) -> Iterator[tuple[ScenarioView, ScenarioId, ConditionalPrior]]:
    """The links of the open scenarios to others whose outcome is not known."""
    for view in open_views(window):
        for other, link in view.scenario.prior.given.items():
            scenarios = window.database.scenarios
            if other in scenarios and resolved(window.database, other, window.as_of) is None:
                yield view, other, link


GAP_DECIBANS = 6.0

FindingRule = Rule[Callable[[Window], Iterator[Finding]]]
"""A rule that depends on the day."""


def findings(
    window: Window, *, flagged: bool = False, also: Iterable[FindingRule] = ()
) -> tuple[Finding, ...]:
    """Everything that needs attention, rule by rule; `flagged`, by the rules that have a flag.

    `also` are further rules. Nothing about a scenario that is resolved, or an item that bears on
    such ones alone.
    """
    chosen = (each for each in (*RULES, *also) if each.flag or not flagged)
    every = (finding for each in chosen for finding in each.check(window))
    database, on = window.database, window.as_of
    over = {id for id in database.scenarios if resolved(database, id, on)}
    return tuple(finding for finding in every if not _is_over(database, finding, over))


def since_then(
    window: Window, also: Sequence[FindingRule] = ()
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that did not stand at the start of the window, and those that did."""
    start = 2 * window.since.toordinal() - window.as_of.toordinal()
    first = date.fromordinal(max(start, 1))
    before = period(window.database, first, window.since, odds=window.odds)
    stood = {_as_before(finding) for finding in findings(before, also=also)}
    now = findings(window, also=also)
    new = tuple(finding for finding in now if _as_before(finding) not in stood)
    return new, tuple(finding for finding in now if _as_before(finding) in stood)


def _as_before(finding: Finding) -> tuple[str, ...]:
    """Key by which it is the same on two dates, with its message where it is about a move."""
    of_move = finding.rule in (one_origin.id, evidence.weak_line.id, unexplained_move.id)
    return finding.rule, finding.subject, *finding.keys, *((finding.message,) if of_move else ())


def _is_over(database: Database, finding: Finding, over: AbstractSet[ScenarioId]) -> bool:
    """True if every scenario that a finding is about is among those that are `over`."""
    if finding.kind == "scenario":
        return finding.record in over
    item = database.evidence.get(finding.record) if over and finding.kind == "evidence" else None
    return item is not None and frozenset() < bears_on(database, item) <= over


@note("overdue", "A scenario past its horizon without a resolution")
def overdue(window: Window) -> Iterator[Finding]:
    """A scenario whose horizon has passed and that has no resolution.

    Example: `horizon: 2030-12-31`, and the finding is asked for on 2031-01-05.
    To do: record the outcome with `scen resolve`.
    """
    for id, scenario, state in unresolved(window):
        if state == "overdue":
            days = (window.as_of - scenario.horizon).days
            message = f"its horizon passed {days} days ago: resolve it"
            yield of_scenario("overdue", id, message, "horizon")


@note("not-reviewed", "A scenario without a recent forecast", flag="stale")
def not_reviewed(window: Window) -> Iterator[Finding]:
    """An open scenario without a forecast within `review_every_days` of tracker.yaml.

    Example: the tracker wants a review every 7 days, and the last forecast is 9 days old.
    To do: forecast again, with the same figure where nothing changed: `scen review`.
    """
    every = timedelta(days=window.database.tracker.review_every_days)
    for id, scenario, state in unresolved(window):
        if state == "overdue":
            continue
        sheet = last_sheet(window.database, id, window.as_of)
        last = sheet.date if sheet else scenario.opened
        if window.as_of - last > every:
            since = f"since {last}" if sheet else "since it opened"
            yield of_scenario("not-reviewed", id, f"no forecast {since}")


@note("one-origin", "A move that rests on one origin")
def one_origin(window: Window) -> Iterator[Finding]:
    """The implied probability moved, and all that is new has one origin.

    Example: two new items, both with `origin: wire`.
    To do: look for a second, independent origin before you follow the move.
    """
    for view in open_views(window):
        if view.implied_bits < MOVED_BITS or not view.new_evidence:
            continue
        origins = {evidence.origin_of(window, id) for id in view.new_evidence}
        if len(origins) == 1:
            items = counted(len(view.new_evidence), "item")
            message = f"the move rests on one origin, {origins.pop()} ({items})"
            yield of_scenario("one-origin", view.id, message)


@note("before-opened", "Evidence that was recorded before its scenario opened")
def before_opened(window: Window) -> Iterator[Finding]:
    """An item that counts was recorded before its scenario opened: the prior may hold it.

    Example: `recorded: 2021-12-10`, `opened: 2021-12-17`, and `prior: {includes: []}`.
    To do: if the prior holds it, name it under `includes` in the prior, so that it counts once.
    """
    for view in open_views(window):
        for id in view.evidence:
            early = window.now.evidence[id].recorded < view.scenario.opened
            if early and id not in view.scenario.prior.includes:
                message = f"{id} was recorded before {view.scenario.opened}: the prior may hold it"
                yield of_scenario("before-opened", view.id, message, "opened")


@note("gap", "Stated and implied probability far apart", flag="gap")
def gap(window: Window) -> Iterator[Finding]:
    """Stated and implied probability are more than 6 dB apart.

    Where nobody gave a prior and nothing is rated, nothing is implied.

    Example: 50 % is stated, and prior and evidence imply 10 %.
    To do: look at the largest lines for and against; record what you know, or forecast again.
    """
    for view in open_views(window):
        if view.stated is None or view.unfounded:
            continue
        distance = decibans(view.stated.probability) - view.implied.decibans
        if abs(distance) > GAP_DECIBANS:
            side = "above" if distance > 0 else "below"
            apart = f"{abs(distance):.0f} dB {side}"
            message = f"you are {apart} your own evidence{_largest(view)}"
            yield of_scenario("gap", view.id, message)


@note("unexplained-move", "A stated probability that moved without a reason", flag="unexplained")
def unexplained_move(window: Window) -> Iterator[Finding]:
    """A stated probability that moved with neither a rationale nor evidence.

    A member of a set that moved only because others in the set changed is left out.

    Example: 20 % became 40 %, in a sheet without `rationales` and with nothing new since.
    To do: write the reason under `rationales`, or record the evidence.
    """
    for view in open_views(window):
        if not view.explained:
            message = "the stated probability moved with neither new evidence nor a rationale"
            yield of_scenario("unexplained-move", view.id, message)


RULES: tuple[FindingRule, ...] = (
    overdue,
    unexplained_move,
    gap,
    one_origin,
    evidence.weak_line,
    implies_broken,
    evidence.off_reference,
    link_mismatch,
    sum_not_one,
    evidence.past_due,
    evidence.unrated,
    evidence.partial_row,
    duplicates.possible_duplicate,
    evidence.uncorroborated,
    evidence.grade_clash,
    evidence.early_record,
    evidence.theme_ceiling,
    evidence.one_sided,
    before_opened,
    shared_with_prior,
    counted_twice,
    evidence.non_diagnostic,
    evidence.absence_sign,
    evidence.few_indicators,
    not_reviewed,
)
EVERY_RULE: dict[str, Rule[Any]] = {
    rule.id: rule for rule in (*consistency.FILE_RULES, *consistency.RULES, *RULES)
}


def _largest(view: ScenarioView) -> str:
    """The largest lines for and against, as context for the gap."""
    lines = shares(view.odds, view.id)
    counted = [(line.decibans * share, line.strongest.id) for line, share in lines]
    best = min(counted, key=lambda line: (-line[0], line[1]), default=(0.0, ""))
    worst = min(counted, default=(0.0, ""))
    text = ""
    if best[0] > 0:
        text += f"; largest for: {best[1]} {best[0]:+.1f} dB"
    if worst[0] < 0:
        text += f"; largest against: {worst[1]} −{-worst[0]:.1f} dB"
    return text
