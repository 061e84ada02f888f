"""A chart as elements of a page: wide for a desk and narrow for a phone.

A chart registers how its data are drawn, so that what prints documents needs to know none of them.
"""

from functools import singledispatch
from typing import Any

from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing, number, safe


@singledispatch
def draw(data: Any, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """Draw the data; marks link to the `places` of the page."""
    del narrow, places
    raise TypeError(f"no chart draws a {type(data).__name__}")


def picture(data: Any, label: str, places: Places = NOWHERE) -> str:
    """The data as SVGs for wide and narrow pages, and some between: the style shows one of them.

    A text is the address of a picture that is drawn already: mailers show no SVG.
    """
    if isinstance(data, str):
        fit = 'width="960" style="max-width:100%;height:auto"'
        return f'<img src="{safe(data)}" alt="{safe(label)}" {fit}>'
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
