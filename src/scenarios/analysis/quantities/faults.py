"""Faults of a quantity, or of a sheet's quantiles, that its record alone shows."""

from collections.abc import Iterator
from datetime import date

from scenarios.analysis.quantities.distributions import Distribution
from scenarios.analysis.quantities.estimates import estimate_faults, number, prior_of
from scenarios.errors import Fault
from scenarios.model import Resolution, Scenario
from scenarios.model.quantity import MeasuredQuantity, shortest
from scenarios.scales import HIGHEST, LOWEST

_INSTEAD = {
    "probability": "write quantiles, like {p10: 205, p50: 240, p90: 275}",
    "hazard": "a date moves on by itself as time passes without it",
    "hazard_ended": "a date moves on by itself as time passes without it",
}
RISING = "values rise with their probabilities, like {p10: 205, p50: 240, p90: 275}"


def scenario_faults(scenario: Scenario) -> Iterator[Fault]:
    """Keys of a quantity in another question or the other way round, and values out of range."""
    if scenario.quantity is not None:
        yield from _of_quantity(scenario, scenario.quantity)
        return
    needs = "write quantity: {kind: number, unit: …} or {kind: date}, too"
    if scenario.prior.quantiles is not None:
        message = "a question with a yes or a no has no 'quantiles'"
        yield Fault(("prior", "quantiles"), "key", "quantity", message, needs)
    if scenario.resolution and scenario.resolution.value is not None:
        message = "a question with a yes or a no has no 'value'"
        yield Fault(("resolution", "value"), "key", "quantity", message, needs)


def _of_quantity(scenario: Scenario, quantity: MeasuredQuantity) -> Iterator[Fault]:
    yield from _of_keys(scenario, quantity)
    quantiles = scenario.prior.quantiles
    if quantiles is None:
        message = "the prior of a quantity needs the key 'quantiles'"
        yield Fault(("prior",), "key", "quantity", message, _INSTEAD["probability"])
    faults = estimate_faults(quantity, quantiles, scenario.opened) if quantiles else []
    for name, why in faults:
        yield Fault(("prior", "quantiles", name), "value", "quantiles", why, RISING)
    prior = prior_of(scenario) if quantiles and not faults else None
    yield from _of_thresholds(quantity, prior, scenario.horizon)
    if scenario.resolution:
        yield from _of_resolution(scenario, quantity, scenario.resolution)
    for name, indicator in scenario.indicators.items():
        own = [row for row in indicator.ratings if "/" in row]
        if indicator.if_absent is not None and len(own) != 1:
            message = "'if_absent' needs an indicator that rates one row of its own quantity"
            hint = "rate one, or give the `chance` of seeing it by `due` instead"
            yield Fault(("indicators", name, "if_absent"), "key", "quantity", message, hint)


def _of_keys(scenario: Scenario, quantity: MeasuredQuantity) -> Iterator[Fault]:
    """Keys of a question with a yes or a no, and those of a number in a date."""
    prior = scenario.prior
    keys = ("probability", "reference", "hazard", "hazard_ended", "given")
    paths = [("prior", key) for key in keys if getattr(prior, key)]
    for path in (*paths, *((key,) for key in ("set", "implies") if getattr(scenario, key))):
        message = f"a quantity has no '{path[-1]}'"
        yield Fault(path, "key", "quantity", message, _INSTEAD.get(path[-1]))
    for key in ("unit", "scale") if quantity.kind == "date" else ():
        if getattr(quantity, key) is not None:
            message = f"a quantity that is a date has no '{key}'"
            yield Fault(("quantity", key), "key", "quantity", message, "remove it")


def _of_thresholds(
    quantity: MeasuredQuantity, prior: Distribution | None, horizon: date
) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, threshold in enumerate(quantity.thresholds):
        keys, text = ("quantity", "thresholds", n), shortest(threshold)
        if isinstance(threshold, date) is not (quantity.kind == "date"):
            own = "days" if quantity.kind == "date" else "numbers"
            message = f"{text} is no threshold of a quantity whose values are {own}"
            yield Fault(keys, "value", "quantity", message)
        elif text in seen:
            yield Fault(keys, "value", "quantity", f"the threshold {text} stands twice")
        elif isinstance(threshold, date) and threshold > horizon:
            message = f"the threshold {text} is after the horizon, {horizon}"
            hint = "on later days nothing is asked: take a day up to the horizon"
            yield Fault(keys, "value", "quantity", message, hint)
        elif prior:
            below, above = prior.tails(number(threshold))
            over = below if quantity.kind == "date" else above
            if not LOWEST <= over <= HIGHEST:
                side = "by" if quantity.kind == "date" else "over"
                message = f"the prior of {side} {text} is {over:.3g}; a row needs 0.001 to 0.999"
                hint = f"choose a threshold nearer to the prior, from {_range(quantity, prior)}"
                yield Fault(keys, "value", "threshold-range", message, hint)
        seen.add(text)


def _range(quantity: MeasuredQuantity, prior: Distribution) -> str:
    low, high = (prior.value_at((p, 1 - p)) for p in (LOWEST, HIGHEST))
    if quantity.kind == "number":
        return f"{low:.6g} to {high:.6g}"
    days = (date.fromordinal(min(int(day), date.max.toordinal())) for day in (low + 1, high))
    return " to ".join(map(str, days))


def _of_resolution(
    scenario: Scenario, quantity: MeasuredQuantity, end: Resolution
) -> Iterator[Fault]:
    keys, value = ("resolution", "value"), end.value
    if end.outcome != "annulled":
        message = f"a quantity has a value, and is never '{end.outcome.replace('-', ' ')}'"
        hint = "write value: 244.8, or a day, or later; or outcome: annulled"
        yield Fault(("resolution", "outcome"), "value", "quantity", message, hint)
    elif value is None:
        return
    elif why := _value_fault(scenario, quantity, value):
        yield Fault(keys, "value", "quantity", *why)
    elif value == "later" and end.date <= scenario.horizon:
        message = f"'later' is known after the horizon, {scenario.horizon}, and not on {end.date}"
        yield Fault(keys, "value", "quantity", message)
    elif quantity.kind == "date" and value != "later" and f"{value}" > f"{end.date}":
        message = f"it happened on {value}, and was known before, on {end.date}"
        yield Fault(keys, "value", "quantity", message)


def _value_fault(
    scenario: Scenario, quantity: MeasuredQuantity, value: float | str
) -> tuple[str, str | None] | None:
    """Why a quantity cannot have a value, and what to write instead; None if it can."""
    if quantity.kind == "number":
        if isinstance(value, str):
            return f"the value is {value}, and this quantity is a number", None
        if quantity.scale == "log" and value <= 0:
            return f"the value {shortest(value)} is not over 0, on a log scale", None
        return None
    if not isinstance(value, str):
        return "the value is a number, and this quantity is a day", "write the day, or later"
    return None if value == "later" else _day_fault(scenario, value)


def _day_fault(scenario: Scenario, value: str) -> tuple[str, str | None] | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return f"the value is {value}, and there is no such day", None
    if day > scenario.horizon:
        return f"the value {day} is after the horizon, {scenario.horizon}", "write later"
    if day <= scenario.opened:
        return f"the value {day} is not after {scenario.opened}, when it opened", None
    return None
