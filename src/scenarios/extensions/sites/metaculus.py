"""A download from Metaculus: its questions, who forecast what of them, and its key factors."""

import datetime as dt
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from scenarios import ReadOptions
from scenarios.extending import (
    CellError,
    FilePosition,
    ForeignId,
    ForeignQuestion,
    ImportBuilder,
    ImportFile,
    ImportForecast,
    InputFile,
    NormalizedRow,
    QuestionOption,
    QuestionOutcome,
    SourceFile,
    counted,
    incoming,
    probability,
    refused,
    rows,
    shown,
)
from scenarios.extensions.sites.metaculus_key_factors import key_factor
from scenarios.extensions.sites.metaculus_quantities import (
    CDF,
    FEWEST,
    KINDS,
    MetaculusRange,
    range_of,
    value_of,
)

ADDRESS = "https://www.metaculus.com/questions"
YES = "Probability Yes"
EACH = "Probability Yes Per Category"
_NAMED = 20
"""As many questions that were left out are named."""
_NAMES = ("Forecaster Username", "Forecaster (Anonymized)", "Forecaster ID")
_YES, _NO = frozenset({"yes", "true", "1", "1.0"}), frozenset({"no", "false", "0", "0.0"})
_VOID = frozenset({"annulled", "ambiguous"})
_ITEM = re.compile(
    r"""\s*(?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|"""
    r"""(?P<plain>[^\s,'"\[\](){}]+))\s*(?:,|$)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", re.DOTALL)
_COLUMNS = {
    "title": "Question Title",
    "question": "Question Title",
    "opened": "Open Time",
    "horizon": "Scheduled Close Time",
    "tags": "Categories",
    "resolution.date": "Resolution Known Time",
    "resolution.outcome": "Resolution",
}


def read(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The contents of the files; ScenError if one is not of a download."""
    with _parts_of(file, wanted.encoding) as parts:
        return MetaculusArchive(parts, wanted).arrived()


MetaculusFigure = tuple[ForeignId, float | None, dict[str, float | str] | None]


class MetaculusForecast(NamedTuple):
    """A forecast of a question, or of each of its options, a probability or quantiles each."""

    start: dt.datetime
    end: dt.datetime | None
    values: tuple[MetaculusFigure, ...]
    row: int
    column: str


class MetaculusArchive:
    """Collects the parts: `not_taken` has the title and type of questions that were left out."""

    def __init__(self, parts: Mapping[str, InputFile], wanted: ReadOptions) -> None:
        self.site = ImportBuilder("metaculus", wanted)
        self.asked: dict[str, ForeignQuestion] = {}
        self.ranges: dict[str, MetaculusRange] = {}
        self.posts: dict[str, list[ForeignQuestion]] = defaultdict(list)
        self.closed: dict[str, dt.datetime] = {}
        self.not_taken: list[str] = []
        self.titles: dict[str, str] = {}
        self.aggregates: set[str] = set()
        self.forecasts: dict[tuple[str, str], list[MetaculusForecast]] = defaultdict(list)
        if QUESTIONS in parts:
            self._questions(parts[QUESTIONS])
        if FORECASTS in parts:
            self._forecasts(parts[FORECASTS])
        for id in self.ranges:
            self.site.ask(self._with_prior(id))
        if KEY_FACTORS in parts:
            self._key_factors(parts[KEY_FACTORS])
        for name, kind in COUNTED.items():
            if name in parts:
                self.site.left_out[kind] += sum(1 for _ in rows(parts[name], (), ragged=True))

    def arrived(self) -> ImportFile:
        if left := self.not_taken:
            more = [f"and {len(left) - _NAMED:,} more"] if len(left) > _NAMED else []
            self.site.remarks.append(f"left out: {', '.join(left[:_NAMED] + more)}")
        ids = self.site.analyst_ids(self.titles)
        if named := sorted(ids[name] for name in self.aggregates):
            analysts = "analyst" if len(named) == 1 else "analysts"
            words = f"aggregates came in as forecasts of the {analysts} {', '.join(named)}"
            self.site.remarks.append(words)
        return self.site.arrived(self.titles)

    def _questions(self, file: InputFile) -> None:
        site = self.site
        for row in rows(file, ("Question ID", "Question Title", "Question Type"), ragged=True):
            type = " ".join(row.text("Question Type").casefold().replace("_", " ").split())
            id = row.text("Question ID")
            if id in self.asked or id in site.not_taken:
                message = f"the question {shown(id)} stands in this file twice"
                site.add_error(row.position_of("Question ID"), message)
            elif type not in ("binary", "multiple choice", *KINDS):
                self._skip(row, type or "untyped", "")
            elif (scale := _range(row, KINDS.get(type))) is None and type in KINDS:
                self._skip(row, type, " without a range")
            else:
                with site.row(row.position, id):
                    options = _options(row) if type == "multiple choice" else ()
                    if not id:
                        raise CellError("Question ID", "empty")
                    question = _question(site, row, id, options, scale)
                    end = question.resolved.value if question.resolved else None
                    if isinstance(end, str) and end <= str(question.opened):
                        self._skip(row, type, " whose event came before they opened")
                        continue
                    if column := _first(row, "Actual Close Time", "Resolution Known Time"):
                        self.closed[id] = site.timestamp(row.text(column), column)
                    if scale:
                        self.ranges[id] = scale
                    else:
                        site.ask(question)
                    self.asked[id] = question
                    self.posts[row.text("Post ID")].append(question)

    def _skip(self, row: NormalizedRow, type: str, why: str) -> None:
        """Leave out a question, counted and named."""
        self.site.skip(row.text("Question ID"), f"{type} questions{why}")
        self.not_taken.append(f"{shown(row.text('Question Title'))} ({type}{why})")

    def _with_prior(self, id: str) -> ForeignQuestion:
        """The quantity with the first forecast of an aggregate as its prior, else an even one."""
        question = self.asked[id]
        firsts = [
            (forecast.start, name, quantiles)
            for name in self.aggregates
            for forecast in self.forecasts.get((id, name), ())
            for _, _, quantiles in forecast.values
        ]
        start, name, quantiles = min(firsts, default=(None, "", None), key=lambda first: first[:2])
        if quantiles and start:
            basis = f"The first forecast of {name} at Metaculus, of {start.date()}"
            return question._replace(prior={"quantiles": quantiles, "basis": basis})
        self.site.note(id, "with no forecast of an aggregate: a prior even over the range")
        even = self.ranges[id].quantiles((0.0, 1.0), question.opened)
        return question._replace(prior={"quantiles": even})

    def _forecasts(self, file: InputFile) -> None:
        site, number = self.site, 0
        for row in rows(file, ("Question ID", "Start Time"), ragged=True):
            id = row.text("Question ID")
            if id in site.not_taken:
                site.left_out["forecasts of questions left out"] += 1
                continue
            number += 1
            if number > site.most_forecasts:
                words = f"over {site.most_forecasts:,} forecasts: download fewer questions"
                raise refused(file.name, 0, words)
            with site.row(row.position):
                start = site.timestamp(row.text("Start Time"), "Start Time")
                end_text = row.text("End Time")
                end = site.timestamp(end_text, "End Time") if end_text else None
                values = tuple(self._values(row, id, start.date()))
                name = row.text(_first(row, *_NAMES) or _NAMES[0])
                if not name:
                    raise CellError(_NAMES[0], "nobody is named: neither a forecaster nor a method")
                if row.text("Forecaster Count") and not row.text("Forecaster ID"):
                    self.aggregates.add(name)
                is_bot = row.text("Is Bot").casefold() == "true"
                self.titles[name] = f"{name} (bot)" if is_bot else name
                if values:
                    column = CDF if id in self.ranges else YES
                    forecast = MetaculusForecast(start, end, values, row.position.row, column)
                    self.forecasts[id, name].append(forecast)
                elif row.text(CDF) and id in self.ranges:
                    site.left_out["forecasts with fewer than two quantiles in the range"] += 1
                else:
                    site.left_out["forecasts without a probability"] += 1
        for (id, name), forecasts in self.forecasts.items():
            site.forecasts += self._of_forecaster(file.name, name, forecasts, self.closed.get(id))

    def _values(self, row: NormalizedRow, id: str, day: dt.date) -> Iterator[MetaculusFigure]:
        """The quantiles, two or more, or the probability of the question or of each option."""
        if id not in self.ranges:
            for option, chance in _values(self.site, row, id, self.asked.get(id)):
                yield option, chance, None
        elif row.text(CDF):
            quantiles = self.ranges[id].quantiles(_numbers(row.text(CDF), CDF), day)
            if len(quantiles) >= FEWEST:
                yield self.site.foreign(id), None, quantiles

    def _of_forecaster(
        self, file: str, name: str, forecasts: list[MetaculusForecast], closed: dt.datetime | None
    ) -> Iterator[ImportForecast]:
        """Each forecast, and its end unless another follows, it is in the future or the close."""
        forecasts.sort(key=lambda forecast: forecast.start)
        for forecast, following in zip(forecasts, [*forecasts[1:], None], strict=True):
            end = forecast.end
            moments = [(forecast.start, forecast.column)]
            if end and not (following and following.start <= end) and end.date() <= self.site.today:
                moments += [(end, "End Time")] if closed is None or end < closed else []
            for day, column in moments:
                for scenario, chance, quantiles in forecast.values:
                    position = FilePosition(file, forecast.row, column)
                    figures = (None, None) if column == "End Time" else (chance, quantiles)
                    yield ImportForecast(
                        scenario, name, day, figures[0], position, quantiles=figures[1]
                    )

    def _key_factors(self, file: InputFile) -> None:
        for row in rows(file, ("Type",), ragged=True):
            id = row.text("Question ID")
            about = [self.asked[id]] if id in self.asked else []
            if not id:
                about = self.posts.get(row.text("Post ID"), [])
            if self.asked and not about:
                self.site.left_out["key factors of questions left out"] += 1
                continue
            with self.site.row(row.position):
                self.site.records.append(key_factor(self.site, row, about))


def _first(row: NormalizedRow, *columns: str) -> str | None:
    return next((column for column in columns if row.text(column)), None)


def _range(row: NormalizedRow, kind: str | None) -> MetaculusRange | None:
    places = listed(row.text("Continuous Range").replace("np.float64(", "").replace(")", ""))
    ends = row.text("Lower Bound"), row.text("Upper Bound")
    return range_of(kind, *ends, places) if kind else None


def _question(
    site: ImportBuilder,
    row: NormalizedRow,
    id: str,
    options: tuple[str, ...],
    scale: MetaculusRange | None,
) -> ForeignQuestion:
    title, label = row.text("Question Title"), row.text("Label")
    if label and label.casefold() not in title.casefold():
        title = f"{title} ({label})"
    if not title:
        raise CellError("Question Title", "empty")
    opened = _day(site, row, "Open Time", "Post Published Time")
    horizon = _day(site, row, "Scheduled Close Time", "Actual Close Time")
    if horizon is None:
        raise CellError("Scheduled Close Time", "empty: a scenario needs a horizon")
    resolution_day = _day(site, row, "Resolution Known Time", "Actual Close Time") or horizon
    resolved = None if options else _resolved(row, "", options, resolution_day, scale)
    if scale and scale.kind == "date":
        horizon = scale.last_day
        if resolved and resolved.value == "later":  # which may be known on the last day
            horizon = min(horizon, resolution_day - dt.timedelta(1))
    if resolved and scale and resolved.outcome == "occurred" and resolved.value is None:
        site.note(id, "resolved outside the range, where there is no value: open here")
        resolved = None
    post = row.text("Post ID")
    return ForeignQuestion(
        id,
        title,
        row.text("Question URL") or f"{ADDRESS}/{post}{'/' if post else ''}",
        opened or horizon,
        horizon,
        row.position,
        _COLUMNS,
        tags=listed(row.text("Categories")),
        resolved=resolved,
        quantity=scale and scale.quantity,
        set=f"metaculus-{id}" if options else None,
        options=[
            QuestionOption(text, text, _resolved(row, text, options, resolution_day, None))
            for text in options
        ],
    )


def _day(site: ImportBuilder, row: NormalizedRow, *columns: str) -> dt.date | None:
    column = _first(row, *columns)
    return site.day(row.text(column), column) if column else None


def _resolved(
    row: NormalizedRow,
    option: str,
    options: tuple[str, ...],
    day: dt.date,
    scale: MetaculusRange | None,
) -> QuestionOutcome | None:
    """The outcome; None for an option that did not occur, as its set implies it."""
    resolution = row.text("Resolution").casefold()
    words = f"Resolved as {shown(row.text('Resolution'))[1:-1]} at Metaculus"
    if not resolution:
        return None
    if resolution in _VOID:
        return QuestionOutcome("annulled", day, words)
    if scale:
        last_day = scale.last_day if scale.kind == "date" else day
        value = value_of(scale.kind, resolution, day, last_day)
        return QuestionOutcome("occurred", day, words, value)
    if options:
        if resolution not in (text.casefold() for text in options):
            message = f"{shown(row.text('Resolution'))} is none of its options"
            raise CellError("Resolution", message)
        return QuestionOutcome("occurred", day, words) if option.casefold() == resolution else None
    if resolution not in _YES | _NO:
        message = f"{shown(row.text('Resolution'))} is not yes, no, annulled or ambiguous"
        raise CellError("Resolution", message)
    return QuestionOutcome("occurred" if resolution in _YES else "did-not-occur", day, words)


def _options(row: NormalizedRow) -> tuple[str, ...]:
    """The options over all time: the probabilities of a forecast stand in their order."""
    for column in ("MC Options (All)", "MC Options (Current)", "MC Options"):
        if options := tuple(dict.fromkeys(listed(row.text(column)))):
            if len(options) > 1:
                return options
            raise CellError(column, "a multiple choice has at least two options")
    raise CellError("MC Options (All)", "a multiple choice without options")


def listed(text: str) -> list[str]:
    """A list of texts as Python's `str()` writes it; empty if it is not one."""
    if text[:1] + text[-1:] not in ("[]", "()"):
        return []
    texts, inside, position = list[str](), text[1:-1], 0
    while position < len(inside):
        item = _ITEM.match(inside, position)
        if item is None:
            return []
        quoted = item["single"] if item["single"] is not None else item["double"]
        plain = item["plain"] if quoted is None else _ESCAPE.sub(_unescaped, quoted)
        texts.append(plain.strip())
        position = item.end()
    return texts


def _unescaped(escape: re.Match[str]) -> str:
    sign = escape[1]
    if len(sign) > 1:
        return chr(min(int(sign[1:], 16), sys.maxunicode))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(sign, sign)


def _values(
    site: ImportBuilder, row: NormalizedRow, id: str, question: ForeignQuestion | None
) -> Iterator[tuple[ForeignId, float]]:
    """The probability of a question, or of each option that it had at the time."""
    if row.text(YES):
        yield site.foreign(id), probability(row.text(YES), YES)
        return
    values = _numbers(row.text(EACH), EACH)
    if not values:
        return
    figures = counted(len(values), "figure")
    options = [option.id for option in question.options] if question else []
    if not options:
        if question is None or len(values) != len(("no", "yes")):
            raise CellError(EACH, f"{figures} for a question without options")
        options, values = [""], values[1:]
    if len(values) != len(options):
        words = f"{figures} for a question with {counted(len(options), 'option')}"
        raise CellError(EACH, words)
    for name, value in zip(options, values, strict=True):
        if value is not None:
            yield site.foreign(id, name), value


def _numbers(text: str, column: str) -> list[float | None]:
    """A list as Python's `str()` writes it, where None is an option that was not there."""
    if not text:
        return []
    if text[0] not in "[(" or text[-1] not in "])":
        raise CellError(column, f"{shown(text)} is not a list of probabilities")
    plain = text[1:-1].replace("np.float64(", "").replace(")", "")
    parts = (number_text.strip() for number_text in plain.replace("\n", " ").split(","))
    return [
        None
        if number_text.casefold() in ("none", "nan", "null")
        else probability(number_text, column)
        for number_text in parts
        if number_text
    ]


QUESTIONS = "question_data"
FORECASTS = "forecast_data"
KEY_FACTORS = "key_factor_data"
COUNTED = {
    "comment_data": "comments",
    "score_data": "scores",
    "question_link_data": "links between questions",
}
PARTS = (QUESTIONS, FORECASTS, KEY_FACTORS, *COUNTED)


@contextmanager
def _parts_of(source_file: SourceFile, encoding: str | None) -> Iterator[dict[str, InputFile]]:
    """The parts by name, with those beside a file named as a part; ScenError for none or two."""
    files_by_part: dict[str, InputFile] = {}
    with incoming(source_file, encoding, ".csv") as files, ExitStack() as opened:
        for path in _sibling_files(source_file):
            stream = opened.enter_context(path.open("rb"))
            name = str(Path(source_file.name).with_name(path.name))
            files.append(InputFile(name, stream, encoding))
        for file in files:
            is_zip = file.stream.peek(4)[:4] in (b"PK\x03\x04", b"PK\x05\x06")
            for member in file.members(_suffix) if is_zip else [file]:
                suffix = _suffix(member.name) or _by_its_head(member)
                if suffix in files_by_part:
                    words = f"{files_by_part[suffix].name} and {member.name} are one part twice"
                    raise refused(source_file.name, 0, words)
                files_by_part[suffix] = member
        if QUESTIONS not in files_by_part and FORECASTS not in files_by_part:
            raise refused(source_file.name, 0, f"no {QUESTIONS}.csv and no {FORECASTS}.csv in it")
        yield files_by_part


def _sibling_files(source_file: SourceFile) -> Iterator[Path]:
    path = source_file.path
    suffix = _suffix(path.name) if path else None
    if path and suffix and source_file.stream is not None:
        before = path.name[: -len(f"{suffix}.csv")]
        for other in PARTS:
            file = path.with_name(f"{before}{other}.csv")
            if other != suffix and file.is_file():
                yield file


def _suffix(name: str) -> str | None:
    """The part that a file is, whatever its prefix: `2026 question_data.csv`."""
    if PurePosixPath(name).name.startswith("._"):  # which macOS packs beside each file
        return None
    stem, _, ending = PurePosixPath(name).name.casefold().rpartition(".")
    return next((suffix for suffix in PARTS if ending == "csv" and stem.endswith(suffix)), None)


def _by_its_head(file: InputFile) -> str:
    """The part that a loose file of another name is, by its columns."""
    head = file.stream.peek(1 << 12).split(b"\n")[0].decode(errors="replace").casefold()
    if "question title" in head and "question type" in head:
        return QUESTIONS
    if "start time" in head and "forecaster" in head:
        return FORECASTS
    if "key factor" in head or "news impact direction" in head:
        return KEY_FACTORS
    raise refused(file.name, 0, f"neither a zip nor one of {', '.join(PARTS[:3])} (.csv)")
