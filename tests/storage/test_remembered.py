"""Whatever happens to the files and to the cache, what is read with it is what is read without."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.ledger import ledger
from scenarios.errors import ScenError
from scenarios.model import ScenarioId
from scenarios.storage import worktree
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import cache_of
from scenarios.storage.edits import FileChange, accept
from scenarios.storage.loader import LoadResult, load, read_record
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.reading import standings
from tests.full import FULL

DAY = date(2022, 7, 1)
STEPS = 20_000 if FULL else 1_000
SCENARIO = """\
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
"""
TALKS = f"{SCENARIO}prior: {{probability: 0.5, basis: B.}}\n".replace("2030-12-31", "2022-03-31")
FRAME = {
    "tracker.yaml": [
        "format: 1\ntitle: T\nsets: {form: Form}\nteam: {record: 60}\n",
        "format: 1\ntitle: U\nthemes: {talks: Talks}\nanalysts: {red: The red team}\n",
        "no\n",
    ],
    **{
        f"{id}.yaml": [
            f"{SCENARIO}set: form\nprior: {{probability: 0.2, basis: B.}}\n",
            (
                f"{SCENARIO}prior: {{probability: 0.2, basis: B., given: {{trade: {{occurred: 0.3,"
                " did-not-occur: 0.1}}}\n"
            ),
            (
                f"{SCENARIO}prior: {{probability: 0.3, basis: B., includes: [2022-01-02-b]}}\n"
                "indicators:\n"
                f"  talks: {{statement: S, ratings: {{{id}: CC}}, added: 2022-01-01}}\n"
            ),
            f"{SCENARIO}prior: {{probability: 2, basis: B.}}\n",
        ]
        for id in ("pact", "ties")
    },
    "trade.yaml": [
        f"{SCENARIO}prior: {{probability: 0.5, basis: B.}}\n",
        f"{SCENARIO}implies: [pact]\nprior: {{probability: 0.5, basis: B.}}\n",
        f"{SCENARIO}tags: [x]\n",
    ],
    "talks.yaml": [  # which has ended: by it analysts weigh in others
        f"{TALKS}resolution: {{outcome: {outcome}, date: {on}, recorded: {on}, basis: B.}}\n"
        for outcome in ("occurred", "did-not-occur")
        for on in ("2022-03-01", "2022-07-01")
    ],
    "sources/kremlin.yaml": ["name: K\nreliability: A\n", "name: K\nreliability: C\n", "name: K\n"],
    "forecasts/2022/2022-02-06-red.yaml": [
        f"date: 2022-02-06\nanalyst: red\nprobabilities: {{talks: {p}, pact: 0.6, trade: 0.4}}\n"
        for p in (0.9, 0.2)
    ],
    "forecasts/2022/2022-02-07-desk.yaml": [
        "date: 2022-02-07\nanalyst: desk\nprobabilities: {pact: 0.1, trade: 0.9, talks: 0.4}\n",
        (
            "date: 2022-02-07\nanalyst: desk\nprobabilities: {trade: 0.7}\n"
            "evidence: {trade: [2022-01-01-a]}\n"
        ),
        "date: 2022-02-08\nanalyst: desk\nprobabilities: {pact: 0.1}\n",
    ],
}
ITEMS = {
    f"evidence/{day[:4]}/{day}-{name}.yaml": [
        f"summary: A visit\nobserved: {day}\nrecorded: 2022-02-07\n{more}\n"
        for more in (
            *("ratings: {pact: CC}", "ratings: {pact: II}", "ratings: {pact: XX}"),
            *("ratings: {trade: C, ties: I}", "indicators: {pact/talks: observed}"),
            "corroborated_by: [2022-01-01-a]\nsource: kremlin\nratings: {trade: I}",
            *("notes: Likely, with high confidence", "indicators: {ties/talks: emerging}"),
            *("formerly: [2022-01-09-old]", "analyst: desk", "theme: talks\nratings: {trade: I}"),
        )
    ]
    for day in ("2021-12-31", "2022-01-01", "2022-01-02")
    for name in "abc"
}
FILES = FRAME | ITEMS
Step = Callable[[Random, Path], object]
READ = cache(read_record)
"""By content alone: what is read once of a text with faults need not take its time again."""


def read_anew(root: Path) -> OpenDatabase:
    """Without any memory of files."""
    snapshot, problems = worktree.snapshot(root)
    loaded = load(snapshot, READ, lost=problems)
    return OpenDatabase(root, snapshot, loaded, loaded.problems, READ)


def answers(opened: OpenDatabase) -> dict[str, Any]:
    """What every command starts from."""
    db = opened.database
    kinds = (db.scenarios, db.evidence, db.sheets, db.sources)
    return {
        "problems": opened.problems,
        "left out": opened.loaded.left_out,
        "database": db,
        "order": [[*records] for records in kinds],
        "files": [*opened.snapshot],
        "tracker": opened.snapshot.get("tracker.yaml"),
    }


def figures(opened: OpenDatabase) -> dict[str, Any]:
    """What is made of a part of the records, or of what was made before."""
    return {
        "standings": standings(opened, DAY),
        "explained": {id: explained(opened, id) for id in opened.database.scenarios},
        "with one more": [*accepted(opened).database.evidence],
    }


def explained(opened: OpenDatabase, id: ScenarioId) -> object:
    return ledger(known_on(opened.about(id), DAY), id)


def where(root: Path) -> Path:
    """The cache's folder of a database."""
    cache = cache_of(root)
    assert cache
    return cache.folder


