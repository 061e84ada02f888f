"""Untrusted text as GitHub-flavoured Markdown that means itself and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote

from scenarios.text import printable

_WORD = re.compile(r"[^\s`|<>\[\]\\]+")
_BEFORE, _AFTER = "\"'([“«", "\"')]”».,;:!?"
_ACTS = re.compile(r"//|www\.|@|[#!]\d|\bgh-\d|:[\w+-]+:|\S\.[^\W\d_]{2}", re.IGNORECASE)
"""What a code host turns into a link, a mention, a reference or a picture after it has undone
every escape: addresses, @names, #1, !1, GH-1, :words:. It leaves code alone."""
_SIGN = re.compile(r"[\\`*_{}\[\]~|^$#!<>&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_LEADING = re.compile(r"\A([0-9]+(?=[.)]))?([-+=:.)])")
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_AS_IT_IS = "%/:?#@!$&'*+,;=~"


def text(value: str) -> str:
    """The text in one line, for any place: a paragraph, a heading, a list, a link, a table cell.

    No `<` stands in it. What a code host would act on is shown as code.
    """
    line = " ".join(printable(value).split())
    made, end = [], 0
    for word in _WORD.finditer(line):
        made += [_escaped(line[end : word.start()]), _word(word[0])]
        end = word.end()
    made.append(_escaped(line[end:]))
    return _LEADING.sub(r"\1\\\2", "".join(made), count=1)


def link(label: str, address: str | None) -> str:
    """The label, leading to the address if that is one of the web: http or https."""
    if address is None or not _WEB.match(address):
        return text(label)
    return _link(label or address, quote(address, safe=_AS_IT_IS))


def file_link(label: str, path: str) -> str:
    """The label, leading to a file by its path from where the page lies."""
    return _link(label, quote(path, errors="surrogateescape"))


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()
) -> str:
    """A table of cells that are Markdown already; `right` names the columns of figures."""
    rules = ["---:" if n in right else "---" for n in range(len(headers))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headers, rules, *rows))


def _word(word: str) -> str:
    if not _ACTS.search(word):
        return _escaped(word)
    core = word.lstrip(_BEFORE).rstrip(_AFTER)
    before, core, after = word.partition(core if _ACTS.search(core) else word)
    return f"{_escaped(before)}`{core}`{_escaped(after)}"


def _escaped(part: str) -> str:
    return _SIGN.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), part)


def _link(label: str, target: str) -> str:
    for sign in "&$":
        target = target.replace(sign, f"&#{ord(sign)};")
    return f"[{text(label)}]({target})"
