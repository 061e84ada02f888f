"""The parts of a form that its answers change: faults, the preview, and what was written."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

from markupsafe import Markup

from scenarios.paths import id_of, kind_of
from scenarios.render.document import Document
from scenarios.render.templating import fill, macro
from scenarios.render.writers import html
from scenarios.serve.forms.form import (
    SURE,
    FieldGroup,
    Form,
    FormContext,
    FormResult,
    FormValues,
    labels,
    slot,
)
from scenarios.workspace.results import moved_or_changed
from scenarios.workspace.writing import WriteResult, new_analyst

_OUTCOME = "serve/outcome.html"


def result_words(form: Form, groups: Iterable[FieldGroup], tried: FormResult) -> Markup:
    """A summary for the eye and for screen readers: what is wrong, and what is missing."""
    names, verdict = labels(groups), ""
    if tried.written and form.is_text and not tried.written.warnings:
        verdict = "No faults" if tried.written.drafts else "Nothing is changed"
    missing = [names.get(name, name) for name in tried.missing]
    return macro(_OUTCOME, "result_words")([*_faults(tried, names)], missing, verdict)


def outcome(form: Form, by: FormContext, typed: FormValues, tried: FormResult) -> Markup:
    """The panel beside the form before it is saved."""
    written, problems, remarks, effects = tried.written, tried.problems, [], ""
    if written:
        problems = (*problems, *(written.warnings if form.is_text else ()))
        doubt = new_analyst(by.database, by.analyst) if by.analyst else None
        remarks = [*([doubt] if doubt else []), *written.mended]
        remarks += () if form.is_text else map(str, written.warnings)
        effects = _effects(by, form.report(by, written, typed))
    return macro(_OUTCOME, "editing")(by.others) + macro(_OUTCOME, "outcome")(
        tried,
        problems,
        [("", line) for line in _lines(by.opened.snapshot.get(tried.changed or ""))],
        by.opened.digest(tried.changed) if tried.changed else "",
        typed.first(SURE),
        remarks,
        effects,
        texts(written) if written else (),
    )


def at_fields(groups: Iterable[FieldGroup], tried: FormResult) -> Markup:
    """The faults of all fields, each for its own place."""
    fault = macro("serve/fields.html", "fault")
    names = labels(groups)
    return Markup().join(fault(slot(name), tried.faults.get(name, ()), True) for name in names)


def done(
    form: Form, by: FormContext, typed: FormValues, written: WriteResult, document: Document
) -> Markup:
    """The page of a written change."""
    items = written.after.database.evidence
    paths = (draft.path for draft in written.drafts if kind_of(draft.path) == "evidence")
    recorded = [id for id in map(id_of, paths) if id in items]
    leads = [*records_of(written), *(("", "") for _ in written.attached)]
    return fill(
        "serve/recorded.html",
        form=form,
        written=written,
        paths=[*zip(written.paths, leads, strict=True)],
        remarks=[*written.mended, *map(str, written.warnings)],
        effects=_effects(by, document),
        files=texts(written),
        edited=typed.first("id"),
        unrated=[id for id in recorded if not (items[id].ratings or items[id].indicators)],
    )


def records_of(written: WriteResult) -> Iterator[tuple[str, str]]:
    """Address and title of each written file's page; empty if the file was removed."""
    database = written.after.database
    for draft in written.drafts:
        kind, id = kind_of(draft.path), id_of(draft.path)
        if draft.new is None:
            yield "", ""
        elif kind == "scenario" and id in database.scenarios:
            yield f"/s/{id}/", database.scenarios[id].title
        elif kind == "evidence" and id in database.evidence:
            yield f"/e/{id}/", database.evidence[id].summary
        else:
            yield f"/records/{draft.path}", ""


def texts(written: WriteResult) -> list[tuple[str, list[tuple[str, str]]]]:
    """The path of each file with its marked-up lines; the changes of an existing file."""
    changed = moved_or_changed(written)
    return [(path, [*_changed_lines(draft.old, draft.new)]) for path, draft in changed]


def _changed_lines(old: bytes | None, new: bytes | None) -> Iterator[tuple[str, str]]:
    if old is None and new is not None:
        yield from (("", line) for line in _lines(new))
        return
    was, now = (
        data.decode("utf-8", "replace").splitlines() if data is not None else []
        for data in (old, new)
    )
    for line in [*unified_diff(was, now, lineterm="", n=2)][3:]:
        tag = {"+": "ins", "-": "del"}.get(line[:1], "")
        yield (tag, "…" if line.startswith("@@") else line)


def _lines(data: bytes | None) -> Sequence[str]:
    return ["(the file is gone)"] if data is None else data.decode("utf-8", "replace").split("\n")


def _effects(by: FormContext, document: Document) -> str:
    places = {f"s-{id}": f"/s/{id}/" for id in by.database.scenarios}
    return html.blocks(document, places)


def _faults(tried: FormResult, names: dict[str, str]) -> Iterator[str]:
    """Faults without a field, and the fields with faults."""
    yield from tried.faults.get("", ())
    for name, faults in tried.faults.items():
        if name and name not in names:
            yield from (f"{name.partition(':')[2] or name}: {fault}" for fault in faults)
    if elsewhere := [names[name] for name in tried.faults if name in names]:
        yield f"Not right yet: {', '.join(elsewhere)}."
