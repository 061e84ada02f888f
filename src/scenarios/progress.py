"""How a long computation is watched, without knowing who watches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """What counts items as they are taken, and shows somewhere how many of `total` were."""

    def __call__(self, items: Iterable[T], what: str, total: int) -> Iterable[T]:
        """The same items, in the same order."""
        ...


def unwatched(items: Iterable[T], what: str, total: int) -> Iterable[T]:  # noqa: ARG001
    """The items themselves: nobody looks."""
    return items
