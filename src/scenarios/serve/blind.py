"""What no page tells before it is answered, while somebody sits and forecasts."""

from __future__ import annotations

from datetime import date

from scenarios.analysis.review.agenda import agenda
from scenarios.cli import parsing
from scenarios.model import Analyst, ScenarioId
from scenarios.serve import people
from scenarios.serve.exchange import Ask, ElsewhereError, Page
from scenarios.serve.ways import to_filter
from scenarios.storage.state.session_notes import kept
from scenarios.workspace.opened import Opened
from scenarios.workspace.sitting.answers import is_wanted

_TELLS_NO_FIGURE = (
    *("/sitting/", "/who/", "/record/", "/recorded/"),
    *("/list/evidence/", "/list/indicators/", "/list/sources/"),
)
"""Where these pages begin, or where what is hidden is left out."""


def hidden(opened: Opened, analyst: Analyst | None, today: date) -> frozenset[ScenarioId]:
    """The scenarios whose team's and implied figures an analyst must not see yet."""
    return held_back(opened, analyst, today) if analyst else frozenset()


def instead(ask: Ask) -> Page | None:
    """The page that stands in the place of one which tells figures; None where it may.

    A page of the site of which a list tells no figure leads there.
    """
    path = ask.request.url.path
    if path.startswith(_TELLS_NO_FIGURE) or path.endswith(".css"):
        return None
    if not hidden(ask.desk.latest.opened, people.analyst_of(ask), parsing.today()):
        return None
    listed = to_filter(path)
    if listed.startswith(_TELLS_NO_FIGURE):
        raise ElsewhereError(listed + ask.asked.query(only_when=True))
    content = (
        "<h1>After the sitting</h1><p>You sit and forecast: what the team says and what the"
        " evidence implies is not shown before your own figures are given.</p>"
        '<p class="does"><a class="button" href="/sitting/">Go on with the sitting</a></p>'
        '<p>What was observed can be read: <a href="/list/evidence/">evidence</a>,'
        ' <a href="/list/indicators/">indicators</a>, <a href="/list/sources/">sources</a>.</p>'
    )
    return Page(title="After the sitting", content=content, live=False)


_SHOWN = ("revealed", "revising", "settled")


def held_back(opened: Opened, analyst: Analyst, on: date) -> frozenset[ScenarioId]:
    """The scenarios that are due in a sitting that was begun and is not over, and not shown yet.

    The members of a set are shown together. Without a sitting nothing is held back.
    """
    said = kept(opened.root, analyst, on)
    if said is None:
        return frozenset()
    due = agenda(opened.database, analyst, on)
    waits = set()
    for group in due.groups:
        wanted = [topic.id for topic in group if is_wanted(said, topic)]
        answers = [said.answers.get(id) for id in wanted]
        if not all(answer and answer.stage in _SHOWN for answer in answers):
            waits |= {*wanted}
    return frozenset(waits)
