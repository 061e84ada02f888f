"""A stated probability: what the form shows of one's own figure, and of others' only later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from scenarios.analysis.forecasts import standing
from scenarios.analysis.review.agenda import sums
from scenarios.errors import Keys, ScenError
from scenarios.paths import path_of
from scenarios.render.document import Document, Paragraph
from scenarios.render.documents.session import forecast_document, set_sums
from scenarios.scales import percent
from scenarios.serve.forms.corrections import foretold
from scenarios.serve.forms.form import Call, Field, Group, Reading, Recorder, Typed, seen
from scenarios.serve.forms.tasks import answers_of, form_of
from scenarios.workspace.how import How
from scenarios.workspace.input import typed_in
from scenarios.workspace.results import forecast_figures
from scenarios.workspace.tasks.forecast import TASK
from scenarios.workspace.writing import Written

_FORM = form_of(TASK)


def _groups(by: Recorder, typed: Typed) -> Sequence[Group]:
    """The fields, with the figure that the analyst gave last beside that of the probability."""
    first, *rest = _FORM.groups(by, typed)
    id = typed.one("scenario").strip()
    is_known = id in by.database.scenarios and by.analyst
    own = standing(by.database, id, by.today).get(by.analyst or "") if is_known else None
    if own is None:
        return (first, *rest)
    own_figure = f"You said {percent(own.probability)}."
    parts = tuple(
        msgspec.structs.replace(part, hint=f"{part.hint} {own_figure}")
        if isinstance(part, Field) and part.name == "probability"
        else part
        for part in first.parts
    )
    return (msgspec.structs.replace(first, parts=parts), *rest)


def _draft(by: Recorder, reading: Reading) -> Call | None:
    answers = answers_of(TASK, by, reading)
    if reading.missing:
        return None

    def placed(keys: Keys, fault: str) -> str:
        reading.fault(TASK.field_of(keys), fault)
        return fault

    def call(*, how: How) -> Written:
        return TASK.write(by.root, answers, how, placed=placed, seen=seen(reading.typed))

    return call


def _told(by: Recorder, written: Written, typed: Typed) -> Document:
    answers = answers_of(TASK, by, Reading(typed))
    id, who, on = answers["scenario"], answers["analyst"], answers["date"]
    added = sums(written.after.database, who, on, [id])
    if written.dry_run or id in by.hidden:  # a figure is one's own before it is compared
        after = "What the others and the evidence say is shown once it is recorded."
        return (*foretold(by, written), Paragraph(after), set_sums(added, who))
    return forecast_document(forecast_figures(written, [id], on), added, who)


def _day(by: Recorder, typed: Typed) -> date:
    try:
        return typed_in.day(typed.one("date").strip(), lambda: by.today)
    except ScenError:
        return by.today


def _rests_on(by: Recorder, typed: Typed) -> str | None:
    who = by.analyst or typed.one("analyst").strip()
    return path_of("forecasts", f"{_day(by, typed)}-{who}") if who else None


FORM = msgspec.structs.replace(_FORM, groups=_groups, draft=_draft, told=_told, rests_on=_rests_on)
