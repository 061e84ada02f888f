from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import Ledger, Line, ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import LeaveOneOut, leave_one_out
from scenarios.model import Database, Dependence, Given, HazardEnded, Tracker
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
    scenario,
)

HALF = Tracker(evidence_dependence=0.5)
SET = Tracker(sets={"s": "A set"})


def at(db: Database, id: str = "s1", on: int = 100) -> Ledger:
    return ledger(known(db, day(on)), id)


def without(db: Database, id: str) -> LeaveOneOut:
    return leave_one_out(Odds(known(db, day(100))), id)


def one(
    evidence: dict[str, Any], prior: float = 0.5, tracker: Tracker | None = None, **keys: Any
) -> Ledger:
    return at(database(tracker, scenarios={"s1": scenario(prior, **keys)}, evidence=evidence))


def counted(book: Ledger) -> dict[str, float]:
    return {line.id: round(line.counted_decibans, 6) for line in book.lines}


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
    book = one({"2022-01-01-e": item(ratings={"s1": ratio})}, prior)
    assert round(book.implied.probability, 6) == posterior


def test_a_likelihood_ratio_of_two_is_worth_three_decibans() -> None:
    book = one({"2022-01-01-e": item(ratings={"s1": 2.0})})
    assert book.lines == (
        Line(
            kind="direct",
            id="2022-01-01-e",
            decibans=near(3.0103, abs=1e-6),
            weight=1.0,
            factor=1.0,
            counted_decibans=near(3.0103, abs=1e-6),
            evidence=("2022-01-01-e",),
            suppressed=(),
        ),
    )


def test_equal_likelihoods_change_nothing() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "N"}),
        "2022-01-01-f": item(ratings={"s1": 1.0}),
    }
    book = one(evidence, 0.3)
    assert (book.lines, book.neutral) == ((), 2)
    assert book.implied.probability == near(0.3)


def test_unrated_is_not_neutral() -> None:
    assert one({"2022-01-01-e": item()}).neutral == 0


# What is known.


def test_what_was_recorded_later_is_not_known() -> None:
    db = database(
        scenarios={"s1": scenario()}, evidence={"2022-01-01-e": item(day(50), ratings={"s1": "C"})}
    )
    assert counted(at(db, on=49)) == {}
    assert counted(at(db, on=50)) == {"2022-01-01-e": 5.0}


def test_a_retracted_item_counts_until_the_day_before() -> None:
    retracted = item(ratings={"s1": "C"}, retracted=retraction(day(50)))
    db = database(scenarios={"s1": scenario()}, evidence={"2022-01-01-e": retracted})
    assert counted(at(db, on=49)) == {"2022-01-01-e": 5.0}
    assert counted(at(db, on=50)) == {}


# Weight.


@pytest.mark.parametrize(("grade", "worth"), [("A1", 10.0), ("B2", 6.4), ("C3", 3.0), ("F6", 1.6)])
def test_a_grade_keeps_its_share_of_a_rating(grade: str, worth: float) -> None:
    graded = item(ratings={"s1": "CC"}, reliability=grade[0], credibility=int(grade[1]))
    book = one({"2022-01-01-e": graded}, tracker=Tracker(grade_weights=WEIGHTS))
    assert counted(book) == {"2022-01-01-e": worth}


def test_a_grade_without_a_table_is_shown_and_not_applied() -> None:
    graded = item(ratings={"s1": "CC"}, reliability="E", credibility=5)
    assert counted(one({"2022-01-01-e": graded})) == {"2022-01-01-e": 10.0}


def test_what_its_grade_leaves_no_weight_is_neutral() -> None:
    graded = item(ratings={"s1": "CC"}, reliability="E", credibility=1)
    book = one({"2022-01-01-e": graded}, tracker=Tracker(grade_weights=WEIGHTS))
    assert (book.lines, book.neutral) == ((), 1)


# Groups.


