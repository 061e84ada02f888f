"""What a reviewer is told of the commits: each planted fault, and no honest work beside it.

tests/analysis/audits.txt tells stories: a title, then the commits, each with its day and the
records that it puts (tests/analysis/words.py), then what an audit finds so far (`pytest --renew`
writes that anew). A story has `pact` and `trade` from day 0 on, unless it begins `from nothing`.
The same words are the same record; `copy` makes an equal one.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.history.audit import Audit, audit
from scenarios.analysis.history.proposal_fates import fates
from scenarios.analysis.history.provenance import trail
from scenarios.drafts import Dismissal, EvidenceDraft, ForecastDraft, Proposal, QuestionDraft
from scenarios.values import ProposalOrigin
from tests.analysis.story import Story, held
from tests.analysis.test_chronicle import stories
from tests.analysis.words import commit, stories_of, write
from tests.records import day, item, scenario, sheet

TOLD = stories_of("audits.txt")
STARTS = {
    "from nothing": [],
    "answered": [
        "0: pact talks:C; trade",
        "4: ann ann@3 pact=.2; bob bob@4 pact=.3",
        "4: eve eve@3 trade=.5",
    ],
}


def found(story: Story) -> list[str]:
    seen = audited(story)
    of = [f"{it.rule} {it.record} {int(it.commit)}: {it.message}" for it in seen.findings]
    of += [f"lumped {int(id)}" for id in seen.lumped]
    return [f"! {one}" for one in of or ["nothing"]]


def audited(story: Story, days: int = 3) -> Audit:
    return audit(trail(story.revisions, days))


def played(lines: list[str]) -> list[str]:
    """The story with what is found wherever it says what was."""
    story, records, names = Story(), dict[str, Any](), dict[str, str]()
    for line in STARTS.get(lines[1], ["0: pact talks:C; trade"]):
        commit(story, line, records, names)
    again = lines[:1]
    for line, following in pairwise([*lines[1:], "!"]):
        if line.startswith("!"):
            continue
        again.append(line)
        if line not in STARTS:
            commit(story, line, records, names)
            again += found(story) if following.startswith("!") else ()
    return again


@pytest.mark.parametrize("lines", TOLD, ids=[lines[0].rstrip(".") for lines in TOLD])
def test_an_audit_finds_what_the_story_says(lines: list[str]) -> None:
    assert played(lines) == lines


def test_the_stories_are_written_anew_where_that_is_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("renew"):
        write("audits.txt", map(played, TOLD))


# What else an audit says


def test_so_many_days_are_allowed_as_are_asked_for() -> None:
    story = Story()
    story.commit(4, {"visit": item(day(2))})
    assert [len(audited(story, days).findings) for days in (0, 1, 2, 3)] == [1, 1, 0, 0]


def test_a_finding_names_the_author_and_the_author_s_day() -> None:
    story = Story()
    story.commit(9, {"visit": item(day(2))}, author="Bob", committed=day(30))
    [finding] = audited(story).findings
    message = "committed 7 days after its date: recorded 2022-01-03"
    told = ("backdated", "visit", "evidence", f"{0:040d}", "Bob", day(9), message)
    assert astuple(finding) == told


def test_nothing_can_be_told_of_the_commit_at_which_a_shallow_clone_ends() -> None:
    story = Story()
    story.commit(30, {"visit": item(day(2)), "ann": sheet(day(3), {"pact": 0.2})}, shallow=True)
    story.commit(40, {"denial": item(day(31))})
    seen = audited(story)
    assert [(one.rule, one.record) for one in seen.findings] == [("backdated", "denial")]
    assert (seen.beyond, seen.lumped) == ((f"{0:040d}",), ())
    assert [(one.date, one.records) for one in seen.entered] == [(day(40), 1)]


def test_no_commit_is_no_audit() -> None:
    assert astuple(audit(trail([]))) == ("", 0, None, None, (), (), (), (), (), (), (), 0)


def test_accepted_proposals_are_counted_by_who_proposed_and_who_accepted() -> None:
    agent, feed = ProposalOrigin("agent", "reader", day(1)), ProposalOrigin("feed", "Asia", day(1))
    story = Story()
    figure = sheet(day(2), {"pact": 0.3, "ties": 0.2}, proposed={"pact": agent})
    items = {f"e{n}": item(day(2), proposed=by) for n, by in enumerate((feed, feed, agent))}
    items["e2"] = replace(items["e2"], analyst="desk")
    story.commit(2, {"pact": scenario(0.2), "ties": scenario(0.2), "own": item(day(2)), **items})
    story.commit(3, {"2022-01-03-desk": figure})
    assert [astuple(one) for one in audited(story).accepted] == [
        ("agent reader", "desk", 1, 1),
        ("feed Asia", None, 2, 0),
    ]


def test_of_each_proposer_the_share_of_decided_proposals_is_that_of_the_accepted() -> None:
    agent, feed = ProposalOrigin("agent", "reader", day(1)), ProposalOrigin("feed", "Asia", day(1))
    turned_down = Dismissal(day(3), "desk", "No observation")
    news = Proposal(feed, evidence=EvidenceDraft("Talks", url="https://a.org/1"))
    guess = Proposal(agent, forecast=ForecastDraft("pact", 0.3), dismissed=turned_down)
    asked = Proposal(agent, question=QuestionDraft("A pact?"), dismissed=turned_down)
    inbox = {"news": news, "guess": guess, "asked": asked}
    inbox |= {f"no{n}": replace(news, dismissed=turned_down) for n in range(6)}
    story = Story()
    items = {f"e{n}": item(day(2), proposed=feed) for n in range(3)}
    figure = sheet(day(2), {"pact": 0.3}, proposed={"pact": agent})
    first = {"pact": scenario(0.2), "own": item(day(2)), **items, "2022-01-03-desk": figure}
    story.commit(2, first)
    few = audit(trail(story.revisions), inbox=inbox).decided
    assert [astuple(row) for row in few] == [
        ("agent reader", 1, 1, None),
        ("feed Asia", 3, 6, None),  # one that waits is not decided
    ]
    inbox |= {"no6": replace(news, dismissed=turned_down)}
    assert [row.share for row in audit(trail(story.revisions), inbox=inbox).decided] == [None, 0.3]
    assert audit(trail(story.revisions)).decided == ()
    three = {"news": news, "guess": guess, "asked": asked}
    names = ("id", "draft", "about", "fate", "on", "by", "reason", "url")
    told = [tuple(getattr(fate, name) for name in names) for fate in fates(three, held(first))]
    assert told == [
        ("news", "evidence", "Talks", "waiting", day(1), None, None, "https://a.org/1"),
        ("guess", "forecast", "pact", "dismissed", day(3), "desk", "No observation", None),
        ("asked", "question", "A pact?", "dismissed", day(3), "desk", "No observation", None),
        *(
            (id, "evidence", each.summary, "accepted", day(2), None, None, None)
            for id, each in items.items()
        ),
        ("2022-01-03-desk", "forecast", "pact", "accepted", day(2), "desk", None, None),
    ]


def test_what_came_from_elsewhere_is_counted_with_the_commits_that_brought_it() -> None:
    story = Story()
    asked = replace(scenario(0.2), foreign={"metaculus": 7})
    story.commit(0, {"pact": asked, "here": item(day(0))})
    story.commit(2, {"visit": item(day(2), foreign={"icews": "2022-01-03/1"})})
    rows = {f"e{n}": item(day(3), foreign={"icews": f"2022-01-04/{n}"}) for n in range(2)}
    story.commit(3, rows)
    assert [astuple(one) for one in audited(story).elsewhere] == [
        ("icews", 3, (f"{1:040d}", f"{2:040d}")),
        ("metaculus", 1, (f"{0:040d}",)),
    ]


def test_honest_work_is_counted_by_day_once_and_not_found() -> None:
    story = Story()
    start = story.commit(0, {"pact": scenario(0.2)})
    story.commit(2, {"visit": item(day(2)), "ann": sheet(day(2), {"pact": 0.1})}, start)
    other = story.commit(5, {"visit": item(day(2))}, start)
    story.commit(6, {}, story.revisions[1].commit.id, other)
    story.commit(9, {"denial": item(day(4)), "bob": sheet(day(9), {"pact": 0.2})})
    seen = audit(trail(story.revisions), 7)
    assert (seen.commits, seen.first, seen.last, seen.left_out) == (4, day(0), day(9), 7)
    assert [astuple(one) for one in seen.entered] == [(day(2), 2, 0, 0, 0), (day(9), 2, 1, 5, 5)]


@given(stories())
def test_any_commits_can_be_audited(story: Story) -> None:
    seen = audited(story)
    commits = {one.commit.id for one in story.revisions if one.own}
    assert seen.commits == len(commits)
    assert {one.commit for one in seen.findings} <= commits
    assert seen.last is None or isinstance(seen.last, date)
