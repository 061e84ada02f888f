"""The pictures by which pages are previewed, where the extra that draws them is there."""

from __future__ import annotations

from importlib import import_module

from scenarios.errors import ScenError
from scenarios.render.charts.card import Card, card

_RASTER = "scenarios.render.charts.raster"
_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def lacking() -> str:
    """What it takes to draw pictures here; nothing where they can be drawn."""
    try:
        import_module(_RASTER).png(_NOTHING, 1)
    except ModuleNotFoundError:
        return "they need the extra: pip install '.[png]' in a clone of scen"
    except ScenError as error:
        return str(error)
    return ""


def drawn(data: Card) -> bytes:
    """A card as PNG."""
    made: bytes = import_module(_RASTER).png(card(data), 1)
    return made
