"""What a reviewer is told of the commits: each planted fault, and no honest work beside it.

tests/analysis/audits.txt tells stories: a title, then the commits, each with its day and the
records that it puts, then what an audit finds so far (`pytest --renew` writes that anew). A story
has `pact` and `trade` from day 0 on, unless it begins `from nothing`. Behind the id of a record
stands `@DAY` for an item, `ANALYST@DAY` for a sheet, `-` for none, `?KIND` for a file that cannot
be read, else the keys of a scenario, and its indicators as NAME:RATING. The same words are the same
record; `copy` makes an equal one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.history.audit import Audit, audit
from scenarios.analysis.history.provenance import trail
from scenarios.model import Clarification, Given, HazardEnded, Source, Tracker
from tests.analysis.test_chronicle import Broken, Story, stories
from tests.records import day, indicator, item, resolution, retraction, scenario, sheet

FILE = Path(__file__).parent / "audits.txt"
TOLD = [story.splitlines() for story in FILE.read_text().split("\n\n")]
STARTS = {
    "from nothing": [],
    "answered": [
        "0: pact talks:C; trade",
        "4: ann ann@3 pact=.2; bob bob@4 pact=.3",
        "4: eve eve@3 trade=.5",
    ],
}


def told_item(on: str, words: list[str]) -> Any:
    keys: dict[str, Any] = {"ratings": {}, "indicators": {}}
    for key, value in (word.split("=") for word in words):
        if key == "retracted":
            keys[key] = retraction(day(int(value)))
        elif key in ("notes", "observed", "theme", "reliability", "credibility"):
            keys[key] = int(value) if key == "credibility" else value
        else:
            keys["indicators" if "/" in key else "ratings"][key] = value
    return item(day(int(on)), **keys)


def told_sheet(analyst: str, on: str, words: list[str]) -> Any:
    keys = [word.split("=") for word in words]
    said = {key: None if p == "-" else float(p) for key, p in keys if key != "why"}
    why = {id: "Why." for key, id in keys if key == "why"}
    return sheet(day(int(on)), said, analyst=analyst, rationales=why)


def told_indicator(id: str, text: str) -> Any:
    rating, *options = text.split("/")
    owner = {} if "=" in "".join(options[:1]) or not options else {rating: options.pop(0)}
    keys: dict[str, Any] = dict(option.split("=") for option in options)
    keys |= {key: day(int(keys[key])) for key in ("due", "added") if key in keys}
    keys |= {key: float(keys[key]) for key in ("chance",) if key in keys}
    words, added = keys.pop("words", None), keys.pop("added", None)
    plain = indicator(owner or {id: rating}, **keys)
    statement = words.replace("_", " ") if words else plain.statement
    return replace(plain, statement=statement, added=added or plain.added)


def told_scenario(id: str, words: list[str]) -> Any:
    keys: dict[str, Any] = {"indicators": {}, "clarifications": ()}
    asked = {}
    for word in words:
        key, _, value = word.partition("=")
        if ":" in key:
            name, _, text = word.partition(":")
            keys["indicators"][name] = told_indicator(id, text)
        elif key in ("occurred", "did-not-occur"):
            keys["resolution"] = resolution(key, *(day(int(n)) for n in value.split("/")))
        elif key == "clear":
            on, _, text = value.partition(":")
            keys["clarifications"] += (Clarification(day(int(on)), text),)
        elif key in ("question", "criteria"):
            asked[{"criteria": "resolution_criteria"}.get(key, key)] = value
        else:
            keys |= SCENARIO[key](value)
    return replace(scenario(**keys), **asked)


SCENARIO: dict[str, Any] = {
    "p": lambda value: {"probability": float(value)},
    "set": lambda value: {"set": value},
    "tags": lambda value: {"tags": (value,)},
    "implies": lambda value: {"implies": (value,)},
    "horizon": lambda value: {"horizon": day(int(value))},
    "given": lambda value: {"given": {"pact": Given(float(value), 0.1)}},
    "ended": lambda value: {
        "hazard": "constant",
        "hazard_ended": HazardEnded(day(int(value)), "A summit."),
    },
}


def told(text: str) -> Any:
    id, *words = text.split()
    first = words[0] if words else ""
    if first == "-":
        return None
    if first.startswith("?"):
        return Broken(first[1:])  # type: ignore[arg-type]
    words = [word for word in words if word != "copy"]
    if "@" in first:
        analyst, on = first.split("@")
        return told_sheet(analyst, on, words[1:]) if analyst else told_item(on, words[1:])
    if id == "tracker":
        return Tracker(sets={"s": "A set"})
    return Source("A wire", "B") if id == "wire" else told_scenario(id, words)


def commit(story: Story, line: str, records: dict[str, Any], names: dict[str, str]) -> None:
    """`DAY [as=NAME] [after=NAME or NUMBER, …] [committed=DAY] [squashed=DAY, …]: RECORD; …`"""
    head, _, body = line.partition(":")
    on, *options = head.split()
    keys: dict[str, Any] = dict(option.split("=") for option in options)
    parents = [
        names.get(name) or f"{int(name):040d}" for name in keys.pop("after", "").split(",") if name
    ]
    name = keys.pop("as", None)
    keys |= {"committed": day(int(keys["committed"]))} if "committed" in keys else {}
    if "squashed" in keys:
        keys["squashed"] = tuple(day(int(n)) for n in keys["squashed"].split(","))
    put = {}
    for text in filter(None, (part.strip() for part in body.split(";"))):
        put[text.split()[0]] = records.setdefault(text, told(text))
    names[name or ""] = story.commit(int(on), put, *parents, **keys)


def found(story: Story) -> Iterator[str]:
    seen = audited(story)
    for one in seen.findings:
        yield f"! {one.rule} {one.record} {int(one.commit)}: {one.message}"
    yield from (f"! lumped {int(id)}" for id in seen.lumped)
    if not seen.findings and not seen.lumped:
        yield "! nothing"


def audited(story: Story, days: int = 3) -> Audit:
    return audit(trail(story.revisions, days))


def played(lines: list[str]) -> list[str]:
    """The story with what is found wherever it says what was."""
    start = STARTS.get(lines[1], ["0: pact talks:C; trade"])
    story, records, names = Story(), dict[str, Any](), dict[str, str]()
    again = lines[:1] + [line for line in lines[1:2] if line in STARTS]
    put = partial(commit, story, records=records, names=names)
    for line in start:
        put(line)
    rest = [*lines[len(again) :], ""]
    for line, following in pairwise(rest):
        if not line.startswith("!"):
            put(line)
            again.append(line)
            if not following or following.startswith("!"):
                again += found(story)
    return again


@pytest.mark.parametrize("lines", TOLD, ids=[lines[0].rstrip(".") for lines in TOLD])
def test_an_audit_finds_what_the_story_says(lines: list[str]) -> None:
    assert played(lines) == lines


def test_the_stories_are_written_anew_where_that_is_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("renew"):
        FILE.write_text("\n\n".join("\n".join(played(lines)) for lines in TOLD) + "\n")


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
    assert astuple(finding) == (
        *("backdated", "visit", "evidence"),
        *(f"{0:040d}", "Bob", day(9), message),
    )


def test_nothing_can_be_told_of_the_commit_at_which_a_shallow_clone_ends() -> None:
    story = Story()
    story.commit(30, {"visit": item(day(2)), "ann": sheet(day(3), {"pact": 0.2})}, shallow=True)
    story.commit(40, {"denial": item(day(31))})
    seen = audited(story)
    assert [(one.rule, one.record) for one in seen.findings] == [("backdated", "denial")]
    assert (seen.beyond, seen.lumped) == ((f"{0:040d}",), ())
    assert [(one.date, one.records) for one in seen.entered] == [(day(40), 1)]


def test_no_commit_is_no_audit() -> None:
    assert astuple(audit(trail([]))) == ("", 0, None, None, (), (), (), (), 0)


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
