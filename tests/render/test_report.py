"""The weekly review as one document: what one format shows, all of them do."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.analysis.history.probability_shifts import Shift
from scenarios.analysis.ledger.effects import Effect
from scenarios.analysis.period.period import window
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.restatement import Restated, Restatement
from scenarios.analysis.review.review import review
from scenarios.model import Clarification, Database, Retraction, Tracker
from scenarios.render.document import Document, plain
from scenarios.render.documents import effects, explanation, restatement
from scenarios.render.documents.report import document, step
from scenarios.render.writers import WRITERS, terminal, writer
from tests.records import database, day, item, resolution, scenario, sheet


def told(base: Database, *, earlier: bool = False) -> Document:
    return document(review(window(base, day(23), day(30))), base, earlier=earlier)


def printed(**records: Any) -> str:
    return terminal.write(told(database(**records)))


SEEN = item(day(25), url="https://example.org/", ratings={"a": "C"})
WHOLE = database(
    Tracker(description="What it is for."), scenarios={"a": scenario()}, evidence={"e": SEEN}
)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, 0.3, "30% (unlikely), new"),
        (0.3, 0.3, "30% (unlikely), unchanged"),
        (0.496, 0.504, "50% (roughly even chance), unchanged"),
        (0.0496, 0.0504, "5.0% (very unlikely), unchanged"),
        (0.0494, 0.0504, "4.9% → 5.0% (very unlikely), +0.1 points"),
        (0.3, 0.62, "30% → 62% (likely), +32 points"),
        (0.3, 0.29, "30% → 29% (unlikely), −1.0 points"),
    ],
)
def test_a_step_in_words(before: float | None, after: float, words: str) -> None:
    assert plain(step(before, after, "icd-203")) == words


@pytest.mark.parametrize(
    ("after", "words"), [(0.804, ["80%,", "unchanged"]), (0.814, ["→", "81%"])]
)
def test_an_item_that_leaves_a_figure_as_it_is_read_left_it_unchanged(
    after: float, words: list[str]
) -> None:
    worth = {"weight": 1.0, "factor": 1.0, "counted_decibans": 0.0, "note": None}
    made = Effect(scenario="a", rating="C", via=None, before=0.796, after=after, **worth)
    assert terminal.write(effects.document([made], Tracker(), day(3))).split()[-2:] == words


@pytest.mark.parametrize(
    ("stated", "words"),
    [(0.501, "50% (roughly even chance), just"), (0.56, "56% (likely), 1.0 dB above")],
)
def test_a_stated_figure_that_reads_as_the_implied_one_is_neither_above_nor_below(
    stated: float, words: str
) -> None:
    base = database(scenarios={"a": scenario()}, sheets={"x": sheet(day(1), {"a": stated})})
    text = terminal.write(explanation.document(explain(base, "a", day(3)), base))
    assert text.endswith(f"\nStated {words} what the evidence implies.")


@pytest.mark.parametrize(("before", "told"), [(0.746, []), (0.744, ["implied 74% → 75%"])])
def test_what_would_be_printed_as_it_was_is_not_restated(before: float, told: list[str]) -> None:
    shift = Shift(from_=before, to=0.754)
    row = Restated(scenario="a", stated=None, implied=shift, because=())
    made = Restatement(commit="f" * 40, day=day(3), figures=(row,))
    assert [restatement.figures(row) for row in restatement.rows(made)] == told


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "csv"])
def test_each_format_shows_what_only_one_did(form: str) -> None:
    made = writer(form)(told(WHOLE))
    for words in ("in brackets, the evidence that is new", "observed ", "What it is for."):
        assert words in " ".join(made.split())


def test_a_stated_move_that_the_set_made_says_so() -> None:
    sheets = {
        "x": sheet(day(1), {"a": 0.5, "b": 0.5}),
        "y": sheet(day(25), {"a": 0.5, "b": 0.75}, rationales={"a": "As it was.", "b": "Gas."}),
    }
    members = {id: scenario(set="s") for id in "ab"}
    text = printed(tracker=Tracker(sets={"s": "S"}), scenarios=members, sheets=sheets)
    first, _, second = text[text.index("What moved") :].partition("\nb: ")
    assert "−10 points\n           normalised: others in the set changed\n" in first
    assert "As it was." not in text
    assert "Gas." in second


def test_two_who_differ_are_a_spread_and_of_three_one_stands_apart() -> None:
    figures = {"ann": {"a": 0.2, "b": 0.2, "c": 0.5}, "bo": {"a": 0.6, "b": 0.6, "c": 0.501}}
    sheets = {
        name: sheet(day(1), dict(said), analyst=name, rationales={"a": f"{name} says so."})
        for name, said in figures.items()
    }
    sheets["cy"] = sheet(day(1), {"b": 0.2}, analyst="cy")
    text = printed(scenarios={id: scenario() for id in "abc"}, sheets=sheets)
    assert (
        """
a: spread 20%–60% between ann and bo, 7.8 dB
  ann: ann says so.
  bo: bo says so.
b: spread 20%–60% between ann and bo, 7.8 dB, n = 3
  bo stands apart at 60%: no reason given

"""
        in text
    )


def test_what_was_retracted_at_once_and_what_was_clarified_are_told_in_a_line() -> None:
    gone = item(day(25), ratings={"a": "C"}, retracted=Retraction(day(26), "Another\nvisit."))
    clarified = scenario(clarifications=(Clarification(day(24), "Signed is\nenough."),))
    text = printed(scenarios={"a": clarified}, evidence={"e": gone})
    line = "\ne (F6, observed 2022-01-26)\n  Something was seen\n  retracted on 2022-01-27: "
    assert line in text
    assert ": Another visit.\n" in text
    assert "\na: clarified on 2022-01-25\n  Signed is enough.\n" in text


def test_the_gap_has_a_column_where_there_is_room() -> None:
    assert "gap, dB" in terminal.write(told(WHOLE), 120).split("\n")[4]
    assert "gap, dB" not in terminal.write(told(WHOLE), 80)
    head, row = writer("csv")(told(WHOLE)).split("\n")
    assert ("gap_decibans" in head.split(","), row[:2]) == (True, "a,")


def test_what_was_resolved_before_is_counted_or_shown() -> None:
    decided = scenario(resolution=resolution("occurred", day(20)))
    base = database(scenarios={"a": scenario(), "b": decided})
    for earlier in (False, True):
        text = terminal.write(told(base, earlier=earlier))
        assert ("1 scenario resolved earlier: scen status" in text) != earlier
        assert ("\nb  " in text) == earlier
