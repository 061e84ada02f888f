"""The names that a database has, for each thing that can be typed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from scenarios.cli.parsing import STATES
from scenarios.model import Kind
from scenarios.paths import FOLDERS, id_of, place_of
from scenarios.storage.yaml.reader import MAX_BYTES, read
from scenarios.values import CODES, Outcome
from scenarios.workspace.opened import find_root, repository_of

_LENGTH_OF_DAY = len("2022-02-07-")


def ids(root: Path, kind: Kind, year: str = "") -> list[str]:
    """The ids of all records of a kind; of evidence and sheets, only of years that begin so."""
    folder = next((name for name, of in FOLDERS.items() if of == kind), "")
    paths = _files(root, folder)
    if kind in ("evidence", "forecasts"):
        years = [path for path in _entries(root, folder) if path.rpartition("/")[2][:4].isdigit()]
        wanted = (path for path in years if path.rpartition("/")[2].startswith(year))
        paths = (file for path in wanted for file in _files(root, path))
    return sorted(id_of(path) for path in paths if place_of(path) == (kind, id_of(path)))


def analysts(root: Path) -> list[str]:
    """Those who have a sheet."""
    return sorted({id[_LENGTH_OF_DAY:] for id in ids(root, "forecasts")})


def keys(root: Path, path: str, key: str) -> list[str]:
    """The names that stand under a key of one record; none where that cannot be read."""
    value: Any = None
    place = root / path
    if place.is_file() and not place.is_symlink():
        with suppress(OSError), place.open("rb") as file:
            value = read(path, file.read(MAX_BYTES + 1))[0]
    under = value.get(key) if isinstance(value, dict) else None
    return [*under] if isinstance(under, dict) else []


def _files(root: Path, folder: str) -> Iterator[str]:
    return (path for path in _entries(root, folder) if path.endswith(".yaml"))


def _entries(root: Path, folder: str) -> list[str]:
    """The paths in a folder of the database."""
    try:
        names = os.listdir(root / folder)  # noqa: PTH208 - ten thousand names, no path wanted
    except OSError:
        return []
    return [f"{folder}/{name}" if folder else name for name in names]


Offers = Mapping[str, str]
"""Words that can be typed, each with its explanation."""


class Here:
    """The database that is completed from; it is looked for when it is needed."""

    def __init__(self, database: str | None) -> None:
        self.database = database

    @property
    def root(self) -> Path:
        return find_root(self.database)


def _fixed(*words: str) -> Callable[[Here, str], Iterable[str]]:
    return lambda _here, _word: words


def _scenarios(here: Here, _word: str) -> list[str]:
    return ids(here.root, "scenario")


def _evidence(here: Here, word: str) -> list[str]:
    return ids(here.root, "evidence", word[:4])


def _sources(here: Here, _word: str) -> list[str]:
    return ids(here.root, "source")


def _analysts(here: Here, _word: str) -> list[str]:
    return [*analysts(here.root), *keys(here.root, "tracker.yaml", "analysts")]


def _indicators(here: Here, word: str) -> list[str]:
    scenario = word.partition("/")[0]
    if scenario not in ids(here.root, "scenario"):
        return []
    return [f"{scenario}/{key}" for key in keys(here.root, f"{scenario}.yaml", "indicators")]


def _looking(here: Here, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators."""
    begun = [f"{id}/" for id in _scenarios(here, word) if id.startswith(word)]
    return _indicators(here, word) if "/" in word else begun


def _records(here: Here, word: str) -> list[str]:
    if "/" in word:
        return _indicators(here, word)
    dated = [*_evidence(here, word), *ids(here.root, "forecasts", word[:4])]
    return [*_scenarios(here, word), *_sources(here, word), *dated]


def _rated(here: Here, word: str) -> list[str]:
    """`SCENARIO=`, and the codes behind it once it is the only one."""
    begun = [id for id in _scenarios(here, word) if id.startswith(word.partition("=")[0])]
    ids = [word.partition("=")[0]] if "=" in word else begun
    return [f"{id}={code}" for id in ids for code in (CODES if len(ids) == 1 else ("",))]


def _fired(here: Here, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators, and the states behind the only one."""
    name, equals, _ = word.partition("=")
    if "/" not in name:
        begun = [id for id in _scenarios(here, word) if id.startswith(name)]
        if len(begun) != 1:
            return [f"{id}/" for id in begun]
        name = f"{begun[0]}/"
    names = [key for key in _indicators(here, name) if key.startswith(name)]
    names = [name] if equals else names
    return [f"{key}={state}" for key in names for state in (STATES if len(names) == 1 else ("",))]


def _declared(key: str) -> Callable[[Here, str], Iterable[str]]:
    return lambda here, _word: keys(here.root, "tracker.yaml", key)


def _revisions(here: Here, _word: str) -> list[str]:
    from scenarios.storage.git.repository import branches_and_tags

    return ["HEAD", *branches_and_tags(repository_of(here.database)[1])]


OFFERED: dict[str, Callable[[Here, str], Iterable[str]]] = {
    "SCENARIO": _scenarios,
    "EVIDENCE": _evidence,
    "SCENARIO|EVIDENCE": lambda here, word: [*_scenarios(here, word), *_evidence(here, word)],
    "SCENARIO=CODE": _rated,
    "SCENARIO/INDICATOR=STATE": _fired,
    "CODE": _fixed(*CODES),
    "LETTER": _fixed(*"ABCDEF"),
    "B2": _fixed(*(f"{letter}{number}" for letter in "ABCDEF" for number in range(1, 7))),
    "OUTCOME": _fixed(*get_args(Outcome)),
    "P|withdraw": _fixed("withdraw"),
    "DATE": _fixed("today", "yesterday"),
    "DATE|7d": _fixed("today", "yesterday", "7d"),
    "REV": _revisions,
    "A": _revisions,
    "B": _revisions,
    "NAME": _analysts,
    "candidates indicator": _looking,
    "show id": _records,
    "edit id": _records,
    "rename id": _records,
    "remove id": _records,
    "scenario": _scenarios,
    "evidence": _evidence,
    "corroborated_by": _evidence,
    "source": _sources,
    "analyst": _analysts,
    "theme": _declared("themes"),
    "set_id": _declared("sets"),
    "set": _declared("sets"),
    "hazard": _fixed("constant"),
}
"""By what a parameter is called in the help; else by its command and name, or by its name."""
