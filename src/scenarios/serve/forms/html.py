"""Forms as HTML: fields, faults, and the result of what was typed or saved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff
from html import escape

from scenarios.errors import Problem
from scenarios.paths import id_of, kind_of
from scenarios.render.document import Document
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.serve.forms.form import (
    SURE,
    Attempt,
    ChoiceCell,
    ChoiceRow,
    Field,
    FieldGroup,
    Form,
    Recorder,
    Typed,
    labels,
)
from scenarios.storage.edits import Draft
from scenarios.workspace.writing import Written, moved_or_changed, new_analyst

Faults = Mapping[str, Sequence[str]]
_INPUTS = {"line": "text", "day": "date", "file": "file", "hidden": "hidden"}
_UNNAMED = re.compile(r"[^A-Za-z0-9-]")


def fields(groups: Iterable[FieldGroup], typed: Typed, faults: Faults) -> str:
    """The groups with what was typed in them."""
    return "".join(_group(group, typed, faults) for group in groups)


def fault_of(name: str, faults: Faults, *, apart: bool = False) -> str:
    """The place of a field's faults; `apart` from the page, it takes the place of the one there."""
    words = "".join(f"<span>{safe(fault)}</span>" for fault in faults.get(name, ()))
    swap = ' hx-swap-oob="true"' if apart else ""
    return f'<p class="fault" id="fault-{_id(name)}"{swap}>{words}</p>'


def _group(group: FieldGroup, typed: Typed, faults: Faults) -> str:
    parts = "".join(_part(part, typed, faults) for part in group.parts)
    note = f"<p>{safe(group.note)}</p>" if group.note else ""
    head = f"<h2>{safe(group.title)}</h2>" if group.title else ""
    if not group.folded:
        return f'<section class="asks">{head}{note}{parts}</section>'
    opened = " open" if any(_is_filled(part, typed, faults) for part in group.parts) else ""
    return (
        f'<details class="asks"{opened}><summary>{head}</summary><div>{note}{parts}</div></details>'
    )


def _is_filled(part: Field | ChoiceRow, typed: Typed, faults: Faults) -> bool:
    if isinstance(part, Field):
        return bool(_values(part, typed) or faults.get(part.name))
    return any(typed.first(cell.name) or cell.value or faults.get(cell.name) for cell in part.cells)


def _part(part: Field | ChoiceRow, typed: Typed, faults: Faults) -> str:
    return _field(part, typed, faults) if isinstance(part, Field) else _row(part, typed, faults)


def _values(field: Field, typed: Typed) -> list[str]:
    if field.name in typed.texts or (typed.is_sent and field.kind in ("check", "radio")):
        return typed.every(field.name)
    given = field.value
    return [given] if isinstance(given, str) and given else [*given]


