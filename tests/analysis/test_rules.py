from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.analysis.period.period import window
from scenarios.analysis.rules import consistency, every_rule, files
from scenarios.analysis.rules.finding import of_evidence, of_scenario
from scenarios.analysis.rules.findings import RULES, findings
from scenarios.model import Database, Given, Sheet, Source, Tracker
from tests.records import (
    START,
    WEIGHTS,
    database,
    day,
    indicator,
    item,
    resolution,
    scenario,
    sheet,
)


def found(db: Database, rule: str, on: int = 9, since: int = 2) -> list[tuple[str, str]]:
    made = findings(window(db, day(since), day(on)))
    return [(f.subject, f.message) for f in made if f.rule == rule]


def alone(
    evidence: dict[str, Any] | None = None, sheets: list[Sheet] | None = None, **keys: Any
) -> Database:
    named = {f"{one.date}-{one.analyst}": one for one in sheets or []}
    prior = keys.pop("prior", 0.5)
    return database(
        scenarios={"s1": scenario(prior, **keys)}, evidence=evidence or {}, sheets=named
    )


def test_a_fresh_and_tidy_database_needs_no_attention() -> None:
    db = alone(
        {"2022-01-01-e": item(ratings={"s1": "C"}, reliability="B", credibility=2)},
        [sheet(day(5), {"s1": 0.6}, rationales={"s1": "Why."})],
        indicators={name: indicator({"s1": "C"}) for name in "xyz"},
    )
    assert findings(window(db, day(2), day(9))) == ()


def test_each_rule_has_its_own_id() -> None:
    lists = (files.RULES, consistency.RULES, RULES)
    assert list(every_rule.RULES) == [rule.id for rules in lists for rule in rules]


def test_overdue() -> None:
    db = alone(horizon=day(5))
    assert found(db, "overdue", on=5) == []
    assert found(db, "overdue") == [("s1", "its horizon passed 4 days ago: resolve it")]


def test_not_reviewed() -> None:
    assert found(alone(), "not-reviewed", on=7) == []
    assert found(alone(), "not-reviewed", on=8) == [("s1", "no forecast since it opened")]
    db = alone(sheets=[sheet(day(1), {"s1": 0.5})])
    assert found(db, "not-reviewed", on=8) == []
    assert found(db, "not-reviewed", on=9) == [("s1", "no forecast since 2022-01-02")]
    done = alone(resolution=resolution("occurred", day(3)))
    assert found(done, "not-reviewed") == []


def test_one_origin_behind_a_move() -> None:
    evidence = {
        "2022-01-05-e": item(day(4), ratings={"s1": "C"}, origin="wire"),
        "2022-01-05-f": item(day(4), ratings={"s1": "C"}, origin="wire"),
    }
    assert found(alone(evidence), "one-origin") == [
        ("s1", "the move rests on one origin, wire (2 items)")
    ]
    single = {"2022-01-05-e": item(day(4), ratings={"s1": "C"})}
    assert found(alone(single), "one-origin") == [
        ("s1", "the move rests on one origin, 2022-01-05-e (1 item)")
    ]
    two = evidence | {"2022-01-05-g": item(day(4), ratings={"s1": "C"}, origin="other")}
    assert found(alone(two), "one-origin") == []
    neutral = {"2022-01-05-e": item(day(4), ratings={"s1": "N"})}
    assert found(alone(neutral), "one-origin") == []


def test_confirmed_wants_another_origin() -> None:
    message = "graded 1 (confirmed), but no known item of another origin corroborates it"
    one = item(ratings={"s1": "C"}, credibility=1, origin="a", event="v")
    assert found(alone({"2022-01-01-e": one}), "uncorroborated") == [("2022-01-01-e", message)]
    same = {"2022-01-01-e": one, "2022-01-01-f": item(origin="a", event="v")}
    assert found(alone(same), "uncorroborated") == [("2022-01-01-e", message)]
    other = {"2022-01-01-e": one, "2022-01-01-f": item(origin="b", event="v")}
    assert found(alone(other), "uncorroborated") == []
    named = item(credibility=1, corroborated_by=("2022-01-01-f", "2022-01-01-unknown"))
    db = alone({"2022-01-01-e": named, "2022-01-01-f": item()})
    assert found(db, "uncorroborated") == []


