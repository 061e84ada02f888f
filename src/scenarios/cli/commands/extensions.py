"""Installed extensions, their additions, and why some of them are left out."""

import typer

from scenarios.cli.options import TABLE, Form, Output, Shown
from scenarios.cli.output.result import show
from scenarios.extensions import listed
from scenarios.render.documents.records import extensions


def command(context: typer.Context, form: Shown = TABLE, output: Output = None) -> None:
    """List installed extensions and what each of them adds.

    An extension is a Python package with an entry point in the group `scen`; a program on PATH
    whose name begins with `scen-` is a command too.
    """
    result = listed()
    show(context.obj, result, lambda: extensions(result), Form(form), output)
