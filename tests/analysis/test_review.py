from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.indicator_state import IndicatorChange
from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.period.period import window
from scenarios.analysis.review.questions import QuestionChange
from scenarios.analysis.review.review import NewEvidence, Resolved, Review, Unchanged, review
from scenarios.model import Clarification, Database, Retraction, Tracker
from tests.records import (
    START,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
)


def week(db: Database, since: int = 2, as_of: int = 9) -> Review:
    return review(window(db, day(since), day(as_of)))


def test_a_quiet_week_is_split_into_reaffirmed_and_untouched() -> None:
    db = database(
        scenarios={"seen": scenario(), "unseen": scenario(), "new": scenario(opened=day(5))},
        sheets={
            f"{START}-desk": sheet(START, {"seen": 0.4}),
            f"{day(5)}-desk": sheet(day(5), {"seen": 0.4}),
        },
    )
    made = week(db)
    assert made.unchanged == Unchanged(reaffirmed=("seen",), untouched=("unseen",))
    assert (made.moves, made.resolved, made.new_evidence) == ((), (), ())


def test_a_move_names_its_lines_and_its_reason() -> None:
    db = database(
        scenarios={"s1": scenario(0.5)},
        evidence={"2022-01-05-e": item(day(4), ratings={"s1": "I"})},
        sheets={
            f"{START}-desk": sheet(START, {"s1": 0.5}),
            f"{day(5)}-desk": sheet(day(5), {"s1": 0.3}, rationales={"s1": "First."}),
            f"{day(6)}-desk": sheet(day(6), {"s1": 0.2}, rationales={"s1": "Then."}),
        },
    )
    (move,) = week(db).moves
    assert msgspec.to_builtins(move.stated) == {
        "from": 0.5,
        "to": 0.2,
        "normalised": False,
        "rationale": "Then.",
    }
    assert move.implied.from_ == 0.5
    assert move.implied.to == near(0.240253)
    assert [line.id for line in move.lines_added] == ["2022-01-05-e"]
    assert move.explained


def test_a_move_that_the_rest_of_the_set_made_borrows_no_rationale() -> None:
    reaffirmed = sheet(day(5), {"a": 0.5, "b": 0.75}, rationales={"a": "As it was.", "b": "Gas."})
    db = database(
        Tracker(sets={"s": "S"}),
        scenarios={id: scenario(set="s") for id in "ab"},
        sheets={f"{START}-desk": sheet(START, {"a": 0.5, "b": 0.5}), f"{day(5)}-desk": reaffirmed},
    )
    a, b = sorted(week(db).moves, key=lambda move: move.scenario)
    assert msgspec.to_builtins((a.stated, b.stated)) == (
        {"from": 0.5, "to": near(0.4), "normalised": True, "rationale": None},
        {"from": 0.5, "to": near(0.6), "normalised": False, "rationale": "Gas."},
    )
    assert a.explained


def test_a_forecast_that_expired_leaves_nothing_stated() -> None:
    db = database(
        Tracker(forecast_expires_days=5),
        scenarios={"s1": scenario(0.5)},
        evidence={"2022-01-05-e": item(day(4), ratings={"s1": "I"})},
        sheets={f"{START}-desk": sheet(START, {"s1": 0.5})},
    )
    (move,) = week(db).moves
    assert msgspec.to_builtins(move.stated) == {
        "from": 0.5,
        "to": None,
        "normalised": False,
        "rationale": None,
    }


def test_what_nobody_stated_has_no_stated_move() -> None:
    db = database(
        scenarios={"s1": scenario(0.5)},
        evidence={"2022-01-05-e": item(day(4), ratings={"s1": "I"})},
    )
    (move,) = week(db).moves
    assert move.stated is None


def test_what_was_resolved_shows_its_last_values() -> None:
    its = resolution("occurred", day(4), day(6), evidence=("2022-01-05-e", "2022-01-09-late"))
    db = database(
        scenarios={"s1": scenario(0.3, resolution=its)},
        evidence={
            "2022-01-05-e": item(day(4)),
            "2022-01-09-late": item(day(60), observed="2022-01-09"),
        },
    )
    assert week(db).resolved == (
        Resolved(
            scenario="s1",
            outcome="occurred",
            date=day(4),
            basis="Basis.",
            stated=None,
            implied=near(0.3),
            evidence=("2022-01-05-e",),
        ),
    )
    assert week(db, since=6, as_of=9).resolved == ()
    assert week(db).moves == ()


