"""What a recording command did is taken back byte for byte, or not at all."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from shutil import copytree

import pytest

from scenarios.errors import ScenError
from scenarios.storage import journal
from scenarios.storage.edits import FileChange
from scenarios.storage.state_folder import MOST, last_noted
from scenarios.workspace import writing
from scenarios.workspace.opened import open_folder
from tests.cli.commands import EACH, scen, tree
from tests.storage.system import just_before, mounted
from tests.storage.test_commits import is_ana
from tests.storage.test_git import run, shell


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("words", EACH, ids=lambda words: words[0])
def test_every_recording_command_can_be_taken_back(root: Path, words: tuple[str, ...]) -> None:
    before = tree(root)
    assert scen(*words).exit_code == 0
    written = tree(root)
    assert scen("undo", "--dry-run").exit_code == 0
    assert tree(root) == written != before
    assert scen("undo").exit_code == 0
    assert tree(root) == before


def test_one_command_after_the_other_is_taken_back_and_then_there_is_nothing_more(
    root: Path,
) -> None:
    states = []
    for words in EACH:
        states.append(tree(root))
        assert scen(*words).exit_code == 0
    for state in reversed(states):
        assert scen("undo").exit_code == 0
        assert tree(root) == state
    assert scen("undo").stderr.startswith("scen: nothing to undo")


def test_only_so_many_commands_can_be_taken_back_and_nobody_else_reads_what_was_there(
    root: Path,
) -> None:
    for number in range(MOST + 3):
        words = ("add-source", f"s{number}", "--name", "N", "--reliability", "C")
        assert scen(*words).exit_code == 0
    notes = [*(root.parent / "state").rglob("undo-*")]
    assert (len(notes), {oct(note.stat().st_mode & 0o777) for note in notes}) == (MOST, {"0o600"})
    assert oct(notes[0].parent.stat().st_mode & 0o777) == "0o700"
    for _ in range(MOST):
        assert scen("undo").exit_code == 0
    assert [path for path in tree(root) if path.startswith("sources/s")] == [
        f"sources/s{number}.yaml" for number in range(3)
    ]


def test_where_nothing_can_be_noted_a_command_is_done_and_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.parent / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(root.parent / "file"))
    made = scen(*EACH[2])
    assert (made.exit_code, "sources/x.yaml" in tree(root)) == (0, True)
    assert made.stderr.startswith("scen: this cannot be undone by scen undo: ")


def begin_again(root: Path) -> None:
    """Put the journal back that the last command removed when it had changed its files."""
    note = last_noted(root)
    assert note
    journal.begin(root, note.entry.changes, note.entry.command)


def half_renamed(root: Path) -> dict[str, bytes]:
    """What there was before a rename that was killed when it had written its first file."""
    before = tree(root)
    assert scen("rename", "pact", "treaty", "--commit").exit_code == 1  # there is no repository
    assert scen("rename", "pact", "treaty").exit_code == 0
    begin_again(root)
    for path in ("pact.yaml", "forecasts/2022/2022-02-07-desk.yaml"):
        (root / path).write_bytes(before[path])
    return before


def test_reading_says_that_a_command_was_killed_half_way_and_undo_takes_its_half_back(
    root: Path,
) -> None:
    assert scen(*EACH[2]).exit_code == 0
    assert scen("undo").exit_code == 0
    before = half_renamed(root)
    for words in (("check",), ("status",), ("undo", "--dry-run")):
        made = scen(*words)
        assert ("was killed at it" in made.stderr) == (words[0] != "undo")
        assert tree(root) != before
    made = scen("undo")
    assert (made.exit_code, made.stdout) == (0, "nothing to change\n")
    said = "a command was killed between its files; put back as they were: "
    assert made.stderr.startswith(f"scen: {said}")
    assert tree(root) == before
    assert scen("undo").stderr.startswith("scen: nothing to undo")


def test_what_is_recorded_next_takes_a_half_back_first_and_leaves_what_somebody_changed(
    root: Path,
) -> None:
    before = half_renamed(root)
    assert scen(*EACH[2]).exit_code == 0
    assert {**tree(root), **before} == tree(root)
    assert "treaty.yaml" not in tree(root)
    assert scen("undo").exit_code == 0
    half_renamed(root)
    (root / "treaty.yaml").write_text("# mine\n" + (root / "treaty.yaml").read_text())
    assert scen(*EACH[2]).exit_code == 0
    assert tree(root)["treaty.yaml"].startswith(b"# mine\n")


def test_a_rename_that_was_whole_when_it_was_killed_can_be_undone(root: Path) -> None:
    before = tree(root)
    assert scen("rename", "pact", "treaty").exit_code == 0
    begin_again(root)
    assert scen("undo").exit_code == 0
    assert tree(root) == before


def test_a_rename_that_was_committed_by_hand_is_taken_back_in_a_commit(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_ana(monkeypatch)
    before = tree(root)
    shell(root.parent, "git init -b main; record start")
    assert scen("rename", "pact", "treaty").exit_code == 0
    shell(root.parent, "record renamed")
    assert scen("undo", "--commit").exit_code == 0
    assert tree(root) == before
    assert run(root.parent, "status", "--short", "scenarios") == ""


def _attach(text: str) -> str:
    Path("copy.txt").write_text(text)
    words = ("add-evidence", "A text", "--recorded", "2022-02-08", "--attach", "copy.txt")
    return scen(*words).stderr


def test_a_copy_that_a_kill_of_undo_leaves_is_named_by_check_with_how_to_remove_it(
    root: Path,
) -> None:
    _attach("a text")
    [copy] = (root / "attachments").iterdir()
    with just_before("os.remove", ".txt", lambda: os.kill(os.getpid(), signal.SIGINT)):
        assert scen("undo").exit_code == 130
    told = scen("check").stdout
    assert "attachment-unnamed: no item names this copy" in told
    assert f"to remove it: rm {copy.relative_to(Path.cwd())}" in told
    copy.unlink()
    assert scen("check").stdout == ""


def test_a_full_disk_is_not_said_of_the_file_that_is_attached(root: Path) -> None:
    (root / "attachments").mkdir()
    with mounted(root / "attachments", "size=64k"):
        fault = _attach("x" * 200_000)
    assert fault == f"scen: {root}/attachments: No space left on device; nothing was written\n"


def test_of_two_files_the_first_is_put_back_after_a_kill_where_nothing_was_noted_for_undo(
    root: Path,
) -> None:
    before, killed = tree(root), root.parent / "killed/scenarios"
    changed = before["tracker.yaml"] + b"# changed\n"
    drafts = [
        FileChange("sources/new.yaml", None, b"name: New\nreliability: B\n"),
        FileChange("tracker.yaml", before["tracker.yaml"], changed),
    ]
    with just_before("open", "tracker.yaml", lambda: copytree(root, killed)):
        writing.take(root, drafts, "two", noted=False)
    half = tree(killed)
    assert (half["tracker.yaml"], "sources/new.yaml" in half) == (before["tracker.yaml"], True)
    assert "sources/new.yaml" not in open_folder(killed).snapshot
    assert scen("--database", str(killed), *EACH[2]).exit_code == 0
    assert {**tree(killed), "sources/x.yaml": None} == {**before, "sources/x.yaml": None}


def test_a_fault_at_the_second_of_two_files_leaves_neither_a_file_nor_a_journal(root: Path) -> None:
    before = tree(root)
    drafts = [
        FileChange("sources/new.yaml", None, b"name: New\nreliability: B\n"),
        FileChange("tracker.yaml", b"not as it was", b"format: 1\n"),
    ]
    with pytest.raises(ScenError, match="changed since it was read"):
        writing.take(root, drafts, "two", noted=False)
    assert tree(root) == before
    assert not journal.place_of(root).exists()


def test_what_cannot_be_put_back_is_told_and_not_that_nothing_was_written(root: Path) -> None:
    drafts = [
        FileChange("sources/new.yaml", None, b"name: New\nreliability: B\n"),
        FileChange("tracker.yaml", b"not as it was", b"format: 1\n"),
    ]
    new = root / "sources/new.yaml"
    with (
        just_before("open", "tracker.yaml", lambda: new.write_bytes(b"by hand")),
        pytest.raises(ScenError) as caught,
    ):
        writing.take(root, drafts, "two", noted=False)
    told = "\n".join([str(caught.value), *caught.value.__notes__])
    assert "nothing was written" not in told
    assert "scenarios/tracker.yaml: changed since it was read" in told
    assert "scenarios/sources/new.yaml is changed, and could not be put back: " in told
    assert new.read_bytes() == b"by hand"
