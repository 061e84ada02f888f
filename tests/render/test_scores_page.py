"""Whose calibration a page shows."""

from __future__ import annotations

import pytest

from scenarios.site.pages.lists import forecaster
from tests.analysis.words import database_of
from tests.records import day


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("", None),
        ("desk@5 a=.6", "desk"),
        ("team@5 a=.6", "team (analyst)"),
        ("desk@5 a=.6; x@5 a=.7", "team"),
        ("desk@25 a=.6", "desk"),
        ("desk@5 a=.6; x@40 a=.7", "desk"),
    ],
)
def test_whose_calibration_is_shown(said: str, whose: str | None) -> None:
    assert forecaster(database_of(f"a occurred=20; {said}"), day(30)) == whose
