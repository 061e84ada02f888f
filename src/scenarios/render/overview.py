"""The questions of a review by event, as data: a page shows them as text, a room draws them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import msgspec

from scenarios.analysis.period.recent import EvidencePoint, StatedPoint
from scenarios.model import Outcome
from scenarios.render.document import Text, plain
from scenarios.render.text import short_day

_SMALL = 0.05
"""A row of which no figure of ours is higher has a stretched scale."""
_BEFORE, _WINDOW = 0.64, 0.26
"""Shares of the width for the weeks before the window and for its days; the rest is past today."""
_MONTH = 0.07
"""Share of the width that the name of a month needs."""


class OverviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question: its texts, its figures over the last months, and those of both dates.

    `figure` stands in place of both figures, as of one that was decided; `others` are those of each
    of several analysts; `days` are those of further events. A row with `levels` is that of a
    quantity: its figures are shares of its scale, which these name.
    """

    title: Text
    name: str
    about: str = ""
    why: Text = ""
    also: tuple[Text, ...] = ()
    stated: tuple[StatedPoint, ...] = ()
    evidence: tuple[EvidencePoint, ...] = ()
    before: float | None = None
    now: float | None = None
    figures: tuple[str, str] = ("", "")
    word: str = ""
    range: Text = ""
    outcome: Outcome | None = None
    ended: date | None = None
    others: tuple[float, ...] = ()
    days: tuple[date, ...] = ()
    is_still: bool = False
    anchor: str = ""
    levels: tuple[tuple[float, str], ...] = ()

    @property
    def is_small(self) -> bool:
        """True if its figures need a stretched scale: they stay at 5 % or less."""
        ours = [point.probability for point in self.stated if point.probability is not None]
        implied = [point.implied for point in self.evidence]
        highest = max(implied, default=0.0)
        return (
            not self.levels
            and bool(ours or implied)
            and max(ours or implied) <= _SMALL
            and highest <= _SMALL * 2
        )

    @property
    def label(self) -> str:
        """Its figures in words, for who does not see it."""
        figures = " to ".join(filter(None, self.figures))
        return f"{self.name}: {figures}" + (f"; {plain(self.range)}" if self.range else "")


class OverviewGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The questions that stand under an event, on its day."""

    when: str
    title: Text
    counts: str
    day: date | None
    rows: tuple[OverviewRow, ...]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The questions by event from the day `first` on, and the others in sentences."""

    drawn_by: ClassVar[str] = "scenarios.render.charts.overview"
    first: date
    since: date
    as_of: date
    groups: tuple[OverviewGroup, ...]
    folded: tuple[tuple[str, Text], ...] = ()

    @property
    def rows(self) -> list[OverviewRow]:
        return [row for group in self.groups for row in group.rows]

    @property
    def window(self) -> str:
        """`this week`, or since when it is."""
        is_week = (self.as_of - self.since).days == 7  # noqa: PLR2004 - days of a week
        return "this week" if is_week else f"since {short_day(self.since)}"

    @property
    def key(self) -> list[tuple[str, str]]:
        """The marks that occur, each by its name, with what it means."""
        rows, then = self.rows, "a week ago" if self.window == "this week" else "then"
        marks = (
            ("stated", "what we say", rows),
            ("both", f"{then}, now", [row for row in rows if not row.is_still]),
            ("analyst", "each analyst", [row for row in rows if row.others]),
            ("implied", "the evidence and its range", rows),
            ("event", "the event", [group for group in self.groups if group.day]),
            ("further", "another event", [row for row in rows if row.days]),
            ("stretched", "stretched: stays at 5% or less", [row for row in rows if row.is_small]),
        )
        return [(name, words) for name, words, where in marks if where]

    def across(self, day: date) -> float:
        """Where a day stands, from 0 to 1; the window has the third of the width at the right."""
        weeks, days = (self.since - self.first).days, (self.as_of - self.since).days
        before = _BEFORE if weeks > 0 else 0.0
        if day <= self.since:
            return before * max(0, (day - self.first).days) / max(1, weeks)
        share = min(1.0, (day - self.since).days / max(1, days))
        return before + (_BEFORE + _WINDOW - before) * share

    @property
    def months(self) -> list[tuple[float, str]]:
        """The months that begin before the window, each with its place and its name.

        That of the first day too; of any two that are nearer than a label is wide the later one.
        """
        count = (self.since.year - self.first.year) * 12 + self.since.month - self.first.month
        months = range(self.first.month, self.first.month + count)
        days = [date(self.first.year + n // 12, n % 12 + 1, 1) for n in months]
        shown = [(self.across(day), f"{day:%b}") for day in (self.first, *days) if day < self.since]
        until = [share for share, _ in (*shown[1:], (self.across(self.since), ""))]
        return [m for m, end in zip(shown, until, strict=False) if end - m[0] >= _MONTH]
