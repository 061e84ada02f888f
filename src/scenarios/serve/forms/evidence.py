"""What was observed, and how it bears on each scenario."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from scenarios.analysis.rules.evidence import alike
from scenarios.errors import ScenError
from scenarios.model import first_day
from scenarios.render.document import Document
from scenarios.scales import RELIABILITY
from scenarios.serve.forms import across
from scenarios.serve.forms.effects import effects_told
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, until
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.guards import refuse_day
from scenarios.workspace.ids import new_id
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.help import HELP
from scenarios.workspace.input.offers import labels, newest, titled
from scenarios.workspace.opened import known_id
from scenarios.workspace.recording import id_of_new, record_evidence
from scenarios.workspace.writing import Written

STAND_IN = "…"
_MOST = 3
"""As many items are named that it may be the same as."""
_NEW = "new_source"


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    database, tracker = by.database, by.database.tracker
    day = _day(typed, by.today)
    grades = (
        ("", "as its source's, and unjudged"),
        *((letter, f"{letter} {words}") for letter, words in RELIABILITY.items()),
    )
    themes = tuple(tracker.themes.items())
    items = tuple(newest(database.evidence))
    return (
        Group(
            title="What was observed",
            parts=(
                Field(
                    name="summary",
                    label="What was observed, in a sentence",
                    needed=True,
                    begins=True,
                ),
                Field(
                    name="observed",
                    label="When it happened",
                    hint=f"A day, a month (2021-12) or a year; {by.today} if left empty.",
                ),
                Field(
                    name="source",
                    label="Source",
                    known=tuple(titled(database.sources)),
                    hint="Its id; register a new one below.",
                ),
                Field(name="url", label="Address", hint="Where it can be read."),
                Field(
                    name="grade",
                    label="Grade",
                    hint="Source and item, like B2: "
                    "A to F, then 1 confirmed to 6 unjudged. Empty: as its source's, and 6.",
                ),
                Field(name="quote", label="Quote", kind="text", rows=2, hint="Exact words, few."),
                Field(
                    name="attachment",
                    label="A saved copy of it",
                    kind="file",
                    hint="Drop a file here or choose one; it is kept beside the records.",
                ),
            ),
        ),
        Group(
            title="What it shows",
            note="An indicator that fits brings ratings fixed beforehand.",
            parts=across.indicators_asked(database, day),
        ),
        Group(
            title="How it bears on each scenario",
            note=across.words(database),
            parts=across.ratings_asked(database, day),
        ),
        Group(
            title="What it repeats, and what it is about",
            folded=True,
            parts=(
                Field(
                    name="origin",
                    label="Origin",
                    hint=HELP["--origin"],
                    known=tuple(labels(database, "origin")),
                ),
                Field(
                    name="event",
                    label="Event",
                    hint=HELP["--event"],
                    known=tuple(labels(database, "event")),
                ),
                *(
                    (
                        Field(
                            name="theme",
                            label="Theme",
                            kind="choice",
                            hint=HELP["--theme"],
                            options=(("", "none"), *themes),
                        ),
                    )
                    if themes
                    else ()
                ),
                Field(
                    name="corroborated_by",
                    label="Corroborated by",
                    many=True,
                    hint="Independent items, by id.",
                    known=items,
                ),
            ),
        ),
        Group(
            title="A source that is new",
            folded=True,
            note="It is registered together with the item, under the id that stands above.",
            parts=(
                Field(name=f"{_NEW}:name", label="Its name in full"),
                Field(
                    name=f"{_NEW}:reliability",
                    label="Its reliability",
                    kind="choice",
                    options=(("", "choose"), *grades[1:]),
                ),
                Field(name=f"{_NEW}:reliability_basis", label="Why that letter"),
                Field(name=f"{_NEW}:url", label="Its address"),
            ),
        ),
        Group(
            title="More",
            folded=True,
            parts=(
                Field(name="recorded", label="When we knew it", kind="day", hint="Today if empty."),
                Field(name="notes", label="Notes", kind="text"),
                Field(name="id", label="Its id", hint="Made of the date and the summary if empty."),
            ),
        ),
        SWITCHES,
    )


def _day(typed: Typed, today: date) -> date:
    """The day on which what can be rated has to be open."""
    try:
        return typed_in.day(typed.one("recorded"), lambda: today)
    except ScenError:
        return today


def _draft(by: Recorder, reading: Reading) -> Call | None:
    last, opened = latest(by, reading.typed), by.opened
    summary = reading.needed("summary", typed_in.line, STAND_IN)
    recorded = reading.wanted("recorded", until("recorded", by, last)) or by.today

    def observed(text: str) -> str:
        day = typed_in.observed(text, lambda: by.today)
        refuse_day("observed", first_day(day), last)
        return day

    new_source = _new_source(reading)
    known_source = opened.source if not new_source else typed_in.id
    grade = reading.wanted("grade", typed_in.grade) or (None, None)
    happened = reading.wanted("observed", observed) or recorded.isoformat()
    record: dict[str, Any] = {
        "summary": summary,
        "observed": happened,
        "recorded": recorded.isoformat(),
        "analyst": by.analyst,
        "source": reading.wanted("source", known_source),
        "url": reading.wanted("url", typed_in.url),
        "reliability": grade[0],
        "credibility": grade[1],
        "origin": reading.wanted("origin", typed_in.label),
        "event": reading.wanted("event", typed_in.label),
        "theme": reading.wanted(
            "theme",
            partial(known_id, known=by.database.tracker.themes, what="theme", where="tracker.yaml"),
        ),
        "corroborated_by": reading.several("corroborated_by", opened.evidence),
        "quote": reading.text("quote"),
        "notes": reading.text("notes"),
        "ratings": across.ratings(reading),
        "indicators": across.states(reading),
    }
    across.refuse_unknown(by.opened, reading, record["ratings"], record["indicators"])
    if new_source and not record["source"]:
        reading.missing.append("source")
        return None
    id = reading.wanted("id", partial(new_id, opened, happened))
    return partial(
        record_evidence,
        by.root,
        record,
        id=id,
        new_source=new_source,
        latest=last,
        attach=by.sent,
    )


def _new_source(reading: Reading) -> dict[str, Any] | None:
    """The record of a source that is registered on the way, if anything is said of one."""
    if not reading.typed.under(_NEW):
        return None
    return {
        "name": reading.needed(f"{_NEW}:name", typed_in.line, STAND_IN),
        "reliability": reading.needed(f"{_NEW}:reliability", typed_in.letter, "F"),
        "reliability_basis": reading.text(f"{_NEW}:reliability_basis"),
        "url": reading.wanted(f"{_NEW}:url", typed_in.url),
    }


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


FORM = Form(
    name="evidence",
    title="Record evidence",
    save="Record it",
    lead="One thing observed, rated across the scenarios.",
    groups=_groups,
    draft=_draft,
    told=_told,
    field_of=across.field_of,
    doubts=_doubts,
)
