"""Proposals in the browser: an item or a question of anybody who may propose."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from scenarios.storage.proposals import waiting
from scenarios.workspace.inbox import MOST_WAITING, propose
from scenarios.workspace.input import typed_in
from tests.serve import teams
from tests.serve.desks import reader
from tests.serve.forms import as_analyst, send
from tests.serve.test_team import send as send_in_team
from tests.serve.test_team import text

TODAY = date(2022, 2, 9)
PAGE = "https://www.example.org/news"
ITEM = {
    "summary": "Moscow and Beijing begin talks",
    "observed": "2022-02-08",
    "source": "A news agency",
    "url": PAGE,
    "why": "A treaty would need them.",
}
QUESTION = {
    "title": "A summit in Kazan by 2024",
    "criteria": "Both heads of state are in Kazan.",
    "horizon": "2024-12-31",
    "why": "Both sides speak of it.",
}


@pytest.fixture(autouse=True)
def _a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_in, "today", lambda: TODAY)


@pytest.fixture
def client(root: Path) -> TestClient:
    client = reader(root)
    as_analyst(client, "jane")
    return client


def record(root: Path) -> Any:
    """The only proposal of an inbox, as its file has it."""
    (file,) = (root / "inbox").iterdir()
    return yaml.safe_load(file.read_text())


def test_a_proposer_of_a_team_proposes_an_item_and_a_question_and_a_reader_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = teams.database(tmp_path)
    app = teams.desk(root)
    pro, rea = (teams.person(app, id) for id in ("pro", "rea"))
    for form, fields, after in (
        ("propose", ITEM, "an analyst records it with ratings of their own"),
        ("propose-question", QUESTION, "an editor adds it, with criteria and a first probability"),
    ):
        answer = send_in_team(pro, form, fields)
        assert answer.status_code == 303
        page = text(pro.get(answer.headers["location"]))
        assert "with your name (pro), and counts nowhere yet" in page
        assert after in page
        assert rea.get(f"/scen/record/{form}/").status_code == 403
    kinds = [(proposal.kind, proposal.proposed.who) for proposal in waiting(root).waiting.values()]
    assert sorted(kinds) == [("evidence", "person pro"), ("question", "person pro")]
    assert teams.git(root, "status", "--porcelain") == ""
    inbox = {id: teams.person(app, id).get("/scen/inbox/").text for id in ("rea", "pro", "ana")}
    assert ["/record/propose/" in inbox[id] for id in ("rea", "pro", "ana")] == [False, True, True]
    assert ["Accept" in inbox[id] for id in ("rea", "pro", "ana")] == [False, False, True]


def test_five_fields_make_the_draft_of_an_item(client: TestClient, root: Path) -> None:
    sent = send(client, "propose", ITEM)
    assert sent.is_saved, sent.text
    assert record(root) == {
        "proposed": {"by": "person", "name": "jane", "on": TODAY, "from": PAGE},
        "evidence": {
            "summary": ITEM["summary"],
            "observed": date(2022, 2, 8),
            "url": PAGE,
            "notes": "Source: A news agency\n\nA treaty would need them.",
        },
    }


def test_a_source_that_is_registered_is_known_by_its_name(client: TestClient, root: Path) -> None:
    (root / "sources").mkdir(exist_ok=True)
    (root / "sources/agency.yaml").write_text("name: A news agency\nreliability: C\n")
    assert send(client, "propose", {**ITEM, "source": "a news AGENCY", "why": ""}).is_saved
    assert record(root)["evidence"]["source"] == "agency"
    assert "notes" not in record(root)["evidence"]


def test_four_fields_make_the_draft_of_a_question(client: TestClient, root: Path) -> None:
    sent = send(client, "propose-question", {**QUESTION, "horizon": "31 December 2024"})
    assert sent.is_saved, sent.text
    assert record(root) == {
        "proposed": {"by": "person", "name": "jane", "on": TODAY},
        "question": {**QUESTION, "horizon": date(2024, 12, 31)},
    }


@pytest.mark.parametrize(
    ("form", "fields", "faults"),
    [
        ("propose", {"observed": "2022-02-10"}, {"observed": "2022-02-10 is after today"}),
        ("propose", {"url": "example.org"}, {"url": "'example.org': an address begins with http"}),
        ("propose-question", {"horizon": "2022-02-08"}, {"horizon": "2022-02-08 is past"}),
    ],
)
def test_a_fault_is_shown_at_its_field(
    client: TestClient, root: Path, form: str, fields: dict[str, str], faults: dict[str, str]
) -> None:
    sent = send(client, form, {**(ITEM if form == "propose" else QUESTION), **fields})
    assert not sent.is_saved
    assert {name: sent.faults[name][: len(fault)] for name, fault in faults.items()} == faults
    assert not (root / "inbox").exists()


def test_a_text_that_is_too_long_is_refused(client: TestClient, root: Path) -> None:
    long = "'title' has 201 characters; at most 200 are allowed"
    sent = send(client, "propose-question", {**QUESTION, "title": "x" * 201})
    assert f"nothing is proposed: {long}" in sent.text
    assert not (root / "inbox").exists()


def test_what_is_missing_is_asked_for(client: TestClient) -> None:
    assert "Still needed: What happened." in send(client, "propose", {}).text
    words = "Still needed: The question, What decides it, By when, Why it matters."
    assert words in send(client, "propose-question", {}).text


def test_nobody_proposes_without_a_name(root: Path) -> None:
    sent = send(reader(root), "propose", ITEM)
    assert not sent.is_saved
    assert "a person proposes by name" in sent.text


def test_a_flood_is_refused_and_names_the_bound(client: TestClient, root: Path) -> None:
    jane = {"by": "person", "name": "jane", "on": "2022-02-08"}
    items = [{"summary": f"word{number}"} for number in range(MOST_WAITING)]
    propose(root, [{"proposed": jane, "evidence": item} for item in items])
    sent = send(client, "propose", ITEM)
    assert not sent.is_saved
    assert (
        "nothing is proposed: at most 100 proposals of one proposer wait: an analyst has to accept"
        " or dismiss some of them first"
    ) in sent.text
    assert len(waiting(root).waiting) == MOST_WAITING


def test_what_a_feed_proposes_too_is_named_and_waits_with_the_name_of_the_person(
    client: TestClient, root: Path
) -> None:
    news = {"by": "feed", "name": "news", "on": "2022-02-08"}
    story = {key: ITEM[key] for key in ("summary", "observed", "url")}
    propose(root, [{"proposed": news, "evidence": story}])
    sent = send(client, "propose", ITEM)
    assert not sent.is_saved
    words = "what feed news proposes may be the same (they share an address)"
    assert words in sent.text
    assert send(client, "propose", {**ITEM, "sure": "yes"}).is_saved
    names = {proposal.proposed.who for proposal in waiting(root).waiting.values()}
    assert names == {"feed news", "person jane"}
    assert len(waiting(root).waiting) == 2


def test_what_another_person_proposes_at_another_address_is_noted_there(
    client: TestClient, root: Path
) -> None:
    bo = {"by": "person", "name": "bo", "on": "2022-02-08"}
    story = {"summary": ITEM["summary"], "observed": "2022-02-08", "url": f"{PAGE}/1"}
    propose(root, [{"proposed": bo, "evidence": story}])
    sent = send(client, "propose", {**ITEM, "sure": "yes"})
    assert sent.is_saved, sent.text
    assert "waits already: your name and address are noted there" in sent.text
    (mark,) = record(root)["repeats"]
    assert (mark["name"], mark["url"]) == ("jane", PAGE)


def test_what_is_proposed_or_asked_already_is_not_proposed_again(
    client: TestClient, root: Path
) -> None:
    assert send(client, "propose", ITEM).is_saved
    again = send(client, "propose", {**ITEM, "why": "Once more", "sure": "yes"})
    assert not again.is_saved
    assert "nothing is proposed: 2022-02-08-moscow-and-beijing-begin has the same" in again.text
    asked = send(client, "propose-question", {**QUESTION, "title": "A pact"})
    assert "nothing is proposed: pact has the same content" in asked.text
    assert len(waiting(root).waiting) == 1
