"""The record that somebody means: by its id, by its kind and id, or a part of one."""

from __future__ import annotations

from typing import NamedTuple, get_args

from scenarios.analysis.history.record_diff import records
from scenarios.errors import ScenError
from scenarios.model import Kind
from scenarios.paths import path_of
from scenarios.text import shown
from scenarios.workspace.opened import Opened, known_id

_KINDS: tuple[Kind, ...] = ("scenario", "evidence", "forecasts", "source")


class Located(NamedTuple):
    """A record, and the indicator of it that is meant, if one is."""

    kind: Kind
    id: str
    indicator: str | None = None

    @property
    def path(self) -> str:
        """Its file inside the database."""
        return path_of(self.kind, self.id)

    @property
    def keys(self) -> tuple[str, ...]:
        """The way to what is meant, in that file."""
        return ("indicators", self.indicator) if self.indicator else ()

    @property
    def name(self) -> str:
        """As it is typed."""
        return f"{self.id}/{self.indicator}" if self.indicator else self.id


def locate(opened: Opened, text: str) -> Located:
    """`ID`, `KIND:ID`, `SCENARIO/INDICATOR` or `tracker`; there, whether it is sound or not."""
    kind, colon, id = text.partition(":")
    if colon and kind not in get_args(Kind):
        known_id(kind, get_args(Kind), "kind of record", "KIND:ID")
    kinds = [one for one in _KINDS if kind == one] if colon else [*_KINDS]
    id = id if colon else text
    if id == "tracker":
        return Located("tracker", "tracker")
    scenario, slash, indicator = id.partition("/")
    if slash:
        known = opened.database.scenarios[opened.scenario(scenario)].indicators
        known_id(indicator, known, f"indicator of {scenario}", f"scen show {scenario}")
        return Located("scenario", scenario, indicator)
    found = [one for one in kinds if path_of(one, id) in opened.snapshot]
    if len(found) > 1:
        choices = " or ".join(f"{one}:{id}" for one in found)
        raise ScenError(f"two records are called {shown(id)}: say which, {choices}")
    if not found:
        for one in kinds:
            if now := opened.database.called_now.get((one, id)):
                raise ScenError(f"no {one} '{id}': it is called '{now}' now")
        what = kinds[0] if colon and kinds else "record"
        ids = [key for one in kinds for key in records(opened.database, one)]
        known_id(id, ids, what, "scen list")
    return Located(found[0], id)
