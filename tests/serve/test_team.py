"""The desk of a team: who is let in, what each may do, and what each may see."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scenarios.errors import ScenError, UsageError
from scenarios.model.tracker import ROLES
from scenarios.serve.addresses import entries
from scenarios.serve.forms.pages import FORMS
from scenarios.serve.page_queue import CachedPage, PageOrder
from scenarios.serve.team.blind import hidden_paths
from scenarios.serve.team.door import secret_of, team_address
from scenarios.serve.team.week import period_start
from scenarios.storage import state_folder
from scenarios.workspace.input import typed_in
from scenarios.workspace.sitting import NOT_BLIND, given_late
from scenarios.workspace.tasks import dismissal, evidence, forecast
from tests.cli.commands import FILES
from tests.serve import teams
from tests.serve.teams import (
    HEADER,
    HERE,
    LOGINS,
    SECRET,
    database,
    figures,
    person,
    variant,
)

TODAY = date(2022, 2, 9)
START = date(2022, 2, 7)


@pytest.fixture(autouse=True)
def _a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_in, "today", lambda: TODAY)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return database(tmp_path)


@pytest.fixture
def app(root: Path) -> Starlette:
    return teams.desk(root)


HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


def own(client: TestClient, path: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    form = page.text.split("<main", 1)[1].split('<form class="record"', 1)[1]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def send(client: TestClient, form: str, fields: dict[str, str], query: str = "") -> Any:
    """The answer to a form that is opened, filled in and sent."""
    path = f"/scen/record/{form}/"
    return client.post(path, data={**own(client, path + query), "do": "save", **fields})


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


ITEM = {"summary": "A joint statement was signed", "observed": "2022-02-04", "rate:pact": "C"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: "ed@example.org"},
        {"X-Scen-Secret": SECRET},
        {"X-Scen-Secret": SECRET[:-1], HEADER: "ed@example.org"},
        {"X-Scen-Secret": SECRET + "0", HEADER: "ed@example.org"},
        {"X-Scen-Secret": "", HEADER: "ed@example.org"},
        {"X-Scen-Secret": SECRET, HEADER: ""},
        {"X-Scen-Secret": SECRET, HEADER: "e" * 255},
        {"X-Scen-Secret": SECRET, HEADER: "ed@example.org\t"},
        {"X-Scen-Secret": SECRET, HEADER: "ed\x7f@example.org"},
        {"X-Scen-Secret": SECRET, HEADER: "x@example.org"},
        {"X-Scen-Secret": SECRET, "X-Forwarded-User": "ed@example.org"},
        {"X-Scen-Secret": SECRET, HEADER: "еd@example.org"},
    ],
)
def test_nobody_comes_in_without_the_secret_and_a_login_of_the_tracker(
    app: Starlette, headers: dict[str, str]
) -> None:
    client = teams.stranger(app)
    raw = {name: value.encode() for name, value in headers.items()}
    for path in ("/scen/", "/scen/s/pact/", "/scen/-/events", "/scen/-/desk.css", "/"):
        answer = client.get(path, headers=raw)  # type: ignore[arg-type]
        assert answer.status_code == 403
        assert "pact" not in answer.text


@pytest.mark.parametrize("twice", [HEADER, "X-Scen-Secret"])
def test_a_header_that_stands_twice_lets_nobody_in(app: Starlette, twice: str) -> None:
    values = {HEADER: "ed@example.org", "X-Scen-Secret": SECRET}
    pairs = [*values.items(), (twice, values[twice])]
    assert teams.stranger(app).get("/scen/", headers=pairs).status_code == 403


def test_a_login_is_compared_in_small_ascii_letters(app: Starlette) -> None:
    client = teams.stranger(app, **{"X-Scen-Secret": SECRET, HEADER: "ED@Example.ORG"})
    assert "You are Ed, editor." in text(client.get("/scen/team/"))


def test_the_address_is_the_one_host_origin_and_prefix(app: Starlette) -> None:
    client = person(app, "ed")
    assert client.get("/scen/").status_code == 200
    assert client.get("/scen").status_code == 308
    assert client.get("/scen").headers["location"] == "/scen/"
    assert client.get("/status/").status_code == 404
    assert client.get("/scenario/").status_code == 404
    assert client.get("/scen/", headers={"Host": "other.example.org"}).status_code == 421
    assert client.get("/scen/", headers={"Host": "127.0.0.1:8765"}).status_code == 421
    page = client.get("/scen/").text
    assert re.findall(r'\b(?:href|src|action|hx-post)="/(?!scen/)[^"]*"', page) == []
    answer = client.get("/scen/s/pact/index.html")
    assert (answer.status_code, answer.headers["location"]) == (308, "/scen/s/pact/")


def test_with_readers_a_stranger_of_the_sign_in_reads_and_does_nothing_else(root: Path) -> None:
    client = person(teams.desk(root, readers=True), "visitor")
    assert client.get("/scen/s/pact/").status_code == 200
    assert client.get("/scen/record/evidence/").status_code == 403
    assert "Record" not in text(client.get("/scen/")).split("More")[0]


MAY = {
    "reader": set(),
    "proposer": {
        *("/record/", "/undo/", "/recorded/{ticket}/"),
        *("/record/propose/", "/record/propose-question/"),
    },
    "analyst": {
        *(f"/record/{task.name}/" for task in (evidence.TASK, evidence.RATING, forecast.TASK)),
        *(f"/record/{dismissal.TASK.name}/", "/sitting/", "/sitting/stop/"),
    },
    "editor": {
        *(f"/record/{form.name}/" for form in FORMS if form.role == "editor"),
        "/team/open/",
    },
}


def test_each_address_that_records_has_its_least_role() -> None:
    every = entries(is_team=True)
    assert {entry.path for entry in every if entry.method == "POST" and entry.role == "reader"} == {
        "/who/"
    }
    steps = {entry.path for entry in every if entry.path.startswith("/sitting/")}
    for role in ROLES:
        paths = {entry.path for entry in every if entry.role == role}
        own = MAY[role] | (steps - {"/sitting/evidence/{id}/"} if role == "analyst" else set())
        assert paths == own or role == "reader", role
    names = {form.name for form in FORMS if form.role == "editor"}
    assert names >= {"indicator", "source", "scenario", "resolution", "retraction", "edit", "file"}


@pytest.mark.parametrize("id", LOGINS)
def test_a_person_opens_and_sends_what_the_role_allows_and_nothing_else(
    app: Starlette, id: str
) -> None:
    client = person(app, id)
    role = {"ed": "editor", "pro": "proposer", "rea": "reader"}.get(id, "analyst")
    allowed = ROLES[: ROLES.index(role) + 1]
    for entry in entries(is_team=True):
        path = re.sub(r"\{[a-z:]+\}", "x", entry.path)
        ask = client.get if entry.method == "GET" else client.post
        is_allowed = entry.role in allowed
        status = ask(f"/scen{path}").status_code
        assert entry.method == "POST" or (status == 403) is not is_allowed, path
        if entry.method == "POST":  # without a token nobody writes
            assert status == 403, path


def test_a_form_is_taken_from_our_pages_alone(app: Starlette, root: Path) -> None:
    client = person(app, "ana")
    path = "/scen/record/evidence/"
    fields = own(client, path) | ITEM | {"do": "save"}
    others = own(person(app, "bo"), path)["token"]
    for changed in ({"token": ""}, {"token": others}, {"token": "0" * 64}):
        answer = client.post(path, data=fields | changed)
        assert answer.status_code == 403
        assert "Nothing was written" in answer.text
        assert f"What you typed summary: {ITEM['summary']}" in text(answer)
        assert "token" not in text(answer)
        reason, *_ = re.findall(r"<p[^>]*>([^<]*)", answer.text.partition("<main")[2])
        assert "Open it anew" in reason  # which a script shows at the form
    for origin in ("https://evil.example", "null", "http://desk.example.org", HERE + ":8443"):
        assert client.post(path, data=fields, headers={"Origin": origin}).status_code == 403
    assert (
        client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-site"}).status_code == 403
    )
    assert teams.git(root, "status", "--porcelain") == ""
    assert client.post(path, data=fields).status_code == 303


def test_a_form_that_was_open_over_a_restart_is_still_sent(app: Starlette, root: Path) -> None:
    fields = own(person(app, "ana"), "/scen/record/evidence/") | ITEM | {"do": "save"}
    again = person(teams.desk(root), "ana")
    assert again.post("/scen/record/evidence/", data=fields).status_code == 303


def test_each_write_is_one_commit_by_its_author(app: Starlette, root: Path) -> None:
    for id in ("ana", "bo"):
        assert (
            send(person(app, id), "evidence", ITEM | {"summary": f"Seen by {id}"}).status_code
            == 303
        )
    assert (
        send(
            person(app, "ed"), "source", {"id": "tass", "name": "TASS", "reliability": "C"}
        ).status_code
        == 303
    )
    log = teams.git(root, "log", "--format=%an <%ae>, %cn: %s").splitlines()
    assert [line.partition(", ")[0] for line in log[:3]] == [
        "Ed <ed@example.org>",
        "Bo <bo@example.org>",
        "Ana <ana@example.org>",
    ]
    assert {line.partition(", ")[2].partition(":")[0] for line in log} == {"The server"}
    assert teams.git(root, "status", "--porcelain") == ""


def test_a_hook_of_the_repository_is_not_run(app: Starlette, root: Path) -> None:
    hook = root.parent / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ../ran; exit 1\n")
    hook.chmod(0o755)
    assert send(person(app, "ana"), "evidence", ITEM).status_code == 303
    assert teams.git(root, "log", "-1", "--format=%an") == "Ana\n"


def test_a_role_that_was_taken_away_while_a_form_was_open_writes_nothing(
    app: Starlette, root: Path
) -> None:
    client, path = person(app, "ana"), "/scen/record/evidence/"
    assert send(client, "evidence", ITEM | {"summary": "Another statement"}).status_code == 303
    fields = own(client, path) | ITEM | {"do": "save"}
    undoing = own(client, "/scen/undo/")
    tracker, ana = root / "tracker.yaml", "{name: Ana, login: ana@example.org}"
    before = tracker.read_text()
    after = before.replace(ana, ana.replace("}", ", role: reader}"))
    tracker.write_text(after)
    answer = client.post("/scen/undo/", data=undoing)  # the server has not looked yet
    assert answer.status_code == 403
    assert "you are reader now, and this needs proposer" in text(answer)
    tracker.write_text(before)
    app.state.live.look()
    tracker.write_text(after)
    answer = client.post(path, data=fields)  # the server has not looked yet
    assert answer.status_code == 403
    assert "you are reader now, and this needs analyst" in text(answer)
    assert ITEM["summary"] in answer.text
    assert client.get(path).status_code == 403
    app.state.live.look()
    answer = client.post(path, data=fields)  # now it has
    assert answer.status_code == 403
    assert "This is for analysts, and your role is reader" in text(answer)
    assert f"summary: {ITEM['summary']}" in text(answer)
    assert "ticket" not in text(answer)


def test_a_form_of_an_item_that_names_none_leaves_the_sitting_as_it_is(app: Starlette) -> None:
    client, path = person(app, "ana"), "/scen/sitting/"
    for _ in range(9):
        for item in ({}, {"item": ""}, {"item": "", "do": "later"}):
            client.post(f"{path}item/", data=own(client, path) | item)
        assert "cannot be read" not in client.get(path).text
        client.post(f"{path}begin/", data=own(client, path) | {"do": "begin"})
    assert client.get(path).status_code == 200


def test_the_last_editor_cannot_take_the_role_from_himself(app: Starlette, root: Path) -> None:
    client = person(app, "ed")
    fields = own(client, "/scen/record/edit/?id=tracker")
    answer = client.post(
        "/scen/record/edit/",
        data=fields | {"key:analysts.ed.role": "analyst", "do": "save"},
    )
    assert answer.status_code == 422
    assert "no editor any more" in text(answer)
    assert "role: editor" in (root / "tracker.yaml").read_text()


def test_undo_takes_back_ones_own_last_write_alone(app: Starlette, root: Path) -> None:
    ana, bo = person(app, "ana"), person(app, "bo")
    send(ana, "evidence", ITEM | {"summary": "Seen by Ana"})
    send(bo, "evidence", ITEM | {"summary": "Seen by Bo"})
    page = ana.get("/scen/undo/")
    assert "seen-by-ana" in page.text
    assert "seen-by-bo" not in page.text
    assert ana.post("/scen/undo/", data=own(ana, "/scen/undo/")).status_code == 303
    names = {path.name for path in root.glob("evidence/2022/*")}
    assert "2022-02-04-seen-by-bo.yaml" in names
    assert "2022-02-04-seen-by-ana.yaml" not in names
    assert teams.git(root, "log", "-1", "--format=%an") == "Ana\n"
    assert "nothing to undo" in text(ana.get("/scen/undo/")).lower()


def test_two_who_edit_one_record_see_it_and_the_second_save_is_refused_with_both_texts(
    app: Starlette,
) -> None:
    ed, path = person(app, "ed"), "/scen/record/edit/?id=pact"
    first, second = own(ed, path), own(ed, path)
    for fields, title, status in ((first, "One title", 303), (second, "Another title", 422)):
        data = fields | {"key:title": title, "do": "save"}
        answer = ed.post("/scen/record/edit/", data=data)
        assert answer.status_code == status, text(answer)
    assert "One title" in answer.text
    assert "Another title" in answer.text


def test_who_edits_the_same_record_is_named_before_it_is_saved(root: Path) -> None:
    two = root / "tracker.yaml"
    two.write_text(
        two.read_text().replace("login: bo@example.org}", "login: bo@example.org, role: editor}")
    )
    app = teams.desk(root)
    ed, bo, path = person(app, "ed"), person(app, "bo"), "/scen/record/edit/?id=pact"
    assert "Open now" not in ed.get(path).text
    assert "Open now with Ed too" in text(bo.get(path))
    assert "Open now" not in bo.get("/scen/record/edit/?id=trade").text
    typed = own(ed, path) | {"key:title": "A title"}
    live = ed.post("/scen/record/edit/", data=typed, headers={"HX-Request": "true"})
    assert "Open now with Bo too" in text(live)
    assert ed.post("/scen/record/edit/", data=typed | {"do": "save"}).status_code == 303
    assert "Open now" not in bo.get(path).text


def test_a_copy_is_sent_as_a_download_that_nothing_runs_in(root: Path) -> None:
    data = b"<script>alert(1)</script>"
    name = f"attachments/{sha256(data).hexdigest()}.html"
    item = FILES["evidence/2022/2022-02-04-visit.yaml"]
    kept = f"attachment: {{file: {name}, sha256: {sha256(data).hexdigest()}}}\n"
    (root / "evidence/2022/2022-02-04-visit.yaml").write_text(item + kept)
    (root / "attachments").mkdir()
    (root / name).write_bytes(data)
    (root / "attachments/other.html").write_bytes(data)
    client = person(teams.desk(root), "rea")
    answer = client.get(f"/scen/{name}")
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert f'href="/scen/{name}"' in client.get("/scen/e/2022-02-04-visit/").text
    assert client.get("/scen/attachments/other.html").status_code == 404
    assert client.get("/scen/attachments/..%2Fpact.yaml").status_code == 404


@pytest.mark.parametrize(
    ("day", "days", "start"),
    [
        ("1970-01-05", 7, "1970-01-05"),
        ("2022-02-06", 7, "2022-01-31"),
        ("2022-02-07", 7, "2022-02-07"),
        ("2022-02-09", 14, "2022-02-07"),
        ("2022-02-09", 1, "2022-02-09"),
        ("1970-01-04", 7, "1969-12-29"),
    ],
)
def test_a_period_is_counted_from_a_monday(day: str, days: int, start: str) -> None:
    assert period_start(date.fromisoformat(day), days) == date.fromisoformat(start)


def test_hidden_are_the_sheets_of_others_of_the_period_and_those_without_a_day() -> None:
    names = ["2022-02-06-bo", "2022-02-07-bo", "2022-02-07-ana", "2022-02-09-bo-two", "bo"]
    files = {f"forecasts/2022/{name}.yaml": b"" for name in names} | {"pact.yaml": b""}
    hidden = [path.rpartition("/")[2] for path in hidden_paths(files, "ana", START)]
    assert hidden == ["2022-02-07-bo.yaml", "2022-02-09-bo-two.yaml", "bo.yaml"]
    assert len(hidden_paths(files, None, START)) == 4


@pytest.mark.parametrize(
    "address",
    [
        "desk.example.org",
        "ftp://desk.example.org/",
        "https://u:p@desk.example.org/",
        "https://desk.example.org/?x",
        "https://desk.example.org/a b/",
        "https://desk.example.org/../",
    ],
)
def test_an_address_is_a_host_and_a_path(address: str) -> None:
    with pytest.raises(UsageError):
        team_address(address)


def test_the_secret_is_long_and_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    with pytest.raises(ScenError, match="No such file"):
        secret_of(file)
    for data, mode, fault in (("x" * 31, 0o600, "31 bytes"), ("x" * 32, 0o640, "others may read")):
        file.write_text(data)
        file.chmod(mode)
        with pytest.raises(ScenError, match=fault):
            secret_of(file)
    file.write_text("x" * 32 + "\n")
    file.chmod(0o600)
    assert secret_of(file) == b"x" * 32


def test_whoever_has_sat_or_whose_week_was_opened_sees_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = variant(tmp_path / "desk", 0.31, "Reasonable", monkeypatch)
    assert "31%" in text(person(app, "bo").get("/scen/list/forecasts/"))  # who gave it
    ana, rea, ed = (person(app, id) for id in ("ana", "rea", "ed"))
    assert "31%" not in text(ana.get("/scen/list/forecasts/"))
    page = ed.get("/scen/team/")
    rows = re.findall(r"<tr><td>(.*?)</td>.*?<td>([^<]*)</td></tr>", page.text)
    sat = {"Ed": "not yet", "Ana": "not yet", "Bo": "yes", "Cy": "not yet", "Pro": "–", "Rea": "–"}
    assert dict(rows) == sat
    for question, figure in figures(0.2).items():
        fields = {"scenario": question, "probability": f"{figure}", "sure": "1"}
        assert send(ana, "forecast", fields).status_code == 303
    assert "31%" in text(ana.get("/scen/list/forecasts/"))  # nothing is left to say
    assert "31%" not in text(rea.get("/scen/list/forecasts/"))
    assert ed.post("/scen/team/open/", data=own(ed, "/scen/team/")).status_code == 303
    assert "31%" in text(rea.get("/scen/list/forecasts/"))
    assert "Ed opened the figures" in text(rea.get("/scen/team/"))


@pytest.mark.parametrize(
    ("id", "ways"),
    [
        ("rea", ["/scen/"]),
        ("pro", ["/scen/record/", "/scen/"]),
        ("ana", ["/scen/sitting/", "/scen/record/", "/scen/"]),
        ("ed", ["/scen/sitting/", "/scen/record/", "/scen/"]),
    ],
)
def test_the_first_visit_says_what_is_asked_of_whom(
    app: Starlette, id: str, ways: list[str]
) -> None:
    page = person(app, id).get("/scen/team/").text
    asked = page.split("<main", 1)[1].partition("<table")[0].partition("<ul")[2]
    assert re.findall(r'href="([^"]*)"', asked) == ways


def test_the_week_of_an_analyst_is_shown_during_the_sitting_and_other_pages_say_why_not(
    app: Starlette,
) -> None:
    ana = person(app, "ana")
    token = own(ana, "/scen/sitting/")["token"]
    ana.post("/scen/sitting/begin/", data={"token": token})
    assert "<h1>Hidden until your sitting is done</h1>" in ana.get("/scen/s/pact/").text
    week = ana.get("/scen/team/").text
    assert "<h1>Your week</h1>" in week
    assert "You are Ana, analyst." in week


def test_a_figure_on_a_question_that_the_sitting_left_out_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = variant(tmp_path / "desk", 0.31, "Reasonable", monkeypatch)
    ana, ed = person(app, "ana"), person(app, "ed")
    ed.post("/scen/team/open/", data=own(ed, "/scen/team/"))
    send(
        ana, "forecast", {"scenario": "pact", "probability": "20%", "rationale": "So.", "sure": "1"}
    )
    written = (tmp_path / "desk/scenarios/forecasts/2022/2022-02-09-ana.yaml").read_text()
    assert "So. [not blind: given after the sitting, which left this question out]" in written


def test_a_page_that_was_asked_for_blind_stays_blind_where_the_sitting_ends_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, path = variant(tmp_path / "desk", 0.31, "So", monkeypatch), "/scen/list/forecasts/"
    render = PageOrder.render

    def late(order: PageOrder) -> CachedPage:
        app.state.team.periods.finish(START, "ana")
        return render(order)

    monkeypatch.setattr(PageOrder, "render", late)
    ana, cy = person(app, "ana"), person(app, "cy")
    assert "31%" not in text(ana.get(path))
    assert "31%" not in text(cy.get(path))
    assert "31%" in text(ana.get(path))


def test_a_figure_of_a_second_sitting_says_that_it_is_not_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = variant(tmp_path / "desk", 0.31, "So", monkeypatch)
    ana = person(app, "ana")
    app.state.team.periods.finish(START, "ana")
    said = {f"p:{id}": f"{100 * figure:g}" for id, figure in figures(0.25).items()}
    for step in ("begin", "answers", "show", "revise") * 3:
        token = own(ana, "/scen/sitting/")["token"]
        fields = said | {"token": token, "why:pact": "As before.", "do": "answer"}
        ana.post(f"/scen/sitting/{step}/", data=fields)
    token = own(ana, "/scen/sitting/")["token"]
    assert ana.post("/scen/sitting/end/", data={"token": token}).status_code == 200
    written = (tmp_path / "desk/scenarios/forecasts/2022/2022-02-09-ana.yaml").read_text()
    assert f"As before. {NOT_BLIND}" in " ".join(written.split())
    assert given_late(given_late("As before.")) == given_late("As before.")


def test_a_proposed_figure_is_not_accepted_blind(root: Path) -> None:
    by = "proposed: {by: agent, name: scout, on: 2022-02-08}"
    (root / "inbox").mkdir()
    draft = "forecast: {scenario: pact, probability: 0.31, rationale: So.}"
    (root / "inbox/a-figure.yaml").write_text(f"{by}\n{draft}\n")
    app = teams.desk(root)
    ana, ed = person(app, "ana"), person(app, "ed")
    fields = {"scenario": "pact", "probability": "20%", "sure": "1", "proposal": "a-figure"}
    answer = send(ana, "forecast", fields)
    assert answer.status_code == 422
    assert "shown once you have finished your sitting" in text(answer)
    assert "0.31" not in answer.text
    ed.post("/scen/team/open/", data=own(ed, "/scen/team/"))
    assert send(ana, "forecast", fields).status_code == 303


def test_a_proposed_figure_is_to_whom_is_blind_as_if_it_were_not_there(root: Path) -> None:
    text_of = "proposed: {by: agent, name: scout, on: 2022-02-08}\nforecast: "
    figures = (
        "{scenario: pact, probability: 0.31, rationale: So.}\n",
        "{scenario: pact, probability: 31, rationale: So.}\n",  # which a fault of the file quotes
    )
    sent = {"proposal": "a-figure", "scenario": "pact", "probability": "20%", "reason": "No news."}
    tries = [(form, do) for form in ("dismissal", "forecast") for do in ("", "preview", "save")]
    app = teams.desk(root)
    ana, ed = person(app, "ana"), person(app, "ed")

    def answers() -> list[tuple[int, str]]:
        replies = [send(ana, form, sent | {"do": do}) for form, do in tries]
        query = "?proposal=a-figure&scenario=pact"
        forms = ("dismissal", "forecast")
        replies += [ana.get(f"/scen/record/{form}/{query}") for form in forms]
        return [(reply.status_code, text(reply)) for reply in replies]

    (root / "inbox").mkdir()
    without = answers()
    for figure in figures:
        (root / "inbox/a-figure.yaml").write_text(text_of + figure)
        assert answers() == without
        assert (root / "inbox/a-figure.yaml").read_text() == text_of + figure
    (root / "inbox/a-figure.yaml").write_text(text_of + figures[0])
    ed.post("/scen/team/open/", data=own(ed, "/scen/team/"))
    assert "0.31" in send(ana, "dismissal", sent | {"do": "preview"}).text


def test_a_commit_that_git_refuses_is_told_to_editors_until_somebody_commits(
    app: Starlette, root: Path
) -> None:
    lock = root.parent / ".git/refs/heads/main.lock"
    lock.touch()
    ana, ed, path = person(app, "ana"), person(app, "ed"), "/scen/status/"
    answer = send(ana, "evidence", ITEM)
    assert answer.status_code == 303
    assert "Written but not committed" in text(ana.get(answer.headers["location"]))
    assert "written, not committed" in text(ed.get(path))
    assert "written, not committed" not in text(ana.get(path))
    again = teams.desk(root)  # the server was started anew
    assert "visit.yaml: written, not committed" not in text(person(again, "ed").get(path))
    assert "signed.yaml: written, not committed" in text(person(again, "ed").get(path))
    assert "written, not committed" not in text(person(again, "ana").get(path))
    lock.unlink()
    teams.git(root, "add", "-A")
    teams.git(root, "commit", "-qm", "By hand")
    app.state.live.look()
    assert "written, not committed" not in text(ed.get(path))


def test_notes_of_a_period_that_cannot_be_read_leave_all_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = variant(tmp_path / "desk", 0.31, "So", monkeypatch)
    folder = state_folder.folder_of(tmp_path / "desk/scenarios")
    (folder / f"period-{START}.json").write_text("{")
    answer = person(app, "ana").get("/scen/list/forecasts/")
    assert answer.status_code == 200
    assert "31%" not in text(answer)
