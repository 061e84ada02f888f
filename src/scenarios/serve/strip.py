"""The strip of time above a page: its reviews and evidence by day, of which one is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from scenarios.model import Database
from scenarios.render.text import short_day
from scenarios.serve.exchange import PageRequest
from scenarios.text import counted
from scenarios.workspace.input import typed_in

_QUIET = 28
"""The most days of a stretch without news that the strip shows."""
_WINDOW = 371
"""Days of a strip where there are more than fit one: 53 weeks."""
_APART = 15
"""Least distance between the names of two months, in per cent of the width."""


class DayPlaces:
    """Days side by side, without the most of a long stretch in which nothing was recorded.

    `runs` are the first place and the first day of each stretch, `end` is the place of the last.
    """

    def __init__(self, eventful: list[date]) -> None:
        self.runs, self.end, before = [(0, eventful[0])], 0, eventful[0]
        for day in eventful:
            gap = (day - before).days
            self.end += min(gap, _QUIET)
            if gap > _QUIET:
                self.runs.append((self.end, day))
            before = day

    def place(self, day: date) -> int:
        """The place of a day; one that is left out has that of the last before it."""
        run = max(0, bisect_right(self.runs, day, key=lambda run: run[1]) - 1)
        first, begins = self.runs[run]
        following = self.runs[run + 1][0] - 1 if run + 1 < len(self.runs) else self.end
        return min(max(first, first + (day - begins).days), following)

    def at(self, place: int) -> date:
        """The day at a place."""
        first, begins = self.runs[bisect_right(self.runs, place, key=lambda run: run[0]) - 1]
        return begins + timedelta(days=place - first)


def strip(ask: PageRequest) -> dict[str, Any]:
    """The strip of a request: its window, what stands where in per cent of it, and the steps."""
    today, sheets = typed_in.today(), ask.database.sheets.values()
    items = Counter(item.recorded for item in ask.database.evidence.values())
    reviews = {sheet.date for sheet in sheets}
    days = DayPlaces(_eventful(ask.database, {*items, *reviews}, max(today, ask.on)))
    here, begin, end = days.place(ask.on), 0, days.end
    if end > _WINDOW * 3 // 2:
        begin = max(0, min(here // _WINDOW * _WINDOW, end - _WINDOW))
        end = begin + _WINDOW
    most = max(items.values(), default=1)

    def x(day: date) -> float:
        return round(100 * (days.place(day) - begin) / max(end - begin, 1), 2)

    def leads(day: date) -> str:
        return replace(ask.asked, as_of=None if day >= today else day).leads(ask.request.url.path)

    first, last = days.at(begin), days.at(end)
    shown = [number for day, number in items.items() if first <= day <= last]
    number = counted(sum(first <= day <= last for day in reviews), "review")
    return {
        "about": f"{number} and {counted(sum(shown), 'item')} of evidence from {short_day(first)} "
        f"to {short_day(last)}",
        "begin": begin,
        "end": end,
        "here": here,
        "day": short_day(ask.on),
        "today": today,
        "runs": " ".join(f"{place}:{day}" for place, day in days.runs),
        "items": [
            (x(day), round(4 + 16 * (number / most) ** 0.5))
            for day, number in items.items()
            if first <= day <= last
        ],
        "reviews": [(x(d), short_day(d), leads(d)) for d in sorted(reviews) if first <= d <= last],
        "months": [*_months(first, last, x)],
        "breaks": [
            (x(days.at(place - 1)), x(day)) for place, day in days.runs if begin < place <= end
        ],
        "earlier": leads(days.at(begin - 1)) if begin else "",
        "later": leads(days.at(end + 1)) if end < days.end else "",
        "week_back": leads(ask.on - timedelta(7)) if here else "",
        "week_on": leads(min(ask.on + timedelta(7), today)) if ask.on < today else "",
        "now": leads(today) if ask.on != today else "",
    }


def _eventful(database: Database, dated: set[date], last: date) -> list[date]:
    """The days on which something was asked, recorded, stated or decided, and the last one."""
    for scenario in database.scenarios.values():
        dated.add(scenario.opened)
        if scenario.resolution:
            dated.add(scenario.resolution.recorded)
    return sorted({day for day in dated if day <= last} | {last})


def _months(first: date, last: date, x: Any) -> Iterator[tuple[float, str]]:
    """The first day of each month, and its name where there is room for one."""
    named = -float(_APART)
    month = first.replace(day=1)
    while (month := (month + timedelta(days=31)).replace(day=1)) <= last:
        place = x(month)
        has_room = named + _APART <= place <= 100 - _APART // 2
        if place != named or has_room:
            yield place, f"{month:%b %Y}" if has_room else ""
        named = place if has_room else named
