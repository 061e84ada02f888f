"""A commit holds the files that were written, and a refusal changes nothing.

What the CLI says of it, in which places and with which hooks, is in tests/transcripts/commit.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.storage.git import committing
from scenarios.storage.git import run as gitrun
from tests.cli.commands import tree
from tests.storage.test_git import commit as commit_all
from tests.storage.test_git import put, run, shell

PAPER = "sources/paper.yaml"
NEW = "evidence/2022/new.yaml"
WRITTEN = {PAPER: b"name: Rewritten\n", NEW: b"summary: New\n"}


def is_ana(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with a name, and no settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ana@example.org")


@pytest.fixture(autouse=True)
def _a_user_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    is_ana(monkeypatch)


BEGUN = """
fill() {
    put scenarios/tracker.yaml 'format: 1\\n'; put scenarios/sources/paper.yaml 'name: Paper\\n'
    put scenarios/sources/other.yaml 'name: Other\\n'
    put notes.txt 'one\\n'; put 'old name.txt' 'moved\\n'; record first
}
stir() {
    put notes.txt 'two\\n'; put staged.txt 'staged\\n'; git add notes.txt staged.txt
    git mv 'old name.txt' 'a new name.txt'; put notes.txt 'three\\n'
    put scenarios/sources/other.yaml 'name: Changed\\n'
    put scenarios/sources/new.yaml 'name: Untracked\\n'
}
"""
"""A database, and beside it what is none of its business: staged, changed, new."""


def sh(folder: Path, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shell(folder, BEGUN + script)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with one commit, in a folder whose name takes some care."""
    top = tmp_path / "my désk [1]"
    sh(top, "git init -b main; fill")
    return top


def written(database: Path, files: dict[str, bytes], subject: str = "a subject") -> None:
    """The files of a command, refused or written and committed."""
    repository = committing.repository(database)
    committing.refuse(repository, list(files))
    for path, data in files.items():
        put(database, path, data)
    committing.commit(repository, list(files), subject)


def held(top: Path, revision: str = "HEAD") -> list[str]:
    """The paths that a commit changed."""
    words = ("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", revision)
    return run(top, *words).split("\0")[:-1]


def hook(top: Path, name: str, text: str) -> None:
    place = top / ".git" / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)


# -- what is committed ----------------------------------------------------------------------------


def test_a_name_is_a_name_and_no_pattern(top: Path) -> None:
    names = ["sources/ein [B]latt ü*.yaml", ":(top)x.yaml", "-n.yaml", 'say "hi".yaml']
    put(top, "scenarios/sources/ein Blatt ü1.yaml", b"alike")
    written(top / "scenarios", dict.fromkeys(names, b"new"))
    assert sorted(held(top)) == sorted(f"scenarios/{name}" for name in names)
    assert run(top, "status", "--porcelain", "-z") == "?? scenarios/sources/ein Blatt ü1.yaml\0"


def test_what_a_symbolic_link_leads_to_is_what_was_written(top: Path) -> None:
    database = top / "scenarios"
    (database / "sources" / "link.yaml").symlink_to("paper.yaml")
    (database / "current").symlink_to("evidence/2022")
    put(database, "evidence/2022/old.yaml", b"old\n")
    commit_all(top, "links")
    written(database, {"sources/link.yaml": b"new\n", "current/old.yaml": b"new\n"})
    assert held(top) == ["scenarios/evidence/2022/old.yaml", f"scenarios/{PAPER}"]


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_where_a_hook_says_no_the_index_is_as_it_was_and_what_it_says_makes_the_commit(
    top: Path, name: str
) -> None:
    def state() -> list[str]:
        asked = ("ls-files --stage", "status --porcelain=v2 -uall", "rev-parse HEAD")
        return [run(top, *words.split()) for words in asked]

    sh(top, "stir")
    database = top / "scenarios"
    for path, data in WRITTEN.items():
        put(database, path, data)
    before = state()
    hook(top, name, 'echo "line 9:\tno"; echo "second" >&2; exit 1')
    with pytest.raises(ScenError) as refused:
        written(database, WRITTEN, "it's one")
    how = (
        f"git -C '{top}' add -- scenarios/{PAPER} scenarios/{NEW} && "
        f"git -C '{top}' commit -m 'it'\"'\"'s one' -- scenarios/{PAPER} scenarios/{NEW}"
    )
    assert str(refused.value) == (
        f"{database}/{PAPER}, {database}/{NEW}: written, not committed:\n"
        f"line 9: no\nsecond\nonce that is fixed: {how}"
    )
    assert state() == before
    hook(top, name, "exit 0")
    assert os.system(how) == 0  # noqa: S605 - as a user would
    assert held(top) == [f"scenarios/{NEW}", f"scenarios/{PAPER}"]
    assert run(top, "log", "-1", "--format=%s") == "it's one"


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_what_ctrl_c_does_is_the_same_afterwards(top: Path, handler: Any) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        written(top / "scenarios", WRITTEN)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


# -- what is refused ------------------------------------------------------------------------------


