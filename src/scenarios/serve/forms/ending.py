"""What is said of a record later: an outcome, a retraction, a clarification."""

from __future__ import annotations

from functools import partial

from scenarios.analysis.review.explanation import explain
from scenarios.render.document import Document, Paragraph
from scenarios.render.documents.session import criteria_text
from scenarios.render.text import percent
from scenarios.serve.forms.effects import effects_told
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, until
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.corrections import editing
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import OUTCOMES, newest
from scenarios.workspace.recording import resolve, retract
from scenarios.workspace.writing import Written

_OUTCOMES = tuple((word, f"{word}: {about}") for word, about in OUTCOMES)
_DAY = Field(name="date", label="Of which day", kind="day", hint="Today if empty.")


def _scenario(by: Recorder, typed: Typed, label: str, *, is_open: bool) -> Group:
    scenarios, id = by.database.scenarios, typed.one("scenario").strip()
    known = {key: it for key, it in scenarios.items() if not (is_open and it.resolution)}
    one = scenarios.get(id)
    chosen = Field(
        name="scenario",
        label=label,
        kind="choice",
        options=(("", "choose"), *((key, f"{it.title} ({key})") for key, it in known.items())),
        needed=True,
        value=id,
    )
    asks = f"{one.question}\n{criteria_text(one)}" if one else ""
    return Group(title="", note=asks, parts=(chosen,))


def _resolving(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    items = tuple(newest(by.database.evidence))
    return (
        _scenario(by, typed, "The scenario that is decided", is_open=True),
        Group(
            title="",
            parts=(
                Field(
                    name="outcome", label="Outcome", kind="radio", options=_OUTCOMES, needed=True
                ),
                Field(
                    name="basis",
                    label="What decided it, by the criteria",
                    kind="text",
                    needed=True,
                ),
                Field(
                    name="evidence",
                    label="Items that decide it",
                    many=True,
                    known=items,
                    hint="By id.",
                ),
            ),
        ),
        Group(
            title="More",
            folded=True,
            parts=(
                Field(
                    name="date",
                    label="When it was known",
                    kind="day",
                    hint="As recorded if empty; forecasts are scored up to it.",
                ),
                Field(
                    name="recorded", label="When it was entered", kind="day", hint="Today if empty."
                ),
            ),
        ),
        SWITCHES,
    )


def _resolution(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)
    id = reading.needed("scenario", by.opened.scenario, "")
    outcome = reading.needed("outcome", typed_in.outcome, "")
    recorded = reading.wanted("recorded", until("recorded", by, last)) or by.today
    known = reading.wanted("date", until("date", by, last)) or recorded
    basis = reading.needed("basis", str, "")
    items = reading.several("evidence", by.opened.evidence)
    record = {
        "outcome": outcome,
        "date": known.isoformat(),
        "recorded": recorded.isoformat(),
        "basis": basis,
    } | ({"evidence": items} if items else {})
    return None if reading.missing else partial(resolve, by.root, id, record, latest=last)


def _outcome_told(by: Recorder, written: Written, typed: Typed) -> Document:
    """The last figures beside the outcome."""
    id, after = typed.one("scenario").strip(), written.after.database
    resolution = after.scenarios[id].resolution
    if resolution is None or resolution.recorded < after.scenarios[id].opened or id in by.hidden:
        return ()
    last = explain(after, id, resolution.recorded)
    implied = percent(last.implied.probability) if last.implied else "?"
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    outcome = resolution.outcome.replace("-", " ")
    told = f"{id}: {stated}, implied {implied} → {outcome}"
    return (Paragraph(told),)


def _retracting(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    item = by.database.evidence.get(typed.one("evidence").strip())
    return (
        Group(
            title="",
            note=item.summary if item else "",
            parts=(
                Field(
                    name="evidence",
                    label="The item",
                    needed=True,
                    known=tuple(newest(by.database.evidence)),
                    value=typed.one("evidence"),
                ),
                Field(name="reason", label="Why it counts no longer", kind="text", needed=True),
                _DAY,
            ),
        ),
        SWITCHES,
    )


def _retraction(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)
    id = reading.needed("evidence", by.opened.evidence, "")
    reason = reading.needed("reason", str, "")
    on = reading.wanted("date", until("date", by, last)) or by.today
    return None if reading.missing else partial(retract, by.root, id, reason, on, latest=last)


def _retraction_told(by: Recorder, written: Written, typed: Typed) -> Document:
    id = typed.one("evidence").strip()
    gone = written.after.database.evidence[id].retracted
    return effects_told(by, written, id, gone.date if gone else by.today)


def _clarifying(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    said = Field(name="text", label="What is made clear", kind="text", needed=True)
    return (
        _scenario(by, typed, "The scenario whose question is meant", is_open=False),
        Group(title="", parts=(said, _DAY)),
        SWITCHES,
    )


def _clarification(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)
    id = reading.needed("scenario", by.opened.scenario, "")
    text = reading.needed("text", str, "")
    on = reading.wanted("date", until("date", by, last)) or by.today

    def call(*, dry_run: bool, commit: bool) -> Written:
        how = {"dry_run": dry_run, "commit": commit}
        return editing.clarify(by.root, id, text, on, latest=last, **how)[0]

    return None if reading.missing else call


RESOLUTION = Form(
    name="resolution",
    title="Record an outcome",
    save="Record it",
    lead="Its rivals in a set follow from it.",
    groups=_resolving,
    draft=_resolution,
    told=_outcome_told,
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("resolution",) and len(keys) > 1 else "",
)
RETRACTION = Form(
    name="retraction",
    title="Retract an item",
    save="Retract it",
    lead="It is kept, and counts no longer from that day on.",
    groups=_retracting,
    draft=_retraction,
    told=_retraction_told,
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("retracted",) and len(keys) > 1 else "",
)
CLARIFICATION = Form(
    name="clarification",
    title="Clarify a question",
    save="Add it",
    lead="It stands beside the question; forecasts of it stay good.",
    groups=_clarifying,
    draft=_clarification,
    field_of=lambda keys: "text" if keys[:1] == ("clarifications",) else "",
)
