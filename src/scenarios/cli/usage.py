"""What Typer and what it brings say of a value that cannot be, in our words."""

from __future__ import annotations

import re

from scenarios.text import did_you_mean, shown

_CHOICE = re.compile(r"(?:Value error, )?'(.*)' is not one of (.*?)\.?", re.DOTALL)
_WHOLE = re.compile(
    r"Input should be a valid integer.*|'.*' is not a valid integer( range)?\.?", re.DOTALL
)
_MOST = re.compile(r"Input should be less than or equal to ([0-9]+)")
_LEAST = re.compile(r"Input should be greater than or equal to ([0-9]+)")
_RANGE = re.compile(r".* is not in the range ([0-9]+)<=x<=([0-9]+)\.?")


def in_our_words(message: str) -> str:
    """The same with what was meant, or what may be written; any other message as it is."""
    if found := _CHOICE.fullmatch(message):
        known = re.findall("'([^']*)'", found[2])
        words = f"{shown(found[1])} is none of {', '.join(known)}"
        hint = did_you_mean(found[1], known)
        return f"{words}; {hint}" if hint else words
    if _WHOLE.fullmatch(message):
        return "write a whole number"
    if found := _MOST.fullmatch(message):
        return f"{found[1]} is the most"
    if found := _LEAST.fullmatch(message):
        return f"{found[1]} is the least"
    if found := _RANGE.fullmatch(message):
        return f"{found[1]} is the least, {found[2]} is the most"
    return message
