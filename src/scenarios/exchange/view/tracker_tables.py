"""The conventions of a tracker as tables."""

from __future__ import annotations

from scenarios.exchange.view.table import Column, Table, position

TABLES = (
    Table(
        name="tracker",
        meaning="What is tracked, and by which conventions: one row",
        columns=(
            Column("format", "integer", "The format of the files"),
            Column("tracker_id", "text", "Whose exports these are, as it says", null=True),
            Column("title", "text", "What is tracked", null=True),
            Column("description", "text", "Who tracks it, and for whom", null=True),
            Column("notice", "text", "What stands at the top of every report", null=True),
            Column("repository", "text", "Where the files lie", null=True),
            Column("review_every_days", "integer", "The days between two reviews"),
            Column(
                "forecast_expires_days", "integer", "Days that a forecast stands at most", null=True
            ),
            Column("estimative_language", "text", "icd-203 or phia"),
            Column("dependence_within", "real", "How alike lines of one theme are, 0 to 1"),
            Column(
                "dependence_between",
                "real",
                "The same for lines of different themes; null: as within one",
                null=True,
            ),
            Column("rating_strength", "real", "What every rating is multiplied by"),
        ),
        key=("format",),
    ),
    Table(
        name="rating_decibans",
        meaning="What each consistency code is worth",
        columns=(
            position("the code in the tracker"),
            Column("code", "text", "CC, C, N, I or II"),
            Column("decibans", "real", "What it is worth, before any weight"),
        ),
        key=("code",),
    ),
    Table(
        name="grade_weights",
        meaning="The share of a rating that an Admiralty grade keeps; no rows: all of it",
        columns=(
            Column("scale", "text", "reliability or credibility"),
            position("the grade in its scale"),
            Column("grade", "text", "A to F, or 1 to 6"),
            Column("weight", "real", "The share, 0 to 1"),
        ),
        key=("scale", "grade"),
    ),
    Table(
        name="themes",
        meaning="What a line of evidence can be about",
        columns=(
            Column("theme_id", "text", "The id"),
            position("the theme in the tracker"),
            Column("title", "text", "The title"),
        ),
        key=("theme_id",),
    ),
    Table(
        name="analysts",
        meaning="Who may forecast; no rows: anybody",
        columns=(
            Column("analyst", "text", "The id"),
            position("the analyst in the tracker"),
            Column("name", "text", "The name"),
        ),
        key=("analyst",),
    ),
    Table(
        name="sets",
        meaning="Sets of mutually exclusive and exhaustive scenarios",
        columns=(
            Column("set_id", "text", "The id"),
            position("the set in the tracker"),
            Column("title", "text", "The title"),
        ),
        key=("set_id",),
    ),
)
