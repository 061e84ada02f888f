"""The story of every week of the shipped database, and the same facts wherever it is told."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from scenarios.analysis.forecasts import stated
from scenarios.analysis.period.period import window
from scenarios.analysis.review.moves import Move, moves
from scenarios.analysis.review.review import review, story_of
from scenarios.analysis.review.story import Because, Story
from scenarios.model import Database
from scenarios.render.document import Text, plain
from scenarios.render.documents import report
from scenarios.render.documents.brief import in_words
from scenarios.render.documents.review import sections, sentences
from scenarios.render.writers import writer
from scenarios.scales import decibans
from scenarios.site.at import page_at
from scenarios.site.build import feed
from scenarios.site.site import Site
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.workspace.opened import open_folder
from tests.analysis.words import database_of
from tests.cli.commands import scen
from tests.records import day, near

SHIPPED = Path(__file__).parents[1] / "scenarios"
WEEKS = [date(2021, 12, 20) + timedelta(weeks=week) for week in range(257)]
DESK = (("ana", 5), ("ben", 5), ("cat", 12), ("dan", 12))
NEWS = ("2022-02-07", "2022-02-21", "2022-02-28", "2023-03-27", "2026-06-29")


@cache
def shipped() -> Database:
    return load(snapshot(SHIPPED)[0]).database


@cache
def stories() -> list[tuple[Story, dict[str, Move]]]:
    told = []
    for as_of in WEEKS:
        period = window(shipped(), as_of - timedelta(7), as_of)
        views = (view for view in period.views.values() if view.open and view.odds_before)
        rows = moves(period, [view for view in views if view.moved])
        told.append((story_of(period), {move.scenario: move for move in rows}))
    return told


def worth(cause: Because) -> float:
    assert cause.decibans is not None
    return cause.decibans


def test_in_every_week_the_first_cause_named_is_the_largest_of_its_direction() -> None:
    number = 0
    for story, rows in stories():
        for move in story.moves:
            way, causes = move.implied.decibans, move.implied.causes
            same = [cause for cause in causes if worth(cause) * way > 0]
            assert [*move.implied.because[:1]] == sorted(same, key=lambda c: -abs(worth(c)))[:1]
            row = rows[move.scenario]
            lines = (*row.lines_added, *row.lines_removed, *row.lines_changed)
            parts = [line.after - line.before for line in lines]
            parts += [row.given, row.time, row.rivals, row.bound, row.restated]
            assert sum(map(worth, causes)) == near(sum(parts), abs=1e-6) == near(way, abs=1e-6)
            if move.stated and move.stated.main_step and move.stated.because:
                first = move.stated.because[0]
                known = [c for c in causes if c.day and c.day <= move.stated.main_step.day]
                assert move.stated.to is not None
                assert move.stated.from_ is not None
                up = move.stated.to - move.stated.from_
                larger = [c for c in known if worth(c) * up > abs(worth(first)) * abs(up) + 1e-9]
                assert larger == [], (story.as_of, move.scenario)
                number += 1
    assert number > 30


def test_in_every_week_each_dated_figure_is_that_day_s() -> None:
    number = 0
    for story, _ in stories():
        for move in story.moves:
            for step in move.stated.steps if move.stated else ():
                for on, figure in ((step.day - timedelta(1), step.before), (step.day, step.figure)):
                    now = stated(shipped(), move.scenario, on)
                    assert figure == (now.probability if now else None)
                    number += 1
    assert number > 100


def test_in_every_week_the_decibans_beside_two_figures_are_their_difference() -> None:
    for story, _ in stories():
        ends: dict[str, list[float]] = {}
        for cause in story.causes:
            for effect in cause.effects:
                change = decibans(effect.to) - decibans(effect.from_)
                assert change == near(effect.decibans, abs=1e-6)
                ends.setdefault(effect.scenario, []).extend((effect.from_, effect.to))
        for move in story.moves:
            if move.scenario in ends and move.implied.from_ is not None:
                assert min(abs(end - move.implied.from_) for end in ends[move.scenario]) < 1e-9
                assert min(abs(end - move.implied.to) for end in ends[move.scenario]) < 1e-9


def commands(text: str) -> Iterator[str]:
    """The commands that a report prints."""
    for line in text.splitlines():
        if found := re.search(r"(?:^  |: )scen ([a-z][^:]*?)$", line):
            yield found[1]


@pytest.mark.parametrize("on", [*NEWS, "2024-08-05"])
def test_each_printed_command_runs(on: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    text = scen("--database", str(SHIPPED), "report", "--as-of", on, "--no-restate").stdout
    told = {*commands(text)}
    assert told
    for command in told:
        done = scen("--database", str(SHIPPED), *shlex.split(command))
        asks = "no terminal" in done.stderr or "missing" in done.stderr.lower()
        assert done.exit_code in (0, 1) or asks, (command, done.stderr)
        assert not re.search(r"scen: no |unexpected|No such", done.stderr) or asks, done.stderr


def test_a_command_of_each_rule_has_an_id_that_it_takes() -> None:
    db = database_of(
        "s1 horizon=5; s2 set=s probability=.6; s3 set=s probability=.6; e @0; f @3 s2=C;"
        "s4 x:CC/due=5; a desk@0 s1=.2 s2=.9 s3=.9; b desk@5 s1=.4 s2=.8 s3=.8; s5 x:N y:N z:N"
    )
    of: dict[str, str] = {}
    for finding in review(window(db, day(2), day(9))).every_finding:
        of.setdefault(finding.rule, sections.command(finding, db))
    assert of["overdue"] == "scen resolve s1"
    assert of["unrated"] == "scen rate e"
    assert of["non-diagnostic"] == "scen edit s5/x"
    assert of["few-indicators"] == "scen add-indicator s2"
    assert of["sum-not-one"] == "scen edit s3 prior.probability=0.4"
    assert of["partial-row"] == "scen rate f"
    sheet = [f for f in review(window(db, day(2), day(9))).every_finding if f.kind == "forecasts"]
    assert sections.command(sheet[0], db) == "scen forecast s3 0.2 --analyst desk"


def flat(text: Text) -> str:
    """A text without marks, breaks and quotation marks."""
    words = re.sub(r"<[^>]+>|\[|\]\([^)]*\)|[|*\\]", "", plain(text))
    words = words.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&")
    return " ".join(re.sub('[“”"]|&quot;|&#34;', "", words).split())


@pytest.mark.parametrize("on", ["2022-02-28", "2022-02-21"])
def test_the_same_lead_is_told_in_every_format(on: str) -> None:
    database, as_of = shipped(), date.fromisoformat(on)
    made = review(window(database, as_of - timedelta(7), as_of))
    lead = sentences.lead(made.story, database)
    whole = flat(sentences.joined(lead))
    base = ("--database", str(SHIPPED), "report", "--as-of", on, "--no-restate")
    for form in ("table", "markdown", "html"):
        assert whole in flat(scen(*base, "--format", form).stdout) or form == "html", form
    told = [flat(sentence) for sentence in lead[:-1]]
    brief, page = scen(*base, "--brief").stdout, scen(*base, "--format", "html").stdout
    for text in (brief, page):
        assert [sentence for sentence in told if sentence not in flat(text)] == []
    result = json.loads(scen(*base, "--format", "json").stdout)
    top, story = result["headline"]["top"], result["story"]["moves"][0]
    assert (top["scenario"], top["figure"]) == (story["scenario"], story["figure"])
    assert story["stated"]["because"] == top["because"]
    assert result["moves"][0]["stated"]["rationale"] == top["rationale"]


def test_the_site_the_feed_and_the_card_tell_it_too() -> None:
    site = Site(open_folder(SHIPPED), date(2022, 2, 28))
    made = review(window(site.database, date(2022, 2, 21), date(2022, 2, 28)))
    lead = flat(sentences.joined(in_words(made.story, site.database)))
    address = "review/2022-02-28/index.html"
    page, home = page_at(site, address), page_at(site, "index.html")
    assert page
    assert home
    assert flat(page.description) == flat(home.description) == lead
    assert lead in flat(feed(site, {address: page.description}))
    assert home.card
    assert f"{len(made.story.moved)} moved" in home.card.about


def test_a_quiet_week_is_short_and_the_invasion_fits() -> None:
    base = ("--database", str(SHIPPED), "report", "--no-restate", "--as-of")
    assert len(scen(*base, "2022-02-28").stdout.splitlines()) <= 150
    six = "; ".join(f"s{n} x:CC/due=40 y:C z:I" for n in range(6))
    said = "; ".join(
        f"{who}@{n} " + " ".join(f"s{i}=.{i + 2}" for i in range(6)) for who, n in DESK
    )
    db = database_of(f"{six}; {said}; e @0 s1=C; f @1 s2=I grade=F6")
    made = review(window(db, day(20), day(27), banded=True))
    assert made.moves == ()
    assert len(writer("table")(report.document(made, db)).splitlines()) <= 40
