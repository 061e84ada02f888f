"""A chart as elements of a page: wide for a desk and narrow for a phone.

A chart registers how its data are drawn, so that what prints documents needs to know none of them.
"""

from collections.abc import Callable
from functools import singledispatch
from importlib import import_module
from sys import modules
from typing import Any

from markupsafe import Markup

from scenarios.render.document import NOWHERE, Places, Text
from scenarios.render.svg import Drawing, number, safe


def _loaded(data: Any) -> bool:
    """Load the module that draws data which do not come from a chart; True if they name one.

    It registers the functions below for their type, which are then called anew.
    """
    name: str = getattr(data, "drawn_by", "")
    if name and name not in modules:
        import_module(name)
        return True
    return False


@singledispatch
def draw(data: Any, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """Draw the data; marks link to the `places` of the page."""
    if _loaded(data):
        return draw(data, narrow=narrow, places=places)
    raise TypeError(f"no chart draws a {type(data).__name__}")


@singledispatch
def page(data: Any, read: Callable[[Text], Markup]) -> Markup | None:
    """HTML of the data for pages, by which `read` texts link; None if they are drawn alone."""
    return page(data, read) if _loaded(data) else None


@singledispatch
def in_mail(data: Any, attached: Callable[[str], str]) -> Any:
    """The data with their pictures attached, by the address that `attached` gives an SVG."""
    if _loaded(data):
        return in_mail(data, attached)
    raise TypeError(f"no mail shows a {type(data).__name__}")


def picture(data: Any, label: str, places: Places = NOWHERE) -> str:
    """The data as SVGs for wide and narrow pages, and some between: the style shows one of them."""
    drawings = {"wide": draw(data, places=places)}
    if medium := getattr(data, "medium", None):
        drawings["medium"] = draw(medium, places=places)
    drawings["narrow"] = draw(data, narrow=True, places=places)
    return "".join(element(drawing, label, name) for name, drawing in drawings.items())


_PIXELS = 16
"""Of a reader who did not choose another size of text."""


def element(drawing: Drawing, label: str, name: str) -> str:
    """A drawing as an element of a page; a group, since an image could have no links in it."""
    role = "group" if 'class="mark"' in drawing.body else "img"
    box = " ".join(map(number, drawing.box))
    wide, high = (f"{side / _PIXELS:g}" for side in drawing.box[2:])
    size = f'width="{wide}rem" height="{high}rem"'
    head = f'<svg class="picture {name}" role="{role}" aria-label="{safe(label)}"'
    return f'{head} viewBox="{box}" {size}>{drawing.body}</svg>'
