"""What people state, and what came of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.analysis.evidence.knowledge import members, resolution
from scenarios.analysis.forecasts.stated import standing, stated
from scenarios.analysis.review.explanation import explain
from scenarios.cli import parsing
from scenarios.cli.committing import subject as commit_subject
from scenarios.cli.desk import Desk, Written, open_desk, opened, write
from scenarios.cli.options import Analyst, As, Commit, DryRun, Format, _Evidence
from scenarios.cli.sheets import Entry, prepared, sheet_draft
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report_written
from scenarios.errors import ScenError, UsageError
from scenarios.render.text import percent, signed, table


def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    probability: Annotated[
        str | None, typer.Argument(metavar="P|withdraw", help="0.7 or 70%; withdraw takes it back.")
    ] = None,
    rationale: Annotated[str | None, typer.Option(help="Why.")] = None,
    evidence: _Evidence = None,
    analyst: Analyst = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A whole sheet, as YAML.")
    ] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """State a probability in the day's sheet of one analyst."""
    if from_ is not None:
        if scenario is not None or rationale is not None or evidence:
            raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
        analyst, day, entries = prepared(context, from_, analyst, day)
    else:
        scenario = prompt.one_of(
            scenario,
            "SCENARIO",
            "The scenario that you forecast",
            lambda: open_desk(context).database.scenarios,
        )
        value = prompt.needed_as(probability, "P", "Its probability, or withdraw", _figure)
        if rationale is None and prompt.interactive():
            rationale = prompt.optional("Why (Enter = no reason given)", str)
            prompt.remember("--rationale", rationale or "")
        entries = [Entry(scenario, value, rationale or None, tuple(evidence or ()))]
    analyst = prompt.needed_as(
        analyst, "--analyst", "Who forecasts (or set SCEN_ANALYST)", parsing.id
    )
    on = day or parsing.today()

    def draft(desk: Desk) -> Any:
        for entry in entries:
            _refuse_closed(desk, entry.scenario, on)
            for id in entry.evidence:
                desk.evidence(id)
        return [sheet_draft(desk, analyst, on, entries)]

    ids = [entry.scenario for entry in entries]

    def subject(written: Written) -> str:

        moves = [(f["scenario"], f["before"], f["after"]) for f in _figures(written, ids, on)]
        return commit_subject(f"forecast: {on}-{analyst}", moves)

    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject if commit else None)
    figures = _figures(written, ids, on)
    text = _figures_table(figures) + _sums(written, analyst, figures, on)
    report_written(written, f"{on}-{analyst}", form, text, figures=figures)


def _figure(text: str) -> float | None:
    return None if text.strip().lower() == "withdraw" else parsing.chance(text)


def _refuse_closed(desk: Desk, scenario: str, on: date) -> None:

    opened(desk, scenario, on)
    outcome = resolution(desk.database, scenario)
    if outcome and outcome.date <= on:
        raise ScenError(
            f"the outcome of {scenario} was known on {outcome.date}: "
            f"a forecast of {on} would not count; nothing was written"
        )


def _figures(written: Written, ids: list[str], on: date) -> list[dict[str, Any]]:
    """The stated probability before and after, beside what the evidence implies."""
    found = []
    for id in ids:
        now = explain(written.after.database, id, on)
        was = stated(written.before.database, id, on)
        found.append(
            {
                "scenario": id,
                "before": was.probability if was else None,
                "after": now.stated.probability if now.stated else None,
                "analysts": now.stated.analysts if now.stated else 0,
                "implied": now.implied.probability,
                "gap_decibans": now.gap_decibans,
            }
        )
    return found


def _figures_table(figures: list[dict[str, Any]]) -> str:

    rows = [
        [
            f["scenario"],
            percent(f["before"]) if f["before"] is not None else "–",
            percent(f["after"]) if f["after"] is not None else "–",
            f["analysts"],
            percent(f["implied"]),
            signed(f["gap_decibans"]) if f["gap_decibans"] is not None else "–",
        ]
        for f in figures
    ]
    headers = ["scenario", "stated before", "after", "n", "implied", "gap dB"]
    return table(rows, headers, right=(1, 2, 3, 4, 5))


def _sums(written: Written, analyst: str, figures: list[dict[str, Any]], on: date) -> str:
    """What one analyst's figures add up to in each set that was touched and is complete."""
    database = written.after.database
    touched = {database.scenarios[f["scenario"]].set for f in figures}
    lines = ""
    for set_id in sorted(s for s in touched if s):
        ids = members(database, set_id)
        own = [standing(database, id, on).get(analyst) for id in ids]
        given = [s.probability for s in own if s]
        lines += f"\n{set_id}: {analyst} gives {len(given)} of {len(ids)}, sum {sum(given):.3f}"
    return "\n" + lines if lines else ""
