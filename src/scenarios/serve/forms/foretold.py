"""What a later audit will find of a change, said when it is made."""

from __future__ import annotations

from scenarios.render.document import Document, Item, Items
from scenarios.serve.forms.recorder import Recorder
from scenarios.workspace.corrections.foretelling import foretold_of
from scenarios.workspace.writing import Written


def foretold(by: Recorder, written: Written) -> Document:
    """A list, or nothing."""
    if not written.drafts:
        return ()
    rows = [
        Item(f"audit will say: {it.rule}: {it.record}: {it.message}")
        for it in foretold_of(written, by.today)
    ]
    return (Items(tuple(rows)),) if rows else ()
