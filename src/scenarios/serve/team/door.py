"""The door of a team's server: its one address, and the sign-in that stands before it."""

import hmac
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from scenarios.errors import ScenError, UsageError
from scenarios.serve.person import Person
from scenarios.serve.request_guard import Message, Scope, Send, refusal
from scenarios.storage import state_folder
from scenarios.storage.git import committing, pushing
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase

SECRET_HEADER = "x-scen-secret"  # noqa: S105 - a name
_LONGEST = 254
_SHORTEST = 32
"""Most bytes of a header of the sign-in, and fewest of the secret."""
_OPEN_DAYS = 7
"""Days for which a form that was left open can be sent."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
TOKEN = "token"  # noqa: S105 - a name
_FORMS = re.compile(rb'<form\b[^>]*\bmethod="post"[^>]*>')
_PLACES = re.compile(rb'\b(href|src|action|hx-post|hx-get)="/(?!/)')


class TeamAddress(NamedTuple):
    """Where a team opens its server: origin, host and prefix of paths, which begins and ends in
    a slash.
    """

    origin: str
    host: str
    prefix: str


def team_address(text: str) -> TeamAddress:
    """Read `--address`, such as https://desk.example.org/scen/."""
    parts = urlsplit(text)
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
    is_path = re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?", parts.path)
    if parts.scheme not in ("http", "https") or not parts.netloc or not (is_plain and is_path):
        raise UsageError(f"--address {text}: it is an address such as https://desk.example.org/")
    host = parts.netloc.lower()
    return TeamAddress(f"{parts.scheme}://{host}", host, f"{parts.path.rstrip('/')}/")


def secret_of(file: Path) -> bytes:
    """The secret in a file: at least 32 bytes, without the line end, for its owner's eyes alone."""
    try:
        with file.open("rb") as opened:
            info, data = os.fstat(opened.fileno()), opened.read(_LONGEST + 2).rstrip(b"\r\n")
    except OSError as error:
        raise ScenError(f"--proxy-secret {file}: {error.strerror}") from None
    if sys.platform != "win32" and info.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ScenError(f"--proxy-secret {file}: others may read it; chmod 600 {file}")
    if not _SHORTEST <= len(data) <= _LONGEST or not data.isascii():
        make = f"head -c 32 /dev/urandom | base64 > {file}"
        limits = f"it has {len(data)} bytes, and needs {_SHORTEST} to {_LONGEST} of ASCII"
        raise ScenError(f"--proxy-secret {file}: {limits}; {make}")
    return data


