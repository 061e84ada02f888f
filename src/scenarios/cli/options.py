"""The options that commands share, declared once."""

import inspect
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scenarios.cli import parsing
from scenarios.render.writers import WRITERS, is_added
from scenarios.workspace.write_mode import WriteMode

Format = Literal["table", "json"]
"""The formats of a recording command."""
Form = StrEnum("Form", ["table", "json", *(name for name in WRITERS if name != "table")])  # type: ignore[misc]
"""The formats of a result: JSON is the result itself, a writer makes all others of its document."""
TABLE = Form("table")

AsOf = Annotated[date | None, "--as-of DATE", "Show what was known on this day [today]."]
Rev = Annotated[
    str | None, "--rev REV", "Read the files of this commit, or of the last commit by a day."
]

SinceReview = Annotated[
    str | None, "--since DATE|7d", "Start of the window [review_every_days before --as-of]."
]


def _of_ending(context: typer.Context, param: typer.CallbackParam, form: Any) -> Any:
    """The format that the ending of `--output` names, where none is given."""
    output = context.params.get("output")
    source = context.get_parameter_source(str(param.name))
    if output is None or source is None or source.name != "DEFAULT":
        return form
    ending = Path(output).suffix.lower().removeprefix(".")
    named = {"md": "markdown", "htm": "html"}.get(ending, ending)
    return named if named in type(form).__members__ else form


FORMAT = typer.Option(
    "--format", help="Output format [from the ending of FILE].", callback=_of_ending
)
Shown = Annotated[Form, FORMAT]
Output = Annotated[Path | None, "--output FILE", "Write to this file instead of stdout."]
Across = Annotated[
    str | None,
    "--across PLACE",
    "Ask many trackers: a lake, postgresql://HOST/DATABASE, or a file of folders.",
]
Timeout = Annotated[float, "--timeout SECONDS", "Time limit in seconds.", {"min": 0.001}]
All = Annotated[bool, "--all", "Show every row; fold and omit nothing."]
As = Annotated[Format, "--format", "Output format."]
Analyst = Annotated[str | None, "--analyst", "Who makes the judgement.", {"envvar": "SCEN_ANALYST"}]
Dated = Annotated[WriteMode, "dated"]
"""How a change is made that may have a date after today."""
_FUTURE = ("future", "Allow a date after today.")
HOW = (
    ("dry_run", "Check and show the change without writing it."),
    ("commit", "Commit the files that it writes, and no others."),
)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer reads it, with the options that `mode` stands for in its place."""
    parameters: list[inspect.Parameter] = []
    mode: Any = None
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if parameter.name != "mode":
            parameters.append(parameter.replace(annotation=_for_typer(parameter.annotation)))
            continue
        mode = parameter.annotation
        for name, words in (_FUTURE, *HOW) if mode == Dated else HOW:
            shared = _for_typer(Annotated[bool, f"--{name.replace('_', '-')}", words])
            parameters.append(parameter.replace(name=name, default=False, annotation=shared))

    def called(**options: Any) -> None:
        if mode:
            latest = parsing.today() if mode == Dated and not options.pop("future") else None
            options["mode"] = WriteMode(options.pop("dry_run"), options.pop("commit"), latest)
        command(**options)

    called.__doc__ = command.__doc__
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _of_extension(cls: Any, value: object) -> Any:
    """A format that an extension writes, which `--help` does not list: help looks for none."""
    if not is_added(value):
        return None
    form = str.__new__(cls, value)
    form._name_ = form._value_ = value
    return form


# Here too, for `due`, `report` and `check`, whose own formats are more, show the rest as these
# (test_the_first_command_of_a_process_has_the_formats_of_extensions).
Form._missing_ = classmethod(_of_extension)  # type: ignore[assignment]


def _for_typer(declared: Any) -> Any:
    """`Annotated[str, "--set ID", "Its help."]` as an option, with `"FILE"` as an argument.

    A mapping behind the help has further settings of Typer; a `date | None` is parsed as a day.
    """
    if FORMAT in getattr(declared, "__metadata__", ()):
        declared.__origin__._missing_ = classmethod(_of_extension)
    match getattr(declared, "__metadata__", ()):
        case (str() as usage, str() as words, *more):
            of, settings = declared.__origin__, {"help": words or None, **dict(*more)}
            if of == date | None:
                settings["parser"] = parsing.day
            if not usage.startswith("--"):
                return Annotated[of, typer.Argument(metavar=usage or None, **settings)]
            flag, _, metavar = usage.partition(" ")
            return Annotated[of, typer.Option(flag, metavar=metavar or None, **settings)]
    return declared
