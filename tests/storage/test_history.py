"""Replaying the commits gives, at each of them, the database that a checkout would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.history.commits import Revision, Standing, States
from scenarios.model import Database, Source, Tracker
from scenarios.storage.git import repository as git
from scenarios.storage.git import revisions as history
from scenarios.storage.git.revisions import revisions
from scenarios.storage.loader import load, read_record
from tests.storage.test_git import SOURCE, TRACKER, commit, put, run

OTHER = b"name: A wire\nreliability: C\n"
BROKEN = b"name: [\n"


def replayed(found: list[Revision]) -> Iterator[tuple[Revision, Database]]:
    """Each commit with the database after it, and what it says it changed held against it."""
    states = States(found)
    for revision in found:
        standing = states.before(revision)
        for change in revision.changes:
            assert record(standing.database, change.kind, change.id) == change.before
        standing.put(revision.changes)
        for change in revision.changes:
            assert record(standing.database, change.kind, change.id) == change.after
        yield revision, standing.database
        states.keep(revision, standing)


def record(database: Database, kind: str, id: str) -> Any:
    if kind == "tracker":
        return None if database.tracker == Tracker() else database.tracker
    folders = {"scenario": "scenarios", "forecasts": "sheets", "source": "sources"}
    return getattr(database, folders.get(kind, kind)).get(id)


def same(repository: git.Repository, revision: str = "HEAD") -> list[Revision]:
    """The commits, each replayed to what its own tree holds; the last one is the revision."""
    tip = git.commit_of(repository, revision)
    found = revisions(repository, tip)
    database = Database(Tracker())
    for one, database in replayed(found):
        files, _ = git.snapshot(repository, one.commit.id)
        assert database == load(files).database, one.commit.subject
    assert database == load(git.snapshot(repository, tip)[0]).database
    return found


def touched(revision: Revision) -> list[str]:
    return [change.id for change in revision.own]


def start(folder: Path, *words: str) -> git.Repository:
    run(folder, "init", "-q", "-b", "main", *words)
    put(folder, "scenarios/tracker.yaml", TRACKER)
    commit(folder, "first")
    return git.repository(folder / "scenarios")


def add(folder: Path, path: str, data: bytes = SOURCE, day: str = "2022-03-01T12:00:00Z") -> str:
    put(folder, f"scenarios/{path}", data)
    return commit(folder, path, day)


def test_a_line_of_commits_adds_changes_breaks_mends_renames_and_removes(tmp_path: Path) -> None:
    repository = start(tmp_path)
    add(tmp_path, "sources/paper.yaml")
    add(tmp_path, "sources/paper.yaml", OTHER)
    add(tmp_path, "sources/paper.yaml", BROKEN)
    add(tmp_path, "sources/paper.yaml")
    run(tmp_path, "mv", "scenarios/sources/paper.yaml", "scenarios/sources/wire.yaml")
    commit(tmp_path, "rename")
    run(tmp_path, "rm", "-q", "-r", "scenarios/sources")
    commit(tmp_path, "remove")
    paper, wire = Source("A paper", "B"), Source("A wire", "C")
    told = [
        [(c.kind, c.id, c.before, c.after, c.readable) for c in one.changes]
        for one in same(repository)
    ]
    assert told == [
        [("tracker", "tracker", None, Tracker(title="T"), True)],
        [("source", "paper", None, paper, True)],
        [("source", "paper", paper, wire, True)],
        [("source", "paper", wire, None, False)],
        [("source", "paper", None, paper, True)],
        [("source", "paper", paper, None, True), ("source", "wire", None, paper, True)],
        [("source", "wire", paper, None, True)],
    ]


def test_what_cannot_be_read_is_counted_in_the_commit_that_broke_it(tmp_path: Path) -> None:
    repository = start(tmp_path)
    put(tmp_path, "scenarios/sources/b.yaml", BROKEN)
    add(tmp_path, "sources/a.yaml", BROKEN)
    add(tmp_path, "sources/a.yaml", BROKEN + b"# still\n")
    add(tmp_path, "sources/c.yaml")
    assert [one.left_out for one in same(repository)] == [0, 2, 1, 0]


def test_a_commit_that_changed_no_record_is_on_the_way_and_changes_nothing(tmp_path: Path) -> None:
    repository = start(tmp_path)
    add(tmp_path, "README.md", b"no record")
    put(tmp_path, "elsewhere.txt", b"not in the database")
    commit(tmp_path, "elsewhere")
    run(tmp_path, "commit", "-q", "--allow-empty", "-m", "nothing")
    add(tmp_path, "sources/a.yaml")
    found = same(repository)
    told = [(one.commit.subject, touched(one)) for one in found]
    assert told == [("first", ["tracker"]), ("README.md", []), ("sources/a.yaml", ["a"])]
    assert found[2].commit.parents == (found[1].commit.id,)


def test_a_merge_owns_only_what_no_parent_had(tmp_path: Path) -> None:
    repository = start(tmp_path)
    add(tmp_path, "sources/both.yaml")
    run(tmp_path, "checkout", "-q", "-b", "side")
    add(tmp_path, "sources/both.yaml", SOURCE + b"url: https://example.org/side\n")
    add(tmp_path, "sources/side.yaml")
    run(tmp_path, "checkout", "-q", "main")
    add(tmp_path, "sources/main.yaml")
    add(tmp_path, "sources/both.yaml", SOURCE + b"url: https://example.org/main\n")
    with pytest.raises(subprocess.CalledProcessError):
        run(tmp_path, "merge", "-q", "side")
    put(tmp_path, "scenarios/sources/both.yaml", SOURCE + b"url: https://example.org/hand\n")
    run(tmp_path, "rm", "-q", "-f", "scenarios/sources/main.yaml")
    put(tmp_path, "scenarios/sources/new.yaml", SOURCE)
    commit(tmp_path, "merged by hand")
    add(tmp_path, "sources/after.yaml")
    merge = same(repository)[-2]
    assert sorted(change.id for change in merge.changes) == ["both", "main", "new", "side"]
    # git's own words for it: `main` was there in one parent, `new` in none
    assert touched(merge) == ["both", "new"]


def test_a_merge_that_keeps_one_side_changes_nothing_of_its_own(tmp_path: Path) -> None:
    repository = start(tmp_path)
    run(tmp_path, "checkout", "-q", "-b", "side")
    add(tmp_path, "sources/side.yaml")
    run(tmp_path, "checkout", "-q", "main")
    add(tmp_path, "sources/main.yaml")
    run(tmp_path, "merge", "-q", "-s", "ours", "-m", "ours", "side")
    add(tmp_path, "sources/after.yaml")
    merge = same(repository)[-2]
    assert (merge.commit.subject, merge.changes, merge.own) == ("ours", (), ())


def test_octopus_and_criss_cross_merges(tmp_path: Path) -> None:
    repository = start(tmp_path)
    for name in ("a", "b", "c"):
        run(tmp_path, "checkout", "-q", "-b", name, "main")
        add(tmp_path, f"sources/{name}.yaml")
    run(tmp_path, "checkout", "-q", "main")
    run(tmp_path, "merge", "-q", "-m", "octopus", "a", "b", "c")
    add(tmp_path, "sources/main.yaml")
    run(tmp_path, "checkout", "-q", "a")
    add(tmp_path, "sources/a.yaml", OTHER)
    run(tmp_path, "branch", "was-a")
    run(tmp_path, "merge", "-q", "-m", "main into a", "main")
    run(tmp_path, "checkout", "-q", "main")
    run(tmp_path, "merge", "-q", "-m", "a into main", "was-a")
    add(tmp_path, "sources/main.yaml", OTHER)
    run(tmp_path, "merge", "-q", "-m", "crossed", "a")
    found = same(repository)
    octopus = next(one for one in found if one.commit.subject == "octopus")
    # of four parents main is one that the others descend from, and git drops it
    assert (len(octopus.commit.parents), touched(octopus)) == (3, [])
    assert [touched(one) for one in found if one.commit.parents[1:]] == [[], [], [], []]


def test_a_database_that_a_branch_brought_to_a_main_without_one(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, "README", b"before the database")
    commit(tmp_path, "before")
    run(tmp_path, "checkout", "-q", "-b", "side")
    put(tmp_path, "scenarios/tracker.yaml", TRACKER)
    commit(tmp_path, "the database")
    run(tmp_path, "checkout", "-q", "main")
    put(tmp_path, "README", b"meanwhile")
    commit(tmp_path, "meanwhile")
    run(tmp_path, "merge", "-q", "-m", "merged", "side")
    add(tmp_path, "sources/a.yaml")
    found = same(git.repository(tmp_path / "scenarios"))
    assert [touched(one) for one in found if one.own] == [["tracker"], ["a"]]


def test_a_merge_that_brings_the_database_itself_is_its_author(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, "README", b"before the database")
    commit(tmp_path, "before")
    run(tmp_path, "checkout", "-q", "-b", "side")
    put(tmp_path, "b", b"b")
    commit(tmp_path, "b")
    run(tmp_path, "checkout", "-q", "main")
    put(tmp_path, "a", b"a")
    commit(tmp_path, "a")
    run(tmp_path, "merge", "-q", "--no-commit", "side")
    put(tmp_path, "scenarios/tracker.yaml", TRACKER)
    commit(tmp_path, "merged with more")
    [merge] = same(git.repository(tmp_path / "scenarios"))
    assert touched(merge) == ["tracker"]


def test_two_histories_that_began_apart(tmp_path: Path) -> None:
    repository = start(tmp_path)
    run(tmp_path, "checkout", "-q", "--orphan", "apart")
    run(tmp_path, "rm", "-q", "-rf", ".")
    add(tmp_path, "sources/apart.yaml")
    run(tmp_path, "checkout", "-q", "main")
    run(tmp_path, "merge", "-q", "--allow-unrelated-histories", "-m", "joined", "apart")
    assert [len(one.commit.parents) for one in same(repository)] == [0, 0, 2]


def test_the_history_of_a_database_begins_where_its_folder_does(tmp_path: Path) -> None:
    start(tmp_path)
    add(tmp_path, "sources/a.yaml")
    (tmp_path / "deep").mkdir()
    run(tmp_path, "mv", "scenarios", "deep/down")
    commit(tmp_path, "moved")
    [moved] = same(git.repository(tmp_path / "deep/down"))
    assert (touched(moved), moved.commit.shallow) == (["a", "tracker"], False)


def test_branches_that_ran_side_by_side_come_in_the_order_of_their_days(tmp_path: Path) -> None:
    repository = start(tmp_path)
    run(tmp_path, "checkout", "-q", "-b", "side")
    add(tmp_path, "sources/second.yaml", day="2022-03-02T12:00:00Z")
    add(tmp_path, "sources/fourth.yaml", day="2022-03-04T12:00:00Z")
    run(tmp_path, "checkout", "-q", "main")
    add(tmp_path, "sources/third.yaml", day="2022-03-03T12:00:00Z")
    add(tmp_path, "sources/fifth.yaml", day="2022-03-05T12:00:00Z")
    run(tmp_path, "merge", "-q", "-m", "merged", "side", day="2022-03-06T12:00:00Z")
    order = [touched(one) for one in same(repository)]
    assert order == [["tracker"], ["second"], ["third"], ["fourth"], ["fifth"], []]


def test_links_submodules_and_executables_are_what_a_snapshot_makes_of_them(
    tmp_path: Path,
) -> None:
    repository = start(tmp_path)
    sources = tmp_path / "scenarios" / "sources"
    sources.mkdir()
    (sources / "link.yaml").symlink_to(SOURCE.decode())  # its target reads like a record
    run(tmp_path, "add", "-A")
    # A submodule's commit is not among the objects of this repository.
    elsewhere = f"160000,{'1' * 40},scenarios/sources/module.yaml"
    run(tmp_path, "update-index", "--add", "--cacheinfo", elsewhere)
    run(tmp_path, "commit", "-q", "-m", "no records")
    put(tmp_path, "scenarios/sources/tool.yaml", SOURCE)
    (sources / "tool.yaml").chmod(0o755)
    run(tmp_path, "rm", "-q", "--cached", "scenarios/sources/module.yaml")
    (sources / "link.yaml").unlink()
    for name in ("link", "module"):
        put(tmp_path, f"scenarios/sources/{name}.yaml", SOURCE)
    commit(tmp_path, "records")
    (sources / "link.yaml").unlink()
    (sources / "link.yaml").symlink_to("tool.yaml")
    (sources / "tool.yaml").chmod(0o644)
    commit(tmp_path, "a link again")
    found = same(repository)
    assert [one.left_out for one in found] == [0, 2, 0, 1]
    paper = Source("A paper", "B")
    assert [(c.id, c.before, c.after) for c in found[2].changes] == [
        ("link", None, paper),
        ("module", None, paper),
        ("tool", None, paper),
    ]
    assert [(c.id, c.before, c.after, c.readable) for c in found[3].changes] == [
        ("link", paper, None, False),
        ("tool", paper, paper, True),  # the file's mode is no content
    ]


def test_names_that_are_no_ids_and_bytes_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    repository = start(tmp_path)
    names = [b"a b", b"two\nlines", b"\xff\xfe", b"t\tab", b'"quoted"', "ü".encode(), b"\x01x"]
    folder = os.fsencode(tmp_path / "scenarios" / "sources")
    Path(os.fsdecode(folder)).mkdir()
    for name in names:
        Path(os.fsdecode(folder + b"/" + name + b".yaml")).write_bytes(SOURCE)
    add(tmp_path, "sources/paper.yaml", b"name: \xff\nreliability: B\n")
    add(tmp_path, "sources/.hidden/x.yaml")
    add(tmp_path, "sources/plain.yaml")
    found = same(repository)
    assert [(touched(one), one.left_out) for one in found[1:]] == [
        (["paper"], 1),
        ([], 0),
        (["plain"], 0),
    ]


@pytest.mark.parametrize("name", ["my désk", "sc[e]n*", ":(top)x", "-x"])
def test_a_folder_of_any_name_deep_below_the_top(tmp_path: Path, name: str) -> None:
    run(tmp_path, "init", "-q")
    put(tmp_path, f"a/{name}/tracker.yaml", TRACKER)
    put(tmp_path, "a/scen/tracker.yaml", TRACKER)
    commit(tmp_path, "first")
    put(tmp_path, "a/scen/sources/other.yaml", SOURCE)
    commit(tmp_path, "another database")
    put(tmp_path, f"a/{name}/sources/paper.yaml", SOURCE)
    commit(tmp_path, "this one")
    found = same(git.repository(tmp_path / "a" / name))
    assert [one.commit.subject for one in found] == ["first", "this one"]


def test_a_database_at_the_top_of_the_tree(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")
    put(tmp_path, "tracker.yaml", TRACKER)
    commit(tmp_path, "first")
    put(tmp_path, "sources/paper.yaml", SOURCE)
    commit(tmp_path, "second")
    assert [touched(one) for one in same(git.repository(tmp_path))] == [["tracker"], ["paper"]]


def test_objects_by_sha256(tmp_path: Path) -> None:
    repository = start(tmp_path, "--object-format=sha256")
    assert len(add(tmp_path, "sources/paper.yaml")) == 64
    assert [touched(one) for one in same(repository)] == [["tracker"], ["paper"]]


def test_a_bare_repository_and_a_worktree_tell_the_same(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    repository = start(tmp_path / "desk")
    add(tmp_path / "desk", "sources/paper.yaml")
    run(tmp_path, "clone", "-q", "--bare", "desk", "bare.git")
    run(tmp_path / "desk", "worktree", "add", "-q", "../other", "HEAD~1")
    add(tmp_path / "other", "sources/other.yaml")
    assert same(git.without_files(tmp_path / "bare.git")) == same(repository)
    worktree = same(git.repository(tmp_path / "other" / "scenarios"))
    assert [touched(one) for one in worktree] == [["tracker"], ["other"]]


def test_a_shallow_clone_ends_at_commits_that_are_marked(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    desk = tmp_path / "desk"
    start(desk)
    add(desk, "sources/a.yaml")
    add(desk, "sources/b.yaml")
    add(desk, "sources/c.yaml")
    run(tmp_path, "clone", "-q", "--depth=2", desk.as_uri(), "shallow")
    found = same(git.repository(tmp_path / "shallow" / "scenarios"))
    told = [(one.commit.shallow, touched(one)) for one in found]
    assert told == [(True, ["a", "b", "tracker"]), (False, ["c"])]
    run(tmp_path, "clone", "-q", "--depth=9", desk.as_uri(), "whole")
    whole = same(git.repository(tmp_path / "whole" / "scenarios"))
    assert [one.commit.shallow for one in whole] == [False] * 4


def test_a_tip_without_the_database_has_the_history_of_its_end(tmp_path: Path) -> None:
    repository = start(tmp_path)
    run(tmp_path, "rm", "-q", "-r", "scenarios")
    put(tmp_path, "README", b"gone")
    commit(tmp_path, "gone")
    (tmp_path / "scenarios").mkdir()
    assert [one.changes[0].after for one in same(repository)] == [Tracker(title="T"), None]


def test_a_repository_that_never_had_it_has_no_history(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")
    put(tmp_path, "README", b"nothing")
    commit(tmp_path, "nothing")
    assert same(git.without_files(tmp_path)) == []


def test_each_state_of_a_file_is_parsed_once_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = start(tmp_path)
    add(tmp_path, "sources/a.yaml")
    for name in ("side", "again"):
        run(tmp_path, "checkout", "-q", "-b", name)
        add(tmp_path, "sources/a.yaml", OTHER)
        add(tmp_path, "sources/a.yaml")
        run(tmp_path, "mv", "scenarios/sources/a.yaml", f"scenarios/sources/{name}.yaml")
        commit(tmp_path, "rename")
        run(tmp_path, "mv", f"scenarios/sources/{name}.yaml", "scenarios/sources/a.yaml")
        commit(tmp_path, "and back")
        run(tmp_path, "checkout", "-q", "main")
        run(tmp_path, "merge", "-q", "--no-ff", "-m", "merged", name)
    parsed = []

    def counted(kind: Any, path: str, data: bytes) -> Any:
        parsed.append(data)
        return read_record(kind, path, data)

    monkeypatch.setattr(history, "read_record", counted)
    same(repository)
    assert sorted(parsed) == sorted([TRACKER, SOURCE, OTHER])


def written(folder: Path, head: bytes) -> git.Repository:
    """A repository whose last commit has these headers and this message behind its tree."""
    repository = start(folder)
    add(folder, "sources/paper.yaml")
    tree, parent = run(folder, "rev-parse", "HEAD^{tree}"), run(folder, "rev-parse", "HEAD~1")
    raw = f"tree {tree}\nparent {parent}\n".encode() + head
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        cwd=folder,
        input=raw,
        capture_output=True,
        check=True,
    )
    run(folder, "update-ref", "refs/heads/main", made.stdout.decode().strip())
    return repository


A, C = b"author A <a@b> 1646136000 +0000\n", b"committer C <c@b> 1646222400 +0000\n"
DAYS = (date(2022, 3, 1), date(2022, 3, 2))


@pytest.mark.parametrize(
    ("head", "author", "subject", "days"),
    [
        (A + C + b"\nA subject\nin two lines\n\nBody", "A", "A subject in two lines", DAYS),
        (A + C + b"\n", "A", "", DAYS),
        (b"author  <> 1646136000 +0000\n" + C + b"\nX\n", "", "X", DAYS),
        (b"author \x01\x1b[m <a@b> 1646136000 +0000\n" + C + b"\nX\n", "\x01\x1b[m", "X", DAYS),
        (A + C + b"\n\x01" + b"1" * 40 + b"\n\n:100644 x\n", "A", "\x01" + "1" * 40, DAYS),
        (A + C + b"\n\n\n \n:100644 100644 a b M\n", "A", ":100644 100644 a b M", DAYS),
        (A + C + b"encoding ISO-8859-1\n\n\xfcber\n", "A", "über", DAYS),
        (A + C + b"\n\xff\xfe\n", "A", "\ufffd\ufffd", DAYS),
        (b"author A <a@b> 1646175600 +1400\n" + C + b"\nX\n", "A", "X", (DAYS[1], DAYS[1])),
        (b"author A <a@b>\n" + C + b"\nX\n", "A", "X", (DAYS[1], DAYS[1])),
        (A + b"committer C <c@b> soon\n\nX\n", "A", "X", (DAYS[0], DAYS[0])),
        (b"author A <a@b>\ncommitter C\n\nX\n", "A", "X", (date.min, date.min)),
    ],
)
def test_a_commit_is_told_whatever_it_holds(
    tmp_path: Path, head: bytes, author: str, subject: str, days: tuple[date, date]
) -> None:
    commit = same(written(tmp_path, head))[-1].commit
    assert (commit.author, commit.subject) == (author, subject)
    assert (commit.authored, commit.committed) == days


LIST = b"""\

