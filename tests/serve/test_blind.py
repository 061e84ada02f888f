"""To whom is blind, others' figures and reasons of the period change no byte of any answer."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scenarios.serve.addresses import entries
from scenarios.storage import state_folder
from scenarios.workspace.input import typed_in
from tests.cli.commands import scen
from tests.serve import teams
from tests.serve.desks import portal
from tests.serve.teams import ADDRESS, HEADER, HERE, SECRET, person, sheet, variant
from tests.serve.test_team import HIDDEN, ITEM, TODAY


@pytest.fixture(autouse=True)
def _a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_in, "today", lambda: TODAY)


QUERIES = (
    *("?as_of=2022-02-08", "?rev=HEAD", "?rev=2022-02-09", "?rev=main", "?rev=abcdef1"),
    *("?q=Reasonable", "?all=1"),
)
SEEING = {"/team/open/", "/sitting/end/"}
"""What one sends to see the figures of the others."""
FILLED_IN = {
    "scenario": "pact",
    "probability": "20%",
    "reason": "No news.",
    "sure": "1",
    "item": "2022-02-08-later",
    "p:pact": "25",
    "p:ties": "75",
    **ITEM,
}
SHAPES: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("?id=2022-02-08-bo", {"id": "2022-02-08-bo"}),
    ("?proposal=a-figure", {**FILLED_IN, "proposal": "a-figure"}),
    ("", FILLED_IN),
)
"""A form as it is opened, with a hidden record, and filled in."""
Answer = tuple[int, list[tuple[str, str]], str]


def whole(page: Any) -> Answer:
    """The status, the headers and the body of an answer."""
    return page.status_code, page.headers.multi_items(), page.text


def crawl(client: TestClient) -> dict[str, Answer]:
    """Each answer of every address, and of every link, from the first page on."""
    answers: dict[str, Answer] = {}
    paths = {entry.path for entry in entries(is_team=True) if entry.method == "GET"}
    known = {"{id}": "pact", "{kind}": "forecasts", "{name}": "x", "{ticket}": "x"}
    records = ["records/forecasts/2022/2022-02-08-bo.yaml", "records/pact.yaml"]
    records += ["records/inbox/a-figure.yaml", "e/2022-02-08-later/", "e/2022-02-04-visit/"]
    left = [f"/scen{path}" for path in sorted(paths) if "{path" not in path]
    for mark, name in known.items():
        left = [path.replace(mark, name) for path in left]
    left += [f"/scen/{path}" for path in records]
    left += [path + query for path in left for query in QUERIES]
    left += ["/scen/record/edit/?id=2022-02-08-bo", "/scen/record/file/?id=2022-02-08-bo"]
    left += [f"/scen/record/{form}/?proposal=a-figure" for form in ("dismissal", "forecast")]
    while left:
        address = left.pop(0)
        if address in answers or "/-/events" in address:
            continue
        page = client.get(address)
        answers[address] = whole(page)
        found = re.findall(r'<(?:a|form)\b[^>]* (?:href|action)="([^"]*)"', page.text)
        leads = [*map(unescape, found), page.headers.get("location", "")]
        for lead in leads:
            address = urljoin(HERE + address, lead).partition("#")[0]
            if address.startswith(ADDRESS) and len(answers) < 600:
                left.append(address.removeprefix(HERE))
    return answers


def sent(client: TestClient, token: str) -> dict[str, Answer]:
    """The answers to every form that does not ask to see: empty and filled in, tried and saved."""
    answers: dict[str, Answer] = {}
    for entry in entries(is_team=True):
        if entry.method == "GET" or entry.path in SEEING:
            continue
        path = f"/scen{entry.path}"
        for query, typed in SHAPES:
            for do in ("", "preview", "save"):
                opened = client.get(path + query)
                hidden = dict(HIDDEN.findall(opened.text.partition('<form class="record"')[2]))
                data = {"token": token} | hidden | typed | {"do": do}
                page = client.post(path, data=data)
                answers[f"{path}{query} {len(typed)} {do}"] = whole(page)
                if page.status_code == 303:
                    after = client.get(page.headers["location"])
                    answers[f"{path}{query} {len(typed)} {do}, then"] = whole(after)
    return answers


def sat(client: TestClient) -> dict[str, Answer]:
    """The answers to a sitting up to its end."""
    answers: dict[str, Answer] = {}
    said = {"p:pact": "25", "p:ties": "75", "p:trade": "30", "do": "answer"}
    for n, step in enumerate(("begin", "past-due", "answers", "show", "revise", "answers", "show")):
        token = re.findall(r'name="token" value="(\w+)"', client.get("/scen/sitting/").text)
        page = client.post(f"/scen/sitting/{step}/", data=said | {"token": token[0]})
        answers[f"{n} {step}"] = whole(page)
        answers[f"{n} after {step}"] = whole(client.get("/scen/sitting/"))
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


@pytest.mark.parametrize("id", ["ana", "ed", "pro", "rea"])
def test_the_same_bytes_whatever_others_said_in_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    answers, mailed = [], []
    folder = tmp_path / "desk"  # of both, so that no path differs
    for figure, reason in ((0.31, "Reasonable as"), (0.87, "Otherwise")):
        with monkeypatch.context() as patch:
            count = itertools.count()
            patch.setattr("secrets.token_urlsafe", lambda *_, count=count: f"t{next(count)}")
            patch.setattr(teams, "form_key", lambda _: b"k" * 32)
            client = person(variant(folder, figure, reason, patch), id)
            answers.append(crawl(client))
            mailed.append(mails(folder / "scenarios", id))
            answers[-1].update(sat(client) if id in ("ana", "ed") else {})
            bodies = "".join(text for _, _, text in answers[-1].values())
            tokens = {*re.findall(r'name="token" value="(\w+)"', bodies)}
            assert len(tokens) == 1
            answers[-1].update(sent(client, tokens.pop()))
        shutil.rmtree(state_folder.folder_of(folder / "scenarios"), ignore_errors=True)
        folder.rename(tmp_path / reason)
    one, two = answers
    assert len(one) > 150
    assert one.keys() == two.keys()
    assert [address for address in one if one[address] != two[address]] == []
    assert mailed[0] == mailed[1]
    bodies = "".join(text for _, _, text in one.values())
    assert "31%" not in bodies
    assert "Reasonable as" not in bodies
    assert "Later news" in bodies
    assert ("Later news" in mailed[0]) is (id in ("ana", "ed"))  # only analysts are reminded
    statuses = {status for status, _, _ in one.values()}
    assert statuses >= {200, 404, 403 if id == "rea" else 422}
