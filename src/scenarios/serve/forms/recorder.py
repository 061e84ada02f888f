"""Who records, in which state of the database, on which day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scenarios.model import Analyst, Database, ScenarioId
from scenarios.workspace.opened import Opened


class Recorder(NamedTuple):
    """The state that a form was opened on; of `hidden` scenarios no figure is told.

    `sent` is where a file lies that was sent along.
    """

    root: Path
    opened: Opened
    today: date
    analyst: Analyst | None = None
    hidden: Collection[ScenarioId] = ()
    sent: Path | None = None

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.opened.database
