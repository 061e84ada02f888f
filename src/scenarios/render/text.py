"""Figures, terms and folded paragraphs as plain text."""

from __future__ import annotations

from datetime import date

from scenarios.scales import estimative_term, percent, printed

MINUS = "−"
_LARGE = 9.95
"""From this many points on a move is told without a decimal."""
_ASCII: dict[int, int | str] = {
    **str.maketrans("−–…·→○●×─▁▂▃▄▅▆▇█“”Σ≥±", '--~.>o*x-12345678""S>~'),
    ord("½"): "1/2",
}


def shown_in(encoding: str, text: str) -> str:
    """The text, with our own signs in ASCII where the encoding does not have them all."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII)
    return text


def from_to(before: float | None, after: float | None) -> str:
    """`37 → 4.0%`, and `20%` where both are read alike, or there is nothing before."""
    if after is None:
        return "–"
    if before is None or percent(before) == percent(after):
        return percent(after)
    return f"{percent(before).removesuffix('%')} → {percent(after)}"


def term(value: float, language: str) -> str:
    """The estimative term of a probability as it is shown: 4.96 % is shown, and read, as 5.0 %."""
    return estimative_term(printed(value), language)


def in_points(change: float) -> str:
    """So many points, signed: `+3.0`, and `+12` where that is plain enough."""
    return signed(change, 0 if abs(change) >= _LARGE else 1)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, `+3.0` or `−0.5`; `0` where it rounds to nothing."""
    rounded = f"{abs(value):.{digits}f}"
    if not rounded.strip("0."):
        return "0"
    return ("+" if value > 0 else MINUS) + rounded


def in_words(value: float, language: str) -> str:
    """A probability as number and term: `45% (unlikely)`."""
    return f"{percent(value)} ({term(value, language)})"


def long_day(day: date) -> str:
    """`4 March 2022`."""
    return f"{day.day} {day:%B %Y}"


def rose_or_fell(before: float, after: float) -> str:
    """`fell from 37% to 4.0%`."""
    way = "rose" if after > before else "fell"
    return f"{way} from {percent(before)} to {percent(after)}"
