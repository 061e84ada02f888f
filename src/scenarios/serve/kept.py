"""Values that were made and are kept, up to a size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by key; those used least recently give way."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._lock, self._most, self._size, self._weigh = threading.Lock(), most, 0, weigh
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made now if it is new."""
        if (value := self.peek(key)) is None:
            self.put(key, value := make())
        return value

    def peek(self, key: Hashable) -> Value | None:
        """Return the value of a key, if there is one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def drop(self, key: Hashable) -> None:
        """Keep a value no more."""
        with self._lock:
            self._drop(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value in place of an earlier one."""
        with self._lock:
            self._drop(key)
            self._size += self._weigh(value)
            self._values[key] = value
            while self._size > self._most:
                self._size -= self._weigh(self._values.popitem(last=False)[1])

    def _drop(self, key: Hashable) -> None:
        self._size -= self._weigh(self._values.pop(key)) if key in self._values else 0
