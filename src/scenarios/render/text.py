"""Figures, terms and folded paragraphs as plain text."""

import re
from contextlib import suppress
from datetime import date

from scenarios.scales import estimative_term, has_moved, percent, percents, printed
from scenarios.values import first_day

MINUS = "−"
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
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
    """`37 → 4%`, or `20%` where both print alike or there is nothing before; short, `<0.1%`."""
    if after is None:
        return "–"
    if before is None or not has_moved(before, after):
        return percent(after).replace("under ", "<").replace("over ", ">")
    was, now = percents(before, after)
    return f"{was.removesuffix('%')} → {now}".replace("under ", "<").replace("over ", ">")


def term(value: float, language: str) -> str:
    """The estimative term of a probability as it is printed: 4.96 % as 5.0 %."""
    return estimative_term(printed(value), language)


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, `+3.0` or `−0.5`; `0` where it rounds to nothing."""
    rounded = f"{abs(value):.{digits}f}"
    if not rounded.strip("0."):
        return "0"
    return ("+" if value > 0 else MINUS) + rounded


def in_words(value: float, language: str) -> str:
    """A probability as number and term: `45% (unlikely)`."""
    return f"{percent(value)} ({term(value, language)})"


def short_day(day: date) -> str:
    """`24 Feb 2022`."""
    return f"{day.day} {day:%b %Y}"


def on_screen(text: str) -> str:
    """A day or a month of a record as a page writes it, `24 Feb 2022`; any other text as it is."""
    if not _DAY.fullmatch(text):
        return text
    with suppress(ValueError):
        day = first_day(text)
        return short_day(day) if day.isoformat() == text else f"{day:%b %Y}"
    return text


def long_day(day: date) -> str:
    """`4 March 2022`."""
    return f"{day.day} {day:%B %Y}"
