from __future__ import annotations

import json
from functools import cache

import pytest

from scenarios.analysis.scores.scoring import Score, score
from scenarios.model import Database
from scenarios.render.documents.excerpt import ROWS, by_question, excerpt
from scenarios.render.documents.score import document
from scenarios.render.writers import WRITERS, terminal, writer
from tests.records import START, database, day, resolution, scenario, sheet


def many(questions: int, analysts: int = 1) -> Database:
    """Questions that occurred, to each next one of which `a0` gave more and others less.

    One in ten more is void.
    """
    ended = {
        f"q{n:03}": scenario(
            resolution=resolution("occurred", day(5)), tags=(f"tag-{n:03}",) if n else ()
        )
        for n in range(questions)
    }
    void = {
        f"void-{n:03}": scenario(resolution=resolution("annulled", day(5)))
        for n in range(questions // 10)
    }
    sheets = {
        f"{START}-a{k}": sheet(
            START,
            {
                id: round(0.05 + 0.9 * (n if k == 0 else questions - n) / questions, 4)
                for n, id in enumerate(ended)
                if k == 0 or n % analysts == k
            },
            analyst=f"a{k}",
        )
        for k in range(analysts)
    }
    return database(scenarios={**ended, **void}, sheets=sheets)


@cache
def scored(questions: int, analysts: int = 1, named: str | None = None) -> Score:
    return score(many(questions, analysts), day(99), by="tag", forecaster=named)


def shown(result: Score) -> list[str]:
    return list(dict.fromkeys(row.scenario for row in result.questions))


def test_few_questions_are_all_shown_in_their_order() -> None:
    found = excerpt(scored(60))
    assert shown(found.score) == [f"q{n:03}" for n in range(60)]
    assert "between the worst" not in found.left_out


def test_of_many_the_thirty_worst_come_first_and_the_thirty_best_last() -> None:
    found = excerpt(scored(100))
    assert shown(found.score) == [f"q{n:03}" for n in (*range(30), *range(70, 100))]
    assert found.left_out == (
        "Left out here: 40 questions between the worst and the best, 70 groups. "
        "scen score --all shows everything; --format csv and json always do."
    )


def test_the_named_forecaster_decides_which_are_the_worst() -> None:
    # Of the even ones `a1` said nothing: they stand by what the analysts said.
    assert shown(excerpt(scored(100, 2, "a1")).score)[:4] == ["q000", "q099", "q002", "q097"]
    assert shown(excerpt(scored(100, 2)).score)[:3] == ["q000", "q002", "q004"]


def test_of_many_forecasters_those_with_the_most_questions_are_shown_and_ours() -> None:
    result = scored(140, 70)
    found = excerpt(result)
    names = [row.name for row in found.score.forecasters]
    assert len(names) == ROWS
    assert names[0] == "a0"
    assert names[-4:] == ["team", "implied", "prior", "first"]
    assert "14 forecasters with fewer questions" in found.left_out
    assert {row.forecaster for row in found.score.skill} == {
        *("a0", "a1", "a10", "a11", "a12", "a13", "a14", "a15", "a16", "a17", "a18"),
        *("team", "implied", "prior", "first"),
    }
    last = excerpt(scored(140, 70, "a69"))
    assert "a69" in [row.name for row in last.score.forecasters]


def test_many_analysts_have_one_column_for_their_mean() -> None:
    names, rows = by_question(scored(140, 70).questions)
    assert names == ("analysts' mean", "team", "implied", "prior", "first")
    assert len(rows) == 140
    second = rows[1]
    assert second.briers[0] == pytest.approx(((1 - 0.0564) ** 2 + (1 - 0.9436) ** 2) / 2)
    assert rows[0].briers[1] is None  # only `a0` answered


def test_csv_and_json_and_the_whole_table_have_every_row() -> None:
    result = scored(140, 70)
    whole = document(result, "Scores", whole=True)
    csv = writer("csv")(whole)
    text = terminal.write(whole)
    for row in result.questions:
        assert f"\n{row.scenario},{row.forecaster},{round(row.brier, 6)}\n" in csv
        assert row.scenario in text
    assert csv.count("\nvoid-") == 0  # what is not scored is a list, and csv has tables
    assert "void-013" in text
    assert "Left out here" not in text
    assert len(json.loads(json.dumps([r.scenario for r in result.questions]))) == len(
        result.questions
    )


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "csv"])
def test_every_format_for_readers_says_what_is_left_out_and_how_to_see_it(form: str) -> None:
    made = writer(form)(document(scored(100), "Scores"))
    flat = " ".join(made.replace("`", "").split())
    assert "40 questions between the worst and the best" in flat
    assert "scen score --all shows everything" in flat
    assert "q029" in made
    assert "q035" not in made.partition("Brier by question")[2]
