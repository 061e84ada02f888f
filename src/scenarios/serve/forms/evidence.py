"""What was observed, and how it bears on each scenario."""

from __future__ import annotations

from functools import partial

import msgspec

from scenarios.analysis.rules.evidence import alike
from scenarios.model import Evidence
from scenarios.paths import path_of
from scenarios.render.document import Document
from scenarios.serve.forms import across
from scenarios.serve.forms.form import (
    SWITCHES,
    Call,
    Field,
    Form,
    Group,
    Reading,
    Recorder,
    Typed,
    seen,
)
from scenarios.serve.forms.tasks import effects_told, form_of
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import newest
from scenarios.workspace.recording import id_of_new, rate
from scenarios.workspace.tasks.evidence import TASK
from scenarios.workspace.tasks.indicator import item_field
from scenarios.workspace.writing import Written

_MOST = 3
"""As many items are named that it may be the same as."""


def _told(by: Recorder, written: Written, _typed: Typed) -> Document:
    """What it does to each scenario."""
    id = id_of_new(written)
    return effects_told(by, written, id, written.after.database.evidence[id].recorded)


def _doubts(by: Recorder, typed: Typed) -> list[str]:
    """Which items it may be the same as."""
    evidence, summary = by.database.evidence, typed.one("summary").strip()
    if not summary:
        return []
    recorded = typed.one("recorded").strip() or by.today.isoformat()
    day = typed_in.observed(typed.one("observed").strip() or recorded, lambda: by.today)
    url, event = (typed.one(key).strip() or None for key in ("url", "event"))
    same = alike(evidence, summary, day, url, event)[:_MOST]
    return [f"{id} may be the same ({why}): {evidence[id].summary}" for id, why in same]


FORM = msgspec.structs.replace(form_of(TASK), told=_told, doubts=_doubts)


def _item(by: Recorder, typed: Typed) -> Evidence | None:
    return by.database.evidence.get(typed.one("evidence"))


def _rate_groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
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


def _rate_draft(by: Recorder, reading: Reading) -> Call | None:
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


def _rate_told(by: Recorder, written: Written, typed: Typed) -> Document:
    id = typed.one("evidence").strip()
    on = max(by.today, written.after.database.evidence[id].recorded)
    return effects_told(by, written, id, on)


def _rests_on(_by: Recorder, typed: Typed) -> str | None:
    id = typed.one("evidence").strip()
    return path_of("evidence", id) if id else None


RATING = Form(
    name="rate",
    title="Rate an item",
    save="Rate it",
    lead="A later judgement of an item that is recorded already.",
    groups=_rate_groups,
    draft=_rate_draft,
    told=_rate_told,
    field_of=item_field,
    rests_on=_rests_on,
)
