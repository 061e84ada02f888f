"""The `scen` command: the group, its global options, and the one place that catches errors."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scenarios import __version__
from scenarios.cli import checking, evidence, forecasting, reading, recording
from scenarios.errors import ScenError

INTERRUPTED = 130


class _Boundary(TyperGroup):
    """Every expected error ends here; a bug stays a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ScenError as error:
            from scenarios.cli.desk import say

            say(str(error))
            raise typer.Exit(error.exit_code) from None
        except (typer.Abort, KeyboardInterrupt):
            typer.echo("scen: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # `scen list | head`: the reader has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


app = typer.Typer(
    name="scen",
    cls=_Boundary,
    help="Track forecast scenarios in plain text: what moved, by how much, because of what.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scen {__version__}")
        raise typer.Exit


@app.callback()
def scen(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(envvar="SCEN_DATABASE", metavar="DIR", help="The folder with tracker.yaml."),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback has answered
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Say which one.")
    ] = False,
) -> None:
    context.obj = database


for group in (recording, evidence, forecasting, reading, checking):
    for command in group.COMMANDS:
        app.command()(command)


def main() -> None:
    """Run `scen`; a character that the terminal cannot show is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
