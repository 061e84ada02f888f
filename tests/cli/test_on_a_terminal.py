"""What only a real terminal shows: keys, kills, its width, and that nothing acts.

Colours and the pager are in tests/transcripts/terminal; tests/cli/conversation.py plays the rest.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import DESK, SCEN, changes, make, tree
from tests.cli.keyboard import PATIENCE
from tests.hostile import ACTS, AS_OF, hostile_files


class Terminal:
    """A command on a terminal of 80 columns; its results go to a pipe, or to the terminal too."""

    def __init__(
        self, folder: Path, *words: str, piped: bool = True, lines: int = 500, **env: str
    ) -> None:
        self.ours, theirs = pty.openpty()
        self.resize(80, lines)
        self.process = subprocess.Popen(
            # The leader of a session that opens a terminal is stopped by its Ctrl-C.
            ["/bin/sh", "-c", ': <"$0"; exec "$@"', os.ttyname(theirs), SCEN, *words],
            cwd=folder,
            env={**os.environ, "TERM": "dumb" if piped else "xterm", "LC_ALL": "C.UTF-8", **env},
            stdin=theirs,
            stdout=subprocess.PIPE if piped else theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._until = time.monotonic() + PATIENCE
        self._seen = b""
        self._answered = 0

    @property
    def screen(self) -> str:
        return self._seen.decode(errors="ignore").replace("\r\n", "\n")

    def resize(self, columns: int, lines: int = 500) -> None:
        termios.tcsetwinsize(self.ours, (lines, columns))

    def walk(self, conversation: str) -> None:
        """Lines of `prompt > answer`, in this order; `^C` is a key; without ` >` only wait."""
        for line in conversation.strip().split("\n"):
            prompt, is_answered, answer = line.strip().partition(" >")
            while not self.screen[self._answered :].endswith(f"{prompt} "):
                assert self._more(), f"{prompt!r} is not asked:\n{self.screen}"
            if answer.strip() == "^C":
                self._interrupt()
            elif is_answered:
                self._answered = len(self.screen)
                os.write(self.ours, f"{answer.strip()}\n".encode())

    def _interrupt(self) -> None:
        """Press Ctrl-C; again after a second, for Python misses one just before it reads."""
        for _ in range(PATIENCE):
            os.write(self.ours, b"\3")
            echoed = len(self._seen) + len(b"^C")
            while select.select([self.ours], [], [], 1)[0]:
                if not self._more() or len(self._seen) > echoed:
                    return

    def end(self) -> tuple[int, str]:
        """The exit code and what stands on stdout, once the command is over."""
        while self._more():
            pass
        out = self.process.communicate(timeout=PATIENCE)[0]
        os.close(self.ours)
        return self.process.returncode, (out or b"").decode()

    def _more(self) -> bool:
        """Read on; False at the end."""
        ready = select.select([self.ours], [], [], max(self._until - time.monotonic(), 0))[0]
        assert ready, f"nothing comes after:\n{self.screen}"
        try:
            found = os.read(self.ours, 65536)
        except OSError:  # nobody has the terminal open any more
            return False
        self._seen += found
        return bool(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(DESK, tmp_path / "scenarios")
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup that is ignored
    yield tmp_path
    signal.signal(signal.SIGHUP, before)


BASIS = "two lines:\n'quoted' \"twice\" $HOME"


def test_ctrl_c_leaves_a_command_that_any_shell_takes(folder: Path) -> None:
    before = tree(folder / "scenarios")
    terminal = Terminal(folder, "add-source", "trt", "--basis", BASIS)
    terminal.walk("""
        Full name of the source: > Köln's “no” at $HOME
        Reliability, A to F: > ^C
    """)
    assert terminal.end() == (130, "")
    assert tree(folder / "scenarios") == before
    command = terminal.screen.rpartition("to resume: ")[2].rpartition("\nscen: ")[0]
    path = f"{Path(SCEN).parent}:{os.environ['PATH']}"
    script = f"cd {folder}; PATH='{path}'; {command} --reliability B </dev/null"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    (text,) = changes(before, tree(folder / "scenarios")).values()
    assert str(text).partition("schema.json\n")[2] == (
        "name: Köln's “no” at $HOME\nreliability: B\n"
        "reliability_basis: |-\n  two lines:\n  'quoted' \"twice\" $HOME\n"
    )


@pytest.mark.parametrize("how", ["kill", "hang up"])
def test_a_sitting_that_is_killed_half_way_goes_on_where_it_was(folder: Path, how: str) -> None:
    words = ("review", "--analyst", "desk", "--date", "2022-02-28", "--scenario", "trade")
    terminal = Terminal(folder, *words)
    terminal.walk("""
        trade: probability (Enter = reaffirm 60%, s = skip, q = leave): > 37%
        Reason (Enter = none):
    """)
    if how == "kill":
        terminal.process.kill()
    else:
        os.close(terminal.ours)
    terminal.process.communicate(timeout=PATIENCE)
    died_of = signal.SIGKILL if how == "kill" else signal.SIGHUP
    assert terminal.process.returncode == -died_of
    terminal = Terminal(folder, *words)
    terminal.walk("""
        Reason (Enter = none): > Nobody pays.
        trade: revise it once (Enter = keep 37%): >
    """)
    assert terminal.end()[0] == 0
    written = (folder / "scenarios/forecasts/2022/2022-02-28-desk.yaml").read_text()
    assert written.endswith("probabilities:\n  trade: 0.37\nrationales:\n  trade: Nobody pays.\n")


def test_a_key_is_no_text_where_there_is_no_line_editor(folder: Path) -> None:
    terminal = Terminal(folder, "add-source", "bbc", "--reliability", "B")
    terminal.walk("""
        Full name of the source: > TRT Word\x1b[Dl
        Full name of the source: > BBC News
        Reason for this grade (Enter = none): >
        Web address of the source (Enter = none): >
        Enter = write, e = change a line, b = back, ? = in full: >
    """)
    assert terminal.end()[0] == 0
    assert "\n  that holds a key or a byte that is no text: once more\n" in terminal.screen
    text = (folder / "scenarios/sources/bbc.yaml").read_text()
    assert text.split("\n")[1] == "name: BBC News"


def test_a_question_is_as_wide_as_the_terminal_has_become(folder: Path) -> None:
    terminal = Terminal(folder, "new", "crisis", "--title", "A crisis")
    terminal.walk("Question to be decided:")
    terminal.resize(40)
    terminal.walk("""
        Question to be decided: > Is there one
        Resolution criteria: > ^C
    """)
    assert terminal.end() == (130, "")
    assert "  What a stranger could decide on the last day: who, what, by when." in terminal.screen
    assert "  What counts and what does not, and the\n    document that" in terminal.screen


def test_nothing_acts_through_colours_trends_and_the_pager(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", hostile_files())
    for command in (("report",), ("list", "sources")):
        words = (*command, "--as-of", AS_OF)
        terminal = Terminal(tmp_path, *words, piped=False, lines=24, SCEN_PAGER="cat -u")
        assert terminal.end() == (0, "")
        assert terminal.screen.count("\n") > 30
        assert not ACTS.search(re.sub("\x1b\\[(?:[12]|22|3[1569])m", "", terminal.screen))
