"""A set as a picture: a lane a member, the week's change, and the shares before and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from scenarios.analysis.evidence.knowledge import contends
from scenarios.analysis.ledger.neighbourhood import changes_daily
from scenarios.analysis.period.period import View
from scenarios.analysis.period.trajectory import Course
from scenarios.model import Database, ScenarioId
from scenarios.render.charts.lanes import Lanes, Member
from scenarios.render.charts.multiples import Multiples
from scenarios.render.document import Chart, Column, Figure, Ref, Table
from scenarios.render.pictures.timeline import figures_of, outcome_of
from scenarios.render.text import from_to
from scenarios.text import counted

_TOLD = 3


def lanes(
    statement: str,
    courses: Sequence[Course],
    views: Mapping[ScenarioId, View],
    database: Database,
    since: date,
    as_of: date,
) -> Chart:
    """The members of a set by their figures, from high to low."""
    ordered = sorted(
        courses, key=lambda course: (-_figure(views[course.scenario]), course.scenario)
    )
    members = tuple(
        _member(letter(number), course, views[course.scenario], database)
        for number, course in enumerate(ordered)
    )
    shown = [views[course.scenario] for course in ordered]
    before, now = (
        tuple(_share(view, database, day, since) for view in shown) for day in (since, as_of)
    )
    compete = sum(share > 0 for share in before) > 1 and any(now)
    data = Lanes(
        since=since,
        as_of=as_of,
        members=members,
        shares=(before, now) if compete else None,
    )
    return Chart(_label(statement, members), data, _table(shown, members))


def multiples(
    courses: Sequence[Course],
    views: Mapping[ScenarioId, View],
    database: Database,
    since: date,
    as_of: date,
) -> Chart:
    """Scenarios side by side, in their order."""
    members = tuple(
        _member(str(number), course, views[course.scenario], database)
        for number, course in enumerate(courses, start=1)
    )
    data = Multiples(since=since, as_of=as_of, members=members)
    shown = [views[course.scenario] for course in courses]
    return Chart(_label(counted(len(shown), "scenario"), members), data, _table(shown, members))


def letter(number: int) -> str:
    """Short label of a member where there is no room for its title: A to Z, then AA."""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def _figure(view: View) -> float:
    return view.stated.probability if view.stated else view.implied.probability


def _member(name: str, course: Course, view: View, database: Database) -> Member:
    return Member(
        letter=name,
        title=view.scenario.title,
        points=figures_of(course),
        decays=changes_daily(database, view.id),
        stated_before=view.stated_before.probability if view.stated_before else None,
        implied_before=view.implied_before.probability if view.implied_before else None,
        outcome=outcome_of(view),
        anchor=f"s-{view.id}",
    )


def _share(view: View, database: Database, day: date, since: date) -> float:
    """Implied probability of a member on a day; 0 once it is known not to occur."""
    if not contends(database, view.id, day):
        return 0.0
    if day > since:
        return view.implied.probability
    return view.implied_before.probability if view.implied_before else 0.0


def _label(statement: str, members: Sequence[Member]) -> str:
    """The figures of those that stand highest."""
    parts = (f"{member.title} {_told(member)}" for member in members[:_TOLD])
    return f"{statement}: {'; '.join(parts)}."


def _told(member: Member) -> str:
    last = member.points[-1]
    if member.outcome:
        return member.outcome.word
    if last.stated is None:
        return f"implied {from_to(member.implied_before, last.implied)}"
    return f"stated {from_to(member.stated_before, last.stated)}"


def _table(views: Sequence[View], members: Sequence[Member]) -> Table:
    return Table(
        columns=(
            Column(name="member"),
            Column(name="scenario"),
            Column(name="stated before", key="stated_before", align="right"),
            Column(name="stated", align="right"),
            Column(name="implied before", key="implied_before", align="right"),
            Column(name="implied", align="right"),
        ),
        rows=tuple(
            (
                member.letter,
                Ref(view.id, "scenario", view.scenario.title),
                Figure(member.stated_before, "p"),
                Figure(member.points[-1].stated, "p"),
                Figure(member.implied_before, "p"),
                Figure(member.points[-1].implied, "p"),
            )
            for view, member in zip(views, members, strict=True)
        ),
    )
