"""Unfinished work: the answers of a sitting and the drafts of forms, outside the database."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self

import msgspec

from scenarios.errors import ScenError
from scenarios.model import Analyst, EvidenceId, IndicatorState, Rating, ScenarioId
from scenarios.storage.lock import hold
from scenarios.storage.state_folder import content, drop, folder_of, make, save
from scenarios.storage.yaml.reader import read
from scenarios.storage.yaml.writer import dump_fragment

Stage = Literal["figure", "answered", "revealed", "revising", "settled"]
"""Given, reasoned, shown the others' figures, under revision, done."""

_HEAD = """\
# What was answered in an unfinished `scen review`: the next one goes on from here.
# It is no record, and nothing in the database.
"""


class SittingAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A probability, None to withdraw; `blind` is the figure before the reveal."""

    probability: float | None
    blind: float | None
    stage: Stage
    grounds: str
    rationale: str | None = None


class HalfRated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ratings of an item so far."""

    ratings: dict[ScenarioId, Rating] = {}
    indicators: dict[str, IndicatorState] = {}


class Sitting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All answers; `past_due` maps indicators to their answers."""

    database: str
    date: date
    analyst: Analyst
    answers: dict[ScenarioId, SittingAnswer] = {}
    skipped: tuple[ScenarioId, ...] = ()
    rated: tuple[EvidenceId, ...] = ()
    left_unrated: tuple[EvidenceId, ...] = ()
    half_rated: dict[EvidenceId, HalfRated] = {}
    past_due: dict[str, Literal["seen", "not-seen", "skipped"]] = {}


class Notes:
    """A sitting and its file: each change is on disk when `keep` returns.

    A file changed by another process is never overwritten. Without `writes` (a dry run) nothing is
    written.
    """

    def __init__(
        self, folder: Path, sitting: Sitting, data: bytes | None, *, writes: bool = True
    ) -> None:
        self.folder, self.sitting, self.writes = folder, sitting, writes
        self._name = _name(sitting.analyst, sitting.date)
        self._data = data

    @property
    def place(self) -> Path:
        return self.folder / self._name

    @property
    def is_new(self) -> bool:
        return self._data is None

    def keep(self, **changes: Any) -> Self:
        """Change the sitting, durably."""
        self.sitting = msgspec.structs.replace(self.sitting, **changes)
        data = (_HEAD + dump_fragment(msgspec.to_builtins(self.sitting))).encode()
        if self.writes:
            save(self.place, self._data, data)
        self._data = data
        return self

    def drop(self) -> None:
        """Remove the file: its answers are recorded or discarded."""
        if self.writes:
            drop(self.place)
        self._data = None


@contextmanager
def notes(root: Path, analyst: Analyst, on: date, *, writes: bool = True) -> Iterator[Notes]:
    """The sitting of an analyst on a day, new or continued; locked meanwhile."""
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
    """The answers of an unfinished sitting, or None."""
    place = folder_of(root) / _name(analyst, on)
    data = content(place)
    return None if data is None else _parsed(place, data)


@contextmanager
def jotted(root: Path, what: str) -> Iterator[Callable[[str], None]]:
    """A function that keeps a text durably, even if the process is killed."""
    folder = folder_of(root)
    make(folder)
    place = folder / f"{what}-{os.urandom(4).hex()}.txt"
    kept: list[bytes | None] = [None]

    def jot(text: str) -> None:
        save(place, kept[-1], text.encode())
        kept.append(text.encode())

    with _sole(place):
        try:
            yield jot
        finally:
            drop(place)


def left(root: Path, what: str) -> dict[Path, str]:
    """Texts of killed processes, oldest first."""
    texts = []
    for place in folder_of(root).glob(f"{what}-*.txt"):
        with suppress(ScenError), _sole(place):
            if (data := content(place)) is not None:
                texts.append((place.stat().st_mtime_ns, place, data.decode(errors="replace")))
    return {place: text for _, place, text in sorted(texts)}


def earlier(root: Path, analyst: Analyst, on: date) -> list[date]:
    """Days before `on` with an unfinished sitting of the analyst, newest first."""
    days = []
    for place in folder_of(root).glob(f"????-??-??-{analyst}.yaml"):
        with suppress(ValueError):
            days.append(date.fromisoformat(place.name[:10]))
    return sorted((day for day in days if day < on), reverse=True)


def _name(analyst: Analyst, on: date) -> str:
    return f"{on}-{analyst}.yaml"


def _sole(place: Path) -> AbstractContextManager[None]:
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


MOST = 50
"""Most drafts that are kept; the oldest are dropped."""


class FormDraft(msgspec.Struct, frozen=True):
    """The address of a form, and the texts by the name of their field."""

    address: str
    texts: Mapping[str, tuple[str, ...]]


def keep_draft(root: Path, draft: FormDraft) -> None:
    """Keep a draft in place of the one before; raises ScenError if it cannot be written."""
    place = _place(root, draft.address)
    make(place.parent)
    old, new = content(place), msgspec.json.encode(draft)
    save(place, old, new)
    for _, oldest in sorted(_drafts(root))[:-MOST]:
        drop(oldest)


def kept_draft(root: Path, address: str) -> FormDraft | None:
    """The draft of a form; None if missing or unreadable."""
    return _read(_place(root, address))


def drop_draft(root: Path, address: str) -> None:
    """Remove the draft of a form after it was saved or discarded."""
    drop(_place(root, address))


def kept_drafts(root: Path) -> Iterator[FormDraft]:
    """Yield all drafts, the newest first."""
    yield from filter(None, (_read(place) for _, place in sorted(_drafts(root), reverse=True)))


def _read(place: Path) -> FormDraft | None:
    with suppress(ScenError, msgspec.MsgspecError):
        if (data := content(place)) is not None:
            return msgspec.json.decode(data, type=FormDraft)
    return None


def _place(root: Path, address: str) -> Path:
    return folder_of(root) / f"form-{sha256(address.encode()).hexdigest()[:16]}.json"


def _drafts(root: Path) -> Iterator[tuple[int, Path]]:
    for place in folder_of(root).glob("form-*.json"):
        with suppress(OSError):
            yield place.stat().st_mtime_ns, place
