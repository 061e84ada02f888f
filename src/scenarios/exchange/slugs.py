"""An id of a text: its words in small Latin letters and digits, whatever its script."""

from __future__ import annotations

import re
import unicodedata

from scenarios.text import unaccented

LONGEST = 48
"""A path with such an id fits in a line."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\"]")


def slug(text: str, longest: int = LONGEST, otherwise: str = "item") -> str:
    """As many words as there is room for, or as much of the first; it begins with a letter."""
    joined = joined_words(words(text), longest)
    if joined and not joined[0].isalpha():
        joined = joined_words([otherwise, *words(text)], longest)
    return joined or otherwise


def joined_words(words: list[str], room: int) -> str:
    """As many words as there is room for, or as much of the first, with hyphens between."""
    made = ""
    for word in words:
        longer = f"{made}-{word}" if made else word[:room]
        if len(longer) > room:
            break
        made = longer
    return made


def words(text: str) -> list[str]:
    """The words of a text in small Latin letters and digits."""
    plain = unaccented(text)
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        from anyascii import anyascii  # noqa: PLC0415 - 20 ms that other scripts alone need

        whole = unicodedata.normalize("NFC", text)
        plain = "".join(_romanised(letter, anyascii(letter)) for letter in whole).lower()
    return re.findall(r"[a-z0-9]+", _APOSTROPHES.sub("", plain))


def _romanised(letter: str, latin: str) -> str:
    """A syllable or an ideograph is a word of its own."""
    is_syllable = unicodedata.category(letter) == "Lo" and latin[:1].isupper()
    return f" {latin} " if is_syllable else latin
