"""What is asked for on a terminal, and what is refused where there is none."""

from __future__ import annotations

import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import changes, make, process, tree

SCEN = str(Path(sys.executable).parent / "scen")
PATIENCE = 20
LEFT = "\x1b[D"

FILES = {
    "tracker.yaml": """\
format: 1
title: Alignment
sets: {form: Form of the relationship}
""",
    "pact.yaml": """\
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.2, basis: None in twenty years.}
indicators:
  talks:
    statement: Talks on a treaty are confirmed by the foreign ministry of either side, in public
    ratings: {pact: CC, ties: I}
    added: 2022-01-01
""",
    "rupture.yaml": """\
title: A rupture
question: Will an ambassador be recalled?
resolution_criteria: Either ministry says so.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.1, basis: Rare.}
""",
    "ties.yaml": """\
title: Loose ties
question: Will there be no treaty?
resolution_criteria: No text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.7, basis: As it is.}
""",
    "gas.yaml": """\
title: Gas flows
question: Will it flow?
resolution_criteria: The operator.
opened: 2022-01-01
horizon: 2022-02-01
tags: [economy]
prior: {probability: 0.5, basis: Even.}
indicators:
  halt:
    statement: Berlin stops it
    ratings: {gas: 0.1}
    added: 2022-01-01
  permit: {statement: Berlin permits it, ratings: {gas: C}, added: 2022-01-01}
""",
    "trade.yaml": """\
title: Trade of 200 billion
question: Will yearly trade pass 200 billion dollars?
resolution_criteria: Chinese customs.
opened: 2022-01-01
horizon: 2024-12-31
tags: [economy, asia]
prior: {probability: 0.5, basis: 140 billion in 2021.}
""",
    "summit.yaml": """\
title: A summit
question: Will they meet?
resolution_criteria: A photograph.
opened: 2022-01-01
horizon: 2022-12-31
prior: {probability: 0.9, basis: Announced.}
resolution: {outcome: occurred, date: 2022-02-04, recorded: 2022-02-07, basis: Seen.}
""",
    "war.yaml": """\
title: A war
question: Will there be one?
resolution_criteria: A declaration.
opened: 2022-01-01
horizon: 2023-12-31
prior: {probability: 0.05, basis: Rare.}
""",
    "evidence/2022/2022-02-04-visit.yaml": """\
summary: A visit
observed: 2022-02-04
recorded: 2022-02-07
ratings:
  pact: C   # a first guess
""",
    "sources/kremlin.yaml": """\
name: The Kremlin
reliability: C
""",
}
SCHEMA = "# yaml-language-server: $schema="

WALK = """\
What was observed, in a sentence: Köln says “no”: it's over
When did it happen: a day, a month (2021-12) or a year [2022-02-28]: 2022-02-22
Source: its id or name (? lists them; Enter = none): the kremlin
The item's address (Enter = none): https://example.org/1
  A completely reliable, B usually, C fairly, D not usually, E not, F unjudged
  1 confirmed, 2 probably true, 3 possibly, 4 doubtful, 5 improbable, 6 unjudged
Grade of source and item, like B2 (Enter = C6): b2

1. WHAT IT SHOWS: an indicator that fits brings ratings fixed beforehand.
Numbers, like 1 4e (e = emerging, r = reversed); ? = in full; Enter = none.

Set form: Form of the relationship
  pact
    1 talks  Talks on a treaty are confirmed by the foreign ministry of eithe…
  Is it this (1):\x20

Tag economy
  gas
    1 halt    Berlin stops it
    2 permit  Berlin permits it
  Which (1 to 2): 1
  observed: Berlin stops it
  rates gas 0.1
  Any more (Enter = go on, 0 = none of these after all):\x20

2. HOW IT BEARS ON EACH: how much more expected is it if the scenario happens
than if it does not? CC ×10, C ×3.2, N ×1, I ×0.32, II ×0.1, or a ratio.
Enter = not rated; ? = the scenario's question and criteria.

Set form: Form of the relationship
  pact      44%  A pact: i
  rupture  7.0%  A rupture: n
  ties      49%  Loose ties: 2

Tag economy
  gas: 0.1 through indicators
  trade   50%  Trade of 200 billion: C

Without a tag
  war  5.0%  A war:\x20
Its id [2022-02-22-koln-says-no-it-s-over]:\x20
"""


