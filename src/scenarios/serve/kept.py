"""Values that were made and are kept, above all pages, each made once for all who want it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b
from typing import Generic, TypeVar

from starlette.responses import Response

from scenarios.serve.door import policy
from scenarios.serve.exchange import PageRequest, Sent

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


def page(ask: PageRequest, make: Callable[[PageRequest], Sent]) -> Response:
    """Reply with a page, or with 304 where the reader has it."""
    pages: Kept[Sent] = ask.request.app.state.pages
    key = (ask.seen.name, ask.seen.remark, ask.request.url.path, ask.request.url.query, ask.on)
    sent = pages.get(key, lambda: make(ask))
    headers = {
        "Content-Security-Policy": policy(sent.scripts),
        "ETag": f'"{blake2b(sent.body, digest_size=16).hexdigest()}"',
    }
    if ask.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(sent.body, media_type="text/html", headers=headers)
