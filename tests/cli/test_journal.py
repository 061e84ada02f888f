"""Of a command that changes several files no reader sees a half, and no half leaves the desk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from scenarios.serve.live_database import LiveDatabase
from scenarios.storage import journal
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import cache_of
from scenarios.storage.journal import CommandJournal
from scenarios.storage.proposals import waiting
from scenarios.storage.state_folder import FileBackup, digest_of
from scenarios.workspace.opened import open_folder
from tests.cli.commands import EACH, SCEN, scen, tree
from tests.storage.system import mounted, needs_root, without_privileges
from tests.storage.test_git import run, shell

ON = ("--as-of", "2022-02-28")
ITEM = b"summary: A dinner\nobserved: 2022-02-08\nrecorded: 2022-02-08\nratings: {pact: CC}\n"
NEW = "evidence/2022/2022-02-08-dinner.yaml"
LEAVES = [
    ("site", "OUT"),
    ("export", "OUT/"),
    ("export", "OUT.json"),
    ("export", "OUT.jsonl"),
    ("export", "OUT.stix.json"),
    ("export", "OUT.bib"),
    ("export", "metaculus:OUT"),
    ("export", "parquet:OUT"),
    ("export", "parquet:OUT", "--lake"),
    ("export", "sqlite:///OUT"),
    ("export", "duckdb:///OUT"),
    ("export", "postgresql://127.0.0.1:1/nobody/desk", "--lake"),
    ("plot", "pact", "--output", "OUT.svg"),
    ("list", "evidence", "--format", "csv", "--output", "OUT"),
    ("report", "--format", "markdown", "--output", "OUT"),
]


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()


def changes(root: Path) -> list[FileBackup]:
    """A rename of a source, an item more, and a change of the tracker."""
    files = tree(root)
    kremlin, tracker = files["sources/kremlin.yaml"], files["tracker.yaml"]
    after: dict[str, bytes | None] = {
        NEW: ITEM,
        "sources/tass.yaml": kremlin,
        "tracker.yaml": tracker + b"# changed\n",
        "sources/kremlin.yaml": None,
    }
    return [
        FileBackup(path=path, before=files.get(path), after=digest_of(data))
        for path, data in after.items()
    ]


def killed(root: Path) -> list[FileBackup]:
    """A command that was killed when it had written its item and removed its source."""
    changed = changes(root)
    journal.begin(root, changed, "a test")
    (root / NEW).write_bytes(ITEM)
    (root / "sources/kremlin.yaml").unlink()
    return changed


def read(root: Path) -> dict[str, bytes]:
    return {**open_folder(root).snapshot}


def test_a_half_is_read_as_it_was_before_with_and_without_a_cache(root: Path) -> None:
    before = tree(root)
    later = RecordCache(cache_of(root), clock=lambda: 1 << 62)
    assert {**open_folder(root, later).snapshot} == before
    killed(root)
    assert tree(root) != before
    for memory in (later, RecordCache(cache_of(root), clock=lambda: 1 << 62), RecordCache()):
        opened = open_folder(root, memory)
        assert ({**opened.snapshot}, opened.problems) == (before, [])
        assert [*opened.database.evidence] == ["2022-02-04-visit"]
        assert opened.half.startswith("a command (a test) is changing several files, or was killed")


def test_an_editor_and_a_server_have_the_state_before_and_the_server_says_so(root: Path) -> None:
    """The desk has it from its start, and when a command is killed later."""
    before = tree(root)
    live = LiveDatabase(root)
    killed(root)
    from scenarios.editor.unsaved import UnsavedDatabase

    assert {**UnsavedDatabase(root).now.snapshot} == before
    for desk in (live, LiveDatabase(root)):
        seen = desk.refresh()
        assert {**seen.opened.snapshot} == before
        assert seen.remark.startswith("a command (a test) is changing several files")
    assert scen("undo").exit_code == 0
    seen = live.look_after({(3, str(root / ".scen.lock"))})
    assert ({**seen.opened.snapshot}, seen.remark) == (before, "")


def test_what_a_cache_keeps_beside_a_half_is_never_taken_for_a_file(root: Path) -> None:
    """Neither the bytes of before for the file of now, nor the file of now for the state."""
    before = tree(root)
    for _ in range(2):
        killed(root)
        for _ in range(2):
            assert {
                **open_folder(root, RecordCache(cache_of(root), clock=lambda: 1 << 62)).snapshot
            } == before
        half = tree(root)
        journal.end(root)
        now = RecordCache(cache_of(root), clock=lambda: 1 << 62)
        real = {path: data for path, data in half.items() if not path.startswith(".scen/")}
        assert {**open_folder(root, now).snapshot} == real
        assert NEW.rpartition("/")[2] in {
            f"{id}.yaml" for id in open_folder(root, now).database.evidence
        }
        (root / NEW).unlink()
        (root / "sources/kremlin.yaml").write_bytes(before["sources/kremlin.yaml"])


def test_a_command_that_has_changed_all_of_its_files_or_none_is_whole(root: Path) -> None:
    before = tree(root)
    journal.begin(root, changes(root), "a test")
    assert (read(root), open_folder(root).half) == (before, "")
    (root / NEW).write_bytes(ITEM)
    (root / "sources/tass.yaml").write_bytes(before["sources/kremlin.yaml"])
    (root / "sources/kremlin.yaml").unlink()
    assert (read(root), open_folder(root).half[:9]) == (before, "a command")
    (root / "tracker.yaml").write_bytes(before["tracker.yaml"] + b"# changed\n")
    assert open_folder(root).half == ""
    assert read(root).keys() == {*before, NEW, "sources/tass.yaml"} - {"sources/kremlin.yaml"}
    assert scen(*EACH[2]).exit_code == 0  # mends nothing, since nothing is half
    assert NEW in tree(root)
    assert not journal.place_of(root).exists()


def test_what_a_person_wrote_since_is_the_state(root: Path) -> None:
    before = tree(root)
    killed(root)
    mine = ITEM.replace(b"A dinner", b"A lunch")
    (root / NEW).write_bytes(mine)
    assert read(root) == before | {NEW: mine}
    assert scen(*EACH[2]).exit_code == 0
    assert tree(root)[NEW] == mine
    assert tree(root)["sources/kremlin.yaml"] == before["sources/kremlin.yaml"]


def test_a_proposal_and_its_record_are_seen_together(root: Path) -> None:
    """The inbox is read apart from the records, by the same journal."""
    path = "inbox/2022-02-08-dinner.yaml"
    words = b"proposed: {by: agent, name: a, on: 2022-02-08, from: 'https://example.org/'}\n"
    proposal = words + b"evidence: {summary: A dinner, url: 'https://example.org/', quote: q}\n"
    (root / "inbox").mkdir()
    (root / path).write_bytes(proposal)
    assert [*waiting(root).proposals] == ["2022-02-08-dinner"]
    moved = [
        FileBackup(path=NEW, before=None, after=digest_of(ITEM)),
        FileBackup(path=path, before=proposal, after=None),
    ]
    journal.begin(root, moved, "inbox accept")
    (root / NEW).write_bytes(ITEM)
    assert (NEW in read(root), [*waiting(root).files]) == (False, [path])
    (root / NEW).unlink()
    (root / path).unlink()
    assert (NEW in read(root), [*waiting(root).files]) == (False, [path])
    (root / NEW).write_bytes(ITEM)
    assert (NEW in read(root), [*waiting(root).files]) == (True, [])


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
@pytest.mark.parametrize("fault", ["half", "tracker"])
def test_nothing_leaves_a_desk_that_is_not_whole(
    root: Path, tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    make_unwhole(root, fault)
    out = tmp_path / "out"
    out.mkdir()
    made = scen(*(word.replace("OUT", str(out / "x")) for word in words), *ON)
    assert (made.exit_code, made.stdout, [*out.iterdir()]) == (1, "", [])
    assert REASONS[fault] in made.stderr


REASONS = {
    "half": "nothing leaves the desk: a command (a test) is changing several files",
    "tracker": "tracker.yaml is invalid; fix it first",
}


def make_unwhole(root: Path, fault: str) -> None:
    if fault == "half":
        killed(root)
    else:
        (root / "tracker.yaml").write_text("format: 1\nid: other\n")


@pytest.mark.parametrize("fault", ["half", "tracker"])
@pytest.mark.parametrize("form", ["html", "eml", "ics"])
def test_the_answer_itself_says_why_and_a_file_stays_as_it_was(
    root: Path, tmp_path: Path, form: str, fault: str
) -> None:
    make_unwhole(root, fault)
    words = {"html": ("report",), "eml": ("report", "--brief"), "ics": ("due",)}[form]
    made = scen(*words, "--format", form, *ON)
    assert made.exit_code == 1
    plain = made.stdout.replace("=\n", "").replace("=\r\n", "")
    assert REASONS[fault].split(";")[0] in plain
    heads = {"html": "<!DOCTYPE html>", "eml": "Subject: Nothing to read today", "ics": ""}
    assert made.stdout.startswith(heads[form])
    (kept := tmp_path / "kept").write_text("of yesterday")
    made = scen(*words, "--format", form, "--output", str(kept), *ON)
    assert (made.exit_code, made.stdout, kept.read_text()) == (1, "", "of yesterday")


def test_on_a_terminal_the_state_before_is_told_and_a_revision_leaves(
    root: Path, tmp_path: Path
) -> None:
    shell(root.parent, "git init -q -b main; git add .; git commit -qm start")
    told = scen("status", *ON).stdout
    killed(root)
    made = scen("status", *ON)
    assert (made.exit_code, made.stdout) == (0, told)
    assert "the state before it is read" in made.stderr
    assert scen("export", str(tmp_path / "x.json"), "--rev", "HEAD", *ON).exit_code == 0


def test_an_export_of_before_stays_and_no_ghost_stands_beside_it_in_a_lake(
    root: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    words = ("export", f"parquet:{lake}", "--lake", *ON)
    assert scen("edit", "tracker", "id=desk").exit_code == 0
    assert scen(*words).exit_code == 0
    before = tree(lake)
    (root / "tracker.yaml").write_text("format: 1\n")
    assert (scen(*words).exit_code, tree(lake)) == (1, before)
    assert [part.name for part in (lake / ".parts").iterdir()] == ["desk"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"version": 2, "command": "x", "changes": []}',
        b'{"command": "x"}',
        b'{"command": "x", "changes": [], "more": 1}',
        b"[]",
        b"\xff",
        *(
            msgspec.json.encode(
                CommandJournal(
                    command="x",
                    changes=(
                        FileBackup(path=path, before=b"forged", after=digest_of(b"outside")),
                        FileBackup(path="pact.yaml", before=b"forged", after=None),
                    ),
                )
            )
            for path in ("../outside.yaml", "OUTSIDE", "/etc/hosts", "a/../../outside.yaml", "")
        ),
    ],
)
def test_a_journal_that_is_forged_or_damaged_is_named_and_not_followed(
    root: Path, tmp_path: Path, data: bytes
) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(b"outside")
    place = journal.place_of(root)
    place.parent.mkdir()
    place.write_bytes(data.replace(b"OUTSIDE", os.fsencode(outside)))
    before = tree(root)
    records = {path: held for path, held in before.items() if path[0] != "."}
    assert read(root) == records
    made = scen("status", *ON)
    assert (made.exit_code, str(place) in made.stderr) == (0, True)
    for words in (*EACH[:3], ("undo",), ("export", str(tmp_path / "x.json")), ("check",)):
        made = scen(*words)
        assert (made.exit_code, tree(root), outside.read_bytes()) == (1, before, b"outside")
        assert str(place) in made.stdout + made.stderr
    place.unlink()
    assert scen(*EACH[2]).exit_code == 0


def test_a_link_out_of_the_database_is_neither_read_nor_written_by_a_journal(
    root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_bytes(ITEM)
    (root / "forecasts/2021").symlink_to(outside)
    forged = [
        FileBackup(path="forecasts/2021/x.yaml", before=b"forged", after=digest_of(ITEM)),
        FileBackup(path="sources/none.yaml", before=None, after=digest_of(b"x")),
    ]
    journal.begin(root, forged, "x")
    assert "forecasts/2021/x.yaml" not in read(root)
    assert scen(*EACH[2]).exit_code == 0
    assert (outside / "x.yaml").read_bytes() == ITEM


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_what_is_no_file_in_the_place_of_a_journal_is_named(root: Path, kind: str) -> None:
    before = tree(root)
    place = journal.place_of(root)
    place.parent.mkdir()
    if kind == "link":
        place.symlink_to(root / "pact.yaml")
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.mkdir()
    assert read(root) == before
    assert "it is no journal of a command" in scen("status", *ON).stderr


def test_a_clone_brings_no_journal(root: Path, tmp_path: Path) -> None:
    """Beside tracker.yaml it is looked for only where there is no repository."""
    killed(root)
    before = tree(root)
    shell(root.parent, "git init -q -b main; git add -f .; git commit -qm all")
    shell(tmp_path, f"git clone -q {root.parent} clone")
    clone = tmp_path / "clone" / root.name
    assert tree(clone) == before
    assert (NEW in read(clone), open_folder(clone).half) == (True, "")


@needs_root
def test_whoever_can_read_the_checkout_sees_the_state_before(root: Path) -> None:
    before = tree(root)
    killed(root)
    with TemporaryDirectory() as public:  # pytest's own folders are for their owner alone
        Path(public).chmod(0o755)
        shutil.copytree(root, desk := Path(public, "desk"))
        with without_privileges():
            opened = open_folder(desk, RecordCache())
        assert ({**opened.snapshot}, opened.half[:18]) == (before, "a command (a test)")


def test_where_the_half_was_committed_check_says_what_stayed_and_how_to_mend_it(
    root: Path,
) -> None:
    shell(root.parent, "git init -q -b main; git add .; git commit -qm start")
    killed(root)
    shell(root.parent, "git add -A; git commit -qm half")
    tip = run(root.parent, "rev-parse", "HEAD")[:7]
    assert NEW in read_revision(root)
    half = "left it so that was killed between its files"
    hint = f"scen undo; git add {root.name} && git commit"
    stayed = [
        f"{path}:1:1: warning: half-committed: a command (a test) {half}; {tip} has it ({hint})"
        for path in (f"{root.name}/{NEW}", f"{root.name}/sources/kremlin.yaml")
    ]
    made = scen("check")
    assert made.exit_code == 1
    assert [line for line in made.stdout.splitlines() if "half-committed" in line] == stayed
    assert made.stdout.count("half-done") == 2
    assert scen("undo").exit_code == 0
    made = scen("check")
    assert (made.exit_code, made.stdout.splitlines()) == (0, stayed)
    shell(root.parent, f"git add {root.name} && git commit -qm mended")
    made = scen("check", "--strict")
    assert (made.exit_code, made.stdout) == (0, "")


def read_revision(root: Path) -> str:
    return run(root.parent, "ls-tree", "-r", "--name-only", "HEAD")


def test_a_reader_in_a_loop_never_sees_a_half_of_commands_at_work(root: Path) -> None:
    """Imports and what undoes them, by another process; each reading is one of two states."""
    shell(root.parent, "git init -q -b main; git add .; git commit -qm start")
    rows = "".join(f"Fact {n} of {n * 7919},2022-02-01,2022-02-01\n" for n in range(60))
    (root.parent / "items.csv").write_text(f"summary,observed,recorded\n{rows}")
    words = """
