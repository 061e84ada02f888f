"""The server of a team pushes what is written, takes what colleagues pushed, and says why not."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from scenarios.text import shown
from scenarios.workspace import pushing
from scenarios.workspace.pushing import PushResult
from tests.cli.commands import scen
from tests.cli.keyboard import PATIENCE
from tests.serve import teams
from tests.serve.desks import portal
from tests.serve.teams import LOGINS, database, git, person
from tests.serve.test_team import ITEM, own, send, text

STATUS = "/scen/status/"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's database, of which a bare remote and a colleague's clone are beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk").mkdir()
    root = database(tmp_path / "desk")
    git(tmp_path, "clone", "-q", "--bare", "desk", "remote.git")
    git(tmp_path / "desk", "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path, "clone", "-q", "remote.git", "clone")
    return root


@pytest.fixture
def app(root: Path) -> Starlette:
    return teams.desk(root, remote="origin")


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD")


def at_remote(root: Path) -> str:
    return git(root.parents[1] / "remote.git", "rev-parse", "main")


def colleague(root: Path, path: str, change: Callable[[str], str]) -> None:
    """A commit that a colleague pushes, of one changed or new file."""
    clone = root.parents[1] / "clone"
    git(clone, "pull", "-q", "--no-rebase")
    file = clone / "scenarios" / path
    file.write_text(change(file.read_text() if file.exists() else ""))
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "By a colleague")
    git(clone, "push", "-q")


@pytest.fixture
def turns(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """The task that pushes, as the server runs it; the call waits until its turn has ended."""
    desk, ended = app.state.team, threading.Semaphore(0)
    push = desk.push

    def counted(remote: str) -> None:
        try:
            push(remote)
        finally:
            ended.release()

    def wait() -> None:
        assert ended.acquire(timeout=PATIENCE), "no turn was made"
        assert not pushes.done(), "the task ended"

    monkeypatch.setattr(desk, "push", counted)
    pushes = portal().start_task_soon(desk.keep_pushed, desk.remote)
    yield wait
    pushes.cancel()
    desk.written.set()  # the thread that waits for a write ends


def test_what_is_written_is_pushed_and_what_a_colleague_pushed_reaches_the_pages(
    app: Starlette, root: Path, turns: Callable[[], None]
) -> None:
    turns()
    assert at_remote(root) == head(root)
    assert send(person(app, "ana"), "evidence", ITEM).status_code == 303
    turns()
    assert at_remote(root) == head(root)
    assert git(root.parents[1] / "remote.git", "log", "-1", "--format=%an", "main") == "Ana\n"
    colleague(root, "pact.yaml", lambda old: old.replace("A pact", "A pact by a colleague"))
    assert send(person(app, "bo"), "evidence", ITEM | {"summary": "By Bo"}).status_code == 303
    turns()
    assert at_remote(root) == head(root)
    for id in LOGINS:
        assert "A pact by a colleague" in text(person(app, id).get("/scen/s/pact/"))
    assert "Not pushed" not in text(person(app, "ed").get(STATUS))


def test_a_conflict_stops_pushing_and_each_editor_has_the_command_that_mends_it(
    app: Starlette, root: Path
) -> None:
    ed, desk = person(app, "ed"), app.state.team
    colleague(root, "pact.yaml", lambda old: old.replace("A pact", "Their pact"))
    edited = own(ed, "/scen/record/edit/?id=pact") | {"key:title": "Our pact", "do": "save"}
    assert ed.post("/scen/record/edit/", data=edited).status_code == 303
    before = at_remote(root)
    desk.push("origin")
    assert send(person(app, "ana"), "evidence", ITEM).status_code == 303
    desk.push("origin")
    assert at_remote(root) == before
    assert git(root, "status", "--porcelain") == ""
    top = root.parent
    mend = f"git -C {top} pull --no-rebase --no-ff --no-commit origin refs/heads/main"
    for id in LOGINS:
        for path in (STATUS, "/scen/", "/scen/s/pact/", "/scen/record/evidence/", "/scen/team/"):
            page = text(person(app, id).get(path))
            assert (mend in page) is ("Not pushed" in page) is (id == "ed"), (id, path)
    assert "scenarios/pact.yaml" in text(ed.get(STATUS))
    by_hand = subprocess.run(shlex.split(mend), check=False, capture_output=True)
    assert by_hand.returncode == 1
    git(top, "checkout", "--ours", "scenarios/pact.yaml")
    git(top, "commit", "-qam", "By hand")
    desk.push("origin")
    assert at_remote(root) == head(root)
    assert "Not pushed" not in text(ed.get(STATUS))


def test_no_figure_of_a_sheet_that_check_refuses_is_quoted_to_whom_is_blind(
    app: Starlette, root: Path
) -> None:
    sheet = "forecasts/2022/2022-02-08-bo.yaml"
    (root.parents[1] / "clone/scenarios/forecasts/2022").mkdir(parents=True, exist_ok=True)
    text_of = "analyst: bo\ndate: 2022-02-08\nprobabilities: {pact: 37.25}\n"
    colleague(root, sheet, lambda _: text_of)
    app.state.team.push("origin")
    page = text(person(app, "ed").get(STATUS))
    assert f"{sheet}:3:" in page
    assert "37.25" not in page
    assert "37.25" not in app.state.team.push_fault


def test_a_remote_that_is_gone_keeps_nobody_from_writing_and_reading(
    app: Starlette, root: Path
) -> None:
    (root.parents[1] / "remote.git").rename(root.parents[1] / "gone")
    app.state.team.push("origin")
    assert send(person(app, "ana"), "evidence", ITEM).status_code == 303
    assert git(root, "log", "-1", "--format=%an") == "Ana\n"
    assert "origin cannot be fetched from" in text(person(app, "ed").get(STATUS))
    assert "fetched" not in text(person(app, "ana").get(STATUS))


def test_a_turn_that_fails_for_whatever_reason_ends_neither_the_task_nor_the_server(
    app: Starlette,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    faults = [RecursionError("too deep"), MemoryError(), KeyError("pact")]
    real = pushing.push

    def push(*words: object) -> PushResult:
        if faults:
            raise faults.pop(0)
        return real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing, "push", push)
    turns = request.getfixturevalue("turns")
    seen = ("A statement was signed", "Talks were broken off", "An envoy has left")
    for name, summary in zip(("RecursionError", "MemoryError", "KeyError"), seen, strict=True):
        turns()
        assert f"Not pushed: {name}" in text(person(app, "ed").get(STATUS))
        assert "Not pushed" not in text(person(app, "rea").get(STATUS))
        fields = ITEM | {"summary": summary}
        assert send(person(app, "ana"), "evidence", fields).status_code == 303
    turns()
    assert at_remote(root) == head(root)
    assert "Not pushed" not in text(person(app, "ed").get(STATUS))


@pytest.mark.parametrize("remote", ["nope", "../../remote.git", "https://example.org/x.git", "-v"])
def test_an_unknown_remote_and_an_address_are_refused_at_the_start(
    root: Path, tmp_path: Path, remote: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(teams.SECRET)
    secret.chmod(0o600)
    words = ("--team", "--address", teams.ADDRESS, "--user-header", teams.HEADER)
    to = ("--proxy-secret", f"{secret}", f"--push={remote}")
    refused = scen("--database", f"{root}", "serve", *words, *to)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert f"no remote is called {shown(remote)} here" in " ".join(refused.stderr.split())
    assert "remote -v" in refused.stderr


def test_a_role_that_a_pull_takes_away_while_a_form_is_open_writes_nothing(
    app: Starlette, root: Path
) -> None:
    client, path = person(app, "ana"), "/scen/record/evidence/"
    fields = own(client, path) | ITEM | {"do": "save"}
    login = "login: ana@example.org"
    colleague(root, "tracker.yaml", lambda old: old.replace(login, f"{login}, role: reader"))
    app.state.team.push("origin")
    before = head(root)
    assert client.post(path, data=fields).status_code == 403
    assert head(root) == before
    assert git(root, "status", "--porcelain") == ""
