"""Every probability that is read is printed in one way, by one function."""

from __future__ import annotations

import re
from pathlib import Path

from scenarios.render.document import Figure, plain
from scenarios.scales import has_moved, percent, percents

SOURCE = Path(__file__).parents[2] / "src" / "scenarios"
PRINTED = re.compile(r":[^{}\"]*%\}|\}%")
"""A format of per cent, or the sign behind a figure."""
OTHERS = ("render/charts/", "render/palette.py")
"""The round numbers along an axis stand under no figure that is read; shares of a colour."""


def test_every_percentage_is_printed_by_one_function() -> None:
    found = {
        str(path.relative_to(SOURCE)): len(PRINTED.findall(path.read_text()))
        for path in SOURCE.rglob("*.py")
        if not str(path.relative_to(SOURCE)).startswith(OTHERS)
    }
    assert {name: n for name, n in found.items() if n} == {"scales.py": 1}


def test_under_one_and_over_99_per_cent_have_a_decimal_and_never_and_always_have_none() -> None:
    read = (0.0, 0.0001, 0.004, 0.0096, 0.042, 0.5, 0.904, 0.994, 0.9999, 1.0)
    told = ["0%", "under 0.1%", "0.4%", "1%", "4%", "50%", "90%", "99.4%", "over 99.9%", "100%"]
    assert [percent(value) for value in read] == told
    assert [plain(Figure(value, "p")) for value in read] == told


def test_both_of_a_pair_have_a_decimal_where_whole_ones_would_hide_the_move() -> None:
    assert percents(0.86, 0.91) == ("86%", "91%")
    assert percents(0.025, 0.0204) == ("2.5%", "2.0%")
    assert percents(0.2, 0.003) == ("20%", "0.3%")
    assert percents(0.202, 0.204) == ("20%", "20%")
    assert [has_moved(0.202, 0.204), has_moved(0.2, None), has_moved(0.0, 0.0)] == [False] * 3
