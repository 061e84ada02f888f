"""Ranges of past days are kept, and computed anew where what was recorded by then differs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.analysis.period.recent import EvidencePoint, recent_figures
from scenarios.workspace import past_ranges as kept_ranges
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.past_ranges import past_ranges
from scenarios.workspace.reading import span
from tests.cli.commands import make

ON = date(2022, 3, 7)
ITEM = "evidence/2022/2022-02-{day}-{name}.yaml"


def text(day: str, ratings: str) -> str:
    return (
        f"summary: Seen\nobserved: 2022-02-{day}\nrecorded: 2022-02-{day}\n"
        f"reliability: B\ncredibility: 2\nratings: {{{ratings}}}\n"
    )


def question(title: str) -> str:
    return (
        f"title: {title}\nquestion: Will it?\nresolution_criteria: It does.\nopened: 2022-01-03\n"
        "horizon: 2023-01-01\nprior: {probability: 0.3, basis: A guess}\n"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "tracker.yaml": "format: 1\ntitle: T\ndecibans: {CC: 10, C: 5, N: 0, I: -5, II: -10}\n",
        "a.yaml": question("A"),
        "b.yaml": question("B"),
        ITEM.format(day="10", name="one"): text("10", "a: C"),
        ITEM.format(day="20", name="two"): text("20", "a: CC, b: C"),
    }
    return make(tmp_path / "scenarios", files)


def computed(root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, set[tuple[str, str]]]:
    """The figures by the cache, which are those without it, and what was put into it."""
    opened = open_folder(root)
    window = span(opened, ON, None)
    new: set[tuple[str, str]] = set()
    put = kept_ranges.RangesByRecords.__setitem__

    def noted(self: Any, of: tuple[str, date], point: EvidencePoint) -> None:
        new.add((of[0], f"{of[1]}"))
        put(self, of, point)

    monkeypatch.setattr(kept_ranges.RangesByRecords, "__setitem__", noted)
    with past_ranges(opened, window) as known:
        made = recent_figures(window, ["a", "b"], known)
    assert made == recent_figures(window, ["a", "b"])
    monkeypatch.undo()
    return made, new


def write(root: Path, name: str, data: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(data)


def test_a_second_review_computes_no_range_and_an_item_those_of_its_questions_from_its_day(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = computed(root, monkeypatch)
    assert {id for id, _ in first} == {"a", "b"}
    assert computed(root, monkeypatch)[1] == set()
    write(root, ITEM.format(day="25", name="three"), text("25", "b: CC"))
    _, new = computed(root, monkeypatch)
    assert {id for id, _ in new} == {"b"}
    assert min(day for _, day in new) == "2022-02-28"
    write(root, ITEM.format(day="10", name="one"), text("10", "a: I"))
    _, new = computed(root, monkeypatch)
    assert {id for id, _ in new} == {"a"}
    assert min(day for _, day in new) == "2022-02-14"


def test_a_changed_question_or_tracker_changes_all_days(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = computed(root, monkeypatch)
    write(root, "a.yaml", question("A").replace("0.3", "0.4"))
    _, new = computed(root, monkeypatch)
    assert new == {point for point in first if point[0] == "a"}
    tracker = (root / "tracker.yaml").read_text()
    write(root, "tracker.yaml", f"{tracker}rating_strength: 0.5\n")
    assert computed(root, monkeypatch)[1] == first


def test_an_indicator_of_another_question_that_rates_it_changes_its_days(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = "indicators: {x: {statement: Seen, added: 2022-01-03, ratings: {a: CODE}}}\n"
    other = question("C") + watched
    write(root, "c.yaml", other.replace("CODE", "C"))
    fired = text("15", "b: N").replace("ratings", "indicators: {c/x: observed}\nratings")
    write(root, ITEM.format(day="15", name="fired"), fired)
    before, first = computed(root, monkeypatch)
    write(root, "c.yaml", other.replace("CODE", "CC"))
    after, new = computed(root, monkeypatch)
    assert new == {point for point in first if point[0] == "a"}
    assert before["a"].evidence[-1] != after["a"].evidence[-1]


def test_only_those_asked_for_last_are_kept_where_they_are_too_many(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = computed(root, monkeypatch)
    monkeypatch.setattr(kept_ranges, "_KEPT", len(first) - 1)
    opened: OpenDatabase = open_folder(root)
    with past_ranges(opened, span(opened, ON, None)) as known:
        some = recent_figures(span(opened, ON, None), ["a"], known)["a"]
    monkeypatch.undo()
    _, new = computed(root, monkeypatch)
    assert {id for id, _ in new} == {"b"}
    assert len(some.evidence) == len([1 for id, _ in first if id == "a"])
