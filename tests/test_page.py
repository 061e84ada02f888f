"""The page of a review, opened in a browser: whole, exact, legible to all, and inert."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.analysis.review.review import review
from scenarios.cli.terminal.page import report_page
from scenarios.workspace.opened import open_folder
from scenarios.workspace.period import span
from tests.browser import Seen, axe, chromium, needs_chromium, opened
from tests.cli.commands import make, scen
from tests.hostile import AS_OF, TEXTS, hostile_files
from tests.records import near

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAYS = ("2022-02-28", "2026-11-24")
FULL = bool(os.environ.get("SCEN_FULL"))
SECTIONS = ["moved", "board", "scenarios", "sets", "indicators", "scores", "findings", "method"]
CAUSES = (
    *("given", "time", "rivals", "bound", "ruled_out"),
    *("lines_added", "lines_removed", "lines_changed"),
)
ELEMENTS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer"),
        *("section", "article", "h1", "h2", "h3", "h4", "p", "blockquote", "div", "span", "bdi"),
        *("a", "code", "data", "em", "strong", "time", "ul", "li", "dl", "dt", "dd"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "br"),
        *("details", "summary", "figure", "figcaption"),
        *("svg", "g", "path", "circle", "text", "symbol", "use"),
    )
)
"""Every element that the writer, the templates and the charts make."""
ID = "it.querySelector('a[href^=\"#s-\"]').getAttribute('href').slice(3)"
"""The scenario that a part of the review leads to."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The shipped database on each day, a hostile one, and the first ten of its scenarios."""
    folder = tmp_path_factory.mktemp("pages")
    files = hostile_files()
    few = {path: text for path, text in files.items() if not re.search(r"-\d\d\.yaml$", path)}
    roots = {day: (SHIPPED, day) for day in DAYS}
    roots["hostile"] = make(folder / "all", files), AS_OF
    roots["few"] = make(folder / "few", few), AS_OF
    for name, (root, day) in roots.items():
        desk = open_folder(root)
        window = span(desk, date.fromisoformat(day), None)[0]
        text = report_page(desk, window, review(window), "3f1e2d4 of 2026-11-24", clean=True)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in roots}


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def seen(browser: Any, pages: dict[str, Path], day: str) -> Iterator[Seen]:
    """The page as it is opened at a desk, for tests that only look."""
    with opened(browser, pages[day]) as shown:
        yield shown


def told(*words: str, day: str) -> Any:
    result = scen("--database", str(SHIPPED), *words, "--as-of", day, "--format", "json")
    return json.loads(result.stdout)


def test_it_is_whole_silent_and_asks_for_nothing(
    seen: Seen, pages: dict[str, Path], day: str
) -> None:
    ids = seen.each("[id]", "it.id")
    led_to = seen.each("a[href^='#'], use[href^='#']", "it.getAttribute('href').slice(1)")
    assert seen.each("section", "it.id") == SECTIONS
    assert (seen.requests, seen.messages) == ([pages[day].as_uri()], [])
    assert len(ids) == len(set(ids))
    assert set(led_to) <= set(ids)
    assert pages[day].stat().st_size < 2_000_000
    said = "revision 3f1e2d4 of 2026-11-24; nothing in the files differed from it."
    assert said in seen.page.locator("footer").inner_text()


def test_it_has_the_figures_of_the_report(seen: Seen, day: str) -> None:
    report = told("report", day=day)
    rows = {row["id"]: row for row in report["scenarios"]}
    board = seen.each("#board tbody tr:not(.group)", f"[{ID}, figures]")
    assert board == [[id, near([*of_board(row)], abs=1e-9)] for id, row in rows.items()]
    heads = seen.each("article.move:has(.causes) h3", "figures")
    ends = seen.each("article.move:has(.causes) dl:not(.causes)", "figures")
    ids = seen.each("article.move:has(.causes)", ID)
    moves = [move for move in report["moves"] if any(move[cause] for cause in CAUSES)]
    assert ids == [move["scenario"] for move in moves]
    for id, (bits, *_), figures, move in zip(ids, heads, ends, moves, strict=True):
        shifts = [shift for shift in (move["stated"], move["implied"]) if shift]
        wanted = {shift[end] for shift in shifts for end in ("from", "to")} - {None}
        assert bits == rows[id]["movement_bits"]
        assert figures[-3:-1] == [move["implied"]["from"], move["implied"]["to"]]
        assert wanted <= set(figures)
    sums = seen.each(".causes", "[...it.querySelectorAll('dt data')].map(x => Number(x.value))")
    assert len(sums) == len(moves)
    for *parts, total in sums:
        if parts:  # one alone needs no sum
            assert sum(parts) == near(total, abs=0.2)  # four parts below 0.05 are not shown
    last = seen.each(
        "article.scenario",
        "[it.dataset.scenario, [...it.querySelectorAll('.course tr:last-child > td > data')]"
        ".map(x => Number(x.value))]",
    )
    assert sorted(last) == [
        [id, [side["probability"] for side in (row["stated"], row["implied"]) if side]]
        for id, row in sorted(rows.items())
    ]


def of_board(row: dict[str, Any]) -> Iterator[float]:
    for side in filter(None, (row["stated"], row["implied"])):
        yield side["probability"]
        if side["previous"] is not None:
            yield (side["probability"] - side["previous"]) * 100
    if row["stated"]:
        yield row["gap_decibans"]


