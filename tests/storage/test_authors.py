"""A server's commit is by the person who wrote, and undo takes back that person's last write."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.storage.edits import ChangeRefused, FileChange
from scenarios.storage.git.committing import signature
from scenarios.storage.state_folder import last_noted
from scenarios.workspace.tasks.source import add_source
from scenarios.workspace.undoing import undo
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult, write
from tests.cli.commands import FILES, make
from tests.storage.test_commits import hook, is_ana
from tests.storage.test_git import run, shell

RECORD = {"name": "N", "reliability": "C"}
BEA = WriteMode(commit=True, author=("Bea Ünal", "bea@example.org"), person="bea")
CEM = WriteMode(commit=True, author=("Cem", "cem@example.org"), person="cem")
BY = "%an <%ae> | %cn <%ce> | %s"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed database, in git by somebody who is neither Bea nor Cem."""
    is_ana(monkeypatch)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = make(tmp_path / "desk" / "scenarios", FILES)
    shell(root.parent, "git init -b main; record start")
    return root


def put(root: Path, path: str, text: str, mode: WriteMode) -> WriteResult:
    """A file of the database, made or changed by one command."""

    def draft(_: object) -> list[FileChange]:
        file = root / path
        return [FileChange(path, file.read_bytes() if file.exists() else None, text.encode())]

    return write(root, draft, "put", mode, subject=f"put: {path}")


def log(root: Path, form: str = BY) -> list[str]:
    return run(root, "log", f"--format={form}").splitlines()


def test_a_commit_is_by_its_author_and_by_the_committer_of_git(root: Path) -> None:
    add_source(root, "wire", RECORD, BEA)
    add_source(root, "post", RECORD, WriteMode(commit=True))
    assert log(root)[:2] == [
        "Ana <ana@example.org> | Ana <ana@example.org> | source: post",
        "Bea Ünal <bea@example.org> | Ana <ana@example.org> | source: wire",
    ]


@pytest.mark.parametrize(
    ("name", "mail", "line"),
    [
        (
            "Bea\n<r@example.org>",
            "b>e\r\na@example.org",
            "Bear@example.org <bea@example.org>",
        ),
        ("", "bea@example.org", "bea@example.org <bea@example.org>"),
        (" .\x00;", "", "unknown <unknown@localhost>"),
        ("Bea", "<>", "Bea <unknown@localhost>"),
        ('Bea "B." O\'Neil', "b@example.org", 'Bea "B." O\'Neil <b@example.org>'),
    ],
)
def test_what_git_refuses_in_a_name_is_left_out(
    root: Path, name: str, mail: str, line: str
) -> None:
    assert signature(name, mail) == line
    done = add_source(root, "wire", RECORD, BEA._replace(author=(name, mail))).committed
    assert done
    assert (done.fault, log(root, "%an <%ae>")[0]) == (None, line)


