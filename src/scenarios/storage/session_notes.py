"""The answers of an unfinished sitting, outside the database."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import msgspec

from scenarios.errors import ScenError
from scenarios.model import Analyst, EvidenceId, IndicatorState, Rating, ScenarioId
from scenarios.storage.drafts import sole
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
    """A probability, or the quantiles of a quantity; None withdraws. `blind` is the figure before
    the reveal.

    `evidence` are the items that the reason names.
    """

    probability: float | dict[str, float | str] | None
    blind: float | dict[str, float | str] | None
    stage: Stage
    grounds: str
    rationale: str | None = None
    evidence: tuple[EvidenceId, ...] = ()


class PartialRatings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ratings of an item so far."""

    ratings: dict[ScenarioId, Rating] = {}
    indicators: dict[str, IndicatorState] = {}


class SessionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All answers; `past_due` maps indicators to their answers."""

    database: str
    date: dt.date
    analyst: Analyst
    answers: dict[ScenarioId, SittingAnswer] = {}
    skipped: tuple[ScenarioId, ...] = ()
    rated: tuple[EvidenceId, ...] = ()
    left_unrated: tuple[EvidenceId, ...] = ()
    half_rated: dict[EvidenceId, PartialRatings] = {}
    past_due: dict[str, Literal["seen", "not-seen", "skipped"]] = {}


class SessionFile:
    """A sitting and its file: each change is on disk when `keep` returns.

    A file changed by another process is never overwritten. Without `writes` (a dry run) nothing is
    written.
    """

    def __init__(
        self,
        folder: Path,
        session_record: SessionRecord,
        data: bytes | None,
        *,
        writes: bool = True,
    ) -> None:
        self.folder, self.sitting, self.writes = folder, session_record, writes
        self._name = _name(session_record.analyst, session_record.date)
        self._data = data

    @property
    def path(self) -> Path:
        return self.folder / self._name

    @property
    def is_new(self) -> bool:
        return self._data is None

    def keep(self, **changes: Any) -> Self:
        """Change the sitting, durably."""
        self.sitting = msgspec.structs.replace(self.sitting, **changes)
        data = (_HEAD + dump_fragment(msgspec.to_builtins(self.sitting))).encode()
        if self.writes:
            save(self.path, self._data, data)
        self._data = data
        return self

    def drop(self) -> None:
        """Remove the file: its answers are recorded or discarded."""
        if self.writes:
            drop(self.path)
        self._data = None


@contextmanager
def notes(root: Path, analyst: Analyst, on: date, *, writes: bool = True) -> Iterator[SessionFile]:
    """The sitting of an analyst on a day, new or continued; locked meanwhile."""
    folder = folder_of(root)
    path = folder / _name(analyst, on)
    if writes:
        make(folder)  # now: an answer that cannot be kept is not to be asked for
    # Locked for the whole sitting: of two, the later would find its file changed at an answer
    # (test_two_at_once_are_refused_and_a_file_that_was_edited_meanwhile_is_left_alone).
    with sole(path) if writes else nullcontext():
        data = content(path)
        new = SessionRecord(os.path.realpath(root), on, analyst)
        session_record = new if data is None else _parsed(path, data)
        yield SessionFile(folder, session_record, data, writes=writes)


def saved_session(root: Path, analyst: Analyst, on: date) -> SessionRecord | None:
    """The answers of an unfinished sitting, or None."""
    path = folder_of(root) / _name(analyst, on)
    data = content(path)
    return None if data is None else _parsed(path, data)


def earlier(root: Path, analyst: Analyst, on: date) -> list[date]:
    """Days before `on` with an unfinished sitting of the analyst, newest first."""
    days = []
    for path in folder_of(root).glob(f"????-??-??-{analyst}.yaml"):
        with suppress(ValueError):
            days.append(date.fromisoformat(path.name[:10]))
    return sorted((day for day in days if day < on), reverse=True)


def _name(analyst: Analyst, on: date) -> str:
    return f"{on}-{analyst}.yaml"


def _parsed(path: Path, data: bytes) -> SessionRecord:
    value, faults = read(str(path), data)
    try:
        if not faults:
            return msgspec.convert(value, SessionRecord)
        fault = str(faults[0])
    except msgspec.ValidationError as error:
        fault = f"{path}: {error}"
    raise ScenError(f"an unfinished sitting cannot be read: {fault}; fix that file or move it away")
