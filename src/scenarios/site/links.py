"""Where the pages of a site are, as seen from one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from scenarios.site.page import up

INDEX = "index.html"
_PLACES: dict[str, Callable[[str], str]] = {
    "s": lambda it: f"s/{it}/{INDEX}",
    "e": lambda it: f"e/{it}/{INDEX}",
    "set": lambda it: f"set/{it}/{INDEX}",
    "source": lambda it: f"sources/{INDEX}#source-{it}",
    "review": lambda day: f"review/{day}/{INDEX}",
    "year": lambda it: f"evidence/{it}/{INDEX}",
    "file": lambda path: f"records/{path}",
}


class Links(Mapping[str, str]):
    """Where an anchor is found from an address: what has a page of its own, on that page."""

    def __init__(self, known: Mapping[str, Mapping[str, object]], address: str) -> None:
        self._known, self._up = known, up(address)

    def __getitem__(self, anchor: str) -> str:
        kind, _, id = anchor.partition("-")
        if id not in self._known.get(kind, ()):
            raise KeyError(anchor)
        return self._up + _PLACES[kind](id)

    def __iter__(self) -> Iterator[str]:
        return (f"{kind}-{id}" for kind, ids in self._known.items() for id in ids)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


def place(kind: str, id: str) -> str:
    """The address of a page of a kind."""
    return _PLACES[kind](id)
