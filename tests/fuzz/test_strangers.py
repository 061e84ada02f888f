"""Hostile requests without a token: nothing is told, written, or held up by any of them."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.commands import tree
from tests.full import TIMES
from tests.serve.conftest import _notes_lie_here
from tests.serve.strangers import Desk, desk, ended

__all__ = ["_notes_lie_here"]

PIECES = st.sampled_from(
    [
        *(
            "GET ",
            "POST ",
            "HEAD ",
            "OPTIONS ",
            " HTTP/1.1\r\n",
            " HTTP/1.0\r\n",
            "\r\n",
            "\r\n\r\n",
        ),
        *("/", "//evil.example/index.html?as_of=30d", "http://evil.example/", "/s/pact/", "*"),
        *("/?token=guessed", "/record/source/", "/undo/", "/-/events", "/%00", "/\\evil.example/"),
        *(
            "Host: HERE\r\n",
            "Host: evil.example\r\n",
            "Origin: http://HERE\r\n",
            "Origin: null\r\n",
        ),
        *("Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n", "Content-Length: -1\r\n"),
        *("Upgrade: websocket\r\nConnection: Upgrade\r\n", "Expect: 100-continue\r\n", "zz\r\n"),
        *("Content-Type: multipart/form-data; boundary=x\r\n", "Cookie: scen=x; =;\r\n", "id=x"),
        *("X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\n", "LONG", "\x00", "é"),
    ]
)
WHOLE = st.builds(
    "{} {}{} HTTP/1.1\r\nHost: HERE\r\n{}\r\n\r\n{}".format,
    st.sampled_from(["GET", "POST", "HEAD", "TRACE"]),
    st.sampled_from(["/", "//evil.example/", "/s/pact", "/index.html?as_of="]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
    st.lists(PIECES, max_size=4).map("".join),
    PIECES,
)
REQUESTS = st.one_of(WHOLE, st.lists(PIECES, max_size=12).map("".join), st.text(max_size=50))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("strangers")) as served:
        yield served


def answered(served: Desk, request: bytes) -> str:
    with served.reach() as client:
        with suppress(OSError):  # where it is refused before all of it is sent
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
        return ended(client).decode(errors="replace")


def test_no_request_without_the_token_leaves_a_traceback_or_a_file_or_leads_away(
    served: Desk,
) -> None:
    before = tree(served.root)

    @settings(max_examples=100 * TIMES)
    @given(requests=st.lists(REQUESTS, min_size=1, max_size=3))
    def holds(requests: list[str]) -> None:
        text = "".join(requests).replace("HERE", f"127.0.0.1:{served.port}")
        answer = answered(served, text.replace("LONG", "x" * 70_000).encode())
        for status in re.findall(r"^HTTP/1\.1 (\d+)", answer, re.MULTILINE):
            assert status in ("400", "403", "405", "413", "421")
        assert not re.search(r"^(location|set-cookie):", answer, re.MULTILINE | re.IGNORECASE)
        assert "A pact" not in answer

    holds()
    served.opens()
    assert tree(served.root) == before
    said = [line for line in served.said() if not line.startswith("scen serve: ")]
    assert said == []
