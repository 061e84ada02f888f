"""The keys of a record, each with its field as its schema has it, and the changes in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, cast

import msgspec

from scenarios.errors import ScenError
from scenarios.serve.forms.form import Field, FieldGroup, Kind, Reading, Recorder
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.reader import read
from scenarios.workspace.corrections.editing import KeyChange
from scenarios.workspace.corrections.renaming import Located
from scenarios.workspace.tasks import evidence, indicator, scenario, source
from scenarios.workspace.tasks.task import Task

_TASKS: Mapping[str, Task] = {
    "evidence": evidence.TASK,
    "scenario": scenario.TASK,
    "source": source.TASK,
}
_LONG = 300
"""The characters of a text above which it has more than a line."""
Path = tuple[str, ...]
MADE = "made"
"""The field with the texts that the form was made with: what is as it was there is no change."""


class _Schema(NamedTuple):
    """The alternatives of a key's schema."""

    forms: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, kind: Any, path: Path) -> _Schema:
        return cls(tuple(form for node in nodes_at(kind, path) for form in forms(node)))

    def every(self, word: str) -> list[Any]:
        """The values that the alternatives have for a word of JSON Schema."""
        return [form[word] for form in self.forms if word in form]

    @property
    def meaning(self) -> str:
        """The meaning of the key, without what is only for a file."""
        return str(next(iter(self.every("description")), ""))

    @property
    def types(self) -> set[str]:
        """The names of the types that the alternatives allow."""
        return {name for t in self.every("type") for name in ([t] if isinstance(t, str) else t)}

    @property
    def is_list(self) -> bool:
        """True for a list."""
        return "array" in self.types

    @property
    def holds(self) -> str:
        """`keys` for a mapping alone, `records` for a list of mappings, else nothing."""
        item = {form.get("type") for items in self.every("items") for form in forms(items)}
        if self.is_list:
            return "records" if "object" in item else ""
        return "keys" if self.types == {"object"} else ""

    @property
    def has_numbers(self) -> bool:
        """True for a list of numbers."""
        items = [form for items in self.every("items") for form in forms(items)]
        return any(form.get("type") in ("number", "integer") for form in items)

    @property
    def choices(self) -> list[str]:
        """The values that there are."""
        return [str(value) for values in self.every("enum") for value in values] + [
            str(value) for value in self.every("const")
        ]


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
    made = {
        field.name: [field.value] if isinstance(field.value, str) else field.value
        for field in fields
    }
    texts = {name: [text for text in given if text.strip()] for name, given in made.items()}
    hidden = Field(name=MADE, label="", kind="hidden", value=msgspec.json.encode(texts).decode())
    yield FieldGroup(title="", parts=(hidden,))
    yield from shown


def _groups(
    located: Located, path: Path, value: Mapping[str, Any], by: Recorder
) -> Iterator[FieldGroup]:
    schema = _Schema.of(located.kind, path)
    declared = [key for keys in schema.every("properties") for key in keys]
    own = path[len(located.keys) :]
    fields, below, ways, in_file = [], [], [], []
    for key in dict.fromkeys((*declared, *value)):
        held, of = value.get(key), _Schema.of(located.kind, (*path, key))
        if key == "indicators" and located.kind == "scenario":
            ways = [(f"/record/edit/?id={located.id}/{name}", name) for name in held or ()]
        elif of.holds == "records":
            in_file.append(_named(key).lower())
        elif isinstance(held, dict) or (held is None and of.holds == "keys"):
            below.append((key, held or {}))
        else:
            fields.append(_field(located, (*path, key), held, of, by))
    if not declared and schema.every("additionalProperties"):
        fields += _more(path)
    title = ", ".join(map(_named, own))
    note = schema.meaning if own else ""
    if in_file:
        note = f"In the file itself: {', '.join(in_file)}."
    yield FieldGroup(title=title, parts=tuple(fields), note=note, folded=bool(own), is_shut=True)
    if ways:
        yield FieldGroup(title="Indicators, each by itself", parts=(), ways=tuple(ways))
    for key, held in below:
        yield from _groups(located, (*path, key), held, by)


