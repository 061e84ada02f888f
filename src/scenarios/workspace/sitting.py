"""The steps of a sitting, an analyst's answers, and the resulting sheet."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from scenarios.analysis.changes import figure_words
from scenarios.analysis.forecasts import refusal
from scenarios.analysis.quantities.estimates import as_in_a_file, estimate_faults
from scenarios.analysis.review import agenda
from scenarios.analysis.review.agenda import (
    FigureComparison,
    OverdueIndicator,
    ReviewAgenda,
    ScenarioQuestion,
    SetTotal,
)
from scenarios.errors import UsageError
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
from scenarios.model.quantity import Quantile
from scenarios.paths import path_of
from scenarios.render.cells import commit_subject
from scenarios.render.documents.session import answer_text
from scenarios.scales import percent
from scenarios.storage.session_notes import (
    SessionFile,
    SessionRecord,
    SittingAnswer,
    Stage,
    saved_session,
)
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase, from_here
from scenarios.workspace.sheets import (
    HIGHEST,
    LOWEST,
    ForecastEntry,
    Placed,
    record_entries,
    unplaced,
)
from scenarios.workspace.write_mode import AS_USUAL, CommitFields, WriteMode
from scenarios.workspace.writing import WriteResult

_LONGEST = 4000
"""The most characters of a reason: two fit in a sheet, with the words of a revision."""


Figure = float | dict[str, float | str] | None
"""A probability, the quantiles of a quantity as a file has them, or None to withdraw."""


def figure(topic: ScenarioQuestion, text: str) -> Figure:
    """A figure that a sheet takes."""
    if text.strip().lower() == "withdraw":
        if topic.own is None:
            raise UsageError("no forecast of yours stands: there is nothing to withdraw")
        return None
    if topic.scenario.quantity:
        quantiles = typed_in.quantiles(text, topic.scenario.quantity.unit)
        for _, fault in quantile_faults(topic, quantiles):
            raise UsageError(fault)
        return quantiles
    value = typed_in.chance(text)
    if not LOWEST <= value <= HIGHEST:
        raise UsageError(f"'{text}': a forecast lies between {LOWEST} and {HIGHEST}")
    return value


def quantile_faults(
    topic: ScenarioQuestion, quantiles: Mapping[str, float | str]
) -> list[tuple[str, str]]:
    """Each quantile that the quantity cannot have, with the reason."""
    assert topic.scenario.quantity is not None  # noqa: S101 - asked of quantities alone
    values = msgspec.convert(quantiles, dict[str, Quantile])
    return estimate_faults(topic.scenario.quantity, values, topic.day)


def reason(text: str) -> str:
    """The text, if it is short enough."""
    if len(text) > _LONGEST:
        raise UsageError(f"{len(text)} characters; {_LONGEST} are enough")
    return text


ORDER = "your figure first, then what the others and the evidence say"
CITING = "“1 3: They met” cites items 1 and 3."


def cited(text: str | None, items: Sequence[EvidenceId]) -> tuple[str | None, tuple[str, ...]]:
    """A reason without the numbers of `items` with which it begins, like 1 3:, and those items."""
    named = _NUMBERS.fullmatch(text or "")
    numbers = [int(number) for number in re.findall(r"\d+", named[1])] if named else []
    if not named or not all(0 < number <= len(items) for number in numbers):
        return text, ()
    return named[2] or None, tuple(dict.fromkeys(items[number - 1] for number in numbers))


_NUMBERS = re.compile(r"\s*(\d+(?:[\s,]+\d+)*)\s*:\s*(.*)", re.DOTALL)


def words(figure: Figure) -> str:
    """A figure as text, or "withdrawn"."""
    return percent(figure) if isinstance(figure, float) else figure_words(figure)


def put(notes: SessionFile, id: ScenarioId, answer: SittingAnswer) -> None:
    """Keep the answer to a scenario."""
    skipped = tuple(other for other in notes.sitting.skipped if other != id)
    notes.keep(answers={**notes.sitting.answers, id: answer}, skipped=skipped)


def skip(notes: SessionFile, id: ScenarioId) -> None:
    """Note that a scenario was skipped."""
    answers = {key: answer for key, answer in notes.sitting.answers.items() if key != id}
    skipped = (*(other for other in notes.sitting.skipped if other != id), id)
    notes.keep(answers=answers, skipped=skipped)


def stage(notes: SessionFile, ids: Iterable[ScenarioId], stage: Stage) -> None:
    """Move answers to a stage, all at once."""
    answers = notes.sitting.answers
    moved = {id: msgspec.structs.replace(answers[id], stage=stage) for id in ids}
    notes.keep(answers=answers | moved)


def is_wanted(
    session_record: SessionRecord, topic: ScenarioQuestion, only: Collection[ScenarioId] = ()
) -> bool:
    """True if a scenario is asked about: neither skipped nor in the day's sheet."""
    if topic.id in session_record.answers or topic.id in only:
        return True
    return topic.id not in session_record.skipped and not is_in_the_sheet(session_record, topic)


