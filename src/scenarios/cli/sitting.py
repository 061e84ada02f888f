"""The scenarios of a sitting: asked blind, then shown beside the others', then perhaps revised."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import msgspec
import typer

from scenarios.analysis.evidence.knowledge import KnownEvidence, criteria_text, known_on
from scenarios.analysis.review.agenda import (
    ReviewAgenda,
    ScenarioQuestion,
    agenda,
    counted_absent,
    offered,
    reveal,
    sums,
)
from scenarios.cli.output.streams import Run, screen_lines, width
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.retyping import PreviousQuestion
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.render.documents.session import in_full, reveal_table, set_text, topic_text
from scenarios.render.writers import terminal
from scenarios.storage.session_notes import SessionFile, SessionRecord, SittingAnswer, Stage
from scenarios.text import counted
from scenarios.workspace import sitting
from scenarios.workspace.input import typed_in
from scenarios.workspace.tasks.task import quantiles_asked
from scenarios.workspace.write_mode import WriteMode

T = TypeVar("T")
_LEAVE = ("q", "quit", "leave")


class SessionEnded(Exception):  # noqa: N818 - no error
    """The analyst gets up, for now."""


class TerminalSession(NamedTuple):
    """A sitting at a terminal; `only` these scenarios, if any.

    `started` is the clock's reading when it was begun.
    """

    root: Path
    run: Run
    notes: SessionFile
    only: Collection[ScenarioId]
    mode: WriteMode
    started: float

    @property
    def record(self) -> SessionRecord:
        return self.notes.sitting

    @property
    def analyst(self) -> Analyst:
        return self.record.analyst

    @property
    def on(self) -> date:
        return self.record.date

    def put(self, id: ScenarioId, answer: SittingAnswer) -> None:
        sitting.put(self.notes, id, answer)

    def due(self, database: Database) -> ReviewAgenda:
        return agenda(database, self.analyst, self.on, self.only)


def word(text: str) -> str:
    """An answer in small letters; `q` leaves."""
    if text.lower() in _LEAVE:
        raise SessionEnded
    return text.lower()


def in_turn(things: Sequence[T], ask: Callable[[T, bool], object], start: int = 0) -> None:
    """Ask about each thing; Back leads to the one before, and `ask` gets True for it."""
    number, is_again = start, start > 0
    while number < len(things):
        try:
            ask(things[number], is_again)
            number, is_again = number + 1, False
        except PreviousQuestion:
            if number == 0:
                prompt.tell("there is no question before this one")
            number, is_again = max(number - 1, 0), True


def wants(question: str, more: str, *, is_back: bool = False) -> bool:
    """Yes, or no by Enter; `q` leaves, and `<` goes back where that is wanted."""

    def parse(text: str) -> bool:
        answer = word(text)
        if answer not in ("", "y", "yes", "n", "no"):
            raise typer.BadParameter(f"'{text}': y, n or q")
        return answer.startswith("y")

    return prompt.answer(question, parse, more, "", is_back=is_back)


_REASON = (
    "What moved you, in a sentence or two: whoever reads the sheet in a year goes by it.\n"
    f"{sitting.CITING}"
)
_WHY = "Reason for the revision"
_NO_REASON = re.compile(r"[0-9.,]*[0-9]\s*%?|s|skip|withdraw|y|yes|n|no", re.IGNORECASE)
"""Texts that read like the answer to another question."""
_Figure = sitting.Figure | Literal["skip"]


class SessionRound(NamedTuple):
    """The scenarios of the agenda, numbered, with what is known of them, and those beside them.

    `announced` are the first members of the sets whose news were shown.
    """

    session: TerminalSession
    database: Database
    at_day: KnownEvidence
    numbers: dict[ScenarioId, str]
    groups: Mapping[ScenarioId, Sequence[ScenarioQuestion]]
    announced: set[ScenarioId]

    def answer(self, topic: ScenarioQuestion) -> SittingAnswer | None:
        return self.session.record.answers.get(topic.id)

    def topics_at(
        self, group: Sequence[ScenarioQuestion], *stages: Stage
    ) -> list[ScenarioQuestion]:
        return [t for t in group if (answer := self.answer(t)) and answer.stage in stages]

    def stage(self, topics: Sequence[ScenarioQuestion], stage: Stage) -> None:
        """Keep that the answers have got so far, all at once."""
        sitting.stage(self.session.notes, [topic.id for topic in topics], stage)


def ask_scenarios(
    session: TerminalSession, database: Database, groups: Sequence[Sequence[ScenarioQuestion]]
) -> None:
    """Group by group, so that no figure of a set is shown before all of it is answered."""
    wanted = [
        [topic for topic in group if sitting.is_wanted(session.record, topic, session.only)]
        for group in groups
    ]
    topics = [topic for group in wanted for topic in group]
    _tell_what_is_done(session, groups, topics)
    numbers = {topic.id: f"{n}/{len(topics)}" for n, topic in enumerate(topics, start=1)}
    group_of = {topic.id: group for group in wanted for topic in group}
    this = SessionRound(session, database, known_on(database, session.on), numbers, group_of, set())
    for group in wanted:
        for topic in group:  # what was known when it was answered is another now: asked again
            if again := sitting.reopened(topic, this.answer(topic)):
                put_to(this, topic)
                session.put(topic.id, again)
        _ask_blind(this, group)
        _show(this, group)
        _revise(this, group)


def _tell_what_is_done(
    session: TerminalSession,
    groups: Sequence[Sequence[ScenarioQuestion]],
    topics: Sequence[ScenarioQuestion],
) -> None:
    rest = [topic for group in groups for topic in group if topic not in topics]
    in_the_sheet = sum(sitting.is_in_the_sheet(session.record, topic) for topic in rest)
    if in_the_sheet:
        done = f"{counted(in_the_sheet, 'scenario')} in the sheet of {session.on} already"
        prompt.tell(f"\n{done}: --scenario ID asks again", 0)
    if topics:
        prompt.tell(f"\nSCENARIOS: {sitting.ORDER}.", 0)
        prompt.tell("Like 0.37 or 37%; ? = all in full; < = back; withdraw takes it back.", 0)
        prompt.tell(f"As a reason, {sitting.CITING}", 0)


def _ask_blind(this: SessionRound, group: Sequence[ScenarioQuestion]) -> None:
    asked = [topic for topic in group if sitting.is_to_be_asked(topic, this.answer(topic))]

    def ask(topic: ScenarioQuestion, is_again: bool) -> None:
        put_to(this, topic)
        _ask(this, topic, is_again=is_again)

    in_turn(asked, ask)
    while members := this.topics_at(group, "answered"):
        if not _tell_sum(this, members):
            return
        try:
            more = "y asks for each figure of the set again, before you see those of others."
            if not wants("Go over them again (y, Enter = no)", more, is_back=True):
                return
            start = 0
        except PreviousQuestion:
            start = len(members) - 1
        in_turn(members, lambda topic, _: _ask(this, topic), start)


def _ask(this: SessionRound, topic: ScenarioQuestion, *, is_again: bool = False) -> None:
    """Ask for the figure, kept as soon as it is given, and then for the reason."""
    answer = this.answer(topic)
    while True:
        if is_again or not answer or answer.stage != "figure" or sitting.is_changed(topic, answer):
            figure = _asked(this, topic, answer)
            if figure == "skip":
                sitting.skip(this.session.notes, topic.id)
                return
            reason = answer.rationale if answer else None
            items = answer.evidence if answer else ()
            answer = SittingAnswer(figure, figure, "figure", topic.grounds, reason, items)
            this.session.put(topic.id, answer)
        else:
            prompt.tell(f"you said {sitting.words(answer.probability)}")
        try:
            text = _reason(topic, answer)
        except PreviousQuestion:
            is_again = True
            continue
        items = answer.evidence
        if text != answer.rationale:
            text, items = sitting.cited(text, offered(this.groups[topic.id], this.at_day))
        done = msgspec.structs.replace(answer, stage="answered", rationale=text, evidence=items)
        this.session.put(topic.id, done)
        return


def _asked(this: SessionRound, topic: ScenarioQuestion, answer: SittingAnswer | None) -> _Figure:
    own = topic.own
    enter = ""
    if answer:
        enter = f"Enter = keep {sitting.words(answer.probability)}, "
    elif own:
        enter = f"Enter = reaffirm {sitting.words(own)}, "
    before = answer.probability if answer else own

    def parse(text: str) -> _Figure:
        if word(text) in ("s", "skip"):
            return "skip"
        return _figure(topic, text, before)

    more = in_full(topic, this.groups[topic.id], this.at_day)
    if topic.scenario.quantity:
        return _quantiles(
            topic, f"({enter}s = skip, q = leave)", parse, more, has_enter=bool(enter)
        )
    question = f"{topic.id}: probability ({enter}s = skip, q = leave)"
    return prompt.answer(question, parse, more, "" if enter else None, is_back=True)


def _quantiles(
    topic: ScenarioQuestion,
    how: str,
    parse: Callable[[str], _Figure],
    more: str,
    *,
    has_enter: bool,
) -> _Figure:
    """Ask for the quantiles one by one; what is no value is an answer to all of them.

    They are asked anew where they do not fit one another; `<` leads to the one before.
    """
    quantity = topic.scenario.quantity
    unit, asked = (
        quantity.unit if quantity else None,
        quantiles_asked((quantity and quantity.kind) or ""),
    )

    def value(text: str) -> str | tuple[_Figure]:
        if not text or word(text) in ("s", "skip", "withdraw") or "=" in text:
            return (parse(text),)
        return f"{typed_in.quantity_value(text, unit)}"

    while True:
        texts: list[str] = []
        while len(texts) < len(asked):
            name, words = asked[len(texts)]
            is_first = not texts
            question = f"{topic.id}: {words.lower()}{f', {unit}' if unit else ''}"
            question += f" {how}" if is_first else ""
            default = "" if is_first and has_enter else None
            try:
                figure = prompt.answer(question, value, more, default, is_back=True)
            except PreviousQuestion:
                if is_first:
                    raise
                texts.pop()
                continue
            if isinstance(figure, tuple):
                return figure[0]
            texts.append(f"{name}={figure}")
        if (fault := prompt.refusal(parse, " ".join(texts))) is None:
            return parse(" ".join(texts))
        prompt.tell(fault)


def _figure(topic: ScenarioQuestion, text: str, before: sitting.Figure) -> sitting.Figure:
    """A figure, or None to withdraw; Enter is the one before."""
    if not text:
        return before
    word(text)
    return sitting.figure(topic, text)


def _reason(topic: ScenarioQuestion, answer: SittingAnswer) -> str | None:
    """Why; asked for once more where the figure moved and nothing says why."""
    rationale = answer.rationale
    question = f"Reason (Enter = {'as before' if rationale else 'none'})"
    reason = _meant(lambda: prompt.optional(question, _text, _REASON, is_back=True)) or rationale
    was = topic.own
    if reason or was is None or sitting.words(was) == sitting.words(answer.probability):
        return reason
    step = f"{sitting.words(was)} → {sitting.words(answer.probability)}"
    prompt.tell(f"{step} and no reason: nobody will know what moved it")
    question = "Reason, once more (Enter = leave it unexplained)"
    return _meant(lambda: prompt.optional(question, _text, _REASON, is_back=True))


def _meant(ask: Callable[[], T]) -> T:
    """A reason; where it is none by its looks, somebody has to say that it is one."""
    while True:
        reason = ask()
        if not _NO_REASON.fullmatch(str(reason or "")):
            return reason
        question = f"Is '{reason}' the reason (y, Enter = ask again, < = back)"
        if wants(question, "It reads like the answer to another question.", is_back=True):
            return reason


def _tell_sum(this: SessionRound, topics: Sequence[ScenarioQuestion]) -> bool:
    """Say what the figures of a set add up to; whether they are complete and do not make 1."""
    session = this.session
    after = sitting.with_answers(this.database, session.record)
    added = sums(after, session.analyst, session.on, [topic.id for topic in topics])
    if added:
        typer.echo(
            f"\n{terminal.write(reveal_table((), added, session.analyst), width())}", err=True
        )
    return any(total.nearest for total in added)


def _show(this: SessionRound, group: Sequence[ScenarioQuestion]) -> None:
    """Show the figures; that they were shown is kept first, so that no answer is blind after it."""
    this.stage(this.topics_at(group, "answered"), "revealed")
    if this.topics_at(group, "revealed", "revising"):
        session = this.session
        ids = [t.id for t in this.topics_at(group, "revealed", "revising", "settled")]
        after = sitting.with_answers(this.database, session.record)
        figures = reveal(this.database, after, session.analyst, session.on, ids)
        absent = counted_absent(this.database, session.on, sitting.seen(session.record))
        text = terminal.write(reveal_table(figures, (), session.analyst, absent), width())
        typer.echo(f"\n{text}\n", err=True)


def _revise(this: SessionRound, group: Sequence[ScenarioQuestion]) -> None:
    """Once, and the sheet says so: the blind answer stays in the reason."""
    topics = this.topics_at(group, "revealed", "revising")
    is_begun = bool(this.topics_at(group, "revising"))
    more = "y asks for each once more; your blind figure stays in the sheet."
    if len(topics) > 1 and not is_begun and not wants("Revise any of them (y, Enter = no)", more):
        this.stage(topics, "settled")
        return
    before = dict(this.session.record.answers)
    for topic in topics:
        _revise_one(this, topic)
    if _figures(this.session.record.answers) != _figures(before):
        _tell_sum(this, topics)


def _revise_one(this: SessionRound, topic: ScenarioQuestion) -> None:
    answer = this.answer(topic)
    assert answer is not None  # noqa: S101 - it was revealed
    before = answer.blind if answer.stage == "revising" else answer.probability
    question = f"{topic.id}: revise it once (Enter = keep {sitting.words(before)})"
    criteria = criteria_text(topic.scenario)
    while True:
        if answer.stage != "revising":
            figure = prompt.answer(
                question, lambda text: _figure(topic, text, before), criteria, ""
            )
            if figure == before:
                this.stage([topic], "settled")
                return
            answer = msgspec.structs.replace(answer, probability=figure, stage="revising")
            this.session.put(topic.id, answer)
        try:
            why = _meant(lambda: prompt.answer(_WHY, _text, _REASON, is_back=True))
            break
        except PreviousQuestion:
            answer = msgspec.structs.replace(answer, probability=before, stage="revealed")
            this.session.put(topic.id, answer)
    this.session.put(topic.id, sitting.revised(answer, why))


def _figures(answers: dict[ScenarioId, SittingAnswer]) -> dict[ScenarioId, sitting.Figure]:
    return {id: answer.probability for id, answer in answers.items()}


def _text(text: str) -> str:
    word(text)
    return sitting.reason(text)


_BELOW = 4
"""The lines of the screen for a blank, a question in two and its answer."""


def put_to(this: SessionRound, topic: ScenarioQuestion) -> None:
    """Show the question of a scenario and its news on one screen; the items of a set once."""
    answer, group = this.answer(topic), this.groups[topic.id]
    if answer and sitting.is_changed(topic, answer):
        prompt.tell(
            f"\n{topic.id} is not as it was when you said {sitting.words(answer.probability)}:", 0
        )
    language, lines = this.database.tracker.estimative_language, screen_lines() - _BELOW
    text = topic_text(
        topic, this.at_day, this.numbers[topic.id], language, width(), lines, items=len(group) == 1
    )
    if len(group) > 1 and group[0].id not in this.announced:
        this.announced.add(group[0].id)
        set_id = topic.scenario.set or ""
        title = f"{set_id}: {this.database.tracker.sets.get(set_id, '')}"
        room = lines - text.count("\n") - 2
        typer.echo(f"\n{set_text(title, group, this.at_day, width(), room)}", err=True)
    typer.echo(f"\n{text}", err=True)
