"""A repository by git's plumbing: a revision as a snapshot, and the commits up to it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from scenarios.analysis.changes import Commit, RecordChange, Revision
from scenarios.errors import NoCommit, Problem, ScenError
from scenarios.model import Kind, Record
from scenarios.paths import INBOX, place_of
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import is_in_git, is_tree_in_git, with_changes
from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.git import process
from scenarios.storage.loader import read_record

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REGULAR = frozenset({"100644", "100755"})
_AT_ONCE = 200  # the most names that fit into a pipe while git is busy answering


class Repository(NamedTuple):
    """A database's folder, its path from the top of the tree ('' or ending in '/'), and git's.

    Without `top` there is no work tree. git would start from `embedded`; `tip` is taken for HEAD.
    """

    folder: Path
    prefix: str
    git_dir: Path
    top: Path | None = None
    embedded: Path | None = None
    tip: str = "HEAD"


def repository(database: Path) -> Repository:
    """The repository that holds a database folder."""
    work_tree = process.find(database)
    if work_tree is None:
        raise process.no_repository(database)
    inner = Path(os.path.realpath(database)).relative_to(work_tree.top).as_posix()
    is_top = process.is_top(work_tree.top, work_tree.git_dir, *process.INERT)
    prefix = "" if inner == "." else f"{inner}/"
    top = work_tree.top if is_top else None
    return Repository(database, prefix, work_tree.git_dir, top, work_tree.embedded)


def without_files(folder: Path, *, named: bool = False) -> Repository:
    """A bare repository, or one without the database's files: its trees hold `scenarios/`.

    A bare one inside a work tree, which any clone may bring, has to be `named` by the user.
    """
    real = Path(os.path.realpath(folder))
    is_bare = process.is_git_dir(real) and not os.path.lexists(real / ".git")
    if is_bare and (named or process.find(real.parent) is None):
        process.is_top(real, real)
        return Repository(folder, "scenarios/", real)
    work_tree = process.find(folder)
    if work_tree is None:
        raise ScenError(f"{folder} is not a git repository")
    return repository(work_tree.top)._replace(folder=folder, prefix="scenarios/")


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that a revision names: as git resolves it, or the last one up to a day."""
    if _DAY.fullmatch(revision):
        try:
            day = date.fromisoformat(revision)
        except ValueError:
            raise ScenError(f"--rev {revision}: not a valid date") from None
        if commit := last_commit(repository, day, repository.tip):
            return commit
        raise ScenError(f"there is no commit on or before {revision}")
    name = f"{repository.tip if revision == 'HEAD' else revision}^{{commit}}"
    parsed = process.start(repository.git_dir, "rev-parse", "--verify", "--end-of-options", name)
    if parsed.returncode:
        if revision == "HEAD" and not _listed(repository, "-1", "--all"):
            raise NoCommit("the repository has no commit yet: git commit records the first state")
        shallow = is_shallow(repository)
        hint = "; this clone is shallow, git fetch --unshallow" if shallow else ""
        raise ScenError(f"git knows no revision '{revision}'{hint}")
    return _text(parsed.stdout).split()[-1]


def last_commit(repository: Repository, day: date, tip: str = "HEAD") -> str | None:
    """The last commit before `tip` on or before a day, by the committer's clock."""
    until = f"--before={day}T23:59:59"
    return _listed(repository, "-1", until, "--end-of-options", tip, "--") or None


def first_commit(database: Path) -> str | None:
    """HEAD's first commit, with the database's folder in it if not scenarios/.

    None without a repository, and in a shallow clone, which lacks that commit.
    """
    try:
        work_tree = repository(database)
    except ScenError:
        return None
    commits = _listed(work_tree, "--max-parents=0", "HEAD", "--").split()
    folder = "" if work_tree.prefix == "scenarios/" else f"/{work_tree.prefix.rstrip('/')}"
    return commits[-1] + folder if commits and not is_shallow(work_tree) else None


def origin_of(database: Path) -> str:
    """`COMMIT:FOLDER` of HEAD, by which a fork is known; outside git a digest of the place."""
    with suppress(ScenError):
        work_tree = repository(database)
        return f"{commit_of(work_tree, 'HEAD')}:{work_tree.prefix}"
    return sha256(os.path.realpath(database).encode(errors="replace")).hexdigest()[:16]


def may_follow(database: Path, origin: str) -> bool:
    """False if the earlier state with this `origin_of` is no ancestor of this database.

    A shallow clone has too few commits to tell.
    """
    commit, _, folder = origin.partition(":")
    own = origin_of(database)
    if origin == own or ":" not in own or own.partition(":")[2] != folder:
        return origin == own
    work_tree = repository(database)
    try:
        return bool(commit_of(work_tree, commit))
    except ScenError:
        return is_shallow(work_tree)


