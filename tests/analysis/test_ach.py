from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.review.ach import (
    INCONSISTENCY,
    Linchpin,
    Matrix,
    MatrixRow,
    Removed,
    Score,
    matrix,
    nearest_code,
)
from scenarios.model import Code, Database, GradeWeights, Tracker
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
    scenario,
)

GRADED = Tracker(grade_weights=WEIGHTS)


def at(db: Database, *columns: str, on: int = 100) -> Matrix:
    return matrix(known(db, day(on)), columns or tuple(db.scenarios))


def compare(
    evidence: dict[str, Any],
    names: str = "abcd",
    tracker: Tracker | None = None,
    indicators: dict[str, Any] | None = None,
) -> Matrix:
    """Scenarios a, b, … side by side; a owns the indicators."""
    scenarios = {name: scenario(indicators=indicators or {}) for name in names[:1]}
    scenarios |= {name: scenario() for name in names[1:]}
    return at(database(tracker, scenarios=scenarios, evidence=evidence))


def rate(row: str, **keys: Any) -> Any:
    """An item that rates a, b, … by the codes of a text; `-` leaves a blank."""
    cells = zip("abcd", row.split(), strict=False)
    return item(ratings={name: code for name, code in cells if code != "-"}, **keys)


def column(made: Matrix, key: str) -> list[Any]:
    return [getattr(score, key) for score in made.scores.values()]


def pins(made: Matrix) -> list[tuple[str, str, int, str]]:
    """Each linchpin: kind, id, how many items, who ranks first then."""
    return [
        (p.removed.kind, p.removed.id, len(p.removed.items), " ".join(p.leader_after))
        for p in made.linchpins
    ]


# Published schemes.


def test_inconsistency_is_counted_as_parc_and_c_ach_count_it() -> None:
    """C-ACH's functions.php and, with the sign turned, PARC's ACH 1.1: II = 2, I = 1, else 0."""
    made = compare({"2022-01-01-e": rate("II I N C"), "2022-01-01-f": rate("II II I CC")})
    assert column(made, "inconsistency") == [4, 3, 1, 0]


@pytest.mark.parametrize(
    ("grade", "product"),
    [("A1", 2.0), ("A2", 1.414), ("B2", 1.0), ("A3", 1.0), ("B3", 0.707), ("C3", 0.5)],
)
def test_weights_are_multiplied_as_parc_multiplies_them(grade: str, product: float) -> None:
    """PARC's √2, 1 and 1/√2 for high, medium and low, here at most 1: an II is worth its I."""
    root = math.sqrt(0.5)
    table = GradeWeights({"A": 1.0, "B": root, "C": 0.5}, [1.0, root, 0.5])
    item = rate("II N", reliability=grade[0], credibility=int(grade[1]))
    made = compare({"2022-01-01-e": item}, "ab", Tracker(grade_weights=table))
    assert made.scores["a"].weighted_inconsistency == near(product, abs=1e-3)
    assert made.scores["a"].inconsistency == 2


def test_a_row_against_every_scenario_tells_none_of_them_apart() -> None:
    """C-ACH sorts it first, as Σ inconsistency; Open Synthesis and this one by the spread."""
    evidence = {"2022-01-01-e": rate("II II"), "2022-01-01-f": rate("II CC")}
    made = compare(evidence, "ab")
    assert [(row.id[11:], row.diagnosticity) for row in made.rows] == [("f", 20.0), ("e", 0.0)]


# Codes.


@pytest.mark.parametrize(
    ("ratio", "code"),
    [
        (1000.0, "CC"),
        (10**0.75, "C"),
        (3.0, "C"),
        (10**0.25, "N"),
        (0.9, "N"),
        (10**-0.25, "N"),
        (0.4, "I"),
        (10**-0.75, "I"),
        (0.1, "II"),
        (0.001, "II"),
    ],
)
def test_a_ratio_counts_as_its_nearest_code_and_between_two_as_the_neutral_one(
    ratio: float, code: str
) -> None:
    assert nearest_code(ratio, Tracker()) == code


def test_the_nearest_code_is_that_of_the_team_s_own_table() -> None:
    flat = Tracker(decibans={"CC": 3.0, "C": 3.0, "N": 0.0, "I": -2.0, "II": -2.0})
    assert [nearest_code(r, flat) for r in (100.0, 0.01, "II")] == ["C", "I", "II"]


