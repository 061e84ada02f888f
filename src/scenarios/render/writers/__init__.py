"""Documents as text: for a terminal, as Markdown, as a page, for a spreadsheet, for a code host."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.render.document import Document

WRITERS = {"table": "terminal", "markdown": "markdown", "html": "html", "csv": "csv"}
"""Formats, each with the module here whose `write` makes it; loaded on demand."""


def writer(form: str) -> Callable[[Document], str]:
    write: Callable[[Document], str] = import_module(f"{__name__}.{WRITERS[form]}").write
    return write
