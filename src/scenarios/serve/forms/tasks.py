"""A recording task as a form: its fields, faults, call and report."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, cast

import msgspec

from scenarios.analysis.forecasts import current_forecasts
from scenarios.analysis.history import audit
from scenarios.analysis.ledger.effects import EvidenceEffect
from scenarios.analysis.review.agenda import sums
from scenarios.analysis.rules.duplicates import alike
from scenarios.errors import Keys, ScenError
from scenarios.paths import path_of
from scenarios.render.document import Document, Item, Items, Paragraph
from scenarios.render.documents.ledger_changes import effects_document
from scenarios.render.documents.session import forecast_document, set_sums
from scenarios.render.text import short_day
from scenarios.scales import percent
from scenarios.serve.forms import across, quantities
from scenarios.serve.forms.form import (
    SWITCHES,
    ChoiceRow,
    Field,
    FieldGroup,
    Form,
    FormContext,
    FormValues,
    Kind,
    ParsedForm,
    WorkspaceCall,
    latest,
    listed,
    until,
)
from scenarios.storage.proposals import waiting
from scenarios.values import ProposalOrigin, owner_of
from scenarios.workspace.audit_preview import preview_lines
from scenarios.workspace.inbox import waiting_at
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import newest
from scenarios.workspace.results import (
    evidence_effects,
    forecast_figures,
    id_of_new,
)
from scenarios.workspace.sitting import given_late
from scenarios.workspace.tasks import evidence, forecast, source
from scenarios.workspace.tasks.task import (
    AnswerContext,
    Answers,
    FormSection,
    Question,
    RequiredAnswer,
    Task,
)
from scenarios.workspace.writing import WriteResult

NEW = "new_source"
"""Before the fields of a source that is registered with an item."""
_OFFERED = 100
"""Most known values that a field offers, the latest first for labels; others can be typed."""
Pairs = tuple[tuple[str, str], ...]
_OUTCOMES = ("occurred", "did-not-occur")


def form_of(task: Task) -> Form:
    """The form of a task."""
    return Form(
        name=task.name,
        title=task.title,
        save=task.save,
        lead=task.lead,
        groups=partial(_groups, task),
        draft=partial(_draft, task),
        report=partial(_report, task),
        field_of=task.field_of,
        role=task.role,
    )


def _groups(task: Task, by: FormContext, typed: FormValues) -> tuple[FieldGroup, ...]:
    proposal = Field(name="proposal", label="", kind="hidden", value=typed.first("proposal"))
    note = _proposer(by, typed.first("proposal"))
    groups = [FieldGroup(title="", note=note, parts=(proposal,))] if _accepts(task, typed) else []
    return (*groups, *(_group(task, layout, by, typed) for layout in task.groups), SWITCHES)


def _proposer(by: FormContext, id: str) -> str:
    """Who proposed a record, and why a question was asked; nothing of what was suggested."""
    proposal = waiting(by.root).waiting.get(id) if id else None
    if proposal is None or (by.is_blind and proposal.forecast):
        return ""
    why = f": {proposal.question.why}" if proposal.question else ""
    who, day = proposal.proposed.who.removeprefix("person "), short_day(proposal.proposed.on)
    return f"Proposed by {who} on {day}{why}"


def _accepts(task: Task, typed: FormValues) -> bool:
    """True if a form records a proposal."""
    return "proposal" not in task.by_key and bool(typed.first("proposal"))


def _group(task: Task, layout: FormSection, by: FormContext, typed: FormValues) -> FieldGroup:
    asks = [task.by_key[key] for key in layout.keys.split()]
    parts = tuple(field for ask in asks for field in _parts(ask, by, typed))
    notes = "\n".join(filter(None, (layout.note, *(_note(ask, by, typed) for ask in asks))))
    return FieldGroup(title=layout.title, note=notes, parts=parts, folded=layout.folded)


def _note(ask: Question, by: FormContext, typed: FormValues) -> str:
    if ask.type.kind in ("ratings", "across"):
        return across.words(by.database)
    record = ask.known(by.database, {}).get(typed.first(ask.key).strip())
    return ask.records.note(record) if ask.records and record else ""


def _parts(ask: Question, by: FormContext, typed: FormValues) -> Sequence[Field | ChoiceRow]:
    if (own := quantities.fields(ask, by, typed)) is not None:
        return own
    if ask.type.kind == "ratings":
        return across.ratings_fixed(by.database, typed.first("scenario").strip())
    if ask.type.kind in ("across", "states"):
        rows = across.ratings_asked if ask.type.kind == "across" else across.indicators_asked
        return rows(by.database, _day(typed, "recorded", by.today))
    if ask.type.kind == "new_source":
        return [_source_field(ask, by) for ask in source.KEYS]
    if ask.type.kind == "given":
        others = [(id, scenario.title) for id, scenario in by.database.scenarios.items()]
        return (
            Field(name=ask.key, label=ask.name, kind="choice", options=(("", "none"), *others)),
            Field(name=f"{ask.key}:occurred", label="Its prior if that one occurs"),
            Field(name=f"{ask.key}:did-not-occur", label="Its prior if that one does not"),
        )
    return _field(ask, by)


def _field(ask: Question, by: FormContext) -> Sequence[Field]:
    options = _options(ask, by)
    if (ask.key == "analyst" and by.analyst) or (ask.key == "theme" and len(options) == 1):
        return ()
    field = Field(
        name=ask.key,
        label=ask.name,
        hint=ask.hint or "",
        kind=cast("Kind", ask.type.kind),
        options=options,
        known=() if options else _choices(ask, by),
        needed=ask.is_needed,
        many=ask.type.is_many,
        rows=ask.type.rows,
        begins=ask.begins,
    )
    return (field,)


def _source_field(ask: Question, by: FormContext) -> Field:
    """The field for a key of a new source; all are optional."""
    (field,) = _field(ask, by)
    options = (("", "choose"), *field.options) if field.options else ()
    kind: Kind = "choice" if options else "line"
    name = f"{NEW}:{field.name}"
    return msgspec.structs.replace(field, name=name, options=options, kind=kind, needed=False)


def _day(typed: FormValues, key: str, today: date) -> date:
    """The day in a field, today where it holds none."""
    try:
        return typed_in.day(typed.first(key).strip(), lambda: today)
    except ScenError:
        return today


def _options(ask: Question, by: FormContext) -> Pairs:
    if ask.type.kind not in ("choice", "radio"):
        return ()
    records = ask.known(by.database, {}).items()
    listed = [(id, ask.type.choice(id, record.title)) for id, record in records]
    blank = [] if ask.type.kind == "radio" else [("", "choose" if ask.is_needed else "none")]
    return (*blank, *listed, *ask.choices(by.database))


def _choices(ask: Question, by: FormContext) -> Pairs:
    if ask.records is None:
        return tuple(ask.offers(by.database)[:_OFFERED])
    return tuple(newest(ask.known(by.database, {}), _OFFERED))


def answers_of(task: Task, by: FormContext, reading: ParsedForm) -> Answers:
    """The values of all that a form asks, by key."""
    context = AnswerContext(by.today, by.opened, {}, latest(by, reading.typed), by.is_blind)
    for ask in task.asks:
        context.answers[ask.key] = _answer(ask, by, reading, context)
    if _accepts(task, reading.typed):
        try:
            id = reading.typed.first("proposal")
            context.answers["proposal"] = waiting_at(by.root, id, is_blind=by.is_blind)
        except ScenError as error:
            reading.fault("", str(error))
        if "analyst" in context.answers and not context.answers["analyst"]:
            reading.fault("", "say who you are: a person accepts a proposal by name")
    return context.answers


def _answer(ask: Question, by: FormContext, reading: ParsedForm, context: AnswerContext) -> Any:
    if ask.type.kind == "ratings":
        scenario, ratings = context.answers["scenario"], across.ratings(reading, by.opened)
        reading.missing += [] if ratings else [f"rate:{scenario}" if scenario else ask.key]
        return ratings
    kind = "values" if f"{ask.key}:p10" in reading.typed.texts else ask.type.kind
    if kind in _READERS:
        return _READERS[kind](ask, by, reading)
    if ask.key == "analyst" and (by.analyst or not ask.is_needed):
        return by.analyst

    def read(text: str) -> Any:
        if ask.type.kind == "day" and not ask.type.is_ahead:
            return until(ask.key, by, latest(by, reading.typed))(text)
        is_in_percent = ask.key == "probability"  # as its hint says
        return ask.type.read(typed_in.in_percent(text) if is_in_percent else text, context)

    if ask.type.is_many:
        return reading.several(ask.key, read)
    if ask.is_needed_after(context.answers):
        offered = None if reading.text(ask.key) else ask.default(context)
        return offered or reading.needed(ask.key, read, _stand_in(ask))
    value = reading.text(ask.key) if ask.type.kind == "text" else reading.wanted(ask.key, read)
    return ask.default(context) if value is None else value


def _stand_in(ask: Question) -> Any:
    return ask.missing.stand_in if isinstance(ask.missing, RequiredAnswer) else None


def _new_source(_ask: Question, by: FormContext, reading: ParsedForm) -> dict[str, Any] | None:
    """The record of a new source to register with the item, if any of its fields is filled."""
    if not reading.typed.under(NEW):
        return None
    if not reading.typed.first("source").strip():
        reading.missing.append("source")
    asks = (msgspec.structs.replace(ask, key=f"{NEW}:{ask.key}") for ask in source.KEYS)
    context = AnswerContext(by.today, by.opened, {})
    return {ask.key.removeprefix(f"{NEW}:"): _answer(ask, by, reading, context) for ask in asks}


def _conditional_prior(
    ask: Question, _by: FormContext, reading: ParsedForm
) -> dict[str, dict[str, float]] | None:
    other = reading.text(ask.key)
    if other is None:
        return None
    chances = (f"{ask.key}:{outcome}" for outcome in _OUTCOMES)
    figures = [reading.needed(field, typed_in.chance, 0.5) for field in chances]
    return {other: dict(zip(_OUTCOMES, figures, strict=True))}


_READERS: dict[str, Callable[[Question, FormContext, ParsedForm], Any]] = {
    "given": _conditional_prior,
    "quantity": quantities.read_kind,
    "values": quantities.read_values,
    "across": lambda _ask, by, reading: across.ratings(reading, by.opened),
    "states": lambda _ask, by, reading: across.states(reading, by.opened),
    "new_source": _new_source,
    "file": lambda _ask, by, _reading: by.sent,
}


def _draft(task: Task, by: FormContext, reading: ParsedForm) -> WorkspaceCall | None:
    answers = answers_of(task, by, reading)
    stand_ins = [ask.key for ask in task.asks if _stand_in(ask) is not None]
    return partial(task.write, by.root, answers) if {*reading.missing} <= {*stand_ins} else None


def _report(task: Task, by: FormContext, written: WriteResult, typed: FormValues) -> Document:
    """The effects, or the remark beside the record, without hidden figures."""
    answers = answers_of(task, by, ParsedForm(typed))
    if task.reports == "effects":
        return effects_report(by, written, task.names(answers), answers["date"])
    remark = "" if answers.get("scenario") in by.hidden else task.remark(written, answers)
    return (Paragraph(remark),) if remark else ()


def effects_report(by: FormContext, written: WriteResult, id: str, day: date) -> Document:
    """Effects of an item on each scenario, except hidden ones."""
    effects = evidence_effects(written, id, day)
    visible_effects = [e for e in effects if owner_of(e.scenario) not in by.hidden]
    document = (
        effects_document(visible_effects, by.database.tracker, day) if visible_effects else ()
    )
    return (*document, *_untold(effects, visible_effects))


def _untold(effects: Sequence[EvidenceEffect], reported: Sequence[EvidenceEffect]) -> Document:
    if not effects:
        return (Items((Item("It does not rate any scenario yet."),)),)
    hidden = [effect.scenario for effect in effects if effect not in reported]
    if not hidden:
        return ()
    names = ", ".join(dict.fromkeys(hidden))
    return (Items((Item(f"{names}: not shown before your own figure is given"),)),)


_MOST = 3
"""Most possible duplicates that are named."""


def _evidence_report(by: FormContext, written: WriteResult, _typed: FormValues) -> Document:
    id = id_of_new(written)
    item = written.after.database.evidence[id]
    return (*_suggested(written, item.proposed), *effects_report(by, written, id, item.recorded))


def _suggested(written: WriteResult, proposer: ProposalOrigin | None) -> Document:
    """The suggestion, once the own answer is recorded."""
    return listed(
        [f"{proposer}"] if proposer and proposer.suggested and not written.dry_run else []
    )


def _doubts(by: FormContext, typed: FormValues) -> list[str]:
    evidence, summary = by.database.evidence, typed.first("summary").strip()
    if not summary:
        return []
    recorded = typed.first("recorded").strip() or by.today.isoformat()
    day = typed_in.observed(typed.first("observed").strip() or recorded, lambda: by.today)
    url, event = (typed.first(key).strip() or None for key in ("url", "event"))
    same = alike(evidence, summary, day, url, event)[:_MOST]
    return [f"{id} may be the same ({why}): {evidence[id].summary}" for id, why in same]


EVIDENCE = msgspec.structs.replace(form_of(evidence.TASK), report=_evidence_report, doubts=_doubts)


def _rate_groups(by: FormContext, typed: FormValues) -> tuple[FieldGroup, ...]:
    item = by.database.evidence.get(typed.first("evidence"))
    first = _group(evidence.RATING, evidence.RATING.groups[0], by, typed)
    if item is None:
        return (first,)
    stays = " What is not rated here stays as it is."
    return (first, *across.item_groups(by.database, item.recorded, item, stays), SWITCHES)


def _rate_draft(by: FormContext, reading: ParsedForm) -> WorkspaceCall | None:
    id = reading.needed("evidence", by.opened.evidence, "")
    item = by.database.evidence.get(id)
    if item is None:
        return None
    ratings, states = (read(reading, by.opened) for read in (across.ratings, across.states))
    new = {key: value for key, value in ratings.items() if item.ratings.get(key) != value}
    fired = {key: state for key, state in states.items() if item.indicators.get(key) != state}
    answers: Answers = {"evidence": id, "ratings": new, "indicators": fired}
    answers["date"] = max(by.today, item.recorded)
    return partial(evidence.rate, by.root, answers)


def _rate_report(by: FormContext, written: WriteResult, typed: FormValues) -> Document:
    id = typed.first("evidence").strip()
    on = max(by.today, written.after.database.evidence[id].recorded)
    return effects_report(by, written, id, on)


def _rests_on(_by: FormContext, typed: FormValues) -> str | None:
    id = typed.first("evidence").strip()
    return path_of("evidence", id) if id else None


RATING = msgspec.structs.replace(
    form_of(evidence.RATING),
    groups=_rate_groups,
    draft=_rate_draft,
    report=_rate_report,
    rests_on=_rests_on,
)


def _forecast_groups(by: FormContext, typed: FormValues) -> Sequence[FieldGroup]:
    """The fields, with the analyst's last figure beside the probability."""
    first, *rest = _groups(forecast.TASK, by, typed)
    id = typed.first("scenario").strip()
    is_known = id in by.database.scenarios and by.analyst
    own = current_forecasts(by.database, id, by.today).get(by.analyst or "") if is_known else None
    if own is None:
        return (first, *rest)
    own_figure = f"You said {percent(own.probability)}."
    parts = tuple(
        msgspec.structs.replace(field, hint=f"{field.hint} {own_figure}")
        if isinstance(field, Field) and field.name == "probability"
        else field
        for field in first.parts
    )
    return (msgspec.structs.replace(first, parts=parts), *rest)


