"""The task of turning a proposal down."""

from msgspec.structs import replace

from scenarios.workspace.inbox import dismiss, waiting_at
from scenarios.workspace.tasks.task import (
    ANALYST,
    DATE,
    PROSE,
    AnswerContext,
    FormSection,
    Question,
    Task,
)


def _read(text: str, at: AnswerContext) -> str:
    return waiting_at(at.opened.root, text).id if at.opened else text


_LISTED = "As `scen inbox` lists it."
PROPOSAL = Question("proposal", "Id of the proposal", _LISTED, _read, option="ID", is_needed=True)
_ASKED = "Who dismisses it (or set SCEN_ANALYST)"
_WHO = replace(ANALYST, question=_ASKED, label="Who dismisses it")
TASK = Task(
    name="dismissal",
    title="Dismiss a proposal",
    save="Dismiss it",
    lead="It is cut to its address and ids, so that the same is not proposed again.",
    help="Turn a proposal down, so that it is not proposed again.",
    asks=(PROPOSAL, PROSE("reason", "Why it is not recorded"), _WHO, DATE),
    groups=(FormSection("", "proposal reason analyst"),),
    write=lambda root, answers, how: dismiss(
        root, *(answers["proposal"], answers["reason"], answers["analyst"], answers["date"]), how
    ),
    names=lambda answers: str(answers["proposal"]),
)
