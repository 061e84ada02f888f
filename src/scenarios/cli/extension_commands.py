"""Commands of extensions, with the options of a result, and programs `scen-NAME` on PATH."""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import typer

from scenarios.api import Workspace
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, Form, Output, Shown
from scenarios.cli.output.result import show
from scenarios.errors import ScenError
from scenarios.extensions import Addition, guarded
from scenarios.render.document import Block

_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_CANNOT_RUN = 126
"""The exit status of a shell for a file that is no program."""


def command_of(addition: Addition) -> Callable[..., None]:
    """The command: the function's own options, then --format and --output."""
    addition = addition._replace(code=addition.code.run)
    run = addition.load()

    def command(context: typer.Context, form: Form, output: Any, **options: Any) -> None:
        workspace = Workspace(reading(context).root)
        answer = addition.call(tuple, workspace, **options)
        with guarded(addition.owner, addition.name):
            result, document = answer
            msgspec.json.encode(result)
            if wrong := [block for block in document if not isinstance(block, get_args(Block))]:
                raise TypeError(f"{type(wrong[0]).__name__} is no block of a document")
        show(result, lambda: document, form, output)

    with guarded(addition.owner, addition.name):
        _, *own = inspect.signature(run, eval_str=True).parameters.values()
        if any(parameter.kind in _VARIABLE for parameter in own):
            raise TypeError("a command names its options: no *arguments, no **options")
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
        inspect.Parameter("form", keyword, default=TABLE, annotation=Shown),
        inspect.Parameter("output", keyword, default=None, annotation=Output),
    ]
    command.__doc__ = inspect.getdoc(run)
    command.__signature__ = inspect.Signature(shared)  # type: ignore[attr-defined]
    return command


def run_program(path: str, args: list[str], database: str | None) -> int:
    """Run `scen-NAME` with the rest of the line, which finds the database as scen does.

    Its exit status, as a shell has it: 128 and the number of the signal that ended it.
    """
    sys.stdout.flush()
    named = {"SCEN_DATABASE": database} if database else {}
    try:
        status = subprocess.call([path, *args], env={**os.environ, **named})  # noqa: S603 - asked for
    except OSError as error:
        refused = ScenError(f"{path}: could not be run: {error.strerror}")
        refused.exit_code = _CANNOT_RUN
        raise refused from None
    return status if status >= 0 else 128 - status