def test_each_ledger_has_the_figures_of_explain(seen: Seen, day: str) -> None:
    for row in told("report", day=day)["scenarios"][:: 1 if FULL else 3]:
        book = told("explain", row["id"], day=day)
        lines = seen.each(f"#s-{row['id']} .ledger tr[data-line]", "data")
        assert bool(lines) == bool(book["lines"])
        for shown in lines:
            assert any(shown.items() <= line.items() for line in book["lines"])
        (figures,) = seen.each(f"#s-{row['id']}", "data")
        for name in ("prior.decibans", "implied.decibans", "implied.probability"):
            side, _, key = name.partition(".")
            assert figures[name] == book[side][key]


def test_the_scores_are_those_of_score(seen: Seen, day: str) -> None:
    scored = told("score", "--forecaster", "illustrative", day=day)
    table = seen.each(".scores tr[data-forecaster]", "[it.dataset.forecaster, data]")
    assert dict(table) == {
        row["name"]: {k: v for k, v in row.items() if k != "name" and v is not None}
        for row in scored["forecasters"]
    }
    names = ("n", "mean_forecast", "frequency", "wilson_low", "wilson_high")
    assert seen.each("tr[data-bin]", "data") == [
        {name: row[name] for name in names} for row in scored["calibration"]
    ]


@pytest.mark.parametrize("set_id", ["relationship-2030", "ukraine-2022"])
def test_each_matrix_has_the_figures_of_matrix(seen: Seen, day: str, set_id: str) -> None:
    matrix = told("matrix", "--set", set_id, day=day)
    article = f"article[data-set='{set_id}']"
    names = ("inconsistency", "weighted_inconsistency", "decibans", "blanks", "rank")
    sums = seen.each(f"{article} tfoot", "data")
    assert {key: value for part in sums for key, value in part.items()} == {
        f"{id}.{name}": score[name]
        for id, score in matrix["scores"].items()
        for name in names
        if score[name] is not None
    }
    assert seen.each(f"{article} .ach tbody tr", "[it.dataset.row, ...figures]") == [
        [row["id"], row["weight"], row["diagnosticity"]] for row in matrix["rows"][:40]
    ]


def test_the_shares_of_a_set_sum_to_one(seen: Seen) -> None:
    days = seen.each("article[data-set='relationship-2030'] figure tbody tr", "figures")
    assert len(days) > 3
    assert [sum(figures) for figures in days] == near([1] * len(days), abs=0.002)


@pytest.mark.parametrize("name", ["few", *((*DAYS, "hostile") if FULL else ())])
def test_axe_finds_nothing_grave_on_a_desk_or_a_dark_phone(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    assert axe(browser, pages[name], color_scheme="light") == []
    assert axe(browser, pages[name], width=360, color_scheme="dark") == []


@pytest.mark.parametrize("name", [*DAYS, "hostile"])
@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_screen_and_no_label_covers_another(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    box = "text.getBoundingClientRect()"
    with opened(browser, pages[name], width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        cut = seen.each(
            ".chart",
            "[...it.querySelectorAll('text:not(.tip)')].filter(text =>"
            f"{box}.left < it.getBoundingClientRect().left - 0.5).map(text => text.textContent)",
        )
        ends = seen.each(
            "article.scenario .chart:first-of-type",
            f"[...it.querySelectorAll('text.bold')].map(text => [{box}.top, {box}.height])",
        )
    assert [text for texts in cut for text in texts] == []
    assert ends
    for (above, tall), (below, _) in (sorted(two) for two in ends if len(two) == 2):
        assert below - above > 0.75 * tall


def test_it_needs_no_script_and_the_keyboard_reaches_a_mark(
    browser: Any, pages: dict[str, Path]
) -> None:
    with opened(browser, pages[DAYS[1]], java_script_enabled=False) as seen:
        assert seen.page.locator("svg.chart").count() > 19
        assert seen.page.locator("h1").inner_text() == "China–Russia alignment"
        table = seen.page.locator("table.ledger").first
        assert not table.is_visible()
        seen.page.locator("summary", has_text="The ledger of").first.click()
        assert table.is_visible()
    with opened(browser, pages[DAYS[1]]) as seen:
        mark = seen.page.locator("a.mark").first
        opacity = "one => getComputedStyle(one).opacity"
        assert mark.locator(".tip").evaluate(opacity) == "0"
        mark.focus()
        assert mark.locator(".tip").evaluate(opacity) == "1"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("tr:target").is_visible()


def test_no_table_is_cut_on_paper(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages[DAYS[0]], width=680) as seen:
        seen.page.emulate_media(media="print")
        right = seen.each("table, .chart", "[it.getBoundingClientRect().right, it.className]")
        assert [cut for cut in right if cut[0] > 681] == []
        assert len(seen.page.pdf(format="A4")) > 100_000


def test_hostile_text_makes_no_element_no_handler_and_no_link(
    browser: Any, pages: dict[str, Path]
) -> None:
    with opened(browser, pages["hostile"]) as seen:
        names = {name for names in seen.each("*", "it.getAttributeNames()") for name in names}
        assert set(seen.each("*", "it.localName")) <= ELEMENTS
        assert [name for name in names if name.startswith("on") or name == "style"] == []
        for href, rel in seen.each("a", "[it.getAttribute('href'), it.getAttribute('rel')]"):
            assert href.startswith(("#", "https://", "http://"))
            assert href.startswith("#") or rel == "noopener noreferrer"
        text = seen.page.evaluate("document.body.textContent")
        assert (seen.requests, seen.messages) == ([pages["hostile"].as_uri()], [])
    assert TEXTS[0] in text
    assert not set(text) & set("\x1b\u202e\u2066\u200f\u061c")