def is_in_the_sheet(session_record: SessionRecord, topic: ScenarioQuestion) -> bool:
    return topic.last is not None and topic.last.date == session_record.date


def is_to_be_asked(topic: ScenarioQuestion, answer: SittingAnswer | None) -> bool:
    """True if the blind figure or reason is missing or outdated."""
    is_blind = answer is None or answer.stage in ("figure", "answered")
    is_done = answer and answer.stage == "answered" and not is_changed(topic, answer)
    return is_blind and not is_done


def is_changed(topic: ScenarioQuestion, answer: SittingAnswer) -> bool:
    """True if an answer not yet in a sheet rests on outdated grounds."""
    last = topic.last
    is_written = last and not topic.days and last.figure == answer.probability
    return answer.grounds != topic.grounds and not is_written


def reopened(topic: ScenarioQuestion, answer: SittingAnswer | None) -> SittingAnswer | None:
    """An answer to revise again, as its grounds changed after the reveal."""
    if answer and answer.stage in ("revealed", "settled") and is_changed(topic, answer):
        return msgspec.structs.replace(answer, stage="revealed", grounds=topic.grounds)
    return None


NOT_BLIND = "[not blind: given after the sitting, which left this question out]"


def given_late(rationale: str | None) -> str:
    """The reason of a figure that was given after those of others were shown; it says so."""
    text = (rationale or "").removesuffix(NOT_BLIND).rstrip()
    return f"{text} {NOT_BLIND}".lstrip()


def revised(answer: SittingAnswer, why: str) -> SittingAnswer:
    """The answer with the reason of its revision, which also keeps the blind figure."""
    blind = answer_text(answer.blind, None)
    rationale = (
        f"{answer.rationale or ''} [revised after the reveal; blind: {blind}] {why}".lstrip()
    )
    return msgspec.structs.replace(answer, stage="settled", rationale=rationale)


def seen(session_record: SessionRecord) -> list[str]:
    """Indicators answered as seen by now."""
    return [key for key, state in session_record.past_due.items() if state == "seen"]


def with_answers(database: Database, session_record: SessionRecord) -> Database:
    """The database with the answers in the day's sheet."""
    figures = {id: answer.probability for id, answer in session_record.answers.items()}
    return agenda.stating(database, session_record.analyst, session_record.date, figures)


Kind = Literal["item", "past-due", "ask", "sums", "revise", "end"]


class SessionStep(NamedTuple):
    """The next thing to do: rate an item, settle indicators, answer, show or revise scenarios; or
    end.

    `number` is that of the first scenario, `to` of the last, `are` their total.
    """

    kind: Kind
    item: EvidenceId = ""
    past_due: Sequence[OverdueIndicator] = ()
    group: Sequence[ScenarioQuestion] = ()
    sums: Sequence[SetTotal] = ()
    number: int = 0
    to: int = 0
    are: int = 0


def key_of(indicator: OverdueIndicator) -> str:
    return f"{indicator.scenario}/{indicator.id}"


