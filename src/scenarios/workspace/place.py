"""Where a database lies: its folder, its repository, and its paths as one would type them."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository


def find_root(database: str | None) -> Path:
    """The folder with tracker.yaml: named by `database`, else in or above the current folder."""
    is_elsewhere = database and Path(database).is_absolute()
    return worktree.find(Path() if is_elsewhere else here(), database)


def repository_of(database: str | None) -> tuple[Path, Repository]:
    """The database's folder and the repository that holds it."""
    try:
        root = find_root(database)
    except ScenError:
        # No files of its own: a bare repository, or one whose database is in its history only.
        root = Path(database or here())
        return root, git.without_files(root, named=bool(database))
    return root, git.repository(root)


def here() -> Path:
    """The current folder."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ScenError("this folder was deleted: cd to one that is there") from None


def from_here(path: Path) -> str:
    """A path as one would type it from the current folder; stray bytes as escapes."""
    try:
        shown = path.relative_to(Path.cwd()).as_posix()
    except (ValueError, FileNotFoundError):
        shown = str(path)
    return shown.encode(errors="surrogateescape").decode(errors="backslashreplace")
