"""How much of each line counts, since lines about one question overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.model import Dependence, ThemeId

Weighed = tuple[float, ThemeId | None]
"""The decibans of a line, and its theme; lines without one are a theme of their own."""


class _Themes:
    """The lines of a layer, by theme: their number n, and their sum of signs.

    In the block correlation matrix Σ of the lines, a line of theme k has the weight (Σ⁻¹1)_k =
    1/(D_k·(1 + ρ_b·Σ_j n_j/D_j)), with D_k = 1 − ρ_w + n_k·(ρ_w − ρ_b). Where all are the same line
    (both 1), Σ has no inverse, and the limit is 1/n.
    """

    def __init__(self, lines: Iterable[Weighed], dependence: Dependence) -> None:
        within, between = dependence.within, dependence.between
        self._same = within == between == 1
        self._alone, self._more, self._between = 1 - within, within - between, between
        self.number: dict[ThemeId | None, int] = {}
        self.signs: dict[ThemeId | None, int] = {}
        for decibans, theme in lines:
            self.number[theme] = self.number.get(theme, 0) + 1
            self.signs[theme] = self.signs.get(theme, 0) + _sign(decibans)
        self._size = sum(n / self.inner(n) for n in self.number.values())
        self._sum = sum(s / self.inner(self.number[k]) for k, s in self.signs.items())

    def inner(self, number: int) -> float:
        """D of a theme with so many lines."""
        return 1.0 if self._same else self._alone + number * self._more

    def outer(self, size: float) -> float:
        """1 + ρ_b·Σ_j n_j/D_j."""
        return size if self._same else 1 + self._between * size

    def remove(self, line: Weighed) -> None:
        """Take out a line that does not reach the next layer."""
        self._size, self._sum = self._without(line)
        decibans, theme = line
        self.number[theme] -= 1
        self.signs[theme] -= _sign(decibans)

    @property
    def divisor(self) -> float:
        """What every share of this layer is divided by."""
        return self.outer(self._size)

    @property
    def total(self) -> float:
        """The decibans that one deciban of this layer counts, for and against."""
        return self._sum / self.divisor

    def total_without(self, line: Weighed) -> float:
        """The same with one line less."""
        size, signs = self._without(line)
        divisor = self.outer(size)
        return signs / divisor if divisor else 0.0

    def _without(self, line: Weighed) -> tuple[float, float]:
        decibans, theme = line
        number, signs = self.number[theme], self.signs[theme]
        size = self._size - number / self.inner(number)
        total = self._sum - signs / self.inner(number)
        if number > 1:
            inner = self.inner(number - 1)
            size += (number - 1) / inner
            total += (signs - _sign(decibans)) / inner
        return size, total


def factors(lines: Sequence[Weighed], dependence: Dependence) -> list[float]:
    """The share of each line that counts, over 0 to 1.

    Where every line is equally high, its share is its weight in the block correlation matrix
    (Clemen & Winkler 1985, Operations Research 33:427-442). Unequal lines are cut into layers of
    equal height: in the layer at t only lines of more than t decibans count, whatever their sign.
    Takes n·log n: the layers are walked upwards, and each theme's own sum is brought up to date
    only where a line of it ends.
    """
    themes = _Themes(lines, dependence)
    height = walked = 0.0  # `walked` is ∫dt over the divisor of all themes, from 0 to `height`
    sums: dict[ThemeId | None, tuple[float, float]] = dict.fromkeys(themes.number, (0.0, 0.0))
    found = [1.0] * len(lines)
    for place in sorted(range(len(lines)), key=lambda n: abs(lines[n][0])):
        decibans, theme = lines[place]
        if abs(decibans) > height:
            walked += (abs(decibans) - height) / themes.divisor
            height = abs(decibans)
        counted, since = sums[theme]
        counted += (walked - since) / themes.inner(themes.number[theme])
        sums[theme] = counted, walked
        if height:
            found[place] = min(1.0, counted / height)
        themes.remove(lines[place])
    return found


def total(lines: Sequence[Weighed], dependence: Dependence) -> float:
    """The decibans that the lines add up to."""
    shares = factors(lines, dependence)
    return sum(line[0] * share for line, share in zip(lines, shares, strict=True))


def totals_without(lines: Sequence[Weighed], dependence: Dependence) -> list[float]:
    """The total with one line less, for each line; n times the number of themes."""
    themes = _Themes(lines, dependence)
    kinds = {(theme, _sign(decibans)): (float(_sign(decibans)), theme) for decibans, theme in lines}
    height = whole = 0.0  # what the layers up to `height` add up to: in all, and without one line
    less = dict.fromkeys(kinds, 0.0)
    found = [0.0] * len(lines)
    for place in sorted(range(len(lines)), key=lambda n: abs(lines[n][0])):
        decibans, theme = lines[place]
        step = abs(decibans) - height
        if step:
            whole += step * themes.total
            for kind, line in kinds.items():
                if themes.number[line[1]]:
                    less[kind] += step * themes.total_without(line)
            height = abs(decibans)
        found[place] = less[theme, _sign(decibans)] - whole
        themes.remove(lines[place])
    return [whole + difference for difference in found]


def _sign(decibans: float) -> int:
    return (decibans > 0) - (decibans < 0)
