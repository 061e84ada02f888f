"""Pages that were made, each once however many ask for it, and as many as there is room for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

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
