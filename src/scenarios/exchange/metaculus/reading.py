"""A whole download: its questions, who forecast what of them, and its key factors."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import Arrival, Arrived, Foreign, Misfit
from scenarios.exchange.incoming import Incoming, Row, incoming, rows
from scenarios.exchange.metaculus.questions import SYSTEM, Forecasts, Questions, Read
from scenarios.exchange.questions import analyst_ids, clean, digest, moment
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.tables.table import refused
from scenarios.text import shown

QUESTIONS = "question_data"
FORECASTS = "forecast_data"
KEY_FACTORS = "key_factor_data"
PARTS = (QUESTIONS, FORECASTS, KEY_FACTORS, "comment_data", "score_data", "question_link_data")
MOST_MEMBERS = 1_000
LARGEST = 1 << 30
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What zipfile raises where a zip is cut short, damaged, encrypted or packed in another way."""
MOST_DENSE = 200
"""A text does not shrink to less than a two-hundredth; what does is made to fill a disk."""


@contextmanager
def parts(given: Given, encoding: str | None) -> Iterator[dict[str, Incoming]]:
    """Each part by its name; ScenError where there is none, one is there twice or a zip is bad.

    A file that is named as a part brings with it those that lie beside it.
    """
    found: dict[str, Incoming] = {}
    with incoming(given, encoding, ".csv") as files, ExitStack() as opened:
        beside = [
            Incoming(
                str(Path(given.name).with_name(path.name)),
                opened.enter_context(path.open("rb")),
                encoding,
            )
            for path in _beside(given)
        ]
        for part, file in _all([*files, *beside]):
            if part in found:
                raise refused(
                    given.name, 0, f"{found[part].name} and {file.name} are one part twice"
                )
            found[part] = file
        if QUESTIONS not in found and FORECASTS not in found:
            raise refused(given.name, 0, f"no {QUESTIONS}.csv and no {FORECASTS}.csv in it")
        yield found


def _beside(given: Given) -> Iterator[Path]:
    path = given.path
    part = _part(path.name) if path else None
    if path and part and given.stream is not None:
        before = path.name[: -len(f"{part}.csv")]
        for other in PARTS:
            file = path.with_name(f"{before}{other}.csv")
            if other != part and file.is_file():
                yield file


def _part(name: str) -> str | None:
    """Which part a file is, whatever stands before: `2026 question_data.csv`."""
    if PurePosixPath(name).name.startswith("._"):  # which macOS packs beside each file
        return None
    stem, _, ending = PurePosixPath(name).name.casefold().rpartition(".")
    return next((part for part in PARTS if ending == "csv" and stem.endswith(part)), None)


