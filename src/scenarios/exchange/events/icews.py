"""ICEWS coded event data: who did what to whom, day by day, 1995 to 2023."""

from __future__ import annotations

import re

from scenarios.exchange.events.countries import COUNTRIES
from scenarios.exchange.events.mapping import Fields, Layout, sentence


def _summary(row: Fields) -> str:
    did = row.get("text") or row.get("cameo")
    return sentence(row.get("source_name"), did, row.get("target_name"))


def _origin(row: Fields) -> str | None:
    """What one story reports is one witness, however many events are coded from it."""
    story = re.sub(r"[^a-z0-9]+", "-", row.get("story", "").lower()).strip("-")
    return f"icews-story-{story}" if story else None


LAYOUT = Layout(
    system="icews",
    title="ICEWS",
    columns={
        "event_id": "Event ID",
        "date": "Event Date",
        "cameo": "CAMEO Code",
        "text": "Event Text",
        "intensity": "Intensity",
        "source_name": "Source Name",
        "source_sectors": "Source Sectors",
        "source_country": "Source Country",
        "target_name": "Target Name",
        "target_sectors": "Target Sectors",
        "target_country": "Target Country",
        "story": "Story ID",
        "publisher": "Publisher",
        "city": "City",
        "province": "Province",
        "country": "Country",
    },
    summary=_summary,
    id=("date", "event_id"),
    codes=frozenset({"cameo"}),
    countries=frozenset({"source_country", "target_country", "country"}),
    names=COUNTRIES,
    origin=_origin,
)
