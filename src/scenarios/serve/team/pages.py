"""The page of a person in a team: role and tasks of the week; who has sat, and the figures."""

from collections.abc import Iterator
from datetime import date, timedelta

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from scenarios.analysis.review.agenda import agenda
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.serve.exchange import PageRequest, Reply, ServedPage, give, take
from scenarios.serve.person import Person
from scenarios.serve.sitting.step_content import agenda_summary
from scenarios.serve.team.desk import TeamDesk
from scenarios.serve.team.week import has_sat
from scenarios.storage.proposals import waiting
from scenarios.text import counted
from scenarios.workspace.input import typed_in


def _page(ask: PageRequest) -> ServedPage:
    desk: TeamDesk = ask.request.app.state.team
    today, database = typed_in.today(), desk.live.latest.opened.database
    start = desk.start(database, today)
    notes = desk.periods.notes(start)
    rows = []
    for id, analyst in database.tracker.people.items():
        if analyst.login is None:
            continue
        person = Person(analyst.login, id, analyst.name, role=analyst.role)
        sits = person.may("analyst")
        sat = sits and (id in notes.finished or has_sat(database, id, start, today))
        rows.append((analyst.name, analyst.role, desk.is_here(person), sits, sat))
    content = fill(
        "serve/team.html",
        you=ask.person,
        asked=[*_asked(ask, today)],
        rows=rows,
        since=short_day(start),
        until=short_day(start + timedelta(database.tracker.review_every_days)),
        opened=notes.opened,
        is_blind=ask.live_database.is_blind,
        may_open=ask.person.may("editor") and not notes.opened,
    )
    return ServedPage(title="Your week", content=content, live=False)


def _asked(ask: PageRequest, today: date) -> Iterator[tuple[str, str, str]]:
    """Yield each task of the person this week: the label and path of a link, and a text."""
    person, database = ask.person, ask.live_database.latest.opened.database
    if person.may("analyst") and person.analyst:
        due = agenda(database, person.analyst, today)
        if summary := agenda_summary(due, person.analyst, today):
            yield "Give your forecasts", "/sitting/", summary
        if person.may("editor") and due.overdue:
            overdue = counted(len(due.overdue), "question")
            yield "Record an outcome", "/record/resolution/", f"{overdue} overdue"
    every, is_blind = waiting(ask.live_database.root).waiting, ask.live_database.is_blind
    number = sum(not (is_blind and proposal.forecast) for proposal in every.values())
    if person.may("analyst") and number:
        yield "Settle the inbox", "/inbox/", counted(number, "proposal")
    if person.may("proposer"):
        does = "Record or propose" if person.may("analyst") else "Propose"
        yield does, "/record/", "something that the desk should know"
    yield "Read the news", "/", "what moved, and why"


def _open(ask: PageRequest, _form: FormData) -> Reply:
    desk: TeamDesk = ask.request.app.state.team
    start = desk.start(desk.live.latest.opened.database, typed_in.today())
    desk.periods.open(start, ask.person.name)
    return RedirectResponse("/team/", 303)


ENTRIES = (give("/team/", _page), take("/team/open/", _open, "editor"))
