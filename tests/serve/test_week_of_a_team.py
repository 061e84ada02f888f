"""A team's week in browsers behind a proxy: nothing is lost, each commit is its author's."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser import PATIENCE_MS, lead, needs_chromium
from tests.cli.commands import SCEN, scen
from tests.cli.keyboard import PATIENCE
from tests.serve import teams
from tests.serve.teams import git
from tests.serve.test_proxies import PASSWORD, Served, free_port, proxy

pytestmark = needs_chromium
TWO_EDITORS = teams.FILED["tracker.yaml"].replace(
    "login: bo@example.org}", "login: bo@example.org, role: editor}"
)
HOSTS = {
    "nginx": ("proxy_set_header Host $host;", "proxy_set_header Host $http_host;"),
    "caddy": ("desk.example.org {", "http://127.0.0.1:{port}, desk.example.org {"),
}
"""The change of each recipe by which a browser reaches it without a name and a certificate."""
SHEETS = {
    "ana": {"pact": "30", "ties": "70"},
    "bo": {"pact": "10", "ties": "90"},
}
"""Percents of each question that is open."""
WRITTEN = (
    *("A joint statement is read", "A convoy is seen at the border", "A port is leased"),
    *("A pact of two", "Will a treaty of two be in force?", "A loan is announced"),
    *("A bridge is opened", "The customs office counts less."),
    *("ties: 0.9\n", "pact: 0.1\n", "ties: 0.7\n", "pact: 0.3\n"),
)
"""Each text that somebody wrote, and each figure that somebody gave."""
BRIDGE = """\
summary: A bridge is opened
observed: 2022-02-09
recorded: 2022-02-09
ratings: {ties: C}
"""


class Team:
    """A desk behind a proxy: its server can be killed and started anew at the same port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.root = teams.database(folder / "desk", teams.FILED | {"tracker.yaml": TWO_EDITORS})
        self.remote, self.clone = folder / "remote.git", folder / "clone"
        git(folder, "clone", "-q", "--bare", "desk", "remote.git")
        git(folder / "desk", "remote", "add", "origin", f"{self.remote}")
        git(folder, "clone", "-q", "remote.git", "clone")
        secret = folder / "secret"
        secret.write_text(teams.SECRET)
        secret.chmod(0o600)
        self.port, self.address = free_port(), f"http://127.0.0.1:{port}/scen/"
        at = ("--team", "--address", self.address, "--port", f"{self.port}", "--push", "origin")
        door = ("--user-header", teams.HEADER, "--proxy-secret", f"{secret}")
        self._command = [SCEN, "--database", f"{self.root}", "serve", *at, *door]
        self._env = {**os.environ, "XDG_STATE_HOME": f"{folder / 'state'}"}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the server, and wait until it has printed its address."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, text=True, env=self._env
        )
        assert self._process.stdout
        assert self._process.stdout.readline().strip() == self.address

    def kill(self) -> None:
        """End the server without notice."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def wait_for_push(self) -> None:
        """Return once the remote has what the server has."""
        ends = time.monotonic() + PATIENCE
        while git(self.remote, "rev-parse", "main") != git(self.root, "rev-parse", "HEAD"):
            assert time.monotonic() < ends, "nothing was pushed"
            time.sleep(0.05)


@pytest.fixture(params=HOSTS)
def team(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Team]:
    port = free_port()
    team = Team(tmp_path, port)
    served = Served(team.port, team.root, "/scen/")
    old, new = HOSTS[request.param]
    host = (old, new.replace("{port}", f"{port}"))
    with proxy(request.param, "basic", served, 0, tmp_path / "proxy", host, port=port):
        team.start()
        yield team
        team.kill()


@contextmanager
def person(browser: Any, team: Team, id: str) -> Iterator[Any]:
    """The browser of a person, who signs in by the password."""
    credentials = {"username": f"{id}@example.org", "password": PASSWORD}
    context = browser.new_context(http_credentials=credentials)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(team.address)
    yield page
    context.close()


def record(page: Any, team: Team, summary: str, scenario: str) -> None:
    """Record an item that bears on a scenario."""
    page.goto(f"{team.address}record/evidence/")
    page.fill("[name=summary]", summary)
    page.check(f"[name='rate:{scenario}'][value=C]", force=True)
    save(page)


def save(page: Any) -> None:
    """Save a form, and wait for the page that says so."""
    lead(page, ".does button.first")
    assert page.inner_text("h1") == "Recorded"


def answer(page: Any, figures: dict[str, str]) -> None:
    """Answer a step of a sitting: items are left for later."""
    for id, figure in figures.items():
        if page.locator(f"[name='p:{id}']").count():
            page.fill(f"[name='p:{id}']", figure)
    later = page.locator("main button >> text=Later")
    with page.expect_navigation():
        (later if later.count() else page.locator("main button.first").first).click()


def sit(page: Any, figures: dict[str, str]) -> None:
    """Answer every step of a sitting that was begun."""
    while "Write the sheet" not in page.locator("main button").all_inner_texts():
        answer(page, figures)
    lead(page, "button >> text=Write the sheet")
    assert "The sitting is over" in page.inner_text("main")


def edit_at_once(first: Any, second: Any, team: Team) -> None:
    """Edit one record in two browsers: the second is shown both texts, and goes on from them."""
    for page in (first, second):
        page.goto(f"{team.address}record/edit/?id=pact")
    first.fill("[name='key:short']", "A pact of two")
    second.fill("[name='key:question']", "Will a treaty of two be in force?")
    save(first)
    second.click(".does button.first")
    second.wait_for_selector("#said >> text=changed since it was read: nothing was written")
    assert "short: A pact of two" in second.inner_text("#outcome")
    assert second.input_value("[name='key:question']") == "Will a treaty of two be in force?"
    second.click("#outcome >> text=I have seen this version")
    second.wait_for_selector("#outcome >> text=What will be written")
    save(second)


def push_as_a_colleague(team: Team) -> None:
    """Push an item from a clone once the server has pushed what it has."""
    team.wait_for_push()
    git(team.clone, "pull", "-q")
    (team.clone / "scenarios/evidence/2022/2022-02-09-bridge.yaml").write_text(BRIDGE)
    git(team.clone, "add", "-A")
    git(team.clone, "commit", "-qm", "evidence: a bridge", "--author=Cy <cy@example.org>")
    git(team.clone, "push", "-q")


def test_a_week_of_four_loses_nothing_and_each_commit_is_its_authors(
    browser: Any, team: Team
) -> None:
    with ExitStack() as stack:
        ana, bo, ed, pro = (
            stack.enter_context(person(browser, team, id)) for id in ("ana", "bo", "ed", "pro")
        )
        record(ana, team, "A joint statement is read", "pact")
        pro.goto(f"{team.address}record/propose/")
        pro.fill("[name=summary]", "A convoy is seen at the border")
        pro.fill("[name=why]", "A colleague saw it.")
        save(pro)

        bo.goto(f"{team.address}record/evidence/")
        bo.fill("[name=summary]", "A port is leased")
        team.kill()
        team.start()
        save(bo)

        edit_at_once(ed, bo, team)
        ana.goto(f"{team.address}inbox/")
        lead(ana, "main a >> text=Accept")
        save(ana)

        for page, id in ((bo, "bo"), (ana, "ana")):
            page.goto(f"{team.address}sitting/")
            lead(page, "button >> text=Begin")
            answer(page, SHEETS[id])
        sit(bo, SHEETS["bo"])
        team.kill()
        team.start()
        sit(ana, SHEETS["ana"])

        push_as_a_colleague(team)
        record(ana, team, "A loan is announced", "ties")
        team.wait_for_push()
        ed.goto(f"{team.address}record/resolution/?scenario=trade")
        ed.check("[name=outcome][value=did-not-occur]", force=True)
        ed.fill("[name=basis]", "The customs office counts less.")
        save(ed)
        team.wait_for_push()
        ana.goto(f"{team.address}s/trade/")
        assert "The customs office counts less." in ana.inner_text("main")

    log = git(team.root, "log", "--first-parent", "--reverse", "--format=%ae %s")
    assert [line.split()[:2] for line in log.splitlines()[1:]] == [
        ["ana@example.org", "evidence:"],
        ["pro@example.org", "inbox:"],
        ["bo@example.org", "evidence:"],
        ["ed@example.org", "edit:"],
        ["bo@example.org", "edit:"],
        ["ana@example.org", "evidence:"],
        ["bo@example.org", "forecast:"],
        ["ana@example.org", "forecast:"],
        ["ana@example.org", "evidence:"],
        ["server@example.org", "Merge"],
        ["ed@example.org", "resolve:"],
    ]
    assert git(team.root, "log", "--author=Cy", "--format=%an: %s") == "Cy: evidence: a bridge\n"
    assert set(git(team.root, "log", "--format=%cn").splitlines()) == {"The server"}
    assert git(team.root, "status", "--short") == ""
    git(team.clone, "pull", "-q")
    texts = [file.read_text() for file in (team.clone / "scenarios").rglob("*.yaml")]
    assert [words for words in WRITTEN if not any(words in text for text in texts)] == []
    result = scen("--database", f"{team.clone / 'scenarios'}", "check")
    assert result.exit_code == 0, result.output
