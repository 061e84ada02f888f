"""Each file of tests/transcripts is a conversation with the shell; this plays it again.

`$` begins a command, `<` a line of its standard input, `|` a line of stdout, `!` one of stderr, `?`
the exit status, where that is not 0. All else is prose. A file starts in an empty folder with the
database of tests/data/desk in `scenarios/`, or without it where its first line is `(no database)`.
`scen` runs in this process, alone or before a pipe, and any other command in a shell. `TODAY`,
`HERE`, `REVISION` and `RANDOM` stand for the date, the folder, a commit of that day and the id of a
new tracker, `$DESK` for the database as it was, and `$SCEN` for the program that is installed. To
write what was said anew: `pytest tests/test_transcripts.py --renew`.

Where the first line is `(at a terminal)`, somebody sits there whom `scen` can ask: `>` is a line of
the screen with a question and its answer, `^C` and `^D` are keys. An answer for a question that is
still to be written may stand alone behind its `>`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli.main import app
from tests.cli.commands import DESK
from tests.cli.conversation import converse

pytestmark = pytest.mark.usefixtures("scen_on_path")
FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.rglob("*.txt"))
PLAIN = re.compile(r"((?:[A-Z_]+=[\w./-]* )*)(scen(?: [^|&;<>$`*?]*)?)(?: \| (.*))?")
"""Variables, a command that needs no shell, and what its output goes through."""
NOTES = re.compile(r"state/scen/[0-9a-f]{16}")
"""The folder of unfinished sittings, which goes by the path of the database."""
COMMITTED = re.compile(r"(?<=^committed )[0-9a-f]{7,}")
IDENTITY_OF = re.compile(r'(?<=^id: ")[0-9a-f]{12}')
FRACTION = re.compile(r"\d+\.\d{7,}")
"""Told to six digits: the last ones are the machine's."""
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", "2022-03-01T12:00Z"))
} | {"GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8"}


@dataclass
class Step:
    """A command with its input and what it says, and the prose that stands before it."""

    prose: list[str]
    command: str
    given: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def text(self) -> list[str]:
        return [*self.prose, f"$ {self.command}", *(f"< {line}" for line in self.given), *self.said]


def steps(lines: list[str]) -> tuple[list[Step], list[str]]:
    """The steps of a file, and the prose behind the last one."""
    found: list[Step] = []
    prose: list[str] = []
    for line in lines:
        if line.startswith("$ "):
            found.append(Step(prose, line[2:]))
            prose = []
        elif found and not prose and line[:2] in ("< ", "<"):
            found[-1].given.append(line[2:])
        elif found and not prose and line[:1] in "|!?>" and line:
            found[-1].said.append(line)
            found[-1].answered += [line[2:]] if line[0] == ">" else []
        else:
            prose.append(line)
    return found, prose


def play(step: Step, here: Path, *, at_terminal: bool) -> list[str]:
    """What a command says, a line each with its mark."""
    typed = "".join(f"{line}\n" for line in step.given)
    plain = PLAIN.fullmatch(step.command)
    if plain and at_terminal:
        return [*_conversation(step, here)]
    if plain:
        variables, words, through = plain.groups()
        env = IDENTITY | dict(one.split("=") for one in variables.split())
        made = CliRunner().invoke(
            app, shlex.split(words)[1:], typed, env=env, catch_exceptions=False
        )
        status, out, err = made.exit_code, made.stdout, made.stderr
        if through:
            status, out, more = _shell(through, out)
            err += more
    else:
        status, out, err = _shell(step.command, typed)
    return [
        *_marked("|", out, here),
        *_marked("!", err, here),
        *([f"? {status}"] if status else []),
    ]


def _conversation(step: Step, here: Path) -> Iterator[str]:
    left = iter(step.answered)

    def answer(question: str) -> str:
        line = next(left, "^D")
        if f"{line} ".startswith(question):
            return line[len(question) :]
        return f"{line} ".rpartition(": ")[2].rstrip()

    said = converse(*shlex.split(step.command)[1:], answer=answer)
    for number, line in enumerate(_marked("!", said.screen, here)):
        yield f">{line[1:]}" if number in said.asked else line
    yield from _marked("|", said.out, here)
    if said.code:
        yield f"? {said.code}"


def _shell(command: str, typed: str) -> tuple[int, str, str]:
    """The exit status, stdout and stderr of a command."""
    done = subprocess.run(
        ["bash", "-c", command],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **IDENTITY},
    )
    return done.returncode, done.stdout, done.stderr


def _marked(mark: str, text: str, here: Path) -> Iterator[str]:
    for line in text.splitlines():
        shown = line.replace(str(here), "HERE").replace(date.today().isoformat(), "TODAY")  # noqa: DTZ011
        shown = COMMITTED.sub("REVISION", NOTES.sub("state/scen/DATABASE", shown))
        shown = IDENTITY_OF.sub("RANDOM", shown)
        shown = FRACTION.sub(lambda found: f"{float(found[0]):.6f}", shown)
        yield f"{mark} {shown}".rstrip()


@pytest.mark.parametrize("path", FILES, ids=[p.relative_to(FOLDER).as_posix() for p in FILES])
def test_what_was_said_is_said_again(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("DESK", str(DESK))
    lines = path.read_text().splitlines()
    is_looked_at = any(re.search(r" state( |$)|state/", line) for line in lines)
    state = tmp_path / "state" if is_looked_at else tmp_path.with_name(f"{tmp_path.name}-state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    if lines[0] != "(no database)":
        shutil.copytree(DESK, tmp_path / "scenarios")
    found, rest = steps(lines)
    assert found, f"{path.name} has no command"
    again: list[str] = []
    for step in found:
        step.said = play(step, tmp_path, at_terminal=lines[0] == "(at a terminal)")
        again += step.text()
    again += rest
    if request.config.getoption("renew"):
        path.write_text("\n".join(again) + "\n")
    assert again == lines
