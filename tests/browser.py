"""Debian's Chromium, driven by Playwright: nothing is downloaded and nothing may be asked for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first draws no window, and takes half of the processor time of the others."""
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason=f"no chromium: apt-get install {NAMES[0]}"
)
PATIENCE_MS = 120_000
"""Milliseconds that a page may take beside other work: no test depends on speed."""
_CUT = """all => all.filter(it => {
    if (!it.checkVisibility()) return false;
    const box = it.getBoundingClientRect();
    if (box.left < -0.5 || box.right > innerWidth + 0.5) {
        const scroll = it.closest('.scroll');
        if (!scroll || scroll.scrollWidth <= scroll.clientWidth) return true;
    }
    if (it.closest('svg')) {
        if (getComputedStyle(it.closest('svg')).overflow === 'visible') return false;
        const frame = it.closest('svg').getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }
    return it.clientWidth > 0 && it.scrollWidth > it.clientWidth + 1;
}).map(it => it.localName + ': ' + it.textContent.slice(0, 60))"""
_LABELS = "td, th, caption, figcaption, summary, dt, dd, li, p, h1, h2, h3, h4, svg text:not(.tip)"


class Seen:
    """A page that was opened, and what it did besides."""

    def __init__(self, page: Any, file: Path, anchor: str = "") -> None:
        self.page, self.file = page, file
        self.requests: list[str] = []
        self.messages: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.goto(file.as_uri() + anchor)

    def each(self, selector: str, expression: str) -> Any:
        """An expression in JavaScript of each element `it`; `figures` are the exact ones in it."""
        value = f"""all => all.map(it => {{
            const figures = [...it.querySelectorAll('data')].map(one => +one.value);
            return {expression}; }})"""
        return self.page.eval_on_selector_all(selector, value)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of the first such table by the names of its columns: figures, or texts.

        `to` is where the first link of a row leads.
        """
        rows: list[dict[str, Any]] = self.page.eval_on_selector_all(
            table,
            """all => all.slice(0, 1).flatMap(table => {
                const names = [...table.querySelectorAll('thead th')].map(it => it.textContent);
                const rows = [...table.querySelectorAll('tbody tr:not(.group), tfoot tr')];
                return rows.map(row => {
                    const link = row.querySelector('a');
                    const cells = [...row.children].map((it, n) => {
                        const figure = it.querySelector('data');
                        return [names[n], figure ? +figure.value : it.textContent];
                    });
                    const to = link && link.getAttribute('href');
                    return Object.fromEntries([...cells, ['to', to]]);
                });
            })""",
        )
        return rows

    def open_all(self) -> None:
        """What was folded is open."""
        self.each("details", "it.open = true")

    def cut(self) -> list[str]:
        """The cells, labels and captions of which a part is not seen."""
        found: list[str] = self.page.eval_on_selector_all(_LABELS, _CUT)
        return found

    def screens(self) -> float:
        """How many screens the page is high."""
        height = self.page.evaluate("document.documentElement.scrollHeight / innerHeight")
        return float(height)

    def sheets(self) -> int:
        """How many sheets of A4 it is printed on."""
        return len(re.findall(rb"/Type\s*/Page\b", self.page.pdf(prefer_css_page_size=True)))

    def is_silent(self) -> bool:
        """It asked for nothing but itself, and nothing was logged."""
        return (self.requests, self.messages) == ([self.file.as_uri()], [])

    def faults(self, *rules: str) -> list[str]:
        """What axe-core finds by these rules or all, all details open.

        The page's own policy would keep it out.
        """
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.open_all()
        self.page.evaluate(source)
        only = {"runOnly": [*rules]} if rules else {}
        options = {"resultTypes": ["violations"], **only}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        assert found["passes"]
        return [
            f"{rule['id']}: {rule['nodes'][0]['html'][:200]} ({len(rule['nodes'])})"
            for rule in found["violations"]
        ]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox"]
        )
        yield browser
        browser.close()


def lead(page: Any, what: str) -> None:
    """Click on what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.click(what)


@contextmanager
def opened(
    browser: Any,
    file: Path,
    width: int = 1280,
    height: int = 900,
    anchor: str = "",
    **context: Any,
) -> Iterator[Seen]:
    """A file in a fresh context."""
    made = browser.new_context(viewport={"width": width, "height": height}, **context)
    yield Seen(made.new_page(), file, anchor)
    made.close()
