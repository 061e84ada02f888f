"""The plain commands need nothing that Python lacks on Windows; the others say so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.windows import lacking

ROOT = Path(__file__).parents[1]
WINDOWS = (sys.executable, str(ROOT / "tests" / "windows.py"))
DAY = ("--as-of", "2022-02-28")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it stands for Windows on Linux")


class Desk:
    """A copy of the example database with git, on which `scen` runs as on Windows."""

    def __init__(self, above: Path) -> None:
        self.root = above / "desk"
        self.variables = os.environ | {
            "PYTHONPATH": str(ROOT),
            "SCEN_ANALYST": "illustrative",
            "XDG_STATE_HOME": str(above / "state"),
            "XDG_CACHE_HOME": str(above / "cache"),
        }

    def run(self, *words: str) -> tuple[int, str]:
        folder = self.root if self.root.is_dir() else self.root.parent
        command = subprocess.run(
            words,
            cwd=folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return command.returncode, command.stdout

    def scen(self, *words: str) -> str:
        code, output = self.run(*WINDOWS, *words)
        assert code == 0, output
        return output

    def refused(self, *words: str) -> str:
        code, output = self.run(*WINDOWS, *words)
        assert (code, output[:6]) == (1, "scen: "), output
        return output

    def git(self, *words: str) -> str:
        code, output = self.run("git", "-c", "user.name=A", "-c", "user.email=a@localhost", *words)
        assert code == 0, output
        return output


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    assert "next 1" in desk.scen("init", "--example", "desk")
    desk.git("init", "-q", "-b", "main")
    desk.git("config", "user.name", "A")
    desk.git("config", "user.email", "a@localhost")
    desk.git("add", "-A")
    desk.git("commit", "-qm", "The example")
    return desk


def test_what_the_stubs_take_from_windows_is_gone() -> None:
    gone = lacking("os") | lacking("signal") | lacking("socket")
    assert gone > {"AF_UNIX", "O_NOFOLLOW", "SIGPROF", "chown", "fork", "geteuid", "killpg", "sync"}
    assert not gone & {"SIGTERM", "fsync", "getpid", "kill", "link", "rename", "scandir", "waitpid"}


def test_the_reading_commands_answer(desk: Desk) -> None:
    assert "nord-stream-2" in desk.scen("status", *DAY)
    assert "Russia invaded Ukraine" in desk.scen("report", *DAY)
    assert "written: r.html" in desk.scen("report", *DAY, "--format", "html", "--output", "r.html")
    assert " 0 errors, 0 warnings" in desk.scen("check", "--strict")
    assert "dB" in desk.scen("explain", "nord-stream-2-flows-2022", *DAY)
    assert "15 scenarios" in desk.scen("history", "military-pact")


def test_a_change_of_several_files_is_written_and_taken_back(desk: Desk) -> None:
    assert "ukraine-news" in desk.scen("rename", "ukrinform", "ukraine-news")
    assert len(desk.git("status", "--porcelain", "-uall").splitlines()) > 2
    assert "took back" in desk.scen("undo")
    assert desk.git("status", "--porcelain") == ""


def test_a_record_is_committed_and_taken_back_without_a_note(desk: Desk) -> None:
    words = ("A statement by both", "--source", "ukrinform", "--observed", "2022-02-10")
    output = desk.scen("add-evidence", *words, "--rate", "military-pact=C", "--commit")
    assert "\ncommitted " in output
    assert desk.git("status", "--porcelain") == ""
    assert "committed " in desk.scen("undo", "--commit")
    assert [*(desk.root / ".git").glob("scen-commit-*")] == []
    assert "military-pact" in desk.scen("forecast", "military-pact", "3%", "--rationale", "Late.")


def test_an_export_replaces_an_earlier_one(desk: Desk) -> None:
    for _ in range(2):
        assert "41 tables" in desk.scen("export", "../tables")
    assert not (desk.root.parent / "tables.scen-old").exists()


def test_a_command_that_waits_for_another_gives_up_in_its_time(desk: Desk) -> None:
    """`filelock` waits for ever for a time below 0, which is what is left of none."""
    held = (
        "import sys; sys.path.insert(0, sys.argv[1]); from tests import windows;"
        "windows.as_on_windows(); from pathlib import Path;"
        "from scenarios.storage.lock import hold; from scenarios.errors import ScenError\n"
        "with hold(Path('l'), 1, what=Path()):\n"
        "    try:\n"
        "        with hold(Path('l'), 0, what=Path()): print('both')\n"
        "    except ScenError as error: print(error)\n"
    )
    code, output = desk.run(sys.executable, "-c", held, str(ROOT))
    assert code == 0, output
    assert "another command" in output
    assert "both" not in output


def test_what_windows_has_no_calls_for_says_so(desk: Desk) -> None:
    assert "use Linux or macOS" in desk.refused("site", "../site")
    desk.scen("edit", "tracker", "analysts.illustrative={name: A, login: a, role: editor}")
    secret = desk.root.parent / "secret"
    secret.write_text("0" * 64)
    sign_in = ("--address", "https://desk.example", "--user-header", "X-Login")
    team = ("--team", *sign_in, "--proxy-secret", str(secret), "--socket", "../socket")
    assert "which Python lacks on Windows: use --port" in desk.refused("serve", *team)
