"""The band of a figure: a budget whose terms are the tornado."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import Band, Budget, Budgets, bands
from scenarios.analysis.period.period import window
from scenarios.analysis.period.recent import PastRanges, recent_figures
from scenarios.analysis.review.explanation import explain
from scenarios.model import ConditionalPrior, Database, Dependence, Tracker
from scenarios.scales import decibans, held, probability
from tests.records import (
    WEIGHTS,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    rated,
    resolution,
    row,
    scenario,
)

GIVEN = ConditionalPrior(occurred=0.8, did_not_occur=0.2)


def of(db: Database, id: str = "s1", on: int = 9) -> Budget:
    return Budgets(Odds(known_on(db, day(on)))).of(id)


def terms(db: Database, id: str = "s1", on: int = 9) -> dict[tuple[str, str], float]:
    return {(term.kind, term.id): term.term for term in of(db, id, on).terms}


def db_of(*ratings: Any, dependence: Any = 0.0, **keys: Any) -> Database:
    tracker = Tracker(evidence_dependence=dependence)
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=rated("s1", *ratings))


def a_set(*codes: str, **resolved: Any) -> Database:
    members = {
        id: scenario(p, set="s", resolution=resolved.get(id))
        for id, p in (("a", 0.2), ("b", 0.3), ("c", 0.5))
    }
    return database(
        scenarios=members, evidence={f"e{n}": row(told) for n, told in enumerate(codes)}
    )


def free(odds: Odds, id: str) -> float:
    """Decibans of the implied probability before `bound`."""
    book: Ledger = ledger_of(odds, id)
    return book.implied.decibans - book.counted("bound")


def test_twenty_equal_lines_hold_their_figure_inside_the_band() -> None:
    """By hand, at ρ 0.5: 200/10.5 dB; ρ ± 0.12 make it 200/12.78 and 200/8.22.

    Each line keeps 1/10.5, so 20 readings that err by 3 dB each leave 3·√20/10.5.
    """
    made = of(db_of(*["CC"] * 20, dependence=0.5))
    sizes: dict[str, list[float]] = {}
    for term in made.terms:
        sizes.setdefault(term.kind, []).append(term.term)
    total = 200 / 10.5
    assert sizes == {
        "dependence": [near((200 / 8.22 - 200 / 12.78) / 2)],
        "lines": [near(0.2 * total)],
        "prior": [near(1.7)],
        "line": [near(0.4 * total / 20)] * 20,
        "reading": [near(3 * math.sqrt(20) / 10.5)],
    }
    spread = math.sqrt(sum(term.term**2 for term in made.terms)) * 1.645
    ends = probability(total - spread), probability(total + spread)
    assert (made.band.low, made.band.high) == near(ends)
    assert ends == near((0.877295, 0.998893), abs=1e-6)
    assert made.band.low < probability(total) < made.band.high


def test_each_input_of_a_scenario_alone_is_bent_by_its_own_step() -> None:
    """By hand: two lines of one theme at 0.6/0.2 count 1/1.6 each, and `between` has nothing."""
    items = {id: item(ratings={"s1": code}, theme="t") for id, code in (("e", "CC"), ("f", "II"))}
    tracker = Tracker(evidence_dependence=Dependence(within=0.6, between=0.2))
    db = database(tracker, scenarios={"s1": scenario()}, evidence=items)
    assert terms(db) == {
        ("prior", "s1"): near(1.7),
        ("line", "e"): near(2.5),
        ("line", "f"): near(2.5),
        ("lines", "lines"): near(0),
        ("reading", "s1"): near(3 * math.sqrt(2) / 1.6),
        ("within", "within"): near(0),
        ("between", "between"): near(0),
    }
    same = terms(db_of("CC", "CC", dependence=Dependence(within=0.6, between=0.2)))
    # Lines without a theme: ρ is (0.6 + 0.2)/2, by within 0.34 to 0.46, and so by between.
    for kind in ("within", "between"):
        assert same[kind, kind] == near((20 / 1.34 - 20 / 1.46) / 2)


def test_a_correlation_is_held_between_0_and_1_and_the_two_in_their_order() -> None:
    one = db_of("CC", "CC", dependence=0.95)
    assert terms(one)["dependence", "dependence"] == near((20 / 1.83 - 20 / 2) / 2)
    two = terms(db_of("CC", "CC", dependence=Dependence(within=0.25, between=0.2)))
    assert two["within", "within"] == near((20 / 1.2 - 20 / (1 + (0.37 + 0.2) / 2)) / 2)
    assert two["between", "between"] == near((20 / (1 + 0.33 / 2) - 20 / 1.25) / 2)
    assert {kind for kind, _ in terms(db_of("CC"))} == {"prior", "line", "lines", "reading"}


def test_a_prior_is_bent_before_time_is_and_is_itself_not_held() -> None:
    db = db_of(probability=0.999, hazard="constant")
    [term] = of(db, on=182).terms
    ends = [held(1 - (1 - probability(decibans(0.999) + by)) ** 0.5) for by in (-1.7, 1.7)]
    assert (term.low, term.high) == near(ends)
    assert term.term == near((decibans(ends[1]) - decibans(ends[0])) / 2)


def test_a_link_is_bent_by_both_its_figures_and_by_the_band_of_what_it_leads_to() -> None:
    """By hand: the other at 0.5 with a prior's ±1.7 dB has the band p(±1.645·1.7)."""
    scenarios = {"s1": scenario(given={"o": GIVEN}), "o": scenario(0.5)}
    linked = terms(database(scenarios=scenarios))
    up, down = (probability(decibans(p) + 1.7) for p in (0.8, 0.2))
    assert linked["prior", "s1"] == near(decibans((up + down) / 2))
    end = probability(1.645 * 1.7)
    assert linked["link", "o"] == near(decibans(end * 0.8 + (1 - end) * 0.2) / 1.645)
    odds = Odds(known_on(database(scenarios=scenarios), day(9)))
    assert bands(odds, ["s1", "o"])["o"] == Band(low=near(1 - end), high=near(end))
    for outcome, moved in (("occurred", 1.7), ("did-not-occur", 1.7), ("annulled", 1.7)):
        scenarios["o"] = scenario(0.5, resolution=resolution(outcome, day(3)))
        assert terms(database(scenarios=scenarios)) == {("prior", "s1"): near(moved)}


