"""Choices that hide rows of a table without a script, by the style alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scenarios.render.writers.shell import safe


class Facet(NamedTuple):
    """A way to choose: its name, and each word that a row may have with how it is read."""

    name: str
    words: tuple[tuple[str, str], ...]


def choices(facets: Iterable[Facet]) -> str:
    """A list of words for each facet; one that cannot hide rows does not show them."""
    made = "".join(
        f'<label><span>{facet.name.capitalize()}</span> <select id="by-{facet.name}">'
        f'<option value="">all</option>{"".join(map(_option, facet.words))}</select></label>'
        for facet in facets
    )
    return f'<form class="filters" autocomplete="off">{made}</form>'


def rules(facets: Iterable[Facet], rows: str) -> str:
    """The style by which a word that was chosen hides the rows without it."""
    return "".join(
        f'body:has(#by-{facet.name} option[value="{word}"]:checked) {rows}:not([data-is~="{word}"])'
        "{display:none}"
        for facet in facets
        for word, _ in facet.words
    )


def _option(word: tuple[str, str]) -> str:
    return f'<option value="{word[0]}">{safe(word[1])}</option>'