def test_new_evidence_says_what_it_bears_on() -> None:
    db = database(
        scenarios={
            "s1": scenario(indicators={"x": indicator({"s1": "CC", "s2": "C"})}),
            "s2": scenario(),
        },
        evidence={
            "2022-01-05-e": item(day(4), indicators={"s1/x": "observed"}, source="paper"),
            "2022-01-05-f": item(
                day(4), indicators={"s1/unknown": "observed", "gone/x": "observed"}
            ),
        },
    )
    made = week(db)
    assert made.new_evidence == (
        NewEvidence(
            id="2022-01-05-e",
            summary="Something was seen",
            observed="2022-01-05",
            recorded=day(4),
            source="paper",
            grade="F6",
            scenarios=("s1", "s2"),
            retracted=None,
        ),
        NewEvidence(
            id="2022-01-05-f",
            summary="Something was seen",
            observed="2022-01-05",
            recorded=day(4),
            source=None,
            grade="F6",
            scenarios=(),
            retracted=None,
        ),
    )
    assert made.indicator_changes == (
        IndicatorChange(
            scenario="s1",
            indicator="x",
            statement="Something is seen",
            before="unobserved",
            after="observed",
            evidence=("2022-01-05-e",),
        ),
    )


def test_new_evidence_is_in_the_order_in_which_it_was_recorded() -> None:
    db = database(
        evidence={
            "2022-01-01-z": item(day(4), observed="2022-01-01"),
            "2022-01-02-a": item(day(5), observed="2022-01-02"),
            "2022-01-01-b": item(day(2), observed="2022-01-01"),
            "2022-01-01-a": item(day(5), observed="2022-01-01"),
        }
    )
    assert [entry.id for entry in week(db).new_evidence] == [
        "2022-01-01-z",
        "2022-01-01-a",
        "2022-01-02-a",
    ]


def test_what_was_recorded_and_retracted_in_one_week_stands_with_its_reason() -> None:
    def retracted(on: int) -> list[Retraction | None]:
        gone = item(day(4), ratings={"s1": "C"}, retracted=retraction(day(on)))
        db = database(scenarios={"s1": scenario()}, evidence={"2022-01-05-e": gone})
        assert week(db).moves == () or on > 9
        return [entry.retracted for entry in week(db).new_evidence]

    assert retracted(9) == [retraction(day(9))]
    assert retracted(10) == [None]
    db = database(evidence={"2022-01-02-e": item(day(1), retracted=retraction(day(4)))})
    assert week(db).new_evidence == ()


def test_a_clarification_of_the_window_stands_oldest_first() -> None:
    said = {n: Clarification(day(n), f"Day {n}.") for n in (2, 3, 5, 9, 10)}
    scenarios = {
        "a": scenario(clarifications=(said[2], said[9], said[5])),
        "b": scenario(clarifications=(said[3], said[10])),
        "later": scenario(opened=day(10), clarifications=(said[5],)),
    }
    assert week(database(scenarios=scenarios)).questions == tuple(
        QuestionChange(
            scenario=id, field="clarification", before=None, after=f"Day {n}.", date=day(n)
        )
        for id, n in (("b", 3), ("a", 5), ("a", 9))
    )


def test_the_method_note_holds_what_was_in_force() -> None:
    db = database(
        Tracker(title="T", sets={"s": "S"}, estimative_language="phia", evidence_dependence=0.5),
        scenarios={"s1": scenario(), "done": scenario(resolution=resolution("occurred", day(1)))},
        sheets={
            f"{START}-a": sheet(START, {"s1": 0.5}, analyst="a"),
            f"{START}-b": sheet(START, {"s1": 0.5, "done": 0.5}, analyst="b"),
            f"{START}-c": sheet(START, {"done": 0.5}, analyst="c"),
        },
    )
    made = week(db)
    assert (made.tracker.title, made.tracker.sets) == ("T", {"s": "S"})
    assert msgspec.to_builtins(made.method) == {
        "ledger": 2,
        "decibans": {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0},
        "grade_weights": None,
        "evidence_dependence": {"within": 0.5, "between": 0.5},
        "rating_strength": 1.0,
        "estimative_language": "phia",
        "review_every_days": 7,
        "forecast_expires_days": None,
        "analysts": 2,
    }


@given(databases(), st.integers(0, 200), st.integers(1, 100))
def test_in_every_review_the_rows_of_a_move_add_up_to_the_move(
    db: Database, since: int, days: int
) -> None:
    for move in week(db, since, since + days).moves:
        lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        rows = sum(line.after - line.before for line in lines)
        then, now = (
            ledger(known(db, day(n)), move.scenario).implied for n in (since, since + days)
        )
        total = rows + move.time + move.rivals + move.bound
        assert total == near(now.decibans - then.decibans, abs=1e-6)
        assert (move.implied.from_, move.implied.to) == (then.probability, now.probability)


@given(databases(), st.integers(0, 200))
def test_every_live_scenario_moved_or_did_not(db: Database, since: int) -> None:
    made = week(db, since, since + 30)
    names = [move.scenario for move in made.moves]
    names += [*made.unchanged.reaffirmed, *made.unchanged.untouched]
    assert sorted(names) == sorted(row.id for row in made.scenarios if row.outcome is None)