def test_a_reliable_source_of_an_improbable_item_clashes() -> None:
    def graded(both: str) -> list[tuple[str, str]]:
        one = item(ratings={"s1": "C"}, reliability=both[0], credibility=int(both[1]))
        return found(alone({"2022-01-01-e": one}), "grade-clash")

    text = "reliability and credibility say opposite things"
    assert [graded(g) for g in ("A4", "B5", "E1", "D1")] == [
        [("2022-01-01-e", f"graded {g}: {text}")] for g in ("A4", "B5", "E1", "D1")
    ]
    assert [graded(g) for g in ("A1", "B2", "C5", "F1", "A6", "E5")] == [[]] * 6


def test_a_source_lends_its_letter() -> None:
    db = database(
        sources={"paper": Source("Paper", "A")},
        evidence={"2022-01-01-e": item(source="paper", credibility=5)},
    )
    assert [subject for subject, _ in found(db, "grade-clash")] == ["2022-01-01-e"]


def test_unrated() -> None:
    db = alone({"2022-01-01-e": item(), "2022-01-01-f": item(ratings={"s1": "N"})})
    assert found(db, "unrated") == [("2022-01-01-e", "rates no scenario: scen rate 2022-01-01-e")]


def test_a_row_with_a_member_left_out_is_partial() -> None:
    gone = resolution("did-not-occur", START)
    members = {
        "a": scenario(0.5, set="s", indicators={"x": indicator({"a": "C"})}),
        "b": scenario(0.5, set="s"),
        "c": scenario(0.5, set="s", resolution=gone),
    }
    evidence = {
        "2022-01-01-e": item(ratings={"a": "C"}),
        "2022-01-01-f": item(ratings={"a": "C", "b": "N"}),
    }
    db = database(Tracker(sets={"s": "S"}), scenarios=members, evidence=evidence)
    message = "in s, not rated for b: counts as N"
    assert found(db, "partial-row") == [("2022-01-01-e", message), ("a/x", message)]


def test_counted_evidence_from_before_the_opening() -> None:
    early = {"2021-12-01-e": item(date(2021, 12, 1), ratings={"s1": "C"})}
    message = "2021-12-01-e was recorded before 2022-01-01: the prior may hold it"
    assert found(alone(early), "before-opened") == [("s1", message)]
    assert found(alone(early, includes=("2021-12-01-e",)), "before-opened") == []


def test_an_indicator_that_tells_nothing_apart() -> None:
    db = alone(indicators={"x": indicator({"s1": "N"}), "y": indicator({"s1": "C"})})
    assert found(db, "non-diagnostic") == [
        ("s1/x", "rated the same under every scenario: seeing it would tell nothing")
    ]


def test_past_due() -> None:
    watched = {
        "x": indicator({"s1": "CC"}, due=day(5), if_absent="I"),
        "y": indicator({"s1": "CC"}, due=day(5)),
        "z": indicator({"s1": "CC"}, due=day(5)),
        "later": indicator({"s1": "CC"}, due=day(9)),
        "never": indicator({"s1": "CC"}),
    }
    db = alone({"2022-01-01-e": item(indicators={"s1/z": "emerging"})}, indicators=watched)
    assert found(db, "past-due") == [
        ("s1/x", "due 2022-01-06 and not seen: its absence counts"),
        ("s1/y", "due 2022-01-06 and not seen: its absence counts 0"),
    ]


def test_an_absence_with_a_chance_counts() -> None:
    watched = {"x": indicator({"s1": "CC"}, due=day(5), chance=0.1)}
    assert found(alone(indicators=watched), "past-due") == [
        ("s1/x", "due 2022-01-06 and not seen: its absence counts")
    ]