def _field(field: Field, typed: Typed, faults: Faults) -> str:
    values = _values(field, typed)
    value, name = (values[0] if values else ""), escape(field.name)
    if field.kind == "hidden":
        return f'<input type="hidden" name="{name}" value="{escape(value)}">'
    id = _id(field.name)
    described_by = f"hint-{id} fault-{id}" if field.hint else f"fault-{id}"
    hint = f'<span class="hint" id="hint-{id}">{safe(field.hint)}</span>' if field.hint else ""
    fault, known = fault_of(field.name, faults), _known(field, id)
    common = f'name="{name}" aria-describedby="{described_by}"{known[0]}'
    common += ' aria-required="true"' if field.needed else ""
    common += " autofocus" if field.begins and not typed.is_sent else ""
    mark = '<span class="needed" aria-hidden="true"> *</span>' if field.needed else ""
    if field.kind == "check":
        on = " checked" if value else ""
        box = f'<input type="checkbox" {common} value="yes"{on}>'
        return (
            f'<div class="field check"><label>{box} {safe(field.label)}</label>{hint}{fault}</div>'
        )
    if field.kind == "radio":
        options = "".join(_radio(field.name, *option, value) for option in field.options)
        return (
            f'<fieldset class="field" aria-describedby="{described_by}"><legend>'
            f"{safe(field.label)}{mark}</legend>{hint}"
            f'<div class="choices">{options}</div>{fault}</fieldset>'
        )
    label = f'<label for="f-{id}">{safe(field.label)}{mark}</label>'
    if field.kind in ("text", "whole"):
        body = f"\n{escape(value)}"  # HTML takes the first line end away
        whole = ' class="whole" spellcheck="false" autocapitalize="off"'
        common += whole if field.kind == "whole" else ""
        input = f'<textarea id="f-{id}" {common} rows="{field.rows}">{body}</textarea>'
    elif field.kind == "choice":
        chosen = "".join(_option(*option, value) for option in field.options)
        input = f'<select id="f-{id}" {common}>{chosen}</select>'
    elif field.many:
        more = [*values, ""]
        label = f"<span>{safe(field.label)}{mark}</span>"
        input = "".join(_one_more(common, field.label, n, entry) for n, entry in enumerate(more, 1))
    else:
        kind = _INPUTS[field.kind]
        filled = f' value="{escape(value)}"' if kind != "file" else ""
        input = f'<input type="{kind}" id="f-{id}" {common}{filled} autocomplete="off">'
    return f'<div class="field {field.kind}">{label}{hint}{input}{known[1]}{fault}</div>'


def _one_more(common: str, label: str, number: int, value: str) -> str:
    name = escape(safe(f"{label} {number}"))
    return f'<input {common} aria-label="{name}" value="{escape(value)}" autocomplete="off">'


def _known(field: Field, id: str) -> tuple[str, str]:
    """The attribute and the list of what was used before."""
    if not field.known:
        return "", ""
    options = "".join(
        f'<option value="{escape(value)}">{safe(label)}</option>' for value, label in field.known
    )
    return f' list="known-{id}"', f'<datalist id="known-{id}">{options}</datalist>'


def _option(value: str, label: str, chosen: str) -> str:
    on = " selected" if value == chosen else ""
    return f'<option value="{escape(value)}"{on}>{safe(label)}</option>'


def _radio(name: str, value: str, label: str, chosen: str) -> str:
    on = " checked" if value == chosen else ""
    return (
        f'<label><input type="radio" name="{escape(name)}" value="{escape(value)}"{on}>'
        f"<span>{safe(label)}</span></label>"
    )


def _row(row: ChoiceRow, typed: Typed, faults: Faults) -> str:
    cells = "".join(_cell(cell, typed, faults) for cell in row.cells)
    note = f"<p>{safe(row.note)}</p>" if row.note else ""
    if not row.folded:
        return f'<div class="across"><h3>{safe(row.title)}</h3>{note}{cells}</div>'
    opened = " open" if _is_filled(row, typed, faults) else ""
    return (
        f'<details class="across"{opened}><summary><h3>{safe(row.title)}</h3></summary>'
        f"<div>{note}{cells}</div></details>"
    )


def _cell(cell: ChoiceCell, typed: Typed, faults: Faults) -> str:
    is_asked = cell.name in typed.texts
    chosen = typed.first(cell.name) if is_asked else cell.value
    id, ratio = _id(cell.name), ""
    codes = [value for value, _ in cell.options]
    if cell.ratio:
        text = typed.first(cell.ratio)
        if not is_asked and chosen not in codes:
            text, chosen = chosen, ""
        ratio = (
            f'<label class="ratio">or times <input name="{escape(cell.ratio)}" size="6"'
            f' value="{escape(text)}" inputmode="decimal" autocomplete="off"'
            f' aria-describedby="fault-{id}"></label>'
        )
    options = "".join(_radio(cell.name, *option, chosen) for option in cell.options)
    about = f'<span class="about">{safe(cell.about)}</span>' if cell.about else ""
    hint = f'<p class="hint">{safe(cell.hint)}</p>' if cell.hint else ""
    return (
        f'<fieldset class="cell" aria-describedby="fault-{id}"><legend>{safe(cell.label)}{about}'
        f'</legend>{hint}<div class="choices">{options}{ratio}</div>{fault_of(cell.name, faults)}'
        "</fieldset>"
    )


