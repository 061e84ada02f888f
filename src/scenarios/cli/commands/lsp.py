"""The language server for editors."""

from importlib.util import find_spec

import typer

from scenarios.errors import extra_needed
from scenarios.workspace.opened import find_root


def command(context: typer.Context) -> None:
    """Check, complete and explain the files in an editor, which starts this as a language server.

    It speaks the Language Server Protocol on standard input and output, and writes no file.
    """
    if not find_spec("pygls"):
        raise extra_needed("scen lsp", "editor")
    from scenarios import editor  # noqa: PLC0415 - an extra

    editor.serve(find_root(context.obj.database) if context.obj.database else None)
