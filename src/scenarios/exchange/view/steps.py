"""Where the value of a column stands: a step from the part of a record that a row is of."""

from collections.abc import Iterable
from keyword import iskeyword
from typing import Any, Literal, NamedTuple

import msgspec

ValueKind = Literal["any", "text", "number"]
_TYPES: dict[ValueKind, Any] = {"any": object, "text": str, "number": int | float}


class RecordPart(NamedTuple):
    """A part of a record with the names that lead to it and its places, from 1, at two levels."""

    kind: str
    key: str
    id: str
    record: Any
    names: tuple[Any, ...]
    value: Any
    number: int
    place_in_record: int


class PartField(msgspec.Struct, frozen=True):
    """A field of the part itself: the id or the kind of its record, the key that holds it, a place.

    Equal ways are equal, and can be keys; so it is with the others.
    """

    name: Literal["id", "kind", "key", "number", "place_in_record"]

    def get(self, record_part: RecordPart) -> Any:
        return getattr(record_part, self.name)


ID, RECORD_KIND, PART_KEY = PartField("id"), PartField("kind"), PartField("key")
POSITION, POSITION_IN_RECORD = PartField("number"), PartField("place_in_record")


class Name(msgspec.Struct, frozen=True):
    """The name at a `*` of the table, from 1; of `a/b` a `half`, 0 or 1."""

    level: int
    half: int | None = None

    def get(self, record_part: RecordPart) -> Any:
        name = record_part.names[self.level - 1]
        return name if self.half is None else name.split("/")[self.half]


class Beside(msgspec.Struct, frozen=True):
    """A value beside the part: under its first name in another key of the record."""

    key: str
    below: str = ""

    def get(self, record_part: RecordPart) -> Any:
        value = getattr(record_part.record, self.key).get(record_part.names[0])
        return inside(value, keys_of(self.below))


class Itself(msgspec.Struct, frozen=True):
    """The part itself, where it is of a kind."""

    kind: ValueKind = "any"

    def get(self, record_part: RecordPart) -> Any:
        return record_part.value if isinstance(record_part.value, _TYPES[self.kind]) else None


class IsNumber(msgspec.Struct, frozen=True):
    """True where the part is a number, and no text."""

    def get(self, record_part: RecordPart) -> Any:
        return isinstance(record_part.value, int)


class Key(msgspec.Struct, frozen=True):
    """The value of a key below the part, `a.b`, where it is of a kind; else that of another."""

    path: str
    kind: ValueKind = "any"
    otherwise: "Key | None" = None

    @property
    def parent(self) -> list[str]:
        """The keys above the last."""
        return keys_of(self.path)[:-1]

    def get(self, record_part: RecordPart) -> Any:
        value = inside(record_part.value, keys_of(self.path))
        if value is not None and isinstance(value, _TYPES[self.kind]):
            return value
        return self.otherwise.get(record_part) if self.otherwise else None


Step = PartField | Name | Beside | Itself | IsNumber | Key
"""The way to a value from a part; `get` is the value, None where it is absent."""


def keys_of(path: str) -> list[str]:
    """The keys of `a.b`; none of an empty path."""
    return path.split(".") if path else []


def inside(value: Any, keys: Iterable[str]) -> Any:
    """The value to which keys lead; None where one of them is absent."""
    for key in keys:
        value = getattr(value, key.replace("-", "_") + "_" * iskeyword(key), None)
    return value
