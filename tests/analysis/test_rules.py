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
    rated,
    resolution,
    row,
    scenario,
    sheet,
    sheets,
)


def found(db: Database, rule: str, on: int = 9, since: int = 2) -> list[tuple[str, str]]:
    made = findings(window(db, day(since), day(on)))
    return [(f.subject, f.message) for f in made if f.rule == rule]


def told(db: Database, rule: str, on: int = 9) -> list[str]:
    return [f"{subject}: {message}" for subject, message in found(db, rule, on)]


def alone(
    evidence: dict[str, Any] | None = None, said: list[Sheet] | None = None, **keys: Any
) -> Database:
    return database(
        scenarios={"s1": scenario(**keys)}, evidence=evidence or {}, sheets=sheets(*said or [])
    )


def pair(p: float = 0.5, evidence: dict[str, Any] | None = None, **members: Any) -> Database:
    """A set of a and b, each with its keys, and whatever else is named."""
    scenarios = {id: scenario(p, set="s", **members.pop(id, {})) for id in "ab"}
    tracker = Tracker(sets={"s": "S"})
    return database(tracker, scenarios=scenarios | members, evidence=evidence or {})


def test_a_fresh_and_tidy_database_needs_no_attention() -> None:
    db = alone(
        rated("s1", "C", reliability="B", credibility=2),
        [sheet(day(5), {"s1": 0.6}, rationales={"s1": "Why."})],
        indicators={name: indicator({"s1": "C"}) for name in "xyz"},
    )
    assert findings(window(db, day(2), day(9))) == ()


def test_each_rule_has_its_own_id() -> None:
    lists = (files.RULES, consistency.RULES, RULES)
    assert list(every_rule.RULES) == [rule.id for rules in lists for rule in rules]


def test_a_scenario_is_overdue_after_its_horizon() -> None:
    db = alone(horizon=day(5))
    assert told(db, "overdue", on=5) == []
    assert told(db, "overdue") == ["s1: its horizon passed 4 days ago: resolve it"]


def test_a_scenario_wants_a_forecast_every_seven_days() -> None:
    assert told(alone(), "not-reviewed", on=7) == []
    assert told(alone(), "not-reviewed", on=8) == ["s1: no forecast since it opened"]
    db = alone(said=[sheet(day(1), {"s1": 0.5})])
    assert told(db, "not-reviewed", on=8) == []
    assert told(db, "not-reviewed", on=9) == ["s1: no forecast since 2022-01-02"]
    assert told(alone(resolution=resolution("occurred", day(3))), "not-reviewed") == []


def test_one_origin_behind_a_move() -> None:
    def of(*told_by: str | None, rating: str = "C") -> list[str]:
        evidence = {
            f"e{n}": item(day(4), ratings={"s1": rating}, origin=origin)
            for n, origin in enumerate(told_by)
        }
        return told(alone(evidence), "one-origin")

    assert of("wire", "wire") == ["s1: the move rests on one origin, wire (2 items)"]
    assert of(None) == ["s1: the move rests on one origin, e0 (1 item)"]
    assert of("wire", "wire", "other") == of(None, rating="N") == []


def test_confirmed_wants_another_origin() -> None:
    def of(other: dict[str, Any] | None, **keys: Any) -> list[str]:
        evidence = {"e": item(credibility=1, **keys)}
        return told(alone(evidence | ({"f": item(**other)} if other else {})), "uncorroborated")

    one = {"origin": "a", "event": "v"}
    alone_ = ["e: graded 1 (confirmed), but no known item of another origin corroborates it"]
    assert of(None, **one) == of(one, **one) == alone_
    assert of({"origin": "b", "event": "v"}, **one) == []
    assert of({"origin": "b"}, corroborated_by=("f", "2022-01-01-unknown")) == []


def test_a_reliable_source_of_an_improbable_item_clashes() -> None:
    def graded(grade: str) -> list[str]:
        one = rated("s1", "C", reliability=grade[0], credibility=int(grade[1]))
        return told(alone(one), "grade-clash")

    text = "reliability and credibility say opposite things"
    for grade in ("A4", "B5", "E1", "D1"):
        assert graded(grade) == [f"e: graded {grade}: {text}"]
    assert [graded(g) for g in ("A1", "B2", "C5", "F1", "A6", "E5")] == [[]] * 6
    lent = item(source="paper", credibility=5)
    db = database(sources={"paper": Source("Paper", "A")}, evidence={"e": lent})
    assert told(db, "grade-clash") == [f"e: graded A5: {text}"]


def test_an_item_that_rates_nothing_is_unrated() -> None:
    db = alone(rated("s1", "N", "N") | {"e": item()})
    assert told(db, "unrated") == ["e: rates no scenario: scen rate e"]


