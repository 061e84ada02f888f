"""The working tree as a snapshot; atomic, durable writes and removals."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.paths import ATTACHMENTS, INBOX, printable_path
from scenarios.storage.disk import MAX_BYTES, UNFOLLOWED, clear, open_named, temporary

_FOLDER = "scenarios"
_TRACKER = "tracker.yaml"
_Entry = os.DirEntry[str]
_IsKnown = Callable[[str, os.stat_result], bool]
_HINTS = {
    "bad-id": "rename it: small letters, digits and hyphens",
    "not-a-file": "move it out of the database",
    "symlink": "put the file itself here",
    "unreadable": "make it readable, or move it out of the database",
}


class PathTaken(ScenError, FileExistsError):  # noqa: N818
    """A new file was not written: its path is taken."""


class ChangedSinceRead(ScenError):  # noqa: N818
    """A file changed since it was read for this change."""


def find(start: Path, database: str | None) -> Path:
    """The folder with tracker.yaml: at `database` if given, else in `start` or above it."""
    if database:
        return _database_folder(Path(database))
    here = Path(os.path.realpath(start))
    for folder in (here, *here.parents):
        if _is_database(folder / _FOLDER):
            return folder / _FOLDER
    raise ScenError(
        f"no database: neither {safe(here)} nor a folder above it holds {_FOLDER}/{_TRACKER};"
        " `scen init` makes one here, --database DIR names another"
    )


def snapshot(
    root: Path, known_in: Callable[[str], _IsKnown] | None = None, most_bytes: int = MAX_BYTES
) -> tuple[dict[str, bytes], list[Problem]]:
    """Relative path → bytes of every record below `root`, and the files that cannot be read.

    `known_in` returns, for a folder, a test of name and stat: a file that passes is neither read
    nor included. It is not asked about what a symlink leads to. A file is read up to one byte more
    than `most_bytes`.

    Names with a leading dot are skipped. A file that ends in .yml or .YAML is listed as empty: only
    its name is at fault. A symlinked folder is read, links to folders inside it are not, so a loop
    ends. A file that vanishes meanwhile is left out.
    """
    top = os.path.realpath(root)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    folders = [_Folder("", top, linked=False, most_bytes=most_bytes)]
    for folder in folders:  # grows while it is walked
        try:
            entries = _entries(folder)
        except OSError as error:
            problems.append(_problem(folder.prefix[:-1] or ".", "unreadable", f"{error.strerror}"))
            continue
        is_known = known_in(folder.prefix[:-1]) if known_in and not folder.linked else None
        for entry in entries:
            path = folder.prefix + entry.name
            try:
                is_plain = entry.name.endswith(".yaml") and entry.is_file(follow_symlinks=False)
                if is_known and is_plain and is_known(entry.name, entry.stat()):
                    continue
                content = _look(entry, path, folder, top)
            except FileNotFoundError:
                continue
            except OSError as error:
                content = _problem(path, "unreadable", f"{error.strerror}")
            if isinstance(content, bytes):
                files[path] = content
            elif isinstance(content, _Folder):
                folders.append(content)
            elif content:
                problems.append(content)
    return dict(sorted(files.items())), sorted(problems)


def content(root: Path, path: str) -> bytes | None:
    """The bytes of one file of a snapshot, as it is now; None if it is gone."""
    try:
        return _read(os.path.join(os.path.realpath(root), path), MAX_BYTES + 1)  # noqa: PTH118
    except OSError:
        return None


def create(root: Path, path: str, data: bytes, mode: int | None = None) -> None:
    """Write a new file, and missing folders; raise PathTaken if its path is taken."""
    file = root / path
    with refusals(file):
        # The name is not resolved: a link in its place is taken, not followed
        # (test_nothing_that_exists_is_ever_overwritten).
        target = inside(root, file.parent) / file.name
        make_folders(target.parent)
        with temporary(target.parent, data, mode) as written:
            publish(written, target)
        sync(target.parent)


def replace(root: Path, path: str, old: bytes, new: bytes) -> None:
    """Write `new` over a file that still holds `old`; mode and symlink stay."""
    file = root / path
    with refusals(file):
        target = inside(root, file)
        _refuse_changed(file, target, old)
        target.open("r+b").close()  # renaming would get past a write-protected file
        mode = stat.S_IMODE(target.stat().st_mode)
        with temporary(target.parent, new, mode) as written:
            # Again: an editor may have saved while the temporary file was written
            # (test_a_file_that_changed_since_it_was_read_is_left_alone).
            _refuse_changed(file, target, old)
            written.replace(target)
        sync(target.parent)


def remove(root: Path, path: str, old: bytes, *, durable: bool = True) -> None:
    """Remove a file that still holds `old`; of a symlink, only the link."""
    file = root / path
    with refusals(file):
        target = inside(root, file)
        _refuse_changed(file, target, old)
        (inside(root, file.parent) / file.name).unlink()
        if durable:
            sync(file.parent)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable, if it exists and the system can."""
    with suppress(OSError):  # Windows opens no folder
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def safe(path: object) -> str:
    r"""A path as text that is safe to print: control characters and stray bytes as \x1b."""
    return printable_path(os.fsencode(str(path)).decode("utf-8", "backslashreplace"))


