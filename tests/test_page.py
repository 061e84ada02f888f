"""The page of a review, opened in a browser: whole, exact, legible to all, and inert."""

from __future__ import annotations

import json
import re
from bisect import bisect
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
from scenarios.cli.commands.report import report_page
from scenarios.scales import decibans
from scenarios.workspace.opened import open_folder
from scenarios.workspace.reading import span
from tests.browser import Seen, chromium, needs_chromium, opened
from tests.cli.commands import make, scen
from tests.full import FULL
from tests.hostile import AS_OF, TEXTS, hostile_files
from tests.records import near

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DESK = scenarios.open(SHIPPED)
DAYS = ("2022-02-28", "2026-11-24")
PARTS = ["scenarios", "sets", "effects", "indicators", "evidence", "scores", "method"]
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "nav", "main", "footer", "section"),
    *("article", "h1", "h2", "h3", "h4", "p", "div", "span", "bdi", "a", "code", "data", "br"),
    *("strong", "ul", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("svg", "g", "path", "circle", "text"),
}
"""Every element that the writer, its shell and the pictures make."""
Show = Callable[..., AbstractContextManager[Seen]]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Open the page of the shipped database on a day, of the hostile one, or of a few of its
    scenarios that need every element.
    """
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def page(name: str) -> Path:
        made = folder / f"{name}.html"
        if name == "brief":
            day = ("--as-of", DAYS[0], "--format", "html", "--output", str(made))
            assert scen("--database", str(SHIPPED), "report", "--brief", *day).exit_code == 0
            return made
        root, on = SHIPPED, name
        if name not in DAYS:
            kept = "." if name == "hostile" else r"(tracker|-[01237])\.yaml"
            files = {path: text for path, text in hostile_files().items() if re.search(kept, path)}
            root, on = make(folder / name, files), AS_OF
        desk = open_folder(root)
        window = span(desk, date.fromisoformat(on), None, banded=True)
        text = report_page(desk, window, review(window), "3f1e2d4 of 2026-11-24", clean=True)
        made.write_text(text, encoding="utf-8")
        return made

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
    led_to = seen.each("a[href^='#']", "it.getAttribute('href').slice(1)")
    parts = seen.each(".appendix > details > div", "it.id")
    assert parts[-len(PARTS) :] == PARTS
    assert seen.is_silent(), (seen.requests, seen.messages)
    assert len(ids) == len(set(ids))
    assert set(led_to) <= set(ids)
    assert seen.file.stat().st_size < 2_000_000
    said = "revision 3f1e2d4 of 2026-11-24; nothing in the files differed from it."
    assert said in seen.page.locator("footer").inner_text()


def test_every_figure_of_the_review_is_one_of_the_report(seen: Seen, day: date) -> None:
    report = told(DESK.report(day))
    known = sorted(numbers(report))
    shown = seen.each(".summary data, #status data, #sums data", "+it.value")
    assert len(shown) > 50
    places = [(figure, bisect(known, figure)) for figure in shown]
    assert [
        figure for figure, at in places if figure not in map(near, known[max(0, at - 1) : at + 1])
    ] == []


def numbers(part: Any) -> Iterator[float]:
    """Every number in an answer, and the changes that it has as their two ends: in points for
    probabilities, in decibans for a line and for what is implied.
    """
    if isinstance(part, list):
        for one in part:
            yield from numbers(one)
    elif isinstance(part, dict):
        yield from (one for value in part.values() for one in numbers(value))
        for first, last in (("previous", "probability"), ("from", "to"), ("before", "after")):
            before, after = part.get(first), part.get(last)
            if isinstance(before, float) and isinstance(after, float):
                yield from (after - before, (after - before) * 100)
                if first == "from":
                    yield decibans(after) - decibans(before)
    elif isinstance(part, int | float):
        yield part


def test_each_scenario_has_the_figures_of_the_report(seen: Seen, day: date) -> None:
    chapters = dict(seen.each("div[id^='s-']:has(> .facts)", "[it.id.slice(2), figures]"))
    rows = told(DESK.report(day))["scenarios"]
    assert {*chapters} == {row["id"] for row in rows}
    for row in rows:
        stated = [row["stated"]["probability"]] if row["stated"] else []
        implied = [row["implied"][key] for key in ("probability", "low", "high")]
        gap = [] if row["gap_decibans"] is None else [row["gap_decibans"]]
        wanted = [figure for figure in (*stated, *implied, *gap) if figure is not None]
        assert chapters[row["id"]][: len(wanted)] == near(wanted)


def test_the_scores_are_those_of_score(seen: Seen, day: date) -> None:
    scored = told(DESK.score(day, forecaster="illustrative"))
    rows = seen.rows("#scores table")
    names = {"n": "questions", "Brier": "brier", "log": "log_score", "baseline": "baseline"}
    names |= {"peer": "peer", "coverage": "coverage", "final": "final_brier"}
    for shown, row in zip(rows, scored["forecasters"], strict=True):
        assert shown["forecaster"] == row["name"]
        for name, key in names.items():
            assert shown[name] == ("–" if row[key] is None else row[key])


@pytest.mark.parametrize("set_id", ["relationship-2030", "ukraine-2022"])
def test_each_matrix_has_the_figures_of_matrix(seen: Seen, day: date, set_id: str) -> None:
    matrix = told(DESK.matrix(day, set_id=set_id))
    titles = {id: DESK.database.scenarios[id].title for id in matrix["scenarios"]}
    *rows, counts, weighted, decibans, blank, rank = seen.rows(f"#set-{set_id} table:has(tfoot)")
    telling = [row for row in matrix["rows"] if row["diagnosticity"] >= 1]
    rest = seen.rows(f"#set-{set_id} details table:not(:has(tfoot), figure *)")
    assert [(row["Evidence or indicator"], row["dB apart"]) for row in [*rows, *rest]] == [
        (row["summary"], row["diagnosticity"]) for row in matrix["rows"]
    ]
    assert len(rows) == len(telling)
    for id, score in matrix["scores"].items():
        (name,) = (name for name in counts if name.partition(", ruled")[0] == titles[id])
        assert counts[name] == score["inconsistency"]
        assert weighted[name] == score["weighted_inconsistency"]
        assert decibans[name] == score["decibans"]
        assert blank[name] == score["blanks"]
        assert rank[name] == ("–" if score["rank"] is None else score["rank"])


def test_only_indicators_that_changed_emerge_or_are_due_are_unfolded(seen: Seen, day: date) -> None:
    changed = {(c.scenario, c.statement) for c in DESK.report(day).indicator_changes}
    rows = seen.rows("#indicators > .scroll table")
    every = seen.each("#indicators tbody tr", "it.cells[0].textContent")
    opened = [s for s in DESK.database.scenarios.values() if s.opened <= day]
    assert len(every) == sum(len(scenario.indicators) for scenario in opened)
    assert len(rows) < len(every)
    for row in rows:
        is_due = row["State"] != "observed" and row["Due"]
        assert (row["to"][3:], row["Indicator"]) in changed or row["State"] == "emerging" or is_due


def test_evidence_leads_to_its_address_and_to_its_scenarios(seen: Seen) -> None:
    items = seen.each(
        "li[id^='e-']",
        "[it.id.slice(2), [...it.querySelectorAll('a')].map(a => a.getAttribute('href'))]",
    )
    assert len(items) > 30
    for id, leads in items:
        item = DESK.database.evidence[id]
        address = [item.url] if item.url else []
        assert leads[: len(address)] == address
        assert set(item.ratings) <= {lead[3:] for lead in leads[len(address) :]}


@pytest.mark.parametrize(("width", "height", "most"), [(1280, 900, 4), (360, 740, 10)])
def test_the_review_is_short_before_its_appendix_is_opened(
    show: Show, width: int, height: int, most: int
) -> None:
    with show(DAYS[0], width=width, height=height) as seen:
        assert seen.screens() <= most


def test_the_summary_prints_on_two_sheets_and_the_brief_on_one(show: Show) -> None:
    with show("brief") as seen:
        assert seen.sheets() == 1
    with show(DAYS[0], bypass_csp=True) as seen:
        assert seen.sheets() > 10
        seen.page.add_style_tag(content=".appendix, footer { display: none }")
        assert seen.sheets() <= 2


def test_the_index_stays_in_reach_and_opens_what_is_folded(show: Show) -> None:
    for width, height in ((1280, 900), (768, 1024), (360, 740)):
        with show(DAYS[0], width=width, height=height, java_script_enabled=False) as seen:
            seen.page.mouse.wheel(0, 100_000)
            if width < 1200:
                seen.page.locator(".index summary").click()
            link = seen.page.locator(".index a[href='#s-rupture']")
            question = seen.page.locator("#s-rupture > p").first
            assert not question.is_visible()
            link.click()
            assert question.is_visible()
            box = question.bounding_box()
            assert box
            assert 0 <= box["y"] < height / 2
            assert link.is_visible()


def test_the_whole_page_is_reached_by_the_keyboard(show: Show) -> None:
    """From the skip links to the last part of the appendix, nothing hidden behind the index."""
    where = """[...document.querySelectorAll('a, summary, [tabindex="0"]')]
        .filter(it => it.checkVisibility()).length"""
    at = """(() => { const it = document.activeElement, box = it.getBoundingClientRect();
        const x = box.left + Math.min(box.width, 20) / 2;
        const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
        const top = document.elementFromPoint(x, y);
        return [it.localName, it.textContent.slice(0, 40),
            !!top && (it.contains(top) || top.contains(it))]; })()"""
    for width in (1280, 360):
        with show(DAYS[0], width=width, height=740) as seen:
            reached = []
            for _ in range(seen.page.evaluate(where)):
                seen.page.keyboard.press("Tab")
                reached.append(seen.page.evaluate(at))
            assert [told for *told, is_seen in reached if not is_seen] == []
            assert reached[0][1] == "Skip to the review"
            assert reached[-1][:2] == ["summary", "Method"]
            seen.page.keyboard.press("Enter")
            assert seen.page.locator("#method").is_visible()


@pytest.mark.parametrize("name", ["few", *((*DAYS, "hostile") if FULL else ())])
def test_axe_finds_nothing_on_a_desk_or_a_dark_phone(show: Show, name: str) -> None:
    for width, scheme in ((1280, "light"), (360, "dark")):
        with show(name, width=width, color_scheme=scheme, bypass_csp=True) as seen:
            assert seen.faults() == []


@pytest.mark.parametrize("name", [*DAYS, "hostile"])
def test_nothing_is_cut_at_any_width(show: Show, name: str) -> None:
    with show(name) as seen:
        seen.open_all()
        for width in (1280, 768, 360):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width
            assert seen.cut() == []


def test_each_picture_says_what_happened_and_its_marks_are_large_enough(show: Show) -> None:
    for width in (1280, 360):
        with show(DAYS[0], width=width) as seen:
            seen.open_all()
            labels = seen.each("svg:not(.narrow)", "it.getAttribute('aria-label')")
            assert labels
            assert len(labels) == len(set(labels))
            marks = seen.each(
                "a.mark", "(({width, height}) => [width, height])(it.getBoundingClientRect())"
            )
            shown = [(wide, tall) for wide, tall in marks if wide]
            assert shown
            assert [size for size in shown if min(size) < 24] == []


def test_nothing_is_cut_on_paper(show: Show) -> None:
    with show(DAYS[0], width=680) as seen:
        seen.page.emulate_media(media="print")
        right = seen.each("table, svg", "[it.getBoundingClientRect().right, it.className]")
        assert [cut for cut in right if cut[0] > 681] == []


def test_hostile_text_makes_no_element_no_handler_and_no_link(show: Show) -> None:
    with show("hostile") as seen:
        names = {name for names in seen.each("*", "it.getAttributeNames()") for name in names}
        assert {*seen.each("*", "it.localName")} - {"title"} <= ELEMENTS
        assert [name for name in names if name.startswith("on") or name == "style"] == []
        for href, rel in seen.each("a", "[it.getAttribute('href'), it.getAttribute('rel')]"):
            assert href.startswith(("#", "https://", "http://"))
            assert href.startswith("#") or rel == "noopener noreferrer"
        text = seen.page.evaluate("document.body.textContent")
        assert seen.is_silent(), (seen.requests, seen.messages)
    assert TEXTS[0] in text
    assert not set(text) & set("\x1b\u202e\u2066\u200f\u061c")