def test_five_reports_of_one_origin_are_one_witness() -> None:
    reports = {f"2022-01-0{n}-e": item(ratings={"s1": "C"}, origin="wire") for n in range(1, 6)}
    (line,) = one(reports).lines
    assert (line.id, line.decibans) == ("2022-01-01-e", 5.0)
    assert line.suppressed == ("2022-01-02-e", "2022-01-03-e", "2022-01-04-e", "2022-01-05-e")


def test_independent_witnesses_of_one_event_are_one_fact() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, event="strike"),
        "2022-01-01-f": item(ratings={"s1": "CC"}, event="strike"),
    }
    assert counted(one(evidence)) == {"2022-01-01-f": 10.0}


def test_a_witness_with_two_minds_counts_the_strongest_of_each() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "CC"}, origin="o"),
        "2022-01-01-f": item(ratings={"s1": "C"}, origin="o"),
        "2022-01-01-g": item(ratings={"s1": "I"}, origin="o"),
    }
    (line,) = one(evidence).lines
    assert (line.id, line.decibans, line.suppressed) == ("2022-01-01-e", 5.0, ("2022-01-01-f",))
    assert line.evidence == ("2022-01-01-e", "2022-01-01-g")


def test_origin_and_event_tie_through_one_another() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, origin="o"),
        "2022-01-01-f": item(ratings={"s1": "C"}, origin="o", event="v"),
        "2022-01-01-g": item(ratings={"s1": "C"}, event="v"),
    }
    assert counted(one(evidence)) == {"2022-01-01-e": 5.0}


def test_a_neutral_item_ties_nothing() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, origin="o"),
        "2022-01-01-f": item(ratings={"s1": "N"}, origin="o", event="v"),
        "2022-01-01-g": item(ratings={"s1": "C"}, event="v"),
    }
    assert counted(one(evidence)) == {"2022-01-01-e": 5.0, "2022-01-01-g": 5.0}


def test_an_item_may_name_another_as_its_origin() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}),
        "2022-01-01-f": item(ratings={"s1": "C"}, origin="2022-01-01-e"),
    }
    assert counted(one(evidence)) == {"2022-01-01-e": 5.0}


# Dependence: n equal lines are worth n/(1+(n−1)ρ).


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("dependence", [0.0, 0.25, 0.5, 1.0])
def test_equal_lines_add_up_to_their_effective_number(count: int, dependence: float) -> None:
    evidence = {f"2022-01-01-e{n}": item(ratings={"s1": 2.0}) for n in range(count)}
    book = one(evidence, tracker=Tracker(evidence_dependence=dependence))
    worth = book.counted("direct")
    assert worth == near(count / (1 + (count - 1) * dependence) * 10 * math.log10(2))


def test_one_line_against_ten_takes_off_what_a_line_is_worth() -> None:
    evidence = {f"2022-01-01-e{n}": item(ratings={"s1": "CC"}) for n in range(10)}
    evidence["2022-01-01-f"] = item(ratings={"s1": "II"})
    # 9 of 11 equal lines left, each worth 1/(1 + 10·0.5): 15 dB.
    assert one(evidence, tracker=HALF).implied.probability == near(0.9693, abs=0.0005)


def test_lines_for_and_lines_against_share_their_layers() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "CC"}),
        "2022-01-01-f": item(ratings={"s1": "C"}),
        "2022-01-01-g": item(ratings={"s1": "I"}),
    }
    # Up to 5 dB three lines count half of it each, from there to 10 dB one alone.
    assert counted(one(evidence, tracker=HALF)) == {
        "2022-01-01-e": 7.5,
        "2022-01-01-f": 2.5,
        "2022-01-01-g": -2.5,
    }


def test_lines_of_one_theme_overlap_more_than_those_of_two() -> None:
    themes = {"t1": "A theme", "t2": "Another"}
    tracker = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes=themes)

    def worth(*about: str) -> float:
        evidence = {
            f"2022-01-01-e{n}": item(ratings={"s1": "CC"}, theme=theme)
            for n, theme in enumerate(about)
        }
        return one(evidence, tracker=tracker).counted("direct")

    assert worth("t1", "t1") == near(20 / 1.6)
    assert worth("t1", "t2") == near(20 / 1.2)


