"""The review for those who decide as HTML that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from scenarios.model import Database, Kind
from scenarios.paths import file_address, path_of
from scenarios.render.charts.svg import NOWHERE, Places
from scenarios.render.document import Document
from scenarios.render.templating import macro
from scenarios.render.text import short_day
from scenarios.render.writers import html


class Origin(msgspec.Struct, frozen=True):
    """Which state of the database a page was made from, where git knows it."""

    as_of: date
    program: str
    revision: str | None = None
    clean: bool | None = None


def page_html(
    title: str,
    document: Document,
    origin: Origin,
    places: Places = NOWHERE,
    around: html.Around = html.ALONE,
) -> str:
    """The whole page; mentions of records lead to their `places`."""
    content = macro("review.html", "sheets")(html.sections(document, places))
    foot = macro("review.html", "foot")(origin, short_day(origin.as_of))
    return html.whole(title, content, foot, around)


def whence(origin: Origin) -> str:
    """Which revision a page is of, as HTML."""
    return str(macro("review.html", "whence")(origin)).strip()


def file_places(database: Database) -> Places:
    """The address of each record's file, where the tracker names its repository."""
    records: dict[Kind, Iterable[str]] = {
        "scenario": database.scenarios,
        "source": database.sources,
    }
    return {
        html.anchor(kind, id): file_address(database.tracker, path_of(kind, id))
        for kind, ids in records.items()
        for id in ids
        if database.tracker.repository
    }