class TeamDoor:
    """Who is let in: whoever the sign-in names, if the request has its secret.

    `member` finds the person of a login, None for a stranger; tokens of forms are made of `key`.
    """

    def __init__(
        self,
        address: TeamAddress,
        user_header: str,
        secret: bytes,
        key: bytes,
        member: Callable[[str], Person | None],
        today: Callable[[], date],
    ) -> None:
        if not _HEADER.fullmatch(user_header):
            raise UsageError(f"--user-header {user_header}: letters, digits and hyphens")
        self.address, self.hosts, self.start = address, (address.host,), address.origin
        self.start += address.prefix
        self._header, self._secret, self._key = user_header, secret, key
        self.member, self._today = member, today

    def origin(self, _host: str) -> str:
        """The one origin that forms come from."""
        return self.address.origin

    def admit(self, scope: Scope) -> Response | None:
        """None for a member, whom the request's state names from now on; else a refusal."""
        prefix, path = self.address.prefix, scope["path"]
        headers = Headers(scope=scope)
        secret = _single(headers, SECRET_HEADER)
        if secret is None or not hmac.compare_digest(secret.encode(), self._secret):
            return refusal(403, "This server answers to its sign-in alone.")
        login = _single(headers, self._header)
        if login is None:
            return refusal(403, "The sign-in does not say who you are.")
        person = self.member(login)
        if person is None:
            return refusal(403, f"Nobody here has the login {login}: an editor can add it.")
        if path + "/" == prefix:
            return RedirectResponse("/", 308)
        if not path.startswith(prefix):
            return refusal(404, f"The desk is at {self.start}.")
        scope["path"] = f"/{path.removeprefix(prefix)}"
        scope["raw_path"] = scope["path"].encode()
        scope.setdefault("state", {})["person"] = person
        return None

    def token(self, person: Person, day: date) -> str:
        """The token in each form of a person on a day."""
        text = f"{person.login}\0{day}".encode()
        return hmac.new(self._key, text, sha256).hexdigest()

    def is_own(self, token: str, person: Person) -> bool:
        """True for a token that this person's forms had in the last week.

        That of tomorrow is one too: the clock has gone back since the form was opened.
        """
        days = (self._today() - timedelta(days) for days in range(-1, _OPEN_DAYS))
        own = [hmac.compare_digest(token.encode(), self.token(person, d).encode()) for d in days]
        return any(own)

    def sends(self, send: Send, scope: Scope) -> Send:
        """Put the token into each form of a page, and the prefix before its addresses."""
        prefix = self.address.prefix.encode()
        started: list[Message] = []
        parts: list[bytes] = []

        def placed(body: bytes) -> bytes:
            person = scope.get("state", {}).get("person")
            if person:
                token = self.token(person, self._today())
                field = f'<input type="hidden" name="{TOKEN}" value="{token}">'.encode()
                body = _FORMS.sub(rb"\g<0>" + field, body)
            return body if prefix == b"/" else _PLACES.sub(rb'\1="' + prefix, body)

        async def sends(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*self._headers(message["headers"])]
                kind = dict(message["headers"]).get(b"content-type", b"")
                if kind.startswith(b"text/html") and scope["method"] != "HEAD":
                    started.append(message)
                    return
            if not started or message["type"] != "http.response.body":
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body, begin = placed(b"".join(parts)), started.pop()
            length = (b"content-length", str(len(body)).encode())
            others = [pair for pair in begin["headers"] if pair[0] != b"content-length"]
            await send({**begin, "headers": [*others, length]})
            await send({**message, "body": body})

        return sends

    def _headers(self, pairs: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        """The headers of an answer, which nobody but the reader keeps, and led to our paths."""
        prefix = self.address.prefix.encode()
        for name, value in pairs:
            if name in (b"location", b"hx-redirect") and value.startswith(b"/"):
                yield name, prefix + value.lstrip(b"/")
            elif name != b"cache-control":
                yield name, value
        yield b"cache-control", b"private, no-store"


def _single(headers: Headers, name: str) -> str | None:
    """The value of a header that stands once, is neither empty nor too long, and acts nowhere."""
    values = headers.getlist(name)
    if len(values) != 1 or not 0 < len(values[0]) <= _LONGEST:
        return None
    try:
        text = values[0].encode("latin-1").decode()
    except UnicodeDecodeError:
        return None
    return None if any(unicodedata.category(c).startswith("C") for c in text) else text


def form_key(root: Path) -> bytes:
    """The key of the tokens of forms, which is kept in the state folder."""
    folder = state_folder.folder_of(root)
    state_folder.make(folder)
    path = folder / "form-key"
    if state_folder.content(path) is None:
        state_folder.save(path, None, os.urandom(_SHORTEST))
    key = state_folder.content(path)
    if not key:
        raise ScenError(f"{path} is empty: remove it; open forms must be loaded again then")
    return key


def team_door(
    opened: OpenDatabase,
    address: str | None,
    user_header: str | None,
    proxy_secret: Path | None,
    *,
    readers: bool = False,
    remote: str | None = None,
) -> TeamDoor:
    """The door of a team's server, at the address of the tracker where none is given.

    Raises for what is missing: an option, a repository, the remote to push to, and anybody who
    could come in.
    """
    tracker = opened.database.tracker
    opened.refuse_without_tracker()
    repository = committing.repository(opened.root)  # each write is a commit
    if not (address or tracker.address):
        raise UsageError("--team needs --address, or `address` in tracker.yaml")
    if not user_header or not proxy_secret:
        raise UsageError("--team needs --user-header and --proxy-secret, of the sign-in")
    if not readers and not any(person.login for person in tracker.people.values()):
        make = "scen edit tracker 'analysts.ID={name: NAME, login: LOGIN, role: editor}'"
        raise ScenError(f"tracker.yaml has nobody with a login: {make}")
    if remote:
        try:
            pushing.remote_branch(repository, remote)
        except pushing.PushStopped as stopped:
            raise ScenError(f"--push: {stopped.reason}; {stopped.mend}") from None
    secret, key = secret_of(proxy_secret), form_key(opened.root)
    at = team_address(address or tracker.address or "")
    return TeamDoor(at, user_header, secret, key, lambda _: None, typed_in.today)
