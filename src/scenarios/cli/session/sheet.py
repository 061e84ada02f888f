"""The end of a sitting: the sheet is written, and what the others and the evidence say is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import typer

from scenarios.analysis.review.agenda import refusal
from scenarios.analysis.review.feedback import Reveal, reveal, sums
from scenarios.cli.committing import subject
from scenarios.cli.desk import Desk, Written, write
from scenarios.cli.options import Format
from scenarios.cli.sheets import Entry, sheet_draft
from scenarios.cli.terminal.output import show, shown, width
from scenarios.cli.terminal.written import report_written
from scenarios.errors import ScenError
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.render.documents.session import reveal_text, sums_text
from scenarios.storage.records import path_of

if TYPE_CHECKING:
    from scenarios.storage.edits import Draft

Keys = tuple[str | int, ...]
Placed = Callable[[Keys, str], str]
"""A fault with the place of its keys before it."""


class End(NamedTuple):
    """Who said what on which day, and what else came of the sitting."""

    analyst: Analyst
    on: date
    entries: Sequence[Entry]
    blind: Mapping[ScenarioId, float | None] = {}
    skipped: Sequence[ScenarioId] = ()
    rated: Sequence[EvidenceId] = ()

    @property
    def sheet(self) -> str:
        """The id of the sheet."""
        return f"{self.on}-{self.analyst}"


def write_sheet(
    context: typer.Context,
    end: End,
    *,
    dry_run: bool,
    commit: bool,
    placed: Placed = lambda _, fault: fault,
) -> Written:
    """Write the day's sheet, or put the figures into it; refuse all of them where one is wrong."""

    def draft(desk: Desk) -> list[Draft]:
        faults = [placed(keys, fault) for keys, fault in _faults(desk, end)]
        if faults:
            raise ScenError("; ".join([*faults, "nothing was written"]))
        return [sheet_draft(desk, end.analyst, end.on, end.entries)]

    def named(written: Written) -> str:
        moves = [(one.scenario, one.before, one.after) for one in _reveals(written, end)]
        return subject(f"forecast: {end.sheet}", moves)

    return write(context, draft, edits=True, dry_run=dry_run, commit=named if commit else None)


def report_sheet(written: Written, end: End, form: Format) -> None:
    """The paths, the figures, what they add up to in a set."""
    reveals = _reveals(written, end)
    ids = [entry.scenario for entry in end.entries]
    added = sums(written.after.database, end.analyst, end.on, ids)
    parts = [reveal_text(reveals), sums_text(added, end.analyst, width())]
    text = "\n\n".join(part for part in parts if part)
    paths = [*_rated(written.before, end), *written.paths]
    answers = [_answer(one, entry, end) for one, entry in zip(reveals, end.entries, strict=True)]
    about = {**_about(end), "sheet": end.sheet, "paths": paths, "answers": answers}
    report_written(written, end.sheet, form, text, **about)


def report_nothing(desk: Desk, end: End, form: Format, *, dry_run: bool) -> None:
    """That there is no sheet, and what was done all the same."""
    about = {**_about(end), "sheet": None, "paths": _rated(desk, end), "answers": []}
    value = {"id": None, "dry_run": dry_run, **about}
    show(value, lambda: "no sheet was written", form)


def _faults(desk: Desk, end: End) -> list[tuple[Keys, str]]:
    """Why the figures cannot be recorded, each with the keys that lead to it."""
    found: list[tuple[Keys, str]] = []
    for entry in end.entries:
        keys: Keys = ("probabilities", entry.scenario)
        try:
            desk.scenario(entry.scenario)
        except ScenError as error:
            found.append((keys, str(error)))
            continue
        fault = refusal(desk.database, entry.scenario, end.on)
        found += [(keys, fault)] if fault else []
        for number, id in enumerate(entry.evidence):
            try:
                desk.evidence(id)
            except ScenError as error:
                found.append((("evidence", entry.scenario, number), str(error)))
    return found


def _reveals(written: Written, end: End) -> tuple[Reveal, ...]:
    before, after = written.before.database, written.after.database
    return reveal(before, after, end.analyst, end.on, [entry.scenario for entry in end.entries])


def _answer(one: Reveal, entry: Entry, end: End) -> dict[str, Any]:
    blind = end.blind.get(one.scenario, one.after)
    return {
        **msgspec.to_builtins(one),
        "reaffirmed": one.after is not None and one.after == one.before,
        "rationale": entry.rationale,
        "revised_from": blind if blind != one.after else None,
    }


def _about(end: End) -> dict[str, Any]:
    about = {"analyst": end.analyst, "date": end.on}
    return {**about, "skipped": list(end.skipped), "rated": list(end.rated)}


def _rated(desk: Desk, end: End) -> list[str]:
    return [shown(desk.root / path_of("evidence", id)) for id in end.rated]
