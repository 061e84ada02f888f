"""What the reports say of figures that read alike; what else is in one, tests/transcripts shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.ledger.effects import EvidenceEffect
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import window
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.status import status
from scenarios.analysis.rules.findings import findings
from scenarios.model import Tracker
from scenarios.render import cells
from scenarios.render.cells import step_in_words, titles
from scenarios.render.document import plain
from scenarios.render.documents import explanation
from scenarios.render.documents.ledger_changes import effects_document
from scenarios.render.documents.review.causes import shifted
from scenarios.render.documents.review.sections import command
from scenarios.render.writers import terminal
from scenarios.scales import LOWEST, TOLERANCE
from tests.records import WEIGHTS, database, day, scenario, sheet


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, 0.3, "30%, new"),
        (0.3, 0.3, "30%, unchanged"),
        (0.496, 0.504, "50%, +0.8 points"),
        (0.0496, 0.0504, "5%, +0.1 points"),
        (0.0434, 0.0484, "4% → 5%"),
        (0.0203, 0.0245, "2.0% → 2.5%"),
        (0.3, 0.62, "30% → 62%"),
    ],
)
def test_a_step_in_words(before: float | None, after: float, words: str) -> None:
    assert plain(step_in_words(before, after)) == words


def test_titles_stand_in_quotation_marks_with_an_and_before_the_last() -> None:
    known = database(scenarios={id: replace(scenario(), title=id.upper()) for id in "abc"})
    assert plain(titles(["a", "b", "c"], known)) == "“A”, “B” and “C”"
    assert plain(titles(["a", "b", "c"], known, 1)) == "“A” and 2 more"


def test_a_figure_that_a_file_withholds_is_a_question_mark() -> None:
    known = replace(database(scenarios={"a": scenario()}), withheld={"a": "b.yaml"})
    [row] = status(window(known, day(0), day(5)))
    assert (cells.implied(row), cells.stated(row)) == ("?", "?")


def test_a_column_of_weights_says_where_grades_are_not_applied() -> None:
    heads = [cells.weight_column(Tracker(grade_weights=of)).name for of in (None, WEIGHTS)]
    assert heads == ["weight (grades not applied)", "weight"]


def test_what_is_read_alike_is_told_once_with_the_points_that_it_moved_by() -> None:
    worth: Any = {"weight": 1.0, "factor": 1.0, "counted_decibans": 0.0, "note": None}
    told = ((0.7962, "80%, unchanged"), (0.804, "80%, +0.8 points"), (0.814, "80% → 81%"))
    for after, words in told:
        made = EvidenceEffect(
            scenario="a", rating="C", via=None, before=0.796, after=after, **worth
        )
        assert terminal.write(effects_document([made], Tracker(), day(3))).endswith(words)


def test_a_stated_figure_that_reads_as_the_implied_one_is_neither_above_nor_below() -> None:
    for stated, words in (
        (0.501, "50% (roughly even chance), just"),
        (0.56, "56% (likely), 1.0 dB above"),
    ):
        base = database(scenarios={"a": scenario()}, sheets={"x": sheet(day(1), {"a": stated})})
        text = terminal.write(explanation.document(explain(base, "a", day(3)), base))
        assert f"\nStated {words} what the evidence implies.\n" in text


@pytest.mark.parametrize(("before", "told"), [(0.746, ""), (0.744, "implied 74% → 75%")])
def test_what_would_be_printed_as_it_was_is_not_restated(before: float, told: str) -> None:
    shift = Shift(from_=before, to=0.754)
    assert shifted(None, shift) == told


@given(st.lists(st.floats(0.05, 0.9), min_size=2, max_size=4))
def test_priors_of_a_set_sum_to_one_once_the_command_of_the_report_was_given(
    priors: list[float],
) -> None:
    members = {id: scenario(p, set="s") for id, p in zip("abcd", priors, strict=False)}
    base = database(Tracker(sets={"s": "All"}), scenarios=members)
    off = [f for f in findings(window(base, day(0), day(1))) if f.rule == "sum-not-one"]
    for finding in off:
        _, _, id, change = command(finding, base).split()
        value = float(change.removeprefix("prior.probability="))
        others = sum(priors) - priors["abcd".index(id)]
        assert value == pytest.approx(max(1 - others, LOWEST), abs=TOLERANCE / 2 + 1e-9)
    assert bool(off) == (abs(sum(priors) - 1) > TOLERANCE)
