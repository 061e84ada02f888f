"""Texts that fit: how wide a text is about, cut, folded and moved apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate

from scenarios.text import printable

_WIDTHS = {
    **dict.fromkeys("ijlI'|.,:;! ·", 0.34),
    **dict.fromkeys('ftr()[]-/"J', 0.43),
    **dict.fromkeys("mwMW%@…—→&+=<>−", 0.93),
}
"""In ems; a little more than a letter of DejaVu Sans, the widest of the usual fonts, takes."""
_SMALL, _LARGE, _DIGIT, _WIDE = 0.63, 0.73, 0.64, 1.1
_CJK = 0x2E80
"""From this code point on a letter is as wide as high."""
_BOLD = 1.13
BASE, SMALL = 13, 12
"""The sizes of text, in pixels."""


def width(text: str, size: float = BASE, *, bold: bool = False) -> float:
    """Width of a text in pixels, approximately."""
    return sum(map(_ems, text)) * size * (_BOLD if bold else 1)


def cut(text: str, room: float, size: float = BASE, *, bold: bool = False) -> str:
    """The text, or so much of it that it fits with an ellipsis."""
    if width(text, size, bold=bold) <= room:
        return text
    left = room - width("…", size, bold=bold)
    scale = size * (_BOLD if bold else 1)
    ends = accumulate(_ems(letter) * scale for letter in text)
    return text[: sum(end <= left for end in ends)].rstrip(" ,;:–-") + "…"


def folded(
    text: str, room: float, most: int, size: float = BASE, *, bold: bool = False
) -> list[str]:
    """Fold a text into at most `most` lines that fit; cut the last line."""
    lines: list[list[str]] = [[]]
    blank, taken = width(" ", size, bold=bold), 0.0
    for word in text.split():
        across = width(word, size, bold=bold)
        if lines[-1] and taken + blank + across > room and len(lines) < most:
            lines.append([])
        taken = taken + blank + across if lines[-1] else across
        lines[-1].append(word)
    return [cut(" ".join(line), room, size, bold=bold) for line in lines]


def spread(
    places: Sequence[float], apart: float, end: float, start: float = -math.inf
) -> list[float]:
    """Ascending places moved as little as makes each `apart` from the next, from start to end."""
    blocks: list[tuple[float, int]] = []  # of places that touch: the sum of them, and how many
    for number, place in enumerate(places):
        total, count = place - number * apart, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    level = [total / count for total, count in blocks for _ in range(count)]
    limit = end - (len(level) - 1) * apart
    return [min(max(place, start), limit) + number * apart for number, place in enumerate(level)]


def apart(wanted: Iterable[tuple[float, float]], gap: float = 0) -> list[bool]:
    """True for each span that has room beside the more important spans before it."""
    taken: list[tuple[float, float]] = []
    kept = []
    for low, high in wanted:
        free = all(high + gap <= left or right + gap <= low for left, right in taken)
        kept.append(free)
        if free:
            taken.append((low, high))
    return kept


@cache
def _ems(letter: str) -> float:
    """Width of a letter, or of its escape where it is invisible."""
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    spelled = printable(letter)
    if spelled != letter:
        return sum(map(_ems, spelled))
    if ord(letter) >= _CJK:
        return _WIDE
    return _DIGIT if letter.isdigit() else _LARGE if letter.isupper() else _SMALL
