"""A cache of values, up to a size."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SizedCache(Generic[Value]):
    """Values by key; the least recently used are dropped first."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._lock, self._most, self._size, self._weigh = threading.RLock(), most, 0, weigh
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """Return the value of a key, if there is one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value in place of an earlier one."""
        with self._lock:
            self.drop(key)
            self._size += self._weigh(value)
            self._values[key] = value
            while self._size > self._most:
                self.drop(next(iter(self._values)))

    def drop(self, key: Hashable) -> None:
        """Drop a value."""
        with self._lock:
            self._size -= self._weigh(self._values.pop(key)) if key in self._values else 0
