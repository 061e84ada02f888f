"""The schemas of the files, made of the records: each key with its meaning, limits and examples."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import itertools
import json
import re
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from scenarios.drafts import MODELS
from scenarios.values import SPACE

ROOT = Path(__file__).parents[1]
_LIMITS = {
    "string": {"max_length": "maxLength", "pattern": "pattern"},
    "number": {"ge": "minimum", "le": "maximum"},
    "integer": {"ge": "minimum", "le": "maximum"},
    "boolean": {},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
}
"""The limits of a `Meta`, as JSON Schema calls them for each type."""
_TYPES = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    dt.date: {"type": "string", "format": "date"},
}


def schemas(command: str) -> dict[str, str]:
    """The files of schema/, by their names."""
    files = {}
    for kind, model in MODELS.items():
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:scen:schema:{kind}",
            "$comment": f"Made by `{command}` of the records in"
            f" {Path(inspect.getfile(model)).relative_to(ROOT).as_posix()}.",
            "description": " ".join(inspect.cleandoc(model.__doc__ or "").split()),
        }
        text = json.dumps({**head, **_record(model)}, indent=2, ensure_ascii=False)
        files[f"{kind}.schema.json"] = f"{text}\n"
    return files


def _record(model: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a record; its example has the keys that it needs."""
    hints, texts = get_type_hints(model, include_extras=True), _texts(model)
    required, expected, properties = [], [], {}
    for field in msgspec.structs.fields(model):
        hint = hints[field.name]
        metas = _marks(hint)
        if field.required or any((meta.extra or {}).get("required") for meta in metas):
            required.append(field.encode_name)
        if field.encode_name in required or any((m.extra or {}).get("expected") for m in metas):
            expected.append(field.encode_name)
        node = _node(hint, can_be_absent=not field.required)
        meaning, examples = texts[field.name]
        properties[field.encode_name] = _told(node, meaning, examples)
    either = [key for key in expected if key not in required]
    instead = [key for key in ("quantiles", "value") if key in properties]
    forms = [{"required": [key]} for key in (*either, *instead)] if either else []
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        **({"anyOf": forms} if forms else {}),
        "properties": properties,
        "examples": [{key: properties[key]["examples"][0] for key in expected}],
    }


def _marks(hint: Any) -> list[Meta]:
    """The limits of a type, without what its key is called elsewhere."""
    return [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Meta)]


def _texts(model: type[msgspec.Struct]) -> dict[str, tuple[str, list[Any]]]:
    """The meaning of each field and its examples, from the text below it in the source."""
    base = model.__base__
    texts = _texts(base) if base and msgspec.structs.fields(base) else {}
    record: Any = ast.parse(inspect.getsource(model)).body[0]
    for field, below in itertools.pairwise(record.body):
        if isinstance(field, ast.AnnAssign):
            text = " ".join(ast.literal_eval(below.value).split())
            meaning, _, examples = re.sub(r"(^|\. )Examples?: ", r"\1\0", text).partition("\0")
            texts[ast.unparse(field.target)] = meaning.strip(), json.loads(f"[{examples[:-1]}]")
    return texts


def _told(node: dict[str, Any], meaning: str | None, examples: Any) -> dict[str, Any]:
    """A schema with its description first and its examples last."""
    if meaning:
        node = {"description": meaning, **node}
    if examples := examples or node.pop("examples", None):
        node["examples"] = examples
    return node


def _node(hint: Any, *, can_be_absent: bool = False) -> dict[str, Any]:
    """The schema of a type; a key that can be absent is never null."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        node = _node(arguments[0], can_be_absent=can_be_absent)
        for meta in _marks(hint):
            node = _limited(node, meta)
        return node
    if origin in (Union, types.UnionType):
        forms = [_node(form) for form in arguments if form is not types.NoneType]
        if len(forms) > 1:
            return {"anyOf": forms}
        if types.NoneType in arguments and not can_be_absent:
            forms[0]["type"] = [forms[0]["type"], "null"]
        return forms[0]
    if origin is Literal:
        return {"enum": [*arguments]} if len(arguments) > 1 else {"const": arguments[0]}
    if origin is None:
        return {**_TYPES[hint]} if hint in _TYPES else _record(hint)
    return _several(*arguments) if origin is dict else _listed(arguments[0])


def _several(*hints: Any) -> dict[str, Any]:
    """The schema of a mapping."""
    names, values = map(_node, hints)
    node: dict[str, Any] = {"type": "object"}
    node |= {"propertyNames": names, "additionalProperties": values}
    if "examples" in names:
        node["examples"] = [{names["examples"][0]: values["examples"][0]}]
    return node


def _listed(hint: Any) -> dict[str, Any]:
    items = _node(hint)
    examples: dict[str, Any] = {"examples": [items["examples"]]} if "examples" in items else {}
    return {"type": "array", "items": items, **examples}


def _limited(node: dict[str, Any], meta: Meta) -> dict[str, Any]:
    """A schema with what a `Meta` adds to it."""
    kind = node.get("type")
    for limit, name in _LIMITS[kind].items() if isinstance(kind, str) else ():
        value = getattr(meta, limit)
        if value is not None:
            node[name] = _ecma(value) if name == "pattern" else value
    extra = meta.extra_json_schema or {}
    if "anyOf" in extra:  # in place of the type
        node = {}
    node |= _fixed(node, extra["properties"]) if "properties" in extra else extra
    return _told(node, meta.description, meta.examples)


def _fixed(node: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    """A mapping that has these keys and no others; one with a `const` has that value alone."""
    value = node["additionalProperties"]
    del node["propertyNames"], node["minProperties"]
    return {
        "additionalProperties": False,
        "required": [*keys],
        "properties": {
            key: {**({} if "const" in part else value), **part} for key, part in keys.items()
        },
        "examples": [{key: part["examples"][0] for key, part in keys.items()}],
    }


def _ecma(pattern: str) -> str:
    """A pattern of Python's in the words of ECMA 262."""
    for python, ecma in ((r"(?!\n)", ""), (f"[^{SPACE}]", r"\S"), (SPACE, r"\s")):
        pattern = pattern.replace(python, ecma)
    return pattern
