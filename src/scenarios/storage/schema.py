"""JSON Schema validation: each fault with the key that it is about and a plain sentence."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from scenarios.errors import Fault, Keys
from scenarios.model import Kind
from scenarios.text import LONGEST_SHOWN, MOST_HINTS, did_you_mean, nearest, shown
from scenarios.values import SPACE

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


def validate(kind: Kind, value: Any) -> list[Fault]:
    """Every fault of a record's content, by its schema; empty where it is sound."""
    errors = _validator(kind).iter_errors(value)
    # A text may break two keywords of one place that have the same message.
    return list(dict.fromkeys(fault for error in errors for fault in _faults(kind, error)))


def whole(value: Any) -> Any:
    """The value with 7 for 7.0, which is a whole number to JSON Schema."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@cache
def schema_text(kind: Kind) -> bytes:
    """The schema file of a kind: from the installed package, else from the source checkout."""
    from importlib import resources  # noqa: PLC0415 – 10 ms that a warm cache saves

    package = resources.files("scenarios")
    name = f"{kind}.schema.json"
    shipped = package / "schema" / name
    if shipped.is_file():
        return shipped.read_bytes()
    return (package / ".." / ".." / "schema" / name).read_bytes()


@cache
def schema(kind: Kind) -> Any:
    """The schema of a kind as a value."""
    return json.loads(schema_text(kind))


def nodes_at(kind: Kind, keys: Sequence[str]) -> list[Any]:
    """The schemas of a key, one for each of its alternatives; none for an unknown key."""
    nodes = [schema(kind)]
    for key in keys:
        nodes = [below for node in nodes for form in forms(node) for below in _below(form, key)]
    return nodes


def forms(node: Any) -> Iterator[Any]:
    """A schema and each of its alternatives."""
    for form in node.get("anyOf", ()):
        yield from forms(form)
    yield node


def _below(form: Any, key: str) -> Iterator[Any]:
    """The schema of a key of a mapping, of a name of one's own, or of the entries of a list."""
    if key in form.get("properties", {}):
        yield form["properties"][key]
    elif isinstance(form.get("additionalProperties"), dict):
        yield form["additionalProperties"]
    elif key in form.get("items", {}).get("properties", {}):
        yield form["items"]["properties"][key]


_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping of keys and values",
    "string": "a text",
}
_OWNERS = {
    "tracker": "the tracker",
    "scenario": "a scenario",
    "evidence": "an item of evidence",
    "forecasts": "a forecast sheet",
    "source": "a source",
    "proposal": "a proposal",
}
_DAY_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}")


@cache
def _validator(kind: Kind) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 – see below
    from jsonschema.validators import extend  # noqa: PLC0415 – 70 ms that sound files save

    keywords = {"pattern": _pattern, "uniqueItems": _unique_items}
    reader: Any = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    validator: Validator = reader(schema(kind), format_checker=FormatChecker(["date"]))
    return validator


def _pattern(_reader: Any, pattern: str, value: Any, _node: Any) -> Iterator[ValidationError]:
    """Check a pattern by ECMA 262, as editors do; Python's `$` and classes differ."""
    if isinstance(value, str) and not _ecma(pattern).search(value):
        yield _error(f"{shown(value)} does not match {pattern}")


def _unique_items(_reader: Any, _must: Any, value: Any, _node: Any) -> Iterator[ValidationError]:
    """Check in linear time; the library compares all pairs of entries of several types."""
    if isinstance(value, list):
        entries = [json.dumps(item, sort_keys=True) for item in whole(value)]
        if len(set(entries)) < len(entries):
            yield _error("an entry stands twice")


def _error(message: str) -> ValidationError:
    from jsonschema import ValidationError  # noqa: PLC0415 – as above

    return ValidationError(message)


@cache
def _ecma(pattern: str) -> re.Pattern[str]:
    """A schema's pattern in Python's words, where it has a `$` at its end only."""
    words = {r"\S": f"[^{SPACE}]", r"\s": SPACE, "$": r"\Z"}
    for theirs, ours in words.items():
        pattern = pattern.replace(theirs, ours)
    return re.compile(pattern, re.ASCII)


