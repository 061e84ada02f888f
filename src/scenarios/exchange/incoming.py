"""Foreign files, in a folder or a zip too, and the questions and forecasts that stand in them."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

import msgspec

from scenarios.exchange.arrivals import (
    FilePosition,
    ForeignId,
    ImportFile,
    ImportForecast,
    ImportRecord,
    ReadOptions,
    RowError,
    SourceFile,
)
from scenarios.exchange.tables import reading
from scenarios.exchange.tables.table import lines, refused, texts
from scenarios.model import NONE_STATED
from scenarios.storage.disk import open_named
from scenarios.text import LONGEST_TEXT, clean, counted, did_you_mean, digest, first_of, shown, slug

MOST_FILES = 100


MOST_MEMBERS = 1_000
LARGEST = 1 << 30
MOST_DENSE = 200
"""No text shrinks to less than a two-hundredth; a zip that does is made to fill a disk."""


class InputFile(NamedTuple):
    """A file: its name in messages, and its bytes."""

    name: str
    stream: io.BufferedReader[Any]
    encoding: str | None = None

    def text(self, most: int, what: str) -> str:
        """The whole text; ScenError with more than `most` characters of `what`."""
        content = ""
        for part in texts(self.stream, self.name, self.encoding):
            content += part
            if len(content) > most:
                raise refused(self.name, 0, f"more than {most >> 20} MiB of {what}")
        return content

    def members(self, is_wanted: Callable[[str], object]) -> Iterator[InputFile]:
        """The files of a zip whose name is wanted; ScenError if the zip is damaged, or a trap."""
        if not self.stream.seekable():
            raise refused(self.name, 0, "a zip cannot be read from a pipe: name its file")
        with _whole(self.name):
            archive = zipfile.ZipFile(self.stream)
            listed = archive.infolist()
        if len(listed) > MOST_MEMBERS:
            raise refused(self.name, 0, f"{len(listed):,} files in it: not such a download")
        for member in listed:
            path, inside = PurePosixPath(member.filename.replace("\\", "/")), shown(member.filename)
            if path.is_absolute() or ".." in path.parts:
                words = f"{inside} is a name outside of the zip: it is not a download of Metaculus"
                raise refused(self.name, 0, words)
            # The list of a zip may lie about sizes, so this is not the only bound: what is unpacked
            # is read in pieces and never held whole
            # (test_a_zip_that_lies_about_its_size_fills_no_memory).
            size = member.file_size
            if size > LARGEST or size > MOST_DENSE * (member.compress_size + 4096):
                raise refused(
                    self.name, 0, f"{inside} would unpack to {size:,} bytes and is not read"
                )
            if is_wanted(member.filename):
                name = f"{self.name}/{member.filename}"
                with _whole(name):
                    stream = io.BufferedReader(ZipMember(archive.open(member), self.name))
                yield InputFile(name, stream, self.encoding)


class ZipMember(io.RawIOBase):
    """A file of a zip; ScenError if the zip is cut short or damaged."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _whole(self._name):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except reading.BROKEN as error:
        raise refused(name, 0, f"a broken zip ({error}): download it again") from None


