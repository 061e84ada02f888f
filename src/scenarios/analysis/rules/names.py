"""The rules on names that the tracker declares: themes, analysts and their logins."""

from collections.abc import Collection, Iterator
from typing import Literal

from scenarios.analysis.rules.rule import ConsistencyRule, LoadedRecords, RecordFault, rule
from scenarios.errors import Fault, Keys
from scenarios.model import Database, Kind
from scenarios.model.tracker import folded_login
from scenarios.text import MOST_HINTS, did_you_mean


@rule("unknown-theme", "A theme that the tracker does not declare")
def undeclared_themes(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item, an indicator or a half-life names a theme that tracker.yaml does not declare.

    Example: `theme: enregy`, and the tracker declares `energy`.
    To do: correct the name, or declare the theme under `themes` in tracker.yaml.
    """
    if loaded.broken["tracker"]:
        return  # it may declare them all
    declared = loaded.database.tracker.themes
    yield from _undeclared("theme", declared, _themes(loaded.database), "declare it")


@rule("unknown-analyst", "An analyst whom the tracker does not declare, where it declares some")
def undeclared_analysts(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A sheet or an item is by an analyst whom tracker.yaml does not declare, and it declares some.

    Example: `analyst: dsek`, and the tracker declares `desk` under `analysts`.
    To do: correct the name, or declare the analyst under `analysts` in tracker.yaml.
    """
    if declared := loaded.database.tracker.analysts:
        yield from _undeclared("analyst", declared, _analysts(loaded.database), "declare them")


@rule("same-login", "Two analysts with one login")
def same_logins(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Two analysts of the tracker have one login: the team's server cannot know who writes.

    Example: `asia: {name: Asia desk, login: Li@example.org}` and `li: {name: Li, login:
    li@example.org}`.
    To do: give each person one entry, with the role that covers all the person does.
    """
    first: dict[str, str] = {}
    for id, analyst in loaded.database.tracker.people.items():
        if analyst.login is None:
            continue
        other = first.setdefault(folded_login(analyst.login), id)
        if other != id:
            message = f"the login is that of '{other}' already"
            fault = Fault(("analysts", id, "login"), "value", "same-login", message, None)
            yield "tracker", "tracker", fault


Named = Iterator[tuple[Kind, str, Keys, str]]
"""The kind and id of a record, a key of it, and the name that stands there."""


def _undeclared(
    noun: str, declared: Collection[str], names: Named, declare: str
) -> Iterator[RecordFault]:
    hints: dict[str, str | None] = {}
    for kind, id, keys, name in names:
        if name in declared:
            continue
        if name not in hints and len(hints) < MOST_HINTS:
            hints[name] = did_you_mean(name, declared)
        message = f"tracker.yaml declares no {noun} '{name}'"
        hint = hints.get(name) or f"{declare} there, under '{noun}s'"
        at: Literal["key", "value"] = "key" if keys[-1] == name else "value"
        yield kind, id, Fault(keys, at, f"unknown-{noun}", message, hint)


def _themes(database: Database) -> Named:
    half_lives = database.tracker.half_life_days
    for name in half_lives if isinstance(half_lives, dict) else ():
        if name != "default":
            yield "tracker", "tracker", ("half_life_days", name), name
    for id, item in database.evidence.items():
        if item.theme is not None:
            yield "evidence", id, ("theme",), item.theme
    for id, scenario in database.scenarios.items():
        for key, indicator in scenario.indicators.items():
            if indicator.theme is not None:
                yield "scenario", id, ("indicators", key, "theme"), indicator.theme


def _analysts(database: Database) -> Named:
    for id, item in database.evidence.items():
        if item.analyst is not None:
            yield "evidence", id, ("analyst",), item.analyst
    for id, sheet in database.sheets.items():
        yield "forecasts", id, ("analyst",), sheet.analyst


RULES: tuple[ConsistencyRule, ...] = (undeclared_themes, undeclared_analysts, same_logins)
