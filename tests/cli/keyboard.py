"""Somebody at a real terminal: keys in, and what its screen of 80×24 shows.

pyte, a terminal emulator, keeps the screen; every wait is for a text on it.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
import time
from pathlib import Path

import pyte

from tests.cli.commands import SCEN

PATIENCE = 120
"""Seconds in which a whole conversation ends beside other work: no test depends on speed."""
KEYS = {
    "Back": "\x1b[Z",
    "Down": "\x1b[B",
    "Up": "\x1b[A",
    "Left": "\x1b[D",
    "Clear": "\x15",
    "^C": "\x03",
    "^D": "\x04",
}
"""Shift-Tab, the arrows, Ctrl-U, which empties the line, and the keys that end a command."""


class Keyboard:
    """`scen` on a terminal that has keys; what it prints goes there too."""

    def __init__(
        self, folder: Path, *words: str, columns: int = 80, lines: int = 24, **env: str
    ) -> None:
        self.ours, theirs = pty.openpty()
        self.emulated = pyte.HistoryScreen(columns, lines, history=10_000)
        self._stream = pyte.ByteStream(self.emulated)
        self.raw = b""
        self.resize(columns, lines)
        # Where `nohup` runs the tests it ignores the end of a terminal, and programs inherit that.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.process = subprocess.Popen(
            # The leader of a session that opens a terminal is stopped by its keys and its end.
            ["/bin/sh", "-c", ': <"$0"; exec "$@"', os.ttyname(theirs), SCEN, *words],
            cwd=folder,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        signal.signal(signal.SIGHUP, before)
        os.close(theirs)
        self._until = time.monotonic() + PATIENCE
        self._row = -1

    def resize(self, columns: int, lines: int) -> None:
        self.emulated.resize(lines, columns)
        termios.tcsetwinsize(self.ours, (lines, columns))

    @property
    def screen(self) -> str:
        """What somebody sees now."""
        return "\n".join(line.rstrip() for line in self.emulated.display).rstrip()

    @property
    def all(self) -> str:
        """The same with what has scrolled off."""
        top = self.emulated.history.top
        gone = ("".join(line[n].data for n in range(self.emulated.columns)) for line in top)
        return "\n".join([*(line.rstrip() for line in gone), self.screen])

    def asked(self, prompt: str) -> None:
        """Wait for a question below the one that was answered last."""
        while not (
            self._here() > self._row and self._before_cursor().endswith((prompt, f"{prompt} "))
        ):
            assert self.more(), f"{prompt!r} is not asked:\n{self.all}"

    def shows(self, text: str) -> None:
        """Wait for a text on the screen."""
        while text not in self.screen:
            assert self.more(), f"{text!r} is not shown:\n{self.all}"

    def press(self, *keys: str) -> None:
        """These keys, or texts."""
        os.write(self.ours, "".join(KEYS.get(key, key) for key in keys).encode())

    def enter(self, text: str = "") -> None:
        self._row = self._here()
        self.press(text, "\r")

    def paste(self, text: str) -> None:
        """As a terminal pastes, which says so."""
        self.press(f"\x1b[200~{text}\x1b[201~")
        self._row = self._here()

    def walk(self, conversation: str) -> None:
        """Lines of `prompt > answer`, in this order; `[Key]`s stand alone or before an answer."""
        for line in conversation.strip().split("\n"):
            prompt, _, said = line.strip().partition(" >")
            self.asked(prompt)
            said = said.strip()
            while said.startswith("["):
                key, _, said = said[1:].partition("]")
                said = said.strip()
                if key in ("Back", "^C", "^D"):
                    self._row = -1 if key == "Back" else self._row
                    self._leave(key)
                    break
                self.press(key)
            else:
                self.enter(said)

    def _leave(self, key: str) -> None:
        """A key that ends a question; it is over when something comes after it."""
        before = self._here()
        self.press(key)
        while self._here() <= before:
            if not self.more():
                return

    def end(self) -> int:
        """The exit code, once the command is over."""
        while self.more():
            pass
        code = self.process.wait(PATIENCE)
        os.close(self.ours)
        return code

    def hang_up(self) -> None:
        os.close(self.ours)

    def drop(self) -> None:
        """Whatever became of it."""
        self.process.kill()
        self.process.wait()

    def _here(self) -> int:
        """The row of the cursor, since the beginning."""
        return len(self.emulated.history.top) + int(self.emulated.cursor.y)

    def _before_cursor(self) -> str:
        y, x = self.emulated.cursor.y, self.emulated.cursor.x
        return "".join(self.emulated.display[:y]) + self.emulated.display[y][:x]

    def more(self) -> bool:
        """Read on; False at the end."""
        ready = select.select([self.ours], [], [], max(self._until - time.monotonic(), 0))[0]
        assert ready, f"nothing comes after:\n{self.all}"
        try:
            found = os.read(self.ours, 65536)
        except OSError:  # nobody has the terminal open any more
            return False
        self.raw += found
        self._stream.feed(found)
        return bool(found)
