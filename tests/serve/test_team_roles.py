"""Who may write on a team's server, also with a token of one's own, and whose save counts."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scenarios.model.tracker import ROLES
from scenarios.serve.addresses import entries
from scenarios.workspace.input import typed_in
from tests.serve import teams
from tests.serve.teams import database, git, person
from tests.serve.test_team import ITEM, TODAY, own, send, text


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


def token_of(client: TestClient) -> str:
    """The token of a form that everybody may open."""
    (token, *_) = re.findall(r'name="token" value="(\w+)"', client.get("/scen/who/").text)
    return str(token)


@pytest.mark.parametrize(
    ("id", "role"), [("rea", "reader"), ("pro", "proposer"), ("ana", "analyst")]
)
def test_a_form_above_ones_role_is_refused_with_a_token_of_ones_own(
    app: Starlette, root: Path, id: str, role: str
) -> None:
    client, before = person(app, id), git(root, "rev-parse", "HEAD")
    token, above = token_of(client), ROLES[ROLES.index(role) + 1 :]
    refused = 0
    for entry in entries(is_team=True):
        if entry.method == "POST" and entry.role in above:
            data = ITEM | {"token": token, "id": "pact", "key:title": "Mine", "do": "save"}
            answer = client.post(f"/scen{entry.path}", data=data)
            assert answer.status_code == 403, entry.path
            assert f"your role is {role}" in text(answer)
            refused += 1
    assert refused > 8
    assert git(root, "rev-parse", "HEAD") == before
    assert git(root, "status", "--porcelain") == ""


def test_of_two_editors_of_one_record_the_second_gets_both_texts(root: Path) -> None:
    tracker = root / "tracker.yaml"
    bo = "login: bo@example.org"
    tracker.write_text(tracker.read_text().replace(bo, f"{bo}, role: editor"))
    git(root, "commit", "-qam", "Bo edits too")
    app, path = teams.desk(root), "/scen/record/edit/?id=pact"
    clients = [person(app, id) for id in ("ed", "bo")]
    forms = [own(client, path) for client in clients]
    titles = ("A title of Ed", "A title of Bo")
    first, second = (
        client.post("/scen/record/edit/", data=form | {"key:title": title, "do": "save"})
        for client, form, title in zip(clients, forms, titles, strict=True)
    )
    assert (first.status_code, second.status_code) == (303, 422)
    assert all(title in second.text for title in titles)
    assert "title: A title of Ed\n" in (root / "pact.yaml").read_text()
    assert git(root, "log", "-1", "--format=%an") == "Ed\n"
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(("days", "is_taken"), [(-1, True), (0, True), (6, True), (7, False)])
def test_a_form_can_be_sent_for_a_week_and_by_a_clock_that_went_back(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, days: int, is_taken: bool
) -> None:
    client, path = person(app, "ana"), "/scen/record/evidence/"
    fields = own(client, path) | ITEM | {"do": "save"}
    day = TODAY + timedelta(days)
    monkeypatch.setattr(app.state.door, "_today", lambda: day)
    answer = client.post(path, data=fields)
    assert answer.status_code == (303 if is_taken else 403)
    if not is_taken:
        assert "older than a week" in text(answer)
        assert f"summary: {ITEM['summary']}" in text(answer)


FULL_DISK = """\
#!/bin/sh
trap '' XFSZ
ulimit -f 0
exec {git} "$@"
"""
"""git where no file takes another byte."""


def test_a_disk_that_is_full_at_the_commit_leaves_the_record_and_tells_writer_and_editors(
    app: Starlette, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, ana = git(root, "rev-parse", "HEAD"), person(app, "ana")
    programs = root.parent.parent / f"{root.parent.name}-programs"
    programs.mkdir()
    (programs / "git").write_text(FULL_DISK.format(git=shutil.which("git")))
    (programs / "git").chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        answer = send(ana, "evidence", ITEM)
    assert answer.status_code == 303
    assert "Written but not committed" in text(ana.get(answer.headers["location"]))
    assert "once that is fixed: git -C" in text(ana.get(answer.headers["location"]))
    (path,) = root.glob("evidence/2022/*signed.yaml")
    assert f"\nsummary: {ITEM['summary']}\n" in path.read_text()
    assert git(root, "rev-parse", "HEAD") == before
    assert send(ana, "evidence", ITEM | {"summary": "Another"}).status_code == 303
    assert git(root, "rev-parse", "HEAD") != before


def test_last_weeks_figures_are_shown_as_the_next_period_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, path = teams.variant(tmp_path / "desk", 0.31, "So", monkeypatch), "/scen/list/forecasts/"
    for id in ("rea", "ana"):
        assert "31%" not in text(person(app, id).get(path))
    for day, is_shown in ((date(2022, 2, 13), False), (date(2022, 2, 14), True)):
        monkeypatch.setattr(typed_in, "today", lambda day=day: day)
        for id in ("rea", "ana"):
            assert ("31%" in text(person(app, id).get(path))) is is_shown


def test_who_opened_the_figures_and_when_outlive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = teams.variant(tmp_path / "desk", 0.31, "So", monkeypatch)
    ed = person(app, "ed")
    assert ed.post("/scen/team/open/", data=own(ed, "/scen/team/")).status_code == 303
    (opened,) = re.findall(
        r"Ed opened the figures[^.]*\.", text(person(app, "rea").get("/scen/team/"))
    )
    again = person(teams.desk(tmp_path / "desk/scenarios"), "rea")
    assert opened in text(again.get("/scen/team/"))
    assert re.search(r"\d\d:\d\d", opened)
    assert "31%" in text(again.get("/scen/list/forecasts/"))


def test_no_answer_is_kept_by_anybody_but_the_reader(app: Starlette) -> None:
    client = person(app, "ana")
    paths = ("", "s/pact/", "status/", "-/desk.css", "records/pact.yaml", "no-such-page/", "team/")
    for path in paths:
        assert client.get(f"/scen/{path}").headers["cache-control"] == "private, no-store", path
    refused = client.post("/scen/record/evidence/", data={})
    assert (refused.status_code, refused.headers["cache-control"]) == (403, "private, no-store")
    outside = teams.stranger(app).get("/scen/")
    assert "no-store" in outside.headers["cache-control"]


@pytest.mark.parametrize("secret", [teams.SECRET + "x" * 250, teams.SECRET[:-1] + "\x01"])
def test_a_secret_that_is_too_long_or_has_a_control_character_lets_nobody_in(
    app: Starlette, secret: str
) -> None:
    client = teams.stranger(app, **{"X-Scen-Secret": secret, teams.HEADER: "ed@example.org"})
    assert client.get("/scen/").status_code == 403


def test_other_forwarded_headers_change_nothing(app: Starlette) -> None:
    client = person(app, "ana")
    plain = client.get("/scen/status/")
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-User": "ed@example.org",
        "Forwarded": "for=192.0.2.1;host=evil.example;proto=http",
        "X-Original-URL": "/scen/record/edit/",
        "X-HTTP-Method-Override": "POST",
    }
    answer = client.get("/scen/status/", headers=forwarded)
    assert (answer.status_code, answer.text) == (plain.status_code, plain.text)
    assert answer.headers.multi_items() == plain.headers.multi_items()
