"""A database at a day, and the rows of every table, computed once: of records, and of figures."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property, partial

import msgspec

from scenarios.analysis.changes import records as records_of
from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.forecasts import Means, stated
from scenarios.analysis.ledger.lines import Line
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.trajectory import span_of
from scenarios.analysis.quantities.view import QuantityView, quantity_views
from scenarios.analysis.question_scores import QuestionScore, every_question_score
from scenarios.analysis.review.status import row_of, withheld
from scenarios.analysis.rules.findings import findings
from scenarios.declarations import NestedRecord
from scenarios.exchange.additions import finding_rules
from scenarios.exchange.view.quantity_tables import QUANTITY_ROWS
from scenarios.exchange.view.records import rows_of, without_empty
from scenarios.exchange.view.table import ForeignKey, Row, ViewTable, as_json
from scenarios.exchange.view.tables import SCHEMA_VERSION, TABLES, added_tables, tables_of
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    IndicatorState,
    Kind,
    Rating,
    Scenario,
    ScenarioId,
)
from scenarios.model.quantity import of_its_kind
from scenarios.model.tracker import DeclaredAnalyst
from scenarios.paths import MODELS, id_of, kind_of, path_of
from scenarios.scales import decibans
from scenarios.values import owner_of

_OF_QUANTITIES: tuple[Kind, ...] = ("scenario", "evidence", "forecasts")


class ExportMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Of which tracker (its id), by what and for which day a view was made.

    `origin` is the state of its repository, where exports of several trackers lie together.
    """

    tracker: str = ""
    as_of: date
    revision: str | None = None
    program_version: str = ""
    schema_version: int = SCHEMA_VERSION
    ledger_version: int = VERSION
    origin: str | None = None


class ViewContext(msgspec.Struct, frozen=True, dict=True):
    """`records` are the database's, or with `known_by` those of them that were known on the day.

    They have no quantities; `known` are the same with them.
    """

    records: Database
    database: Database
    metadata: ExportMetadata
    known: Database

    @property
    def as_of(self) -> date:
        return self.metadata.as_of

    @cached_property
    def window(self) -> Window:
        """Every scenario's figures on the day and one review before it."""
        days = timedelta(days=self.database.tracker.review_every_days)
        since = max(self.as_of - days, date.min)
        return window(self.database, since, self.as_of, banded=True)

    @cached_property
    def quantities(self) -> dict[ScenarioId, QuantityView]:
        """The figures of each quantity that had opened and is not withheld."""
        window = self.window
        return {view.id: view for view in quantity_views(window.odds, window.since, self.as_of)}

    @cached_property
    def days(self) -> list[date]:
        """The days that have a sheet."""
        return sorted(
            {record.date for record in self.database.sheets.values() if record.date <= self.as_of}
        )


def known_by(database: Database, day: date) -> Database:
    """The records of a day: what had opened, was recorded, said, clarified or retracted by then."""
    return msgspec.structs.replace(
        database,
        scenarios={
            id: _scenario(record, day)
            for id, record in database.scenarios.items()
            if record.opened <= day
        },
        evidence=_evidence(database.evidence, day),
        sheets={id: record for id, record in database.sheets.items() if record.date <= day},
    )


def without_quantities(records: Database) -> Database:
    """The records of most tables: no quantities, no forecasts of them and no ratings."""
    replace = msgspec.structs.replace
    sheets = {
        id: replace(
            sheet,
            quantiles={},
            evidence={
                key: sheet.evidence[key] for key in sheet.evidence if key in sheet.probabilities
            },
        )
        for id, sheet in records.sheets.items()
        if sheet.probabilities
    }
    evidence = {
        id: replace(item, ratings=_of_questions(item.ratings), indicators=_fired(records, item))
        for id, item in records.evidence.items()
    }
    scenarios = {}
    for id, scenario in records.binary.items():
        indicators = {
            key: replace(indicator, ratings=_of_questions(indicator.ratings))
            for key, indicator in scenario.indicators.items()
        }
        scenarios[id] = replace(scenario, indicators=indicators)
    return replace(records, scenarios=scenarios, sheets=sheets, evidence=evidence)


def _of_questions(ratings: Mapping[ScenarioId, Rating]) -> dict[ScenarioId, Rating]:
    return {id: rating for id, rating in ratings.items() if "/" not in id}


