"""Run git, and find its directory."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import NamedTuple

from scenarios.errors import ScenError

_LONGEST = 1 << 16
_LINKED = ("modules", "worktrees")
"""Where git keeps git directories of submodules and linked worktrees."""


class GitRefused(ScenError):  # noqa: N818
    """git, or this program, refuses the repository."""


class WorkTree(NamedTuple):
    """A work tree, its git directory, and the one shared by all worktrees.

    A broken `.git` may name a missing git directory: git itself says so. `embedded` is a folder on
    the way that git, started there, would take for a repository.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    embedded: Path | None = None


def find(folder: Path) -> WorkTree | None:
    """The repository whose work tree holds a folder, or None; symbolic links are followed.

    Files between the folder and the top that form a repository by themselves, which any clone may
    hold, do not count. A repository in the folder itself is refused inside another, unless it is
    its submodule or linked worktree. The search stops at GIT_CEILING_DIRECTORIES, as in git.
    """
    real = Path(os.path.realpath(folder))
    holders = _upwards(real)
    embedded = None
    for top in holders:
        if work_tree := _work_tree(top):
            outer = next(filter(None, map(_work_tree, holders)), None) if top == real else None
            linked = [outer.common_dir / name for name in _LINKED] if outer else []
            if outer and not {*linked} & {*work_tree.git_dir.parents}:
                raise GitRefused(
                    f"{top}/.git: a git repository inside that of {outer.top}: move one of them"
                    " away; or make it a submodule there (git submodule add, git submodule"
                    " absorbgitdirs); or, if it stands alone, set"
                    f" GIT_CEILING_DIRECTORIES={outer.top}"
                )
            return work_tree._replace(embedded=embedded)
        embedded = embedded or (top if is_git_dir(top) else None)
    return None


def nearest(folder: Path) -> WorkTree | None:
    """The work tree of a folder by its `.git`, whatever the environment says."""
    real = Path(os.path.realpath(folder))
    return next(filter(None, map(_work_tree, (real, *real.parents))), None)


def no_repository(folder: Path) -> ScenError:
    """The error of a command that needs history, in a folder that has none."""
    need = "revisions and --commit need one (git init makes it)"
    reason = f"{folder} is in no git repository: {need}" if which("git") else _NOT_INSTALLED
    return ScenError(reason)


def common(git_dir: Path) -> Path:
    """The git directory that all worktrees of one share."""
    named = git_dir / "commondir"
    return Path(os.path.realpath(git_dir / _text(named).strip())) if named.is_file() else git_dir


def is_top(top: Path, git_dir: Path, *settings: str) -> bool:
    """True if git has `top` for the top of a work tree; raises for another directory.

    git searches by itself, under the user's own settings: a directory named to it would be trusted,
    and its owner (safe.directory) not checked. It is asked again when its configuration changed.
    """
    key = list[tuple[int, ...]]()
    for file in (top, git_dir, git_dir / "config"):
        with suppress(OSError):
            status = file.stat()
            changed = 0 if file.is_dir() else status.st_mtime_ns
            key.append((status.st_ino, status.st_uid, changed))
    return _is_top(top, git_dir, settings, tuple(as_user().items()), tuple(key))


@lru_cache(8)
def _is_top(
    top: Path,
    git_dir: Path,
    settings: Sequence[str],
    environment: Sequence[tuple[str, str]],
    _: object,
) -> bool:
    asked = ("rev-parse", "--absolute-git-dir", "--is-inside-work-tree", "--show-prefix")
    ended = launch(["git", *settings, *asked], top, dict(environment))
    answers = answer(ended).decode("utf-8", "surrogateescape").split("\n")
    if os.path.realpath(answers[0]) != str(git_dir):
        raise ScenError(f"{top}: git takes {answers[0]} for its directory instead of {git_dir}")
    return answers[1:3] == ["true", ""]


def is_git_dir(folder: Path) -> bool:
    """True if git might take a folder for a git directory."""
    return os.path.lexists(folder / "HEAD") and (
        os.path.lexists(folder / "commondir")
        or all(os.path.lexists(folder / name) for name in ("objects", "refs"))
    )


def _upwards(folder: Path) -> Iterator[Path]:
    stops = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    ceilings = {os.path.realpath(stop) for stop in stops if Path(stop).is_absolute()}
    yield folder
    for above in folder.parents:
        if str(above) in ceilings:
            return
        yield above


def _work_tree(top: Path) -> WorkTree | None:
    """The place that a `.git` names; None for an empty folder, as in git."""
    dot_git = top / ".git"
    if dot_git.is_file():
        words = _text(dot_git)
        named = words.removeprefix("gitdir:")
        git_dir = top / (named.strip() if named != words else ".git")
    elif any(os.path.lexists(dot_git / name) for name in ("HEAD", "objects", "refs")):
        git_dir = dot_git
    else:
        return None
    git_dir = Path(os.path.realpath(git_dir))
    return WorkTree(top, git_dir, common(git_dir))


