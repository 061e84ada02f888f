"""A record that is corrected: key by key, or its whole file as text."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import quote

import msgspec

from scenarios.analysis.history import audit
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.serve.forms.form import (
    SWITCHES,
    Field,
    FieldGroup,
    Form,
    FormContext,
    FormValues,
    Kind,
    ParsedForm,
    WorkspaceCall,
    listed,
    seen,
)
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.reader import read
from scenarios.text import shown
from scenarios.workspace import corrections
from scenarios.workspace.audit_preview import preview_lines
from scenarios.workspace.corrections import KeyChange, RecordLocation, locate
from scenarios.workspace.input.offers import newest, titled
from scenarios.workspace.opened import StaleEdit, from_here
from scenarios.workspace.tasks import evidence, indicator, scenario, source
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult


def _key_groups(by: FormContext, typed: FormValues) -> tuple[FieldGroup, ...]:
    located = located_record(by, typed)
    if located is None:
        return (FieldGroup(title="", parts=(asked_for(by, typed),)),)
    id = typed.first("id")
    hidden = Field(name="id", label="", kind="hidden", value=id)
    file = ((f"/record/file/?id={quote(id)}", "The file itself"),)
    return (
        FieldGroup(title="", note=located.path, parts=(hidden,), ways=file),
        *_fields_of(located, by),
        SWITCHES,
    )


def _key_draft(by: FormContext, reading: ParsedForm) -> WorkspaceCall | None:
    id = reading.needed("id", str.strip, "")
    located = located_record(by, reading.typed)
    if located is None:
        if id:
            reading.fault("id", f"no record {shown(id)} that can be edited now")
        return None
    changes = _changes(located, reading)
    if reading.missing or not reading.is_sound:
        return None

    def call(mode: WriteMode) -> WriteResult:
        return corrections.edit(by.root, id, changes, mode)[0]

    return call


def _report(by: FormContext, written: WriteResult, _typed: FormValues) -> Document:
    return listed(preview_lines(written, by.today, audit))


def _rests_on(by: FormContext, typed: FormValues) -> str | None:
    located = located_record(by, typed)
    return located.path if located else None


EVERY_KEY = Form(
    name="edit",
    title="Edit a record",
    save="Change it",
    lead="Each key with its field; what is not changed here stays as it is in the file.",
    groups=_key_groups,
    draft=_key_draft,
    report=_report,
    field_of=lambda keys: f"key:{'.'.join(key for key in keys if isinstance(key, str))}",
    rests_on=_rests_on,
)


_TASKS = {"evidence": evidence.TASK, "scenario": scenario.TASK, "source": source.TASK}
_LONG = 300
"""The characters of a text above which it has more than a line."""
_SHOWN = "made"
"""The field with the original texts of the form, to find what changed."""
Path = tuple[str, ...]


def _fields_of(located: RecordLocation, by: FormContext) -> Iterator[FieldGroup]:
    """Yield the fields of all keys of a record, those that hold keys in groups of their own."""
    value, faults = read("", by.opened.snapshot[located.path])
    for key in located.keys:
        value = value.get(key) if isinstance(value, dict) else None
    if faults or not isinstance(value, dict):
        note = f"{located.path} cannot be read: mend the file itself."
        yield FieldGroup(title="", note=note, parts=())
        return
    groups = [*_groups(located, located.keys, value, by)]
    fields = [field for group in groups for field in group.parts if isinstance(field, Field)]
    texts = {field.name: [*filter(str.strip, field.given)] for field in fields}
    field = Field(name=_SHOWN, label="", kind="hidden", value=_text(texts))
    yield FieldGroup(title="", parts=(field,))
    yield from groups


def _groups(
    located: RecordLocation, path: Path, value: Mapping[str, Any], by: FormContext
) -> Iterator[FieldGroup]:
    own, nodes = path[len(located.keys) :], _nodes(located, path)
    declared = [key for keys in _keywords(nodes, "properties") for key in keys]
    fields, below, in_file = [], [], list[str]()
    ways: tuple[tuple[str, str], ...] = ()
    for key in dict.fromkeys((*declared, *value)):
        held, schema = value.get(key), _nodes(located, (*path, key))
        types = _types(schema)
        if key == "indicators" and located.kind == "scenario":
            ways = tuple((f"/record/edit/?id={located.id}/{name}", name) for name in held or ())
        elif "array" in types and "object" in _types(_items(schema)):
            in_file.append(_named(key).lower())
        elif isinstance(held, dict) or (held is None and types == {"object"}):
            below.append((key, held or {}))
        else:
            fields.append(_field(located, (*path, key), held, schema, by))
    if not declared and _keywords(nodes, "additionalProperties"):
        where = ".".join(path)
        fields.append(Field(name=f"more:{where}", label="Another entry"))
        fields.append(Field(name=f"worth:{where}", label="Its value"))
    note = f"In the file itself: {', '.join(in_file)}." if in_file else ""
    yield FieldGroup(
        title=", ".join(map(_named, own)),
        note=_meaning(nodes) if own else note,
        parts=tuple(fields),
        folded=bool(own),
        is_shut=True,
    )
    if ways:
        yield FieldGroup(title="Indicators, each by itself", parts=(), ways=ways)
    for key, held in below:
        yield from _groups(located, (*path, key), held, by)


def _field(
    located: RecordLocation, path: Path, held: Any, schema: list[Any], by: FormContext
) -> Field:
    own = path[len(located.keys) :]
    task = indicator.TASK if located.indicator else _TASKS.get(located.kind)
    ask = task.by_key.get(own[0]) if task and len(own) == 1 else None
    is_list = "array" in _types(schema)
    text = tuple(map(_text, held)) if isinstance(held, list) else _text(held)
    choices = [_text(value) for values in _keywords(schema, "enum") for value in values]
    choices += map(_text, _keywords(schema, "const"))
    kind = "line"
    if choices and not is_list:
        kind = "choice"
    elif max([0, *_keywords(schema, "maxLength")]) > _LONG or "\n" in text:
        kind = "text"
    elif "date" in _keywords(schema, "format") and not _keywords(schema, "minimum"):
        kind = "day"
    offered = dict.fromkeys(["", *choices, *([text] if isinstance(text, str) else [])])
    return Field(
        name=f"key:{'.'.join(path)}",
        label=_named(own[-1]),
        hint=_meaning(schema),
        kind=cast("Kind", kind),
        options=tuple((choice, choice or "none") for choice in offered) if kind == "choice" else (),
        known=tuple(ask.choices(by.database)) if ask and kind == "line" else (),
        many=is_list,
        value=text,
    )


def _nodes(located: RecordLocation, path: Path) -> list[Any]:
    return [form for node in nodes_at(located.kind, path) for form in forms(node)]


def _keywords(nodes: list[Any], word: str) -> list[Any]:
    return [node[word] for node in nodes if word in node]


def _types(nodes: list[Any]) -> set[str]:
    return {name for t in _keywords(nodes, "type") for name in ([t] if isinstance(t, str) else t)}


def _items(nodes: list[Any]) -> list[Any]:
    return [form for items in _keywords(nodes, "items") for form in forms(items)]


def _meaning(nodes: list[Any]) -> str:
    return str(next(iter(_keywords(nodes, "description")), ""))


def _named(key: str) -> str:
    """A key in words; an id stays as it is."""
    return key.replace("_", " ").capitalize() if "_" in key or key.isalpha() else key


def _text(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return msgspec.json.encode(value).decode()


def _changes(located: RecordLocation, reading: ParsedForm) -> list[KeyChange]:
    """The keys whose texts differ from the original ones, and those of new entries."""
    typed, sent_texts = reading.typed, dict[str, list[str]]()
    with suppress(msgspec.MsgspecError):
        sent_texts = msgspec.json.decode(typed.first(_SHOWN), type=dict[str, list[str]])
    names = [name for name in typed.texts if name.startswith("key:")]
    filled = [name for name in {*names, *sent_texts} if typed.every(name) or name not in names]
    put, unset = [], dict[str, None]()
    for name in names:
        texts, path = typed.every(name), tuple(name.removeprefix("key:").split("."))
        if texts == sent_texts.get(name, []):
            continue
        if not texts:
            unset[_key(located, _emptied(located, path, filled))] = None
        else:
            schema = _nodes(located, path)
            are_texts = not _types(_items(schema)) & {"number", "integer"}
            listed = ", ".join(
                str(msgspec.json.encode(t), "utf-8") if are_texts else t for t in texts
            )
            value = f"[{listed}]" if "array" in _types(schema) else texts[0]
            put.append(KeyChange(_key(located, path), "put", value))
    for name, entry in typed.under("more").items():
        if "." in entry:
            reading.fault(f"more:{name}", "a name has no dot")
        text = reading.needed(f"worth:{name}", str, "")
        put.append(KeyChange(_key(located, (*name.split("."), entry.strip())), "put", text))
    return [*put, *(KeyChange(key, "unset") for key in unset)]


def _emptied(located: RecordLocation, path: Path, filled: Iterable[str]) -> Path:
    """The highest parent of an empty key without other content."""
    depths = range(len(located.keys) + 1, len(path))
    heads = ((path[:n], f"key:{'.'.join(path[:n])}.") for n in depths)
    return next((top for top, head in heads if not any(n.startswith(head) for n in filled)), path)


def _key(located: RecordLocation, path: Path) -> str:
    """A key relative to the edited record; refused if it belongs to another."""
    if path[: len(located.keys)] != located.keys:
        raise ScenError(f"{'.'.join(path)} is no key of {located.name}")
    return ".".join(path[len(located.keys) :])


def _file_groups(by: FormContext, typed: FormValues) -> tuple[FieldGroup, ...]:
    located = located_record(by, typed)
    if located is None:
        return (FieldGroup(title="", parts=(asked_for(by, typed),)),)
    data = by.opened.snapshot[located.path]
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return (
            FieldGroup(title="", note=f"{located.path} is not UTF-8: mend it elsewhere.", parts=()),
        )
    lines = min(max(text.count("\n") + 2, 12), 40)
    whole = Field(name="text", label=located.path, kind="whole", rows=lines, value=text)
    hidden = Field(name="id", label="", kind="hidden", value=typed.first("id"))
    return (FieldGroup(title="", parts=(hidden, whole)), SWITCHES)


def _file_draft(by: FormContext, reading: ParsedForm) -> WorkspaceCall | None:
    typed, id = reading.typed, reading.typed.first("id").strip()
    located = located_record(by, typed)
    if located is None or not typed.first("text"):
        reading.missing.append("text" if located else "id")
        return None
    old = by.opened.snapshot[located.path]
    text = typed.first("text").replace("\n", "\r\n" if b"\r\n" in old else "\n")

    def call(mode: WriteMode) -> WriteResult:
        if seen(typed).get(located.path) != by.opened.digest(located.path):
            raise StaleEdit(located.path, from_here(by.root / located.path))
        return corrections.replace(by.root, id, old, text.encode(), mode)[0]

    return call


WHOLE_FILE = Form(
    name="file",
    title="The file itself",
    save="Save it",
    lead="The record in YAML. It is saved if it has no new fault.",
    groups=_file_groups,
    draft=_file_draft,
    report=_report,
    rests_on=_rests_on,
    is_text=True,
)


_NEWEST = 200
_DATE = len("2022-02-07-")


def asked_for(by: FormContext, typed: FormValues) -> Field:
    """The question for the record."""
    database = by.database
    choices = [("tracker", "Tracker settings")]
    choices += [*titled(database.scenarios), *titled(database.sources), *newest(database.evidence)]
    choices += [(id, "A sheet") for id in sorted(database.sheets, reverse=True)[:_NEWEST]]
    return Field(
        name="id",
        label="Record",
        hint="Id of the record; for an indicator SCENARIO/INDICATOR.",
        needed=True,
        known=tuple(choices),
        value=typed.first("id"),
    )


def located_record(by: FormContext, typed: FormValues) -> RecordLocation | None:
    """The record of the typed id; None if unknown, or not to be seen yet."""
    try:
        located = locate(by.opened, typed.first("id").strip())
    except ScenError:
        return None
    is_sheet = located.kind == "forecasts"
    is_others = is_sheet and located.id[_DATE:] != by.analyst
    return None if by.hidden and is_others else located