def test_a_long_chain_of_links_has_a_band_and_the_members_of_a_set_share_theirs() -> None:
    chain = {f"s{n}": scenario(given={f"s{n + 1}": GIVEN}) for n in range(3000)}
    every = database(scenarios=chain | {"s3000": scenario()})
    assert [kind for kind, _ in terms(every, "s0")] == ["prior", "link"]
    members = {id: scenario(p, set="s", given={"o": GIVEN}) for id, p in (("a", 0.5), ("b", 0.5))}
    told = database(scenarios=members | {"o": scenario(0.9)}, evidence={"e": row("CC N")})
    assert terms(told, "a") == near(terms(told, "b"))
    assert terms(told, "a")["link", "o"] == near(0)  # both move alike


def test_in_a_set_the_prior_of_each_member_still_in_and_whole_rows_are_bent() -> None:
    db = a_set("CC C N")
    sizes = terms(db, "a")
    assert sizes.keys() == {
        *(("prior", id) for id in "abc"),
        *(("line", "e0"), ("lines", "lines"), ("reading", "a"), ("reading", "c")),
    }
    # CC C N is centred to +5, 0, −5 and normalised; b has no line to misread.
    ends = []
    for share in (0.6, 1.4):
        rest = 0.3 + 0.5 * 10 ** (-0.5 * share)
        ends.append(10 * math.log10(0.2 * 10 ** (0.5 * share) / rest))
    assert sizes["line", "e0"] == near((ends[1] - ends[0]) / 2)
    priors = []
    for by in (-1.7, 1.7):
        moved = probability(decibans(0.3) + by)
        priors.append(10 * math.log10(0.2 * 10**0.5 / (moved + 0.5 * 10**-0.5)))
    assert sizes["prior", "b"] == near((priors[0] - priors[1]) / 2)

    def against(a_db: float, c_db: float) -> float:
        return 10 * math.log10(0.2 * 10 ** (a_db / 10) / (0.3 + 0.5 * 10 ** (c_db / 10)))

    assert sizes["reading", "a"] == near(3)  # nothing of the others moves
    assert sizes["reading", "c"] == near((against(5, -8) - against(5, -2)) / 2)
    out = a_set("CC C N", c=resolution("did-not-occur", day(3)))
    assert {key for key in terms(out, "a") if key[0] == "prior"} == {("prior", "a"), ("prior", "b")}