def last_change(repository: Repository, path: str) -> str | None:
    """The last commit up to HEAD that changed a file of the database."""
    literal = f":(literal){repository.prefix}{path}"
    return _listed(repository, "-1", "HEAD", "--", literal) or None


def committed_on(repository: Repository, commit: str) -> date | None:
    """The day of a commit, by the committer's clock; None if it is invalid."""
    words = ("-1", "--format=%cs", "--no-commit-header", commit)
    try:
        return date.fromisoformat(_listed(repository, *words))
    except ValueError:
        return None


def merge_base(repository: Repository, first: str, other: str) -> str:
    """The commit from which two revisions diverged."""
    commits = commit_of(repository, first), commit_of(repository, other)
    refused = f"'{first}' and '{other}' have no commit in common"
    return _text(process.run(repository.git_dir, "merge-base", *commits, refused=refused)).strip()


def branches_and_tags(repository: Repository) -> list[str]:
    words = ("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/tags")
    return process.run(repository.git_dir, *words).decode(errors="replace").splitlines()


def is_shallow(repository: Repository) -> bool:
    """True if this clone lacks the older part of its history."""
    listed = process.common(repository.git_dir) / "shallow"
    return listed.is_file() and listed.stat().st_size > 0


def snapshot(
    repository: Repository, commit: str, loaded: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[Mapping[str, bytes], list[Problem]]:
    """The records of a commit, as `worktree.snapshot` gives those of a folder.

    A file that is the same as in `loaded` is not read again.
    """
    changes, problems = differing(repository, commit, loaded)
    return with_changes(loaded, changes), problems


def differing(
    repository: Repository, commit: str, loaded: Mapping[str, bytes]
) -> tuple[dict[str, bytes | None], list[Problem]]:
    """The records of a commit that differ from those `loaded`; None for one that it lacks."""
    oids: dict[str, str] = {}
    same: set[str] = set()
    problems = []
    wanted: dict[str, list[str]] = {}
    with objects(repository) as read:
        for path, mode, oid in sorted(_tree(repository, commit, read, loaded, same)):
            if stat.S_ISREG(mode):
                oids[path] = oid
            elif stat.S_ISLNK(mode):
                message = "a symbolic link is not followed into git's objects"
                problems.append(Problem(path, 1, 1, "symlink", message))
        gone = (p for p in loaded if p not in oids and p.rpartition("/")[0] not in same)
        files: dict[str, bytes | None] = dict.fromkeys(gone)
        for path, oid in oids.items():
            if not is_in_git(loaded, path, bytes.fromhex(oid)):
                wanted.setdefault(oid, []).append(path)
        for oid, data in read(wanted):
            files |= dict.fromkeys(wanted[oid], data[: MAX_BYTES + 1])
    return files, problems


def _tree(
    repository: Repository,
    commit: str,
    read: _Reads,
    loaded: Mapping[str, bytes],
    same: set[str],
) -> Iterator[tuple[str, int, str]]:
    """Yield path, mode and object of a commit's files; folders that were `loaded` go to `same`."""
    top = f"{commit}:{repository.prefix.rstrip('/')}"
    parsed = process.start(repository.git_dir, "rev-parse", "--verify", "--end-of-options", top)
    folders = {} if parsed.returncode else {_text(parsed.stdout).strip(): [""]}
    while folders:
        below: dict[str, list[str]] = {}
        for tree, data in read(folders):
            for entry in re.finditer(rb"(?s)([0-7]+) ([^\0]+)\0(.{%d})" % (len(tree) // 2), data):
                mode, name, oid = int(entry[1], 8), os.fsdecode(entry[2]), entry[3]
                for folder in folders[tree] if not name.startswith(".") else ():
                    path = folder + name
                    if not stat.S_ISDIR(mode):
                        if name.lower().endswith((".yaml", ".yml")):
                            yield path, mode, oid.hex()
                    elif is_tree_in_git(loaded, path, oid):
                        same.add(path)
                    elif path != INBOX:
                        below.setdefault(oid.hex(), []).append(f"{path}/")
        folders = below


def content(repository: Repository, commit: str, path: str) -> bytes:
    """The content of one file of the database in a commit; empty where there is none."""
    name = f"{commit}:{repository.prefix}{path}"
    data = process.start(repository.git_dir, "cat-file", "blob", name).stdout
    return data[: MAX_BYTES + 1]


_Reads = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]


@contextmanager
def objects(repository: Repository) -> Iterator[_Reads]:
    """One long-lived `cat-file --batch`: a function from object names to their bytes."""
    with subprocess.Popen(  # noqa: S603 - fixed words
        process.reading(repository.git_dir, "cat-file", "--batch"),
        cwd=repository.git_dir,
        env=process.for_reading(repository.git_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as batch:
        requests, answers = batch.stdin, batch.stdout
        assert requests is not None  # noqa: S101 - both were asked for
        assert answers is not None  # noqa: S101

        def read(oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
            """Yield the objects with their bytes, in order; to be read to the end."""
            left = iter(oids)
            while together := [*islice(left, _AT_ONCE)]:
                requests.write("".join(f"{oid}\n" for oid in together).encode())
                requests.flush()
                for oid in together:
                    head = answers.readline().split()
                    if len(head) != 3 or head[1] == b"missing":  # noqa: PLR2004 - name, type, size
                        raise ScenError(
                            f"git's object {oid} is missing: this clone is not complete"
                        )
                    yield oid, answers.read(int(head[2]))
                    answers.read(1)

        yield read
        requests.close()


def _listed(repository: Repository, *words: str) -> str:
    """Commits, as `rev-list` prints them; empty if git refuses."""
    return _text(process.start(repository.git_dir, "rev-list", *words).stdout).strip()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


_FORMAT = "--format=%x01%H%x00%aN%x00%as%x00%cs%x00%s%x00%b%x00"
_START = b"\x01"
_REPLACES = "Squashed commit of the following:"
_DATED = re.compile(r"^ *Date: +\w{3} (\w{3} \d{1,2}) [\d:]{8} (\d{4}) [+-]\d{4}$", re.MULTILINE)


class _File(NamedTuple):
    """A changed file: its objects before and after, None if not a regular file."""

    path: str
    before: str | None
    after: str | None
    is_gone: bool


class ListedCommit(NamedTuple):
    """A commit in a list to choose from."""

    id: str
    day: str
    subject: str


def newest(repository: Repository, tip: str, most: int) -> tuple[ListedCommit, ...]:
    """The last commits that changed the database, newest first; no record is read."""
    shape = ("--encoding=UTF-8", "--format=%H%x00%cs%x00%s", f"--max-count={most}")
    listed = process.run(repository.git_dir, "rev-list", *shape, tip, "--", _only(repository))
    lines = listed.decode("utf-8", "replace").split("\n")[1::2]  # each stands behind its own name
    return tuple(ListedCommit(*line.split("\0", 2)) for line in lines)


def oldest(repository: Repository, tip: str) -> str | None:
    """The first commit up to `tip` that has the database."""
    listed = process.run(repository.git_dir, "rev-list", "--reverse", tip, "--", _only(repository))
    return listed.decode().partition("\n")[0] or None


def revisions(
    repository: Repository,
    tip: str,
    progress: Progress = unwatched,
    is_wanted: Callable[[str], bool] = lambda _: True,
) -> list[Revision]:
    """Every commit up to `tip` that changed the database, and every merge on the way.

    Files are read whose path `is_wanted`.
    """
    commits = [
        (commit, [file for file in files if is_wanted(file.path)], own)
        for commit, files, own in _commits(repository, tip)
    ]
    records = _records(repository, [f for _, files, _ in commits for f in files], progress)

    def change(file: _File) -> RecordChange | None:
        kind_and_id = place_of(file.path)
        if not isinstance(kind_and_id, tuple):
            return None
        kind, id = kind_and_id
        before = records[kind, file.before] if file.before else None
        after = records[kind, file.after] if file.after else None
        return RecordChange(
            kind=kind, id=id, before=before, after=after, readable=file.is_gone or after is not None
        )

    replayed = []
    for commit, files, own_paths in commits:
        changes = {file.path: new for file in files if (new := change(file))}
        own = tuple(c for path, c in changes.items() if own_paths is None or path in own_paths)
        left_out = sum(not change.readable for change in own)
        every = tuple(changes.values())
        replayed.append(Revision(commit=commit, changes=every, own=own, left_out=left_out))
    return replayed


def changed_files(repository: Repository, tip: str) -> Iterator[tuple[Commit, Iterable[str]]]:
    """Every commit up to `tip`, oldest first, with the files that it changed itself."""
    for commit, files, own in _commits(repository, tip):
        yield commit, [file.path for file in files if own is None or file.path in own]


def _records(
    repository: Repository, files: Iterable[_File], progress: Progress
) -> dict[tuple[Kind, str], Record | None]:
    """The record of each object of the files, by kind, read once."""
    kinds: dict[str, set[Kind]] = {}
    for file in files:
        kind_and_id = place_of(file.path)
        if isinstance(kind_and_id, tuple):
            for oid in (file.before, file.after):
                if oid:
                    kinds.setdefault(oid, set()).add(kind_and_id[0])
    with objects(repository) as read:
        return {
            (kind, oid): read_record(kind, oid, data[: MAX_BYTES + 1])[0]
            for oid, data in progress(read(kinds), "reading the commits", len(kinds))
            for kind in kinds[oid]
        }


def _commits(
    repository: Repository, tip: str
) -> Iterator[tuple[Commit, list[_File], frozenset[str] | None]]:
    """Each commit, its changes against its first parent, and a merge's against all."""
    only = _only(repository)
    # Without --full-history git leaves out a branch of which a merge kept nothing
    # (test_any_graph_of_commits_replays_to_what_its_commits_hold).
    order = ("--full-history", "--parents", "--author-date-order", "--reverse")
    listed = (
        process.run(repository.git_dir, "rev-list", *order, tip, "--", only).decode().splitlines()
    )
    parents = {words[0]: tuple(words[1:]) for words in map(str.split, listed)}
    wanted = []
    for id, before in parents.items():
        wanted.append(" ".join((id, *before[:1])))
        # A merge is asked for twice: against its first parent for the figures, against all for what
        # it did itself (test_a_merge_tells_what_it_did_itself_and_what_that_moved).
        if before[1:]:
            wanted.append(" ".join((id, *before)))
    shape = ("-r", "-z", "--raw", "-c", "--no-renames", "--no-abbrev", "--always")
    words = ("diff-tree", "--stdin", "--root", *shape, "--no-ext-diff", "--no-textconv")
    stdin = "".join(f"{line}\n" for line in wanted).encode()
    last = ("--encoding=UTF-8", _FORMAT, "--", only)
    output = process.run(repository.git_dir, *words, *last, stdin=stdin)
    cut = _boundary(repository, tip)
    entries = _entries(output, repository.prefix)
    for fields, files in entries:
        id, author, authored, committed, subject, body = fields
        own = None
        if parents[id][1:]:
            own = frozenset(file.path for file in next(entries)[1])
        commit = Commit(
            id=id,
            parents=parents[id],
            author=author,
            authored=_day(authored, committed),
            committed=_day(committed, authored),
            subject=subject,
            squashed=tuple(_replaced(f"{subject}\n{body}")),
            shallow=id in cut,
        )
        yield commit, files, own


def _only(repository: Repository) -> str:
    """The pathspec of the database."""
    return f":(top,literal){repository.prefix.rstrip('/')}" if repository.prefix else ":/"


def _entries(output: bytes, prefix: str) -> Iterator[tuple[list[str], list[_File]]]:
    """Parse `diff-tree -z`: the fields of a commit, then its files."""
    tokens = iter(output.split(b"\0"))
    fields: list[str] = []
    files: list[_File] = []
    for token in tokens:
        if token.startswith(_START):
            if fields:
                yield fields, files
            rest = [next(tokens) for _ in range(_FORMAT.count("%x00") - 1)]
            fields = [field.decode("utf-8", "replace") for field in (token[1:], *rest)]
            files = []
        elif line := token.lstrip(b"\n"):
            path = os.fsdecode(next(tokens)).removeprefix(prefix)
            # a colon, a mode and an object for each parent, then those of the commit
            parents = len(line) - len(line.lstrip(b":"))
            words = line[parents:].decode().split(" ")
            modes, objects = words[: parents + 1], words[parents + 1 : -1]
            before = objects[0] if modes[0] in REGULAR else None
            after = objects[-1] if modes[-1] in REGULAR else None
            files.append(_File(path, before, after, not modes[-1].strip("0")))
    if fields:
        yield fields, files


def _day(*texts: str) -> date:
    """The first valid date: a commit may have an invalid one."""
    for text in texts:
        with suppress(ValueError):
            return date.fromisoformat(text)
    return date.min


def _replaced(message: str) -> Iterator[date]:
    """The days of the commits that `git merge --squash` lists."""
    for day, year in _DATED.findall(message) if _REPLACES in message else ():
        with suppress(ValueError):
            yield datetime.strptime(f"{day} {year}", "%b %d %Y").date()  # noqa: DTZ007 - a day


def _boundary(repository: Repository, tip: str) -> frozenset[str]:
    """Commits at which a shallow clone ends: their parents are missing."""
    if not is_shallow(repository):
        return frozenset()
    roots = process.run(repository.git_dir, "rev-list", "--max-parents=0", tip).decode().split()
    with objects(repository) as read:
        heads = {id: data.partition(b"\n\n")[0] for id, data in read(roots)}
    return frozenset(id for id, head in heads.items() if b"\nparent " in head)