def test_seeing_and_not_seeing_cannot_speak_for_one_side() -> None:
    def of(rating: Any, if_absent: Any, **keys: Any) -> list[str]:
        ratings = {"s2": "CC"} if rating is None else {"s1": rating}
        watched = {"x": indicator(ratings, if_absent=if_absent, due=day(9), **keys)}
        return [subject for subject, _ in found(alone(indicators=watched), "absence-sign")]

    assert of("CC", "C") == of("I", 0.5) == of(3, 2) == ["s1/x"]
    assert of("CC", "I") == of("I", "C") == of("N", "I") == of("CC", "N") == of(None, "I") == []
    assert of("CC", None, chance=0.1) == []


def test_in_a_set_signs_are_compared_after_centring() -> None:
    def of(names: str, ratings: dict[str, Any], if_absent: str, **last: Any) -> bool:
        watched = {"x": indicator(ratings, if_absent=if_absent, due=day(9))}
        members = {name: scenario(0.3, set="s") for name in names}
        members["a"] = scenario(0.3, set="s", indicators=watched)
        members[names[-1]] = scenario(0.3, set="s", **last)
        db = database(Tracker(sets={"s": "S"}), scenarios=members)
        return bool(found(db, "absence-sign"))

    assert of("abc", {"a": "C", "b": "CC", "c": "CC"}, "I")  # seen, it is against a
    assert not of("abc", {"a": "C", "b": "CC", "c": "CC"}, "C")
    assert not of("abc", {"a": "C", "b": "CC"}, "I")  # says nothing of a, as against c
    assert of("ab", {"a": "C", "b": "CC"}, "I")
    assert not of("ab", {"a": "CC", "b": "C"}, "I")
    gone = resolution("did-not-occur", START)
    assert of("abc", {"a": "C", "b": "CC"}, "I", resolution=gone)


def linked(prior: float, evidence: dict[str, Any] | None = None, **other: Any) -> Database:
    """A pact that depends on a war, whose prior is 0.25."""
    given = {"war": Given(0.4, 0.2)}
    scenarios = {"pact": scenario(prior, given=given), "war": scenario(0.25, **other)}
    return database(scenarios=scenarios, evidence=evidence or {})


def test_a_prior_is_the_mix_of_what_it_is_given() -> None:
    message = "its prior is 0.2, and 0.250 at the prior 0.25 of war"
    assert found(linked(0.2), "link-mismatch") == [("pact", message)]
    assert found(linked(0.25), "link-mismatch") == found(linked(0.26), "link-mismatch") == []
    assert found(linked(0.2601), "link-mismatch") != []
    done = resolution("did-not-occur", START)
    assert found(linked(0.2, resolution=done), "link-mismatch") == []
    unknown = database(scenarios={"pact": scenario(0.2, given={"war": Given(0.4, 0.2)})})
    assert found(unknown, "link-mismatch") == []


def test_what_moves_a_scenario_counts_twice_where_another_depends_on_it() -> None:
    watched = {"x": indicator({"war": "CC"}), "y": indicator({"war": "N"})}

    def of(*, includes: tuple[str, ...] = (), **keys: Any) -> list[tuple[str, str]]:
        evidence = {"2022-01-01-e": item(**keys)}
        db = linked(0.25, evidence, indicators=watched, includes=includes)
        return found(db, "counted-twice")

    message = "rated here and for war, on which its prior depends: 2022-01-01-e"
    both = {"pact": "C", "war": "CC"}
    assert of(ratings=both) == [("pact", message)]
    assert of(ratings={"pact": "C"}, indicators={"war/x": "observed"}) == [("pact", message)]
    assert of(ratings={"pact": "C"}, indicators={"war/y": "observed", "war/z": "observed"}) == []
    assert of(ratings={"pact": "N", "war": "CC"}) == of(ratings={"war": "CC"}) == []
    assert of(ratings={"pact": "C"}, indicators={"gone/x": "observed"}) == []
    assert of(ratings=both, includes=("2022-01-01-e",)) == []