# Rows and sums.


def test_a_matrix_has_its_rows_its_sums_and_its_linchpins() -> None:
    talks = indicator({"a": "CC", "c": "I"})
    evidence = {
        "2022-01-01-e": item(
            ratings={"b": "II", "c": 1.0}, reliability="B", credibility=1, source="wire"
        ),
        "2022-01-02-f": item(
            day(1), indicators={"a/talks": "emerging"}, reliability="A", credibility=1
        ),
    }
    assert compare(evidence, "abc", GRADED, {"talks": talks}) == Matrix(
        scenarios=("a", "b", "c"),
        rows=(
            MatrixRow(
                id="2022-01-01-e",
                kind="direct",
                summary="Something was seen",
                grade="B1",
                weight=0.8,
                ratings={"a": None, "b": "II", "c": 1.0},
                inconsistency={"a": 0, "b": 2, "c": 0},
                decibans={"a": None, "b": -8.0, "c": 0.0},
                diagnosticity=8.0,
            ),
            MatrixRow(
                id="a/talks",
                kind="indicator",
                summary="Something is seen",
                grade=None,
                weight=0.5,
                ratings={"a": "CC", "b": None, "c": "I"},
                inconsistency={"a": 0, "b": 0, "c": 1},
                decibans={"a": 5.0, "b": None, "c": -2.5},
                diagnosticity=7.5,
            ),
        ),
        scores={
            "a": Score(inconsistency=0, weighted_inconsistency=0.0, decibans=5.0, blanks=1, rank=1),
            "b": Score(
                inconsistency=2, weighted_inconsistency=1.6, decibans=-8.0, blanks=1, rank=3
            ),
            "c": Score(
                inconsistency=1, weighted_inconsistency=0.5, decibans=-2.5, blanks=0, rank=2
            ),
        },
        linchpins=(
            Linchpin(
                removed=Removed(kind="item", id="2022-01-01-e", items=("2022-01-01-e",)),
                leader_before=("a",),
                leader_after=("a", "b"),
            ),
            Linchpin(
                removed=Removed(kind="item", id="2022-01-02-f", items=("2022-01-02-f",)),
                leader_before=("a",),
                leader_after=("a", "c"),
            ),
            Linchpin(
                removed=Removed(kind="source", id="wire", items=("2022-01-01-e",)),
                leader_before=("a",),
                leader_after=("a", "b"),
            ),
        ),
    )


def test_equal_inconsistencies_share_a_rank() -> None:
    made = compare({"2022-01-01-e": rate("N I I II")})
    assert column(made, "rank") == [1, 2, 2, 4]
    assert made.leaders == ("a",)


def test_a_blank_is_counted_and_is_not_neutral() -> None:
    made = compare({"2022-01-01-e": rate("N -"), "2022-01-01-f": rate("C -")}, "ab")
    assert column(made, "blanks") == [0, 2]
    assert made.rows[0].decibans == {"a": 5.0, "b": None}
    assert made.rows[0].diagnosticity == 5.0


def test_rows_that_tell_as_much_stand_by_id() -> None:
    rows = {"g": "C N", "f": "N I", "e": "C II"}
    evidence = {f"2022-01-01-{n}": rate(row) for n, row in rows.items()}
    made = compare(evidence, "ab")
    assert [row.id[11:] for row in made.rows] == ["e", "f", "g"]


def test_repeats_of_one_origin_and_what_a_prior_includes_count_each() -> None:
    repeats = {f"2022-01-01-{n}": rate("I N", origin="wire", event="strike") for n in "efg"}
    scenarios = {"a": scenario(includes=("2022-01-01-e",)), "b": scenario()}
    made = at(database(scenarios=scenarios, evidence=repeats))
    assert column(made, "inconsistency") == [3, 0]


def test_what_was_not_known_or_rates_none_of_these_is_no_row() -> None:
    evidence = {
        "2022-01-01-e": rate("C N", retracted=retraction(day(50))),
        "2022-01-01-f": item(day(60), ratings={"a": "C"}),
        "2022-01-01-g": rate("- - C"),
        "2022-01-01-h": item(),
    }
    db = database(scenarios={name: scenario() for name in "abc"}, evidence=evidence)
    assert [row.id for row in at(db, "a", "b", on=49).rows] == ["2022-01-01-e"]
    assert [row.id for row in at(db, "a", "b", on=60).rows] == ["2022-01-01-f"]