FULL = f"scenarios/{PAPER} is staged already with other content: commit or unstage it first "
MIDDLE = "git is in the middle of {}: finish or abort it first, `git status` says how; "
STAGED = f"put scenarios/{PAPER} 'name: Staged'; git add scenarios/{PAPER}"
OTHERWISE = "git config diff.relative true; git config diff.external false"
# Two branches that change a line of one file, and the one at hand another file too.
DIVERGED = """
git checkout -b side; put notes.txt side; record side; put side.txt more; record more
git checkout main; put notes.txt main; record main
"""
STOPPED = DIVERGED + "git {} && exit 9; true"
SUBMODULE = """
git init ../part; cd ../part; put x.yaml x; record part; cd "$OLDPWD"
git -c protocol.file.allow=always submodule add "$PWD/../part" scenarios/evidence; record part
"""
CONFLICT = "put notes.txt stashed; git stash; put notes.txt x; record second; git stash pop || true"
REFUSED = [
    (STAGED, FULL),
    (f"{STAGED}; put scenarios/{PAPER} 'name: Paper\\n'", FULL),
    (f"git rm --cached scenarios/{PAPER}", FULL),
    (f"{STAGED}; {OTHERWISE}; git config diff.mnemonicPrefix true", FULL),
    (f"git mv scenarios/{PAPER} scenarios/sources/renamed.yaml", FULL),
    (CONFLICT, "notes.txt is in conflict: resolve it first; "),
    (STOPPED.format("merge side"), MIDDLE.format("a merge")),
    (f"{DIVERGED}git merge --no-commit -s ours side", MIDDLE.format("a merge")),
    (STOPPED.format("cherry-pick side~1"), MIDDLE.format("a cherry-pick")),
    (f"{STOPPED.format('cherry-pick side~1 side')}; put notes.txt both; record picked",
     MIDDLE.format("a cherry-pick or a revert")),
    (STOPPED.format("revert side~1"), MIDDLE.format("a revert")),
    (STOPPED.format("rebase side"), MIDDLE.format("a rebase")),
    (STOPPED.format("rebase --apply side"), MIDDLE.format("a rebase")),
    ("put scenarios/.gitignore evidence/",
     f"what it ignores: scenarios/{NEW} (`git check-ignore -v`"),
    ("put .git/info/exclude '*.yaml'", f"git would not commit what it ignores: scenarios/{NEW} ("),
    (SUBMODULE, f"git would not commit it: Pathspec 'scenarios/{NEW}' is in submodule"),
    ("put .git/index.lock ''",
     "/.git/index.lock: if no git is at work, one was killed: then delete it"),
    ('git config core.worktree "$PWD/.."', ".git has no working tree around /"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "said"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_changes_no_byte(
    top: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    sh(top, script)
    os.utime(top / "scenarios" / "tracker.yaml", (1, 1))  # an index to be refreshed
    before = tree(top)
    with pytest.raises(ScenError) as refused:
        written(top / "scenarios", WRITTEN)
    assert said in str(refused.value)
    assert "nothing was written" in str(refused.value)
    assert tree(top) == before


def test_a_revert_in_references_that_are_no_files_is_seen(tmp_path: Path) -> None:
    sh(tmp_path, "git init --ref-format=reftable || true")
    if not (tmp_path / ".git" / "reftable").exists():
        pytest.skip("this git has no reftable")
    sh(tmp_path, f"git checkout -b main; fill; {STOPPED.format('revert side~1')}")
    assert not (tmp_path / ".git" / "REVERT_HEAD").exists()
    with pytest.raises(ScenError, match="in the middle of a revert"):
        committing.refuse(committing.repository(tmp_path / "scenarios"), [PAPER])


def test_what_was_not_committed_before_is_known(top: Path) -> None:
    sh(
        top,
        """
        cd scenarios/sources; put touched.yaml same; put gone.yaml gone; record more
        put touched.yaml same; touch -d @1 touched.yaml; rm gone.yaml
        put paper.yaml changed; put ünew.yaml new; put intended.yaml new; git add -N intended.yaml
        """,
    )
    names = ["touched", "gone", "paper", "ünew", "intended", "other", "to-come"]
    paths = [f"sources/{name}.yaml" for name in names]
    found = committing.uncommitted(committing.repository(top / "scenarios"), paths)
    assert found == [f"sources/{name}.yaml" for name in ("gone", "paper", "ünew", "intended")]


@pytest.mark.parametrize("as_user", [True, False])
def test_what_a_clone_lacks_is_not_fetched(top: Path, tmp_path: Path, as_user: bool) -> None:
    run(top, "config", "uploadpack.allowFilter", "true")
    words = ("--filter=blob:none", "--no-checkout", top.as_uri())
    run(tmp_path, "clone", "-q", *words, "partial")
    partial = tmp_path / "partial"
    wanted = ("cat-file", "-e", "HEAD:notes.txt")

    def is_there() -> bool:
        if as_user:
            return not gitrun.launch(["git", *wanted], partial, gitrun.as_user()).returncode
        return not gitrun.start(partial / ".git", *wanted).returncode

    assert not is_there()
    run(partial, *wanted)  # git itself fetches it
    assert is_there()
