from __future__ import annotations

import pytest
from msgspec.structs import replace

from scenarios.analysis.ledger.effects import Effect, effects
from scenarios.model import Database, Evidence, Tracker
from tests.records import WEIGHTS, database, day, indicator, item, near, resolution, scenario

NEW = "2022-01-10-new"


def added(db: Database, new: Evidence) -> tuple[Effect, ...]:
    after = replace(db, evidence={**db.evidence, NEW: new})
    return effects(db, after, NEW, day(9))


def notes(db: Database, **keys: object) -> dict[str, str | None]:
    return {e.scenario: e.note for e in added(db, item(day(9), **keys))}


def test_what_counts_says_by_how_much() -> None:
    db = database(scenarios={"s1": scenario(0.5), "s2": scenario(0.5)})
    assert added(db, item(day(9), ratings={"s2": "C", "unknown": "C"})) == (
        Effect(
            scenario="s2",
            rating="C",
            via=None,
            weight=1.0,
            factor=1.0,
            counted_decibans=5.0,
            before=0.5,
            after=near(0.759747),
            note=None,
            doubtful="F6",
        ),
    )


def test_each_reason_for_counting_nothing_is_named() -> None:
    first = item(ratings={"told": "CC"}, origin="wire")
    db = database(
        Tracker(grade_weights=WEIGHTS),
        scenarios={
            "told": scenario(),
            "prior": scenario(includes=(NEW,)),
            "even": scenario(),
            "done": scenario(resolution=resolution("occurred", day(3))),
            "later": scenario(opened=day(20)),
        },
        evidence={"2022-01-01-e": first},
    )
    ratings = {"told": "C", "prior": "CC", "even": "N", "done": "CC", "later": "CC"}
    told = notes(db, ratings=ratings, origin="wire")
    assert told == {
        "told": "same origin or event as 2022-01-01-e: one witness",
        "prior": "in the prior",
        "even": "neutral: tells nothing apart",
        "done": "resolved on 2022-01-04",
        "later": "not open yet",
    }
    useless = notes(db, ratings={"even": "CC"}, reliability="E", credibility=1)
    assert useless == {"even": "its grade leaves it no weight"}


def test_an_indicator_that_was_seen_already_adds_nothing() -> None:
    db = database(
        scenarios={"s1": scenario(indicators={"x": indicator({"s1": "CC"})})},
        evidence={"2022-01-01-e": item(indicators={"s1/x": "observed"})},
    )
    (effect,) = added(db, item(day(9), indicators={"s1/x": "observed", "s1/y": "observed"}))
    assert (effect.via, effect.note) == ("s1/x", "adds nothing to what was already seen")
    assert effect.before == effect.after


def test_an_unfired_indicator_does() -> None:
    db = database(scenarios={"s1": scenario(indicators={"x": indicator({"s1": "CC"})})})
    (effect,) = added(db, item(day(9), indicators={"s1/x": "emerging", "gone/y": "observed"}))
    assert (effect.rating, effect.counted_decibans, effect.note) == ("CC", 5.0, None)


def test_a_retracted_item_is_shown_as_gone() -> None:
    kept = item(ratings={"s1": "C"})
    db = database(scenarios={"s1": scenario()}, evidence={"2022-01-01-e": kept})
    from tests.records import retraction

    gone = replace(db, evidence={"2022-01-01-e": replace(kept, retracted=retraction(day(5)))})
    (effect,) = effects(db, gone, "2022-01-01-e", day(5))
    assert (effect.before, effect.after) == (near(0.759747), 0.5)
    assert effect.note == "retracted"


def test_the_item_s_own_line_is_told_among_others() -> None:
    strong = {"2022-01-01-e": item(ratings={"s1": "CC"})}
    db = database(Tracker(evidence_dependence=0.5), scenarios={"s1": scenario()}, evidence=strong)
    (effect,) = added(db, item(day(9), ratings={"s1": "C"}))
    assert (effect.factor, effect.counted_decibans) == (near(2 / 3), near(10 / 3))


def test_a_neutral_member_is_moved_by_its_rivals() -> None:
    db = database(scenarios={"a": scenario(0.5, set="s"), "b": scenario(0.5, set="s")})
    assert notes(db, ratings={"a": "CC", "b": "N"}) == {
        "a": None,
        "b": "nothing of its own: its rivals moved it",
    }


@pytest.mark.parametrize(
    ("grade", "told"), [("D2", "D2"), ("E1", "E1"), ("F6", "F6"), ("B2", None)]
)
def test_a_doubtful_line_on_which_a_scenario_hangs_most_is_told(
    grade: str, told: str | None
) -> None:
    db = database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=CASE)
    new = item(
        day(9), ratings={"s1": "CC", "s2": "C"}, reliability=grade[0], credibility=int(grade[1])
    )
    assert [effect.doubtful for effect in added(db, new)] == [told, None]


CASE = {
    "2022-01-01-e": item(ratings={"s1": "C"}, reliability="A", credibility=1),
    "2022-01-01-f": item(ratings={"s2": "CC"}, reliability="A", credibility=1),
}
