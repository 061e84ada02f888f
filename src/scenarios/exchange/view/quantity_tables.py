"""The tables of quantities, and their rows of a ViewContext, which this module cannot name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from scenarios.exchange.view.table import SCENARIO, Row, column, table, tables

_NUMBER = column("number", "real?", "The value, of a number")
_DAY = column("day", "date?", "The value, of a date")
_QUANTITY = "scenario_id quantities"
QUANTITY_TABLES = tables(
    quantities=table(
        "Questions that ask how much, or when",
        column("scenario_id", "text", "The id"),
        column("title", "text", "The question in a few words"),
        column("kind", "text", "number or date"),
        column("unit", "text?", "The unit of a number"),
        column("scale", "text?", "linear or log, of a number"),
        column("opened", "date", "The day on which it was first asked"),
        column("horizon", "date", "Its last day"),
        column("prior_basis", "text", "Why this prior"),
        column("outcome", "text?", "The value as text, later or annulled; null while it is open"),
        _NUMBER,
        _DAY,
        column("resolved", "date?", "When that became known"),
        key="scenario_id",
    ),
    thresholds=table(
        "The rows of a quantity: over a number, by a day",
        SCENARIO,
        column("row_id", "text", "The row, SCENARIO/THRESHOLD"),
        _NUMBER,
        _DAY,
        column("prior", "real?", "The probability of the row in the prior; null: withheld"),
        column("stated", "real?", "The stated probability of the row"),
        column("implied", "real?", "The implied probability of the row; null: withheld"),
        key="row_id",
        refers=_QUANTITY,
    ),
    quantiles=table(
        "Values that a quantity stays under with a probability; neither number nor day: later",
        SCENARIO,
        column("forecaster", "text", "An analyst, or prior, team or implied, which are ours"),
        column("stated_on", "date", "The day of the prior, of the sheet, or of the export"),
        column("name", "text", "p10 and so on; withdrawn: the analyst took it back"),
        column("probability", "real?", "0.1 for p10"),
        _NUMBER,
        _DAY,
        key="scenario_id forecaster stated_on name",
        refers=_QUANTITY,
    ),
    quantity_records=table(
        "The files of quantities, and of what rates or forecasts them, whole: to be read back",
        column("kind", "text", "scenario, evidence or forecasts"),
        column("record_id", "text", "The record"),
        column("content", "json", "The content of its file"),
        key="kind record_id",
    ),
)


def _value(value: Any) -> tuple[float | None, date | None]:
    """A number or a day, itself or as text; neither where it is `later`, or none."""
    if isinstance(value, str) and value != "later":
        value = date.fromisoformat(value)
    is_day = isinstance(value, date)
    return value if isinstance(value, float) else None, value if is_day else None


def _quantities(context: Any) -> Iterator[Row]:
    for id, scenario in context.known.quantities.items():
        quantity, end = scenario.quantity, scenario.resolution
        assert quantity is not None  # noqa: S101 - it is in `quantities`
        scale = (quantity.scale or "linear") if quantity.kind == "number" else None
        yield (
            *(id, scenario.title, quantity.kind, quantity.unit, scale),
            *(scenario.opened, scenario.horizon, scenario.prior.basis),
            *((end.ending, *_value(end.value), end.date) if end else [None] * 4),
        )


def _thresholds(context: Any) -> Iterator[Row]:
    for id, scenario in context.known.quantities.items():
        view = context.quantities.get(id)
        figures = {row.id: row for row in view.figure.thresholds} if view else {}
        for row, value in scenario.quantity.rows(id).items() if scenario.quantity else ():
            prior = view.ledger.chance(view.ledger.prior, row) if view else None
            each = figures.get(row)
            shown = (each.stated, each.implied) if each else (None, None)
            yield id, row, *_value(value), prior, *shown


def _quantiles(context: Any) -> Iterator[Row]:
    known = context.known
    for id, scenario in known.quantities.items():
        every: list[tuple[str, date, Mapping[str, Any] | None]] = []
        every += [("prior", scenario.opened, scenario.prior.quantiles or {})]
        sheets = (known.sheets[sheet] for sheet in known.estimating.get(id, ()))
        every += [(sheet.analyst, sheet.date, sheet.quantiles[id]) for sheet in sheets]
        figure = context.quantities[id].figure if id in context.quantities else None
        for name, shown in (
            ("team", figure and figure.stated),
            ("implied", figure and figure.implied),
        ):
            if shown:
                ends = {"p10": shown.low, "p50": shown.median, "p90": shown.high}
                every.append((name, context.as_of, ends))
        for forecaster, day, quantiles in every:
            if quantiles is None:
                yield id, forecaster, day, "withdrawn", None, None, None
            for name, value in (quantiles or {}).items():
                yield id, forecaster, day, name, float(name[1:]) / 100, *_value(value)


QUANTITY_ROWS: Mapping[str, Callable[[Any], Iterable[Row]]] = {
    "quantities": _quantities,
    "thresholds": _thresholds,
    "quantiles": _quantiles,
}
