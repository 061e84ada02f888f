"""The parts of a download, in a zip, in a folder or as loose files."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import SourceFile
from scenarios.exchange.incoming import Incoming, incoming
from scenarios.exchange.tables.table import refused
from scenarios.text import shown

QUESTIONS = "question_data"
FORECASTS = "forecast_data"
KEY_FACTORS = "key_factor_data"
COUNTED = {
    "comment_data": "comments",
    "score_data": "scores",
    "question_link_data": "links between questions",
}
PARTS = (QUESTIONS, FORECASTS, KEY_FACTORS, *COUNTED)
MOST_MEMBERS = 1_000
LARGEST = 1 << 30
MOST_DENSE = 200
"""No text shrinks to less than a two-hundredth; a zip that does is made to fill a disk."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""Exceptions of zipfile if a zip is cut short, damaged, encrypted or packed in another way."""


@contextmanager
def parts_of(given: SourceFile, encoding: str | None) -> Iterator[dict[str, Incoming]]:
    """The parts by name, with those beside a file named as a part; ScenError for none or two."""
    known: dict[str, Incoming] = {}
    with incoming(given, encoding, ".csv") as files, ExitStack() as opened:
        beside = [
            Incoming(
                str(Path(given.name).with_name(path.name)),
                opened.enter_context(path.open("rb")),
                encoding,
            )
            for path in _beside(given)
        ]
        for part, file in _all([*files, *beside]):
            if part in known:
                raise refused(
                    given.name, 0, f"{known[part].name} and {file.name} are one part twice"
                )
            known[part] = file
        if QUESTIONS not in known and FORECASTS not in known:
            raise refused(given.name, 0, f"no {QUESTIONS}.csv and no {FORECASTS}.csv in it")
        yield known


def _beside(given: SourceFile) -> Iterator[Path]:
    path = given.path
    part = _part(path.name) if path else None
    if path and part and given.stream is not None:
        before = path.name[: -len(f"{part}.csv")]
        for other in PARTS:
            file = path.with_name(f"{before}{other}.csv")
            if other != part and file.is_file():
                yield file


def _part(name: str) -> str | None:
    """The part that a file is, whatever its prefix: `2026 question_data.csv`."""
    if PurePosixPath(name).name.startswith("._"):  # which macOS packs beside each file
        return None
    stem, _, ending = PurePosixPath(name).name.casefold().rpartition(".")
    return next((part for part in PARTS if ending == "csv" and stem.endswith(part)), None)


def _all(files: Sequence[Incoming]) -> Iterator[tuple[str, Incoming]]:
    for file in files:
        if file.stream.peek(4)[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            yield from _inside(file)
        else:
            yield _part(file.name) or _by_its_head(file), file


def _by_its_head(file: Incoming) -> str:
    """The part that a loose file of another name is, by its columns."""
    head = file.stream.peek(1 << 12).split(b"\n")[0].decode(errors="replace").casefold()
    if "question title" in head and "question type" in head:
        return QUESTIONS
    if "start time" in head and "forecaster" in head:
        return FORECASTS
    if "key factor" in head or "news impact direction" in head:
        return KEY_FACTORS
    raise refused(file.name, 0, f"neither a zip nor one of {', '.join(PARTS[:3])} (.csv)")


def _inside(file: Incoming) -> Iterator[tuple[str, Incoming]]:
    if not file.stream.seekable():
        raise refused(file.name, 0, "a zip cannot be read from a pipe: name its file")
    try:
        archive = zipfile.ZipFile(file.stream)
        members = archive.infolist()
    except _BROKEN as error:
        raise _broken(file.name, error) from None
    if len(members) > MOST_MEMBERS:
        raise refused(file.name, 0, f"{len(members):,} files in it: not such a download")
    for member in members:
        _accept(file.name, member)
        if part := _part(member.filename):
            name = f"{file.name}/{member.filename}"
            try:
                stream = io.BufferedReader(_Member(archive.open(member), file.name))
            except _BROKEN as error:
                raise _broken(name, error) from None
            yield part, Incoming(name, stream, file.encoding)


def _accept(name: str, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    inside = shown(member.filename)
    if path.is_absolute() or ".." in path.parts:
        raise refused(
            name, 0, f"{inside} is a name outside of the zip: it is not a download of Metaculus"
        )
    if member.file_size > LARGEST or member.file_size > MOST_DENSE * (member.compress_size + 4096):
        raise refused(
            name, 0, f"{inside} would unpack to {member.file_size:,} bytes and is not read"
        )


class _Member(io.RawIOBase):
    """A file of a zip; ScenError if the zip is cut short or damaged."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except _BROKEN as error:
            raise _broken(self._name, error) from None
        buffer[: len(data)] = data
        return len(data)


def _broken(name: str, error: Exception) -> ScenError:
    return refused(name, 0, f"a broken zip ({error}): download it again")
