"""The options that commands share, declared once."""

import inspect
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scenarios.cli import parsing
from scenarios.render.writers import WRITERS
from scenarios.workspace.how import How

Format = Literal["table", "json"]
"""The formats of a recording command."""
Form = StrEnum("Form", ["table", "json", *(name for name in WRITERS if name != "table")])  # type: ignore[misc]
"""The formats of a result: JSON is the result itself, a writer makes all others of its document."""
TABLE = Form("table")

AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=parsing.day,
        metavar="DATE",
        help="Show what was known on this day [today].",
    ),
]
Rev = Annotated[
    str | None,
    typer.Option(
        "--rev",
        metavar="REV",
        help="Read the files of this commit, or of the last commit by a day.",
    ),
]

SinceReview = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE|7d", help="Start of the window [review_every_days before --as-of]."
    ),
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
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write to this file instead of stdout."),
]
Across = Annotated[
    str | None,
    typer.Option(
        "--across",
        metavar="PLACE",
        help="Ask many trackers: a lake, postgresql://HOST/DATABASE, or a file of folders.",
    ),
]
Timeout = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.001, help="Time limit in seconds.")
]
All = Annotated[bool, typer.Option("--all", help="Show every row; fold and omit nothing.")]
As = Annotated[Format, typer.Option("--format", help="Output format.")]
Analyst = Annotated[
    str | None, typer.Option("--analyst", envvar="SCEN_ANALYST", help="Who makes the judgement.")
]
Dated = Annotated[How, "dated"]
"""How a change is made that may have a date after today."""
_FUTURE = ("future", "Allow a date after today.")
_HOW = (
    ("dry_run", "Check and show the change without writing it."),
    ("commit", "Commit the files that it writes, and no others."),
)


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options that `how` stands for in its place, where it has one."""
    parameters: list[inspect.Parameter] = []
    is_dated = False
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if parameter.name != "how":
            parameters.append(parameter)
            continue
        is_dated = parameter.annotation == Dated
        for name, words in (_FUTURE, *_HOW) if is_dated else _HOW:
            option = typer.Option(f"--{name.replace('_', '-')}", help=words)
            shared = parameter.replace(name=name, default=False, annotation=Annotated[bool, option])
            parameters.append(shared)
    if all(parameter.name != "dry_run" for parameter in parameters):
        return command

    def called(**given: Any) -> None:
        latest = parsing.today() if is_dated and not given.pop("future") else None
        how = How(given.pop("dry_run"), given.pop("commit"), latest)
        command(**given, how=how)

    called.__doc__ = command.__doc__
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called
