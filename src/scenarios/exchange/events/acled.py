"""ACLED: political violence and protest, coded by hand."""

from __future__ import annotations

from scenarios.exchange.events.mapping import Fields, Layout, sentence


def _summary(row: Fields) -> str:
    actors = sentence(row.get("source_name"), row.get("target_name"))
    return sentence(row.get("sub_type") or row.get("type"), actors, row.get("place"))


LAYOUT = Layout(
    system="acled",
    title="ACLED",
    columns={
        "id": "event_id_cnty",
        "date": "event_date",
        "type": "event_type",
        "sub_type": "sub_event_type",
        "disorder": "disorder_type",
        "source_name": "actor1",
        "target_name": "actor2",
        "country": "country",
        "iso": "iso",
        "region": "region",
        "admin1": "admin1",
        "place": "location",
        "fatalities": "fatalities",
        "publisher": "source",
        "text": "notes",
    },
    summary=_summary,
)