Spring in one

Squashed commit of the following:

commit 1111111111111111111111111111111111111111
Author: A <a@example.org>
Date:   Thu Mar 3 12:00:00 2022 +0000

    evidence: the second

    Squashed commit of the following:

    commit 2222222222222222222222222222222222222222
    Date:   Wed Mar 2 23:59:59 2022 -1100

commit 3333333333333333333333333333333333333333
Date:   Thu Feb 30 12:00:00 2022 +0000
Date:   some day
"""


def test_a_squash_tells_the_days_of_what_it_replaces(tmp_path: Path) -> None:
    [*_, squash] = same(written(tmp_path, A + C + LIST))
    assert squash.commit.squashed == (date(2022, 3, 3), date(2022, 3, 2))


def test_a_date_in_an_ordinary_message_replaces_nothing(tmp_path: Path) -> None:
    [*_, last] = same(written(tmp_path, A + C + LIST.replace(b"Squashed commit", b"A list")))
    assert last.commit.squashed == ()


def test_git_writes_the_list_of_a_squash_itself(tmp_path: Path) -> None:
    repository = start(tmp_path)
    run(tmp_path, "checkout", "-q", "-b", "side")
    add(tmp_path, "sources/a.yaml", day="2022-03-02T12:00:00Z")
    add(tmp_path, "sources/b.yaml", day="2022-03-12T12:00:00Z")
    run(tmp_path, "checkout", "-q", "main")
    run(tmp_path, "merge", "-q", "--squash", "side")
    run(tmp_path, "commit", "-q", "--no-edit", day="2022-03-15T12:00:00Z")
    [_, squash] = same(repository)
    assert touched(squash) == ["a", "b"]
    assert squash.commit.squashed == (date(2022, 3, 12), date(2022, 3, 2))


def test_an_author_has_the_name_that_the_mailmap_gives(tmp_path: Path) -> None:
    repository = start(tmp_path)
    put(tmp_path, ".mailmap", b"Ann <a@example.org>\n")
    commit(tmp_path, "names")
    assert [one.commit.author for one in same(repository)] == ["Ann"]


def test_no_configuration_changes_what_is_told(tmp_path: Path) -> None:
    repository = start(tmp_path)
    put(tmp_path, "scenarios/.gitattributes", b"*.yaml diff=x filter=x\n")
    add(tmp_path, "sources/ein.yaml")
    run(tmp_path, "mv", "scenarios/sources/ein.yaml", "scenarios/sources/zwei.yaml")
    commit(tmp_path, "Über")
    plain = same(repository)
    settings = {
        "color.ui": "always",
        "core.abbrev": "5",
        "core.pager": "false",
        "core.quotePath": "true",
        "diff.external": "false",
        "diff.noPrefix": "true",
        "diff.orderFile": str(tmp_path / "order"),
        "diff.relative": "true",
        "diff.renames": "copies",
        "diff.submodule": "log",
        "diff.x.command": "false",
        "diff.x.textconv": "false",
        "filter.x.smudge": "false",
        "format.pretty": "oneline",
        "i18n.logOutputEncoding": "latin1",
        "log.date": "raw",
        "log.decorate": "full",
        "log.diffMerges": "off",
        "log.follow": "true",
        "log.mailmap": "false",
        "log.showSignature": "true",
    }
    put(tmp_path, "order", b"tracker.yaml\n*zwei*\n")
    for key, value in settings.items():
        run(tmp_path, "config", key, value)
    assert same(repository) == plain


class Node(NamedTuple):
    """A commit of a random graph: its parents by number, and all its files."""

    parents: tuple[int, ...]
    files: dict[str, bytes]


PATHS = {
    "scenarios/tracker.yaml": (TRACKER, TRACKER + b"description: D\n", BROKEN),
    "scenarios/sources/a.yaml": (SOURCE, OTHER, BROKEN),
    "scenarios/sources/b.yaml": (SOURCE, OTHER),
    "scenarios/notes.md": (b"one", b"two"),
    "elsewhere": (b"one", b"two"),
}


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 9))):
        earlier = list(range(max(0, number - 4), number))
        parents = (
            draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        )
        files = {}
        for path, contents in PATHS.items():
            had = [nodes[parent].files.get(path) for parent in parents]
            new = st.sampled_from([None, *contents])
            data = draw(st.one_of(st.sampled_from(had), new) if had else new)
            if data is not None:
                files[path] = data
        nodes.append(Node(tuple(parents), files))
    return nodes


def imported(folder: Path, nodes: list[Node]) -> list[str]:
    """The commits of a graph, in a bare repository."""
    stream = b""
    for number, node in enumerate(nodes):
        stream += b"commit refs/heads/n%d\nmark :%d\n" % (number, number + 1)
        stream += b"committer A <a@b> %d +0000\ndata 1\nx\n" % (1646136000 + number % 3)
        for word, parent in zip((b"from", *[b"merge"] * 9), node.parents, strict=False):
            stream += b"%s :%d\n" % (word, parent + 1)
        stream += b"deleteall\n"
        for path, data in node.files.items():
            stream += b"M 644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    marks = folder / "marks"
    words = ["git", "fast-import", "--quiet", f"--export-marks={marks}"]
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    subprocess.run(words, cwd=folder, input=stream, check=True)
    named = dict(line.split() for line in marks.read_text().splitlines())
    return [named[f":{number + 1}"] for number in range(len(nodes))]


def read(files: Mapping[str, bytes]) -> Database:
    top = "scenarios/"
    return load({p.removeprefix(top): d for p, d in files.items() if p.startswith(top)}).database


@settings(max_examples=40)
@given(nodes=graphs())
def test_any_graph_of_commits_replays_to_what_its_commits_hold(
    tmp_path_factory: pytest.TempPathFactory, nodes: list[Node]
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    ids = imported(folder, nodes)
    stood: dict[str, Database] = {}
    own: dict[str, set[str]] = {}
    for revision, database in replayed(revisions(git.without_files(folder), ids[-1])):
        stood[revision.commit.id] = Standing(database).database
        own[revision.commit.id] = set(touched(revision))
    reached = {len(nodes) - 1}
    for number in reversed(range(len(nodes))):
        if number in reached:
            reached.update(nodes[number].parents)
    had: set[int] = set()  # it, or one before it, had the folder: else it is no part of its history
    for number, node in enumerate(nodes):
        if had & {*node.parents} or any(path.startswith("scenarios/") for path in node.files):
            had.add(number)
    for number in sorted(reached):
        id, node = ids[number], nodes[number]
        before = [nodes[parent].files for parent in node.parents if parent in had] or [{}]
        new = {
            path.removesuffix(".yaml").rpartition("/")[2]
            for path in PATHS
            if path.endswith(".yaml")
            and all(node.files.get(path) != old.get(path) for old in before)
        }
        assert own.get(id, set()) == new
        if id not in stood:  # it changed nothing, of any parent
            stood[id] = stood[ids[node.parents[0]]] if node.parents else Database(Tracker())
        assert stood[id] == read(node.files)
