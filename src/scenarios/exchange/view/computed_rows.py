"""The rows of what is computed: figures, ledgers, scores, findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import msgspec

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.forecasts import Means, stated
from scenarios.analysis.ledger.days import Days
from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.period.trajectory import span_of
from scenarios.analysis.review.status import row_of, withheld
from scenarios.analysis.rules.findings import RULES, findings
from scenarios.analysis.scores.scoring import every_question_score
from scenarios.exchange.view.table import Row
from scenarios.exchange.view.view import Moment
from scenarios.paths import id_of, kind_of, path_of
from scenarios.scales import decibans


def _figures(moment: Moment) -> Iterator[Row]:
    """By set, since its members are measured together; then by scenario and day."""
    database, views = moment.database, moment.window.views
    odds = Days(database)
    units: dict[str, list[str]] = {}
    for id, view in views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    for unit in units.values():
        means: Means = {}
        for id in unit:
            first, last = span_of(views[id], moment.as_of)
            for day in (day for day in moment.days if first <= day <= last):
                figure, chance = stated(database, id, day, means), odds.at(day).implied(id)
                gap = decibans(figure.probability) - decibans(chance) if figure else None
                probability = figure.probability if figure else None
                yield id, day, probability, len(figure.analysts) if figure else 0, chance, gap
    for row in withheld(database, moment.as_of):
        known = database.scenarios.get(row.id)
        days = [day for day in moment.days if known is None or day >= known.opened]
        yield from ((row.id, day, None, 0, None, None) for day in days)


def _status(moment: Moment) -> Iterator[Row]:
    window = moment.window
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
    for row in withheld(moment.database, moment.as_of):
        if known := moment.database.scenarios.get(row.id):
            prior = decibans(known.prior.probability)
            yield row.id, row.state, row.outcome, prior, None, 0, *[None] * 10


def _lines(of: Callable[[Line], Iterable[Row]], moment: Moment) -> Iterator[Row]:
    """The scenario and the number of each line, before each of the rows that are made of it."""
    for id, view in moment.window.views.items():
        for n, line in enumerate(view.ledger.lines, start=1):
            yield from ((id, n, *row) for row in of(line))


def _line(line: Line) -> Iterator[Row]:
    worth = line.decibans, line.weight, line.factor, line.counted_decibans
    yield line.kind, line.id, line.theme, *worth


def _states(moment: Moment) -> Iterator[Row]:
    known = moment.window.now
    for id, view in moment.window.views.items():
        for key in view.scenario.indicators:
            line = reading(known, (id, key))
            yield id, key, line.state, line.strength


def _scores(moment: Moment) -> Iterator[Row]:
    return map(msgspec.structs.astuple, every_question_score(moment.database, moment.as_of))


def _findings(moment: Moment) -> Iterator[Row]:
    severity = {rule.id: rule.severity for rule in RULES}
    for n, fault in enumerate(moment.database.unreadable, start=1):
        place = f"{fault.path}:{fault.line}:{fault.column}"
        id = id_of(fault.path)
        named = (fault.path, f"{place}: {fault.message}", kind_of(fault.path), id, fault.path)
        yield n, fault.rule, "error", *named
    first = len(moment.database.unreadable) + 1
    for n, line in enumerate(findings(moment.window), start=first):
        path = path_of(line.kind, line.record)
        yield (
            *(n, line.rule, severity[line.rule], line.subject, line.message),
            *(line.kind, line.record, path),
        )


def _meta(moment: Moment) -> Iterator[Row]:
    stamp = moment.stamp
    yield (
        *(stamp.tracker, stamp.as_of, stamp.revision, stamp.program_version),
        *(stamp.schema_version, stamp.ledger_version),
    )


ROWS: Mapping[str, Callable[[Moment], Iterable[Row]]] = {
    "figures": _figures,
    "status": _status,
    "ledger_lines": partial(_lines, _line),
    "ledger_line_evidence": partial(_lines, lambda line: zip(line.evidence)),
    "ledger_line_suppressed": partial(_lines, lambda line: zip(dict.fromkeys(line.suppressed))),
    "indicator_states": _states,
    "scores": _scores,
    "findings": _findings,
    "meta": _meta,
}
"""Functions that make the rows of each table."""