def test_the_last_of_a_set_has_its_figure_and_no_band() -> None:
    gone = {id: resolution("did-not-occur", day(3)) for id in "bc"}
    assert of(a_set("CC C N", **gone), "a") == Budget(Band(low=0.999, high=0.999), ())
    told = explain(a_set(**gone), "a", day(9), swept=True)
    assert (told.mostly, told.sweep) == ((), ())


def test_beyond_a_bound_both_ends_may_be_the_bound() -> None:
    assert of(db_of(*[1000.0] * 6)).band == Band(low=0.999, high=0.999)
    below = of(db_of(0.001, probability=0.01))
    assert below.band.low == 0.001
    assert (below.terms[0].term, below.terms[0].low) == (near(12.0), 0.001)


def test_what_a_band_is_mostly_made_of_carries_half_of_its_variance() -> None:
    def named(*ratings: Any) -> list[tuple[str, float]]:
        return [(term.id, term.term) for term in of(db_of(*ratings)).largest]

    assert named() == [("s1", near(1.7))]
    assert named("CC") == [("e", near(4.0))]
    assert named("C", "I") == [("s1", near(3 * math.sqrt(2)))]  # two readings
    assert named(*[100.0] * 2) == [("e", near(8.0)), ("f", near(8.0))]


def test_a_reading_errs_by_what_multiplies_its_rating() -> None:
    """By hand: B2 keeps 0.64, the tracker 0.5, an absence by `chance` only what is missing."""
    tracker = Tracker(grade_weights=WEIGHTS, rating_strength=0.5)
    graded: Any = {"reliability": "B", "credibility": 2}
    one = item(ratings={"s1": "CC"}, **graded)

    def read(signs: Any, *items: Any) -> float:
        db = database(
            tracker,
            scenarios={"s1": scenario(indicators=signs)},
            evidence={f"e{n}": told for n, told in enumerate(items)},
        )
        return terms(db).get(("reading", "s1"), 0.0)

    assert read({}, one) == near(3 * 0.64 * 0.5)
    assert read({}, one, one) == near(3 * 0.32 * math.sqrt(2))
    assert read({}) == 0
    emerging = item(indicators={"s1/talks": "emerging"}, **graded)
    rated_absent = indicator({"s1": "N"}, due=day(5), if_absent="I")
    assert read({"talks": rated_absent}) == near(3 * 0.5)
    assert read({"talks": rated_absent}, emerging) == near(3 * 0.5 * 0.5)
    by_chance = indicator({"s1": "CC"}, due=day(5), chance=0.1)
    assert read({"talks": by_chance}) == near(3)
    seen = 0.5 * (0.64 / 2)
    assert read({"talks": by_chance}, emerging) == near(3 * math.hypot(0.5, seen))


def test_a_group_is_read_as_its_strongest_row_and_of_equal_rows_as_the_heaviest() -> None:
    """C under A1 is 5 dB, CC under a weight of a half too; II under B2 is −6.4 and the stronger."""
    heavy = item(ratings={"s1": "C"}, origin="o", reliability="A", credibility=1)
    light = item(ratings={"s1": "CC"}, origin="o", reliability="A", credibility=3)
    against = item(ratings={"s1": "II"}, origin="o", reliability="B", credibility=2)

    def read(*items: Any) -> float:
        evidence = {f"e{n}": told for n, told in enumerate(items)}
        tracker = Tracker(grade_weights=WEIGHTS)
        db = database(tracker, scenarios={"s1": scenario()}, evidence=evidence)
        return terms(db)["reading", "s1"]

    assert read(heavy, light) == read(light, heavy) == near(3 * 1.0)
    assert read(heavy, light, against) == near(3 * 0.64)


