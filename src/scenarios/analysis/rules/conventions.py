"""Faults of the conventions in tracker.yaml, and themes and analysts that it does not declare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scenarios.analysis.rules.rule import Between, Found, Known, Rule
from scenarios.errors import Fault, Keys
from scenarios.model import Analyst, Code, Database, Kind, ThemeId
from scenarios.text import MOST_HINTS, did_you_mean


def decibans_out_of_order(known: Known) -> Iterator[Found]:
    """A stronger code is worth less than a weaker one.

    Example: `decibans: {CC: 5, C: 10, N: 0, I: -5, II: -10}` in tracker.yaml.
    To do: choose values with CC ≥ C ≥ 0 ≥ I ≥ II.
    """
    worth = known.database.tracker.decibans
    codes: tuple[Code, ...] = ("CC", "C", "N", "I", "II")
    for more, less in pairwise(codes):
        if worth[more] < worth[less]:
            message = f"'{more}' ({worth[more]:g}) is worth less than '{less}' ({worth[less]:g})"
            hint = "CC ≥ C ≥ 0 ≥ I ≥ II"
            keys = ("decibans", more)
            fault = Fault(keys, "value", "decibans-order", message, hint)
            yield "tracker", "tracker", fault


def correlations_out_of_order(known: Known) -> Iterator[Found]:
    """Lines of one theme are less alike than lines of different themes.

    Example: `evidence_dependence: {within: 0.2, between: 0.6}` in tracker.yaml.
    To do: choose values with 0 ≤ between ≤ within ≤ 1.
    """
    within = known.database.tracker.dependence.within
    between = known.database.tracker.dependence.between
    if within < between:
        message = f"'within' ({within:g}) is less than 'between' ({between:g})"
        hint = "lines of one theme are at least as alike as others: between ≤ within"
        keys = ("evidence_dependence", "within")
        fault = Fault(keys, "value", "dependence-order", message, hint)
        yield "tracker", "tracker", fault


def undeclared_themes(known: Known) -> Iterator[Found]:
    """An item or an indicator names a theme that tracker.yaml does not declare.

    Example: `theme: enregy`, and the tracker declares `energy`.
    To do: correct the name, or declare the theme under `themes` in tracker.yaml.
    """
    if known.broken["tracker"]:
        return  # it may declare them all
    declared = known.database.tracker.themes
    hints: dict[ThemeId, str | None] = {}
    for kind, id, keys, theme in _themes(known.database):
        if theme in declared:
            continue
        if theme not in hints and len(hints) < MOST_HINTS:
            hints[theme] = did_you_mean(theme, declared)
        message = f"tracker.yaml declares no theme '{theme}'"
        hint = hints.get(theme) or "declare it there, under 'themes'"
        yield kind, id, Fault(keys, "value", "unknown-theme", message, hint)


def undeclared_analysts(known: Known) -> Iterator[Found]:
    """A sheet or an item is by an analyst whom tracker.yaml does not declare, and it declares some.

    Example: `analyst: dsek`, and the tracker declares `desk` under `analysts`.
    To do: correct the name, or declare the analyst under `analysts` in tracker.yaml.
    """
    declared = known.database.tracker.analysts
    if not declared:
        return
    hints: dict[Analyst, str | None] = {}
    for kind, id, analyst in _analysts(known.database):
        if analyst in declared:
            continue
        if analyst not in hints and len(hints) < MOST_HINTS:
            hints[analyst] = did_you_mean(analyst, declared)
        message = f"tracker.yaml declares no analyst '{analyst}'"
        hint = hints.get(analyst) or "declare them there, under 'analysts'"
        yield kind, id, Fault(("analyst",), "value", "unknown-analyst", message, hint)


RULES: tuple[Between, ...] = (
    Rule(
        "decibans-order",
        "A stronger code that is worth less than a weaker one",
        "error",
        decibans_out_of_order,
    ),
    Rule(
        "dependence-order",
        "Lines of one theme that are less alike than others",
        "error",
        correlations_out_of_order,
    ),
    Rule("unknown-theme", "A theme that the tracker does not declare", "error", undeclared_themes),
    Rule(
        "unknown-analyst",
        "An analyst whom the tracker does not declare, where it declares some",
        "error",
        undeclared_analysts,
    ),
)


def _themes(database: Database) -> Iterator[tuple[Kind, str, Keys, ThemeId]]:
    for id, item in database.evidence.items():
        if item.theme is not None:
            yield "evidence", id, ("theme",), item.theme
    for id, scenario in database.scenarios.items():
        for key, indicator in scenario.indicators.items():
            if indicator.theme is not None:
                yield "scenario", id, ("indicators", key, "theme"), indicator.theme


def _analysts(database: Database) -> Iterator[tuple[Kind, str, Analyst]]:
    for id, item in database.evidence.items():
        if item.analyst is not None:
            yield "evidence", id, item.analyst
    for id, sheet in database.sheets.items():
        yield "forecasts", id, sheet.analyst
