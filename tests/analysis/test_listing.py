from __future__ import annotations

from scenarios.analysis.evidence.accuracy import Accuracy
from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.post_mortem import TrackRecord
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.listing import (
    EvidenceRow,
    ForecastRow,
    IndicatorRow,
    SourceRow,
    Wanted,
    evidence,
    forecasts,
    indicators,
    sources,
)
from scenarios.model import Database, Source
from tests.records import (
    START,
    database,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
)

NONE = TrackRecord(items=0, toward_decibans=0.0, against_decibans=0.0)


def tracker() -> Database:
    watched = indicator({"s1": "CC"}, due=day(50), chance=0.1, theme="war")
    return database(
        scenarios={
            "s1": scenario(tags=("war",), indicators={"x": watched}),
            "s2": scenario(opened=day(20)),
        },
        evidence={
            "2022-01-01-e": item(ratings={"s1": "C"}, source="paper"),
            "2022-01-05-f": item(day(4), ratings={"s2": "C"}, retracted=retraction(day(6))),
            "2022-01-06-g": item(day(5), theme="war"),
            "2022-02-01-h": item(day(31)),
        },
        sheets={
            f"{START}-desk": sheet(START, {"s1": 0.5, "gone": 0.5}, rationales={"s1": "Why."}),
            f"{day(5)}-desk": sheet(day(5), {"s1": None}),
            f"{day(40)}-desk": sheet(day(40), {"s1": 0.5}),
        },
        sources={
            "paper": Source("Paper", "B"),
            "wire": Source("Wire", "C", "https://w.org", "Why."),
        },
    )


def ids(**wanted: object) -> list[str]:
    rows = evidence(known(tracker(), day(9)), Wanted(**wanted))  # type: ignore[arg-type]
    return [row.id for row in rows]


def test_evidence_is_narrowed_by_subject_source_and_days() -> None:
    assert ids() == ["2022-01-01-e", "2022-01-05-f", "2022-01-06-g"]
    assert ids(scenario="s2") == ["2022-01-05-f"]
    assert ids(tag="war") == ["2022-01-01-e"]
    assert ids(theme="war") == ["2022-01-06-g"]
    assert ids(source="paper") == ["2022-01-01-e"]
    assert ids(since=day(4), until=day(4)) == ["2022-01-05-f"]
    assert ids(unrated=True) == ["2022-01-06-g"]


def test_a_retracted_item_is_listed_and_does_not_count() -> None:
    rows = evidence(known(tracker(), day(9)), Wanted(scenario="s2"))
    assert rows == [
        EvidenceRow(
            id="2022-01-05-f",
            summary="Something was seen",
            observed="2022-01-05",
            recorded=day(4),
            source=None,
            grade="F6",
            theme=None,
            scenarios=("s2",),
            counts=False,
        )
    ]


def test_indicators_of_open_scenarios() -> None:
    row = IndicatorRow(
        scenario="s1",
        indicator="x",
        statement="Something is seen",
        state="unobserved",
        since=None,
        strength=0.0,
        due=day(50),
        chance=0.1,
        theme="war",
        value=near(0.1467, abs=0.0001),
        diagnosticity=10.0,
        unique=True,
        ratings={"s1": "CC"},
    )
    assert indicators(known(tracker(), day(9)), Wanted()) == [row]
    assert indicators(known(tracker(), day(9)), Wanted(theme="war")) == [row]
    assert indicators(known(tracker(), day(9)), Wanted(tag="peace")) == []
    assert indicators(known(tracker(), day(9)), Wanted(theme="energy")) == []


def test_forecasts_up_to_the_day() -> None:
    assert forecasts(known(tracker(), day(9)), Wanted()) == [
        ForecastRow(
            date=START,
            analyst="desk",
            scenario="s1",
            probability=0.5,
            rationale="Why.",
            sheet=f"{START}-desk",
        ),
        ForecastRow(
            date=day(5),
            analyst="desk",
            scenario="s1",
            probability=None,
            rationale=None,
            sheet=f"{day(5)}-desk",
        ),
    ]


def test_a_source_is_listed_with_its_items() -> None:
    assert sources(known(tracker(), day(9)), Wanted()) == [
        SourceRow(
            id="paper",
            name="Paper",
            reliability="B",
            items=1,
            accuracy=Accuracy(items=1, standing=1),
            on_resolved=NONE,
            url=None,
            reliability_basis=None,
        ),
        SourceRow(
            id="wire",
            name="Wire",
            reliability="C",
            items=0,
            accuracy=Accuracy(),
            on_resolved=NONE,
            url="https://w.org",
            reliability_basis="Why.",
        ),
    ]
    assert len(sources(known(tracker(), day(9)), Wanted(source="wire"))) == 1


def test_explained_is_the_last_open_day() -> None:
    db = database(
        scenarios={"s1": scenario(0.2, resolution=resolution("occurred", day(5), day(6)))},
        evidence={"2022-01-07-e": item(day(6), ratings={"s1": "CC"})},
        sheets={f"{START}-desk": sheet(START, {"s1": 0.5})},
    )
    made = explain(db, "s1", day(9))
    assert (made.state, made.outcome, made.ledger_day) == ("resolved", "occurred", day(5))
    assert (made.lines, made.gap_decibans) == ((), -made.prior.decibans)
    assert made.stated is not None
    assert made.stated.analysts == 1
    before = explain(db, "s1", day(3))
    assert (before.outcome, before.ledger_day) == (None, day(3))


def test_what_nobody_stated_has_no_gap() -> None:
    made = explain(database(scenarios={"s1": scenario(0.2)}), "s1", day(9))
    assert (made.stated, made.gap_decibans) == (None, None)


def test_the_indicator_that_is_expected_to_tell_most_stands_first() -> None:
    ratings = {"s1": "CC", "s2": "II"}
    named = {
        "sure": indicator({"s1": "C"}, due=day(50), chance=0.2),
        "spread": indicator(ratings),
        "strong": indicator({"s1": "CC"}, due=day(50), chance=0.2),
    }
    db = database(scenarios={"s1": scenario(indicators=named), "s2": scenario()})
    rows = indicators(known(db, day(9)), Wanted(by_value=True))
    assert [row.indicator for row in rows] == ["strong", "sure", "spread"]
