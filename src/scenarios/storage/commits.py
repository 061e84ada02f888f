"""A commit of exactly the files that a command wrote, with the user's name, hooks and signature."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.storage.git import Repository, start

_NOTHING = "nothing was written"
_LITERAL = "--literal-pathspecs"
_UNDERWAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or a revert",
}
"""What git keeps while it waits for somebody to go on; a rebase has a CHERRY_PICK_HEAD too."""


class Commit(NamedTuple):
    """A commit that was made, and what git and the hooks said meanwhile."""

    oid: str
    remarks: str


def repository(folder: Path) -> Repository:
    """The repository whose working tree holds a folder: where a commit can be made of it."""
    made = _start(folder, "rev-parse", "--is-inside-work-tree", "--show-prefix")
    inside, _, prefix = _text(made.stdout).partition("\n")
    if made.returncode or inside != "true":
        reason = _reason(made.stderr) or "this is no working tree"
        need = "--commit needs a git repository (git init makes one)"
        raise ScenError(f"{folder}: {need}: {reason}; {_NOTHING}")
    return Repository(folder, prefix.removesuffix("\n"))


def refuse(repository: Repository, paths: Sequence[str]) -> None:
    """Raise where files that are about to be written could not be committed, and nothing else.

    Nothing is changed: it is asked before the first byte is written. The paths are those within
    the repository's folder, there or not yet.
    """
    folder = repository.folder
    if what := _underway(folder):
        how = "finish or abort it first, `git status` says how"
        raise ScenError(f"{folder}: git is in the middle of {what}: {how}; {_NOTHING}")
    real = _real(folder, paths)
    own = {repository.prefix + path for path in real}
    for status, path in _staged(folder):
        if status == "U":
            raise ScenError(f"{path} is in conflict: resolve it first; {_NOTHING}")
        if path in own:
            how = "commit or unstage it first (git restore --staged)"
            raise ScenError(f"{path} is staged already with other content: {how}; {_NOTHING}")
    quiet = ("-c", "advice.addIgnoredFile=false", _LITERAL)
    tried = _start(folder, *quiet, "add", "--dry-run", "--ignore-missing", "--", *real)
    if tried.returncode:
        raise ScenError(f"{_NOTHING}: git would not commit it: {_reason(tried.stderr)}")


def uncommitted(repository: Repository, paths: Sequence[str]) -> list[str]:
    """Those of the paths that hold something which is not committed yet."""
    real = _real(repository.folder, paths)
    found = _files(repository.folder, real, "--modified", "--others")
    return [path for path, name in zip(paths, real, strict=True) if name in found]


def commit(repository: Repository, paths: Sequence[str], subject: str) -> Commit:
    """Commit these files as they are on disk, and leave whatever else is staged where it is.

    Where git or a hook says no the files stay, and the index is as it was.
    """
    folder = repository.folder
    real = _real(folder, paths)
    before = _head(folder)
    with _ctrl_c_is_for_git():
        new = _files(folder, real, "--others")
        # Git commits no path that it does not know of.
        made = _start(folder, _LITERAL, "add", "--intent-to-add", "--", *new) if new else None
        if made is None or not made.returncode:
            encoding = ("-c", "i18n.commitEncoding=UTF-8")
            words = ("commit", "--only", "--quiet", "--message", subject)
            # The option for literal paths would reach the hooks.
            literal = [f":(literal){path}" for path in real]
            made = _start(folder, *encoding, *words, "--", *literal)
        after = _head(folder)
        # Not what git answers: where its last hook was stopped, the commit is there all the same.
        if after is None or after == before:
            if new:
                _start(folder, "update-index", "--force-remove", "--", *new)
            said = _reason(made.stdout + made.stderr)
            raise ScenError(_not_committed(folder, real, subject, said))
        if _start(folder, _LITERAL, "diff", "--cached", "--quiet", "--", *real).returncode:
            # A hook put them in another form: git committed that, and left the old one staged.
            _start(folder, _LITERAL, "reset", "--quiet", "--", *real)
    return Commit(after, _reason(made.stderr))


def _underway(folder: Path) -> str | None:
    git_dir = _text(_start(folder, "rev-parse", "--absolute-git-dir").stdout).removesuffix("\n")
    for name, what in _UNDERWAY.items():
        # A reference need not be a file.
        is_reference = (
            name.isupper()
            and not _start(folder, "rev-parse", "--quiet", "--verify", name).returncode
        )
        if is_reference or os.path.lexists(f"{git_dir}/{name}"):
            return what
    return None


def _staged(folder: Path) -> Iterator[tuple[str, str]]:
    """Status and path from the top of whatever is staged or in conflict, in the whole tree."""
    words = ("--cached", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-relative")
    parts = iter(_text(_start(folder, "diff", *words).stdout).split("\0")[:-1])
    return zip(parts, parts, strict=True)


def _real(folder: Path, paths: Sequence[str]) -> list[str]:
    """The paths from the folder, through symlinks: git follows none."""
    top = os.path.realpath(folder)
    return [
        Path(os.path.relpath(os.path.realpath(folder / path), top)).as_posix() for path in paths
    ]


def _files(folder: Path, paths: Sequence[str], *which: str) -> list[str]:
    listed = _start(folder, _LITERAL, "ls-files", "-z", *which, "--", *paths)
    return _text(listed.stdout).split("\0")[:-1]


def _head(folder: Path) -> str | None:
    """The commit at hand; None on a branch that has none."""
    made = _start(folder, "rev-parse", "--quiet", "--verify", "HEAD")
    return _text(made.stdout).strip() or None


def _not_committed(folder: Path, paths: Sequence[str], subject: str, reason: str) -> str:
    there = ["git", "-C", str(folder)]
    add = shlex.join([*there, "add", "--", *paths])
    again = shlex.join([*there, "commit", "-m", subject, "--", *paths])
    names = ", ".join(str(folder / path) for path in paths)
    why = reason or "git or a hook stopped without a word"
    return f"{names}: written, not committed:\n{why}\nonce that is mended: {add} && {again}"


@contextmanager
def _ctrl_c_is_for_git() -> Iterator[None]:
    """It stops git and its hooks, which take their locks away; then this program has the rest."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield  # nobody here waits for it
        return
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return start(folder, *words, as_user=True)


def _reason(said: bytes) -> str:
    """What git said, as it is read."""
    text = said.decode(errors="replace").expandtabs().strip()
    return text.removeprefix("fatal: ")


def _text(data: bytes) -> str:
    return os.fsdecode(data)
