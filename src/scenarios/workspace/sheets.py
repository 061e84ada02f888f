"""An analyst's sheet of one day: written, or extended by a probability."""

import datetime as dt
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET

from scenarios.analysis.changes import figure_words
from scenarios.analysis.forecasts import current_forecasts, refusal
from scenarios.analysis.quantities.estimates import estimate_faults
from scenarios.errors import NAMED, Keys, ScenError, UsageError, folded
from scenarios.model import Database, Sheet
from scenarios.model.quantity import Quantiles
from scenarios.paths import id_of, path_of
from scenarios.scales import percent
from scenarios.storage import worktree
from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.edits import FileChange, KeyEdit, edited, new_file
from scenarios.storage.loader import decoded
from scenarios.storage.yaml.reader import KeyPlace, places, read
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write

LOWEST, HIGHEST = 0.0001, 0.9999
"""Bounds of a forecast in a sheet."""
Placed = Callable[[Keys, str], str]
"""A fault with the place of its keys before it."""


def unplaced(_keys: Keys, fault: str) -> str:
    """A fault of values without a file."""
    return fault


class ForecastEntry(NamedTuple):
    """One forecast, and who `proposed` it, if anyone; a probability of None withdraws.

    A quantity has `quantiles` instead, as a file has them.
    """

    scenario: str
    probability: float | None
    rationale: str | None
    evidence: tuple[str, ...]
    proposed: dict[str, Any] | None = None
    quantiles: dict[str, Any] | None = None

    @property
    def figure(self) -> Any:
        """The probability or the quantiles as a file has them; None withdraws."""
        return self.quantiles or self.probability


class PreparedSheet(NamedTuple):
    """A sheet that was prepared in a file."""

    analyst: str
    date: dt.date
    entries: list[ForecastEntry]


def figures_of(entries: Sequence[ForecastEntry]) -> str:
    """`trade 40%, pact withdrawn`."""
    return ", ".join(
        f"{e.scenario} {figure_words(e.quantiles)}"
        if e.quantiles
        else f"{e.scenario} {'withdrawn' if e.probability is None else percent(e.probability)}"
        for e in entries
    )


def record_entries(
    root: Path,
    analyst: str,
    on: date,
    entries: Sequence[ForecastEntry],
    mode: WriteMode = AS_USUAL,
    *,
    placed: Placed = unplaced,
    words: Callable[[WriteResult], str],
    accepted: FileChange | None = None,
) -> WriteResult:
    """Put an analyst's probabilities into the sheet of a day, all of them or none.

    `placed` puts the place of a fault's keys before it; `words` gives the commit's subject. The
    file of the `accepted` proposal is removed in the same write.
    """

    def draft(opened: OpenDatabase) -> list[FileChange]:
        faults = [placed(keys, fault) for keys, fault in sheet_faults(opened, analyst, on, entries)]
        if faults:
            raise ScenError("; ".join([*faults, "nothing was written"]))
        sheet = sheet_draft(opened, analyst, on, entries)
        return [accepted, sheet] if accepted else [sheet]

    figures = f"forecast of {on} by {analyst}: {figures_of(entries)}"
    what = f"inbox accept {id_of(accepted.path)}" if accepted else figures
    return write(root, draft, what, mode, subject=words)


def sheet_draft(
    opened: OpenDatabase, analyst: str, on: date, entries: Sequence[ForecastEntry]
) -> FileChange:
    """The draft of the day's sheet with these entries: a new sheet, or an edit of the old.

    A second forecast replaces the reason and evidence of the first too. The same figure without
    either confirms the first, which stays.
    """
    id = f"{on}-{analyst}"
    opened.refuse_left_out("forecasts", id, opened.database.sheets)
    if path_of("forecasts", id) not in opened.snapshot:
        return new_file(
            "forecasts", id, sheet_record(on, analyst, entries, opened.database.quantities)
        )
    sheet, puts = opened.database.sheets[id], []
    for entry in entries:
        scenario, of = entry.scenario, _key(opened.database, entry.scenario)
        is_same = msgspec.to_builtins(getattr(sheet, of).get(scenario, "")) == entry.figure
        if is_same and not (entry.rationale or entry.evidence or entry.proposed):
            continue
        puts.append(KeyEdit((of, scenario), entry.figure))
        extra = {"rationales": entry.rationale, "evidence": list(entry.evidence)}
        for key, value in (extra | {"proposed": entry.proposed}).items():
            if value or scenario in getattr(sheet, key):
                puts.append(KeyEdit((key, scenario), value or UNSET))
    return edited(opened.snapshot, "forecasts", id, puts)


def _key(database: Database, scenario: str) -> Literal["probabilities", "quantiles"]:
    """The key of a sheet that has the figure of a scenario."""
    return "quantiles" if scenario in database.quantities else "probabilities"


