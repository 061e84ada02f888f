"""The rows of a table as keys with their values, and which column is which key."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.errors import UsageError
from scenarios.exchange.arrivals import (
    FilePosition,
    ForeignId,
    ImportFile,
    ImportForecast,
    ImportRecord,
    ReadOptions,
    RowError,
    SourceFile,
)
from scenarios.exchange.own.cells import CellValue, DateParser, Parse, chance, forecast, in_percent
from scenarios.exchange.tables import reading
from scenarios.exchange.tables.table import TableRow, refused
from scenarios.text import did_you_mean, shown, slug

_PART = re.compile(r"\{([^{}]+)\}")
_QUANTILE = re.compile(r"p[0-9]+(\.[0-9]+)?")
_BLANK = re.compile(r"[\s\-]+")
EVERY_OTHER = "*"
_NOTHING = ("N/A", "n/a", "#N/A")
"""Values of an empty cell."""


class ImportKind(NamedTuple):
    """The keys of a kind, each with its parser and the other names of its column.

    `families` are keys that end in a name of choice. Of the keys `required` one of each group must
    have a column. `wide` is the family of columns that are named as scenarios.
    """

    name: str
    keys: Sequence[tuple[str, Parse, str]]
    families: Mapping[str, Parse] = {}
    required: Sequence[tuple[str, ...]] = ()
    wide: str | None = None

    @property
    def fields(self) -> dict[str, Parse]:
        return {key: parse for key, parse, _ in self.keys}

    @property
    def synonyms(self) -> dict[str, str]:
        return {name: key for key, _, names in self.keys for name in names.split()}


class KeyColumn(NamedTuple):
    """Where a key's value comes from: a column, or several with text between them."""

    field: str
    name: str
    parse: Parse
    otherwise: str | None = None

    def of(self, cells: Mapping[str, Any]) -> Any:
        """The value, None where there is none."""
        if self.name in cells or "{" not in self.name:
            value = cells.get(self.name)
            return self.otherwise if value is None or value in _NOTHING else value
        names = _PART.findall(self.name)
        if not any(name in cells for name in names):
            return self.otherwise
        return _PART.sub(lambda match: _plain(cells.get(match[1], "")), self.name)


def columns(
    kind: ImportKind, names: Sequence[str], wanted: ReadOptions, file: str
) -> list[KeyColumn]:
    """The columns of a table that hold something; refused where one is not known."""
    chosen = [(name, field) for name, field in wanted.columns if name != EVERY_OTHER]
    _refuse_absent(chosen, names, file)
    mapped = {name for name, _ in chosen}
    parts = {word for name in mapped for word in _PART.findall(name)}
    chosen_columns = [_mapped(kind, name, field) for name, field in chosen if field]
    mapped_fields = {column.field for column in chosen_columns}
    rest, unknown = [name for name in names if name not in mapped], []
    by_name = {name: field for name in rest if (field := _key_of(kind, name))}
    is_wide = bool(kind.wide) and "probability" not in {*by_name.values()} | mapped_fields
    for name in rest:
        field = by_name.get(name)
        if field is None and is_wide and (id := wanted.scenarios.get(name.lower())):
            field = f"{kind.wide}.{id}"
        if field is None:
            unknown += [name] if name not in parts else []
        elif field not in mapped_fields:
            chosen_columns.append(_mapped(kind, name, field))
    if unknown and (EVERY_OTHER, "") not in wanted.columns:
        allowed = [*kind.fields, *(wanted.scenarios if is_wide else ())]
        raise UsageError(f"{file}: {_unknown(kind, unknown, allowed)}")
    present = {column.field for column in chosen_columns}
    for field, value in wanted.defaults.items():
        default = _mapped(kind, f"--default {field}", field, "--default")
        if default.field not in present:
            chosen_columns.append(default)
        chosen_columns = [
            column._replace(otherwise=value) if column.field == default.field else column
            for column in chosen_columns
        ]
    _refuse_unfit(kind, chosen_columns, file)
    return chosen_columns


def _refuse_absent(chosen: Sequence[tuple[str, str]], names: Sequence[str], file: str) -> None:
    for name, field in chosen:
        parts = [name] if name in names else _PART.findall(name) or [name]
        for word in parts:
            if word not in names:
                hint = did_you_mean(word, names) or f"it has {', '.join(map(shown, names[:12]))}"
                words = f"--map '{name}={field}': {file} has no column {shown(word)}"
                raise UsageError(f"{words}; {hint}")


