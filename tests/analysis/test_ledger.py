from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import Ledger, Line, ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import LeaveOneOut, leave_one_out
from scenarios.model import Database, Dependence, Evidence, Given, Tracker
from scenarios.scales import decibans, probability
from tests.records import (
    END,
    START,
    WEIGHTS,
    chances,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    ratings,
    resolution,
    retraction,
    row,
    scenario,
)

HALF = Tracker(evidence_dependence=0.5)
SET = Tracker(sets={"s": "A set"})
GRADED = Tracker(grade_weights=WEIGHTS)


def at(db: Database, id: str = "s1", on: int = 100) -> Ledger:
    return ledger(known(db, day(on)), id)


def implied(db: Database, ids: str = "abc", on: int = 100) -> list[float]:
    return [at(db, id, on).implied.probability for id in ids]


def without(db: Database, id: str) -> LeaveOneOut:
    return leave_one_out(Odds(known(db, day(100))), id)


def alone(*told: Any, tracker: Tracker | None = None, **keys: Any) -> Database:
    """One scenario with items e, f, g …, some of them told by their rating alone."""
    items = [one if isinstance(one, Evidence) else item(ratings={"s1": one}) for one in told]
    evidence = dict(zip("efghijklmnop", items, strict=False))
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence)


def book(*told: Any, **keys: Any) -> Ledger:
    return at(alone(*told, **keys))


def counted(book: Ledger) -> dict[str, float]:
    return {line.id: round(line.counted_decibans, 6) for line in book.lines}


def witnesses(book: Ledger) -> list[tuple[str, ...]]:
    """Each line: its items that count, and then those that do not."""
    return [(*line.evidence, "less", *line.suppressed) for line in book.lines]


# Published worked examples of odds updating.


@pytest.mark.parametrize(
    ("prior", "ratio", "posterior"),
    [
        # Tversky & Kahneman 1982, the cab problem: 15 % blue, a witness right in 80 %.
        (0.15, 0.80 / 0.20, 0.413793),
        # Gigerenzer & Hoffrage 1995, mammography: 1 %, 80 % hits, 9.6 % false alarms.
        (0.01, 0.80 / 0.096, 0.077640),
        # Casscells, Schoenberger & Graboys 1978: 1 in 1,000, 5 % false alarms, no misses.
        (0.001, 1 / 0.05, 0.019627),
        (0.12, 3.0, 0.290323),
    ],
)
def test_posterior_odds_are_prior_odds_times_the_likelihood_ratio(
    prior: float, ratio: float, posterior: float
) -> None:
    assert round(book(ratio, probability=prior).implied.probability, 6) == posterior


def test_a_likelihood_ratio_of_two_is_worth_three_decibans() -> None:
    worth = near(3.0103, abs=1e-6)
    line = Line(
        kind="direct",
        id="e",
        decibans=worth,
        weight=1.0,
        factor=1.0,
        counted_decibans=worth,
        evidence=("e",),
        suppressed=(),
    )
    assert book(2.0).lines == (line,)


def test_equal_likelihoods_change_nothing_and_no_rating_is_no_neutral_one() -> None:
    even = book("N", 1.0, item(), probability=0.3)
    assert (even.lines, even.neutral, even.implied.probability) == ((), 2, near(0.3))


# What is known, and what it weighs.


def test_an_item_counts_from_its_record_to_the_day_before_its_retraction() -> None:
    told = item(day(20), ratings={"s1": "C"}, retracted=retraction(day(50)))
    days = [counted(at(alone(told), on=on)) for on in (19, 20, 49, 50)]
    assert days == [{}, {"e": 5.0}, {"e": 5.0}, {}]


@pytest.mark.parametrize(
    ("grade", "worth"), [("A1", 10.0), ("B2", 6.4), ("C3", 3.0), ("F6", 1.6), ("E1", 0.0)]
)
def test_a_grade_keeps_its_share_of_a_rating_where_there_is_a_table(
    grade: str, worth: float
) -> None:
    told = item(ratings={"s1": "CC"}, reliability=grade[0], credibility=int(grade[1]))
    graded = book(told, tracker=GRADED)
    assert (counted(graded), graded.neutral) == ({"e": worth} if worth else {}, int(not worth))
    assert counted(book(told)) == {"e": 10.0}


# Groups.


