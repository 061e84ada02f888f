"""Something that is watched for, with ratings that are fixed before it is seen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from scenarios.errors import Keys
from scenarios.model import Database
from scenarios.serve.forms import across
from scenarios.serve.forms.fields import Cell, Field, Group, Row
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, until
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.help import HELP
from scenarios.workspace.recording import add_indicator, refuse_indicator


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    database, id = by.database, typed.one("scenario").strip()
    own = database.scenarios.get(id)
    options = (
        ("", "choose"),
        *((key, f"{it.title} ({key})") for key, it in database.scenarios.items()),
    )
    scenario = Field(
        name="scenario",
        label="The scenario that it belongs to",
        kind="choice",
        options=options,
        needed=True,
        value=id,
    )
    themes = tuple(database.tracker.themes.items())
    theme = Field(
        name="theme",
        label="Theme",
        kind="choice",
        hint=HELP["--theme"],
        options=(("", "none"), *themes),
    )
    return (
        Group(
            title="What would be seen",
            note=own.question if own else "",
            parts=(
                scenario,
                Field(
                    name="id",
                    label="Its id",
                    hint="Like talks-announced.",
                    needed=True,
                    begins=True,
                ),
                Field(
                    name="statement",
                    label="What would be seen, with its threshold",
                    kind="text",
                    hint=HELP["STATEMENT"],
                    needed=True,
                ),
            ),
        ),
        Group(
            title="What it is worth, fixed before it is seen",
            note=across.words(database),
            parts=_rows(database, id),
        ),
        Group(
            title="More",
            folded=True,
            parts=(
                Field(name="watch", label="Who watches for it, where", hint=HELP["--watch"]),
                Field(name="due", label="To be seen by", kind="day", hint=HELP["--due"]),
                Field(
                    name="if_absent",
                    label="What its absence after that day is worth",
                    hint="A code or a ratio; or give the chance instead.",
                ),
                Field(
                    name="chance",
                    label="The chance that it is seen by then, all in all",
                    hint="Like 0.15 or 15%.",
                ),
                *((theme,) if themes else ()),
                Field(name="added", label="Written down on", kind="day", hint="Today if empty."),
            ),
        ),
        SWITCHES,
    )


def _rows(database: Database, id: str) -> tuple[Row, ...]:
    """Its own scenario first, then its rivals; then the others that are open."""
    own = database.scenarios.get(id)
    rivals = database.members.get(own.set, ()) if own and own.set else ()
    first = [*dict.fromkeys(it for it in (id, *rivals) if it in database.scenarios)]
    others = [
        it for it, one in sorted(database.scenarios.items()) if not (it in first or one.resolution)
    ]
    note = "A rival that is left out counts as N." if rivals else ""
    rows = (Row(title="If it happens", cells=_cells(database, first), note=note),) if own else ()
    more = Row(title="Other scenarios", cells=_cells(database, others), folded=bool(own))
    return (*rows, more) if others else rows


def _cells(database: Database, ids: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            name=f"rate:{id}",
            ratio=f"ratio:{id}",
            label=database.scenarios[id].title,
            about=id,
            options=across.CODES,
        )
        for id in ids
    )


def _draft(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)
    of = reading.needed("scenario", by.opened.scenario, "")

    def free(text: str) -> str:
        id = typed_in.id(text)
        if of:
            refuse_indicator(by.opened, of, id)
        return id

    id = reading.needed("id", free, "")
    statement = reading.needed("statement", str, "")
    ratings = across.ratings(reading)
    across.refuse_unknown(by.opened, reading, ratings, ())
    if not ratings:
        reading.missing.append(f"rate:{of}" if of else "ratings")
    added = reading.wanted("added", until("added", by, last)) or by.today
    due = reading.wanted("due", lambda it: typed_in.day(it, lambda: by.today))
    record: dict[str, Any] = {
        "statement": statement,
        "ratings": ratings,
        "added": added.isoformat(),
        "watch": reading.text("watch"),
        "due": due.isoformat() if due else None,
        "if_absent": reading.wanted("if_absent", typed_in.rating),
        "chance": reading.wanted("chance", typed_in.chance),
        "theme": reading.text("theme"),
    }
    if reading.missing:
        return None
    return partial(add_indicator, by.root, of, id, record)


def _field_of(keys: Keys) -> str:
    """Of the keys of a scenario's file those of the new indicator are meant."""
    inside = keys[2:] if keys[:1] == ("indicators",) else ()
    return across.field_of(inside) if inside else ""


FORM = Form(
    name="indicator",
    title="Add an indicator",
    save="Add it",
    lead="Something to watch for, with ratings that are fixed before it is seen.",
    groups=_groups,
    draft=_draft,
    field_of=_field_of,
)