def test_the_theme_of_a_group_is_that_of_the_item_that_came_first() -> None:
    evidence = {
        "2022-01-01-e": item(day(3), ratings={"s1": "CC"}, origin="o", theme="t2"),
        "2022-01-01-f": item(ratings={"s1": "C"}, origin="o", theme="t1"),
    }
    (line,) = one(evidence).lines
    assert (line.id, line.theme) == ("2022-01-01-e", "t1")


def test_rating_strength_multiplies_every_rating() -> None:
    evidence = {"2022-01-01-e": item(ratings={"s1": "CC"})}
    assert counted(one(evidence, tracker=Tracker(rating_strength=0.6))) == {"2022-01-01-e": 6.0}


# Indicators.


def test_an_indicator_is_one_line_however_many_items_report_it() -> None:
    evidence = {
        f"2022-01-0{n}-e": item(day(n), indicators={"s1/talks": "observed"}) for n in range(1, 4)
    }
    (line,) = one(evidence, indicators={"talks": indicator({"s1": "CC"})}).lines
    assert (line.kind, line.id, line.decibans) == ("indicator", "s1/talks", 10.0)
    assert line.evidence == ("2022-01-01-e", "2022-01-02-e", "2022-01-03-e")


def test_an_indicator_speaks_to_every_scenario_that_it_rates() -> None:
    db = database(
        scenarios={
            "s1": scenario(indicators={"talks": indicator({"s1": "CC", "s2": "I"})}),
            "s2": scenario(),
        },
        evidence={"2022-01-01-e": item(indicators={"s1/talks": "emerging"})},
    )
    assert counted(at(db, "s1")) == {"s1/talks": 5.0}
    assert counted(at(db, "s2")) == {"s1/talks": -2.5}


def test_an_item_and_the_indicator_that_it_fires_are_one_witness() -> None:
    db = database(
        scenarios={
            "s1": scenario(indicators={"talks": indicator({"s1": "C", "s2": "CC"})}),
            "s2": scenario(),
        },
        evidence={"2022-01-01-e": item(ratings={"s2": "C"}, indicators={"s1/talks": "observed"})},
    )
    (line,) = at(db, "s2").lines
    assert (line.id, line.suppressed) == ("s1/talks", ("2022-01-01-e",))


@pytest.mark.parametrize(("on", "worth"), [(9, {}), (10, {}), (11, {"s1/talks": -5.0})])
def test_absence_counts_after_the_due_day(on: int, worth: dict[str, float]) -> None:
    watched = indicator({"s1": "CC"}, due=day(10), if_absent="I")
    db = database(scenarios={"s1": scenario(indicators={"talks": watched})})
    book = at(db, on=on)
    assert counted(book) == worth
    assert [line.kind for line in book.lines] == ["absence"] * len(worth)


def test_half_a_sighting_leaves_half_an_absence() -> None:
    watched = indicator({"s1": "CC"}, due=day(10), if_absent="I")
    evidence = {"2022-01-01-e": item(indicators={"s1/talks": "emerging"})}
    lines = one(evidence, indicators={"talks": watched}).lines
    assert [(line.kind, line.counted_decibans) for line in lines] == [
        ("indicator", 5.0),
        ("absence", -2.5),
    ]


def test_a_chance_says_what_an_absence_is_worth() -> None:
    # p = 0.5, L = 10, c = 0.22: b = 0.22/5.5 = 0.04 and a = 0.4, so that 0.6/0.96 are left.
    watched = indicator({"s1": "CC"}, due=day(10), chance=0.22)
    (line,) = one({}, indicators={"talks": watched}).lines
    assert (line.kind, line.decibans) == ("absence", near(10 * math.log10(0.6 / 0.96)))
    implied = probability(line.counted_decibans)
    assert 0.22 * (10 / 11) + 0.78 * implied == near(0.5)  # what is expected is the prior


