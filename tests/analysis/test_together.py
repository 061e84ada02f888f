"""What an item is rated across together."""

from __future__ import annotations

from scenarios.analysis.evidence.knowledge import ComparisonSet, rated_together
from scenarios.model import Database, Tracker
from tests.records import day, scenario


def test_sets_come_first_then_tags_and_a_set_without_an_open_member_is_left_out() -> None:
    tracker = Tracker(sets={"form": "Form in 2030", "over": "Over already"})
    past = scenario(set="over", opened=day(5))
    asked = {
        "pact": scenario(set="form"),
        "rupture": scenario(set="form"),
        "later": past,
        "gas": scenario(tags=("energy",)),
        "odd": scenario(),
    }
    assert [*rated_together(Database(tracker, asked), day(1))] == [
        ComparisonSet("Set form: Form in 2030", ["pact", "rupture"], is_set=True),
        ComparisonSet("Tag energy", ["gas"], is_set=False),
        ComparisonSet("Without a tag", ["odd"], is_set=False),
    ]
