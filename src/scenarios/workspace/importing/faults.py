"""What cannot be imported: each fault with its place in the file, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.errors import NAMED, ScenError
from scenarios.exchange.arrivals import Misfit, Place


class Unsound(Exception):  # noqa: N818
    """Why one record cannot be imported, and the key that it is due to."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class Faults:
    """The faults of a file, each told once, and the rows that they are in."""

    def __init__(self, misfits: Iterable[Misfit] = ()) -> None:
        self._told: dict[Misfit, None] = {}
        self.rows: set[tuple[str, int]] = set()
        for misfit in misfits:
            self.add(misfit.place, misfit.message)

    def add(self, place: Place, message: str) -> None:
        """One more."""
        self._told[Misfit(place=place, message=message)] = None
        self.rows.add((place.file, place.row))

    def __bool__(self) -> bool:
        return bool(self._told)

    def __contains__(self, place: Place) -> bool:
        return (place.file, place.row) in self.rows

    @property
    def told(self) -> list[Misfit]:
        """All of them, row by row."""
        return sorted(self._told, key=lambda it: it.place)


def refusal(faults: Sequence[Misfit], rows: int) -> ScenError:
    """A refusal that names the first faults, each in a line of its own, and counts the rest."""
    counted = f"{rows:,} row{'' if rows == 1 else 's'}" if rows else "it"
    what = f"{counted} cannot be imported"
    error = ScenError(f"{what}: nothing was written; --skip-invalid writes the rest")
    for line in lines(faults):
        error.add_note(line)
    return error


def lines(faults: Sequence[Misfit]) -> list[str]:
    """`file:row: column: message`, the first twenty, and how many more there are."""
    said = [f"{fault.place}: {fault.message}" for fault in faults[:NAMED]]
    more = len(faults) - NAMED
    return [*said, f"and {more:,} more faults"] if more > 0 else said
