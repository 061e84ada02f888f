"""A file's content as a record: the model's limits accept it, or else the schema decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from scenarios.errors import Fault
from scenarios.model import Record, first_day
from scenarios.paths import MODELS
from scenarios.storage.schema import validate, whole

if TYPE_CHECKING:
    from scenarios.model import Kind


def decoded(kind: Kind, value: Any) -> tuple[Record | None, list[Fault]]:
    """The record of a file's content, or None and every fault."""
    record = within_limits(kind, value)
    if record is not None:
        return record, []
    if faults := validate(kind, value):
        return None, faults
    return _converted(kind, whole(value)), []


def within_limits(kind: Kind, value: Any) -> Record | None:
    """The record of content that is sound for certain; None where the schema must be asked."""
    try:
        record = _converted(kind, value)
    except msgspec.ValidationError:
        return None
    return None if _is_doubtful(kind, value) else record


def _converted(kind: Kind, value: Any) -> Record:
    if isinstance(value, dict) and type(value.get("observed")) is int:  # a year
        value = value | {"observed": str(value["observed"])}
    return msgspec.convert(value, MODELS[kind])


def _is_doubtful(kind: Kind, value: dict[str, Any]) -> bool:
    """Whether what the model takes may have a fault for which msgspec has no constraint."""
    if kind == "tracker":
        codes = value.get("decibans", {"N": 0})
        if "format" not in value or "title" not in value or codes["N"] != 0:
            return True
    elif kind == "evidence":
        try:
            first_day(str(value["observed"]))
        except ValueError:
            return True
    elif kind == "forecasts":
        value = value | {"probabilities": {}}  # where None withdraws
    return _has_doubtful(value)


def _has_doubtful(value: dict[str, Any]) -> bool:
    """Whether a key is left empty, a text stands twice, or a day may be of a year below 1000."""
    for item in value.values():
        of = type(item)
        if of is str:
            if item.startswith("0") and len(item) == len("0999-12-31"):
                return True
        elif of is dict:
            if _has_doubtful(item):
                return True
        elif of is list and item:
            if type(item[0]) is str and len(set(item)) < len(item):
                return True
            if type(item[0]) is dict and any(map(_has_doubtful, item)):
                return True
        elif item is None:
            return True
    return False
