"""A changed quantity in the commits, and the days of its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.history.commit_log import history
from scenarios.analysis.review.deadlines import due
from scenarios.model import Prior, Resolution, Scenario
from scenarios.model.quantity import MeasuredQuantity
from tests.analysis.story import Story
from tests.analysis.test_audit import audited
from tests.records import database, day, scenario, sheet

QUANTILES: dict[str, Any] = {"p10": 205.0, "p50": 240.0, "p90": 275.0}
TURNOVER = replace(
    scenario(),
    quantity=MeasuredQuantity("number", "billion dollars", thresholds=(220.0, 240.0)),
    prior=Prior(basis="B", quantiles=QUANTILES),
)


def told(*changes: Scenario) -> list[tuple[str, str]]:
    """The findings of an audit: each of the questions replaced the one before."""
    story = Story()
    story.commit(0, {"turnover": TURNOVER})
    story.commit(4, {"ann": sheet(day(3), {}, quantiles={"turnover": QUANTILES})})
    for number, change in enumerate(changes, start=5):
        story.commit(number, {"turnover": change})
    return [(finding.rule, finding.message) for finding in audited(story).findings]


def asked(**keys: Any) -> Scenario:
    assert TURNOVER.quantity is not None
    return replace(TURNOVER, quantity=replace(TURNOVER.quantity, **keys))


def test_another_unit_or_scale_is_another_question() -> None:
    words = "changed after the first forecast; suspect until reaffirmed: the forecasts of desk"
    assert told(asked(unit="billion euros", scale="log")) == [
        ("question-changed", f"unit, scale {words}")
    ]


def test_a_threshold_that_is_taken_away_is_a_judgement_and_a_new_one_is_none() -> None:
    assert told(asked(thresholds=(220.0, 240.0, 260.0))) == []
    assert told(asked(thresholds=(240.0,))) == [
        ("judged-anew", "row turnover/220 there → taken away, after it was committed")
    ]


def test_another_prior_is_said_in_quantiles() -> None:
    other = replace(TURNOVER, prior=Prior(basis="B", quantiles={**QUANTILES, "p50": 245.0}))
    (finding,) = told(other)
    assert finding == (
        "judged-anew",
        "prior p10 205, p50 240, p90 275 → p10 205, p50 245, p90 275, after it was committed",
    )


def test_a_forecast_that_dates_from_its_value_is_late() -> None:
    ended = replace(
        TURNOVER, resolution=Resolution(date=day(3), recorded=day(3), basis="B", value=244.8)
    )
    assert ("late-forecast", f"turnover: dated {day(3)}, its outcome was known on {day(3)}") in (
        told(ended)
    )


def test_the_history_of_a_quantity_has_no_probability() -> None:
    story = Story()
    story.commit(0, {"turnover": TURNOVER})
    story.commit(4, {"ann": sheet(day(3), {}, quantiles={"turnover": QUANTILES})})
    for subject in (None, "turnover"):
        entries = history(story.revisions, subject).entries
        assert len(entries) == len(story.revisions)
        assert {figure.implied for entry in entries for figure in entry.figures} <= {None}


def test_the_day_of_a_row_is_due_until_it_has_passed() -> None:
    days = (day(5), day(20), day(60))
    when = replace(
        scenario(),
        quantity=MeasuredQuantity("date", thresholds=days),
        prior=Prior(basis="B", quantiles={"p10": day(4), "p90": day(90)}),
        horizon=day(60),
    )
    known = database(scenarios={"when": when, "turnover": TURNOVER})
    coming = [entry for entry in due(known, day(8), 90).coming if entry.what == "horizon"]
    assert [(entry.id, entry.day) for entry in coming] == [
        (f"when/{day(20)}", day(20)),
        ("when", day(60)),  # and not by its last threshold once more
    ]
    assert coming[0].scenarios == ("when",)
    assert coming[0].text == f"by {day(20)}: {when.question}"
    assert not [e for e in due(known, day(20) + timedelta(1), 10).coming if "/" in e.id]
