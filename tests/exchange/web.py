"""A web server over TLS on loopback, and the network by which it passes for one of the Internet."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from scenarios.exchange.fetching import HttpClient

HOST = "news.example.org"
PUBLIC = "93.184.215.14"
"""An address that the resolver gives; the connector leads it to loopback."""


class Answer(NamedTuple):
    """A body, or pieces of it, each sent for itself."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = {}


class Web:
    """The server's answers by path; `asked` has the paths asked for, `resolved` the hosts."""

    def __init__(self, port: int, authority: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.addresses: dict[str, list[str]] = {HOST: [PUBLIC]}
        self.asked: list[str] = []
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self._port, self._authority = port, authority

    def network(self, seconds: float = 60) -> HttpClient:
        return HttpClient(
            resolve=self._resolve,
            connect=self._connect,
            context=lambda: ssl.create_default_context(cafile=self._authority),
            seconds=seconds,
        )

    def _resolve(self, host: str, _: int) -> list[str]:
        self.resolved.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.addresses[host]

    def _connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append((address, port))
        return socket.create_connection(("127.0.0.1", self._port), seconds)


@contextmanager
def serving(folder: Path) -> Iterator[Web]:
    """A server whose certificate is that of HOST."""
    authority, key = certificate(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append(self.path)
            answer = web.answers.get(self.path, Answer(status=404))
            pieces = [answer.body] if isinstance(answer.body, bytes) else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
            except OSError:  # the reader has had enough
                self.close_connection = True

        def log_message(self, format: str, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Keep quiet of a reader that refused the certificate."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    web = Web(server.server_address[1], authority)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[Path, Path]:
    """The paths of a certificate of HOST, signed by itself, and of its key."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl")
    paths = folder / "certificate.pem", folder / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run([openssl, *words.split(), *subject, *files], check=True, capture_output=True)
    return paths
