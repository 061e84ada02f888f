"""Two databases differ in records and fields, never in layout; and a record keeps other names."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.history.commits import RecordChange
from scenarios.analysis.history.record_diff import Differences, Rename, differences
from scenarios.analysis.history.renames import joined
from scenarios.model import Database, Dependence, Given, HazardEnded, Kind, Source, Tracker
from tests.records import (
    START,
    database,
    databases,
    day,
    indicator,
    item,
    retraction,
    scenario,
    sheet,
)


@given(databases(), databases())
def test_the_way_back_swaps_before_and_after_and_a_copy_does_not_differ(
    one: Database, other: Database
) -> None:
    assert differences(one, deepcopy(one)) == Differences()
    assert not differences(one, deepcopy(one))
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
    talks, seen = indicator({"a": "CC"}), indicator({"s": "C"})
    old: dict[str, Any] = {"indicators": {"talks": talks, "x": seen}, "tags": ("military",)}
    new = {"talks": indicator({"a": "C"}), "x": replace(seen, chance=0.1, theme="war")}
    before = scenario(given={"pact": Given(0.9, 0.1)}, **old)
    after = scenario(
        0.4,
        given={"pact": Given(0.9, 0.2), "war": Given(0.9, 0.1)},
        hazard_ended=HazardEnded(day(9), "A summit."),
        indicators=new | {"visit": talks},
    )
    assert changed(before, after, "scenarios") == [
        ("prior.probability", 0.5, 0.4),
        ("prior.hazard_ended", None, {"date": "2022-01-10", "reason": "A summit."}),
        ("prior.given.pact.did-not-occur", 0.1, 0.2),
        ("prior.given.war", None, {"occurred": 0.9, "did-not-occur": 0.1}),
        ("tags", ["military"], None),
        ("indicators.talks.ratings.a", "CC", "C"),
        ("indicators.x.chance", None, 0.1),
        ("indicators.x.theme", None, "war"),
        ("indicators.visit", None, msgspec.to_builtins(talks)),
    ]


def test_what_a_change_is_in_an_item_and_a_sheet() -> None:
    # A code and the ratio that it is worth differ, and 2.0 and 2 do not.
    ratings = item(ratings={"a": "C", "b": 2.0}), item(ratings={"b": 2, "a": 3.2})
    assert changed(*ratings) == [("ratings.a", "C", 3.2)]
    # A retraction is a change and no removal.
    retracted = {"date": "2022-01-04", "reason": "Wrong."}
    assert changed(item(), item(retracted=retraction(day(3)))) == [("retracted", None, retracted)]
    # To withdraw differs from never having said anything.
    said = sheet(START, {"a": 0.5}), sheet(START, {"a": 0.5, "b": None})
    assert changed(*said, "sheets") == [("probabilities.b", None, "withdraw")]


def test_the_same_content_under_another_id_is_a_rename_each_once() -> None:
    same, other = Source("A paper", "B"), Source("A wire", "C")
    before = database(sources={"a": same, "b": same, "c": other})
    after = database(sources={"d": same, "e": other, "f": Source("New", "A")})
    renames = [Rename(from_=a, to=b, kind="source") for a, b in (("a", "d"), ("c", "e"))]
    assert differences(before, after) == Differences(
        added=(("source", "f"),), removed=(("source", "b"),), renamed=tuple(renames)
    )


def test_the_tracker_changes_and_never_comes_or_goes() -> None:
    one = Tracker(evidence_dependence=0.5)
    two = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes={"war": "War"})
    found = differences(database(one), database(two)).changed
    assert [astuple(change)[:5] for change in found] == [
        ("tracker", "evidence_dependence", 0.5, {"within": 0.6, "between": 0.2}, "tracker"),
        ("tracker", "themes.war", None, "War", "tracker"),
    ]


def under(names: dict[str, str], kind: Kind, before: Any) -> Any:
    """What a record was, under the names that others have now."""
    [(_, change)] = joined(
        [RecordChange(kind=kind, id="x", before=before, after=before)], {}, names
    )
    return change.before


def test_every_name_in_a_record_is_the_new_one() -> None:
    def asked(war: str, e: str) -> Any:
        watched = {"x": indicator({war: "CC", "pact": 0.5}, if_absent="I")}
        mix, held = {war: Given(0.9, 0.1)}, (e, "2022-01-02-g")
        return scenario(includes=held, implies=(war,), given=mix, indicators=watched)

    def seen(war: str, _: str) -> Any:
        return item(ratings={war: "C"}, indicators={f"{war}/x": "observed"}, credibility=2)

    def told(war: str, e: str) -> Any:
        return sheet(START, {war: 0.25, "pact": None}, evidence={war: (e,)})

    names = {"war": "invasion", "invasion": "incursion", "2022-01-01-e": "2022-01-01-f"}
    of: dict[Kind, Any] = {"scenario": asked, "evidence": seen, "forecasts": told}
    for kind, made in of.items():
        before, after = made("war", "2022-01-01-e"), made("invasion", "2022-01-01-f")
        assert under(names, kind, before) == after


def test_a_record_under_new_names_need_not_keep_the_limits_of_its_file() -> None:
    long = replace(scenario(tags=("war", "invasion")), title="war/" + "x" * 196)
    renamed = under({"war": "invasion"}, "scenario", long)
    assert renamed.tags == ("invasion", "invasion")
    assert len(renamed.title) == 205
