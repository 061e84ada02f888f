"""What is read, in a real browser: alive, on any day, by keyboard, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from scenarios.render.text import short_day
from tests.browser import lead, needs_chromium
from tests.cli.commands import FILES, make
from tests.full import FULL
from tests.serve.browsing import Desk, at, axe, served

pytestmark = needs_chromium

SHIPPED = Path(__file__).parents[2] / "scenarios"
WHOLE = (
    *("/", "/status/", "/list/scenarios/", "/list/indicators/", "/list/evidence/"),
    *("/list/forecasts/", "/list/sources/", "/search/?q=nord+stream", "/s/military-pact/"),
    *("/e/2022-02-22-nord-stream-2-halt/", "/set/ukraine-2022/", "/review/", "/indicators/"),
    *("/review/2022-02-28/", "/evidence/", "/sources/", "/scores/", "/nothing/", "/?as_of=never"),
)
EARLY = "as_of=2021-12-17"
PAGES = (
    *(f"/?{EARLY}", f"/status/?{EARLY}", f"/list/evidence/?{EARLY}", f"/search/?q=call&{EARLY}"),
    *(f"/s/military-pact/?{EARLY}", f"/list/forecasts/?{EARLY}", "/nothing/", "/?as_of=never"),
)
"""One of each type, when there was little to show."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = copytree(SHIPPED, tmp_path_factory.mktemp("shipped") / "scenarios")
    with served(root) as desk:
        yield desk


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Desk]:
    with served(make(tmp_path / "scenarios", FILES)) as desk:
        yield desk


def change(path: Path, old: str, new: str) -> None:
    """Change a file in one step: a reader sees it as it was or as it will be."""
    beside = path.parents[1] / path.name
    beside.write_text(path.read_text().replace(old, new, 1))
    beside.replace(path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Any, shipped: Desk, scheme: str) -> None:
    with at(browser, shipped, "/", color_scheme=scheme) as page:
        found = {}
        for path in WHOLE if FULL else PAGES if scheme == "light" else PAGES[:3]:
            page.goto(shipped.address + path)
            found[path] = axe(page)
        assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_step_of_the_slider_shows_its_day_and_can_be_cited(browser: Any, shipped: Desk) -> None:
    with at(browser, shipped, "/") as page:
        slider = page.locator("#day")
        slider.focus()
        for _ in range(3):
            page.keyboard.press("PageDown")
            day = page.locator("#when input[name=as_of]").input_value()
            shown = short_day(date.fromisoformat(day))
            page.locator("footer", has_text=f"As of {shown}.").wait_for()
        day = page.locator("#when input[name=as_of]").input_value()
        assert page.url == f"{shipped.address}/?as_of={day}"
        assert f"as_of={day}" in page.locator("main a").first.get_attribute("href")
        figures = page.locator("main data").evaluate_all("all => all.map(it => it.value)")
        page.reload()
        assert page.locator("main data").evaluate_all("all => all.map(it => it.value)") == figures


def test_time_is_stepped_by_week_and_dragged_live_and_back_leads_to_the_day_before(
    browser: Any, shipped: Desk
) -> None:
    def day() -> str:
        return str(page.inner_text("#shown"))

    def settled(text: str) -> None:
        shown = short_day(date.fromisoformat(text))
        page.locator("footer", has_text=f"As of {shown}.").wait_for()
        assert page.url.partition("as_of=")[2] == text
        assert page.locator("#day").get_attribute("aria-valuetext") == day() == shown

    with at(browser, shipped, "/s/military-pact/?as_of=2022-02-28") as page:
        page.focus("#day")
        page.keyboard.press("ArrowLeft")
        settled("2022-02-21")
        box = page.locator("#day").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 20)
        page.mouse.down()
        seen = {day()}
        for part in range(41, 61):
            page.mouse.move(box["x"] + box["width"] * part / 100, box["y"] + 20)
            seen.add(day())
        page.mouse.up()
        assert len(seen) > 10
        dragged = page.input_value("#when [name=as_of]")
        settled(dragged)
        assert dragged > "2022-05"
        page.go_back()
        settled("2022-02-21")
        page.go_back()
        settled("2022-02-28")
        page.go_forward()
        settled("2022-02-21")
        page.keyboard.press("]")
        settled("2022-02-28")
        page.click("text=A week back")
        settled("2022-02-21")