def test_a_row_with_a_member_left_out_is_partial() -> None:
    gone = scenario(0.5, set="s", resolution=resolution("did-not-occur", START))
    evidence = {"e": row("C"), "f": row("C N")}
    db = pair(0.5, evidence, a={"indicators": {"x": indicator({"a": "C"})}}, c=gone)
    message = "in s, not rated for b: counts as N"
    assert told(db, "partial-row") == [f"e: {message}", f"a/x: {message}"]


def test_counted_evidence_from_before_the_opening() -> None:
    early = {"e": item(date(2021, 12, 1), ratings={"s1": "C"})}
    message = "s1: e was recorded before 2022-01-01: the prior may hold it"
    assert told(alone(early), "before-opened") == [message]
    assert told(alone(early, includes=("e",)), "before-opened") == []


def test_an_indicator_that_tells_nothing_apart() -> None:
    db = alone(indicators={"x": indicator({"s1": "N"}), "y": indicator({"s1": "C"})})
    text = "rated the same under every scenario: seeing it would tell nothing"
    assert told(db, "non-diagnostic") == [f"s1/x: {text}"]


def test_past_due() -> None:
    watched = {
        "x": indicator({"s1": "CC"}, due=day(5), if_absent="I"),
        "y": indicator({"s1": "CC"}, due=day(5)),
        "z": indicator({"s1": "CC"}, due=day(5)),
        "chance": indicator({"s1": "CC"}, due=day(5), chance=0.1),
        "later": indicator({"s1": "CC"}, due=day(9)),
        "never": indicator({"s1": "CC"}),
    }
    db = alone({"e": item(indicators={"s1/z": "emerging"})}, indicators=watched)
    text = "due 2022-01-06 and not seen: its absence counts"
    assert told(db, "past-due") == [f"s1/x: {text}", f"s1/y: {text} 0", f"s1/chance: {text}"]


def test_seeing_and_not_seeing_cannot_speak_for_one_side() -> None:
    def of(rating: Any, if_absent: Any, **keys: Any) -> list[str]:
        ratings = {"s2": "CC"} if rating is None else {"s1": rating}
        watched = {"x": indicator(ratings, if_absent=if_absent, due=day(9), **keys)}
        return [subject for subject, _ in found(alone(indicators=watched), "absence-sign")]

    assert of("CC", "C") == of("I", 0.5) == of(3, 2) == ["s1/x"]
    assert of("CC", "I") == of("I", "C") == of("N", "I") == of("CC", "N") == of(None, "I") == []
    assert of("CC", None, chance=0.1) == []


def test_in_a_set_signs_are_compared_after_centring() -> None:
    def of(names: str, codes: str, if_absent: str, **last: Any) -> bool:
        watched = {"x": indicator(row(codes).ratings, if_absent=if_absent, due=day(9))}
        members = {name: scenario(0.3, set="s") for name in names}
        members["a"] = scenario(0.3, set="s", indicators=watched)
        members[names[-1]] = scenario(0.3, set="s", **last)
        db = database(Tracker(sets={"s": "S"}), scenarios=members)
        return bool(found(db, "absence-sign"))

    assert of("abc", "C CC CC", "I")  # seen, it is against a
    assert not of("abc", "C CC CC", "C")
    assert not of("abc", "C CC", "I")  # says nothing of a, as against c
    assert of("ab", "C CC", "I")
    assert not of("ab", "CC C", "I")
    assert of("abc", "C CC", "I", resolution=resolution("did-not-occur", START))


def linked(prior: float, evidence: dict[str, Any] | None = None, **other: Any) -> Database:
    """A pact that depends on a war, whose prior is 0.25."""
    given = {"war": Given(0.4, 0.2)}
    scenarios = {"pact": scenario(prior, given=given), "war": scenario(0.25, **other)}
    return database(scenarios=scenarios, evidence=evidence or {})


def test_a_prior_is_the_mix_of_what_it_is_given() -> None:
    def of(db: Database) -> list[str]:
        return told(db, "link-mismatch")

    assert of(linked(0.2)) == ["pact: its prior is 0.2, and 0.250 at the prior 0.25 of war"]
    assert of(linked(0.25)) == of(linked(0.26)) == []
    assert of(linked(0.2601)) != []
    assert of(linked(0.2, resolution=resolution("did-not-occur", START))) == []
    assert of(database(scenarios={"pact": scenario(0.2, given={"war": Given(0.4, 0.2)})})) == []


