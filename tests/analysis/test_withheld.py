"""Figures that a broken file could change are no figures, and neither is one that was withdrawn."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.agenda import counted_absent
from scenarios.analysis.review.outcomes import outcomes
from scenarios.analysis.review.review import review
from scenarios.analysis.review.status import status
from scenarios.analysis.scores.scoring import score
from tests.records import database, day, indicator, resolution, scenario, sheet, sheets

ENDED: dict[str, Any] = {"resolution": resolution("occurred", day(20))}


def test_a_withheld_question_is_not_scored() -> None:
    known = replace(database(scenarios={"a": scenario(**ENDED)}), withheld={"a": "b.yaml"})
    [excluded] = score(known, day(30)).excluded
    assert (excluded.scenario, excluded.reason) == ("a", "withheld: b.yaml cannot be read")


def test_a_withheld_scenario_has_a_row_without_figures_from_its_opening_day_on() -> None:
    late = scenario(opened=day(10))
    known = replace(database(scenarios={"a": late}), withheld={"a": "b.yaml"})
    assert status(window(known, day(0), day(5))) == ()
    [row] = status(window(known, day(0), day(15)))
    assert (row.id, row.shown.probability, row.stated) == ("a", None, None)


def test_a_database_of_withheld_questions_alone_is_one_with_open_questions() -> None:
    known = database(scenarios={"a": scenario()})
    for withheld, state in (({"a": "a.yaml"}, "open"), ({}, "empty")):
        seen = window(replace(known, scenarios={}, withheld=withheld), day(0), day(5))
        assert review(seen).story.state == state


def test_an_analyst_who_withdrew_has_no_last_figure() -> None:
    forecasts = sheets(sheet(day(1), {"a": 0.7}), sheet(day(5), {"a": None}))
    known = database(scenarios={"a": scenario(**ENDED)}, sheets=forecasts)
    seen = window(known, day(15), day(25))
    [ended] = outcomes(seen, seen.views.values(), seen.odds)
    assert ended.last_said is None
    assert ended.last_implied is not None


def test_a_sign_whose_absence_says_nothing_counts_as_absent_nowhere() -> None:
    known = database(scenarios={"a": scenario(indicators={"sign": indicator({"a": "C"})})})
    assert counted_absent(known, day(5), ["a/sign"]) == {}