def tied(rating: Any = "C", **keys: Any) -> Evidence:
    return item(ratings={"s1": rating}, **keys)


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        # five reports of one origin are one witness
        ([tied(origin="w")] * 5, {"e": (5.0, "e less f g h i")}),
        # independent witnesses of one event are one fact
        ([tied(event="v"), tied("CC", event="v")], {"f": (10.0, "f less e")}),
        # a witness with two minds counts the strongest of each
        (
            [tied("CC", origin="o"), tied("C", origin="o"), tied("I", origin="o")],
            {"e": (5.0, "e g less f")},
        ),
        # origin and event tie through one another
        (
            [tied(origin="o"), tied(origin="o", event="v"), tied(event="v")],
            {"e": (5.0, "e less f g")},
        ),
        # a neutral item ties nothing
        (
            [tied(origin="o"), tied("N", origin="o", event="v"), tied(event="v")],
            {"e": (5.0, "e less"), "g": (5.0, "g less")},
        ),
        # an item may name another as its origin
        ([tied(), tied(origin="e")], {"e": (5.0, "e less f")}),
    ],
)
def test_what_shares_an_origin_or_an_event_is_one_line(
    told: list[Evidence], lines: dict[str, tuple[float, str]]
) -> None:
    made = book(*told)
    assert {
        id: (worth, " ".join(who))
        for (id, worth), who in zip(counted(made).items(), witnesses(made), strict=True)
    } == lines


def test_the_theme_of_a_group_is_that_of_the_item_that_came_first() -> None:
    late = item(day(3), ratings={"s1": "CC"}, origin="o", theme="t2")
    (line,) = book(late, tied(origin="o", theme="t1")).lines
    assert (line.id, line.theme) == ("e", "t1")


# Dependence: n equal lines are worth n/(1+(n−1)ρ).


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("dependence", [0.0, 0.25, 0.5, 1.0])
def test_equal_lines_add_up_to_their_effective_number(count: int, dependence: float) -> None:
    worth = book(*[2.0] * count, tracker=Tracker(evidence_dependence=dependence)).counted("direct")
    assert worth == near(count / (1 + (count - 1) * dependence) * 10 * math.log10(2))


def test_one_line_against_ten_takes_off_what_a_line_is_worth() -> None:
    # 9 of 11 equal lines left, each worth 1/(1 + 10·0.5): 15 dB.
    ten_and_one = book(*["CC"] * 10, "II", tracker=HALF)
    assert ten_and_one.implied.probability == near(0.9693, abs=0.0005)


def test_lines_for_and_lines_against_share_their_layers() -> None:
    # Up to 5 dB three lines count half of it each, from there to 10 dB one alone.
    assert counted(book("CC", "C", "I", tracker=HALF)) == {"e": 7.5, "f": 2.5, "g": -2.5}


def test_lines_of_one_theme_overlap_more_than_those_of_two_and_strength_multiplies() -> None:
    tracker = Tracker(evidence_dependence=Dependence(0.6, 0.2), rating_strength=0.5)
    for about, worth in (("t", 10 / 1.6), ("u", 10 / 1.2)):
        made = book(tied("CC", theme="t"), tied("CC", theme=about), tracker=tracker)
        assert made.counted("direct") == near(worth)


# Indicators.


def watching(seen: list[Evidence], on: int = 100, **keys: Any) -> Ledger:
    watched = {"talks": indicator({"s1": "CC"}, **keys)}
    return at(alone(*seen, indicators=watched), on=on)


def fires(state: str = "observed", on: int = 0) -> Evidence:
    return item(day(on), indicators={"s1/talks": state})


def test_an_indicator_is_one_line_however_many_items_report_it() -> None:
    (line,) = watching([fires(on=n) for n in range(3)]).lines
    assert (line.kind, line.id, line.decibans) == ("indicator", "s1/talks", 10.0)
    assert line.evidence == ("e", "f", "g")


def test_an_indicator_speaks_to_all_that_it_rates_and_is_one_witness_with_its_item() -> None:
    talks = indicator({"s1": "CC", "s2": "I"})
    seen = item(ratings={"s2": 0.9}, indicators={"s1/talks": "emerging"})
    scenarios = {"s1": scenario(indicators={"talks": talks}), "s2": scenario()}
    db = database(scenarios=scenarios, evidence={"e": seen})
    assert counted(at(db, "s1")) == {"s1/talks": 5.0}
    (line,) = at(db, "s2").lines
    assert (line.id, line.decibans, line.suppressed) == ("s1/talks", -2.5, ("e",))


