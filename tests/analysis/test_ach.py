from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.review.ach import Matrix, matrix, nearest_code
from scenarios.model import Database, Tracker
from scenarios.values import GradeWeights
from tests.records import (
    WEIGHTS,
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

GRADED = Tracker(grade_weights=WEIGHTS)


def at(db: Database, *columns: str, on: int = 100) -> Matrix:
    return matrix(known_on(db, day(on)), columns or tuple(db.scenarios))


def compare(evidence: dict[str, Any], names: str = "ab", **keys: Any) -> Matrix:
    """Scenarios a, b, … side by side; a owns the indicators."""
    scenarios = {name: scenario() for name in names}
    scenarios["a"] = scenario(indicators=keys.pop("indicators", {}))
    return at(database(keys.pop("tracker", None), scenarios=scenarios, evidence=evidence))


def items(*rows: str, **keys: Any) -> dict[str, Any]:
    """Items e, f, g … with a row of codes each."""
    return {id: row(codes, **keys) for id, codes in zip("efgh", rows, strict=False)}


def column(made: Matrix, key: str) -> list[Any]:
    return [getattr(score, key) for score in made.scores.values()]


def pins(made: Matrix) -> list[str]:
    """Each linchpin: kind, id, how many items, who ranks first then."""
    return [
        " ".join([p.removed.kind, p.removed.id, str(len(p.removed.items)), *p.leader_after])
        for p in made.linchpins
    ]


# Published schemes.


def test_inconsistency_is_counted_as_parc_and_c_ach_count_it() -> None:
    """C-ACH's functions.php and, with the sign turned, PARC's ACH 1.1: II = 2, I = 1, else 0."""
    counted = column(compare(items("II I N C", "II II I CC"), "abcd"), "inconsistency")
    assert counted == [4, 3, 1, 0]


def test_weights_are_multiplied_as_parc_multiplies_them() -> None:
    """PARC's √2, 1 and 1/√2 for high, medium and low, here at most 1: an II is worth its I."""
    root = math.sqrt(0.5)
    tracker = Tracker(grade_weights=GradeWeights({"A": 1.0, "B": root, "C": 0.5}, [1.0, root, 0.5]))
    for grade, product in {"A1": 2.0, "A2": 1.414, "B2": 1.0, "B3": 0.707, "C3": 0.5}.items():
        told = items("II N", reliability=grade[0], credibility=int(grade[1]))
        a = compare(told, tracker=tracker).scores["a"]
        assert (a.inconsistency, a.weighted_inconsistency) == (2, near(product, abs=1e-3))


def test_a_row_against_every_scenario_tells_none_of_them_apart() -> None:
    """C-ACH sorts it first, as Σ inconsistency; Open Synthesis and this one by the spread."""
    rows = compare(items("II II", "II CC", "N I", "C N")).rows
    told = [(row.id, row.diagnosticity) for row in rows]
    assert told == [("f", 20.0), ("g", 5.0), ("h", 5.0), ("e", 0.0)]


def test_a_ratio_counts_as_its_nearest_code_and_between_two_as_the_neutral_one() -> None:
    codes = {"CC": [1000.0, 10.0], "C": [10**0.75, 10**0.5, 3.0], "N": [10**0.25, 0.9, 10**-0.25]}
    codes |= {"I": [0.4, 10**-0.5, 10**-0.75], "II": [0.1, 0.001]}
    for code, ratios in codes.items():
        assert {nearest_code(ratio, Tracker()) for ratio in ratios} == {code}
    flat = Tracker(decibans={"CC": 3.0, "C": 3.0, "N": 0.0, "I": -2.0, "II": -2.0})
    assert [nearest_code(r, flat) for r in (100.0, 0.01, "II")] == ["C", "I", "II"]


# Rows and sums.


def test_a_matrix_has_its_rows_its_sums_and_its_linchpins() -> None:
    talks = indicator({"a": "CC", "c": "I"})
    told = item(ratings={"b": "II", "c": 1.0}, reliability="B", credibility=1, source="wire")
    fired = item(day(1), indicators={"a/talks": "emerging"}, reliability="A", credibility=1)
    evidence = {"e": told, "f": fired}
    made = compare(evidence, "abc", tracker=GRADED, indicators={"talks": talks})
    assert made.scenarios == ("a", "b", "c")
    cells: list[Any] = [{"a": None, "b": "II", "c": 1.0}, {"a": 0, "b": 2, "c": 0}]
    direct = ("direct", "Something was seen", "B1", 0.8, *cells, {"a": None, "b": -8.0, "c": 0.0})
    cells = [{"a": "CC", "b": None, "c": "I"}, {"a": 0, "b": 0, "c": 1}]
    seen = ("indicator", "Something is seen", None, 0.5, *cells, {"a": 5.0, "b": None, "c": -2.5})
    assert [astuple(row) for row in made.rows] == [("e", *direct, 8.0), ("a/talks", *seen, 7.5)]
    keys = ("inconsistency", "weighted_inconsistency", "decibans", "blanks", "rank")
    sums = [[0, 2, 1], [0.0, 1.6, 0.5], [5.0, -8.0, -2.5], [1, 1, 0], [1, 3, 2]]
    assert [column(made, key) for key in keys] == sums
    assert {one.leader_before for one in made.linchpins} == {("a",)}
    assert pins(made) == ["item e 1 a b", "item f 1 a c", "source wire 1 a b"]


def test_equal_inconsistencies_share_a_rank() -> None:
    made = compare(items("N I I II"), "abcd")
    assert (column(made, "rank"), made.leaders) == ([1, 2, 2, 4], ("a",))
    nothing = compare({})
    assert (nothing.rows, nothing.linchpins, column(nothing, "rank")) == ((), (), [1, 1])


def test_repeats_of_one_origin_and_what_a_prior_includes_count_each() -> None:
    repeats = items("I N", "I N", "I N", origin="wire", event="strike")
    scenarios = {"a": scenario(includes=("e",)), "b": scenario()}
    assert column(at(database(scenarios=scenarios, evidence=repeats)), "inconsistency") == [3, 0]


def test_what_was_not_known_or_rates_none_of_these_is_no_row() -> None:
    gone, later = retraction(day(50)), item(day(60), ratings={"a": "C"})
    evidence = {"e": row("C N", retracted=gone), "f": later, "g": row("- - C"), "h": item()}
    db = database(scenarios={name: scenario() for name in "abc"}, evidence=evidence)
    assert [[row.id for row in at(db, "a", "b", on=on).rows] for on in (49, 60)] == [["e"], ["f"]]


def test_what_was_ruled_out_stands_last_without_a_rank_and_no_linchpin_is_about_it() -> None:
    members = {
        "a": scenario(set="s", resolution=resolution("did-not-occur", day(50), day(60))),
        "b": scenario(set="s"),
        "c": scenario(set="s", resolution=resolution("occurred", day(80))),
    }
    db = database(scenarios=members, evidence=items("C I I", "N I N"))
    told = {59: "a 1, b 3, c 2", 60: "b 2, c 1, a None", 80: "c 1, a None, b None"}
    for on, ranks in told.items():
        scores = at(db, on=on).scores
        assert ", ".join(f"{id} {score.rank}" for id, score in scores.items()) == ranks
    assert (at(db, on=60).scenarios, pins(at(db, on=60))) == (("b", "c", "a"), ["item f 1 b c"])
    assert column(at(db, on=80), "ruled_out") == [None, day(50), day(80)]
    alone = at(db, "a", "b", on=80)
    assert (alone.leaders, alone.linchpins, [*alone.ranked]) == ((), (), [])


def test_a_column_that_cannot_be_read_leaves_the_rows_without_a_sum() -> None:
    whole = compare(items("C I", "CC I"))
    evidence = items("C I", "CC I")
    base = database(scenarios={id: scenario() for id in "ab"}, evidence=evidence)
    made = at(replace(base, withheld={"b": "b.yaml"}), "a", "b")
    assert (made.rows, made.scores, made.linchpins) == (whole.rows, {}, ())
    assert made.withheld == "b.yaml"


def test_an_indicator_is_a_row_once_it_has_been_seen() -> None:
    names = ("unseen", "reversed", "unreliable")
    watched = {name: indicator({"a": "CC"}) for name in names}
    watched |= {"seen": indicator({"b": "I"}), "elsewhere": indicator({"c": "CC"})}
    fired = {f"a/{name}": "observed" for name in ("seen", "reversed", "elsewhere", "gone")}
    a1: dict[str, Any] = {"reliability": "A", "credibility": 1}
    evidence = {
        "e": item(indicators={**fired, "gone/x": "observed"}, **a1),
        "f": item(day(1), indicators={"a/reversed": "reversed"}, **a1),
        "g": item(indicators={"a/unreliable": "observed"}, reliability="E", credibility=5),
    }
    made = compare(evidence, tracker=GRADED, indicators=watched)
    assert [(row.id, row.weight) for row in made.rows] == [("a/seen", 1.0)]


def test_an_item_without_weight_is_a_row_and_its_inconsistency_counts() -> None:
    made = compare(items("I N", reliability="E", credibility=5), tracker=GRADED)
    a = made.scores["a"]
    assert (a.inconsistency, a.weighted_inconsistency, a.decibans, a.rank) == (1, 0.0, 0.0, 2)
    assert [str(value) for value in made.rows[0].decibans.values()] == ["0.0", "0.0"]


def fire(state: str = "observed", **keys: Any) -> Any:
    return item(indicators={"a/talks": state}, **keys)


TALKS = {"talks": indicator({"b": "I"})}
OF_A_PAPER = items("N I", "N I", source="paper", origin="x") | {"g": row("N C", source="paper")}
AGAINST_ITSELF = {"talks": indicator({"a": "I"})}


def test_a_linchpin_is_what_alone_keeps_a_rival_back() -> None:
    for evidence, watched, leaders, found in (
        (items("N II", "I N"), {}, "a", ["item e 1 b"]),
        # of two leaders one falls behind
        (items("I N", "N I"), {}, "ab", ["item e 1 a", "item f 1 b"]),
        # a source and an origin can carry what no item carries alone
        (OF_A_PAPER, {}, "a", ["origin x 2 a b", "source paper 3 a b"]),
        # an item that others name as their origin goes with them
        ({"e": row("N I"), "f": row("N I", origin="e")}, {}, "a", ["origin e 2 a b"]),
        # an indicator falls with what alone raised it
        ({"e": fire()}, TALKS, "a", ["item e 1 a b"]),
        ({id: fire(source="wire") for id in "ef"}, TALKS, "a", ["source wire 2 a b"]),
        # without its reversal it is seen again
        ({"e": fire(), "f": fire("reversed")}, AGAINST_ITSELF, "ab", ["item f 1 b"]),
    ):
        made = compare(evidence, indicators=watched)
        assert (made.leaders, pins(made)) == (tuple(leaders), found)


# Properties.


@given(databases(), ratings)
def test_an_equal_row_changes_no_rank(db: Database, rating: float | str) -> None:
    new = {"new": item(day(4), ratings=dict.fromkeys(db.scenarios, rating), origin="wire")}
    before, after = at(db), at(replace(db, evidence={**db.evidence, **new}))
    assert column(after, "rank") == column(before, "rank")
    assert next(row for row in after.rows if row.id == "new").diagnosticity == 0


@given(databases(), st.lists(st.sampled_from([None, "wire", "paper"]), min_size=7, max_size=7))
def test_linchpins_agree_with_leaving_out(db: Database, sources: list[str | None]) -> None:
    """Each removal by hand: the database without those items, and who ranks first in it.

    A reading that was superseded stays out with the one that replaced it.
    """
    told_by = zip(db.evidence.items(), sources, strict=False)
    evidence = {id: replace(one, source=source) for (id, one), source in told_by}
    db = replace(db, evidence=evidence)
    made = at(db)
    removals = {("item", id): {id} for id in evidence}
    for id, one in evidence.items():
        for kind, name in (("source", one.source), ("origin", one.origin)):
            if name:
                removals.setdefault((kind, name), set()).add(id)
    expected, replaced = {}, known_on(db, day(100)).superseded.keys()
    for removal, gone in removals.items():
        rest = {id: one for id, one in evidence.items() if id not in gone | replaced}
        leaders = at(replace(db, evidence=rest)).leaders
        if leaders != made.leaders:
            expected[removal] = (made.leaders, leaders)
    pinned = made.linchpins
    found = {(p.removed.kind, p.removed.id): (p.leader_before, p.leader_after) for p in pinned}
    assert found == expected
    sizes = [len(pin.removed.items) for pin in pinned]
    assert sizes == sorted(sizes)


@given(databases())
def test_the_rows_add_up_to_the_sums(db: Database) -> None:
    made = at(db)
    for id, score in made.scores.items():
        cells = [row.ratings[id] for row in made.rows]
        assert score.blanks == cells.count(None)
        assert score.inconsistency == sum(row.inconsistency[id] for row in made.rows)
        assert score.decibans == near(sum(row.decibans[id] or 0 for row in made.rows), abs=1e-9)
        assert 0 <= score.weighted_inconsistency <= score.inconsistency + 1e-9
    spreads = [row.diagnosticity for row in made.rows]
    assert spreads == near(sorted(spreads, reverse=True), abs=1e-8)


@given(databases())
def test_the_order_of_evidence_and_of_columns_does_not_matter(db: Database) -> None:
    made = at(db)
    assert at(replace(db, evidence=dict(reversed([*db.evidence.items()])))) == made
    turned = at(db, *reversed(made.scenarios))
    assert replace(turned, scenarios=made.scenarios) == made
