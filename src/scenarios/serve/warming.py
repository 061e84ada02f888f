"""Pages kept for the state that readers see, and made for a new one before it is shown."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from starlette.responses import Response

from scenarios.serve.desk import DeskState
from scenarios.serve.door import policy
from scenarios.serve.exchange import PageRequest, Sent
from scenarios.workspace.input import typed_in

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key; those used least recently give way."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._lock, self._most, self._size, self._weigh = threading.Lock(), most, 0, weigh
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made now if it is new; others who want the same wait."""
        with self._lock:
            if (value := self._kept(key)) is not None:
                return value
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if (value := self._kept(key)) is not None:
                    return value
            try:
                value = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._keep(key, value)
            return value

    def _kept(self, key: Hashable) -> Value | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def _keep(self, key: Hashable, value: Value) -> None:
        before = self._values.pop(key, None)
        self._size += self._weigh(value) - (self._weigh(before) if before else 0)
        self._values[key] = value
        while self._size > self._most:
            self._size -= self._weigh(self._values.popitem(last=False)[1])


_ROOM = 64 << 20
"""The bytes of the pages that are kept."""
_MOST, _AGE = 64, 30.0
"""Most pages that are made again, and how long ago they may have been asked for, in seconds."""
_LEAST, _TIMES = 0.3, 4
"""Grace period before a new state is shown: SECONDS, plus FACTOR × its first page's time."""


Make = Callable[[PageRequest], Sent]


class _AskedFor(NamedTuple):
    ask: PageRequest
    make: Make
    when: float
    times: int


class Warm:
    """The pages that were made, and those that are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = Kept[Sent](_ROOM, lambda sent: len(sent.body))
        self._asked: OrderedDict[Hashable, _AskedFor] = OrderedDict()

    def page(self, ask: PageRequest, make: Make) -> Sent:
        """Return a page as it is sent."""
        if ask.asked.rev is None:
            address = ask.request.url.path, ask.request.url.query
            with self._lock:
                times = self._asked[address].times + 1 if address in self._asked else 1
                self._asked[address] = _AskedFor(ask, make, time.monotonic(), times)
                self._asked.move_to_end(address)
                while len(self._asked) > _MOST:
                    self._asked.popitem(last=False)
        return self._page(ask, make)

    def prepare(self, seen: DeskState) -> None:
        """Make the pages of a state that are asked for most, as far as there is time."""
        started = time.monotonic()
        until = None
        with self._lock:
            asked = [page for page in self._asked.values() if page.when > started - _AGE]
        for page in sorted(asked, key=lambda page: page.times, reverse=True):
            with suppress(Exception):  # who asks for it is told
                on = page.ask.asked.as_of or typed_in.today()
                self._page(page.ask._replace(seen=seen, on=on), page.make)
            until = until or started + _LEAST + _TIMES * (time.monotonic() - started)
            if time.monotonic() > until:
                return

    def _page(self, ask: PageRequest, make: Make) -> Sent:
        url, seen = ask.request.url, ask.seen
        key = (seen.name, seen.remark, url.path, url.query, ask.on)
        return self._kept.get(key, lambda: make(ask))


def page(ask: PageRequest, make: Make) -> Response:
    """Reply with a page, or with 304 where the reader has it."""
    warm: Warm = ask.request.app.state.warm
    sent = warm.page(ask, make)
    headers = {
        "Content-Security-Policy": policy(sent.scripts),
        "ETag": f'"{blake2b(sent.body, digest_size=16).hexdigest()}"',
    }
    if ask.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(sent.body, media_type="text/html", headers=headers)
