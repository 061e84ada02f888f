"""The characters of a record's texts that nobody sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from scenarios.analysis.rules.rule import Rule
from scenarios.errors import Fault, Keys
from scenarios.text import unseen


def unseen_characters(value: Any, keys: Keys = ()) -> Iterator[Fault]:
    """A character that nobody sees in a text: names look alike that differ. Told once a text.

    Example: U+200B (zero width space) inside `title: Align…ment`.
    To do: delete what does not belong there; every output spells it out.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from unseen_characters(item, (*keys, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from unseen_characters(item, (*keys, number))
    elif isinstance(value, str) and (characters := unseen(value)):
        kinds = list(dict.fromkeys(characters))
        names = ", ".join(map(_named, kinds[:_NAMED])) + (", …" if len(kinds) > _NAMED else "")
        number = len(characters)
        message = f"{number:,} invisible character{'' if number == 1 else 's'}: {names}"
        hint = "delete what does not belong there; every output spells it out"
        yield Fault(keys, "value", "invisible-character", message, hint, "warning")


RULE = Rule(
    "invisible-character", "A character in a text that nobody sees", "warning", unseen_characters
)
_NAMED = 3


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()
