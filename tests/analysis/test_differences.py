"""Two databases differ in records and fields, never in layout; and a record keeps other names."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.changes import (
    Differences,
    RecordChange,
    Rename,
    differences,
    joined,
)
from scenarios.model import Database, Dependence, Kind, Tracker
from tests.analysis.words import database_of, told
from tests.records import database, databases, indicator, scenario


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


def changed(before: str, after: str) -> list[tuple[str, Any, Any]]:
    """The fields that differ in the record x."""
    found = differences(*(database_of(f"x {words}") for words in (before, after)))
    assert (found.added, found.removed, found.renamed) == ((), (), ())
    return [(c.field, c.before, c.after) for c in found.changed]


def test_a_field_is_named_by_its_path() -> None:
    before = "tags=military given=pact/.9/.1 talks:a/CC y:s/C"
    after = "probability=.4 given=pact/.9/.2 hazard_ended=9 talks:a/C visit:a/CC y:s/C"
    assert changed(before, f"{after}/chance=.1/theme=war") == [
        ("tags", ["military"], None),
        ("prior.probability", 0.5, 0.4),
        ("prior.hazard", None, "constant"),
        ("prior.hazard_ended", None, {"date": "2022-01-10", "reason": "A summit."}),
        ("prior.given.pact.did-not-occur", 0.1, 0.2),
        ("indicators.talks.ratings.a", "CC", "C"),
        ("indicators.y.chance", None, 0.1),
        ("indicators.y.theme", None, "war"),
        ("indicators.visit", None, msgspec.to_builtins(indicator({"a": "CC"}))),
    ]
    link = {"occurred": 0.9, "did-not-occur": 0.1}
    assert changed("", "given=war/.9/.1") == [("prior.given.war", None, link)]


def test_what_a_change_is_in_an_item_and_a_sheet() -> None:
    # A code and the ratio that it is worth differ.
    assert changed("@0 a=C b=2.0", "@0 b=2 a=3.2") == [("ratings.a", "C", 3.2)]
    # A retraction is a change and no removal.
    retracted = {"date": "2022-01-04", "reason": "Wrong."}
    assert changed("@0", "@0 retracted=3") == [("retracted", None, retracted)]
    # To withdraw differs from never having said anything.
    withdrawn = [("probabilities.b", None, "withdraw")]
    assert changed("desk@0 a=.5", "desk@0 a=.5 b=-") == withdrawn


def test_the_same_content_under_another_id_is_a_rename_each_once() -> None:
    before = database_of("a source=B; b source=B; c source=C")
    after = database_of("d source=B; e source=C; f source=A")
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
    [(_, change, _)] = joined(
        [RecordChange(kind=kind, id="x", before=before, after=before)], {}, names, {}
    )
    return change.before


LINKED = "x includes={e},g implies={war} given={war}/.9/.1 y:{war}/CC+pact/.5/if_absent=I"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("scenario", LINKED),
        ("evidence", "x @0 {war}=C {war}/x=observed credibility=2"),
        ("forecasts", "x desk@0 {war}=.25 pact=- evidence={war}/{e}"),
    ],
)
def test_every_name_in_a_record_is_the_new_one(kind: Kind, words: str) -> None:
    names = {"war": "invasion", "invasion": "incursion", "2022-01-01-e": "2022-01-01-f"}
    before = told(words.format(war="war", e="2022-01-01-e"))
    after = told(words.format(war="invasion", e="2022-01-01-f"))
    assert under(names, kind, before) == after


def test_a_record_under_new_names_need_not_keep_the_limits_of_its_file() -> None:
    long = replace(scenario(tags=("war", "invasion")), title="war/" + "x" * 196)
    renamed = under({"war": "invasion"}, "scenario", long)
    assert renamed.tags == ("invasion", "invasion")
    assert len(renamed.title) == 205
