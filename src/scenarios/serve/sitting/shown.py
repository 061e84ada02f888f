"""The pages of a sitting, as HTML: what is asked, and what may be told then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.review.agenda import Agenda, Topic, without_evidence
from scenarios.model import Database
from scenarios.render.document import Heading
from scenarios.render.documents import session as topics
from scenarios.render.documents.session import past_due_text, set_sums, unrated_text
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.scales import percent
from scenarios.serve.forms import across
from scenarios.serve.forms.form import ChoiceCell, ChoiceRow, Field, FieldGroup, Typed
from scenarios.serve.forms.html import Faults, fields
from scenarios.storage.state.session_notes import Sitting, SittingAnswer
from scenarios.text import counted
from scenarios.workspace.sitting import SittingStep, key_of, words

_WIDE = 1_000_000
_SEEN = (("skipped", "later"), ("seen", "seen"), ("not-seen", "not seen"))


def form(action: str, body: str, *buttons: tuple[str, str], live: str = "") -> str:
    """A form of the sitting; the first button is the one that goes on, by Enter too."""
    rows = "".join(
        f'<button name="do" value="{value}"{" class=first" if n == 1 else ""}>'
        f"{safe(label)}</button>"
        for n, (value, label) in enumerate(buttons, start=1)
    )
    keeps = (
        f'<div hx-post="{live}" hx-include="closest form" hx-swap="none"'
        ' hx-trigger="input from:closest form delay:500ms" hx-sync="closest form:queue last"></div>'
        if live
        else ""
    )
    return (
        f'<form class="record" data-kept method="post" action="/sitting/{action}/">{body}{keeps}'
        f'<p class="does">{rows}</p></form>'
    )


def left(day: date, number: int) -> str:
    """A sitting of an earlier day that was never finished."""
    hidden = f'<input type="hidden" name="day" value="{day}">'
    notice = f"<p>The sitting of {day} was never finished: {counted(number, 'answer')}.</p>"
    return notice + form("left", hidden, ("take", "Use its answers"), ("drop", "Drop them"))


def agenda_told(due: Agenda) -> str:
    """How much there is, and what wants an outcome first."""
    asked = sum(map(len, due.groups))
    parts = [
        counted(len(due.unrated), "item") + " to rate" if due.unrated else "",
        counted(len(due.past_due), "indicator") + " past due" if due.past_due else "",
        counted(asked, "scenario") + " to answer" if asked else "",
    ]
    summary = ", ".join(filter(None, parts))
    overdue = "".join(
        f"<li>{safe(id)}: its last day is over."
        f' <a href="/record/resolution/?scenario={escape(id)}">Record the outcome</a></li>'
        for id in due.overdue
    )
    return f"<p>{summary or 'Nothing is due'}.</p>" + (f'<ul class="plain">{overdue}</ul>')


def item_asked(database: Database, at_day: Known, id: str, typed: Typed, faults: Faults) -> str:
    """An item that rates nothing yet; nothing is told of what it would do."""
    day = database.evidence[id].recorded
    blind = without_evidence(database)
    lines = "".join(f"<p>{safe(line)}</p>" for line in unrated_text(at_day, id, _WIDE).split("\n"))
    groups = (
        FieldGroup(title="What it shows", parts=across.indicators_asked(blind, day)),
        FieldGroup(
            title="Effect on each scenario",
            note=across.words(database),
            parts=across.ratings_asked(blind, day),
        ),
    )
    hidden = f'<input type="hidden" name="item" value="{escape(id)}">'
    body = f"{hidden}<div>{fields(groups, typed, faults)}</div>"
    asked = form("item", body, ("rate", "Rate it"), ("later", "Later"))
    return f"<h2>Not rated yet</h2>{lines}{asked}"


def past_due_asked(step: SittingStep) -> str:
    """Ask of each past-due indicator if it has been seen."""
    cells = tuple(
        ChoiceCell(
            name=f"due:{key_of(indicator)}",
            label=indicator.indicator.statement,
            about=key_of(indicator),
            hint=past_due_text(indicator, _WIDE).split("\n")[-1].strip(),
            options=_SEEN,
            value="skipped",
        )
        for indicator in step.past_due
    )
    note = "What was seen counts only once it is recorded; its absence counts until then."
    group = FieldGroup(
        title="Past due: seen by now?", note=note, parts=(ChoiceRow(title="", cells=cells),)
    )
    return form("past-due", fields((group,), Typed(), {}), ("answer", "Go on"))


def group_asked(
    database: Database,
    at_day: Known,
    answered: Sitting,
    step: SittingStep,
    typed: Typed,
    faults: Faults,
) -> str:
    """The figures and reasons of scenarios that are answered together."""
    group, language = step.group, database.tracker.estimative_language
    is_set = len(group) > 1
    place = f"{step.number}" if step.number == step.to else f"{step.number} to {step.to}"
    head = f"<p>{place} of {step.are}. Your figure first; then what the others and the"
    head += " evidence say.</p>"
    if is_set:
        set_id = group[0].scenario.set or ""
        title = f"{database.tracker.sets.get(set_id, set_id)} ({set_id})"
        head += html.blocks(topics.set_document(title, group, at_day))
    body = "".join(
        f'<section class="topic">{_topic(topic, at_day, language, is_set=is_set)}'
        f"{_asked(topic, answered.answers.get(topic.id), typed, faults)}</section>"
        for topic in group
    )
    return head + form("answers", body, ("answer", "Answer"), live="/sitting/keep/")


def _topic(topic: Topic, at_day: Known, language: str, *, is_set: bool) -> str:
    title = Heading(3, f"{topic.scenario.title} ({topic.id})")
    document = topics.document(topic, at_day, language, items=not is_set)
    return html.blocks((title, *document))


def _asked(topic: Topic, answer: SittingAnswer | None, typed: Typed, faults: Faults) -> str:
    own, id = topic.standing, topic.id
    before = f"It stands at {percent(own.probability)}. " if own else ""
    same = Field(
        name=f"same:{id}",
        label=f"As before: {percent(own.probability)}" if own else "",
        kind="check",
    )
    value = "" if answer is None else _text(answer.probability)
    asked = (
        Field(
            name=f"p:{id}",
            label="Your probability",
            hint=f"{before}Like 37% or 0.37{'; withdraw takes it back' if own else ''}.",
            value=value,
        ),
        *((same,) if own else ()),
        Field(
            name=f"why:{id}",
            label="Why",
            kind="text",
            rows=2,
            hint="Of a figure that moves without a reason nobody will know what moved it.",
            value=(answer.rationale or "") if answer else "",
        ),
        Field(name=f"skip:{id}", label="Skip it today", kind="check"),
    )
    return fields((FieldGroup(title="", parts=asked),), typed, faults)


def sums_told(answered: Sitting, step: SittingStep) -> str:
    """The own figures of a set, before anything else is shown."""
    rows = "".join(
        f"<li>{safe(topic.id)}: {safe(words(answered.answers[topic.id].probability))}</li>"
        for topic in step.group
        if topic.id in answered.answers
    )
    added = html.blocks((set_sums(step.sums, answered.analyst),))
    back, on = ("change", "Change them"), ("show", "Show the other forecasts and the evidence")
    section = f"<h2>Your figures</h2><ul class='plain'>{rows}</ul>{added}"
    return section + form("show", "", on, back)


def revision_asked(
    table: str, shown: Sequence[tuple[Topic, SittingAnswer]], typed: Typed, faults: Faults
) -> str:
    """The figures of all, and each own one, which may be revised once."""
    body = ""
    for topic, answer in shown:
        asked = (
            Field(
                name=f"p:{topic.id}",
                label=f"{topic.id}: revise it once",
                hint=f"Your blind figure is {words(answer.blind)}; as it is: keep it.",
                value=_text(answer.blind),
            ),
            Field(
                name=f"why:{topic.id}",
                label="Reason for the revision",
                kind="text",
                rows=2,
                hint="Needed where it is revised; the blind figure stays in the sheet.",
            ),
        )
        body += fields((FieldGroup(title="", parts=asked),), typed, faults)
    anyway = (("anyway", "Continue unchanged"),) if faults.get("") else ()
    return f"<h2>What the others and the evidence say</h2>{table}" + form(
        "revise", body, ("settle", "Go on"), *anyway
    )


def end_told(answered: Sitting, notes: Sequence[str], open_ends: Sequence[str]) -> str:
    """A preview of the sheet."""
    rows = "".join(
        f"<li><strong>{safe(id)}</strong>: {safe(words(answer.probability))}"
        f"{f', {safe(answer.rationale)}' if answer.rationale else ' (no reason)'}</li>"
        for id, answer in answered.answers.items()
    )
    lines = "".join(f"<p>{safe(line)}</p>" for line in notes)
    lines += "".join(f'<p class="attention">{line}</p>' for line in open_ends)
    if not rows:
        return f"<h2>Nothing is answered</h2>{lines}" + form("end", "", ("drop", "End the sitting"))
    commit = Field(name="commit", label="Commit it to git", kind="check")
    switch = fields((FieldGroup(title="", parts=(commit,)),), Typed(), {})
    sheet = f"<h2>The sheet of {answered.date}</h2><ul class='plain'>{rows}</ul>{lines}"
    return sheet + form("end", switch, ("write", "Write the sheet"))


def _text(probability: float | None) -> str:
    """A figure as it may be typed, to its last digit."""
    if probability is None:
        return "withdraw"
    return percent(probability, 10).removesuffix("%").rstrip("0").rstrip(".") + "%"