def test_what_moves_a_scenario_counts_twice_where_another_depends_on_it() -> None:
    watched = {"x": indicator({"war": "CC"}), "y": indicator({"war": "N"})}

    def of(includes: tuple[str, ...] = (), tracker: Tracker | None = None, **keys: Any) -> bool:
        db = linked(0.25, {"e": item(**keys)}, indicators=watched, includes=includes)
        db = database(tracker, scenarios=db.scenarios, evidence=db.evidence)
        message = "pact: rated here and for war, on which its prior depends: e"
        counted = told(db, "counted-twice")
        assert counted in ([], [message])
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
        told_once = item(day(1), **{"ratings": {"s1": "C"}, **keys})
        evidence = {"e": told_once, "f": told_once, "used": item(date(2021, 12, 1), **used)}
        return told(alone(evidence, includes=("used", "gone")), "shared-with-prior")

    tail = "as used, which its prior includes: e, f"
    assert of({"origin": "wire"}, origin="wire") == [f"s1: same origin (wire) {tail}"]
    assert of({"event": "call"}, event="call") == [f"s1: same event (call) {tail}"]
    assert of({"event": "call"}, event="visit") == of({}) == []
    assert of({"event": "call"}, event="call", ratings={"s1": "N"}) == []


def test_in_a_set_what_is_shared_is_told_once_and_may_count_in_a_rival_alone() -> None:
    used = item(date(2021, 12, 1), event="call")
    evidence = {id: item(day(1), ratings={id: "C"}, event="call") for id in "bc"}
    out = scenario(0.3, set="s", resolution=resolution("did-not-occur", day(3)))
    later = scenario(0.3, set="s", opened=day(20))
    db = pair(0.3, evidence | {"u": used}, a={"includes": ("u",)}, c=out, d=later)
    message = "same event (call) as u, which its prior includes: b"
    assert told(db, "shared-with-prior") == [f"a: {message}"]


def weak(
    *grades: str, rating: Any = "C", fired: dict[str, Any] | None = None, **keys: Any
) -> list[str]:
    ratings = {} if fired else {"s1": rating}
    evidence = {
        f"e{n}": item(
            *(day(4),),
            ratings=ratings,
            indicators=fired or {},
            reliability=grade[0],
            credibility=int(grade[1]),
        )
        for n, grade in enumerate(grades)
    }
    return told(alone(evidence, **keys), "weak-line")


def test_a_move_that_rests_on_a_weak_line() -> None:
    assert weak("B2", "C3") == []
    assert weak("B2", "E5") == ["s1: +5.0 dB of the move rest on e1, graded E5"]
    assert weak("C3", "C3", "C3", "D3") == []  # the fourth by size and name
    assert weak("D4", rating=1.02) == []
    assert weak("E6", opened=day(3)) == []  # what opened in the window has not moved


def test_an_indicator_is_weak_where_all_that_fires_it_is() -> None:
    late = indicator({"s1": "C"}, due=day(3), if_absent="I")
    watched = {"x": indicator({"s1": "CC"}), "late": late}
    fired = {"s1/x": "observed"}
    message = "s1: +10.0 dB of the move rest on s1/x, graded D6"
    assert weak("F6", "D6", fired=fired, indicators=watched) == [message]
    assert weak("F6", "C6", fired=fired, indicators=watched) == []


def test_priors_and_one_analysts_figures_sum_to_one() -> None:
    def of(a: float, b: float, figures: dict[str, Any], **keys: Any) -> list[str]:
        members = {"a": scenario(a, set="s", **keys), "b": scenario(b, set="s")}
        said = sheets(sheet(START, figures))
        db = database(Tracker(sets={"s": "S"}), scenarios=members, sheets=said)
        return told(db, "sum-not-one")

    nearest = "nearest that sum to 1"
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.6}) == of(0.4, 0.6, {"a": 0.4}) == []
    assert of(0.4, 0.7, {}) == [
        f"s: the priors sum to 1.100; {nearest}: a 0.4 → 0.350, b 0.7 → 0.650"
    ]
    off = f"the standing figures of desk sum to 0.900; {nearest}: a 0.4 → 0.450, b 0.5 → 0.550"
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.5}) == [f"s: {off}"]
    out = resolution("did-not-occur", START)
    assert of(0.4, 0.6, {"a": 0.4, "b": 0.5}, resolution=out) == []


def test_a_sum_is_over_the_members_that_are_open_on_the_day() -> None:
    out = resolution("did-not-occur", day(3), day(4))
    members = {
        "a": scenario(0.4, set="s"),
        "b": scenario(0.3, set="s"),
        "late": scenario(0.1, set="s", opened=day(8)),
        "out": scenario(0.2, set="s", resolution=out),
    }
    said = sheets(sheet(START, {"a": 0.5, "b": 0.3, "out": 0.2}), sheet(day(5), {"b": 0.5}))
    db = database(Tracker(sets={"s": "S"}), scenarios=members, sheets=said)
    nearest = "nearest that sum to 1: a 0.5 → 0.600, b 0.3 → 0.400"
    fault = f"s: the standing figures of desk sum to 0.800; {nearest}"
    assert [told(db, "sum-not-one", on=on) for on in (3, 4, 5, 8)] == [[], [fault], [], []]