def test_in_a_set_a_chance_is_shared_by_the_members() -> None:
    watched = indicator({"a": "CC", "b": "I"}, due=day(10), chance=0.1)
    db = three({}, a={"indicators": {"x": watched}})
    ratios = {"a": 10.0, "b": 10**-0.5, "c": 1.0}
    mean = 0.2 * ratios["a"] + 0.3 * ratios["b"] + 0.5 * ratios["c"]
    left = {
        id: p * (1 - 0.1 * ratios[id] / mean) for id, p in zip("abc", (0.2, 0.3, 0.5), strict=True)
    }
    assert sum(left.values()) == near(0.9)
    assert [at(db, id).implied.probability for id in "abc"] == near(
        [worth / 0.9 for worth in left.values()]
    )


def test_an_absence_without_a_worth_is_no_line() -> None:
    assert one({}, indicators={"talks": indicator({"s1": "CC"}, due=day(10))}).lines == ()


# In the prior.


def test_what_the_prior_uses_is_shown_and_worth_nothing() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "CC"}),
        "2022-01-01-f": item(ratings={"s1": "C"}),
    }
    book = one(evidence, includes=("2022-01-01-e",))
    assert [(line.kind, line.id, line.counted_decibans) for line in book.lines] == [
        ("direct", "2022-01-01-f", 5.0),
        ("in-prior", "2022-01-01-e", 0.0),
    ]


def test_an_indicator_counts_what_the_prior_did_not_use() -> None:
    evidence = {
        "2022-01-01-e": item(indicators={"s1/talks": "emerging"}),
        "2022-01-02-f": item(day(1), indicators={"s1/talks": "observed"}),
    }
    watched = indicator({"s1": "CC"}, due=day(10), if_absent="II")
    book = one(evidence, includes=("2022-01-01-e",), indicators={"talks": watched})
    assert counted(book) == {"s1/talks": 5.0, "2022-01-01-e": 0.0}


def test_in_a_set_what_one_prior_uses_is_in_the_prior_of_all() -> None:
    db = database(
        SET,
        scenarios={
            "a": scenario(0.5, set="s", includes=("2022-01-01-e",)),
            "b": scenario(0.5, set="s"),
        },
        evidence={"2022-01-01-e": item(ratings={"a": "CC"})},
    )
    assert at(db, "b").implied.probability == near(0.5)
    assert [line.kind for line in at(db, "b").lines] == ["in-prior"]


def test_it_stays_in_the_prior_of_all_when_that_member_has_left() -> None:
    out = resolution("did-not-occur", day(50))
    db = database(
        SET,
        scenarios={
            "a": scenario(0.4, set="s", includes=("2022-01-01-e",), resolution=out),
            "b": scenario(0.3, set="s"),
            "c": scenario(0.3, set="s"),
        },
        evidence={"2022-01-01-e": item(ratings={"b": "CC"})},
    )
    assert at(db, "b").implied.probability == near(0.5)
    assert [line.kind for line in at(db, "b").lines] == ["in-prior", "rivals"]


# Sets.


def three(evidence: dict[str, Any], **keys: Any) -> Database:
    members = {"a": 0.2, "b": 0.3, "c": 0.5}
    scenarios = {id: scenario(p, set="s", **keys.get(id, {})) for id, p in members.items()}
    return database(SET, scenarios=scenarios, evidence=evidence)


def test_a_set_without_evidence_stands_at_its_priors() -> None:
    db = three({})
    assert [at(db, id).implied.probability for id in "abc"] == near([0.2, 0.3, 0.5])
    assert at(db, "a").lines == ()


def test_a_row_is_measured_from_its_second_highest_value() -> None:
    db = three({"2022-01-01-e": item(ratings={"a": "CC", "b": "C", "c": "II"})})
    assert counted(at(db, "a"))["2022-01-01-e"] == 5.0
    assert "2022-01-01-e" not in counted(at(db, "b"))
    assert counted(at(db, "c"))["2022-01-01-e"] == -15.0
    assert at(db, "b").neutral == 1
    odds = [0.2 * 10**0.5, 0.3, 0.5 * 10**-1.5]
    expected = [o / sum(odds) for o in odds]
    assert [at(db, id).implied.probability for id in "abc"] == near(expected)


