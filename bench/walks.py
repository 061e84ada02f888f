"""Run a command of `scen` on a copy of the shipped database and count the modules that it enters.

`terminal` and `form` are `add-evidence` with prompts and in the browser.
"""

from __future__ import annotations

import inspect
import os
import shutil
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.cli.commands import scen  # noqa: E402
from tests.cli.conversation import converse  # noqa: E402
from tests.serve.desks import reader  # noqa: E402
from tests.serve.forms import send  # noqa: E402

PACKAGE = f"{ROOT / 'src' / 'scenarios'}/"
ROWS = "summary,observed,source,ratings\nGas flows again,2022-03-01,ukrinform,military-pact=C\n"
FIELDS = {"summary": "Gas flows again", "source": "ukrinform", "rate:military-pact": "C"}
ANSWERS = ("Gas flows again", "", "ukrinform", "https://example.org/1", "B2")
"""Summary, day, source, address and grade; Enter answers every question after them."""


def walk(command: list[str]) -> str:
    """Return a line with the modules entered and the calls of functions of ours."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        path, flags = frame.f_code.co_filename, frame.f_code.co_flags
        if event == "call" and flags & inspect.CO_OPTIMIZED and path.startswith(PACKAGE):
            calls[path] += 1  # a module or class body is not optimized

    run = {"terminal": _terminal, "form": _form}.get(command[0], lambda: _scen(command))
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CACHE_HOME"] = temporary
        shutil.copytree(ROOT / "scenarios", "scenarios")
        Path("rows.csv").write_text(ROWS)
        threading.setprofile(count)
        sys.setprofile(count)
        result = run()
        sys.setprofile(None)
    name = " ".join(command)
    return f"{name:30} {len(calls):4} modules {calls.total():9,} calls, {result}"


def _scen(command: list[str]) -> str:
    return f"exit {scen(*command).exit_code}"


def _terminal() -> str:
    left = iter(ANSWERS)
    said = converse("add-evidence", answer=lambda line: "y" if "[Y/n]" in line else next(left, ""))
    return f"exit {said.code} after {len(said.asked)} questions"


def _form() -> str:
    client = reader(Path.cwd() / "scenarios")
    return "saved" if send(client, "evidence", FIELDS).is_saved else "refused"
