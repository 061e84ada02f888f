"""The questions of a download: those with two outcomes, and each option of a multiple choice."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scenarios.errors import NAMED
from scenarios.exchange import questions
from scenarios.exchange.arrivals import Arrival, ForecastArrival, Foreign, Misfit, Place
from scenarios.exchange.incoming import Incoming, Row, rows
from scenarios.exchange.questions import (
    Resolved,
    WrongCellError,
    analyst_ids,
    at,
    day,
    option,
    probability,
    tags,
)
from scenarios.exchange.tables.table import refused
from scenarios.text import counted, shown

SYSTEM = "metaculus"
ADDRESS = "https://www.metaculus.com/questions"
NEEDED = ("Question ID", "Question Title", "Question Type")
_YES, _NO = frozenset({"yes", "true", "1", "1.0"}), frozenset({"no", "false", "0", "0.0"})
_VOID = frozenset({"annulled", "ambiguous"})
_ITEM = re.compile(
    r"""\s*(?:'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,'"\[\](){}]+))"""
    r"""\s*(?:,|$)""",
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


class Read(NamedTuple):
    """A question that came in: the options of a multiple choice in their order, else None."""

    title: str
    post: str
    options: tuple[str, ...] | None
    opened: dt.date
    closed: dt.datetime | None


class Questions:
    """The questions of a file by their ids; what did not come in is counted by its type."""

    def __init__(self) -> None:
        self.read: dict[str, Read] = {}
        self.others: dict[str, tuple[str, str]] = {}
        self.arrivals: list[Arrival] = []
        self.misfits: list[Misfit] = []
        self.sets: dict[str, str] = {}

    @property
    def left_out(self) -> Counter[str]:
        return Counter(f"{type} questions" for type, _ in self.others.values() if type)

    @property
    def remarks(self) -> list[str]:
        """The questions that did not come in, by name."""
        named = [f"{shown(title)} ({type})" for type, title in self.others.values() if type]
        more = [f"and {len(named) - NAMED:,} more"] if len(named) > NAMED else []
        return [f"left out: {', '.join(named[:NAMED] + more)}"] if named else []

    def add(self, incoming: Incoming, zone: dt.tzinfo) -> None:
        for row in rows(incoming, NEEDED, ragged=True):
            type = " ".join(row.text("Question Type").casefold().replace("_", " ").split())
            id = row.text("Question ID")
            if id in self.read or id in self.others:
                message = f"the question {shown(id)} stands in this file twice"
                self.misfits.append(Misfit(place=row.at("Question ID"), message=message))
            elif type not in ("binary", "multiple choice"):
                self.others[id] = type or "untyped", row.text("Question Title")
            else:
                try:
                    self._take(row, id, _options(row) if type != "binary" else None, zone)
                except WrongCellError as wrong:
                    self.others[id] = "", ""
                    self.misfits.append(wrong.misfit(row.place))

    def _take(self, row: Row, id: str, options: tuple[str, ...] | None, zone: dt.tzinfo) -> None:
        if not id:
            raise WrongCellError("Question ID", "empty")
        title = _title(row)
        if not title:
            raise WrongCellError("Question Title", "empty")
        set = f"{SYSTEM}-{id}" if options else None
        made = [*_scenarios(row, id, title, options, set, zone)]
        columns = ("Actual Close Time", "Resolution Known Time")
        column = next((column for column in columns if row.text(column)), None)
        closed = at(row.text(column), column, zone) if column else None
        self.arrivals += (question.arrival() for question in made)
        if set:
            self.sets[set] = questions.clean(title, questions.LONGEST_SET, is_line=True)
        self.read[id] = Read(title, row.text("Post ID"), options, made[0].opened, closed)


def foreign(id: str, option: str | None = None) -> Foreign:
    """What a question is called there, or an option of it."""
    return Foreign(SYSTEM, id if option is None else f"{id}/{option}"[:500])


def _title(row: Row) -> str:
    title, label = row.text("Question Title"), row.text("Label")
    return f"{title} ({label})" if label and label.casefold() not in title.casefold() else title


def _scenarios(
    row: Row,
    id: str,
    title: str,
    options: tuple[str, ...] | None,
    set: str | None,
    zone: dt.tzinfo,
) -> Iterator[questions.Question]:
    opened = _day(row, ("Open Time", "Post Published Time"), zone)
    horizon = _day(row, ("Scheduled Close Time", "Actual Close Time"), zone)
    if horizon is None:
        raise WrongCellError("Scheduled Close Time", "empty: a scenario needs a horizon")
    known = _day(row, ("Resolution Known Time", "Actual Close Time"), zone)
    post = row.text("Post ID")
    base = questions.Question(
        foreign(id),
        title,
        row.text("Question URL") or f"{ADDRESS}/{post}{'/' if post else ''}",
        opened or horizon,
        horizon,
        row.place,
        set=set,
        tags=tags(listed(row.text("Categories"))),
        columns=_COLUMNS,
    )
    for text in options or (None,):
        resolved = _resolved(row, text, options, known or horizon)
        if text is None:
            yield base._replace(resolved=resolved)
        else:
            named, wording = option(title, text)
            yield base._replace(
                foreign=foreign(id, text), title=named, wording=wording, resolved=resolved
            )


def _resolved(
    row: Row, text: str | None, options: tuple[str, ...] | None, known_on: dt.date
) -> Resolved | None:
    """The outcome; of an option that did not occur its set says so."""
    known = row.text("Resolution")
    words = f"Resolved as {shown(known)[1:-1]} at Metaculus"
    if not known:
        return None
    if known.casefold() in _VOID:
        return Resolved("annulled", known_on, words)
    if options is not None:
        if known.casefold() not in (each.casefold() for each in options):
            raise WrongCellError("Resolution", f"{shown(known)} is none of its options")
        is_it = text is not None and text.casefold() == known.casefold()
        return Resolved("occurred", known_on, words) if is_it else None
    if known.casefold() not in _YES | _NO:
        raise WrongCellError("Resolution", f"{shown(known)} is not yes, no, annulled or ambiguous")
    return Resolved("occurred" if known.casefold() in _YES else "did-not-occur", known_on, words)


def _day(row: Row, columns: tuple[str, ...], zone: dt.tzinfo) -> dt.date | None:
    column = next((column for column in columns if row.text(column)), None)
    return day(row.text(column), column, zone) if column else None


def _options(row: Row) -> tuple[str, ...]:
    """The options over all time: the probabilities of a forecast stand in their order."""
    for column in ("MC Options (All)", "MC Options (Current)", "MC Options"):
        if options := tuple(dict.fromkeys(listed(row.text(column)))):
            if len(options) > 1:
                return options
            raise WrongCellError(column, "a multiple choice has at least two options")
    raise WrongCellError("MC Options (All)", "a multiple choice without options")


def listed(text: str) -> list[str]:
    """A list of texts as Python's `str()` writes it; empty where it is none."""
    found: list[str] = []
    if text[:1] + text[-1:] not in ("[]", "()"):
        return found
    inside, at = text[1:-1], 0
    while at < len(inside):
        item = _ITEM.match(inside, at)
        if item is None:
            return []
        quoted = item["one"] if item["one"] is not None else item["two"]
        plain = item["plain"] if quoted is None else _ESCAPE.sub(_unescaped, quoted)
        found.append(plain.strip())
        at = item.end()
    return found


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    if len(sign) > 1:
        return chr(min(int(sign[1:], 16), sys.maxunicode))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(sign, sign)


FORECASTS_NEEDED = ("Question ID", "Start Time")
YES = "Probability Yes"
EACH = "Probability Yes Per Category"
MOST = 300_000
_NAMES = ("Forecaster Username", "Forecaster (Anonymized)", "Forecaster ID")


class _Made(NamedTuple):
    start: dt.datetime
    end: dt.datetime | None
    of: tuple[tuple[Foreign, float], ...]
    row: int


class Forecasts:
    """The forecasts of a file by question and forecaster."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.misfits: list[Misfit] = []
        self.left_out: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        self.aggregates: set[str] = set()
        self._made: dict[tuple[str, str], list[_Made]] = defaultdict(list)

    def add(self, incoming: Incoming, questions: Questions, zone: dt.tzinfo) -> None:
        number = 0
        for row in rows(incoming, FORECASTS_NEEDED, ragged=True):
            id = row.text("Question ID")
            if id in questions.others:
                self.left_out["forecasts of questions left out"] += 1
                continue
            number += 1
            if number > MOST:
                raise refused(self.file, 0, f"over {MOST:,} forecasts: download fewer questions")
            self._take(row, id, questions.read.get(id), zone)

    def _take(self, row: Row, id: str, question: Read | None, zone: dt.tzinfo) -> None:
        try:
            start = at(row.text("Start Time"), "Start Time", zone)
            end = at(row.text("End Time"), "End Time", zone) if row.text("End Time") else None
            of = tuple(_figures(row, id, question))
            name = self._name(row)
        except WrongCellError as wrong:
            self.misfits.append(wrong.misfit(row.place))
            return
        if of:
            self._made[id, name].append(_Made(start, end, of, row.place.row))
        else:
            self.left_out["forecasts without a probability"] += 1

    def _name(self, row: Row) -> str:
        name = next((row.text(column) for column in _NAMES if row.text(column)), "")
        if not name:
            raise WrongCellError(_NAMES[0], "nobody is named: neither a forecaster nor a method")
        if row.text("Forecaster Count") and not row.text("Forecaster ID"):
            self.aggregates.add(name)
        self.titles[name] = f"{name} (bot)" if row.text("Is Bot").casefold() == "true" else name
        return name

    def arrivals(self, questions: Questions, today: dt.date) -> Iterator[ForecastArrival]:
        """Each forecast, and its end where no other follows: not one in the future or a close."""
        ids = analyst_ids(self.titles)
        for (id, name), made in self._made.items():
            made.sort(key=lambda one: one.start)
            closed = questions.read[id].closed if id in questions.read else None
            for one, following in zip(made, [*made[1:], None], strict=True):
                for scenario, value in one.of:
                    yield self._arrival(scenario, ids[name], one.start, value, one.row)
                end = one.end
                if end is None or (following and following.start <= end):
                    continue
                if end.date() <= today and (closed is None or end < closed):
                    for scenario, _ in one.of:
                        yield self._arrival(scenario, ids[name], end, None, one.row)

    def _arrival(
        self, scenario: Foreign, analyst: str, made: dt.datetime, value: float | None, row: int
    ) -> ForecastArrival:
        place = Place(self.file, row, YES if value is not None else "End Time")
        return ForecastArrival(
            scenario=scenario, analyst=analyst, made=made, probability=value, place=place
        )


def _figures(row: Row, id: str, question: Read | None) -> Iterator[tuple[Foreign, float]]:
    """What is forecast of a question, or of each of its options that there was at the time."""
    if row.text(YES):
        yield foreign(id), probability(row.text(YES), YES)
        return
    listed = _numbers(row.text(EACH))
    if not listed:
        return
    options = question.options if question else None
    if options is None:
        if question is None or len(listed) != len("no"):
            figures = counted(len(listed), "figure")
            raise WrongCellError(EACH, f"{figures} for a question without options")
        if listed[1] is not None:  # as the probabilities of no and yes
            yield foreign(id), listed[1]
        return
    if len(listed) != len(options):
        figures = counted(len(listed), "figure")
        raise WrongCellError(
            EACH, f"{figures} for a question with {counted(len(options), 'option')}"
        )
    for name, value in zip(options, listed, strict=True):
        if value is not None:
            yield foreign(id, name), value


def _numbers(text: str) -> list[float | None]:
    """A list as Python's `str()` writes it, where None is an option that was not there."""
    if not text:
        return []
    if text[0] not in "[(" or text[-1] not in "])":
        raise WrongCellError(EACH, f"{shown(text)} is not a list of probabilities")
    plain = text[1:-1].replace("np.float64(", "").replace(")", "")
    return [_number(each) for each in plain.replace("\n", " ").split(",") if each.strip()]


def _number(text: str) -> float | None:
    plain = text.strip()
    return None if plain.casefold() in ("none", "nan", "null") else probability(plain, EACH)