def test_an_indicator_that_was_observed_has_no_absence_the_day_after_it_was_due() -> None:
    """By hand: CC at C3 is 3 dB, at A1 10 dB; emerging at A1 5 dB beside half of I."""
    talks = indicator({"s1": "CC"}, due=day(5), if_absent="I")

    def lines(state: str, grade: str, *later: Any) -> list[tuple[Any, ...]]:
        graded: Any = {"reliability": grade[0], "credibility": int(grade[1])}
        seen = item(day(2), indicators={"s1/talks": state}, **graded)
        items = {"e": seen, **{f"f{n}": told for n, told in enumerate(later)}}
        scenarios = {"s1": scenario(indicators={"talks": talks})}
        db = database(Tracker(grade_weights=WEIGHTS), scenarios=scenarios, evidence=items)
        found = ledger_of(Odds(known_on(db, day(6))), "s1").lines
        return [(line.kind, near(line.counted_decibans), line.state) for line in found]

    assert lines("observed", "A1") == [("indicator", 10.0, None)]
    assert lines("observed", "C3") == [("indicator", 3.0, None)]
    assert lines("emerging", "A1") == [("indicator", 5.0, None), ("absence", -2.5, "emerging")]
    assert lines("observed", "E1") == [("absence", -5.0, "unobserved")]
    gone = item(day(3), indicators={"s1/talks": "reversed"}, reliability="A", credibility=1)
    assert lines("observed", "C3", gone) == [("absence", -5.0, "reversed")]
    assert lines("observed", "E1", gone) == [("absence", -5.0, "unobserved")]  # nobody saw it


@given(databases(linked=True), st.integers(0, 364))
def test_a_band_holds_its_figure_and_its_terms_add_up_to_it(db: Database, on: int) -> None:
    odds = Odds(known_on(db, day(on)))
    found = bands(odds, db.scenarios)
    for id, band in found.items():
        made = Budgets(odds).of(id)
        assert made.band == band
        assert band.low <= odds.implied(id) <= band.high
        spread = 1.645 * math.sqrt(sum(term.term**2 for term in made.terms))
        ends = [held(probability(free(odds, id) + way * spread)) for way in (-1, 1)]
        assert [band.low, band.high] == near(ends)
        sizes = [round(term.term, 9) for term in made.terms]
        assert sizes == sorted(sizes, reverse=True)


@given(databases(linked=True), st.integers(0, 364))
def test_no_absence_stands_beside_a_sighting(db: Database, on: int) -> None:
    now = known_on(db, day(on))
    for id in db.scenarios:
        for line in ledger_of(Odds(now), id).lines:
            if line.kind == "absence":
                owner, _, name = line.id.partition("/")
                assert reading(now, (owner, name)).state != "observed"


def test_a_withheld_link_withholds_the_band() -> None:
    scenarios = {"s1": scenario(given={"o": GIVEN}), "o": scenario(0.5)}
    db = database(scenarios=scenarios, withheld={"o": "o.yaml", "s1": "o.yaml"})
    told = explain(db, "s1", day(9), swept=True)
    assert (told.band, told.sweep, told.mostly, told.implied) == (None, None, (), None)


@given(databases())
def test_the_evidence_of_past_days_is_the_band_of_each_and_is_computed_once(db: Database) -> None:
    both = window(db, day(2), day(9))
    known: PastRanges = {}
    figures = recent_figures(both, [*both.views], known)
    for id, recent in figures.items():
        for point in recent.evidence:
            odds = Odds(known_on(db, point.day))
            band = bands(odds, [id])[id]
            assert (point.implied, point.low, point.high) == near(
                (odds.implied(id), band.low, band.high)
            )
    assert recent_figures(both, [*both.views], dict(known)) == figures
    assert {id for id, _ in known} == {id for id, recent in figures.items() if recent.evidence}


@pytest.mark.parametrize(("number", "rating"), [(300, "C"), (300, "I"), (2000, "CC"), (2000, "II")])
def test_a_band_of_a_member_holds_its_figure_however_much_rates_it(
    number: int, rating: str
) -> None:
    """Of 300 dB for a member nothing is left in 1 - (1 - 1e-30), and 10 ** 400 is no float."""
    members = {id: scenario(p, set="s") for id, p in (("s1", 0.2), ("s2", 0.8))}
    items = {f"e{n}": item(ratings={"s1": rating}) for n in range(number)}
    db = database(Tracker(evidence_dependence=0.0), scenarios=members, evidence=items)
    odds = Odds(known_on(db, day(9)))
    for id in members:
        budget = Budgets(odds).of(id)
        low, high = budget.band.low, budget.band.high
        assert low <= held(odds.implied(id)) <= high
        assert all(math.isfinite(term.term) for term in budget.terms)
