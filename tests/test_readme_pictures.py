"""The README's pictures are those that one command makes of the shipped database."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SHOWN = [ROOT / path for path in re.findall(r"!\[[^]]+\]\((\S+)\)", README)]
LARGEST = 200_000

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")


def test_the_readme_shows_pictures_that_are_there_and_small() -> None:
    pictures = runpy.run_path(str(ROOT / "docs" / "pictures.py"))
    assert pictures["TERMINAL"] in SHOWN
    assert {*SHOWN} <= {pictures["TERMINAL"], pictures["PAGE"]}
    assert [path.name for path in SHOWN if path.stat().st_size > LARGEST] == []


def test_the_terminal_is_what_the_command_gives() -> None:
    pictures = runpy.run_path(str(ROOT / "docs" / "pictures.py"))
    assert pictures["TERMINAL"].read_text() == pictures["terminal"]()


def test_each_word_of_the_terminal_has_the_width_of_its_columns() -> None:
    drawn = runpy.run_path(str(ROOT / "docs" / "pictures.py"))["drawn"]
    made = ET.fromstring(drawn("a \x1b[36m+2\x1b[39m  <b>\n", "scen"))  # noqa: S314 - ours
    spans = made.findall(".//{*}tspan")
    told = [(span.text, span.get("x"), span.get("textLength"), span.get("class")) for span in spans]
    assert told[1:] == [
        ("a", "16", "8", None),
        ("+2", "32", "16", "up"),
        ("<b>", "64", "24", None),
    ]
