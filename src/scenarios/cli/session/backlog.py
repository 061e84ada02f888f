"""The beginning of a sitting: items that rate nothing, and indicators past due."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import typer

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.review.agenda import PastDue, unrecorded, without_evidence
from scenarios.cli.output.streams import say, width
from scenarios.cli.session.state import Seat, in_turn, wants, word
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import Answers, walk
from scenarios.errors import ScenError
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render.documents.session import past_due_text, unrated_text
from scenarios.storage.edits import Draft, Put, edited
from scenarios.storage.state.session_notes import HalfRated
from scenarios.workspace import sitting
from scenarios.workspace.opened import Opened
from scenarios.workspace.writing import write

_SEEN: dict[str, Literal["seen", "not-seen", "skipped"]] = {
    "": "skipped",
    "y": "seen",
    "yes": "seen",
    "n": "not-seen",
    "no": "not-seen",
}


def rate_items(seat: Seat, database: Database, ids: Sequence[EvidenceId]) -> bool:
    """Offer each item to be rated across the row; whether one was."""
    before = seat.sitting.rated
    at_day = known(database, seat.on)
    ids = [id for id in ids if id not in seat.sitting.left_unrated]
    for number, id in enumerate(ids, start=1):
        prompt.tell(f"\nNOT RATED YET, {number} of {len(ids)}", 0)
        typer.echo(unrated_text(at_day, id, width()), err=True)
        begun = seat.sitting.half_rated.get(id)
        if begun:
            prompt.tell(f"you had begun: {_shown(begun)}")
        if wants(f"Rate it now (y = {'go on' if begun else 'yes'}, Enter = later, q = leave)"):
            _rate(seat, database, id, begun or HalfRated())
        else:
            seat.notes.keep(left_unrated=(*seat.sitting.left_unrated, id))
    return seat.sitting.rated != before


def ask_past_due(seat: Seat, past_due: Sequence[PastDue]) -> None:
    """Ask whether each was seen by now: "not seen" writes nothing, its absence counts already."""
    due = [indicator for indicator in past_due if _key(indicator) not in seat.sitting.past_due]
    numbers = {
        _key(indicator): f"{number} of {len(due)}" for number, indicator in enumerate(due, start=1)
    }

    def ask(past: PastDue, _: bool) -> None:
        prompt.tell(f"\nPAST DUE, {numbers[_key(past)]}", 0)
        typer.echo(past_due_text(past, width()), err=True)
        question = "Seen by now (y = seen, n = not seen, Enter = skip, q = leave)"
        answer = prompt.answer(question, _seen, "", is_back=True)
        seat.notes.keep(past_due={**seat.sitting.past_due, _key(past): answer})
        if answer == "seen":
            worth = past.indicator.if_absent or past.indicator.chance
            absent = ", and counts as absent until then" if worth else ""
            prompt.tell(f"it counts only once it is recorded{absent}: {_recording(_key(past))}")
            prompt.tell("q leaves; what you answered is kept, and the item is there when you go on")

    in_turn(due, ask)


def tell_overdue(database: Database, ids: Sequence[ScenarioId]) -> None:
    """A question whose last day has passed wants an outcome and no forecast."""
    for id in ids:
        passed = f"\n{id}: its horizon passed on {database.scenarios[id].horizon}"
        prompt.tell(f"{passed}: scen resolve {id} OUTCOME --basis …", 0)


def tell_open_ends(seat: Seat, database: Database) -> None:
    """Name what was answered and is not recorded: items half rated, indicators seen."""
    for id, begun in seat.sitting.half_rated.items():
        words = [f"{scenario}={value}" for scenario, value in begun.ratings.items()]
        for indicator, state in begun.indicators.items():
            words += ["--indicator", f"{indicator}={state}"]
        say(f"not written: {shlex.join(['scen', 'rate', id, *words])}")
    for key in unrecorded(database, seat.on, sitting.seen(seat.sitting)):
        say(f"seen, and not recorded: {_recording(key)}")


def _rate(seat: Seat, database: Database, id: EvidenceId, begun: HalfRated) -> None:
    def save() -> None:
        states: dict[str, Any] = dict(answers.indicators)
        half = HalfRated(dict(answers.ratings), states)
        seat.notes.keep(half_rated={**seat.sitting.half_rated, id: half})

    answers = Answers(_Kept(begun.ratings, save), _Kept(begun.indicators, save))
    item = database.evidence[id]
    prompt.tell("The figure beside a scenario is its prior; what the evidence implies comes later.")

    def ask() -> None:
        answers.ratings.clear()
        answers.ratings.update(begun.ratings)
        answers.indicators.clear()
        answers.indicators.update(begun.indicators)
        walk(without_evidence(database), answers, item.recorded, item)

    agreed(ask, lambda _: None, missing=True)
    rest = {key: half for key, half in seat.sitting.half_rated.items() if key != id}
    if not answers.ratings and not answers.indicators:
        seat.notes.keep(left_unrated=(*seat.sitting.left_unrated, id), half_rated=rest)
        return

    def draft(opened: Opened) -> list[Draft]:
        now = opened.database.evidence[opened.evidence(id)]
        if now.ratings or now.indicators:
            raise ScenError(f"{id} was rated meanwhile: scen show {id}; nothing was written")
        puts = [Put(("ratings", key), value) for key, value in answers.ratings.items()]
        puts += [Put(("indicators", key), value) for key, value in answers.indicators.items()]
        return [edited(opened.snapshot, "evidence", id, puts)]

    try:
        subject = f"review: rate {id}"
        written = write(seat.root, draft, subject, seat.how, subject=f"rate: {id}")
    except ScenError as error:
        say(str(error))
        return
    seat.notes.keep(rated=(*seat.sitting.rated, id), half_rated=rest)
    prompt.tell(f"{'would be rated' if seat.how.dry_run else 'rated'}: {', '.join(written.paths)}")
    if written.committed and written.committed.fault:
        say(str(written.committed.fault))


class _Kept(dict[str, Any]):
    """Ratings of an item, saved as soon as they are given."""

    def __init__(self, answers: Mapping[str, Any], save: Callable[[], None]) -> None:
        super().__init__(answers)
        self._save = save

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._save()

    def pop(self, key: str, default: Any = None) -> Any:
        value = super().pop(key, default)
        self._save()
        return value


def _recording(indicator: str) -> str:
    return f"scen add-evidence --indicator {indicator}=observed"


def _key(past: PastDue) -> str:
    return f"{past.scenario}/{past.id}"


def _shown(begun: HalfRated) -> str:
    answers = {**begun.ratings, **begun.indicators}
    return ", ".join(f"{key}={value}" for key, value in answers.items())


def _seen(text: str) -> Literal["seen", "not-seen", "skipped"]:
    if word(text) not in _SEEN:
        raise typer.BadParameter(f"'{text}': y, n, Enter or q")
    return _SEEN[word(text)]