def test_a_member_that_did_not_occur_leaves_and_the_rest_renormalise() -> None:
    out = {"c": {"resolution": resolution("did-not-occur", day(50))}}
    assert at(three({}, **out), "a", on=49).implied.probability == near(0.2)
    assert at(three({}, **out), "a", on=50).implied.probability == near(0.4)


def test_ruling_a_member_out_leaves_the_odds_among_the_others() -> None:
    rows = ["C I N", "C I I", "I C C", "I C C", "C I C"]
    evidence = {
        f"2022-01-01-e{n}": item(ratings=dict(zip("abc", row.split(), strict=True)))
        for n, row in enumerate(rows)
    }
    members = {"a": scenario(0.4, set="s"), "b": scenario(0.45, set="s")}
    gone = scenario(0.15, set="s", resolution=resolution("did-not-occur", day(50)))
    tracker = Tracker(evidence_dependence=0.5, sets={"s": "A set"})
    db = database(tracker, scenarios={**members, "c": gone}, evidence=evidence)

    def odds(on: int) -> float:
        a, b = (at(db, id, on).implied.probability for id in "ab")
        return a / b

    assert odds(50) == near(odds(49), rel=1e-9)
    assert odds(49) > 1


def test_a_row_is_measured_over_the_members_of_its_day() -> None:
    out = {"c": {"resolution": resolution("did-not-occur", day(50))}}
    row = {"a": "C", "b": "I", "c": "CC"}
    before, since = item(day(50), ratings=row), item(day(51), ratings=row)
    db = three({"2022-02-20-e": before, "2022-02-21-f": since}, **out)
    evidence = {id: {n: w for n, w in counted(at(db, id)).items() if n != "rivals"} for id in "ab"}
    assert evidence == {"a": {"2022-02-21-f": 10.0}, "b": {"2022-02-20-e": -10.0}}


def test_the_last_open_member_stands_at_the_upper_bound() -> None:
    out = {"resolution": resolution("did-not-occur", day(50))}
    book = at(three({"2022-01-01-e": item(ratings={"a": "II"})}, b=out, c=out), "a")
    assert book.implied.probability == 0.999
    assert [line.kind for line in book.lines] == ["direct", "rivals"]
    assert book.prior.decibans - 10 + book.counted("rivals") == near(book.implied.decibans)


def test_an_annulled_member_keeps_its_place() -> None:
    void = {"c": {"resolution": resolution("annulled", day(50))}}
    assert at(three({}, **void), "a").implied.probability == near(0.2)


def test_leave_one_out_takes_a_whole_row_from_a_set() -> None:
    db = three({"2022-01-01-e": item(ratings={"a": "CC", "b": "I"})})
    left = without(db, "c")
    assert (left.low_line, left.high_line) == (None, "2022-01-01-e")
    assert left.high == near(0.5)


# Links.


def linked(**other: Any) -> Database:
    given = {"s2": Given(occurred=0.2, did_not_occur=0.02)}
    scenarios = {"s1": scenario(0.074, given=given), "s2": scenario(0.3, **other)}
    return database(scenarios=scenarios, evidence={"2022-01-05-e": item(day(4), ratings={"s2": 7})})


def test_a_linked_prior_follows_the_probability_of_the_other() -> None:
    assert at(linked(), on=0).implied.probability == near(0.3 * 0.2 + 0.7 * 0.02)
    book = at(linked(), on=9)
    assert at(linked(), "s2", 9).implied.probability == near(0.75)
    assert [line.kind for line in book.lines] == ["given"]
    assert book.implied.probability == near(0.75 * 0.2 + 0.25 * 0.02)


@pytest.mark.parametrize(
    ("outcome", "prior"), [("occurred", 0.2), ("did-not-occur", 0.02), ("annulled", 0.074)]
)
def test_an_outcome_leaves_the_figure_under_it(outcome: str, prior: float) -> None:
    db = linked(resolution=resolution(outcome, day(50)))
    assert at(db, on=50).implied.probability == near(prior)


