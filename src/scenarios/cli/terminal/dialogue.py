"""Questions that can be gone through again: a step back, an answer changed, the others as said.

What asks is a function of its answers. To go back it is run once more: each question that was
answered takes its answer as it was, and nobody sees it.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

BACK = "<"
"""The answer that goes back to the question before; Shift-Tab is the key for it."""
Key = tuple[str, int]
"""A question, and how often it has come up."""


class Back(Exception):  # noqa: N818 - no error
    """The question before, please."""


class RecordLine(NamedTuple):
    """A line of the finished record; `key` is None where it cannot be asked for again."""

    label: str
    answer: str
    key: Key | None


class Dialogue:
    """What was answered so far, by question; `before` is what an answer was that is changed."""

    def __init__(self) -> None:
        self.answers: dict[Key, str] = {}
        self.before: dict[Key, str] = {}
        self.begin()

    def begin(self) -> None:
        """Go through the questions, from the first."""
        self.is_quiet = bool(self.before)
        self.times: Counter[str] = Counter()
        self.asked: list[Key] = []
        self.rows: list[RecordLine] = []
        self.told: list[str] = []

    def key(self, question: str) -> Key:
        """The question that is asked now."""
        self.times[question] += 1
        return question, self.times[question]

    def is_changed(self, question: str) -> bool:
        """Whether the answer to this question, the next one, is no longer what an option said."""
        key = question, self.times[question] + 1
        return key in self.answers or key in self.before

    def answered(self, key: Key, said: str, label: str | None, shown: str) -> None:
        """Keep an answer; with a label, as a line of the record."""
        self.answers[key] = said
        self.asked.append(key)
        self.told.clear()
        self.is_quiet = bool(self.before)
        if label:
            self.rows.append(RecordLine(label, shown, key))

    def given(self, question: str, label: str, shown: str, *, is_option: bool) -> None:
        """What the command line said is a line of the record too."""
        key = self.key(question)
        self.rows.append(RecordLine(label, shown, key if is_option else None))

    def take_back(self, key: Key, said: str = "") -> None:
        """This question is asked again, with what was answered."""
        self.before[key] = self.answers.pop(key, said)


current: list[Dialogue] = []
"""The questions that one can go back in, if any."""
