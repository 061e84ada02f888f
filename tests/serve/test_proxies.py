"""The recipes of docs/on-a-server.md in real proxies, against browsers that claim to be others."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlencode

import httpx2
import pytest

from tests.cli.commands import SCEN
from tests.cli.keyboard import PATIENCE
from tests.serve import teams
from tests.serve.test_team import ITEM, own, text

PAGE = (Path(__file__).parents[2] / "docs/on-a-server.md").read_text("utf-8")
PASSWORD = "a password of the desk"  # noqa: S105 - of a test
HASH = "$2a$04$0123456789abcdef01234uxekoalU0QxIrnHsNkvu0wBWGpSDhwsK"
"""bcrypt of the password, at its least cost."""
PROGRAMS = {"nginx": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin", "caddy": None}
"""Where each program is looked for; Debian keeps nginx out of a user's path."""
PATHS = ("/scen/", "/")
SIGN_INS = ("basic", "oauth2")
NGINX = """\
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{block}}}
"""
CADDY = "{\n  admin off\n}\n"


def recipe(program: str, sign_in: str) -> str:
    """The block of the page for a program and a sign-in."""
    blocks = re.findall(rf"^```{program}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if ("/oauth2/" in block) == (sign_in == "oauth2"))
    return str(block)


def placed(block: str, *changes: tuple[str, str]) -> str:
    """The block with what differs from server to server replaced."""
    for old, new in changes:
        assert old in block, old
        block = block.replace(old, new)
    return block


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class _SignIn(BaseHTTPRequestHandler):
    """oauth2-proxy as its documentation describes it: it looks at its cookie alone."""

    def do_GET(self) -> None:
        cookies = dict(re.findall(r"([\w-]+)=([^;]+)", self.headers.get("Cookie", "")))
        email = cookies.get("_oauth2_proxy")
        if self.path.startswith("/oauth2/sign_in"):
            self.send_response(200)
        elif self.path != "/oauth2/auth":
            self.send_response(404)
        elif email is None:
            self.send_response(401)
        else:
            self.send_response(202)
            if email != "without-a-mail":
                self.send_header("X-Auth-Request-Email", email)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def gate() -> Iterator[int]:
    """The port of the stand-in for oauth2-proxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SignIn)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class Served(NamedTuple):
    """A server of a team: its port, its database, and the path at which it is served."""

    port: int
    root: Path
    path: str

    def commits(self) -> int:
        """The number of commits."""
        return int(teams.git(self.root, "rev-list", "--count", "HEAD"))


@pytest.fixture(scope="module", params=PATHS)
def served(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Served]:
    folder, path, port = tmp_path_factory.mktemp("desk"), request.param, free_port()
    root, secret = teams.database(folder / "clone"), folder / "secret"
    secret.write_text(teams.SECRET)
    secret.chmod(0o600)
    address = f"{teams.HERE}{path}"
    words = ("--team", "--address", address, "--port", f"{port}", "--user-header", teams.HEADER)
    command = [SCEN, "--database", f"{root}", "serve", *words, "--proxy-secret", f"{secret}"]
    state = {"XDG_STATE_HOME": f"{folder / 'state'}"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **state}
    ) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == address
        try:
            yield Served(port, root, path)
        finally:
            process.kill()


class Proxy(NamedTuple):
    """A proxy that runs, and the server behind it."""

    process: subprocess.Popen[bytes]
    port: int
    sign_in: str
    served: Served

    def signed_in(self, id: str) -> dict[str, str]:
        """The header by which the sign-in knows a person; none for ''."""
        if not id:
            return {}
        if self.sign_in == "oauth2":
            return {"Cookie": f"_oauth2_proxy={id}@example.org"}
        basic = httpx2.BasicAuth(f"{id}@example.org", PASSWORD)
        request = next(basic.sync_auth_flow(httpx2.Request("GET", "http://localhost")))
        return {"Authorization": request.headers["Authorization"]}

    def browser(self, id: str, *forged: tuple[str, str]) -> httpx2.Client:
        """A browser with what a person signs in by, and with headers that it sends itself."""
        headers = {"Host": "desk.example.org", "Origin": teams.HERE, **self.signed_in(id)}
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers=[*headers.items(), *forged],
            timeout=PATIENCE,
        )


@contextmanager
def proxy(
    program: str,
    sign_in: str,
    served: Served,
    gate: int,
    folder: Path,
    *changes: tuple[str, str],
    port: int = 0,
) -> Iterator[Proxy]:
    """The program with the page's recipe as its configuration, as an ordinary process."""
    place = shutil.which(program, path=PROGRAMS[program])
    if place is None:
        pytest.skip(f"{program} is not installed: apt-get install {program}")
    folder.mkdir()
    port = port or free_port()
    here = ("127.0.0.1:8765", f"127.0.0.1:{served.port}")
    block = placed(recipe(program, sign_in), here, *changes)
    if sign_in == "oauth2":
        block = placed(block, ("127.0.0.1:4180", f"127.0.0.1:{gate}"))
    else:
        block = placed(block, ("/etc/scen/passwords", f"{folder}/passwords"))
    config, mark = folder / "config", ":" if program == "nginx" else " "
    (folder / "passwords").write_text(
        "".join(f"{id}@example.org{mark}{HASH}\n" for id in teams.LOGINS)
    )
    if program == "nginx":
        (folder / "secret.conf").write_text(f'proxy_set_header X-Scen-Secret "{teams.SECRET}";\n')
        listen = ("listen 443 ssl;", f"listen 127.0.0.1:{port};")
        block = placed(block, listen, ("/etc/scen/secret.conf", f"{folder}/secret.conf"))
        block = placed(block, ("location /scen/ {", f"location {served.path} {{"))
        config.write_text(NGINX.format(folder=folder, block=block))
        command = [place, "-p", f"{folder}", "-c", f"{config}", "-e", "stderr"]
    else:
        block = placed(block, ("desk.example.org {", f"http://desk.example.org:{port} {{"))
        block = placed(block, ("handle /scen/* {", f"handle {served.path}* {{"))
        config.write_text(CADDY + block)
        command = [place, "run", "--config", f"{config}", "--adapter", "caddyfile"]
    env = {**os.environ, "HOME": f"{folder}", "SCEN_SECRET": teams.SECRET}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=env, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(port, process, folder / "log")
            yield Proxy(process, port, sign_in, served)
        finally:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the port is listened on."""
    while True:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return


@pytest.fixture(
    params=[(program, sign_in) for sign_in in SIGN_INS for program in PROGRAMS], ids="-".join
)
def behind(
    served: Served, gate: int, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Proxy]:
    program, sign_in = request.param
    with proxy(program, sign_in, served, gate, tmp_path / "proxy") as made:
        yield made


def filled_in(client: httpx2.Client, served: Served, summary: str) -> tuple[str, dict[str, str]]:
    """The address of a form, and its fields with an item."""
    path = f"{served.path}record/evidence/"
    return path, {**own(client, path), **ITEM, "summary": summary, "sure": "1", "do": "save"}  # type: ignore[arg-type]


def you(client: httpx2.Client, served: Served) -> str:
    """Who one is, by the page "You"."""
    page = client.get(f"{served.path}team/")
    assert page.status_code == 200, page.text
    (words,) = re.findall(r"You are [^.]+\.", text(page))
    return str(words)


def test_nobody_comes_in_without_the_sign_in_not_even_with_the_secret(behind: Proxy) -> None:
    forged = (("X-Scen-Secret", teams.SECRET), (teams.HEADER, "ed@example.org"))
    path = behind.served.path
    for headers in ((), forged):
        with behind.browser("", *headers) as client:
            for answer in (client.get(path), client.post(f"{path}record/evidence/")):
                assert "pact" not in answer.text
                if behind.sign_in == "basic":
                    assert answer.status_code == 401
                    assert answer.headers["www-authenticate"].startswith("Basic ")
                else:
                    assert answer.status_code == 302
                    assert "/oauth2/sign_in?rd=" in answer.headers["location"]
                    assert client.get("/oauth2/sign_in").status_code == 200
    wrong = {"Authorization": "Basic ZWRAZXhhbXBsZS5vcmc6b25l", "Cookie": "_oauth2_proxy"}
    with behind.browser("", *wrong.items()) as client:
        assert client.get(path).status_code == (401 if behind.sign_in == "basic" else 302)


def test_the_pages_come_and_each_link_stays_under_the_path(behind: Proxy) -> None:
    path = behind.served.path
    with behind.browser("ana") as client:
        for page in ("", "s/pact/", "status/", "record/evidence/"):
            answer = client.get(f"{path}{page}")
            assert answer.status_code == 200
            links = re.findall(r'\b(?:href|src|action|hx-post)="(/[^"]*)"', answer.text)
            assert [link for link in links if not link.startswith(path)] == []
            assert len(links) > 10
            style = next(link for link in links if ".css" in link)
            assert client.get(style).headers["content-type"].startswith("text/css")
        answer = client.get(f"{path}s/pact/index.html")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}s/pact/")


SPELLINGS: tuple[Callable[[str], str], ...] = (
    *(str, str.lower, str.upper),
    lambda name: name.replace("-", "_"),
)


def test_a_browser_that_sends_the_headers_is_the_person_of_its_sign_in(behind: Proxy) -> None:
    served, login = behind.served, "ed@example.org"
    for secret, times, spelled in itertools.product(
        ("another secret of more than 32 bytes", teams.SECRET), (1, 2), SPELLINGS
    ):
        pairs = [(spelled(teams.HEADER), login), (spelled("X-Scen-Secret"), secret)] * times
        pairs += [(spelled("X-Auth-Request-Email"), login), (spelled("X-Forwarded-User"), login)]
        with behind.browser("ana", *pairs) as client:
            assert you(client, served) == "You are Ana, analyst."
            assert client.get(f"{served.path}record/scenario/").status_code == 403
        with behind.browser("rea", *pairs) as client:
            assert you(client, served) == "You are Rea, reader."
            assert client.get(f"{served.path}record/evidence/").status_code == 403


def test_a_header_that_a_browser_has_the_proxy_drop_makes_it_nobody_else(behind: Proxy) -> None:
    dropped = ("Connection", f"close, X-Scen-Secret, {teams.HEADER}")
    with behind.browser("ana", dropped, (teams.HEADER, "ed@example.org")) as client:
        answer = client.get(f"{behind.served.path}team/")
        assert answer.status_code == 403 or "You are Ana, analyst." in text(answer)


def test_a_login_without_a_mail_is_nobody(behind: Proxy) -> None:
    forged = (teams.HEADER, "ed@example.org")
    if behind.sign_in == "basic":
        pytest.skip("a sign-in by passwords has no other logins")
    with behind.browser("", ("Cookie", "_oauth2_proxy=without-a-mail"), forged) as client:
        assert client.get(behind.served.path).status_code == 403


def test_an_item_is_a_commit_by_its_author_and_told_to_others_at_once(behind: Proxy) -> None:
    served = behind.served
    summary = f"Seen through the proxy {behind.port}"
    with (
        behind.browser("bo") as bo,
        behind.browser("ana") as ana,
        bo.stream("GET", f"{served.path}-/events") as stream,
    ):
        lines = stream.iter_lines()
        before = next(int(line[6:]) for line in lines if line.startswith("data: "))
        count = served.commits()
        path, fields = filled_in(ana, served, summary)
        answer = ana.post(path, data=fields)
        assert answer.status_code == 303, text(answer)
        assert answer.headers["location"].startswith(served.path)
        assert summary in ana.get(answer.headers["location"]).text
        assert next(int(line[6:]) for line in lines if line.startswith("data: ")) > before
    assert served.commits() == count + 1
    log = teams.git(served.root, "log", "-1", "--format=%an <%ae>, %cn")
    assert log == "Ana <ana@example.org>, The server\n"


def test_a_large_copy_passes(behind: Proxy) -> None:
    served, copy = behind.served, os.urandom(3 << 20)
    with behind.browser("ana") as client:
        path, fields = filled_in(client, served, f"With a copy {behind.port}")
        files = {"attachment": ("copy.pdf", copy, "application/pdf")}
        answer = client.post(path, data=fields, files=files)
        assert answer.status_code == 303, text(answer)
    assert copy in {path.read_bytes() for path in (served.root / "attachments").iterdir()}


def test_a_form_from_elsewhere_is_refused_though_the_browser_is_signed_in(behind: Proxy) -> None:
    served = behind.served
    with behind.browser("ana") as client:
        path, fields = filled_in(client, served, "Sent by another site")
        count = served.commits()
        client.headers["Origin"] = "https://evil.example"
        assert client.post(path, data=fields).status_code == 403
        del client.headers["Origin"]
        assert client.post(path, data=fields).status_code == 403
    assert served.commits() == count


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_a_proxy_that_is_killed_half_way_through_a_form_leaves_nothing_half_written(
    program: str, sign_in: str, served: Served, gate: int, tmp_path: Path
) -> None:
    with proxy(program, sign_in, served, gate, tmp_path / "first") as first:
        with first.browser("ana") as client:
            path, fields = filled_in(client, served, f"Sent to the end {first.port}")
        count = served.commits()
        body = urlencode({**fields, "note": ""}).encode()  # whole fields before what never comes
        lines = [f"POST {path} HTTP/1.1", "Host: desk.example.org", f"Origin: {teams.HERE}"]
        lines += [f"{name}: {value}" for name, value in first.signed_in("ana").items()]
        lines += ["Content-Type: application/x-www-form-urlencoded", "Expect: 100-continue"]
        lines += [f"Content-Length: {2 * len(body)}", "", ""]
        with socket.create_connection(("127.0.0.1", first.port), timeout=PATIENCE) as client:
            client.send("\r\n".join(lines).encode())
            assert client.recv(13) == b"HTTP/1.1 100 "
            client.send(body)
            first.process.kill()
            first.process.wait()
    with (
        proxy(program, sign_in, served, gate, tmp_path / "second") as second,
        second.browser("ana") as client,
    ):
        assert client.get(served.path).status_code == 200
        assert (served.commits(), teams.git(served.root, "status", "--porcelain")) == (count, "")
        assert client.post(path, data=fields).status_code == 303
    assert (served.commits(), teams.git(served.root, "status", "--porcelain")) == (count + 1, "")


def test_a_proxy_that_buffers_loses_no_form_and_keeps_no_page(
    served: Served, gate: int, tmp_path: Path
) -> None:
    buffering = ("proxy_buffering off;", "proxy_buffering on;")
    with (
        proxy("nginx", "basic", served, gate, tmp_path / "proxy", buffering) as buffers,
        buffers.browser("ana") as ana,
        buffers.browser("bo") as bo,
        socket.create_connection(("127.0.0.1", buffers.port), timeout=PATIENCE) as stream,
    ):
        lines = [f"GET {served.path}-/events HTTP/1.1", "Host: desk.example.org"]
        lines += [f"{name}: {value}" for name, value in buffers.signed_in("bo").items()]
        stream.send("\r\n".join([*lines, "", ""]).encode())  # which the proxy holds back
        status, count = f"{served.path}status/", served.commits()
        assert bo.get(status).status_code == 200
        path, fields = filled_in(ana, served, f"Seen behind a buffer {buffers.port}")
        assert ana.post(path, data=fields).status_code == 303
        assert served.commits() == count + 1
        page = bo.get(f"{served.path}search/?q=buffer+{buffers.port}")
        assert f"Seen behind a buffer {buffers.port}" in text(page)
