"""What is accepted of an event store is recorded once, and asked about in the next sitting."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import scenarios
from scenarios.analysis.review.agenda import agenda
from scenarios.extensions.events.command import candidates
from scenarios.workspace.results import AcceptResult
from tests.cli.commands import DESK
from tests.exchange.test_events import EVENTS

DAY = date(2022, 3, 20)
WANTED = """
    events: {table: icews, match: {cameo: ['190'], source_country: [RUS]}}
"""


def test_what_is_accepted_twice_is_recorded_once_and_due_in_the_next_review(tmp_path: Path) -> None:
    root = tmp_path / "scenarios"
    shutil.copytree(DESK, root)
    (root / "pact.yaml").write_text((root / "pact.yaml").read_text().rstrip() + WANTED)
    workspace = scenarios.open(root)

    def accepted(*numbers: str) -> AcceptResult:
        result: AcceptResult
        result, *_ = candidates(workspace, None, str(EVENTS), [*numbers], as_of=DAY, today=DAY)
        return result

    first, again = accepted("1-2", "2022-03-16/6"), accepted("1", "2022-02-24/2")
    assert (len(first.ids), first.already) == (2, [])
    assert (len(again.ids), again.already) == (1, first.ids[:1])
    database = scenarios.open(root).database
    assert {*agenda(database, "desk", DAY).unrated} == {*first.ids, *again.ids}
    assert {str(item.foreign.get("icews")) for item in database.evidence.values()} == {
        *("None", "2022-03-16/6", "2022-02-26/5", "2022-02-24/2")
    }
    listed = workspace.candidates(str(EVENTS), DAY).queries[0].candidates
    assert [one.recorded for one in listed] == [*first.ids, *again.ids, None]
