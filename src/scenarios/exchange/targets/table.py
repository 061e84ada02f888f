"""The export formats, one line each, and how a user's text names one of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios import extensions
from scenarios.address import hidden
from scenarios.errors import UsageError
from scenarios.extensions import Addition, Target
from scenarios.text import did_you_mean, shown

TableRows = tuple[str, Sequence[str], list[tuple[object, ...]]]
"""A table that was read back: its name, its columns, and its rows in any order."""


class Codec(NamedTuple):
    """The functions of a format.

    `write` makes a file, or fills a folder, that is not there yet; `is_ours` tells an earlier
    export, and of that tracker where one is named; `read` reads the tables back.
    """

    write: Callable[[Any, Path], None]
    is_ours: Callable[[Path, str | None], bool]
    read: Callable[[Path], Iterator[TableRows]] | None = None


_OURS = (
    Target("csv", "folder", "a folder of CSV with datapackage.json", "targets.folders:CSV"),
    Target("json", "file", "one JSON document", "targets.files:DOCUMENT", (".json",)),
    Target("jsonl", "file", "JSON Lines", "targets.files:LINES", (".jsonl", ".ndjson")),
    Target("xlsx", "file", "a workbook", "targets.files:WORKBOOK", (".xlsx",)),
)
TARGETS = tuple(replace(target, codec=f"scenarios.exchange.{target.codec}") for target in _OURS)
"""Our formats; a text without a scheme and without an ending names a folder of CSV."""


class _GuardedCodec(NamedTuple):
    """The codec of an extension, loaded when one of its functions is needed."""

    addition: Addition

    def __getattr__(self, part: str) -> Any:
        codec = self.addition._replace(code=self.addition.code.codec).load()
        if (function := getattr(codec, part, None)) is None:
            return None
        whole = (lambda path: [*function(path)]) if part == "read" else function
        return partial(self.addition._replace(code=whole).call, object)


def every_target() -> tuple[Target, ...]:
    """Our formats, then those of extensions; the codecs of strangers raise ScenError alone."""
    added = extensions.offered("targets", [target.name for target in TARGETS])
    guarded = (
        each.code if each.is_ours else replace(each.code, name=name, codec=_GuardedCodec(each))
        for name, each in added.items()
    )
    return (*TARGETS, *guarded)


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)


def named(text: str) -> tuple[Target, str]:
    """The format of `DIR`, `FILE.ENDING`, `scheme:PATH`, `sqlite:///PATH` or an address, and where.

    That is a path, or an address.
    """
    if match := _SCHEME.fullmatch(text):
        scheme, rest = match[1].lower(), match[2]
        schemes = {name: target for target in reversed(every_target()) for name in target.schemes}
        if target := schemes.get(scheme):
            return target, text if target.form == "address" else _path(scheme, rest)
        raise UsageError(_unknown(f"no target {shown(scheme + ':')}", scheme, schemes))
    path = Path(text)
    if not text or text.endswith("/") or path.is_dir():
        return TARGETS[0], text
    endings = {ending: target for target in reversed(every_target()) for ending in target.endings}
    for ending in sorted(endings, key=len, reverse=True):
        if path.name.lower().endswith(ending):
            return endings[ending], text
    if not path.suffix:
        return TARGETS[0], text
    if path.suffix.lower() == ".csv":
        folder = text[: -len(".csv")]
        words = f"CSV is a folder with a file for each table: write {folder}/ or csv:{folder}"
        raise UsageError(f"{shown(text)}: {words}")
    ending = Path(hidden(text)).suffix  # of an address that was mistyped, too
    raise UsageError(_unknown(f"no target ends in {shown(ending)}", ending, endings))


def _path(scheme: str, rest: str) -> str:
    """The path behind a scheme: `//` would lead to a host, so it takes three slashes or none."""
    if rest.startswith("//") and not rest.startswith("///"):
        raise UsageError(f"write {scheme}:///{rest[2:]}: three slashes, then the path")
    path = rest.removeprefix("///")
    if not path:
        raise UsageError(f"{scheme}: names no file: write {scheme}:///PATH")
    return path


def _unknown(problem: str, word: str, names: Any) -> str:
    hint = did_you_mean(word, names) or f"there are {', '.join(sorted(names))}"
    return f"{problem}; {hint}; a folder of CSV is named with a slash at its end, like out/"


def begins_with(path: Path, begin: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(begin)) == begin
