"""Share of each line that counts, since lines about one question overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from scenarios.model import Dependence, ThemeId

Weighed = tuple[float, ThemeId | None]
"""The decibans of a line, and its theme; lines without one are a theme of their own."""


_Change = tuple[int, int, int]
"""Change of a layer: (theme, number of lines added, sum of signs added)."""


class _Layers:
    """The lines from the lowest up; of those that reach a layer, by theme, their number and signs.

    In the block correlation matrix Σ of the lines, a line of theme k has the weight (Σ⁻¹1)_k =
    1/(D_k·(1 + ρ_b·Σ_j n_j/D_j)), with D_k = 1 − ρ_w + n_k·(ρ_w − ρ_b). Where there is one theme,
    or ρ_w = ρ_b, that is 1/(1 − ρ_w + n·ρ_w): then all lines are of one, and nothing is between.
    """

    def __init__(self, lines: Sequence[Weighed], dependence: Dependence) -> None:
        within, between = dependence.within, dependence.between
        alike = within == between
        themes = {None if alike else theme for _, theme in lines}
        ordered = sorted(themes, key=lambda theme: (theme is not None, theme or ""))
        places = {theme: number for number, theme in enumerate(ordered)}
        numbers = [places[None if alike else theme] for _, theme in lines]
        self.lines = sorted(
            (abs(decibans), _sign(decibans), theme, place)
            for place, ((decibans, _), theme) in enumerate(zip(lines, numbers, strict=True))
        )
        self.between = between if len(places) > 1 else 0.0
        self._alone, self._more = 1 - within, within - self.between
        self.number, self.signs = [0] * len(places), [0] * len(places)
        for _, sign, theme, _ in self.lines:
            self.number[theme] += 1
            self.signs[theme] += sign

    def inner(self, theme: int) -> float:
        """D of a theme in the layer."""
        return self._alone + self.number[theme] * self._more

    def walk(self) -> Iterator[tuple[int, int, float, float, float]]:
        """For each line its place and theme, how far it rises above the one before, and two sums.

        These are of the layer that it ends: Σ_j n_j/D_j, and the same of the signs.
        """
        number, signs, alone, more = self.number, self.signs, self._alone, self._more
        size = sum(n / (alone + n * more) for n in number)
        total = sum(s / (alone + n * more) for n, s in zip(number, signs, strict=True))
        height = 0.0
        for top, sign, theme, place in self.lines:
            yield place, theme, top - height, size, total
            height = top
            n, s = number[theme], signs[theme]
            inner = alone + n * more
            size -= n / inner
            total -= s / inner
            number[theme], signs[theme] = n - 1, s - sign
            if n > 1:
                size += (n - 1) / (inner - more)
                total += (s - sign) / (inner - more)

    def changed(self, change: _Change, size: float, total: float) -> float:
        """Decibans counted per deciban of the layer after a change, given the sums of the layer."""
        theme, more, sign = change
        number, signs, inner = self.number[theme], self.signs[theme], self.inner(theme)
        if number + more == 0 == sum(self.number) - number:
            return 0.0  # no line is left, and what is left of the sums is rounding
        if number:
            size, total = size - number / inner, total - signs / inner
        if number + more > 0:
            inner += more * self._more
            size, total = size + (number + more) / inner, total + (signs + sign) / inner
        return total / (1 + self.between * size)


def factors(lines: Sequence[Weighed], dependence: Dependence) -> list[float]:
    """The share of each line that counts, over 0 to 1.

    Where every line is equally high, its share is its weight in the block correlation matrix
    (Clemen & Winkler 1985, Operations Research 33:427-442). Unequal lines are cut into layers of
    equal height: in the layer at t only lines of more than t decibans count, whatever their sign.
    Takes n·log n: the layers are walked upwards, and each theme's own sum is brought up to date
    only where a line of it ends.
    """
    layers = _Layers(lines, dependence)
    walked = 0.0  # ∫dt over the divisor of all themes, from 0 to the height of the line
    sums = [(0.0, 0.0)] * len(layers.number)
    shares = [1.0] * len(lines)
    for place, theme, step, size, _ in layers.walk():
        walked += step / (1 + layers.between * size)
        counted, since = sums[theme]
        counted += (walked - since) / layers.inner(theme)
        sums[theme] = counted, walked
        if lines[place][0]:
            shares[place] = min(1.0, counted / abs(lines[place][0]))
    return shares


def total(lines: Sequence[Weighed], dependence: Dependence) -> float:
    """The decibans that the lines add up to."""
    layers = _Layers(lines, dependence)
    between = layers.between
    return sum(step * signs / (1 + between * size) for _, _, step, size, signs in layers.walk())


def totals_with(
    lines: Sequence[Weighed], dependence: Dependence, others: Sequence[tuple[int, float]]
) -> list[float]:
    """The total with the decibans of one line replaced, 0 for none, for each (place, decibans).

    Takes n·log n times the number of themes: up to where a line ends, and from there to where the
    other one would, what a layer counts differs in the same way for all of its theme and sign.
    """
    layers = _Layers(lines, dependence)
    at = {place: (height, sign, theme) for height, sign, theme, place in layers.lines}
    parts = [_parts(*at[place], decibans) for place, decibans in others]
    sums: dict[_Change, list[float]] = {change[0]: [0.0] for part in parts for change in part}
    whole, heights = 0.0, [0.0]
    for _, _, step, size, signs in layers.walk():
        if step:
            counted = signs / (1 + layers.between * size)
            whole += step * counted
            heights.append(heights[-1] + step)
            for change, run in sums.items():
                run.append(run[-1] + step * (layers.changed(change, size, signs) - counted))

    def up_to(change: _Change, height: float) -> float:
        """Additional decibans of the layers up to a height after a change."""
        run, n = sums[change], bisect_right(heights, height) - 1
        over = height - heights[n]
        if n + 1 == len(heights):  # no other line is as high
            return run[n] + over * change[2]
        return run[n] + over * (run[n + 1] - run[n]) / (heights[n + 1] - heights[n])

    return [
        whole + sum(up_to(change, end) - up_to(change, start) for change, start, end in part)
        for part in parts
    ]


def _parts(
    height: float, sign: int, theme: int, other: float
) -> list[tuple[_Change, float, float]]:
    """Changes that replace one line by another, each with its lowest and highest height."""
    new, turned = abs(other), _sign(other)
    parts: list[tuple[_Change, float, float]] = []
    if sign and turned and sign != turned:
        parts.append(((theme, 0, -2 * sign), 0.0, min(height, new)))
    if new < height:
        parts.append(((theme, -1, -sign), new, height))
    elif new > height:
        parts.append(((theme, 1, turned), height, new))
    return parts


def _sign(decibans: float) -> int:
    return (decibans > 0) - (decibans < 0)
