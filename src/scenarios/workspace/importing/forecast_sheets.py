"""The sheets that imported forecasts make, and the edits of those that are there."""

import datetime as dt
from collections import Counter
from collections.abc import Container, Iterable
from typing import Any

from msgspec import to_builtins

from scenarios.analysis.changes import figure_words
from scenarios.analysis.forecasts import refusal
from scenarios.exchange.arrivals import ForeignId, ImportForecast
from scenarios.model import Database, Sheet
from scenarios.storage.edits import KeyEdit
from scenarios.workspace.importing.records import KnownIds, day_of
from scenarios.workspace.importing.settings import ImportCount, InvalidRecord, RowErrors, Settings
from scenarios.workspace.sheets import HIGHEST, LOWEST, ForecastEntry

SheetEntries = dict[str, tuple[ForecastEntry, ImportForecast]]
"""The forecasts of a sheet by scenario, each as it is written and as it arrived."""


def sheets(
    forecasts: Iterable[ImportForecast],
    known_ids: KnownIds,
    asked: Database,
    settings: Settings,
    faults: RowErrors,
) -> tuple[dict[tuple[dt.date, str], SheetEntries], Counter[str]]:
    """The entries of each day and analyst; of several by an analyst on one day the last stands.

    Also the numbers of forecasts that are `superseded`, `clipped` and `idle`. A forecast that would
    never count for the scenarios `asked` is a fault, or from a site left out.
    """
    of: dict[tuple[dt.date, str], SheetEntries] = {}
    counts = Counter[str]()
    for forecast in sorted(forecasts, key=lambda forecast: _moment(forecast.timestamp, settings)):
        position, analyst = forecast.position, forecast.analyst
        if position in faults:
            continue
        on = day_of(forecast.timestamp, settings.timezone)
        try:
            entry = _entry(forecast, known_ids, settings)
        except InvalidRecord as error:
            faults.add(position, str(error))
            continue
        is_to_come = settings.latest is not None and on > settings.latest  # its sheet is at fault
        if not is_to_come and (why := _never_counts(asked, entry.scenario, on, analyst)):
            if isinstance(forecast.scenario, ForeignId):
                counts["idle"] += 1
            else:
                faults.add(position._replace(column=forecast.columns.get("date", "date")), why)
            continue
        sheet = of.setdefault((on, analyst), {})
        counts["superseded"] += entry.scenario in sheet
        counts["clipped"] += entry.probability != forecast.probability
        sheet[entry.scenario] = entry, forecast
    return of, counts


def _never_counts(asked: Database, scenario: str, on: dt.date, analyst: str) -> str | None:
    """Why a new forecast would never count."""
    sheet = asked.sheets.get(f"{on}-{analyst}")
    if scenario not in asked.scenarios or (sheet and scenario in sheet.figures):
        return None
    return refusal(asked, scenario, on)


def edits(
    sheet: Sheet,
    id: str,
    entries: SheetEntries,
    settings: Settings,
    count: ImportCount,
    faults: RowErrors,
    quantities: Container[str],
) -> list[KeyEdit]:
    """Changes of the existing sheet of a day."""
    puts: list[KeyEdit] = []
    for entry, arrival in entries.values():
        is_new, is_quantity = entry.scenario not in sheet.figures, entry.scenario in quantities
        added = _puts(sheet, entry, "quantiles" if is_quantity else "probabilities")
        if added and not is_new and not settings.update:
            old, now = sheet.figures[entry.scenario], entry.figure
            what = f"{_words(old)} there, {_words(now)} here" if old != now else "other words"
            message = f"{id} says something else of {entry.scenario}: {what}; --update takes this"
            faults.add(arrival.position, message)
            continue
        count.added += is_new
        count.updated += bool(added) and not is_new
        count.unchanged += not added
        puts += added
    return puts


def _moment(day: dt.date, settings: Settings) -> dt.datetime:
    if not isinstance(day, dt.datetime):
        return dt.datetime.combine(day, dt.time(), settings.timezone)
    return day if day.tzinfo else day.replace(tzinfo=settings.timezone)


def _entry(forecast: ImportForecast, known_ids: KnownIds, settings: Settings) -> ForecastEntry:
    scenario = known_ids.named("scenario", forecast.scenario)
    evidence = tuple(known_ids.named("evidence", id) for id in forecast.evidence)
    p = forecast.probability
    if p is not None and not LOWEST <= p <= HIGHEST:
        if not settings.clip or not 0 <= p <= 1:
            bound = LOWEST if p < LOWEST else HIGHEST
            raise InvalidRecord(
                f"{p:.12g} leaves no doubt, and a forecast lies between {LOWEST} and {HIGHEST}:"
                f" --clip takes {bound} for it"
            )
        p = min(max(p, LOWEST), HIGHEST)
    quantiles = None if forecast.quantiles is None else dict(forecast.quantiles)
    return ForecastEntry(scenario, p, forecast.rationale, evidence, quantiles=quantiles)


def _puts(sheet: Sheet, entry: ForecastEntry, key: str) -> list[KeyEdit]:
    id, puts = entry.scenario, []
    if to_builtins(sheet.figures.get(id, "")) != entry.figure:
        puts.append(KeyEdit((key, id), entry.figure))
    if entry.rationale and sheet.rationales.get(id) != entry.rationale:
        puts.append(KeyEdit(("rationales", id), entry.rationale))
    if entry.evidence and sheet.evidence.get(id, ()) != entry.evidence:
        puts.append(KeyEdit(("evidence", id), list(entry.evidence)))
    return puts


def _words(figure: Any) -> str:
    return f"{figure:.6g}" if isinstance(figure, float) else figure_words(figure)
