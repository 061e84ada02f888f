"""GDELT 2: the events of the world's news every 15 minutes, 61 columns without a head."""

from __future__ import annotations

from scenarios.exchange.events.cameo import kind_of
from scenarios.exchange.events.mapping import Fields, Layout, sentence


def _actor(number: int) -> tuple[str, ...]:
    parts = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode")
    kinds = ("Religion1Code", "Religion2Code", "Type1Code", "Type2Code", "Type3Code")
    return tuple(f"Actor{number}{part}" for part in (*parts, *kinds))


def _place(name: str) -> tuple[str, ...]:
    parts = ("Type", "FullName", "CountryCode", "ADM1Code", "ADM2Code", "Lat", "Long", "FeatureID")
    return tuple(f"{name}Geo_{part}" for part in parts)


def _summary(row: Fields) -> str:
    did = kind_of(row["cameo"]) if "cameo" in row else None
    return sentence(row.get("source_name"), did, row.get("target_name"), row.get("place"))


LAYOUT = Layout(
    system="gdelt",
    title="GDELT 2",
    columns={
        "id": "GLOBALEVENTID",
        "date": "SQLDATE",
        "cameo": "EventCode",
        "cameo_root": "EventRootCode",
        "source_name": "Actor1Name",
        "source_country": "Actor1CountryCode",
        "source_type": "Actor1Type1Code",
        "target_name": "Actor2Name",
        "target_country": "Actor2CountryCode",
        "target_type": "Actor2Type1Code",
        "intensity": "GoldsteinScale",
        "mentions": "NumMentions",
        "is_root": "IsRootEvent",
        "place": "ActionGeo_FullName",
        "country": "ActionGeo_CountryCode",
        "url": "SOURCEURL",
    },
    summary=_summary,
    codes=frozenset({"cameo", "cameo_root"}),
    head=(
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(*_actor(1), *_actor(2)),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"),
        *("GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *(*_place("Actor1"), *_place("Actor2"), *_place("Action")),
        *("DATEADDED", "SOURCEURL"),
    ),
)
