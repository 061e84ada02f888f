"""The forms of those who may propose: an item or a question, which wait in the inbox."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.rules.duplicates import alike
from scenarios.errors import ScenError, UsageError
from scenarios.model import Evidence
from scenarios.paths import id_of
from scenarios.render.document import Document, Paragraph
from scenarios.serve.forms.form import (
    SWITCHES,
    Field,
    FieldGroup,
    Form,
    FormContext,
    FormValues,
    ParsedForm,
    WorkspaceCall,
)
from scenarios.storage.proposals import waiting
from scenarios.values import first_day
from scenarios.workspace.inbox import propose
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import titled
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult

_MOST = 5
"""Most records and proposals that are named because they may be the same."""
_COMMIT = FieldGroup(title="", parts=SWITCHES.parts[1:])
_WHY = Field(name="why", label="Why it matters", kind="text")
_DECIDES = "The document or report by which a stranger could say yes or no."
_LAST = "The last day on which it can happen."
_ITEM = (
    Field(name="summary", label="What happened", hint="In one sentence.", needed=True, begins=True),
    Field(name="observed", label="When", hint="Like 22 February or 2021-12. Today if empty."),
    Field(name="source", label="Who says so", hint="A paper, a ministry: a name is enough."),
    Field(name="url", label="Its web address", hint="Like https://www.example.org/news."),
    _WHY,
)
_QUESTION = (
    Field(name="title", label="The question", hint="With a yes or a no.", needed=True, begins=True),
    Field(name="criteria", label="What decides it", hint=_DECIDES, kind="text", needed=True),
    Field(name="horizon", label="By when", hint=_LAST, kind="day", needed=True),
    replace(_WHY, needed=True),
)


def _groups(
    fields: tuple[Field, ...], by: FormContext, _typed: FormValues
) -> tuple[FieldGroup, ...]:
    known = {"source": tuple(titled(by.database.sources))}
    parts = tuple(replace(field, known=known.get(field.name, ())) for field in fields)
    return (FieldGroup(title="", parts=parts), *(() if by.mode.commit else (_COMMIT,)))


def _item(by: FormContext, form: ParsedForm) -> dict[str, Any]:
    def observed(text: str) -> str:
        day = typed_in.observed(text, lambda: by.today)
        if first_day(day) > by.today:
            raise UsageError(f"{day} is after today: propose it once it has happened")
        return day

    where = form.wanted("source", typed_in.line) or ""
    known = by.database.sources.items()
    ids = {name.casefold(): id for id, record in known for name in (record.name, id)}
    source = ids.get(where.casefold())
    notes = [f"Source: {where}" if where and not source else "", form.text("why") or ""]
    return {
        "summary": form.needed("summary", typed_in.line, ""),
        "observed": form.wanted("observed", observed) or f"{by.today}",
        "source": source,
        "url": form.wanted("url", typed_in.url),
        "notes": "\n\n".join(filter(None, notes)),
    }


def _question(by: FormContext, form: ParsedForm) -> dict[str, Any]:
    def horizon(text: str) -> str:
        day = typed_in.day_ahead(text, lambda: by.today)
        if day < by.today:
            raise UsageError(f"{day} is past: a question is about a day to come")
        return day.isoformat()

    reads: dict[str, Callable[[str], str]]
    reads = {"title": typed_in.line, "criteria": str, "horizon": horizon, "why": str}
    return {key: form.needed(key, read, "") for key, read in reads.items()}


def _call(kind: str, draft: Any, by: FormContext, form: ParsedForm) -> WorkspaceCall | None:
    if by.analyst is None:
        form.fault("", "say who you are: a person proposes by name")
    record = {key: value for key, value in draft(by, form).items() if value}
    if form.missing or not form.is_sound:
        return None
    person = {"by": "person", "name": by.analyst, "on": f"{by.today}"}
    person |= {"from": record["url"]} if "url" in record else {}
    return partial(_propose, by.root, {"proposed": person, kind: record})


def _propose(root: Path, record: Mapping[str, Any], mode: WriteMode) -> WriteResult:
    written, fates = propose(root, [record], mode)
    (fate,) = fates.entries
    if fate.status in ("refused", "known"):
        why = f"{fate.id} has {fate.reason}" if fate.id else fate.reason
        raise ScenError(f"nothing is proposed: {why}")
    return written


def _doubts(by: FormContext, typed: FormValues) -> list[str]:
    """The items, recorded or in the inbox, that may be the same."""
    summary, url = typed.first("summary").strip(), typed.first("url").strip() or None
    day = typed_in.observed(typed.first("observed").strip() or "today", lambda: by.today)
    recorded, waits = by.database.evidence, waiting(by.root).waiting.items()
    # `alike` looks for days at the start of an id, which a hand-made proposal need not have.
    others = {f"{other.day} {id}": other for id, other in waits if other.evidence}
    items = {
        id: Evidence(other.item.summary, other.day, other.proposed.on, url=other.item.url)
        for id, other in others.items()
    }
    same = [(id, why, recorded[id].summary) for id, why in alike(recorded, summary, day, url)]
    for id, why in alike(items, summary, day, url):
        same.append((f"what {others[id].proposed.who} proposes", why, items[id].summary))
    return [f"{what} may be the same ({why}): {text}" for what, why, text in same[:_MOST]]


def _report(settled: str, by: FormContext, written: WriteResult, _typed: FormValues) -> Document:
    if written.dry_run:
        return ()
    (draft,) = written.drafts
    waits = f"{id_of(draft.path)} waits already: your name and address are noted there."
    if draft.old is None:
        waits = f"It waits in the inbox with your name ({by.analyst}), and counts nowhere yet."
    return (Paragraph(waits), Paragraph(f"Next, {settled}; or it is dismissed with a reason."))


ITEM = Form(
    name="propose",
    title="Propose an item",
    save="Propose it",
    lead="Something that happened. It waits in the inbox until an analyst rates it.",
    groups=partial(_groups, _ITEM),
    draft=partial(_call, "evidence", _item),
    report=partial(_report, "an analyst records it with ratings of their own"),
    doubts=_doubts,
    role="proposer",
)
QUESTION = Form(
    name="propose-question",
    title="Propose a question",
    save="Propose it",
    lead="Something to forecast. It waits in the inbox until an editor adds it.",
    groups=partial(_groups, _QUESTION),
    draft=partial(_call, "question", _question),
    report=partial(_report, "an editor adds it, with criteria and a first probability"),
    role="proposer",
)
