"""Where probabilities contradict one another: shown as they are, beside the nearest that do not."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.evidence.knowledge import contending
from scenarios.analysis.forecasts.stated import standing
from scenarios.analysis.period.period import View, Window, sets_of
from scenarios.analysis.rules.finding import Finding, of_scenario
from scenarios.model import ScenarioId
from scenarios.scales import TOLERANCE, nearest_sum_to_one

_FEWEST = 2
"""A set with fewer open members is decided, or not begun."""


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
        if fault := _sum(priors):
            message = f"the priors sum to {fault}"
            yield Finding(
                rule="sum-not-one",
                subject=set_id,
                message=message,
                kind="tracker",
                record="tracker",
                keys=("sets", set_id),
            )
        figures = {id: standing(window.database, id, window.as_of) for id in live}
        for analyst in sorted(set.intersection(*(set(f) for f in figures.values()))):
            own = {id: stands[analyst] for id, stands in figures.items()}
            if fault := _sum({id: one.probability for id, one in own.items()}):
                sheet = max(one.sheet for one in own.values())
                message = f"the standing figures of {analyst} sum to {fault}"
                keys = ("probabilities",)
                yield Finding(
                    rule="sum-not-one",
                    subject=set_id,
                    message=message,
                    kind="forecasts",
                    record=sheet,
                    keys=keys,
                )


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


def _sum(figures: dict[ScenarioId, float]) -> str | None:
    """What is wrong with a sum, and the nearest figures without that fault."""
    total = sum(figures.values())
    if abs(total - 1) <= TOLERANCE + 1e-12:
        return None
    coherent = nearest_sum_to_one(figures)
    pairs = ", ".join(f"{id} {figures[id]:g} → {coherent[id]:.3f}" for id in figures)
    return f"{total:.3f}; nearest that sum to 1: {pairs}"


def _side_by_side(view: View, that: View) -> Iterator[tuple[str, float, float]]:
    yield "prior", view.scenario.prior.probability, that.scenario.prior.probability
    yield "implied probability", view.implied.probability, that.implied.probability
    if view.stated and that.stated:
        yield "stated probability", view.stated.probability, that.stated.probability
