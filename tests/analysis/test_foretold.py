"""What an audit will find of a change is known before it is committed."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.history.audit import preview
from scenarios.analysis.history.provenance import trail
from scenarios.model import Database
from tests.analysis.story import Story
from tests.records import database, day, item, scenario, sheet

SAID = sheet(day(4), {"pact": 0.3})
VISIT = item(day(3))


def said(story: Story, before: Database, after: Database) -> list[tuple[str, str]]:
    found = preview(story.revisions, before, after, day(90))
    return [(one.rule, one.record) for one in found]


def test_only_what_the_change_adds_is_told_and_a_new_name_is_no_new_record() -> None:
    story = Story()
    story.commit(0, {"pact": scenario(0.2)})
    story.commit(4, {"2022-01-05-desk": SAID})
    committed = trail(story.revisions).database
    asked = replace(committed.scenarios["pact"], question="Another?")
    late = {"2022-01-04-visit": VISIT}
    before = replace(committed, evidence=late)
    after = replace(before, scenarios={"pact": asked})
    assert said(story, committed, committed) == []
    assert said(story, committed, before) == [("backdated", "2022-01-04-visit")]
    assert said(story, before, after) == [("question-changed", "pact")]
    renamed = {"2022-01-04-call": replace(VISIT, formerly=("2022-01-04-visit",))}
    assert said(story, before, replace(before, evidence=renamed)) == []
    assert said(story, committed, replace(committed, sheets={})) == [
        ("edited-forecast", "2022-01-05-desk")
    ]


def test_without_a_commit_nothing_can_be_compared() -> None:
    assert said(Story(), database(), database(scenarios={"pact": scenario(0.2)})) == []
