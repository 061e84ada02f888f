"""The files of an event table: Parquet, or text with a delimiter, with or without a head."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from scenarios.errors import ScenError
from scenarios.exchange.events.mapping import Layout, folded
from scenarios.text import counted, printable

_KINDS: dict[str, Literal["parquet", "text"]] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
}
_HEAD_BYTES = 65_536


class Files(NamedTuple):
    """Files of one kind; `head` names the columns of text that has no head itself."""

    paths: tuple[Path, ...]
    kind: Literal["parquet", "text"]
    delimiter: str = ","
    quote: str = '"'
    head: tuple[str, ...] = ()


def files_of(place: Path, table: str, tables: Sequence[str], layout: Layout) -> Files:
    """The files of one of the `tables` that are asked for: those of its name, or the only ones."""
    if not place.exists():
        raise ScenError(
            f"there is no event store at '{printable(str(place))}': no such file or folder"
        )
    named = [place] if place.is_file() else _of_name(place, table)
    if not named and len(tables) == 1:
        named = [place]
    elif not named or (place.is_file() and len(tables) > 1 and not _is_named(place, table)):
        raise ScenError(
            f"'{printable(str(place))}' has no table '{table}': put each of {', '.join(tables)} "
            f"there as a folder or a file of its name, or name one indicator"
        )
    paths = sorted(chain.from_iterable(map(_below, named)))
    kinds = {_kind_of(path) for path in paths}
    if len(kinds) != 1:
        what = "both Parquet and text" if kinds else "no Parquet, CSV or TSV file (zipped: unpack)"
        raise ScenError(f"'{printable(str(place))}' holds {what}")
    if kinds == {"parquet"}:
        return Files(tuple(paths), "parquet")
    return _text(tuple(paths), layout)


def _of_name(folder: Path, table: str) -> list[Path]:
    return [entry for entry in folder.iterdir() if _is_named(entry, table)]


def _is_named(entry: Path, table: str) -> bool:
    """`icews`, `icews.csv`, `icews-2018.parquet` and `ICEWS.2018.tab` are files of icews."""
    stem = folded(entry.name.partition(".")[0].rstrip("0123456789-_"))
    return stem == folded(table) and (entry.is_dir() or _kind_of(entry) is not None)


def _below(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if not path.name.startswith((".", "_")))
    return [path for path in found if path.is_file() and _kind_of(path)]


def _kind_of(path: Path) -> Literal["parquet", "text"] | None:
    name = path.name.lower().removesuffix(".gz")
    return _KINDS.get(Path(name).suffix)


def _text(paths: tuple[Path, ...], layout: Layout) -> Files:
    """Tabs are never quoted in what ICEWS and GDELT publish; commas and semicolons are."""
    line = _first_line(paths[0])
    delimiter = max("\t,;", key=line.count)
    quote = "" if delimiter == "\t" else '"'
    cells = line.split(delimiter)
    head: tuple[str, ...] = ()
    if layout.head and cells[0].strip('"').isdecimal():
        if len(cells) != len(layout.head):
            found, wanted = counted(len(cells), "column"), len(layout.head)
            raise ScenError(
                f"'{printable(str(paths[0]))}' has {found} and no head; {layout.title} has {wanted}"
            )
        head = layout.head
    return Files(paths, "text", delimiter, quote, head)


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as raw:
            file = gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw
            data: bytes = file.readline(_HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise ScenError(f"'{printable(str(path))}' cannot be read: {error}") from None
    return data.decode("utf-8-sig", "replace").rstrip("\r\n")
