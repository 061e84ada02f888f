"""The story of every week of the shipped database, and the same facts wherever it is told."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from scenarios.analysis.forecasts import current_forecasts
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.status import status
from scenarios.analysis.review.steps import StatedMove, quoted
from scenarios.analysis.review.story import ScenarioStory
from scenarios.model import Database, ScenarioId, Sheet
from scenarios.render.document import Text, plain
from scenarios.render.documents import report
from scenarios.render.documents.review import causes, reasons, sections, sentences
from scenarios.render.documents.review.causes import day_words
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.render.writers import terminal, writer
from scenarios.scales import percents
from scenarios.site.at import page_at
from scenarios.site.build import SiteFile, feed
from scenarios.site.site import Site
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.workspace.opened import open_folder
from tests.analysis.words import database_of
from tests.cli.commands import scen
from tests.full import FULL
from tests.lazily import lazily
from tests.random_databases import random_database
from tests.records import day, near

feedparser = lazily("feedparser")

SHIPPED = Path(__file__).parents[1] / "scenarios"
WEEKS = [date(2021, 12, 20) + timedelta(weeks=week) for week in range(257)]
DESK = (("ana", 5), ("ben", 5), ("cat", 12), ("dan", 12))
NEWS = ("2022-02-07", "2022-02-21", "2022-02-28", "2023-03-27", "2026-06-29")


@cache
def shipped() -> Database:
    return load(snapshot(SHIPPED)[0]).database


@cache
def odds() -> DailyLedgers:
    return DailyLedgers(shipped())


def weeks() -> list[date]:
    """Every week of the record where all is run; else those with news, and some of the others."""
    return WEEKS if FULL else [*map(date.fromisoformat, NEWS), *WEEKS[3::17]]


@pytest.mark.parametrize("as_of", weeks(), ids=str)
def test_what_is_told_of_a_week_is_true(as_of: date) -> None:
    period = window(shipped(), as_of - timedelta(7), as_of, banded=True, odds=odds())
    made = review(period, audited=False)
    checked(shipped(), made, odds())


@pytest.mark.parametrize("seed", range(60) if FULL else (*range(6), 43))
def test_what_is_told_of_a_desk_of_four_is_true(seed: int) -> None:
    draw, db = Random(seed), random_database(seed)  # noqa: S311 - no secret
    sheets = {}
    for analyst in ("hydrology", "freight", "industry", "energy"):
        for on in sorted(draw.sample(range(200), draw.randint(1, 9))):
            ids = draw.sample(sorted(db.scenarios), draw.randint(1, len(db.scenarios)))
            known = [id for id, item in db.evidence.items() if item.recorded <= day(on)]
            said = {id: draw.choice((0.02, 0.2, 0.5, 0.55, 0.9, 0.997, None)) for id in ids}
            why = {id: "A reason of some words, that is long." for id in ids if draw.random() < 0.5}
            cites = {id: (*draw.sample(known, 1),) for id in ids if known and draw.random() < 0.4}
            id = f"{day(on)}-{analyst}"
            sheets[id] = Sheet(day(on), analyst, said, rationales=why, evidence=cites)
    db = replace(db, sheets=sheets)
    ledgers = DailyLedgers(db)
    for _ in range(4):
        until = draw.randint(1, 240)
        since = until - draw.choice((1, 7, 7, 30, 200))
        checked(db, review(window(db, day(since), day(until), banded=True)), ledgers)


def checked(db: Database, made: Review, odds: DailyLedgers) -> None:
    """What holds of each review: its causes, figures, lead and length."""
    story, as_of = made.story, made.as_of
    of = context_of(story, db, made.scenarios)
    for move in story.moves:
        parts, way = move.implied.causes, move.implied.decibans
        assert sum(cause.decibans for cause in parts) == near(way, abs=1e-9)
        assert all(cause.decibans * way > 0 for cause in move.implied.because)
        linked = {*db.scenarios[move.scenario].prior.given}
        rivals = {id for id, s in db.scenarios.items() if move.set and s.set == move.set}
        for cause in parts:
            if cause.kind == "outcome":
                assert {*cause.subjects} <= linked | rivals
        assert move.implied.from_ == odds.odds_on(story.since).implied(move.scenario)
        assert move.implied.to == odds.odds_on(as_of).implied(move.scenario)
        if move.stated:
            of_what_we_say(of, move, move.stated, odds)
    for entry in story.resolved:
        eve = min(entry.date - timedelta(1), db.scenarios[entry.scenario].horizon)
        if eve >= db.scenarios[entry.scenario].opened:
            assert (entry.stated, entry.implied) == printed(db, entry.scenario, eve, odds)
    top = made.headline.top
    assert not top or top.figure == "implied" or top.because == ()
    first, *bullets = lead = sentences.lead(of)
    assert sentences.number_of_words([first]) <= 15
    assert len(bullets) <= 3
    assert all(len(plain(bullet)) <= 200 for bullet in bullets)
    assert sentences.number_of_words(lead) <= 75
    text = terminal.write(report.document(made, db), 100)
    assert len(text.splitlines()) <= 150
    assert [line for line in text.splitlines() if len(line) > 100] == []
    assert not re.search(r"(?<![\d.])0\.0%|100\.0%", text)
    for pair in re.finditer(r"(\S+) → (\S+)", text):
        assert pair[1].rstrip("%") != pair[2].rstrip("%,;.)"), pair[0]


def printed(
    db: Database, id: ScenarioId, on: date, odds: DailyLedgers
) -> tuple[float | None, float | None]:
    """The stated and the implied figure that `status --as-of` a day prints."""
    rows = status(window(db, on, on, only={id}, odds=odds))
    [row] = [row for row in rows if row.id == id]
    return row.stated.probability if row.stated else None, row.shown.probability


def of_what_we_say(
    of: ReviewContext, move: ScenarioStory, stated: StatedMove, odds: DailyLedgers
) -> None:
    """Figures beside days stood, and of the ledger nothing is said but what it did since."""
    db, id, since = of.database, move.scenario, stated.evidence_since
    for step in stated.steps:
        eve = step.date - timedelta(1)
        if eve >= db.scenarios[id].opened:
            assert step.team_from == printed(db, id, eve, odds)[0]
        assert step.team_to == printed(db, id, step.date, odds)[0]
        if step.analyst:
            assert (
                step.probability == current_forecasts(db, id, step.date)[step.analyst].probability
            )
        if step.analyst and step.previous_date:
            was = current_forecasts(db, id, eve)[step.analyst]
            assert (step.previous, step.previous_date) == (was.probability, was.date)
    words = [plain(part) for part in reasons.reason_words(of, move, 30)]
    assert [part for part in words if "mostly" in part and not part.startswith("Since the")] == []
    if move.figure == "stated":
        assert "mostly" not in plain(sentences.bullet(of, move))
        reason = f"“{causes.shortened(stated.reason.text, 15)}”" if stated.reason else ""
        assert sentences.label(of, move) == (reason or "no reason given")
    if since is None:
        return
    assert stated.cited == ()
    then, now = printed(db, id, since.date, odds)[1], printed(db, id, of.story.as_of, odds)[1]
    assert (since.from_, since.to) == (then, now)
    if since.because:
        way = (stated.to or 0) - (stated.from_ or 0)
        told = quoted(stated.steps, way)
        assert told
        assert since.because.decibans * told.size(1) > 0
        assert abs(since.because.decibans) >= abs(told.size(1)) / 3
    if words[-1].startswith("Since the forecast of"):
        assert then is not None
        assert now is not None
        on = re.match(r"Since the forecast of (.*?) the evidence went (\S+) → ([^\s,]+)", words[-1])
        assert on
        assert (on[1], on[2]) == (day_words(since.date, of.story), percents(then, now)[0])
        assert on[3].rstrip(".") == percents(then, now)[1]


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
    made = review(window(database, as_of - timedelta(7), as_of, banded=True))
    told = [
        flat(sentence)
        for sentence in sentences.lead(context_of(made.story, database, made.scenarios))
    ]
    base = ("--database", str(SHIPPED), "report", "--as-of", on, "--no-restate")
    texts = [scen(*base, "--format", form).stdout for form in ("table", "markdown", "html")]
    for text in (*texts, scen(*base, "--brief").stdout):
        assert [sentence for sentence in told if sentence not in flat(text)] == []
    result = json.loads(scen(*base, "--format", "json").stdout)
    top = result["headline"]["top"]
    [story] = [m for m in result["story"]["moves"] if m["scenario"] == top["scenario"]]
    assert (top["scenario"], top["figure"]) == (story["scenario"], story["figure"])
    assert (top["because"], top["rationale"]) == ([], story["stated"]["reason"]["text"])
    [move] = [m for m in result["moves"] if m["scenario"] == top["scenario"]]
    assert move["stated"]["rationale"] == top["rationale"]


def test_the_site_the_feed_and_the_card_tell_it_too() -> None:
    site = Site(open_folder(SHIPPED), date(2022, 2, 28))
    made = review(window(site.database, date(2022, 2, 21), date(2022, 2, 28), banded=True))
    told = flat(sentences.in_short(context_of(made.story, site.database, made.scenarios)))
    address = "review/2022-02-28/index.html"
    page, home = page_at(site, address), page_at(site, "index.html")
    assert page
    assert home
    assert flat(page.description) == flat(home.description) == told
    [entry] = feedparser.parse(
        feed(site, {address: SiteFile("", b"", 0, page.description, page.title)})
    ).entries
    assert flat(entry.summary) == told
    assert told.startswith(entry.title.removesuffix(" (28 Feb 2022)"))
    assert home.card
    assert f"{len(made.story.moved)} moved" in home.card.about


def test_a_quiet_week_is_short() -> None:
    six = "; ".join(f"s{n} x:CC/due=40 y:C z:I" for n in range(6))
    said = "; ".join(
        f"{who}@{n} " + " ".join(f"s{i}=.{i + 2}" for i in range(6)) for who, n in DESK
    )
    db = database_of(f"{six}; {said}; e @0 s1=C; f @1 s2=I grade=F6")
    made = review(window(db, day(20), day(27), banded=True))
    assert made.story.moves == ()
    assert len(writer("table")(report.document(made, db)).splitlines()) <= 40


def test_an_event_that_answered_two_questions_does_not_stand_for_one_of_them() -> None:
    """The text of 4 February named AUKUS, given 65%, and was given at a meeting, given 98%."""
    as_of = date(2022, 2, 7)
    made = review(window(shipped(), as_of - timedelta(7), as_of, banded=True))
    lead = sentences.lead(context_of(made.story, shipped(), made.scenarios))
    assert [*map(plain, lead)] == [
        "A joint condemnation of AUKUS occurred on 4 February; we had said 65%",
        (
            "A meeting of Putin and Xi in Beijing occurred on 4 February; we had said 98%, the"
            " evidence 96%"
        ),
    ]


@pytest.mark.parametrize(
    ("reason", "quoted"),
    [
        ("They met", "They met."),
        ("They met.", "They met."),
        ("Will they meet?", "Will they meet?"),
        ("He said “no.”", "He said “no.”"),
        ("They met; nothing was signed", "They met …"),
        (None, ""),
    ],
)
def test_a_quoted_reason_ends_as_a_sentence_does(reason: str | None, quoted: str) -> None:
    assert causes.shortened(reason, 4) == quoted
