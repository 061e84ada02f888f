"""The page of a review, opened in a browser: whole, exact, legible to all, and inert."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scenarios.analysis.review.review import review
from scenarios.cli.terminal.page import report_page
from scenarios.workspace.opened import open_folder
from scenarios.workspace.period import span
from tests.browser import Seen, chromium, needs_chromium, opened
from tests.cli.commands import make, scen
from tests.hostile import AS_OF, TEXTS, hostile_files

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAYS = ("2022-02-28", "2026-11-24")
SECTIONS = ["moved", "board", "scenarios", "sets", "indicators", "scores", "findings", "method"]
GRAVE = ("serious", "critical")
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

OF_REVIEW = """parts => parts.map(part => [
    part.querySelector('a[href^="#s-"]').getAttribute('href').slice(3),
    [...part.querySelectorAll('data')].map(data => Number(data.value))])"""
"""Of each part of the review the scenario that it leads to, and its figures."""

FIGURES = """rows => Object.fromEntries(rows.map(row => [
    row.dataset.scenario ?? row.dataset.forecaster ?? row.dataset.indicator,
    Object.fromEntries([...row.querySelectorAll('data[data-key]')]
        .map(data => [data.dataset.key, Number(data.value)]))]))"""


class Made(NamedTuple):
    """A page in a file, and the day that it is about."""

    file: Path
    day: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", params=DAYS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    day = request.param
    file = tmp_path_factory.mktemp("page") / f"{day}.html"
    file.write_text(page_of(SHIPPED, day), encoding="utf-8")
    return Made(file, day)


@pytest.fixture(scope="module")
def seen(browser: Any, made: Made) -> Iterator[Seen]:
    """The page as it is opened at a desk, for tests that only look."""
    with opened(browser, made.file) as shown:
        yield shown


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    root = make(folder / "scenarios", hostile_files())
    file = folder / "page.html"
    file.write_text(page_of(root, AS_OF), encoding="utf-8")
    return file


def page_of(root: Path, day: str) -> str:
    desk = open_folder(root)
    window = span(desk, date.fromisoformat(day), None)[0]
    return report_page(desk, window, review(window), "3f1e2d4 of 2026-11-24", clean=True)


def told(*words: str, day: str) -> Any:
    result = scen("--database", str(SHIPPED), *words, "--as-of", day, "--format", "json")
    return json.loads(result.stdout)


def axe(browser: Any, file: Path, **context: Any) -> list[str]:
    """The grave violations that axe-core finds; the page's own policy would keep it out."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    with opened(browser, file, bypass_csp=True, **context) as seen:
        seen.page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
        seen.page.evaluate(source)
        found = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def test_it_is_whole_silent_and_asks_for_nothing(seen: Seen, made: Made) -> None:
    sections = seen.page.eval_on_selector_all("section", "all => all.map(one => one.id)")
    ids = seen.page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    broken = seen.page.eval_on_selector_all(
        "a[href^='#'], use[href^='#']",
        "all => all.map(a => a.getAttribute('href').slice(1))"
        ".filter(id => !document.getElementById(id))",
    )
    assert sections == SECTIONS
    assert (seen.requests, seen.messages) == ([made.file.as_uri()], [])
    assert len(ids) == len(set(ids))
    assert broken == []
    assert made.file.stat().st_size < 2_000_000


def test_its_board_has_the_figures_of_the_report(seen: Seen, made: Made) -> None:
    report = told("report", day=made.day)
    board = seen.page.eval_on_selector_all("#board tbody tr:not(.group)", OF_REVIEW)
    rows = {row["id"]: row for row in report["scenarios"]}
    assert [id for id, _ in board] == [*rows]
    for id, figures in board:
        assert figures == pytest.approx([*board_row(rows[id])], abs=1e-9)


def board_row(row: dict[str, Any]) -> Iterator[float]:
    for side in filter(None, (row["stated"], row["implied"])):
        yield side["probability"]
        if side["previous"] is not None:
            yield (side["probability"] - side["previous"]) * 100
    if row["stated"]:
        yield row["gap_decibans"]


PARTS = ("given", "time", "rivals", "bound", "lines_added", "lines_removed", "lines_changed")


