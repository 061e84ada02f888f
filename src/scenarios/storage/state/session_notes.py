"""A sitting that is not over: its answers, kept durably outside the database until it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import msgspec

from scenarios.errors import ScenError
from scenarios.model import Analyst, EvidenceId, IndicatorState, Rating, ScenarioId
from scenarios.storage import worktree
from scenarios.storage.lock import hold
from scenarios.storage.state.state_folder import MODE, content, drop, folder_of, make
from scenarios.storage.yaml.reader import read
from scenarios.storage.yaml.writer import dump_fragment

Stage = Literal["figure", "answered", "revealed", "revising", "settled"]
"""The figure was given; its reason too; the others' were shown; it is revised; it is done with."""

_HEAD = """\
# What was answered in an unfinished `scen review`: the next one goes on from here.
# It is no record, and nothing in the database.
"""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A probability, None to withdraw; `blind` is what was said before anything was revealed."""

    probability: float | None
    blind: float | None
    stage: Stage
    grounds: str
    rationale: str | None = None


class HalfRated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has been said of an item so far."""

    ratings: dict[ScenarioId, Rating] = {}
    indicators: dict[str, IndicatorState] = {}


class Sitting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that was answered; `past_due` has the indicators by what was said of them."""

    database: str
    date: date
    analyst: Analyst
    answers: dict[ScenarioId, Answer] = {}
    skipped: tuple[ScenarioId, ...] = ()
    rated: tuple[EvidenceId, ...] = ()
    left_unrated: tuple[EvidenceId, ...] = ()
    half_rated: dict[EvidenceId, HalfRated] = {}
    past_due: dict[str, Literal["seen", "not-seen", "skipped"]] = {}


class Notes:
    """A sitting and its file: each change is on the disk when `keep` returns.

    A file that another process changed meanwhile is never written over. Without `writes`, as in a
    dry run, what is kept is kept in memory.
    """

    def __init__(
        self, folder: Path, sitting: Sitting, data: bytes | None, *, writes: bool = True
    ) -> None:
        self.folder, self.sitting, self.writes = folder, sitting, writes
        self._name = _name(sitting.analyst, sitting.date)
        self._data = data

    @property
    def place(self) -> Path:
        """Where the file is, or would be."""
        return self.folder / self._name

    @property
    def is_new(self) -> bool:
        """Whether nothing was kept yet."""
        return self._data is None

    def keep(self, **changes: Any) -> Self:
        """Change the sitting, durably."""
        self.sitting = msgspec.structs.replace(self.sitting, **changes)
        data = (_HEAD + dump_fragment(msgspec.to_builtins(self.sitting))).encode()
        if self.writes and self._data is None:
            worktree.create(self.folder, self._name, data, MODE)
        elif self.writes and self._data is not None:
            worktree.replace(self.folder, self._name, self._data, data)
        self._data = data
        return self

    def drop(self) -> None:
        """Remove the file: what it held is recorded, or not wanted. One that stays does no harm."""
        if self.writes:
            drop(self.place)
        self._data = None


@contextmanager
def notes(root: Path, analyst: Analyst, on: date, *, writes: bool = True) -> Iterator[Notes]:
    """The sitting of an analyst on a day: a new one, or the one that was left.

    Nobody else can take it up meanwhile.
    """
    folder = folder_of(root)
    place = folder / _name(analyst, on)
    if writes:
        make(folder)  # now: an answer that cannot be kept is not to be asked for
    with _sole(place) if writes else nullcontext():
        data = content(place)
        new = Sitting(os.path.realpath(root), on, analyst)
        sitting = new if data is None else _parsed(place, data)
        yield Notes(folder, sitting, data, writes=writes)


def kept(root: Path, analyst: Analyst, on: date) -> Sitting | None:
    """What was said in a sitting that is not over; whoever holds it may say more at any moment."""
    place = folder_of(root) / _name(analyst, on)
    data = content(place)
    return None if data is None else _parsed(place, data)


@contextmanager
def jotted(root: Path, what: str) -> Iterator[Callable[[str], None]]:
    """A function that keeps a text durably; the text outlives the process where that is killed."""
    folder = folder_of(root)
    make(folder)
    name = f"{what}-{os.urandom(4).hex()}.txt"
    kept: list[bytes] = []

    def jot(text: str) -> None:
        if not kept:
            worktree.create(folder, name, text.encode(), MODE)
        elif kept[-1] != text.encode():
            worktree.replace(folder, name, kept[-1], text.encode())
        kept.append(text.encode())

    with _sole(folder / name):
        try:
            yield jot
        finally:
            drop(folder / name)


def left(root: Path, what: str) -> dict[Path, str]:
    """What was jotted down by processes that were killed, oldest first."""
    found = []
    for place in folder_of(root).glob(f"{what}-*.txt"):
        with suppress(ScenError), _sole(place):
            data = content(place)
            if data is not None:
                found.append((place.stat().st_mtime_ns, place, data.decode(errors="replace")))
    return {place: text for _, place, text in sorted(found)}


def earlier(root: Path, analyst: Analyst, on: date) -> list[date]:
    """The days before `on` of which the analyst has an unfinished sitting, newest first."""
    found = []
    for place in folder_of(root).glob(f"????-??-??-{analyst}.yaml"):
        with suppress(ValueError):
            found.append(date.fromisoformat(place.name[:10]))
    return sorted((day for day in found if day < on), reverse=True)


def _name(analyst: Analyst, on: date) -> str:
    return f"{on}-{analyst}.yaml"


def _sole(place: Path) -> AbstractContextManager[None]:
    """Nobody else is at work on a file meanwhile."""
    return hold(place.with_name(f".{place.name}.lock"), 0.0, what=place)


def _parsed(place: Path, data: bytes) -> Sitting:
    value, faults = read(str(place), data)
    try:
        if not faults:
            return msgspec.convert(value, Sitting)
        fault = str(faults[0])
    except msgspec.ValidationError as error:
        fault = f"{place}: {error}"
    raise ScenError(f"an unfinished sitting cannot be read: {fault}; fix that file or move it away")
