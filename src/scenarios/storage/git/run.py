"""git as a process: to read, where nothing that a repository names is run, and as the user."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage.git.directory import Refused

_SAID = 2000
"""The characters of what git or a hook said that are shown from either end."""
_READ = 1 << 16
_AS_USER = re.compile(
    r"GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH)"
)


INERT = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
    *("-c", "safe.bareRepository=explicit"),
)
"""Nothing that a repository's own settings name is run: reading is not trusting."""


def run(
    git_dir: Path, *words: str, given: bytes | None = None, refused: str | None = None
) -> bytes:
    """What git prints when it reads `given`; a refusal is an error with git's own reason."""
    return answer(start(git_dir, *words, given=given), refused)


def start(
    git_dir: Path, *words: str, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Let git read to its end, whatever it answers: no index, no work tree, no program but git."""
    return launch(reading(git_dir, *words), git_dir, for_reading(git_dir), given)


def launch(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder to its end."""
    try:
        return subprocess.run(  # noqa: S603 - fixed words, revisions behind --end-of-options
            words, cwd=folder, env=environment, input=given, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise ScenError("git is not installed: revisions and --commit need it") from None


def let_run(words: Sequence[str], folder: Path, git_dir: Path, held: int) -> tuple[int, str]:
    """Run git with the user's hooks, which inherit a descriptor; its exit and what was said.

    What is said goes to a file without a name, where a commit can be written anyway: what a hook
    leaves running may keep a pipe open for ever.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415 - a commit alone needs it

    with TemporaryFile(dir=git_dir) as output:
        made = subprocess.run(  # noqa: S603 - fixed words and paths
            ["git", *words],
            cwd=folder,
            env=as_user(),
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(held,) if os.name != "nt" else (),
            check=False,
        )
        size = output.seek(0, os.SEEK_END)
        output.seek(0)
        data = output.read(_READ)
        if size > 2 * _READ:
            output.seek(size - _READ)
        return made.returncode, said(data + output.read())


def answer(made: subprocess.CompletedProcess[bytes], refused: str | None = None) -> bytes:
    """What git printed; where it refused, an error: in its own words, if there are no others."""
    if made.returncode:
        reason = said(made.stderr) or f"exit {made.returncode}"
        raise ScenError(refused) if refused else Refused(f"git: {reason}")
    return made.stdout


def said(data: bytes) -> str:
    """What git or a hook said, as it is read; of much, the beginning and the end."""
    text = data.decode(errors="replace").expandtabs().strip().removeprefix("fatal: ")
    if len(text) <= 2 * _SAID:
        return text
    return f"{text[:_SAID]}\n… and more, left out here …\n{text[-_SAID:]}"


def as_user() -> dict[str, str]:
    """The environment with the user's name, configuration and language, and no way elsewhere."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GIT_") or _AS_USER.fullmatch(key)
    }
    return {**kept, "GIT_NO_LAZY_FETCH": "1"}


def reading(git_dir: Path, *words: str) -> list[str]:
    """The command line that lets git read."""
    names = ("-c", "mailmap.blob=HEAD:.mailmap")  # as without a work tree
    return ["git", "--bare", f"--git-dir={git_dir}", "--no-pager", *INERT, *names, *words]


def for_reading(git_dir: Path) -> dict[str, str]:
    """The environment without what would point git elsewhere or make it speak otherwise."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_INDEX_FILE": str(git_dir / "scen reads no index"),
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
    }


@contextmanager
def ctrl_c_is_for_git() -> Iterator[None]:
    """It stops git and its hooks, which take their locks away; then this program has the rest."""
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