def _mapped(kind: ImportKind, name: str, field_text: str, option: str = "--map") -> KeyColumn:
    """A column as a field; one with a `%` behind it holds numbers from 0 to 100."""
    plain = field_text.removesuffix("%")
    field = plain if plain in kind.fields else kind.synonyms.get(plain, field_text)
    parse = kind.fields.get(field)
    if parse and plain != field_text:
        parse = in_percent(parse) if parse in (chance, forecast) else None
    family, dot, member = field.partition(".")
    if parse is None and dot and member:
        parse = kind.families.get(family)
    if parse is None:
        every = [*kind.fields, *(f"{key_family}.…" for key_family in kind.families)]
        hint = did_you_mean(field_text, kind.fields) or f"there is {', '.join(every)}"
        typed = f"{name}={field_text}" if option == "--map" else field_text
        raise UsageError(f"{option} '{typed}': {kind.name} have no {shown(field_text)}; {hint}")
    return KeyColumn(field, name, parse)


def _key_of(kind: ImportKind, name: str) -> str | None:
    """The key that a column's name says for certain."""
    plain = _BLANK.sub("_", name.strip().lower())
    if plain in kind.fields:
        return plain
    if "quantiles" in kind.families and _QUANTILE.fullmatch(plain):
        return f"quantiles.{plain}"
    family, dot, member = name.strip().partition(".")
    if dot and family.lower() in kind.families and plain not in kind.synonyms:
        return f"{family.lower()}.{member}"
    return kind.synonyms.get(plain)


def _read_as(kind: ImportKind, columns: Iterable[KeyColumn], wanted: ReadOptions) -> Iterator[str]:
    """Yield the columns that are read as a field of another name, which nobody said."""
    mapped = {name for name, _ in wanted.columns}
    pairs = [
        f"{shown(column.name)} as {column.field}"
        for column in columns
        if column.name not in mapped
        and kind.synonyms.get(_BLANK.sub("_", column.name.strip().lower())) == column.field
    ]
    if pairs:
        yield f"read {', '.join(pairs)}; --map COLUMN=FIELD says otherwise"


def _unknown(kind: ImportKind, unknown: Sequence[str], names: Sequence[str]) -> str:
    named = []
    for name in unknown[:10]:
        hint = did_you_mean(_BLANK.sub("_", name.lower()), names)
        named.append(shown(name) + (f" ({hint})" if hint else ""))
    more = f" and {len(unknown) - 10} more" if len(unknown) > len(named) else ""
    what = "unknown column" if len(unknown) == 1 else "unknown columns"
    return (
        f"{what} {', '.join(named)}{more}: --map COLUMN=FIELD says what one is, --map COLUMN="
        f" leaves it out, --map '*=' all of them; {kind.name} have {', '.join(kind.fields)}"
    )


def _refuse_unfit(kind: ImportKind, mapped: Sequence[KeyColumn], file: str) -> None:
    """Refuse two columns of one key, and a required key without a column."""
    named: dict[str, str] = {}
    for field, name, *_ in mapped:
        if field in named:
            both = f"{shown(named[field])} and {shown(name)}"
            words = f"columns {both} are both {field}: --map COLUMN= leaves one out"
            raise UsageError(f"{file}: {words}")
        named[field] = name
    fields = {*named, *(field.partition(".")[0] for field in named)}
    for group in kind.required:
        if not fields.intersection(group):
            words = " or ".join(group)
            raise UsageError(f"{file}: no column is {words}: --map COLUMN={group[0]} says which")


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


MOST_ROWS, MOST_CELLS = 200_000, 2_000_000
SYSTEM = "spreadsheet"
"""Where a foreign id comes from that says nothing of it."""

_Row = tuple[FilePosition, dict[str, Any], list[RowError]]
"""A row's place, each key's value, and what is unfit of it."""


class KeyedRows(NamedTuple):
    """A table of one kind: what each key came from, its rows, and remarks."""

    columns: Mapping[str, str]
    rows: Iterator[_Row]
    remarks: tuple[str, ...]


