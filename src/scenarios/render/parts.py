"""A page in two parts: what is read first, and what stands behind it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from scenarios.render.document import Document


class Signpost(msgspec.Struct, frozen=True):
    """A line of an index below one of its parts."""

    name: str
    anchor: str
    figure: str = ""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """A summary and its appendix, the records that have a place there, and what is below a part."""

    title: str
    summary: Document
    appendix: Document
    anchors: Collection[str] = ()
    below: dict[str, tuple[Signpost, ...]] = {}
