"""Colours are told apart, text is read on its ground, and a hue means one thing."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from scenarios.render import palette
from scenarios.render.writers import html


@pytest.mark.parametrize("scheme", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_their_ground(scheme: dict[str, str]) -> None:
    for ground in ("paper", "window"):
        for name in ("ink", "muted", "stated", "implied", "event", "for", "against"):
            assert contrast(scheme[name], scheme[ground]) >= 4.5
        assert contrast(scheme["seen"], scheme[ground]) >= 3


@pytest.mark.parametrize("scheme", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_a_tint_grows_with_what_a_cell_is_worth_and_text_on_it_is_read(
    scheme: dict[str, str],
) -> None:
    assert [palette.tint(db) for db in (0.4, 0.6, -3.2, 99)] == ["", "for-1", "against-3", "for-10"]
    for name in ("for", "against"):
        grounds = [mixed(scheme[name], scheme["paper"], 0.045 * n) for n in range(1, 11)]
        assert all(contrast(scheme["ink"], ground) >= 4.5 for ground in grounds)
        assert f".{name}-10{{background:color-mix(in srgb,var(--{name}) 45%," in palette.tints()


def mixed(one: str, other: str, share: float) -> str:
    """As CSS mixes them in sRGB."""
    pairs = [(int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def test_no_two_colours_are_one_and_nothing_else_has_the_hue_of_what_is_stated_or_implied() -> None:
    for scheme in (palette.LIGHT, palette.DARK):
        assert all(one != other for one, other in combinations(scheme.values(), 2))
    rules = html.style()
    users = set(re.findall(r"([^{}\n]+){[^{}]*var\(--(?:stated|implied)\)", rules))
    assert users == {
        *(f".picture .{kind}-{name}" for kind in "fs" for name in ("stated", "implied")),
        *(".stated::before", ".implied::before", ".picture .fan"),
        *(".brief>.plain>li", ".figure", ".overview .range"),
    }


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
