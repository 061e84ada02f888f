"""Numeric and date questions of Metaculus: their range, and quantiles of a distribution on it."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from scenarios.extending import CellError

CDF = "Continuous CDF"
KINDS = {"numeric": "number", "discrete": "number", "date": "date"}
"""Types of a question, and the kind of its quantity."""
FEWEST, SHARES = 2, (0.05, 0.25, 0.5, 0.75, 0.95)
_ROUNDING = 1e-9


class MetaculusRange(NamedTuple):
    """The range of a question: values at even steps of its scale; days are ordinals."""

    kind: str
    places: Sequence[float]
    is_log: bool

    @property
    def quantity(self) -> dict[str, Any]:
        return {"kind": self.kind, **({"scale": "log"} if self.is_log else {})}

    @property
    def last_day(self) -> date:
        """The day on which the range of a date ends."""
        return date.fromordinal(int(self.places[-1]))

    def quantiles(self, cdf: Sequence[float | None], stated_on: date) -> dict[str, float | str]:
        """Quantiles of a distribution that lie inside the range; of a date, later than `stated_on`.

        `cdf` has P(y ≤ value) at even steps of the scale, linear between them. Raises CellError.
        """
        given = [share for share in cdf if share is not None]
        if len(given) < max(FEWEST, len(cdf)) or any(b < a - _ROUNDING for a, b in pairwise(given)):
            raise CellError(CDF, "it is no list of probabilities that rise")
        rising = [*accumulate(given, max)]
        names: dict[float, str] = {}
        for share in SHARES:
            if rising[0] < share < rising[-1]:
                n = bisect_left(rising, share)
                step = (share - rising[n - 1]) / (rising[n] - rising[n - 1])
                # On one day the last share stands, since it is reached by the end of that day.
                names[self._value((n - 1 + step) / (len(rising) - 1))] = f"p{share * 100:g}"
        if self.kind == "number":
            return {name: value for value, name in names.items()}
        days = {date.fromordinal(int(value)): name for value, name in names.items()}
        return {name: day.isoformat() for day, name in days.items() if day > stated_on}

    def _value(self, share: float) -> float:
        """The value at a share of the scale, 0 to 1, to seven digits; a whole one without `.0`."""
        at = share * (len(self.places) - 1)
        n = min(int(at), len(self.places) - 2)
        value = self.places[n] + (at - n) * (self.places[n + 1] - self.places[n])
        if self.kind == "date":
            return math.floor(value)
        digits = float(f"{value:.7g}")
        return int(digits) if digits.is_integer() else digits


def range_of(kind: str, low: str, high: str, places: Sequence[str]) -> MetaculusRange | None:
    """The range between two bounds; None where one is missing.

    The scale is even, or else has the given `places`. Days there have no hours, so that their steps
    look uneven by up to a day.
    """
    read = _ordinal if kind == "date" else float
    try:
        first, last, given = read(low), read(high), [*map(read, places)]
    except ValueError:
        return None
    if not (math.isfinite(first) and math.isfinite(last) and first < last):
        return None
    slack = 1.0 if kind == "date" else (last - first) * 1e-6
    step = (last - first) / max(len(given) - 1, 1)
    is_even = all(abs(first + n * step - value) <= slack for n, value in enumerate(given))
    if is_even or any(not below <= above for below, above in pairwise(given)):
        return MetaculusRange(kind, (first, last), is_log=False)
    return MetaculusRange(kind, given, is_log=kind == "number" and first >= 0)


def value_of(kind: str, text: str, known_on: date, last_day: date) -> float | str | None:
    """The value of a resolved question; None outside its range, where the site has no value."""
    if kind == "date" and text == "above_upper_bound":
        return "later"
    if text in ("above_upper_bound", "below_lower_bound"):
        return None
    try:
        if kind == "date":
            return min(date.fromisoformat(text[:10]), known_on, last_day).isoformat()
        if math.isfinite(value := float(text)):
            return value
    except ValueError:
        pass
    raise CellError("Resolution", f"'{text[:40]}' is no {'day' if kind == 'date' else 'number'}")


def _ordinal(text: str) -> float:
    return float(date.fromisoformat(text[:10]).toordinal())
