"""The cache: whose it is, what it saves, and that it is never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from mmap import mmap
from pathlib import Path
from shutil import copytree

import pytest
from msgspec.structs import asdict, replace

import scenarios
from scenarios.errors import Problem
from scenarios.model import Evidence, Kind, Record, Retraction
from scenarios.storage.cache.files import CachedEvidence, CachedFiles, digests
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import PackedCache, cache_of, entry_of, folder_of, stat_of
from scenarios.storage.loader import load, read_record
from scenarios.values import Attachment, ProposalOrigin
from scenarios.workspace.opened import OpenDatabase, open_folder
from tests.cli.commands import FILES, make, scen, tree
from tests.cli.test_formats import READING
from tests.storage.system import NOBODY, mounted, needs_root, remount, without_privileges
from tests.storage.test_git import commit, run

PARTS = ("attachment", "retracted", "proposed")
VISIT = "evidence/2022/2022-02-04-visit.yaml"
NAMES = {"evidence-2022", "forecasts-2022", "scenarios", "sources"}
OPENED: list[list[str]] = []


def _when_a_file_is_opened(event: str, args: tuple[object, ...]) -> None:
    if OPENED and event == "open" and str(args[0]).endswith(".yaml"):
        OPENED[-1].append(str(args[0]))


sys.addaudithook(_when_a_file_is_opened)  # cannot be removed; it does nothing until asked


@contextmanager
def reads() -> Iterator[list[str]]:
    """The records that are read meanwhile."""
    OPENED.append([])
    try:
        yield OPENED[-1]
    finally:
        OPENED.pop()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return make(tmp_path / "scenarios", FILES)


def later() -> int:
    """A clock by which what was just written has settled."""
    return time.time_ns() + 10**11


def opened(root: Path) -> OpenDatabase:
    """The database as a new process finds it, long after the last edit."""
    return open_folder(root, RecordCache(cache_of(root), clock=later))


def kept(root: Path) -> set[str]:
    """The files of the cache."""
    return {path.name for path in (root.parent / "home").rglob("*") if path.is_file()}


def same(root: Path) -> None:
    """With the cache as it is, a reading is what it is without."""
    anew = open_folder(root, RecordCache())
    found = opened(root)
    assert (found.database, found.problems) == (anew.database, anew.problems)
    assert dict(found.snapshot) == dict(anew.snapshot)


def test_a_second_reading_opens_no_record_and_one_after_an_edit_that_record_alone(
    root: Path,
) -> None:
    before = opened(root)
    with reads() as opens:
        again = opened(root)
        assert (again.database, again.problems) == (before.database, [])
    assert opens == []
    (root / VISIT).write_text(FILES[VISIT].replace("trade: C", "trade: I"))
    with reads() as opens:
        assert opened(root).database.evidence["2022-02-04-visit"].ratings == {"trade": "I"}
    assert opens == [str(root / VISIT)]


def test_every_key_of_an_item_is_in_the_cache_as_the_file_has_it() -> None:
    whole = Evidence(
        summary="Putin and Xi meet",
        observed="2022-02",
        recorded=date(2022, 2, 5),
        short="They met",
        analyst="desk",
        source="kremlin",
        url="https://www.example.org/visit",
        reliability="B",
        credibility=2,
        origin="kremlin-readout",
        event="visit",
        theme="institutions",
        attachment=Attachment(f"attachments/{'0' * 64}.pdf", "0" * 64),
        corroborated_by=("2022-02-04-xinhua",),
        quote="No limits",
        ratings={"pact": "CC", "rupture": 0.1, "level/240": 2.0},
        indicators={"pact/statement": "observed"},
        notes="More\nof it",
        retracted=Retraction(date(2022, 3, 1), "Withdrawn."),
        supersedes=("2022-01-10-level",),
        foreign={"icews": "1"},
        proposed=ProposalOrigin("agent", "a model", date(2022, 2, 5)),
        formerly=("2022-02-03-no-limits",),
    )
    items = [whole, *(replace(whole, **{key: None}) for key in PARTS)]
    items.append(replace(whole, attachment=None, retracted=None, proposed=None))
    plain = Evidence(summary="A visit", observed="2022", recorded=date(2022, 2, 6))
    items.append(plain)
    entries = [entry_of(f"{n}", bytes(32), bytes(16), bytes(20), i) for n, i in enumerate(items)]
    folder = folder_of("evidence/2022", (), entries)
    assert [folder.record(place) for place in range(len(items))] == items
    assert [key for key in asdict(plain) if getattr(whole, key) == getattr(plain, key)] == []


def test_a_file_with_a_fault_is_read_each_time(root: Path) -> None:
    (root / VISIT).write_text(FILES[VISIT].replace("kremlin", "kremlim"))
    (root / "pact.yaml").write_text("title: [")
    for _ in range(2):
        with reads() as opens:
            assert len(opened(root).problems) == 2
        assert {Path(path).name for path in opens} >= {"2022-02-04-visit.yaml", "pact.yaml"}


def test_what_was_changed_a_moment_ago_is_read_again_and_alone(root: Path) -> None:
    opened(root)
    (root / VISIT).write_text(FILES[VISIT])
    for _ in range(2):  # its times say nothing yet
        with reads() as opens:
            open_folder(root)
        assert opens == [str(root / VISIT)]


def test_a_second_write_through_a_mapping_is_seen_though_the_times_of_the_file_stay(
    root: Path,
) -> None:
    place = root / VISIT
    with place.open("r+b") as file, mmap(file.fileno(), 0) as mapped:
        at = mapped.find(b"trade: C") + len("trade: ")
        mapped[at : at + 1] = b"C"
        soon = RecordCache(cache_of(root), clock=lambda: time.time_ns() + 10**10)
        assert open_folder(root, soon).database.evidence[place.stem].ratings["trade"] == "C"
        before = place.stat()
        mapped[at : at + 1] = b"I"
        assert stat_of(place.stat()) == stat_of(before)
        assert opened(root).database.evidence[place.stem].ratings["trade"] == "I"


def test_what_was_changed_a_moment_ago_is_known_by_its_digest_and_kept_once(root: Path) -> None:
    def read(kind: Kind, path: str, data: bytes) -> tuple[Record | None, list[Problem]]:
        parsed.append(path)
        return read_record(kind, path, data)

    parsed: list[str] = []
    open_folder(root)
    cache = cache_of(root)
    assert cache
    written = {name: (cache.folder / name).stat().st_ino for name in NAMES}
    assert open_folder(root, RecordCache(cache, read)).problems == []
    assert parsed == []
    assert {name: (cache.folder / name).stat().st_ino for name in NAMES} == written


def test_evidence_is_judged_again_where_what_it_was_judged_beside_has_changed(root: Path) -> None:
    more = "recorded: 2022-02-09\ncorroborated_by: [2022-02-04-visit]\n"
    (root / "evidence/2022/2022-02-09-talks.yaml").write_text(
        f"summary: Talks\nobserved: 2022-02-09\n{more}"
    )
    assert opened(root).problems == []
    (root / "sources/kremlin.yaml").unlink()
    (unknown,) = opened(root).problems
    assert (unknown.path, unknown.rule) == (VISIT, "unknown-source")
    (root / "sources/kremlin.yaml").write_text(FILES["sources/kremlin.yaml"])
    assert opened(root).problems == []
    (root / VISIT).unlink()
    assert [p.rule for p in opened(root).problems] == ["unknown-evidence"]


def test_the_items_that_follow_another_state_are_in_the_order_of_their_files(root: Path) -> None:
    before = opened(root).database.evidence
    assert isinstance(before, CachedEvidence)
    for id in before:
        assert before[id]
    text = (root / VISIT).read_text()
    for id in ("2021-12-31-earlier", "2022-02-04-a", "2022-02-04-z", "2023-01-01-later"):
        folder = root / "evidence" / id[:4]
        folder.mkdir(exist_ok=True)
        (folder / f"{id}.yaml").write_text(text)
    (root / VISIT).unlink()
    after, anew = opened(root).database.evidence, opened(root).database.evidence
    assert isinstance(after, CachedEvidence)
    assert set(after.take(before)) == {*before, *anew} - ({*before} & {*anew})
    assert [*after] == [*anew] == sorted(anew)
    assert [*after.items()] == [*anew.items()]


def test_a_question_has_one_digest_whether_its_files_are_cached_or_were_just_read(
    root: Path,
) -> None:
    def digest_of_trade(memory: RecordCache) -> bytes:
        database = (state := open_folder(root, memory)).database
        assert isinstance(state.snapshot, CachedFiles)
        return digests(state.snapshot, database)["trade"]

    first = digest_of_trade(RecordCache(cache_of(root), clock=later))
    (root / VISIT).write_text((text := (root / VISIT).read_text()).replace("trade: C", "trade: I"))
    is_read = digest_of_trade(RecordCache(cache_of(root), clock=lambda: 0))
    is_cached = digest_of_trade(RecordCache(cache_of(root), clock=later))
    assert is_read == is_cached == digest_of_trade(RecordCache(cache_of(root), clock=later))
    (root / VISIT).write_text(text)
    assert digest_of_trade(RecordCache(cache_of(root), clock=later)) == first != is_read


SCENARIO = """\
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
prior: {probability: 0.2, basis: B.}
"""
TALKS = "indicators: {talks: {statement: S, ratings: {%s}, added: 2022-01-01}}\n"
SETS = "format: 1\ntitle: T\nsets: {form: Form}\n"
ITEM = "evidence/2022/2022-02-04-visit.yaml"
OBSERVED = "summary: A visit\nobserved: 2022-02-04\nrecorded: 2022-02-04\n"
SOUND = {
    "tracker.yaml": f"{SETS}themes: {{talks: Talks}}\n",
    "pact.yaml": SCENARIO + TALKS % "pact: C",
    "ties.yaml": SCENARIO,
    "sources/kremlin.yaml": "name: K\nreliability: A\n",
    ITEM: OBSERVED,
}
MIXED = f"{OBSERVED}ratings: {{ties: C}}\nindicators: {{pact/talks: observed}}\n"
IN_SET: dict[str, str | None] = {"ties.yaml": f"{SCENARIO}set: form\n"}
JUDGED: dict[str, tuple[str, dict[str, str | None], dict[str, str | None]]] = {
    "unknown-source": (f"{OBSERVED}source: kremlin\n", {}, {"sources/kremlin.yaml": None}),
    "unknown-theme": (f"{OBSERVED}theme: talks\n", {}, {"tracker.yaml": SETS}),
    "unknown-analyst": (
        f"{OBSERVED}analyst: desk\n",
        {},
        {"tracker.yaml": f"{SETS}themes: {{talks: T}}\nanalysts: {{red: The red team}}\n"},
    ),
    "unknown-scenario": (f"{OBSERVED}ratings: {{ties: C}}\n", {}, {"ties.yaml": None}),
    "unknown-indicator": (
        f"{OBSERVED}indicators: {{pact/talks: observed}}\n",
        {"pact.yaml": "title: ["},
        {"pact.yaml": SCENARIO},
    ),
    "rated-twice": (MIXED, {}, {"pact.yaml": SCENARIO + TALKS % "pact: C, ties: C"}),
    "mixed-row": (MIXED, {"pact.yaml": f"{SOUND['pact.yaml']}set: form\n"}, IN_SET),
    "mixed-row ": (
        MIXED,
        {"pact.yaml": SCENARIO + TALKS % "pact: C, other: C", **IN_SET},
        {"bond.yaml": f"{SCENARIO}set: form\nformerly: [other]\n"},
    ),
}
"""By the rule that an item breaks then: the item, what is another at first, and what changes."""


@pytest.mark.parametrize("rule", JUDGED)
def test_an_item_is_judged_again_when_what_made_it_sound_is_gone(root: Path, rule: str) -> None:
    item, first, then = JUDGED[rule]
    for path in root.rglob("*.yaml"):
        path.unlink()
    for files in ({**SOUND, ITEM: item, **first}, then):
        assert rule.strip() not in {p.rule for p in opened(root).problems if p.path == ITEM}
        for name, text in files.items():
            (root / name).unlink() if text is None else (root / name).write_text(text)
        same(root)
    assert rule.strip() in {p.rule for p in opened(root).problems if p.path == ITEM}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pact.yaml", SOUND["pact.yaml"].replace("A pact", "A treaty")),
        ("tracker.yaml", SOUND["tracker.yaml"].replace("title: T", "title: Another")),
        ("sources/agency.yaml", "name: A\nreliability: B\n"),
        ("bond.yaml", SCENARIO),
    ],
)
def test_no_item_is_judged_again_where_there_is_more_to_name_or_other_words(
    root: Path, name: str, text: str
) -> None:
    for path in root.rglob("*.yaml"):
        path.unlink()
    make(root, {**SOUND, ITEM: f"{MIXED}theme: talks\nsource: kremlin\n"})
    opened(root)
    (root / name).write_text(text)
    files, _, _ = (memory := RecordCache(cache_of(root), clock=later)).snapshot(root)
    assert list(files.fresh()) == [name]
    loaded = load(files, memory)
    assert isinstance(items := loaded.database.evidence, CachedEvidence)
    assert (loaded.problems, dict(items.loaded)) == ([], {})
    same(root)


def test_the_cache_is_its_owners_alone_and_nothing_is_put_into_the_database(root: Path) -> None:
    opened(root)
    assert tree(root) == {path: text.encode() for path, text in FILES.items()}
    assert kept(root) == NAMES
    for place in (root.parent / "home/scen").rglob("*"):
        assert place.stat().st_mode & 0o777 == (0o700 if place.is_dir() else 0o600), place


def test_two_databases_have_two_caches_and_one_under_two_names_has_one(root: Path) -> None:
    other = make(root.parent / "other", FILES)
    (root.parent / "link").symlink_to(root)
    places = (root, other, root.parent / "link")
    first, second, third = (cache.folder for place in places if (cache := cache_of(place)))
    assert first == third != second


def test_it_can_be_turned_off(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scen("--no-cache", "status").exit_code == 0
    assert (kept(root), os.environ.get("SCEN_CACHE")) == (set(), None)
    monkeypatch.setenv("SCEN_CACHE", "0")
    assert scen("status").exit_code == 0
    assert kept(root) == set()
    monkeypatch.setenv("SCEN_CACHE", "1")
    assert scen("status").exit_code == 0
    assert "status" in kept(root)


def test_a_folder_that_others_could_have_filled_is_not_used(root: Path) -> None:
    home = root.parent / "home"
    opened(root)
    (home / "scen").chmod(0o770)
    assert cache_of(root) is None
    (home / "scen").chmod(0o700)
    cache = cache_of(root)
    assert cache
    (cache.folder / "scenarios").chmod(0o640)
    assert cache.read("scenarios") is None
    (home / "scen").rename(home / "real")
    (home / "scen").symlink_to("real")
    assert cache_of(root) is None
    same(root)
    (home / "scen").unlink()
    (home / "scen").write_text("no folder")
    same(root)


@needs_root
def test_the_folder_of_another_user_is_not_used(root: Path) -> None:
    opened(root)
    os.chown(root.parent / "home/scen", NOBODY, NOBODY)
    assert cache_of(root) is None
    same(root)


def test_the_cache_lies_in_a_home_that_is_there(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(root.parent / "mine"))
    cache = cache_of(root)
    assert cache
    assert cache.folder.is_relative_to(root.parent / "mine/.cache/scen")
    same(root)
    assert not (root.parent / "mine").exists()
    (root.parent / "mine").mkdir()
    same(root)
    assert {path.name for path in cache.folder.iterdir()} == NAMES


def test_what_is_cut_short_or_of_another_program_is_ignored_and_written_anew(root: Path) -> None:
    cache = cache_of(root)
    assert cache
    opened(root)
    for name in NAMES:
        data = (cache.folder / name).read_bytes()
        for wrong in (b"", data[:40], data[:-1], bytes([data[0] ^ 1]) + data[1:], data + b"x"):
            (cache.folder / name).write_bytes(wrong)
            assert cache.read(name) is None
            same(root)
            assert (cache.folder / name).read_bytes() == data
    cache.write("scenarios", b"not what it should be")
    same(root)


def test_any_module_that_is_another_makes_another_program(tmp_path: Path) -> None:
    copy = copytree(scenarios.__path__[0], tmp_path / "src" / "scenarios")
    said = "from scenarios.storage.cache.packed import program; print(program().hex())"

    def program() -> str:
        done = subprocess.run(
            [sys.executable, "-c", said],
            env={**os.environ, "PYTHONPATH": str(copy.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    before = program()
    assert program() == before
    with (copy / "analysis" / "ledger" / "ledger.py").open("a") as file:
        file.write("\n")
    assert program() != before


def test_a_full_disk_and_a_read_only_one_change_no_answer(root: Path) -> None:
    home = root.parent / "home"
    home.mkdir()
    with mounted(home, "size=64k"):
        (home / "fill").write_bytes(b"x" * 60_000)
        for n in range(100):
            name = f"2022-02-05-visit-{n}"
            (root / f"evidence/2022/{name}.yaml").write_text(
                FILES[VISIT].replace("2022-02-04", "2022-02-05")
            )
        same(root)
        assert "evidence-2022" not in kept(root)
        remount(home, "ro")
        same(root)


def test_a_folder_that_may_not_be_written_changes_no_answer(plain_root: Path) -> None:
    make(plain_root, FILES)
    subprocess.run(["chown", "-R", str(NOBODY), plain_root], check=False)
    cache = PackedCache(plain_root / "home/scen/x")
    with without_privileges():
        plain_root.chmod(0o555)
        assert open_folder(plain_root, RecordCache(cache, clock=later)).problems == []
        assert not (plain_root / "home").exists()
        plain_root.chmod(0o755)
        cache.folder.mkdir(mode=0o700, parents=True)
        cache.folder.parent.chmod(0o700)
        cache.folder.chmod(0o500)
        assert open_folder(plain_root, RecordCache(cache, clock=later)).problems == []
        assert [*cache.folder.iterdir()] == []


def test_every_command_says_with_a_cache_what_it_says_without(root: Path) -> None:
    run(root.parent, "init", "-q")
    commit(root.parent, "Begin")
    (root / "evidence/2022/2022-02-09-talks.yaml").write_text(
        "summary: Talks\nobserved: 2022-02-09\nrecorded: 2022-02-09\nratings: {pact: C, ties: I}\n"
    )
    commit(root.parent, "Talk")
    words = ("add-evidence", "More", "--recorded", "2022-02-10", "--rate", "trade=C", "--dry-run")
    every = [*READING, ("status", "--format", "json"), ("report", "--format", "json"), words]
    for text in (FILES[VISIT].replace("trade: C", "trade: II"), "summary: [", FILES[VISIT]):
        opened(root)
        (root / VISIT).write_text(text)
        for command in every:
            kept, anew = scen(*command), scen("--no-cache", *command)
            assert (kept.stdout, kept.stderr) == (anew.stdout, anew.stderr), command


EDITOR = """
import sys, time
from pathlib import Path
from scenarios.storage.cache.files import CachedEvidence
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import cache_of
from scenarios.workspace.opened import open_folder

