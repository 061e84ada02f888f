"""A sitting, step by step: each answer is saved at once."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from scenarios.analysis.evidence.knowledge import known_on
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
from scenarios.errors import ScenError
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.render.document import plain, titled
from scenarios.render.documents.session import answer_text, reveal_table, set_sums
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.serve import people
from scenarios.serve.exchange import Endpoint, PageRequest, Reply, ServedPage, give, take
from scenarios.serve.forms import across
from scenarios.serve.forms.form import FormValues, ParsedForm, typed
from scenarios.serve.forms.html import texts
from scenarios.serve.person import RoleLostError
from scenarios.serve.sitting import step_content
from scenarios.storage.git.committing import behind
from scenarios.storage.session_notes import (
    SessionFile,
    SittingAnswer,
    earlier,
    notes,
    saved_session,
)
from scenarios.text import counted
from scenarios.workspace import sitting
from scenarios.workspace.audit_preview import preview_of_sheet
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.tasks.evidence import rate

_TURNS = defaultdict[Analyst, threading.Lock](threading.Lock)
"""Serializes the tabs of one analyst; a terminal with the sitting gives a message."""


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
    opened, on = ask.live_database.refresh().opened, typed_in.today()
    opened.refuse_without_tracker()
    with _TURNS[analyst], notes(opened.root, analyst, on) as held:
        yield OpenSession(ask, opened, held, analyst, on)


def asked(
    session: OpenSession, typed: FormValues | None = None, reading: ParsedForm | None = None
) -> ServedPage:
    """The next step, with the typed texts and their faults."""
    text, faults = typed or FormValues(), reading.faults if reading else {}
    step, now = session.step, session.notes.sitting
    at_day = known_on(session.database, session.on)
    if step.kind == "item":
        values = step_content.item_asked(session.database, at_day, step.item)
    elif step.kind == "past-due":
        values = step_content.past_due_asked(step)
    elif step.kind == "ask":
        values = step_content.group_asked(session.database, at_day, now, step)
    elif step.kind == "sums":
        values = step_content.sums_shown(now, step)
    elif step.kind == "revise":
        language = session.database.tracker.estimative_language
        values = step_content.revision_asked(at_day, language, *_revealed_to(session, step))
        values["is_blind"] = session.ask.live_database.is_blind
    else:
        return _sheet(session)
    return page(step.kind, step_now=step, typed=text, faults=faults, **values)


def _revealed_to(
    session: OpenSession, step: sitting.SessionStep
) -> tuple[
    list[tuple[ScenarioQuestion, SittingAnswer, FigureComparison]],
    Mapping[ScenarioId, Sequence[str]],
]:
    now = session.notes.sitting
    pairs = sitting.of_stage(now, step.group, "revealed", "revising")
    after = sitting.with_answers(session.database, now)
    ids = [topic.id for topic, _ in pairs]
    figures = reveal(session.database, after, session.analyst, session.on, ids)
    absent = counted_absent(session.database, session.on, sitting.seen(now))
    return [(*pair, figure) for pair, figure in zip(pairs, figures, strict=True)], absent


def _sheet(session: OpenSession, *, stopped: bool = False) -> ServedPage:
    entries, left_out = _of_sheet(session)
    open_ends = unrecorded(session.database, session.on, sitting.seen(session.notes.sitting))
    preview = preview_of_sheet(
        session.opened.root, session.analyst, session.on, entries, typed_in.today(), audit
    )
    values = step_content.end_shown(
        session.database, session.on, entries, (*left_out, *preview), open_ends
    )
    return page("end", stopped=stopped, is_team=bool(session.ask.person.login), **values)


def _of_sheet(session: OpenSession) -> tuple[list[ForecastEntry], list[str]]:
    entries, left_out = [], []
    for entry in sitting.end(session.notes.sitting).entries:
        typed_text = answer_text(entry.probability, entry.rationale)
        if fault := sitting.closed_since(session.opened, entry, session.on):
            left_out.append(f"Left out: {fault}; you had said {typed_text}")
        elif session.notes.sitting.answers[entry.scenario].stage == "figure":
            left_out.append(f"Not answered, left out: {entry.scenario}; you had typed {typed_text}")
        else:
            entries.append(entry)
    return entries, left_out


Step = Callable[[OpenSession, FormData], Reply | None]


def step_endpoint(path: str, do: Step) -> Endpoint:
    """The address that takes the form of a step and continues with the next."""

    def reply(ask: PageRequest, form: FormData) -> Reply:
        analyst = people.analyst_of(ask)
        if analyst is None:
            return RedirectResponse("/who/?to=/sitting/", 303)
        with open_sitting(ask, analyst) as session:
            return do(session, form) or RedirectResponse("/sitting/#answered", 303)

    return take(f"/sitting/{path}/", reply, "analyst")


def sent(form: FormData) -> FormValues:
    return typed(((k, v) for k, v in form.multi_items() if isinstance(v, str)), is_sent=True)


def page(kind: str, **values: Any) -> ServedPage:
    """A step of a sitting; faults of the step as a whole stand above it."""
    faults = values.setdefault("faults", {})
    context = {"kind": kind, "stopped": False, "is_team": False, "ticks": step_content.TICKS}
    context |= values
    content = fill("serve/sitting.html", **context)
    status = 422 if faults else 200
    return ServedPage(title="The weekly sitting", content=content, live=False, status=status)


_HOW = ("seen", "not-seen", "skipped")


def _page_shown(ask: PageRequest) -> ServedPage:
    analyst = people.analyst_of(ask)
    if analyst is None:
        return page("nobody", who=people.who_records(ask))
    root, on = ask.live_database.root, typed_in.today()
    if saved_session(root, analyst, on) is None:
        return _before(ask, analyst, on)
    with open_sitting(ask, analyst) as session:
        return asked(session)


def _before(ask: PageRequest, analyst: Analyst, on: date) -> ServedPage:
    opened = ask.live_database.refresh().opened
    due = agenda(opened.database, analyst, on)
    sheet = f"{on}-{analyst}"
    opened.refuse_left_out("forecasts", sheet, opened.database.sheets)
    summary = step_content.agenda_summary(due, analyst, on)
    before = {
        day: saved_session(opened.root, analyst, day) for day in earlier(opened.root, analyst, on)
    }
    return page(
        "before",
        who=people.who_records(ask),
        summary=summary,
        behind=behind(opened.root),
        overdue=[(id, opened.database.scenarios[id].title) for id in due.overdue],
        left=[
            (day, short_day(day), counted(len(was.answers), "answer"))
            for day, was in before.items()
            if was
        ],
        may_begin=bool(summary),
        order=sitting.ORDER,
    )


def _start(session: OpenSession, _form: FormData) -> None:
    session.notes.keep()


def _carry_over(session: OpenSession, form: FormData) -> None:
    """Carry the answers of an earlier day's sitting over for another look, or drop them."""
    day, takes = typed_in.day(str(form.get("day")), typed_in.today), form.get("do") == "take"
    with notes(session.opened.root, session.analyst, day) as old:
        if day >= session.on or old.is_new:
            return
        was, now = old.sitting, session.notes.sitting
        if takes and not (now.answers or now.half_rated):
            session.notes.keep(answers=was.answers, half_rated=was.half_rated)
        old.drop()


