from __future__ import annotations

from functools import cache

import pytest

from scenarios.analysis.scores.scoring import Score, score
from scenarios.render.documents.score import ROWS, blocks, by_question, document, excerpt
from scenarios.render.writers import terminal, writer
from tests.records import START, database, day, resolution, scenario, sheet


@cache
def scored(questions: int, analysts: int = 1, named: str | None = None) -> Score:
    """Questions that occurred, to each next one of which `a0` gave more and others less.

    Of the others each answers every so manieth; one question in ten more is void.
    """
    ids = [f"q{n:03}" for n in range(questions)]
    occurred, annulled = (resolution(how, day(5)) for how in ("occurred", "annulled"))
    asked = {id: scenario(resolution=occurred, tags=(f"tag-{id[1:]}",)) for id in ids}
    asked |= {f"void-{n:03}": scenario(resolution=annulled) for n in range(questions // 10)}
    rising = [round(0.05 + 0.9 * n / questions, 4) for n in range(questions)]
    falling = [round(0.05 + 0.9 * (questions - n) / questions, 4) for n in range(questions)]
    said = {"a0": dict(zip(ids, rising, strict=True))}
    for k in range(1, analysts):
        said[f"a{k}"] = dict(zip(ids[k::analysts], falling[k::analysts], strict=True))
    sheets = {f"{START}-{a}": sheet(START, {**figures}, analyst=a) for a, figures in said.items()}
    return score(database(scenarios=asked, sheets=sheets), day(400), by="tag", forecaster=named)


def shown(questions: int, analysts: int = 1, named: str | None = None) -> list[str]:
    rows = excerpt(scored(questions, analysts, named))[0].questions
    return list(dict.fromkeys(row.scenario for row in rows))


def test_few_questions_are_all_shown_in_their_order() -> None:
    assert shown(60) == [f"q{n:03}" for n in range(60)]
    assert "between the worst" not in excerpt(scored(60))[1]


def test_of_many_the_thirty_worst_come_first_and_the_thirty_best_last() -> None:
    assert shown(100) == [f"q{n:03}" for n in (*range(30), *range(70, 100))]
    _, left_out = excerpt(scored(100))
    assert left_out == "Left out here: 40 questions between the worst and the best, 70 groups."
    text = terminal.write(document(scored(100), "Scores"))
    every = "scen score --all shows everything; --format csv and json always do."
    assert f"{left_out} {every}" in " ".join(text.split())
    page = terminal.write(blocks(scored(100)))
    assert left_out in " ".join(page.split())
    assert "scen score" not in page
    assert ("q029" in text, "q035" in text.partition("Brier by question")[2]) == (True, False)


def test_the_named_forecaster_decides_which_are_the_worst() -> None:
    # Of the even ones `a1` said nothing: they stand by what the analysts said.
    assert shown(100, 2, "a1")[:4] == ["q000", "q099", "q002", "q097"]
    assert shown(100, 2)[:3] == ["q000", "q002", "q004"]


def test_of_many_forecasters_those_with_the_most_questions_are_shown_and_ours() -> None:
    shorter, left_out = excerpt(scored(140, 70))
    names = [row.name for row in shorter.forecasters]
    ours = ["team", "implied", "prior", "first"]
    assert (len(names), names[0], names[-4:]) == (ROWS, "a0", ours)
    assert "14 forecasters with fewer questions" in left_out
    analysts = {"a0", "a1", *(f"a{n}" for n in range(10, 19))}
    assert {row.forecaster for row in shorter.skill} == analysts | {*ours}
    named, _ = excerpt(scored(140, 70, "a69"))
    assert "a69" in [row.name for row in named.forecasters]


def test_many_analysts_have_one_column_for_their_mean() -> None:
    names, rows = by_question(scored(140, 70).questions)
    assert names == ("analysts' mean", "team", "implied", "prior", "first")
    assert len(rows) == 140
    assert rows[1].briers[0] == pytest.approx(((1 - 0.0564) ** 2 + (1 - 0.9436) ** 2) / 2)
    assert rows[0].briers[1] is None  # only `a0` answered


def test_csv_and_the_whole_table_have_every_row() -> None:
    result = scored(140, 70)
    whole = document(result, "Scores", whole=True)
    csv, text = writer("csv")(whole), terminal.write(whole)
    for row in result.questions:
        assert f"\n{row.scenario},{row.forecaster},{round(row.brier, 6)}\n" in csv
        assert row.scenario in text
    assert csv.count("\nvoid-") == 0  # what is not scored is a list, and csv has tables
    assert "void-013" in text
    assert "Left out here" not in text