def _forecast_draft(by: FormContext, reading: ParsedForm) -> WorkspaceCall | None:
    answers = answers_of(forecast.TASK, by, reading)
    if reading.missing:
        return None

    def placed(keys: Keys, fault: str) -> str:
        reading.fault(forecast.TASK.field_of(keys), fault)
        return fault

    if by.is_late(answers["scenario"]):
        answers["rationale"] = given_late(answers["rationale"])
    return partial(forecast.TASK.write, by.root, answers, placed=placed)


def _forecast_report(by: FormContext, written: WriteResult, typed: FormValues) -> Document:
    answers = answers_of(forecast.TASK, by, ParsedForm(typed))
    id, who, on = answers["scenario"], answers["analyst"], answers["date"]
    added = sums(written.after.database, who, on, [id])
    if written.dry_run or id in by.hidden:  # a figure is one's own before it is compared
        after = "What the others and the evidence say is shown once it is recorded."
        return (
            *listed(preview_lines(written, by.today, audit)),
            Paragraph(after),
            set_sums(added, who),
        )
    proposer = written.after.database.sheets[f"{on}-{who}"].proposed.get(id)
    figures = forecast_document(forecast_figures(written, [id], on), added, who)
    return (*_suggested(written, proposer), *figures)


def _on_sheet(by: FormContext, typed: FormValues) -> str | None:
    who = by.analyst or typed.first("analyst").strip()
    return path_of("forecasts", f"{_day(typed, 'date', by.today)}-{who}") if who else None


FORECAST = msgspec.structs.replace(
    form_of(forecast.TASK),
    groups=_forecast_groups,
    draft=_forecast_draft,
    report=_forecast_report,
    rests_on=_on_sheet,
)
