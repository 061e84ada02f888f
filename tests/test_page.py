"""The page of a review, opened in a browser: whole, exact, legible to all, and inert."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

import scenarios
from scenarios.analysis.review.review import review
from scenarios.cli.terminal.page import report_page
from scenarios.scales import printed
from scenarios.workspace.opened import open_folder
from scenarios.workspace.period import span
from tests.browser import Seen, chromium, needs_chromium, opened
from tests.cli.commands import make
from tests.full import FULL
from tests.hostile import AS_OF, TEXTS, hostile_files
from tests.records import near

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DESK = scenarios.open(SHIPPED)
DAYS = ("2022-02-28", "2026-11-24")
SECTIONS = ["moved", "board", "scenarios", "sets", "indicators", "scores", "findings", "method"]
STEPS = ("given", "time", "rivals", "bound", "ruled_out")
LINES = ("lines_added", "lines_removed", "lines_changed")
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer"),
    *("section", "article", "h1", "h2", "h3", "h4", "p", "blockquote", "div", "span", "bdi"),
    *("a", "code", "data", "em", "strong", "time", "ul", "li", "dl", "dt", "dd", "br"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary"),
    *("figure", "figcaption", "svg", "g", "path", "circle", "text", "symbol", "use"),
}
"""Every element that the writer, the templates and the charts make."""
ID = "it.querySelector('a[href^=\"#s-\"]').getAttribute('href').slice(3)"
"""The scenario that a part of the review leads to."""
Show = Callable[..., AbstractContextManager[Seen]]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Open the page of the shipped database on a day, of the hostile one, or of a few of its
    scenarios that need every element.
    """
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def page(name: str) -> Path:
        root, on = SHIPPED, name
        if name not in DAYS:
            kept = "." if name == "hostile" else r"(tracker|-[01237])\.yaml"
            files = {path: text for path, text in hostile_files().items() if re.search(kept, path)}
            root, on = make(folder / name, files), AS_OF
        desk = open_folder(root)
        window = span(desk, date.fromisoformat(on), None)
        text = report_page(desk, window, review(window), "3f1e2d4 of 2026-11-24", clean=True)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
        return folder / f"{name}.html"

    with chromium() as browser:
        yield lambda name, **keys: opened(browser, page(name), **keys)


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> date:
    return date.fromisoformat(request.param)


@pytest.fixture(scope="module")
def seen(show: Show, day: date) -> Iterator[Seen]:
    """The page as it is opened at a desk, for tests that only look."""
    with show(f"{day}") as shown:
        yield shown


def told(answer: object) -> Any:
    """What the library answers, as a command prints it."""
    return json.loads(msgspec.json.encode(answer))


def test_it_is_whole_silent_and_asks_for_nothing(seen: Seen) -> None:
    ids = seen.each("[id]", "it.id")
    led_to = seen.each("a[href^='#'], use[href^='#']", "it.getAttribute('href').slice(1)")
    assert seen.each("section", "it.id") == SECTIONS
    assert seen.is_silent(), (seen.requests, seen.messages)
    assert len(ids) == len(set(ids))
    assert set(led_to) <= set(ids)
    assert seen.file.stat().st_size < 2_000_000
    said = "revision 3f1e2d4 of 2026-11-24; nothing in the files differed from it."
    assert said in seen.page.locator("footer").inner_text()


def test_it_has_the_figures_of_the_report(seen: Seen, day: date) -> None:
    report = told(DESK.report(day))
    rows = {row["id"]: row for row in report["scenarios"]}
    live = [[id, [*of_overview(row)]] for id, row in rows.items() if row["outcome"] is None]
    assert seen.each("#board tbody tr:not(.group)", f"[{ID}, figures]") == live
    status = seen.each("#findings tbody tr:not(.group)", f"[{ID}, figures]")
    assert status == [[id, near([*of_status(row)], abs=1e-9)] for id, row in rows.items()]
    told_of = "article.move:has(.causes)"
    heads = seen.each(f"{told_of} h3", "figures")
    sums = seen.each(".causes", "[...it.querySelectorAll('dt data')].map(x => Number(x.value))")
    moves = [move for move in report["moves"] if any(move[key] for key in STEPS + LINES)]
    assert seen.each(told_of, ID) == [move["scenario"] for move in moves]
    for (bits,), parts, move in zip(heads, sums, moves, strict=True):
        assert bits == rows[move["scenario"]]["movement_bits"]
        if parts[1:]:  # one alone needs no sum; four parts below 0.05 are not shown
            assert sum(parts[:-1]) == near(parts[-1], abs=0.2)
    shifts = [shift for move in report["moves"] for shift in (move["stated"], move["implied"])]
    ends = {shift[end] for shift in shifts if shift for end in ("from", "to")}
    causes = [*report["events"], *report["other_causes"]]
    worths = {part["decibans"] for cause in causes for part in cause["scenarios"]}
    little = {figure for id, row in rows.items() for figure in of_status(row)}
    [figures] = seen.each("#moved", "figures")
    assert [figure for figure in figures if figure not in ends | worths | little] == []
    last = seen.each(
        "article.scenario",
        "[it.dataset.scenario, [...it.querySelectorAll('.course tr:last-child > td > data')]"
        ".map(x => Number(x.value))]",
    )
    assert sorted(last) == [
        [id, [side["probability"] for side in (row["stated"], row["implied"]) if side]]
        for id, row in sorted(rows.items())
    ]