def test_a_link_that_goes_in_a_circle_or_nowhere_is_none() -> None:
    given = Given(occurred=0.9, did_not_occur=0.1)
    scenarios = {
        "s1": scenario(0.5, given={"s2": given}),
        "s2": scenario(0.4, given={"s1": given}),
        "s3": scenario(0.3, given={"s9": given}),
        "a": scenario(0.5, set="s", given={"b": given}),
        "b": scenario(0.5, set="s"),
    }
    db = database(scenarios=scenarios)
    assert at(db, "s1").implied.probability == near(0.42)
    assert at(db, "s3").implied.probability == near(0.3)
    assert at(db, "a").implied.probability == near(0.5)


# Time and bounds.


def test_a_constant_hazard_decays_to_the_bound() -> None:
    db = database(scenarios={"s1": scenario(0.36, hazard="constant")})
    whole = (END - START).days
    assert at(db, on=0).implied.probability == near(0.36)
    # Half of the time left: 1 − 0.64^(1/2) = 0.2.
    assert at(db, on=whole // 2).implied.probability == near(0.2)
    assert at(db, on=whole).implied.probability == near(0.001)
    assert at(db, on=whole + 50).implied.probability == near(0.001)
    assert [line.kind for line in at(db, on=whole).lines] == ["time"]


def test_waiting_says_nothing_once_the_event_has_a_date() -> None:
    half = (END - START).days // 2
    ended = HazardEnded(day(half), "The summit was announced.")
    book = at(database(scenarios={"s1": scenario(0.36, hazard="constant", hazard_ended=ended)}))
    on = at(
        database(scenarios={"s1": scenario(0.36, hazard="constant", hazard_ended=ended)}),
        on=half + 100,
    )
    assert book.implied.probability > 0.2
    assert on.implied.probability == near(0.2)


def test_a_hazard_without_time_stays_at_its_prior() -> None:
    book = one({}, 0.3, hazard="constant", horizon=START)
    assert (book.lines, book.implied.probability) == ((), near(0.3))


def test_no_evidence_makes_certain() -> None:
    evidence = {f"2022-01-01-e{n}": item(ratings={"s1": 1000.0}) for n in range(300)}
    book = one(evidence)
    assert book.implied.probability == 0.999
    assert book.lines[-1].kind == "bound"
    against = {f"2022-01-01-e{n}": item(ratings={"s1": 0.001}) for n in range(300)}
    assert one(against).implied.probability == 0.001


def test_leave_one_out_names_the_line_that_carries_it() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "CC"}),
        "2022-01-01-f": item(ratings={"s1": "I"}),
    }
    left = without(database(scenarios={"s1": scenario()}, evidence=evidence), "s1")
    assert (left.low_line, left.high_line) == ("2022-01-01-e", "2022-01-01-f")
    assert left.low == near(probability(-5))
    assert left.high == near(probability(10))


# Properties.


def free(book: Ledger) -> float:
    """Decibans of the implied probability before `bound`."""
    return book.implied.decibans - book.counted("bound")


@given(databases(), st.integers(0, 364))
def test_prior_plus_rows_is_implied(db: Database, on: int) -> None:
    for id in db.scenarios:
        book = at(db, id, on)
        total = book.prior.decibans + sum(line.counted_decibans for line in book.lines)
        assert total == near(book.implied.decibans, abs=1e-6)
        assert all(math.isfinite(line.counted_decibans) for line in book.lines)


@given(databases(), st.integers(0, 149))
def test_a_set_sums_to_one(db: Database, on: int) -> None:
    members = [id for id in db.scenarios if id != "alone"]
    assert sum(probability(free(at(db, id, on))) for id in members) == near(1)


@given(databases(), st.permutations(range(7)))
def test_the_order_of_evidence_does_not_matter(db: Database, order: list[int]) -> None:
    items = list(db.evidence.items())
    shuffled = {items[n][0]: items[n][1] for n in order if n < len(items)}
    again = Database(db.tracker, db.scenarios, shuffled)
    for id in db.scenarios:
        assert at(again, id) == at(db, id)


