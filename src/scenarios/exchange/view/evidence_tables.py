"""Evidence and its sources as tables."""

from __future__ import annotations

from scenarios.exchange.view.table import RATING, Column, Table, position, refers

EVIDENCE = Column("evidence_id", "text", "The item")

TABLES = (
    Table(
        name="sources",
        meaning="Who says so, and how reliable they are",
        columns=(
            Column("source_id", "text", "The id"),
            Column("name", "text", "The name"),
            Column("url", "text", "The address", null=True),
            Column("reliability", "text", "The Admiralty letter, A to F"),
            Column("reliability_basis", "text", "What the letter rests on", null=True),
        ),
        key=("source_id",),
    ),
    Table(
        name="evidence",
        meaning="What was observed, one thing a row",
        columns=(
            Column("evidence_id", "text", "The id"),
            Column("summary", "text", "What happened"),
            Column("observed", "text", "When: a day, a month (2021-12) or a year"),
            Column("observed_day", "date", "The first day that this can mean", made=True),
            Column("recorded", "date", "When we knew"),
            Column("analyst", "text", "Who recorded it", null=True),
            Column("source_id", "text", "Who says so", null=True),
            Column("url", "text", "Where it can be read", null=True),
            Column("reliability", "text", "A to F; null: its source's, else F", null=True),
            Column("credibility", "integer", "1 to 6; null: 6", null=True),
            Column("weight", "real", "The share of a rating that its grade keeps", made=True),
            Column("origin", "text", "Who it comes from in the end", null=True),
            Column("event", "text", "The fact that several items report", null=True),
            Column("theme_id", "text", "What it is about", null=True),
            Column("attachment_file", "text", "The path of a saved copy", null=True),
            Column("attachment_sha256", "text", "The SHA-256 of that copy", null=True),
            Column("quote", "text", "In its own words", null=True),
            Column("notes", "text", "What else there is to say", null=True),
            Column("retracted", "date", "From this day it counts no longer", null=True),
            Column("retracted_reason", "text", "Why", null=True),
        ),
        key=("evidence_id",),
        references=(refers("source_id", "sources"), refers("theme_id", "themes")),
        indexes=(("recorded",), ("observed_day",), ("source_id",)),
    ),
    Table(
        name="evidence_ratings",
        meaning="How much more expected an item is if a scenario happens than if not",
        columns=(
            EVIDENCE,
            position("the rating in its file"),
            Column("scenario_id", "text", "The scenario that is rated"),
            *RATING,
        ),
        key=("evidence_id", "scenario_id"),
        references=(refers("evidence_id", "evidence"), refers("scenario_id", "scenarios")),
        indexes=(("scenario_id",),),
    ),
    Table(
        name="evidence_indicators",
        meaning="The indicators that an item shows, and how",
        columns=(
            EVIDENCE,
            position("the indicator in its file"),
            Column("scenario_id", "text", "The scenario in whose file the indicator stands"),
            Column("indicator_id", "text", "The indicator"),
            Column("state", "text", "observed, emerging or reversed"),
        ),
        key=("evidence_id", "scenario_id", "indicator_id"),
        references=(
            refers("evidence_id", "evidence"),
            refers("scenario_id indicator_id", "indicators"),
        ),
        indexes=(("scenario_id", "indicator_id"),),
    ),
    Table(
        name="evidence_corroboration",
        meaning="Independent items that an item rests on",
        columns=(
            EVIDENCE,
            position("the other in its file"),
            Column("corroborated_by", "text", "The other item"),
        ),
        key=("evidence_id", "corroborated_by"),
        references=(
            refers("evidence_id", "evidence"),
            refers("corroborated_by", "evidence", "evidence_id"),
        ),
    ),
    Table(
        name="foreign_ids",
        meaning="What a record is called elsewhere",
        columns=(
            Column("kind", "text", "scenario, evidence or source"),
            Column("record_id", "text", "The record"),
            position("the name in its file"),
            Column("system", "text", "Where it is called so: metaculus, icews, …"),
            Column("foreign_id", "text", "What it is called there"),
            Column("is_number", "boolean", "Whether its file has that as a number"),
        ),
        key=("kind", "record_id", "system"),
        indexes=(("system", "foreign_id"),),
    ),
    Table(
        name="former_ids",
        meaning="Ids that a record had before it was renamed",
        columns=(
            Column("kind", "text", "scenario, evidence or source"),
            Column("record_id", "text", "The record's id now"),
            position("the id in its file"),
            Column("former_id", "text", "The id that it had"),
        ),
        key=("kind", "former_id"),
        indexes=(("kind", "record_id"),),
    ),
)
