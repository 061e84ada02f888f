"""Frame around a page's content: head, policy, style and index."""

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


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """Further parts around a page's content: trusted HTML, and a policy.

    With the address of a `stylesheet` the style is read from there and is not inline. `rules` are
    further styles, `script` is the one script that may run, `policy` has further directives.
    """

    head: str = ""
    top: str = ""
    stylesheet: str = ""
    rules: str = ""
    script: str = ""
    policy: str = ""


ALONE = Around()
"""Nothing: the page needs nothing from elsewhere and runs nothing."""


def whole(
    title: str,
    content: str,
    index: Sequence[Entry] = (),
    skips: Sequence[Entry] = (),
    foot: str = "",
    around: Around = ALONE,
) -> str:
    """Write a page that loads nothing and runs nothing, except what `around` allows."""
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(around)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{safe(title)}</title>
{around.head}{_styles(around)}
</head>
<body{' class="indexed"' if index else ""}>
{"".join(f'<a class="skip" href="{escape(skip.href)}">{safe(skip.name)}</a>' for skip in skips)}\
{around.top}{_index(index) if index else ""}
<main id="main" tabindex="-1">
{content}
</main>
{f"<footer>{foot}</footer>" if foot else ""}
{f"<script>{around.script}</script>" if around.script else ""}\
</body>
</html>"""


def _policy(around: Around) -> str:
    """Content security policy of a page: its styles, and the script that it is made with."""
    own = " ".join(f"'sha256-{digest(rules)}'" for rules in _inner(around))
    # Firefox takes no file for the same origin: a page that is opened as one names the scheme.
    elsewhere = "'self' file: " if around.stylesheet else ""
    script = f"script-src 'sha256-{digest(around.script)}'; " if around.script else ""
    styles = f"style-src {elsewhere}{own}".rstrip()
    return (
        f"default-src 'none'; {styles}; {script}base-uri 'none'; form-action 'none'{around.policy}"
    )


def _styles(around: Around) -> str:
    sheet = f'<link rel="stylesheet" href="{escape(around.stylesheet)}">\n'
    inner = "\n".join(f"<style>{rules}</style>" for rules in _inner(around))
    return (sheet if around.stylesheet else "") + inner


def _inner(around: Around) -> list[str]:
    return [rules for rules in ("" if around.stylesheet else style(), around.rules) if rules]


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
    index = _entries(entries)
    return f"""\
<nav class="index" aria-label="Contents"><details><summary>Contents</summary>{index}</details></nav>
"""


def _entries(entries: Sequence[Entry]) -> str:
    return f"<ul>{''.join(map(_entry, entries))}</ul>"


def _entry(entry: Entry) -> str:
    figure = f" <span>{escape(entry.figure)}</span>" if entry.figure else ""
    under = _entries(entry.under) if entry.under else ""
    name = f"<bdi>{safe(entry.name)}</bdi>"
    return f'<li><a href="{escape(entry.href)}">{name}{figure}</a>{under}</li>'
