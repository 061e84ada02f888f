"""Where the repository of a folder is, by the file system alone: git is not asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError

_LONGEST = 1 << 16
_LINKED = ("modules", "worktrees")
"""Where git keeps the git directories of submodules and of linked worktrees."""


class Refused(ScenError):  # noqa: N818
    """There is a repository, and git or we would not have it."""


class Place(NamedTuple):
    """A work tree, its git directory, and the one that all worktrees of the repository share.

    A broken `.git` may name a git directory that is not there: git then says so itself. `embedded`
    is a folder on the way that git, started there, would take for a repository.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    embedded: Path | None = None


def find(folder: Path) -> Place | None:
    """The repository whose work tree holds a folder, or None; symbolic links are followed.

    Files between the folder and the top that form a repository by themselves, which any clone may
    hold, are none. A repository in the folder itself is refused where another one holds the folder,
    unless it is a submodule or a linked worktree of that one. As in git, the search stops at
    GIT_CEILING_DIRECTORIES.
    """
    real = Path(os.path.realpath(folder))
    holders = _upwards(real)
    embedded = None
    for top in holders:
        if place := _at(top):
            if top == real:
                _refuse_embedded(place, holders)
            return place._replace(embedded=embedded)
        embedded = embedded or (top if is_git_dir(top) else None)
    return None


def nearest(folder: Path) -> Place | None:
    """The work tree that a folder lies in by its `.git`, whatever the environment says of it."""
    real = Path(os.path.realpath(folder))
    return next(filter(None, map(_at, (real, *real.parents))), None)


def common(git_dir: Path) -> Path:
    """The git directory that all worktrees share, of one of theirs."""
    named = git_dir / "commondir"
    return Path(os.path.realpath(git_dir / _text(named).strip())) if named.is_file() else git_dir


def is_git_dir(folder: Path) -> bool:
    """Whether git might take a folder for a git directory: files that may be run pass there too."""
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


def _at(top: Path) -> Place | None:
    """What a `.git` says; an empty folder of that name says nothing, as in git."""
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
    return Place(top, git_dir, common(git_dir))


def _text(file: Path) -> str:
    """What a file names; nothing where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return os.fsdecode(opened.read(_LONGEST)).partition("\0")[0].rstrip("\r\n")
    except OSError:
        return ""


def _refuse_embedded(inner: Place, holders: Iterator[Path]) -> None:
    outer = next(filter(None, map(_at, holders)), None)
    if outer is None:
        return
    if not any(outer.common_dir / name in inner.git_dir.parents for name in _LINKED):
        raise Refused(
            f"{inner.top}/.git: a git repository inside that of {outer.top}: move one of them"
            " away; or make it a submodule there (git submodule add, git submodule absorbgitdirs);"
            f" or, if it stands alone, set GIT_CEILING_DIRECTORIES={outer.top}"
        )
