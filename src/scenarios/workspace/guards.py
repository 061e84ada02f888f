"""Probable slips in sound records: a date after today, an unknown analyst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from scenarios.analysis.history.commits import records
from scenarios.errors import NotWritten
from scenarios.model import Database, Evidence, Record, Scenario, ScenarioId, Sheet
from scenarios.paths import id_of, kind_of
from scenarios.scales import TOLERANCE
from scenarios.storage.edits import Draft
from scenarios.storage.loader import Read
from scenarios.text import did_you_mean
from scenarios.values import first_day


def refuse_future(
    before: Database, read: Read, drafts: Sequence[Draft], latest: date | None
) -> None:
    """Nothing new happened, was known or was said after `latest`; without it all may."""
    if latest is None:
        return
    had = {moment for draft in drafts for moment in _moments_in(before, draft)}
    for draft in drafts:
        record = read(kind_of(draft.path), draft.path, draft.new)[0] if draft.new else None
        for moment in moments(record) if record else ():
            if moment not in had:
                refuse_day(*moment, latest)


def refuse_day(what: str, day: date, latest: date | None) -> None:
    """One day that is after `latest`."""
    if latest and day > latest:
        raise NotWritten(
            f"'{what}' is {day}, after today ({latest}): --future allows it, for what is planned"
        )


def new_analyst(database: Database, analyst: str) -> str | None:
    """Warning for an analyst not seen before in a database with others, or None.

    Where the tracker declares its analysts nobody else is accepted, and nothing is to be said.
    """
    if database.tracker.analysts:
        return None
    known = {sheet.analyst for sheet in database.sheets.values()}
    known |= {item.analyst for item in database.evidence.values() if item.analyst}
    if not known or analyst in known:
        return None
    hint = did_you_mean(analyst, sorted(known))
    return f"'{analyst}' has recorded nothing here before{f': {hint}' if hint else ''}"


def crowded_set(database: Database, id: ScenarioId) -> str | None:
    """Warning for a scenario whose set has priors that sum to more than 1, or None."""
    of = database.scenarios[id].set
    total = sum(
        scenario.prior.probability for scenario in database.scenarios.values() if scenario.set == of
    )
    if of is None or total <= 1 + TOLERANCE:
        return None
    return (
        f"the priors of {of} sum to {total:g} now, and one of its members occurs:"
        " scen check --findings names the nearest that sum to 1"
    )


def _moments_in(database: Database, draft: Draft) -> list[tuple[str, date]]:
    record = records(database, kind_of(draft.path)).get(id_of(draft.path))
    return [*moments(record)] if record else []


def moments(record: Record) -> Iterator[tuple[str, date]]:
    """The days on which something happened, was known or was said; not those by which it is due."""
    if isinstance(record, Sheet):
        yield "date", record.date
    elif isinstance(record, Evidence):
        yield "recorded", record.recorded
        yield "observed", first_day(record.observed)
        if record.retracted:
            yield "retracted.date", record.retracted.date
    elif isinstance(record, Scenario):
        yield "opened", record.opened
        for key, indicator in record.indicators.items():
            yield f"indicators.{key}.added", indicator.added
        for number, clarification in enumerate(record.clarifications, start=1):
            yield f"clarifications.{number}.date", clarification.date
        if record.resolution:
            yield "resolution.recorded", record.resolution.recorded
            yield "resolution.date", record.resolution.date