def test_a_change_is_shown_where_one_reads_and_what_is_unfolded_stays(
    browser: Any, small: Desk
) -> None:
    with at(browser, small, "/s/pact/") as page:
        fold = page.locator("main details").first
        fold.locator("summary").first.click()
        assert fold.get_attribute("open") is not None
        change(small.root / "pact.yaml", "title: A pact", "title: Another pact")
        page.locator("h1", has_text="Another pact").wait_for()
        assert page.locator("main details").first.get_attribute("open") is not None
        assert page.title().startswith("Another pact")


def test_what_is_being_typed_is_kept_and_the_change_is_shown(browser: Any, small: Desk) -> None:
    with at(browser, small, "/list/scenarios/") as page:
        page.keyboard.press("/")
        page.keyboard.type("nord str")
        change(small.root / "pact.yaml", "title: A pact", "title: Another pact")
        page.locator("main td", has_text="Another pact").wait_for()
        page.keyboard.type("eam")
        assert page.locator("#find").input_value() == "nord stream"


def test_what_was_chosen_stays_when_the_database_changes(browser: Any, shipped: Desk) -> None:
    with at(browser, shipped, "/") as page:
        page.select_option("#by-state", "state-occurred")
        shown = page.locator("#every tbody tr:visible").count()
        page.route("**/-/rules/*", lambda _: None)  # no further rules arrive
        change(shipped.root / "tracker.yaml", "alignment", "ties")
        page.locator(".site .home", has_text="ties").wait_for()
        assert page.locator("#by-state").input_value() == "state-occurred"
        assert 0 < page.locator("#every tbody tr:visible").count() == shown


def test_the_keys_lead_about(browser: Any, shipped: Desk) -> None:
    with at(browser, shipped, "/") as page:
        keys = page.keyboard
        keys.press("g")
        keys.press("e")
        page.wait_for_url("**/list/evidence/")
        for key in "jjk":
            keys.press(key)
        row = page.locator("tr.at a").first
        leads = row.get_attribute("href")
        keys.press("Enter")
        page.wait_for_url(f"**{leads}")
        keys.press("?")
        assert page.locator("#keys").is_visible()
        keys.press("Escape")
        keys.press("g")
        keys.press("s")
        page.wait_for_url("**/list/scenarios/")
        keys.press("/")
        keys.type("nord stream")
        keys.press("Enter")
        page.wait_for_url("**/search/?q=nord+stream")


def test_without_a_script_all_is_read_and_the_day_is_chosen(browser: Any, shipped: Desk) -> None:
    with at(browser, shipped, "/list/evidence/", java_script_enabled=False) as page:
        assert not page.locator("#day").is_visible()
        page.fill("#when input[name=as_of]", "2022-02-28")
        lead(page, "#when button")
        assert "as_of=2022-02-28" in page.url
        lead(page, "text=A week on")
        assert "as_of=2022-03-07" in page.url
        lead(page, "#time svg a >> nth=0")
        lead(page, "text=A week on")
        page.fill("#when input[name=as_of]", "2022-02-28")
        lead(page, "#when button")
        page.select_option("form.narrow select[name=set]", "ukraine-2022")
        lead(page, "form.narrow button")
        assert "as_of=2022-02-28" in page.url
        assert "set=ukraine-2022" in page.url
        lead(page, "tbody a")
        assert page.url.endswith("?as_of=2022-02-28")


def test_on_a_phone_the_home_link_has_44_pixels_and_a_row_begins_with_its_title(
    browser: Any, shipped: Desk
) -> None:
    with at(browser, shipped, "/status/", viewport={"width": 360, "height": 740}) as page:
        assert page.locator(".home").bounding_box()["height"] >= 44
        row = page.locator(".many tr:has(> [data-of=title])").first
        title, id = (row.locator(part).bounding_box() for part in ("[data-of=title]", "th"))
        assert title["y"] + title["height"] <= id["y"]
        assert title["x"] == id["x"]


def test_nothing_is_cut_on_a_phone(browser: Any, shipped: Desk) -> None:
    with at(browser, shipped, "/", viewport={"width": 360, "height": 740}) as page:
        for path in WHOLE if FULL else PAGES:
            page.goto(shipped.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
