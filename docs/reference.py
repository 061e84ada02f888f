"""The reference: commands as their help has them, files as the schemas, outputs as the results."""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import typer
from schemas import schemas

from scenarios.cli.commands import GROUPS, HELP
from scenarios.cli.main import app

SHARED = 6
"""An option that as many commands take alike is explained once."""


def commands_page(command: str, outputs: Iterable[str]) -> str:
    """docs/commands.md: each command as its help has it."""
    group: Any = typer.main.get_command(app)
    context = typer.Context(group)
    commands = {name: group.get_command(context, name) for name in HELP}
    told = {name: [*_told(one.params, one.callback)] for name, one in commands.items()}
    taken = Counter(row for rows in told.values() for row in rows)
    shared = {row: f"`{row[0].strip('`').split()[0]}`" for row, n in taken.items() if n >= SHARED}
    parts = [
        "# Commands",
        f"<!-- Made by `{command}` of the commands' own help: change it there. -->",
        (
            "`scen COMMAND -h` prints the same. On a terminal, `scen` asks for required values "
            "that you leave out. Defaults are in square brackets. [Files](files.md) describes the "
            "keys of the records, [JSON](json.md) the output of `--format json`. Exit status: 0 "
            "success, 1 problems found or request refused, 2 wrong usage."
        ),
        *(
            _table(
                title.lower(),
                "",
                ((f"[{name}](#{name.replace(' ', '-')})", text) for name, text in rows.items()),
            )
            for title, rows in GROUPS.items()
        ),
        "## Global options",
        _table("option", "means", _told(group.params, group.callback)),
        "## Common options",
        _table("option", "means", shared),
    ]
    for name, rows in told.items():
        also = [shared[row] for row in rows if row in shared]
        own = [row for row in rows if row not in shared]
        words = [row[0].strip("`") for row in own if not row[0].startswith("`-")]
        under = [other.replace(" ", "-") for other in HELP if other.startswith(f"{name} ")]
        own_outputs = rf"{name.replace(' ', '-')}(-|$)"
        made = sorted(o for o in outputs if re.match(own_outputs, o) and o not in under)
        parts += [
            f"## {name}",
            inspect.cleandoc(commands[name].help),
            f"`{' '.join(['scen', name, *words, '[OPTIONS]'])}`",
            *([_table("option", "means", own)] if own else []),
            " ".join(
                [
                    *([f"Also {', '.join(also)}."] if also else []),
                    *([f"JSON: {', '.join(map(_schema, made))}."] if made else []),
                ]
            ),
        ]
    return "\n\n".join(parts) + "\n"


def _told(parameters: Iterable[Any], function: Any) -> Iterator[tuple[str, str]]:
    """Each argument and option as it is typed, and what it means."""
    hints = get_type_hints(function, include_extras=True)
    for one in parameters:
        kind, *declared = get_args(hints.get(one.name)) or (None,)
        means = next((it.help for it in declared if hasattr(it, "help")), None) or one.help or ""
        values = [word for part in (kind, *get_args(kind)) for word in _choices(part)]
        word = one.metavar or "|".join(values) or "TEXT"
        if one.param_type_name == "argument":
            yield f"`{one.metavar or one.name.upper()}`", means
        else:
            names = ", ".join([*one.opts, *one.secondary_opts])
            flag = getattr(one, "is_flag", False)
            by = f" Or `{one.envvar}`." if isinstance(one.envvar, str) else ""
            yield f"`{names}`" if flag else f"`{names} {word}`", f"{means}{by}"


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [*get_args(kind)]
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    return [str(member.value) for member in kind] if is_enum else []


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right} |", "|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


FILES = {
    "tracker": "scenarios/tracker.yaml",
    "scenario": "scenarios/ID.yaml",
    "evidence": "scenarios/evidence/YEAR/ID.yaml",
    "forecasts": "scenarios/forecasts/YEAR/DATE-ANALYST.yaml",
    "source": "scenarios/sources/ID.yaml",
    "proposal": "scenarios/inbox/ID.yaml",
}
"""The place of each kind of record."""


def files_page(command: str) -> str:
    """docs/files.md: the keys of each record, as its schema has them."""
    parts = [
        "# Files",
        f"<!-- Made by `{command}` of src/scenarios/model: change it there. -->",
        (
            "Each record is one file. Its id is the file name, so no file has a key for it. `scen "
            "check` reports every missing or unknown key with its place. Editors that support "
            "JSON Schema complete the keys; the first line of each file names its schema. A dot "
            "separates a key from the key that contains it, and `ID` is an id of your own. Keys in "
            "bold are required if the key that contains them is present."
        ),
    ]
    made = schemas(command)
    for kind, place in FILES.items():
        schema = json.loads(made[f"{kind}.schema.json"])
        parts += [
            f"## {kind.capitalize()}",
            f"`{place}`. {schema['description'].replace('<', '&lt;')}",
            _table("key", "means", _keys(schema, "")),
        ]
    return "\n\n".join(parts) + "\n"


def _keys(schema: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    required = schema.get("required", ())
    inside = schema.get("properties", {})
    named = schema.get("additionalProperties")
    if not inside and isinstance(named, dict) and "properties" in named:
        yield from _keys(named, f"{above}ID.")
    if "properties" in schema.get("items", {}):
        yield from _keys(schema["items"], above)
    for key, value in inside.items():
        name = f"`{above}{key}`"
        example = (
            json.dumps(value["examples"][0], ensure_ascii=False) if "examples" in value else ""
        )
        told = f" *Example*: `{example}`" if 0 < len(example) <= LONGEST else ""
        yield f"**{name}**" if key in required else name, value["description"] + told
        for form in (value, *value.get("anyOf", ())):
            yield from _keys(form, f"{above}{key}.")


LONGEST = 80
"""An example of more characters is left to the schema."""


def json_page(command: str, outputs: dict[str, Any]) -> str:
    """docs/json.md: what each output holds, and where its schema lies."""
    parts = [
        "# JSON",
        f"<!-- Made by `{command}` of the results in src/scenarios. -->",
        (
            "The output of `--format json` is a stable interface. It is complete: tables may fold "
            "small rows, JSON never does. Keys are in snake_case, dates are `YYYY-MM-DD`, "
            "probabilities are unrounded numbers from 0 to 1, and log odds are in decibans. Each "
            "output has a JSON Schema that describes every field. New keys may be added; existing "
            "keys stay. The first keys are `schema`, the name of the schema, and `ledger`, the "
            "version of the arithmetic; the output of `list` is a plain array of rows. Where files "
            "cannot be read `unreadable` follows, with the path, line, column and message of each, "
            "the rows of `list` are under `rows`, and `withheld` is the path behind a null figure."
        ),
        _table(
            "output",
            "keys",
            ((_schema(name), _fields(outputs[name])) for name in sorted(outputs)),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _schema(name: str) -> str:
    return f"[{name}](json/{name}.schema.json)"


def _fields(output: Any) -> str:
    schema = msgspec.json.schema(output)
    kept = schema.get("$defs", {})
    shapes = [schema, *(part for part in schema.get("anyOf", ()))]
    for shape in shapes:
        is_list = shape.get("type") == "array"
        found = shape["items"] if is_list else shape
        found = kept.get(found.get("$ref", "").rpartition("/")[2], found)
        if "properties" in found:
            keys = ", ".join(f"`{key}`" for key in found["properties"])
            return f"a list, each with {keys}" if is_list else keys
    return ""