class Terminal:
    """A command on a terminal of 80 columns; its results go to a pipe, or to the terminal too."""

    def __init__(self, folder: Path, *words: str, piped: bool = True, term: str = "dumb") -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (50, 80))
        # The leader of a session that opens a terminal is stopped by its Ctrl-C.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", ': <"$0"; exec "$@"', os.ttyname(theirs), SCEN, *words],
            cwd=folder,
            env={**os.environ, "TERM": term, "LC_ALL": "C.UTF-8"},
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

    def walk(self, conversation: str) -> None:
        """Lines of `prompt > answer`, in this order; `^C` and `^D` are keys."""
        for line in conversation.strip().split("\n"):
            prompt, _, answer = line.strip().partition(" >")
            assert self.asks(prompt), f"{prompt!r} is not asked:\n{self.screen}"
            self.type(answer.strip())

    def asks(self, *prompts: str) -> bool:
        """Wait until one of them is asked; False where the command ends first."""
        ends = tuple(f"{prompt} " for prompt in prompts)
        while not self.screen[self._answered :].endswith(ends):
            if not self._more():
                return False
        return True

    def type(self, answer: str) -> None:
        """Answer what is asked; `^C` and `^D` are keys."""
        self._answered = len(self.screen)
        if answer == "^C":
            self._interrupt()
        else:
            os.write(self._ours, b"\4" if answer == "^D" else f"{answer}\n".encode())

    def _interrupt(self) -> None:
        """Press Ctrl-C; again after a second, for Python misses one just before it reads."""
        for _ in range(PATIENCE):
            os.write(self._ours, b"\3")
            echoed = len(self._seen) + len(b"^C")
            while select.select([self._ours], [], [], 1)[0]:
                if not self._more() or len(self._seen) > echoed:
                    return

    def kill(self) -> None:
        """End the command so that it can do nothing about it."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def hang_up(self) -> int:
        """Close the terminal; the command's exit code."""
        os.close(self._ours)
        self._process.communicate(timeout=PATIENCE)
        return self._process.returncode

    def end(self) -> tuple[int, str]:
        """The exit code and what stands on stdout, once the command is over."""
        while self._more():
            pass
        out = self._process.communicate(timeout=PATIENCE)[0]
        os.close(self._ours)
        return self._process.returncode, (out or b"").decode()

    def close(self) -> None:
        """Stop the command, if a test gave it up."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
            os.close(self._ours)

    def _more(self) -> bool:
        """Read on; False at the end."""
        ready = select.select([self._ours], [], [], max(self._until - time.monotonic(), 0))[0]
        assert ready, f"nothing comes after:\n{self.screen}"
        try:
            found = os.read(self._ours, 65536)
        except OSError:  # nobody has the terminal open any more
            return False
        self._seen += found
        return bool(found)


Sit = Callable[..., Terminal]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return make(tmp_path / "scenarios", FILES)


@pytest.fixture
def sit(root: Path) -> Iterator[Sit]:
    """Sit down at a terminal and give a command; what still runs at the end is stopped."""
    opened: list[Terminal] = []

    def sit(*words: str, **more: Any) -> Terminal:
        opened.append(Terminal(root, *words, **more))
        return opened[-1]

    yield sit
    for terminal in opened:
        terminal.close()


# -- add-evidence ---------------------------------------------------------------------------------


WALKED = """
    What was observed, in a sentence: > Köln says “no”: it's over
    When did it happen: a day, a month (2021-12) or a year [2022-02-28]: > 2022-02-22
    Source: its id or name (? lists them; Enter = none): > the kremlin
    The item's address (Enter = none): > https://example.org/1
    Grade of source and item, like B2 (Enter = C6): > b2
    Is it this (1): >
    Which (1 to 2): > 1
    Any more (Enter = go on, 0 = none of these after all): >
    pact      44%  A pact: > i
    rupture  7.0%  A rupture: > n
    ties      49%  Loose ties: > 2
    trade   50%  Trade of 200 billion: > C
    war  5.0%  A war: >
    Its id [2022-02-22-koln-says-no-it-s-over]: >
