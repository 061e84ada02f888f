"""The scenarios of a sitting, what was said of each so far, and how each is put to its analyst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import typer

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.review.agenda import Topic
from scenarios.cli.output.streams import screen_lines, width
from scenarios.cli.session.state import Seat
from scenarios.cli.terminal import prompt
from scenarios.model import Database, ScenarioId
from scenarios.render.documents.topic import set_text, topic_text
from scenarios.storage.state.session_notes import Answer, Stage
from scenarios.workspace import sitting
from scenarios.workspace.sitting import is_changed, words

_BELOW = 4
"""The lines of the screen for a blank, a question in two and its answer."""


class Round(NamedTuple):
    """The scenarios of the agenda, numbered, with what is known of them, and those beside them.

    `told` are the first members of the sets whose news were told.
    """

    seat: Seat
    database: Database
    at_day: Known
    numbers: dict[ScenarioId, str]
    groups: Mapping[ScenarioId, Sequence[Topic]]
    told: set[ScenarioId]

    def answer(self, topic: Topic) -> Answer | None:
        """What was said so far."""
        return self.seat.said.answers.get(topic.id)

    def at(self, group: Sequence[Topic], *stages: Stage) -> list[Topic]:
        """The scenarios whose answer has got that far."""
        return [t for t in group if (answer := self.answer(t)) and answer.stage in stages]

    def stage(self, topics: Sequence[Topic], stage: Stage) -> None:
        """Keep that the answers have got so far, all at once."""
        sitting.stage(self.seat.notes, [topic.id for topic in topics], stage)


def put_to(this: Round, topic: Topic) -> None:
    """What a scenario asks and what is new, on one screen; of a set the items come once."""
    answer, group = this.answer(topic), this.groups[topic.id]
    if answer and is_changed(topic, answer):
        prompt.tell(f"\n{topic.id} is not as it was when you said {words(answer.probability)}:", 0)
    language, lines = this.database.tracker.estimative_language, screen_lines() - _BELOW
    text = topic_text(
        topic,
        this.at_day,
        this.numbers[topic.id],
        language,
        width(),
        lines,
        items=len(group) == 1,
    )
    if len(group) > 1 and group[0].id not in this.told:
        this.told.add(group[0].id)
        set_id = topic.scenario.set or ""
        title = f"{set_id}: {this.database.tracker.sets.get(set_id, '')}"
        room = lines - text.count("\n") - 2
        typer.echo(f"\n{set_text(title, group, this.at_day, width(), room)}", err=True)
    typer.echo(f"\n{text}", err=True)
