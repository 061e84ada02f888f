"""Two databases differ in records and fields, never in layout."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import given

from scenarios.analysis.history.record_diff import Differences, FieldChange, Rename, differences
from scenarios.model import Database, Dependence, Given, HazardEnded, Source, Tracker
from tests.records import database, databases, day, indicator, item, retraction, scenario, sheet


@given(databases())
def test_a_database_does_not_differ_from_its_copy(db: Database) -> None:
    copy = deepcopy(db)
    assert not differences(db, copy)
    assert differences(db, copy) == Differences()


@given(databases(), databases())
def test_the_way_back_swaps_before_and_after(one: Database, other: Database) -> None:
    there, back = differences(one, other), differences(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    swapped = [(c.record, c.field, c.after, c.before) for c in back.changed]
    assert sorted((c.record, c.field, c.before, c.after) for c in there.changed) == sorted(swapped)


def changed(before: Any, after: Any, kind: str = "evidence") -> list[tuple[str, Any, Any]]:
    one, other = (database(None, **{kind: {"x": it}}) for it in (before, after))
    found = differences(one, other)
    assert (found.added, found.removed, found.renamed) == ((), (), ())
    return [(c.field, c.before, c.after) for c in found.changed]


def test_a_field_is_named_by_its_path() -> None:
    talks = indicator({"a": "CC"})
    before = scenario(indicators={"talks": talks}, tags=("military",))
    after = scenario(0.4, indicators={"talks": indicator({"a": "C"}), "visit": talks})
    assert changed(before, after, "scenarios") == [
        ("prior.probability", 0.5, 0.4),
        ("tags", ["military"], None),
        ("indicators.talks.ratings.a", "CC", "C"),
        ("indicators.visit", None, msgspec.to_builtins(talks)),
    ]


def test_links_chances_themes_and_correlations_are_fields_like_others() -> None:
    before = scenario(indicators={"x": indicator({"s": "C"})})
    after = scenario(
        given={"war": Given(0.9, 0.1)},
        hazard_ended=HazardEnded(day(9), "A summit."),
        indicators={"x": indicator({"s": "C"}, chance=0.1, theme="war")},
    )
    assert changed(before, after, "scenarios") == [
        ("prior.hazard_ended", None, {"date": "2022-01-10", "reason": "A summit."}),
        ("prior.given.war", None, {"occurred": 0.9, "did-not-occur": 0.1}),
        ("indicators.x.chance", None, 0.1),
        ("indicators.x.theme", None, "war"),
    ]
    other = scenario(given={"war": Given(0.9, 0.2)})
    assert changed(scenario(given={"war": Given(0.9, 0.1)}), other, "scenarios") == [
        ("prior.given.war.did-not-occur", 0.1, 0.2)
    ]


def test_a_code_and_the_ratio_that_it_is_worth_differ() -> None:
    assert changed(item(ratings={"a": "C", "b": 2.0}), item(ratings={"b": 2, "a": 3.2})) == [
        ("ratings.a", "C", 3.2)
    ]


def test_a_retraction_is_a_change_and_no_removal() -> None:
    assert changed(item(), item(retracted=retraction(day(3)))) == [
        ("retracted", None, {"date": "2022-01-04", "reason": "Wrong."})
    ]


def test_to_withdraw_differs_from_never_having_said_anything() -> None:
    none, withdrawn = sheet(day(0), {"a": 0.5}), sheet(day(0), {"a": 0.5, "b": None})
    assert changed(none, withdrawn, "sheets") == [("probabilities.b", None, "withdraw")]


def test_the_same_content_under_another_id_is_a_rename_each_once() -> None:
    same, other = Source("A paper", "B"), Source("A wire", "C")
    before = database(sources={"a": same, "b": same, "c": other})
    after = database(sources={"d": same, "e": other, "f": Source("New", "A")})
    assert differences(before, after) == Differences(
        added=(("source", "f"),),
        removed=(("source", "b"),),
        renamed=(
            Rename(from_="a", to="d", kind="source"),
            Rename(from_="c", to="e", kind="source"),
        ),
    )


def test_the_tracker_changes_and_never_comes_or_goes() -> None:
    found = differences(database(), database(Tracker(sets={"s": "A set"})))
    assert found.changed == (
        FieldChange(record="tracker", field="sets.s", before=None, after="A set", kind="tracker"),
    )
    one = Tracker(evidence_dependence=0.5)
    two = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes={"war": "War"})
    assert [
        (c.field, c.before, c.after) for c in differences(database(one), database(two)).changed
    ] == [
        ("evidence_dependence", 0.5, {"within": 0.6, "between": 0.2}),
        ("themes.war", None, "War"),
    ]
