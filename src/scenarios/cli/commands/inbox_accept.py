"""Record a proposal, by the task of evidence or of a forecast."""

from typing import Any

import typer
from msgspec.structs import replace

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.streams import schema
from scenarios.cli.tasks import command_of, run
from scenarios.cli.terminal import prompt
from scenarios.errors import UsageError
from scenarios.render.documents.due import draft_text
from scenarios.workspace.how import How
from scenarios.workspace.inbox import answers_of, waiting, waiting_at
from scenarios.workspace.opened import find_root
from scenarios.workspace.tasks import dismissal, evidence, forecast

_OWN = {"summary": "--summary", "probability": "--probability"}
_ASKS = (dismissal.PROPOSAL, *evidence.TASK.asks, *forecast.TASK.asks[1:3])
_FORECAST = ("probability", "rationale")


def _accept(context: typer.Context, given: dict[str, Any], how: How, form: Format) -> bool:
    """Record a proposal; `given` overrules its draft, and what both lack is asked for."""
    root = find_root(context.obj)
    id = prompt.one_of(
        given["proposal"],
        "ID",
        "Id of the proposal",
        lambda: {id: draft_text(proposal) for id, proposal in waiting(root).waiting.items()},
        lambda text: waiting_at(root, text),
    )
    proposal = waiting_at(root, id)
    draft, by = proposal.proposal.forecast, proposal.proposal.proposed
    task = forecast.TASK if draft else evidence.TASK
    schema.set("forecast" if draft else "add-evidence")
    if prompt.interactive():
        prompt.tell(f"{draft_text(proposal.proposal)}\nproposed by {by}", 0)
    given = {key: value for key, value in given.items() if value is not None}
    wrong = {key for key in given if given[key] and (key in _FORECAST) != bool(draft)}
    if wrong := wrong - {"proposal", "analyst"}:
        what, options = "a forecast" if draft else "an item", ", ".join(sorted(wrong))
        raise UsageError(f"{id} is the draft of {what}: leave {options} out")
    own = answers_of(proposal.proposal, open_here(context).database.sources)
    if not draft:
        words = "Who accepts it (or set SCEN_ANALYST)"
        given["analyst"] = prompt.needed_as(given.get("analyst"), "--analyst", words, parsing.id)
        if given.keys() & {"ratings", "indicators"}:  # which a person puts in place of all of them
            own |= {"ratings": None, "indicators": None}
        if not prompt.interactive():
            own["observed"] = own["observed"] or f"{by.on}"
    given = {**dict.fromkeys(task.by_key), **own, **given, "proposal": proposal}
    if draft:
        run(task, context, given, how, form)
        return True
    from scenarios.cli.commands.add_evidence import record

    return record(context, given, how, form)


command = command_of(
    replace(
        evidence.TASK,
        help="Record a proposal that waits: rate the evidence, or state the forecast.",
        asks=tuple(replace(ask, option=_OWN.get(ask.key, ask.option)) for ask in _ASKS),
        options=f"proposal {evidence.TASK.options} {' '.join(_FORECAST)}",
    ),
    instead=_accept,
)
