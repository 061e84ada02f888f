"""A desk that is served to a real browser, and its pages there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from tests.browser import PATIENCE_MS
from tests.cli.commands import SCEN


class Desk(NamedTuple):
    """A server, and where it is opened."""

    process: subprocess.Popen[str]
    start: str
    root: Path

    @property
    def address(self) -> str:
        """Where its pages are."""
        return self.start.split("/?")[0]

    @property
    def port(self) -> str:
        """By which its cookies are known."""
        return self.address.rpartition(":")[2]


@contextmanager
def served(root: Path) -> Iterator[Desk]:
    command = [SCEN, "--database", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Desk(process, process.stdout.readline().strip(), root)
        finally:
            process.kill()


@contextmanager
def at(browser: Any, desk: Desk, path: str = "", **context: Any) -> Iterator[Any]:
    """A page in a context of its own, let in by its cookie, or at the start.

    No script fails and no policy is broken.
    """
    made = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda told: said.append(told.text) if "Policy" in told.text else None)
    if path:
        cookie = {"name": f"scen-{desk.port}", "value": desk.start.partition("=")[2]}
        made.add_cookies([{**cookie, "url": desk.address}])
        page.goto(desk.address + path)
    else:
        page.goto(desk.start)
        page.wait_for_url(f"{desk.address}/")
    yield page
    assert said == []
    made.close()


def axe(page: Any, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds."""
    page.eval_on_selector_all("details", "all => all.forEach(it => { it.open = true })")
    if not page.evaluate("typeof axe !== 'undefined'"):
        script = files("axe_playwright_python").joinpath("axe.min.js")
        page.evaluate(script.read_text(encoding="utf-8"))
    only = {"runOnly": rules} if rules else {}
    found = page.evaluate("o => axe.run(document, o)", {"resultTypes": ["violations"], **only})
    return [f"{it['id']}: {it['nodes'][0]['html'][:150]}" for it in found["violations"]]
