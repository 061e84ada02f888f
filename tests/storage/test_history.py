"""Replaying the commits gives, at each of them, the database that a checkout would.

Where a database may lie and what git is set to is in tests/transcripts/git/histories.txt.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.analysis.changes import Commit, RecordChange, Revision
from scenarios.analysis.history.provenance import CommitSnapshot, states
from scenarios.model import Database, Tracker
from scenarios.storage.git import repository as git
from scenarios.storage.git import repository as history
from scenarios.storage.git.repository import revisions
from scenarios.storage.loader import load, read_record
from tests.full import TIMES
from tests.storage.test_git import SOURCE, TRACKER, put, run, shell

OTHER = b"name: A wire\nreliability: C\n"
BROKEN = b"name: [\n"


def replayed(found: list[Revision]) -> Iterator[tuple[Revision, Database]]:
    """Each commit with the database after it, and what it says it changed held against it."""
    for revision, standing in states(found):
        for change in revision.changes:
            assert record(standing.database, change.kind, change.id) == change.before
        standing.put(revision.changes)
        for change in revision.changes:
            assert record(standing.database, change.kind, change.id) == change.after
        yield revision, standing.database


def record(database: Database, kind: str, id: str) -> Any:
    if kind == "tracker":
        return None if database.tracker == Tracker() else database.tracker
    folders = {"scenario": "scenarios", "forecasts": "sheets", "source": "sources"}
    return getattr(database, folders.get(kind, kind)).get(id)


def held(files: Mapping[str, bytes]) -> Database:
    """The records of a tree; a history counts what cannot be read, and withholds nothing."""
    return msgspec.structs.replace(load(files).database, withheld={}, unreadable=())


def same(repository: git.Repository, revision: str = "HEAD") -> list[Revision]:
    """The commits, each replayed to what its own tree holds; the last one is the revision."""
    tip = git.commit_of(repository, revision)
    found = revisions(repository, tip)
    database = Database(Tracker())
    for one, database in replayed(found):
        files, _ = git.snapshot(repository, one.commit.id)
        assert database == held(files), one.commit.subject
    assert database == held(git.snapshot(repository, tip)[0])
    return found


def touched(revision: Revision) -> list[str]:
    return [change.id for change in revision.own]


def start(folder: Path, script: str = "", *words: str) -> git.Repository:
    """A repository with a database in `scenarios`, and what a script then does to it."""
    run(folder, "init", "-q", "-b", "main", *words)
    shell(folder, f"start\n{script}")
    return git.repository(folder / "scenarios")


STORIES = {
    "branches that ran side by side come in the order of their days": (
        """
        git checkout -b side; add sources/b.yaml '' 02; add sources/d.yaml '' 04
        git checkout main; add sources/c.yaml '' 03; add sources/e.yaml '' 05
        on 06; merge merged side""",
        "tracker|b|c|d|e|",
    ),
    "links and submodules are no records, and a mode is no content": (
        f"""
        mkdir scenarios/sources; cd scenarios/sources
        ln -s $'name: A paper\nreliability: B\n' link.yaml  # its target reads like a record
        git add -A
        # A submodule's commit is not among the objects of this repository.
        git update-index --add --cacheinfo 160000,{"1" * 40},scenarios/sources/module.yaml
        git commit -m 'no records'
        git rm --cached module.yaml; rm link.yaml
        for name in tool link module; do put $name.yaml 'name: A paper\\nreliability: B\\n'; done
        chmod +x tool.yaml; record records
        rm link.yaml; ln -s tool.yaml link.yaml; chmod -x tool.yaml; record 'a link again'""",
        "tracker|link module ? ?|link module tool|link tool ?",
    ),
    "names that are no ids and bytes that are no text are left out": (
        r"""
        for name in 'a b' $'two\nlines' $'\xff\xfe' $'t\tab' '"quoted"' ü $'\x01x'; do
            put "scenarios/sources/$name.yaml" 'name: A paper\nreliability: B\n'
        done
        record names; add sources/paper.yaml 'name: \xff\nreliability: B\n'
        add sources/.hidden/x.yaml; add sources/plain.yaml""",
        "tracker||paper ?||plain",
    ),
}


@pytest.mark.parametrize(("script", "story"), STORIES.values(), ids=STORIES)
def test_a_commit_owns_what_it_changed_and_counts_what_cannot_be_read(
    tmp_path: Path, script: str, story: str
) -> None:
    """Each `?` is a file that cannot be."""
    found = same(start(tmp_path, script))
    told = [" ".join([*touched(each), *"?" * each.left_out]) for each in found]
    assert told == story.split("|")


def test_a_shallow_clone_ends_at_commits_that_are_marked(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    start(desk, "for name in a b c; do add sources/$name.yaml; done")
    for depth in ("2", "9"):
        run(tmp_path, "clone", "-q", f"--depth={depth}", desk.as_uri(), depth)
    found = same(git.repository(tmp_path / "2" / "scenarios"))
    told = [(each.commit.shallow, touched(each)) for each in found]
    assert told == [(True, ["a", "b", "tracker"]), (False, ["c"])]
    whole = same(git.repository(tmp_path / "9" / "scenarios"))
    assert [each.commit.shallow for each in whole] == [False] * 4


def written(folder: Path, *heads: bytes) -> list[Commit]:
    """Commits with these headers and messages behind their trees; each changes a record."""
    repository = start(folder, "add sources/paper.yaml")
    for head in heads:
        tree, parent = run(folder, "rev-parse", "HEAD~1^{tree}", "HEAD").split()
        put(folder, ".git/raw", f"tree {tree}\nparent {parent}\n".encode() + head)
        made = run(folder, "hash-object", "-t", "commit", "-w", "--literally", ".git/raw")
        run(folder, "update-ref", "HEAD", made)
    return [each.commit for each in same(repository)[-len(heads) :]]


BY, IN = b"author A <a@b> 1646136000 +0000\n", b"committer C <c@b> 1646222400 +0000\n"
DAYS = (date(2022, 3, 1), date(2022, 3, 2))


HEADS = [
    (BY + IN + b"\nA subject\nin two lines\n\nBody", "A", "A subject in two lines", DAYS),
    (BY + IN + b"\n", "A", "", DAYS),
    (b"author  <> 1646136000 +0000\n" + IN + b"\nX\n", "", "X", DAYS),
    (b"author \x01\x1b[m <a@b> 1646136000 +0000\n" + IN + b"\nX\n", "\x01\x1b[m", "X", DAYS),
    (BY + IN + b"\n\x01" + b"1" * 40 + b"\n\n:100644 x\n", "A", "\x01" + "1" * 40, DAYS),
    (BY + IN + b"\n\n\n \n:100644 100644 a b M\n", "A", ":100644 100644 a b M", DAYS),
    (BY + IN + b"encoding ISO-8859-1\n\n\xfcber\n", "A", "über", DAYS),
    (BY + IN + b"\n\xff\xfe\n", "A", "\ufffd\ufffd", DAYS),
    (b"author A <a@b> 1646175600 +1400\n" + IN + b"\nX\n", "A", "X", (DAYS[1], DAYS[1])),
    (b"author A <a@b>\n" + IN + b"\nX\n", "A", "X", (DAYS[1], DAYS[1])),
    (BY + b"committer C <c@b> soon\n\nX\n", "A", "X", (DAYS[0], DAYS[0])),
    (b"author A <a@b>\ncommitter C\n\nX\n", "A", "X", (date.min, date.min)),
]


def test_a_commit_is_told_whatever_it_holds(tmp_path: Path) -> None:
    found = written(tmp_path, *(head for head, *_ in HEADS))
    told = [(one.author, one.subject, (one.authored, one.committed)) for one in found]
    assert told == [tuple(row) for _, *row in HEADS]


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


def test_a_squash_tells_the_days_of_what_it_replaces_and_no_other_message(tmp_path: Path) -> None:
    other = LIST.replace(b"Squashed commit", b"A list")
    squash, last = written(tmp_path, BY + IN + LIST, BY + IN + other)
    assert squash.squashed == (date(2022, 3, 3), date(2022, 3, 2))
    assert last.squashed == ()


class Node(NamedTuple):
    """A commit of a random graph: its parents by number, and all its files."""

    parents: tuple[int, ...]
    files: dict[str, bytes]


T, A, B = "scenarios/tracker.yaml", "scenarios/sources/a.yaml", "scenarios/sources/b.yaml"
PATHS = {
    T: (TRACKER, TRACKER + b"description: D\n", BROKEN),
    A: (SOURCE, OTHER, BROKEN),
    B: (SOURCE, OTHER),
    "scenarios/notes.md": (b"one", b"two"),
    "elsewhere": (b"one", b"two"),
}
CROSSED = [
    Node((), {T: TRACKER}),
    Node((0,), {T: TRACKER, A: SOURCE}),
    Node((0,), {T: TRACKER, B: OTHER}),
    Node((1, 2), {T: TRACKER, A: SOURCE, B: OTHER}),
    Node((2, 1), {T: TRACKER, A: BROKEN, B: OTHER}),  # merged by hand
    Node((), {A: OTHER}),  # unrelated
    Node((3, 4, 5), {T: TRACKER, A: SOURCE, B: OTHER}),
    Node((6,), {T: TRACKER, B: SOURCE}),
    Node((6, 7), {T: TRACKER, A: SOURCE, B: OTHER}),  # as by `-s ours`
]


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
    return held({p.removeprefix(top): d for p, d in files.items() if p.startswith(top)})


def parsed_once(repository: git.Repository, tip: str) -> list[Revision]:
    """The commits; whatever its name and its commits, each content of a file is parsed once."""
    parsed: list[tuple[str, bytes]] = []

    def counted(kind: Any, path: str, data: bytes) -> Any:
        parsed.append((kind, data))
        return read_record(kind, path, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "read_record", counted)
        found = revisions(repository, tip)
    assert len(parsed) == len(set(parsed))
    return found


def told(changes: Sequence[RecordChange]) -> dict[str, bool]:
    return {change.id: change.readable for change in changes}


@settings(max_examples=20 * TIMES)
@given(nodes=graphs())
@example(CROSSED)
def test_any_graph_of_commits_replays_to_what_its_commits_hold(
    tmp_path_factory: pytest.TempPathFactory, nodes: list[Node]
) -> None:
    """Each changed what its first parent had not, and owns what no parent had."""
    folder = tmp_path_factory.mktemp("graph")
    ids = imported(folder, nodes)
    found: dict[str, Revision] = {}
    stood: dict[str, Database] = {}
    for revision, database in replayed(parsed_once(git.without_files(folder), ids[-1])):
        found[revision.commit.id] = revision
        stood[revision.commit.id] = CommitSnapshot(database).database
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
        changed, own = (
            {
                path.removesuffix(".yaml").rpartition("/")[2]: node.files.get(path) != BROKEN
                for path in (T, A, B)
                if all(node.files.get(path) != old.get(path) for old in parents)
            }
            for parents in (before[:1], before)
        )
        if id in found:
            assert (told(found[id].changes), told(found[id].own)) == (changed, own)
            assert found[id].left_out == [*own.values()].count(False)
        else:
            assert changed == {}
            stood[id] = stood[ids[node.parents[0]]] if node.parents else Database(Tracker())
        assert stood[id] == read(node.files)
