"""The share of each line that counts beside others that are like it, layer by layer."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from scenarios.model import Dependence, ThemeId

End = tuple[float, int, ThemeId]
"""Height of a line, its sign, and its theme; lines without a theme come first."""


def end_of(decibans: float, theme: ThemeId | None) -> End:
    """The end of a line; lines without a theme are a block of their own."""
    return abs(decibans), (decibans > 0) - (decibans < 0), theme or ""


class LayerCounts(msgspec.Struct):
    """Number of lines by height, sign and theme, from the lowest up, and by theme in all.

    Like lines are counted together: a sum is of as many terms as there are heights, and the same to
    the last bit in whatever order the lines came and went.
    """

    counts: Counter[End]
    ends: list[End]
    themes: dict[ThemeId, tuple[int, int]]

    @classmethod
    def of(cls, lines: Iterable[End]) -> LayerCounts:
        """The heights of lines, each by its end."""
        counts = Counter(lines)
        layer_counts = cls(counts, sorted(counts), {})
        for (_, sign, theme), number in counts.items():
            layer_counts._count(sign, theme, number)
        return layer_counts

    def copy(self) -> LayerCounts:
        """A copy of the heights, whose lines can change separately."""
        return LayerCounts(self.counts.copy(), [*self.ends], {**self.themes})

    def add(self, end: End, number: int = 1) -> None:
        """Add lines; a negative number removes them."""
        if end not in self.counts:
            insort(self.ends, end)
        self.counts[end] += number
        if not self.counts[end]:
            del self.counts[end], self.ends[bisect_left(self.ends, end)]
        self._count(end[1], end[2], number)

    def _count(self, sign: int, theme: ThemeId, number: int) -> None:
        lines, signs = self.themes.get(theme, (0, 0))
        self.themes[theme] = lines + number, signs + sign * number
        if not lines + number:
            del self.themes[theme]


class _Theme:
    """Lines of a theme that reach a layer: their number, the sum of their signs, and D."""

    __slots__ = ("alone", "inner", "more", "number", "signs")

    def __init__(self, alone: float, more: float) -> None:
        self.alone, self.more = alone, more
        self.number = self.signs = 0
        self.inner = alone


class ThemeLayers:
    """The lines from the lowest up; of those that reach a layer, by theme, their number and signs.

    In the block correlation matrix Σ of the lines, a line of theme k has the weight (Σ⁻¹1)_k =
    1/(D_k·(1 + ρ_b·Σ_j n_j/D_j)), with D_k = 1 − ρ_k + n_k·(ρ_k − ρ_b) and ρ_k = ρ_w, for lines
    without a theme (ρ_w + ρ_b)/2. Where there is one theme, or ρ_w = ρ_b, that is
    1/(1 − ρ_k + n·ρ_k): then all lines are of one, and nothing is between.
    """

    def __init__(self, layer_counts: LayerCounts, dependence: Dependence) -> None:
        within = dependence.within
        between = min(dependence.between, within)  # more than that is a fault of the tracker
        alike, themes = within == between, sorted(layer_counts.themes)
        self._heights = layer_counts
        self.between = between if len(themes) > 1 and not alike else 0.0
        self.themes: dict[ThemeId, _Theme] = {}
        shared = _Theme(1 - within, within - self.between)
        for theme in themes:
            correlation = within if theme else (within + between) / 2
            apart = _Theme(1 - correlation, correlation - self.between)
            of = self.themes[theme] = shared if alike else apart
            number, signs = layer_counts.themes[theme]
            of.number, of.signs = of.number + number, of.signs + signs
            of.inner = of.alone + of.number * of.more

    def walk(self) -> Iterator[tuple[End, float, float, float]]:
        """For each end of lines how far it rises above the one before, and two sums.

        These are of the layer that it ends: Σ_j n_j/D_j, and the same of the signs.
        """
        themes, counts, height = self.themes, self._heights.counts, 0.0
        each = dict.fromkeys(themes.values())
        size = sum(of.number / of.inner for of in each)
        total = sum(of.signs / of.inner for of in each)
        for end in self._heights.ends:
            top, sign, theme = end
            yield end, top - height, size, total
            height, of, count = top, themes[theme], counts[end]
            size -= of.number / of.inner
            total -= of.signs / of.inner
            of.number -= count
            of.signs -= sign * count
            if of.number:
                of.inner = of.alone + of.number * of.more
                size += of.number / of.inner
                total += of.signs / of.inner

    def without(self, of: _Theme, sign: int, size: float, total: float) -> float:
        """Decibans counted per deciban of the layer without a line of it, given its two sums."""
        if sum(theme.number for theme in dict.fromkeys(self.themes.values())) == 1:
            return 0.0  # no line is left, and what is left of the sums is rounding
        size, total = size - of.number / of.inner, total - of.signs / of.inner
        if of.number > 1:
            inner = of.inner - of.more
            size, total = size + (of.number - 1) / inner, total + (of.signs - sign) / inner
        return total / (1 + self.between * size)


def factors(layer_counts: LayerCounts, dependence: Dependence) -> dict[End, float]:
    """The share of the lines of each end that counts, over 0 to 1.

    Where every line is equally high, its share is its weight in the block correlation matrix
    (Clemen & Winkler 1985, Operations Research 33:427-442). Unequal lines are cut into layers of
    equal height: in the layer at t only lines of more than t decibans count, whatever their sign.
    The layers are walked upwards, and each theme's own sum is brought up to date only where a line
    of it ends.
    """
    layers = ThemeLayers(layer_counts, dependence)
    walked = 0.0  # ∫dt over the divisor of all themes, from 0 to the height of the line
    sums = dict.fromkeys(layers.themes.values(), (0.0, 0.0))
    shares: dict[End, float] = {}
    for end, step, size, _ in layers.walk():
        height, of = end[0], layers.themes[end[2]]
        walked += step / (1 + layers.between * size)
        counted, since = sums[of]
        counted += (walked - since) / of.inner
        sums[of] = counted, walked
        shares[end] = min(1.0, counted / height) if height else 1.0
    return shares


def total(layer_counts: LayerCounts, dependence: Dependence) -> float:
    """The decibans that the lines add up to."""
    layers = ThemeLayers(layer_counts, dependence)
    between = layers.between
    return sum([step * signs / (1 + between * size) for _, step, size, signs in layers.walk()])


def totals_without(layer_counts: LayerCounts, dependence: Dependence) -> dict[End, float]:
    """The total without a line of each end.

    Takes the number of heights times that of themes: up to its height, what a layer counts differs
    in the same way for all lines of its theme and sign.
    """
    layers = ThemeLayers(layer_counts, dependence)
    whole, less = 0.0, dict[End, float]()
    sums = {(layers.themes[theme], sign): 0.0 for _, sign, theme in layer_counts.ends}
    for end, step, size, signs in layers.walk():
        counted = signs / (1 + layers.between * size)
        whole += step * counted
        for of, sign in sums if step else ():
            if of.number:
                less_here = layers.without(of, sign, size, signs) - counted
                sums[of, sign] += step * less_here
        less[end] = sums[layers.themes[end[2]], end[1]]
    return {end: whole + without for end, without in less.items()}