def accepted(opened: OpenDatabase) -> LoadResult:
    """With a record more, that was not written."""
    text = b"summary: S\nobserved: 2022-01-03\nrecorded: 2022-01-03\nratings: {trade: C}\n"
    path = "evidence/2022/2022-01-03-more.yaml"
    with suppress(ScenError):
        return accept(opened.snapshot, opened.loaded, [FileChange(path, None, text)], READ)
    return opened.loaded


def written(chance: Random, root: Path, *, other: str | None = None) -> Path:
    """One of the files with one of its contents, in place or as a new file of that name."""
    name = chance.choice([*FILES])
    place = root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    text = chance.choice(FILES[other or name])
    if chance.random() < 0.5 and place.is_file():
        place.write_text(text)
    else:
        new = root / "new.tmp"
        new.write_text(text)
        remove(place)
        new.replace(place)
    return place


def remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def one(chance: Random, root: Path) -> Path:
    return chance.choice([path for path in sorted(root.rglob("*.yaml")) if path.is_file()])


def same_size(chance: Random, root: Path) -> None:
    """Another content of that length, with its times as they were."""
    place = one(chance, root)
    info, data = place.stat(), place.read_bytes()
    swaps = ((b"CC", b"II"), (b"II", b"CC"), (b"0.2", b"0.3"), (b": A", b": C"), (b": C", b": A"))
    for old, new in swaps:
        if old in data:
            place.write_bytes(data.replace(old, new))
            break
    if chance.random() < 0.7:
        os.utime(place, ns=(info.st_atime_ns, info.st_mtime_ns))


def touched(chance: Random, root: Path) -> None:
    """Dated anew, perhaps by a clock that is wrong or tells whole seconds."""
    at = time.time_ns() + chance.choice([0, -(10**9), -(10**13), 10**10, 10**15])
    at -= chance.choice([0, at % 10**9])
    os.utime(one(chance, root), ns=(at, at))


def swapped(chance: Random, root: Path) -> None:
    first, second = one(chance, root), one(chance, root)
    first.rename(root / "swap.tmp")
    if second.exists():
        second.rename(first)
    (root / "swap.tmp").rename(second)


def moved(chance: Random, root: Path) -> None:
    place = one(chance, root)
    new = root / chance.choice([*FILES, "evidence/2022/2022-01-09-new.yaml", "evidence/x.yml"])
    if not new.is_dir():
        new.parent.mkdir(parents=True, exist_ok=True)
        place.rename(new)


def linked(chance: Random, root: Path) -> None:
    place = written(chance, root)
    target = one(chance, root)
    if target != place:
        remove(place)
        place.symlink_to(target)


def made_folder(chance: Random, root: Path) -> None:
    place = written(chance, root)
    remove(place)
    place.mkdir()


def removed(chance: Random, root: Path) -> None:
    one(chance, root).unlink()


def moved_folder(chance: Random, root: Path) -> None:
    """A whole year goes, or comes back."""
    place, away = root / f"evidence/202{chance.choice('12')}", root.parent / "away"
    if away.is_dir() and not place.exists():
        away.rename(place)
    elif place.is_dir():
        shutil.rmtree(away, ignore_errors=True)
        place.rename(away)


def damaged(chance: Random, root: Path) -> None:
    """The cache is cut short, altered, mixed up or gone."""
    folder = where(root)
    places = sorted(folder.glob("[a-z]*"))
    if not places:
        return
    place, other = chance.choice(places), chance.choice(places)
    data = place.read_bytes()
    at = chance.randrange(len(data) + 1)
    damages: list[Callable[[], object]] = [
        place.unlink,
        lambda: place.write_bytes(data[:at]),
        lambda: place.write_bytes(data[:at] + b"x" + data[at + 1 :]),
        lambda: place.write_bytes(b""),
        lambda: place.write_bytes(other.read_bytes()),
        lambda: shutil.rmtree(folder),
    ]
    chance.choice(damages)()


def restored(chance: Random, root: Path) -> None:
    """An old cache comes back, or is put aside."""
    folder, aside = where(root), root.parent / "aside"
    if aside.is_dir() and chance.random() < 0.5:
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    elif folder.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(folder, aside)


STEPS_TAKEN: tuple[tuple[Step, int], ...] = (
    *((written, 12), (same_size, 8), (touched, 4), (swapped, 2), (moved, 1), (linked, 1)),
    *((made_folder, 1), (removed, 1), (moved_folder, 1), (damaged, 2), (restored, 1)),
)


def begun(root: Path) -> Path:
    """Every file with its first content."""
    for name, texts in FILES.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        remove(place)
        place.write_text(texts[0])
    return root


@pytest.mark.parametrize("seed", range(4))
def test_after_any_steps_what_is_remembered_is_what_is_read(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same steps every time
    root = begun(tmp_path / "scenarios")
    going_on = RecordCache(cache_of(root), READ)
    actions, weights = zip(*STEPS_TAKEN, strict=True)
    done = []
    for number in range(STEPS // 4):
        step = chance.choices(actions, weights)[0]
        step(chance, root)
        done.append(step.__name__)
        look = figures if number % 3 == 0 else answers
        expected = look(read_anew(root))
        assert look(open_folder(root, RecordCache(cache_of(root), READ))) == expected, done[-20:]
        assert look(open_folder(root, going_on)) == expected, done[-20:]
        if number % 50 == 49:
            begun(root)