def _id(name: str) -> str:
    """A name as an element may be called in a selector."""
    return _UNNAMED.sub("_", name)


def result_words(form: Form, groups: Iterable[FieldGroup], tried: Attempt) -> str:
    """In a few words, for who listens too: what is wrong, and what is missing."""
    known = labels(groups)
    faults = _faults(tried, known)
    if tried.missing:
        names = ", ".join(known.get(name, name) for name in tried.missing)
        faults += f"<p>Still needed: {safe(names)}.</p>"
    if tried.written and form.is_text and not tried.written.warnings:
        is_other = bool(tried.written.drafts)
        faults += f"<p>{'No faults' if is_other else 'Nothing is changed'}.</p>"
    return faults


def outcome(form: Form, by: Recorder, typed: Typed, tried: Attempt) -> str:
    """The panel beside the form before it is saved."""
    parts = [_problems(form, tried), _changed(by, tried), _doubts(typed, tried)]
    if tried.written:
        doubt = new_analyst(by.database, by.analyst) if by.analyst else None
        parts += [f"<p>{safe(doubt)}</p>" if doubt else "", *_remarks(form, tried.written)]
        parts.append(_effects(by, form.report(by, tried.written, typed)))
        if tried.written.drafts:
            parts.append(f"<h3>What will be written</h3>{texts(tried.written)}")
        if (commit := tried.written.committed) and commit.subject:
            parts.append(f"<p>The commit: {safe(commit.subject)}</p>")
    return "".join(parts)


def at_fields(groups: Iterable[FieldGroup], tried: Attempt) -> str:
    """The faults of all fields, each for its own place."""
    return "".join(fault_of(name, tried.faults, apart=True) for name in labels(groups))


def done(by: Recorder, written: Written, document: Document) -> str:
    """The written change."""
    leads = [*map(_leads, written.drafts), *("" for _ in written.attached)]
    files = "".join(map(_file, written.paths, leads))
    listed = f'<ul class="plain">{files}</ul>' if written.drafts else "<p>Nothing to change.</p>"
    text = f"<h2>What was written</h2>{texts(written)}" if written.drafts else ""
    return "".join(
        [listed, _committed(written), *_remarks(None, written), _effects(by, document), text]
    )


def _leads(draft: Draft) -> str:
    """Where what was written is shown."""
    kind, id = kind_of(draft.path), id_of(draft.path)
    folder = {"evidence": "e", "scenario": "s"}.get(kind)
    if draft.new is None:
        return ""
    return f"/{folder}/{id}/" if folder else f"/records/{draft.path}"


def _file(path: str, leads: str) -> str:
    link = f"<code>{safe(path)}</code>"
    return f'<li><a href="{leads}">{link}</a></li>' if leads else f"<li>{link}</li>"


def texts(written: Written) -> str:
    """Each file: a new one whole, of another what changes in it."""
    return "".join(
        f'<div class="scroll" role="group" tabindex="0" aria-label="{safe(path)}">'
        f'<pre class="yaml">{_text(path, draft.old, draft.new)}</pre></div>'
        for path, draft in moved_or_changed(written)
    )


def _text(path: str, old: bytes | None, new: bytes | None) -> str:
    if old is None and new is not None:
        return f"<b>{safe(path)}</b>\n{_lines(new)}"
    was, now = (
        data.decode("utf-8", "replace").splitlines() if data is not None else []
        for data in (old, new)
    )
    diff = [*unified_diff(was, now, lineterm="", n=2)][2:]
    rows = ("…" if line.startswith("@@") else _marked(line) for line in diff[1:])
    return "\n".join([f"<b>{safe(path)}</b>", *rows])


