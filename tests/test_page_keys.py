"""Two states in which a page has one key have the same page, whatever was recorded between them."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from scenarios.serve.team.blind import blind
from scenarios.site.at import addresses, page_at
from scenarios.site.page_keys import PageKeys
from scenarios.site.site import Page, Site
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import cache_of
from scenarios.storage.git import repository as git
from scenarios.workspace.corrections import edit
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, make, scen
from tests.cli.test_correcting import written
from tests.full import FULL
from tests.random_databases import CODES, END, START, random_database
from tests.storage.test_git import commit, run
from tests.storage.test_needed import edits


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def site_of(root: Path, blind_since: date | None = None) -> Site:
    """The site of all files, or of those that a person sees who has not sat since a day."""
    memory = RecordCache(cache_of(root), clock=lambda: time.time_ns() + 10**12)
    opened = open_folder(root, memory)
    opened = blind(opened, None, blind_since) if blind_since else opened
    return Site(opened, END, git.repository(root))


def pages(site: Site) -> dict[str, tuple[str, Page]]:
    """Each page with its key."""
    keys = PageKeys(site)
    of = {}
    for address in addresses(site):
        if (key := keys.of(address)) and (page := page_at(site, address)):
            of[address] = key, page
    return of


def record(chance: Random, root: Path, step: int) -> None:
    """Record an item, a figure or an edit, by chance."""
    database = open_folder(root).database
    open_ids = [
        id
        for id, scenario in sorted(database.scenarios.items())
        if not scenario.resolution and scenario.horizon > END and not scenario.quantity
    ]
    kind = chance.choice(("item", "figure", "edit"))
    if kind == "edit" or not open_ids:
        edit(root, *chance.choice([*edits(chance, database)]))
        return
    id = chance.choice(open_ids)
    day = max(END - timedelta(days=chance.choice((0, 0, 3, 20, 60))), database.scenarios[id].opened)
    if kind == "item":
        words = ("--recorded", f"{day}", "--rate", f"{id}={chance.choice(CODES)}")
        done = scen("add-evidence", f"Words {step}", *words)
    else:
        cited = sorted(i for i, item in database.evidence.items() if item.recorded <= day)
        naming = ["--evidence", chance.choice(cited)] if cited and chance.random() < 0.5 else []
        who = ("--analyst", chance.choice(("desk", "other")), "--date", f"{day}")
        figure = f"{chance.randint(5, 95)}%"
        done = scen("forecast", id, figure, *who, "--rationale", f"Reason {step}", *naming)
    assert done.exit_code == 0 or "never counts" in done.stderr, done.stderr


@pytest.mark.parametrize("seed", range(200, 260) if FULL else (201, 202, 203))
def test_pages_of_one_key_are_the_same_whatever_was_recorded(seed: int, tmp_path: Path) -> None:
    chance, db = Random(seed), random_database(seed)  # noqa: S311 - no secret
    root = written(db, tmp_path / "scenarios")
    run(tmp_path, "init", "-q")
    commit(tmp_path, "All", f"{START}T12:00:00Z")
    before = pages(site_of(root))
    for step in range(6):
        record(chance, root, step)
        if chance.random() < 0.5 and run(tmp_path, "status", "--porcelain"):
            day = END - timedelta(days=chance.choice((0, 0, 9)))
            commit(tmp_path, f"Step {step}", f"{day}T12:00:00Z")
        after = pages(site_of(root))
        hidden = pages(site_of(root, blind_since=END - timedelta(days=7)))  # nobody's page leaks
        for address, (key, page) in after.items():
            for other in (before, hidden):
                if address in other and other[address][0] == key:
                    assert other[address][1] == page, (step, address)
        before = after


def test_what_is_recorded_on_one_question_leaves_the_keys_of_the_others(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    run(tmp_path, "init", "-q")
    run(tmp_path, "config", "user.name", "A")
    run(tmp_path, "config", "user.email", "a@example.org")
    commit(tmp_path, "All", f"{START}T12:00:00Z")
    day = ("--analyst", "desk", "--date", f"{END}")
    assert scen("--database", str(root), "forecast", "trade", "0.3", *day).exit_code == 0
    for words, changed in (
        (("add-evidence", "Dinner", "--recorded", f"{END}", "--rate", "trade=C"), "s/trade/"),
        (("forecast", "trade", "0.2", *day), "s/trade/"),
        (("forecast", "pact", "0.2", *day), "s/pact/"),
    ):
        before = pages(site_of(root))
        assert scen("--database", str(root), *words, "--commit").exit_code == 0
        after = pages(site_of(root))
        for address in ("s/trade/", "s/pact/"):
            old, new = (each[f"{address}index.html"][0] for each in (before, after))
            assert (old != new) == (address == changed), (words, address)
