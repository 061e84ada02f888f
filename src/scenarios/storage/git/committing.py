"""A commit of exactly the files a command wrote, with the user's name, hooks and signature."""

import os
import re
import shlex
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from scenarios.errors import NotWritten, ScenError
from scenarios.storage.cache.packed import oid_of
from scenarios.storage.git import commit_notes, process
from scenarios.storage.git import repository as git
from scenarios.storage.git.commit_notes import CommitNote, CommitState, clear_locks
from scenarios.storage.git.repository import Repository
from scenarios.storage.worktree import sync
from scenarios.text import counted


def noted(repository: Repository, paths: Sequence[str]) -> AbstractContextManager[CommitNote]:
    """Note a commit of these files, about to be written, until it is there or refused."""
    real = _real(repository, paths)
    tracked = {*_files(repository, real)}
    new = [path for path in real if path not in tracked]
    return commit_notes.noted(repository.git_dir, CommitState(_head(repository), real, new))


# By itself git syncs neither the index of a partial commit nor any folder, and a power loss took
# acknowledged commits (60368f41, test_nothing_acknowledged_is_lost_and_nothing_torn).
SYNCED = ("-c", "core.fsync=committed,index")
"""Options that make git sync the objects, references and index that it writes."""


def settle(git_dir: Path, oids: Sequence[str] = ()) -> None:
    """Make the names of these objects [all], references and the index durable: deepest first."""
    shared = process.common(git_dir)
    objects, tops = shared / "objects", [shared / "refs" / "heads", shared / "logs"]
    # A large repository has 256 folders of objects, of which a commit changes about six.
    own = [*{objects / oid[:2] for oid in oids}, objects / "pack", objects] if oids else []
    walks = (os.walk(top, topdown=False) for top in (tops if own else [objects, *tops]))
    below = (Path(folder) for walk in walks for folder, _, _ in walk)
    for path in dict.fromkeys((git_dir / "index", *own, *below, shared / "refs", shared, git_dir)):
        sync(path)


_LITERAL = "--literal-pathspecs"
_UNDERWAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or a revert",
}
"""Files of an unfinished operation; a rebase has a CHERRY_PICK_HEAD too."""


_CACHED = ("diff", "--cached", "--no-ext-diff")


def repository(folder: Path) -> Repository:
    """The repository of a folder, if it can take a commit."""
    try:
        work_tree = git.repository(folder)
    except ScenError as error:
        raise NotWritten(str(error)) from None
    if work_tree.top is None:
        why = "core.bare or core.worktree says that its files are not here"
        raise NotWritten(f"{work_tree.git_dir} has no working tree around {folder}: {why}")
    return work_tree


