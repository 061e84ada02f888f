"""Record a proposal, by the task of evidence, of a forecast or of a scenario."""

from collections.abc import Iterable
from typing import Any

import typer
from msgspec.structs import replace

from scenarios.analysis.review.inbox import proposals
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.tasks import command_of, run
from scenarios.cli.terminal import prompt
from scenarios.errors import UsageError
from scenarios.render.documents.due import draft_text
from scenarios.storage.proposals import waiting
from scenarios.workspace.inbox import answers_of, waiting_at
from scenarios.workspace.opened import find_root
from scenarios.workspace.tasks import dismissal, evidence, forecast, scenario
from scenarios.workspace.tasks.task import ANALYST, Question
from scenarios.workspace.write_mode import WriteMode

_OWN = {"summary": "--summary", "probability": "--probability"}
_FORECAST = "probability rationale"
_QUESTION = "title question criteria horizon prior basis reference opened set"
_ASKS = (
    *(dismissal.PROPOSAL, *evidence.TASK.asks),
    *(forecast.TASK.by_key[key] for key in _FORECAST.split()),
    *(scenario.TASK.by_key[key] for key in _QUESTION.split()),
)
_KINDS = {
    "evidence": ("an item", evidence.TASK, "add-evidence"),
    "forecast": ("a forecast", forecast.TASK, "forecast"),
    "question": ("a question", scenario.TASK, "new"),
}
"""The words, the task and the result of each kind of draft."""


def _accept(context: typer.Context, answers: dict[str, Any], mode: WriteMode, form: Format) -> bool:
    """Record a proposal; `answers` overrules its draft, and what both lack is asked for."""
    root = find_root(context.obj.database)
    id = prompt.one_of(
        answers["proposal"],
        "ID",
        "Id of the proposal",
        lambda: {id: draft_text(proposal) for id, proposal in waiting(root).waiting.items()},
        lambda text: waiting_at(root, text),
    )
    rows = proposals(waiting(root).waiting, open_here(context).database, parsing.today()).proposals
    proposal = waiting_at(root, id)
    by, is_item = proposal.proposal.proposed, proposal.proposal.evidence is not None
    what, task, context.obj.schema = _KINDS[proposal.proposal.kind]
    if prompt.interactive():
        prompt.tell(f"{draft_text(proposal.proposal)}\nproposed by {by}", 0)
    answers = {key: value for key, value in answers.items() if value is not None}
    wrong = {key for key in answers if answers[key]} - {"proposal", "analyst", *task.by_key}
    if wrong:
        raise UsageError(f"{id} is the draft of {what}: leave {', '.join(sorted(wrong))} out")
    row = next(row for row in rows if row.id == id)
    own = answers_of(proposal.proposal, row.event, row.origin)
    if is_item:
        words = "Who accepts it (or set SCEN_ANALYST)"
        answers["analyst"] = prompt.needed_as(
            answers.get("analyst"), "--analyst", words, parsing.id, ANALYST.explanation
        )
        if not prompt.interactive():  # where nobody sees a suggestion before it is written
            item = proposal.proposal.item
            own["observed"] = item.observed or f"{by.on}"
            own["event"], own["origin"] = item.event, item.origin
    answers = {**dict.fromkeys(task.by_key), **own, **answers, "proposal": proposal}
    if not is_item:
        run(replace(task, asks=_named(task.asks)), context, answers, mode, form)
    else:
        from scenarios.cli.commands.add_evidence import record  # noqa: PLC0415 - a proposed item alone

        record(context, answers, mode, form)
    if (proposer := proposal.proposal.proposer).suggested:
        say(f"{proposer}")
    return True


def _named(asks: Iterable[Question]) -> tuple[Question, ...]:
    """Questions whose answers have options here."""
    return tuple(replace(ask, option=_OWN.get(ask.key, ask.option)) for ask in asks)


command = command_of(
    replace(
        evidence.TASK,
        help="Record a proposal that waits: rate the evidence, state the forecast,"
        " or give the question its prior.",
        asks=_named(_ASKS),
        options=f"proposal {evidence.TASK.options} {_FORECAST} {_QUESTION}",
    ),
    instead=_accept,
)
