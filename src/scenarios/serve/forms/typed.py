"""What a form holds: its texts by name, and what is read of them or wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

import msgspec

from scenarios.errors import ScenError

T = TypeVar("T")
LONGEST = 10_000
"""The characters of the longest text that the schemas allow."""


class Typed(msgspec.Struct, frozen=True):
    """Texts by the name of their field, as they were typed: a browser sends CRLF for a line end.

    Before a form `is_sent` they are what its address says.
    """

    texts: Mapping[str, tuple[str, ...]] = {}
    is_sent: bool = False

    def one(self, name: str) -> str:
        """The text of a field; '' where nothing is in it."""
        return next(iter(self.every(name)), "")

    def every(self, name: str) -> list[str]:
        """The texts of a field that may stand several times, without the empty ones."""
        texts = (text.replace("\r\n", "\n") for text in self.texts.get(name, ()))
        return [text for text in texts if text.strip()]

    def under(self, head: str) -> dict[str, str]:
        """The texts of the fields `head:NAME`, by that name, in the order of the form."""
        names = [name for name in self.texts if name.startswith(f"{head}:")]
        found = {name.removeprefix(f"{head}:"): self.one(name) for name in names}
        return {name: text for name, text in found.items() if text}


def typed(pairs: Iterable[tuple[str, str]], *, is_sent: bool) -> Typed:
    """The texts of a form as it was sent, or of its address."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        texts[name] = (*texts.get(name, ()), text)
    return Typed(texts, is_sent)


class Reading:
    """The values of a form, with the faults by field; what is `missing` is no fault yet.

    With a `stand_in` for a text that is missing the rest can be tried all the same.
    """

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.faults: dict[str, list[str]] = {}
        self.missing: list[str] = []

    @property
    def is_sound(self) -> bool:
        """Whether all that was typed can be taken."""
        return not self.faults

    def fault(self, field: str, words: str) -> None:
        """Something is wrong with a field; '' is the form as a whole."""
        if words not in self.faults.setdefault(field, []):
            self.faults[field].append(words)

    def refuse_long(self) -> None:
        """No text of a record is so long, and to lay it out takes seconds."""
        for field in self.typed.texts:
            number = max(map(len, self.typed.every(field)), default=0)
            if number > LONGEST:
                self.fault(field, f"has {number} characters; at most {LONGEST} are allowed")

    def text(self, field: str) -> str | None:
        """A text as it was typed; None where there is none."""
        return self.typed.one(field) or None

    def wanted(self, field: str, parse: Callable[[str], T]) -> T | None:
        """The value of a field that may be left empty."""
        text = self.typed.one(field).strip()
        return next(self._read(field, text, parse), None) if text else None

    def needed(self, field: str, parse: Callable[[str], T], stand_in: T) -> T:
        """The value of a field that has to have one; the stand-in where it has no good one."""
        text = self.typed.one(field)
        if not text.strip():
            self.missing.append(field)
            return stand_in
        return next(self._read(field, text, parse), stand_in)

    def several(self, field: str, parse: Callable[[str], T]) -> list[T]:
        """The values of a field that may stand several times."""
        texts = (text.strip() for text in self.typed.every(field))
        return [value for text in texts for value in self._read(field, text, parse)]

    def under(self, head: str, parse: Callable[[str, str], T]) -> dict[str, T]:
        """The values of the fields `head:NAME`, by that name; `parse` is given the name too."""
        return {
            name: value
            for name, text in self.typed.under(head).items()
            for value in self._read(f"{head}:{name}", text.strip(), partial(parse, name))
        }

    def _read(self, field: str, text: str, parse: Callable[[str], T]) -> Iterator[T]:
        try:
            yield parse(text)
        except ScenError as error:
            self.fault(field, str(error))
