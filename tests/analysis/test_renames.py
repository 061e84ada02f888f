"""A record that says what it was called before is followed under every name."""

from __future__ import annotations

from msgspec.structs import astuple, replace

from scenarios.analysis.changes import Rename, differences
from scenarios.analysis.changes import called as called_by
from scenarios.analysis.history.audit import audit, is_unread, preview
from scenarios.analysis.history.commit_log import called, history
from scenarios.analysis.history.provenance import trail
from scenarios.model import Source
from tests.analysis.story import Story
from tests.records import database, day, item, scenario, sheet

PACT = scenario(0.2)
TREATY = replace(PACT, title="A treaty", formerly=("pact",))
VISIT = item(day(3), ratings={"pact": "C"})
SAID = sheet(day(4), {"pact": 0.3})
TRT = Source(name="TRT", reliability="C")


def story() -> Story:
    """A pact, an item and a sheet of it; then it is a treaty, and the item is of another day."""
    made = Story()
    made.commit(0, {"pact": PACT, "trade": scenario(0.5)})
    made.commit(3, {"2022-01-04-visit": VISIT})
    made.commit(4, {"2022-01-05-desk": SAID})
    said = replace(SAID, probabilities={"treaty": 0.3})
    renamed = replace(VISIT, ratings={"treaty": "C"})
    now = {"treaty": TREATY, "2022-01-04-visit": renamed, "2022-01-05-desk": said}
    made.commit(5, {"pact": None, **now})
    moved = replace(
        renamed, summary="A call", observed="2022-01-03", formerly=("2022-01-04-visit",)
    )
    made.commit(6, {"2022-01-04-visit": None, "2022-01-03-call": moved})
    return made


def test_a_rename_is_told_with_what_else_changed_and_not_where_it_is_named() -> None:
    before = database(scenarios={"pact": PACT}, sheets={"d": SAID}, sources={"trt": TRT})
    after = database(
        scenarios={"treaty": TREATY},
        sheets={"d": replace(SAID, probabilities={"treaty": 0.3})},
        sources={"trt-world": replace(TRT, formerly=("trt",))},
    )
    found = differences(before, after)
    assert found.renamed == (
        Rename(from_="pact", to="treaty", kind="scenario"),
        Rename(from_="trt", to="trt-world", kind="source"),
    )
    changed = [("treaty", "title", "Title", "A treaty", "scenario")]
    assert [astuple(one) for one in found.changed] == changed
    assert (found.added, found.removed) == ((), ())


def test_history_follows_a_scenario_and_an_item_under_all_their_names() -> None:
    revisions = story().revisions
    for names in (("pact", "treaty"), ("2022-01-04-visit", "2022-01-03-call")):
        old, new = (history(revisions, name) for name in names)
        assert old == new
        assert called(revisions, names[0]) == frozenset(names)
    told = history(revisions, "pact").entries
    assert [int(entry.commit.id) for entry in told] == [4, 3, 2, 1, 0]
    assert [one.scenario for entry in told[:3] for one in entry.figures] == [
        *("treaty", "treaty", "pact")
    ]
    assert told[1].figures[0].movement_bits == 0


def test_a_database_under_other_names_is_named_so_everywhere() -> None:
    before = database(scenarios={"pact": PACT}, evidence={"v": VISIT}, sheets={"d": SAID})
    after = called_by(before, {"pact": "treaty"})
    assert after.scenarios == {"treaty": PACT}
    assert after.evidence == {"v": replace(VISIT, ratings={"treaty": "C"})}
    assert after.sheets == {"d": replace(SAID, probabilities={"treaty": 0.3})}


def test_the_id_of_today_in_place_of_a_former_one_is_told_as_renamed() -> None:
    made = Story()
    made.commit(0, {"treaty": TREATY})
    made.commit(3, {"2022-01-04-visit": VISIT})
    made.commit(4, {"2022-01-04-visit": replace(VISIT, ratings={"treaty": "C"})})
    found = [(one.rule, one.message) for one in audit(trail(made.revisions)).findings]
    assert ("renamed", "pact → treaty: renamed, the same record") in found


def test_an_audit_reads_no_title_and_every_rating() -> None:
    assert is_unread(PACT, replace(PACT, title="Another"))
    assert not is_unread(VISIT, replace(VISIT, ratings={"pact": "CC"}))
    assert not is_unread(PACT, None)


def test_what_goes_by_another_name_is_not_deleted_nor_new() -> None:
    found = audit(trail(story().revisions)).findings
    assert [one.rule for one in found] == []
    lost = Story()
    lost.commit(0, {"2022-01-01-visit": item(day(0))})
    lost.commit(1, {"2022-01-01-visit": None, "2022-01-01-call": replace(VISIT, summary="A call")})
    assert [one.rule for one in audit(trail(lost.revisions)).findings] == ["deleted-evidence"]


def test_what_a_merge_leaves_under_a_former_id_is_committed_as_it_is_read() -> None:
    """Records of one branch that name `pact` and a source `trt`, which another branch renamed."""
    said = replace(SAID, rationales={"pact": "They met"}, evidence={"trade": ("2022-01-04-visit",)})
    visit = replace(
        item(day(3), ratings={"pact": "C"}, indicators={"pact/talks": "observed"}),
        theme="pact",  # which names no scenario
        source="trt",
    )
    trade = replace(scenario(0.5), implies=("war", "pact"), tags=("pact",))
    call = item(day(4), corroborated_by=("2022-01-01-old", "2022-01-04-visit"))
    records = {
        "trade": trade,
        "2022-01-04-visit": visit,
        "2022-01-05-call": call,
        "2022-01-05-desk": said,
    }
    made = Story()
    made.commit(0, {"pact": PACT, "trt": TRT})
    made.commit(1, {"treaty": TREATY, "pact": None, "trt-world": replace(TRT, formerly=("trt",))})
    made.commit(5, {**records, "trt": None})
    committed = trail(made.revisions).database
    assert committed.evidence["2022-01-04-visit"] == replace(
        visit, ratings={"treaty": "C"}, indicators={"treaty/talks": "observed"}, source="trt-world"
    )
    assert committed.scenarios["trade"] == replace(trade, implies=("war", "treaty"))
    assert committed.evidence["2022-01-05-call"] == call
    assert committed.sheets["2022-01-05-desk"] == replace(
        said, probabilities={"treaty": 0.3}, rationales={"treaty": "They met"}
    )
    assert preview(made.revisions, committed, committed, day(9)) == []