"""
QUESTIONS = WALKED.strip().split("\n")
OTHERS = [
    f"{rated} rated. Walk through the others [Y/n]:"
    for rated in ("1 scenario", *(f"{n} scenarios" for n in range(2, 7)))
]
KOLN: dict[str, str | None] = {
    "evidence/2022/2022-02-22-koln-says-no-it-s-over.yaml": SCHEMA
    + """\
../../../schema/evidence.schema.json
summary: 'Köln says “no”: it''s over'
observed: 2022-02-22
recorded: 2022-02-28
source: kremlin
url: https://example.org/1
reliability: B
credibility: 2
ratings:
  pact: I
  rupture: N
  ties: 2
  trade: C
indicators:
  gas/halt: observed
"""
}


def test_a_walk_goes_across_the_row_and_ends_with_what_it_did(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("add-evidence", "--recorded", "2022-02-28")
    terminal.walk(WALKED)
    assert terminal.end() == (
        0,
        """\
evidence/2022/2022-02-22-koln-says-no-it-s-over.yaml

As of 2022-02-28:
scenario  rating  weight  factor     dB  implied
--------  ------  ------  ------  -----  -----------
pact      I         1.00    1.00   −5.0  44% → 12%
rupture   N         1.00       –      0  7.0% → 5.9%
ties      2         1.00    1.00   +3.0  49% → 82%
trade     C         1.00    1.00   +5.0  50% → 76%
gas       0.1       1.00    1.00  −10.0  50% → 9.1%

rupture: nothing of its own: its rivals moved it
""",
    )
    assert terminal.screen == WALK
    assert changes(before, tree(root)) == KOLN


def test_a_wrong_answer_is_asked_for_again(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("add-evidence", "--recorded", "2022-02-28")
    terminal.walk("""
        What was observed, in a sentence: >
        What was observed, in a sentence: > A talk
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: > 2022-02-30
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: > 2022-03-01
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: >
        Source: its id or name (? lists them; Enter = none): > ?
        Source: its id or name (? lists them; Enter = none): > Pravda!
        Source: its id or name (? lists them; Enter = none): > kremlni
        Register kremlni as a new source [y/N]: > perhaps
        Register kremlni as a new source [y/N]: >
        Source: its id or name (? lists them; Enter = none): > kremlin
        The item's address (Enter = none): >
        Grade of source and item, like B2 (Enter = C6): > B7
        Grade of source and item, like B2 (Enter = C6): >
        Is it this (1): > 2
        Is it this (1): > 1x
        Is it this (1): > n
        Which (1 to 2): > 1, 2e
        Any more (Enter = go on, 0 = none of these after all): > 0
        pact      44%  A pact: > CCC
        pact      44%  A pact: > ?
        pact      44%  A pact: > C
        rupture  7.0%  A rupture: > 0
        rupture  7.0%  A rupture: >
        ties      49%  Loose ties: > i
        rupture  7.0%  A rupture: >
        gas     50%  Gas flows: >
        trade   50%  Trade of 200 billion: >
        war  5.0%  A war: >
        Its id [2022-02-28-a-talk]: >
    """)
    assert terminal.end()[0] == 0
    remarks = [
        "an answer is needed; Ctrl-C stops",
        "2022-02-30 is not a valid date",
        "2022-03-01 is after 2022-02-28, the day on which it is recorded",
        "kremlin",
        "'Pravda!' is not an id: small letters, digits, single hyphens, a letter first",
        "there is no source 'kremlni'; did you mean 'kremlin'?",
        "'perhaps': y or n",
        "'B7' is not an Admiralty grade: A to F, then 1 to 6, like B2",
        "'2': a number from 1 to 1, alone or with e or r behind it",
        "'1x': a number from 1 to 1, alone or with e or r behind it",
        "emerging: Berlin permits it",
        "'CCC' is not a rating: CC, C, N, I, II, or a likelihood ratio, 0.001 to 1000",
        "Will a treaty be in force?",
        "The text of a treaty.",
        "'0' is not a rating: CC, C, N, I, II, or a likelihood ratio, 0.001 to 1000",
        "A set is rated across; a blank counts as N. Once more (Enter = leave it):",
    ]
    lines = [line.strip() for line in terminal.screen.split("\n")]
    assert [line for line in lines if line in remarks] == remarks
    assert changes(before, tree(root)) == {
        "evidence/2022/2022-02-28-a-talk.yaml": SCHEMA
        + """\
