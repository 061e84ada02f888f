"""What a later audit will find of a change, said when it is made."""

from __future__ import annotations

from scenarios.render.document import Document, Item, Items
from scenarios.serve.forms.recorder import Recorder
from scenarios.workspace.corrections.editing import foretold_of, foretold_words
from scenarios.workspace.writing import Written


def foretold(by: Recorder, written: Written) -> Document:
    """A list, or nothing: no commit has a file that is new."""
    if not any(draft.old is not None for draft in written.drafts):
        return ()
    rows = [Item(foretold_words(found)) for found in foretold_of(written, by.today)]
    return (Items(tuple(rows)),) if rows else ()