def test_evidence_of_weight_0_does_not_count_twice() -> None:
    evidence = {"2022-01-01-e": item(ratings={"pact": "C", "war": "CC"}, reliability="E")}
    db = linked(0.25, evidence)
    graded = database(Tracker(grade_weights=WEIGHTS), scenarios=db.scenarios, evidence=evidence)
    assert found(db, "counted-twice") != []
    assert found(graded, "counted-twice") == []


def test_evidence_that_shares_an_origin_or_event_with_what_the_prior_includes() -> None:
    def of(used: dict[str, Any], **keys: Any) -> list[tuple[str, str]]:
        evidence = {
            "2021-12-01-used": item(date(2021, 12, 1), **used),
            "2022-01-02-e": item(day(1), **{"ratings": {"s1": "C"}, **keys}),
            "2022-01-02-f": item(day(1), **{"ratings": {"s1": "C"}, **keys}),
        }
        return found(alone(evidence, includes=("2021-12-01-used",)), "shared-with-prior")

    tail = "as 2021-12-01-used, which its prior includes: 2022-01-02-e, 2022-01-02-f"
    assert of({"origin": "wire"}, origin="wire") == [("s1", f"same origin (wire) {tail}")]
    assert of({"event": "call"}, event="call") == [("s1", f"same event (call) {tail}")]
    assert of({"event": "call"}, event="visit") == of({}) == []
    assert of({"event": "call"}, event="call", ratings={"s1": "N"}) == []
    plain = {"2022-01-02-e": item(day(1), ratings={"s1": "C"})}
    assert found(alone(plain, includes=("2022-01-09-gone",)), "shared-with-prior") == []


def test_in_a_set_what_is_shared_is_told_once_and_may_count_in_a_rival_alone() -> None:
    evidence = {
        "2021-12-01-used": item(date(2021, 12, 1), event="call"),
        "2022-01-02-e": item(day(1), ratings={"b": "C"}, event="call"),
        "2022-01-02-f": item(day(1), ratings={"c": "C"}, event="call"),
    }
    members = {
        "a": scenario(0.3, set="s", includes=("2021-12-01-used",)),
        "b": scenario(0.3, set="s"),
        "c": scenario(0.3, set="s", resolution=resolution("did-not-occur", day(3))),
        "d": scenario(0.3, set="s", opened=day(20)),
    }
    db = database(Tracker(sets={"s": "S"}), scenarios=members, evidence=evidence)
    message = "same event (call) as 2021-12-01-used, which its prior includes: 2022-01-02-e"
    assert found(db, "shared-with-prior") == [("a", message)]


def test_a_move_that_rests_on_a_weak_line() -> None:
    def of(*grades: str, ratings: Any = "C") -> list[tuple[str, str]]:
        evidence = {
            f"2022-01-05-e{n}": item(
                day(4), ratings={"s1": ratings}, reliability=g[0], credibility=int(g[1])
            )
            for n, g in enumerate(grades)
        }
        return found(alone(evidence), "weak-line")

    assert of("B2", "C3") == []
    assert of("B2", "E5") == [("s1", "+5.0 dB of the move rest on 2022-01-05-e1, graded E5")]
    assert of("C3", "C3", "C3", "D3") == []  # the fourth by size and name
    assert of("D4", ratings=1.02) == []


def test_an_indicator_is_weak_where_all_that_fires_it_is() -> None:
    def of(*letters: str) -> list[tuple[str, str]]:
        evidence = {
            f"2022-01-05-e{n}": item(day(4), indicators={"s1/x": "observed"}, reliability=letter)
            for n, letter in enumerate(letters)
        }
        watched = {
            "x": indicator({"s1": "CC"}),
            "late": indicator({"s1": "C"}, due=day(3), if_absent="I"),
        }
        return found(alone(evidence, indicators=watched), "weak-line")

    assert of("F", "D") == [("s1", "+10.0 dB of the move rest on s1/x, graded D6")]
    assert of("F", "C") == []


def test_what_opened_in_the_window_has_not_moved() -> None:
    weak = {"2022-01-05-e": item(day(4), ratings={"s1": "C"}, reliability="E")}
    assert found(alone(weak, opened=day(3)), "weak-line") == []


