"""Reminders: what each analyst has to forecast again, what happened since, and what is due."""

from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.knowledge import criteria_text
from scenarios.analysis.forecasts import SheetForecast
from scenarios.analysis.review.agenda import RecentNews, agenda
from scenarios.analysis.review.deadlines import Due, DueEntry, due
from scenarios.errors import ScenError
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.result import Result

REMIND_WITHIN_DAYS = 7
_LEFT_AFTER = timedelta(365)
"""Time since an analyst's last figure after which nobody reminds them any more."""
_WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction (Brysbaert 2019, *Journal of Memory and Language* 109)."""


class QuestionReminder(msgspec.Struct, frozen=True, kw_only=True):
    """A question without a figure of the analyst for `review_every_days`, and its news since.

    `last` is the analyst's own last forecast, null before the first.
    """

    scenario: ScenarioId
    last: SheetForecast | None
    news: RecentNews


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """One analyst's reminder; no forecast of anybody else is in it, or changes it.

    `due` is late or due within the days, soonest first; `minutes` is the time to read the
    questions, their criteria and the news. `address` is null where no mail can be sent.
    """

    analyst: Analyst
    address: str | None
    minutes: int
    questions: tuple[QuestionReminder, ...]
    due: tuple[DueEntry, ...]


class Reminders(Result, frozen=True, kw_only=True):
    """The reminders of a day; `sitting` is the address of the sitting, if the tracker has one.

    `none` need none; `unreachable` need one and have no mail address; `left`, who gave their last
    figure over a year ago, have no entry.
    """

    as_of: date
    sitting: str | None
    reminders: tuple[Reminder, ...]
    none: tuple[Analyst, ...]
    unreachable: tuple[Analyst, ...]
    left: tuple[Analyst, ...]


def reminders(database: Database, as_of: date, within_days: int = REMIND_WITHIN_DAYS) -> Reminders:
    """Reminders of the declared analysts and editors, with what is due within some days.

    Raises ScenError where the tracker declares no analysts.
    """
    tracker, dated = database.tracker, due(database, as_of, within_days)
    if not tracker.analysts:
        how = "scen edit tracker analysts.ID.name=NAME analysts.ID.mail=ADDRESS"
        raise ScenError(f"the tracker declares no analysts, so nobody can be reminded: {how}")
    by_day = (sheet for _, sheet in sorted(database.sheets.items()) if sheet.date <= as_of)
    latest = {sheet.analyst: sheet.date for sheet in by_day}
    people = [id for id, each in tracker.people.items() if each.role in ("analyst", "editor")]
    left = tuple(id for id in people if as_of - latest.get(id, as_of) > _LEFT_AFTER)
    every = tuple(_reminder(database, id, dated) for id in people if id not in left)
    asked = [each for each in every if each.questions or each.due]
    return Reminders(
        as_of=as_of,
        sitting=f"{tracker.address.rstrip('/')}/sitting/" if tracker.address else None,
        reminders=every,
        none=tuple(each.analyst for each in every if each not in asked),
        unreachable=tuple(each.analyst for each in asked if not each.address),
        left=left,
    )


def _reminder(database: Database, analyst: Analyst, dated: Due) -> Reminder:
    groups, late = agenda(database, analyst, dated.as_of).groups, database.tracker.review_every_days
    # Those with news first, and in no order that a forecast of another changes, as it does that of
    # the agenda (test_no_forecast_of_another_changes_a_reminder).
    asked = sorted(
        (topic for group in groups for topic in group if not topic.last or topic.days >= late),
        key=lambda topic: (not topic.fresh.evidence, -topic.days, topic.scenario.horizon, topic.id),
    )
    items = {item for topic in asked for item in topic.fresh.evidence}
    texts = [f"{topic.scenario.question} {criteria_text(topic.scenario)}" for topic in asked]
    texts += [database.evidence[item].summary for item in items]
    # A review is due by anybody's last forecast.
    tasks = (entry for entry in (*dated.late, *dated.coming) if entry.what != "review")
    return Reminder(
        analyst=analyst,
        address=database.tracker.people[analyst].address,
        minutes=-(-sum(len(text.split()) for text in texts) // _WORDS_A_MINUTE),
        questions=tuple(
            QuestionReminder(scenario=topic.id, last=topic.last, news=topic.fresh)
            for topic in asked
        ),
        due=tuple(entry for entry in tasks if entry.analyst in (None, analyst)),
    )