def _fired(records: Database, item: Evidence) -> dict[str, IndicatorState]:
    fired = item.indicators.items()
    return {key: state for key, state in fired if owner_of(key) not in records.quantities}


def _scenario(scenario: Scenario, day: date) -> Scenario:
    outcome = scenario.resolution
    return msgspec.structs.replace(
        scenario,
        clarifications=tuple(record for record in scenario.clarifications if record.date <= day),
        resolution=outcome if outcome and outcome.recorded <= day else None,
    )


def _evidence(items: Mapping[EvidenceId, Evidence], day: date) -> dict[EvidenceId, Evidence]:
    remaining = {}
    for id, item in items.items():
        if item.recorded <= day:
            is_retracted = item.retracted is None or item.retracted.date <= day
            remaining[id] = item if is_retracted else msgspec.structs.replace(item, retracted=None)
    return remaining


def _figures(context: ViewContext) -> Iterator[Row]:
    """By set, since its members are measured together; then by scenario and day."""
    database, views, odds = context.database, context.window.views, context.window.odds
    units: dict[str, list[str]] = {}
    for id, view in views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    for unit in units.values():
        means: Means = {}
        for id in unit:
            first, last = span_of(context.window, views[id])
            days = [day for day in context.days if first <= day <= last]
            # Backwards, from the day on which the ledgers are, else they are posted once more.
            chances = {day: odds.odds_on(day).implied(id) for day in reversed(days)}
            for day in days:
                figure, chance = stated(database, id, day, means), chances[day]
                gap = decibans(figure.probability) - decibans(chance) if figure else None
                probability = figure.probability if figure else None
                yield id, day, probability, len(figure.analysts) if figure else 0, chance, gap
    for row in withheld(database, context.as_of):
        scenario = database.scenarios.get(row.id)
        days = [day for day in context.days if scenario is None or day >= scenario.opened]
        yield from ((row.id, day, None, 0, None, None) for day in days)


def _status(context: ViewContext) -> Iterator[Row]:
    window = context.window
    for id, view in window.views.items():
        row, stated = row_of(window, view), view.stated
        prior = view.scenario.prior.probability
        yield (
            *(id, row.state, row.outcome, decibans(prior)),
            *((stated.probability, len(stated.analysts)) if stated else (None, 0)),
            *(view.implied.probability, *((b.low, b.high) if (b := view.band) else (None, None))),
            *(view.implied.decibans, row.gap_decibans),
            row.stated.previous if row.stated else None,
            view.implied_before.probability if view.implied_before else None,
            *(row.movement_bits, len(view.evidence), row.last_evidence),
        )
    for row in withheld(context.database, context.as_of):
        if scenario := context.database.scenarios.get(row.id):
            prior = decibans(scenario.prior.probability)
            yield row.id, row.state, row.outcome, prior, None, 0, *[None] * 10


def _lines(of: Callable[[Line], Iterable[Row]], context: ViewContext) -> Iterator[Row]:
    """Yield the rows of each line, behind its scenario and number."""
    for id, view in context.window.views.items():
        for n, line in enumerate(view.ledger.lines, start=1):
            yield from ((id, n, *row) for row in of(line))


def _line(line: Line) -> Iterator[Row]:
    worth = line.decibans, line.weight, line.factor, line.counted_decibans
    yield line.kind, line.id, line.theme, *worth


def _states(context: ViewContext) -> Iterator[Row]:
    known_evidence = context.window.now
    for id, view in context.window.views.items():
        for key in view.scenario.indicators:
            line = reading(known_evidence, (id, key))
            yield id, key, line.state, line.strength


def _findings(context: ViewContext) -> Iterator[Row]:
    for n, fault in enumerate(context.database.unreadable, start=1):
        position = f"{fault.path}:{fault.line}:{fault.column}"
        id = id_of(fault.path)
        named = (fault.path, f"{position}: {fault.message}", kind_of(fault.path), id, fault.path)
        yield n, fault.rule, "error", *named
    first = len(context.database.unreadable) + 1
    every = findings(context.window, also=finding_rules(context.database))
    for n, line in enumerate(every, start=first):
        path = path_of(line.kind, line.record)
        yield (
            *(n, line.rule, "note", line.subject, line.message),
            *(line.kind, line.record, path),
        )


def _of_question(score: QuestionScore) -> Row:
    return msgspec.structs.astuple(score)[:-3]  # without what quantities alone have


