"""The first visit of each role to a team's server on a phone, and an outcome that all see."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.browser import PATIENCE_MS, lead, needs_chromium
from tests.cli.commands import SCEN
from tests.serve import teams
from tests.serve.browsing import axe
from tests.serve.test_in_a_browser import IN_VIEW

pytestmark = needs_chromium
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WIDE = "document.documentElement.scrollWidth - innerWidth"
HEIGHTS = "all => all.map(it => Math.round(it.getBoundingClientRect().height))"
FINGER = 44
"""Pixels of the least height of what is tapped."""


class Team(NamedTuple):
    """A server of a team, its address, and its database."""

    address: str
    root: Path

    @contextmanager
    def person(self, browser: Any, id: str) -> Iterator[Any]:
        """The phone of a person, at the address alone; what the sign-in adds is added here."""
        headers = {"X-Scen-Secret": teams.SECRET, teams.HEADER: f"{id}@example.org"}
        context = browser.new_context(**PHONE, extra_http_headers=headers)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(self.address)
        yield page
        context.close()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    root, secret = teams.database(tmp_path), tmp_path / "secret"
    secret.write_text(teams.SECRET)
    secret.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/scen/"
    words = ("--team", "--address", address, "--port", f"{port}", "--user-header", teams.HEADER)
    command = [SCEN, "--database", f"{root}", "serve", *words, "--proxy-secret", f"{secret}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == address
        try:
            yield Team(address, root)
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("id", "may", "tasks"),
    [
        ("rea", "You are Rea, reader.", ["Read the news"]),
        ("pro", "You are Pro, proposer.", ["Propose", "Read the news"]),
        (
            "ana",
            "You are Ana, analyst.",
            ["Give your forecasts", "Record or propose", "Read the news"],
        ),
        (
            "ed",
            "You are Ed, editor.",
            ["Give your forecasts", "Record an outcome", "Record or propose", "Read the news"],
        ),
    ],
)
def test_who_one_is_what_is_asked_and_where_the_news_is_stand_on_the_first_screen(
    browser: Any, team: Team, id: str, may: str, tasks: list[str]
) -> None:
    with team.person(browser, id) as page:
        with page.expect_navigation():
            page.tap(".bar nav >> text=You")
        assert page.inner_text("h1") == "Your week"
        assert may in page.inner_text("main")
        assert page.locator(".ways a").all_inner_texts() == tasks
        assert page.eval_on_selector_all("h1, .ways a", IN_VIEW)
        assert min(page.eval_on_selector_all(".ways a, .bar nav a", HEIGHTS)) >= FINGER
        assert page.evaluate(WIDE) <= 0
        assert axe(page) == []
        for task in tasks:
            with page.expect_navigation() as answer:
                page.tap(f".ways >> text='{task}'")
            assert answer.value.status == 200
            page.goto(f"{team.address}team/")


def test_a_proposer_is_led_to_nothing_that_only_others_may_do(browser: Any, team: Team) -> None:
    with team.person(browser, "pro") as page:
        lead(page, ".bar nav >> text=Record")
        links = page.eval_on_selector_all(".ways a", "all => all.map(it => it.pathname)")
        assert links == [
            f"/scen/{path}/"
            for path in ("record/propose", "record/propose-question", "inbox", "undo")
        ]
        page.goto(f"{team.address}sitting/")
        text = "This is for analysts, and your role is proposer: ask an editor."
        assert text in page.inner_text("main")


def test_a_question_is_proposed_and_the_editor_reads_why_where_it_is_accepted(
    browser: Any, team: Team
) -> None:
    with team.person(browser, "pro") as page:
        lead(page, ".bar nav >> text=Record")
        lead(page, "text=Propose a question")
        page.fill("[name=title]", "A summit in Kazan by 2090")
        page.fill("[name=criteria]", "Both heads of state are in Kazan.")
        page.fill("[name=horizon]", "31 December 2090")
        page.fill("[name=why]", "Both sides speak of it.")
        lead(page, "button >> text=Propose it")
        assert page.inner_text("h1") == "Recorded"
    with team.person(browser, "ed") as page:
        lead(page, ".bar nav >> text=You")
        lead(page, ".ways >> text=Settle the inbox")
        assert min(page.eval_on_selector_all("main .button", HEIGHTS)) >= FINGER
        lead(page, "main a >> text=Accept")
        assert page.locator("text=/Proposed by pro on .*: Both sides speak of it/").is_visible()


def test_an_outcome_that_an_editor_records_is_seen_by_who_reads_and_is_the_editors_commit(
    browser: Any, team: Team
) -> None:
    with team.person(browser, "rea") as reader, team.person(browser, "ed") as editor:
        reader.goto(f"{team.address}s/pact/")
        assert "It occurred" not in reader.inner_text("main")
        editor.goto(f"{team.address}s/pact/")
        editor.tap("text=This scenario")
        lead(editor, "text=Record its outcome")
        editor.tap("label:has(> [name=outcome][value=occurred])")
        editor.fill("[name=basis]", "A treaty is in force.")
        lead(editor, "button >> text=Record it")
        assert editor.inner_text("h1") == "Recorded"
        reader.wait_for_selector("main >> text=A treaty is in force.")
    log = teams.git(team.root, "log", "-1", "--format=%an <%ae>, %cn: %s")
    assert log == "Ed <ed@example.org>, The server: resolve: pact occurred\n"


def test_what_is_tapped_in_a_sitting_is_as_high_as_a_finger(browser: Any, team: Team) -> None:
    with team.person(browser, "ana") as page:
        lead(page, ".bar nav >> text=Sitting")
        lead(page, "button >> text=Begin")
        small = page.eval_on_selector_all(
            "main :is(button, summary, select, .handle, .check label, input[type=text])", HEIGHTS
        )
        assert min(small) >= FINGER
        assert page.evaluate(WIDE) <= 0
        page.fill('[name="p:pact"]', "30")
        page.fill('[name="p:ties"]', "80")
        lead(page, "button.first >> text=Answer")
        assert "Your figures should sum to 100%" in page.inner_text("main")
        lead(page, "button.first")
        assert page.locator("details.grounds").count() == 2
        assert page.locator("details.grounds[open]").count() == 0