def _more(path: Path) -> tuple[Field, Field]:
    where = ".".join(path)
    return (
        Field(name=f"more:{where}", label="Another entry"),
        Field(name=f"worth:{where}", label="Its value"),
    )


def _field(located: Located, path: Path, held: Any, of: _Schema, by: Recorder) -> Field:
    own = path[len(located.keys) :]
    task = indicator.TASK if located.indicator else _TASKS.get(located.kind)
    ask = task.by_key.get(own[0]) if task and len(own) == 1 else None
    texts = tuple(map(_text, held)) if isinstance(held, list) else _text(held)
    choices = dict.fromkeys([*of.choices, *([texts] if isinstance(texts, str) and texts else [])])
    kind = "line"
    if of.choices and not of.is_list:
        kind = "choice"
    elif "date" in of.every("format") and not of.every("minimum"):
        kind = "day"
    elif max([0, *of.every("maxLength")]) > _LONG or "\n" in texts:
        kind = "text"
    known = (ask.choices or ask.offers)(by.database) if ask else ()
    return Field(
        name=f"key:{'.'.join(path)}",
        label=_named(own[-1]),
        hint=of.meaning,
        kind=cast("Kind", kind),
        options=(("", "none"), *((choice, choice) for choice in choices))
        if kind == "choice"
        else (),
        known=tuple(known) if kind == "line" else (),
        many=of.is_list,
        value=texts,
    )


def _named(key: str) -> str:
    """A key in words; an id stays as it is."""
    return key.replace("_", " ").capitalize() if "_" in key or key.isalpha() else key


def _text(value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def changes(located: Located, reading: Reading) -> list[KeyChange]:
    """The keys that are not as the form was made, and those of new entries."""
    typed, made = reading.typed, dict[str, list[str]]()
    with suppress(msgspec.MsgspecError):
        made = msgspec.json.decode(typed.first(MADE), type=dict[str, list[str]])
    names = [name for name in typed.texts if name.startswith("key:")]
    put, unset = [], dict[str, None]()
    for name in names:
        texts, path = typed.every(name), tuple(name.removeprefix("key:").split("."))
        if texts == made.get(name, []):
            continue
        if texts:
            put.append(KeyChange(_relative(located, path), "put", _value(located, path, texts)))
        else:
            filled = [key for key in {*names, *made} if typed.every(key) or key not in names]
            unset[_relative(located, _emptied(located, path, filled))] = None
    for name, key in typed.under("more").items():
        path = (*name.split("."), key.strip())
        text = reading.needed(f"worth:{name}", str, "")
        if "." in key:
            reading.fault(f"more:{name}", "a name has no dot")
        put.append(KeyChange(_relative(located, path), "put", text))
    return [*put, *(KeyChange(key, "unset") for key in unset)]


def _value(located: Located, path: Path, texts: list[str]) -> str:
    """The text of a value as a file could have it: a list as `[a, b]`."""
    schema = _Schema.of(located.kind, path)
    if not schema.is_list:
        return texts[0]
    quoted = texts if schema.has_numbers else (msgspec.json.encode(text).decode() for text in texts)
    return f"[{', '.join(quoted)}]"


def _emptied(located: Located, path: Path, filled: Iterable[str]) -> Path:
    """The highest key above an empty one below which nothing is left."""
    while len(path) > len(located.keys) + 1:
        above = f"key:{'.'.join(path[:-1])}."
        if any(name.startswith(above) for name in filled):
            break
        path = path[:-1]
    return path


def _relative(located: Located, path: Path) -> str:
    if path[: len(located.keys)] != located.keys:
        raise ScenError(f"{'.'.join(path)} is no key of {located.name}")
    return ".".join(path[len(located.keys) :])
