"""The rows of what is recorded: each record, and each part of one, as its table has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from scenarios.exchange.view.moment import Moment
from scenarios.exchange.view.table import Row, as_json
from scenarios.model import (
    Dependence,
    Evidence,
    Rating,
    Scenario,
    Source,
    Tracker,
    first_day,
    indicator_key,
)
from scenarios.scales import rating_decibans


def rated(moment: Moment, rating: Rating) -> tuple[str | None, float | None, float]:
    """The cells of a rating."""
    worth = rating_decibans(rating, moment.records.tracker.decibans)
    return (rating, None, worth) if isinstance(rating, str) else (None, rating, worth)


def _tracker(moment: Moment) -> Iterator[Row]:
    tracker = moment.records.tracker
    declared = tracker.evidence_dependence
    is_pair = isinstance(declared, Dependence)
    yield (
        tracker.format,
        tracker.id,
        tracker.title or None,
        tracker.description or None,
        tracker.notice,
        tracker.repository,
        tracker.review_every_days,
        tracker.forecast_expires_days,
        tracker.estimative_language,
        declared.within if isinstance(declared, Dependence) else declared,
        tracker.dependence.between if is_pair else None,
        tracker.rating_strength,
    )


def _decibans(moment: Moment) -> Iterator[Row]:
    for n, (code, worth) in enumerate(moment.records.tracker.decibans.items(), start=1):
        yield n, code, worth


def _grades(moment: Moment) -> Iterator[Row]:
    table = moment.records.tracker.grade_weights
    if table:
        credibility = {str(grade): share for grade, share in enumerate(table.credibility, start=1)}
        for scale, shares in (("reliability", table.reliability), ("credibility", credibility)):
            for n, (grade, share) in enumerate(shares.items(), start=1):
                yield scale, n, grade, share


def _titles(part: Callable[[Tracker], Mapping[str, str]]) -> Callable[[Moment], Iterator[Row]]:
    def rows(moment: Moment) -> Iterator[Row]:
        for n, (id, title) in enumerate(part(moment.records.tracker).items(), start=1):
            yield id, n, title

    return rows


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


def _sources(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.sources.items():
        yield id, one.name, one.url, one.reliability, one.reliability_basis


def _evidence(moment: Moment) -> Iterator[Row]:
    records, shares = moment.records, moment.records.tracker.grade_weights
    for id, one in records.evidence.items():
        copy, gone = one.attachment, one.retracted
        yield (
            *(id, one.summary, one.observed, first_day(one.observed), one.recorded, one.analyst),
            *(one.source, one.url, one.reliability, one.credibility),
            shares.share(one.grade(records.sources)) if shares else 1.0,
            *(one.origin, one.event, one.theme),
            *((copy.file, copy.sha256) if copy else (None, None)),
            *(one.quote, one.notes),
            *((gone.date, gone.reason) if gone else (None, None)),
        )


def _evidence_ratings(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.evidence.items():
        for n, (scenario, rating) in enumerate(one.ratings.items(), start=1):
            yield id, n, scenario, *rated(moment, rating)


def _evidence_indicators(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.evidence.items():
        for n, (text, state) in enumerate(one.indicators.items(), start=1):
            yield id, n, *indicator_key(text), state


def _corroborations(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.evidence.items():
        yield from ((id, n, other) for n, other in enumerate(one.corroborated_by, start=1))


def _named(moment: Moment) -> Iterator[tuple[str, str, Scenario | Evidence | Source]]:
    """Every record that may have names besides its id, with its kind and its id."""
    records = moment.records
    yield from (("scenario", id, one) for id, one in records.scenarios.items())
    yield from (("evidence", id, one) for id, one in records.evidence.items())
    yield from (("source", id, one) for id, one in records.sources.items())


def _foreign_ids(moment: Moment) -> Iterator[Row]:
    for kind, id, one in _named(moment):
        for n, (system, name) in enumerate(one.foreign.items(), start=1):
            yield kind, id, n, system, str(name), isinstance(name, int)


def _former_ids(moment: Moment) -> Iterator[Row]:
    for kind, id, one in _named(moment):
        yield from ((kind, id, n, old) for n, old in enumerate(one.formerly, start=1))


def _sheets(moment: Moment) -> Iterator[Row]:
    yield from ((id, one.date, one.analyst) for id, one in moment.records.sheets.items())


def _forecasts(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.sheets.items():
        for n, (scenario, chance) in enumerate(one.probabilities.items(), start=1):
            yield id, n, scenario, chance, one.rationales.get(scenario)


def _forecast_evidence(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.sheets.items():
        named = ((scenario, item) for scenario, items in one.evidence.items() for item in items)
        yield from ((id, n, *both) for n, both in enumerate(named, start=1))


ROWS: Mapping[str, Callable[[Moment], Iterable[Row]]] = {
    "tracker": _tracker,
    "rating_decibans": _decibans,
    "grade_weights": _grades,
    "themes": _titles(lambda tracker: tracker.themes),
    "analysts": _titles(lambda tracker: tracker.analysts),
    "sets": _titles(lambda tracker: tracker.sets),
    "scenarios": _scenarios,
    "scenario_tags": _tags,
    "scenario_implies": _implications,
    "clarifications": _clarifications,
    "prior_links": _links,
    "prior_evidence": _in_prior,
    "indicators": _indicators,
    "indicator_ratings": _indicator_ratings,
    "resolutions": _resolutions,
    "resolution_evidence": _resolution_evidence,
    "sources": _sources,
    "evidence": _evidence,
    "evidence_ratings": _evidence_ratings,
    "evidence_indicators": _evidence_indicators,
    "evidence_corroboration": _corroborations,
    "foreign_ids": _foreign_ids,
    "former_ids": _former_ids,
    "sheets": _sheets,
    "forecasts": _forecasts,
    "forecast_evidence": _forecast_evidence,
}
"""What makes the rows of each table."""
