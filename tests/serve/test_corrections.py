"""What is changed later in a browser: a key, the file itself, the last command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.cli.commands import FILES, changes, make, scen, tree
from tests.serve.desks import reader
from tests.serve.forms import FROM_HERE, Sent, hidden, opened, send
from tests.storage.test_git import commit, run

ITEM = "2022-02-04-visit"
REFERENCE = {"class": "Talks", "occurred": "1", "cases": "9"}
UNSET = ["--unset=prior.reference"]
PACT = FILES["pact.yaml"]


@pytest.fixture
def client(root: Path) -> TestClient:
    return reader(root)


def save(client: TestClient, text: str, own: dict[str, str], id: str = "pact") -> Sent:
    fields = {"id": id, "text": text.replace("\n", "\r\n")}
    return send(client, "file", fields, own={**own, **fields})


def take_back(client: TestClient) -> Sent:
    own = hidden(client.get("/undo/").text)
    return Sent(client, client.post("/undo/", data=own, headers=FROM_HERE))


def test_a_key_is_changed_as_the_command_changes_it(root: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other" / "scenarios", FILES)
    for fields, words in (
        ({"key:prior.probability": "0.25"}, ["prior.probability=0.25"]),
        ({"key:tags": ["military", "", "treaty"]}, ["tags+=military", "tags+=treaty"]),
        ({"key:set": ""}, ["--unset=set"]),
        ({"key:prior.reference.class": "Talks", "key:prior.reference.occurred": "1"}, None),
        (
            {f"key:prior.reference.{key}": text for key, text in REFERENCE.items()},
            [f"prior.reference.{key}={text}" for key, text in REFERENCE.items()],
        ),
        (dict.fromkeys((f"key:prior.reference.{key}" for key in REFERENCE), ""), UNSET),
        ({"more:foreign": "metaculus", "worth:foreign": "42"}, ["foreign.metaculus=42"]),
    ):
        own = opened(reader(root), "edit", id="pact")
        made = send(reader(root), "edit", {"id": "pact", **fields}, own=own)
        assert made.is_saved == (words is not None), made.text
        if words:
            assert scen("--database", str(other), "edit", "pact", *words).exit_code == 0
            assert 'href="/record/edit/?id=pact">Edit it once more' in made.page
    assert tree(root) == tree(other)


def test_each_key_of_each_record_has_a_field_and_what_is_not_changed_is_no_change(
    client: TestClient, root: Path
) -> None:
    before = tree(root)
    for id in ("pact", "pact/talks", ITEM, "kremlin", "2022-02-07-desk", "tracker"):
        page = client.get("/record/edit/", params={"id": id}).text.partition("<main")[2]
        assert ">Which key" not in page
        fields = dict(
            re.findall(r'<(?:input|textarea)[^>]* name="(key:[^"]+)"[^>]* value="([^"]*)"', page)
        )
        made = send(client, "edit", {"id": id, **fields}, own=opened(client, "edit", id=id))
        assert "Nothing to change." in made.text, made.text
    assert tree(root) == before
    page = client.get("/record/edit/", params={"id": "pact"}).text
    assert 'href="/record/edit/?id=pact/talks"' in page
    assert 'href="/record/file/?id=pact"' in page


def test_who_goes_on_from_a_record_that_changed_meanwhile_changes_what_was_typed_alone(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "edit", id="pact")
    scen("edit", "pact", "title=Another pact")
    fields = {"id": "pact", "key:title": "A pact", "key:question": "Will one be signed?"}
    late = send(client, "edit", fields, own=own)
    assert "title: Another pact" in late.text
    seen = re.findall(r'name="seen" value="([^"]*)"', late.page)[-1]
    assert send(client, "edit", fields, own={**own, "seen": seen}).is_saved
    text = (root / "pact.yaml").read_text()
    assert "title: Another pact\n" in text
    assert "question: Will one be signed?\n" in text


def test_a_value_that_is_wrong_stands_at_the_value(client: TestClient) -> None:
    fields = {"id": "pact", "key:prior.probability": "2"}
    made = send(client, "edit", fields, own=opened(client, "edit", id="pact"))
    assert made.faults == {
        "key_prior_probability": "'probability' is 2; a prior is a number from 0.001 to 0.999"
    }


@pytest.mark.parametrize("seen", [None, "", "ties.yaml 0", "pact.yaml"])
def test_a_file_is_not_saved_without_the_state_of_it_that_was_changed(
    client: TestClient, root: Path, seen: str | None
) -> None:
    own = {key: text for key, text in opened(client, "file", id="pact").items() if key != "seen"}
    made = save(
        client, PACT.replace("A pact", "Any"), own | ({} if seen is None else {"seen": seen})
    )
    assert "pact.yaml: changed since it was read: nothing was written" in made.text
    assert (root / "pact.yaml").read_text() == PACT


def test_a_file_is_saved_as_it_was_typed(client: TestClient, root: Path) -> None:
    own = opened(client, "file", id="pact")
    text = PACT.replace("A pact", "Any pact  # of what kind?")
    assert save(client, text, own).is_saved
    assert (root / "pact.yaml").read_text() == text


def test_a_file_with_the_line_ends_of_windows_keeps_them(client: TestClient, root: Path) -> None:
    (root / "pact.yaml").write_bytes(PACT.replace("\n", "\r\n").encode())
    own = opened(client, "file", id="pact")
    assert save(client, PACT.replace("A pact", "Any pact"), own).is_saved
    wanted = PACT.replace("A pact", "Any pact").replace("\n", "\r\n").encode()
    assert (root / "pact.yaml").read_bytes() == wanted


def test_faults_of_a_text_have_a_line_and_a_column_and_are_told_while_one_types(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "file", id="pact")
    text = PACT.replace("probability: 0.2", "probability: 2").replace("set: form", "set: from")
    headers = {**FROM_HERE, "HX-Request": "true"}
    told = client.post("/record/file/", data={**own, "text": text}, headers=headers).text
    places = re.findall(r'data-line="(\d+)" data-column="(\d+)">pact.yaml:\1:\2</a> ([^<]*)', told)
    assert [place[:2] for place in places] == [("9", "16")]
    assert "is 2; a prior is a number from 0.001 to 0.999" in places[0][2]
    assert (root / "pact.yaml").read_text() == PACT


def test_a_file_that_was_changed_elsewhere_is_not_written_over(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "file", id="pact")
    scen("edit", "pact", "title=Another pact")
    theirs = (root / "pact.yaml").read_text()
    made = save(client, PACT.replace("A pact", "My pact"), own)
    assert made.status == 422
    assert "changed since it was read: nothing was written" in made.text
    assert "title: Another pact" in made.text
    assert "title: My pact" in made.page
    assert (root / "pact.yaml").read_text() == theirs
    seen = re.findall(r'name="seen" value="([^"]*)"', made.page)[-1]
    assert save(client, PACT.replace("A pact", "Our pact"), {**own, "seen": seen}).is_saved


def test_the_version_that_was_ticked_while_one_types_is_the_one_that_is_continued_from(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "file", id="pact")
    scen("edit", "pact", "title=Another pact")
    headers = {**FROM_HERE, "HX-Request": "true"}
    typed = {**own, "text": PACT.replace("A pact", "Our pact")}
    refused = client.post("/record/file/", data={**typed, "do": "save"}, headers=headers).text
    (tick,) = re.findall(r'type="checkbox" name="seen" value="([^"]*)"', refused)
    ticked = {**typed, "seen": [own["seen"], tick]}
    for data in (ticked, {**typed, "seen": tick}):  # where it is the form's, it is not sent anew
        preview = client.post("/record/file/", data=data, headers=headers).text
        assert (f'value="{tick}" id="seen"' in preview) is (data is ticked)
        assert 'name="seen"' not in preview or data is ticked
    assert save(client, typed["text"], {**own, "seen": tick}).is_saved
    assert (root / "pact.yaml").read_text() == typed["text"]


def test_a_file_that_is_broken_can_be_mended(client: TestClient, root: Path) -> None:
    (root / "pact.yaml").write_text(PACT.replace("title: A pact", "title: [A pact"))
    client = reader(root)
    assert save(client, PACT, opened(client, "file", id="pact")).is_saved


@pytest.mark.parametrize("id", ["../tracker", "/etc/passwd", "nobody", "pact/../../x", "a:b", ""])
def test_no_other_file_is_opened(client: TestClient, root: Path, id: str) -> None:
    before = tree(root)
    page = client.get("/record/file/", params={"id": id})
    assert "<textarea" not in page.text
    assert save(client, "format: 1\n", {}, id).status == 422
    assert tree(root) == before


def test_undo_shows_what_it_takes_back_and_takes_back_that_alone(
    client: TestClient, root: Path
) -> None:
    before = tree(root)
    assert send(client, "source", {"id": "afp", "name": "AFP", "reliability": "B"}).is_saved
    shown = client.get("/undo/")
    assert "add-source afp" in shown.text
    own = hidden(shown.text)
    scen("add-source", "ap", "--name=AP", "--reliability=B")
    late = Sent(client, client.post("/undo/", data=own, headers=FROM_HERE))
    assert late.status == 422
    assert "something else was recorded meanwhile" in late.text
    first = take_back(client)
    assert "gone:" in first.text
    assert "Take back the one before it" in first.text
    assert [*changes(before, tree(root))] == ["sources/afp.yaml"]
    last = take_back(client)
    assert "gone:" in last.text
    assert "the one before it" not in last.text
    assert tree(root) == before


def test_what_was_recorded_and_what_was_taken_back_lead_to_their_record_by_its_title(
    client: TestClient,
) -> None:
    for kind, id, key, old, new in (
        ("s", "pact", "title", "A pact", "A treaty"),
        ("e", ITEM, "summary", "", "Two visits"),
    ):
        own = opened(client, "edit", id=id)
        made = send(client, "edit", {"id": id, f"key:{key}": new}, own=own)
        assert f'<a href="/{kind}/{id}/">{new}</a>' in made.page
        undone = take_back(client).page
        assert f'<a href="/{kind}/{id}/">{old}' in undone
        assert f'<a href="/{kind}/{id}/">{new}' not in undone


def test_undo_of_nothing_says_so(client: TestClient) -> None:
    assert "Nothing to undo here." in client.get("/undo/").text


def test_a_later_audit_is_foretold(client: TestClient, root: Path) -> None:
    own = opened(client, "edit", id=ITEM)
    fields = {"id": ITEM, "key:summary": "Two visits"}
    made = send(client, "edit", fields, own=own, do="preview")
    assert "summary: Two visits" in made.text
    assert (root / f"evidence/2022/{ITEM}.yaml").read_text() == FILES[f"evidence/2022/{ITEM}.yaml"]


def test_a_second_forecast_of_a_day_tells_before_it_is_saved_that_the_first_was_committed(
    client: TestClient, root: Path
) -> None:
    run(root.parent, "init", "-q")
    commit(root.parent, "Begin")
    fields = {"scenario": "trade", "probability": "0.7", "date": "2022-02-07", "analyst": "desk"}
    made = send(client, "forecast", fields, do="preview")
    assert not made.is_saved
    assert "audit will say: edited-forecast: 2022-02-07-desk: trade: 0.6 → 0.7" in made.text