root, mine, end = Path(sys.argv[1]), Path(sys.argv[1], sys.argv[2]), time.monotonic() + 1.5
text = mine.read_text()
while time.monotonic() < end:
    for code in ("C", "I", "N"):
        mine.write_text(text.replace("trade: C", f"trade: {code}"))
        found = open_folder(root).database.evidence[mine.stem].ratings["trade"]
        assert found == code, (found, code)
        open_folder(root)
"""


def test_processes_that_edit_and_read_at_once_each_see_what_they_wrote(root: Path) -> None:
    paths = [VISIT.replace("visit", name) for name in ("one", "two", "three")]
    for path in paths:
        (root / path).write_text(FILES[VISIT])
    env = {**os.environ, "PYTHONPATH": str(Path(scenarios.__path__[0]).parent)}
    running = [
        subprocess.Popen([sys.executable, "-c", EDITOR, root, path], env=env) for path in paths
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    same(root)


def test_a_status_that_is_kept_in_part_knows_the_new_items_of_other_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make(tmp_path / "scenarios", FILES).parent)
    words = ("status", "--as-of", "2022-02-08")
    for summary, rated in (("First", "pact=C"), ("Second", "trade=C"), ("Third", "pact=I")):
        added = scen("add-evidence", summary, "--rate", rated, "--recorded", "2022-02-08")
        assert added.exit_code == 0, added.stderr
        kept = scen(*words)
        assert (kept.exit_code, kept.stdout) == (0, scen(*words, env={"SCEN_CACHE": "0"}).stdout)
