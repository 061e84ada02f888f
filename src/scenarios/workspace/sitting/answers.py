"""What is said of the scenarios in a sitting: taken or refused, kept, and gone back to."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from scenarios.analysis.review.agenda import Topic
from scenarios.analysis.review.feedback import stating
from scenarios.errors import UsageError
from scenarios.model import Database, ScenarioId
from scenarios.scales import percent
from scenarios.storage.state.session_notes import Answer, Notes, Sitting, Stage
from scenarios.workspace.input import typed_in

_LOWEST, _HIGHEST = 0.0001, 0.9999
"""What a sheet takes."""
_LONGEST = 4000
"""The characters of a reason: two fit in a sheet, with what is said of a revision."""


def figure(topic: Topic, text: str) -> float | None:
    """A probability that a sheet takes, or None to withdraw."""
    if text.strip().lower() == "withdraw":
        if topic.standing is None:
            raise UsageError("no forecast of yours stands: there is nothing to withdraw")
        return None
    value = typed_in.chance(text)
    if not _LOWEST <= value <= _HIGHEST:
        raise UsageError(f"'{text}': a forecast lies between {_LOWEST} and {_HIGHEST}")
    return value


def reason(text: str) -> str:
    """A text that is short enough to be one."""
    if len(text) > _LONGEST:
        raise UsageError(f"{len(text)} characters; {_LONGEST} are enough")
    return text


def words(probability: float | None) -> str:
    """A figure, or that it was withdrawn."""
    return percent(probability) if probability is not None else "withdrawn"


def put(notes: Notes, id: ScenarioId, answer: Answer) -> None:
    """Keep what was said of a scenario."""
    said = notes.sitting
    skipped = tuple(one for one in said.skipped if one != id)
    notes.keep(answers={**said.answers, id: answer}, skipped=skipped)


def skip(notes: Notes, id: ScenarioId) -> None:
    """Keep that nothing is said of it."""
    said = notes.sitting
    answers = {key: one for key, one in said.answers.items() if key != id}
    notes.keep(answers=answers, skipped=(*(one for one in said.skipped if one != id), id))


def stage(notes: Notes, ids: Iterable[ScenarioId], stage: Stage) -> None:
    """Keep that the answers have got so far, all at once."""
    said = notes.sitting.answers
    moved = {id: msgspec.structs.replace(said[id], stage=stage) for id in ids}
    notes.keep(answers={**said, **moved})


def is_wanted(said: Sitting, topic: Topic, only: Collection[ScenarioId] = ()) -> bool:
    """Whether a scenario is asked about: not if it was skipped, or is in the day's sheet."""
    if topic.id in said.answers or topic.id in only:
        return True
    return topic.id not in said.skipped and not is_in_the_sheet(said, topic)


def is_in_the_sheet(said: Sitting, topic: Topic) -> bool:
    """Whether the day's sheet has a figure of it already."""
    return topic.last is not None and topic.last.date == said.date


def is_to_be_asked(topic: Topic, answer: Answer | None) -> bool:
    """Whether its blind figure or the reason is still to come, or rests on what is no longer so."""
    is_blind = answer is None or answer.stage in ("figure", "answered")
    is_done = answer and answer.stage == "answered" and not is_changed(topic, answer)
    return is_blind and not is_done


def is_changed(topic: Topic, answer: Answer) -> bool:
    """Whether an answer that no sheet has yet rests on what is no longer so."""
    last = topic.last
    is_written = last and not topic.days and last.probability == answer.probability
    return answer.grounds != topic.grounds and not is_written


def reopened(topic: Topic, answer: Answer | None) -> Answer | None:
    """An answer whose figures were shown and whose grounds are others now: to be revised again."""
    if answer and answer.stage in ("revealed", "settled") and is_changed(topic, answer):
        return msgspec.structs.replace(answer, stage="revealed", grounds=topic.grounds)
    return None


def revised(answer: Answer, why: str) -> Answer:
    """The answer with the reason of its revision; the blind figure stays in that."""
    blind = f"{answer.blind:g}" if answer.blind is not None else "withdraw"
    said = f"{answer.rationale or ''} [revised after the reveal; blind: {blind}] {why}".lstrip()
    return msgspec.structs.replace(answer, stage="settled", rationale=said)


def seen(said: Sitting) -> list[str]:
    """The indicators that were said to be seen by now."""
    return [key for key, how in said.past_due.items() if how == "seen"]


def with_answers(database: Database, said: Sitting) -> Database:
    """The database with the answers in the day's sheet."""
    figures = {id: one.probability for id, one in said.answers.items()}
    return stating(database, said.analyst, said.date, figures)
