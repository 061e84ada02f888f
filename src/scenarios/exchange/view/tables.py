"""Every table and view: those that are computed of the records, and all in their order."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios import extensions
from scenarios.exchange.view.quantity_tables import QUANTITY_TABLES
from scenarios.exchange.view.record_tables import RECORDED
from scenarios.exchange.view.table import SCENARIO, ViewTable, column, table, tables
from scenarios.model import Database

SCHEMA_VERSION = 1
"""Of the tables and their columns; a name that goes or changes its meaning makes the next one."""
COMPUTED = tables(
    figures=table(
        "What was stated and implied on each day with a sheet, while it was open",
        SCENARIO,
        column("day", "date", "A day with a sheet, anybody's"),
        column("stated", "real?", "The stated probability; null: none stood"),
        column("analysts", "integer", "How many analysts stand behind it"),
        column("implied", "real?", "The implied probability; null: withheld"),
        column("gap_decibans", "real?", "Stated minus implied"),
        key="scenario_id day",  # refers to no scenario, for one whose file is broken has rows too
        indexes="day",
    ),
    status=table(
        "Where each scenario stands; one with an outcome has its last figures",
        SCENARIO,
        column("state", "text", "open, overdue or resolved"),
        column("outcome", "text?", "occurred, did-not-occur or annulled"),
        column("prior_decibans", "real", "The prior: where the ledger begins"),
        column("stated", "real?", "The stated probability"),
        column("analysts", "integer", "How many analysts stand behind it"),
        column("implied", "real?", "The implied probability; null: withheld"),
        column("implied_low", "real?", "The lower end of its band"),
        column("implied_high", "real?", "The upper end"),
        column("implied_decibans", "real?", "Implied, where the ledger ends"),
        column("gap_decibans", "real?", "Stated minus implied"),
        column("stated_before", "real?", "Stated one review earlier"),
        column("implied_before", "real?", "Implied one review earlier"),
        column("movement_bits", "real?", "How much it moved, the larger of both"),
        column("items", "integer?", "Known evidence that bears on it"),
        column("last_evidence", "date?", "When the last of it was recorded"),
        key="scenario_id",
        refers="scenario_id scenarios",
    ),
    ledger_lines=table(
        "The odds ledger: prior + the sum of counted_decibans = implied",
        SCENARIO,
        column("position", "integer", "The place of the line in the ledger, from 1"),
        column(
            "kind", "text", "indicator, absence, direct, in-prior, given, time, rivals or bound"
        ),
        column("id", "text", "An item, SCENARIO/INDICATOR, or the kind itself"),
        column("theme_id", "text?", "What it is about"),
        column("decibans", "real", "After weights, centring and grouping"),
        column("weight", "real", "Of the strongest item"),
        column("factor", "real", "The share that dependence leaves, 0 to 1"),
        column("counted_decibans", "real", "decibans × factor"),
        key="scenario_id position",
        refers="scenario_id scenarios; theme_id themes",
    ),
    ledger_line_evidence=table(
        "The items behind a line of the ledger",
        SCENARIO,
        column("position", "integer", "The line"),
        column("evidence_id", "text", "The item"),
        key="scenario_id position evidence_id",
        refers="scenario_id+position ledger_lines; evidence_id evidence",
        indexes="evidence_id",
    ),
    ledger_line_suppressed=table(
        "What shares an origin or an event with a stronger line, and counts nothing",
        SCENARIO,
        column("position", "integer", "The line that is stronger"),
        column("suppressed_id", "text", "An item, or SCENARIO/INDICATOR"),
        key="scenario_id position suppressed_id",
        refers="scenario_id+position ledger_lines",
    ),
    indicator_states=table(
        "What was seen of each indicator",
        SCENARIO,
        column("indicator_id", "text", "The indicator"),
        column("state", "text", "unobserved, emerging, observed or reversed"),
        column("strength", "real", "0 to 1: what its rating is multiplied by"),
        key="scenario_id indicator_id",
        refers="scenario_id+indicator_id indicators",
    ),
    scores=table(
        "How good the forecasts of resolved questions were, by forecaster; a set is one question",
        column("scenario_id", "text", "The scenario; of a set the one that occurred"),
        column("set_id", "text?", "The set that is scored, or of which a member is scored alone"),
        column("alone", "boolean", "True for a member of a set that is scored alone"),
        column("outcome", "text", "occurred or did-not-occur"),
        column(
            "forecaster", "text", "An analyst, or team, implied, prior or first, which are ours"
        ),
        column("brier", "real", "Mean over the covered days and those after; 0 best, 1 worst"),
        column("log_score", "real", "Mean of ln p(outcome); 0 best"),
        column("baseline", "real", "100·(1 + ln p(outcome) ÷ ln answers) over the planned days"),
        column("peer", "real?", "Against the other analysts"),
        column("coverage", "real", "Covered days ÷ scored days"),
        column("final_brier", "real?", "Of the last forecast"),
        column("common_brier", "real?", "Over the days on which all of the question stood"),
        column("covered_days", "integer", "Days with a figure"),
        column("scored_days", "integer", "Days until the outcome"),
        column("planned_days", "integer", "Days until the horizon"),
        column("days_after", "integer", "Days after an early event, counted with error 0"),
        column("early", "boolean", "True for one decided before its horizon: in no mean yet"),
        key="scenario_id forecaster",
        refers="scenario_id scenarios",
        indexes="forecaster",
    ),
    findings=table(
        "What an analyst should look at, after the files that cannot be read",
        column("position", "integer", "The place in the list, from 1"),
        column("rule", "text", "The rule: docs/rules.md explains it"),
        column("severity", "text", "note, or error of a file that cannot be read"),
        column("subject", "text", "What it is about"),
        column("message", "text", "What there is to say"),
        column("kind", "text", "The kind of the record: scenario, evidence, …"),
        column("record_id", "text", "The record"),
        column("path", "text", "Its file"),
        key="position",
        indexes="rule",
    ),
    **{each.name: each for each in QUANTITY_TABLES},
    meta=table(
        "When and of what these tables were made: one row",
        column("tracker", "text", "Whose: the tracker's id, else first commit, else title"),
        column("as_of", "date", "The day for which figures are computed"),
        column("revision", "text?", "The commit; null: the files as they were"),
        column("program_version", "text", "The version of scen"),
        column("schema_version", "integer", "The version of these tables"),
        column("ledger_version", "integer", "The version of the arithmetic"),
        key="as_of",
    ),
)


def ordered(*added: ViewTable) -> dict[str, ViewTable]:
    """Each of our tables and the added ones by name; what a table refers to stands before it."""
    every = {view_table.name: view_table for view_table in (*RECORDED, *COMPUTED, *added)}
    in_order: dict[str, ViewTable] = {}

    def add(view_table: ViewTable) -> None:
        for reference in view_table.references:
            if reference.table != view_table.name:
                add(every[reference.table])
        in_order.setdefault(view_table.name, view_table)

    for view_table in every.values():
        add(view_table)
    return in_order


TABLES = ordered()
"""Our tables; a view has those of the extensions that its tracker names too."""


class AddedTable(NamedTuple):
    """A table of an extension, with the function from a ViewContext to its rows."""

    table: ViewTable
    rows: Callable[[Any], Iterable[tuple[Any, ...]]]
    addition: extensions.Addition

    def made(self, timestamp: Any) -> list[tuple[Any, ...]]:
        """The rows; ScenError where the function fails, or a row has another number of cells."""
        with extensions.guarded(self.addition.owner, self.addition.name):
            rows = [*map(tuple, self.rows(timestamp))]
            if wrong := [row for row in rows if len(row) != len(self.table.columns)]:
                raise ValueError(f"a row of {len(wrong[0])} cells: {wrong[0]}")
            return rows


@cache
def added_tables(names: Sequence[str]) -> dict[str, AddedTable]:
    """The tables of the named extensions, by name."""
    added = {}
    for name, addition in extensions.offered("tables", TABLES, names).items():
        pair = addition.load(tuple)
        with extensions.guarded(addition.owner, name):
            declared, rows = pair
            added[name] = AddedTable(replace(declared, name=name, of=()), rows, addition)
    return added


def tables_of(database: Database) -> dict[str, ViewTable]:
    """Our tables, and those that the tracker names; what a table refers to stands before it."""
    added = added_tables(database.tracker.extensions)
    return ordered(*(each.table for each in added.values())) if added else TABLES