def refuse(repository: Repository, paths: Sequence[str]) -> None:
    """Raise if files about to be written could not be committed alone.

    Changes nothing and runs no program of the repository. The paths are relative to the
    repository's folder, existing or not.
    """
    if operation := _underway(repository):
        hint = "finish or abort it first, `git status` says how"
        raise ScenError(
            f"{repository.folder}: git is in the middle of {operation}: {hint}; nothing was written"
        )
    real = _real(repository, paths)
    words = ("--cached", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-relative")
    listed = process.answer(ask(repository, "diff", *words))
    parts = iter(os.fsdecode(listed).split("\0")[:-1])
    for status, path in zip(parts, parts, strict=True):
        if status == "U":
            raise ScenError(f"{path} is in conflict: resolve it first; nothing was written")
        if path in real:
            hint = "commit or unstage it first (git restore --staged)"
            raise ScenError(
                f"{path} is staged already with other content: {hint}; nothing was written"
            )
    lock = repository.git_dir / "index.lock"
    if os.path.lexists(lock):
        hint = "if no git is at work, one was killed: then delete it"
        raise NotWritten(f"git keeps {lock}: {hint}")
    if not os.access(repository.git_dir, os.W_OK):
        raise NotWritten(f"{repository.git_dir} cannot be written to")
    # Not `add --dry-run`, which runs the repository's filters.
    names = os.fsencode("".join(f"{path}\0" for path in real))
    asked = ask(repository, "check-ignore", "-z", "--stdin", stdin=names)
    if asked.returncode > 1:
        raise NotWritten(f"git would not commit it: {process.git_text(asked.stderr)}")
    if asked.stdout:
        ignored = ", ".join(os.fsdecode(asked.stdout).split("\0")[:-1])
        hint = "`git check-ignore -v` names the rule"
        raise NotWritten(f"git would not commit what it ignores: {ignored} ({hint})")


def uncommitted(
    repository: Repository, paths: Sequence[str], *, dry_run: bool = False
) -> list[str]:
    """The paths with uncommitted content; a dry run skips the repository's filters."""
    real = _real(repository, paths)
    if dry_run:
        entries = (entry.partition("\t") for entry in _files(repository, real, "--stage"))
        oids = {name: head.split()[1] for head, _, name in entries}
        staged = zip(paths, real, strict=True)
        return [path for path, name in staged if _differs(_top(repository) / name, oids.get(name))]
    listed = _files(repository, real, "--modified", "--others")
    return [path for path, name in zip(paths, real, strict=True) if name in listed]


def commit(
    repository: Repository,
    note: CommitNote,
    subject: str,
    author: tuple[str, str] | None = None,
) -> tuple[str, str] | None:
    """Commit the noted files as they are on disk, and leave whatever else is staged.

    The commit's id, and the output of git and hooks. If git or a hook refuses, files and index
    stay. None if there is nothing to commit: removed files that git never knew. With an author, by
    name and mail, no hook runs and nothing is signed.
    """
    options = unattended(repository) if author else ()
    by = ("--no-verify", f"--author={signature(*author)}") if author else ()
    new = [path for path in note.state.new if os.path.lexists(_top(repository) / path)]
    # git refuses the commit for one path that it never knew: an item renamed before its first
    # commit (c9f3e235).
    unknown = {*note.state.new}.difference(new)
    if not (real := [path for path in note.state.paths if path not in unknown]):
        return None
    with process.ctrl_c_is_for_git():
        # Git commits no path that it does not know of.
        words = (*options, *SYNCED, _LITERAL, "add", "--intent-to-add", "--", *new)
        # Run at the top as the user would: places named to git would be set for the hooks.
        target = (_top(repository), repository.git_dir, note.descriptor)
        code, output = process.let_run(words, *target) if new else (0, "")
        if not code:
            encoding = (*options, *SYNCED, "-c", "i18n.commitEncoding=UTF-8")
            message = ("commit", "--only", "--quiet", *by, "--message", subject)
            # The option for literal paths would reach the hooks.
            literal = [f":(literal){path}" for path in real]
            code, output = process.let_run((*encoding, *message, "--", *literal), *target)
        after, *others = _new_objects(repository, note.state.head)
        # Not only what git answers: where its last hook was stopped, the commit is there all the
        # same, unless it is one that somebody else made meanwhile.
        if not after or (code and not _is_next(repository, after, note.state)):
            _forget(repository, new)
            raise ScenError(_not_committed(_top(repository), real, (*by, "-m", subject), output))
        staged = (_LITERAL, *_CACHED, "--quiet", "--", *real)
        if not author and ask(repository, *staged).returncode:
            # A hook put them in another form: git committed that, and left the old one staged.
            _reset(repository, real)
        settle(repository.git_dir, (after, *others) if others else ())
    return after, output


_REFUSED = re.compile("[<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_STRIPPED = " .,:;\"\\'"
"""Characters that git takes from both ends of a name; it refuses one that has no other."""


def signature(name: str, mail: str) -> str:
    """`Name <mail>` of an author, without what git refuses in it."""
    name, mail = (_REFUSED.sub("", text).strip(_STRIPPED) for text in (name, mail))
    return f"{name or mail or 'unknown'} <{mail or 'unknown@localhost'}>"


def unattended(repository: Repository) -> tuple[str, ...]:
    """Options with which git commits without hooks and signature, as `scen` if it knows nobody."""
    nobody = ("-c", "user.name=scen", "-c", "user.email=scen@localhost")
    by = nobody if ask(repository, "var", "GIT_COMMITTER_IDENT").returncode else ()
    return (*process.INERT, "-c", "commit.gpgSign=false", *by)


def mend(repository: Repository) -> Iterator[str]:
    """Repair what killed commits left in the index; yield messages.

    An intention to add is removed if it was noted and no commit followed. An index behind HEAD is
    reset if HEAD has one parent, the noted one, and changed no other path, and the index still
    holds the parent's content.
    """
    for note in commit_notes.notes(repository.git_dir):
        if commit_begun := commit_notes.left(note):
            clear_locks(repository.git_dir, note, _top(repository))
            lock = repository.git_dir / "index.lock"
            if os.path.lexists(lock):
                yield f"a command was killed at its commit; if no git is at work, delete {lock}"
                continue
            yield from _mend(repository, commit_begun)
            commit_notes.drop(note)


def _mend(repository: Repository, state: CommitState) -> Iterator[str]:
    head = _head(repository)
    new = ("diff-files", "--diff-filter=A", "--", *state.new)
    intended = _named(repository, *new) if state.new else []
    if head == state.head:
        _forget(repository, intended)
        if written := _files(repository, state.paths, "--modified", "--others"):
            names = ", ".join(written)
            yield (
                f"a command was killed before its commit: written, not committed: {names};"
                " git add and git commit commit it"
            )
    elif head and _is_next(repository, head, state):
        behind = _named(repository, *_CACHED, "--", *state.paths)
        before = (*_CACHED, state.head, "--", *state.paths) if state.head else None
        moved = _named(repository, *before) if before else behind
        if own := [path for path in behind if path not in moved or path in intended]:
            _reset(repository, own)
        names = ", ".join(state.paths)
        yield f"a command was killed after its commit {head[:7]}: committed: {names}"


def _is_next(repository: Repository, head: str, state: CommitState) -> bool:
    """True if a commit follows the killed command's parent and changed only its paths."""
    listed = ask(repository, "rev-list", "--parents", "-1", head)
    parents = os.fsdecode(listed.stdout).split()[1:]
    changed = _named(repository, "diff-tree", "--root", "--no-commit-id", "-r", head)
    return parents == ([state.head] if state.head else []) and set(changed) <= set(state.paths)


def finish(repository: Repository, note: Path, own: str, merge: str) -> None:
    """If HEAD has a merge, bring the index to it, and files that still are as in `own`.

    Locks that a killed git left since its note are removed first.
    """
    top = _top(repository)
    clear_locks(repository.git_dir, note, top)
    if process.has(repository.git_dir, "HEAD", merge):
        changed = {*_named(repository, "diff")}
        old = {path: mode for path, mode, *_ in merged_files(repository, own, merge)}
        kept = {path for path in old if old[path] == NO_MODE and os.path.lexists(top / path)}
        _to_head(repository, {*old} - changed - kept, "checkout", "--no-overlay", "HEAD")
        _to_head(repository, {*old}, "reset")


def _to_head(repository: Repository, paths: Collection[str], *words: str) -> None:
    """Reset or check out paths, which may be more than fit into a command line."""
    listed = ("--quiet", "--pathspec-from-file=-", "--pathspec-file-nul")
    command = (*SYNCED, "-c", "submodule.recurse=false", _LITERAL, *words, *listed)
    if paths:
        process.answer(ask(repository, *command, stdin=os.fsencode("\0".join(paths))))


NO_MODE = "000000"
"""The mode of no file."""


def merged_files(
    repository: Repository, own: str, merge: str
) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, old mode, new mode and new object of the files that a merge changes in `own`."""
    shape = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    listed = process.run(repository.git_dir, "diff-tree", *shape, own, merge)
    parts = iter(os.fsdecode(listed).split("\0")[:-1])
    for entry, path in zip(parts, parts, strict=True):
        old, mode, _, oid, _ = entry[1:].split()
        yield path, old, mode, oid


def _named(repository: Repository, *words: str) -> list[str]:
    """The paths that a kind of `diff` names; of a rename both."""
    form = ("-z", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff")
    listed = ask(repository, _LITERAL, words[0], *form, *words[1:])
    return os.fsdecode(listed.stdout).split("\0")[:-1]


def _forget(repository: Repository, paths: Sequence[str]) -> None:
    if paths:
        ask(repository, "update-index", "--force-remove", "--", *paths)


def _reset(repository: Repository, paths: Sequence[str]) -> None:
    ask(repository, _LITERAL, "reset", "--quiet", "--", *paths)


def _underway(repository: Repository) -> str | None:
    for name, operation in _UNDERWAY.items():
        # Kept as a table, references are no files.
        is_reference = (
            name.isupper()
            and (repository.git_dir / "reftable").is_dir()
            and not ask(repository, "rev-parse", "--quiet", "--verify", name).returncode
        )
        if is_reference or os.path.lexists(repository.git_dir / name):
            return operation
    return None


def _real(repository: Repository, paths: Sequence[str]) -> list[str]:
    """The paths from the top, with symlinks resolved: git follows none."""
    top = _top(repository)
    return [
        Path(os.path.relpath(os.path.realpath(repository.folder / path), top)).as_posix()
        for path in paths
    ]


def _files(repository: Repository, paths: Sequence[str], *which: str) -> list[str]:
    listed = ask(repository, _LITERAL, "ls-files", "-z", *which, "--", *paths)
    return os.fsdecode(listed.stdout).split("\0")[:-1]


def _differs(file: Path, oid: str | None) -> bool:
    """True if a file differs from the index's object."""
    if not file.is_file():
        return oid is not None
    return oid is None or oid_of(file.read_bytes(), len(oid) // 2).hex() != oid


def behind(database: Path) -> str:
    """Warning that HEAD lacks commits of its upstream, as of the last fetch; empty without any."""
    try:
        own = ask(git.repository(database), "rev-list", "--count", "HEAD..@{upstream}", "--")
    except ScenError:
        return ""
    number = 0 if own.returncode else int(own.stdout)
    behind = f"{counted(number, 'commit')} behind the upstream of the last fetch"
    return f"{behind}: pull the evidence first" if number else ""


def _head(repository: Repository) -> str | None:
    """The current commit; None on an empty branch."""
    parsed = ask(repository, "rev-parse", "--quiet", "--verify", "HEAD")
    return os.fsdecode(parsed.stdout).strip() or None


def _new_objects(repository: Repository, before: str | None) -> list[str]:
    """The current commit and all other objects since a commit; an empty id if it still stands."""
    since = [f"^{before}"] if before else []
    listed = ask(repository, "rev-list", "--objects", "--no-object-names", "HEAD", *since)
    if listed.returncode and (head := _head(repository)) != before:  # in a partial clone
        return [head or ""]
    return os.fsdecode(listed.stdout).split() or [""]


def _not_committed(folder: Path, paths: Sequence[str], words: Sequence[str], reason: str) -> str:
    command = ["git", "-C", str(folder)]
    add = shlex.join([*command, "add", "--", *paths])
    again = shlex.join([*command, "commit", *words, "--", *paths])
    names = ", ".join(str(folder / path) for path in paths)
    why = reason or "git or a hook stopped without a word"
    return f"{names}: written, not committed:\n{why}\nonce that is fixed: {add} && {again}"


def _top(repository: Repository) -> Path:
    assert repository.top is not None  # noqa: S101 - as `repository` gave it
    return repository.top


def ask(
    repository: Repository, *words: str, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git with the user's language and settings, and no hooks."""
    top = _top(repository)
    target = (f"--git-dir={repository.git_dir}", f"--work-tree={top}")
    return process.launch(["git", *target, *process.INERT, *words], top, process.as_user(), stdin)
