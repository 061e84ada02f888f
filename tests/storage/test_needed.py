"""A write, an edit and a restatement read what they need, and say what the whole database says."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing
from scenarios.analysis.history import audit
from scenarios.analysis.history.audit import preview
from scenarios.analysis.ledger.effects import effects
from scenarios.analysis.period.probability_shifts import shifts
from scenarios.analysis.review.restated import restated
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.rules.duplicates import alike, are_alike
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Database
from scenarios.paths import path_of
from scenarios.storage.cache.files import CachedEvidence, is_in_git
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import PackedFolder, cache_of
from scenarios.storage.git import repository as git
from scenarios.storage.loader import load, read_record
from scenarios.workspace.afterwards import changed_afterwards
from scenarios.workspace.audit_preview import preview_of
from scenarios.workspace.corrections import KeyChange, edit
from scenarios.workspace.opened import open_folder, past
from scenarios.workspace.reading import span, standings
from scenarios.workspace.results import corrected, evidence_effects
from scenarios.workspace.reviewing import reviewed
from scenarios.workspace.tasks.evidence import record_evidence
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult
from tests.cli.commands import scen
from tests.cli.test_correcting import written
from tests.full import FULL
from tests.random_databases import CODES, END, START, random_database
from tests.records import database, day, indicator, item, resolution, scenario, sheet, sheets
from tests.storage.test_git import commit, run

SIZES = (60, 180)
TODAY = day(300)
NEW = {
    "summary": "An item that is like no other",
    "observed": "2022-06-01",
    "recorded": "2022-06-01",
    "ratings": {"rare": "C"},
    "indicators": {},
    "corroborated_by": [],
}
CHANGED = [KeyChange("ratings.rare", "put", "CC")]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def cached(root: Path) -> RecordCache:
    """All files are cached as if they had been there for long."""
    memory = RecordCache(cache_of(root), clock=lambda: time.time_ns() + 10**12)
    open_folder(root, memory)
    return RecordCache(cache_of(root))


def of_size(folder: Path, size: int) -> Path:
    """So many items on one scenario, and always five on another, in a repository."""
    own = {f"{day(n)}-own{n}": item(day(n), ratings={"rare": "I"}) for n in range(5)}
    others = {f"{day(n)}-e{n}": item(day(n), ratings={"often": "C"}) for n in range(size)}
    told = {id: replace(one, summary=f"Report {id} {id}a {id}b") for id, one in others.items()}
    known = {"rare": scenario(indicators={"i": indicator({"rare": "C"})}), "often": scenario()}
    said = sheets(sheet(day(9), {"rare": 0.3, "often": 0.2}))
    db = database(scenarios=known, evidence=told | own, sheets=said)
    root = written(db, folder / f"{size}" / "scenarios")
    run(root.parent, "init", "-q")
    run(root.parent, "config", "user.name", "A")
    run(root.parent, "config", "user.email", "a@example.org")
    commit(root.parent, "All")
    return root


def reads(do: Callable[[], object]) -> int:
    """How many records were decoded from the cache or read from a text."""
    return calls(do, PackedFolder.record, read_record)


def calls(do: Callable[[], object], *functions: Any) -> int:
    """How often these functions were called."""
    codes, count = {function.__code__ for function in functions}, 0

    def trace(frame: Any, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code in codes

    sys.setprofile(trace)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


def adding(root: Path) -> None:
    done = record_evidence(root, NEW, WriteMode(read=cached(root)))
    assert evidence_effects(done, "2022-06-01-an-item-that-is-like-no-other", TODAY)


def editing(root: Path) -> None:
    done, _ = edit(root, f"{day(3)}-own3", CHANGED)
    found = preview_of(done, TODAY, audit)
    assert [one.rule for one in found] == ["judged-anew"]
    assert corrected(done, "x", found, TODAY).shifts


def entitling(root: Path) -> None:
    done, _ = edit(root, "scenario:rare", [KeyChange("title", "put", "Another")])
    assert (preview_of(done, TODAY, audit), corrected(done, "x", [], TODAY).shifts) == ([], ())


def looking_back(root: Path) -> None:
    changed = changed_afterwards(open_folder(root), git.repository(root), day(2), TODAY)
    assert changed
    assert [row.scenario for row in changed[0].figures] == ["rare"]


@pytest.mark.parametrize("do", [adding, editing, entitling, looking_back])
def test_more_items_on_another_scenario_are_not_read(
    do: Callable[[Path], None], tmp_path: Path
) -> None:
    counts = []
    for size in SIZES:
        root = of_size(tmp_path, size)
        if do is looking_back:
            edit(root, f"{day(1)}-own1", CHANGED)
        cached(root)
        counts.append(reads(lambda root=root: do(root)))  # type: ignore[misc]
    assert counts[0] == counts[1] < SIZES[0], counts


def test_what_was_read_for_the_first_time_is_not_read_again_beside_a_commit(
    tmp_path: Path,
) -> None:
    counts = []
    for size in SIZES:
        root = of_size(tmp_path, size)
        edit(root, f"{day(1)}-own1", CHANGED)
        opened = open_folder(
            root, RecordCache(cache_of(root), clock=lambda: time.time_ns() + 10**12)
        )
        assert isinstance(opened.database.evidence, CachedEvidence)
        assert not opened.database.evidence.loaded
        repository = git.repository(root)
        counts.append(
            reads(lambda: changed_afterwards(opened, repository, day(2), TODAY))  # noqa: B023
        )
    assert counts[0] == counts[1] < SIZES[0], counts


def test_a_status_after_an_edit_reads_the_items_of_its_questions_alone(tmp_path: Path) -> None:
    counts = []
    for size in SIZES:
        root = of_size(tmp_path, size)
        standings(open_folder(root, cached(root)), TODAY)
        edit(root, f"{day(1)}-own1", CHANGED)
        memory = cached(root)
        opened = open_folder(root, memory)
        counts.append(reads(lambda opened=opened: standings(opened, TODAY)))  # type: ignore[misc]
    assert counts[0] == counts[1] < SIZES[0], counts


@pytest.mark.parametrize(
    ("script", "apart"),
    [
        ("echo x > ../notes.txt", 0),
        ("echo 'notes: More' >> 2022/2022-01-02-e1.yaml", 1),
        ("rm 2022/2022-01-02-e1.yaml", 1),
        ("cp 2022/2022-01-02-e1.yaml 2022/2022-01-02-f1.yaml", 1),
        ("chmod +x 2022/2022-01-02-e1.yaml", 1),
        ("ln -s 2022-01-02-e1.yaml 2022/2022-01-03-f1.yaml", 1),
        ("mkdir 2022/.x; echo x > 2022/.x/x.yaml; echo x > 2022/README", 1),
        (
            "mkdir 2023; cp 2022/*e1.yaml 2023/2023-01-02-f1.yaml; git rm -q ../rare.yaml",
            0,
        ),
    ],
)
def test_a_folder_that_a_commit_has_as_it_is_is_known_by_the_name_of_its_tree(
    script: str, apart: int, tmp_path: Path
) -> None:
    """So its files are not compared one by one, and what is read of the commit is the same."""
    root = of_size(tmp_path, 20)
    files = open_folder(root, cached(root)).snapshot
    subprocess.run(["bash", "-euc", script], cwd=root / "evidence", check=True)
    repository, tip = git.repository(root), commit(root.parent, "Other")
    plain, problems = git.snapshot(repository, tip)
    beside: list[Any] = []
    compared = calls(lambda: beside.append(git.snapshot(repository, tip, files)), is_in_git)
    assert ({**beside[0][0]}, beside[0][1]) == (plain, problems)
    assert (compared > len(files) - len([*root.glob("*.yaml")]) - 2) == bool(apart)


def test_items_that_may_be_the_same_are_looked_for_among_those_of_its_days(tmp_path: Path) -> None:
    root = of_size(tmp_path, 20)
    items = open_folder(root, cached(root)).database.evidence
    one = items[f"{day(4)}-own4"]
    asked = one.summary, one.observed, "https://example.org/"
    assert isinstance(items, CachedEvidence)
    assert reads(lambda: alike(items, *asked)) == 2 * len(range(4 - 3, 4 + 3 + 1)) - 3 - 1
    assert alike(items, *asked) == alike({**items}, *asked) != []


def test_the_folder_is_opened_once_to_add_an_item_of_which_nothing_is_asked(tmp_path: Path) -> None:
    root = of_size(tmp_path, 5)
    words = "--database", str(root), "add-evidence", "--rate", "rare=C"
    assert calls(lambda: scen(*words, "New"), RecordCache.snapshot) == 1
    assert (
        calls(lambda: scen(*words, "Newer", "--commit"), RecordCache.snapshot) == 2
    )  # under the lock


def plain(files: Any, memory: Any = None) -> Database:
    """The database of some files, every one of them read."""
    return load({**files}, memory).database


def both(done: WriteResult) -> tuple[Database, Database]:
    after = {**done.before.snapshot, **{draft.path: draft.new for draft in done.drafts}}
    return plain(done.before.snapshot), plain({p: d for p, d in after.items() if d is not None})


def edits(chance: Random, db: Database) -> Iterator[tuple[str, list[KeyChange]]]:
    """One change of each kind of record."""
    if items := sorted(id for id, one in db.evidence.items() if one.ratings):
        id = chance.choice(items)
        key = chance.choice(sorted(db.evidence[id].ratings))
        yield id, [KeyChange(f"ratings.{key}", "put", chance.choice(CODES))]
        yield id, [KeyChange("origin", "put", "agency"), KeyChange("credibility", "put", "1")]
        yield id, [KeyChange("summary", "put", "Other words"), KeyChange("notes", "put", "More")]
    id = chance.choice(sorted(db.scenarios))
    yield f"scenario:{id}", [KeyChange("title", "put", "Another"), KeyChange("tags", "put", "[x]")]
    yield f"scenario:{id}", [KeyChange("question", "put", "Another?")]
    for key in sorted(db.scenarios[id].indicators)[:1]:
        yield f"scenario:{id}", [KeyChange(f"indicators.{key}.statement", "put", "Is not seen")]
    if db.sheets:
        id = chance.choice(sorted(db.sheets))
        key = chance.choice(sorted(db.sheets[id].probabilities))
        yield f"forecasts:{id}", [KeyChange(f"probabilities.{key}", "put", "0.123")]
    yield "tracker", [KeyChange("rating_strength", "put", "0.7")]
    if db.sources:
        yield f"source:{min(db.sources)}", [KeyChange("reliability", "put", "E")]
    yield "tracker", [KeyChange("title", "put", "Another desk")]


@pytest.mark.parametrize("seed", range(120) if FULL else (*range(6), 56))
def test_what_is_narrowed_says_what_all_records_say(seed: int, tmp_path: Path) -> None:
    """Audit findings, shifts and effects of an edit, and what was changed afterwards."""
    chance = Random(seed)  # noqa: S311 - no secret
    db = random_database(seed)
    root = written(db, tmp_path / "scenarios")
    run(tmp_path, "init", "-q")
    commit(tmp_path, "All", f"{START}T12:00:00Z")
    then = plain(open_folder(root, cached(root)).snapshot)
    middle = START + timedelta((END - START).days // 2)
    for id, changes in edits(chance, db):
        done, now = edit(root, id, changes)
        assert isinstance(done.after.database.evidence, CachedEvidence)
        before, after = both(done)
        assert bearing(done.after.database) == bearing(after)
        revisions, _ = past(git.repository(root), None)
        assert preview_of(done, END, audit) == preview(revisions, before, after, END)
        assert corrected(done, now.id, [], END).shifts == shifts(before, after, END)
        if now.kind == "evidence":
            assert evidence_effects(done, now.id, END) == effects(before, after, now.id, END)
        if done.drafts and chance.random() < 0.5:
            commit(tmp_path, f"edit: {id}", f"{middle}T12:00:00Z")
        opened = open_folder(root, cached(root))
        changed = changed_afterwards(opened, git.repository(root), middle - timedelta(1), END)
        assert changed
        rows, _ = restated(then, after, after, middle - timedelta(1))
        found = [(one.scenario, one.stated, one.implied) for one in changed[0].figures]
        assert found == [(one.scenario, one.stated, one.implied) for one in rows]


def test_an_edit_of_words_that_no_rule_of_the_audit_reads_reads_no_history(tmp_path: Path) -> None:
    root, counts = of_size(tmp_path, 5), []
    for id, key in ((f"{day(3)}-own3", "notes"), ("scenario:rare", "title"), ("tracker", "title")):
        done, _ = edit(root, id, [KeyChange(key, "put", "Other words")])
        counts.append(reads(lambda done=done: preview_of(done, TODAY, audit)))  # type: ignore[misc]
        commit(root.parent, key)
    assert counts == [1, 1, 1]  # the record as the last commit has it


def test_other_words_in_an_item_renamed_by_hand_leave_the_audit_without_its_former_name(
    tmp_path: Path,
) -> None:
    root = of_size(tmp_path, 5)
    place = root / path_of("evidence", f"{day(3)}-own3")
    place.rename(place.with_name(f"{day(3)}-other.yaml"))
    for how in (WriteMode(), WriteMode(commit=True)):
        words = f"Other words {how.commit}"
        done, _ = edit(root, f"{day(3)}-other", [KeyChange("summary", "put", words)], how)
        revisions, _ = past(git.repository(root), "HEAD~" if how.commit else "HEAD")
        found = preview_of(done, TODAY, audit)
        assert found == preview(revisions, *both(done), TODAY)
        rules = [] if how.commit else ["deleted-evidence", "backdated"]
        assert [one.rule for one in found] == rules


def test_an_item_that_was_renamed_by_hand_keeps_its_history(tmp_path: Path) -> None:
    root = of_size(tmp_path, 5)
    place = root / path_of("evidence", f"{day(3)}-own3")
    place.rename(place.with_name(f"{day(3)}-other.yaml"))
    done, _ = edit(root, f"{day(3)}-other", CHANGED)
    found = preview_of(done, TODAY, audit)
    assert [(one.rule, one.record) for one in found] == [("judged-anew", f"{day(3)}-other")]
    revisions, _ = past(git.repository(root), None)
    assert found == preview(revisions, *both(done), TODAY)


def test_the_last_figure_of_a_question_over_rests_on_its_evidence_whatever_else_was_changed(
    tmp_path: Path,
) -> None:
    over = replace(scenario(), resolution=resolution("occurred", day(4), day(6)))
    own = {f"{day(1)}-own1": item(day(1), ratings={"rare": "C"})}
    others = {f"{day(n)}-e{n}": item(day(n), ratings={"over": "CC"}) for n in (1, 3, 5)}
    db = database(scenarios={"rare": scenario(), "over": over}, evidence=own | others)
    root = written(db, tmp_path / "scenarios")
    run(tmp_path, "init", "-q")
    commit(tmp_path, "All", f"{day(6)}T12:00:00Z")
    edit(root, f"{day(1)}-own1", CHANGED)
    commit(tmp_path, "Edit", f"{day(7)}T12:00:00Z")
    opened, repository = open_folder(root, cached(root)), git.repository(root)
    looked = reviewed(opened, span(opened, day(9), day(2)), repository).review
    assert looked.restated
    assert [row.scenario for row in looked.restated.figures] == ["rare"]
    alone = reviewed(opened, span(opened, day(9), day(2)), None).review
    [ended], [plain] = looked.resolved, alone.resolved
    assert ended.last_implied == plain.last_implied is not None


@pytest.mark.parametrize("seed", range(60) if FULL else (*range(3), 28))
def test_a_review_that_was_computed_once_is_remembered_until_a_file_or_a_commit_differs(
    seed: int, tmp_path: Path
) -> None:
    chance = Random(seed)  # noqa: S311 - no secret
    db = random_database(seed)
    root = written(db, tmp_path / "scenarios")
    run(tmp_path, "init", "-q")
    middle = START + timedelta((END - START).days // 2)
    commit(tmp_path, "All", f"{START}T12:00:00Z")
    repository = git.repository(root)

    def look(memory: RecordCache | None = None) -> tuple[Review, dict[str, object]]:
        opened = open_folder(root, memory)
        found = reviewed(opened, span(opened, END, middle), repository)
        views = found.window.views.items()
        return found.review, {id: (view.implied_before, view.stated_before) for id, view in views}

    for id, changes in edits(chance, db):
        done, _ = edit(root, id, changes)
        if done.drafts and chance.random() < 0.5:
            commit(tmp_path, f"edit: {id}", f"{middle}T12:00:00Z")
        assert look(cached(root)) == look(RecordCache())
        assert look(RecordCache(cache_of(root))) == look(RecordCache())
        assert calls(lambda: look(RecordCache(cache_of(root))), review, restated) == 0


def test_duplicates_are_looked_for_again_once_what_they_rest_on_changed(tmp_path: Path) -> None:
    root = of_size(tmp_path, 20)

    def look(memory: RecordCache) -> tuple[Finding, ...]:
        opened = open_folder(root, memory)
        return reviewed(opened, span(opened, day(30), day(4)), None).review.every_finding

    counts = []
    for key, value in (("credibility", "1"), ("summary", "Other words"), ("credibility", "2")):
        edit(root, f"{day(3)}-own3", [KeyChange(key, "put", value)])
        memory = cached(root)
        counts.append(calls(lambda memory=memory: look(memory), are_alike))  # type: ignore[misc]
        found = look(RecordCache())
        assert look(RecordCache(cache_of(root))) == found
        assert "possible-duplicate" in {finding.rule for finding in found}
    assert [bool(count) for count in counts] == [True, True, False]


@pytest.mark.parametrize("seed", range(100, 140) if FULL else (107,))
def test_whatever_was_recorded_each_command_says_with_the_cache_what_it_says_without(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache is left by what was recorded before on other questions, one after the other."""
    chance, db = Random(seed), random_database(seed)  # noqa: S311 - no secret
    root, last, ids = tmp_path / "scenarios", ("--as-of", f"{END}"), sorted(db.scenarios)
    written(db, root)
    run(tmp_path, "init", "-q")
    commit(tmp_path, "All", f"{START}T12:00:00Z")
    monkeypatch.chdir(tmp_path)
    open_ids = [
        id for id in ids if not db.scenarios[id].resolution and db.scenarios[id].horizon > END
    ]
    reading = [
        *(("status",), ("status", *last, "--format", "json"), ("due", *last), ("score", *last)),
        *(("report", *last), ("report", "--brief", *last), ("report", *last, "--format", "json")),
        *(("list", kind) for kind in ("scenarios", "indicators", "evidence", "sources")),
        *(("explain", id, *last) for id in chance.sample(ids, min(len(ids), 2))),
        *(("check", "--findings"), ("audit",), ("diff", "HEAD"), ("history",)),
        *([("matrix", *ids)] if len(ids) > 1 else []),
    ]
    for step in range(4):
        if open_ids and chance.random() < 0.6:
            rated = chance.sample(open_ids, min(len(open_ids), chance.randint(1, 2)))
            rates = [word for id in rated for word in ("--rate", f"{id}={chance.choice(CODES)}")]
            added = scen("add-evidence", f"Words {step}", "--recorded", f"{END}", *rates)
            assert added.exit_code == 0, added.stderr
        else:
            edit(root, *chance.choice([*edits(chance, open_folder(root).database)]))
        if chance.random() < 0.3 and run(tmp_path, "status", "--porcelain"):
            commit(tmp_path, f"Step {step}", f"{END}T12:00:00Z")
        for words in reading:
            kept, anew = scen(*words), scen("--no-cache", *words)
            assert kept.exit_code in {0, 1}, (words, kept.stderr)
            assert (kept.exit_code, kept.output) == (anew.exit_code, anew.output), words