def _whole_records(context: ViewContext) -> Iterator[Row]:
    """The records that other tables leave out, or have without the quantities in them."""
    for kind in _OF_QUANTITIES if context.known.quantities else ():
        others, nested = records_of(context.records, kind), NestedRecord(MODELS[kind])
        for id, record in records_of(context.known, kind).items():
            if others.get(id) != record:
                content = of_its_kind(msgspec.json.decode(msgspec.json.encode(record)))
                yield kind, id, as_json(without_empty(content, nested))


def _meta(context: ViewContext) -> Iterator[Row]:
    metadata = context.metadata
    yield (
        *(metadata.tracker, metadata.as_of, metadata.revision, metadata.program_version),
        *(metadata.schema_version, metadata.ledger_version),
    )


ROWS: Mapping[str, Callable[[ViewContext], Iterable[Row]]] = {
    "figures": _figures,
    "status": _status,
    "ledger_lines": partial(_lines, _line),
    "ledger_line_evidence": partial(_lines, lambda line: zip(line.evidence)),
    "ledger_line_suppressed": partial(_lines, lambda line: zip(dict.fromkeys(line.suppressed))),
    "indicator_states": _states,
    "scores": lambda m: map(_of_question, every_question_score(m.window.odds, m.as_of)),
    "findings": _findings,
    **QUANTITY_ROWS,
    "quantity_records": _whole_records,
    "meta": _meta,
}
"""The function that makes the rows of each computed table."""


class View:
    """The tables of a database; their rows are made when they are asked for, and once.

    Without `limited` it holds every record, else those that were known on the day. A row that
    names what is not there, since that has a fault or was not known, is left out and counted; where
    only a cell may be empty, that is.
    """

    base_tables, schema_version = TABLES, SCHEMA_VERSION
    """The tables of every database, and their version; a view may have more of extensions."""

    def __init__(
        self, database: Database, metadata: ExportMetadata, *, limited: bool = False
    ) -> None:
        known = known_by(database, metadata.as_of) if limited else database
        records = without_quantities(known) if known.quantities else known
        # A copy that others may read has nobody's login, role or address.
        names: dict[str, str | DeclaredAnalyst] = {
            id: a.name for id, a in records.tracker.people.items()
        }
        tracker = msgspec.structs.replace(records.tracker, analysts=names)
        records = msgspec.structs.replace(records, tracker=tracker)
        self.context = ViewContext(records, database, metadata, known)
        self.left_out: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = {}
        self._keys: dict[ForeignKey, set[Row]] = {}

    @cached_property
    def tables(self) -> Mapping[str, ViewTable]:
        """Each table by its name, with those of the extensions that the tracker names."""
        return tables_of(self.context.database)

    def columns(self, table: str, *names: str) -> list[Row]:
        """The cells of some columns of a table, row by row."""
        places = self.tables[table].places(names)
        return [tuple(row[n] for n in places) for row in self.rows(table)]

    def rows(self, name: str) -> list[Row]:
        if name not in self._rows:
            table = self.tables[name]
            records = self.context.records
            rows = list(rows_of(table, records) if table.of else self._computed(name))
            for reference in table.references:
                rows = self._referring(table, reference, rows)
            self._rows[name] = rows
        return self._rows[name]

    def _computed(self, name: str) -> Iterable[Row]:
        if name in ROWS:
            return ROWS[name](self.context)
        return added_tables(self.context.database.tracker.extensions)[name].made(self.context)

    def _referring(self, table: ViewTable, reference: ForeignKey, rows: list[Row]) -> list[Row]:
        places, allowed = table.places(reference.columns), self._known(table, reference, rows)
        may_be_null = all(table.columns[n].null for n in places)
        remaining = []
        for row in rows:
            if (may_be_null and row[places[0]] is None) or tuple(row[n] for n in places) in allowed:
                remaining.append(row)
            else:
                self.left_out[table.name] += 1
                if may_be_null:
                    remaining.append(
                        tuple(None if n in places else cell for n, cell in enumerate(row))
                    )
        return remaining

    def _known(self, table: ViewTable, reference: ForeignKey, rows: list[Row]) -> set[Row]:
        other = self.tables[reference.table]
        whole = ForeignKey((), reference.table, reference.key)
        if whole not in self._keys:
            places = other.places(reference.key)
            named = rows if other is table else self.rows(other.name)
            self._keys[whole] = {tuple(row[n] for n in places) for row in named}
        return self._keys[whole]
