"""A sitting, step by step: each answer is saved at once."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.history import audit
from scenarios.analysis.review.agenda import (
    FigureComparison,
    ReviewAgenda,
    ScenarioQuestion,
    agenda,
    counted_absent,
    reveal,
    sums,
    unrecorded,
)
from scenarios.errors import ScenError, UsageError
from scenarios.exchange.own.cells import share as share_of
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.render.document import plain
from scenarios.render.documents.session import answer_text, reveal_table, set_sums
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.serve import people
from scenarios.serve.exchange import Endpoint, PageRequest, Reply, ServedPage, give, take
from scenarios.serve.forms import across
from scenarios.serve.forms.form import FormValues, ParsedForm, typed
from scenarios.serve.forms.html import texts
from scenarios.serve.sitting import shown
from scenarios.storage.git.committing import behind
from scenarios.storage.session_notes import SessionFile, SittingAnswer, earlier, kept, notes
from scenarios.text import counted
from scenarios.workspace import sitting
from scenarios.workspace.audit_preview import foretold_of_sheet
from scenarios.workspace.how import WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.tasks.evidence import rate

_TURN = threading.Lock()
"""Serializes the tabs of one browser; a terminal with the sitting gives a message."""


class OpenSession(NamedTuple):
    """A sitting in progress."""

    ask: PageRequest
    opened: OpenDatabase
    notes: SessionFile
    analyst: Analyst
    on: date

    @property
    def database(self) -> Database:
        """The sound records."""
        return self.opened.database

    @property
    def due(self) -> ReviewAgenda:
        """The agenda of the sitting."""
        return agenda(self.database, self.analyst, self.on)

    @property
    def step(self) -> sitting.SessionStep:
        """The next step of the sitting."""
        return sitting.next_step(self.database, self.due, self.notes)


@contextmanager
def open_sitting(ask: PageRequest, analyst: Analyst) -> Iterator[OpenSession]:
    opened, on = ask.desk.refresh().opened, typed_in.today()
    opened.refuse_without_tracker()
    with _TURN, notes(opened.root, analyst, on) as held:
        yield OpenSession(ask, opened, held, analyst, on)


def asked(
    sat: OpenSession, typed: FormValues | None = None, reading: ParsedForm | None = None
) -> ServedPage:
    """The next step, with the typed texts and their faults."""
    text, faults = typed or FormValues(), reading.faults if reading else {}
    step, now = sat.step, sat.notes.sitting
    at_day = known(sat.database, sat.on)
    if step.kind == "item":
        values = shown.item_asked(sat.database, at_day, step.item)
    elif step.kind == "past-due":
        values = shown.past_due_asked(step)
    elif step.kind == "ask":
        values = shown.group_asked(sat.database, at_day, now, step)
    elif step.kind == "sums":
        values = shown.sums_shown(now, step)
    elif step.kind == "revise":
        language = sat.database.tracker.estimative_language
        values = shown.revision_asked(at_day, language, *_revealed_to(sat, step))
    else:
        return _sheet(sat)
    return page(step.kind, step_now=step, typed=text, faults=faults, **values)


def _revealed_to(
    sat: OpenSession, step: sitting.SessionStep
) -> tuple[
    list[tuple[ScenarioQuestion, SittingAnswer, FigureComparison]],
    Mapping[ScenarioId, Sequence[str]],
]:
    now = sat.notes.sitting
    pairs = sitting.of_stage(now, step.group, "revealed", "revising")
    after = sitting.with_answers(sat.database, now)
    ids = [topic.id for topic, _ in pairs]
    figures = reveal(sat.database, after, sat.analyst, sat.on, ids)
    absent = counted_absent(sat.database, sat.on, sitting.seen(now))
    return [(*pair, shown) for pair, shown in zip(pairs, figures, strict=True)], absent


def _sheet(sat: OpenSession, *, stopped: bool = False) -> ServedPage:
    entries, left_out = _of_sheet(sat)
    open_ends = unrecorded(sat.database, sat.on, sitting.seen(sat.notes.sitting))
    foretold = foretold_of_sheet(
        sat.opened.root, sat.analyst, sat.on, entries, typed_in.today(), audit
    )
    values = shown.end_shown(sat.on, entries, (*left_out, *foretold), open_ends)
    return page("end", stopped=stopped, **values)


def _of_sheet(sat: OpenSession) -> tuple[list[ForecastEntry], list[str]]:
    entries, left_out = [], []
    for entry in sitting.end(sat.notes.sitting).entries:
        typed_text = answer_text(entry.probability, entry.rationale)
        if fault := sitting.closed_since(sat.opened, entry, sat.on):
            left_out.append(f"Left out: {fault}; you had said {typed_text}")
        elif sat.notes.sitting.answers[entry.scenario].stage == "figure":
            left_out.append(f"Not answered, left out: {entry.scenario}; you had typed {typed_text}")
        else:
            entries.append(entry)
    return entries, left_out


Step = Callable[[OpenSession, FormData], Reply | None]


def taken(path: str, do: Step) -> Endpoint:
    """The address that takes the form of a step and continues with the next."""

    def reply(ask: PageRequest, form: FormData) -> Reply:
        analyst = people.analyst_of(ask)
        if analyst is None:
            return RedirectResponse("/who/?to=/sitting/", 303)
        with open_sitting(ask, analyst) as sat:
            return do(sat, form) or RedirectResponse("/sitting/#answered", 303)

    return take(f"/sitting/{path}/", reply)


def sent(form: FormData) -> FormValues:
    return typed(((k, v) for k, v in form.multi_items() if isinstance(v, str)), is_sent=True)


def page(kind: str, **values: Any) -> ServedPage:
    """A step of a sitting; faults of the step as a whole stand above it."""
    faults = values.setdefault("faults", {})
    given = {"kind": kind, "stopped": False, "ticks": shown.TICKS, **values}
    content = fill("serve/sitting.html", **given)
    status = 422 if faults else 200
    return ServedPage(title="The weekly sitting", content=content, live=False, status=status)


_PERCENT = re.compile(r"1|[2-9](\.[0-9]+)?|[1-9][0-9](\.[0-9]+)?")
_HOW = ("seen", "not-seen", "skipped")


def _page_shown(ask: PageRequest) -> ServedPage:
    analyst = people.analyst_of(ask)
    if analyst is None:
        return page("nobody", who=people.who_records(ask))
    root, on = ask.desk.root, typed_in.today()
    if kept(root, analyst, on) is None:
        return _before(ask, analyst, on)
    with open_sitting(ask, analyst) as sat:
        return asked(sat)


def _before(ask: PageRequest, analyst: Analyst, on: date) -> ServedPage:
    opened = ask.desk.refresh().opened
    due = agenda(opened.database, analyst, on)
    sheet = f"{on}-{analyst}"
    opened.refuse_left_out("forecasts", sheet, opened.database.sheets)
    summary = shown.agenda_summary(due, analyst, on)
    before = {day: kept(opened.root, analyst, day) for day in earlier(opened.root, analyst, on)}
    return page(
        "before",
        who=people.who_records(ask),
        summary=summary,
        behind=behind(opened.root),
        overdue=due.overdue,
        left=[
            (day, short_day(day), counted(len(was.answers), "answer"))
            for day, was in before.items()
            if was
        ],
        may_begin=bool(summary),
    )


def _begun(sat: OpenSession, _form: FormData) -> None:
    sat.notes.keep()


def _carry_over(sat: OpenSession, form: FormData) -> None:
    """Carry the answers of an earlier day's sitting over for another look, or drop them."""
    day, takes = typed_in.day(str(form.get("day")), typed_in.today), form.get("do") == "take"
    with notes(sat.opened.root, sat.analyst, day) as old:
        if day >= sat.on or old.is_new:
            return
        was, now = old.sitting, sat.notes.sitting
        if takes and not (now.answers or now.half_rated):
            sat.notes.keep(answers=was.answers, half_rated=was.half_rated)
        old.drop()