def test_absence_counts_after_the_due_day_what_was_not_seen_of_it() -> None:
    absent: dict[str, Any] = {"due": day(10), "if_absent": "I"}
    days = [counted(watching([], on, **absent)) for on in (9, 10, 11)]
    assert days == [{}, {}, {"s1/talks": -5.0}]
    half = [(o.kind, o.counted_decibans) for o in watching([fires("emerging")], **absent).lines]
    assert half == [("indicator", 5.0), ("absence", -2.5)]
    assert watching([], due=day(10)).lines == ()


def test_a_chance_says_what_an_absence_is_worth() -> None:
    # p = 0.5, L = 10, c = 0.22: b = 0.22/5.5 = 0.04 and a = 0.4, so that 0.6/0.96 are left.
    (line,) = watching([], due=day(10), chance=0.22).lines
    assert (line.kind, line.decibans) == ("absence", near(10 * math.log10(0.6 / 0.96)))
    left = probability(line.counted_decibans)
    assert 0.22 * (10 / 11) + 0.78 * left == near(0.5)  # what is expected is the prior


def test_in_a_set_a_chance_is_shared_by_the_members() -> None:
    watched = indicator({"a": "CC", "b": "I"}, due=day(10), chance=0.1)
    ratios, priors = (10.0, 10**-0.5, 1.0), (0.2, 0.3, 0.5)
    mean = sum(p * ratio for p, ratio in zip(priors, ratios, strict=True))
    left = [p * (1 - 0.1 * ratio / mean) for p, ratio in zip(priors, ratios, strict=True)]
    assert sum(left) == near(0.9)
    assert implied(three(a={"indicators": {"x": watched}})) == near([p / 0.9 for p in left])


# In the prior.


def test_what_the_prior_uses_is_shown_and_worth_nothing() -> None:
    lines = book("CC", "C", includes=("e",)).lines
    told = [(line.kind, line.id, line.counted_decibans) for line in lines]
    assert told == [("direct", "f", 5.0), ("in-prior", "e", 0.0)]


def test_an_indicator_counts_what_the_prior_did_not_use() -> None:
    watched = {"talks": indicator({"s1": "CC"}, due=day(10), if_absent="II")}
    made = book(fires("emerging"), fires(on=1), includes=("e",), indicators=watched)
    assert counted(made) == {"s1/talks": 5.0, "e": 0.0}


def test_in_a_set_what_one_prior_uses_is_in_the_prior_of_all_even_when_that_member_left() -> None:
    out = resolution("did-not-occur", day(50))
    db = three(item(ratings={"b": "CC"}), a={"includes": ("e",), "resolution": out})
    assert implied(db, "b", on=49) == [near(0.3)]
    assert [line.kind for line in at(db, "b", 49).lines] == ["in-prior"]
    assert implied(db, "b") == [near(0.375)]
    assert [line.kind for line in at(db, "b").lines] == ["in-prior", "rivals"]


# Sets.


def three(*items: Evidence, **keys: Any) -> Database:
    members = {"a": 0.2, "b": 0.3, "c": 0.5}
    scenarios = {id: scenario(p, set="s", **keys.get(id, {})) for id, p in members.items()}
    evidence = dict(zip("efghi", items, strict=False))
    return database(SET, scenarios=scenarios, evidence=evidence)


def test_a_set_without_evidence_stands_at_its_priors() -> None:
    assert implied(three()) == near([0.2, 0.3, 0.5])
    assert at(three(), "a").lines == ()


def test_a_row_is_measured_from_its_second_highest_value() -> None:
    db = three(row("CC C II"))
    worth = [{**counted(at(db, id)), "rivals": 0}.get("e") for id in "abc"]
    assert (worth, at(db, "b").neutral) == ([5.0, None, -15.0], 1)
    odds = [0.2 * 10**0.5, 0.3, 0.5 * 10**-1.5]
    assert implied(db) == near([o / sum(odds) for o in odds])