def test_the_priors_of_a_set_are_judged_until_it_is_decided() -> None:
    db = pair(0.4, b={"resolution": resolution("did-not-occur", day(3), day(4))})
    fault = "s: the priors sum to 0.800; nearest that sum to 1: a 0.4 → 0.500, b 0.4 → 0.500"
    assert [told(db, "sum-not-one", on=on) for on in (3, 4)] == [[fault], []]


def test_what_a_scenario_implies_is_at_least_as_probable() -> None:
    def of(war: float, figures: dict[str, Any], *more: str) -> list[str]:
        members = {"war": scenario(war, implies=("crisis", *more)), "crisis": scenario(0.3)}
        members["done"] = scenario(0.1, resolution=resolution("occurred", day(1)))
        db = database(scenarios=members, sheets=sheets(sheet(START, figures)))
        return told(db, "implies-broken")

    text = "0.400 exceeds the 0.300 of crisis, which it implies; nearest that agree: both 0.350"
    assert of(0.4, {"war": 0.5, "crisis": 0.6}, "unknown", "done") == [
        f"war: its prior {text}",
        f"war: its implied probability {text}",
    ]
    stated = text.replace("0.400", "0.700").replace("0.300", "0.600").replace("0.350", "0.650")
    assert of(0.3, {"war": 0.7, "crisis": 0.6}) == [f"war: its stated probability {stated}"]
    assert of(0.2, {}) == []


def test_a_gap_of_more_than_six_decibans() -> None:
    def of(stated: float, *ratings: Any) -> list[str]:
        return told(alone(rated("s1", *ratings), [sheet(START, {"s1": stated})]), "gap")

    assert of(0.8) == ["s1: you are 6 dB above your own evidence"]
    assert of(0.2) == ["s1: you are 6 dB below your own evidence"]
    assert of(0.79) == []
    largest = "largest for: e +5.0 dB; largest against: f -10.0 dB"
    assert of(0.8, "C", "II", 1.1) == [f"s1: you are 11 dB above your own evidence; {largest}"]


def test_a_forecast_when_the_outcome_was_known_never_counts() -> None:
    said = [sheet(day(n), {"s1": p}) for n, p in ((2, 0.5), (3, 0.9), (4, None))]
    db = alone(said=said, resolution=resolution("occurred", day(3), day(5)))
    assert told(db, "late-forecast", on=4) == []
    text = "forecast when its outcome was known (2022-01-04): it never counts"
    assert told(db, "late-forecast") == [f"s1: {text}"]


def test_a_scenario_wants_three_diagnostic_indicators() -> None:
    def of(*codes: str) -> list[str]:
        watched = {f"x{n}": indicator({"s1": code}) for n, code in enumerate(codes)}
        return told(alone(indicators=watched), "few-indicators")

    assert of("C", "I", "CC") == []
    assert of("C", "I", "N") == ["s1: 2 diagnostic indicators; 3 are wanted"]


def test_a_stated_move_without_a_reason() -> None:
    db = alone(said=[sheet(START, {"s1": 0.2}), sheet(day(5), {"s1": 0.4})])
    text = "the stated probability moved with neither new evidence nor a rationale"
    assert told(db, "unexplained-move") == [f"s1: {text}"]


def test_items_with_one_address_are_one_finding_however_many() -> None:
    def of(number: int) -> list[str]:
        seen = item(ratings={"s1": "C"}, url="https://example.org/a")
        return told(alone({f"e{n:03}": seen for n in range(number)}), "possible-duplicate")

    why = "they share an address"
    both = f"e001: may be the same as e000: {why}; give both one event, or retract one"
    assert of(2) == [both]
    first = ", ".join(f"e00{n}" for n in range(5))
    many = f"{why}; give all one event, or retract the rest"
    assert of(400) == [f"e399: may be the same as {first} and 394 more: {many}"]


def test_findings_come_rule_by_rule() -> None:
    db = alone({"e": item()}, horizon=day(5))
    assert findings(window(db, day(2), day(9))) == (
        of_scenario("overdue", "s1", "its horizon passed 4 days ago: resolve it", "horizon"),
        of_evidence("unrated", "e", "rates no scenario: scen rate e"),
        of_scenario("few-indicators", "s1", "0 diagnostic indicators; 3 are wanted", "indicators"),
        of_scenario("not-reviewed", "s1", "no forecast since it opened"),
    )