def test_what_moved_has_the_figures_of_the_report(seen: Seen, made: Made) -> None:
    report = told("report", day=made.day)
    bits = {row["id"]: row["movement_bits"] for row in report["scenarios"]}
    articles = seen.page.eval_on_selector_all(
        "article.move:has(.causes)", OF_REVIEW.replace("'data'", "'h3 data, dl:not(.causes) data'")
    )
    moves = [move for move in report["moves"] if any(move[part] for part in PARTS)]
    assert [id for id, _ in articles] == [move["scenario"] for move in moves]
    for (id, figures), move in zip(articles, moves, strict=True):
        shifts = filter(None, (move["stated"], move["implied"]))
        ends = [shift[end] for shift in shifts for end in ("from", "to")]
        assert figures[0] == bits[id]
        assert move["implied"]["to"] in figures
        assert {p for p in figures if p in ends} == {p for p in ends if p is not None}


def test_the_causes_of_a_move_add_up_to_it(seen: Seen, made: Made) -> None:
    sums = seen.page.eval_on_selector_all(
        ".causes",
        "all => all.map(one => [...one.querySelectorAll('dt data')].map(d => Number(d.value)))",
    )
    moves = told("report", day=made.day)["moves"]
    assert len(sums) == sum(any(move[part] for part in PARTS) for move in moves)
    for *parts, total in sums:
        assert sum(parts) == pytest.approx(total, abs=0.2)  # four parts below 0.05 are not shown


def test_each_ledger_has_the_figures_of_explain(seen: Seen, made: Made) -> None:
    rows = """article => [...article.querySelectorAll('.ledger tr[data-line]')].map(row =>
        Object.fromEntries([...row.querySelectorAll('data[data-key]')]
            .map(data => [data.dataset.key, Number(data.value)])))"""
    for row in told("report", day=made.day)["scenarios"]:
        book = told("explain", row["id"], day=made.day)
        article = seen.page.query_selector(f"#s-{row['id']}")
        lines = article.evaluate(rows)
        figures = article.evaluate(f"one => ({FIGURES})([one])")[row["id"]]
        assert lines or not book["lines"]
        for one in lines:
            assert any(same(line, one) for line in book["lines"])
        assert figures["prior.decibans"] == book["prior"]["decibans"]
        assert figures["implied.decibans"] == book["implied"]["decibans"]
        assert figures["implied.probability"] == book["implied"]["probability"]


def same(line: dict[str, Any], shown: dict[str, float]) -> bool:
    return all(line[name] == value for name, value in shown.items())


def test_the_scores_are_those_of_score(seen: Seen, made: Made) -> None:
    scored = told("score", "--forecaster", "illustrative", day=made.day)
    table = seen.page.eval_on_selector_all(".scores tr[data-forecaster]", FIGURES)
    bins = seen.page.eval_on_selector_all(
        "tr[data-bin]",
        "rows => rows.map(row => Object.fromEntries([...row.querySelectorAll('data')]"
        ".map(data => [data.dataset.key, Number(data.value)])))",
    )
    assert table == {
        row["name"]: {k: v for k, v in row.items() if k != "name" and v is not None}
        for row in scored["forecasters"]
    }
    names = ("n", "mean_forecast", "frequency", "wilson_low", "wilson_high")
    assert bins == [{name: row[name] for name in names} for row in scored["calibration"]]


def test_each_matrix_has_the_figures_of_matrix(seen: Seen, made: Made) -> None:
    for set_id in ("relationship-2030", "ukraine-2022"):
        matrix = told("matrix", "--set", set_id, day=made.day)
        article = seen.page.query_selector(f"article[data-set='{set_id}']")
        sums = article.evaluate(
            "one => Object.fromEntries([...one.querySelectorAll('tfoot data')]"
            ".map(data => [data.dataset.key, Number(data.value)]))"
        )
        rows = article.evaluate(
            "one => [...one.querySelectorAll('.ach tbody tr')].map(row => [row.dataset.row,"
            "...[...row.querySelectorAll('data')].map(data => Number(data.value))])"
        )
        names = ("inconsistency", "weighted_inconsistency", "decibans", "blanks", "rank")
        assert sums == {
            f"{id}.{name}": score[name]
            for id, score in matrix["scores"].items()
            for name in names
            if score[name] is not None
        }
        assert rows == [
            [row["id"], row["weight"], row["diagnosticity"]] for row in matrix["rows"][:40]
        ]


def test_each_chart_ends_with_the_figures_of_the_report(seen: Seen, made: Made) -> None:
    ends = seen.page.eval_on_selector_all(
        "article.scenario",
        "all => Object.fromEntries(all.map(one => [one.dataset.scenario,"
        "[...one.querySelectorAll('.course tr:last-child > td > data')]"
        ".map(data => Number(data.value))]))",
    )
    for row in told("report", day=made.day)["scenarios"]:
        stated = [row["stated"]["probability"]] if row["stated"] else []
        assert ends[row["id"]] == [*stated, row["implied"]["probability"]]


