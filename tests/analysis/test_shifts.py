"""What time and changed records do to the figures: the rows add up, and each has its cause."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import known_on, latest_day
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.ledger_changes import (
    ChangedRecords,
    LedgerChange,
    Shift,
    compare,
    touched,
)
from scenarios.analysis.period.probability_shifts import shifts
from scenarios.analysis.review.restated import restated
from scenarios.model import Database, Dependence, Evidence, HazardEnded, Source, Tracker
from scenarios.scales import decibans
from tests.records import (
    WEIGHTS,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    row,
    scenario,
    sheet,
)

TODAY = day(100)
CODES = Tracker().decibans
HALF = Tracker(evidence_dependence=0.5)
THEMES = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes={"t": "A theme"})


def change(db: Database, before: int, after: int, id: str = "s1") -> LedgerChange:
    """What differs between two days."""
    then, now = known_on(db, day(before)), known_on(db, day(after))
    reasons = ChangedRecords(new=touched(now, then), gone=touched(then, now))
    return compare(ledger(then, id), ledger(now, id), reasons)


def because(before: Database, after: Database, id: str = "s1") -> list[tuple[str, str, Any, Any]]:
    found = [it for it in restated(before, after, after, TODAY)[0] if it.scenario == id]
    return [(c.record, c.field, c.before, c.after) for it in found for c in it.because]


@given(databases(linked=True), databases(linked=True))
def test_prior_lines_and_closing_rows_sum_to_the_implied_shift(
    one: Database, other: Database
) -> None:
    for shift in shifts(one, other, TODAY):
        before, after = shift.implied.from_, shift.implied.to
        if before is not None and after is not None:
            lines = sum(line.after - line.before for line in shift.lines)
            steps = shift.prior + shift.given + shift.time + shift.rivals + shift.bound
            assert decibans(after) - decibans(before) == near(lines + steps, abs=1e-6)


@given(databases())
def test_the_same_records_shift_nothing(db: Database) -> None:
    copy = deepcopy(db)
    assert shifts(db, copy, TODAY) == ()
    assert restated(db, copy, copy, TODAY)[0] == ()


def one(*items: Any, tracker: Tracker | None = None, **keys: Any) -> Database:
    """One scenario, with items that are told by a rating or as they are."""
    told = (it if isinstance(it, Evidence) else item(ratings={"s1": it}) for it in items)
    evidence = {f"e{n}": it for n, it in enumerate(told)}
    records = {name: keys.pop(name, {}) for name in ("sources", "sheets")}
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence, **records)


def seen(rating: str = "C", on: int = 0, **keys: Any) -> Evidence:
    return item(day(on), ratings={"s1": rating}, **keys)


def fires(state: str, on: int = 0) -> Evidence:
    return item(day(on), indicators={"s1/x": state})


def wire(letter: Any, name: str = "Wire") -> Database:
    sources = {"wire": Source(name=name, reliability=letter)}
    graded = Tracker(grade_weights=WEIGHTS)
    return one(seen(source="wire", credibility=1), tracker=graded, sources=sources)


def said(p: float, **keys: Any) -> Database:
    return one(sheets={"x": sheet(day(1), {"s1": p}, **keys)})


@given(databases(linked=True), st.integers(0, 364))
def test_nothing_changes_between_a_day_and_itself(db: Database, on: int) -> None:
    for id in db.scenarios:
        assert change(db, on, on, id) == LedgerChange()


WATCHED = {"x": indicator({"s1": "CC"}, due=day(5), if_absent="I")}
BOTH = one(seen(on=4), seen("II", 4))
MIXED = one(seen(event="v"), seen("CC", 4, event="v"), item(day(4), ratings={"s1": 2}))
GONE = one(seen("CC", retracted=retraction(day(5))), "C", tracker=HALF)
AGAINST = one(seen("CC", origin="o"), seen("I", 4, origin="o"))
STRONGER = one(seen(event="v"), seen("CC", 4, event="v", retracted=retraction(day(12))))
REVERSED = one(fires("observed"), fires("reversed", 4), indicators=WATCHED)
ABSENT = one(fires("emerging", 9), indicators=WATCHED)


def test_each_line_that_differs_has_its_cause_and_the_strongest_change_is_read_first() -> None:
    for db, before, after, changes in (
        (one(seen(on=4), tracker=HALF), 0, 9, ["+ e0 new evidence 0 to 5"]),
        (BOTH, 0, 9, ["+ e1 new evidence 0 to -10", "+ e0 new evidence 0 to 5"]),
        # with two minds it is a new witness of each side
        (AGAINST, 0, 9, ["~ e0 new witness 10 to 5"]),
        (MIXED, 0, 9, ["+ e2 new evidence 0 to 3.0103", "~ e1 new witness 5 to 10"]),
        # a retraction takes a line, and leaves less overlap for the others
        (GONE, 4, 9, ["- e0 retraction 8.33333 to 0", "~ e1 overlap 3.33333 to 5"]),
        # a stronger report of one event is a new witness until its retraction
        (STRONGER, 0, 9, ["~ e1 new witness 5 to 10"]),
        (STRONGER, 9, 20, ["~ e0 retraction 10 to 5"]),
        (REVERSED, 0, 5, ["- s1/x reversal 10 to 0"]),
        # an absence comes with time and goes with evidence
        (ABSENT, 0, 6, ["+ s1/x time 0 to -5"]),
        (ABSENT, 6, 20, ["+ s1/x new evidence 0 to 5", "~ s1/x new evidence -5 to -2.5"]),
    ):
        moved = change(db, before, after)
        signs = ("+", moved.lines_added), ("-", moved.lines_removed), ("~", moved.lines_changed)
        lines = [(sign, line) for sign, kind in signs for line in kind]
        assert changes == [
            f"{sign} {o.id} {o.cause} {o.before:g} to {o.after:g}" for sign, o in lines
        ]
        sizes = [abs(line.after - line.before) for line in moved.lines]
        assert sizes == sorted((abs(o.after - o.before) for _, o in lines), reverse=True)


def test_a_line_that_came_tells_its_theme_and_its_items() -> None:
    [line] = change(one(seen(on=4, theme="t")), 0, 9).lines
    assert astuple(line) == ("e0", "direct", "t", 0.0, 5.0, "new evidence", ("e0",), None)


def test_a_rival_that_leaves_changes_no_line() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.3), ("c", 0.4))}
    members["b"] = scenario(0.3, set="s", resolution=resolution("did-not-occur", day(5)))
    db = database(scenarios=members, evidence={"e": row("CC C")})
    for moved in (change(db, 0, 9, id) for id in "ac"):
        assert moved.lines == ()
        assert moved.rivals > 0


def test_another_prior_is_told_apart_from_the_evidence() -> None:
    [shift] = shifts(one("C"), one("C", probability=0.2), TODAY)
    assert (shift.prior, shift.lines) == (near(decibans(0.2)), ())
    assert shift.implied == Shift(from_=near(0.7597, abs=1e-4), to=near(0.4415, abs=1e-4))


def watched(worth: str) -> Database:
    return one(indicators={"talks": indicator({"s1": "CC"}, due=day(10), if_absent=worth)})


WORTH_LESS = {**CODES, "C": 3.0}
LATER = seen(on=150)
JUDGED_AT_HALF = one("C", 2, tracker=Tracker(evidence_dependence=Dependence(0.5, 0.5)))
OF_A_THEME = one(seen(theme="t"), "C", tracker=THEMES)


def test_each_line_says_which_change_of_the_records_made_it() -> None:
    for before, after, causes in (
        (one(), one("C"), "e0: new evidence"),
        (one("C"), one(), "e0: removal"),
        (one("C"), one("CC"), "e0: new judgement"),
        (one("C"), one(seen(retracted=retraction(day(50)))), "e0: retraction"),
        (wire("B"), wire("D"), "e0: new judgement"),
        (one("C"), one("C", tracker=Tracker(decibans=WORTH_LESS)), "e0: conventions"),
        (one("C"), one("C", tracker=Tracker(rating_strength=0.5)), "e0: conventions"),
        (one("C", 2), one("C", 2, tracker=HALF), "e1: conventions, e0: conventions"),
        # one number that becomes two equal ones changes no convention
        (one("C", "C", tracker=HALF), JUDGED_AT_HALF, "e1: new judgement, e0: overlap"),
        (watched("I"), watched("II"), "s1/talks: new judgement"),
        # a line under another theme was judged anew
        (one("C", "C", tracker=THEMES), OF_A_THEME, "e0: new judgement, e1: overlap"),
    ):
        [shift] = shifts(before, after, TODAY)
        assert ", ".join(f"{line.id}: {line.cause}" for line in shift.lines) == causes


def test_an_outcome_is_a_shift_and_neither_it_nor_what_came_later_restates_a_figure() -> None:
    after = one("C", resolution=resolution("occurred", day(90)))
    [shift] = shifts(one("C"), after, TODAY)
    assert (shift.outcome, shift.movement_bits) == ("occurred", 0.0)
    for pair in ((one("C"), after), (one("C"), one("C", LATER)), (database(), one())):
        assert restated(*pair, pair[1], TODAY)[0] == ()


def test_a_scenario_that_comes_goes_or_is_not_asked_yet() -> None:
    [new], [gone] = shifts(database(), said(0.2), TODAY), shifts(said(0.2), database(), TODAY)
    even = near(0.5)
    assert (new.stated, new.implied) == (Shift(from_=None, to=0.2), Shift(from_=None, to=even))
    assert (gone.stated, gone.implied) == (Shift(from_=0.2, to=None), Shift(from_=even, to=None))
    assert not any(astuple(new)[3:])
    assert shifts(database(), one(opened=day(200)), TODAY) == ()


def test_the_latest_day_is_that_of_the_newest_record() -> None:
    newest = [
        one(item(day(9))),
        one(item(retracted=retraction(day(9)))),
        one(opened=day(9)),
        one(sheets={"x": sheet(day(9), {"s1": 0.2})}),
        one(resolution=resolution("annulled", day(3), day(9))),
    ]
    assert [latest_day(db) for db in [database(), *newest]] == [None, *[day(9)] * 5]


STRONG = one("C", tracker=Tracker(decibans=WORTH_LESS, rating_strength=0.5))
DECIBANS = ("tracker", "decibans.C")
AGAIN = one(seen("CC", theme="war"), tracker=Tracker(themes={"war": "War"}))
PRIOR = ("s1", "prior.probability", 0.5, 0.4)


def ended(p: float, reason: str) -> Database:
    return one(probability=p, hazard_ended=HazardEnded(day(50), reason))


def form(rating: str = "C", ids: str = "abc", **keys: Any) -> Database:
    """A set, of which b has an indicator that was seen."""
    members = {id: scenario(set="form") for id in ids}
    members["b"] = scenario(set="form", indicators={"talks": indicator({"b": rating})}, **keys)
    return database(scenarios=members, evidence={"e": item(indicators={"b/talks": "observed"})})


def test_a_figure_is_restated_because_of_the_changes_behind_it() -> None:
    for before, after, changes in (
        (wire("B"), wire("D", "W."), [("wire", "reliability", "B", "D")]),
        (one("C"), one(seen("CC", notes="Again.")), [("e0", "ratings.s1", "C", "CC")]),
        (one("C"), one("C", seen(on=99)), []),
        (one("C"), one(), [("e0", "", "e0", None)]),
        (one("C"), STRONG, [(*DECIBANS, 5.0, 3.0), ("tracker", "rating_strength", 1.0, 0.5)]),
        (one("C"), AGAIN, [("e0", "theme", None, "war"), ("e0", "ratings.s1", "C", "CC")]),
        # words are no reason
        (ended(0.5, "A summit."), ended(0.4, "The summit."), [PRIOR]),
        # nor is what became known later or did not move a figure
        (one("C"), one("C", LATER, probability=0.4), [PRIOR]),
        (one("C", "N"), one("C", probability=0.4), [PRIOR]),
        (one("C"), one("C", "N", probability=0.4), [PRIOR]),
        (one("C", "N"), one("C", seen("N", origin="elsewhere"), probability=0.4), [PRIOR]),
        (one(), said(0.2), []),
        (one(), database(), []),
    ):
        assert because(before, after) == changes


def test_a_forecast_that_was_edited_restates_what_was_stated() -> None:
    now = said(0.2, rationales={"s1": "Why."})
    [found] = restated(said(0.4), now, now, TODAY)[0]
    assert (found.stated, found.implied) == (Shift(from_=0.4, to=0.2), None)
    [change] = found.because
    assert astuple(change)[:5] == ("x", "probabilities.s1", 0.4, 0.2, "forecasts")


def test_in_a_set_what_moved_a_rival_restates_all_of_it() -> None:
    moved = [("b", "indicators.talks.ratings.b", "C", "CC")]
    assert because(form(), form("CC", tags=("new",)), "a") == moved
    assert because(form(), form(ids="ab"), "a") == [("c", "", "c", None)]
