"""The names in a database, and those in one of its files, each with its title and its place."""

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.errors import Keys
from scenarios.model import Database
from scenarios.paths import id_of, path_of
from scenarios.workspace.checking import key_places
from scenarios.workspace.input.offers import matching
from scenarios.workspace.opened import OpenDatabase


class Symbol(NamedTuple):
    """A name with its title, and the keys that lead to it in a file."""

    name: str
    title: str
    path: str
    keys: Keys = ()


_PARTS = (
    *("indicators", "ratings", "probabilities", "quantiles"),  # of a scenario, an item and a sheet
    *("sets", "themes", "analysts", "feeds"),
)
"""The keys whose entries are parts of a record by their names."""


def symbols(database: Database) -> Iterator[Symbol]:
    """Yield the questions with their indicators, then the sources."""
    for id, scenario in database.scenarios.items():
        path = path_of("scenario", id)
        yield Symbol(id, scenario.title, path)
        for key, sign in scenario.indicators.items():
            yield Symbol(f"{id}/{key}", sign.statement, path, ("indicators", key))
    for id, source in database.sources.items():
        yield Symbol(id, source.name, path_of("source", id))


def symbols_like(database: Database, text: str) -> list[Symbol]:
    """Those whose name or title has each word of a text; names that begin with it first."""
    by_offer = {(each.name, each.title): each for each in symbols(database)}
    return [by_offer[offer] for offer in matching(text, by_offer)]


def parts(opened: OpenDatabase, path: str) -> Iterator[Symbol]:
    """Yield the record of a file, then its parts in the order in which they stand."""
    titles = {each.name: each.title for each in symbols(opened.database)}
    id = id_of(path)
    item = opened.database.evidence.get(id)
    yield Symbol(id, item.summary if item else titles.get(id, ""), path)
    for keys in key_places(opened, path):
        if len(keys) == 2 and keys[0] in _PARTS:  # noqa: PLR2004 - the key and the name
            name = f"{keys[1]}"
            yield Symbol(name, titles.get(name, titles.get(f"{id}/{name}", "")), path, keys)
