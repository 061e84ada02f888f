"""A later judgement of an item that is recorded already."""

from __future__ import annotations

from functools import partial

from scenarios.model import Evidence
from scenarios.paths import path_of
from scenarios.render.document import Document
from scenarios.serve.forms import across
from scenarios.serve.forms.effects import effects_told
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.form import SWITCHES, Call, Form, seen
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.input.offers import newest
from scenarios.workspace.recording import rate
from scenarios.workspace.tasks.indicator import item_field
from scenarios.workspace.writing import Written


def _item(by: Recorder, typed: Typed) -> Evidence | None:
    return by.database.evidence.get(typed.one("evidence"))


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    known, item = tuple(newest(by.database.evidence)), _item(by, typed)
    about = Field(
        name="evidence", label="The item", needed=True, known=known, value=typed.one("evidence")
    )
    if item is None:
        return (Group(title="Which item", parts=(about,)),)
    day = item.recorded
    return (
        Group(title="Which item", note=item.summary, parts=(about,)),
        Group(
            title="What it shows",
            parts=across.indicators_asked(by.database, day, item.indicators),
        ),
        Group(
            title="How it bears on each scenario",
            note=f"{across.words(by.database)} What is not rated here stays as it is.",
            parts=across.ratings_asked(by.database, day, item.ratings),
        ),
        SWITCHES,
    )


def _draft(by: Recorder, reading: Reading) -> Call | None:
    id = reading.needed("evidence", by.opened.evidence, "")
    item = by.database.evidence.get(id)
    if item is None:
        return None
    ratings, states = across.ratings(reading), across.states(reading)
    across.refuse_unknown(by.opened, reading, ratings, states)
    new = {key: value for key, value in ratings.items() if item.ratings.get(key) != value}
    fired = {key: how for key, how in states.items() if item.indicators.get(key) != how}
    on = max(by.today, item.recorded)
    return partial(rate, by.root, id, new, fired, on, seen=seen(reading.typed))


def _told(by: Recorder, written: Written, typed: Typed) -> Document:
    id = typed.one("evidence").strip()
    on = max(by.today, written.after.database.evidence[id].recorded)
    return effects_told(by, written, id, on)


def _rests_on(_by: Recorder, typed: Typed) -> str | None:
    id = typed.one("evidence").strip()
    return path_of("evidence", id) if id else None


FORM = Form(
    name="rate",
    title="Rate an item",
    save="Rate it",
    lead="A later judgement of an item that is recorded already.",
    groups=_groups,
    draft=_draft,
    told=_told,
    field_of=item_field,
    rests_on=_rests_on,
)
