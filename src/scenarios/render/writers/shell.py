"""What stands around a page's content: its head, its policy, its style and its index."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

import msgspec

from scenarios.render.charts import palette
from scenarios.render.charts import style as charts
from scenarios.text import printable


class Entry(msgspec.Struct, frozen=True):
    """A line of the index: what it is called, where it leads, a figure, and what is below it."""

    name: str
    href: str
    figure: str = ""
    under: tuple[Entry, ...] = ()


def whole(
    title: str,
    content: str,
    index: Sequence[Entry] = (),
    skips: Sequence[Entry] = (),
    foot: str = "",
) -> str:
    """A page that needs nothing from elsewhere and runs nothing."""
    rules = style()
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'sha256-{digest(rules)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{safe(title)}</title>
<style>{rules}</style>
</head>
<body{' class="indexed"' if index else ""}>
{"".join(f'<a class="skip" href="{escape(one.href)}">{safe(one.name)}</a>' for one in skips)}\
{_index(index) if index else ""}
<main id="main" tabindex="-1">
{content}
</main>
{f"<footer>{foot}</footer>" if foot else ""}
</body>
</html>"""


def safe(text: str) -> str:
    """A text in which nothing acts."""
    return escape(printable(text))


@cache
def style() -> str:
    """The style sheet: colours of both schemes, then the rules."""
    rules = files("scenarios.render").joinpath("templates/page.css").read_text(encoding="utf-8")
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    schemes = f":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    paper = f"@media print{{:root{{{light}}}}}\n"
    return f"\n{schemes}{paper}{charts.page()}{rules}\n"


def digest(rules: str) -> str:
    """By which a page's policy knows its own style."""
    return base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()


def _index(entries: Sequence[Entry]) -> str:
    """It stays in reach: beside the content where there is room, else folded below it."""
    made = _entries(entries)
    return f"""\
<nav class="index" aria-label="Contents"><details><summary>Contents</summary>{made}</details></nav>
"""


def _entries(entries: Sequence[Entry]) -> str:
    return f"<ul>{''.join(map(_entry, entries))}</ul>"


def _entry(entry: Entry) -> str:
    figure = f" <span>{escape(entry.figure)}</span>" if entry.figure else ""
    under = _entries(entry.under) if entry.under else ""
    name = f"<bdi>{safe(entry.name)}</bdi>"
    return f'<li><a href="{escape(entry.href)}">{name}{figure}</a>{under}</li>'