def _text(file: Path) -> str:
    """The first line of a file; empty if it cannot be read."""
    try:
        with file.open("rb") as opened:
            return os.fsdecode(opened.read(_LONGEST)).partition("\0")[0].rstrip("\r\n")
    except OSError:
        return ""


_SHOWN = 2000
"""The most characters of git's or a hook's output shown from either end."""
_READ = 1 << 16
_AS_USER = re.compile(
    r"GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH)"
)


INERT = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    # Tracked files can form a repository, with programs and a history of its own
    # (test_after_a_clone_nothing_runs_and_the_real_history_answers).
    *("-c", "log.showSignature=false", "-c", "safe.bareRepository=explicit"),
)
"""Settings under which git runs no program that a repository names: reading is not trusting."""
_NOT_INSTALLED = "git is not installed: revisions and --commit need it"


def run(
    git_dir: Path, *words: str, stdin: bytes | None = None, refused: str | None = None
) -> bytes:
    """The output of git for input `stdin`; raises with git's own reason."""
    return answer(start(git_dir, *words, stdin=stdin), refused)


def start(
    git_dir: Path, *words: str, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Let git read, to its end: no index, no work tree, no other program."""
    return launch(reading(git_dir, *words), git_dir, for_reading(git_dir), stdin)


def has(git_dir: Path, tip: str, commit: str) -> bool:
    """True if a commit is `tip` or an ancestor of it."""
    words = ("merge-base", "--is-ancestor", "--end-of-options", commit, tip)
    return not start(git_dir, *words).returncode


def launch(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder to its end."""
    try:
        return subprocess.run(  # noqa: S603 - fixed words, revisions behind --end-of-options
            words, cwd=folder, env=environment, input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise ScenError(_NOT_INSTALLED) from None


def let_run(words: Sequence[str], folder: Path, git_dir: Path, held: int) -> tuple[int, str]:
    """Run git with the user's hooks, which inherit a descriptor; exit status and output.

    The output goes to an unnamed file, where a commit writes anyway: a hook's child may keep a pipe
    open for ever.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415 - a commit alone needs it

    with TemporaryFile(dir=git_dir) as output:
        ended = subprocess.run(  # noqa: S603 - fixed words and paths
            ["git", *words],
            cwd=folder,
            env=as_user(),
            stdout=output,
            stderr=subprocess.STDOUT,
            # git may outlive this program: its lock on the note keeps others from mending its work
            # (test_a_git_that_outlives_its_command_is_left_to_its_work).
            pass_fds=(held,) if sys.platform != "win32" else (),
            check=False,
        )
        size = output.seek(0, os.SEEK_END)
        output.seek(0)
        data = output.read(_READ)
        if size > 2 * _READ:
            output.seek(size - _READ)
        return ended.returncode, git_text(data + output.read())


def answer(ended: subprocess.CompletedProcess[bytes], refused: str | None = None) -> bytes:
    """The output of git; an error, by default in git's words, if it refused."""
    if ended.returncode:
        reason = git_text(ended.stderr) or f"exit {ended.returncode}"
        raise ScenError(refused) if refused else GitRefused(f"git: {reason}")
    return ended.stdout


def git_text(data: bytes) -> str:
    """Output of git or a hook as text; if long, its beginning and end."""
    text = data.decode(errors="replace").expandtabs().strip().removeprefix("fatal: ")
    if len(text) <= 2 * _SHOWN:
        return text
    return f"{text[:_SHOWN]}\n… and more, left out here …\n{text[-_SHOWN:]}"


def as_user() -> dict[str, str]:
    """The environment with the user's name, configuration and language only."""
    environment = os.environ.items()
    variables = {k: v for k, v in environment if not k.startswith("GIT_") or _AS_USER.fullmatch(k)}
    return {**variables, "GIT_NO_LAZY_FETCH": "1"}


def reading(git_dir: Path, *words: str) -> list[str]:
    """The command line with which git reads."""
    names = ("-c", "mailmap.blob=HEAD:.mailmap")  # as without a work tree
    return ["git", "--bare", f"--git-dir={git_dir}", "--no-pager", *INERT, *names, *words]


def for_reading(git_dir: Path) -> dict[str, str]:
    """The environment without settings that redirect git or change its output."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {
        **variables,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        # A broken index would end the reading, and replacements and grafts tell another history;
        # what a partial clone lacks is not fetched (a8396855).
        "GIT_INDEX_FILE": str(git_dir / "scen reads no index"),
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }


@contextmanager
def ctrl_c_is_for_git() -> Iterator[None]:
    """Let Ctrl-C stop git and its hooks, which remove their locks, and not this program."""
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or before is not signal.default_int_handler:
        yield  # nobody here waits for it
        return
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