def _rated(session: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    id, now = texts_sent.first("item"), session.notes.sitting
    reading = ParsedForm(texts_sent)
    ratings, states = (read(reading, session.opened) for read in (across.ratings, across.states))
    if not id or session.step.item != id:
        return None
    if texts_sent.first("do") == "later" or not (ratings or states or reading.faults):
        session.notes.keep(left_unrated=(*now.left_unrated, id))
        return None
    if reading.is_sound:
        try:
            day = max(session.on, session.database.evidence[id].recorded)
            answers = {"evidence": id, "ratings": ratings, "indicators": states, "date": day}
            rate(session.opened.root, answers, session.ask.mode("analyst"))
        except RoleLostError:
            raise
        except ScenError as error:
            reading.fault("", str(error))
        else:
            session.notes.keep(rated=(*now.rated, id))
            return None
    return asked(session, texts_sent, reading)


def _past_due(session: OpenSession, form: FormData) -> None:
    states = {key: state for key, state in sent(form).under("due").items() if state in _HOW}
    asked = {sitting.key_of(indicator) for indicator in session.step.past_due}
    due = {key: state for key, state in states.items() if key in asked}
    session.notes.keep(past_due={**session.notes.sitting.past_due, **due})


def _answered(session: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    step, reading = session.step, ParsedForm(texts_sent)
    if step.kind != "ask":  # another tab was faster
        return None
    for topic in step.group:
        _answer(session, topic, reading)
    if reading.faults:
        return asked(session, texts_sent, reading)
    after = session.step
    if after.kind == "sums" and not any(total.nearest for total in after.sums):
        sitting.show(session.notes, after.group)
    return None


def _answer(session: OpenSession, topic: ScenarioQuestion, reading: ParsedForm) -> None:
    """Keep the sound parts of the answer for one scenario."""
    id, texts_sent = topic.id, reading.typed
    if texts_sent.first(f"skip:{id}"):
        sitting.skip(session.notes, id)
        return
    ended = _figure(topic, reading)
    why = reading.wanted(f"why:{id}", sitting.reason)
    if ended is None or reading.faults.get(f"why:{id}"):
        names = step_content.figure_fields(topic)
        if ended is None and not any(reading.faults.get(name) for name in names):
            what = "three values" if topic.scenario.quantity else "a probability"
            reading.fault(names[0], f"{what}, as before, or skip it")
        return
    why, items = sitting.cited(why, topic.fresh.evidence)
    if session.ask.live_database.is_late(id):
        why = sitting.given_late(why)
    answer = SittingAnswer(ended[0], ended[0], "answered", topic.grounds, why, items)
    sitting.put(session.notes, id, answer)


def _figure(topic: ScenarioQuestion, reading: ParsedForm) -> tuple[sitting.Figure] | None:
    """The typed figure, else the standing one, else None."""
    id = topic.id
    if reading.typed.first(f"same:{id}") and topic.own is not None:
        return (topic.own,)
    if topic.scenario.quantity:
        return _quantiles(topic, reading)
    return reading.wanted(
        f"p:{id}", lambda text: (sitting.figure(topic, typed_in.in_percent(text)),)
    )


def _quantiles(topic: ScenarioQuestion, reading: ParsedForm) -> tuple[sitting.Figure] | None:
    """The quantiles in the fields of a quantity; what is wrong with one is a fault of its field."""
    texts = {name: reading.typed.first(name).strip() for name in step_content.figure_fields(topic)}
    if "withdraw" in texts.values():
        name = next(name for name, text in texts.items() if text == "withdraw")
        return reading.wanted(name, lambda text: (sitting.figure(topic, text),))
    values = {name: reading.wanted(name, typed_in.quantity_value) for name in texts}
    sound = {name.partition(":")[0]: v for name, v in values.items() if v is not None}
    for name, text in texts.items():
        if not text and any(texts.values()):
            reading.fault(name, "the three values are one answer: this one is missing")
    if not sound or reading.faults.keys() & texts.keys():
        return None
    for name, fault in sitting.quantile_faults(topic, sound):
        reading.fault(f"{name}:{topic.id}", fault)
    return None if reading.faults.keys() & texts.keys() else (sound,)


def _save_draft(session: OpenSession, form: FormData) -> Reply:
    """Save a draft while somebody types; incomplete figures are left out."""
    texts_sent = sent(form)
    step = session.step
    for topic in step.group if step.kind == "ask" else ():
        reading = ParsedForm(texts_sent)
        answer = _figure(topic, reading)
        why = reading.wanted(f"why:{topic.id}", sitting.reason)
        if answer and not reading.faults:
            draft = SittingAnswer(answer[0], answer[0], "figure", topic.grounds, why)
            if draft != session.notes.sitting.answers.get(topic.id):
                sitting.put(session.notes, topic.id, draft)
    return Response(status_code=204)


def _curve(session: OpenSession, form: FormData) -> Reply:
    """The curve of the typed values of one quantity, or what is wrong with them."""
    texts_sent = sent(form)
    reading = ParsedForm(texts_sent)
    for topic in session.step.group:
        if topic.scenario.quantity and texts_sent.first("curve") == topic.id:
            figure = _quantiles(topic, reading)
            faults = [w for own in reading.faults.values() for w in own]
            drawn = step_content.curve(topic, figure[0] if figure else None, faults)
            return HTMLResponse(drawn)
    return Response(status_code=204)


def _revealed(session: OpenSession, form: FormData) -> None:
    if (step := session.step).kind != "sums":
        return
    if form.get("do") == "change":
        ids = [
            topic.id for topic, _ in sitting.of_stage(session.notes.sitting, step.group, "answered")
        ]
        sitting.stage(session.notes, ids, "figure")
    else:
        sitting.show(session.notes, step.group)


def _revised(session: OpenSession, form: FormData) -> Reply | None:
    texts_sent = sent(form)
    step, reading = session.step, ParsedForm(texts_sent)
    if step.kind != "revise":
        return None
    answers = {}
    for topic, answer in sitting.of_stage(
        session.notes.sitting, step.group, "revealed", "revising"
    ):
        now = _figure(topic, reading)
        why = reading.wanted(f"why:{topic.id}", sitting.reason)
        if now is None or now[0] == answer.blind:
            answers[topic.id] = replace(answer, probability=answer.blind, stage="settled")
        elif why is None:
            reading.fault(f"why:{topic.id}", "a revision needs a reason")
        else:
            answers[topic.id] = sitting.revised(replace(answer, probability=now[0]), why)
    if texts_sent.first("do") != "anyway":
        for warning in _off(session, step.group, answers):
            reading.fault("", warning)
    if reading.faults:
        return asked(session, texts_sent, reading)
    session.notes.keep(answers={**session.notes.sitting.answers, **answers})
    return None


def _off(
    session: OpenSession,
    group: Sequence[ScenarioQuestion],
    answers: Mapping[ScenarioId, SittingAnswer],
) -> Iterator[str]:
    """The sum of a set's figures after a revision, where that is not 100%."""
    before = session.notes.sitting
    after = replace(before, answers={**before.answers, **answers})
    was, now = (sitting.figures(session.database, answered, group) for answered in (before, after))
    off = [total for total in now if total.nearest and total not in was]
    for row in set_sums(off, session.analyst).rows:
        yield "; ".join(plain(line.text) for line in (row, *row.under))


def _stopped(ask: PageRequest) -> Reply:
    """The sheet of the answers so far; the sitting stays open until it is written."""
    analyst = people.analyst_of(ask)
    if analyst and saved_session(ask.live_database.root, analyst, typed_in.today()):
        with open_sitting(ask, analyst) as session:
            if session.step.kind != "end":
                return _sheet(session, stopped=True)
    return RedirectResponse("/sitting/", 303)


def _ended(session: OpenSession, form: FormData) -> Reply | None:
    if session.step.kind != "end" and not form.get("stopped"):
        return None
    entries, _ = _of_sheet(session)
    desk = session.ask.live_database
    if not entries:
        session.notes.drop()
        desk.finish()
        return page("over", fault=None, subject="", table="", files=(), ways=())
    ended = sitting.end(session.notes.sitting)._replace(entries=entries)
    mode = session.ask.mode("analyst", commit=bool(form.get("commit")))
    written = desk.write(lambda now: sitting.write_sheet(now.root, ended, mode._replace(read=now)))
    assert written is not None  # noqa: S101 - or it was refused
    session.notes.drop()
    desk.finish()
    after, ids = written.after.database, [entry.scenario for entry in entries]
    added = sums(after, session.analyst, session.on, ids)
    absent = counted_absent(after, session.on, ended.seen)
    table = html.blocks(
        titled(reveal_table(sitting.reveals(written, ended), added, session.analyst, absent), after)
    )
    done = written.committed
    subject = done.subject if done and done.oid else ""
    fault = done.fault if done else None
    ways = [(f"/s/{id}/", after.scenarios[id].title) for id in ids]
    values = {"fault": fault, "subject": subject, "table": table, "ways": ways}
    return page("over", files=texts(written), **values)


def _item(ask: PageRequest) -> Reply:
    """An item without its ratings; if nothing is hidden, its own page."""
    id, opened = ask.seen.opened.evidence(ask.part("id")), ask.seen.opened
    if not people.hidden(ask):
        return RedirectResponse(f"/e/{id}/", 303)
    return page(
        "evidence", **step_content.item_read(known_on(opened.database, typed_in.today()), id)
    )


ENTRIES = (
    give("/sitting/", _page_shown, "analyst"),
    give("/sitting/evidence/{id}/", _item),
    step_endpoint("begin", _start),
    step_endpoint("left", _carry_over),
    step_endpoint("item", _rated),
    step_endpoint("past-due", _past_due),
    step_endpoint("answers", _answered),
    step_endpoint("keep", _save_draft),
    step_endpoint("curve", _curve),
    step_endpoint("show", _revealed),
    step_endpoint("revise", _revised),
    give("/sitting/stop/", _stopped, "analyst"),
    step_endpoint("end", _ended),
)
