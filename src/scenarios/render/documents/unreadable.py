"""The files that could not be read, before anything that is told without them."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.errors import Problem
from scenarios.render.document import Column, Document, Paragraph, Table
from scenarios.text import counted


def lead(unreadable: Sequence[Problem]) -> Document:
    """Each file by its path, the line and the fault; nothing where every file could be read."""
    if not unreadable:
        return ()
    no_tracker = any(fault.path == "tracker.yaml" for fault in unreadable)
    figures = (
        "without a readable tracker.yaml there are no figures"
        if no_tracker
        else ("a figure that they could change is withheld: ?")
    )
    columns = (
        Column(name="file"),
        Column(name="line", align="right"),
        Column(name="fault", least=30),
    )
    rows = ((fault.path, f"{fault.line}", f"{fault.rule}: {fault.message}") for fault in unreadable)
    files = counted(len(unreadable), "file")
    caption = f"{files} cannot be read: what they hold is missing here, and {figures}"
    return (Table(columns=columns, rows=tuple(rows), caption=caption),)


def figures(path: str | None) -> Paragraph:
    """In place of figures that are withheld because of a file."""
    return Paragraph(f"Stated ?, implied ?: {path} cannot be read, and could change them.")
