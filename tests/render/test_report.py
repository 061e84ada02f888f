"""The weekly review as one document: what one format shows, all of them do."""

from __future__ import annotations

import csv
import io

import msgspec
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


def whole() -> Database:
    seen = item(day(25), url="https://example.org/", ratings={"a": "C"})
    base = database(scenarios={"a": scenario()}, evidence={"e": seen})
    tracker = msgspec.structs.replace(base.tracker, description="What it is for.")
    return msgspec.structs.replace(base, tracker=tracker)


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


def test_an_item_that_leaves_a_figure_as_it_is_read_left_it_unchanged() -> None:
    def implied(before: float, after: float) -> list[str]:
        made = Effect(
            scenario="a",
            rating="C",
            via=None,
            weight=1.0,
            factor=1.0,
            counted_decibans=0.0,
            before=before,
            after=after,
            note=None,
        )
        return terminal.write(effects.document([made], Tracker(), day(3))).split()[-2:]

    assert implied(0.796, 0.804) == ["80%,", "unchanged"]
    assert implied(0.796, 0.814) == ["→", "81%"]


def test_a_stated_figure_that_reads_as_the_implied_one_is_neither_above_nor_below() -> None:
    def said(stated: float) -> str:
        base = database(scenarios={"a": scenario()}, sheets={"x": sheet(day(1), {"a": stated})})
        text = terminal.write(explanation.document(explain(base, "a", day(3)), base))
        return next(line for line in text.splitlines() if line.startswith("Stated"))

    end = "what the evidence implies."
    assert said(0.501) == f"Stated 50% (roughly even chance), just {end}"
    assert said(0.56) == f"Stated 56% (likely), 1.0 dB above {end}"


def test_what_would_be_printed_as_it_was_is_not_restated() -> None:
    def printed(before: float, after: float) -> list[str]:
        shift = Shift(from_=before, to=after)
        row = Restated(scenario="a", stated=None, implied=shift, because=())
        made = Restatement(commit="f" * 40, day=day(3), figures=(row,))
        return [restatement.figures(row) for row in restatement.rows(made)]

    assert printed(0.746, 0.754) == []
    assert printed(0.744, 0.754) == ["implied 74% → 75%"]


@pytest.mark.parametrize("form", [form for form in WRITERS if form != "csv"])
def test_each_format_shows_what_only_one_did(form: str) -> None:
    made = writer(form)(told(whole()))
    for words in ("in brackets, the evidence that is new", "observed ", "What it is for."):
        assert words in " ".join(made.split())


def test_a_stated_move_that_the_set_made_says_so() -> None:
    sheets = {
        "x": sheet(day(1), {"a": 0.5, "b": 0.5}),
        "y": sheet(day(25), {"a": 0.5, "b": 0.75}, rationales={"a": "As it was.", "b": "Gas."}),
    }
    members = {id: scenario(set="s") for id in "ab"}
    text = terminal.write(
        told(database(Tracker(sets={"s": "S"}), scenarios=members, sheets=sheets))
    )
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
    base = database(scenarios={id: scenario() for id in "abc"}, sheets=sheets)
    text = terminal.write(told(base))
    start = text.index("a: spread")
    expected = """\
a: spread 20%–60% between ann and bo, 7.8 dB
  ann: ann says so.
  bo: bo says so.
b: spread 20%–60% between ann and bo, 7.8 dB, n = 3
  bo stands apart at 60%: no reason given

"""
    assert text[start : start + len(expected)] == expected


def test_what_was_retracted_at_once_and_what_was_clarified_are_told_in_a_line() -> None:
    gone = item(day(25), ratings={"a": "C"}, retracted=Retraction(day(26), "Another\nvisit."))
    clarified = scenario(clarifications=(Clarification(day(24), "Signed is\nenough."),))
    text = terminal.write(told(database(scenarios={"a": clarified}, evidence={"e": gone})))
    assert (
        "\ne (F6, observed 2022-01-26)\n  Something was seen\n  retracted on 2022-01-27: " in text
    )
    assert ": Another visit.\n" in text
    assert "\na: clarified on 2022-01-25\n  Signed is enough.\n" in text


def test_the_gap_has_a_column_where_there_is_room() -> None:
    assert "gap, dB" in terminal.write(told(whole()), 120).split("\n")[4]
    assert "gap, dB" not in terminal.write(told(whole()), 80)
    rows = [*csv.reader(io.StringIO(writer("csv")(told(whole()))))]
    assert len(rows) == 2
    assert "gap_decibans" in rows[0]


def test_what_was_resolved_before_is_counted_or_shown() -> None:
    decided = scenario(resolution=resolution("occurred", day(20)))
    base = database(scenarios={"a": scenario(), "b": decided})
    assert "1 scenario resolved earlier: scen status" in terminal.write(told(base))
    assert "\nb  " not in terminal.write(told(base))
    assert "resolved earlier" not in terminal.write(told(base, earlier=True))
    assert "\nb  " in terminal.write(told(base, earlier=True))
