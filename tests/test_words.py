"""Pages for readers are in plain words: those of analysts are on the pages for analysts alone."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scenarios.render.documents.review import sections
from scenarios.site.at import page_at
from scenarios.site.build import SiteFile, feed
from scenarios.site.site import Page, Site
from scenarios.workspace.opened import open_folder
from tests.cli.commands import scen
from tests.lazily import lazily

html5lib = lazily("html5lib")

SHIPPED = Path(__file__).parents[1] / "scenarios"
RHINE = Path(__file__).parent / "data" / "rhine"
OF_ANALYSTS = (
    "decibans?",
    "dB",
    "log odds",
    "ledger",
    "priors?",
    "implied",
    "stated",
    "band",
    "bits",
)
_WORDS = re.compile(rf"(?<![\w-])(?:{'|'.join(OF_ANALYSTS)})(?![\w-])")
_RULES = [id for id in sections.WORDS if "-" in id]
_QUOTED = re.compile("“[^”]*”")
"""What somebody wrote is theirs."""
_FOR_ANALYSTS = frozenset(
    {"analysts", "criteria", "evidence", "forecasts", "hypotheses", "ledger"}
) | {
    "linchpins",
    "record",
    "reports",
}
_SHOWN = ("aria-label", "alt", "title", "placeholder")
DAYS = ("2022-02-28", "2022-05-30", "2022-10-03", "2024-01-15", "2026-06-29")
KINDS = ("index.html", "review/index.html", "reading/index.html", "search/index.html")


@cache
def site_of(root: Path, day: str) -> Site:
    return Site(open_folder(root), date.fromisoformat(day))


def page(site: Site, address: str) -> Page:
    made = page_at(site, address)
    assert made, address
    return made


def shown(part: Any) -> Iterator[str]:
    """The texts of an element and its labels, without the sections for analysts."""
    if part.get("id") in _FOR_ANALYSTS or part.tag in ("script", "style"):
        return
    yield from (part.get(name) or "" for name in _SHOWN)
    yield part.text or ""
    for child in part:
        yield from shown(child)
        yield child.tail or ""


def words_of_analysts(*texts: str) -> list[str]:
    """The words for analysts in texts, with what stands around them."""
    text = _QUOTED.sub("", " ".join(" ".join(texts).split()))
    found = [text[max(0, it.start() - 40) : it.end() + 20] for it in _WORDS.finditer(text)]
    return found + [id for id in _RULES if re.search(rf"(?<![\w-]){id}(?![\w-])", text)]


def words_of(made: Page) -> list[str]:
    tree = html5lib.parse(str(made.main), namespaceHTMLElements=False)
    about = [made.card.about] if made.card else []
    return words_of_analysts(made.title, made.description, *about, *shown(tree))


def test_words_of_analysts_are_seen() -> None:
    assert words_of_analysts("a gap of 3 dB") == ["a gap of 3 dB"]
    assert words_of_analysts("5 one-origin") == ["one-origin"]
    assert words_of_analysts("We say “below the ledger”.") == []


@pytest.mark.parametrize("address", [*KINDS, *(f"review/{day}/index.html" for day in DAYS)])
def test_pages_for_readers_have_none(address: str) -> None:
    assert words_of(page(site_of(SHIPPED, DAYS[-1]), address)) == []


def test_nor_do_those_of_events_sets_and_the_heads_of_scenarios() -> None:
    site = site_of(SHIPPED, DAYS[0])
    pages = [f"event/{id}/index.html" for id in site.events]
    pages += [
        f"{kind}/{id}/index.html"
        for kind, ids in (("s", site.scenarios), ("set", site.sets))
        for id in ids
    ]
    found = {address: words_of(page(site, address)) for address in pages}
    assert {address: words for address, words in found.items() if words} == {}


def test_nor_do_feed_and_mail() -> None:
    site = site_of(SHIPPED, DAYS[0])
    addresses = [f"review/{day}/index.html" for day in site.days]
    addresses += [f"e/{id}/index.html" for id in site.evidence]
    pages = (page(site, address) for address in addresses)
    files = {it.address: SiteFile("", b"", 0, it.description, it.title) for it in pages}
    assert words_of_analysts(feed(site, files)) == []
    for root, day in ((SHIPPED, DAYS[0]), (RHINE, "2026-08-17")):
        sent = scen("--database", str(root), "report", "--brief", "--as-of", day, "--format", "eml")
        mail = email.message_from_string(sent.stdout, policy=email.policy.default)
        texts = [mail["subject"]]
        for part in mail.walk():
            if part.get_content_type() == "text/plain":
                texts.append(part.get_content())
            elif part.get_content_type() == "text/html":
                texts += shown(html5lib.parse(part.get_content(), namespaceHTMLElements=False))
        assert len(texts) > 3
        assert words_of_analysts(*texts) == [], day


def test_the_pages_of_four_analysts_have_none() -> None:
    site = site_of(RHINE, "2026-08-17")
    pages = (
        "index.html",
        "review/2026-08-17/index.html",
        "s/plant-cuts-output/index.html",
        "set/kaub-2026/index.html",
    )
    assert [word for address in pages for word in words_of(page(site, address))] == []
