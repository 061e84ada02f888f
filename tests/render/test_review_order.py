"""The review and its brief as documents: each thing is told once, and no figure is their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import Brief, Review, brief, review
from scenarios.analysis.rules.findings import RULES
from scenarios.model import Database
from scenarios.render.document import Document, Figure, Heading, flat, plain
from scenarios.render.documents import brief as short
from scenarios.render.documents import report
from scenarios.render.documents.review.context import context_of
from scenarios.render.documents.review.sections import WORDS as FINDINGS
from scenarios.render.documents.review.sentences import lead, number_of_words
from scenarios.render.writers import writer
from scenarios.scales import has_moved
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from tests.analysis.words import database_of
from tests.random_databases import random_database
from tests.records import day, near

SHIPPED = Path(__file__).parents[2] / "scenarios"
DAYS = ("2021-12-17", "2022-02-28", "2023-05-15", "2026-11-24")
SHEET = 66
"""Lines of a sheet."""
WORDS = ("dB", "deciban", "bits", "Bayes")


def looked(db: Database, since: date, as_of: date) -> tuple[Review, Brief]:
    period = window(db, since, as_of, banded=True)
    made = review(period)
    return made, brief(period, made)


@cache
def shipped() -> Database:
    return load(snapshot(SHIPPED)[0]).database


def of_shipped(on: str) -> tuple[Review, Brief, Database]:
    as_of = date.fromisoformat(on)
    return *looked(shipped(), date.fromordinal(as_of.toordinal() - 7), as_of), shipped()


def inside(part: Any, kind: type) -> Iterator[Any]:
    """Every part of a kind, in the order in which it is read."""
    if isinstance(part, kind):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from inside(one, kind)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from inside(getattr(part, name), kind)


def sections(document: Document) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"": []}
    anchor = ""
    for block in flat(document):
        if isinstance(block, Heading) and block.anchor:
            anchor = block.anchor
        found.setdefault(anchor, []).append(block)
    return found


def numbers(part: Any) -> Iterator[float]:
    """Every number of a JSON text."""
    if isinstance(part, dict):
        for value in part.values():
            yield from numbers(value)
    elif isinstance(part, list):
        for value in part:
            yield from numbers(value)
    elif isinstance(part, int | float):
        yield float(part)


def figures(document: Document) -> set[float]:
    found = inside(document, Figure)
    return {float(one.value) for one in found if one.value is not None and one.unit != "points"}


def told_of(db: Database, since: date, as_of: date) -> tuple[Review, Document]:
    made, _ = looked(db, since, as_of)
    return made, report.document(made, db)


@example(13, 111, 7)  # what rounding leaves of a day without absences is no absence
@given(st.integers(0, 2000), st.integers(0, 250), st.integers(1, 90))
def test_each_new_item_is_told_once_beside_what_it_moved_or_in_the_list(
    seed: int, since: int, days: int
) -> None:
    db = random_database(seed)
    made = looked(db, day(since), day(since + days))[0]
    text = writer("markdown")(report.document(made, db, whole=True, every=True))
    for entry in made.new_evidence:
        summary = db.evidence[entry.id].summary.partition("; ")[0]
        assert entry.id in text or summary in text, entry.id


@given(st.integers(0, 2000), st.integers(0, 250))
def test_no_figure_of_a_review_or_a_brief_is_its_own(seed: int, since: int) -> None:
    db = random_database(seed)
    made, in_brief = looked(db, day(since), day(since + 30))
    for result, document in (
        (made, report.document(made, db)),
        (in_brief, short.document(in_brief, db)),
    ):
        assert figures(document) <= {*numbers(json.loads(msgspec.json.encode(result)))}


@given(st.integers(0, 2000), st.integers(0, 250))
def test_what_did_not_move_is_printed_as_it_was(seed: int, since: int) -> None:
    db = random_database(seed)
    made, _ = told_of(db, day(since), day(since + 9))
    rows = {row.id: row for row in made.scenarios}
    for id in (*made.unchanged.reaffirmed, *made.unchanged.untouched):
        for figure in (rows[id].stated, rows[id].shown):
            if figure and figure.probability is not None and figure.previous is not None:
                assert not has_moved(figure.previous, figure.probability)


@pytest.mark.parametrize("on", DAYS)
def test_a_brief_is_short_and_in_plain_words(on: str) -> None:
    _, made, db = of_shipped(on)
    document = short.document(made, db)
    told = lead(context_of(made.story, db, made.scenarios))
    assert 0 < len(told) <= 4
    assert number_of_words(told) <= 75
    for form in ("table", "markdown", "html", "csv"):
        text = writer(form)(document)
        text = text.partition("<main>")[2] if form == "html" else text
        assert [word for word in WORDS if word in text] == [], form
    assert len(writer("table")(document).splitlines()) < 2 * SHEET


@pytest.mark.parametrize(
    ("on", "decided"),
    [
        ("2022-02-28", ["full-invasion", "no-new-force", "limited"]),
        ("2025-01-19", ["trade-2024"]),
    ],
)
def test_a_brief_names_each_question_that_was_decided_once(on: str, decided: list[str]) -> None:
    _, made, db = of_shipped(on)
    text = writer("markdown")(short.document(made, db)).partition("## Where it stands")[2]
    titles = [s.title for id, s in db.scenarios.items() if any(part in id for part in decided)]
    assert len(titles) == len(decided)
    assert [text.partition("\n## ")[0].count(title) for title in titles] == [1] * len(titles)


def test_a_brief_of_many_is_as_short() -> None:
    many = "; ".join(f"s{n} x:CC/due={40 + n % 9}" for n in range(200))
    said = "; ".join(
        f"{who}@{n} " + " ".join(f"s{i}={p}" for i in range(200))
        for who, n, p in (("ann", 5, 0.2), ("bo", 5, 0.7), ("bo", 23, 0.8))
    )
    db = database_of(f"{many}; {said}; e @22 {' '.join(f's{n}=C' for n in range(200))}")
    made, in_brief = looked(db, day(20), day(27))
    assert (len(made.moves), len(in_brief.watch), in_brief.unseen) == (200, 60, 200)
    lines = writer("table")(short.document(in_brief, db)).splitlines()
    assert len(lines) < 2 * SHEET
    assert "188 more open questions." in lines


def test_it_says_what_would_change_a_mind_and_when_it_is_due() -> None:
    db = database_of("a x:CC/due=40/statement=Talks y:II z:CC/due=5; w; e @3 a/y=observed")
    _, made = looked(db, day(2), day(9))
    [one] = made.watch
    assert (one.indicator, one.due, one.implied, one.if_seen) == (
        "x",
        day(40),
        near(1 / 11),
        near(0.5),
    )
    text = writer("table")(short.document(made, db))
    assert "Talks: Title, evidence 9% → 50%" in text


def test_a_sign_that_rests_is_told_only_where_all_are_asked_for() -> None:
    db = database_of("a x:CC/due=200/statement=Talks v:C/due=200/statement=Visits; w")
    told = set()
    for week in range(5, 8):
        _, made = looked(db, day(7 * week - 7), day(7 * week))
        texts = [
            writer("table")(short.document(made, db, every=every)).partition("change our mind")[2]
            for every in (False, True)
        ]
        told.add(tuple(re.findall("Talks|Visits", texts[0])))
        assert re.findall("Talks|Visits", texts[1]) == ["Talks"]
    assert told == {("Talks",), ("Visits",)}


def test_an_empty_week_a_first_day_and_a_database_of_outcomes_are_told() -> None:
    for text in ("", "a opened=9", "a", "a occurred=1", "a occurred=5; b did-not-occur=6"):
        db = database_of(text)
        made, in_brief = looked(db, day(2), day(9))
        for document in (
            report.document(made, db, whole=True, every=True),
            short.document(in_brief, db),
        ):
            for form in ("table", "markdown", "html", "csv"):
                assert "None" not in writer(form)(document), (text, form)


def told_in_short(text: str) -> list[str]:
    db = database_of(text)
    made, _ = looked(db, day(2), day(9))
    return [plain(sentence) for sentence in lead(context_of(made.story, db, made.scenarios))]


HALF = "desk@0 a=.5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["Nothing is asked yet"]),
        ("a opened=30", ["No question had opened"]),
        ("a occurred=1", ["Every question is resolved"]),
        ("a; b; e @1", ["Nothing was recorded since 2 January; no figure moved"]),
        (f"a; {HALF}; desk@5 a=.5; e @4", ["No figure moved"]),
        ("a opened=5; e @6 a=CC", ["New question: Title"]),
        ("a opened=5; b opened=5; c", ["2 questions are new"]),
        (
            "a opened=5; b opened=5; c probability=.2 occurred=6",
            [
                "Title occurred on 7 January; the evidence had said 20%",
                "2 questions are new",
            ],
        ),
        (
            f"a; b; {HALF}; desk@5 a=.54 why=a",
            [
                "Title went from 50% to 54%",
                "Title: 54% (from 50%) · roughly even chance · “Why.” · evidence 50% (34–66%)",
            ],
        ),
        (
            "a; x@0 a=.3; y@0 a=.5; x@5 a=-",
            [
                "Title went from 40% to 50%",
                "Title: evidence 50%, not moved · we say 50% (from 40%)",
            ],
        ),
        (
            "a; b; e @5 a=CC summary=Talks",
            [
                "Talks on 6 January; the evidence on Title went from 50% to 91%",
                "Title: evidence 91% (from 50%) · mostly: Talks",
            ],
        ),
        (
            f"a; b; {HALF}; desk@5 a=.3 why=a",
            [
                "Title is unlikely, 30%",
                "Title: 30% (from 50%) · unlikely · “Why.” · evidence 50% (34–66%)",
            ],
        ),
        (
            f"a; b; {HALF}; desk@5 a=.3",
            [
                "Title is unlikely, 30%",
                "Title: 30% (from 50%) · unlikely · no reason given · evidence 50% (34–66%)",
            ],
        ),
        (
            f"a; {HALF}; x@5 a=.9 why=a",
            [
                "Title is likely, 75%",
                "Title: 75% (from 50%) · likely · “Why.” x · evidence 50% (34–66%)",
            ],
        ),
        (
            "a occurred=5; b probability=.2 did-not-occur=6; c; desk@0 a=.4",
            [
                "Title occurred on 6 January; we had said 40%, the evidence 50%",
                "Title did not occur by 7 January; the evidence had said 20%",
            ],
        ),
        ("c; a annulled=5", ["Title was annulled"]),
        (
            "c; a occurred=5/5/e; e @5 summary=Talks",
            ["Talks on 6 January; the evidence had said 50%"],
        ),
        (
            (
                "c; a probability=.999 occurred=5/5/e; e @5 summary=One_two_three_four_five_six_"
                "seven_eight_nine_ten_eleven_twelve_thirteen_fourteen"
            ),
            ["Title occurred on 6 January; the evidence had said 99.9%"],
        ),
        (
            "a; e @5 a=1.01 summary=Talks",
            ["Talks on 6 January; no figure moved a point"],
        ),
        (
            "a probability=.9; e @5 a=1.15 summary=Talks",
            [
                "Talks on 6 January; the evidence on Title went from 90% to 91%",
                "Title: evidence 91% (from 90%) · mostly: Talks",
            ],
        ),
        ("a; desk@5 a=.3", ["Title was forecast for the first time: 30%"]),
    ],
)
def test_a_lead_is_a_headline_and_its_bullets(text: str, said: list[str]) -> None:
    assert told_in_short(text) == said


def test_each_rule_has_its_words_and_no_other() -> None:
    assert {rule.id for rule in RULES} == FINDINGS.keys()


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (
            "2022-02-28",
            "Russia invaded Ukraine on 24 February; we had said 64%|0.3% (from 20%)|seal it",
        ),
        (
            "2026-11-24",
            (
                "Nothing was recorded since 29 June; no figure moved a point|with hindsight"
                "|scen report --as-of 2026-06-29"
            ),
        ),
    ],
)
def test_the_first_screen_has_the_news_the_notice_and_what_is_to_be_done(
    on: str, words: str
) -> None:
    made, _, db = of_shipped(on)
    screen = " ".join(writer("table")(report.document(made, db)).split("\n")[:24])
    first = " ".join(screen.split())
    assert [word for word in words.split("|") if word not in first] == []
