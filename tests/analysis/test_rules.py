"""What each finding tells on 2022-01-10, of a week that began on 2022-01-03."""

from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.analysis.period.period import window
from scenarios.analysis.rules import consistency, every_rule, files
from scenarios.analysis.rules.finding import of_evidence, of_scenario
from scenarios.analysis.rules.findings import RULES, findings
from scenarios.model import Given, Scenario, Sheet, Source, Tracker
from tests.records import (
    START,
    WEIGHTS,
    database,
    day,
    indicator,
    item,
    rated,
    resolution,
    row,
    scenario,
    sheet,
    sheets,
)

IN_A_SET = Tracker(sets={"s": "S"})
OUT = resolution("did-not-occur", START)
EARLY = date(2021, 12, 1)


def found(
    evidence: dict[str, Any] | None = None,
    *said: Sheet,
    on: int = 9,
    tracker: Tracker = IN_A_SET,
    scenarios: dict[str, Scenario] | None = None,
    sources: dict[str, Source] | None = None,
    **s1: Any,
) -> Any:
    """All findings about these records: of one scenario, unless others are given."""
    asked = {"s1": scenario(**s1)} if scenarios is None else scenarios
    records = {"evidence": evidence or {}, "sources": sources or {}, "sheets": sheets(*said)}
    return findings(window(database(tracker, scenarios=asked, **records), day(2), day(on)))


def told(rule: str, *records: Any, **keys: Any) -> list[str]:
    return [f"{f.subject}: {f.message}" for f in found(*records, **keys) if f.rule == rule]


def member(probability: float = 0.5, **keys: Any) -> Scenario:
    return scenario(probability, set="s", **keys)


def test_a_fresh_and_tidy_database_needs_no_attention() -> None:
    watched = {name: indicator({"s1": "C"}) for name in "xyz"}
    said = sheet(day(5), {"s1": 0.6}, rationales={"s1": "Why."})
    assert found(rated("s1", "C", reliability="B", credibility=2), said, indicators=watched) == ()


def test_each_rule_has_its_own_id() -> None:
    lists = (files.RULES, consistency.RULES, RULES)
    assert list(every_rule.RULES) == [rule.id for rules in lists for rule in rules]


def test_findings_come_rule_by_rule() -> None:
    assert found({"e": item()}, horizon=day(5)) == (
        of_scenario("overdue", "s1", "its horizon passed 4 days ago: resolve it", "horizon"),
        of_evidence("unrated", "e", "rates no scenario: scen rate e"),
        of_scenario("few-indicators", "s1", "0 diagnostic indicators; 3 are wanted", "indicators"),
        of_scenario("not-reviewed", "s1", "no forecast since it opened"),
    )


# Forecasts


def test_a_scenario_is_overdue_after_its_horizon() -> None:
    assert told("overdue", horizon=day(8)) == ["s1: its horizon passed 1 days ago: resolve it"]
    assert told("overdue", horizon=day(9)) == []


def test_a_scenario_wants_a_forecast_every_seven_days() -> None:
    said = sheet(day(1), {"s1": 0.5})
    assert told("not-reviewed", on=8) == ["s1: no forecast since it opened"]
    assert told("not-reviewed", None, said, on=9) == ["s1: no forecast since 2022-01-02"]
    assert told("not-reviewed", on=7) == told("not-reviewed", None, said, on=8) == []
    assert told("not-reviewed", resolution=resolution("occurred", day(3))) == []


def test_a_forecast_when_the_outcome_was_known_never_counts() -> None:
    said = [sheet(day(n), {"s1": p}) for n, p in ((2, 0.5), (3, 0.9), (4, None))]
    known = resolution("occurred", day(3), day(5))
    text = "forecast when its outcome was known (2022-01-04): it never counts"
    assert told("late-forecast", None, *said, resolution=known) == [f"s1: {text}"]
    assert told("late-forecast", None, *said, resolution=known, on=4) == []


def test_a_stated_move_without_a_reason() -> None:
    text = "the stated probability moved with neither new evidence nor a rationale"
    said = (sheet(START, {"s1": 0.2}), sheet(day(5), {"s1": 0.4}))
    assert told("unexplained-move", None, *said) == [f"s1: {text}"]


def test_a_gap_of_more_than_six_decibans() -> None:
    def of(stated: float, *ratings: Any) -> list[str]:
        return told("gap", rated("s1", *ratings), sheet(START, {"s1": stated}))

    assert of(0.8) == ["s1: you are 6 dB above your own evidence"]
    assert of(0.2) == ["s1: you are 6 dB below your own evidence"]
    assert of(0.79) == []
    largest = "largest for: e +5.0 dB; largest against: f -10.0 dB"
    assert of(0.8, "C", "II", 1.1) == [f"s1: you are 11 dB above your own evidence; {largest}"]


