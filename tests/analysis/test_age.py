"""Evidence counts less as it ages, where the tracker says how fast."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import KnownEvidence, known_on
from scenarios.analysis.history.audit import audit
from scenarios.analysis.history.provenance import trail
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import COVERAGE, Budgets
from scenarios.analysis.period.period import window
from scenarios.analysis.review.causes import CauseFinder, main_causes
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.moves import moves
from scenarios.analysis.review.restated import restated
from scenarios.analysis.review.review import method
from scenarios.model import Database, Tracker
from scenarios.render.documents import explanation
from scenarios.render.documents.report import method_text
from scenarios.render.documents.review.causes import cause_words
from scenarios.render.writers import terminal
from scenarios.scales import decibans, held, probability
from scenarios.storage.loader import load
from tests.analysis.story import Story
from tests.random_databases import databases, random_database
from tests.records import (
    WEIGHTS,
    database,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
)

AGED = Tracker(half_life_days=100)


def ageing(*items: Any, tracker: Tracker = AGED, **keys: Any) -> Database:
    evidence = {f"e{number}": one for number, one in enumerate(items)}
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence)


def implied(db: Database, *on: int) -> list[Any]:
    """Decibans of the implied probability on days, reached from one another."""
    days = DailyLedgers(db)
    return [near(decibans(days.odds_on(day(number)).implied("s1"))) for number in on]


def known_at(db: Database, on: int) -> KnownEvidence:
    return known_on(db, day(on))


def test_an_item_counts_half_after_each_half_life_whatever_day_is_asked_first() -> None:
    assert implied(ageing(item(ratings={"s1": "CC"})), 200, 0, 100, 300, 100) == [
        *(2.5, 10, 5, 1.25, 5)
    ]


def test_a_theme_has_its_own_half_life_others_the_default_and_without_one_none() -> None:
    themes = {"energy": "Gas", "war": "War"}
    lives = {"default": 200.0, "energy": 100.0}, {"energy": 100.0}
    for half_lives, counted in zip(lives, ((2.5, 5, 5), (2.5, 10, 10)), strict=True):
        tracker = Tracker(half_life_days=half_lives, themes=themes)
        for theme, worth in zip(("energy", "war", None), counted, strict=True):
            db = ageing(item(ratings={"s1": "CC"}, theme=theme), tracker=tracker)
            assert implied(db, 200) == [worth]


def test_an_indicator_is_as_old_as_its_last_report_of_half_the_heaviest_weight() -> None:
    tracker = replace(AGED, grade_weights=WEIGHTS)
    watched = {"x": indicator({"s1": "CC"})}
    first = item(indicators={"s1/x": "observed"}, reliability="A", credibility=1)

    def on_day_100(seen: str, letter: str) -> float:
        later = item(day(100), indicators={"s1/x": seen}, reliability=letter, credibility=1)
        db = ageing(first, later, tracker=tracker, indicators=watched)
        [line] = explain(db, "s1", day(100)).lines
        return 1.0 if line.age is UNSET else line.age

    assert on_day_100("observed", "C") == 1
    assert on_day_100("observed", "D") == near(0.5)
    assert on_day_100("emerging", "A") == 1
    assert on_day_100("emerging", "B") == near(0.5)
    assert on_day_100("reversed", "D") == near(0.5)


def test_an_absence_ages_from_the_day_after_it_was_due() -> None:
    watched = {"x": indicator({"s1": "C"}, due=day(9), if_absent="I")}
    assert implied(ageing(indicators=watched), 9, 10, 110) == [0, -5, -2.5]


def test_a_resolved_scenario_ages_to_the_last_day_on_which_it_was_open() -> None:
    ended = resolution("occurred", day(101))
    told = explain(ageing(item(ratings={"s1": "CC"}), resolution=ended), "s1", day(360))
    assert (told.ledger_day, told.lines[0].decibans) == (day(100), near(5))


def test_of_a_group_the_strongest_row_is_that_after_age() -> None:
    old, new = (
        item(ratings={"s1": "CC"}, origin="o"),
        item(day(150), ratings={"s1": "C"}, origin="o"),
    )
    told = explain(ageing(old, new), "s1", day(150))
    [line] = told.lines
    assert (line.id, line.decibans, line.suppressed, line.age) == ("e1", near(5), ("e0",), UNSET)


@given(databases(linked=True), st.integers(0, 364))
def test_a_very_long_half_life_is_none(db: Database, on: int) -> None:
    without, long = (
        Odds(known_at(replace(db, tracker=replace(db.tracker, half_life_days=half)), on))
        for half in (None, 1e16)
    )
    for id in db.scenarios:
        assert long.implied(id) == pytest.approx(without.implied(id), abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_days_reached_from_one_another_in_any_order_of_items_are_as_computed_alone(
    seed: int,
) -> None:
    db = random_database(seed)
    db = replace(db, tracker=replace(db.tracker, half_life_days=45.0))
    turned = replace(db, evidence=dict(reversed([*db.evidence.items()])))
    days = DailyLedgers(turned)
    for on in (300, 45, 200, 46, 120):
        alone, reached = Odds(known_at(db, on)), days.odds_on(day(on))
        for id in db.scenarios:
            assert reached.implied(id) == alone.implied(id)


@pytest.mark.parametrize("seed", range(8))
def test_the_terms_add_up_to_the_band_and_the_causes_to_the_move(seed: int) -> None:
    db = random_database(seed)
    db = replace(db, tracker=replace(db.tracker, half_life_days=45.0))
    odds, finder = Odds(known_at(db, 200)), CauseFinder(DailyLedgers(db))
    for id in db.scenarios:
        budget = Budgets(odds).of(id)
        spread = COVERAGE * math.hypot(*(term.term for term in budget.terms))
        free = decibans(odds.implied(id))
        if budget.terms and 0.0011 < odds.implied(id) < 0.9989:
            ends = tuple(held(probability(free + sign * spread)) for sign in (-1, 1))
            assert (budget.band.low, budget.band.high) == pytest.approx(ends)
        was, now = (decibans(finder.figure(id, day(on))) for on in (150, 200))
        found = finder.of(id, day(150), day(200))
        assert sum(cause.decibans for cause in found) == pytest.approx(now - was, abs=1e-6)


def test_a_misread_rating_errs_by_what_age_leaves_of_it() -> None:
    terms = Budgets(Odds(known_at(ageing(item(ratings={"s1": "CC"})), 100))).of("s1").terms
    assert {term.kind: near(term.term) for term in terms}["reading"] == 1.5


def test_a_move_of_which_age_is_all_is_told_so_and_its_line_is_older() -> None:
    db = ageing(item(ratings={"s1": "CC"}))
    [cause] = CauseFinder(DailyLedgers(db)).of("s1", day(100), day(200))
    assert (cause.kind, cause.subjects, cause.day, cause.decibans) == ("age", (), None, near(-2.5))
    assert main_causes([cause], -2.5) == (cause,)
    assert cause_words(cause, db) == ("older evidence counts less",)
    seen = window(db, day(100), day(200))
    [moved] = moves(seen, seen.views.values())
    assert [(line.id, line.cause) for line in moved.lines_changed] == [("e0", "age")]


def test_an_absence_that_ages_is_older_and_a_new_item_beside_age_is_the_event() -> None:
    watched = {"x": indicator({"s1": "C"}, due=day(9), if_absent="I")}
    db = ageing(item(day(110), ratings={"s1": "C"}), indicators=watched)
    seen = window(db, day(10), day(110))
    [moved] = moves(seen, seen.views.values())
    assert {line.id: line.cause for line in (*moved.lines_added, *moved.lines_changed)} == {
        "s1/x": "age",
        "e0": "new evidence",
    }
    causes = CauseFinder(DailyLedgers(db)).of("s1", day(10), day(110))
    assert [(cause.kind, near(cause.decibans)) for cause in causes] == [("event", 5), ("age", 2.5)]


def test_a_retraction_takes_what_age_had_left() -> None:
    db = ageing(item(ratings={"s1": "CC"}, retracted=retraction(day(100))))
    causes = CauseFinder(DailyLedgers(db)).of("s1", day(0), day(100))
    told = {cause.kind: near(cause.decibans) for cause in causes}
    assert told == {"age": -5, "retraction": -5}


def test_a_changed_half_life_restates_and_is_in_the_audit() -> None:
    now = ageing(item(ratings={"s1": "CC"}))
    then = replace(now, tracker=Tracker())
    [row] = restated(then, now, now, day(100))[0]
    assert [(change.record, change.field) for change in row.because] == [
        ("tracker", "half_life_days")
    ]
    story = Story()
    story.commit(0, {"a": scenario(0.3), "tracker": Tracker()})
    story.commit(3, {"tracker": AGED})
    [found] = audit(trail(story.revisions)).findings
    assert (found.rule, found.message) == (
        "judged-anew",
        "half_life_days changed, after it was committed",
    )


def test_explain_shows_what_age_left_and_the_method_note_the_half_life() -> None:
    db = ageing(item(ratings={"s1": "CC"}))
    told = explain(db, "s1", day(100))
    assert told.lines[0].age == near(0.5)
    text = terminal.write(explanation.document(told, db), 100)
    assert "older: age leaves 50% of its decibans" in text
    lives = {"default": 1095.0, "energy": 365.0}
    for half_life, words in (
        (None, "Correlation of lines: 0. Ledger"),
        (730.0, "Evidence counts half after 730 days."),
        (lives, "Evidence counts half after 1095 days by default, after 365 days on energy."),
    ):
        of = replace(db, tracker=Tracker(half_life_days=half_life))
        assert words in method_text(method(window(of, day(1), day(9))))


@pytest.mark.parametrize("half_life", ["0", "1e9", "{default: 0}", "[365]", "soon"])
def test_a_half_life_that_cannot_be_is_refused_where_it_stands(half_life: str) -> None:
    text = f"format: 1\ntitle: T\nhalf_life_days: {half_life}\n"
    [problem] = load({"tracker.yaml": text.encode()}).problems
    assert (problem.line, problem.rule) == (3, "value")
    assert "from 1 to 100000" in problem.message


def test_a_report_that_has_aged_to_nothing_moves_nothing_and_is_no_fault() -> None:
    # After 2,000 half-lives 2^-2000 is 0; the newer report of its origin is the line's strongest.
    far = {"opened": day(0), "horizon": day(4000)}
    old, new = (item(day(on), ratings={"s1": "CC"}, origin="x") for on in (0, 2000))
    db = ageing(old, new, tracker=Tracker(half_life_days=1), **far)
    weeks = window(db, day(2001), day(2003))
    [moved] = moves(weeks, weeks.views.values())
    [change] = moved.lines_changed
    assert (change.cause, change.after) == ("age", near(10 / 8))
