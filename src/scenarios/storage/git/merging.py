"""The sides of a merge, and the items that each of them has."""

import re
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.paths import id_of
from scenarios.storage.git import process
from scenarios.storage.git.repository import repository

_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def sides(database: Path, commit: str | None) -> list[frozenset[str]]:
    """Ids of the items of each parent of a merge: the `commit`, a merge under way, or HEAD.

    Nothing where there is no merge, and no repository.
    """
    try:
        _, prefix, git_dir, *_ = repository(database)
    except ScenError:
        return []
    listed = process.start(git_dir, "rev-list", "--parents", "-1", commit or "HEAD", "--").stdout
    head, *parents = listed.decode().split() or [""]
    under_way = git_dir / "MERGE_HEAD"
    if commit is None and under_way.is_file():
        parents = [head, *_COMMIT.findall(under_way.read_text("ascii", "replace"))]
    names = ("ls-tree", "-r", "-z", "--name-only")
    listings = (
        process.start(git_dir, *names, each, f"{prefix}evidence/").stdout for each in parents
    )
    of_each = (files.decode("utf-8", "replace").split("\0") for files in listings)
    return [frozenset(map(id_of, files)) for files in of_each] if len(parents) > 1 else []