def test_priors_and_one_analysts_figures_sum_to_one() -> None:
    def of(
        priors: tuple[float, float], figures: dict[str, float], **keys: object
    ) -> list[tuple[str, str]]:
        members = {"a": scenario(priors[0], set="s", **keys), "b": scenario(priors[1], set="s")}
        sheets = {f"{START}-desk": sheet(START, dict(figures))}
        db = database(Tracker(sets={"s": "S"}), scenarios=members, sheets=sheets)
        return found(db, "sum-not-one")

    assert of((0.4, 0.6), {"a": 0.4, "b": 0.6}) == []
    assert of((0.4, 0.7), {}) == [
        ("s", "the priors sum to 1.100; nearest that sum to 1: a 0.4 → 0.350, b 0.7 → 0.650")
    ]
    assert of((0.4, 0.6), {"a": 0.4, "b": 0.5}) == [
        (
            "s",
            (
                "the standing figures of desk sum to 0.900; "
                "nearest that sum to 1: a 0.4 → 0.450, b 0.5 → 0.550"
            ),
        )
    ]
    assert of((0.4, 0.6), {"a": 0.4}) == []
    out = resolution("did-not-occur", START)
    assert of((0.4, 0.6), {"a": 0.4, "b": 0.5}, resolution=out) == []


def test_a_sum_is_over_the_members_that_are_open_on_the_day() -> None:
    out = resolution("did-not-occur", day(3), day(4))
    members = {
        "a": scenario(0.4, set="s"),
        "b": scenario(0.3, set="s"),
        "late": scenario(0.1, set="s", opened=day(8)),
        "out": scenario(0.2, set="s", resolution=out),
    }
    first = sheet(START, {"a": 0.5, "b": 0.3, "out": 0.2})
    sheets = {f"{START}-desk": first, f"{day(5)}-desk": sheet(day(5), {"b": 0.5})}
    db = database(Tracker(sets={"s": "S"}), scenarios=members, sheets=sheets)

    told = [[text for _, text in found(db, "sum-not-one", on=on)] for on in (3, 4, 5, 8)]
    fault = (
        "the standing figures of desk sum to 0.800; "
        "nearest that sum to 1: a 0.5 → 0.600, b 0.3 → 0.400"
    )
    assert told == [[], [fault], [], []]


def test_the_priors_of_a_set_are_judged_until_it_is_decided() -> None:
    out = resolution("did-not-occur", day(3), day(4))
    members = {"a": scenario(0.4, set="s"), "b": scenario(0.4, set="s", resolution=out)}
    db = database(Tracker(sets={"s": "S"}), scenarios=members)
    fault = "the priors sum to 0.800; nearest that sum to 1: a 0.4 → 0.500, b 0.4 → 0.500"
    assert found(db, "sum-not-one", on=3) == [("s", fault)]
    assert found(db, "sum-not-one", on=4) == []


def test_implies_broken() -> None:
    db = database(
        scenarios={
            "war": scenario(0.4, implies=("crisis", "unknown", "done")),
            "crisis": scenario(0.3),
            "done": scenario(0.1, resolution=resolution("occurred", day(1))),
        },
        sheets={f"{START}-desk": sheet(START, {"war": 0.5, "crisis": 0.6})},
    )
    assert found(db, "implies-broken") == [
        (
            "war",
            (
                "its prior 0.400 exceeds the 0.300 of crisis, which it implies; "
                "nearest that agree: both 0.350"
            ),
        ),
        (
            "war",
            (
                "its implied probability 0.400 exceeds the 0.300 of crisis, which it implies; "
                "nearest that agree: both 0.350"
            ),
        ),
    ]
    stated = database(
        scenarios={"war": scenario(0.3, implies=("crisis",)), "crisis": scenario(0.3)},
        sheets={f"{START}-desk": sheet(START, {"war": 0.7, "crisis": 0.6})},
    )
    assert found(stated, "implies-broken") == [
        (
            "war",
            (
                "its stated probability 0.700 exceeds the 0.600 of crisis, which it implies; "
                "nearest that agree: both 0.650"
            ),
        )
    ]


