"""The page of a team: who is here, who has sat, and whether the figures are open to all."""

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.serve.exchange import PageRequest, Reply, ServedPage, give, take
from scenarios.serve.person import Person
from scenarios.serve.team.desk import TeamDesk
from scenarios.serve.team.week import has_sat
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
        rows=rows,
        since=short_day(start),
        opened=notes.opened,
        is_blind=ask.live_database.is_blind,
        may_open=ask.person.may("editor") and not notes.opened,
    )
    return ServedPage(title="Team", content=content, live=False)


def _open(ask: PageRequest, _form: FormData) -> Reply:
    desk: TeamDesk = ask.request.app.state.team
    start = desk.start(desk.live.latest.opened.database, typed_in.today())
    desk.periods.open(start, ask.person.name)
    return RedirectResponse("/team/", 303)


ENTRIES = (give("/team/", _page), take("/team/open/", _open, "editor"))
