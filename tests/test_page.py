"""The page of a review, opened in a browser: two sheets, exact, legible to all, and inert."""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scenarios.scales import decibans
from tests.browser import Seen, chromium, needs_chromium, opened
from tests.cli.commands import make, scen
from tests.full import FULL
from tests.hostile import AS_OF, TEXTS, hostile_files
from tests.records import near
from tests.test_pictures import LABELS, covered

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[1] / "scenarios"
DAYS = ("2022-02-14", "2022-02-21", "2022-02-28", "2024-06-24", "2024-08-05", "2026-11-24")
WAR, QUIET = "2022-02-28", "2024-08-05"
TITLE = "A title of two hundred characters is read to its end and pushes nothing aside. " * 3
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "footer", "section", "div"),
    *("h1", "h2", "h3", "article", "p", "span", "b", "bdi", "a", "code", "data", "strong", "ul"),
    *("li", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("svg", "path", "circle", "line", "rect", "text"),
}
"""Every element that the writer, its shell and the pictures make."""
Show = Callable[..., AbstractContextManager[Seen]]


def questions(
    number: int, moved: int, title: str = "Question {n}", items: int = 1, event: str = ""
) -> dict[str, str]:
    """A database of which an item moves the first questions, by its files."""
    files = {
        "tracker.yaml": "format: 1\ntitle: Many\nreview_every_days: 7\n"
        "decibans: {CC: 10, C: 5, N: 0, I: -5, II: -10}\n"
    }
    for n in range(number):
        files[f"q{n}.yaml"] = (
            f"title: {json.dumps(title.format(n=n)[:200])}\nquestion: Will it?\n"
            "resolution_criteria: It does.\nopened: 2022-01-01\nhorizon: 2023-01-01\n"
            "prior: {probability: 0.3, basis: A guess}\n"
        )
    for n in range(items):
        rated = ", ".join(f"q{q}: C" for q in range(moved) if q % items in (n % moved, 0))
        files[f"evidence/2022/2022-02-25-item-{n}.yaml"] = (
            f"summary: Thing {n} happens\nobserved: 2022-02-25\nrecorded: 2022-02-25\n"
            f"reliability: B\ncredibility: 2\nratings: {{{rated}}}\n{event}"
        )
    return files


DATABASES: dict[str, dict[str, str]] = {
    "one": questions(1, 1),
    "thirty": questions(40, 30),
    "three-hundred": questions(300, 300),
    "long": questions(4, 4, TITLE),
    "right-to-left": questions(4, 4, "هل ستوقع روسيا والصين معاهدة دفاع {n}؟"),
    "marked-up": questions(4, 4, "<b>{n}</b> & <script>alert(1)</script>"),
    "sixty-events": questions(20, 20, items=60),
    "forty-items": questions(3, 3, items=40, event="event: the-one\n"),
}


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Open the page of the shipped database on a day, or of another one by its name."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def page(name: str) -> Path:
        written, root, day = folder / f"{name}.html", SHIPPED, name
        if name not in DAYS:
            files = hostile_files() if name == "hostile" else DATABASES[name]
            root, day = make(folder / name, files), AS_OF
        asked = ("--as-of", day, "--format", "html", "--output", str(written))
        result = scen("--database", str(root), "report", *asked)
        assert result.exit_code == 0, result.stderr
        return written

    with chromium() as browser:
        yield lambda name, **keys: opened(browser, page(name), **keys)


def asked(day: str, *options: str) -> Any:
    """The brief of a day as JSON."""
    command = ("report", "--brief", "--as-of", day, "--format", "json")
    return json.loads(scen("--database", str(SHIPPED), *command, *options).stdout)


def numbers(part: Any) -> Iterator[float]:
    """Every number in an answer, and the changes that it has as their two ends: in points for
    probabilities, in decibans for a line and for what is implied.
    """
    if isinstance(part, list):
        for inner in part:
            yield from numbers(inner)
    elif isinstance(part, dict):
        yield from (number for value in part.values() for number in numbers(value))
        for first, last in (("previous", "probability"), ("from", "to"), ("before", "after")):
            before, after = part.get(first), part.get(last)
            if isinstance(before, float) and isinstance(after, float):
                yield from (after - before, (after - before) * 100)
                if first == "from":
                    yield decibans(after) - decibans(before)
    elif isinstance(part, int | float):
        yield part


@pytest.mark.parametrize("name", [*DAYS, *DATABASES, "hostile"])
def test_it_is_two_sheets_or_three_where_over_20_moved_and_under_250_kb(
    show: Show, name: str
) -> None:
    with show(name) as seen:
        moved = DATABASES.get(name, {}).get("evidence/2022/2022-02-25-item-0.yaml", "").count(": C")
        assert seen.sheets() <= (3 if moved > 20 or name == "hostile" else 2)
        assert seen.file.stat().st_size < 250_000


@pytest.mark.parametrize("day", DAYS)
def test_it_is_whole_silent_and_asks_for_nothing(show: Show, day: str) -> None:
    with show(day) as seen:
        ids = seen.each("[id]", "it.id")
        led_to = seen.each("a[href^='#']", "it.getAttribute('href').slice(1)")
        assert seen.is_silent(), (seen.requests, seen.messages)
        assert len(ids) == len(set(ids))
        assert set(led_to) <= set(ids)
        assert "words" in ids


