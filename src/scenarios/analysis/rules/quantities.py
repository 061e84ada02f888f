"""Rules about quantities and other records: rows that are absent, and uses that they lack."""

from collections.abc import Collection, Iterator

from scenarios.analysis.quantities.estimates import estimate_faults, order_faults
from scenarios.analysis.quantities.faults import RISING, scenario_faults
from scenarios.analysis.rules.rule import (
    ConsistencyRule,
    LoadedRecords,
    RecordFault,
    Rule,
    rule,
)
from scenarios.errors import NAMED, At, Fault, Keys
from scenarios.model import Kind, Scenario
from scenarios.text import did_you_mean
from scenarios.values import owner_of

_Rated = Iterator[tuple[Kind, str, Keys, str]]


@rule("unknown-row", "A rating of a row that its quantity does not have")
def unknown_rows(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A rating names a threshold that its quantity does not have, or a scenario that has none.

    Example: `ratings: {trade-2024/230: C}`, and its thresholds are 220 and 240.
    To do: rate a row that is there, or add the threshold to the quantity.
    """
    scenarios = loaded.database.scenarios
    for number, (kind, id, keys, name) in enumerate(_rated(loaded)):
        owner = scenarios.get(owner_of(name))
        if owner is None or (owner.quantity is None and "/" not in name):
            continue
        rows = owner.quantity.rows(owner_of(name)) if owner.quantity else {}
        if name in rows:
            continue
        message = f"'{owner_of(name)}' has no row '{name}'"
        hint = _named(rows) if number >= NAMED else did_you_mean(name, rows) or _named(rows)
        if owner.quantity is None:
            message = f"'{owner_of(name)}' is no quantity, and has no rows"
            hint = f"rate {owner_of(name)}"
        elif "/" not in name:
            message = f"'{name}' is a quantity, and its rows are rated"
            hint = _named(rows)
        yield kind, id, Fault(keys, "key", "unknown-row", message, hint)


def _named(rows: Collection[str]) -> str:
    return f"its rows: {', '.join(rows)}" if rows else "it needs a threshold first"


def _rated(loaded: LoadedRecords) -> _Rated:
    if not loaded.database.quantities and not any(
        "/" in name for item in loaded.database.evidence.values() for name in item.ratings
    ):
        return
    for id, item in loaded.database.evidence.items():
        for name in item.ratings:
            yield "evidence", id, ("ratings", name), name
    for id, scenario in loaded.database.scenarios.items():
        for key, indicator in scenario.indicators.items():
            for name in indicator.ratings:
                yield "scenario", id, ("indicators", key, "ratings", name), name


@rule("quantity-use", "A quantity where a yes or a no is needed, or the other way round")
def quantities_misused(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A quantity stands where only a question with a yes or a no can, or the other way round.

    It has no probability, nothing implies it or is given it, and only a quantity has quantiles.

    Example: `probabilities: {trade-2024: 0.4}`, and `trade-2024` is a quantity.
    To do: state its quantiles, name another question, or ask a question with a yes or a no.
    """
    database = loaded.database
    quantities = database.quantities
    for id, sheet in database.sheets.items():
        for name in sheet.probabilities.keys() & quantities.keys():
            message = f"'{name}' is a quantity, and has no probability"
            hint = "state it under 'quantiles', like {p10: 205, p50: 240, p90: 275}"
            keys: Keys = ("probabilities", name)
            yield "forecasts", id, Fault(keys, "key", "quantity-use", message, hint)
        for name in sheet.quantiles.keys() & (database.scenarios.keys() - quantities.keys()):
            message = f"'{name}' has a yes or a no, and no quantiles"
            keys, hint = ("quantiles", name), "state it under 'probabilities'"
            yield "forecasts", id, Fault(keys, "key", "quantity-use", message, hint)
    for id, scenario in database.scenarios.items() if quantities else ():
        for keys, name in _links(scenario):
            if name in quantities:
                message = f"'{name}' is a quantity: nothing implies it or is given it"
                at: At = "key" if keys[-1] == name else "value"
                yield "scenario", id, Fault(keys, at, "quantity-use", message)


def _links(scenario: Scenario) -> Iterator[tuple[Keys, str]]:
    yield from ((("implies", n), name) for n, name in enumerate(scenario.implies))
    yield from ((("prior", "given", name), name) for name in scenario.prior.given)


def unsound_quantities(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A quantity, or the quantiles of a sheet, cannot be meant.

    A question has keys of both kinds, or a value is a number where the others are days; quantiles
    do not rise with their probabilities, are not over 0 on a log scale, or lie in the past; the
    prior of a threshold is under 0.001 or over 0.999, or it is after the horizon. The figures of
    such a quantity are withheld, and such quantiles of a sheet do not count.

    Example: `quantiles: {p10: 256, p50: 243}`, or `thresholds: [900]` where `p90: 275`.
    To do: correct the values, or remove the key that does not belong there.
    """
    scenarios = loaded.database.scenarios
    for id, scenario in scenarios.items():
        yield from (("scenario", id, fault) for fault in scenario_faults(scenario))
    for id, sheet in loaded.database.sheets.items():
        for name, quantiles in sheet.quantiles.items():
            known = scenarios.get(name)
            if known and known.quantity and quantiles:
                faults = estimate_faults(known.quantity, quantiles, sheet.date)
            else:
                faults = [*order_faults(quantiles or {}, sheet.date)]
            for key, why in faults:
                keys: Keys = ("quantiles", name, key)
                yield "forecasts", id, Fault(keys, "value", "quantiles", why, RISING)


_UNSOUND = {
    "quantity": "A key or a value that a quantity does not have, or that needs one",
    "quantiles": "Quantiles that their quantity cannot have",
    "threshold-range": "A threshold too far from the prior of its quantity",
}
WITHOUT_FIGURES = frozenset(_UNSOUND)
"""Rules that a record must keep for its quantity to have figures."""
RULES: tuple[ConsistencyRule, ...] = (
    unknown_rows,
    quantities_misused,
    *(Rule(id, title, "error", unsound_quantities) for id, title in _UNSOUND.items()),
)
