"""A scenario: a question with criteria, a horizon and a prior; clarified, and resolved."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.quantities.view import quantity_view
from scenarios.analysis.review.explanation import explain
from scenarios.errors import Keys, ScenError, UsageError
from scenarios.model import Clarification, Database, Evidence, Resolution, Scenario
from scenarios.paths import path_of
from scenarios.render.cells import outcome_words
from scenarios.scales import base_rate, is_off_class, percent
from scenarios.storage.edits import FileChange, KeyEdit, edited, refuse_unwritable, tidy
from scenarios.storage.yaml.editor import append
from scenarios.values import Outcome
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import HAZARDS, OUTCOMES, Offer, tags
from scenarios.workspace.opened import OpenDatabase, known_id
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    CHANCE,
    DATE,
    DAY,
    DAY_AHEAD,
    ITEMS,
    LINE,
    PROSE,
    TITLED,
    Answers,
    AnswerType,
    FormSection,
    KnownRecords,
    OptionalAnswer,
    Question,
    RequiredAnswer,
    Task,
    as_,
    asked,
    free,
    new_id,
    new_record,
    since_today,
    which_scenario,
)
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult, crowded_set, write


def _set(text: str, context: task.AnswerContext) -> str:
    sets = context.opened.database.tracker.sets if context.opened else (text,)
    command = f'scen edit tracker sets.{text}="TITLE"'
    return known_id(text, sets, "set", f"{command} declares it; the tracker")


def _like(answers: task.Answers) -> dict[str, Any] | None:
    """The answers on the reference class as the keys of its file."""
    text = answers.get("reference")
    return typed_in.reference_class(text) if text else None


def _reference(text: str, _: task.AnswerContext) -> str:
    typed_in.reference_class(text)
    return text.strip()


def _source(text: str, context: task.AnswerContext) -> str:
    if "://" in text:
        return typed_in.url(text)
    sources = context.opened.database.sources if context.opened else (text,)
    return known_id(text, sources, "source", "sources/")


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
    return bool(rate and isinstance(prior, float) and is_off_class(prior, rate))


def _prior(text: str, context: task.AnswerContext) -> Any:
    """A probability, or the quantiles of a quantity."""
    quantity = context.answers.get("quantity")
    return typed_in.quantiles(text, task.unit_of(context)) if quantity else typed_in.chance(text)


def _parts(context: task.AnswerContext) -> Sequence[Offer]:
    quantity = context.answers.get("quantity")
    return task.quantiles_asked(quantity["kind"]) if quantity else ()


def _without_rows(scenario: Scenario, id: str) -> str | None:
    """How evidence can rate a quantity, if that has no threshold yet."""
    if scenario.quantity is None or scenario.quantity.thresholds:
        return None
    value = scenario.horizon if scenario.quantity.kind == "date" else "VALUE"
    return f"evidence rates thresholds: scen edit {id} 'quantity.thresholds=[{value}]' gives it one"


new_scenario = partial(new_record, "scenario")


def _write(root: Path, answers: task.Answers, mode: WriteMode) -> WriteResult:
    like = _like(answers)
    reference = {"source": answers.get("reference_source"), "adjusted": answers.get("adjusted")}
    if like is None and any(reference.values()):
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
        "quantity": answers.get("quantity"),
        "prior": {
            "quantiles" if answers.get("quantity") else "probability": answers["prior"],
            "basis": answers["basis"],
            "reference": like and {**like, **reference},
            "hazard": answers.get("hazard"),
            "given": answers.get("given"),
        },
    }
    proposal = answers.get("proposal")
    return new_scenario(root, answers["id"], record, mode, proposal and proposal.removal)


def _field_of(keys: Keys) -> str:
    if not keys:
        return ""
    if keys[:2] == ("prior", "reference"):
        inside = {"source": "reference_source", "adjusted": "adjusted"}
        return inside.get(str(keys[-1]), "reference")
    if keys[0] == "prior" and len(keys) > 1:
        return "prior" if keys[1] in ("probability", "quantiles") else str(keys[1])
    return "criteria" if keys[0] == "resolution_criteria" else str(keys[0])


TASK = task.Task(
    name="scenario",
    title="Add a scenario",
    save="Add it",
    lead="A question with criteria, a horizon and a prior.",
    help="Add a scenario: a question with criteria, a horizon and a prior.",
    asks=(
        Question(
            "title",
            "Short title",
            LINE,
            hint="Its name in tables and reports, like: A formal military pact.",
            missing=RequiredAnswer(),
            begins=True,
        ),
        new_id("scenario", "military-pact", free("scenario"), made_of="title"),
        task.short(
            "title",
            "As a noun phrase, for sentences, like: a formal pact",
            "A noun phrase by which sentences name it, like: a formal pact.",
        ),
        Question(
            "question",
            "Question to be decided",
            PROSE,
            help="What exactly will be decided.",
            advice="What a stranger could decide on the last day: who, what, by when.",
            missing=RequiredAnswer(),
        ),
        Question(
            "criteria",
            "Resolution criteria",
            replace(PROSE, rows=5),
            advice="What counts and what does not, and the document that settles it.",
            missing=RequiredAnswer(),
        ),
        Question(
            "horizon",
            "Last day of the question",
            DAY_AHEAD,
            hint="",
            advice="Like 2030-12-31.",
            missing=RequiredAnswer(),
        ),
        Question("quantity", "", AnswerType(as_(str), "quantity")),
        Question(
            "reference",
            "How often it happened in like cases, and in which",
            AnswerType(_reference, metavar="'3/40 CLASS'", is_value=True),
            label="How often it happened in like cases",
            help="How often it happened in similar cases, for example 3/40.",
            advice="Like 3/40 Treaty talks of great powers: count before you look at this one.",
            when=lambda _, answers: not answers.get("quantity"),
        ),
        Question(
            "reference_source",
            "Who counted them, a source's id or an address",
            AnswerType(_source, is_value=True),
            label="Who counted them",
            help="Source id or address of the count.",
            hint="A source's id or an address.",
            advice="An id, once scen add-source has made it, or where the count is found.",
            when=lambda _, answers: answers.get("reference"),
        ),
        Question(
            "prior",
            "Probability before the evidence",
            replace(CHANCE, read=_prior),
            help="Probability before the evidence [the rate of --reference]; of a quantity"
            " p10=205,p50=240,p90=275.",
            advice="Like 0.05 or 5%: from a base rate, before the evidence to come.",
            missing=RequiredAnswer(lambda context: _rate(context.answers)),
            in_parts=_parts,
        ),
        Question(
            "adjusted",
            "Why the prior has over twice or under half the odds of its class",
            PROSE,
            label="Why the prior differs",
            help="Why the odds of the prior are over twice or under half those of --reference.",
            hint="Needed where its odds are over twice or under half those of its class.",
            missing=RequiredAnswer(test=_is_off),
            when=lambda _, answers: _is_off(answers),
        ),
        Question(
            "basis",
            "The base rate behind the prior",
            PROSE,
            label="Base rate behind the prior",
            help="The base rate behind the prior [--reference].",
            missing=RequiredAnswer(lambda context: _like_cases(context.answers)),
        ),
        Question(
            "given",
            "",
            AnswerType(as_(typed_in.forecasts_between), "given", "OTHER=P/P", is_value=True),
            label="Prior depends on",
            help="Prior if OTHER occurs / if not, for example war=0.2/0.02.",
        ),
        since_today("opened", "First asked on", "Day on which it was first asked [today]."),
        Question(
            "set",
            "Exclusive set",
            replace(TITLED, read=_set),
            help="The exclusive set it belongs to.",
            advice="In a set exactly one occurs: the rivals share one probability.",
            when=lambda database, answers: database.tracker.sets and not answers.get("quantity"),
            offers=lambda database: [*database.tracker.sets.items()],
        ),
        Question(
            "hazard",
            "Hazard",
            AnswerType(as_(typed_in.hazard), "choice"),
            help="constant: the prior decays towards the horizon.",
            advice="constant: it may come on any day, so each day without it counts against it.",
            when=lambda _, answers: not any(map(answers.get, ("quantity", "set", "given"))),
            offers=lambda _: HAZARDS,
        ),
        Question(
            "tags",
            "A tag",
            AnswerType(as_(typed_in.id), is_many=True),
            label="Tags",
            help="Repeatable.",
            hint="A word by which tables and scores are filtered, like military.",
            option="--tag",
            offers=tags,
        ),
    ),
    groups=(
        task.FormSection("The question", "id title short question criteria horizon"),
        task.FormSection("How much, or when", "quantity", folded=True),
        task.FormSection("The prior", "reference reference_source prior adjusted basis"),
        task.FormSection("More", "set hazard given tags opened", folded=True),
    ),
    options="id title question criteria horizon prior basis opened hazard given tags set"
    " short reference reference_source adjusted",
    write=_write,
    names=lambda answers: str(answers["id"]),
    doubt=lambda written, answers: (
        crowded_set(written.after.database, answers["id"])
        or _without_rows(written.after.database.scenarios[answers["id"]], answers["id"])
    ),
    field_of=_field_of,
)


def _known_items(database: Database, answers: task.Answers) -> dict[str, Evidence]:
    """Items that were known when the outcome was entered."""
    evidence, entered = database.evidence, answers.get("recorded", date.max)
    return {id: item for id, item in evidence.items() if item.recorded <= entered}


def _resolve(root: Path, answers: task.Answers, mode: WriteMode) -> WriteResult:
    scenario, ending, answers = answers["scenario"], answers["outcome"], {**answers}
    if is_value := ending not in get_args(Outcome):
        answers["value"] = answers.pop("outcome")
    record = tidy(Resolution, task.record_of(Resolution, answers))

    def draft(opened: OpenDatabase) -> list[FileChange]:
        known = opened.database.scenarios[opened.scenario(scenario)]
        before = known.resolution
        if before:
            raise ScenError(
                f"{scenario} is resolved already ({before.ending}, {before.date}); "
                "nothing was written"
            )
        if (known.quantity is not None) is not is_value and ending != "annulled":
            kind = "is a quantity: give its value" if known.quantity else "has a yes or a no: give"
            instead = ", or annulled" if known.quantity else " occurred, did-not-occur or annulled"
            raise ScenError(f"{scenario} {kind}{instead}; nothing was written")
        for id in record.get("evidence", ()):
            opened.evidence(id)
        return [edited(opened.snapshot, "scenario", scenario, [KeyEdit(("resolution",), record)])]

    words = f"resolve: {scenario} {outcome_words(f'{ending}')}"
    return write(root, draft, f"resolve {scenario} {ending}", mode, subject=words)


def _last_values(written: WriteResult, answers: task.Answers) -> str:
    """The last figures beside the outcome."""
    id, after, on = answers["scenario"], written.after.database, answers["recorded"]
    if on < after.scenarios[id].opened:
        return ""
    if id in after.quantities:
        last_figures = quantity_view(DailyLedgers(after), id, on, on).figure
        before = f"stated {last_figures.stated}" if last_figures.stated else "not stated"
        end = after.scenarios[id].resolution
        return f"{id}: {before}, implied {last_figures.implied} → {end.ending if end else ''}"
    last = explain(after, id, on)
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    implied = percent(last.implied.probability) if last.implied else "?"
    return f"{id}: {stated}, implied {implied} → {(last.outcome or '').replace('-', ' ')}"


RESOLUTION = task.Task(
    name="resolution",
    title="Record an outcome",
    save="Record it",
    lead="How a question ended. In a set, the outcomes of the other scenarios follow from it.",
    help="Record the outcome of a scenario; the rest of its set follows.",
    asks=(
        task.which_scenario(
            "The scenario that is decided",
            task.live,
            note=task.asked,
            note_unless="scenario outcome basis",
        ),
        Question(
            "outcome",
            "occurred, did-not-occur, annulled, or a quantity's value",
            AnswerType(as_(typed_in.ending), "radio"),
            label="Outcome",
            help="occurred, did-not-occur, annulled; of a quantity its value or later.",
            missing=RequiredAnswer(),
            option="OUTCOME",
            offers=lambda _: OUTCOMES,
        ),
        Question(
            "basis",
            "What decided it, by the criteria",
            PROSE,
            hint="The fact, and the document that the criteria name.",
            missing=RequiredAnswer(),
        ),
        since_today("recorded", "When it was entered"),
        Question(
            "date",
            "When was it known",
            DAY,
            label="When it was known",
            help="Day the outcome was known [recorded day].",
            hint="As recorded if empty; forecasts are scored up to it.",
            missing=OptionalAnswer(lambda context: context.answers["recorded"], is_shown=True),
        ),
        Question(
            "evidence",
            "An item that decides it",
            ITEMS,
            label="Items that decide it",
            help="Repeatable.",
            hint="By id.",
            records=KnownRecords(_known_items),
        ),
    ),
    groups=(
        task.FormSection("", "scenario"),
        task.FormSection("", "outcome date basis evidence"),
        task.FormSection("More", "recorded", folded=True),
    ),
    options="scenario outcome basis date recorded evidence",
    write=_resolve,
    names=lambda answers: str(answers["scenario"]),
    remark=_last_values,
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("resolution",) and len(keys) > 1 else "",
)


def _clarify(root: Path, answers: Answers, mode: WriteMode) -> WriteResult:
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

    return write(root, draft, f"clarify {scenario}", mode, subject=f"clarify: {scenario}")


CLARIFICATION = Task(
    name="clarification",
    title="Clarify a question",
    save="Add it",
    lead="It is added to the question; forecasts stay valid.",
    help="Add a clarification to a question; the question and its forecasts stay as they are.",
    asks=(
        which_scenario("Scenario to clarify", note=asked),
        Question(
            "text",
            "Clarification",
            PROSE,
            hint="How the criteria apply to a case that they leave open.",
            missing=RequiredAnswer(),
            option="TEXT",
        ),
        DATE,
    ),
    groups=(FormSection("", "scenario"), FormSection("", "text date")),
    write=_clarify,
    names=lambda answers: str(answers["scenario"]),
    reports="correction",
    field_of=lambda keys: "text" if keys[:1] == ("clarifications",) else "",
)
