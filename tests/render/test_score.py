"""What the text of scores says first: of what, how good, what waits and what is open."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from scenarios.analysis.scores.scoring import HINDSIGHT, score
from scenarios.model import Tracker
from scenarios.render.document import Chart, Paragraph, Table, plain
from scenarios.render.documents.score import blocks, so_far
from scenarios.render.drawing import draw
from tests.analysis.words import database_of
from tests.records import day
from tests.render.drawings import texts


def paragraphs(told: str, on: int, **keys: Any) -> list[str]:
    shown = blocks(score(replace(database_of(told), **keys), day(on)))
    return [plain(block.text) for block in shown if isinstance(block, Paragraph)]


TWO = "a occurred=5 horizon=9; b did-not-occur=10 horizon=9; desk@0 a=.6 b=.4; e @0 a=C b=I"
LITTLE = "n = 2: under 30 questions these figures prove little."


def test_the_lead_has_n_coverage_and_what_others_made_of_the_same_days() -> None:
    assert paragraphs(TWO, 10)[0] == (
        "The Brier score of desk is 0.160 on 2 questions, over 100% of the days: 0 is best, 1 "
        "worst. On common days it is 177% above that of implied and 36% below that of prior. "
        f"{LITTLE}"
    )


def test_what_is_no_better_and_no_worse_is_compared_with_nothing() -> None:
    alike = TWO.replace("a=.6 b=.4", "a=.5 b=.5")
    assert "prior" not in paragraphs(alike, 10)[0]


def test_a_record_with_hindsight_compares_nothing_and_says_why() -> None:
    said = paragraphs(TWO, 10, tracker=Tracker(hindsight=True))
    assert said[0].endswith(f"1 worst. {LITTLE}")
    assert HINDSIGHT in said
    shown = blocks(score(replace(database_of(TWO), tracker=Tracker(hindsight=True)), day(10)))
    (skill,) = [block for block in shown if isinstance(block, Chart)]
    assert skill.label == "Skill: desk against implied −1.77; without an interval, nothing is sure."
    assert [column.name for column in skill.table.columns][-1] == "1 − Brier ratio"


def test_what_was_decided_early_waits_and_what_is_open_is_counted() -> None:
    told = (
        f"{TWO}; c occurred=5 horizon=30; d occurred=6 horizon=40; open; desk@1 c=.7 d=.7 open=.2"
    )
    waits = (
        "2 decided early wait until 2022-01-31 to 2022-02-10: most of what is decided early "
        "happened, so a mean with it would reward who cries wolf. 1 question still open."
    )
    assert paragraphs(told, 20)[1] == waits
    (early,) = [
        block
        for block in blocks(score(database_of(told), day(20)))
        if isinstance(block, Table) and block.columns[0].name == "Brier, decided early (n = 2)"
    ]
    assert [plain(row[0]) for row in early.rows if isinstance(row, tuple)] == ["c", "d"]


def test_where_all_came_early_or_is_open_a_sentence_says_so() -> None:
    none, waits, *_ = paragraphs("a occurred=5; b; desk@0 a=.6 b=.5", 9)
    assert none == "No question counts yet: no horizon is past."
    assert waits == (
        "1 decided early waits until 2022-12-31: most of what is decided early happened, so a "
        "mean with it would reward who cries wolf. 1 question still open."
    )
    assert paragraphs("a; b; desk@0 a=.6", 9) == [
        "No resolved question had a forecast to score.",
        "2 questions still open.",
    ]


def test_where_no_day_is_common_to_the_table_it_says_what_compares() -> None:
    told = f"{TWO}; c occurred=5 horizon=9; zoe@0 c=.5"
    (table,) = [
        block
        for block in blocks(score(database_of(told), day(10)))
        if isinstance(block, Table) and block.columns[0].name == "forecaster"
    ]
    assert (
        table.note == "On no day did all of the table stand: skill, below, compares pair by pair."
    )


def test_scores_so_far_have_a_table_and_a_picture_on_which_less_is_better() -> None:
    result = score(database_of("a hazard=constant horizon=9; desk@0 a=.5"), day(6))
    chart = so_far(result)
    assert chart.label == (
        "Brier so far, 0 is best: desk 0.090, implied 0.063, prior 0.063, first 0.090."
    )
    rows = [[plain(cell) for cell in row] for row in chart.table.rows if isinstance(row, tuple)]
    assert rows[0] == ["desk", "1", "0.090", "−0.348", "100%"]
    for narrow in (False, True):
        told = texts(draw(chart.drawing, narrow=narrow))
        assert {"desk", "◂ better", "worse ▸"} <= {*told}


def test_scores_that_all_round_to_0_are_not_drawn() -> None:
    told = "a hazard=constant horizon=300; desk@0 a=.05"
    early = blocks(score(database_of(told), day(3)))
    assert not any(isinstance(block, Chart) for block in early)
    words = "Nothing counts yet: each of these scores rounds to 0."
    assert words in paragraphs(told, 3)
    assert any(isinstance(block, Table) and block.columns[0].name == "so far" for block in early)
    later = blocks(score(database_of(told), day(250)))
    assert any(isinstance(block, Chart) for block in later)
    assert words not in paragraphs(told, 250)


def test_no_column_of_two_questions_is_all_dashes_and_csv_keeps_each() -> None:
    shown = blocks(score(database_of(TWO), day(10)))
    tables = [b.table if isinstance(b, Chart) else b for b in shown if isinstance(b, Chart | Table)]
    skill = next(table for table in tables if table.columns[0].name == "skill of")
    assert [(c.name, c.only) for c in skill.columns][3:] == [
        *(("1 − Brier ratio", ""), ("90% from", "csv"), ("90% to", "csv"))
    ]
    for table in tables:
        rows = [row for row in table.rows if isinstance(row, tuple)]
        for n, column in enumerate(table.columns):
            assert column.only == "csv" or {plain(row[n]) for row in rows} != {"–"}
