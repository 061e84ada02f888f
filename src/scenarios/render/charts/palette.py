"""The colours of charts and page in both schemes, by what they stand for."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1d2329",
    "muted": "#59636e",
    "grid": "#dde2e7",
    "window": "#f0f3f6",
    "stated": "#0068a3",
    "implied": "#b84d00",
    "seen": "#00795a",
    "for": "#2b7d3c",
    "against": "#8a3d94",
}
"""The hues are those of Okabe and Ito, darker where they are text."""
DARK: Mapping[str, str] = {
    **LIGHT,
    "paper": "#14181c",
    "ink": "#e8ebee",
    "muted": "#a0aab4",
    "grid": "#333b43",
    "window": "#1f262d",
    "stated": "#5cb8ee",
    "implied": "#f0a13c",
    "seen": "#2fc096",
    "for": "#7fce8b",
    "against": "#d79be0",
}
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
    """The colours of a scheme as CSS variables."""
    return "".join(f"--{name}:{value};" for name, value in scheme.items())
