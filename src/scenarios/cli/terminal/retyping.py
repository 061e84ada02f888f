"""Typed answers: gone through again after a step back, and the command line that has them all.

A function that asks depends on its answers alone. To go back it is run once more: each answered
question takes its answer as it was, and nobody sees it.
"""

import shlex
import sys
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

BACK = "<"
"""The answer that goes back to the question before; Shift-Tab is the key for it."""
Key = tuple[str, int]
"""A question, and how often it has come up."""


class PreviousQuestion(Exception):  # noqa: N818 - no error
    """Raised to go back to the question before."""


class PreviewLine(NamedTuple):
    """A line of the finished record; `key` is None where it cannot be asked for again."""

    label: str
    answer: str
    key: Key | None


class PromptHistory:
    """The answers so far, by question; `before` has the former text of one that is changed.

    `defaults` has what Enter takes.
    """

    def __init__(self) -> None:
        self.answers: dict[Key, str] = {}
        self.defaults: dict[Key, str] = {}
        self.before: dict[Key, str] = {}
        self.begin()

    def begin(self) -> None:
        """Go through the questions, from the first."""
        self.is_quiet = bool(self.before)
        self.times: Counter[str] = Counter()
        self.asked: list[Key] = []
        self.rows: list[PreviewLine] = []
        self.messages: list[str] = []

    def key(self, question: str) -> Key:
        self.times[question] += 1
        return question, self.times[question]

    def is_changed(self, question: str) -> bool:
        """True if the answer to this question, the next one, is no longer that of an option."""
        key = question, self.times[question] + 1
        return key in self.answers or key in self.before

    def answered(self, key: Key, answer: str, label: str | None, text: str) -> None:
        self.answers[key] = answer
        self.asked.append(key)
        self.messages.clear()
        self.is_quiet = bool(self.before)
        if label:
            self.rows.append(PreviewLine(label, text, key))

    def given(self, question: str, label: str, text: str, *, is_option: bool) -> None:
        """Put a value of the command line into the record too."""
        key = self.key(question)
        self.rows.append(PreviewLine(label, text, key if is_option else None))

    def take_back(self, key: Key, answer: str = "") -> None:
        """This question is asked again, with what was answered unless that was a default."""
        before = self.answers.pop(key, answer)
        self.before[key] = "" if before == self.defaults.get(key) else before


current: ContextVar[PromptHistory | None] = ContextVar("current", default=None)
"""The questions that one can go back in, if any."""


class CommandSoFar:
    """Answers as options and arguments, in order, and words of the command line replaced by others.

    `fresh` are those asked for since the questions began anew; `note` is called before each.
    """

    def __init__(self) -> None:
        self.options: dict[str, tuple[str, ...]] = {}
        self.replaced: dict[str, str] = {}
        self.fresh: set[str] = set()
        self.note: Callable[[], object] = lambda: None


_typed: ContextVar[CommandSoFar | None] = ContextVar("typed", default=None)


def _answers() -> CommandSoFar:
    answers = _typed.get()
    if answers is None:
        _typed.set(answers := CommandSoFar())
    return answers


def remember(option: str, *texts: str, instead_of: str | None = None) -> None:
    """Keep the texts typed for an option or an argument, and none from before.

    `instead_of` is the word of the command line for an argument: the text takes its place there.
    """
    typed = _answers()
    if instead_of is not None:
        typed.replaced[instead_of] = texts[0]
        return
    typed.fresh.add(option)
    if texts:
        typed.options[option] = texts
    else:
        typed.options.pop(option, None)


def begin_anew() -> None:
    """Go through the questions again: until one is asked, its answer from before stands."""
    _answers().fresh.clear()


def end() -> None:
    """Drop the answers to questions that did not come up again."""
    typed = _answers()
    for option in typed.options.keys() - typed.fresh:
        del typed.options[option]


def before_each(note: Callable[[], None]) -> None:
    """Call this before each question from now on, until all is forgotten."""
    _answers().note = note


def note() -> None:
    _answers().note()


def forget() -> None:
    """Drop the answers: they are written, or kept elsewhere."""
    _typed.set(CommandSoFar())


def again() -> str | None:
    """The command line with the typed answers in it; None without any."""
    typed = _answers()
    if not (typed.options or typed.replaced):
        return None
    pairs = [(option, text) for option, texts in typed.options.items() for text in texts]
    options = [word for pair in pairs if pair[0].startswith("--") for word in pair]
    rest = [text for option, text in pairs if not option.startswith("--")]
    dashes = ["--"] if any(text.startswith("-") for text in rest) else []
    words = [typed.replaced.get(word, word) for word in sys.argv[1:]]
    return shlex.join(["scen", *words, *options, *dashes, *rest])
