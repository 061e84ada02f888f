"""A database with the texts that an editor has open."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from scenarios.errors import Problem, folded
from scenarios.model import Kind
from scenarios.paths import kind_of
from scenarios.storage.loader import read_record
from scenarios.workspace.checking import attachment_faults
from scenarios.workspace.opened import open_folder, overlaid

_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[^\s,:\[\]{}]+|\S*")
_read_typed = lru_cache(64)(read_record)


class OpenDocument(NamedTuple):
    """A document as its editor has it; `typed` is None where its file is the same."""

    uri: str
    version: int | None
    text: str
    typed: bytes | None = None

    def offset(self, line: int, column: int) -> int:
        """The offset, in characters, of a line and a character of it."""
        return sum(len(above) + 1 for above in self.text.split("\n")[:line]) + column

    def token(self, line: int, column: int) -> tuple[int, int]:
        """The start and end of the word at a place that counts from 1."""
        return next(_TOKEN.finditer(self.text, self.offset(line - 1, column - 1))).span()


class UnsavedDatabase:
    """A database as it was saved, and as it is `now`, with the texts that an editor has open.

    In place of a text that cannot be read, the others are judged beside its file.
    """

    def __init__(self, root: Path) -> None:
        self.is_stale = self.is_awaited = False
        self.open: dict[str, OpenDocument] = {}
        self.published: dict[str, tuple[int | None, list[Problem]]] = {}
        self._attachments: list[Problem] = []
        self._saved = self.now = open_folder(root)

    def judge(self) -> Iterator[tuple[OpenDocument, list[Problem]]]:
        """Yield each file whose faults are not those that were published, and its faults."""
        self.is_awaited = False  # what is typed from here on is judged again
        texts, is_stale = dict(self.open), self.is_stale
        if is_stale:
            self.is_stale = False
            self._saved = open_folder(self._saved.root, self._saved.read)
        yield from self._judged(texts)
        if is_stale:
            self._attachments = [*attachment_faults(self._saved)]
            yield from self._judged(texts)

    def _judged(
        self, texts: Mapping[str, OpenDocument]
    ) -> Iterator[tuple[OpenDocument, list[Problem]]]:
        typed = {path: text.typed for path, text in texts.items() if text.typed is not None}
        alone = {path: _read_typed(kind_of(path), path, data) for path, data in typed.items()}
        own = {path: faults for path, (record, faults) in alone.items() if record is None}
        sound = {path: data for path, data in typed.items() if path not in own}

        def read(kind: Kind, path: str, data: bytes) -> Any:
            return (_read_typed if path in sound else self._saved.read)(kind, path, data)

        self.now = overlaid(self._saved, sound, read) if sound else self._saved
        others = [f for f in (*self.now.problems, *self._attachments) if f.path not in own]
        by_path: dict[str, list[Problem]] = {path: [] for path in (*texts, *self.published)}
        for fault in folded(sorted(sum(own.values(), others))):
            by_path.setdefault(fault.path, []).append(fault)
        for path, faults in by_path.items():
            current = texts[path].version if path in texts else None, faults
            if self.published.get(path, (None, [])) != current:
                self.published[path] = current
                yield texts.get(path) or self.text(path), faults

    def text(self, path: str) -> OpenDocument:
        """A file as it is open, else as it was saved."""
        if text := self.open.get(path):
            return text
        data = self._saved.snapshot.get(path, b"")
        return OpenDocument(
            Path(self._saved.root, path).as_uri(), None, data.decode(errors="replace")
        )