def test_a_member_that_did_not_occur_leaves_and_one_that_was_annulled_stays() -> None:
    for outcome, share in (("did-not-occur", 0.4), ("annulled", 0.2)):
        db = three(c={"resolution": resolution(outcome, day(50))})
        assert [implied(db, "a", on) for on in (49, 50)] == [[near(0.2)], [near(share)]]


def test_ruling_a_member_out_leaves_the_odds_among_the_others() -> None:
    rows = [row(codes) for codes in ("C I N", "C I I", "I C C", "I C C", "C I C")]
    db = three(*rows, c={"resolution": resolution("did-not-occur", day(50))})
    db = replace(db, tracker=Tracker(evidence_dependence=0.5, sets={"s": "A set"}))
    before, after = implied(db, "ab", 49), implied(db, "ab", 50)
    assert after[0] / after[1] == near(before[0] / before[1], rel=1e-9)
    # a has 5, 10, −10, −10, 0 and b −5, 0, 0, 0, −10, less what each side shares of its layers.
    a, b = 5 / 2.5 + 4.5 - 2 * 4.5, -5 / 1.5 - (5 / 1.5 + 5)
    assert after[0] / after[1] == near(0.2 / 0.3 * 10 ** ((a - b) / 10))


def test_a_row_is_measured_over_the_members_of_its_day() -> None:
    rated = {"a": "C", "b": "I", "c": "CC"}
    before, since = (item(day(n), ratings=rated) for n in (50, 51))
    db = three(before, since, c={"resolution": resolution("did-not-occur", day(50))})
    worth = [{n: w for n, w in counted(at(db, id)).items() if n != "rivals"} for id in "ab"]
    assert worth == [{"f": 10.0}, {"e": -10.0}]


def test_the_last_open_member_stands_at_the_upper_bound() -> None:
    out = {"resolution": resolution("did-not-occur", day(50))}
    made = at(three(item(ratings={"a": "II"}), b=out, c=out), "a")
    assert made.implied.probability == 0.999
    assert [line.kind for line in made.lines] == ["direct", "rivals"]
    assert made.prior.decibans - 10 + made.counted("rivals") == near(made.implied.decibans)


def test_leave_one_out_names_the_line_that_carries_it_and_takes_a_whole_row_from_a_set() -> None:
    left = without(alone("CC", "I"), "s1")
    assert (left.low_line, left.high_line) == ("e", "f")
    assert (left.low, left.high) == (near(probability(-5)), near(probability(10)))
    left = without(three(row("CC I")), "c")
    assert (left.low_line, left.high_line, left.high) == (None, "e", near(0.5))


# Links, time and bounds.


@pytest.mark.parametrize(
    ("on", "outcome", "prior"),
    [
        (0, None, 0.3 * 0.2 + 0.7 * 0.02),
        (9, None, 0.75 * 0.2 + 0.25 * 0.02),
        (50, "occurred", 0.2),
        (50, "did-not-occur", 0.02),
        (50, "annulled", 0.074),
    ],
)
def test_a_linked_prior_follows_the_probability_of_the_other_until_its_outcome(
    on: int, outcome: str | None, prior: float
) -> None:
    ended = resolution(outcome, day(50)) if outcome else None
    given = {"s2": Given(occurred=0.2, did_not_occur=0.02)}
    scenarios = {"s1": scenario(0.074, given=given), "s2": scenario(0.3, resolution=ended)}
    made = at(database(scenarios=scenarios, evidence={"e": item(day(4), ratings={"s2": 7})}), on=on)
    assert made.implied.probability == near(prior)
    assert {line.kind for line in made.lines} <= {"given"}


def test_a_link_that_goes_in_a_circle_or_nowhere_is_none() -> None:
    given = Given(occurred=0.9, did_not_occur=0.1)
    scenarios = {
        "d": scenario(0.5, given={"e": given}),
        "e": scenario(0.4, given={"d": given}),
        "f": scenario(0.3, given={"s9": given}),
        "a": scenario(0.5, set="s", given={"b": given}),
        "b": scenario(0.5, set="s"),
    }
    assert implied(database(scenarios=scenarios), "dfa") == near([0.42, 0.3, 0.5])


