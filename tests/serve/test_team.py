"""The desk of a team: who is let in, what each may do, and what each may see."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import anyio
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
from tests.cli.commands import FILES, scen
from tests.serve import teams
from tests.serve.desks import portal
from tests.serve.teams import ADDRESS, HEADER, HERE, LOGINS, SECRET, database, person

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


def figures(figure: float) -> dict[str, float]:
    """A figure of each open question; those of a set sum to 1."""
    return {"pact": figure, "ties": round(1 - figure, 2), "trade": figure}


def sheet(analyst: str, figure: float, reason: str, day: str = "2022-02-08") -> dict[str, str]:
    """A sheet of an analyst."""
    text = f"date: {day}\nanalyst: {analyst}\nprobabilities:\n"
    text += "".join(f"  {id}: {value}\n" for id, value in figures(figure).items())
    return {f"forecasts/2022/{day}-{analyst}.yaml": f"{text}rationales: {{pact: {reason}}}\n"}


def variant(folder: Path, figure: float, reason: str, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """A desk on which another sat, with a figure and a reason, before an item came."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    root = database(folder)
    for path, data in sheet("bo", figure, reason).items():
        (root / path).write_text(data)
    teams.git(folder, "add", "-A", day="2022-02-08")
    teams.git(folder, "commit", "-qm", f"forecast: pact {figure}", day="2022-02-08")
    item = root / "evidence/2022/2022-02-08-later.yaml"
    item.write_text(
        "summary: Later news\nobserved: 2022-02-08\nrecorded: 2022-02-08\nratings: {pact: C}\n"
    )
    teams.git(folder, "add", "-A", day="2022-02-09")
    teams.git(folder, "commit", "-qm", "evidence: later", day="2022-02-09")
    return teams.desk(root)


QUERIES = (
    *("?as_of=2022-02-08", "?rev=HEAD", "?rev=2022-02-09", "?rev=main", "?rev=abcdef1"),
    *("?q=Reasonable", "?all=1"),
)


def crawl(client: TestClient) -> dict[str, tuple[int, dict[str, str], str]]:
    """Each answer of every address, and of every link, from the first page on."""
    answers: dict[str, tuple[int, dict[str, str], str]] = {}
    paths = {entry.path for entry in entries(is_team=True) if entry.method == "GET"}
    known = {"{id}": "pact", "{kind}": "forecasts", "{name}": "x", "{ticket}": "x"}
    records = ["records/forecasts/2022/2022-02-08-bo.yaml", "records/pact.yaml"]
    left = [f"/scen{path}" for path in sorted(paths) if "{path" not in path]
    for mark, name in known.items():
        left = [path.replace(mark, name) for path in left]
    left += [f"/scen/{path}" for path in records]
    left += [path + query for path in left for query in QUERIES]
    left += ["/scen/record/edit/?id=2022-02-08-bo", "/scen/record/file/?id=2022-02-08-bo"]
    while left:
        address = left.pop(0)
        if address in answers or "/-/events" in address:
            continue
        page = client.get(address)
        headers = {k: v for k, v in page.headers.items() if k != "set-cookie"}
        answers[address] = page.status_code, headers, page.text
        found = re.findall(r'<(?:a|form)\b[^>]* (?:href|action)="([^"]*)"', page.text)
        leads = [*map(unescape, found), page.headers.get("location", "")]
        for lead in leads:
            whole = urljoin(HERE + address, lead).partition("#")[0]
            if whole.startswith(ADDRESS) and len(answers) < 600:
                left.append(whole.removeprefix(HERE))
    return answers


def written(client: TestClient) -> dict[str, tuple[int, dict[str, str], str]]:
    """The answers to forms with and without faults, tried and saved, and to a sitting."""
    answers: dict[str, tuple[int, dict[str, str], str]] = {}
    ask = {"scenario": "pact", "probability": "20%", "sure": "1"}
    tried: list[tuple[str, dict[str, str]]] = [
        ("forecast", ask | {"do": "preview"}),
        ("forecast", ask | {"probability": "2", "do": "save"}),
        ("evidence", ITEM | {"do": "preview"}),
        ("evidence", ITEM | {"do": "save"}),
        ("forecast", ask | {"do": "save"}),
    ]
    for n, (form, fields) in enumerate(tried):
        path = f"/scen/record/{form}/"
        page = client.post(path, data=own(client, path) | fields)
        answers[f"{n} {form}"] = page.status_code, {}, page.text
        if page.status_code == 303:
            page = client.get(page.headers["location"])
            answers[f"{n} {form}, saved"] = page.status_code, {}, page.text
    said = {"p:pact": "25", "p:ties": "75", "p:trade": "30", "do": "answer"}
    for step in ("begin", "past-due", "answers", "show", "revise", "answers", "show"):
        token = re.findall(r'name="token" value="(\w+)"', client.get("/scen/sitting/").text)
        page = client.post(f"/scen/sitting/{step}/", data=said | {"token": token[0]})
        answers[f"sitting {step}"] = page.status_code, {}, page.text
        page = client.get("/scen/sitting/")
        answers[f"after {step}"] = page.status_code, {}, page.text
    shown = [text for _, _, text in answers.values() if 'id="answered"' in text]
    assert shown
    assert all("What the others and the evidence say" in text for text in shown)
    assert all("Others’ figures of this period are shown after" in text for text in shown)
    return answers


