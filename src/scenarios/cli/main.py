"""The `scen` command: the group, its global options, and the one place that catches errors."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scenarios import __version__
from scenarios.errors import ScenError

INTERRUPTED = 130

_HOMES = {
    "init": "recording",
    "new": "recording",
    "add-indicator": "recording",
    "add-source": "recording",
    "add-evidence": "evidence",
    "rate": "evidence",
    "retract": "evidence",
    "forecast": "forecasting",
    "resolve": "forecasting",
    "list": "reading",
    "show": "reading",
    "status": "reading",
    "report": "reading",
    "explain": "reading",
    "check": "checking",
}
"""Each command's module: only that of the command at hand is imported."""


class _Boundary(TyperGroup):
    """Finds each command in its module. Every expected error ends here; a bug stays a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the group has it
        return list(_HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as the group has it
        if cmd_name not in _HOMES:
            return None
        module = import_module(f"scenarios.cli.{_HOMES[cmd_name]}")
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(cmd_name)(module.COMMANDS[cmd_name])
        return typer.main.get_command(alone)

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


def main() -> None:
    """Run `scen`; a character that the terminal cannot show is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
