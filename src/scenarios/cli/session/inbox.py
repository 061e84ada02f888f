"""Proposals before a sitting: recorded, to be rated blind in it, or turned down."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import typer

from scenarios.analysis.review.inbox import listing
from scenarios.cli import parsing
from scenarios.cli.output.streams import say
from scenarios.cli.session.questions import Leave, Seat, word
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import details
from scenarios.errors import ScenError
from scenarios.render.documents.inbox import draft_text
from scenarios.text import counted
from scenarios.workspace.how import How
from scenarios.workspace.inbox import dismiss
from scenarios.workspace.opened import Opened, open_folder
from scenarios.workspace.tasks.evidence import TASK
from scenarios.workspace.waiting import Waiting, answers_of, waiting, waiting_at


def settle(seat: Seat, opened: Opened) -> Opened:
    """Offer each proposed item; the database as it is after that.

    What it bears on is asked in the sitting, where no figure is shown. Forecasts are left for later
    for the same reason.
    """
    rows = listing(waiting(seat.root).waiting, opened.database, seat.on).proposals
    rows = tuple(row for row in rows if not seat.only or {*row.scenarios} & {*seat.only})
    items = [row for row in rows if row.proposal.evidence]
    with suppress(Leave):
        for number, row in enumerate(items, start=1):
            prompt.tell(f"\nPROPOSED, {number} of {len(items)}", 0)
            prompt.tell(f"{draft_text(row.proposal)}\n{row.proposal.proposed}", 0)
            question = "Record it (a = accept, d = dismiss, Enter = later, q = go on)"
            answer = prompt.answer(question, _settled, "")
            try:
                if answer.startswith("a"):
                    _record(seat, open_folder(seat.root), waiting_at(seat.root, row.id))
                elif answer:
                    reason = prompt.answer("Why it is not recorded", parsing.typed(str))
                    dismiss(seat.root, row.id, reason, seat.analyst, seat.on, seat.how)
            except ScenError as error:
                say(str(error))
    if number := len(rows) - len(items):
        say(f"{counted(number, 'forecast waits', 'forecasts wait')} too: scen inbox, afterwards")
    return open_folder(seat.root) if items else opened


def _settled(text: str) -> str:
    if word(text) not in ("", "a", "accept", "d", "dismiss"):
        raise typer.BadParameter(f"'{text}': a, d, Enter or q")
    return word(text)


def _record(seat: Seat, opened: Opened, proposal: Waiting) -> None:
    """Record an item that bears on nothing yet, once its details are agreed to."""
    draft = answers_of(proposal.proposal, opened.database.sources)
    own = {"recorded": seat.on.isoformat(), "analyst": seat.analyst, "proposal": proposal}

    def ask() -> dict[str, Any]:
        record = {**dict.fromkeys(TASK.by_key), **draft, **own, "ratings": {}, "indicators": {}}
        prompt.noted("summary", record["summary"])
        new_source = details(opened, record, asked=True)
        grade = parsing.grade(record["grade"]) if record["grade"] else None
        return {**record, "grade": grade, "new_source": new_source}

    def write(answers: dict[str, Any], how: How) -> list[str]:
        return TASK.write(seat.root, answers, how._replace(read=opened.read)).paths

    answers = agreed(ask, lambda answers: write(answers, How(dry_run=True)), missing=True)
    paths = write(answers, seat.how)
    prompt.tell(f"{'would be recorded' if seat.how.dry_run else 'recorded'}: {', '.join(paths)}")