def test_a_constant_hazard_decays_to_the_bound() -> None:
    db, whole = alone(probability=0.36, hazard="constant"), (END - START).days
    # Half of the time left: 1 − 0.64^(1/2) = 0.2.
    for on, left in ((0, 0.36), (whole // 2, 0.2), (whole, 0.001), (whole + 50, 0.001)):
        assert at(db, on=on).implied.probability == near(left)
    assert [line.kind for line in at(db, on=whole).lines] == ["time"]
    made = book(probability=0.3, hazard="constant", horizon=START)
    assert (made.lines, made.implied.probability) == ((), near(0.3))


def test_no_evidence_makes_certain() -> None:
    for ratio, bound in ((1000.0, 0.999), (0.001, 0.001)):
        evidence = {f"e{n}": item(ratings={"s1": ratio}) for n in range(300)}
        made = at(database(scenarios={"s1": scenario()}, evidence=evidence))
        assert (made.implied.probability, made.lines[-1].kind) == (bound, "bound")


# Properties.


def free(db: Database, id: str, on: int = 100) -> float:
    """Decibans of the implied probability before `bound`."""
    made = at(db, id, on)
    return made.implied.decibans - made.counted("bound")


def with_item(db: Database, **keys: Any) -> Database:
    return replace(db, evidence={**db.evidence, "2022-01-05-new": item(day(4), **keys)})


def plain(db: Database, **keys: Any) -> Database:
    """The same items, without what the keys take from them."""
    return replace(db, evidence={id: replace(e, **keys) for id, e in db.evidence.items()})


@given(databases(), st.integers(0, 364))
def test_prior_plus_rows_is_implied(db: Database, on: int) -> None:
    for id in db.scenarios:
        made = at(db, id, on)
        total = made.prior.decibans + sum(line.counted_decibans for line in made.lines)
        assert total == near(made.implied.decibans, abs=1e-6)
        assert all(math.isfinite(line.counted_decibans) for line in made.lines)


@given(databases(), st.integers(0, 149))
def test_a_set_sums_to_one(db: Database, on: int) -> None:
    assert sum(probability(free(db, id, on)) for id in db.scenarios if id != "alone") == near(1)


@given(databases(), st.permutations(range(7)))
def test_the_order_of_evidence_does_not_matter(db: Database, order: list[int]) -> None:
    items = list(db.evidence.items())
    again = replace(db, evidence=dict(items[n] for n in order if n < len(items)))
    for id in db.scenarios:
        assert at(again, id) == at(db, id)


@given(databases(), st.floats(1, 1000), st.sampled_from([None, "o1", "o2"]), st.booleans())
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
    assert -1e-9 <= gain <= 10 * math.log10(ratio) + 1e-9


@given(databases(tied=False), st.dictionaries(st.sampled_from("abcd"), ratings, min_size=1))
def test_an_item_never_lowers_the_member_that_it_alone_rates_highest(
    db: Database, codes: dict[str, Any]
) -> None:
    rated = {id: codes.get(id, "N") for id in db.scenarios if id != "alone"}
    worth = {
        id: Tracker().decibans[r] if isinstance(r, str) else 10 * math.log10(r)
        for id, r in rated.items()
    }
    best = max(worth, key=worth.__getitem__)
    assume(sorted(worth.values())[-2] < worth[best])
    assert free(with_item(db, ratings=rated), best, 149) >= free(db, best, 149) - 1e-9


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

    def odds(db: Database) -> float:
        b, c = (decibans_of_share(free(db, id, 149)) for id in "bc")
        return b - c

    assert odds(with_item(db, ratings={"a": rating})) == near(odds(db), abs=1e-6)


def decibans_of_share(db: float) -> float:
    """10·log10 of the probability whose odds are worth `db`."""
    return -10 * math.log10(1 + 10 ** (-db / 10))


@given(databases(tied=False))
def test_leave_one_out_agrees_with_leaving_one_out(db: Database) -> None:
    """Where lines are single items, the extremes are those of the databases with one item less."""
    db = plain(db, indicators={})
    for id in db.scenarios:
        less = [
            at(replace(db, evidence={e: db.evidence[e] for e in db.evidence if e != gone}), id)
            for gone in db.evidence
            if gone not in db.scenarios[id].prior.includes
        ]
        every = [made.implied.probability for made in (at(db, id), *less)]
        left = without(db, id)
        assert (left.low, left.high) == (near(min(every), abs=1e-9), near(max(every), abs=1e-9))


@given(chances)
def test_decibans_and_probability_are_inverses(value: float) -> None:
    assert probability(decibans(value)) == near(value)
