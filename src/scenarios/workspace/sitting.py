"""The steps of a sitting, the answers of an analyst, and the sheet that they become."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from scenarios.analysis.forecasts import refusal
from scenarios.analysis.review.agenda import (
    Agenda,
    PastDue,
    Reveal,
    SetSum,
    Topic,
    agenda,
    reveal,
    stating,
    sums,
)
from scenarios.errors import ScenError, UsageError
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
from scenarios.paths import path_of
from scenarios.scales import percent
from scenarios.storage.state.session_notes import Answer, Notes, Sitting, Stage, kept
from scenarios.workspace.commit import subject
from scenarios.workspace.corrections.editing import foretold_of, foretold_words
from scenarios.workspace.how import AS_USUAL, TRIED, How
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import Opened, from_here
from scenarios.workspace.recording import Placed, forecast, unplaced
from scenarios.workspace.results import SheetAnswer, SheetRecorded
from scenarios.workspace.sheets import Entry
from scenarios.workspace.writing import Written

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
        group = [topic for topic in every if is_wanted(said, topic)]
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
    stated = with_answers(database, said)
    return sums(stated, said.analyst, said.date, [topic.id for topic in group])


def show(notes: Notes, group: Sequence[Topic]) -> None:
    """Keep that the figures are shown, before they are: no answer is blind after that."""
    answered = of_stage(notes.sitting, group, "answered")
    stage(notes, [topic.id for topic, _ in answered], "revealed")


def _of_sitting(said: Sitting, group: Sequence[Topic]) -> list[Topic]:
    return [t for t in group if t.id in said.answers or not is_in_the_sheet(said, t)]


def _reopen(notes: Notes, group: Sequence[Topic]) -> None:
    for topic in group:
        again = reopened(topic, notes.sitting.answers.get(topic.id))
        if again:
            put(notes, topic.id, again)


def _in_group(database: Database, said: Sitting, group: Sequence[Topic]) -> Step | None:
    if any(is_to_be_asked(topic, said.answers.get(topic.id)) for topic in group):
        return Step("ask", group=group)
    if of_stage(said, group, "answered"):
        return Step("sums", group=group, sums=figures(database, said, group))
    if of_stage(said, group, "revealed", "revising"):
        return Step("revise", group=group)
    return None


class End(NamedTuple):
    """Who said what on which day, and what else came of the sitting."""

    analyst: Analyst
    on: date
    entries: Sequence[Entry]
    blind: Mapping[ScenarioId, float | None] = {}
    skipped: Sequence[ScenarioId] = ()
    rated: Sequence[EvidenceId] = ()
    seen: Sequence[str] = ()

    @property
    def sheet(self) -> str:
        """The id of the sheet."""
        return f"{self.on}-{self.analyst}"


def end(said: Sitting) -> End:
    """What the sheet is to say, and what else was done."""
    entries = [Entry(k, a.probability, a.rationale, ()) for k, a in said.answers.items()]
    blind = {id: one.blind for id, one in said.answers.items()}
    return End(said.analyst, said.date, entries, blind, said.skipped, said.rated, seen(said))


def closed_since(opened: Opened, entry: Entry, on: date) -> str | None:
    """Why a question takes no forecast any more; None where it does."""
    id, scenarios = entry.scenario, opened.database.scenarios
    opened.refuse_left_out("scenario", id, scenarios)
    if id not in scenarios:
        return f"no scenario '{id}' any more"
    return refusal(opened.database, id, on)


def write_sheet(
    root: Path,
    end: End,
    how: How = AS_USUAL,
    placed: Placed = unplaced,
) -> Written:
    """Write the day's sheet, or put the figures into it; refuse all of them where one is wrong."""

    def words(written: Written) -> str:
        moves = [(r.scenario, r.before, r.after) for r in reveals(written, end)]
        return subject(f"forecast: {end.sheet}", moves)

    return forecast(root, end.analyst, end.on, end.entries, how, placed=placed, words=words)


def foretold_of_sheet(
    root: Path, analyst: Analyst, day: date, entries: Sequence[Entry], on: date
) -> list[str]:
    """What an audit will say of committed figures that these replace; nothing if refused."""
    if not (root / path_of("forecasts", f"{day}-{analyst}")).exists():
        return []
    with suppress(ScenError):
        found = foretold_of(forecast(root, analyst, day, entries, TRIED), on)
        return [foretold_words(one) for one in found if one.rule == "edited-forecast"]
    return []


def reveals(written: Written, end: End) -> tuple[Reveal, ...]:
    """Each figure of the sheet beside the others', the team's and the implied one."""
    before, after = written.before.database, written.after.database
    return reveal(before, after, end.analyst, end.on, [entry.scenario for entry in end.entries])


def sheet_recorded(written: Written, end: End) -> SheetRecorded:
    """The result of a sitting with a sheet."""
    pairs = zip(reveals(written, end), end.entries, strict=True)
    answers = [_answer(shown, entry, end) for shown, entry in pairs]
    paths = [*_rated(written.before, end), *written.paths]
    return _result(end, paths, written.dry_run, end.sheet, answers)


def nothing_recorded(opened: Opened, end: End, *, dry_run: bool) -> SheetRecorded:
    """The result of a sitting without one."""
    return _result(end, _rated(opened, end), dry_run, None, [])


def _result(
    end: End, paths: list[str], dry_run: bool, sheet: str | None, answers: list[SheetAnswer]
) -> SheetRecorded:
    return SheetRecorded(
        id=sheet,
        paths=paths,
        dry_run=dry_run,
        analyst=end.analyst,
        date=end.on,
        skipped=list(end.skipped),
        rated=list(end.rated),
        sheet=sheet,
        answers=answers,
    )


def _answer(shown: Reveal, entry: Entry, end: End) -> SheetAnswer:
    blind = end.blind.get(shown.scenario, shown.after)
    return SheetAnswer(
        **msgspec.structs.asdict(shown),
        reaffirmed=shown.after is not None and shown.after == shown.before,
        rationale=entry.rationale,
        revised_from=blind if blind != shown.after else None,
    )


def _rated(opened: Opened, end: End) -> list[str]:
    return [from_here(opened.root / path_of("evidence", id)) for id in end.rated]


_SHOWN = ("revealed", "revising", "settled")


def held_back(opened: Opened, analyst: Analyst, on: date) -> frozenset[ScenarioId]:
    """The scenarios that are due in a sitting that was begun and is not over, and not shown yet.

    The members of a set are shown together. Without a sitting nothing is held back.
    """
    said = kept(opened.root, analyst, on)
    if said is None:
        return frozenset()
    due = agenda(opened.database, analyst, on)
    waits = set()
    for group in due.groups:
        wanted = [topic.id for topic in group if is_wanted(said, topic)]
        answers = [said.answers.get(id) for id in wanted]
        if not all(answer and answer.stage in _SHOWN for answer in answers):
            waits |= {*wanted}
    return frozenset(waits)