def test_what_nobody_stated_breaks_no_implication() -> None:
    members = {"war": scenario(0.2, implies=("crisis",)), "crisis": scenario(0.3)}
    assert found(database(scenarios=members), "implies-broken") == []


def test_a_gap_of_more_than_six_decibans() -> None:
    def of(stated: float) -> list[tuple[str, str]]:
        return found(alone(sheets=[sheet(START, {"s1": stated})]), "gap")

    assert of(0.8) == [("s1", "you are 6 dB above your own evidence")]
    assert of(0.2) == [("s1", "you are 6 dB below your own evidence")]
    assert of(0.79) == []


def test_a_gap_names_the_largest_lines_for_and_against() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}),
        "2022-01-01-f": item(ratings={"s1": "II"}),
        "2022-01-01-g": item(ratings={"s1": 1.1}),
    }
    db = alone(evidence, [sheet(START, {"s1": 0.8})])
    assert found(db, "gap") == [
        (
            "s1",
            (
                "you are 11 dB above your own evidence; largest for: 2022-01-01-e +5.0 dB; "
                "largest against: 2022-01-01-f -10.0 dB"
            ),
        )
    ]


def test_a_forecast_when_the_outcome_was_known_never_counts() -> None:
    sheets = [sheet(day(2), {"s1": 0.5}), sheet(day(3), {"s1": 0.9}), sheet(day(4), {"s1": None})]
    db = alone(sheets=sheets, resolution=resolution("occurred", day(3), day(5)))
    assert found(db, "late-forecast", on=4) == []
    assert found(db, "late-forecast") == [
        ("s1", "forecast when its outcome was known (2022-01-04): it never counts")
    ]


def test_a_scenario_wants_three_diagnostic_indicators() -> None:
    def of(*codes: str) -> list[tuple[str, str]]:
        watched = {f"x{n}": indicator({"s1": code}) for n, code in enumerate(codes)}
        return found(alone(indicators=watched), "few-indicators")

    assert of("C", "I", "CC") == []
    assert of("C", "I", "N") == [("s1", "2 diagnostic indicators; 3 are wanted")]


def test_a_stated_move_without_a_reason() -> None:
    sheets = [sheet(START, {"s1": 0.2}), sheet(day(5), {"s1": 0.4})]
    assert found(alone(sheets=sheets), "unexplained-move") == [
        ("s1", "the stated probability moved with neither new evidence nor a rationale")
    ]


def test_one_thing_recorded_twice() -> None:
    url = "https://example.org/a"
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, url=url),
        "2022-01-02-f": item(day(1), ratings={"s1": "C"}, url=url),
    }
    assert found(alone(evidence), "possible-duplicate") == [
        (
            "2022-01-02-f",
            (
                "may be the same as 2022-01-01-e: they share an address; "
                "give both one event, or retract one"
            ),
        )
    ]


def test_many_items_with_one_address_are_one_finding() -> None:
    evidence = {
        f"2022-01-01-e{n:03}": item(ratings={"s1": "C"}, url="https://example.org/a")
        for n in range(400)
    }
    first = ", ".join(f"2022-01-01-e00{n}" for n in range(5))
    assert found(alone(evidence), "possible-duplicate") == [
        (
            "2022-01-01-e399",
            (
                f"may be the same as {first} and 394 more: they share an address; "
                "give all one event, or retract the rest"
            ),
        )
    ]


def test_findings_come_rule_by_rule() -> None:
    db = alone({"2022-01-01-e": item()}, horizon=day(5))
    assert findings(window(db, day(2), day(9))) == (
        of_scenario("overdue", "s1", "its horizon passed 4 days ago: resolve it", "horizon"),
        of_evidence("unrated", "2022-01-01-e", "rates no scenario: scen rate 2022-01-01-e"),
        of_scenario("few-indicators", "s1", "0 diagnostic indicators; 3 are wanted", "indicators"),
        of_scenario("not-reviewed", "s1", "no forecast since it opened"),
    )
