"""Where the value of a column stands: a step from the part of a record that a row is of."""

from collections.abc import Iterable
from keyword import iskeyword
from typing import Any, Literal, NamedTuple, Protocol

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
    place: int
    place_in_record: int


class Step(Protocol):
    """The way to a value from a part; equal ways are equal, and can be keys."""

    def get(self, part: RecordPart, /) -> Any:
        """The value; None where it is absent."""
        ...


class Id(msgspec.Struct, frozen=True):
    """The record's id."""

    def get(self, part: RecordPart) -> Any:
        return part.id


class RecordKind(msgspec.Struct, frozen=True):
    """The record's kind."""

    def get(self, part: RecordPart) -> Any:
        return part.kind


class PartKey(msgspec.Struct, frozen=True):
    """The key that holds the part."""

    def get(self, part: RecordPart) -> Any:
        return part.key


class Name(msgspec.Struct, frozen=True):
    """The name at a `*` of the table, from 1; of `a/b` a `half`, 0 or 1."""

    level: int
    half: int | None = None

    def get(self, part: RecordPart) -> Any:
        name = part.names[self.level - 1]
        return name if self.half is None else name.split("/")[self.half]


class Position(msgspec.Struct, frozen=True):
    """The place in the last list or mapping, or in the whole record, from 1."""

    in_record: bool = False

    def get(self, part: RecordPart) -> Any:
        return part.place_in_record if self.in_record else part.place


class Beside(msgspec.Struct, frozen=True):
    """A value beside the part: under its first name in another key of the record."""

    key: str
    below: str = ""

    def get(self, part: RecordPart) -> Any:
        value = getattr(part.record, self.key).get(part.names[0])
        return inside(value, keys_of(self.below))


class Itself(msgspec.Struct, frozen=True):
    """The part itself, where it is of a kind."""

    kind: ValueKind = "any"

    def get(self, part: RecordPart) -> Any:
        return part.value if isinstance(part.value, _TYPES[self.kind]) else None


class IsNumber(msgspec.Struct, frozen=True):
    """True where the part is a number, and no text."""

    def get(self, part: RecordPart) -> Any:
        return isinstance(part.value, int)


class Key(msgspec.Struct, frozen=True):
    """The value of a key below the part, `a.b`, where it is of a kind; else that of another."""

    path: str
    kind: ValueKind = "any"
    otherwise: "Key | None" = None

    @property
    def parent(self) -> list[str]:
        """The keys above the last."""
        return keys_of(self.path)[:-1]

    def get(self, part: RecordPart) -> Any:
        value = inside(part.value, keys_of(self.path))
        if value is not None and isinstance(value, _TYPES[self.kind]):
            return value
        return self.otherwise.get(part) if self.otherwise else None


def keys_of(path: str) -> list[str]:
    """The keys of `a.b`; none of an empty path."""
    return path.split(".") if path else []


def inside(value: Any, keys: Iterable[str]) -> Any:
    """The value to which keys lead; None where one of them is absent."""
    for key in keys:
        value = getattr(value, key.replace("-", "_") + "_" * iskeyword(key), None)
    return value