def next_step(database: Database, due: ReviewAgenda, notes: SessionFile) -> SessionStep:
    """The first step not done; answers on changed grounds are reopened."""
    session_record = notes.sitting
    for id in due.unrated:
        if id not in (*session_record.left_unrated, *session_record.rated):
            return SessionStep("item", item=id)
    if past_due := [late for late in due.past_due if key_of(late) not in session_record.past_due]:
        return SessionStep("past-due", past_due=past_due)
    are, to = to_answer(session_record, due), 0
    for topics in due.groups:
        number = to + 1
        to += len(_of_sitting(session_record, topics))
        group = [topic for topic in topics if is_wanted(session_record, topic)]
        for topic in group:
            if again := reopened(topic, notes.sitting.answers.get(topic.id)):
                put(notes, topic.id, again)
        if step := _in_group(database, notes.sitting, group):
            return step._replace(number=number, to=to, are=are)
    return SessionStep("end")


def of_stage(
    session_record: SessionRecord, group: Sequence[ScenarioQuestion], *stages: str
) -> list[tuple[ScenarioQuestion, SittingAnswer]]:
    """Scenarios whose answer is at one of these stages."""
    answers = ((topic, session_record.answers.get(topic.id)) for topic in group)
    return [(topic, answer) for topic, answer in answers if answer and answer.stage in stages]


def figures(
    database: Database, session_record: SessionRecord, group: Sequence[ScenarioQuestion]
) -> tuple[SetTotal, ...]:
    """The sums of the answers in their set."""
    stated = with_answers(database, session_record)
    return agenda.sums(
        stated, session_record.analyst, session_record.date, [topic.id for topic in group]
    )


def show(notes: SessionFile, group: Sequence[ScenarioQuestion]) -> None:
    """Note that figures are about to be shown: later answers are not blind."""
    answered = of_stage(notes.sitting, group, "answered")
    stage(notes, [topic.id for topic, _ in answered], "revealed")


def to_answer(session_record: SessionRecord, due: ReviewAgenda) -> int:
    """Number of scenarios that a sitting asks about, answered or not."""
    return sum(len(_of_sitting(session_record, group)) for group in due.groups)


def _of_sitting(
    session_record: SessionRecord, group: Sequence[ScenarioQuestion]
) -> list[ScenarioQuestion]:
    return [
        t for t in group if t.id in session_record.answers or not is_in_the_sheet(session_record, t)
    ]


def _in_group(
    database: Database, session_record: SessionRecord, group: Sequence[ScenarioQuestion]
) -> SessionStep | None:
    if any(is_to_be_asked(topic, session_record.answers.get(topic.id)) for topic in group):
        return SessionStep("ask", group=group)
    if of_stage(session_record, group, "answered"):
        return SessionStep("sums", group=group, sums=figures(database, session_record, group))
    if of_stage(session_record, group, "revealed", "revising"):
        return SessionStep("revise", group=group)
    return None


class SessionOutcome(NamedTuple):
    """The outcome of a sitting."""

    analyst: Analyst
    on: date
    entries: Sequence[ForecastEntry]
    blind: Mapping[ScenarioId, Figure] = {}
    skipped: Sequence[ScenarioId] = ()
    rated: Sequence[EvidenceId] = ()
    seen: Sequence[str] = ()

    @property
    def sheet(self) -> str:
        return f"{self.on}-{self.analyst}"


def end(answered: SessionRecord) -> SessionOutcome:
    """The sheet to write, and the other results of the sitting."""
    answers = answered.answers.items()
    entries = [
        ForecastEntry(
            id,
            None if isinstance(a.probability, dict) else a.probability,
            a.rationale,
            a.evidence,
            quantiles=as_in_a_file(a.probability) if isinstance(a.probability, dict) else None,
        )
        for id, a in answers
    ]
    blind = {id: answer.blind for id, answer in answers}
    return SessionOutcome(
        answered.analyst,
        answered.date,
        entries,
        blind,
        answered.skipped,
        answered.rated,
        seen(answered),
    )


