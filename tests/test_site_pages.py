"""A site in a browser: legible to all at every width, whole without a script, and inert."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Seen, chromium, needs_chromium, opened
from tests.cli.commands import make, scen
from tests.full import FULL
from tests.hostile import AS_OF, as_yaml, hostile_files

pytestmark = needs_chromium

_FEW = re.compile(r"(tracker|-[01237])\.yaml")
SHIPPED = Path(__file__).parents[1] / "scenarios"
PAGES = {
    "hostile": (
        "index.html",
        "s/s-7/index.html",
        "e/2022-02-21-item-1/index.html",
        "e/2022-02-27-item-7/index.html",
        "event/a-meeting/index.html",
        "set/rivals/index.html",
        "review/2022-02-25/index.html",
        "review/index.html",
        "indicators/index.html",
        "evidence/index.html",
        "evidence/2022/index.html",
        "sources/index.html",
        "scores/index.html",
        "search/index.html",
    ),
    "shipped": (
        "index.html",
        "s/nord-stream-2-flows-2022/index.html",
        "e/2022-02-04-beijing-no-limits/index.html",
        "e/2022-02-22-nord-stream-2-halt/index.html",
        "event/invasion-2022-02-24/index.html",
        "event/beijing-summit-2022-02-04/index.html",
        "evidence/2022/index.html",
        "search/index.html",
        "reading/index.html",
        "set/relationship-2030/index.html",
        "review/2022-02-28/index.html",
        "indicators/index.html",
        "sources/index.html",
        "scores/index.html",
    ),
}
"""A page of each type; of hostile records, and of real ones."""
FEW = {
    "index.html",
    "s/s-7/index.html",
    "e/2022-02-27-item-7/index.html",
    "event/a-meeting/index.html",
    "search/index.html",
}
EVERY = [
    (name, one)
    for name, some in PAGES.items()
    for one in some
    if FULL or (name == "hostile" and one in FEW)
]
Show = Callable[..., AbstractContextManager[Seen]]


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Open a page of a site in a browser."""
    folder = tmp_path_factory.mktemp("sites")
    files = {path: text for path, text in hostile_files().items() if _FEW.search(path)}
    for path in [path for path in files if path.endswith(("item-0.yaml", "item-3.yaml"))]:
        files[path] = as_yaml(json.loads(files[path]) | {"event": "a-meeting"})
    roots = {"hostile": (make(folder / "scenarios", files), AS_OF)}
    if FULL:
        roots["shipped"] = (SHIPPED, "2022-02-28")
    for name, (root, day) in roots.items():
        to = ("site", str(folder / name), "--as-of", day, "--weeks", "2")
        assert scen("--database", str(root), *to).exit_code == 0
    with chromium() as browser:
        yield lambda name, page, **keys: opened(browser, folder / name / page, **keys)


@pytest.mark.parametrize(("name", "page"), EVERY)
def test_nothing_is_wrong_for_readers_with_aids_and_nothing_is_cut(
    show: Show, name: str, page: str
) -> None:
    with show(name, page, bypass_csp=True) as seen:
        assert seen.faults() == []
        seen.page.emulate_media(color_scheme="dark")
        assert seen.faults("color-contrast") == []
        for width in (1280, 768, 360):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert seen.cut() == [], width


def test_the_texts_of_a_picture_grow_with_those_of_the_page_on_a_phone_too(show: Show) -> None:
    with show("hostile", "s/s-7/index.html", width=360) as seen:
        sizes = []
        for size in ("16px", "32px"):
            seen.page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            [*scales] = seen.each(".picture.narrow", "it.getScreenCTM().a")
            sizes.append(min(scales))
            assert seen.page.evaluate("document.documentElement.scrollWidth") == 360
        assert sizes[1] > 1.5 * sizes[0]


@pytest.mark.parametrize(("name", "page"), EVERY)
def test_it_asks_for_nothing_but_its_style_and_reads_the_same_without_a_script(
    show: Show, name: str, page: str
) -> None:
    with show(name, page) as seen:
        style = next(it for it in seen.file.parents if (it / "site.css").exists()) / "site.css"
        assert set(seen.requests) == {seen.file.as_uri(), style.as_uri()}
        assert seen.messages == []
        told = seen.page.locator("main").inner_text()
    with show(name, page, java_script_enabled=False) as plain:
        without = plain.page.locator("main").inner_text()
    if page.startswith("search"):
        assert "Everything can be read" in without
    else:
        assert without == told


def test_the_first_page_is_walked_through_by_keyboard(show: Show) -> None:
    with show("hostile", "index.html") as seen:
        press = seen.page.keyboard.press
        press("Tab")
        assert focused(seen) == "Skip to the content"
        press("Enter")
        press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('main') !== null")
        reached = []
        for _ in range(60):
            press("Tab")
            reached.append(focused(seen))
        assert "?" in reached
        box = (
            "(({width, height}) => width * height)(document.activeElement.getBoundingClientRect())"
        )
        assert seen.page.evaluate(box) > 0


def test_a_choice_hides_the_rows_without_it_and_needs_no_script(show: Show) -> None:
    rows = "#every tbody tr"
    for keys in ({}, {"java_script_enabled": False}):
        with show("hostile", "index.html", **keys) as seen:
            every = seen.page.locator(rows).count()
            seen.page.select_option("#by-set", "set-rivals")
            inside = seen.page.locator(f"{rows}:visible").count()
            seen.page.select_option("#by-state", "state-occurred")
            none = seen.page.locator(f"{rows}:visible").count()
            seen.page.select_option("#by-set", "")
            resolved = seen.page.locator(f"{rows}:visible").count()
            assert 0 == none < resolved < inside < every


def test_the_search_finds_what_has_all_words_and_keeps_them_in_its_address(show: Show) -> None:
    with show("hostile", "search/index.html") as seen:
        seen.page.fill("#words", "ITEM-1 <script>")
        assert seen.page.locator("#count").inner_text() == "Nothing found."
        seen.page.fill("#words", "onerror img")
        links = seen.each("#found a", "[it.textContent, it.getAttribute('href')]")
        assert ["<img src=x onerror=alert(1)>", "../s/s-1/index.html"] in links
        assert seen.page.evaluate("location.hash") == "#onerror%20img"
        assert seen.each("#found *", "it.localName").count("img") == 0
        assert seen.messages == []
    with show("hostile", "search/index.html", anchor="#onerror%20img") as again:
        assert len(again.each("#found a", "it.textContent")) == len(links)
        again.page.keyboard.press("Tab")
        again.page.click("#found a >> nth=0")
        assert again.page.locator("h1").count() == 1


def test_the_script_of_the_search_is_small(show: Show) -> None:
    with show("hostile", "search/index.html") as seen:
        sizes = seen.each("script:not([type])", "it.textContent.length")
    assert len(sizes) == 1
    assert sizes[0] < 15_000


def focused(seen: Seen) -> Any:
    return seen.page.evaluate("document.activeElement.textContent.trim()")