def _rated(sat: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    id, now = texts_sent.first("item"), sat.notes.sitting
    reading = ParsedForm(texts_sent)
    ratings, states = (read(reading, sat.opened) for read in (across.ratings, across.states))
    if sat.step.item != id:
        return None
    if texts_sent.first("do") == "later" or not (ratings or states or reading.faults):
        sat.notes.keep(left_unrated=(*now.left_unrated, id))
        return None
    if reading.is_sound:
        try:
            day = max(sat.on, sat.database.evidence[id].recorded)
            answers = {"evidence": id, "ratings": ratings, "indicators": states, "date": day}
            rate(sat.opened.root, answers)
        except ScenError as error:
            reading.fault("", str(error))
        else:
            sat.notes.keep(rated=(*now.rated, id))
            return None
    return asked(sat, texts_sent, reading)


def _past_due(sat: OpenSession, form: FormData) -> None:
    states = {key: how for key, how in sent(form).under("due").items() if how in _HOW}
    asked = {sitting.key_of(indicator) for indicator in sat.step.past_due}
    due = {key: how for key, how in states.items() if key in asked}
    sat.notes.keep(past_due={**sat.notes.sitting.past_due, **due})


def _answered(sat: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    step, reading = sat.step, ParsedForm(texts_sent)
    if step.kind != "ask":  # another tab was faster
        return None
    for topic in step.group:
        _answer(sat, topic, reading)
    if reading.faults:
        return asked(sat, texts_sent, reading)
    after = sat.step
    if after.kind == "sums" and not any(total.nearest for total in after.sums):
        sitting.show(sat.notes, after.group)
    return None


def _answer(sat: OpenSession, topic: ScenarioQuestion, reading: ParsedForm) -> None:
    """Keep the sound parts of the answer for one scenario."""
    id, texts_sent = topic.id, reading.typed
    if texts_sent.first(f"skip:{id}"):
        sitting.skip(sat.notes, id)
        return
    ended = _figure(topic, reading)
    why = reading.wanted(f"why:{id}", sitting.reason)
    if ended is None or reading.faults.get(f"why:{id}"):
        if not reading.faults.get(f"p:{id}") and ended is None:
            reading.fault(f"p:{id}", "a probability, as before, or skip it")
        return
    why, items = sitting.cited(why, topic.fresh.evidence)
    answer = SittingAnswer(ended[0], ended[0], "answered", topic.grounds, why, items)
    sitting.put(sat.notes, id, answer)


def _figure(topic: ScenarioQuestion, reading: ParsedForm) -> tuple[float | None] | None:
    """The typed figure, else the standing one, else None."""
    id = topic.id
    if reading.typed.first(f"same:{id}") and topic.standing:
        return (topic.standing.probability,)
    return reading.wanted(f"p:{id}", lambda text: (sitting.figure(topic, _in_percent(text)),))


def _in_percent(text: str) -> str:
    """Read 30 as 30%; figures between 1 and 2 may be slips, and are refused."""
    number = text.strip().replace(",", ".")
    if _PERCENT.fullmatch(number):
        return f"{float(number) / 100:.12g}"
    with suppress(UsageError):
        share = share_of(text)
        if 1 < share < 2 and "%" not in text:  # noqa: PLR2004 - 1.2 may be 0.12
            raise ScenError(f"'{text}' may be a slip: write it with a % sign, or a figure below 1")
        if not 0 < share < 1:
            raise ScenError(f"'{text}': a probability must be above 0% and below 100%")
    return text


def _save_draft(sat: OpenSession, form: FormData) -> Reply:
    """Save a draft while somebody types; incomplete figures are left out."""
    texts_sent = sent(form)
    step = sat.step
    for topic in step.group if step.kind == "ask" else ():
        reading = ParsedForm(texts_sent)
        answer = _figure(topic, reading)
        why = reading.wanted(f"why:{topic.id}", sitting.reason)
        if answer and not reading.faults:
            draft = SittingAnswer(answer[0], answer[0], "figure", topic.grounds, why)
            if draft != sat.notes.sitting.answers.get(topic.id):
                sitting.put(sat.notes, topic.id, draft)
    return Response(status_code=204)


def _revealed(sat: OpenSession, form: FormData) -> None:
    if (step := sat.step).kind != "sums":
        return
    if form.get("do") == "change":
        ids = [topic.id for topic, _ in sitting.of_stage(sat.notes.sitting, step.group, "answered")]
        sitting.stage(sat.notes, ids, "figure")
    else:
        sitting.show(sat.notes, step.group)


def _revised(sat: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    step, reading = sat.step, ParsedForm(texts_sent)
    if step.kind != "revise":
        return None
    answers = {}
    for topic, answer in sitting.of_stage(sat.notes.sitting, step.group, "revealed", "revising"):
        now = _figure(topic, reading)
        why = reading.wanted(f"why:{topic.id}", sitting.reason)
        if now is None or now[0] == answer.blind:
            answers[topic.id] = replace(answer, probability=answer.blind, stage="settled")
        elif why is None:
            reading.fault(f"why:{topic.id}", "a revision needs a reason")
        else:
            answers[topic.id] = sitting.revised(replace(answer, probability=now[0]), why)
    if texts_sent.first("do") != "anyway":
        for warning in _off(sat, step.group, answers):
            reading.fault("", warning)
    if reading.faults:
        return asked(sat, texts_sent, reading)
    sat.notes.keep(answers={**sat.notes.sitting.answers, **answers})
    return None


def _off(
    sat: OpenSession, group: Sequence[ScenarioQuestion], answers: Mapping[ScenarioId, SittingAnswer]
) -> Iterator[str]:
    """The sum of a set's figures after a revision, where that is not 100%."""
    before = sat.notes.sitting
    after = replace(before, answers={**before.answers, **answers})
    was, now = (sitting.figures(sat.database, answered, group) for answered in (before, after))
    off = [total for total in now if total.nearest and total not in was]
    for row in set_sums(off, sat.analyst).rows:
        yield "; ".join(plain(line.text) for line in (row, *row.under))


def _stopped(ask: PageRequest) -> Reply:
    """The sheet of the answers so far; the sitting stays open until it is written."""
    analyst = people.analyst_of(ask)
    if analyst and kept(ask.desk.root, analyst, typed_in.today()):
        with open_sitting(ask, analyst) as sat:
            if sat.step.kind != "end":
                return _sheet(sat, stopped=True)
    return RedirectResponse("/sitting/", 303)


def _ended(sat: OpenSession, form: FormData) -> Reply | None:
    commit = bool(form.get("commit"))
    if sat.step.kind != "end" and not form.get("stopped"):
        return None
    entries, _ = _of_sheet(sat)
    if not entries:
        sat.notes.drop()
        return page("over", fault=None, subject="", table="", files=(), ways=())
    ended = sitting.end(sat.notes.sitting)._replace(entries=entries)
    how = WriteMode(commit=commit)
    written = sat.ask.desk.write(
        lambda now: sitting.write_sheet(now.root, ended, how._replace(read=now))
    )
    assert written is not None  # noqa: S101 - or it was refused
    sat.notes.drop()
    after, ids = written.after.database, [entry.scenario for entry in entries]
    added = sums(after, sat.analyst, sat.on, ids)
    absent = counted_absent(after, sat.on, ended.seen)
    table = html.blocks(reveal_table(sitting.reveals(written, ended), added, sat.analyst, absent))
    done = written.committed
    subject = done.subject if done and done.oid else ""
    fault = done.fault if done else None
    ways = [(f"/s/{id}/", after.scenarios[id].title) for id in ids]
    given = {"fault": fault, "subject": subject, "table": table, "ways": ways}
    return page("over", files=texts(written), **given)


def _item(ask: PageRequest) -> Reply:
    """An item without its ratings; if nothing is hidden, its own page."""
    id, opened = ask.seen.opened.evidence(ask.part("id")), ask.seen.opened
    if not people.hidden(ask):
        return RedirectResponse(f"/e/{id}/", 303)
    return page("evidence", **shown.item_read(known(opened.database, typed_in.today()), id))


ENTRIES = (
    give("/sitting/", _page_shown),
    give("/sitting/evidence/{id}/", _item),
    taken("begin", _begun),
    taken("left", _carry_over),
    taken("item", _rated),
    taken("past-due", _past_due),
    taken("answers", _answered),
    taken("keep", _save_draft),
    taken("show", _revealed),
    taken("revise", _revised),
    give("/sitting/stop/", _stopped),
    taken("end", _ended),
)
