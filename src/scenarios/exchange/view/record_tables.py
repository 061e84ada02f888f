"""The records as tables: each column with the step to its value."""

from datetime import date
from functools import partial

from scenarios.exchange.view.steps import (
    ID,
    PART_KEY,
    POSITION_IN_RECORD,
    RECORD_KIND,
    Beside,
    IsNumber,
    Itself,
    Key,
    Name,
)
from scenarios.exchange.view.table import (
    SCENARIO,
    ViewTable,
    column,
    columns,
    position,
    table,
    tables,
)
from scenarios.model import Database, Evidence, Rating
from scenarios.scales import rating_decibans
from scenarios.values import first_day


def _first_day(_database: Database, item: Evidence) -> date:
    return first_day(item.observed)


def _weight(database: Database, item: Evidence) -> float:
    shares = database.tracker.grade_weights
    return shares.share(item.grade(database.sources)) if shares else 1.0


def _worth(database: Database, rating: Rating) -> float:
    return rating_decibans(rating, database.tracker.decibans)


DEPENDENCE = (
    column(
        "dependence_within",
        "real",
        "How alike lines of one theme are, 0 to 1",
        Key("evidence_dependence.within", otherwise=Key("evidence_dependence", "number")),
    ),
    column(
        "dependence_between",
        "real?",
        "The same for lines of different themes; null: as within one",
        "evidence_dependence.between",
    ),
)
OBSERVED_DAY = column(
    "observed_day", "date", "The first day that `observed` can mean", compute=_first_day
)
WEIGHT = column("weight", "real", "The share of a rating that its grade keeps", compute=_weight)
IF_ABSENT = (
    column("if_absent_code", "text?", "What absence is worth, as a code", Key("if_absent", "text")),
    column(
        "if_absent_ratio", "real?", "The same as a likelihood ratio", Key("if_absent", "number")
    ),
)
EVIDENCE = column("evidence_id", "text", "The item", ID)
RATING = (
    column("code", "text?", "CC, C, N, I or II; null where a ratio is given", Itself("text")),
    column(
        "likelihood_ratio", "real?", "0.001 to 1000; null where a code is given", Itself("number")
    ),
    column("decibans", "real", "What code or ratio is worth, before any weight", compute=_worth),
)


def _titles(meaning: str, of: str, id: str, title: str) -> ViewTable:
    """The ids that the tracker declares, with their titles."""
    return table(
        meaning,
        column(id, "text", "The id", Name(1)),
        position(f"the {of} in the tracker"),
        column(title, "text", f"The {title}", Itself()),
        of=f"tracker.{of}s.*",
        key=id,
    )