def sheet_record(
    on: date, analyst: str, entries: Sequence[ForecastEntry], quantities: Container[str] = ()
) -> dict[str, Any]:
    """A new sheet as its file has it; a withdrawal is that of one of the `quantities` or not."""
    figures: dict[str, dict[str, Any]] = {"probabilities": {}, "quantiles": {}}
    for entry in entries:
        is_quantity = bool(entry.quantiles) or entry.scenario in quantities
        figures["quantiles" if is_quantity else "probabilities"][entry.scenario] = entry.figure
    return {
        "date": on.isoformat(),
        "analyst": analyst,
        **{key: own for key, own in figures.items() if own or not (entries or key == "quantiles")},
        "rationales": {e.scenario: e.rationale for e in entries if e.rationale},
        "evidence": {e.scenario: list(e.evidence) for e in entries if e.evidence},
        "proposed": {e.scenario: e.proposed for e in entries if e.proposed},
    }


def sheet_faults(
    opened: OpenDatabase, analyst: str, on: date, entries: Sequence[ForecastEntry]
) -> list[tuple[Keys, str]]:
    """Why the figures cannot be recorded, each with the keys that lead to it."""
    faults: list[tuple[Keys, str]] = []
    for entry in entries:
        keys: Keys = ("probabilities", entry.scenario)
        try:
            keys = (_key(opened.database, opened.scenario(entry.scenario)), entry.scenario)
        except ScenError as error:
            faults.append((keys, str(error)))
            continue
        fault = refusal(opened.database, entry.scenario, on)
        if fault is None and entry.figure is not None:
            fault = _of_other_kind(opened.database, entry, on)
        if fault is None and entry.figure is None:
            fault = _nothing_to_withdraw(opened.database, analyst, on, entry.scenario)
        faults += [(keys, fault)] if fault else []
        for number, id in enumerate(entry.evidence):
            try:
                opened.evidence(id)
            except ScenError as error:
                faults.append((("evidence", entry.scenario, number), str(error)))
    return faults


def _of_other_kind(database: Database, entry: ForecastEntry, on: date) -> str | None:
    """A probability of a quantity, or quantiles of a question with a yes or a no."""
    id, quantity = entry.scenario, database.scenarios[entry.scenario].quantity
    if quantity is None:
        return f"{id} has a yes or a no: write scen forecast {id} 40%" if entry.quantiles else None
    if entry.quantiles is None:
        return f"{id} is a quantity: write scen forecast {id} p10=… p50=… p90=…"
    quantiles = msgspec.convert(entry.quantiles, Quantiles)
    return next((why for _, why in estimate_faults(quantity, quantiles, on)), None)


def _nothing_to_withdraw(database: Database, analyst: str, on: date, scenario: str) -> str | None:
    sheet = database.sheets.get(f"{on}-{analyst}")
    own = (database.sheets[id] for id in database.estimating.get(scenario, ()))
    given = [s for s in own if s.analyst == analyst and s.date <= on]
    if given and given[-1].quantiles[scenario]:
        return None
    if analyst in current_forecasts(database, scenario, on) or (
        sheet and scenario in sheet.figures
    ):
        return None
    return (
        f"no forecast of {scenario} by {analyst} stands on {on}: there is nothing to withdraw;"
        f" scen show {scenario} has who forecast it"
    )


def read_sheet(
    path: Path, analyst: str | None, on: date | None, *, otherwise: str | None = None
) -> PreparedSheet:
    """A sheet from a file: `analyst` and `on` override its own, `otherwise` fills in an analyst."""
    data = worktree.first_bytes(path, MAX_BYTES)
    value, faults = read(str(path), data)
    if faults:
        raise ScenError("; ".join(map(str, folded(faults))))
    if isinstance(value, dict):
        value = ({"analyst": otherwise} if otherwise else {}) | value
        value |= {"analyst": analyst} if analyst else {}
        value |= {"date": on.isoformat()} if on else {}
        if isinstance(figures := value.get("probabilities"), dict):
            value["probabilities"] = {id: _figure(figure) for id, figure in figures.items()}
    sheet, wrong = decoded("forecasts", value)
    lines = places(data)
    if not isinstance(sheet, Sheet):
        named = [_placed(path, lines.get(f.keys), f.message) for f in wrong[:NAMED]]
        more = [f"and {len(wrong) - NAMED:,} more"] if len(wrong) > NAMED else []
        raise ScenError("; ".join([*named, *more]))
    for key, texts in (("rationales", sheet.rationales), ("evidence", sheet.evidence)):
        for id in texts:
            if id not in sheet.figures:
                fault = f"{key} of '{id}', and no probability of it"
                raise ScenError(_placed(path, lines.get((key, id)), fault))
    return PreparedSheet(
        sheet.analyst,
        sheet.date,
        [
            ForecastEntry(
                id,
                sheet.probabilities.get(id),
                sheet.rationales.get(id),
                sheet.evidence.get(id, ()),
                quantiles=msgspec.to_builtins(sheet.quantiles.get(id)),
            )
            for id in sheet.figures
        ],
    )


def _figure(value: Any) -> Any:
    """A probability as `scen forecast` reads it; a text that it refuses stays as it is."""
    with suppress(UsageError):
        return typed_in.forecast(value) if isinstance(value, str) else value
    return value


def _placed(path: Path, position: KeyPlace | None, message: str) -> str:
    where = f"{path}:{position.value_line}:{position.value_column}" if position else path
    return f"{where}: {message}"