class _Folder(NamedTuple):
    prefix: str
    real: str
    linked: bool
    most_bytes: int


def _database_folder(database: Path) -> Path:
    for folder in (database, database / _FOLDER):
        if _is_database(folder):
            return folder
    fault = "it does not exist"
    if database.is_dir():
        fault = f"it holds neither {_TRACKER} nor {_FOLDER}/{_TRACKER}"
    elif os.path.lexists(database):
        fault = f"it is not a folder; name the folder that holds {_TRACKER}"
    raise ScenError(f"no database at {safe(database)}: {fault}; `scen init DIR` makes one in DIR")


def first_bytes(file: Path, most: int) -> bytes:
    """The content of any file; one byte more than `most` of a longer one."""
    try:
        with open_named(file) as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise ScenError(f"{file} cannot be read: {error.strerror}") from None


def _is_database(folder: Path) -> bool:
    """True even for an unreadable tracker: loading it says what is wrong."""
    try:
        (folder / _TRACKER).lstat()
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the name
        reason = getattr(error, "strerror", error)
        raise ScenError(f"cannot read the database at {safe(folder)}: {reason}") from error
    return True


def _entries(folder: _Folder) -> list[_Entry]:
    passed_over = () if folder.prefix else (ATTACHMENTS, INBOX)
    with suppress(FileNotFoundError), os.scandir(folder.real) as entries:
        return [
            entry for entry in entries if entry.name[0] != "." and entry.name not in passed_over
        ]
    return []


def _look(entry: _Entry, path: str, folder: _Folder, top: str) -> bytes | _Folder | Problem | None:
    """The bytes of an entry's file, a folder to walk, a fault, or None."""
    linked = entry.is_symlink()
    real = os.path.realpath(entry.path) if linked else entry.path
    record = path.lower().endswith((".yaml", ".yml"))
    if linked and (record or entry.is_dir()) and not Path(real).is_relative_to(top):
        return _problem(path, "symlink", f"leads out of the database, to {safe(real)}")
    if not entry.is_dir():
        return _content(entry, path, real, folder.most_bytes) if record else None
    # Twelve folders that link to each other would be walked by every way through them
    # (test_loops_and_webs_of_symlinked_folders_end).
    if linked and (folder.linked or Path(folder.real).is_relative_to(real)):
        return None
    return _Folder(path + "/", real, linked or folder.linked, folder.most_bytes)


def _content(entry: _Entry, path: str, real: str, most_bytes: int) -> bytes | Problem:
    if not path.isprintable():
        return _problem(path, "bad-id", "the name holds characters that no id can have")
    if not path.endswith(".yaml"):
        return b""
    if entry.is_file():
        return _read(real, most_bytes + 1)  # one more, so that a longer file is seen as such
    if entry.is_symlink() and not os.path.lexists(real):
        return _problem(path, "unreadable", f"its target {safe(real)} does not exist")
    return _problem(path, "not-a-file", "a FIFO, a socket or a device: it was not opened")


