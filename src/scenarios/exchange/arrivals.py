"""The import formats, and the records and forecasts of a foreign file with their places."""

import datetime as dt
import io
import pkgutil
import re
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from scenarios import extensions
from scenarios.errors import ScenError
from scenarios.exchange.tables.reading import MOST_JSON_BYTES, Form
from scenarios.progress import Progress, unwatched
from scenarios.storage.child import Limits, call
from scenarios.storage.disk import open_named
from scenarios.storage.worktree import safe
from scenarios.text import shown, words


class FilePosition(NamedTuple):
    """A place in a foreign file: rows count from 1, the head included; 0 is the whole file."""

    file: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """`file:row: column`, without unknown parts."""
        where = f"{self.file}:{self.row}" if self.row else self.file
        return f"{where}: {self.column}" if self.column else where

    def within(self, number: int, column: str = "") -> "FilePosition":
        """A place inside this item: `file:item:number`."""
        return FilePosition(f"{self.file}:{self.row}", number, column)


class ForeignId(NamedTuple):
    """The id of a record in another system, for its `foreign`."""

    system: str
    id: str


STIX_TYPES = {"source": "identity", "evidence": "note", "scenario": "report"}
_STIX = uuid.UUID("27ed47d9-e8b1-5c87-b479-839878e862e5")


def stix_id(type: str, *names: str) -> str:
    """An id in STIX that is the same for the same names in every run, so that it comes home."""
    return f"{type}--{uuid.uuid5(_STIX, '/'.join((type, *names)))}"


_TITLES = {"scenario": "title", "indicator": "statement", "evidence": "summary", "source": "name"}


class ImportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record by the keys of its file; a day may be a time.

    Without an `id` one is made of `title`; records with the same `foreign` are the same. Required
    keys of a scenario that the file lacks are filled in later: the prior, criteria if there is an
    `address`, days that are today's. Keys of `assumed` are for a new record alone. `columns` has
    the column of a key that is not the key itself (`prior.probability`). A reference is the record
    with the first of the names in `called`. `scenario` is that of an indicator.
    """

    kind: Literal["scenario", "indicator", "evidence", "source"]
    record: Mapping[str, Any]
    position: FilePosition
    id: str | None = None
    foreign: ForeignId | None = None
    address: str | None = None
    columns: Mapping[str, str] = {}
    scenario: str | ForeignId | None = None
    assumed: Mapping[str, Any] = {}
    called: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its title, statement, summary or name; empty where a reader gave none."""
        return str(self.record.get(_TITLES[self.kind], ""))


class ImportForecast(msgspec.Struct, frozen=True):
    """A stated probability, 0 to 1; None withdraws. The last one of an analyst and a day counts.

    Of a quantity `quantiles` stand instead, as a sheet has them. `analyst` is an id, as `slug`
    makes them of names. A time without a zone is local.
    """

    scenario: str | ForeignId
    analyst: str
    timestamp: dt.datetime | dt.date
    probability: float | None
    position: FilePosition
    rationale: str | None = None
    evidence: tuple[str, ...] = ()
    columns: Mapping[str, str] = {}
    quantiles: Mapping[str, float | str] | None = None


class RowError(msgspec.Struct, frozen=True):
    """The reason why a row cannot be imported."""

    position: FilePosition
    message: str


class ImportFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a file; `left_out` counts what cannot be kept, by its kind.

    `sets`, `themes` and `analysts` have the titles of ids in the records; `remarks` are sentences
    about values that were changed.
    """

    records: tuple[ImportRecord, ...] = ()
    forecasts: tuple[ImportForecast, ...] = ()
    row_errors: tuple[RowError, ...] = ()
    left_out: Mapping[str, int] = {}
    sets: Mapping[str, str] = {}
    themes: Mapping[str, str] = {}
    analysts: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()


OWN = ("scenarios", "indicators", "evidence", "forecasts", "sources")
"""The kinds of `own/kinds.py`; all others are of extensions."""


class SourceFile(NamedTuple):
    """A file: its name in messages, its path (None: standard input), its bytes (None: a folder)."""

    name: str
    path: Path | None
    stream: BinaryIO | None


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of reading a file.

    `columns` has pairs of a column, or of a text with `{column}` in it, and its field, empty for
    none; `defaults` the value of a field in rows that lack it. `scenarios` has the ids of the known
    ones by their names in small letters. `analyst` and `system` are used where the file names none.
    `recorded` is the key of an item's day of record; None is today.
    """

    columns: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, str] = {}
    recorded: str | None = None
    form: Form | None = None
    encoding: str | None = None
    sheet: str | None = None
    dates: Literal["dmy", "mdy"] | None = None
    timezone: dt.tzinfo = dt.UTC
    today: dt.date = dt.date.max
    analyst: str | None = None
    system: str | None = None
    scenarios: Mapping[str, str] = {}
    progress: Progress = unwatched


Reader = Callable[[SourceFile, ReadOptions], ImportFile]
"""A pure function from a file to its contents."""

LIMITS = Limits(seconds=300, memory_mib=1024)
"""Of a file: 64 MiB of STIX take a minute to be validated, and 600 MiB."""
_RECORDS = (
    ImportFile,
    ImportRecord,
    ImportForecast,
    ForeignId,
    RowError,
    FilePosition,
    ReadOptions,
)