# Items


def test_one_origin_behind_a_move() -> None:
    def of(*origins: str | None, rating: str = "C") -> list[str]:
        new = [item(day(4), ratings={"s1": rating}, origin=origin) for origin in origins]
        return told("one-origin", {f"e{n}": one for n, one in enumerate(new)})

    assert of("wire", "wire") == ["s1: the move rests on one origin, wire (2 items)"]
    assert of(None) == ["s1: the move rests on one origin, e0 (1 item)"]
    assert of("wire", "wire", "other") == of(None, rating="N") == []


def test_a_move_that_rests_on_a_weak_line() -> None:
    def of(*grades: str, rating: Any = "C", fired: bool = False, **keys: Any) -> list[str]:
        how: Any = {"indicators": {"s1/x": "observed"}} if fired else {"ratings": {"s1": rating}}
        made = {
            f"e{n}": item(day(4), reliability=grade[0], credibility=int(grade[1]), **how)
            for n, grade in enumerate(grades)
        }
        return told("weak-line", made, **keys)

    assert of("B2", "E5") == ["s1: +5.0 dB of the move rest on e1, graded E5"]
    assert of("B2", "C3") == []
    assert of("C3", "C3", "C3", "D3") == []  # the fourth by size and name
    assert of("D4", rating=1.02) == []
    assert of("E6", opened=day(3)) == []  # what opened in the window has not moved
    # An indicator is weak where all that fires it is.
    late = indicator({"s1": "C"}, due=day(3), if_absent="I")
    watched = {"x": indicator({"s1": "CC"}), "late": late}
    weak = ["s1: +10.0 dB of the move rest on s1/x, graded D6"]
    assert of("F6", "D6", fired=True, indicators=watched) == weak
    assert of("F6", "C6", fired=True, indicators=watched) == []


def test_confirmed_wants_another_origin() -> None:
    def of(other: dict[str, Any] | None, **keys: Any) -> list[str]:
        others = {} if other is None else {"f": item(**other)}
        return told("uncorroborated", {"e": item(credibility=1, **keys), **others})

    one = {"origin": "a", "event": "v"}
    alone = ["e: graded 1 (confirmed), but no known item of another origin corroborates it"]
    assert of(None, **one) == of(one, **one) == alone
    assert of({"origin": "b", "event": "v"}, **one) == []
    assert of({"origin": "b"}, corroborated_by=("f", "2022-01-01-unknown")) == []


def test_a_reliable_source_of_an_improbable_item_clashes() -> None:
    def of(grade: str, **keys: Any) -> list[str]:
        graded = {"reliability": grade[0], **keys}
        return told("grade-clash", {"e": item(credibility=int(grade[1]), **graded)}, sources=paper)

    paper = {"paper": Source("Paper", "A")}
    text = "reliability and credibility say opposite things"
    for grade in ("A4", "B5", "E1", "D1"):
        assert of(grade) == [f"e: graded {grade}: {text}"]
    assert [of(grade) for grade in ("A1", "B2", "C5", "F1", "A6", "E5")] == [[]] * 6
    assert of("_5", reliability=None, source="paper") == [f"e: graded A5: {text}"]


def test_an_item_that_rates_nothing_is_unrated() -> None:
    seen = rated("s1", "N", "N") | {"g": item()}
    assert told("unrated", seen) == ["g: rates no scenario: scen rate g"]


def test_a_row_with_a_member_left_out_is_partial() -> None:
    watched = {"x": indicator({"a": "C"})}
    members = {"a": member(indicators=watched), "b": member(), "c": member(resolution=OUT)}
    message = "in s, not rated for b: counts as N"
    partial = told("partial-row", {"e": row("C"), "f": row("C N")}, scenarios=members)
    assert partial == [f"e: {message}", f"a/x: {message}"]


def test_counted_evidence_from_before_the_opening() -> None:
    seen = {"e": item(EARLY, ratings={"s1": "C"})}
    message = "s1: e was recorded before 2022-01-01: the prior may hold it"
    assert told("before-opened", seen) == [message]
    assert told("before-opened", seen, includes=("e",)) == []


def test_items_with_one_address_are_one_finding_however_many() -> None:
    def of(number: int) -> list[str]:
        seen = item(ratings={"s1": "C"}, url="https://example.org/a")
        return told("possible-duplicate", {f"e{n:03}": seen for n in range(number)})

    why = "they share an address"
    both = f"e001: may be the same as e000: {why}; give both one event, or retract one"
    assert of(2) == [both]
    first = ", ".join(f"e00{n}" for n in range(5))
    many = f"{why}; give all one event, or retract the rest"
    assert of(400) == [f"e399: may be the same as {first} and 394 more: {many}"]


