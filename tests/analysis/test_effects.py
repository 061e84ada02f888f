from __future__ import annotations

from typing import Any

from msgspec.structs import astuple, replace

from scenarios.analysis.ledger.effects import Effect, effects
from scenarios.model import Database, Evidence, Tracker
from tests.records import (
    WEIGHTS,
    database,
    day,
    indicator,
    item,
    near,
    rated,
    resolution,
    retraction,
    scenario,
)

NEW = "2022-01-10-new"


def added(db: Database, **keys: Any) -> tuple[Effect, ...]:
    """What an item of the ninth day does."""
    after = replace(db, evidence={**db.evidence, NEW: item(day(9), **keys)})
    return effects(db, after, NEW, day(9))


def notes(db: Database, **keys: Any) -> dict[str, str | None]:
    return {effect.scenario: effect.note for effect in added(db, **keys)}


def two(**evidence: Evidence) -> Database:
    return database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=evidence)


def test_what_counts_says_by_how_much() -> None:
    [effect] = added(two(), ratings={"s2": "C", "unknown": "C"})
    figures = ("C", None, 1.0, 1.0, 5.0, 0.5, near(0.759747))
    assert astuple(effect) == ("s2", *figures, None, "F6")


def test_each_reason_for_counting_nothing_is_named() -> None:
    scenarios = {
        "told": scenario(),
        "prior": scenario(includes=(NEW,)),
        "even": scenario(),
        "done": scenario(resolution=resolution("occurred", day(3))),
        "later": scenario(opened=day(20)),
    }
    evidence = {"e": item(ratings={"told": "CC"}, origin="wire")}
    db = database(Tracker(grade_weights=WEIGHTS), scenarios=scenarios, evidence=evidence)
    ratings = {"told": "C", "prior": "CC", "even": "N", "done": "CC", "later": "CC"}
    assert notes(db, ratings=ratings, origin="wire") == {
        "told": "same origin or event as e: one witness",
        "prior": "in the prior",
        "even": "neutral: tells nothing apart",
        "done": "resolved on 2022-01-04",
        "later": "not open yet",
    }
    useless = notes(db, ratings={"even": "CC"}, reliability="E", credibility=1)
    assert useless == {"even": "its grade leaves it no weight"}
    rivals = database(scenarios={id: scenario(0.5, set="s") for id in "ab"})
    moved = {"a": None, "b": "nothing of its own: its rivals moved it"}
    assert notes(rivals, ratings={"a": "CC", "b": "N"}) == moved


def test_an_indicator_that_was_seen_already_adds_nothing() -> None:
    db = database(scenarios={"s1": scenario(indicators={"x": indicator({"s1": "CC"})})})
    [effect] = added(db, indicators={"s1/x": "emerging", "gone/y": "observed"})
    assert (effect.rating, effect.counted_decibans, effect.note) == ("CC", 5.0, None)
    seen = replace(db, evidence={"e": item(indicators={"s1/x": "observed"})})
    [effect] = added(seen, indicators={"s1/x": "observed", "s1/y": "observed"})
    assert (effect.via, effect.note) == ("s1/x", "adds nothing to what was already seen")
    assert effect.before == effect.after


def test_a_retracted_item_is_shown_as_gone() -> None:
    kept = item(ratings={"s1": "C"})
    gone = replace(kept, retracted=retraction(day(5)))
    [effect] = effects(two(e=kept), two(e=gone), "e", day(5))
    assert (effect.before, effect.after, effect.note) == (near(0.759747), 0.5, "retracted")


def test_the_item_s_own_line_is_told_among_others() -> None:
    db = replace(two(**rated("s1", "CC")), tracker=Tracker(evidence_dependence=0.5))
    [effect] = added(db, ratings={"s1": "C"})
    assert (effect.factor, effect.counted_decibans) == (near(2 / 3), near(10 / 3))


def test_a_doubtful_line_on_which_a_scenario_hangs_most_is_told() -> None:
    a1: dict[str, Any] = {"reliability": "A", "credibility": 1}
    db = two(**rated("s1", "C", **a1), f=item(ratings={"s2": "CC"}, **a1))
    for grade, doubtful in {"D2": "D2", "E1": "E1", "F6": "F6", "B2": None}.items():
        graded: dict[str, Any] = {"reliability": grade[0], "credibility": int(grade[1])}
        told = added(db, ratings={"s1": "CC", "s2": "C"}, **graded)
        assert [effect.doubtful for effect in told] == [doubtful, None]