RECORDED = tables(
    tracker=table(
        "What is tracked, and by which conventions: one row",
        *columns("tracker", evidence_dependence=DEPENDENCE),
        of="tracker",
        key="format",
    ),
    rating_decibans=table(
        "What each consistency code is worth",
        position("the code in the tracker"),
        column("code", "text", "CC, C, N, I or II", Name(1)),
        column("decibans", "real", "What it is worth, before any weight", Itself()),
        of="tracker.decibans.*",
        key="code",
    ),
    grade_weights=table(
        "The share of a rating that an Admiralty grade keeps; no rows: all of it",
        column("scale", "text", "reliability or credibility", PART_KEY),
        position("the grade in its scale"),
        column("grade", "text", "A to F, or 1 to 6", Name(1)),
        column("weight", "real", "The share, 0 to 1", Itself()),
        of="tracker.grade_weights.reliability.* tracker.grade_weights.credibility.#",
        key="scale grade",
    ),
    themes=_titles("What a line of evidence can be about", "theme", "theme_id", "title"),
    analysts=_titles("Who may forecast; no rows: anybody", "analyst", "analyst", "name"),
    sets=_titles("Sets of mutually exclusive and exhaustive scenarios", "set", "set_id", "title"),
    feeds=table(
        "Feeds of news that are read when asked",
        column("feed_id", "text", "The id", Name(1)),
        position("the feed in the tracker"),
        *columns("tracker.feeds.*"),
        of="tracker.feeds.*",
        key="feed_id",
        refers="source_id sources",
    ),
    sources=table(
        "Who says so, and how reliable they are",
        column("source_id", "text", "The id", ID),
        *columns("source"),
        of="source",
        key="source_id",
    ),
    evidence=table(
        "What was observed, one thing a row",
        column("evidence_id", "text", "The id", ID),
        *columns("evidence", observed=(OBSERVED_DAY,), credibility=(WEIGHT,)),
        of="evidence",
        key="evidence_id",
        refers="source_id sources; theme_id themes",
        indexes="recorded; observed_day; source_id",
    ),
    evidence_ratings=table(
        "How much more expected an item is if a scenario happens than if not",
        EVIDENCE,
        position("the rating in its file"),
        column("scenario_id", "text", "The scenario that is rated", Name(1)),
        *RATING,
        of="evidence.ratings.*",
        key="evidence_id scenario_id",
        refers="evidence_id evidence; scenario_id scenarios",
        indexes="scenario_id",
    ),
    evidence_indicators=table(
        "The indicators that an item shows, and how",
        EVIDENCE,
        position("the indicator in its file"),
        column(
            "scenario_id", "text", "The scenario in whose file the indicator stands", Name(1, 0)
        ),
        column("indicator_id", "text", "The indicator", Name(1, 1)),
        column("state", "text", "observed, emerging or reversed", Itself()),
        of="evidence.indicators.*",
        key="evidence_id scenario_id indicator_id",
        refers="evidence_id evidence; scenario_id+indicator_id indicators",
        indexes="scenario_id+indicator_id",
    ),
    evidence_corroboration=table(
        "Independent items that an item rests on",
        EVIDENCE,
        position("the other in its file"),
        column("corroborated_by", "text", "The other item", Itself()),
        of="evidence.corroborated_by.#",
        key="evidence_id corroborated_by",
        refers="evidence_id evidence; corroborated_by evidence.evidence_id",
    ),
    evidence_supersession=table(
        "Earlier readings that an item replaces",
        EVIDENCE,
        position("the earlier one in its file"),
        column("supersedes", "text", "The earlier item", Itself()),
        of="evidence.supersedes.#",
        key="evidence_id supersedes",
        refers="evidence_id evidence; supersedes evidence.evidence_id",
    ),
    foreign_ids=table(
        "What a record is called elsewhere",
        column("kind", "text", "scenario, evidence or source", RECORD_KIND),
        column("record_id", "text", "The record", ID),
        position("the name in its file"),
        column("system", "text", "Where it is called so: metaculus, icews, …", Name(1)),
        column("foreign_id", "text", "What it is called there", Itself()),
        column("is_number", "boolean", "Whether its file has that as a number", IsNumber()),
        of="scenario.foreign.* evidence.foreign.* source.foreign.*",
        key="kind record_id system",
        indexes="system+foreign_id",
    ),
    former_ids=table(
        "Ids that a record had before it was renamed",
        column("kind", "text", "scenario, evidence or source", RECORD_KIND),
        column("record_id", "text", "The record's id now", ID),
        position("the id in its file"),
        column("former_id", "text", "The id that it had", Itself()),
        of="scenario.formerly.# evidence.formerly.# source.formerly.#",
        key="kind former_id",
        indexes="kind+record_id",
    ),
    scenarios=table(
        "Questions, with criteria, a horizon and a prior",
        column("scenario_id", "text", "The id", ID),
        *columns("scenario"),
        of="scenario",
        key="scenario_id",
        refers="set_id sets",
        indexes="set_id",
    ),
    scenario_tags=table(
        "The tags of a scenario",
        SCENARIO,
        position("the tag in its file"),
        column("tag", "text", "The tag", Itself()),
        of="scenario.tags.#",
        key="scenario_id tag",
        refers="scenario_id scenarios",
        indexes="tag",
    ),
    scenario_implies=table(
        "Scenarios that happen whenever this one does",
        SCENARIO,
        position("the other in its file"),
        column("implied_scenario_id", "text", "The other: at least as probable", Itself()),
        of="scenario.implies.#",
        key="scenario_id implied_scenario_id",
        refers="scenario_id scenarios; implied_scenario_id scenarios.scenario_id",
    ),
    clarifications=table(
        "What was added to a question later",
        SCENARIO,
        position("the clarification in its file"),
        *columns("scenario.clarifications.#"),
        of="scenario.clarifications.#",
        key="scenario_id position",
        refers="scenario_id scenarios",
    ),
    prior_links=table(
        "The prior under each outcome of another scenario",
        SCENARIO,
        column("given_scenario_id", "text", "The other scenario", Name(1)),
        *columns("scenario.prior.given.*"),
        of="scenario.prior.given.*",
        key="scenario_id",
        refers="scenario_id scenarios; given_scenario_id scenarios.scenario_id",
    ),
    prior_evidence=table(
        "Evidence that the basis of a prior already uses, and which is worth 0 for it",
        SCENARIO,
        position("the item in its file"),
        column("evidence_id", "text", "The item", Itself()),
        of="scenario.prior.includes.#",
        key="scenario_id evidence_id",
        refers="scenario_id scenarios; evidence_id evidence",
        indexes="evidence_id",
    ),
    indicators=table(
        "What is watched for",
        column("scenario_id", "text", "The scenario in whose file it stands", ID),
        column("indicator_id", "text", "Its id there", Name(1)),
        position("the indicator in that file"),
        *columns("scenario.indicators.*", if_absent=IF_ABSENT),
        of="scenario.indicators.*",
        key="scenario_id indicator_id",
        refers="scenario_id scenarios; theme_id themes",
        indexes="due",
    ),
    indicator_ratings=table(
        "How much more expected an indicator is if a scenario happens than if not",
        column("scenario_id", "text", "The scenario in whose file the indicator stands", ID),
        column("indicator_id", "text", "The indicator", Name(1)),
        position("the rating in that file"),
        column("rated_scenario_id", "text", "The scenario that is rated", Name(2)),
        *RATING,
        of="scenario.indicators.*.ratings.*",
        key="scenario_id indicator_id rated_scenario_id",
        refers="scenario_id+indicator_id indicators; rated_scenario_id scenarios.scenario_id",
        indexes="rated_scenario_id",
    ),
    resolutions=table(
        "Outcomes, of the scenarios that have one",
        SCENARIO,
        *columns("scenario.resolution"),
        of="scenario.resolution",
        key="scenario_id",
        refers="scenario_id scenarios",
    ),
    resolution_evidence=table(
        "The evidence behind an outcome",
        SCENARIO,
        position("the item in its file"),
        column("evidence_id", "text", "The item", Itself()),
        of="scenario.resolution.evidence.#",
        key="scenario_id evidence_id",
        refers="scenario_id resolutions; evidence_id evidence",
        indexes="evidence_id",
    ),
    sheets=table(
        "One analyst's forecasts of one day",
        column("sheet_id", "text", "The id", ID),
        *columns("forecasts"),
        of="forecasts",
        key="sheet_id",
        indexes="analyst+date; date",
    ),
    forecasts=table(
        "Stated probabilities",
        column("sheet_id", "text", "The sheet, which has its day and its analyst", ID),
        position("the scenario in its file"),
        column("scenario_id", "text", "The scenario", Name(1)),
        column("probability", "real?", "0.0001 to 0.9999; null withdraws", Itself()),
        column("rationale", "text?", "Why", Beside("rationales")),
        *columns("forecasts.proposed.*", partial(Beside, "proposed")),
        of="forecasts.probabilities.*",
        key="sheet_id scenario_id",
        refers="sheet_id sheets; scenario_id scenarios",
        indexes="scenario_id",
    ),
    forecast_evidence=table(
        "The evidence that moved a forecast",
        column("sheet_id", "text", "The sheet", ID),
        column(
            "position",
            "integer",
            "The place of the item in its file, from 1",
            POSITION_IN_RECORD,
        ),
        column("scenario_id", "text", "The scenario", Name(1)),
        column("evidence_id", "text", "The item", Itself()),
        of="forecasts.evidence.*.#",
        key="sheet_id scenario_id evidence_id",
        refers="sheet_id+scenario_id forecasts; evidence_id evidence",
        indexes="evidence_id",
    ),
)