@pytest.mark.parametrize("day", DAYS)
def test_each_figure_is_one_of_the_brief_and_the_picture_has_both_moves(
    show: Show, day: str
) -> None:
    made = asked(day)
    known = sorted(numbers(made))
    with show(day) as seen:
        figures = seen.each("data", "+it.value")
        places = [(figure, bisect(known, figure)) for figure in figures]
        assert [f for f, at in places if f not in map(near, known[max(0, at - 1) : at + 1])] == []
        told = seen.each(".question .figure", "it.textContent")
        ranges = seen.each(".question .range", "it.textContent")
    ends = {end["set"] or end["occurred"] for end in made["headline"]["resolved"]}
    decided = [figure for figure in told if figure.startswith(("Occurred", "Did not", "Annulled"))]
    assert len(decided) == len(ends)
    if day == WAR:
        assert {"Occurred 24 Feb", "20% → 0.3%", "25% → 40%"} <= {*told}
        assert "evidence 22% → 0.1% (at most 0.6%)" in ranges


@pytest.mark.parametrize("day", DAYS)
def test_it_knows_no_decibans_and_no_id_or_command_stands_above_the_fold(
    show: Show, day: str
) -> None:
    with show(day) as seen:
        text = seen.page.inner_text("main")
        assert re.findall(r"\bdB\b|deciban|Bayes", text) == []
        above = " ".join(
            seen.each("main p:not(.notice), main h1, main h2, main li, main text", ABOVE)
        )
        assert len(above) > 100
        assert re.findall(r"\bscen [a-z]|--[a-z]|\b[a-z]+-[a-z]+-[a-z0-9-]+\b", above) == []


ABOVE = "it.checkVisibility() && it.getBoundingClientRect().top < 900 ? it.textContent : ''"


def test_it_says_who_decides_what_and_explains_its_words(show: Show) -> None:
    with show(WAR, java_script_enabled=False) as seen:
        [pending] = seen.page.locator("#decide li").all_inner_texts()
        asked = "Russia holding Kyiv: we say 40%, the evidence 54%. Keep 40%?"
        assert pending == f"{asked} (Illustrative, by 7 March)"
        seen.page.locator("#watch .help").click()
        assert seen.page.locator("#words").is_visible()
        assert seen.page.url.endswith("#words")


def test_the_first_screen_says_what_happened_what_moved_and_leads_to_what_is_to_be_decided(
    show: Show,
) -> None:
    for width, height in ((1280, 900), (360, 780)):
        with show(WAR, width=width, height=height) as seen:
            fold = ABOVE.replace("900", f"{height}")
            above = " ".join(seen.each("main p, main h1, main li, main a", fold))
            assert "Russia invaded Ukraine on 24 February; we had said 64%" in above
            assert "Nord Stream 2 gas: 0.3% (from 20%)" in above
            assert "1 matter to decide" in above
            seen.page.click("text=1 matter to decide")
            top = seen.each("#decide", "it.getBoundingClientRect().top")[0]
            assert 0 <= top < height


def test_in_a_quiet_week_all_that_is_open_stands_in_grey_with_its_range(show: Show) -> None:
    with show(QUIET) as seen:
        assert seen.page.locator(".question:not(.still)").count() == 2
        still = seen.each(".question.still", "it.querySelector('.range').textContent")
        assert len(still) == 7
        assert all(re.fullmatch(r"evidence .*\(.*\)", text) for text in still)


def test_each_day_of_the_picture_stands_where_it_is(show: Show) -> None:
    """The week has the third at the right; a step stands on its day and a level has its figure."""
    with show(WAR) as seen:
        [dot] = seen.each(f"{NORD} circle.f-stated", "it.getAttribute('cx')")
        [event] = seen.each(f"{NORD} line.s-event:not([stroke-dasharray])", "it.getAttribute('x1')")
        [line] = seen.each(f"{NORD} svg svg path.s-stated", "it.getAttribute('d')")
    assert dot == "90%"
    assert event == f"{64 + 26 * 3 / 7:.1f}%"
    steps = [float(x) for x in re.findall(r"H([\d.]+)V", line)]
    assert steps[-2:] == [round(640 + 260 * 2 / 7, 1), 900.0]


NORD = ".question:has([aria-label^='Nord Stream 2 gas'])"


@pytest.mark.parametrize("name", ["one", WAR, *((*DAYS, "hostile", "long") if FULL else ())])
def test_axe_finds_nothing_on_a_desk_or_a_dark_phone(show: Show, name: str) -> None:
    for width, scheme in ((1280, "light"), (768, "dark"), (360, "dark")):
        with show(name, width=width, color_scheme=scheme, bypass_csp=True) as seen:
            assert seen.faults() == []


@pytest.mark.parametrize("name", [WAR, QUIET, *DATABASES, "hostile"])
def test_nothing_is_cut_or_covered_or_scrolls_sideways_at_any_width(show: Show, name: str) -> None:
    with show(name) as seen:
        seen.open_all()
        for width in (1440, 1280, 768, 620, 360):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width
            assert seen.cut() == []
            for labels in seen.each(
                ".plot > svg, .axis > svg", f"it.checkVisibility() ? {LABELS} : []"
            ):
                assert covered(labels) == []
                for told, start, end, _, _, size in labels:
                    assert size >= 10, told
                    assert start < end <= width, told


def test_the_whole_page_is_reached_by_the_keyboard(show: Show) -> None:
    where = """[...document.querySelectorAll('a, summary, [tabindex="0"]')]
        .filter(it => it.checkVisibility()).length"""
    with show(WAR) as seen:
        reached = []
        for _ in range(seen.page.evaluate(where)):
            seen.page.keyboard.press("Tab")
            reached.append(seen.page.evaluate("document.activeElement.textContent"))
        assert "1 matter to decide" in reached
        assert reached.count("?") == 2


def test_on_paper_nothing_is_folded_or_cut(show: Show) -> None:
    with show(WAR, width=680) as seen:
        seen.page.emulate_media(media="print")
        right = seen.each("table, svg, li, p", "it.getBoundingClientRect().right")
        assert max(right) <= 681
        assert not any(seen.each("details, .help", "it.checkVisibility()"))


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
