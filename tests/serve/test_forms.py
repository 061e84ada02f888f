"""What a form says before it writes, and what it does with what is wrong or was there already."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from scenarios.workspace.tasks import scenario
from tests.cli.commands import FILES, changes, make, scen, tree
from tests.hostile import TEXTS
from tests.serve.desks import PORT, reader
from tests.serve.forms import FROM_HERE, as_analyst, opened, send
from tests.storage.system import mounted, remount
from tests.storage.test_commits import is_ana
from tests.storage.test_git import run, shell

DINNER = {"summary": "Dinner", "recorded": "2022-02-07", "rate:pact": "CC", "rate:ties": "I"}
ITEM = "2022-02-04-visit"
FORMS = (
    *("evidence", "rate", "forecast", "indicator", "source", "scenario"),
    *("resolution", "retraction", "clarification"),
)


@pytest.fixture
def client(root: Path) -> TestClient:
    return reader(root)


def live(client: TestClient, form: str, fields: dict[str, str]) -> str:
    """What is told while somebody types."""
    own = opened(client, form)
    headers = {**FROM_HERE, "HX-Request": "true"}
    return client.post(f"/record/{form}/", data={**own, **fields}, headers=headers).text


def test_the_effect_is_told_while_one_types_and_nothing_is_written(
    client: TestClient, root: Path
) -> None:
    before = tree(root)
    told = live(client, "evidence", {"recorded": "2022-02-07", "rate:pact": "CC"})
    assert "Still needed: What was observed, in one sentence" in told
    assert '<data value="10.0">+10.0</data>' in told
    assert "2022-02-07" in told
    assert "pact: CC" in told
    assert tree(root) == before


def test_what_was_typed_stands_in_the_form_again_whoever_opens_it_and_after_a_restart(
    client: TestClient, root: Path
) -> None:
    live(client, "evidence", {**DINNER, "quote": "Two\r\nlines", "ratio:trade": "2.5"})
    again = reader(root)
    as_analyst(again, "jane-doe")
    page = again.get("/record/evidence/").text
    assert 'value="Dinner"' in page
    assert "Two\nlines</textarea>" in page
    assert 'name="rate:pact" value="CC" checked' in page
    assert 'name="ratio:trade" size="6" value="2.5"' in page
    assert "  pact: CC\n" in page
    assert "Record evidence</a>: Dinner" in again.get("/record/").text
    assert 'value="Dinner"' not in again.get("/record/evidence/?fires:pact/talks=observed").text


def test_a_draft_goes_when_it_is_saved_or_not_wanted(client: TestClient) -> None:
    live(client, "evidence", DINNER)
    data = {"at": "/record/evidence/", "do": "drop"}
    made = client.post("/record/evidence/", data=data, headers=FROM_HERE)
    assert (made.status_code, made.headers["location"]) == (303, "/record/evidence/")
    assert 'value="Dinner"' not in client.get("/record/evidence/").text
    live(client, "evidence", DINNER)
    assert send(client, "evidence", DINNER).is_saved
    assert 'value="Dinner"' not in client.get("/record/evidence/").text
    assert "not saved" not in client.get("/record/").text


def test_each_record_has_a_draft_of_its_own(client: TestClient) -> None:
    for id, figure in (("pact", "0.31"), ("ties", "0.62")):
        own = opened(client, "forecast", scenario=id)
        fields = {**own, "scenario": id, "probability": figure}
        client.post("/record/forecast/", data=fields, headers=FROM_HERE)
    for id, figure in (("pact", "0.31"), ("ties", "0.62")):
        page = client.get("/record/forecast/", params={"scenario": id}).text
        assert f'value="{figure}"' in page
    assert "0.31" not in client.get("/record/forecast/").text


def test_a_draft_of_a_file_that_changed_meanwhile_does_not_write_over_it(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "file", id="pact")
    text = FILES["pact.yaml"].replace("A pact", "My pact")
    client.post("/record/file/", data={**own, "id": "pact", "text": text}, headers=FROM_HERE)
    scen("edit", "pact", "title=Another pact")
    late = send(client, "file", {"id": "pact", "text": text}, own=opened(client, "file", id="pact"))
    assert late.status == 422
    assert "changed since it was read" in late.text
    assert "title: Another pact" in (root / "pact.yaml").read_text()


def test_an_item_that_rates_nothing_leads_to_its_rating(client: TestClient) -> None:
    rated = send(client, "evidence", DINNER)
    assert "Rate it" not in rated.page
    supper = send(client, "evidence", {"summary": "Supper", "recorded": "2022-02-07"})
    assert 'href="/record/rate/?evidence=2022-02-07-supper">Rate it' in supper.page


def test_why_nothing_is_counted_is_told(client: TestClient) -> None:
    told = live(client, "evidence", {**DINNER, "rate:pact": "N", "rate:ties": "N"})
    assert "pact: neutral: fits every outcome equally" in told


def test_each_fault_stands_at_its_field_in_the_words_of_the_command_line(
    client: TestClient, root: Path
) -> None:
    wrong = {
        **DINNER,
        "grade": "Z9",
        "source": "kremlim",
        "observed": "2022-02-30",
        "ratio:trade": "0",
        "fires:pact/talks": "seen",
        "corroborated_by": "2022-02-04-visti",
        "id": "dinner",
    }
    before = tree(root)
    made = send(client, "evidence", wrong)
    assert made.status == 422
    assert made.faults == {
        "grade": "'Z9' is not an Admiralty grade: A to F, then 1 to 6, like B2",
        "source": "no source 'kremlim'; did you mean 'kremlin'?",
        "observed": "2022-02-30 is not a valid date",
        "rate_trade": "'0' is not a rating: CC, C, N, I, II, or a likelihood ratio, 0.001 to 1000",
        "fires_pact_talks": "'seen' is not a state: observed, emerging, reversed",
        "corroborated_by": f"no evidence '2022-02-04-visti'; did you mean '{ITEM}'?",
        "id": "'dinner' is not a valid id: 2022-02-07-, then small letters and hyphens",
    }
    assert tree(root) == before


def test_what_a_check_of_the_file_finds_stands_at_the_field_of_its_key(client: TestClient) -> None:
    made = send(client, "evidence", {**DINNER, "fires:pact/talks": "observed"})
    assert [*made.faults] == ["rate_pact", "rate_ties"]
    rates = ("--rate=pact=CC", "--rate=ties=I", "--indicator=pact/talks=observed")
    told = scen("add-evidence", "Dinner", *rates).stderr
    assert all(fault in told for fault in made.faults.values())


def test_why_a_figure_is_refused_stands_at_the_figure(client: TestClient) -> None:
    as_analyst(client, "jane-doe")
    made = send(client, "forecast", {"scenario": "pact", "probability": "withdraw"})
    fault = "no forecast of pact by jane-doe stands on"
    assert made.faults["probability"].startswith(fault)


@pytest.mark.parametrize("text", ["30", "30%", "30 %", "0.3", "0,3"])
def test_a_forecast_of_thirty_means_thirty_per_cent(
    client: TestClient, root: Path, text: str
) -> None:
    as_analyst(client, "jane-doe")
    assert "30 means 30%; withdraw" in client.get("/record/forecast/?scenario=pact").text
    assert send(client, "forecast", {"scenario": "pact", "probability": text}).is_saved
    (sheet,) = (root / "forecasts").rglob("*-jane-doe.yaml")
    assert "  pact: 0.3\n" in sheet.read_text()


def test_a_forecast_between_one_and_two_may_be_a_slip(client: TestClient) -> None:
    as_analyst(client, "jane-doe")
    made = send(client, "forecast", {"scenario": "pact", "probability": "1.2"})
    fault = "'1.2' may be a slip: write it with a % sign, or a figure below 1"
    assert made.faults == {"probability": fault}


def test_two_tabs_that_change_one_key_do_not_overwrite_each_other(client: TestClient) -> None:
    fields = {"id": "pact", "key:title": "Mine"}
    one, other = (opened(client, "edit", id="pact") for _ in range(2))
    assert send(client, "edit", fields, own=one).is_saved
    late = send(client, "edit", {**fields, "key:title": "Yours"}, own=other)
    assert late.status == 422
    assert "title: Mine" in late.text


def test_what_was_typed_stands_in_a_form_that_was_refused(client: TestClient) -> None:
    text = "first\r\nsecond </textarea><script>"
    fields = {**DINNER, "recorded": "2999-01-01", "notes": text, "ratio:trade": "2.5"}
    made = send(client, "evidence", fields)
    assert made.status == 422
    assert "first\nsecond &lt;/textarea&gt;&lt;script&gt;</textarea>" in made.page
    assert 'name="ratio:trade" size="6" value="2.5"' in made.page
    assert 'name="rate:pact" value="CC" checked' in made.page


def test_a_hostile_text_acts_nowhere(client: TestClient) -> None:
    own = opened(client, "evidence")
    for text in TEXTS:
        fields = {**DINNER, "summary": text[:400], "quote": text, "origin": text}
        page = send(client, "evidence", fields, own=own).page.replace('<script src="/-/', "")
        for sign in ("<script", "<img", "<svg", "<h1>Free", "onerror=alert(1)>"):
            assert sign not in page


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_form_says_what_is_needed_and_writes_nothing(
    client: TestClient, root: Path, form: str
) -> None:
    before = tree(root)
    made = send(client, form, {})
    assert made.status == 422
    assert "Still needed" in made.text
    assert tree(root) == before


@pytest.mark.parametrize("form", FORMS)
def test_ids_that_nobody_has_are_refused_and_never_a_bug(client: TestClient, form: str) -> None:
    wrong = {"scenario": "../../etc", "evidence": "x\n", "set": "no", "theme": "no", "source": "é"}
    more = {"rate:nobody": "CC", "fires:a/b/c": "observed", "id": "../x", "date": "yesterdya"}
    made = send(client, form, {**wrong, **more, "summary": "x", "outcome": "won"}, own={"form": ""})
    assert made.status == 422


def test_two_megabytes_are_refused_and_stay_in_the_form(client: TestClient, root: Path) -> None:
    before = tree(root)
    copy = {"attachment": ("a.txt", b"a", "text/plain")}
    made = send(client, "evidence", {**DINNER, "notes": "word " * 400_000}, files=copy)
    assert made.status == 422
    fault = "has 2000000 characters; at most 10000 are allowed"
    assert made.faults == {"notes": fault}
    assert len(made.page) > 2_000_000
    assert tree(root) == before


def test_the_longest_text_is_saved_and_a_character_more_is_refused(
    client: TestClient, root: Path
) -> None:
    before = tree(root)
    refused = send(client, "evidence", {**DINNER, "notes": "x" * 10_001})
    assert refused.status == 422
    assert refused.faults == {"notes": "has 10001 characters; at most 10000 are allowed"}
    assert tree(root) == before
    assert send(client, "evidence", {**DINNER, "notes": "x" * 10_000}).is_saved


def test_a_form_that_is_sent_twice_is_done_once(client: TestClient, root: Path) -> None:
    own = opened(client, "evidence")
    first, second = (send(client, "evidence", DINNER, own=own) for _ in range(2))
    assert first.is_saved
    assert 'href="/e/2022-02-07-dinner/"' in first.page
    assert second.page == first.page
    assert [path.name for path in root.glob("evidence/2022/*dinner*")] == ["2022-02-07-dinner.yaml"]


def test_a_form_that_was_sent_and_is_filled_in_otherwise_is_another_one(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "evidence")
    assert send(client, "evidence", DINNER, own=own).is_saved
    assert send(client, "evidence", {**DINNER, "summary": "Lunch"}, own=own).is_saved
    assert len([*root.glob("evidence/2022/2022-02-07-*")]) == 2


def test_what_may_be_recorded_already_is_recorded_again_only_if_it_is_meant(
    client: TestClient, root: Path
) -> None:
    assert send(client, "evidence", DINNER).is_saved
    told = "2022-02-07-dinner may be the same (their summaries are alike): Dinner"
    assert told in live(client, "evidence", DINNER)
    made = send(client, "evidence", DINNER)
    assert made.status == 422
    assert told in made.text
    assert send(client, "evidence", {**DINNER, "sure": "yes"}).is_saved
    assert len([*root.glob("evidence/2022/2022-02-07-dinner*")]) == 2


def test_a_form_that_asks_for_something_else_now_is_shown_anew(client: TestClient) -> None:
    own = opened(client, "rate")
    headers = {**FROM_HERE, "HX-Request": "true"}
    made = client.post("/record/rate/", data={**own, "evidence": ITEM}, headers=headers)
    assert made.headers["HX-Retarget"] == "#record"
    assert 'name="rate:trade" value="C" checked' in made.text
    assert f'name="seen" value="evidence/2022/{ITEM}.yaml ' in made.text


def test_an_item_with_a_new_source_and_a_copy_is_what_two_commands_write(
    client: TestClient, root: Path, tmp_path: Path
) -> None:
    source = {"new_source:name": "TRT World", "new_source:reliability": "C", "source": "trt-world"}
    copy = {"attachment": ("Page.PDF", b"%PDF-1.7", "application/pdf")}
    before = tree(root)
    made = send(client, "evidence", {**DINNER, **source}, files=copy)
    assert made.is_saved, made.text
    found = changes(before, tree(root))
    file = tmp_path / "Page.PDF"
    file.write_bytes(b"%PDF-1.7")
    assert {path.split("/")[0] for path in found} == {"attachments", "evidence", "sources"}
    other = make(tmp_path / "other" / "scenarios", FILES)
    rates = ("--rate=pact=CC", "--rate=ties=I", "--source=trt-world", f"--attach={file}")
    for words in (
        ("add-source", "trt-world", "--name=TRT World", "--reliability=C"),
        ("add-evidence", "Dinner", "--recorded=2022-02-07", *rates),
    ):
        assert scen("--database", str(other), *words).exit_code == 0
    assert tree(other) == tree(root)


def test_who_records_is_chosen_once_and_goes_into_the_record(
    client: TestClient, root: Path
) -> None:
    page = client.get("/who/")
    assert "There are no accounts" in page.text
    chosen = {"analyst": "desk"}
    made = client.post("/who/?to=/record/evidence/", data=chosen, headers=FROM_HERE)
    assert made.headers["location"] == "/record/evidence/"
    assert f"scen-{PORT}-analyst=desk; HttpOnly" in made.headers["set-cookie"]
    assert send(client, "evidence", DINNER).is_saved
    assert "analyst: desk\n" in (root / "evidence/2022/2022-02-07-dinner.yaml").read_text()


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_who_one_is_leads_to_no_other_site(client: TestClient, to: str) -> None:
    made = client.post(f"/who/?to={to}", data={"other": "jane-doe"}, headers=FROM_HERE)
    assert made.headers["location"] == "/"


def test_two_tabs_that_rate_one_item_do_not_overwrite_each_other(
    client: TestClient, root: Path
) -> None:
    one, other = (opened(client, "rate", evidence=ITEM) for _ in range(2))
    assert send(client, "rate", {"evidence": ITEM, "rate:trade": "CC"}, own=one).is_saved
    late = send(client, "rate", {"evidence": ITEM, "rate:trade": "II"}, own=other)
    assert late.status == 422
    assert "changed since it was read: nothing was written" in late.text
    assert "As it is now" in late.text
    assert "trade: CC   # a first guess" in late.text
    file = root / f"evidence/2022/{ITEM}.yaml"
    assert "trade: CC" in file.read_text()
    seen = late.page.split('name="seen" value="')[2].split('"')[0]
    again = send(
        client, "rate", {"evidence": ITEM, "rate:trade": "II"}, own={**other, "seen": seen}
    )
    assert again.is_saved
    assert "trade: II" in file.read_text()


def test_two_tabs_of_one_analyst_do_not_overwrite_a_forecast(client: TestClient) -> None:
    as_analyst(client, "desk")
    one, other = (opened(client, "forecast") for _ in range(2))
    first = {"scenario": "pact", "probability": "0.3"}
    assert send(client, "forecast", first, own=one).is_saved
    late = send(client, "forecast", {**first, "probability": "0.4"}, own=other)
    assert late.status == 422
    assert "changed since it was read" in late.text


def test_a_page_of_another_schema_writes_nothing_and_keeps_what_was_typed(
    client: TestClient, root: Path
) -> None:
    before = tree(root)
    made = send(client, "evidence", DINNER, own={"form": "of-last-year", "ticket": "x"})
    assert made.status == 422
    assert "This page was made by another version of scen" in made.text
    assert 'value="Dinner"' in made.page
    assert tree(root) == before


def test_on_a_disk_that_became_read_only_the_form_keeps_what_was_typed(tmp_path: Path) -> None:
    with mounted(tmp_path, "size=4m"):
        client = reader(make(tmp_path / "scenarios", FILES))
        own = opened(client, "evidence")
        remount(tmp_path, "ro")
        made = send(client, "evidence", DINNER, own=own)
        remount(tmp_path, "rw")
    assert made.status == 422
    assert "Read-only file system; nothing was written" in made.text
    assert 'value="Dinner"' in made.page


def test_when_the_database_is_gone_the_form_keeps_what_was_typed(
    client: TestClient, root: Path
) -> None:
    own = opened(client, "evidence")
    root.rename(root.with_name("elsewhere"))
    made = send(client, "evidence", DINNER, own=own)
    assert made.status == 422
    assert 'value="Dinner"' in made.page


def test_who_records_may_be_fixed_from_the_start(root: Path) -> None:
    client = reader(root, analyst="desk")
    as_analyst(client, "jane-doe")
    assert "scen serve was started with" in client.get("/who/").text
    assert send(client, "evidence", DINNER).is_saved
    assert "analyst: desk\n" in (root / "evidence/2022/2022-02-07-dinner.yaml").read_text()


def test_a_commit_is_made_only_where_it_was_asked_for(
    client: TestClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_ana(monkeypatch)
    shell(root.parent, "git init -b main; record start")
    assert send(client, "evidence", DINNER).is_saved
    source = {"id": "afp", "name": "AFP", "reliability": "B", "commit": "yes"}
    assert "The commit: source: afp" in send(client, "source", source, do="preview").text
    made = send(client, "source", source)
    assert "source: afp" in made.text
    assert run(root.parent, "log", "--format=%s") == "source: afp\nstart"
    left = run(root.parent, "status", "--short", "--untracked-files=all")
    assert left == "?? scenarios/evidence/2022/2022-02-07-dinner.yaml"


def test_a_server_that_is_only_read_has_no_form(root: Path) -> None:
    client = reader(root, read_only=True)
    assert {client.get(f"/record/{form}/").status_code for form in FORMS} == {404}
    made = client.post("/record/evidence/", data=DINNER, headers=FROM_HERE)
    assert made.status_code in (404, 405)


def test_a_fault_of_a_reference_class_stands_at_the_field_of_its_key() -> None:
    fields = [
        scenario.TASK.field_of(("prior", "reference", key))
        for key in ("source", "adjusted", "cases")
    ]
    assert fields == ["reference_source", "adjusted", "reference"]