def mails(root: Path, id: str) -> str:
    """The mail and the calendar of `scen remind` for a person."""
    folder = root.parent / "mails"
    folder.mkdir()
    for form in ("eml", "ics"):
        words = ("--format", form, "--output", str(folder / form), "--as-of", f"{TODAY}")
        made = scen("--database", str(root), "remind", *words)
        assert made.exit_code == 0, made.stderr
    files = sorted(folder.glob(f"*/{id}.*"))
    return "\n".join(file.read_text() for file in files)


def streamed(app: Starlette, id: str, changes: Sequence[Callable[[], object]]) -> list[str]:
    """The whole event stream of a person, while the files change and nobody tells the server."""
    headers = {"Host": "desk.example.org", "X-Scen-Secret": SECRET, HEADER: f"{id}@example.org"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/scen/-/events",
        "query_string": b"",
    }
    scope |= {"headers": raw, "scheme": "https", "server": ("desk.example.org", 443)}
    scope |= {"http_version": "1.1", "raw_path": b"/scen/-/events", "root_path": "", "asgi": {}}
    notifier, parts = app.state.notifier, list[str]()

    async def stream() -> None:
        sent = anyio.Semaphore(0)

        async def receive() -> dict[str, Any]:
            await anyio.sleep_forever()
            return {}

        async def send(message: Any) -> None:
            if body := message.get("body", b""):
                parts.append(body.decode())
                sent.release()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(app, scope, receive, send)
            await sent.acquire()
            for change in changes:
                await anyio.to_thread.run_sync(change)
                await anyio.to_thread.run_sync(app.state.live.look)
                notifier.ring()
                await sent.acquire()
            notifier.close()

    portal().call(stream)
    return parts


@pytest.mark.parametrize("id", ["ana", "pro", "rea"])
def test_an_event_stream_is_the_same_whatever_others_say_while_it_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    app = variant(tmp_path / "desk", 0.31, "Reasonable", monkeypatch)
    root = tmp_path / "desk/scenarios"
    ((path, again),) = sheet("bo", 0.87, "Otherwise").items()
    ((late, more),) = sheet("cy", 0.5, "So", "2022-02-09").items()
    item = "summary: {}\nobserved: 2022-02-09\nrecorded: 2022-02-09\nratings: {{pact: C}}\n"
    evidence = root / "evidence/2022"
    parts = streamed(
        app,
        id,
        [
            lambda: (root / path).write_text(again),
            lambda: (root / late).write_text(more),
            lambda: (evidence / "2022-02-09-seen.yaml").write_text(item.format("Seen by all")),
            (root / late).unlink,
            lambda: (evidence / "2022-02-09-too.yaml").write_text(item.format("Seen too")),
        ],
    )
    still = ": still here\n\n"
    first, second, third = (f"retry: 500\nevent: state\ndata: {n}\n\n" for n in (1, 2, 3))
    assert parts == [first, still, still, second, still, third]


@pytest.mark.parametrize("id", ["ana", "pro", "rea"])
def test_the_same_bytes_whatever_others_said_in_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    answers = []
    for name, figure, reason in (("one", 0.31, "Reasonable as"), ("two", 0.87, "Otherwise")):
        with monkeypatch.context() as patch:
            count = itertools.count()
            patch.setattr("secrets.token_urlsafe", lambda *_, count=count: f"t{next(count)}")
            folder = tmp_path / name / "desk"
            folder.parent.mkdir()
            patch.setattr(teams, "form_key", lambda _: b"k" * 32)
            client = person(variant(folder, figure, reason, patch), id)
            answers.append(crawl(client))
            answers[-1]["mails"] = 0, {}, mails(folder / "scenarios", id)
            answers[-1].update(written(client) if id == "ana" else {})
    one, two = answers
    assert len(one) > 150
    assert one.keys() == two.keys()
    differing = [path for path in one if one[path] != two[path]]
    assert differing == []
    whole = "".join(text for _, _, text in one.values())
    assert "31%" not in whole
    assert "Reasonable as" not in whole
    assert "Later news" in whole
    assert ("Later news" in one["mails"][2]) is (id == "ana")  # only analysts are reminded


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