class NormalizedRow(NamedTuple):
    """A row of a table by its `plain` columns; `ragged` is a fault of its shape."""

    position: FilePosition
    cells: Mapping[str, Any]
    columns: Sequence[str]
    ragged: str | None

    def text(self, column: str) -> str:
        """The text under a column; empty if the row or the table has none."""
        value = self.cells.get(plain(column), "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a spreadsheet's number
        return str(value).strip()

    def position_of(self, column: str) -> FilePosition:
        return self.position._replace(column=column)


@contextmanager
def incoming(file: SourceFile, encoding: str | None, *endings: str) -> Iterator[list[InputFile]]:
    """The file, or those of a folder with one of the endings."""
    if file.stream is not None:
        yield [InputFile(file.name, reading.peekable(file.stream), encoding)]
        return
    assert file.path is not None  # noqa: S101 – a folder is a path
    paths = sorted(path for path in file.path.iterdir() if path.suffix.lower() in endings)
    ending = " or ".join(endings)
    if not paths:
        raise refused(file.name, 0, f"no file that ends in {ending} in this folder")
    if len(paths) > MOST_FILES:
        raise refused(file.name, 0, f"{len(paths):,} files that end in {ending} in this folder")
    with ExitStack() as opened:
        yield [
            InputFile(f"{file.name}/{path.name}", opened.enter_context(open_named(path)), encoding)
            for path in paths
        ]


def rows(
    incoming: InputFile, needed: Sequence[str], *, ragged: bool = False
) -> Iterator[NormalizedRow]:
    """The rows of a table; ScenError without a needed column.

    In a `ragged` one cells may lack at the end of a row.
    """
    name, stream, encoding = incoming
    table = reading.read(stream, name, encoding=encoding, ragged=ragged)
    called = {column: plain(column) for column in table.columns}
    for column in needed:
        if plain(column) not in called.values():
            hint = did_you_mean(column, called)
            raise refused(name, 1, f"no column '{column}'" + (f"; {hint}" if hint else ""))
    for row in table.rows:
        cells = {called[column]: value for column, value in row.cells.items()}
        yield NormalizedRow(FilePosition(name, row.number), cells, table.columns, row.fault)


@lru_cache(1 << 12)
def plain(column: str) -> str:
    """A column's name as it is compared, without letter case and spaces."""
    return " ".join(column.split()).casefold()


def items(incoming: InputFile, *lists: str) -> Iterator[tuple[FilePosition, Any]]:
    """The items of a JSON file: of a list, of each of the `lists` of an object, or of lines.

    What an object has beside the lists comes last, as an item of row 0.
    """
    name, stream, encoding = incoming
    if name.casefold().endswith((".jsonl", ".ndjson")):
        for number, line in enumerate(lines(stream, name, encoding), start=1):
            if line.strip():
                yield FilePosition(name, number), reading.parsed(line, name, number)
        return
    value = reading.value(stream, name, encoding)
    if not isinstance(value, list | dict):
        raise refused(name, 1, "neither a list nor an object of JSON")
    document = value if isinstance(value, dict) else {}
    inside = {key: document[key] for key in lists if isinstance(document.get(key), list)}
    for key, listed in ({"": value} if isinstance(value, list) else inside).items():
        where = f"{name} {key}" if len(inside) > 1 else name
        for number, item in enumerate(listed, start=1):
            yield FilePosition(where, number), item
    if isinstance(value, dict):
        rest = {key: item for key, item in document.items() if key not in inside}
        yield FilePosition(name, 0 if inside else 1), rest


def text_of(value: object, *keys: str) -> str:
    """A text or a number under the keys, as text; empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int | float) else ""


def list_of(value: object, key: str) -> list[dict[str, Any]]:
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ](\d\d?):(\d\d?)(?::(\d\d?)(?:[.,](\d{1,9}))?)?)?"
    r" ?(Z|UTC|GMT|([+-])(\d\d)(?::?(\d\d)|(?(4)|(?!))))?",  # an offset of hours after a time alone
    re.ASCII | re.IGNORECASE,
)
EARLIEST_MS = 100_000_000_000
"""March 1973: a smaller number counts seconds."""
_LATEST_MS = 253_402_300_799_999
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class CellError(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class QuestionOutcome(NamedTuple):
    """An outcome, the day on which it was known (None: unknown) and the site's words for it.

    A quantity has a `value` instead, as its file has it.
    """

    outcome: str
    day: dt.date | None
    words: str
    value: float | str | None = None


class QuestionOption(NamedTuple):
    """An option of a question: its id (empty: the question has no options), and its text."""

    id: str
    text: str
    resolved: QuestionOutcome | None


class ForeignQuestion(NamedTuple):
    """A question with two outcomes, or with `options` of which each becomes a scenario.

    One with a `quantity` asks how much, or when, and needs a `prior`, that of a new scenario; one
    without a basis is nobody's.
    """

    id: str
    title: str
    address: str
    opened: dt.date
    horizon: dt.date
    position: FilePosition
    columns: Mapping[str, str]
    wording: str = ""
    details: str = ""
    tags: Iterable[str] = ()
    resolved: QuestionOutcome | None = None
    set: str | None = None
    options: Sequence[QuestionOption] = ()
    quantity: Mapping[str, Any] | None = None
    prior: Mapping[str, Any] = {}


# Metaculus calls an anonymised forecaster by a digest, whose start is the same id in each download
# (test_an_anonymised_forecaster_has_the_same_id_in_each_download).
_HASH = re.compile("[0-9a-f]{32,}")


class ImportBuilder:
    """Collects what the files of a site hold; nothing of a question with a fault is taken."""

    # Half a million forecasts took 370 MB (f509f974).
    most_forecasts = 300_000

    def __init__(self, system: str, wanted: ReadOptions) -> None:
        self.system, self.zone, self.today = system, wanted.timezone, wanted.today
        self.recorded = wanted.recorded or ""
        self.left_out: Counter[str] = Counter()
        self.remarks: list[str] = []
        self._notes: dict[str, dict[str, None]] = {}
        self.records: list[ImportRecord] = []
        self.sets: dict[str, str] = {}
        self.not_taken: set[str] = set()
        self.forecasts: list[ImportForecast] = []
        self._misfits: list[RowError] = []

    def timestamp(self, text: str, column: str, otherwise: dt.tzinfo | None = None) -> dt.datetime:
        """The moment in a column, in the zone `otherwise` if the text names none; CellError."""
        match = _MOMENT.fullmatch(text.strip())
        if not match:
            words = "is not a time such as 2026-01-12 16:06:47+00:00"
            raise CellError(column, f"{shown(text)} {words}")
        *numbers, fraction, named, sign, hours, minutes = match.groups()
        zone = dt.UTC if named else otherwise or self.zone
        micro = int((fraction or "0").ljust(6, "0")[:6])
        try:
            year, month, day, hour, minute, second = (int(n or 0) for n in numbers)
            if sign:
                shift = dt.timedelta(hours=int(sign + hours), minutes=int(sign + (minutes or "0")))
                zone = dt.timezone(shift)
            time = dt.datetime(year, month, day, hour, minute, second, micro, tzinfo=zone)
            return time.astimezone(otherwise or self.zone)
        except (ValueError, OverflowError):
            raise CellError(column, f"{shown(text)} is not in the calendar") from None

    def day(self, text: str, column: str) -> dt.date:
        """The day of the moment in a column; CellError."""
        return self.timestamp(text, column).date()

    def milliseconds(self, value: object, column: str, earliest: int = EARLIEST_MS) -> dt.datetime:
        """The moment of a column in milliseconds since 1970; CellError."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CellError(column, f"{shown(value)} is not a number of milliseconds")
        time = f"{value:.15g} is not a time in milliseconds"
        if not earliest <= value <= _LATEST_MS:
            first = _EPOCH + dt.timedelta(milliseconds=earliest)
            raise CellError(column, f"{time} from {first.year} to 9999")
        try:
            return (_EPOCH + dt.timedelta(milliseconds=int(value))).astimezone(self.zone)
        except (ValueError, OverflowError):
            raise CellError(column, time) from None

    def set_of(self, id: str) -> str:
        return f"{self.system}-{digest(id)}"

    def foreign(self, id: str, option: str = "") -> ForeignId:
        return ForeignId(self.system, f"{id}/{option}"[:500] if option else id)

    @contextmanager
    def row(self, position: FilePosition, question: str | None = None) -> Iterator[None]:
        """Collect a wrong cell as a misfit of this row, and leave out the question."""
        try:
            yield
        except CellError as wrong:
            self.add_error(position._replace(column=wrong.column), str(wrong))
            if question is not None:
                self.not_taken.add(question)

    def add_error(self, position: FilePosition, message: str) -> None:
        self._misfits.append(RowError(position, message))

    def note(self, id: str, words: str) -> None:
        """Say of a question what was taken differently from how it stands."""
        self._notes.setdefault(words, {})[id] = None

    def skip(self, id: str, kind: str) -> None:
        """Leave out a question, counted by its kind."""
        self.left_out[kind] += 1
        self.not_taken.add(id)

    def ask(self, question: ForeignQuestion) -> None:
        """Add a question, or each of its options, as a scenario."""
        for option in question.options or [QuestionOption("", "", question.resolved)]:
            asked = question._replace(resolved=option.resolved)
            if option.id:
                title = f"{option.text}: {question.title}"
                wording = f"Will the answer be “{option.text}”? {question.title}"
                asked = asked._replace(title=title, wording=wording)
            self.records.append(_scenario(asked, self.foreign(question.id, option.id)))
        if question.set:
            self.name_set(question.set, question.title)

    def name_set(self, id: str, title: str) -> None:
        self.sets[id] = clean(title, 300, is_line=True)

    def forecast(
        self,
        scenario: ForeignId,
        name: str,
        time: dt.datetime,
        probability: float | None,
        position: FilePosition,
    ) -> None:
        """Add a forecast by the name of its forecaster; None withdraws."""
        forecast = ImportForecast(scenario, name or "unnamed", time, probability, position)
        self.forecasts.append(forecast)
        if len(self.forecasts) > self.most_forecasts:
            text = f"over {self.most_forecasts:,} forecasts at once: split the file"
            raise refused(position.file, 0, text)

    def arrived(self, names: Mapping[str, str] | None = None) -> ImportFile:
        """Everything read, with an id for each forecaster; `names` are their titles, if known."""
        forecasts = [
            forecast
            for forecast in self.forecasts
            if isinstance(forecast.scenario, ForeignId)
            and forecast.scenario.id.split("/")[0] not in self.not_taken
        ]
        self.left_out["forecasts of questions left out"] += len(self.forecasts) - len(forecasts)
        for words, of in self._notes.items():
            self.remarks.append(f"{counted(len(of), 'question')} {words} ({first_of([*of], 3)})")
        titles = names or {forecast.analyst: forecast.analyst for forecast in forecasts}
        ids = self.analyst_ids(titles)
        return ImportFile(
            records=tuple(self.records),
            forecasts=tuple(
                msgspec.structs.replace(forecast, analyst=ids[forecast.analyst])
                for forecast in forecasts
            ),
            row_errors=tuple(self._misfits),
            left_out={kind: number for kind, number in self.left_out.items() if number},
            sets=self.sets,
            analysts={ids[name]: title for name, title in titles.items()},
            remarks=tuple(self.remarks),
        )

    @staticmethod
    def analyst_ids(names: Iterable[str]) -> dict[str, str]:
        """An analyst's id for each name; ids that would be alike carry a digest."""
        plain = {
            name: f"forecaster-{name[:12]}"
            if _HASH.fullmatch(name)
            else slug(name, otherwise="forecaster")
            for name in dict.fromkeys(names)
        }
        times = Counter(plain.values())
        return {
            name: id if times[id] == 1 or name == id else f"{id}-{digest(name, 4)}"
            for name, id in plain.items()
        }


def _scenario(question: ForeignQuestion, foreign: ForeignId) -> ImportRecord:
    """The scenario; a horizon or an outcome before the opening is moved to it."""
    record: dict[str, Any] = {
        "title": clean(question.title, 200, is_line=True),
        "question": clean(question.wording or question.title, 1_000),
        "opened": question.opened,
        "horizon": max(question.horizon, question.opened),
    }
    see = f"See {question.address}"
    if details := clean(question.details, LONGEST_TEXT - len(see) - 2):
        record["resolution_criteria"] = f"{details}\n\n{see}"
    if question.set:
        record["set"] = question.set
    if tags := dict.fromkeys(slug(tag, otherwise="tag") for tag in question.tags if tag.strip()):
        record["tags"] = list(tags)
    if question.quantity:
        record["quantity"] = question.quantity
    if resolved := question.resolved:
        day = resolved.day and max(resolved.day, question.opened)
        is_valued = resolved.value is not None
        record["resolution"] = {
            **({"value": resolved.value} if is_valued else {"outcome": resolved.outcome}),
            **({"date": day, "recorded": day} if day else {}),
            "basis": f"{resolved.words}; see {question.address}",
        }
    return ImportRecord(
        kind="scenario",
        record=record,
        position=question.position,
        foreign=foreign,
        address=question.address,
        columns=question.columns,
        assumed={"prior": {"basis": NONE_STATED, **question.prior}} if question.prior else {},
    )


def probability(value: object, column: str, whole: float = 1) -> float:
    """A share of `whole` in a column as a probability, 0 to 1; CellError."""
    try:
        share = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        share = math.nan
    if not 0 <= share <= whole:
        raise CellError(column, f"{shown(value)} is not a probability from 0 to {whole:g}")
    return share / whole
