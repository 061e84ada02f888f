"""Questions in SQL to one database, and to the trackers that `--across` finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from scenarios.exchange.answer import SECONDS, QueryRows
from scenarios.exchange.view.view import View
from scenarios.extensions.sql import query
from scenarios.extensions.sql.across import TrackerFederation, federation
from scenarios.workspace.exchange.exporting import trackers_at


def ask(source: View | query.Load, sql: str, seconds: float = SECONDS) -> QueryRows:
    return query.ask(source, sql, seconds)


@contextmanager
def opened_across(text: str, day: date, *, limited: bool = False) -> Iterator[TrackerFederation]:
    source, unread = trackers_at(text, day, limited=limited)
    with federation(source) as trackers:
        trackers.unread += unread
        yield trackers
