"""The rules by which a drawing is shown: on a page, and alone."""

from __future__ import annotations

from scenarios.render.charts import palette

FONTS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans','DejaVu Sans',"
    "Arial,Helvetica,sans-serif"
)
_TEXT = f"""\
.picture text{{font-family:{FONTS};font-size:13px;font-variant-numeric:tabular-nums;\
stroke:var(--paper);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}}
.picture path{{fill:none}}
.picture text.head{{font-size:16px}}
.picture text.badge{{fill:var(--paper);stroke:none}}
.picture .small{{font-size:12px}}
.picture .bold{{font-weight:700}}
.picture .end{{text-anchor:end}}
.picture .middle{{text-anchor:middle}}
.picture path.hit{{fill:transparent}}
"""
_PAGE = """\
.picture{display:block;max-width:100%;height:auto}
.picture.narrow{display:none;width:100%;max-width:30rem}
.picture .mark{cursor:pointer}
.picture .mark:focus{outline:none}
.picture .mark:is(:hover,:focus-visible) .hit{fill:var(--window);stroke:var(--ink);stroke-width:2px}
@media screen and (max-width:60rem){.picture.wide{display:none}.picture.narrow{display:block}}
"""


def page() -> str:
    """Styles of a page beyond the variables of its two schemes."""
    return f"{drawing()}\n{palette.tints()}\n{_PAGE}"


def drawing() -> str:
    """Texts and colours of what is drawn, in the variables of a scheme."""
    return f"{_TEXT}{_classes()}\n"


def _classes() -> str:
    return "\n".join(
        f".picture .f-{name}{{fill:var(--{name})}}.picture .s-{name}{{stroke:var(--{name})}}"
        for name in palette.LIGHT
    )
