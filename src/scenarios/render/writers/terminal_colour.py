"""Colours of a terminal; words and signs say the same without them."""

from __future__ import annotations

from scenarios.render.document import Meaning, Text, plain
from scenarios.render.text import MINUS

_UP, _DOWN, _ATTENTION, _STRONG, _WEAK = "36", "35", "31", "1", "2"
_ENDS = {_STRONG: "22", _WEAK: "22"}
_STATES = {
    **dict.fromkeys(("observed", "absent", "occurred", "occur", "annulled"), _STRONG),
    **dict.fromkeys(("emerging", "overdue"), _ATTENTION),
}
_RATINGS = {"C": _UP, "CC": _UP, "I": _DOWN, "II": _DOWN, "N": _WEAK}
_OUTCOMES = ("occurred", "did not occur", "annulled")
_DOUBTFUL = frozenset("DEF456")


def painted(text: str, tone: str) -> str:
    """The text in a tone, and what follows it as before."""
    return f"\x1b[{tone}m{text}\x1b[{_ENDS.get(tone, '39')}m" if tone and text else text


def sign_tone(text: str) -> str:
    """Up or down, by the sign that leads a figure; what did not move stands back."""
    return {"+": _UP, MINUS: _DOWN, "0": _WEAK}.get(text[:1], "")


def tone(text: Text, meaning: Meaning) -> str:
    """Paint a cell by the meaning of its column; plain where it says nothing special."""
    shown = plain(text) if meaning else ""
    if not shown:
        return ""
    if meaning == "move":
        return sign_tone(shown)
    if meaning == "grade":
        return _WEAK if _DOUBTFUL & set(shown[:2]) or "retracted" in shown else ""
    if meaning == "state":
        return _STATES.get(shown.split()[-1], "")
    if meaning == "rating":
        return _DOWN if shown.endswith("*") else _RATINGS.get(shown, "")
    return _STRONG if shown.startswith(_OUTCOMES) else _ATTENTION
