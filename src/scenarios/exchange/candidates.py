"""The answer of an event store: the rows that indicators look for, or days of a threshold."""

import datetime as dt

from msgspec import Struct

from scenarios.model import EvidenceId
from scenarios.result import Result
from scenarios.values import Events


class Candidate(Struct, frozen=True, kw_only=True):
    """A row, or the day on which the threshold was reached, newest first.

    `number` is its place in the listing, `id` its id in the store, `count` the rows of the window,
    `fields` the row by our names, `recorded` the item that it became.
    """

    number: int
    id: str
    date: dt.date
    summary: str
    count: int | None = None
    fields: dict[str, str] = {}
    recorded: EvidenceId | None = None


class SearchMatches(Struct, frozen=True, kw_only=True):
    """The answer to one indicator's query: `total` from `first` to `last`, and the newest of them.

    With a `count` the candidates are crossings of its threshold, else rows.
    """

    tracker: str = ""
    indicator: str
    statement: str
    events: Events
    total: int
    first: dt.date | None
    last: dt.date | None
    candidates: tuple[Candidate, ...]


class Candidates(Result, frozen=True, kw_only=True):
    """The candidates of indicators in an event store, as it was known on the day `as_of`."""

    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int
    store: str
    queries: tuple[SearchMatches, ...]
