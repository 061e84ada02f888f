"""Who says so: a source that is known, or a new one that is registered on the way."""

from __future__ import annotations

from typing import Any

from scenarios.cli import parsing
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.prompt import needed_as, tell, wanted
from scenarios.text import did_you_mean
from scenarios.workspace.input.offers import LETTERS, listed, titled
from scenarios.workspace.opened import Opened


def source_record(
    name: str | None, reliability: str | None, url: str | None, basis: str | None
) -> dict[str, Any]:
    """A source's keys, asking for what is missing."""
    return {
        "name": needed_as(name, "--name", "The source's name in full", parsing.line),
        "reliability": needed_as(
            reliability, "--reliability", "Its reliability, A to F", parsing.letter, offers=LETTERS
        ),
        "reliability_basis": wanted(basis, "--basis", "Why that letter"),
        "url": wanted(url, "--url", "The source's address", parsing.url),
    }


def source_of(opened: Opened, record: dict[str, Any]) -> dict[str, Any] | None:
    """Settle who says so; the record of an unknown source that the analyst wants registered."""
    sources = opened.database.sources
    by_name = {source.name.casefold(): id for id, source in sources.items()}

    def named(text: str) -> str:
        if text.lower() in sources:
            return text.lower()
        return by_name.get(text.casefold()) or parsing.id(text)

    offers = titled(sources)
    known = listed(offers) if offers else "none is registered yet: name a new one"
    question = "Source: its id or name (? lists them; Enter = none)"
    while True:
        record["source"] = prompt.optional(
            question, named, known, record["source"], label="source", offers=offers
        )
        if record["source"] is None or record["source"] in sources:
            return None
        hint = did_you_mean(record["source"], sources)
        tell(f"there is no source '{record['source']}'" + (f"; {hint}" if hint else ""))
        if prompt.confirmed(f"  Register {record['source']} as a new source"):
            break
        record["source"] = None
        prompt.unsaid()
    made = record["new_source"] = source_record(None, None, None, None)
    return made
