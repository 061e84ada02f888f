"""What a file of a forecasting site holds so far: its questions, and who said what of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from scenarios.exchange.arrivals import Arrival, Arrived, ForecastArrival, Foreign, Misfit, Place
from scenarios.exchange.names import analyst_ids
from scenarios.exchange.questions import LONGEST_SET, Question, WrongCellError, clean
from scenarios.exchange.tables.table import refused

MOST = 300_000
UNNAMED = "unnamed"


class Said(NamedTuple):
    """A forecast, with the name of its forecaster."""

    scenario: Foreign
    name: str
    made: dt.datetime
    probability: float | None
    place: Place


class Site:
    """Collects; of a question that cannot be taken nothing is, and its fault is a misfit."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.remarks: list[str] = []
        self._records: list[Arrival] = []
        self._said: list[Said] = []
        self._misfits: list[Misfit] = []
        self._sets: dict[str, str] = {}
        self._unasked: set[str] = set()

    @contextmanager
    def row(self, place: Place) -> Iterator[None]:
        """What is wrong with a cell in here is told of this row."""
        try:
            yield
        except WrongCellError as wrong:
            self.misfit(place._replace(column=wrong.column), str(wrong))

    def misfit(self, place: Place, message: str) -> None:
        self._misfits.append(Misfit(place=place, message=message))

    def ask(self, place: Place, id: str, title: str, questions: Iterator[Question]) -> None:
        """A question that is called `id` there, or the options of one."""
        made: list[Question] = []
        with self.row(place):
            made += questions
        if not made:
            self._unasked.add(id)
        for question in made:
            self._records.append(question.arrival())
            if question.set:
                self._sets[question.set] = clean(title, LONGEST_SET, is_line=True)

    def skip(self, id: str, what: str) -> None:
        """A question that has no place here."""
        self.left_out[what] += 1
        self._unasked.add(id)

    def say(self, said: Said) -> None:
        self._said.append(said)
        if len(self._said) > MOST:
            raise refused(said.place.file, 0, f"over {MOST:,} forecasts at once: split the file")

    def arrived(self) -> Arrived:
        """All of it, with an id for each forecaster."""
        heard = [one for one in self._said if one.scenario.id.split("/")[0] not in self._unasked]
        self.left_out["forecasts of questions left out"] += len(self._said) - len(heard)
        ids = analyst_ids(said.name or UNNAMED for said in heard)
        return Arrived(
            records=tuple(self._records),
            forecasts=tuple(
                ForecastArrival(
                    scenario=said.scenario,
                    analyst=ids[said.name or UNNAMED],
                    made=said.made,
                    probability=said.probability,
                    place=said.place,
                )
                for said in heard
            ),
            misfits=tuple(self._misfits),
            left_out={what: number for what, number in self.left_out.items() if number},
            sets=self._sets,
            analysts={id: name for name, id in ids.items()},
            remarks=tuple(self.remarks),
        )