def test_the_shares_of_a_set_sum_to_one(seen: Seen) -> None:
    days = seen.page.eval_on_selector_all(
        "article[data-set='relationship-2030'] figure tbody tr",
        "rows => rows.map(row => [...row.querySelectorAll('data')].map(d => Number(d.value)))",
    )
    assert len(days) > 3
    assert all(sum(day) == pytest.approx(1, abs=0.002) for day in days)


def test_it_says_which_state_of_the_files_it_was_made_from(seen: Seen) -> None:
    footer = seen.page.locator("footer").inner_text()
    assert "revision 3f1e2d4 of 2026-11-24; nothing in the files differed from it." in footer


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(browser: Any, made: Made, scheme: str) -> None:
    assert axe(browser, made.file, color_scheme=scheme) == []


def test_a_phone_need_not_scroll_sideways(browser: Any, made: Made) -> None:
    with opened(browser, made.file, width=360) as seen:
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide == 360


@pytest.mark.parametrize("width", [360, 1200])
def test_no_label_of_a_chart_is_cut_off_or_covers_another(
    browser: Any, made: Made, width: int
) -> None:
    with opened(browser, made.file, width=width) as seen:
        cut = seen.page.eval_on_selector_all(
            ".chart",
            "all => all.flatMap(one => [...one.querySelectorAll('text:not(.tip)')].filter(text =>"
            "text.getBoundingClientRect().left < one.getBoundingClientRect().left - 0.5)"
            ".map(text => text.textContent))",
        )
        ends = seen.page.eval_on_selector_all(
            "article.scenario",
            "all => all.map(one => [...one.querySelector('.chart').querySelectorAll('text.bold')]"
            ".map(text => text.getBoundingClientRect()).map(box => [box.top, box.height]))",
        )
    assert cut == []
    assert ends
    for (above, tall), (below, _) in (sorted(two) for two in ends if len(two) == 2):
        assert below - above > 0.75 * tall


def test_it_needs_no_script(browser: Any, made: Made) -> None:
    with opened(browser, made.file, java_script_enabled=False) as seen:
        assert seen.page.locator("svg.chart").count() > 19
        assert seen.page.locator("h1").inner_text() == "China–Russia alignment"
        table = seen.page.locator("table.ledger").first
        assert not table.is_visible()
        seen.page.locator("summary", has_text="The ledger of").first.click()
        assert table.is_visible()


def test_the_keyboard_reaches_a_mark_and_hears_what_it_was(browser: Any, made: Made) -> None:
    with opened(browser, made.file) as seen:
        mark = seen.page.locator("a.mark").first
        tip = mark.locator(".tip")
        assert tip.evaluate("one => getComputedStyle(one).opacity") == "0"
        mark.focus()
        assert tip.evaluate("one => getComputedStyle(one).opacity") == "1"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("tr:target").is_visible()


def test_no_table_is_cut_on_paper(browser: Any, made: Made) -> None:
    with opened(browser, made.file, width=680) as seen:
        seen.page.emulate_media(media="print")
        cut = seen.page.eval_on_selector_all(
            "table, .chart",
            "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1)"
            ".map(one => one.className + one.textContent.slice(0, 60))",
        )
        assert cut == []
        assert len(seen.page.pdf(format="A4")) > 100_000


def test_hostile_text_makes_no_element_no_handler_and_no_link(browser: Any, hostile: Path) -> None:
    with opened(browser, hostile) as seen:
        names = seen.page.eval_on_selector_all("*", "all => all.map(one => one.localName)")
        handlers = seen.page.eval_on_selector_all(
            "*",
            "all => all.flatMap(one => one.getAttributeNames())"
            ".filter(name => name.startsWith('on') || name === 'style')",
        )
        links = seen.page.eval_on_selector_all(
            "a", "all => all.map(one => [one.getAttribute('href'), one.getAttribute('rel')])"
        )
        text = seen.page.evaluate("document.body.textContent")
    assert set(names) <= ELEMENTS
    assert handlers == []
    for href, rel in links:
        assert href.startswith(("#", "https://", "http://"))
        assert href.startswith("#") or rel == "noopener noreferrer"
    assert (seen.requests, seen.messages) == ([hostile.as_uri()], [])
    assert TEXTS[0] in text
    assert not set(text) & set("\x1b\u202e\u2066\u200f\u061c")


def test_hostile_text_is_legible_to_all_too(browser: Any, hostile: Path) -> None:
    assert axe(browser, hostile) == []
    with opened(browser, hostile, width=360) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 360
