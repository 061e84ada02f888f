"""Scenarios, their indicators and their outcomes as tables."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.exchange.view.moment import Moment
from scenarios.exchange.view.table import (
    RATING,
    SCENARIO,
    Column,
    Row,
    Table,
    as_json,
    position,
    rated,
    refers,
)


def _scenarios(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        prior, ended = one.prior, one.prior.hazard_ended
        yield (
            *(id, one.title, one.question, one.resolution_criteria, one.opened, one.horizon),
            *(one.set, prior.probability, prior.basis, prior.hazard),
            *((ended.date, ended.reason) if ended else (None, None)),
        )


def _tags(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        yield from ((id, n, tag) for n, tag in enumerate(one.tags, start=1))


def _implications(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        yield from ((id, n, other) for n, other in enumerate(one.implies, start=1))


def _clarifications(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        for n, said in enumerate(one.clarifications, start=1):
            yield id, n, said.date, said.text


def _links(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        for other, given in one.prior.given.items():
            yield id, other, given.occurred, given.did_not_occur


def _in_prior(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        yield from ((id, n, item) for n, item in enumerate(one.prior.includes, start=1))


def _indicators(moment: Moment) -> Iterator[Row]:
    for id, scenario in moment.records.scenarios.items():
        for n, (key, one) in enumerate(scenario.indicators.items(), start=1):
            absent = rated(moment, one.if_absent)[:2] if one.if_absent is not None else (None, None)
            yield (
                *(id, key, n, one.statement, one.added, one.watch, one.due),
                *(*absent, one.chance, one.theme, as_json(one.events) if one.events else None),
            )


def _indicator_ratings(moment: Moment) -> Iterator[Row]:
    for owner, scenario in moment.records.scenarios.items():
        for key, one in scenario.indicators.items():
            for n, (id, rating) in enumerate(one.ratings.items(), start=1):
                yield owner, key, n, id, *rated(moment, rating)


def _resolutions(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        if end := one.resolution:
            yield id, end.outcome, end.date, end.recorded, end.basis


def _resolution_evidence(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.scenarios.items():
        if one.resolution:
            yield from ((id, n, item) for n, item in enumerate(one.resolution.evidence, start=1))


TABLES = (
    Table(
        name="scenarios",
        meaning="Questions, with criteria, a horizon and a prior",
        columns=(
            Column("scenario_id", "text", "The id"),
            Column("title", "text", "The title"),
            Column("question", "text", "What is asked"),
            Column("resolution_criteria", "text", "How the outcome is told"),
            Column("opened", "date", "The day from which it is asked"),
            Column("horizon", "date", "The last day on which it can happen"),
            Column("set_id", "text", "The set that it belongs to", null=True),
            Column("prior_probability", "real", "The probability before the evidence"),
            Column("prior_basis", "text", "What that rests on"),
            Column("hazard", "text", "constant: the prior falls as time passes", null=True),
            Column("hazard_ended", "date", "From then on waiting says nothing", null=True),
            Column("hazard_ended_reason", "text", "Why", null=True),
        ),
        key=("scenario_id",),
        references=(refers("set_id", "sets"),),
        indexes=(("set_id",),),
        rows=_scenarios,
    ),
    Table(
        name="scenario_tags",
        meaning="The tags of a scenario",
        columns=(SCENARIO, position("the tag in its file"), Column("tag", "text", "The tag")),
        key=("scenario_id", "tag"),
        references=(refers("scenario_id", "scenarios"),),
        indexes=(("tag",),),
        rows=_tags,
    ),
    Table(
        name="scenario_implies",
        meaning="Scenarios that happen whenever this one does",
        columns=(
            SCENARIO,
            position("the other in its file"),
            Column("implied_scenario_id", "text", "The other: at least as probable"),
        ),
        key=("scenario_id", "implied_scenario_id"),
        references=(
            refers("scenario_id", "scenarios"),
            refers("implied_scenario_id", "scenarios", "scenario_id"),
        ),
        rows=_implications,
    ),
    Table(
        name="clarifications",
        meaning="What was added to a question later",
        columns=(
            SCENARIO,
            position("the clarification in its file"),
            Column("date", "date", "The day"),
            Column("text", "text", "What was made clear"),
        ),
        key=("scenario_id", "position"),
        references=(refers("scenario_id", "scenarios"),),
        rows=_clarifications,
    ),
    Table(
        name="prior_links",
        meaning="The prior under each outcome of another scenario",
        columns=(
            SCENARIO,
            Column("given_scenario_id", "text", "The other scenario"),
            Column("if_occurred", "real", "The prior if that occurs"),
            Column("if_did_not_occur", "real", "The prior if it does not"),
        ),
        key=("scenario_id",),
        references=(
            refers("scenario_id", "scenarios"),
            refers("given_scenario_id", "scenarios", "scenario_id"),
        ),
        rows=_links,
    ),
    Table(
        name="prior_evidence",
        meaning="Evidence that the basis of a prior already uses, and which is worth 0 for it",
        columns=(
            SCENARIO,
            position("the item in its file"),
            Column("evidence_id", "text", "The item"),
        ),
        key=("scenario_id", "evidence_id"),
        references=(refers("scenario_id", "scenarios"), refers("evidence_id", "evidence")),
        indexes=(("evidence_id",),),
        rows=_in_prior,
    ),
    Table(
        name="indicators",
        meaning="What is watched for",
        columns=(
            Column("scenario_id", "text", "The scenario in whose file it stands"),
            Column("indicator_id", "text", "Its id there"),
            position("the indicator in that file"),
            Column("statement", "text", "What would be seen"),
            Column("added", "date", "When it was written down"),
            Column("watch", "text", "Where, how often and who", null=True),
            Column("due", "date", "After this day its absence counts", null=True),
            Column("if_absent_code", "text", "What absence is worth, as a code", null=True),
            Column("if_absent_ratio", "real", "The same as a likelihood ratio", null=True),
            Column("chance", "real", "How probable it is to be seen by then", null=True),
            Column("theme_id", "text", "What it is about", null=True),
            Column("events", "json", "What to look for in an event store", null=True),
        ),
        key=("scenario_id", "indicator_id"),
        references=(refers("scenario_id", "scenarios"), refers("theme_id", "themes")),
        indexes=(("due",),),
        rows=_indicators,
    ),
    Table(
        name="indicator_ratings",
        meaning="How much more expected an indicator is if a scenario happens than if not",
        columns=(
            Column("scenario_id", "text", "The scenario in whose file the indicator stands"),
            Column("indicator_id", "text", "The indicator"),
            position("the rating in that file"),
            Column("rated_scenario_id", "text", "The scenario that is rated"),
            *RATING,
        ),
        key=("scenario_id", "indicator_id", "rated_scenario_id"),
        references=(
            refers("scenario_id indicator_id", "indicators"),
            refers("rated_scenario_id", "scenarios", "scenario_id"),
        ),
        indexes=(("rated_scenario_id",),),
        rows=_indicator_ratings,
    ),
    Table(
        name="resolutions",
        meaning="Outcomes, of the scenarios that have one",
        columns=(
            SCENARIO,
            Column("outcome", "text", "occurred, did-not-occur or annulled"),
            Column("date", "date", "When the outcome became known: scoring ends here"),
            Column("recorded", "date", "When it entered the database"),
            Column("basis", "text", "What it rests on"),
        ),
        key=("scenario_id",),
        references=(refers("scenario_id", "scenarios"),),
        rows=_resolutions,
    ),
    Table(
        name="resolution_evidence",
        meaning="The evidence behind an outcome",
        columns=(
            SCENARIO,
            position("the item in its file"),
            Column("evidence_id", "text", "The item"),
        ),
        key=("scenario_id", "evidence_id"),
        references=(refers("scenario_id", "resolutions"), refers("evidence_id", "evidence")),
        indexes=(("evidence_id",),),
        rows=_resolution_evidence,
    ),
)