../../../schema/evidence.schema.json
summary: A talk
observed: 2022-02-28
recorded: 2022-02-28
source: kremlin
ratings:
  pact: C
  ties: I
"""
    }


def test_a_set_that_an_indicator_rates_is_not_asked_for_directly(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("add-evidence", "Talks", "--recorded", "2022-02-28", "--source", "kremlin")
    terminal.walk("""
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: >
        The item's address (Enter = none): >
        Grade of source and item, like B2 (Enter = C6): > A1
        Is it this (1): > 1e
        Any more (Enter = go on, 0 = none of these after all): >
        Which (1 to 2): >
        gas     50%  Gas flows: >
        trade   50%  Trade of 200 billion: >
        war  5.0%  A war: > 0.5
        Its id [2022-02-28-talks]: > 2022-02-28-talks-begin
    """)
    assert terminal.end()[0] == 0
    assert (
        """
Set form: Form of the relationship
  pact: CC through indicators
  ties: I through indicators
  rupture: left blank by these indicators, counts as N
"""
        in terminal.screen
    )
    assert changes(before, tree(root)) == {
        "evidence/2022/2022-02-28-talks-begin.yaml": SCHEMA
        + """\
../../../schema/evidence.schema.json
summary: Talks
observed: 2022-02-28
recorded: 2022-02-28
source: kremlin
reliability: A
credibility: 1
ratings:
  war: 0.5
indicators:
  pact/talks: emerging
"""
    }


def test_a_source_is_registered_on_request(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("add-evidence", "A visit", "--recorded", "2022-02-28", "--source", "trt")
    terminal.walk("""
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: > 2022
        Register trt as a new source [y/N]: > y
        The source's name in full: > TRT Dünya
        Its reliability, A to F: > B2
        Its reliability, A to F: > b
        Why that letter (Enter = say it later): > Names its experts
        The source's address (Enter = none): > https://trt.example
        The item's address (Enter = none): >
        Grade of source and item, like B2 (Enter = B6): >
        Is it this (1): >
        Which (1 to 2): >
        pact      44%  A pact: >
        rupture  7.0%  A rupture: >
        ties      49%  Loose ties: >
        gas     50%  Gas flows: >
        trade   50%  Trade of 200 billion: >
        war  5.0%  A war: >
        Its id [2022-a-visit]: >
    """)
    assert terminal.end() == (
        0,
        """\
sources/trt.yaml
evidence/2022/2022-a-visit.yaml

it rates no scenario yet: scen rate 2022-a-visit
""",
    )
    assert changes(before, tree(root)) == {
        "evidence/2022/2022-a-visit.yaml": SCHEMA
        + """\
../../../schema/evidence.schema.json
summary: A visit
observed: '2022'
recorded: 2022-02-28
source: trt
""",
        "sources/trt.yaml": SCHEMA
        + """\
../../schema/source.schema.json
name: TRT Dünya
url: https://trt.example
reliability: B
reliability_basis: Names its experts
""",
    }


def run_what_is_printed(terminal: Terminal, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Paste the command into a shell that has no terminal."""
    command = terminal.screen.rpartition("to resume: ")[2].rpartition("scen: ")[0]
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(SCEN).parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


HALF_WAY = """
    What was observed, in a sentence: > Köln's “no”
    Source: its id or name (? lists them; Enter = none): > kremlin
    The item's address (Enter = none): > https://example.org/?a=1&b=$2
    Is it this (1): >
    Which (1 to 2): > 2
    Any more (Enter = go on, 0 = none of these after all): >
    pact      44%  A pact: > II
    rupture  7.0%  A rupture: > n
    ties      49%  Loose ties: > 2.5
"""
NOTES = "two lines:\n'quoted' \"twice\" $HOME"
GIVEN = ("--observed", "2022-02-22", "--recorded", "2022-02-28", "--grade", "b2", "--notes", NOTES)


