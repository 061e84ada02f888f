"""To whom is blind, others' figures and reasons of the period change no byte of any answer."""

from __future__ import annotations

import itertools
import re
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
from scenarios.workspace.input import typed_in
from tests.cli.commands import scen
from tests.serve import teams
from tests.serve.desks import portal
from tests.serve.teams import ADDRESS, HEADER, HERE, SECRET, person, sheet, variant
from tests.serve.test_team import ITEM, TODAY, own


@pytest.fixture(autouse=True)
def _a_wednesday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_in, "today", lambda: TODAY)


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
