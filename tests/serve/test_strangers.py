"""Who has no token reaches the server all the same: it holds nothing up and fills no log."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.serve.strangers import HASTY, cookie, desk, dripped, ended

BROWSER = """\
#!{python}
import os, pathlib, sys, urllib.request
page = pathlib.Path(sys.argv[1].removeprefix("file://"))
to = page.read_text().split('href="')[1].split('"')[0]
told = [sys.argv[1], oct(page.stat().st_mode), oct(page.parent.stat().st_mode), to]
told.append(str(urllib.request.urlopen(to, timeout=10).status))
told.append(str(page.exists()))
pathlib.Path("{told}").write_text("\\n".join(told))
os.read(os.open("{hold}", os.O_RDONLY), 1)
"""
"""A browser in the terminal: it goes on until somebody ends it."""


def test_open_hands_a_page_over_that_only_its_owner_reads_and_that_goes_when_it_is_used(
    tmp_path: Path,
) -> None:
    browser, told, hold = (tmp_path / name for name in ("browser", "told", "hold"))
    os.mkfifo(hold)
    browser.write_text(BROWSER.format(python=sys.executable, told=told, hold=hold))
    browser.chmod(0o700)
    with desk(tmp_path, "--open", BROWSER=f"{browser} %s") as served:
        with hold.open("w"):  # waits for the browser, which waits for the server
            given, mode, folder, to, status, remains = told.read_text().splitlines()
        assert re.fullmatch(rf"file://{tmp_path}/state/scen/[0-9a-f]+/open-[0-9a-f]+\.html", given)
        assert (mode, folder) == (oct(stat.S_IFREG | 0o600), oct(stat.S_IFDIR | 0o700))
        assert to.startswith(f"http://127.0.0.1:{served.port}/?token=")
        assert (status, remains) == ("200", "False")
        assert httpx2.get(to).status_code == 403
        assert served.said() == []


def test_the_page_of_a_browser_that_never_comes_goes_with_the_server(tmp_path: Path) -> None:
    with desk(tmp_path, "--open", BROWSER="true %s") as served:
        (page,) = (tmp_path / "state").rglob("open-*.html")
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        served.opens()
    assert not page.exists()


def test_400_half_requests_do_not_keep_the_owner_out_nor_fill_the_log(tmp_path: Path) -> None:
    with desk(tmp_path) as served, ExitStack() as stack:
        for _ in range(400):
            client = stack.enter_context(served.reach())
            client.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")
        served.opens()
        text = "scen serve: too many connections without the token: the oldest are closed"
        assert served.said() == [text]


def test_a_connection_without_the_token_ends_after_a_while_whatever_it_sends(
    tmp_path: Path,
) -> None:
    with desk(tmp_path, program=HASTY) as served, ExitStack() as stack:
        silent, half, body, slow = (stack.enter_context(served.reach()) for _ in range(4))
        head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        half.send(head.encode())
        body.send(f"POST / HTTP/1.1\r\nHost: {served.port}\r\nContent-Length: 9\r\n\r\n1".encode())
        assert dripped(slow, head.encode() + b"X: " + b"x" * 60) < 60
        assert (ended(silent), ended(half)) == (b"", b"")
        assert ended(body).startswith(b"HTTP/1.1 421 ")
        served.opens()
        assert served.said() == []


def test_each_wait_for_a_body_is_bounded_for_who_has_the_token_too(tmp_path: Path) -> None:
    with desk(tmp_path, program=HASTY) as served, served.reach() as client:
        head = f"Host: 127.0.0.1:{served.port}\r\nOrigin: {served.owner.base_url}\r\n"
        head = head.replace("/\r", "\r") + f"Cookie: {cookie(served)}\r\nContent-Length: 99\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        client.send(f"POST /record/source/ HTTP/1.1\r\n{head}{kind}id=x".encode())
        assert ended(client) == b""
        served.opens()
        assert served.said() == []


@pytest.mark.parametrize("has_token", [False, True])
def test_a_chunk_of_no_size_ends_the_connection_without_a_traceback(
    tmp_path: Path, has_token: bool
) -> None:
    with desk(tmp_path) as served:
        for _ in range(20):
            with served.reach() as client:
                token = f"Cookie: {cookie(served)}\r\n" if has_token else ""
                client.send(
                    f"POST /record/source/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n{token}"
                    f"Origin: http://127.0.0.1:{served.port}\r\nTransfer-Encoding: chunked\r\n"
                    "Content-Type: multipart/form-data; boundary=x\r\n\r\nzz\r\n".encode()
                )
                assert ended(client) == b""
        served.opens()
        assert served.said() == ["scen serve: Invalid HTTP request received."]