@pytest.mark.parametrize("key", ["^C", "^D"])
@pytest.mark.parametrize("piped", [True, False])
def test_what_was_typed_outlives_an_interruption(
    root: Path, sit: Sit, key: str, piped: bool
) -> None:
    before = tree(root)
    terminal = sit("add-evidence", *GIVEN, piped=piped)
    terminal.walk(f"{HALF_WAY} trade   50%  Trade of 200 billion: > {key}")
    assert terminal.end() == (130, "")
    assert changes(before, tree(root)) == {}
    again = run_what_is_printed(terminal, root)
    assert (again.returncode, again.stderr) == (0, b"")
    assert changes(before, tree(root)) == {
        "evidence/2022/2022-02-22-koln-s-no.yaml": SCHEMA
        + """\
../../../schema/evidence.schema.json
summary: Köln's “no”
observed: 2022-02-22
recorded: 2022-02-28
source: kremlin
url: https://example.org/?a=1&b=$2
reliability: B
credibility: 2
ratings:
  pact: II
  rupture: N
  ties: 2.5
indicators:
  gas/permit: observed
notes: |-
  two lines:
  'quoted' "twice" $HOME
"""
    }


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_an_item_interrupted_at_any_question_ends_as_if_it_had_not_been(
    root: Path, sit: Sit, number: int
) -> None:
    """What is printed is given as a command, at a terminal, and the rest is answered."""
    before = tree(root)
    answers = {line.partition(" >")[0].strip(): line.partition(" >")[2] for line in QUESTIONS}
    words = ["add-evidence", "--recorded", "2022-02-28"]
    terminal = sit(*words)
    question = QUESTIONS[number].partition(" >")[0]
    terminal.walk("\n".join([*QUESTIONS[:number], f"{question} > ^C"]))
    assert terminal.end() == (130, "")
    assert changes(before, tree(root)) == {}
    if number:
        said = terminal.screen.rpartition("to resume: ")[2].rpartition("scen: ")[0]
        words = shlex.split(said)[1:]
    terminal = sit(*words)
    while terminal.asks(*answers, *OTHERS):
        asked = terminal.screen.rpartition("\n")[2].strip()
        terminal.type(answers.get(asked, "").strip())
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == KOLN


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_an_item_that_is_killed_at_any_question_is_taken_up_by_the_next_command(
    root: Path, sit: Sit, number: int
) -> None:
    before = tree(root)
    answers = {line.partition(" >")[0].strip(): line.partition(" >")[2] for line in QUESTIONS}
    words = ["add-evidence", "--recorded", "2022-02-28"]
    terminal = sit(*words)
    terminal.walk("\n".join(QUESTIONS[:number]))
    assert terminal.asks(QUESTIONS[number].partition(" >")[0].strip())
    terminal.kill()
    assert terminal.end() == (-signal.SIGKILL, "")
    assert changes(before, tree(root)) == {}
    if number:
        terminal = sit("add-evidence")
        terminal.walk("What was observed, in a sentence: > ^C")
        said = terminal.screen.rpartition("to resume: ")[2].partition("\n")[0]
        words = shlex.split(said)[1:]
        assert terminal.end() == (130, "")
    terminal = sit(*words)
    while terminal.asks(*answers, *OTHERS):
        asked = terminal.screen.rpartition("\n")[2].strip()
        terminal.type(answers.get(asked, "").strip())
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == KOLN
    assert list((root.parent / "state").rglob("*.txt")) == []


