"""How the rows of an event store are read: our name of each field, and its column there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

Fields = Mapping[str, str]
"""A row by our names of its fields; what is empty there is left out."""
LONGEST_SUMMARY = 300
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a kind of event table; `system` is what the ids of its rows go under.

    `columns` has the column of each field, `id` the fields that together name a row, `codes` the
    fields whose leading noughts count, `names` what a code of a country stands for in `countries`,
    `head` the columns of files that have none themselves.
    """

    system: str
    title: str
    columns: Mapping[str, str]
    summary: Callable[[Fields], str]
    id: tuple[str, ...] = ("id",)
    codes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    names: Mapping[str, tuple[str, ...]] = {}
    head: tuple[str, ...] = ()
    origin: Callable[[Fields], str | None] = lambda _: None


def folded(name: str) -> str:
    """A column's name as it is compared: `Event ID`, `event_id` and `EventID` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def sentence(*parts: str | None) -> str:
    """The parts that are there, in one line that is not too long."""
    text = clean(" – ".join(part for part in parts if part))
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"


def clean(text: str) -> str:
    """The text in one line, without what no record may hold."""
    return " ".join(_UNWRITABLE.sub(" ", text).split())


def plain_summary(row: Fields) -> str:
    """Of a table that nothing is known of: its summary, title or text."""
    told = next((row[name] for name in ("summary", "title", "text") if name in row), None)
    return sentence(told or f"Event {row['id']}")
