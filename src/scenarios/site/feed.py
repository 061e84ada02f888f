"""The feed of a site: its reviews and its latest evidence, each under an id that stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from scenarios.render.writers.shell import safe
from scenarios.site import links
from scenarios.site.site import Site

ADDRESS = "feed.xml"
_MOST = 40
_NO_XML = re.compile("[\ufffe\uffff]")


class _Entry(NamedTuple):
    day: date
    address: str
    title: str
    summary: str
    named: str


def feed(site: Site, told: Mapping[str, str]) -> str:
    """The newest entries; `told` has what pages say of themselves, by address.

    No clock is asked: an entry is of the day of what it tells.
    """
    entries = sorted((*_reviews(site, told), *_items(site, told)), reverse=True)[:_MOST]
    updated = max((one.day for one in entries), default=site.as_of)
    base = site.url
    self_link = f'<link rel="self" href="{safe(base)}{ADDRESS}"/>\n' if base else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{_id(site, '')}</id>\n<title>{_text(site.title)}</title>\n"
        f"<updated>{_moment(updated)}</updated>\n<author><name>{_text(site.title)}</name></author>\n"
        f'{self_link}<link href="{safe(base)}{links.INDEX}"/>\n'
        + "".join(_told(site, one) for one in entries)
        + "</feed>\n"
    )


def _reviews(site: Site, told: Mapping[str, str]) -> Iterator[_Entry]:
    for day in site.days[-_MOST:]:
        address = links.place("review", f"{day}")
        title, named = f"Review of {day}", f"review/{day}"
        yield _Entry(day, address, title, told.get(address, ""), named)


def _items(site: Site, told: Mapping[str, str]) -> Iterator[_Entry]:
    newest = sorted((one.recorded, id) for id, one in site.evidence.items())[-_MOST:]
    for day, id in newest:
        item, address = site.evidence[id], links.place("e", id)
        first = item.formerly[0] if item.formerly else id
        yield _Entry(day, address, item.summary, told.get(address, ""), f"e/{first}")


def _told(site: Site, one: _Entry) -> str:
    return (
        f"<entry>\n<id>{_id(site, one.named)}</id>\n<title>{_text(one.title)}</title>\n"
        f"<updated>{_moment(one.day)}</updated>\n"
        f'<link href="{safe(site.url)}{one.address}"/>\n<summary>{_text(one.summary)}</summary>\n'
        "</entry>\n"
    )


def _id(site: Site, named: str) -> str:
    """The same for as long as the tracker has its repository, or without one its title."""
    of = site.database.tracker.repository or f"scen:{site.title}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{of}#{named}')}"


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _text(text: str) -> str:
    return safe(_NO_XML.sub("", " ".join(text.split())))