def test_a_new_source_outlives_an_interruption_too(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("--database", str(root), "add-evidence", "--observed", "2022", "--source", "trt")
    terminal.walk("""
        What was observed, in a sentence: > -5 °C and a visit
        Register trt as a new source [y/N]: > y
        The source's name in full: > TRT "World"
        Its reliability, A to F: > b
        Why that letter (Enter = say it later): > ^C
    """)
    assert terminal.end() == (130, "")
    assert changes(before, tree(root)) == {}
    again = run_what_is_printed(terminal, root.parent.parent)
    assert (again.returncode, again.stderr) == (0, b"")
    written = changes(before, tree(root))
    assert sorted(written) == ["evidence/2022/2022-5-c-and-a-visit.yaml", "sources/trt.yaml"]
    assert '\nname: TRT "World"\n' in (written["sources/trt.yaml"] or "")


def test_what_an_option_says_is_asked_about_only_where_it_cannot_be(root: Path, sit: Sit) -> None:
    before = tree(root)
    given = ("--observed", "2022-13", "--source", "kremlin", "--url", "https://x.example")
    rated = ("--rate", "trade=C", "--id", "2022-02-27-talk", "--recorded", "2022-02-28")
    terminal = sit("add-evidence", "A talk", *given, "--grade", "Z9", *rated)
    terminal.walk("""
        When did it happen: a day, a month (2021-12) or a year [2022-02-28]: > 2022-02-27
        Grade of source and item, like B2 (Enter = C6): > C2
        1 scenario rated. Walk through the others [Y/n]: > n
    """)
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == {
        "evidence/2022/2022-02-27-talk.yaml": SCHEMA
        + """\
../../../schema/evidence.schema.json
summary: A talk
observed: 2022-02-27
recorded: 2022-02-28
source: kremlin
url: https://x.example
reliability: C
credibility: 2
ratings:
  trade: C
"""
    }


def test_a_rating_of_an_unknown_scenario_is_refused_before_the_walk(root: Path, sit: Sit) -> None:
    before = tree(root)
    given = ("--observed", "2022", "--source", "kremlin", "--url", "x", "--grade", "B2")
    terminal = sit("add-evidence", "A talk", *given, "--rate", "tarde=C")
    assert terminal.end() == (1, "")
    assert "scen: no scenario 'tarde'; did you mean 'trade'?\n" in terminal.screen
    assert changes(before, tree(root)) == {}


def test_arrow_keys_move_about_in_an_answer(root: Path, sit: Sit) -> None:
    terminal = sit("add-source", "trt", "--reliability", "B", piped=False, term="xterm")
    terminal.walk(f"The source's name in full: > TRT Word{LEFT}l")
    assert terminal.end()[0] == 0
    assert "name: TRT World\n" in (root / "sources/trt.yaml").read_text()


def test_a_key_that_is_no_text_is_not_taken_for_one(root: Path, sit: Sit) -> None:
    terminal = sit("add-source", "trt", "--reliability", "B")
    terminal.walk(f"""
        The source's name in full: > TRT Word{LEFT}l
        The source's name in full: > TRT World
    """)
    assert terminal.end()[0] == 0
    assert "name: TRT World\n" in (root / "sources/trt.yaml").read_text()


# -- the other commands ---------------------------------------------------------------------------


def test_a_half_rated_row_is_asked_for_to_its_end(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("rate")
    terminal.walk("""
        The item's id (? lists them): > visit
        Which (1 to 2): >
        rupture  7.0%  A rupture: > I
        ties      49%  Loose ties: >
        ties      49%  Loose ties: > n
        gas     50%  Gas flows: >
        trade   50%  Trade of 200 billion: >
        war  5.0%  A war: >
    """)
    assert terminal.end()[0] == 0
    screen = terminal.screen
    assert "1 left out: what an indicator rates may not be rated directly too." in screen
    assert "\n  pact: C already\n" in screen
    path = "evidence/2022/2022-02-04-visit.yaml"
    assert changes(before, tree(root)) == {path: FILES[path] + "  rupture: I\n  ties: N\n"}


ASKED = {
    "new": (
        "new --opened 2022-03-01",
        """
        The scenario's id, like military-pact: > A Crisis
        The scenario's id, like military-pact: > crisis
        Its title, a few words: > A crisis
        The question that will be decided: > Will there be one?
        How it will be decided: > By the rubric.
        The last day of the question: > 2030
        The last day of the question: > 2030-12-31
        The probability before the evidence: > 5
        The probability before the evidence: > 5%
        The base rate behind the prior: > One in twenty.
        """,
        "crisis.yaml",
        SCHEMA
        + """\
../schema/scenario.schema.json
title: A crisis
question: Will there be one?
resolution_criteria: By the rubric.
opened: 2022-03-01
horizon: 2030-12-31
prior:
  probability: 0.05
  basis: One in twenty.
""",
    ),
    "add-indicator": (
        "add-indicator --added 2022-03-01",
        """
        The scenario that it belongs to (? lists them): > war
        The indicator's id, like talks-announced: > call-up
        What would be seen, with its threshold: > 10 000 are called up
        How expected is it if war happens (CC, C, I, II or a ratio): > D
        How expected is it if war happens (CC, C, I, II or a ratio): > cc
        """,
        "war.yaml",
        FILES["war.yaml"]
        + """\
indicators:
  call-up:
    statement: 10 000 are called up
    ratings:
      war: CC
    added: 2022-03-01
""",
    ),
    "add-source": (
        "add-source",
        """
        The source's id, like trt-world: > trt
        The source's name in full: > TRT World
        Its reliability, A to F: > G
        Its reliability, A to F: > C
        """,
        "sources/trt.yaml",
        SCHEMA
        + """\
../../schema/source.schema.json
name: TRT World
reliability: C
""",
    ),
    "retract": (
        "retract --date 2022-03-01",
        """
        The item's id (? lists them): > ?
        The item's id (? lists them): > vizit
        The item's id (? lists them): > 2022-02-04-visit
        Why it counts no longer: > It was another man.
        """,
        "evidence/2022/2022-02-04-visit.yaml",
        FILES["evidence/2022/2022-02-04-visit.yaml"]
        + """\
retracted:
  date: 2022-03-01
  reason: It was another man.
""",
    ),
    "forecast": (
        "forecast --date 2022-03-01",
        """
        The scenario that you forecast (? lists them): > war
        Its probability, or withdraw: > 1.2
        Its probability, or withdraw: > 4%
        Why (Enter = no reason given): > Nobody calls up.
        Who forecasts (or set SCEN_ANALYST): > The Desk
        Who forecasts (or set SCEN_ANALYST): > desk
        """,
        "forecasts/2022/2022-03-01-desk.yaml",
        SCHEMA
        + """\
../../../schema/forecasts.schema.json
date: 2022-03-01
analyst: desk
probabilities:
  war: 0.04
rationales:
  war: Nobody calls up.
""",
    ),
    "resolve": (
        "resolve --recorded 2024-01-08 --date 2024-01-01",
        """
        The scenario that is decided (? lists them): > war
        occurred, did-not-occur or annulled: > no
        occurred, did-not-occur or annulled: > did-not-occur
        What decided it, by the criteria: > No declaration.
        """,
        "war.yaml",
        FILES["war.yaml"]
        + """\
resolution:
  outcome: did-not-occur
  date: 2024-01-01
  recorded: 2024-01-08
  basis: No declaration.
""",
    ),
}


@pytest.mark.parametrize("command", ASKED)
def test_what_is_missing_is_asked_for(root: Path, sit: Sit, command: str) -> None:
    words, conversation, path, text = ASKED[command]
    before = tree(root)
    terminal = sit(*words.split())
    terminal.walk(conversation)
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == {path: text}


@pytest.mark.parametrize("command", ASKED)
def test_what_was_typed_for_any_command_outlives_an_interruption(
    root: Path, sit: Sit, command: str
) -> None:
    words, conversation, path, text = ASKED[command]
    if command in ("add-source", "new"):
        words += " --dry-run"
    before = tree(root)
    *lines, last = conversation.strip().split("\n")
    terminal = sit(*words.split())
    terminal.walk("\n".join([*lines, f"{last.partition(' >')[0]} > ^C"]))
    assert terminal.end() == (130, "")
    assert changes(before, tree(root)) == {}
    question = last.partition(" >")[0].strip()
    assert question in terminal.screen
    said = terminal.screen.rpartition("to resume: ")[2].rpartition("scen: ")[0]
    terminal = sit(*shlex.split(said)[1:])
    terminal.walk(last)
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == ({} if "--dry-run" in words else {path: text})


# -- no terminal ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("add-evidence", "SUMMARY is missing: what was observed, in a sentence"),
        ("rate", "EVIDENCE is missing: the item's id"),
        ("rate 2022-02-04-visit", "nothing to rate: give SCENARIO=CODE or --indicator"),
        ("retract 2022-02-04-visit", "--reason is missing: why it counts no longer"),
        ("new crisis", "--title is missing: its title, a few words"),
        (
            "add-indicator war call-up",
            "STATEMENT is missing: what would be seen, with its threshold",
        ),
        ("add-source trt --name TRT", "--reliability is missing: its reliability, A to F"),
        ("forecast war", "P is missing: its probability, or withdraw"),
        ("resolve war occurred", "--basis is missing: what decided it, by the criteria"),
    ],
)
def test_without_a_terminal_what_is_missing_is_named_and_nothing_asked(
    root: Path, words: str, missing: str
) -> None:
    before = tree(root)
    ran = process(*words.split(), cwd=root)
    out, err = ran.communicate(timeout=PATIENCE)
    assert (ran.returncode, out, err.decode()) == (2, b"", f"scen: {missing}\n")
    assert changes(before, tree(root)) == {}