def test_where_nothing_is_known_all_rank_first() -> None:
    nothing = Score(inconsistency=0, weighted_inconsistency=0.0, decibans=0.0, blanks=0, rank=1)
    assert compare({}, "ab") == Matrix(
        scenarios=("a", "b"), rows=(), scores={"a": nothing, "b": nothing}, linchpins=()
    )


def test_what_was_ruled_out_stands_last_without_a_rank_and_no_linchpin_is_about_it() -> None:
    members = {
        "a": scenario(set="s", resolution=resolution("did-not-occur", day(50), day(60))),
        "b": scenario(set="s"),
        "c": scenario(set="s", resolution=resolution("occurred", day(80))),
    }
    evidence = {"2022-01-01-e": rate("C I I"), "2022-01-01-f": rate("N I N")}
    db = database(Tracker(sets={"s": "S"}), scenarios=members, evidence=evidence)

    def ranks(on: int) -> dict[str, int | None]:
        return {id: score.rank for id, score in at(db, on=on).scores.items()}

    assert ranks(59) == {"a": 1, "b": 3, "c": 2}
    assert at(db, on=59).leaders == ("a",)
    assert [*ranks(60).items()] == [("b", 2), ("c", 1), ("a", None)]
    assert at(db, on=60).scenarios == ("b", "c", "a")
    assert pins(at(db, on=60)) == [("item", "2022-01-01-f", 1, "b c")]
    assert [*ranks(80).items()] == [("c", 1), ("a", None), ("b", None)]
    assert {id: s.ruled_out for id, s in at(db, on=80).scores.items()} == {
        "c": None,
        "a": day(50),
        "b": day(80),
    }
    alone = at(db, "a", "b", on=80)
    assert (alone.leaders, alone.linchpins, [*alone.ranked]) == ((), (), [])


def test_an_indicator_is_a_row_once_it_has_been_seen() -> None:
    watched = {
        "seen": indicator({"b": "I"}),
        "unseen": indicator({"a": "CC"}),
        "reversed": indicator({"a": "CC"}),
        "unreliable": indicator({"a": "CC"}),
        "elsewhere": indicator({"c": "CC"}),
    }
    fired = {f"a/{name}": "observed" for name in ("seen", "reversed", "elsewhere", "gone")}
    evidence = {
        "2022-01-01-e": item(
            reliability="A", credibility=1, indicators={**fired, "gone/x": "observed"}
        ),
        "2022-01-02-f": item(
            day(1), reliability="A", credibility=1, indicators={"a/reversed": "reversed"}
        ),
        "2022-01-03-g": item(
            day(2), reliability="E", credibility=5, indicators={"a/unreliable": "observed"}
        ),
    }
    made = compare(evidence, "ab", GRADED, watched)
    assert [(row.id, row.weight) for row in made.rows] == [("a/seen", 1.0)]


def test_an_item_without_weight_is_a_row_and_its_inconsistency_counts() -> None:
    made = compare({"2022-01-01-e": rate("I N", reliability="E", credibility=5)}, "ab", GRADED)
    assert made.scores["a"] == Score(
        inconsistency=1, weighted_inconsistency=0.0, decibans=0.0, blanks=0, rank=2
    )
    assert [str(value) for value in made.rows[0].decibans.values()] == ["0.0", "0.0"]


# Linchpins.


def test_an_item_that_alone_keeps_a_rival_back_is_a_linchpin() -> None:
    made = compare({"2022-01-01-e": rate("N II"), "2022-01-01-f": rate("I N")}, "ab")
    assert made.leaders == ("a",)
    assert pins(made) == [("item", "2022-01-01-e", 1, "b")]


def test_a_source_and_an_origin_can_carry_what_no_item_carries_alone() -> None:
    evidence = {
        "2022-01-01-e": rate("N I", source="paper", origin="embassy"),
        "2022-01-01-f": rate("N I", source="paper", origin="embassy"),
        "2022-01-01-g": rate("N C", source="paper"),
    }
    assert pins(compare(evidence, "ab")) == [
        ("origin", "embassy", 2, "a b"),
        ("source", "paper", 3, "a b"),
    ]


