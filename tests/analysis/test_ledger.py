"""What the ledger says beyond its figures, and the laws of these.

The figures of each line are those of a second ledger (test_second_ledger) and of the method's page
(tests/test_method.py).
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import known_on, resolved
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import EvidenceEffect, effects
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import leave_one_out
from scenarios.model import ConditionalPrior, Database, Dependence, Evidence, Tracker
from scenarios.scales import decibans, probability, rating_decibans
from tests.records import (
    START,
    WEIGHTS,
    chances,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    rated,
    ratings,
    resolution,
    retraction,
    row,
    scenario,
)

EARLY = 59
"""A day on which no member of a random set has been ruled out."""


def at(db: Database, id: str = "s1", on: int = 100) -> Ledger:
    return ledger(known_on(db, day(on)), id)


def alone(*told: Any, tracker: Tracker | None = None, **keys: Any) -> Database:
    """One scenario with items e, f, g …, some of them told by their rating alone."""
    items = (one if isinstance(one, Evidence) else item(ratings={"s1": one}) for one in told)
    evidence = dict(zip("efghijk", items, strict=False))
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence)


def three(told: Evidence) -> Database:
    """A set of a, b and c, with one item."""
    members = {id: scenario(p, set="s") for id, p in (("a", 0.2), ("b", 0.3), ("c", 0.5))}
    return database(scenarios=members, evidence={"e": told})


def book(*told: Any, **keys: Any) -> Ledger:
    return at(alone(*told, **keys))


def test_posterior_odds_are_prior_odds_times_the_likelihood_ratio() -> None:
    for prior, ratio, posterior in (
        # Tversky & Kahneman 1982, the cab problem: 15 % blue, a witness right in 80 %.
        (0.15, 0.80 / 0.20, 0.413793),
        # Gigerenzer & Hoffrage 1995, mammography: 1 %, 80 % hits, 9.6 % false alarms.
        (0.01, 0.80 / 0.096, 0.077640),
        # Casscells, Schoenberger & Graboys 1978: 1 in 1,000, 5 % false alarms, no misses.
        (0.001, 1 / 0.05, 0.019627),
    ):
        assert book(ratio, probability=prior).implied.probability == near(posterior, abs=1e-6)


def test_a_likelihood_ratio_of_two_is_worth_three_decibans() -> None:
    [line], worth = book(2.0).lines, near(3.0103, abs=1e-6)
    assert astuple(line) == ("direct", "e", None, worth, 1.0, 1.0, worth, ("e",), (), None, UNSET)


def test_what_tells_nothing_apart_is_counted_as_neutral_and_no_rating_is_not() -> None:
    even = book("N", 1.0, item(), probability=0.3)
    assert (even.lines, even.neutral, even.implied.probability) == ((), 2, near(0.3))
    useless = item(ratings={"s1": "CC"}, reliability="E", credibility=1)
    graded = book(useless, tracker=Tracker(grade_weights=WEIGHTS))
    assert (graded.lines, graded.neutral) == ((), 1)
    seen = item(indicators={"s1/x": "observed"}), item(day(1), indicators={"s1/x": "reversed"})
    watched = {"x": indicator({"s1": "N"})}  # seen no longer, it tells nothing but to its prior
    for includes, neutral in (((), 0), (("e",), 1)):
        assert book(*seen, indicators=watched, includes=includes).neutral == neutral
    second = at(three(row("CC C II")), "b")
    assert ([line.kind for line in second.lines], second.neutral) == (["rivals"], 1)


def test_the_strongest_line_stands_first_between_the_prior_s_own_steps_and_what_it_uses() -> None:
    given = {"s2": ConditionalPrior(occurred=0.9, did_not_occur=0.5)}
    db = alone("C", "CC", "C", 1000.0, includes=("e",), hazard="constant", given=given)
    lines = at(replace(db, scenarios={**db.scenarios, "s2": scenario()})).lines
    told = [(line.kind, line.id, line.evidence) for line in lines]
    items = [("direct", id, (id,)) for id in "hfg"]
    steps = [("given", "s2", ()), ("time", "time", ())]
    assert told == [*steps, *items, ("in-prior", "e", ("e",)), ("bound", "bound", ())]
    used = next(line for line in lines if line.kind == "in-prior")
    assert (used.decibans, used.factor, used.counted_decibans) == (0.0, 1.0, 0.0)


def test_what_shares_an_origin_or_an_event_is_one_line() -> None:
    for told, lines in (
        # five reports of one origin are one witness
        (["C origin=w"] * 5, ["e less f g h i"]),
        # independent witnesses of one event are one fact
        (["C event=v", "CC event=v"], ["f less e"]),
        # a witness with two minds counts the strongest of each
        (["CC origin=o", "C origin=o", "I origin=o"], ["e g less f"]),
        # origin and event tie through one another
        (["C origin=o", "C origin=o event=v", "C event=v"], ["e less f g"]),
        # a neutral item ties nothing
        (["C origin=o", "N origin=o event=v", "C event=v"], ["e less", "g less"]),
        # an item may name another as its origin
        (["C", "C origin=e"], ["e less f"]),
    ):
        items = []
        for code, *ties in map(str.split, told):
            keys: dict[str, Any] = dict(tie.split("=") for tie in ties)
            items.append(item(ratings={"s1": code}, **keys))
        found = [(*line.evidence, "less", *line.suppressed) for line in book(*items).lines]
        assert [" ".join(who) for who in found] == lines


def test_an_indicator_speaks_to_all_that_it_rates_and_is_one_witness_with_its_items() -> None:
    talks = indicator({"s1": "CC", "s2": "I"})
    seen = item(ratings={"s2": 0.9}, indicators={"s1/talks": "emerging"})
    scenarios = {"s1": scenario(indicators={"talks": talks}), "s2": scenario()}
    again = item(indicators={"s1/talks": "emerging"})
    db = database(scenarios=scenarios, evidence={"e": seen, "f": again})
    for id, worth, suppressed in (("s1", 5.0, ()), ("s2", -2.5, ("e",))):
        told = ("indicator", "s1/talks", None, worth, 0.5, 1.0, worth, ("e", "f"), suppressed)
        assert [astuple(line) for line in at(db, id).lines] == [(*told, None, UNSET)]


def test_leave_one_out_names_the_line_that_carries_it_and_takes_a_whole_row_from_a_set() -> None:
    told = (item(ratings={"s1": code}, origin="wire") for code in ("C", "CC"))
    left = leave_one_out(Odds(known_on(alone(*told, "I"), day(9))), "s1")
    assert (left.low_line, left.high_line) == ("f", "g")
    left = leave_one_out(Odds(known_on(three(row("CC I")), day(9))), "c")
    assert (left.low_line, left.high_line, left.high) == (None, "e", near(0.5))


def test_a_ledger_without_the_only_line_of_a_theme_is_that_of_the_other_themes() -> None:
    themes = {"e": ("CC", "energy"), "f": ("C", "military"), "g": ("C", "military")}
    items = {id: item(ratings={"s1": code}, theme=theme) for id, (code, theme) in themes.items()}
    tracker = Tracker(evidence_dependence=Dependence(0.6, 0.2))
    db = database(tracker, scenarios={"s1": scenario()}, evidence=items)
    others = replace(db, evidence={id: items[id] for id in "fg"})
    least = leave_one_out(Odds(known_on(db, day(9))), "s1")
    assert (least.low_line, least.low) == (
        "e",
        near(ledger(known_on(others, day(9)), "s1").implied.probability),
    )


def test_an_indicator_that_is_absent_has_a_line_but_is_in_none_as_a_report() -> None:
    talks = indicator({"s1": "CC"}, due=day(1), if_absent="II")
    db = database(scenarios={"s1": scenario(indicators={"talks": talks})})
    absent = ledger(known_on(db, day(5)), "s1")
    assert [(line.kind, line.id) for line in absent.lines] == [("absence", "s1/talks")]
    assert absent.line_with("s1/talks") is None


def test_leave_one_out_tells_what_was_seen_in_part_from_what_was_absent_in_part() -> None:
    talks = indicator({"s1": "CC"}, due=day(1), if_absent="II")
    db = alone(item(indicators={"s1/talks": "emerging"}))
    db = replace(db, scenarios={"s1": scenario(indicators={"talks": talks})})
    left = leave_one_out(Odds(known_on(db, day(9))), "s1")
    assert [line.id for line in at(db).lines] == ["s1/talks", "s1/talks"]
    assert (left.low_line, left.low_kind) == ("s1/talks", "indicator")
    assert (left.high_line, left.high_kind) == ("s1/talks", "absence")


def test_a_link_that_goes_in_a_circle_or_nowhere_is_none() -> None:
    given = ConditionalPrior(occurred=0.9, did_not_occur=0.1)
    scenarios = {
        "d": scenario(0.5, given={"e": given}),
        "e": scenario(0.4, given={"d": given}),
        "f": scenario(0.3, given={"s9": given}),
        "a": scenario(0.5, set="s", given={"b": given}),
        "b": scenario(0.5, set="s"),
    }
    db = database(scenarios=scenarios)
    assert [at(db, id).implied.probability for id in "dfa"] == near([0.42, 0.3, 0.5])


def test_a_question_that_ends_as_it_opens_and_a_member_of_a_set_do_not_decay() -> None:
    made = book(probability=0.3, hazard="constant", horizon=START)
    assert (made.lines, made.implied.probability) == ((), near(0.3))
    members = {id: scenario(set="s", hazard="constant") for id in "ab"}
    assert at(database(scenarios=members), "a").lines == ()


# What one new item does.

NEW = "2022-01-10-new"


def added(db: Database, **keys: Any) -> tuple[EvidenceEffect, ...]:
    """What an item of the ninth day does."""
    after = replace(db, evidence={**db.evidence, NEW: item(day(9), **keys)})
    done = effects(db, after, NEW, day(9))
    assert effects(db, after, NEW, day(9), DailyLedgers(db)) == done  # which a process may keep
    return done


def notes(db: Database, **keys: Any) -> dict[str, str | None]:
    return {effect.scenario: effect.note for effect in added(db, **keys)}


def two(**evidence: Evidence) -> Database:
    return database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=evidence)


def test_what_counts_says_by_how_much_and_what_was_retracted_that_it_is_gone() -> None:
    [effect] = added(two(), ratings={"s2": "C", "unknown": "C"})
    figures = ("C", None, 1.0, 1.0, 5.0, 0.5, near(0.759747))
    assert astuple(effect) == ("s2", *figures, None, "F6")
    kept, gone = (item(ratings={"s1": "C"}, retracted=end) for end in (None, retraction(day(5))))
    [effect] = effects(two(e=kept), two(e=gone), "e", day(5))
    assert (effect.before, effect.after, effect.note) == (near(0.759747), 0.5, "retracted")
    half = replace(two(**rated("s1", "CC")), tracker=Tracker(evidence_dependence=0.5))
    [effect] = added(half, ratings={"s1": "C"})
    assert (effect.factor, effect.counted_decibans) == (near(2 / 3), near(10 / 3))


def test_lines_of_one_theme_are_never_less_alike_than_others() -> None:
    lines = rated("s1", "CC", "CC")
    wrong, right = (
        Tracker(evidence_dependence=Dependence(within=0.3, between=between)) for between in (1, 0.3)
    )
    assert Odds(known_on(replace(two(**lines), tracker=wrong), day(5))).implied("s1") == near(
        Odds(known_on(replace(two(**lines), tracker=right), day(5))).implied("s1")
    )


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
    alike = added(db, ratings=ratings, origin="wire")
    assert {effect.counted_decibans for effect in alike} == {0.0}
    assert notes(db, ratings=ratings, origin="wire") == {
        "told": "same origin or event as e: one witness",
        "prior": "in the prior",
        "even": "neutral: fits every outcome equally",
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


def test_a_doubtful_line_on_which_a_scenario_hangs_most_is_told() -> None:
    a1: dict[str, Any] = {"reliability": "A", "credibility": 1}
    db = two(**rated("s1", "C", **a1), f=item(ratings={"s2": "CC"}, **a1))
    for grade, doubtful in {"D2": "D2", "E1": "E1", "F6": "F6", "B2": None}.items():
        graded: dict[str, Any] = {"reliability": grade[0], "credibility": int(grade[1])}
        told = added(db, ratings={"s1": "CC", "s2": "C"}, **graded)
        assert [effect.doubtful for effect in told] == [doubtful, None]


# Properties.


def free(db: Database, id: str) -> float:
    """Decibans of the implied probability before `bound`."""
    made = at(db, id, EARLY)
    return made.implied.decibans - made.counted("bound")


def with_item(db: Database, **keys: Any) -> Database:
    return replace(db, evidence={**db.evidence, "2022-01-05-new": item(day(4), **keys)})


def plain(db: Database, **keys: Any) -> Database:
    """The same items, without what the keys take from them."""
    return replace(db, evidence={id: replace(e, **keys) for id, e in db.evidence.items()})


@given(databases(linked=True), st.integers(0, 364))
def test_prior_plus_rows_is_implied(db: Database, on: int) -> None:
    for id in db.scenarios:
        made = at(db, id, on)
        total = made.prior.decibans + sum(line.counted_decibans for line in made.lines)
        assert total == near(made.implied.decibans, abs=1e-6)
        assert all(math.isfinite(line.counted_decibans) for line in made.lines)


@given(databases(linked=True), st.integers(0, 364))
def test_what_is_left_of_a_set_sums_to_one(db: Database, on: int) -> None:
    ended = {id: resolved(db, id, day(on)) for id in db.scenarios if id != "alone"}
    left = [id for id, end in ended.items() if not end or end.outcome != "did-not-occur"]
    made = [at(db, id, on) for id in left]
    if len(left) > 1:
        free = [probability(it.implied.decibans - it.counted("bound")) for it in made]
        assert sum(free) == near(1)


@given(databases(linked=True), st.permutations(range(7)))
def test_the_order_of_evidence_does_not_matter(db: Database, order: list[int]) -> None:
    items = list(db.evidence.items())
    again = replace(db, evidence=dict(items[n] for n in order if n < len(items)))
    for id in db.scenarios:
        assert at(again, id) == at(db, id)


@given(databases(), st.floats(1, 1000), st.sampled_from([None, "wire", "agency"]), st.booleans())
def test_an_item_never_moves_a_scenario_against_itself_nor_by_more_than_its_own(
    db: Database, ratio: float, origin: str | None, tied: bool
) -> None:
    """Whether it stands alone or joins one group."""
    if tied:
        db = plain(db, event=None, indicators={})
    else:
        db, origin = plain(db, event=None, origin=None), None
    after = with_item(db, ratings={"alone": ratio}, origin=origin)
    gain = free(after, "alone") - free(db, "alone")
    assert -1e-9 <= gain <= 10 * math.log10(ratio) * db.tracker.rating_strength + 1e-9


@given(databases(tied=False), st.dictionaries(st.sampled_from("abcd"), ratings, min_size=1))
def test_an_item_never_lowers_the_member_that_it_alone_rates_highest(
    db: Database, codes: dict[str, Any]
) -> None:
    rated = {id: codes.get(id, "N") for id in db.scenarios if id != "alone"}
    worth = {id: rating_decibans(rating, db.tracker.decibans) for id, rating in rated.items()}
    best = max(worth, key=worth.__getitem__)
    assume(sorted(worth.values())[-2] < worth[best])
    assert free(with_item(db, ratings=rated), best) >= free(db, best) - 1e-9


@given(databases(tied=False), ratings)
def test_an_equal_row_changes_no_set(db: Database, rating: float | str) -> None:
    members = [id for id in db.scenarios if id != "alone"]
    later = with_item(db, ratings=dict.fromkeys(members, rating), origin="o1", event="v1")
    assert [at(later, id).lines for id in members] == [at(db, id).lines for id in members]


@given(databases(tied=False), ratings)
def test_a_row_about_one_member_leaves_the_odds_of_the_others_alone(
    db: Database, rating: float | str
) -> None:
    assume("c" in db.scenarios)
    told = with_item(db, ratings={"a": rating})
    before, after = ([math.log10(probability(free(one, id))) for id in "bc"] for one in (db, told))
    assert after[0] - after[1] == near(before[0] - before[1], abs=1e-7)


@given(chances)
def test_decibans_and_probability_are_inverses(value: float) -> None:
    assert probability(decibans(value)) == near(value)
