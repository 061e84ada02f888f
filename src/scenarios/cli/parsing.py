"""Parsers of the command line, whose faults are faults of how the command was called."""

import re
from collections.abc import Callable
from datetime import UTC, date, tzinfo
from functools import partial
from typing import ParamSpec, TypeVar

import typer

from scenarios.errors import UsageError
from scenarios.text import shown
from scenarios.workspace.input import typed_in

In = ParamSpec("In")
T = TypeVar("T")
_SIZE = re.compile(r"([0-9]{1,4})[xX×]([0-9]{1,4})")
_FEWEST, _MOST = 16, 8000

today = typed_in.today


def typed(parse: Callable[In, T], option: str = "") -> Callable[In, T]:
    """Return the parser whose faults are faults of how the command was called, at an `option`."""
    hint = f"'{option}'" if option else None

    def parsed(*values: In.args, **named: In.kwargs) -> T:
        try:
            return parse(*values, **named)
        except (UsageError, typer.BadParameter) as error:
            raise typer.BadParameter(str(error), param_hint=hint) from None

    return parsed


chance = typed(typed_in.chance)
days = typed(typed_in.days, "--within")
grade = typed(typed_in.grade, "--grade")
id = typed(typed_in.id)
indicator_states = typed(typed_in.indicator_states, "--indicator")
rating = typed(typed_in.rating)
scenario_ratings = typed(typed_in.scenario_ratings, "SCENARIO=CODE")
url = typed(typed_in.url, "--url")


def day(text: str, ago_from: date | None = None, option: str = "") -> date:
    """`YYYY-MM-DD`, `today`, `yesterday`, or `7d`: that many days before `ago_from` or today."""
    return typed(partial(typed_in.day, today=today, ago_from=ago_from), option)(text)


def observed(text: str) -> str:
    """A day, a month (2021-12) or a year (2021)."""
    return typed(partial(typed_in.observed, today=today), "--observed")(text)


def size(text: str) -> tuple[int, int]:
    """Pixels across and down, `1200x675`."""
    match = _SIZE.fullmatch(text)
    wide, high = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (_FEWEST <= wide <= _MOST and _FEWEST <= high <= _MOST):
        words = f"is not a size: write 1200x675, each {_FEWEST} to {_MOST} pixels"
        raise typer.BadParameter(f"{shown(text)} {words}", param_hint="--size")
    return wide, high


def zone(text: str) -> tzinfo:
    """A time zone by its name, Europe/Berlin."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - a calendar alone

    try:
        return UTC if text.upper() == "UTC" else ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        words = "is no time zone: UTC, Europe/Berlin, America/New_York, …"
        raise typer.BadParameter(f"{shown(text)} {words}", param_hint="--timezone") from None


def mapped(text: str) -> tuple[str, str]:
    """`COLUMN=FIELD`; no field has a `=` in it."""
    column, equals, field = text.rpartition("=")
    if not (column and equals):
        words = "write COLUMN=FIELD, or COLUMN= for one that is left out"
        raise typer.BadParameter(f"{shown(text)}: {words}", param_hint="--map")
    return column.strip(), field.strip()


def defaulted(text: str) -> tuple[str, str]:
    """`FIELD=VALUE`."""
    field, equals, value = text.partition("=")
    if not (field and equals and value.strip()):
        words = "write FIELD=VALUE, for rows that have none"
        raise typer.BadParameter(f"{shown(text)}: {words}", param_hint="--default")
    return field.strip(), value
