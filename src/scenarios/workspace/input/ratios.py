"""A rating in words: how many times as expected an item is if the scenario happens as if not."""

import re
from collections.abc import Mapping

from scenarios.errors import UsageError
from scenarios.text import shown
from scenarios.values import CODES, Rating
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import Offer

_TIMES = (
    *("", "equally", "twice", "three times", "four times", "five times"),
    *("six times", "seven times", "eight times", "nine times", "ten times"),
)
_PARTS = (
    *("", "equally", "half", "a third", "a quarter", "a fifth"),
    *("a sixth", "a seventh", "an eighth", "a ninth", "a tenth"),
)
_NUMBER = re.compile(r"(?:×|x )?([0-9.]+) ?(?:times|x|×)?")
_FRACTION = re.compile(r"(?:1|one|an?) ?(?:/|in) ?([0-9.]+)")
_SHORTEST = 3
"""Fewest letters of an unfinished word."""
_IF, _EITHER = "as expected if it happens", "equally expected either way"
EXAMPLES = "ten times, three times, equally, a third, a tenth as expected if it happens"


def rating_text(rating: Rating) -> str:
    """A rating as it is typed: its code, or its likelihood ratio."""
    return rating if isinstance(rating, str) else f"{rating:g}"


def worded(ratio: float) -> str:
    """A ratio in words: `ten times`, `equally`, `a third`, else `2.5 times`."""
    names, count = (_TIMES, ratio) if ratio >= 1 else (_PARTS, 1 / ratio)
    whole = round(count)
    near = whole < len(names) and abs(count - whole) <= count / 15
    return names[whole] if near else f"{ratio:.2g} times"


def codes(decibans: Mapping[str, float]) -> list[Offer]:
    """The codes, each with its ratio in words by the tracker's decibans."""
    words = _by_code(decibans)
    return [(code, _EITHER if w == "equally" else f"{w} {_IF}") for code, w in words.items()]


def scale(decibans: Mapping[str, float]) -> str:
    """`CC ten times, C three times, N equally, I a third, II a tenth`."""
    return ", ".join(f"{code} {words}" for code, words in _by_code(decibans).items())


def rating(text: str, decibans: Mapping[str, float]) -> str | float:
    """Parse a code, a ratio, or words: `three times` gives the code of that ratio."""
    phrase = " ".join(text.casefold().split())
    phrase = phrase.partition(" as ")[0].removesuffix(" expected").removesuffix(" likely")
    for code, words in _by_code(decibans).items():
        if len(phrase) >= _SHORTEST and words.removeprefix("a ").startswith(
            phrase.removeprefix("a ")
        ):
            return code
    for names in (_TIMES, _PARTS):
        if phrase and phrase in names:
            count = names.index(phrase)
            return count if names is _TIMES else float(f"{1 / count:.3g}")
    if match := _FRACTION.fullmatch(phrase):
        return _ratio(match[1], inverse=True)
    if phrase.endswith(("x", "×", "times")) and (match := _NUMBER.fullmatch(phrase)):
        return _ratio(match[1])
    try:
        return typed_in.rating(text)
    except UsageError:
        words = f"a code ({', '.join(CODES)}), 0.001 to 1000, or words like three times"
        raise UsageError(f"{shown(text)} is no rating: {words}") from None


def _ratio(digits: str, *, inverse: bool = False) -> str | float:
    try:
        value = 1 / float(digits) if inverse else float(digits)
    except (ValueError, ZeroDivisionError):
        return typed_in.rating(digits)
    return typed_in.rating(f"{value:.3g}")


def _by_code(decibans: Mapping[str, float]) -> dict[str, str]:
    return {code: worded(10 ** (decibans[code] / 10)) for code in CODES}
