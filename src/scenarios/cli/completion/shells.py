"""The words that bash, zsh and fish complete, and the answer in the form of each.

The scripts are Typer's (`scen --install-completion`). A zsh evaluates what it is given: only plain
names are, whatever a file or a branch is called.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable

from scenarios.cli.completion.offers import offers
from scenarios.cli.completion.values import Offers

_PLAIN = re.compile(r"[A-Za-z0-9._/=@+-]+")


def answer(instruction: str) -> None:
    """Print what the shell asks for, in its own form."""
    shell = instruction.removeprefix("complete_")
    words, word = (_of_bash if shell == "bash" else _of_line)()
    offered = offers(words, word).items()
    plain = {value: _described(about) for value, about in offered if _PLAIN.fullmatch(value)}
    if shell == "fish" and os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        sys.exit(0 if plain else 1)  # without an answer fish offers files
    print(_FORMS[shell](plain, word), end="")  # noqa: T201 - the shell reads it


def _of_bash() -> tuple[list[str], str]:
    """The words before the cursor; bash takes a word apart at each `=`."""
    texts = os.environ.get("COMP_WORDS", "").split("\n")
    whole: list[str] = []
    for text in texts[: int(os.environ.get("COMP_CWORD", "0")) + 1]:
        if whole and (text == "=" or whole[-1].endswith("=")):
            whole[-1] += text
        else:
            whole.append(text)
    return whole[1:-1], whole[-1] if len(whole) > 1 else ""


def _of_line() -> tuple[list[str], str]:
    """The same of a line up to the cursor; an open quote ends with it."""
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        words.append(lexer.token)
    if not line or line[-1].isspace():
        words.append("")
    return words[1:-1], words[-1] if len(words) > 1 else ""


def _described(about: str) -> str:
    return " ".join(re.sub(r"[^A-Za-z0-9 ,.;-]", " ", about).split())


def _as_bash(values: Offers, word: str) -> str:
    """A shell that has taken a word apart at its `=` wants what stands behind it."""
    start = word.rfind("=") + 1
    return "\n".join(value[start:] for value in values)


def _as_zsh(values: Offers, _word: str) -> str:
    parts = (f'"{value}":"{about}"' if about else f'"{value}"' for value, about in values.items())
    return f"_arguments '*: :(({' '.join(parts)}))'" if values else "_files"


def _as_fish(values: Offers, _word: str) -> str:
    return "\n".join(f"{value}\t{about}" if about else value for value, about in values.items())


_FORMS: dict[str, Callable[[Offers, str], str]] = {
    "bash": _as_bash,
    "zsh": _as_zsh,
    "fish": _as_fish,
}
