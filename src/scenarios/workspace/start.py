"""A new database: a tracker, and the schemas for editors."""

import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from secrets import token_hex
from typing import Literal, NamedTuple

from scenarios.drafts import MODELS
from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git.committing import noted
from scenarios.storage.lock import lock
from scenarios.storage.schema import schema_text
from scenarios.text import slug
from scenarios.workspace.opened import from_here
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import CommitResult, check_commit, commit

_TRACKER = "scenarios/tracker.yaml"
Like = Literal["empty", "template", "example"]
"""Content of a new database: a tracker, a commented record of each kind, or the shipped one."""


class TrackerTitles(NamedTuple):
    """The title of a new tracker, and the titles of its first declarations."""

    title: str | None = None
    analysts: Sequence[str] = ()
    themes: Sequence[str] = ()
    sets: Sequence[str] = ()


_NOTHING = TrackerTitles()


def start(
    root: Path,
    mode: WriteMode = AS_USUAL,
    *,
    like: Like = "empty",
    declared: TrackerTitles = _NOTHING,
    today: date = date.min,
    may_nest: bool = True,
) -> tuple[list[Path], CommitResult | None]:
    """Write a new database below `root`, with template records of `today`.

    Leftovers of an interrupted try may stay. Returns the files, and the commit if asked for.
    Raises ScenError inside another database unless it `may_nest`.
    """
    _refuse_records(root)
    if not may_nest and (above := outer(root)):
        where = f"this folder is in the database {from_here(above)}"
        raise ScenError(f"{where}: nothing was written; scen init . begins another here")
    title = declared.title or folder_name(root)
    if like == "example":
        content = _example()
    else:
        content = _template(today) if like == "template" else {}
        content |= files(title, declared)
    content[_TRACKER] = content[_TRACKER].replace(
        b"format: 1\n", b'format: 1\nid: "%s"\n' % token_hex(6).encode(), 1
    )
    in_the_way = [path for path, data in content.items() if _is_in_the_way(root / path, data)]
    if in_the_way:
        raise ScenError(f"{from_here(root / in_the_way[0])} is there already: nothing was written")
    missing = [path for path in content if not os.path.lexists(root / path)]
    subject = f"init: {title or 'Scenarios'}"
    pending = (
        check_commit(root, list(content), subject, dry_run=mode.dry_run) if mode.commit else None
    )
    with (
        lock(root) if pending and not mode.dry_run else nullcontext(),
        noted(*pending[:2]) if pending and not mode.dry_run else nullcontext() as note,
    ):
        for path in missing if not mode.dry_run else ():
            worktree.create(root, path, content[path])
        committed = commit(pending, note) if pending else None
    return [root / path for path in content], committed


def outer(root: Path) -> Path | None:
    """The database that a folder lies in."""
    try:
        return worktree.find(Path(os.path.realpath(root)).parent, None)
    except ScenError:
        return None


def _refuse_records(root: Path) -> None:
    """Refuse a folder of records: a database in it would be read as part of the outer one."""
    whole = Path(os.path.realpath(root))
    for folder in (whole, *whole.parents):
        if os.path.isfile(folder / "tracker.yaml"):  # noqa: PTH113 - no error where none can be
            shown_path = from_here(folder)
            of = "this folder is" if shown_path == "." else f"{shown_path} is"
            raise ScenError(f"{of} a database: nothing was written; begin another outside of it")


def _is_in_the_way(path: Path, data: bytes) -> bool:
    """True unless it is left over from an interrupted try."""
    if not os.path.lexists(path):
        return False
    may_stay = path.name != "tracker.yaml" and path.is_file() and os.access(path, os.R_OK)
    return not (may_stay and path.read_bytes() == data)


def folder_name(folder: Path) -> str:
    """The name of a folder as a title."""
    name = Path(os.path.realpath(folder)).name.encode(errors="replace").decode()
    return "".join(c if c.isprintable() else " " for c in name).strip()


_EXAMPLES = {
    "analysts": "desk: The desk",
    "themes": "energy: Gas, oil and pipelines",
    "sets": "relationship-2030: Form of the relationship on 31 December 2030",
}
"""The comments where nothing is declared."""


def files(name: str, declared: TrackerTitles = _NOTHING) -> dict[str, bytes]:
    """Path and content of each file of a new database; tracker last."""
    title = json.dumps(name or "Scenarios", ensure_ascii=False)
    parts = {key: _section(key, getattr(declared, key)) for key in ("analysts", "themes", "sets")}
    return {**_fixed_files(), _TRACKER: _text("tracker.yaml").format(title=title, **parts).encode()}


def _section(key: str, titles: Sequence[str]) -> str:
    """The declared titles below their ids, or an example as a comment."""
    if not titles:
        return f"# {key}:\n#   {_EXAMPLES[key]}\n"
    entries = {slug(title, otherwise=key): title for title in titles}
    lines = (f"  {id}: {json.dumps(title, ensure_ascii=False)}\n" for id, title in entries.items())
    return f"{key}:\n{''.join(lines)}"


def _template(today: date) -> dict[str, bytes]:
    """A commented record of each kind."""
    horizon = date(min(today.year + 1, date.max.year), 12, 31)
    places = {
        "bridge-opens.yaml": "bridge-opens.yaml",
        "sources/operator.yaml": "sources/operator.yaml",
        "evidence.yaml": f"evidence/{today.year}/{today}-test-postponed.yaml",
        "forecasts.yaml": f"forecasts/{today.year}/{today}-me.yaml",
    }
    return {
        f"scenarios/{path}": _text(file).format(today=today, horizon=horizon).encode()
        for file, path in places.items()
    }


def _text(file: str) -> str:
    """The text of a template file, with the names of its variables."""
    return (resources.files(__package__) / "template" / file).read_text("utf-8")


def _example() -> dict[str, bytes]:
    package = resources.files("scenarios")
    shipped = package / "example"
    records = _records(shipped if shipped.is_dir() else package / ".." / ".." / "scenarios", "")
    tracker = records.pop("tracker.yaml")
    placed = {f"scenarios/{path}": data for path, data in sorted(records.items())}
    return placed | _fixed_files() | {"scenarios/tracker.yaml": tracker}


def _fixed_files() -> dict[str, bytes]:
    return {
        **{f"schema/{kind}.schema.json": schema_text(kind) for kind in MODELS},
        "scenarios/.gitattributes": _text("gitattributes").encode(),
        "scenarios/.gitignore": _text("gitignore").encode(),
    }


def _records(folder: Traversable, prefix: str) -> dict[str, bytes]:
    records: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            records |= _records(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            records[prefix + entry.name] = entry.read_bytes()
    return records
