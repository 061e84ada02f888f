"""What an item does, as far as it may be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scenarios.analysis.ledger.ledger import EvidenceEffect
from scenarios.render.document import Document, Item, Items
from scenarios.render.documents.effects import document
from scenarios.serve.forms.recorder import Recorder
from scenarios.workspace.results import evidence_effects
from scenarios.workspace.writing import Written


def effects_told(by: Recorder, written: Written, id: str, day: date) -> Document:
    """What an item does to each scenario; nothing of what is hidden."""
    found = evidence_effects(written, id, day)
    shown = [effect for effect in found if effect.scenario not in by.hidden]
    told = document(shown, by.database.tracker, day) if shown else ()
    return (*told, *_untold(found, shown))


def _untold(found: Sequence[EvidenceEffect], shown: Sequence[EvidenceEffect]) -> Document:
    if not found:
        return (Items((Item("It rates no scenario yet."),)),)
    hidden = [effect.scenario for effect in found if effect not in shown]
    if not hidden:
        return ()
    names = ", ".join(dict.fromkeys(hidden))
    return (Items((Item(f"{names}: not shown before your own figure is given"),)),)
