"""Proposals in the browser: shown as text, and settled by the person who saves a form."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from scenarios.storage.proposals import waiting
from scenarios.workspace.inbox import propose
from tests.hostile import ACTS, TEXTS
from tests.serve.desks import reader
from tests.serve.forms import as_analyst, hidden, opened, send

AGENT = {"by": "agent", "name": "reader", "on": "2022-02-05"}
TALKS = {
    "proposed": AGENT,
    "evidence": {
        "summary": "Talks on a treaty",
        "observed": "2022-02-05",
        "ratings": {"pact": "CC", "ties": 0.5},
    },
}
FIGURE = {"proposed": AGENT, "forecast": {"scenario": "pact", "probability": 0.2}}


@pytest.fixture
def client(root: Path) -> TestClient:
    client = reader(root)
    as_analyst(client, "jane")
    return client


def forms(client: TestClient) -> list[str]:
    """The addresses of the forms that settle what waits."""
    ways = re.findall(r'href="(/record/[^"?]*\?proposal=[^"]*)"', inbox(client))
    return [unescape(way) for way in ways]


def inbox(client: TestClient) -> str:
    return client.get("/inbox/").text.partition("<main")[2]


def test_the_form_of_an_accepted_draft_has_its_texts_and_shows_its_ratings_after_the_own_ones(
    client: TestClient, root: Path
) -> None:
    propose(root, [TALKS])
    page = client.get(forms(client)[0]).text
    assert 'value="Talks on a treaty"' in page
    assert 'name="rate:pact" value="CC" checked' not in page
    own = {**hidden(page), "summary": "Talks on a treaty", "observed": "2022-02-05"}
    sent = send(client, "evidence", {"rate:pact": "C", "rate:ties": "N"}, own=own)
    assert sent.is_saved, sent.text
    file = root / "evidence/2022/2022-02-05-talks-on-a-treaty.yaml"
    assert "analyst: jane" in file.read_text()
    assert "by: agent\n  name: reader" in file.read_text()
    assert "ratings:\n  pact: C\n  ties: N\n" in file.read_text()
    assert "  suggested: pact CC, ties 0.5\n" in file.read_text()
    assert "suggested pact CC, ties 0.5" in sent.text
    assert waiting(root).proposals == {}
    again = send(client, "evidence", {"summary": "Talks once more"}, own=own)
    assert not again.is_saved
    assert "no proposal '2022-02-05-talks-on-a-treaty'" in again.text


def test_a_forecast_is_accepted_and_an_item_is_turned_down_by_name(
    client: TestClient, root: Path
) -> None:
    propose(root, [FIGURE, TALKS])
    figure, no_figure, _, no_talks = forms(client)
    own = hidden(client.get(figure).text)
    assert own["proposal"] == "2022-02-05-pact"
    fields = {"scenario": "pact", "probability": "0.3", "rationale": "Talks"}
    assert send(client, "forecast", fields, own=own).is_saved
    (sheet,) = root.glob("forecasts/2*/2*-jane.yaml")
    assert "proposed:\n  pact:\n    by: agent" in sheet.read_text()
    id = no_talks.partition("=")[2]
    own = opened(client, "dismissal", proposal=id)
    assert send(client, "dismissal", {"proposal": id, "reason": "No"}, own=own).is_saved
    assert waiting(root).waiting == {}
    assert no_figure == "/record/dismissal/?proposal=2022-02-05-pact"


def test_the_form_of_a_proposed_question_has_its_texts_and_asks_for_the_prior(
    client: TestClient, root: Path
) -> None:
    asked = {"title": "A summit in Kazan", "criteria": "A photo.", "horizon": "2090-12-31"}
    propose(root, [{"proposed": AGENT, "question": {**asked, "why": "Both speak of it."}}])
    way = forms(client)[0]
    page = client.get(way).text
    assert "<p>Proposed by agent reader on 5 Feb 2022: Both speak of it.</p>" in page
    assert way.startswith("/record/scenario/?proposal=2022-02-05-a-summit-in-kazan&")
    assert 'value="A summit in Kazan"' in page
    assert 'value="2090-12-31"' in page
    assert "A photo.</textarea>" in page
    own = hidden(page)
    fields = {"id": "kazan", **asked, "question": "A summit?"}
    sent = send(client, "scenario", fields, own=own)
    assert "Still needed: Probability before the evidence" in sent.text
    sent = send(client, "scenario", {**fields, "prior": "0.2", "basis": "None"}, own=own)
    assert sent.is_saved, sent.text
    assert "probability: 0.2" in (root / "kazan.yaml").read_text()
    assert waiting(root).proposals == {}


def test_nobody_accepts_without_a_name(root: Path) -> None:
    propose(root, [TALKS])
    client = reader(root)
    own = hidden(client.get(forms(client)[0]).text)
    sent = send(client, "evidence", {"summary": "Talks"}, own=own)
    assert not sent.is_saved
    assert "a person accepts a proposal by name" in sent.text
    assert len(waiting(root).waiting) == 1


def elements(page: str) -> set[str]:
    return set(re.findall(r"<([a-z]\w*)", page))


def test_what_an_agent_wrote_is_text_and_makes_no_element_and_no_link(
    client: TestClient, root: Path
) -> None:
    propose(root, [TALKS])
    plain, ways = inbox(client), len(forms(client))
    for number, text in enumerate(TEXTS):
        record = {"proposed": {**AGENT, "name": text}, "evidence": {"summary": text}}
        (root / "inbox" / f"x{number}.yaml").write_text(json.dumps(record))
    page = inbox(client)
    assert elements(page) - {"p"} <= elements(plain)
    known = ("/record/", "/s/", "/who/", "../")
    assert all(way.startswith(known) for way in re.findall(r'href="([^"]*)"', page))
    assert len(forms(client)) > ways + len(TEXTS)
    assert ACTS.findall(page.replace("\n", "")) == []
