"""The review and its brief as documents: each thing is told once, and no figure is their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.period import window
from scenarios.analysis.review.brief import Brief, brief
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.rules.findings import RULES
from scenarios.model import Database
from scenarios.render.document import Document, Figure, Heading, Items, Ref, flat, plain
from scenarios.render.documents import brief as short
from scenarios.render.documents import report
from scenarios.render.documents.review import findings
from scenarios.render.writers import writer
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from tests.analysis.words import database_of
from tests.random_databases import random_database
from tests.records import day, near

SHIPPED = Path(__file__).parents[2] / "scenarios"
DAYS = ("2021-12-17", "2022-02-28", "2023-05-15", "2026-11-24")
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


@given(st.integers(0, 2000), st.integers(0, 250), st.integers(1, 90))
def test_each_scenario_that_moved_is_told_in_full_once_and_each_item_once(
    seed: int, since: int, days: int
) -> None:
    db = random_database(seed)
    made, document = told_of(db, day(since), day(since + days))
    parts = sections(document)
    rows = [
        row for block in parts.get("moved", ()) if isinstance(block, Items) for row in block.rows
    ]
    in_full = [ref.id for row in rows if row.under for ref in list(inside(row.text, Ref))[:1]]
    assert sorted(in_full) == sorted(move.scenario for move in made.moves)
    heads = [ref.id for block in parts.get("moved", ()) for ref in inside(block, Ref)]
    items = [id for id in heads if id in db.evidence]
    items += [ref.id for b in parts.get("new-evidence", ()) for ref in inside(b, Ref)]
    new = {entry.id for entry in made.new_evidence}
    assert sorted(id for id in items if id in new) == sorted(new)


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
def test_what_is_unchanged_did_not_change(seed: int, since: int) -> None:
    db = random_database(seed)
    made, document = told_of(db, day(since), day(since + 9))
    rows = {row.id: row for row in made.scenarios}
    for block in sections(document).get("unchanged", ()):
        for item in block.rows if isinstance(block, Items) else ():
            if plain(item.text).startswith("Unchanged"):
                same = [rows[ref.id] for ref in inside(item.text, Ref)]
                assert [row.shown.previous for row in same] == near(
                    [row.shown.probability for row in same], abs=1e-12
                )


@pytest.mark.parametrize("on", DAYS)
def test_a_brief_is_short_and_in_plain_words(on: str) -> None:
    _, made, db = of_shipped(on)
    document = short.document(made, db)
    assert 0 < len(short.sentences(made, db)) <= 7
    for form in ("table", "markdown", "html", "csv"):
        text = writer(form)(document)
        text = text.partition("<main>")[2] if form == "html" else text
        assert [word for word in WORDS if word in text] == [], form
    assert len(writer("table")(document).splitlines()) < 66


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
    assert len(lines) < 66
    assert "188 questions more: scen status" in lines
    assert len(short.sentences(in_brief, db)) <= 7


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
    assert "“Title” would go from 9.1% to 50% if this is seen:\n  Talks (due by 2022-02-10)" in text


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


def test_an_item_that_moved_hardly_anything_is_new_evidence() -> None:
    db = database_of("a; e @5 a=CC; f @6 a=1.011 summary=Hardly")
    made, document = told_of(db, day(2), day(9))
    assert [event.evidence for event in made.events] == [("e",), ("f",)]
    [told] = sections(document)["new-evidence"][1].rows[0].under
    assert plain(told.text) == "Hardly (f, F6)"


def test_a_headline_of_any_week_is_one_of_few_sentences() -> None:
    half = "desk@0 a=.5"
    for text, said in {
        "a; b": "Nothing moved: there is no new evidence and no new forecast.",
        f"a; {half}; desk@5 a=.5; e @4": "Nothing moved, though 1 item of evidence is new and "
        "1 of 1 open question was forecast.",
        "a opened=5; e @6 a=CC": "1 question is new.",
        "a; b; e @5 a=CC summary=Talks": "What the evidence implies for “Title” rose from 50% to "
        "90.9% after “Talks”. The other open question did not move.",
        f"a; b; c; {half}; desk@5 a=.3 why=a": "“Title” fell from 50% to 30%: Why. None of the "
        "other 2 open questions moved.",
        "a occurred=5; b did-not-occur=6; c annulled=6": "“Title” occurred. “Title” did not occur. "
        "“Title” was annulled.",
        "a set=s occurred=5; b set=s probability=.2": "“Title” occurred; “Title” did not.",
        "a given=b/.8/.2; b occurred=5": "“Title” occurred. What the evidence implies for “Title” "
        "rose from 50% to 80% after “Title” occurred.",
        "a; e @0 a=C retracted=5 summary=Talks": "What the evidence implies for “Title” fell from "
        "76% to 50% after “Talks” was retracted.",
        "a x:CC/due=5/if_absent=I/statement=Talks": "What the evidence implies for “Title” fell "
        "from 50% to 24% since “Talks” was due and absent.",
    }.items():
        document = told_of(database_of(text), day(2), day(9))[1]
        assert plain(document[1].text) == said, text  # type: ignore[union-attr]


def test_each_rule_has_its_words_and_no_other() -> None:
    assert {rule.id for rule in RULES} == findings.WORDS.keys()


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (
            "2022-02-28",
            "“Full-scale Russian invasion of Ukraine” occurred|from 20% to 0.3%|Germany stops",
        ),
        (
            "2026-11-24",
            (
                "Nothing moved|with hindsight|10 questions without|Open dispute over Central Asia"
                "|scen review"
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
