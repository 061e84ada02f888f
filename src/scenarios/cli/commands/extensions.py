"""Installed extensions, their additions, and why some of them are left out."""

from collections.abc import Iterator

import msgspec
import typer

from scenarios.cli.options import TABLE, Form, Output, Shown
from scenarios.cli.output.result import show
from scenarios.extensions import HOOKS, installed, programs
from scenarios.render.cells import left
from scenarios.render.document import Document, Table


class ListedExtension(msgspec.Struct, frozen=True, kw_only=True):
    """An extension, its package with the version, and the names that it adds by hook.

    With a `fault` it is left out, for that reason.
    """

    name: str
    package: str
    meaning: str
    adds: dict[str, list[str]]
    fault: str | None


class Extensions(msgspec.Struct, frozen=True, kw_only=True):
    """The extensions, and the programs `scen-NAME` on PATH: each NAME with its path."""

    extensions: list[ListedExtension]
    programs: dict[str, str]


def command(context: typer.Context, form: Shown = TABLE, output: Output = None) -> None:
    """List installed extensions and what each of them adds.

    An extension is a Python package with an entry point in the group `scen`; a program on PATH
    whose name begins with `scen-` is a command too.
    """
    result = Extensions(extensions=[*_listed()], programs=programs())
    show(context.obj, result, lambda: _document(result), Form(form), output)


def _listed() -> Iterator[ListedExtension]:
    for name, package, extension, fault in installed():
        adds = {hook: sorted(getattr(extension, hook, ())) for hook in HOOKS}
        yield ListedExtension(
            name=name,
            package=package,
            meaning=extension.meaning if extension else "",
            adds={hook: names for hook, names in adds.items() if names},
            fault=fault or None,
        )


def _document(result: Extensions) -> Document:
    rows = []
    for each in result.extensions:
        adds = "; ".join(f"{hook}: {', '.join(names)}" for hook, names in each.adds.items())
        rows.append((each.name, each.package, f"left out: {each.fault}" if each.fault else adds))
    rows += [(f"scen-{name}", path, f"command: {name}") for name, path in result.programs.items()]
    columns = left("Extension"), left("From"), left("Adds", least=20)
    return (Table(columns=columns, rows=tuple(rows), empty="No extension is installed."),)