def _faults(kind: Kind, error: ValidationError) -> Iterator[Fault]:
    node: Any = error.schema
    value: Any = error.instance
    keys, keyword = tuple(error.absolute_path), str(error.validator)
    # Of several forms those of a mapping, whose own faults say more than that it fits none.
    forms = enumerate(node.get("anyOf", ()))
    mappings = [number for number, form in forms if form.get("type") == "object"]
    if keyword == "additionalProperties":
        unknown = [key for key in value if key not in node["properties"]]
        yield from _unknown_keys(kind, keys, node, unknown)
    elif needed := _needed(node, keyword):  # an error for each missing key, which does not name it
        for key in needed:
            if key not in value:
                yield from _missing_key(kind, keys, node, value, key)
    elif "propertyNames" in error.absolute_schema_path:
        yield Fault(
            (*keys, value), "key", "value", f"{shown(value)} is not a valid key; {_words(node)}"
        )
    elif keyword == "anyOf" and isinstance(value, dict) and mappings:
        for inner in error.context or ():
            if inner.schema_path[0] in mappings:
                yield from _faults(kind, inner)
    elif _is_impossible_date(node, value):
        what = "day" if _DAY_SHAPE.fullmatch(value) else "month"
        message = f"{_name(keys)} is {value}, and there is no such {what}"
        yield Fault(keys, "value", "impossible-date", message)
    else:
        rule = "type" if keyword == "type" else "value"
        message = f"{_name(keys)} {_finding(keyword, node, value)}"
        yield Fault(keys, "value", rule, message, _hint(node, value))


def _needed(node: Any, keyword: str) -> list[str]:
    """The keys that are needed; of several of which one is, the first."""
    if keyword == "required":
        return list(node["required"])
    forms = node["anyOf"] if keyword == "anyOf" else [{}]
    return forms[0]["required"] if all("required" in form for form in forms) else []


def _unknown_keys(kind: Kind, keys: Keys, node: Any, unknown: list[str]) -> Iterator[Fault]:
    properties = node["properties"]
    for n, key in enumerate(unknown):
        hint = None
        if n < MOST_HINTS:
            hint = did_you_mean(key, properties) or f"known here: {', '.join(properties)}"
        message = f"unknown key {shown(key)} in {_owner(kind, keys)}"
        yield Fault((*keys, key), "key", "unknown-key", message, hint)


def _missing_key(kind: Kind, keys: Keys, node: Any, value: Any, key: str) -> Iterator[Fault]:
    properties = node["properties"]
    unknown = [other for other in value if other not in properties]
    if any(nearest(other, properties) == key for other in unknown[:MOST_HINTS]):
        return  # misspelt, and reported as an unknown key
    example = properties[key]["examples"][0]
    is_short = not isinstance(example, list | dict) and len(str(example)) <= LONGEST_SHOWN
    hint = f"for example {key}: {example}" if is_short else None
    message = f"{_owner(kind, keys)} needs the key '{key}'"
    yield Fault(keys, "key", "missing-key", message, hint)


def _is_impossible_date(node: Any, value: Any) -> bool:
    """True for a text shaped like a date that failed as one: there is no such day."""
    if not isinstance(value, str):
        return False
    if node.get("format") == "date":
        return _DAY_SHAPE.fullmatch(value) is not None
    is_observed = any(branch.get("format") == "date" for branch in node.get("anyOf", ()))
    return is_observed and any(s.fullmatch(value) for s in (_DAY_SHAPE, _MONTH_SHAPE))


def _finding(keyword: str, node: Any, value: Any) -> str:
    if _is_empty(value):
        return "is empty"
    if keyword == "uniqueItems":
        often = Counter(item for item in value if isinstance(item, str)).most_common(1)
        entry = shown(often[0][0]) if often and often[0][1] > 1 else "an entry"
        return f"holds {entry} twice"
    if keyword == "minProperties":
        return "is empty; it needs at least one entry"
    if keyword in ("minItems", "maxItems", "maxProperties"):
        return f"has {len(value)} entries; {_words(node)}"
    if keyword == "maxLength":
        return f"has {len(value)} characters; at most {node['maxLength']} are allowed"
    return f"is {shown(value)}; {_words(node)}"


def _words(node: Any) -> str:
    """Allowed values at a place: the schema's own words, which editors show too, or its limits."""
    if "errorMessage" in node:
        return str(node["errorMessage"])
    if "enum" in node:
        *most, last = (str(option) for option in node["enum"])
        return f"it must be {', '.join(most)} or {last}"
    if "const" in node:
        return f"it must be {node['const']}"
    limits = f" from {node['minimum']} to {node['maximum']}" if "minimum" in node else ""
    return f"it must be {_TYPES[node['type']]}{limits}"


def _hint(node: Any, value: Any) -> str | None:
    if _is_empty(value):
        return "write a value or delete the line"
    if not isinstance(value, str):
        return None
    nodes = [node, *node.get("anyOf", ())]
    is_numeric = any("number" in n.get("type", ()) for n in nodes)
    if is_numeric and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return "write the number without quotes"
    percent = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?) *%", value)
    if is_numeric and percent:
        return f"write {float(percent[1]) / 100:g}"
    options = [option for n in nodes for option in n.get("enum", ()) if isinstance(option, str)]
    return did_you_mean(value, options) if options else None


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _name(keys: Keys) -> str:
    if not keys:
        return "the file"
    if isinstance(keys[-1], int):
        return f"entry {keys[-1] + 1} of {shown(keys[-2])}"
    return shown(keys[-1])


def _owner(kind: Kind, keys: Keys) -> str:
    return _name(keys) if keys else _OWNERS[kind]
