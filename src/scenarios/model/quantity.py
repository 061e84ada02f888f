"""A quantity, its values and its quantiles: of a question that asks how much, or when."""

import datetime as dt
from typing import Annotated, Any, Literal

from msgspec import Meta

from scenarios.values import Date, Line, Record, ScenarioId, name, words

QUANTITIES = {
    "stix": "Quantities do not go out.",
    "tables": "Tables of their own have quantities.",
    "restored": "`quantity_records` has their files whole.",
}
"""The places that have no quantities, and those that have them apart."""
MOST = 10.0**15
"""The largest value of a quantity."""
Quantile = Annotated[
    Annotated[float, Meta(ge=-MOST, le=MOST)] | Date,
    words("it is a number of at most 1e15, or a day like 2026-12-31"),
]
"""A value of a quantity: a number, or a day."""
Quantiles = Annotated[
    dict[
        Annotated[
            str,
            name(
                r"p(0\.[1-9]|[1-9][0-9]?(\.[1-9])?)",
                message="a quantile is called p10, p50 or p97.5: from p0.1 to p99.9",
            ),
            Meta(examples=["p50"]),
        ],
        Annotated[Quantile, Meta(examples=[240])],
    ],
    Meta(min_length=2, max_length=9),
    words("it needs two to nine quantiles, like {p10: 205, p50: 240, p90: 275}"),
]
"""The values that a quantity stays under with 10 % (p10), 50 % (p50) and so on."""


class MeasuredQuantity(Record, frozen=True):
    """The quantity of a question that asks how much, or when."""

    kind: Literal["number", "date"]
    """number: how much; date: by when. Examples: "number", "date"."""
    unit: Line | None = None
    """The unit of a number; a date has none. Example: "billion dollars"."""
    scale: Literal["linear", "log"] | None = None
    """How a number is spread between its quantiles: linear, as when absent, or log, for values over
    0. A date has none. Examples: "log", "linear"."""
    thresholds: Annotated[
        tuple[Annotated[Quantile, Meta(examples=[240])], ...],
        Meta(max_length=9),
        words("it needs at most nine thresholds, like [220, 240, 260]"),
    ] = ()
    """Up to nine values; each is a row `SCENARIO/THRESHOLD` that evidence rates: over 240, by
    2026-12-31. Example: [220, 240, 260]."""

    def rows(self, id: ScenarioId) -> dict[str, float | dt.date]:
        """The thresholds of a scenario by the ids of their rows, from low to high."""
        is_day = self.kind == "date"
        fit: list[Any] = [t for t in self.thresholds if isinstance(t, dt.date) == is_day]
        return {f"{id}/{shortest(value)}": value for value in sorted(fit)}


def shortest(value: float | dt.date) -> str:
    """A value of a quantity as the id of a row has it: 240, 0.5 or 2026-12-31."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(float(value) + 0.0).removesuffix(".0")  # of -0.0 it makes 0.0


def of_its_kind(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a question or a sheet without the keys that its kind does not have."""
    content = {**content}
    if "prior" in content:
        is_quantity, end = content["quantity"] is not None, content["resolution"]
        content["prior"] = {**content["prior"]}
        del content["prior"]["probability" if is_quantity else "quantiles"]
        if end:
            content["resolution"] = end = {**end}
            del end["outcome" if end["value"] is not None else "value"]
        if not is_quantity:
            del content["quantity"]
    elif "probabilities" in content:
        for key in ("probabilities", "quantiles"):
            if not content[key]:
                del content[key]
    return content
