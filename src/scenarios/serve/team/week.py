"""The periods of sittings: who has finished, and whether an editor has opened the figures."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

import msgspec

from scenarios.analysis.forecasts import refusal
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.storage import state_folder

_FIRST_MONDAY = date(1970, 1, 5)


def period_start(day: date, days: int) -> date:
    """The first day of the period of `days` days, counted from Monday 5 January 1970."""
    return day - timedelta((day - _FIRST_MONDAY).days % days)


class PeriodNotes(msgspec.Struct, frozen=True):
    """The notes of a period: when each analyst finished, and who opened it when."""

    finished: dict[Analyst, str] = {}
    opened: tuple[str, str] | None = None


class Periods:
    """The notes of each period, kept outside the database."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self._root, self._clock, self._lock = root, clock, Lock()
        self._read: dict[date, PeriodNotes] = {}

    def notes(self, start: date) -> PeriodNotes:
        """The notes of the period that begins on a day."""
        if start not in self._read:
            data = state_folder.content(self._path(start))
            self._read[start] = PeriodNotes()
            with suppress(msgspec.DecodeError):  # else all are blind, and nobody is shut out
                self._read[start] = msgspec.json.decode(data or b"{}", type=PeriodNotes)
        return self._read[start]

    def finish(self, start: date, analyst: Analyst) -> None:
        """Note that an analyst has finished the sitting."""
        with self._lock:
            now = self.notes(start)
            self._keep(start, finished={**now.finished, analyst: self._now()}, opened=now.opened)

    def open(self, start: date, name: str) -> None:
        """Note who shows the figures of a period to everybody."""
        with self._lock:
            now = self.notes(start)
            self._keep(start, finished=now.finished, opened=now.opened or (name, self._now()))

    def _keep(
        self, start: date, *, finished: dict[Analyst, str], opened: tuple[str, str] | None
    ) -> None:
        notes, path = PeriodNotes(finished, opened), self._path(start)
        state_folder.make(path.parent)
        state_folder.save(path, state_folder.content(path), msgspec.json.encode(notes))
        self._read[start] = notes

    def _now(self) -> str:
        return self._clock().isoformat(" ", "minutes")

    def _path(self, start: date) -> Path:
        return state_folder.folder_of(self._root) / f"period-{start}.json"


def given(database: Database, analyst: Analyst, start: date) -> set[ScenarioId]:
    """The questions on which an analyst has given a figure since a day."""
    own = (s for s in database.sheets.values() if s.analyst == analyst and s.date >= start)
    return {id for sheet in own for id in (*sheet.probabilities, *sheet.quantiles)}


def has_sat(database: Database, analyst: Analyst, start: date, today: date) -> bool:
    """True if an analyst has given a figure since `start` on every question that takes one."""
    asked = (id for id, scenario in database.scenarios.items() if scenario.opened <= today)
    open_ = {id for id in asked if refusal(database, id, today) is None}
    return open_ <= given(database, analyst, start)
