"""The stated probability: what people forecast, and who stands behind it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.knowledge import contends, members
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId, Sheet, SheetId
from scenarios.scales import decibans, probability


class Standing(msgspec.Struct, frozen=True):
    """One analyst's forecast that stands at a date."""

    probability: float
    date: date
    sheet: SheetId


class Stated(msgspec.Struct, frozen=True):
    """The stated probability and the analysts behind it; `normalised` where a set made it so."""

    probability: float
    analysts: tuple[Analyst, ...]
    normalised: bool = False


class Given(msgspec.Struct, frozen=True):
    """What one sheet said of one scenario."""

    sheet: SheetId
    date: date
    analyst: Analyst
    probability: float | None
    rationale: str | None
    evidence: tuple[EvidenceId, ...]


def given(
    database: Database, scenario_id: ScenarioId, since: date | None, until: date
) -> list[Given]:
    """Every forecast of a scenario after `since` and up to `until`, oldest first."""
    sheets = (
        (id, sheet)
        for id, sheet in database.sheets.items()
        if scenario_id in sheet.probabilities
        and sheet.date <= until
        and (since is None or sheet.date > since)
    )
    return [_given(id, sheet, scenario_id) for id, sheet in sorted(sheets, key=_by_date)]


def standing(database: Database, scenario_id: ScenarioId, as_of: date) -> dict[Analyst, Standing]:
    """Each analyst's latest forecast at `as_of`, unless withdrawn or expired."""
    latest = {entry.analyst: entry for entry in given(database, scenario_id, None, as_of)}
    days = database.tracker.forecast_expires_days
    oldest = date.min if days is None else as_of - timedelta(days=min(days, as_of.toordinal() - 1))
    return {
        analyst: Standing(entry.probability, entry.date, entry.sheet)
        for analyst, entry in sorted(latest.items())
        if entry.probability is not None and entry.date >= oldest
    }


def stated(database: Database, scenario_id: ScenarioId, as_of: date) -> Stated | None:
    """The geometric mean of odds of the standing forecasts (Satopää et al. 2014).

    In a set the means are normalised, but only where every member in it has a standing figure.
    """
    own = standing(database, scenario_id, as_of)
    if not own:
        return None
    mean = _mean(own)
    together = {scenario_id: mean}
    set_id = database.scenarios[scenario_id].set
    for other in members(database, set_id) if set_id else ():
        if other == scenario_id or not contends(database, other, as_of):
            continue
        figures = standing(database, other, as_of)
        if not figures:
            return Stated(mean, tuple(own))
        together[other] = _mean(figures)
    whole = sum(together.values())
    if len(together) == 1 or abs(whole - 1) <= _ROUNDING:
        return Stated(mean, tuple(own))
    return Stated(mean / whole, tuple(own), normalised=True)


_ROUNDING = 1e-9


def _mean(figures: dict[Analyst, Standing]) -> float:
    if len(figures) == 1:
        return next(iter(figures.values())).probability
    return probability(sum(decibans(f.probability) for f in figures.values()) / len(figures))


def _by_date(entry: tuple[SheetId, Sheet]) -> tuple[date, SheetId]:
    return entry[1].date, entry[0]


def _given(id: SheetId, sheet: Sheet, scenario_id: ScenarioId) -> Given:
    return Given(
        id,
        sheet.date,
        sheet.analyst,
        sheet.probabilities[scenario_id],
        sheet.rationales.get(scenario_id),
        sheet.evidence.get(scenario_id, ()),
    )
