"""The journal of a command that changes several files: until it ends, readers see what was before.

It is written before the first of the files and removed after the last, beside the lock: all who can
read a checkout find it, and no clone brings one.
"""

import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from scenarios.errors import Problem, ScenError
from scenarios.paths import INBOX
from scenarios.storage import worktree
from scenarios.storage.cache.files import ChangedMeanwhile, with_changes
from scenarios.storage.disk import open_file, share
from scenarios.storage.git import process
from scenarios.storage.lock import lock_file
from scenarios.storage.state_folder import FileBackup

_PATIENCE = 30.0
"""Seconds for which files are read again because commands begin and end meanwhile."""
_TICK = 20_000_000
"""Nanoseconds within which two changes of a folder may leave it the same time."""
_Files = Mapping[str, bytes]
_Commit = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40,64}$")]


class CommandJournal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command as it was typed, and each of its files before and after.

    Of a merge also HEAD's commit before and after: all is a half until HEAD has the second.
    """

    version: Literal[1] = 1
    command: str
    changes: tuple[FileBackup, ...]
    commits: tuple[_Commit, _Commit] | msgspec.UnsetType = msgspec.UNSET


def place_of(root: Path) -> Path:
    """The path of a database's journal: in `scen` of the git directory, else in its own `.scen`."""
    held = lock_file(root)
    name = os.path.relpath(os.path.realpath(root), held.parent)  # the same by any mount
    return held.with_suffix("") / f"{sha256(os.fsencode(name)).hexdigest()[:16]}.json"


def begin(
    root: Path, changes: Sequence[FileBackup], command: str, commits: tuple[str, str] | None = None
) -> None:
    """Note changes durably before the first is written, under the lock."""
    kind_and_id = place_of(root)
    with worktree.refusals(kind_and_id):
        if not kind_and_id.parent.is_dir():
            worktree.make_folders(kind_and_id.parent)
            above = kind_and_id.parent.parent.stat()  # who may lock may write here too
            share(kind_and_id.parent, above)
            kind_and_id.parent.chmod(stat.S_IMODE(above.st_mode))
        mode = stat.S_IMODE(kind_and_id.parent.stat().st_mode) & 0o666
    noted: dict[str, Any] = {"changes": tuple(changes), "commits": commits or msgspec.UNSET}
    data = msgspec.json.encode(CommandJournal(command=command, **noted))
    worktree.create(kind_and_id.parent, kind_and_id.name, data, mode)


def end(root: Path, *, kept: bool = False) -> None:
    """End a command that changed all of its files, or none; beside git a half put back is `kept`.

    A journal that could not be removed says the same, by the files themselves.
    """
    kind_and_id = place_of(root)
    with suppress(OSError):
        # The half may have been committed meanwhile: by what is kept `check` says which files of it
        # were (test_where_the_half_was_committed_check_says_what_stayed_and_how_to_mend_it).
        is_in_git = not kind_and_id.parent.name.startswith(".")
        kind_and_id.replace(
            kind_and_id.with_suffix(".kept")
        ) if kept and is_in_git else kind_and_id.unlink()
    worktree.sync(kind_and_id.parent)


def left(path: Path) -> CommandJournal | None:
    """The journal of a command that is at work or was killed.

    Raises ScenError for a file that is no journal of this version, or names files elsewhere.
    """
    try:
        with open_file(path) as file:
            journal = msgspec.json.decode(file.read(), type=CommandJournal)
        names = [name for change in journal.changes for name in change.path.split("/")]
        # A forged path would be read, and later written, outside of the database
        # (test_a_journal_that_is_forged_or_damaged_is_named_and_not_followed).
        if all(name[:1] not in ("", ".") and not {*name} & {*"\\:\0"} for name in names):
            return journal
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError):
        pass
    raise ScenError(
        f"{worktree.safe(path)}: it is no journal of a command of this version of scen, in this"
        " database: files may be half changed; compare them with git, then delete it"
    )


def half(
    root: Path, journal: CommandJournal, content: Callable[[str], bytes | None]
) -> dict[str, bytes | None]:
    """The content before of each file that a command changed; empty if it changed all, or none.

    `content` gives that of a path now. What somebody changed since is left out.
    """
    now = {change: content(change.path) for change in journal.changes}
    back = {change.path: change.before for change in now if change.is_after(now[change])}
    is_half = any(change.before == data for change, data in now.items())
    if journal.commits and (work_tree := process.nearest(root)):
        is_half = not process.has(work_tree.git_dir, "HEAD", journal.commits[1])
    return back if is_half else {}


def content(root: Path, path: str) -> bytes | None:
    """The bytes of a file that lies inside the database; None for any other."""
    with suppress(ScenError):
        worktree.inside(root, root / path)
        return worktree.content(root, path)
    return None


def whole(
    root: Path, read: Callable[[], tuple[_Files, list[Problem]]], *, inbox: bool = False
) -> tuple[_Files, list[Problem], str]:
    """Files as they were before a command that is at work or was killed; a remark on that.

    `read` gives the files of the inbox or all others, and their faults; again if a command began or
    ended meanwhile. A journal that cannot be followed changes nothing, and is named.
    """
    kind_and_id, deadline = place_of(root), time.monotonic() + _PATIENCE

    def now(path: str) -> bytes | None:
        # The other part is asked of the disk: one command moves a proposal to its record, and both
        # have to be as before together (test_a_proposal_and_its_record_are_seen_together).
        is_read = path.startswith(f"{INBOX}/") == inbox
        return files.get(path) if is_read else content(root, path)

    while time.monotonic() < deadline:
        seen = _look(kind_and_id)
        files, problems = read()
        with suppress(ChangedMeanwhile):
            back = half(root, seen[1], now) if isinstance(seen[1], CommandJournal) else {}
            if _look(kind_and_id) == seen:
                break
    else:
        fault = f"{worktree.safe(root)}: other commands change it all the time"
        raise worktree.ChangedSinceRead(f"{fault}; run the command again")
    if not isinstance(journal := seen[1], CommandJournal):
        return files, problems, journal
    own = {path: data for path, data in back.items() if path.startswith(f"{INBOX}/") == inbox}
    remark = (
        f"a command ({journal.command}) is changing several files, or was killed at it: the state"
        " before it is read; scen undo takes a half back, and so does whatever is recorded next"
    )
    return with_changes(files, own), problems, remark * bool(back)


def _look(path: Path) -> tuple[int, CommandJournal | str]:
    """A time that is another once a command began or ended; its journal, or the fault of that."""
    now = time.time_ns()
    try:
        changed = path.parent.stat().st_mtime_ns
        journal = left(path) or ""
    except OSError:
        return 0, ""
    except ScenError as error:
        journal = f"{error}"
    # The time of this look, which no other look has: in one tick a command can end and the next
    # begin (test_a_reader_in_a_loop_never_sees_a_half_of_commands_at_work).
    return now if abs(now - changed) < _TICK else changed, journal
