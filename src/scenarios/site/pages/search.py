"""The search: every record that has a page, and a small script that looks through them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

from scenarios.model import Evidence, Scenario
from scenarios.site.site import INDEX, Page, Site, place, up
from scenarios.text import printable

ADDRESS = "search/index.html"
Entry = tuple[str, str, str, str, str]
"""Kind of record, address, title, day, and other texts."""


def page(site: Site) -> Page:
    """The page with its index in it, so that it works where nothing may be asked for."""
    script = files("scenarios.site").joinpath("search.js").read_text(encoding="utf-8")
    return Page(
        address=ADDRESS,
        title="Search",
        description="Every scenario, item, source and review",
        main=_FORM + f'<script type="application/json" id="index">{index(site)}</script>',
        section="search",
        script=script,
    )


def index(site: Site) -> str:
    """The entries as JSON that can stand in a page; nothing in them acts there."""
    entries = [tuple(map(_plain, entry)) for entry in _entries(site)]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _plain(text: str) -> str:
    return printable(" ".join(text.split()))


def _entries(site: Site) -> Iterator[Entry]:
    for id, scenario in site.scenarios.items():
        day, texts = f"{scenario.opened}", _of(id, scenario)
        yield "Scenario", place("s", id), scenario.title, day, texts
    for set_id in site.sets:
        statement = site.database.tracker.sets.get(set_id, set_id)
        yield "Set", place("set", set_id), statement, "", set_id
    for id, item in site.evidence.items():
        day, texts = f"{item.recorded}", _said(site, id, item)
        yield "Evidence", place("e", id), item.summary, day, texts
    for id, source in site.database.sources.items():
        more = f"{id} {source.reliability_basis or ''}"
        yield "Source", place("source", id), source.name, "", more
    for day in map(str, site.days):
        yield "Review", place("review", day), f"Review of {day}", day, ""


def _of(id: str, scenario: Scenario) -> str:
    indicators = (indicator.statement for indicator in scenario.indicators.values())
    notes = (note.text for note in scenario.clarifications)
    texts = (scenario.question, scenario.resolution_criteria, *scenario.tags)
    return " · ".join((id, *texts, *indicators, *notes))


def _said(site: Site, id: str, item: Evidence) -> str:
    source = site.database.sources.get(item.source or "")
    name = source.name if source else item.source
    return " · ".join(filter(None, (id, name, item.quote, item.notes, item.origin, item.event)))


_FORM = f"""\
<h1>Search</h1>
<noscript><p>Looking for words needs a script, and this browser runs none. Everything can be read
without: <a href="{up(ADDRESS)}{INDEX}">the scenarios</a>,
<a href="{up(ADDRESS)}evidence/{INDEX}">the evidence by year</a>,
<a href="{up(ADDRESS)}sources/{INDEX}">the sources</a>.</p></noscript>
<form id="search" role="search" hidden><label for="words">Words, all of which are wanted</label>
<input id="words" type="search" autocomplete="off" spellcheck="false"></form>
<p id="count" role="status"></p>
<ul id="found" class="plain"></ul>
"""