@given(databases(tied=False), st.floats(1, 1000))
def test_an_item_for_a_scenario_never_lowers_it_nor_adds_more_than_its_own(
    db: Database, ratio: float
) -> None:
    more = {**db.evidence, "2022-01-05-new": item(day(4), ratings={"alone": ratio})}
    before, after = at(db, "alone"), at(Database(db.tracker, db.scenarios, more), "alone")
    gain = free(after) - free(before)
    assert -1e-9 <= gain <= 10 * math.log10(ratio) + 1e-9


@given(databases(), st.floats(1, 1000), st.sampled_from(["o1", "o2"]))
def test_an_item_that_joins_one_origin_never_moves_a_scenario_against_itself(
    db: Database, ratio: float, origin: str
) -> None:
    assume(not any(e.event for e in db.evidence.values()))
    assume(not any(e.indicators for e in db.evidence.values()))
    new = item(day(4), ratings={"alone": ratio}, origin=origin)
    more = {**db.evidence, "2022-01-05-new": new}
    before, after = at(db, "alone"), at(Database(db.tracker, db.scenarios, more), "alone")
    assert -1e-9 <= free(after) - free(before) <= 10 * math.log10(ratio) + 1e-9


@given(databases(tied=False), st.dictionaries(st.sampled_from("abcd"), ratings, min_size=1))
def test_an_item_never_lowers_the_member_that_it_alone_rates_highest(
    db: Database, row: dict[str, object]
) -> None:
    members = [id for id in db.scenarios if id != "alone"]
    row = {id: row.get(id, "N") for id in members}
    new = item(day(4), ratings=row)
    book = {id: at(db, id, 149) for id in members}
    later = Database(db.tracker, db.scenarios, {**db.evidence, "2022-01-05-new": new})
    worth = {id: _decibans(rating) for id, rating in row.items()}
    best = max(worth, key=worth.__getitem__)
    assume(sorted(worth.values())[-2] < worth[best])
    assert free(at(later, best, 149)) >= free(book[best]) - 1e-9


@given(databases(tied=False), ratings)
def test_an_equal_row_changes_no_set(db: Database, rating: float | str) -> None:
    members = [id for id in db.scenarios if id != "alone"]
    new = item(day(4), ratings=dict.fromkeys(members, rating), origin="o1", event="v1")
    later = Database(db.tracker, db.scenarios, {**db.evidence, "2022-01-05-new": new})
    for id in members:
        assert at(later, id).lines == at(db, id).lines


@given(databases(tied=False), ratings)
def test_a_row_about_one_member_leaves_the_odds_of_the_others_alone(
    db: Database, rating: float | str
) -> None:
    assume("c" in db.scenarios)
    new = item(day(4), ratings={"a": rating})
    later = Database(db.tracker, db.scenarios, {**db.evidence, "2022-01-05-new": new})

    def odds(db: Database) -> float:
        b, c = at(db, "b", 149), at(db, "c", 149)
        return _share(free(b)) - _share(free(c))

    assert odds(later) == near(odds(db), abs=1e-6)


@given(databases())
def test_leave_one_out_agrees_with_leaving_one_out(db: Database) -> None:
    """Where lines are single items, the extremes are those of the databases with one item less."""
    assume(not any(e.origin or e.event or e.indicators for e in db.evidence.values()))
    for id in db.scenarios:
        less = [
            at(Database(db.tracker, db.scenarios, _without(db, e)), id).implied.probability
            for e in db.evidence
            if e not in db.scenarios[id].prior.includes
        ]
        every = [at(db, id).implied.probability, *less]
        left = without(db, id)
        assert (left.low, left.high) == (near(min(every), abs=1e-9), near(max(every), abs=1e-9))


@given(chances)
def test_decibans_and_probability_are_inverses(value: float) -> None:
    assert probability(decibans(value)) == near(value)


def _decibans(rating: object) -> float:
    codes = {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}
    return codes[rating] if isinstance(rating, str) else 10 * math.log10(float(str(rating)))


def _share(db: float) -> float:
    """10·log10 of the probability whose odds are worth `db`."""
    return -10 * math.log10(1 + 10 ** (-db / 10))


def _without(db: Database, id: str) -> dict[str, Any]:
    return {other: e for other, e in db.evidence.items() if other != id}
