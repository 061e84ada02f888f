"""A picture of any kind, drawn: wide for a desk and narrow for a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scenarios.render.charts import (
    grid,
    lanes,
    ledger,
    multiples,
    overview,
    reliability,
    skill,
    sparkline,
    timeline,
)
from scenarios.render.charts.grid import Grid
from scenarios.render.charts.lanes import Lanes
from scenarios.render.charts.ledger import LedgerBars
from scenarios.render.charts.multiples import Multiples
from scenarios.render.charts.overview import Overview
from scenarios.render.charts.reliability import Reliability
from scenarios.render.charts.skill import SkillRows
from scenarios.render.charts.sparkline import Sparkline
from scenarios.render.charts.svg import NOWHERE, Drawing, Places, number, safe
from scenarios.render.charts.timeline import Timeline

_DRAWN: dict[type[Any], Callable[..., Drawing]] = {
    Overview: overview.draw,
    Timeline: timeline.draw,
    Lanes: lanes.draw,
    Multiples: multiples.draw,
    Grid: grid.draw,
    Sparkline: sparkline.draw,
    LedgerBars: ledger.draw,
    Reliability: reliability.draw,
    SkillRows: skill.draw,
}


def draw(data: Any, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """Draw the data; marks link to the `places` of the page."""
    return _DRAWN[type(data)](data, narrow=narrow, places=places)


def picture(data: Any, label: str, places: Places = NOWHERE) -> str:
    """The data as two SVGs, one for wide and one for narrow pages: the style shows one of them."""
    return "".join(
        element(draw(data, narrow=narrow, places=places), label, name)
        for narrow, name in ((False, "wide"), (True, "narrow"))
    )


def element(drawing: Drawing, label: str, name: str) -> str:
    """A drawing as an element of a page; a group, since an image could have no links in it."""
    role = "group" if 'class="mark"' in drawing.body else "img"
    box = " ".join(map(number, drawing.box))
    size = f'width="{number(drawing.box[2])}" height="{number(drawing.box[3])}"'
    head = f'<svg class="picture {name}" role="{role}" aria-label="{safe(label)}"'
    return f'{head} viewBox="{box}" {size}>{drawing.body}</svg>'
