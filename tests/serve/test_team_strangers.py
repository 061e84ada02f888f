"""Who floods the server of a team keeps no person out, with the secret of its proxy or without."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.cli.commands import SCEN
from tests.cli.keyboard import PATIENCE
from tests.serve import teams
from tests.serve.strangers import ended
from tests.serve.test_team import own

CLIENTS, STRANGERS = 400, 256
HOST = "Host: desk.example.org\r\n"
SECRET = f"X-Scen-Secret: {teams.SECRET}\r\n{teams.HEADER}: bo@example.org\r\n"
FORM = f"Origin: {teams.HERE}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BODY = "Expect: 100-continue\r\nContent-Length: 99\r\n\r\na=b"


class Served(NamedTuple):
    """A server of a team as a process, the browser of Ana behind its proxy, and its log."""

    place: Path
    ana: Any
    log: Path

    def reach(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.connect(f"{self.place}")  # with a timeout a full backlog is refused at once
        client.settimeout(PATIENCE)
        return client

    def works(self) -> None:
        """Ana opens pages and proposes an item."""
        for path in ("/scen/", "/scen/team/", "/scen/-/desk.css"):
            assert self.ana.get(path).status_code == 200
        path = "/scen/record/propose/"
        fields = {**own(self.ana, path), "summary": "A joint statement", "do": "save"}
        assert self.ana.post(path, data=fields).status_code == 303


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Served]:
    root = teams.database(tmp_path)
    secret, place, log = (tmp_path / name for name in ("secret", "socket", "log"))
    secret.write_text(teams.SECRET)
    secret.chmod(0o600)
    words = ("--team", "--address", teams.ADDRESS, "--user-header", teams.HEADER)
    command = [SCEN, "--database", f"{root}", "serve", *words]
    command += ["--proxy-secret", f"{secret}", "--socket", f"{place}", "--readers"]
    state = {"XDG_STATE_HOME": f"{tmp_path / 'state'}"}
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, env={**os.environ, **state}
        )
    person = {"X-Scen-Secret": teams.SECRET, teams.HEADER: "ana@example.org"}
    try:
        assert process.stdout
        assert process.stdout.readline().strip() == teams.ADDRESS
        with httpx2.Client(
            base_url="http://desk.example.org",
            headers={**person, "Origin": teams.HERE},
            timeout=PATIENCE,
            transport=httpx2.HTTPTransport(uds=f"{place}"),
        ) as ana:
            assert ana.get("/scen/").status_code == 200  # the server is up
            yield Served(place, ana, log)
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize(
    "text", ["", f"GET /scen/ HTTP/1.1\r\n{HOST}", f"GET /scen/ HTTP/1.1\r\n{HOST}{SECRET}"]
)
def test_400_connections_that_are_silent_or_send_half_a_head_keep_no_person_out(
    team: Served, text: str
) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(team.reach()) for _ in range(CLIENTS)]
        for client in clients[-STRANGERS:]:
            client.send(text.encode())
        assert {ended(client) for client in clients[:-STRANGERS]} == {b""}
        team.works()
    line = "scen serve: too many connections without the token: the oldest are closed"
    assert team.log.read_text().splitlines() == [line]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"GET /scen/-/desk.svg HTTP/1.1\r\n{HOST}{SECRET}\r\n", b"HTTP/1.1 200 "),
        (f"POST /scen/who/ HTTP/1.1\r\n{HOST}{SECRET}{FORM}{BODY}", b"HTTP/1.1 100 "),
    ],
    ids=["idle", "half a body"],
)
def test_400_connections_of_the_proxy_that_wait_keep_no_person_out(
    team: Served, text: str, status: bytes
) -> None:
    with ExitStack() as stack:
        for _ in range(CLIENTS):
            client = stack.enter_context(team.reach())
            client.send(text.encode())
            assert client.recv(len(status)) == status
        team.works()
    assert team.log.read_text() == ""


def test_what_the_pages_of_200_people_ask_at_once_is_answered(team: Served) -> None:
    request = f"GET /scen/-/desk.svg HTTP/1.1\r\n{HOST}{SECRET}\r\n".encode()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(200)]
        for client in clients:
            client.setblocking(False)  # a full backlog refuses at once
            client.connect(f"{team.place}")
            client.send(request)
        for client in clients:
            client.settimeout(PATIENCE)
            assert client.recv(13) == b"HTTP/1.1 200 "


def test_400_requests_without_the_secret_get_nothing_but_a_refusal(team: Served) -> None:
    request = f"GET /scen/s/pact/ HTTP/1.1\r\n{HOST}{teams.HEADER}: ed@example.org\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(CLIENTS):
            client = stack.enter_context(team.reach())
            client.send(request.encode())
            assert client.recv(13) == b"HTTP/1.1 403 "
        team.works()


def listening(team: Served, login: str) -> socket.socket:
    """The event stream of a person, who has been sent the number of the state."""
    client = team.reach()
    person = f"X-Scen-Secret: {teams.SECRET}\r\n{teams.HEADER}: {login}@example.org\r\n"
    client.send(f"GET /scen/-/events HTTP/1.1\r\n{HOST}{person}\r\n".encode())
    data = b""
    while b"data: " not in data:
        data += client.recv(4096)
    return client


def test_the_fifth_stream_of_a_person_closes_the_oldest_and_no_other(team: Served) -> None:
    with ExitStack() as stack:
        of_bo = stack.enter_context(listening(team, "bo"))
        streams = [stack.enter_context(listening(team, "ana")) for _ in range(5)]
        rest = b""
        while data := streams[0].recv(4096):
            rest += data
            if rest.endswith(b"0\r\n\r\n"):
                break
        assert rest.endswith(b"0\r\n\r\n")  # the end of a chunked body
        team.works()
        for stream in (of_bo, *streams[1:]):
            assert b"data: " in stream.recv(4096)


def test_streams_of_more_people_than_a_server_takes_requests_keep_nobody_waiting(
    team: Served,
) -> None:
    with ExitStack() as stack:
        for n in range(120):
            stack.enter_context(listening(team, f"visitor-{n // 4}"))
        team.works()
