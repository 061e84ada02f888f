"""Pages of the state that readers see: made once, and of a new one before it is shown."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from starlette.responses import Response

from scenarios.cli import parsing
from scenarios.serve.desk import Seen
from scenarios.serve.door import policy
from scenarios.serve.exchange import Ask, Sent

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by what they were made of; what was not asked for longest gives way."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._lock, self._most, self._size, self._weigh = threading.Lock(), most, 0, weigh
        self._made: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What was made under this key, or is made now; others who want the same wait for it."""
        with self._lock:
            if (found := self._found(key)) is not None:
                return found
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if (found := self._found(key)) is not None:
                    return found
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._keep(key, made)
            return made

    def _found(self, key: Hashable) -> Value | None:
        if key in self._made:
            self._made.move_to_end(key)
        return self._made.get(key)

    def _keep(self, key: Hashable, made: Value) -> None:
        before = self._made.pop(key, None)
        self._size += self._weigh(made) - (self._weigh(before) if before else 0)
        self._made[key] = made
        while self._size > self._most:
            self._size -= self._weigh(self._made.popitem(last=False)[1])


_ROOM = 64 << 20
"""The bytes of the pages that are kept."""
_MOST, _AGE = 64, 30.0
"""So many pages are made again, if somebody has asked for them in the last seconds."""
_LEAST, _TIMES = 0.3, 4
"""A new state waits for them so many seconds, and so many times as long as its first page took."""


Make = Callable[[Ask], Sent]


class _Asked(NamedTuple):
    ask: Ask
    make: Make
    when: float
    times: int


class Warm:
    """The pages that were made, and those that are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = Kept[Sent](_ROOM, lambda sent: len(sent.body))
        self._asked: OrderedDict[Hashable, _Asked] = OrderedDict()

    def page(self, ask: Ask, make: Make) -> Sent:
        """A page as it is sent."""
        if ask.asked.rev is None:
            address = ask.request.url.path, ask.request.url.query
            with self._lock:
                times = self._asked[address].times + 1 if address in self._asked else 1
                self._asked[address] = _Asked(ask, make, time.monotonic(), times)
                self._asked.move_to_end(address)
                while len(self._asked) > _MOST:
                    self._asked.popitem(last=False)
        return self._made(ask, make)

    def prepare(self, seen: Seen) -> None:
        """Make the pages of a state that are asked for most, as far as there is time."""
        started = time.monotonic()
        until = None
        with self._lock:
            asked = [one for one in self._asked.values() if one.when > started - _AGE]
        for one in sorted(asked, key=lambda one: one.times, reverse=True):
            with suppress(Exception):  # who asks for it is told
                on = one.ask.asked.as_of or parsing.today()
                self._made(one.ask._replace(seen=seen, on=on), one.make)
            until = until or started + _LEAST + _TIMES * (time.monotonic() - started)
            if time.monotonic() > until:
                return

    def _made(self, ask: Ask, make: Make) -> Sent:
        url, seen = ask.request.url, ask.seen
        key = (seen.name, seen.remark, url.path, url.query, ask.on)
        return self._kept.get(key, lambda: make(ask))


def page(ask: Ask, make: Make) -> Response:
    """A page, or that it is the one which the reader has."""
    warm: Warm = ask.request.app.state.warm
    sent = warm.page(ask, make)
    headers = {
        "Content-Security-Policy": policy(sent.scripts),
        "ETag": f'"{blake2b(sent.body, digest_size=16).hexdigest()}"',
    }
    if ask.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(sent.body, media_type="text/html", headers=headers)