def _read(file: str, limit: int) -> bytes:
    data = b""
    # What was a file when the folder was listed may be a link or a FIFO by now
    # (test_what_vanishes_or_is_swapped_while_it_is_read_traps_nobody).
    descriptor = os.open(file, os.O_RDONLY | UNFOLLOWED)
    try:
        while chunk := os.read(descriptor, min(limit - len(data), 1 << 16)):
            data += chunk
    finally:
        os.close(descriptor)
    return data


def inside(root: Path, path: Path) -> Path:
    """`path` with every symlink resolved; refused if that is outside `root`."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise ScenError(f"{safe(path)}: leads out of the database; nothing was written")
    return real


def make_folders(folder: Path) -> None:
    """Make missing folders, durably."""
    for missing in reversed((folder, *folder.parents)):
        if missing.is_dir():
            continue
        with suppress(FileExistsError):  # another process was faster; its entry becomes durable too
            missing.mkdir()
        sync(missing.parent)


def publish(written: Path, target: Path) -> None:
    """Give a complete file a name that is free."""
    try:
        target.hardlink_to(written)
    except OSError:  # taken, or no hard links here: then reserve the name and fill it whole
        target.open("xb").close()
        try:
            written.replace(target)
        except BaseException:
            # Left behind, the reserved name would be an empty record, after Ctrl-C too
            # (test_a_filesystem_without_hard_links_is_written_to_without_overwriting).
            target.unlink()
            raise


def _refuse_changed(path: Path, target: Path, old: bytes) -> None:
    if not target.is_file() or _read(str(target), len(old) + 1) != old:
        raise ChangedSinceRead(
            f"{safe(path)}: changed since it was read: nothing was written; run the command again"
        )


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Raise system errors as a ScenError."""
    try:
        yield
    except FileExistsError as error:
        raise PathTaken(f"{safe(path)}: exists already; nothing was written") from error
    except OSError as error:
        raise ScenError(f"{safe(path)}: {error.strerror}; nothing was written") from error


def _problem(path: str, rule: str, message: str) -> Problem:
    return Problem(safe(path), 1, 1, rule, message, _HINTS[rule])


_AT_ONCE = 100
"""The most files that are open together."""


def create_all(root: Path, files: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Write new files, in order; yield each path, durable with its batch.

    Raises PathTaken as `create` does.
    """
    folders, durable = dict[str, Path](), sys.platform == "win32"  # which has no `os.sync`
    for name in {path.rpartition("/")[0] for path, _ in files}:
        file = root / name
        with refusals(file):
            folders[name] = inside(root, file)
            make_folders(folders[name])
            clear(folders[name])
    for start in range(0, len(files), _AT_ONCE):
        with ExitStack() as open_files:
            ready = []
            for path, data in files[start : start + _AT_ONCE]:
                folder, _, name = path.rpartition("/")
                with refusals(root / path):
                    opening = temporary(folders[folder], data, durable=durable, clears=False)
                    ready.append((path, open_files.enter_context(opening), folders[folder] / name))
            # Before any file of the batch has its name, which a power loss could leave empty
            # otherwise; once, because each file would wait for the disk (c83e1639,
            # tests/fuzz/test_power_loss.py).
            if sys.platform != "win32":
                os.sync()
            for path, written, target in ready:
                with refusals(target):
                    publish(written, target)
                yield path
            for file in {target.parent for _, _, target in ready}:
                sync(file)


def remove_all(root: Path, files: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Remove files that still hold the given bytes; yield each path."""
    folders: set[Path] = set()
    try:
        for path, old in files:
            remove(root, path, old, durable=False)
            folders.add((root / path).parent)
            yield path
    finally:
        for folder in folders:
            sync(folder)
