from __future__ import annotations

from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.post_mortem import TrackRecord, track_records
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database
from tests.records import database, day, indicator, item, near, resolution, scenario


def ended(outcome: str) -> Database:
    """One scenario with a line for, a line against and an indicator, resolved on day 20."""
    absent = indicator({"s1": "CC"}, due=day(10), if_absent="I")
    watched = {"x": indicator({"s1": "C"}), "y": absent}
    fires = {"s1/x": "observed"}
    evidence = {
        "e": item(ratings={"s1": "CC"}, source="paper"),
        "f": item(ratings={"s1": 0.5}, source="wire"),
        "g": item(indicators=fires, source="wire"),
        "h": item(indicators=fires),
    }
    asked = scenario(indicators=watched, resolution=resolution(outcome, day(20)))
    return database(scenarios={"s1": asked}, evidence=evidence)


def test_each_line_pointed_one_way() -> None:
    made = explain(ended("occurred"), "s1", day(30)).post_mortem
    assert made is not None
    toward = [("e", "direct", 10.0, ("e",)), ("s1/x", "indicator", 5.0, ("g", "h"))]
    assert [astuple(one) for one in made.right] == toward
    against = ("f", "direct", near(-3.0103, abs=1e-6), ("f",))
    assert [astuple(one) for one in made.wrong] == [("s1/y", "absence", -5.0, ()), against]
    other = explain(ended("did-not-occur"), "s1", day(30)).post_mortem
    assert other is not None
    assert [(one.id, one.decibans > 0) for one in other.right] == [("s1/y", True), ("f", True)]
    assert [(one.id, one.decibans < 0) for one in other.wrong] == [("e", True), ("s1/x", True)]


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
