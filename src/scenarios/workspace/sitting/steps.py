"""What comes next in a sitting, one step after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from scenarios.analysis.review.agenda import Agenda, PastDue, Topic
from scenarios.analysis.review.feedback import SetSum, sums
from scenarios.model import Database, EvidenceId
from scenarios.storage.state.session_notes import Answer, Notes, Sitting
from scenarios.workspace.sitting import answers

Kind = Literal["item", "past-due", "ask", "sums", "revise", "end"]


class Step(NamedTuple):
    """An item to rate, indicators past due, scenarios to be answered, shown or revised; or the end.

    `number` is that of the first scenario, `to` of the last, of as many as there `are` in all.
    """

    kind: Kind
    item: EvidenceId = ""
    past_due: Sequence[PastDue] = ()
    group: Sequence[Topic] = ()
    sums: Sequence[SetSum] = ()
    number: int = 0
    to: int = 0
    are: int = 0


def key_of(one: PastDue) -> str:
    """An indicator as it is named."""
    return f"{one.scenario}/{one.id}"


def next_step(database: Database, due: Agenda, notes: Notes) -> Step:
    """The first that is not done; what rests on other grounds now is opened again."""
    said = notes.sitting
    for id in due.unrated:
        if id not in (*said.left_unrated, *said.rated):
            return Step("item", item=id)
    past_due = [one for one in due.past_due if key_of(one) not in said.past_due]
    if past_due:
        return Step("past-due", past_due=past_due)
    are, to = len(to_answer(said, due)), 0
    for every in due.groups:
        number = to + 1
        to += len(_of_sitting(said, every))
        group = [topic for topic in every if answers.is_wanted(said, topic)]
        _reopen(notes, group)
        step = _in_group(database, notes.sitting, group)
        if step:
            return step._replace(number=number, to=to, are=are)
    return Step("end")


def to_answer(said: Sitting, due: Agenda) -> list[Topic]:
    """The scenarios of a sitting, skipped or not: it begins and ends with as many."""
    return [topic for group in due.groups for topic in _of_sitting(said, group)]


def of_stage(said: Sitting, group: Sequence[Topic], *stages: str) -> list[tuple[Topic, Answer]]:
    """The scenarios whose answer has got that far."""
    found = ((topic, said.answers.get(topic.id)) for topic in group)
    return [(topic, answer) for topic, answer in found if answer and answer.stage in stages]


def figures(database: Database, said: Sitting, group: Sequence[Topic]) -> tuple[SetSum, ...]:
    """What the answers add up to in their set."""
    stated = answers.with_answers(database, said)
    return sums(stated, said.analyst, said.date, [topic.id for topic in group])


def show(notes: Notes, group: Sequence[Topic]) -> None:
    """Keep that the figures are shown, before they are: no answer is blind after that."""
    answered = of_stage(notes.sitting, group, "answered")
    answers.stage(notes, [topic.id for topic, _ in answered], "revealed")


def _of_sitting(said: Sitting, group: Sequence[Topic]) -> list[Topic]:
    return [t for t in group if t.id in said.answers or not answers.is_in_the_sheet(said, t)]


def _reopen(notes: Notes, group: Sequence[Topic]) -> None:
    for topic in group:
        again = answers.reopened(topic, notes.sitting.answers.get(topic.id))
        if again:
            answers.put(notes, topic.id, again)


def _in_group(database: Database, said: Sitting, group: Sequence[Topic]) -> Step | None:
    if any(answers.is_to_be_asked(topic, said.answers.get(topic.id)) for topic in group):
        return Step("ask", group=group)
    if of_stage(said, group, "answered"):
        return Step("sums", group=group, sums=figures(database, said, group))
    if of_stage(said, group, "revealed", "revising"):
        return Step("revise", group=group)
    return None