def of_overview(row: dict[str, Any]) -> Iterator[float]:
    for side in filter(None, (row["stated"], row["implied"])):
        before, after = side["previous"], side["probability"]
        if before is not None and printed(before) != printed(after):
            yield before
        yield after


def of_status(row: dict[str, Any]) -> Iterator[float]:
    for side in filter(None, (row["stated"], row["implied"])):
        yield side["probability"]
        if side["previous"] is not None:
            yield (side["probability"] - side["previous"]) * 100
    if row["stated"]:
        yield row["gap_decibans"]


def test_each_ledger_has_the_figures_of_explain(seen: Seen, day: date) -> None:
    for row in DESK.status(day).scenarios:
        book = told(DESK.explain(row.id, day))
        lines = seen.each(f"#s-{row.id} .ledger tr[data-line]", "data")
        assert bool(lines) == bool(book["lines"])
        for shown in lines:
            assert any(shown.items() <= line.items() for line in book["lines"])
        (figures,) = seen.each(f"#s-{row.id}", "data")
        for name in ("prior.decibans", "implied.decibans", "implied.probability"):
            side, _, key = name.partition(".")
            assert figures[name] == book[side][key]


def test_the_scores_are_those_of_score(seen: Seen, day: date) -> None:
    scored = told(DESK.score(day, forecaster="illustrative"))
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
def test_each_matrix_has_the_figures_of_matrix(seen: Seen, day: date, set_id: str) -> None:
    matrix = told(DESK.matrix(day, set_id=set_id))
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
def test_axe_finds_nothing_grave_on_a_desk_or_a_dark_phone(show: Show, name: str) -> None:
    for width, scheme in ((1200, "light"), (360, "dark")):
        with show(name, width=width, color_scheme=scheme, bypass_csp=True) as seen:
            assert seen.grave_faults() == []


@pytest.mark.parametrize("name", [*DAYS, "hostile"])
def test_nothing_is_wider_than_the_screen_and_no_label_covers_another(
    show: Show, name: str
) -> None:
    box = "text.getBoundingClientRect()"
    left = f"text => {box}.left < it.getBoundingClientRect().left - 0.5"
    with show(name) as seen:
        for width in (1200, 360):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width
            cut = seen.each(".chart", f"[...it.querySelectorAll('text:not(.tip)')].filter({left})")
            assert [one for found in cut for one in found] == []
            labels = "[...it.querySelectorAll('text.bold')]"
            place = f"{labels}.map(text => [{box}.top, {box}.height])"
            ends = seen.each("article.scenario .chart:first-of-type", place)
            assert ends
            for (above, tall), (below, _) in (sorted(two) for two in ends if len(two) == 2):
                assert below - above > 0.75 * tall


def test_it_needs_no_script_and_the_keyboard_reaches_a_mark(show: Show) -> None:
    with show(DAYS[1], java_script_enabled=False) as seen:
        assert seen.page.locator("svg.chart").count() > 19
        assert seen.page.locator("h1").inner_text() == "China–Russia alignment"
        mark = seen.page.locator("a.mark").first
        opacity = "one => getComputedStyle(one).opacity"
        assert mark.locator(".tip").evaluate(opacity) == "0"
        mark.focus()
        assert mark.locator(".tip").evaluate(opacity) == "1"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("tr:target").is_visible()
        table = seen.page.locator("table.ledger").last
        assert not table.is_visible()
        seen.page.locator("summary", has_text="The ledger of").last.click()
        assert table.is_visible()


def test_no_table_is_cut_on_paper(show: Show) -> None:
    with show(DAYS[0], width=680) as seen:
        seen.page.emulate_media(media="print")
        right = seen.each("table, .chart", "[it.getBoundingClientRect().right, it.className]")
        assert [cut for cut in right if cut[0] > 681] == []
        assert len(seen.page.pdf(format="A4")) > 100_000


def test_hostile_text_makes_no_element_no_handler_and_no_link(show: Show) -> None:
    with show("hostile") as seen:
        names = {name for names in seen.each("*", "it.getAttributeNames()") for name in names}
        assert set(seen.each("*", "it.localName")) <= ELEMENTS
        assert [name for name in names if name.startswith("on") or name == "style"] == []
        for href, rel in seen.each("a", "[it.getAttribute('href'), it.getAttribute('rel')]"):
            assert href.startswith(("#", "https://", "http://"))
            assert href.startswith("#") or rel == "noopener noreferrer"
        text = seen.page.evaluate("document.body.textContent")
        assert seen.is_silent(), (seen.requests, seen.messages)
    assert TEXTS[0] in text
    assert not set(text) & set("\x1b\u202e\u2066\u200f\u061c")
