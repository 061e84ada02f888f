"""A stated probability, in the day's sheet of one analyst."""

from __future__ import annotations

from datetime import date
from functools import partial

from scenarios.analysis.forecasts import standing
from scenarios.analysis.review.agenda import sums
from scenarios.errors import Keys, ScenError
from scenarios.paths import path_of
from scenarios.render.document import Document, Paragraph
from scenarios.render.documents.forecast import document
from scenarios.render.documents.session import set_sums
from scenarios.render.text import percent
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.foretold import foretold
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, seen, until
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import analysts, newest
from scenarios.workspace.recording import forecast
from scenarios.workspace.results import forecast_figures
from scenarios.workspace.sheets import Entry
from scenarios.workspace.writing import Written


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    database, id = by.database, typed.one("scenario").strip()
    live = {key: one for key, one in database.scenarios.items() if not one.resolution}
    one = database.scenarios.get(id)
    asks = f"{one.question} Its last day is {one.horizon}." if one else ""
    own = standing(database, id, by.today).get(by.analyst or "") if one else None
    said = f"You said {percent(own.probability)}." if own else ""
    who = (
        Field(
            name="analyst",
            label="Who forecasts",
            needed=True,
            known=tuple(analysts(database)),
            hint="Choose who you are, and this is not asked again.",
        ),
    )
    return (
        Group(
            title="",
            note=asks,
            parts=(
                Field(
                    name="scenario",
                    label="The scenario",
                    kind="choice",
                    options=(
                        ("", "choose"),
                        *((key, f"{it.title} ({key})") for key, it in live.items()),
                    ),
                    needed=True,
                    value=id,
                ),
                Field(
                    begins=True,
                    name="probability",
                    label="Its probability",
                    hint=f"Like 0.7 or 70%; withdraw takes the last one back. {said}",
                    needed=True,
                ),
                Field(name="rationale", label="Why", kind="text", hint="What moved you."),
                *(() if by.analyst else who),
            ),
        ),
        Group(
            title="More",
            folded=True,
            parts=(
                Field(
                    name="evidence",
                    label="What moved it",
                    many=True,
                    hint="Items, by id.",
                    known=tuple(newest(database.evidence)),
                ),
                Field(name="date", label="Of which day", kind="day", hint="Today if empty."),
            ),
        ),
        SWITCHES,
    )


def _day(by: Recorder, typed: Typed) -> date:
    try:
        return typed_in.day(typed.one("date").strip(), lambda: by.today)
    except ScenError:
        return by.today


def _draft(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)
    id = reading.needed("scenario", by.opened.scenario, "")
    value = reading.needed("probability", _figure, None)
    who = by.analyst or reading.needed("analyst", typed_in.id, "")
    on = reading.wanted("date", until("date", by, last)) or by.today
    items = tuple(reading.several("evidence", by.opened.evidence))
    if reading.missing:
        return None
    entry = Entry(id, value, reading.text("rationale"), items)

    def placed(keys: Keys, fault: str) -> str:
        reading.fault(_field_of(keys), fault)
        return fault

    return partial(
        forecast, by.root, who, on, [entry], placed=placed, latest=last, seen=seen(reading.typed)
    )


def _figure(text: str) -> float | None:
    return None if text.strip().lower() == "withdraw" else typed_in.chance(text)


def _told(by: Recorder, written: Written, typed: Typed) -> Document:
    id, on = typed.one("scenario").strip(), _day(by, typed)
    who = by.analyst or typed.one("analyst").strip()
    added = sums(written.after.database, who, on, [id])
    if written.dry_run or id in by.hidden:  # a figure is one's own before it is compared
        after = "What the others and the evidence say is shown once it is recorded."
        return (*foretold(by, written), Paragraph(after), set_sums(added, who))
    return document(forecast_figures(written, [id], on), added, who)


def _field_of(keys: Keys) -> str:
    names = {"probabilities": "probability", "rationales": "rationale"}
    return names.get(str(keys[0]), str(keys[0])) if keys else ""


def _rests_on(by: Recorder, typed: Typed) -> str | None:
    who = by.analyst or typed.one("analyst").strip()
    return path_of("forecasts", f"{_day(by, typed)}-{who}") if who else None


FORM = Form(
    name="forecast",
    title="State a forecast",
    save="State it",
    lead="Your probability, in your sheet of the day.",
    groups=_groups,
    draft=_draft,
    told=_told,
    field_of=_field_of,
    rests_on=_rests_on,
)
