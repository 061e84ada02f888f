"""A sitting that is gone on with: who sits, what comes next, and how that is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.review.agenda import Agenda, agenda
from scenarios.analysis.review.feedback import counted_absent, reveal, unrecorded
from scenarios.cli import parsing
from scenarios.model import Analyst, Database
from scenarios.render.documents.session import answer_text, document
from scenarios.render.writers import html
from scenarios.render.writers.shell import safe
from scenarios.serve import people
from scenarios.serve.exchange import Ask, Made, Page
from scenarios.serve.forms.typed import Reading, Typed, typed
from scenarios.serve.sitting import shown
from scenarios.storage.state.session_notes import Notes, notes
from scenarios.workspace.opened import Opened
from scenarios.workspace.sitting import answers
from scenarios.workspace.sitting.end import closed_since, end
from scenarios.workspace.sitting.sheet import foretold_of_sheet
from scenarios.workspace.sitting.steps import Step, next_step, of_stage

_TURN = threading.Lock()
"""The tabs of one browser take turns; a terminal that holds the sitting is told of."""


class Sat(NamedTuple):
    """A sitting that is being gone on with."""

    ask: Ask
    opened: Opened
    notes: Notes
    analyst: Analyst
    on: date

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.opened.database

    @property
    def due(self) -> Agenda:
        """What is due."""
        return agenda(self.database, self.analyst, self.on)

    @property
    def step(self) -> Step:
        """What comes next."""
        return next_step(self.database, self.due, self.notes)


@contextmanager
def sitting(ask: Ask, analyst: Analyst) -> Iterator[Sat]:
    opened, on = ask.desk.refresh().opened, parsing.today()
    opened.refuse_without_tracker()
    with _TURN, notes(opened.root, analyst, on) as held:
        yield Sat(ask, opened, held, analyst, on)


def asked(sat: Sat, said: Typed | None = None, reading: Reading | None = None) -> Page:
    """The next step, with what was typed in it and is wrong."""
    text, faults = said or Typed(), reading.faults if reading else {}
    step, now = sat.step, sat.notes.sitting
    at_day = known(sat.database, sat.on)
    if step.kind == "item":
        body = shown.item_asked(sat.database, at_day, step.item, text, faults)
    elif step.kind == "past-due":
        body = shown.past_due_asked(step)
    elif step.kind == "ask":
        body = shown.group_asked(sat.database, at_day, now, step, text, faults)
    elif step.kind == "sums":
        body = shown.sums_told(now, step)
    elif step.kind == "revise":
        open_ones = of_stage(now, step.group, "revealed", "revising")
        body = shown.revision_asked(_table(sat, step), open_ones, text, faults)
    else:
        body = shown.end_told(now, _remarks(sat), _open_ends(sat))
    fault = "".join(f'<p class="attention" role="alert">{safe(f)}</p>' for f in faults.get("", ()))
    leave = "<p>What you answered is kept: leave whenever you like, and go on here.</p>"
    return page(fault + body + leave, status=422 if faults else 200)


def _table(sat: Sat, step: Step) -> str:
    """What may be seen once a group is answered."""
    said = sat.notes.sitting
    ids = [t.id for t, _ in of_stage(said, step.group, "revealed", "revising", "settled")]
    after = answers.with_answers(sat.database, said)
    figures = reveal(sat.database, after, sat.analyst, sat.on, ids)
    absent = counted_absent(sat.database, sat.on, answers.seen(said))
    return html.blocks(document(figures, (), sat.analyst, absent))


def _remarks(sat: Sat) -> list[str]:
    """Answers to questions that are closed meanwhile, and not written; and what audit will say."""
    told, open_ones = [], []
    for entry in end(sat.notes.sitting).entries:
        if fault := closed_since(sat.opened, entry, sat.on):
            said = answer_text(entry.probability, entry.rationale)
            told.append(f"Left out: {fault}; you had said {said}")
        else:
            open_ones.append(entry)
    given = (sat.analyst, sat.on, open_ones, parsing.today())
    return [*told, *foretold_of_sheet(sat.opened.root, *given)]


def _open_ends(sat: Sat) -> list[str]:
    return [
        f"Seen, and not recorded: {safe(key)}. "
        f'<a href="/record/evidence/?fires:{safe(key)}=observed">Record it</a>'
        for key in unrecorded(sat.database, sat.on, answers.seen(sat.notes.sitting))
    ]


def taken(ask: Ask, do: Callable[[Sat], Made | None]) -> Made:
    """Do what a step says, and go on with the next."""
    analyst = people.analyst_of(ask)
    if analyst is None:
        return RedirectResponse("/who/?to=/sitting/", 303)
    with sitting(ask, analyst) as sat:
        return do(sat) or RedirectResponse("/sitting/", 303)


def sent(form: FormData) -> Typed:
    return typed(((k, v) for k, v in form.multi_items() if isinstance(v, str)), is_sent=True)


def page(content: str, *, status: int = 200) -> Page:
    head = "<h1>The weekly sitting</h1>"
    return Page(title="The weekly sitting", content=head + content, live=False, status=status)
