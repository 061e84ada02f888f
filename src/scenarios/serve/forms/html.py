"""A form as HTML that works without a script: each text escaped, each fault at its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from scenarios.render.writers.html import safe
from scenarios.serve.forms.form import ChoiceCell, ChoiceRow, Field, FieldGroup, Typed

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
