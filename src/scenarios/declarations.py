"""The keys of the records as their models declare them, with those of the parts that they hold."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

import msgspec

from scenarios.values import KeyNames, Record


class NestedRecord(NamedTuple):
    """The record that a key holds, or `many` of them by their names or in a list."""

    record: type[Record]
    many: bool = False


def keys(model: type[Record]) -> dict[str, NestedRecord | None]:
    """The keys of a record in the order of its file, each with the record that it holds, if any."""
    return {
        field.encode_name: next(_records(field.type), None)
        for field in msgspec.structs.fields(model)
    }


def _records(hint: Any) -> Iterator[NestedRecord]:
    """The records of a type that is one, an alternative to others, or a mapping or list of some."""
    if isinstance(hint, type) and issubclass(hint, Record):
        yield NestedRecord(hint)
    many = get_origin(hint) in (dict, tuple)
    for form in get_args(hint):
        yield from (NestedRecord(nested.record, many or nested.many) for nested in _records(form))


class DeclaredKey(NamedTuple):
    """A key by the path to it in its record, the forms of its type, and what it is called.

    Each form of the type has a mark less than the one before it, or no None; the last is that of
    its values in Python. The key `can_be_null` if it can be missing.
    """

    path: tuple[str, ...]
    forms: tuple[Any, ...]
    key: KeyNames
    can_be_null: bool

    @property
    def name(self) -> str:
        """The path in one text, `prior.basis`."""
        return ".".join(self.path)


def declared_keys(
    model: type[Record], above: tuple[str, ...] = (), *, can_be_null: bool = False
) -> Iterator[DeclaredKey]:
    """Yield each key of a record, and behind one that holds a part the keys of that."""
    for field in msgspec.structs.fields(model):
        path, forms = (*above, field.encode_name), tuple(_forms(field.type))
        key, null = _key(forms), can_be_null or field.default in ("", (), None)
        yield DeclaredKey(path, forms, key, null)
        part = next(_records(field.type), None)
        if part and not part.many and not key.is_json:
            yield from declared_keys(part.record, path, can_be_null=null)


def _forms(hint: Any) -> Iterator[Any]:
    """A type, then the same without its marks, from the last on, and without None and options."""
    yield hint
    others = [form for form in get_args(hint) if form is not type(None)]
    if get_origin(hint) is Annotated:
        of, *marks = get_args(hint)
        yield from _forms(Annotated[(of, *marks[:-1])] if len(marks) > 1 else of)
    elif len(others) == 1 < len(get_args(hint)):
        yield from _forms(others[0])
    elif get_origin(hint) is Literal:
        yield type(others[0])


def _key(forms: tuple[Any, ...]) -> KeyNames:
    """Names that the marks of a type give together; an outer one overrules those inside it."""
    names: dict[str, Any] = {}
    marks = [form.__metadata__[-1] for form in forms if get_origin(form) is Annotated]
    for mark in reversed(marks):
        own = msgspec.structs.asdict(mark) if isinstance(mark, KeyNames) else {}
        names |= {name: own[name] for name in own if own[name] != getattr(KeyNames(), name)}
    return KeyNames(**names)
