from __future__ import annotations

from hypothesis import given

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.sensitivity import Swept, sweep
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database, Tracker
from scenarios.scales import probability
from tests.records import database, databases, day, item, near, scenario

HALF = Tracker(evidence_dependence=0.5)


def two_lines() -> Database:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "CC"}),
        "2022-01-01-f": item(ratings={"s1": "C"}),
    }
    return database(HALF, scenarios={"s1": scenario(0.5)}, evidence=evidence)


def test_each_setting_is_bent_alone() -> None:
    made = sweep(known(two_lines(), day(9)), "s1")
    db = 10 + 5 / 3
    odds = 10 ** (db / 10)
    assert made.prior_odds == tuple(
        Swept(value=f, probability=near(f * odds / (1 + f * odds)))
        for f in (0.25, 0.5, 1.0, 2.0, 4.0)
    )
    assert made.strength == tuple(
        Swept(value=f, probability=near(probability(db * f))) for f in (0.5, 1.0, 2.0)
    )
    assert made.dependence == (
        Swept(value=0.0, probability=near(probability(15))),
        Swept(value=0.5, probability=near(probability(db))),
        Swept(value=0.8, probability=near(probability(10 + 5 * 0.2 / 1.8))),
    )


def test_in_a_set_the_odds_of_one_member_are_bent() -> None:
    db = database(
        scenarios={
            "a": scenario(0.2, set="s"),
            "b": scenario(0.3, set="s"),
            "c": scenario(0.5, set="s"),
        }
    )
    made = sweep(known(db, day(9)), "a")
    assert [s.probability for s in made.prior_odds] == near([1 / 17, 1 / 9, 0.2, 1 / 3, 0.5])


def test_a_bent_prior_decays_as_the_declared_one_would() -> None:
    db = database(scenarios={"s1": scenario(0.36, hazard="constant")})
    half = sweep(known(db, day(182)), "s1").prior_odds[2]
    assert half == Swept(value=1.0, probability=near(0.2))
    doubled = 2 * 0.36 / (0.64 + 2 * 0.36)
    assert sweep(known(db, day(182)), "s1").prior_odds[3].probability == near(
        1 - (1 - doubled) ** 0.5
    )


@given(databases())
def test_nothing_bent_is_what_is_implied(db: Database) -> None:
    at_day = known(db, day(100))
    for id in db.scenarios:
        made, implied = sweep(at_day, id), ledger(at_day, id).implied.probability
        assert made.prior_odds[2].probability == near(implied)
        assert made.strength[1].probability == near(implied)
        declared = db.tracker.evidence_dependence
        (same,) = [s for s in made.dependence if s.value == declared]
        assert same.probability == near(implied)


def test_it_is_made_on_request() -> None:
    assert explain(two_lines(), "s1", day(9)).sweep is None
    assert explain(two_lines(), "s1", day(9), swept=True).sweep == sweep(
        known(two_lines(), day(9)), "s1"
    )
