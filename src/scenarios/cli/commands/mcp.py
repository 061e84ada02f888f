"""The desk as an agent sees it."""

import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from scenarios.cli.opening import open_here, tell_left_out
from scenarios.cli.output.streams import say
from scenarios.errors import extra_needed
from scenarios.workspace.inbox import MOST_WAITING


def command(
    context: typer.Context,
    most: Annotated[
        int, "--most N", "Proposals of one agent that may wait.", {"min": 0}
    ] = MOST_WAITING,
) -> None:
    """Let an agent read the database and propose into its inbox, by the Model Context Protocol.

    A client starts it and speaks over stdin and stdout; docs/agents.md has the setups.
    """
    if not find_spec("mcp"):
        raise extra_needed("scen mcp", "agents")
    from scenarios.agents import serve  # noqa: PLC0415 - an extra

    opened = open_here(context)
    tell_left_out(opened)
    if sys.stdin.isatty():
        say("a client of the Model Context Protocol speaks here; Ctrl-C ends it")
    serve(opened.root, most)
