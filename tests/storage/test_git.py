"""Real repositories: a revision is the same snapshot as a checkout of it.

What may be named as one, and what is told, is in tests/transcripts/git/revisions.txt.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from scenarios.storage.git.process import WorkTree as Place
from scenarios.storage.git.process import find

TRACKER = b"format: 1\ntitle: T\n"
SOURCE = b"name: A paper\nreliability: B\n"


def environment(day: str = "2022-03-01T12:00:00Z") -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    for who in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{who}_NAME": "A", f"GIT_{who}_EMAIL": "a@example.org"}
    dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    return kept | dates | {"GIT_CONFIG_GLOBAL": os.devnull, "TZ": "UTC"}


def run(folder: Path, *words: str, day: str = "2022-03-01T12:00:00Z") -> str:
    command = ["git", *words]
    made = subprocess.run(
        command, cwd=folder, env=environment(day), check=True, capture_output=True
    )
    return made.stdout.decode().strip()


def shell(folder: Path, script: str) -> None:
    """A script as bash runs it, stopped where a command fails.

    `add PATH [TEXT [DAY]]` writes a file of the database (a sound source) and commits it; `record`
    commits all under a subject; `merge` merges.
    """
    words = ["bash", "-euc", SCRIPT + script]
    subprocess.run(words, cwd=folder, env=environment(), check=True, capture_output=True)


SCRIPT = """
git() { command git -c advice.detachedHead=false "$@" >/dev/null 2>&1; }
on() { export GIT_AUTHOR_DATE=2022-03-${1}T12:00:00Z GIT_COMMITTER_DATE=2022-03-${1}T12:00:00Z; }
record() { git add -A; git commit --allow-empty -m "$1"; }
merge() { git merge --no-ff -m "$@"; }
put() { mkdir -p "$(dirname "$1")"; printf "$2" >"$1"; }
add() { on "${3:-01}"; put "scenarios/$1" "${2:-name: A paper\\nreliability: B\\n}"; record "$1"; }
start() { git init -b main; put scenarios/tracker.yaml 'format: 1\\ntitle: T\\n'; record first; }
"""


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def commit(folder: Path, message: str, day: str = "2022-03-01T12:00:00Z") -> str:
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", message, day=day)
    return run(folder, "rev-parse", "HEAD")


def test_a_checkout_of_it_gives_the_same_snapshot_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "my désk"
    put(desk, "scenarios/sources/ein Blatt ü.yaml", SOURCE)
    shell(desk, "start; add sources/paper.yaml; git worktree add ../other; put scenarios/a.yaml x")
    files, _ = worktree.snapshot(tmp_path / "other" / "scenarios")
    assert sorted(files) == ["sources/ein Blatt ü.yaml", "sources/paper.yaml", "tracker.yaml"]
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    for database in (desk / "scenarios", tmp_path / "other" / "scenarios"):
        repository = git.repository(database)
        assert git.snapshot(repository, git.commit_of(repository, "HEAD")) == (files, [])


def test_a_linked_worktree_and_a_submodule_are_told_as_git_tells_them(tmp_path: Path) -> None:
    top, submodule = tmp_path / "désk", "git -c protocol.file.allow=always submodule"
    top.mkdir()
    shell(
        top,
        f"""
        start; for at in ../other inside scenarios/2022; do git worktree add --detach $at; done
        git init ../home; cd ../home; {submodule} add ../désk scenarios; record first
        git worktree add --detach ../second; cd ../second; {submodule} update --init""",
    )
    linked = [top, tmp_path / "other", top / "inside", top / "scenarios/2022"]
    for folder in (*linked, tmp_path / "home/scenarios", tmp_path / "second/scenarios"):
        said = run(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir")
        at, git_dir, common = said.splitlines()
        place = Place(Path(at), Path(git_dir), (folder / common).resolve())
        assert find(folder) == find(folder / "scenarios") == place
        assert (place.common_dir == top / ".git") == (folder in linked)
