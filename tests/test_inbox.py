"""What is proposed waits within bounds, once for each story, and changes no figure."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.review.listing import proposals
from scenarios.paths import path_of
from scenarios.workspace.how import How
from scenarios.workspace.inbox import MOST_WAITING, propose, waiting
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, changes, make, tree
from tests.random_databases import random_database
from tests.records import day

AGENT = {"by": "agent", "name": "reader", "on": "2022-02-05"}
TALKS = {"summary": "Moscow and Beijing begin talks on a treaty", "observed": "2022-02-05"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "scenarios", FILES)


def item(**keys: Any) -> dict[str, Any]:
    about: dict[str, Any] = {
        key: keys.pop(key) for key in ("foreign", "scenarios", "dismissed") if key in keys
    }
    return {"proposed": AGENT, "evidence": {**TALKS, **keys}, **about}


def fates(root: Path, *proposals: Any, **more: Any) -> list[tuple[str, str | None]]:
    _, result = propose(root, proposals, **more)
    return [(entry.status, entry.id or entry.reason) for entry in result.entries]


FIRST = "2022-02-05-moscow-and-beijing-begin"


def test_the_same_story_waits_once_by_its_id_its_address_or_its_summary(root: Path) -> None:
    assert fates(
        root,
        item(url="https://example.org/1", foreign={"feed": 1}),
        item(url="http://example.org/1/#top", summary="Another headline"),
        item(summary="A third", foreign={"feed": "1"}),
        item(url="https://example.net/2", summary="Moscow and Beijing begin treaty talks on a"),
        item(),
        item(observed="2022-03-05"),
    ) == [
        ("added", FIRST),
        ("known", FIRST),
        ("known", FIRST),
        ("repeated", FIRST),
        ("known", FIRST),
        ("added", FIRST.replace("02-05", "03-05")),
    ]
    assert fates(root, item(url="https://example.com/3"))[0] == ("repeated", FIRST)
    again = ("https://example.net/2", "https://example.com/3")
    assert waiting(root).proposals[FIRST].repeats == again


def test_a_forecast_is_known_by_who_proposed_it_its_figure_and_its_day(root: Path) -> None:
    figure = {"proposed": AGENT, "forecast": {"scenario": "pact", "probability": 0.2}}
    other = {**figure, "proposed": {**AGENT, "name": "other"}}
    id = "2022-02-05-pact"
    assert fates(root, figure, figure, other) == [
        ("added", id),
        ("known", id),
        ("added", f"{id}-2"),
    ]


def test_what_is_recorded_already_is_not_proposed(root: Path) -> None:
    visit = {"summary": "A visit", "observed": "2022-02-05"}
    assert fates(root, item(**visit)) == [("known", "2022-02-04-visit")]


def test_more_than_the_bound_do_not_wait_and_nothing_is_written_outside_the_inbox(
    root: Path,
) -> None:
    before = tree(root)
    items = [item(summary=f"word{n} other{n}") for n in range(10_000)]
    _, result = propose(root, items)
    assert [entry.status for entry in result.entries] == [
        *["added"] * MOST_WAITING,
        *["refused"] * (10_000 - MOST_WAITING),
    ]
    assert "100 proposals wait already" in str(result.entries[-1].reason)
    new = changes(before, tree(root))
    assert len(new) == MOST_WAITING
    assert all(path.startswith("inbox/") for path in new)


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        ({"proposed": AGENT}, "a proposal needs the key 'evidence' or 'forecast'"),
        ({"proposed": AGENT, "evidence": None}, "'evidence' is empty"),
        ({"evidence": TALKS}, "a proposal needs the key 'proposed'"),
        ({**item(), "accepted": True}, "unknown key 'accepted' in a proposal"),
        (item(analyst="jane"), "a draft of evidence has no key 'analyst'"),
        (item(proposed=AGENT), "a draft of evidence has no key 'proposed'"),
        (item(scenarios=["pcat"]), "no scenario 'pcat'; did you mean 'pact'?"),
        (item(ratings={"../x": "C"}), "'../x' is not a valid key"),
        (item(summary="\x1b[31mred"), "'evidence.summary' holds the control character '\\x1b'"),
        (item(summary="x" * 501), "'summary' has 501 characters; at most 500 are allowed"),
        (
            item(foreign={f"feed-{n}": "x" * 500 for n in range(80)}),
            "a proposal has at most 32,768 bytes",
        ),
        (
            item(dismissed={"on": "2022-02-06", "by": "jane", "reason": "No"}),
            "only a person dismisses a proposal: leave `dismissed` out",
        ),
        (
            {"proposed": AGENT, "forecast": {"scenario": "pact", "probability": 1}},
            "'probability' is 1; it must be a number from 0.0001 to 0.9999",
        ),
        (
            {
                "proposed": AGENT,
                "forecast": {"scenario": "pact", "probability": 0.5, "date": "2091-01-01"},
            },
            "the horizon of pact is",
        ),
    ],
)
def test_what_a_proposal_may_not_hold_is_refused_and_stops_no_other(
    root: Path, proposal: dict[str, Any], reason: str
) -> None:
    (refused, added) = fates(root, proposal, item(summary="Something else happened"))
    assert refused[0] == "refused"
    assert str(refused[1]).startswith(reason)
    assert added[0] == "added"


def test_an_id_that_is_taken_by_any_file_gets_a_number(root: Path) -> None:
    (root / "inbox").mkdir()
    (root / "inbox" / f"{FIRST}.yaml").write_text("no: proposal")
    assert fates(root, item()) == [("added", f"{FIRST}-2")]


def test_a_dry_run_writes_no_proposal(root: Path) -> None:
    before = tree(root)
    assert fates(root, item(), how=How(dry_run=True)) == [("added", FIRST)]
    assert tree(root) == before


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(
    st.integers(0, 10_000),
    st.lists(
        st.fixed_dictionaries(
            {
                "proposed": st.just(AGENT) | TEXT,
                "evidence": st.fixed_dictionaries({"summary": TEXT}),
            },
            optional={"foreign": st.dictionaries(TEXT, TEXT), "dismissed": TEXT},
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_no_figure_finding_or_record_depends_on_what_is_proposed(
    seed: int, proposals: list[dict[str, Any]]
) -> None:
    database = random_database(seed)
    ids = sorted(database.scenarios)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "tracker.yaml").write_text("format: 1\ntitle: T\n")
        for id in ids:
            asked = {"title": "T", "question": "Q?", "resolution_criteria": "C."}
            days = {"opened": "2022-01-01", "horizon": "2022-12-31"}
            prior = {"probability": database.scenarios[id].prior.probability, "basis": "B."}
            (root / f"{id}.yaml").write_text(json.dumps({**asked, **days, "prior": prior}))
        before = open_folder(root)
        (root / "inbox").mkdir()
        for n, proposal in enumerate(proposals):
            about = {"evidence": {**proposal["evidence"], "ratings": dict.fromkeys(ids, "CC")}}
            (root / path_of("proposal", f"p{n}")).write_text(json.dumps({**proposal, **about}))
        after = open_folder(root)
        assert after.database == before.database
        assert after.problems == before.problems
        assert dict(after.snapshot) == dict(before.snapshot)


def test_what_waits_is_listed_by_age_with_the_scenarios_of_today(root: Path) -> None:
    pact = (root / "pact.yaml").read_text()
    (root / "pact.yaml").unlink()
    (root / "treaty.yaml").write_text(f"{pact.rstrip()}\nformerly: [pact]\n")
    opened = open_folder(root)
    (root / "inbox").mkdir()
    keys = {"ratings": {"pact": "C"}, "indicators": {"trade/x": "observed"}}
    texts = {"new": {**item(**keys), "scenarios": ["gone"]}, "old": item()}
    texts["old"] = {**texts["old"], "proposed": {**AGENT, "on": "2022-01-01"}}
    for id, record in texts.items():
        (root / "inbox" / f"{id}.yaml").write_text(json.dumps(record))
    rows = proposals(waiting(root).waiting, opened.database, day(40)).proposals
    assert [(row.id, row.days, row.scenarios, row.ended) for row in rows] == [
        ("old", 40, (), ()),
        ("new", 5, ("treaty", "trade"), ()),
    ]


def test_a_proposal_edited_by_hand_while_it_is_accepted_stays_and_nothing_is_recorded(
    root: Path,
) -> None:
    from scenarios.workspace.inbox import waiting_at
    from scenarios.workspace.tasks.evidence import record_evidence

    fates(root, item())
    seen = waiting_at(root, FIRST)
    place = root / path_of("proposal", FIRST)
    place.write_text(f"{place.read_text()}# mine\n")
    before = tree(root)
    record = {**TALKS, "recorded": "2022-02-07", "ratings": {}, "indicators": {}}
    with pytest.raises(Exception, match="changed since it was read"):
        record_evidence(root, {**record, "corroborated_by": []}, proposal=seen)
    assert tree(root) == before
