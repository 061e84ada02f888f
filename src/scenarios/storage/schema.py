"""JSON Schema validation: each fault with the key that it is about and a plain sentence."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from scenarios.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import ValidationError, Validator

    from scenarios.model import Kind

Keys = tuple[str | int, ...]
"""The way to a value: keys and places in lists, outermost first."""
At = Literal["key", "value"]

MOST_HINTS = 50
"""A foreign file has thousands of unknown keys, and a likeness costs 30 µs."""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at one key of a file; the loader knows the file and finds the line."""

    keys: Keys
    at: At
    rule: str
    message: str
    hint: str | None = None
    severity: Severity = "error"


def validate(kind: Kind, value: Any) -> list[Fault]:
    """Every fault of a record's content; empty where it is sound."""
    validator = _validator(kind)
    if validator.is_valid(value):
        return []
    errors = _validator_of_values(kind).iter_errors(value)
    faults = [fault for error in errors for fault in _faults(kind, value, error)]
    faults += _misnamed(kind, _schema(kind), value)
    # A text may break two keywords of one place and be told about in the same words.
    return list(dict.fromkeys(faults))


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


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, letter case aside; None where none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 – only a fault needs it

    names = list(known)
    if len(names) > _MANY:  # a likeness costs 30 µs, and ten thousand ids share one shape
        names = [n for n in names if n[:8] == word[:8] or n[-8:] == word[-8:]]
    by_small_letters = {name.lower(): name for name in names}
    close = get_close_matches(word[:200].lower(), by_small_letters, n=1)
    return by_small_letters[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean 'horizon'?`, where a known word is close."""
    close = nearest(word, known)
    return f"did you mean '{close}'?" if close else None


def shown(value: Any) -> str:
    """A value as a message may show it: short, in one line, without control characters."""
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"
        return "'" + "".join(c if c.isprintable() else "?" for c in cut) + "'"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if abs(value) < _LARGE else "a very large number"
    return _NAMES[type(value)] if not isinstance(value, bool) else str(value).lower()


_LONGEST_SHOWN = 60
_LARGE = 1e15
_MANY = 500
_NAMES = {dict: "a mapping", list: "a list", type(None): "empty"}
_TYPES = {
    "array": "a list",
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
}
_DAY_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}")


@cache
def _schema(kind: Kind) -> Any:
    return json.loads(schema_text(kind))


@cache
def _validator(kind: Kind) -> Validator:
    import jsonschema_rs  # noqa: PLC0415 – 10 ms that a warm cache saves

    return jsonschema_rs.validator_for(_schema(kind), validate_formats=True)


@cache
def _validator_of_values(kind: Kind) -> Validator:
    """Without `propertyNames`: each of its errors would hold all keys of its mapping, at 1 MiB
    more than there is memory.
    """
    import jsonschema_rs  # noqa: PLC0415 – 10 ms that a warm cache saves

    schema = json.loads(schema_text(kind), object_hook=_without_names)
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def _without_names(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "propertyNames"}


def _keys(value: Any, steps: Iterable[str | int]) -> Keys:
    """The keys that lead to a place; jsonschema-rs gives a key like '2022' or '007' as a number."""
    keys: list[str | int] = []
    for step in steps:
        if isinstance(value, dict) and isinstance(step, int):
            alike = (key for key in value if key.isascii() and key.lstrip("+0") == f"{step or ''}")
            keys.append(next(alike))
        else:
            keys.append(step)
        value = value[keys[-1]]
    return tuple(keys)


def _faults(kind: Kind, value: Any, error: ValidationError) -> Iterator[Fault]:
    node = _schema(kind)
    for step in error.schema_path[:-1]:
        node = node[step]
    keys = _keys(value, error.instance_path)
    keyword = error.kind.name
    if keyword == "additionalProperties":
        yield from _unknown_keys(kind, keys, node, error.kind.as_dict()["unexpected"])
    elif keyword == "required":
        yield from _missing_key(kind, keys, node, error.instance, error.kind.as_dict()["property"])
    elif _is_impossible_date(node, error.instance):
        what = "day" if _DAY_SHAPE.fullmatch(str(error.instance)) else "month"
        message = f"{_name(keys)} is {error.instance}, and there is no such {what}"
        yield Fault(keys, "value", "impossible-date", message)
    else:
        rule = "type" if keyword == "type" else "value"
        message = f"{_name(keys)} {_finding(keyword, node, error.instance)}"
        yield Fault(keys, "value", rule, message, _hint(node, error.instance))


def _misnamed(kind: Kind, node: Any, value: Any, keys: Keys = ()) -> Iterator[Fault]:
    """The keys that are no ids where ids stand."""
    if not isinstance(value, dict):
        return
    node = _referred(kind, node)
    names = _referred(kind, node.get("propertyNames"))
    for key, item in value.items():
        if names and not (len(key) <= names["maxLength"] and re.fullmatch(names["pattern"], key)):
            message = f"{shown(key)} is no key here; {_words(names)}"
            yield Fault((*keys, key), "key", "value", message)
        below = node.get("properties", {}).get(key) or node.get("additionalProperties")
        if below:
            yield from _misnamed(kind, below, item, (*keys, key))


def _referred(kind: Kind, node: Any) -> Any:
    """A node, or the definition that it refers to."""
    if not node or "$ref" not in node:
        return node
    return _schema(kind)["$defs"][node["$ref"].rpartition("/")[2]]


def _unknown_keys(kind: Kind, keys: Keys, node: Any, unknown: list[str]) -> Iterator[Fault]:
    known = node["properties"]
    for n, key in enumerate(unknown):
        hint = None
        if n < MOST_HINTS:
            hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
        message = f"{shown(key)} is no key of {_owner(kind, keys)}"
        yield Fault((*keys, key), "key", "unknown-key", message, hint)


def _missing_key(kind: Kind, keys: Keys, node: Any, value: Any, key: str) -> Iterator[Fault]:
    known = node["properties"]
    unknown = [other for other in value if other not in known]
    if any(nearest(other, known) == key for other in unknown[:MOST_HINTS]):
        return  # misspelt, and told about as an unknown key
    example = known[key]["examples"][0]
    is_short = not isinstance(example, list | dict) and len(str(example)) <= _LONGEST_SHOWN
    hint = f"for example {key}: {example}" if is_short else None
    message = f"{_owner(kind, keys)} needs the key '{key}'"
    yield Fault(keys, "key", "missing-key", message, hint)


def _is_impossible_date(node: Any, value: Any) -> bool:
    """A text in the shape of a date, where a date belongs: it failed, so there is no such day."""
    if not isinstance(value, str):
        return False
    if node.get("format") == "date":
        return _DAY_SHAPE.fullmatch(value) is not None
    is_observed = any(one.get("format") == "date" for one in node.get("anyOf", ()))
    return is_observed and any(s.fullmatch(value) for s in (_DAY_SHAPE, _MONTH_SHAPE))


def _finding(keyword: str, node: Any, value: Any) -> str:
    if _is_empty(value):
        return "is empty"
    if keyword == "uniqueItems":
        return f"holds {_repeated(value)} twice"
    if keyword == "minProperties":
        return "is empty; it needs at least one entry"
    if keyword in ("minItems", "maxItems"):
        return f"has {len(value)} entries; {_words(node)}"
    if keyword == "maxLength":
        return f"has {len(value)} characters; at most {node['maxLength']} are allowed"
    return f"is {shown(value)}; {_words(node)}"


def _repeated(items: list[Any]) -> str:
    often = Counter(item for item in items if isinstance(item, str)).most_common(1)
    return shown(often[0][0]) if often and often[0][1] > 1 else "an entry"


def _words(node: Any) -> str:
    """What is allowed at a place: the schema's own words, which editors show too, or its limits."""
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
    if any("number" in n.get("type", ()) for n in nodes) and _is_number(value):
        return "write the number without quotes"
    if percent := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?) *%", value):
        return f"write {float(percent[1]) / 100:g}"
    options = [option for n in nodes for option in n.get("enum", ()) if isinstance(option, str)]
    return did_you_mean(value, options) if options else None


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _name(keys: Keys) -> str:
    if not keys:
        return "the file"
    if isinstance(keys[-1], int):
        return f"entry {keys[-1] + 1} of {shown(keys[-2])}"
    return shown(keys[-1])


def _owner(kind: Kind, keys: Keys) -> str:
    return _name(keys) if keys else _OWNERS[kind]
