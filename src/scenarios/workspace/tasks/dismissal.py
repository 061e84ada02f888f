"""The task of turning a proposal down."""

from msgspec.structs import replace

from scenarios.workspace.inbox import dismiss, waiting_at
from scenarios.workspace.tasks.task import (
    ANALYST,
    DATE,
    PROSE,
    AnswerContext,
    AnswerType,
    FormSection,
    Question,
    RequiredAnswer,
    Task,
)


def _read(text: str, context: AnswerContext) -> str:
    if context.opened is None:
        return text
    return waiting_at(context.opened.root, text, is_blind=context.is_blind).id


_LISTED = "As `scen inbox` lists it."
PROPOSAL = Question(
    "proposal",
    "Id of the proposal",
    AnswerType(_read),
    help=_LISTED,
    missing=RequiredAnswer(),
    option="ID",
)
REASON = Question(
    "reason",
    "Why it is not recorded",
    PROSE,
    hint="For whoever meets it again: no news, not for our questions, a mistake.",
    missing=RequiredAnswer(),
)
_ASKED = "Who dismisses it (or set SCEN_ANALYST)"
_WHO = replace(ANALYST, question=_ASKED, label="Who dismisses it")
TASK = Task(
    name="dismissal",
    role="analyst",
    title="Dismiss a proposal",
    save="Dismiss it",
    lead="It is cut to its address and ids, so that the same is not proposed again.",
    help="Turn a proposal down, so that it is not proposed again.",
    asks=(
        PROPOSAL,
        REASON,
        _WHO,
        DATE,
    ),
    groups=(FormSection("", "proposal reason analyst"),),
    write=lambda root, answers, mode: dismiss(
        root, *(answers["proposal"], answers["reason"], answers["analyst"], answers["date"]), mode
    ),
    names=lambda answers: str(answers["proposal"]),
)
