"""Every probability that is read is printed in one way, by one function."""

from __future__ import annotations

import re
from pathlib import Path

from scenarios.render.document import Figure, plain
from scenarios.scales import percent

SOURCE = Path(__file__).parents[2] / "src" / "scenarios"
PRINTED = re.compile(r":[^{}\"]*%\}|\}%")
"""A format of per cent, or the sign behind a figure."""
AXES = "render/charts/"
"""The round numbers along an axis stand under no figure that is read."""


def test_every_percentage_is_printed_by_one_function() -> None:
    found = {
        str(path.relative_to(SOURCE)): len(PRINTED.findall(path.read_text()))
        for path in SOURCE.rglob("*.py")
        if not str(path.relative_to(SOURCE)).startswith(AXES)
    }
    assert {name: n for name, n in found.items() if n} == {"scales.py": 1}


def test_a_tail_has_a_decimal_and_never_and_always_have_none() -> None:
    read = (0.0, 0.004, 0.0996, 0.1, 0.5, 0.9, 0.904, 0.996, 1.0)
    told = ["0%", "0.4%", "10%", "10%", "50%", "90%", "90.4%", "99.6%", "100%"]
    assert [percent(value) for value in read] == told
    assert [plain(Figure(value, "p")) for value in read] == told
