"""Rate evidence that is already recorded."""

from typing import Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.written import report_effects
from scenarios.cli.tasks import command_of
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import RowAnswers, walk
from scenarios.errors import UsageError
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.tasks.evidence import RATING, rate
from scenarios.workspace.write_mode import WriteMode


def _rate(context: typer.Context, options: dict[str, Any], mode: WriteMode, form: Format) -> bool:
    evidence = options["evidence"]
    rated = parsing.scenario_ratings(options["ratings"] or ())
    fired = parsing.indicator_states(options["indicators"] or ())

    def ask() -> tuple[OpenDatabase, dict[str, Any]]:
        records = open_here(context).database.evidence if prompt.interactive() else {}
        id = prompt.one_of(
            evidence,
            "EVIDENCE",
            "Id of the item",
            lambda: records,
            lambda text: open_here(context).evidence(text),
        )
        answers = RowAnswers(dict(rated), dict(fired))
        (opened := open_here(context)).evidence(id)
        if not rated and not fired:
            if not prompt.interactive():
                raise UsageError("nothing to rate: give SCENARIO=CODE or --indicator")
            item = opened.database.evidence[id]
            try:
                walk(opened.database, answers, item.recorded, item)
            finally:  # where somebody stopped, what was answered is kept
                for option, values in zip(("RATING", "--indicator"), answers, strict=True):
                    retyping.remember(option, *(f"{id}={value}" for id, value in values.items()))
        day = max(parsing.today(), opened.database.evidence[id].recorded)
        return opened, {"evidence": id, **answers._asdict(), "date": day}

    def tried(asked: tuple[OpenDatabase, dict[str, Any]]) -> None:
        opened, answers = asked
        rate(opened.root, answers, mode._replace(dry_run=True, read=opened.read))

    missing = evidence is None or not (rated or fired)
    opened, answers = agreed(ask, tried, missing=missing)
    written = rate(opened.root, answers, mode._replace(read=opened.read))
    report_effects(context.obj, written, answers["evidence"], answers["date"], form)
    return True


command = command_of(RATING, instead=_rate)
