"""Documents as text: for a terminal, as Markdown, as a page, for a spreadsheet, for a code host."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from scenarios import extensions
from scenarios.text import printable

if TYPE_CHECKING:
    from scenarios.render.document import Document

WRITERS = {"table": "terminal", "markdown": "markdown", "html": "html", "csv": "csv"}
"""Formats, each with the module here whose `write` makes it; loaded on demand."""
NAMES = (*WRITERS, "json", "sarif", "eml", "ics", "parquet", "xlsx")
"""Every format that some command has, which no extension may take."""


def writer(form: str) -> Callable[[Document], str]:
    """The writer of a format; what that of an extension writes acts on no terminal."""
    if form in WRITERS:
        write: Callable[[Document], str] = import_module(f"{__name__}.{WRITERS[form]}").write
        return write
    added = extensions.offered("writers", NAMES)[form]
    return lambda document: printable(added.call(str, document))


def is_added(form: object) -> bool:
    """True if an extension has a writer of that name."""
    return form in extensions.offered("writers", NAMES)
