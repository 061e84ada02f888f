"""The forecasts of a download: when each was made, and when it ended without another."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scenarios.exchange.arrivals import ForecastArrival, Foreign, Misfit, Place
from scenarios.exchange.incoming import Incoming, Row, rows
from scenarios.exchange.metaculus.questions import Questions, Read, foreign
from scenarios.exchange.names import analyst_ids
from scenarios.exchange.questions import WrongCellError, at, probability
from scenarios.exchange.tables.table import refused
from scenarios.text import counted, shown

NEEDED = ("Question ID", "Start Time")
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
        for row in rows(incoming, NEEDED, ragged=True):
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
    for option, value in zip(options, listed, strict=True):
        if value is not None:
            yield foreign(id, option), value


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