for _ in range(4):
    for words in (["import", "evidence", "items.csv"], ["undo"]):
        sys.argv = ["scen", *words]
        try:
            main()
        except SystemExit as end:
            assert not end.code, end.code
"""
    script = f"import sys\nfrom scenarios.cli.main import main\n{words}"
    seen: set[int] = set()
    readings = 0
    writer = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=root.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while writer.poll() is None:
        seen.add(len(open_folder(root).database.evidence))
        readings += 1
    assert writer.returncode == 0
    assert seen <= {1, 61}
    assert readings > 8


@pytest.mark.parametrize("at", [1, 40, 100])
def test_an_import_killed_at_work_is_not_there(root: Path, at: int) -> None:
    rows = "".join(f"Fact {n} of {n * 7919},2022-02-01,2022-02-01\n" for n in range(1000))
    (root.parent / "items.csv").write_text(f"summary,observed,recorded\n{rows}")
    before, told = tree(root), scen("status", *ON).stdout
    command = [sys.executable, SCEN, "--database", str(root), "import", "evidence", "items.csv"]
    process = subprocess.Popen(command, cwd=root.parent, stdout=subprocess.DEVNULL)
    folder = root / "evidence/2022"
    while len([*folder.glob("*.yaml")]) <= at and process.poll() is None:
        pass  # what reads in between takes longer than all the writing
    process.send_signal(signal.SIGSTOP)
    assert len(open_folder(root).database.evidence) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (read(root), scen("status", *ON).stdout) == (before, told)
    made = scen("undo")
    assert (made.exit_code, made.stdout) == (0, "nothing to change\n"), made.stderr
    assert tree(root) == before


def test_an_import_onto_a_disk_that_fills_up_is_not_there(root: Path, tmp_path: Path) -> None:
    rows = "".join(f"Fact {n} of {n * 7919},2022-02-01,2022-02-01\n" for n in range(300))
    (root.parent / "items.csv").write_text(f"summary,observed,recorded\n{rows}")
    (disk := tmp_path / "disk").mkdir()
    with mounted(disk, "size=400k"):
        subprocess.run(["cp", "-r", str(root), str(disk)], check=True)
        there = disk / root.name
        before = tree(there)
        made = scen("--database", str(there), "import", "evidence", str(root.parent / "items.csv"))
        assert (made.exit_code, "No space left on device" in made.stderr) == (1, True)
        assert read(there) == before
        assert scen("--database", str(there), "check").exit_code == 0
