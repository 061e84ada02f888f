"""What is computed of the records, as tables: figures, ledgers, scores, findings."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scenarios.analysis.evidence.bearing import bearing, near
from scenarios.analysis.evidence.indicator_state import reading
from scenarios.analysis.forecasts.stated import Means, stated
from scenarios.analysis.ledger.neighbourhood import implied_on
from scenarios.analysis.period.trajectory import span_of
from scenarios.analysis.review.status import row_of
from scenarios.analysis.rules.findings import RULES, findings
from scenarios.analysis.scores.questions import QuestionScore, every_question_score
from scenarios.exchange.view.moment import Moment
from scenarios.exchange.view.table import SCENARIO, Column, Row, Table, refers
from scenarios.paths import path_of
from scenarios.scales import decibans

_OF_SCENARIO = refers("scenario_id", "scenarios")
_OF_LINE = refers("scenario_id position", "ledger_lines")


def _figures(moment: Moment) -> Iterator[Row]:
    """By set, since its members are measured together; then by scenario and day."""
    database, views = moment.database, moment.window.views
    items, sheets = bearing(database), database.speaking
    units: dict[str, list[str]] = {}
    for id, view in views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    for unit in units.values():
        around = near(database, unit[0], items, sheets)
        spans = {id: span_of(views[id], moment.as_of) for id in unit}
        asked = {
            id: [day for day in moment.days if first <= day <= last]
            for id, (first, last) in spans.items()
        }
        means: Means = {}
        for id, implied in implied_on(around, asked).items():
            for day, chance in zip(asked[id], implied, strict=True):
                said = stated(around, id, day, means)
                gap = decibans(said.probability) - decibans(chance) if said else None
                probability = said.probability if said else None
                yield id, day, probability, len(said.analysts) if said else 0, chance, gap


def _status(moment: Moment) -> Iterator[Row]:
    window = moment.window
    for id, view in window.views.items():
        row, stated = row_of(window, view), view.stated
        prior = view.scenario.prior.probability
        yield (
            *(id, row.state, row.outcome, decibans(prior)),
            *((stated.probability, len(stated.analysts)) if stated else (None, 0)),
            *(row.implied.probability, row.implied.low, row.implied.high, view.implied.decibans),
            *(row.gap_decibans, row.stated.previous if row.stated else None),
            *(row.implied.previous, row.movement_bits, row.evidence.total, row.last_evidence),
        )


def _lines(moment: Moment) -> Iterator[Row]:
    for id, view in moment.window.views.items():
        for n, one in enumerate(view.ledger.lines, start=1):
            yield (
                *(id, n, one.kind, one.id, one.theme),
                *(one.decibans, one.weight, one.factor, one.counted_decibans),
            )


def _line_evidence(moment: Moment) -> Iterator[Row]:
    for id, view in moment.window.views.items():
        for n, one in enumerate(view.ledger.lines, start=1):
            yield from ((id, n, item) for item in one.evidence)


def _suppressed(moment: Moment) -> Iterator[Row]:
    for id, view in moment.window.views.items():
        for n, one in enumerate(view.ledger.lines, start=1):
            yield from ((id, n, other) for other in dict.fromkeys(one.suppressed))


def _states(moment: Moment) -> Iterator[Row]:
    known = moment.window.now
    for id, view in moment.window.views.items():
        for key in view.scenario.indicators:
            one = reading(known, (id, key))
            yield id, key, one.state, one.strength


def _scores(moment: Moment) -> Iterator[Row]:
    for row in every_question_score(moment.database, moment.as_of):
        yield msgspec.structs.astuple(row)


def _findings(moment: Moment) -> Iterator[Row]:
    severity = {rule.id: rule.severity for rule in RULES}
    for n, one in enumerate(findings(moment.window), start=1):
        path = path_of(one.kind, one.record)
        yield (
            *(n, one.rule, severity[one.rule], one.subject, one.message),
            *(one.kind, one.record, path),
        )


def _meta(moment: Moment) -> Iterator[Row]:
    made = moment.made
    yield (
        *(made.as_of, made.revision, made.program_version),
        *(made.schema_version, made.ledger_version),
    )


_SCORE_NAMES = ("scenario_id", *QuestionScore.__struct_fields__[1:])
_SCORES = {
    "outcome": Column("outcome", "text", "occurred or did-not-occur"),
    "forecaster": Column(
        "forecaster", "text", "An analyst, or team, implied, prior or first, which are ours"
    ),
    "brier": Column("brier", "real", "Mean over the covered days; 0 best, 1 worst"),
    "log_score": Column("log_score", "real", "Mean of ln p(outcome); 0 best"),
    "baseline": Column("baseline", "real", "100·(log2 p(outcome) + 1) over the planned days"),
    "peer": Column("peer", "real", "Against the other analysts", null=True),
    "coverage": Column("coverage", "real", "Covered days ÷ scored days"),
    "final_brier": Column("final_brier", "real", "Of the last forecast", null=True),
    "common_brier": Column(
        "common_brier", "real", "Over the days on which all of the question stood", null=True
    ),
    "covered_days": Column("covered_days", "integer", "Days with a figure"),
    "scored_days": Column("scored_days", "integer", "Days until the outcome"),
    "planned_days": Column("planned_days", "integer", "Days until the horizon"),
    "scenario_id": SCENARIO,
}

TABLES = (
    Table(
        name="figures",
        meaning="What was stated and implied on each day with a sheet, while it was open",
        columns=(
            SCENARIO,
            Column("day", "date", "A day with a sheet, anybody's"),
            Column("stated", "real", "The stated probability; null: none stood", null=True),
            Column("analysts", "integer", "How many analysts stand behind it"),
            Column("implied", "real", "The implied probability"),
            Column("gap_decibans", "real", "Stated minus implied", null=True),
        ),
        key=("scenario_id", "day"),
        references=(_OF_SCENARIO,),
        indexes=(("day",),),
        rows=_figures,
        computed=True,
    ),
    Table(
        name="status",
        meaning="Where each scenario stands; one with an outcome has its last figures",
        columns=(
            SCENARIO,
            Column("state", "text", "open, overdue or resolved"),
            Column("outcome", "text", "occurred, did-not-occur or annulled", null=True),
            Column("prior_decibans", "real", "The prior: where the ledger begins"),
            Column("stated", "real", "The stated probability", null=True),
            Column("analysts", "integer", "How many analysts stand behind it"),
            Column("implied", "real", "The implied probability"),
            Column("implied_low", "real", "The lower end of its band", null=True),
            Column("implied_high", "real", "The upper end", null=True),
            Column("implied_decibans", "real", "Implied, where the ledger ends"),
            Column("gap_decibans", "real", "Stated minus implied", null=True),
            Column("stated_before", "real", "Stated one review earlier", null=True),
            Column("implied_before", "real", "Implied one review earlier", null=True),
            Column("movement_bits", "real", "How much it moved since, the larger of both"),
            Column("items", "integer", "Known evidence that bears on it"),
            Column("last_evidence", "date", "When the last of it was recorded", null=True),
        ),
        key=("scenario_id",),
        references=(_OF_SCENARIO,),
        rows=_status,
        computed=True,
    ),
    Table(
        name="ledger_lines",
        meaning="The odds ledger: prior + the sum of counted_decibans = implied",
        columns=(
            SCENARIO,
            Column("position", "integer", "The place of the line in the ledger, from 1"),
            Column(
                "kind",
                "text",
                "indicator, absence, direct, in-prior, given, time, rivals or bound",
            ),
            Column("id", "text", "An item, SCENARIO/INDICATOR, or the kind itself"),
            Column("theme_id", "text", "What it is about", null=True),
            Column("decibans", "real", "After weights, centring and grouping"),
            Column("weight", "real", "Of the strongest item"),
            Column("factor", "real", "The share that dependence leaves, 0 to 1"),
            Column("counted_decibans", "real", "decibans × factor"),
        ),
        key=("scenario_id", "position"),
        references=(_OF_SCENARIO, refers("theme_id", "themes")),
        rows=_lines,
        computed=True,
    ),
    Table(
        name="ledger_line_evidence",
        meaning="The items behind a line of the ledger",
        columns=(
            SCENARIO,
            Column("position", "integer", "The line"),
            Column("evidence_id", "text", "The item"),
        ),
        key=("scenario_id", "position", "evidence_id"),
        references=(_OF_LINE, refers("evidence_id", "evidence")),
        indexes=(("evidence_id",),),
        rows=_line_evidence,
        computed=True,
    ),
    Table(
        name="ledger_line_suppressed",
        meaning="What shares an origin or an event with a stronger line, and counts nothing",
        columns=(
            SCENARIO,
            Column("position", "integer", "The line that is stronger"),
            Column("suppressed_id", "text", "An item, or SCENARIO/INDICATOR"),
        ),
        key=("scenario_id", "position", "suppressed_id"),
        references=(_OF_LINE,),
        rows=_suppressed,
        computed=True,
    ),
    Table(
        name="indicator_states",
        meaning="What was seen of each indicator",
        columns=(
            SCENARIO,
            Column("indicator_id", "text", "The indicator"),
            Column("state", "text", "unobserved, emerging, observed or reversed"),
            Column("strength", "real", "0 to 1: what its rating is multiplied by"),
        ),
        key=("scenario_id", "indicator_id"),
        references=(refers("scenario_id indicator_id", "indicators"),),
        rows=_states,
        computed=True,
    ),
    Table(
        name="scores",
        meaning="How good the forecasts of resolved scenarios were, by forecaster",
        columns=tuple(_SCORES[name] for name in _SCORE_NAMES),
        key=("scenario_id", "forecaster"),
        references=(_OF_SCENARIO,),
        indexes=(("forecaster",),),
        rows=_scores,
        computed=True,
    ),
    Table(
        name="findings",
        meaning="What an analyst should look at",
        columns=(
            Column("position", "integer", "The place in the list, from 1"),
            Column("rule", "text", "The rule: docs/rules.md explains it"),
            Column("severity", "text", "note"),
            Column("subject", "text", "What it is about"),
            Column("message", "text", "What there is to say"),
            Column("kind", "text", "The kind of the record: scenario, evidence, …"),
            Column("record_id", "text", "The record"),
            Column("path", "text", "Its file"),
        ),
        key=("position",),
        indexes=(("rule",),),
        rows=_findings,
        computed=True,
    ),
    Table(
        name="meta",
        meaning="When and of what these tables were made: one row",
        columns=(
            Column("as_of", "date", "The day for which figures are computed"),
            Column("revision", "text", "The commit; null: the files as they were", null=True),
            Column("program_version", "text", "The version of scen"),
            Column("schema_version", "integer", "The version of these tables"),
            Column("ledger_version", "integer", "The version of the arithmetic"),
        ),
        key=("as_of",),
        rows=_meta,
        computed=True,
    ),
)