def test_an_item_that_others_name_as_their_origin_goes_with_them() -> None:
    evidence = {"2022-01-01-e": rate("N I"), "2022-01-01-f": rate("N I", origin="2022-01-01-e")}
    assert pins(compare(evidence, "ab")) == [("origin", "2022-01-01-e", 2, "a b")]


def test_one_leader_of_two_falling_behind_is_a_change_of_leaders() -> None:
    made = compare({"2022-01-01-e": rate("I N"), "2022-01-01-f": rate("N I")}, "ab")
    assert made.leaders == ("a", "b")
    assert pins(made) == [("item", "2022-01-01-e", 1, "a"), ("item", "2022-01-01-f", 1, "b")]


def fire(state: str = "observed", number: int = 0, **keys: Any) -> Any:
    return item(day(number), indicators={"a/talks": state}, **keys)


def test_an_indicator_falls_with_the_item_that_alone_raised_it() -> None:
    talks = {"talks": indicator({"b": "I"})}
    alone = compare({"2022-01-01-e": fire()}, "ab", None, talks)
    assert pins(alone) == [("item", "2022-01-01-e", 1, "a b")]
    evidence = {"2022-01-01-e": fire(source="wire"), "2022-01-01-f": fire(source="wire")}
    assert pins(compare(evidence, "ab", None, talks)) == [("source", "wire", 2, "a b")]


def test_without_its_reversal_an_indicator_is_seen_again() -> None:
    talks = {"talks": indicator({"a": "I"})}
    evidence = {"2022-01-01-e": fire(), "2022-01-02-f": fire("reversed", 1)}
    made = compare(evidence, "ab", None, talks)
    assert (made.rows, made.leaders) == ((), ("a", "b"))
    assert pins(made) == [("item", "2022-01-02-f", 1, "b")]


# Properties.

codes = st.sampled_from(["CC", "C", "N", "I", "II"])


@given(databases(), ratings)
def test_an_equal_row_changes_no_rank(db: Database, rating: float | str) -> None:
    new = item(day(4), ratings=dict.fromkeys(db.scenarios, rating), origin="o1")
    later = Database(db.tracker, db.scenarios, {**db.evidence, "2022-01-05-new": new})
    before, after = at(db), at(later)
    assert column(after, "rank") == column(before, "rank")
    assert next(row for row in after.rows if row.id == "2022-01-05-new").diagnosticity == 0


@given(databases(), st.lists(st.sampled_from([None, "wire", "paper"]), min_size=7, max_size=7))
def test_linchpins_agree_with_leaving_out(db: Database, sources: list[str | None]) -> None:
    """Each removal by hand: the database without those items, and who ranks first in it."""
    evidence = {
        id: msgspec.structs.replace(one, source=source)
        for (id, one), source in zip(db.evidence.items(), sources, strict=False)
    }
    db = Database(db.tracker, db.scenarios, evidence)
    made = at(db)
    removals = {("item", id): {id} for id in evidence}
    for id, one in evidence.items():
        if one.source:
            removals.setdefault(("source", one.source), set()).add(id)
        if one.origin:
            removals.setdefault(("origin", one.origin), set()).add(id)
    expected = {}
    for removal, gone in removals.items():
        rest = {id: one for id, one in evidence.items() if id not in gone}
        leaders = at(Database(db.tracker, db.scenarios, rest)).leaders
        if leaders != made.leaders:
            expected[removal] = (made.leaders, leaders)
    found = {
        (p.removed.kind, p.removed.id): (p.leader_before, p.leader_after) for p in made.linchpins
    }
    assert found == expected
    sizes = [len(pin.removed.items) for pin in made.linchpins]
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
    backwards = dict(reversed(db.evidence.items()))
    made = at(db)
    assert at(Database(db.tracker, db.scenarios, backwards)) == made
    turned = at(db, *reversed(made.scenarios))
    assert (turned.rows, turned.scores, turned.linchpins) == (
        made.rows,
        made.scores,
        made.linchpins,
    )


@given(codes)
def test_a_code_and_the_ratio_that_it_is_worth_count_alike(code: Code) -> None:
    ratio = 10 ** (Tracker().decibans[code] / 10)
    made = compare({"2022-01-01-e": item(ratings={"a": code, "b": ratio})}, "ab")
    assert column(made, "inconsistency") == [INCONSISTENCY.get(code, 0)] * 2
    assert made.rows[0].diagnosticity == near(0, abs=1e-9)
