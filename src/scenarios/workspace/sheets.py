"""An analyst's sheet of one day: written, or extended by a probability."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import UNSET

from scenarios.analysis.forecasts import current_forecasts, refusal
from scenarios.errors import NAMED, Keys, ScenError, UsageError, folded
from scenarios.model import Database, Sheet
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
    """One forecast, and who `proposed` it, if anyone; a probability of None withdraws."""

    scenario: str
    probability: float | None
    rationale: str | None
    evidence: tuple[str, ...]
    proposed: dict[str, Any] | None = None


class PreparedSheet(NamedTuple):
    """A sheet that was prepared in a file."""

    analyst: str
    date: date
    entries: list[ForecastEntry]


def figures_of(entries: Sequence[ForecastEntry]) -> str:
    """`trade 40%, pact withdrawn`."""
    return ", ".join(
        f"{e.scenario} {'withdrawn' if e.probability is None else percent(e.probability)}"
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
        return new_file("forecasts", id, sheet_record(on, analyst, entries))
    sheet, puts = opened.database.sheets[id], []
    for scenario, probability, rationale, evidence, proposed in entries:
        is_same = sheet.probabilities.get(scenario, UNSET) == probability
        if is_same and not (rationale or evidence or proposed):
            continue
        puts.append(KeyEdit(("probabilities", scenario), probability))
        extra = ("rationales", rationale), ("evidence", list(evidence)), ("proposed", proposed)
        for key, value in extra:
            if value or scenario in getattr(sheet, key):
                puts.append(KeyEdit((key, scenario), value or UNSET))
    return edited(opened.snapshot, "forecasts", id, puts)


def sheet_record(on: date, analyst: str, entries: Sequence[ForecastEntry]) -> dict[str, Any]:
    """A new sheet as its file has it."""
    return {
        "date": on.isoformat(),
        "analyst": analyst,
        "probabilities": {e.scenario: e.probability for e in entries},
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
            opened.scenario(entry.scenario)
        except ScenError as error:
            faults.append((keys, str(error)))
            continue
        fault = refusal(opened.database, entry.scenario, on)
        if fault is None and entry.probability is None:
            fault = _nothing_to_withdraw(opened.database, analyst, on, entry.scenario)
        faults += [(keys, fault)] if fault else []
        for number, id in enumerate(entry.evidence):
            try:
                opened.evidence(id)
            except ScenError as error:
                faults.append((("evidence", entry.scenario, number), str(error)))
    return faults


def _nothing_to_withdraw(database: Database, analyst: str, on: date, scenario: str) -> str | None:
    sheet = database.sheets.get(f"{on}-{analyst}")
    if analyst in current_forecasts(database, scenario, on) or (
        sheet and scenario in sheet.probabilities
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
            if id not in sheet.probabilities:
                fault = f"{key} of '{id}', and no probability of it"
                raise ScenError(_placed(path, lines.get((key, id)), fault))
    return PreparedSheet(
        sheet.analyst,
        sheet.date,
        [
            ForecastEntry(id, p, sheet.rationales.get(id), sheet.evidence.get(id, ()))
            for id, p in sheet.probabilities.items()
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
