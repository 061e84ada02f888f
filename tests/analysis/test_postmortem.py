from __future__ import annotations

from typing import Any

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.post_mortem import Pointed, PostMortem, TrackRecord, track_records
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database
from tests.records import database, day, indicator, item, near, resolution, scenario


def ended(outcome: str, **keys: Any) -> Database:
    """One scenario with a line for, a line against and an indicator, resolved on day 20."""
    watched = {
        "x": indicator({"s1": "C"}),
        "y": indicator({"s1": "CC"}, due=day(10), if_absent="I"),
    }
    return database(
        scenarios={
            "s1": scenario(indicators=watched, resolution=resolution(outcome, day(20)), **keys)
        },
        evidence={
            "2022-01-01-e": item(ratings={"s1": "CC"}, source="paper"),
            "2022-01-01-f": item(ratings={"s1": 0.5}, source="wire"),
            "2022-01-01-g": item(indicators={"s1/x": "observed"}, source="wire"),
            "2022-01-01-h": item(indicators={"s1/x": "observed"}),
        },
    )


def test_each_line_pointed_one_way() -> None:
    right = (
        Pointed(id="2022-01-01-e", kind="direct", decibans=10.0, evidence=("2022-01-01-e",)),
        Pointed(
            id="s1/x", kind="indicator", decibans=5.0, evidence=("2022-01-01-g", "2022-01-01-h")
        ),
    )
    wrong = (
        Pointed(id="s1/y", kind="absence", decibans=-5.0, evidence=()),
        Pointed(
            id="2022-01-01-f",
            kind="direct",
            decibans=near(-3.0103, abs=1e-6),
            evidence=("2022-01-01-f",),
        ),
    )
    assert explain(ended("occurred"), "s1", day(30)).post_mortem == PostMortem(
        right=right, wrong=wrong
    )


def test_what_pointed_to_it_was_wrong_when_it_did_not_occur() -> None:
    made = explain(ended("did-not-occur"), "s1", day(30)).post_mortem
    assert made is not None
    assert [one.id for one in made.right] == ["s1/y", "2022-01-01-f"]
    assert [one.id for one in made.wrong] == ["2022-01-01-e", "s1/x"]


def test_there_is_none_while_open_nor_when_annulled() -> None:
    assert explain(ended("occurred"), "s1", day(10)).post_mortem is None
    assert explain(ended("annulled"), "s1", day(30)).post_mortem is None


def test_a_source_is_judged_by_what_it_gave_on_resolved_scenarios() -> None:
    assert track_records(known(ended("occurred"), day(30))) == {
        "paper": TrackRecord(items=1, toward_decibans=10.0, against_decibans=0.0),
        "wire": TrackRecord(items=2, toward_decibans=2.5, against_decibans=near(3.0103, abs=1e-6)),
    }


def test_nothing_is_judged_before_the_outcome_nor_when_annulled() -> None:
    assert track_records(known(ended("occurred"), day(10))) == {}
    assert track_records(known(ended("annulled"), day(30))) == {}
