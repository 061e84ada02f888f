"""The command line that repeats all typed answers, if the command is stopped."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable

_noting: list[Callable[[], None]] = []
_typed: dict[str, tuple[str, ...]] = {}
"""The options and arguments that were typed as answers, in order."""
_corrected: dict[str, str] = {}
"""What took the place of a word of the command line."""
_fresh: set[str] = set()
"""Those of them that were asked for since the questions began anew."""


def remember(option: str, *texts: str, instead_of: str | None = None) -> None:
    """Keep what was typed for an option or an argument: these texts, and none from before.

    `instead_of` is what the command line had for an argument: the text takes its place there.
    """
    if instead_of is not None:
        _corrected[instead_of] = texts[0]
        return
    _fresh.add(option)
    if texts:
        _typed[option] = texts
    else:
        _typed.pop(option, None)


def begin_anew() -> None:
    """The questions are gone through again: until one is asked, what was said before stands."""
    _fresh.clear()


def end() -> None:
    """All were asked: what was said to a question that did not come up again is gone."""
    for option in _typed.keys() - _fresh:
        del _typed[option]


def before_each(note: Callable[[], None] | None) -> None:
    """Do this before each question from now on; nothing, with None."""
    _noting[:] = [note] if note else []


def note() -> None:
    """Do what is to be done before each question."""
    for note in _noting:
        note()


def forget() -> None:
    """What was typed is written, or kept elsewhere."""
    _typed.clear()
    _corrected.clear()


def again() -> str | None:
    """The command line with what was typed in it; None where nothing was."""
    if not (_typed or _corrected):
        return None
    pairs = [(option, text) for option, texts in _typed.items() for text in texts]
    options = [word for pair in pairs if pair[0].startswith("--") for word in pair]
    rest = [text for option, text in pairs if not option.startswith("--")]
    dashes = ["--"] if any(text.startswith("-") for text in rest) else []
    words = [_corrected.get(word, word) for word in sys.argv[1:]]
    return shlex.join(["scen", *words, *options, *dashes, *rest])