# Indicators


def test_an_indicator_that_tells_nothing_apart() -> None:
    watched = {"x": indicator({"s1": "N"}), "y": indicator({"s1": "C"})}
    text = "rated the same under every scenario: seeing it would tell nothing"
    assert told("non-diagnostic", indicators=watched) == [f"s1/x: {text}"]


def test_a_scenario_wants_three_diagnostic_indicators() -> None:
    def of(*codes: str) -> list[str]:
        watched = {f"x{n}": indicator({"s1": code}) for n, code in enumerate(codes)}
        return told("few-indicators", indicators=watched)

    assert of("C", "I", "CC") == []
    assert of("C", "I", "N") == ["s1: 2 diagnostic indicators; 3 are wanted"]


def test_past_due() -> None:
    watched = {
        "x": indicator({"s1": "CC"}, due=day(5), if_absent="I"),
        "y": indicator({"s1": "CC"}, due=day(5)),
        "z": indicator({"s1": "CC"}, due=day(5)),
        "chance": indicator({"s1": "CC"}, due=day(5), chance=0.1),
        "later": indicator({"s1": "CC"}, due=day(9)),
        "never": indicator({"s1": "CC"}),
    }
    text = "due 2022-01-06 and not seen: its absence counts"
    late = told("past-due", {"e": item(indicators={"s1/z": "emerging"})}, indicators=watched)
    assert late == [f"s1/x: {text}", f"s1/y: {text} 0", f"s1/chance: {text}"]


def test_seeing_and_not_seeing_cannot_speak_for_one_side() -> None:
    def of(rating: Any, if_absent: Any, other: str = "s1", **keys: Any) -> bool:
        watched = {"x": indicator({other: rating}, if_absent=if_absent, due=day(9), **keys)}
        return bool(told("absence-sign", indicators=watched))

    assert [of("CC", "C"), of("I", 0.5), of(3, 2)] == [True] * 3
    assert [of("CC", "I"), of("I", "C"), of("N", "I"), of("CC", "N")] == [False] * 4
    assert [of("CC", "I", "s2"), of("CC", None, chance=0.1)] == [False] * 2


def test_in_a_set_signs_are_compared_after_centring() -> None:
    def of(names: str, codes: str, if_absent: str, **last: Any) -> bool:
        watched = {"x": indicator(row(codes).ratings, if_absent=if_absent, due=day(9))}
        members = {name: member(0.3) for name in names}
        members |= {"a": member(0.3, indicators=watched), names[-1]: member(0.3, **last)}
        return bool(told("absence-sign", scenarios=members))

    assert of("abc", "C CC CC", "I")  # seen, it is against a
    assert not of("abc", "C CC CC", "C")
    assert not of("abc", "C CC", "I")  # says nothing of a, as against c
    assert of("ab", "C CC", "I")
    assert not of("ab", "CC C", "I")
    assert of("abc", "C CC", "I", resolution=OUT)


# Priors and figures that belong together


def linked(prior: float, **war: Any) -> dict[str, Scenario]:
    """A pact that depends on a war, whose prior is 0.25."""
    return {"pact": scenario(prior, given={"war": Given(0.4, 0.2)}), "war": scenario(0.25, **war)}


def test_a_prior_is_the_mix_of_what_it_is_given() -> None:
    def of(scenarios: dict[str, Scenario]) -> list[str]:
        return told("link-mismatch", scenarios=scenarios)

    assert of(linked(0.2)) == ["pact: its prior is 0.2, and 0.250 at the prior 0.25 of war"]
    assert of(linked(0.25)) == of(linked(0.26)) == of(linked(0.2, resolution=OUT)) == []
    assert of(linked(0.2601)) != []
    assert of({"pact": linked(0.2)["pact"]}) == []


def test_what_moves_a_scenario_counts_twice_where_another_depends_on_it() -> None:
    watched = {"x": indicator({"war": "CC"}), "y": indicator({"war": "N"})}

    def of(includes: tuple[str, ...] = (), tracker: Tracker = IN_A_SET, **keys: Any) -> bool:
        scenarios = linked(0.25, indicators=watched, includes=includes)
        counted = told("counted-twice", {"e": item(**keys)}, tracker=tracker, scenarios=scenarios)
        assert counted in ([], ["pact: rated here and for war, on which its prior depends: e"])
        return bool(counted)

    both, own = {"pact": "C", "war": "CC"}, {"pact": "C"}
    assert of(ratings=both)
    assert of(ratings=own, indicators={"war/x": "observed"})
    assert not of(ratings=own, indicators={"war/y": "observed", "war/z": "observed"})
    assert not of(ratings={"pact": "N", "war": "CC"})
    assert not of(ratings={"war": "CC"})
    assert not of(ratings=own, indicators={"gone/x": "observed"})
    assert not of(("e",), ratings=both)
    assert not of(tracker=Tracker(grade_weights=WEIGHTS), ratings=both, reliability="E")


