from __future__ import annotations

import hashlib

from hypothesis import given

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.band import Band, bands, bent_dependence
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import sweep
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database, Dependence, Given, Tracker
from scenarios.scales import decibans, probability
from tests.records import database, databases, day, near, rated, scenario

HALF = Tracker(evidence_dependence=0.5)


def odds(db: Database, on: int = 9) -> Odds:
    return Odds(known(db, day(on)))


def two_lines(tracker: Tracker = HALF) -> Database:
    evidence = rated("s1", "CC", "C")
    return database(tracker, scenarios={"s1": scenario(0.5)}, evidence=evidence)


def test_each_judgement_is_bent_alone_and_the_widest_stands_first() -> None:
    # 5 dB of two layers count in full twice at half: 10 + 5 in layers 5 deep, the lower shared.
    db = 5 + 10 / 1.5
    both = {
        ("prior", "s1"): (db - 3, db + 3),
        ("row", "e"): (10 / 1.5, 15 + 10 / 1.5),
        ("row", "f"): (7.5 + 5 / 1.5, 20 / 1.5),
        ("ratings", "ratings"): (db / 2, db * 2),
        ("within", "within"): (5 + 10 / 1.7, 5 + 10 / 1.3),
        ("between", "between"): (db, db),
    }
    bends = sweep(odds(two_lines()), "s1")
    found = {(one.kind, one.id): (decibans(one.low), decibans(one.high)) for one in bends}
    assert found == {key: near(ends) for key, ends in both.items()}
    widths = [one.high - one.low for one in bends]
    assert widths == sorted(widths, reverse=True)


def test_the_prior_of_every_open_member_is_bent() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.2), ("b", 0.3), ("c", 0.5))}
    bends = sweep(odds(database(scenarios=members)), "a")
    found = {one.id: one for one in bends if one.kind == "prior"}
    assert found.keys() == {"a", "b", "c"}
    up = probability(decibans(0.3) + 3)
    assert found["b"].low == near(0.2 / (0.7 + up))


def test_a_bent_prior_decays_as_the_declared_one_would() -> None:
    db = database(scenarios={"s1": scenario(0.36, hazard="constant")})
    (bent,) = [one for one in sweep(odds(db, 182), "s1") if one.kind == "prior"]
    assert bent.high == near(1 - (1 - probability(decibans(0.36) + 3)) ** 0.5)


def test_it_is_made_on_request() -> None:
    assert explain(two_lines(), "s1", day(9)).sweep is None
    assert explain(two_lines(), "s1", day(9), swept=True).sweep == sweep(odds(two_lines()), "s1")


def test_a_prior_alone_is_bent_by_its_own_digest() -> None:
    """blake2b("prior:s1") has 64 bytes; of the shifts 3·((byte + 0.5)/128 − 1) the fourth last."""
    db = database(scenarios={"s1": scenario(0.5)})
    shifts = sorted(3 * ((byte + 0.5) / 128 - 1) for byte in hashlib.blake2b(b"prior:s1").digest())
    assert bands(odds(db), ["s1"])["s1"] == Band(
        low=near(probability(shifts[3])), high=near(probability(shifts[60]))
    )


@given(databases())
def test_a_band_is_the_same_alone_and_among_others(db: Database) -> None:
    every = bands(odds(db, 100), db.scenarios)
    assert all(0.001 <= band.low <= band.high <= 0.999 for band in every.values())
    assert {id: bands(odds(db, 100), [id])[id] for id in db.scenarios} == every


def test_a_link_is_bent_with_what_it_leads_to() -> None:
    given_s2 = {"s2": Given(occurred=0.9, did_not_occur=0.1)}
    linked = {"s1": scenario(0.5, given=given_s2), "s2": scenario(0.5)}
    wide, narrow = (
        bands(odds(database(scenarios=scenarios)), ["s1"])["s1"]
        for scenarios in (linked, {"s1": scenario(0.5)})
    )
    assert wide.high - wide.low > narrow.high - narrow.low


def test_bent_dependences_keep_their_order() -> None:
    tracker = Tracker(evidence_dependence=Dependence(0.1, 0.1))
    found = {one.id: one for one in sweep(odds(two_lines(tracker)), "s1")}
    assert found["within"].low == near(probability(5 + 10 / 1.3))
    assert found["between"].high == near(probability(5 + 10 / 1.1))
    assert bent_dependence(Dependence(0.1, 0.1), -0.2, 0.2) == Dependence(0.0, 0.0)