def _lines(data: bytes) -> str:
    return "\n".join(safe(line) for line in data.decode("utf-8", "replace").split("\n"))


def _marked(line: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(line[:1])
    return f"<{tag}>{safe(line)}</{tag}>" if tag else safe(line)


def _effects(by: Recorder, document: Document) -> str:
    places = {f"s-{id}": f"/s/{id}/" for id in by.database.scenarios}
    return f'<div class="effects">{html.blocks(document, places)}</div>' if document else ""


def _faults(tried: Attempt, known: dict[str, str]) -> str:
    """Those that have no field, and how many have one."""
    own = [*tried.faults.get("", ())]
    own += [
        f"{name.partition(':')[2] or name}: {fault}"
        for name, faults in tried.faults.items()
        if name and name not in known
        for fault in faults
    ]
    elsewhere = [known[name] for name in tried.faults if name in known]
    if elsewhere:
        own.append(f"Not right yet: {', '.join(elsewhere)}.")
    return "".join(f'<p class="attention">{safe(fault)}</p>' for fault in own)


def _doubts(typed: Typed, tried: Attempt) -> str:
    """Warnings that must be confirmed before saving."""
    if not tried.doubts:
        return ""
    doubts = "".join(f"<p>{safe(doubt)}</p>" for doubt in tried.doubts)
    on = " checked" if typed.first(SURE) else ""
    return (
        f'{doubts}<p class="field check"><label>'
        f'<input type="checkbox" name="{SURE}" value="yes"{on}>'
        " Record this one all the same</label></p>"
    )


def _problems(form: Form, tried: Attempt) -> str:
    """Those of a text, each with a way to its place."""
    warnings = tried.written.warnings if form.is_text and tried.written else ()
    rows = "".join(map(_problem, (*tried.problems, *warnings)))
    return f'<ul class="plain">{rows}</ul>' if rows else ""


def _problem(problem: Problem) -> str:
    place = f'data-line="{problem.line}" data-column="{problem.column}"'
    level = "" if problem.severity == "error" else "warning: "
    hint = f" ({problem.hint})" if problem.hint else ""
    return (
        f'<li><a href="#f-text" {place}>{safe(problem.path)}:{problem.line}:{problem.column}</a>'
        f" {safe(f'{level}{problem.rule}: {problem.message}{hint}')}</li>"
    )


def _changed(by: Recorder, tried: Attempt) -> str:
    """The other version beside the own one; who has seen it may go on from it."""
    if tried.changed is None:
        return ""
    now, path = by.opened.snapshot.get(tried.changed), tried.changed
    text = _lines(now) if now is not None else safe("(the file is gone)")
    digest = by.opened.digest(path)
    return (
        f'<h3>As it is now</h3><div class="scroll" role="group" tabindex="0"'
        f' aria-label="{safe(path)}"><pre class="yaml"><b>{safe(path)}</b>\n{text}</pre></div>'
        '<p class="field check"><label><input type="checkbox" name="seen"'
        f' value="{safe(path)} {digest}"> I have seen this version: go on from it</label></p>'
    )


def _remarks(form: Form | None, written: Written) -> list[str]:
    warnings = () if form and form.is_text else written.warnings
    words = [*written.mended, *map(str, warnings)]
    return [f"<p>{safe(word)}</p>" for word in words]


def _committed(written: Written) -> str:
    done = written.committed
    if done is None:
        return ""
    parts = []
    if done.also:
        names = ", ".join(done.also)
        parts.append(f"Uncommitted changes from before went into the commit too: {names}.")
    if done.oid:
        parts.append(f"Committed as {done.oid[:7]}: {done.subject}")
    paragraphs = "".join(f"<p>{safe(part)}</p>" for part in parts)
    if done.fault:
        paragraphs += (
            f'<p class="attention">Written, and not committed: {safe(str(done.fault))}</p>'
        )
    if done.output:
        paragraphs += f"<pre>{_lines(done.output.encode())}</pre>"
    return paragraphs
