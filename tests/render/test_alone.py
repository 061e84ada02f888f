"""A picture that stands alone: one document, its own colours, signed, of the size asked for."""

from __future__ import annotations

import struct
from pathlib import Path
from shutil import copy
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.render import palette
from scenarios.render.charts.draw import alone, fitted
from scenarios.render.svg import Drawing, face, png, text
from tests.hostile import TEXTS

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = Drawing(text(10, 20, "Gas") + '<path class="f-stated" d="M0,0h9v9h-9z"/>', (-2, 0, 300, 40))


def made(title: str = "Title", signature: str = "Tracker · revision 1", **keys: object) -> str:
    panels = [(title, DRAWN)] * 2
    return alone(panels, "Label", signature, **keys)  # type: ignore[arg-type]


def test_it_is_one_document_with_both_schemes_the_same_each_time() -> None:
    root = ET.fromstring(made())  # noqa: S314 - ours
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") == "Label"
    assert [one.text for one in root.iter(f"{SVG}text")].count("Title") == 2
    assert "prefers-color-scheme:dark" in made()
    assert "var(" not in made()
    assert made() == made()


def test_it_is_signed_to_the_eye_and_to_programs() -> None:
    root = ET.fromstring(made())  # noqa: S314 - ours
    assert [one.text for one in root.iter(f"{SVG}text")][-1] == "Tracker · revision 1"
    assert root.findtext(f"{SVG}desc") == "Tracker · revision 1"
    assert "<desc>" not in made(signature="")


def test_a_dark_one_is_dark_for_every_reader() -> None:
    dark = made(dark=True)
    assert palette.DARK["paper"] in dark
    assert palette.LIGHT["paper"] not in dark
    assert "prefers-color-scheme" not in dark


@given(*[st.integers(16, 8000)] * 2)
def test_a_size_keeps_the_shapes_and_adds_room_on_both_sides(wide: int, high: int) -> None:
    left, top, across, down = fitted((-20, -20, 500, 300), (wide, high))
    assert across / down == pytest.approx(wide / high)
    assert (across, down) >= (500, 300) or down >= 300
    assert (left + across / 2, top + down / 2) == pytest.approx((230, 130))


@pytest.mark.parametrize("words", TEXTS)
def test_hostile_text_is_inert_in_it(words: str) -> None:
    root = ET.fromstring(made(words, words))  # noqa: S314 - ours
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags == {"svg", "desc", "style", "path", "g", "text"}


def test_pixels_are_those_that_were_asked_for() -> None:
    drawn = png(made(size=(640, 360)), 1)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (640, 360)
    assert struct.unpack(">II", png(made(size=(640, 360)), 2)[16:24]) == (1280, 720)


def test_where_no_font_is_found_no_picture_without_words_is_made(tmp_path: Path) -> None:
    with pytest.raises(ScenError, match="no font was found"):
        png(made(), 1, (str(tmp_path),))


def test_a_picture_names_the_face_that_its_words_fell_back_to(tmp_path: Path) -> None:
    fonts = Path("/usr/share/fonts")
    for family in ("DejaVu Sans", "DejaVu Serif"):
        name = f"{family.replace(' ', '')}.ttf"
        font = next(fonts.rglob(name), None)
        if font is None:
            pytest.skip(f"{name} is not installed")
        folder = tmp_path / name
        folder.mkdir()
        copy(font, folder)
        assert face((str(folder),)) == family
        drawn = png(made(), 1, (str(folder),))
        assert drawn[33:].startswith(
            b"\0\0\0" + bytes([5 + len(family)]) + b"tEXtFont\0" + family.encode()
        )
        assert png(made().replace("Tracker", "       "), 1, (str(folder),)) != drawn
