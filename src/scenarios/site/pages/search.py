"""The search: every record that has a page, and a small script that looks through them."""

import json
from collections.abc import Iterator
from importlib.resources import files

from scenarios.model import Evidence, Scenario
from scenarios.render.templating import fill
from scenarios.site.site import Page, Site, address_of, review_title
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
        main=fill("site/search.html", index=index(site)),
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
        day, texts = f"{scenario.opened}", _scenario_texts(id, scenario)
        yield "Scenario", address_of("s", id), scenario.title, day, texts
    for set_id in site.sets:
        statement = site.database.tracker.sets.get(set_id, set_id)
        yield "Set", address_of("set", set_id), statement, "", set_id
    for event, ids in site.events.items():
        first = site.evidence[ids[-1]]
        yield "Event", address_of("event", event), first.summary, first.observed, event
    for id, item in site.evidence.items():
        day, texts = item.observed, _item_texts(site, id, item)
        yield "Evidence", address_of("e", id), item.summary, day, texts
    for id, source in site.database.sources.items():
        more = f"{id} {source.reliability_basis or ''}"
        yield "Source", address_of("source", id), source.name, "", more
    for on in site.days:
        yield "Review", address_of("review", f"{on}"), review_title(on), f"{on}", ""


def _scenario_texts(id: str, scenario: Scenario) -> str:
    indicators = (indicator.statement for indicator in scenario.indicators.values())
    notes = (note.text for note in scenario.clarifications)
    texts = (scenario.question, scenario.resolution_criteria, *scenario.tags)
    return " · ".join((id, *texts, *indicators, *notes))


def _item_texts(site: Site, id: str, item: Evidence) -> str:
    source = site.database.sources.get(item.source or "")
    name = source.name if source else item.source
    return " · ".join(filter(None, (id, name, item.quote, item.notes, item.origin, item.event)))
