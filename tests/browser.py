"""Debian's Chromium, driven by Playwright: nothing is downloaded and nothing may be asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium: apt-get install chromium"
)


class Seen:
    """A page that was opened, and what it did besides."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.messages: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))


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
    seen = Seen(made.new_page())
    seen.page.goto(file.as_uri())
    yield seen
    made.close()
