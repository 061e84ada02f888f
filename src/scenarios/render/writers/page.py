"""A page in two parts as HTML that needs nothing from elsewhere: a summary, and what is behind."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from scenarios.render.charts.svg import NOWHERE, Places
from scenarios.render.document import Document, Folded, Heading, Parts, Signpost, plain
from scenarios.render.writers import html
from scenarios.render.writers.html import IndexEntry, safe

SKIPS = (IndexEntry("Skip to the review", "#main"), IndexEntry("Skip to the appendix", "#appendix"))
_SECTION = 2


class Origin(msgspec.Struct, frozen=True):
    """Which state of the database a page was made from, where git knows it."""

    as_of: date
    program: str
    revision: str | None = None
    clean: bool | None = None


def page_html(parts: Parts, origin: Origin) -> str:
    """The whole page; each text of the database is escaped, and what acts is spelled out."""
    foot = f"<p>{whence(origin)} As of {origin.as_of}. Made with {safe(origin.program)}.</p>"
    return html.whole(parts.title, content(parts), contents(parts), SKIPS, foot)


def content(parts: Parts, elsewhere: Places = NOWHERE) -> str:
    """Both parts; what has no place in them may have one `elsewhere`."""
    here = {anchor: f"#{anchor}" for anchor in parts.anchors}
    places: Places = ChainMap(here, elsewhere)  # type: ignore[arg-type]
    return f"""\
<div class="summary">
{html.sections(parts.summary, places)}
</div>
<div class="appendix" id="appendix">
<p class="kicker">Appendix</p>
{html.sections(parts.appendix, places)}
</div>"""


def contents(parts: Parts) -> tuple[IndexEntry, ...]:
    """The sections of both parts, as an index has them."""
    return (*_entries(parts.summary), *_entries(parts.appendix, parts.below))


def _entries(
    document: Document, below: Mapping[str, tuple[Signpost, ...]] | None = None
) -> Iterator[IndexEntry]:
    """The sections of a document that have an anchor."""
    for block in document:
        head = block.heading if isinstance(block, Folded) else block
        if isinstance(head, Heading) and head.level <= _SECTION and head.anchor:
            posts = (below or {}).get(head.anchor, ())
            under = tuple(IndexEntry(post.name, f"#{post.anchor}", post.figure) for post in posts)
            yield IndexEntry(plain(head.text), f"#{head.anchor}", under=under)


def whence(origin: Origin) -> str:
    """Which revision a page is of, as HTML."""
    if not origin.revision:
        return "Database: no revision is known, the files were not in git."
    revision = f"Database: revision <code>{safe(origin.revision)}</code>"
    if origin.clean is None:
        return f"{revision}."
    if origin.clean:
        return f"{revision}; nothing in the files differed from it."
    return f"{revision}; <strong>the files had changes that are not in it.</strong>"
