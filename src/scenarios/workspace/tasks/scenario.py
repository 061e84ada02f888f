"""A scenario: a question with criteria, a horizon and a prior; clarified, and resolved."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from scenarios.analysis.review.explanation import explain
from scenarios.errors import Keys, ScenError, UsageError
from scenarios.model import Clarification, Database, Evidence
from scenarios.paths import path_of
from scenarios.scales import base_rate, is_off_class, percent
from scenarios.storage.edits import FileChange, KeyEdit, edited, refuse_unwritable
from scenarios.storage.yaml.editor import append
from scenarios.workspace.how import WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import HAZARDS, OUTCOMES, tags, titled
from scenarios.workspace.opened import OpenDatabase, known_id
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    DATE,
    PROSE,
    Answers,
    FormSection,
    Task,
    as_,
    asked,
    free,
    new_id,
    new_record,
    since_today,
    which_scenario,
    worded,
)
from scenarios.workspace.writing import WriteResult, crowded_set, write


def _set(text: str, at: task.AnswerContext) -> str:
    known = at.opened.database.tracker.sets if at.opened else (text,)
    command = f'scen edit tracker sets.{text}="TITLE"'
    return known_id(text, known, "set", f"{command} declares it; the tracker")


def _like(answers: task.Answers) -> dict[str, Any] | None:
    """The answers on the reference class as the keys of its file."""
    text = answers.get("reference")
    return typed_in.reference_class(text) if text else None


def _reference(text: str, _: task.AnswerContext) -> str:
    typed_in.reference_class(text)
    return text.strip()


def _source(text: str, at: task.AnswerContext) -> str:
    if "://" in text:
        return typed_in.url(text)
    known = at.opened.database.sources if at.opened else (text,)
    return known_id(text, known, "source", "sources/")


def _rate(answers: task.Answers) -> float | None:
    """The prior that a reference class proposes, in four decimals."""
    like = _like(answers)
    return round(base_rate(like["occurred"], like["cases"]), 4) if like else None


def _like_cases(answers: task.Answers) -> str | None:
    """The basis of a prior in words, from its reference class."""
    like = _like(answers)
    return f"{like['occurred']} of {like['cases']} like cases: {like['class']}." if like else None


def _is_off(answers: task.Answers) -> bool:
    rate, prior = _rate(answers), answers.get("prior")
    return bool(rate and prior and is_off_class(prior, rate))


new_scenario = partial(new_record, "scenario")


def _write(root: Path, answers: task.Answers, how: WriteMode) -> WriteResult:
    like = _like(answers)
    beside = {"source": answers.get("reference_source"), "adjusted": answers.get("adjusted")}
    if like is None and any(beside.values()):
        raise UsageError("a source and a reason go with a reference class: give --reference too")
    record = {
        "title": answers["title"],
        "short": answers.get("short"),
        "question": answers["question"],
        "resolution_criteria": answers["criteria"],
        "opened": answers["opened"].isoformat(),
        "horizon": answers["horizon"].isoformat(),
        "set": answers.get("set"),
        "tags": answers.get("tags"),
        "prior": {
            "probability": answers["prior"],
            "basis": answers["basis"],
            "reference": like and {**like, **beside},
            "hazard": answers.get("hazard"),
            "given": answers.get("given"),
        },
    }
    return new_scenario(root, answers["id"], record, how)


def _field_of(keys: Keys) -> str:
    if not keys:
        return ""
    if keys[:2] == ("prior", "reference"):
        inside = {"source": "reference_source", "adjusted": "adjusted"}
        return inside.get(str(keys[-1]), "reference")
    if keys[0] == "prior" and len(keys) > 1:
        return "prior" if keys[1] == "probability" else str(keys[1])
    return "criteria" if keys[0] == "resolution_criteria" else str(keys[0])


TASK = task.Task(
    name="scenario",
    title="Add a scenario",
    save="Add it",
    lead="A question with criteria, a horizon and a prior.",
    help="Add a scenario: a question with criteria, a horizon and a prior.",
    asks=(
        new_id("scenario", "military-pact", free("scenario")),
        task.Question("title", "Short title", read=task.LINE, is_needed=True),
        task.short(
            "title",
            "As a noun phrase, for sentences, like: a formal pact",
            "A noun phrase by which sentences name it, like: a formal pact.",
        ),
        task.PROSE("question", "Question to be decided", "What exactly will be decided."),
        task.PROSE("criteria", "Resolution criteria", rows=5),
        task.Question(
            "horizon",
            "Last day of the question",
            kind="day",
            hint="",
            is_needed=True,
            is_ahead=True,
        ),
        task.Question(
            "reference",
            "How often it happened in like cases, and in which",
            "How often it happened in similar cases, for example 3/40.",
            _reference,
            label="How often it happened in like cases",
            metavar="'3/40 CLASS'",
            is_value=True,
        ),
        task.Question(
            "reference_source",
            "Who counted them, a source's id or an address",
            "Source id or address of the count.",
            _source,
            label="Who counted them",
            hint="A source's id or an address.",
            is_value=True,
            when=lambda _, answers: answers.get("reference"),
        ),
        task.Question(
            "prior",
            "Probability before the evidence",
            "Probability before the evidence [the rate of --reference].",
            task.CHANCE,
            metavar="P",
            is_needed=True,
            default=lambda at: _rate(at.answers),
        ),
        task.Question(
            "adjusted",
            "Why the prior differs from its reference class by more than 3 dB",
            "Why the prior differs from --reference by more than 3 dB.",
            kind="text",
            label="Why the prior differs",
            hint="Needed from 3 dB on.",
            when=lambda _, answers: _is_off(answers),
            needs=_is_off,
        ),
        task.PROSE(
            "basis",
            "The base rate behind the prior",
            "The base rate behind the prior [--reference].",
            label="Base rate behind the prior",
            default=lambda at: _like_cases(at.answers),
        ),
        task.Question(
            "given",
            "",
            "Prior if OTHER occurs / if not, for example war=0.2/0.02.",
            as_(typed_in.given),
            "given",
            label="Prior depends on",
            metavar="OTHER=P/P",
            is_value=True,
        ),
        since_today("opened", "First asked on", "Day on which it was first asked [today]."),
        task.Question(
            "set",
            "Exclusive set",
            "The exclusive set it belongs to.",
            _set,
            "choice",
            when=lambda database, _: database.tracker.sets,
            offers=lambda database: titled(database.tracker.sets),
            choices=lambda database: [
                (id, f"{title} ({id})") for id, title in database.tracker.sets.items()
            ],
        ),
        task.Question(
            "hazard",
            "Hazard",
            "constant: the prior decays towards the horizon.",
            as_(typed_in.hazard),
            "choice",
            when=lambda _, answers: not (answers.get("set") or answers.get("given")),
            offers=lambda _: HAZARDS,
            choices=worded(HAZARDS),
        ),
        task.Question(
            "tags",
            "A tag",
            "Repeatable.",
            as_(typed_in.id),
            option="--tag",
            label="Tags",
            is_many=True,
            offers=tags,
        ),
    ),
    groups=(
        task.FormSection("The question", "id title short question criteria horizon"),
        task.FormSection("The prior", "reference reference_source prior adjusted basis"),
        task.FormSection("More", "set hazard given tags opened", folded=True),
    ),
    options="id title question criteria horizon prior basis opened hazard given tags set"
    " short reference reference_source adjusted",
    write=_write,
    names=lambda answers: str(answers["id"]),
    doubt=lambda written, answers: crowded_set(written.after.database, answers["id"]),
    field_of=_field_of,
)


def _known_items(database: Database, answers: task.Answers) -> dict[str, Evidence]:
    """Items that were known when the outcome was entered."""
    evidence, entered = database.evidence, answers.get("recorded", date.max)
    return {id: item for id, item in evidence.items() if item.recorded <= entered}


def _resolve(root: Path, answers: task.Answers, how: WriteMode) -> WriteResult:
    record: dict[str, Any] = {
        "outcome": answers["outcome"],
        "date": answers["date"].isoformat(),
        "recorded": answers["recorded"].isoformat(),
        "basis": answers["basis"],
        **({"evidence": answers["evidence"]} if answers.get("evidence") else {}),
    }
    scenario = answers["scenario"]

    def draft(opened: OpenDatabase) -> list[FileChange]:
        before = opened.database.scenarios[opened.scenario(scenario)].resolution
        if before:
            raise ScenError(
                f"{scenario} is resolved already ({before.outcome}, {before.date}); "
                "nothing was written"
            )
        for id in record.get("evidence", ()):
            opened.evidence(id)
        return [edited(opened.snapshot, "scenario", scenario, [KeyEdit(("resolution",), record)])]

    words = f"resolve: {scenario} {record['outcome'].replace('-', ' ')}"
    return write(root, draft, f"resolve {scenario} {record['outcome']}", how, subject=words)


def _last_values(written: WriteResult, answers: task.Answers) -> str:
    """The last figures beside the outcome."""
    id, after, on = answers["scenario"], written.after.database, answers["recorded"]
    if on < after.scenarios[id].opened:
        return ""
    last = explain(after, id, on)
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    implied = percent(last.implied.probability) if last.implied else "?"
    return f"{id}: {stated}, implied {implied} → {(last.outcome or '').replace('-', ' ')}"


RESOLUTION = task.Task(
    name="resolution",
    title="Record an outcome",
    save="Record it",
    lead="Its rivals in a set follow from it.",
    help="Record the outcome of a scenario; the rest of its set follows.",
    asks=(
        task.which_scenario(
            "The scenario that is decided",
            task.live,
            note=task.asked,
            note_unless="scenario outcome basis",
        ),
        task.Question(
            "outcome",
            "occurred, did-not-occur or annulled",
            "occurred, did-not-occur, annulled.",
            task.as_(typed_in.outcome),
            "radio",
            option="OUTCOME",
            label="Outcome",
            is_needed=True,
            offers=lambda _: OUTCOMES,
            choices=task.worded(OUTCOMES),
        ),
        task.PROSE("basis", "What decided it, by the criteria"),
        task.since_today("recorded", "When it was entered"),
        task.Question(
            "date",
            "When was it known",
            "Day the outcome was known [recorded day].",
            kind="day",
            label="When it was known",
            hint="As recorded if empty; forecasts are scored up to it.",
            default=lambda at: at.answers["recorded"],
            is_shown=True,
        ),
        task.items("An item that decides it", "Items that decide it", "By id.", _known_items),
    ),
    groups=(
        task.FormSection("", "scenario"),
        task.FormSection("", "outcome basis evidence"),
        task.FormSection("More", "date recorded", folded=True),
    ),
    options="scenario outcome basis date recorded evidence",
    write=_resolve,
    names=lambda answers: str(answers["scenario"]),
    remark=_last_values,
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("resolution",) and len(keys) > 1 else "",
)


def _clarify(root: Path, answers: Answers, how: WriteMode) -> WriteResult:
    scenario, text = answers["scenario"], answers["text"]

    def draft(opened: OpenDatabase) -> list[FileChange]:
        id = opened.scenario(scenario)
        path = path_of("scenario", id)
        refuse_unwritable(text, "text")
        data = opened.snapshot[path]
        clarification = Clarification(answers["date"], text)
        if clarification in opened.database.scenarios[id].clarifications:
            return [FileChange(path, data, data)]  # which may wait for its commit
        item = {"date": answers["date"].isoformat(), "text": text}
        return [FileChange(path, data, append(data, ("clarifications",), item))]

    return write(root, draft, f"clarify {scenario}", how, subject=f"clarify: {scenario}")


CLARIFICATION = Task(
    name="clarification",
    title="Clarify a question",
    save="Add it",
    lead="It is added to the question; forecasts stay valid.",
    help="Add a clarification to a question; the question and its forecasts stay as they are.",
    asks=(
        which_scenario("Scenario to clarify", note=asked),
        PROSE("text", "Clarification", option="TEXT"),
        DATE,
    ),
    groups=(FormSection("", "scenario"), FormSection("", "text date")),
    write=_clarify,
    names=lambda answers: str(answers["scenario"]),
    reports="correction",
    field_of=lambda keys: "text" if keys[:1] == ("clarifications",) else "",
)
