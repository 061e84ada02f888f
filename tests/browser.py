"""Debian's Chromium, driven by Playwright: nothing is downloaded and nothing may be asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium: apt-get install chromium"
)


class Seen:
    """A page that was opened, and what it did besides."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page, self.file = page, file
        self.requests: list[str] = []
        self.messages: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.goto(file.as_uri())

    def each(self, selector: str, expression: str) -> Any:
        """An expression in JavaScript of each element `it`; `data` has its `figures` by key."""
        value = f"""all => all.map(it => {{
            const within = [...it.querySelectorAll('data')];
            const figures = within.map(one => +one.value);
            const data = Object.fromEntries(within.filter(one => one.dataset.key)
                    .map(one => [one.dataset.key, +one.value]));
            return {expression}; }})"""
        return self.page.eval_on_selector_all(selector, value)

    def is_silent(self) -> bool:
        """It asked for nothing but itself, and nothing was logged."""
        return (self.requests, self.messages) == ([self.file.as_uri()], [])

    def grave_faults(self) -> list[str]:
        """What axe-core finds, all details open; the page's own policy would keep it out."""
        source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.each("details", "it.open = true")
        self.page.evaluate(source)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert found["passes"]
        return [
            f"{rule['id']}: {rule['nodes'][0]['html'][:200]} ({len(rule['nodes'])})"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
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


@contextmanager
def opened(browser: Any, file: Path, width: int = 1200, **context: Any) -> Iterator[Seen]:
    """A file in a fresh context."""
    made = browser.new_context(viewport={"width": width, "height": 900}, **context)
    yield Seen(made.new_page(), file)
    made.close()