def sheet(file: SourceFile, wanted: ReadOptions, kind: ImportKind) -> KeyedRows:
    """The rows of a file as keys with values."""
    assert file.stream is not None  # noqa: S101 - a folder is refused before
    table = reading.read(
        file.stream, file.name, wanted.form, encoding=wanted.encoding, sheet=wanted.sheet
    )
    chosen = columns(kind, table.columns, wanted, file.name)
    named = {column.field: column.name for column in chosen}
    days = DateParser(wanted.dates)
    rows, room = list[TableRow](), MOST_CELLS
    for row in table.rows:
        room -= len(row.cells)
        if room < 0 or len(rows) == MOST_ROWS:
            words = f"more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells"
            raise refused(file.name, row.number, f"{words}: split the file")
        rows.append(row)
        for column in chosen:
            days.look(column.name, row.number, row.cells.get(column.name))
    watched = wanted.progress(rows, "reading the rows", len(rows))
    remarks = (*table.remarks, *_read_as(kind, chosen, wanted))
    return KeyedRows(named, _rows(watched, chosen, days, file.name), remarks)


def _rows(
    rows: Iterable[TableRow], chosen: list[KeyColumn], days: DateParser, file: str
) -> Iterator[_Row]:
    for row in rows:
        position = FilePosition(file, row.number)
        if row.fault:
            yield position, {}, [RowError(position, row.fault)]
            continue
        values, misfits = {}, []
        for column in chosen:
            value = column.of(row.cells)
            if value is None:
                continue
            try:
                values[column.field] = column.parse(CellValue(value, row.number, column.name, days))
            except UsageError as error:
                where = position._replace(column=column.name)
                misfits.append(RowError(where, str(error)))
        yield position, values, misfits


class DeclaredIds(NamedTuple):
    """The sets and analysts that rows name, each id with how it was written."""

    sets: dict[str, str]
    analysts: dict[str, str]


Taken = Iterable[ImportRecord | ImportForecast]
Taker = Callable[[Mapping[str, Any], FilePosition, DeclaredIds], Taken]
"""Makes the records of a row's values; UsageError where it makes none."""


def arrived(keyed: KeyedRows, take: Taker) -> ImportFile:
    """The contents of a table; a row with a wrong cell or an unfit value is a misfit."""
    records, misfits, ids = (
        list[ImportRecord | ImportForecast](),
        list[RowError](),
        DeclaredIds({}, {}),
    )
    for position, values, wrong in keyed.rows:
        misfits += wrong
        if wrong or not values:
            continue
        try:
            records += take(values, position, ids)
        except UsageError as error:
            misfits.append(RowError(position, str(error)))
    return ImportFile(
        records=tuple(record for record in records if isinstance(record, ImportRecord)),
        forecasts=tuple(record for record in records if isinstance(record, ImportForecast)),
        row_errors=tuple(misfits),
        sets=ids.sets,
        analysts=ids.analysts,
        remarks=keyed.remarks,
    )


def nested(values: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    """Dotted keys as mappings in one another, without those that are no key of a record."""
    record: dict[str, Any] = {}
    for key, value in values.items():
        first, dot, rest = key.partition(".")
        if first in left_out or value is None:
            continue
        if dot:
            record.setdefault(first, {})[rest] = value
        elif isinstance(value, dict):
            record[first] = {**value, **record.get(first, {})}
        else:
            record[first] = value
    return record


def foreign(values: Mapping[str, Any], wanted: ReadOptions) -> ForeignId | None:
    """The id elsewhere: a column `foreign`, or `foreign.SYSTEM`."""
    for key, value in values.items():
        first, _, system = key.partition(".")
        if first == "foreign":
            return ForeignId(system or wanted.system or SYSTEM, value)
    return None


def named(values: Mapping[str, Any], key: str, ids: dict[str, str]) -> dict[str, str]:
    """A key whose value is an id that is made of a text, and kept with it among the `ids`."""
    if key not in values:
        return {}
    id = slug(values[key], 80)
    ids.setdefault(id, values[key])
    return {key: id}


def needed(values: Mapping[str, Any], *keys: str) -> str:
    """The first of these texts that a row has."""
    for key in keys:
        if key in values:
            return str(values[key])
    raise UsageError(f"there is no {' and no '.join(keys)}")
