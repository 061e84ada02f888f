"""Documents as text: for a terminal, as Markdown, as a page, for a spreadsheet, for a code host."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.render.document import Document

WRITERS = {"table": "terminal", "markdown": "markdown", "html": "html", "csv": "csv"}
"""Each format, and the module here whose `write` makes it; only the one that is asked for loads."""


def writer(form: str) -> Callable[[Document], str]:
    """What writes a document in this format."""
    write: Callable[[Document], str] = import_module(f"{__name__}.{WRITERS[form]}").write
    return write
