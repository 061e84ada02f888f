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

    `number` is that of the group, of as many as there `are`.
    """

    kind: Kind
    item: EvidenceId = ""
    past_due: Sequence[PastDue] = ()
    group: Sequence[Topic] = ()
    sums: Sequence[SetSum] = ()
    number: int = 0
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
    groups = [[t for t in group if answers.is_wanted(said, t)] for group in due.groups]
    groups = [group for group in groups if group]
    for number, group in enumerate(groups, start=1):
        _reopen(notes, group)
        step = _in_group(database, notes.sitting, group)
        if step:
            return step._replace(number=number, are=len(groups))
    return Step("end")


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