def _all(files: Sequence[Incoming]) -> Iterator[tuple[str, Incoming]]:
    for file in files:
        if file.stream.peek(4)[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            yield from _inside(file)
        else:
            yield _part(file.name) or _by_its_head(file), file


def _by_its_head(file: Incoming) -> str:
    """A loose file under another name, known by its columns."""
    head = file.stream.peek(1 << 12).split(b"\n")[0].decode(errors="replace").casefold()
    if "question title" in head and "question type" in head:
        return QUESTIONS
    if "start time" in head and "forecaster" in head:
        return FORECASTS
    if "key factor" in head or "news impact direction" in head:
        return KEY_FACTORS
    raise refused(file.name, 0, f"neither a zip nor one of {', '.join(PARTS[:3])} (.csv)")


def _inside(file: Incoming) -> Iterator[tuple[str, Incoming]]:
    if not file.stream.seekable():
        raise refused(file.name, 0, "a zip cannot be read from a pipe: name its file")
    try:
        archive = zipfile.ZipFile(file.stream)
        members = archive.infolist()
    except _BROKEN as error:
        raise _broken(file.name, error) from None
    if len(members) > MOST_MEMBERS:
        raise refused(file.name, 0, f"{len(members):,} files in it: not such a download")
    for member in members:
        _accept(file.name, member)
        if part := _part(member.filename):
            name = f"{file.name}/{member.filename}"
            try:
                stream = io.BufferedReader(_Member(archive.open(member), file.name))
            except _BROKEN as error:
                raise _broken(name, error) from None
            yield part, Incoming(name, stream, file.encoding)


def _accept(name: str, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    inside = shown(member.filename)
    if path.is_absolute() or ".." in path.parts:
        raise refused(
            name, 0, f"{inside} is a name outside of the zip: it is not a download of Metaculus"
        )
    if member.file_size > LARGEST or member.file_size > MOST_DENSE * (member.compress_size + 4096):
        raise refused(
            name, 0, f"{inside} would unpack to {member.file_size:,} bytes and is not read"
        )


class _Member(io.RawIOBase):
    """A file of a zip; ScenError where the zip breaks off or is damaged."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except _BROKEN as error:
            raise _broken(self._name, error) from None
        buffer[: len(data)] = data
        return len(data)


def _broken(name: str, error: Exception) -> ScenError:
    return refused(name, 0, f"a broken zip ({error}): download it again")


NEEDED = ("Type",)
_WORDS = {"driver": "driver", "base_rate": "base rate", "news": "news"}
_DIRECTIONS = {
    "1": "makes it more probable",
    "-1": "makes it less probable",
    "0": "neither more nor less probable",
}


class KeyFactors:
    """The key factors of a file; those of questions that did not come in are counted."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.misfits: list[Misfit] = []
        self.left_out: Counter[str] = Counter()

    def add(self, incoming: Incoming, questions: Questions, zone: dt.tzinfo) -> None:
        posts: dict[str, list[Read]] = {}
        for read in questions.read.values():
            posts.setdefault(read.post, []).append(read)
        for row in rows(incoming, NEEDED, ragged=True):
            question = questions.read.get(row.text("Question ID"))
            about = [question] if question else []
            if not row.text("Question ID"):
                about = posts.get(row.text("Post ID"), [])
            if questions.read and not about:
                self.left_out["key factors of questions left out"] += 1
                continue
            try:
                self.arrivals.append(_evidence(row, about, zone))
            except ValueError as error:
                self.misfits.append(Misfit(place=row.place, message=str(error)))


def _evidence(row: Row, about: list[Read], zone: dt.tzinfo) -> Arrival:
    kind = row.text("Type").casefold().replace(" ", "_")
    if kind not in _WORDS:
        raise ValueError(f"Type: {shown(row.text('Type'))} is not driver, base_rate or news")
    stated = row.text("Created At") or row.text("News Published At")
    is_dated = bool(stated) or not about
    made = moment(stated, zone).date() if is_dated else about[0].opened
    published = row.text("News Published At") if kind == "news" else ""
    seen = moment(published, zone).date() if published else made
    summary = {
        "driver": row.text("Driver Text"),
        "base_rate": _base_rate(row),
        "news": row.text("News Title") or row.text("News Source") or row.text("News URL"),
    }[kind]
    if not summary and about:
        summary = f"{_WORDS[kind].capitalize()} of: {about[0].title}"
    title = clean(summary, 500, is_line=True)
    if not title:
        raise ValueError("it says nothing")
    notes = _notes(row, kind, [one.title for one in about])
    notes += [] if is_dated else ["No date there: it stands at the opening of its question"]
    record: dict[str, Any] = {
        "summary": title,
        "observed": min(seen, made).isoformat(),
        "recorded": made,
        "notes": clean("\n".join(notes), 10_000),
    }
    address = row.text("News URL") if kind == "news" else row.text("Base Rate Source")
    if address.startswith(("https://", "http://")) and not any(map(str.isspace, address)):
        record["url"] = address
    own = row.text("Key Factor ID") or digest("\n".join((title, made.isoformat(), *notes)))
    id = f"key-factor/{own}"
    return Arrival(
        kind="evidence", record=record, title=title, place=row.place, foreign=Foreign(SYSTEM, id)
    )


def _base_rate(row: Row) -> str:
    of = row.text("Base Rate Reference Class")
    return f"Base rate: {of}" if of else ""


def _notes(row: Row, kind: str, titles: list[str]) -> list[str]:
    """Its question, its direction and all else that the file says of it."""
    lines = [f"Key factor at Metaculus ({_WORDS[kind]})"]
    lines += (f"Question: {title}" for title in titles)
    if option := row.text("Question Option"):
        lines.append(f"Option: {option}")
    prefix = {"driver": "Driver", "news": "News", "base_rate": "Base Rate"}[kind]
    direction = row.text(f"{prefix} Impact Direction")
    if direction:
        plain = direction.removesuffix(".0").removeprefix("+")
        lines.append(f"Direction: {_DIRECTIONS.get(plain, direction)}")
    named = {
        "Certainty": row.text(f"{prefix} Certainty"),
        "Source": row.text(f"{prefix} Source"),
        "Votes": row.text("Votes Score"),
    }
    if kind == "base_rate":
        rate = (row.text("Base Rate Rate Numerator"), row.text("Base Rate Rate Denominator"))
        named |= {
            "Type": row.text("Base Rate Type"),
            "Rate": " of ".join(rate) if all(rate) else "",
            "Projected value": row.text("Base Rate Projected Value"),
            "Projected by": row.text("Base Rate Projected By Year"),
            "Unit": row.text("Base Rate Unit"),
            "Extrapolation": row.text("Base Rate Extrapolation"),
            "Based on": row.text("Base Rate Based On"),
        }
    return [*lines, *(f"{name}: {value}" for name, value in named.items() if value)]


_COUNTED = {
    "comment_data": "comments",
    "score_data": "scores",
    "question_link_data": "links between questions",
}


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the files hold; ScenError where one is not of a download."""
    with parts(given, wanted.encoding) as found:
        return _arrived(found, wanted.timezone, wanted.today)


def _arrived(found: Mapping[str, Incoming], zone: dt.tzinfo, today: dt.date) -> Arrived:
    questions, key_factors = Questions(), KeyFactors()
    forecasts = Forecasts(found[FORECASTS].name if FORECASTS in found else "")
    if QUESTIONS in found:
        questions.add(found[QUESTIONS], zone)
    if FORECASTS in found:
        forecasts.add(found[FORECASTS], questions, zone)
    if KEY_FACTORS in found:
        key_factors.add(found[KEY_FACTORS], questions, zone)
    left_out: Counter[str] = questions.left_out + forecasts.left_out + key_factors.left_out
    for part, what in _COUNTED.items():
        if part in found:
            left_out[what] += sum(1 for _ in rows(found[part], (), ragged=True))
    ids = analyst_ids(forecasts.titles)
    named = sorted(ids[name] for name in forecasts.aggregates)
    analysts = "analyst" if len(named) == 1 else "analysts"
    words = f"aggregates came in as forecasts of the {analysts} {', '.join(named)}"
    told = [words] if named else []
    return Arrived(
        records=(*questions.arrivals, *key_factors.arrivals),
        forecasts=tuple(forecasts.arrivals(questions, today)),
        misfits=(*questions.misfits, *forecasts.misfits, *key_factors.misfits),
        left_out=dict(left_out),
        sets=questions.sets,
        analysts={ids[name]: title for name, title in forecasts.titles.items()},
        remarks=(*questions.remarks, *told),
    )