def closed_since(opened: OpenDatabase, entry: ForecastEntry, on: date) -> str | None:
    """Reason why a question takes no more forecasts, or None."""
    id, scenarios = entry.scenario, opened.database.scenarios
    opened.refuse_left_out("scenario", id, scenarios)
    if id not in scenarios:
        return f"no scenario '{id}' any more"
    return refusal(opened.database, id, on)


def write_sheet(
    root: Path, end: SessionOutcome, mode: WriteMode = AS_USUAL, placed: Placed = unplaced
) -> WriteResult:
    """Write the day's sheet, or add the figures to it; any wrong figure refuses all."""

    def words(written: WriteResult) -> str:
        moves = [(r.scenario, r.before, r.after) for r in reveals(written, end)]
        return commit_subject(f"forecast: {end.sheet}", moves)

    return record_entries(root, end.analyst, end.on, end.entries, mode, placed=placed, words=words)


class SheetAnswer(FigureComparison, frozen=True, kw_only=True):
    """One answer of a sitting, beside the others', the team's with it, and the implied one.

    `revised_from` is the blind figure, where the analyst moved on after seeing the others.
    """

    reaffirmed: bool
    rationale: str | None
    revised_from: Figure


class SheetRecorded(CommitFields, frozen=True):
    """Result of a sitting; `id` and `sheet` are None where no sheet was written.

    `paths` are the files of the sheet and of the items that were `rated` in the sitting.
    """

    id: str | None
    paths: list[str]
    dry_run: bool
    analyst: Analyst
    date: dt.date
    skipped: list[ScenarioId]
    rated: list[EvidenceId]
    sheet: str | None
    answers: list[SheetAnswer]


def reveals(written: WriteResult, end: SessionOutcome) -> tuple[FigureComparison, ...]:
    """Each figure of the sheet beside the others', the team's and the implied one."""
    before, after = written.before.database, written.after.database
    return agenda.reveal(
        before, after, end.analyst, end.on, [entry.scenario for entry in end.entries]
    )


def sheet_recorded(written: WriteResult, end: SessionOutcome) -> SheetRecorded:
    """The result of a sitting with a sheet."""
    answers = []
    for answer, entry in zip(reveals(written, end), end.entries, strict=True):
        blind, of = end.blind.get(answer.scenario, entry.figure), answer.quantity or answer
        answers.append(
            SheetAnswer(
                **msgspec.structs.asdict(answer),
                reaffirmed=of.after is not None and of.after == of.before,
                rationale=entry.rationale,
                revised_from=blind if blind != entry.figure else None,
            )
        )
    recorded = nothing_recorded(written.before, end, dry_run=written.dry_run)
    paths = [*recorded.paths, *written.paths]
    replace = msgspec.structs.replace
    return replace(recorded, id=end.sheet, sheet=end.sheet, paths=paths, answers=answers)


def nothing_recorded(opened: OpenDatabase, end: SessionOutcome, *, dry_run: bool) -> SheetRecorded:
    """The result of a sitting without a sheet."""
    return SheetRecorded(
        id=None,
        paths=[from_here(opened.root / path_of("evidence", id)) for id in end.rated],
        dry_run=dry_run,
        analyst=end.analyst,
        date=end.on,
        skipped=list(end.skipped),
        rated=list(end.rated),
        sheet=None,
        answers=[],
    )


_REVEALED = ("revealed", "revising", "settled")


def held_back(opened: OpenDatabase, analyst: Analyst, on: date) -> frozenset[ScenarioId]:
    """Scenarios due in an unfinished sitting and not revealed yet.

    Members of a set are revealed together. Without a sitting nothing is held back.
    """
    session_record = saved_session(opened.root, analyst, on)
    if session_record is None:
        return frozenset()
    due = agenda.agenda(opened.database, analyst, on)
    waiting: set[ScenarioId] = set()
    for group in due.groups:
        wanted = [topic.id for topic in group if is_wanted(session_record, topic)]
        answers = map(session_record.answers.get, wanted)
        if not all(answer and answer.stage in _REVEALED for answer in answers):
            waiting.update(wanted)
    return frozenset(waiting)