@pytest.mark.parametrize("setting", ["[user]\n\tuseConfigOnly = true\n", "[user]\n\tname =\n"])
def test_where_git_knows_nobody_the_committer_is_scen(
    root: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    config = root.parent.parent / "config"
    config.write_text(setting)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    add_source(root, "wire", RECORD, BEA)
    by = "Bea Ünal <bea@example.org> | scen <scen@localhost>"
    assert log(root)[0] == f"{by} | source: wire"
    done = add_source(root, "post", RECORD, WriteMode(commit=True)).committed
    assert done
    assert done.fault  # with no author all is as git has it
    config.write_text("[user]\n\tname = Server\n\temail = s@example.org\n")
    add_source(root, "mail", RECORD, BEA)
    assert " | Server <s@example.org> | " in log(root)[0]


def test_no_hook_runs_and_nothing_is_signed(root: Path) -> None:
    names = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change")
    for name in (*names, "reference-transaction", "post-checkout"):
        hook(root.parent, name, f'touch "{root.parent}/{name}"; exit 1')
    run(root, "config", "commit.gpgSign", "true")
    run(root, "config", "gpg.program", "false")
    add_source(root, "wire", RECORD, BEA)
    assert log(root, "%an %s")[0] == "Bea Ünal source: wire"
    assert run(root, "-c", f"core.hooksPath={os.devnull}", "status", "--porcelain") == ""
    assert not [name for name in names if (root.parent / name).exists()]


def test_a_commit_that_git_refuses_leaves_the_record_and_a_command_that_commits_it(
    root: Path,
) -> None:
    lock = root.parent / ".git" / "refs" / "heads" / "main.lock"
    lock.touch()
    done = add_source(root, "wire", RECORD, BEA).committed
    assert done
    assert (root / "sources" / "wire.yaml").is_file()
    lock.unlink()
    words = str(done.fault).rpartition("once that is fixed: ")[2]
    subprocess.run(["sh", "-c", words], check=True)
    assert log(root)[0].startswith("Bea Ünal <bea@example.org> | Ana ")
    assert shlex.split(words)[:2] == ["git", "-C"]


def test_each_takes_back_the_own_last_write_in_a_commit(root: Path) -> None:
    for id, mode in (("b1", BEA), ("c1", CEM), ("b2", BEA), ("c2", CEM)):
        add_source(root, id, RECORD, mode)
    tried = undo(root, WriteMode(dry_run=True, person="bea"))[0]
    assert [(draft.path, draft.new) for draft in tried.drafts] == [("sources/b2.yaml", None)]
    assert undo(root, BEA)[1] == "add-source b2"
    assert undo(root, BEA)[1] == "add-source b1"
    assert {path.stem for path in (root / "sources").glob("?[12].yaml")} == {"c1", "c2"}
    with pytest.raises(ScenError, match="nothing to undo here"):
        undo(root, BEA)
    assert log(root, "%an %s")[:2] == ["Bea Ünal undo: sources/b1", "Bea Ünal undo: sources/b2"]
    assert run(root, "status", "--porcelain") == ""
    assert undo(root, WriteMode(commit=True))[1] == "add-source c2"  # in a terminal, anybody's


def test_what_another_has_changed_since_stays(root: Path) -> None:
    path, text = "sources/wire.yaml", "name: {}\nreliability: B\n"
    put(root, path, text.format("one"), BEA)
    put(root, path, text.format("two"), CEM)
    with pytest.raises(ScenError, match=r"wire\.yaml: changed since"):
        undo(root, BEA)
    assert undo(root, CEM)[1] == "put"
    assert undo(root, BEA)[1] == "put"
    assert not (root / path).exists()


def test_what_another_changed_to_and_fro_is_not_taken_for_the_own_write(root: Path) -> None:
    path, text = "sources/wire.yaml", "name: {}\nreliability: B\n"
    put(root, path, text.format("one"), WriteMode(commit=True))
    put(root, path, text.format("two"), BEA)
    put(root, path, text.format("one"), CEM)
    put(root, path, text.format("two"), CEM)
    with pytest.raises(ScenError, match=r"wire\.yaml: changed since"):
        undo(root, BEA)
    assert [undo(root, CEM)[1], undo(root, CEM)[1], undo(root, BEA)[1]] == ["put"] * 3
    assert (root / path).read_text() == text.format("one")


def test_what_another_record_rests_on_stays(root: Path) -> None:
    add_source(root, "wire", RECORD, BEA)
    item = "evidence/2022/2022-02-05-cited.yaml"
    text = (root / "evidence/2022/2022-02-04-visit.yaml").read_text()
    assert "source: " in text
    lines = ["source: wire" if line.startswith("source: ") else line for line in text.splitlines()]
    put(root, item, "\n".join(lines).replace("2022-02-04", "2022-02-05") + "\n", CEM)
    with pytest.raises(ChangeRefused, match="wire"):
        undo(root, BEA)
    assert (root / "sources" / "wire.yaml").is_file()
    undo(root, CEM)
    undo(root, BEA)
    assert not (root / "sources" / "wire.yaml").exists()


def test_the_last_write_of_one_outlasts_many_of_others(root: Path) -> None:
    bea, cem = BEA._replace(commit=False), CEM._replace(commit=False)
    add_source(root, "b1", RECORD, bea)
    for number in range(25):
        add_source(root, f"c{number}", RECORD, cem)
    assert undo(root, bea)[1] == "add-source b1"
    note = last_noted(root)
    assert note
    assert (note.entry.command, note.entry.person) == ("add-source c24", "cem")