def read_file(kind: str, name: str, file: Path | BinaryIO, wanted: ReadOptions) -> ImportFile:
    """The contents of a file, of a folder or of a stream, of which messages have the name.

    A child reads what an extension reads: strangers can nest, pack and repeat in those files.
    """
    if kind in OWN:
        return _read(kind, reader(kind), name, file, wanted)
    zone = getattr(wanted.timezone, "key", wanted.timezone.utcoffset(None))
    where = str(file) if isinstance(file, Path) else file.read(MOST_JSON_BYTES + 1)
    if len(where) > MOST_JSON_BYTES:  # a text that is cut would be imported without its end
        most = f"more than {MOST_JSON_BYTES >> 20} MiB from standard input"
        raise ScenError(f"{name}: {most}: name a file; nothing was written")
    code = code_of(kind)
    words = (f"{__name__}:read_in_child", kind, code, _folder(code), name, where, wanted, zone)
    arrived = call(LIMITS, f"{name}: it", *words, records=_RECORDS)
    if not isinstance(arrived, ImportFile):
        raise ScenError(f"{name}: the importer of {kind} returned {arrived!r:.80}, not ImportFile")
    for records, of in (
        *((arrived.records, ImportRecord), (arrived.forecasts, ImportForecast)),
        (arrived.row_errors, RowError),
    ):
        if wrong := [record for record in records if not isinstance(record, of)]:
            raise ScenError(f"{name}: the importer of {kind} returned {wrong[0]!r:.80} as a record")
    return arrived


def code_of(kind: str) -> str:
    """The `module:function` that reads a kind; one of an extension is imported in the child."""
    if kind in OWN:
        return f"scenarios.exchange.own.kinds:{kind}"
    addition = extensions.offered("importers", OWN)[kind]
    if isinstance(addition.code, str):
        return addition.code
    function = addition.load()
    return f"{function.__module__}:{function.__qualname__}"


def _folder(code: str) -> str:
    """The folder of a module, which here an import hook may find, as an editable installation has.

    A child has no hooks. Empty where there is no such module, or none in a file.
    """
    with suppress(ImportError, ValueError):
        if spec := find_spec(code.partition(":")[0].partition(".")[0]):
            places = (*(spec.submodule_search_locations or ()), spec.origin or "")
            return str(Path(places[0]).parent) if Path(places[0]).is_absolute() else ""
    return ""


def kinds() -> list[str]:
    """Our kinds, then those of extensions."""
    return [*OWN, *extensions.offered("importers", OWN)]


def reader(kind: str) -> Reader:
    """The reader of a kind of ours."""
    read: Reader = pkgutil.resolve_name(code_of(kind))
    return read


def read_in_child(
    kind: str,
    code: str,
    folder: str,
    name: str,
    where: str | bytes,
    wanted: ReadOptions,
    zone: str | dt.timedelta,
) -> ImportFile:
    sys.path += [folder] if folder else []  # the last, so that nothing in it hides another module
    file = Path(where) if isinstance(where, str) else io.BytesIO(where)
    timezone = ZoneInfo(zone) if isinstance(zone, str) else dt.timezone(zone)
    wanted = msgspec.structs.replace(wanted, timezone=timezone, progress=unwatched)
    try:
        return _read(kind, pkgutil.resolve_name(code), name, file, wanted)
    except ModuleNotFoundError as error:
        why = "it runs in a child process, which has no import hooks: docs/extending.md explains it"
        message = f"the importer of {kind} needs the module {shown(error.name)}, and finds none"
        raise ScenError(f"{name}: {message}; {why}") from None


def _read(
    kind: str, read: Reader, name: str, file: Path | BinaryIO, wanted: ReadOptions
) -> ImportFile:
    if not isinstance(file, Path):
        return read(SourceFile(name, None, file), wanted)
    if file.is_dir() and kind in OWN:
        raise ScenError(f"{name}: a folder, and no file of {kind}; nothing was written")
    try:
        if file.is_dir():
            return read(SourceFile(name, file, None), wanted)
        with open_named(file) as stream:
            return read(SourceFile(name, file, stream), wanted)
    except OSError as error:
        name = safe(error.filename or file)
        raise ScenError(f"{name}: {error.strerror}; nothing was written") from None


_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ISBN = re.compile(r"(?:97[89])?(\d{9})[\dX]", re.IGNORECASE)


def called(name: str, url: str | None, foreign: Mapping[str, Any]) -> Iterator[str]:
    """Identifiers of a source, surest first: DOI, ISBN, address, then author, year and title."""
    if doi := _DOI.fullmatch(str(foreign.get("doi") or url or "")):
        yield f"doi:{doi[1].lower()}"
    if book := _ISBN.match(str(foreign.get("isbn", ""))):
        yield f"isbn:{book[1]}"
    if url and url.partition("://")[2].partition("/")[2]:
        yield url.partition("://")[2].rstrip("/")
    yield ": ".join(_work(name))


def is_another(name: str, other: str) -> bool:
    """True if author and title of two names both differ."""
    (author, _, title), (by, _, other_title) = _work(name), _work(other)
    return author != by and title != other_title


def _work(name: str) -> tuple[str, str, str]:
    """The first author, the year and the title of a name, as they are compared."""
    head, colon, title = name.partition(": ")
    author = head.partition(" (")[0].split(",")[0].removesuffix(" et al.") if colon else ""
    year = year_of(head) if colon else ""
    return "-".join(words(author)), year, "-".join(words(title if colon else name))


def year_of(text: object) -> str:
    """The first year from 1000 to 2999 in a text; empty if there is none."""
    match = re.search(r"\b[12]\d{3}\b", str(text or ""))
    return match[0] if match else ""
