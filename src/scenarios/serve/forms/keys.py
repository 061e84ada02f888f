"""The keys of a record, each with its field as its schema has it, and the changes in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

import msgspec

from scenarios.errors import ScenError
from scenarios.serve.forms.form import Field, FieldGroup, Kind, Reading, Recorder
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.reader import read
from scenarios.workspace.corrections.editing import KeyChange
from scenarios.workspace.corrections.renaming import Located
from scenarios.workspace.tasks import evidence, indicator, scenario, source

_TASKS = {"evidence": evidence.TASK, "scenario": scenario.TASK, "source": source.TASK}
_LONG = 300
"""The characters of a text above which it has more than a line."""
_MADE = "made"
"""The field with the texts that the form was made with: what is as it was there is no change."""
Path = tuple[str, ...]


def groups(located: Located, by: Recorder) -> Iterator[FieldGroup]:
    """Yield the fields of all keys of a record, those that hold keys in groups of their own."""
    value, faults = read("", by.opened.snapshot[located.path])
    for key in located.keys:
        value = value.get(key) if isinstance(value, dict) else None
    if faults or not isinstance(value, dict):
        note = f"{located.path} cannot be read: mend the file itself."
        yield FieldGroup(title="", note=note, parts=())
        return
    shown = [*_groups(located, located.keys, value, by)]
    fields = [part for group in shown for part in group.parts if isinstance(part, Field)]
    texts = {field.name: [*filter(str.strip, field.given)] for field in fields}
    made = Field(name=_MADE, label="", kind="hidden", value=_text(texts))
    yield FieldGroup(title="", parts=(made,))
    yield from shown


def _groups(
    located: Located, path: Path, value: Mapping[str, Any], by: Recorder
) -> Iterator[FieldGroup]:
    own, nodes = path[len(located.keys) :], _nodes(located, path)
    declared = [key for keys in _every(nodes, "properties") for key in keys]
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
    if not declared and _every(nodes, "additionalProperties"):
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


def _field(located: Located, path: Path, held: Any, schema: list[Any], by: Recorder) -> Field:
    own = path[len(located.keys) :]
    task = indicator.TASK if located.indicator else _TASKS.get(located.kind)
    ask = task.by_key.get(own[0]) if task and len(own) == 1 else None
    is_list = "array" in _types(schema)
    text = tuple(map(_text, held)) if isinstance(held, list) else _text(held)
    choices = [_text(value) for values in _every(schema, "enum") for value in values]
    choices += map(_text, _every(schema, "const"))
    kind = "line"
    if choices and not is_list:
        kind = "choice"
    elif max([0, *_every(schema, "maxLength")]) > _LONG or "\n" in text:
        kind = "text"
    elif "date" in _every(schema, "format") and not _every(schema, "minimum"):
        kind = "day"
    offered = dict.fromkeys(["", *choices, *([text] if isinstance(text, str) else [])])
    return Field(
        name=f"key:{'.'.join(path)}",
        label=_named(own[-1]),
        hint=_meaning(schema),
        kind=cast("Kind", kind),
        options=tuple((choice, choice or "none") for choice in offered) if kind == "choice" else (),
        known=tuple((ask.choices or ask.offers)(by.database)) if ask and kind == "line" else (),
        many=is_list,
        value=text,
    )


def _nodes(located: Located, path: Path) -> list[Any]:
    """The alternatives of a key's schema."""
    return [form for node in nodes_at(located.kind, path) for form in forms(node)]


def _every(nodes: list[Any], word: str) -> list[Any]:
    return [node[word] for node in nodes if word in node]


def _types(nodes: list[Any]) -> set[str]:
    return {name for t in _every(nodes, "type") for name in ([t] if isinstance(t, str) else t)}


def _items(nodes: list[Any]) -> list[Any]:
    return [form for items in _every(nodes, "items") for form in forms(items)]


def _meaning(nodes: list[Any]) -> str:
    return str(next(iter(_every(nodes, "description")), ""))


def _named(key: str) -> str:
    """A key in words; an id stays as it is."""
    return key.replace("_", " ").capitalize() if "_" in key or key.isalpha() else key


def _text(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, str) or value is None:
        return value or ""
    return msgspec.json.encode(value).decode()


def changes(located: Located, reading: Reading) -> list[KeyChange]:
    """The keys that are not as the form was made, and those of new entries."""
    typed, made = reading.typed, dict[str, list[str]]()
    with suppress(msgspec.MsgspecError):
        made = msgspec.json.decode(typed.first(_MADE), type=dict[str, list[str]])
    names = [name for name in typed.texts if name.startswith("key:")]
    filled = [name for name in {*names, *made} if typed.every(name) or name not in names]
    put, unset = [], dict[str, None]()
    for name in names:
        texts, path = typed.every(name), tuple(name.removeprefix("key:").split("."))
        if texts == made.get(name, []):
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


def _emptied(located: Located, path: Path, filled: Iterable[str]) -> Path:
    """The highest key above an empty one below which nothing is left."""
    depths = range(len(located.keys) + 1, len(path))
    heads = ((path[:n], f"key:{'.'.join(path[:n])}.") for n in depths)
    return next((top for top, head in heads if not any(n.startswith(head) for n in filled)), path)


def _key(located: Located, path: Path) -> str:
    """A key from the record that is edited on; refused where it is of another."""
    if path[: len(located.keys)] != located.keys:
        raise ScenError(f"{'.'.join(path)} is no key of {located.name}")
    return ".".join(path[len(located.keys) :])
