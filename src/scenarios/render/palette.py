"""The colours of both schemes, and the styles of what is drawn and tinted in them."""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1d2329",
    "muted": "#59636e",
    "grid": "#dde2e7",
    "window": "#f0f3f6",
    "stated": "#0068a3",
    "implied": "#b84d00",
    "event": "#b3261e",
    "seen": "#00795a",
    "for": "#2b7d3c",
    "against": "#8a3d94",
}
"""The hues are those of Okabe and Ito, darker where they are text."""
DARK: Mapping[str, str] = {
    "paper": "#14181c",
    "ink": "#e8ebee",
    "muted": "#a0aab4",
    "grid": "#333b43",
    "window": "#1f262d",
    "stated": "#5cb8ee",
    "implied": "#f0a13c",
    "event": "#ff8a80",
    "seen": "#2fc096",
    "for": "#7fce8b",
    "against": "#d79be0",
}
SHADES = (0.55, 0.1, 0.35, 0.2)
"""Strengths of the colour of areas one above the other: neighbours differ in grey too."""
TINTS, STRONGEST = 10, 45
"""Steps of a tint, a deciban each, and the share in per cent of the colour in the last one."""


def tint(decibans: float) -> str:
    """The class of a cell that is worth so much: `for-3`, `against-10`, or none."""
    step = min(round(abs(decibans)), TINTS)
    return f"{'for' if decibans > 0 else 'against'}-{step}" if step else ""


def tints() -> str:
    """The rules of the tints: so much of a colour on the ground that any text on it is read."""
    return "\n".join(
        f".{name}-{n}{{background:color-mix(in srgb,var(--{name}) {n * STRONGEST / TINTS:g}%,"
        "var(--paper))}"
        for name in ("for", "against")
        for n in range(1, TINTS + 1)
    )


def variables(scheme: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in scheme.items())


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
.picture .fan{{fill:var(--implied);fill-opacity:.22}}
.picture .bold{{font-weight:700}}
.picture .end{{text-anchor:end}}
.picture .middle{{text-anchor:middle}}
.picture path.hit{{fill:transparent}}
"""
_PAGE = """\
.picture{display:block;max-width:100%;height:auto}
.picture:is(.medium,.narrow){display:none}
.picture.narrow{width:100%;min-width:18rem;max-width:30rem}
.picture .mark{cursor:pointer}
.picture .mark:focus{outline:none}
.picture .mark:is(:hover,:focus-visible) .hit{fill:var(--window);stroke:var(--ink);stroke-width:2px}
@media screen and (max-width:60rem){.picture.wide{display:none}.picture.narrow{display:block}}
@media screen and (min-width:37.5rem) and (max-width:60rem){\
.picture.medium{display:block;width:100%;max-width:50rem}.picture.medium+.narrow{display:none}}
"""


def page() -> str:
    """Styles of a page beyond the variables of its two schemes."""
    return f"{drawing()}\n{tints()}\n{_PAGE}"


def drawing() -> str:
    """Texts and colours of what is drawn, in the variables of a scheme."""
    colours = (
        f".picture .f-{name}{{fill:var(--{name})}}.picture .s-{name}{{stroke:var(--{name})}}\n"
        for name in LIGHT
    )
    shades = (f".picture .shade-{n}{{fill-opacity:{share}}}\n" for n, share in enumerate(SHADES))
    return _TEXT + "".join((*colours, *shades))
