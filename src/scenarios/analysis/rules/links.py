"""Findings about priors: what they are given, and evidence that they hold already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenarios.analysis.evidence.knowledge import resolved, rivals
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.period.period import View, Window, open_views
from scenarios.analysis.rules.finding import Finding, of_scenario, several
from scenarios.model import EvidenceId, Given, ScenarioId, indicator_key
from scenarios.scales import rating_decibans

MISMATCH = 0.01
_ROUNDING = 1e-12


def link_mismatch(window: Window) -> Iterator[Finding]:
    """A prior is not the mix of its two figures at the other scenario's own prior.

    The implied probability starts at the mix, so the ledger would show the difference, of more than
    0.01, as a jump on the first day.

    Example: `probability: 0.05`, 0.2 if `war` occurs and 0.02 if not; `war` has a prior of 0.3.
    To do: write the mix that the message names, or correct the figure that is wrong.
    """
    for view, other, given in _links(window):
        prior, weight = view.scenario.prior.probability, _prior(window, other)
        mix = weight * given.occurred + (1 - weight) * given.did_not_occur
        if abs(prior - mix) > MISMATCH + _ROUNDING:
            message = f"its prior is {prior:g}, and {mix:.3f} at the prior {weight:g} of {other}"
            yield of_scenario("link-mismatch", view.id, message, "prior", "probability")


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


def _counted_in_set(window: Window, view: View) -> list[EvidenceId]:
    """What counts in a scenario or in a rival, since in a set the prior of one is that of all."""
    rival_views = [window.views.get(id) for id in rivals(window.database, view.id)]
    views = [view, *(it for it in rival_views if it and it.open)]
    return sorted({id for it in views for id in _counted(window, it.evidence, it.id)})


def _counted(window: Window, items: Iterable[EvidenceId], id: ScenarioId) -> list[EvidenceId]:
    """Of known items those that count in a scenario: not neutral, of weight, in no prior of it."""
    database, using = window.database, _in_prior(window, id)
    heard = []
    for item_id in items:
        item = window.now.evidence[item_id]
        ratings = [item.ratings.get(id)]
        for owner, key in map(indicator_key, item.indicators):
            if owner in database.scenarios and key in database.scenarios[owner].indicators:
                ratings.append(database.scenarios[owner].indicators[key].ratings.get(id))
        says = any(r is not None and rating_decibans(r, database.tracker.decibans) for r in ratings)
        if says and window.now.weights[item_id] and item_id not in using:
            heard.append(item_id)
    return heard


def _in_prior(window: Window, id: ScenarioId) -> set[EvidenceId]:
    """What the prior of a scenario uses; in a set that of any member."""
    scenarios = window.database.scenarios
    return {i for it in (id, *rivals(window.database, id)) for i in scenarios[it].prior.includes}


def _links(window: Window) -> Iterator[tuple[View, ScenarioId, Given]]:
    """The links of the open scenarios to others whose outcome is not known."""
    for view in open_views(window):
        for other, given in view.scenario.prior.given.items():
            known = window.database.scenarios
            if other in known and resolved(window.database, other, window.as_of) is None:
                yield view, other, given


def _prior(window: Window, id: ScenarioId) -> float:
    return window.database.scenarios[id].prior.probability
