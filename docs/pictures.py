"""Make the README's pictures from the shipped database: `python docs/pictures.py [terminal|page]`.

Look at what it made, and commit it: a test holds the terminal's to what the command gives. The
page has its place in the README as `![The weekly review as a page](docs/pictures/page.jpg)`.

The terminal is what `scen status` writes to one, as text in an SVG of both colour schemes. The page
is the first screen of the weekly review in Chromium, which Playwright drives.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
TERMINAL, PAGE = FOLDER / "terminal.svg", FOLDER / "page.jpg"
DAY = "2022-02-28"
COLUMNS = 110
PROGRAM = "from scenarios.cli.main import main; main()"
SCEN = (sys.executable, "-c", PROGRAM, "--database", str(ROOT))
STATUS = ("status", "--as-of", DAY)
SCREEN = {"width": 1280, "height": 900}
_CELL, _LINE, _EDGE, _SIZE = 8.0, 18.0, 16.0, 13
_DECIDES = frozenset({"NO_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING"})
_SIGN = re.compile(r"\x1b\[(\d+)m")
_TONES = {"36": "up", "35": "down", "31": "look", "1": "bold", "2": "weak"}
_STYLE = """\
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328}
rect{fill:#fff;stroke:#d0d7de}.up{fill:#0b7285}.down{fill:#a626a4}.look{fill:#c92a2a}
.bold{font-weight:700}.weak{opacity:.65}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#30363d}
.up{fill:#56d4dd}.down{fill:#e27ee0}.look{fill:#ff7b72}}"""


def on_a_terminal(*words: str) -> str:
    """What `scen` writes of the shipped database to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (200, COLUMNS))
    own = {name: value for name, value in os.environ.items() if name not in _DECIDES}
    environment = {**own, "TERM": "xterm", "SCEN_PAGER": "cat", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen([*SCEN, *words], env=environment, stdout=theirs)  # noqa: S603
    os.close(theirs)
    with os.fdopen(ours, "rb") as screen:
        text = b"".join(_read(screen.fileno())).decode()
    if process.wait():
        raise SystemExit(process.returncode)
    return text.replace("\r\n", "\n")


def _read(screen: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(screen, 65536)
        except OSError:  # nobody has the terminal open any more
            return
        if not part:
            return
        yield part


def drawn(text: str, command: str) -> str:
    """A terminal's text as an SVG, each part in its place and tone."""
    lines = [f"$ {command}", *text.rstrip("\n").split("\n")]
    width, height = COLUMNS * _CELL + 2 * _EDGE, len(lines) * _LINE + 2 * _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{escape(command)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>',
    ]
    for number, line in enumerate(lines):
        spans = "".join(_spans(line))
        if spans:
            y = _EDGE + _LINE * number + _SIZE
            parts.append(f'<text y="{y:g}" xml:space="preserve">{spans}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _spans(line: str) -> Iterator[str]:
    """The words of a line, each as wide as its columns in whatever font there is."""
    column, tone = 0, ""
    for number, part in enumerate(_SIGN.split(line)):
        if number % 2:
            tone = _TONES.get(part, "")
            continue
        for word in re.finditer(r"\S+(?: \S+)*", part):
            x, wide = _EDGE + (column + word.start()) * _CELL, len(word[0]) * _CELL
            kind = f' class="{tone}"' if tone else ""
            place = f'x="{x:g}" textLength="{wide:g}" lengthAdjust="spacingAndGlyphs"'
            yield f"<tspan {place}{kind}>{escape(word[0], quote=False)}</tspan>"
        column += len(part)


def terminal() -> str:
    """The picture of a terminal."""
    return drawn(on_a_terminal(*STATUS), f"scen {' '.join(STATUS)}")


def page() -> bytes:
    """The first screen of the review's page."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this picture needs it

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "review.html"
        words = ("report", "--as-of", DAY, "--format", "html", "--no-restate")
        subprocess.run([*SCEN, *words, "--output", str(file)], check=True)  # noqa: S603
        opened = play.chromium.launch(executable_path=browser)
        screen = opened.new_page(viewport=SCREEN, color_scheme="light")  # type: ignore[arg-type]
        screen.goto(file.as_uri())
        picture = screen.screenshot(type="jpeg", quality=70)
        opened.close()
    return picture


def main(wanted: list[str]) -> None:
    """Write the pictures that are wanted, or all."""
    made: dict[str, tuple[Path, Callable[[], bytes]]] = {
        "terminal": (TERMINAL, lambda: terminal().encode()),
        "page": (PAGE, page),
    }
    FOLDER.mkdir(exist_ok=True)
    for name in wanted or made:
        place, make = made[name]
        place.write_bytes(make())


if __name__ == "__main__":
    main(sys.argv[1:])