def test_evidence_that_shares_an_origin_or_event_with_what_the_prior_includes() -> None:
    def of(used: dict[str, Any], **keys: Any) -> list[str]:
        one = item(day(1), **{"ratings": {"s1": "C"}, **keys})
        evidence = {"e": one, "f": one, "used": item(EARLY, **used)}
        return told("shared-with-prior", evidence, includes=("used", "gone"))

    tail = "as used, which its prior includes: e, f"
    assert of({"origin": "wire"}, origin="wire") == [f"s1: same origin (wire) {tail}"]
    assert of({"event": "call"}, event="call") == [f"s1: same event (call) {tail}"]
    assert of({"event": "call"}, event="visit") == of({}) == []
    assert of({"event": "call"}, event="call", ratings={"s1": "N"}) == []


def test_in_a_set_what_is_shared_is_told_once_and_may_count_in_a_rival_alone() -> None:
    evidence = {id: item(day(1), ratings={id: "C"}, event="call") for id in "bc"}
    evidence["u"] = item(EARLY, event="call")
    members = {"a": member(includes=("u",)), "b": member()}
    members["c"] = member(resolution=resolution("did-not-occur", day(3)))
    members["d"] = member(opened=day(20))
    message = "same event (call) as u, which its prior includes: b"
    assert told("shared-with-prior", evidence, scenarios=members) == [f"a: {message}"]


def test_priors_and_one_analysts_figures_sum_to_one() -> None:
    def of(a: float, b: float, figures: dict[str, Any], **keys: Any) -> list[str]:
        members = {"a": member(a, **keys), "b": member(b)}
        return told("sum-not-one", None, sheet(START, figures), scenarios=members)

    nearest = "nearest that sum to 1"
    priors = f"the priors sum to 1.100; {nearest}: a 0.4 → 0.350, b 0.7 → 0.650"
    off = f"the standing figures of desk sum to 0.900; {nearest}: a 0.4 → 0.450, b 0.5 → 0.550"
    assert of(0.4, 0.7, {}) == [f"s: {priors}"]
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.5}) == [f"s: {off}"]
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.6}) == of(0.4, 0.6, {"a": 0.4}) == []
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.5}, resolution=OUT) == []


def test_a_sum_is_over_the_members_that_are_open_on_the_day() -> None:
    members = {"a": member(0.4), "b": member(0.3), "late": member(0.1, opened=day(8))}
    members["out"] = member(0.2, resolution=resolution("did-not-occur", day(3), day(4)))
    said = (sheet(START, {"a": 0.5, "b": 0.3, "out": 0.2}), sheet(day(5), {"b": 0.5}))
    nearest = "nearest that sum to 1: a 0.5 → 0.600, b 0.3 → 0.400"
    fault = f"s: the standing figures of desk sum to 0.800; {nearest}"
    days = [told("sum-not-one", None, *said, on=on, scenarios=members) for on in (3, 4, 5, 8)]
    assert days == [[], [fault], [], []]
    # The priors are judged until the set is decided.
    pair = {"a": member(0.4), "b": member(0.4, resolution=members["out"].resolution)}
    fault = "s: the priors sum to 0.800; nearest that sum to 1: a 0.4 → 0.500, b 0.4 → 0.500"
    assert [told("sum-not-one", on=on, scenarios=pair) for on in (3, 4)] == [[fault], []]


def test_what_a_scenario_implies_is_at_least_as_probable() -> None:
    def of(war: float, figures: dict[str, Any], *more: str) -> list[str]:
        members = {"war": scenario(war, implies=("crisis", *more)), "crisis": scenario(0.3)}
        members["done"] = scenario(0.1, resolution=resolution("occurred", day(1)))
        return told("implies-broken", None, sheet(START, figures), scenarios=members)

    def text(ours: str, theirs: str, nearest: str) -> str:
        agree = f"which it implies; nearest that agree: both {nearest}"
        return f"{ours} exceeds the {theirs} of crisis, {agree}"

    of_both = text("0.400", "0.300", "0.350")
    assert of(0.4, {"war": 0.5, "crisis": 0.6}, "unknown", "done") == [
        f"war: its prior {of_both}",
        f"war: its implied probability {of_both}",
    ]
    stated = f"war: its stated probability {text('0.700', '0.600', '0.650')}"
    assert of(0.3, {"war": 0.7, "crisis": 0.6}) == [stated]
    assert of(0.2, {}) == []
