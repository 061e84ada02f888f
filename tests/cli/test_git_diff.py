"""What a recording command does to files that people wrote in their own way, as git shows it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen

VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"
ADDED = ("--added", "2022-01-15")
TODAY = ("--analyst", "desk", "--date", "2022-02-07")

ODD = {
    "pact.yaml": """\
# yaml-language-server: $schema=../schema/scenario.schema.json
# ---
'title' :   "A \\u201cpact\\u201d"    # odd quotes
question: >+
    Will a treaty
    be in force?

resolution_criteria:   |

    The text:   of a treaty.
    # not a comment


opened: '2022-01-01'
horizon: 2030-12-31   # the last day
"set": form

prior:   # what we start from
    probability: 2e-1
    basis: "None: in twenty \\
      years."


indicators:

    # first
    'talks':
        statement: Talks are confirmed   # by whom?
        ratings: {pact: CC,   "ties": I , }   # fixed beforehand
        added: 2022-01-01

    # behind the last

# the end
""",
    VISIT: """\
# A note on top, with a tab:\there


summary: 'It''s a visit'
observed: 2022-02-04   # a Friday
recorded:   "2022-02-07"
source: kremlin # state-run

ratings:
  # the guess of the desk
  trade:   'C'   # a first guess

  # more to come

notes: >
  Seen on
  television.
# the end
""",
    SHEET: """\
date: 2022-02-07
analyst: desk
probabilities:
     pact: .10     # as in January
     trade: +0.6   # after the visit
rationales: {pact: "No text:, yet"}   # in one line
""",
}
BOTH = "date: 2024-01-15, recorded: 2024-01-15"
FLOW = {
    VISIT: """\
{summary: A visit, observed: 2022-02-04, recorded: 2022-02-07,
 source: kremlin,   # state-run
 ratings: {trade: C},
 notes: 'Seen, on television.'}
""",
    SHEET: """\
date: 2022-02-07
analyst: desk
probabilities: {pact: 0.10, trade: 0.6}   # in one line
""",
    "trade.yaml": """\
{
  title: Trade of 200 billion,
  question: 'Will yearly trade pass 200 billion dollars?',
  resolution_criteria: Chinese customs.,
  opened: 2022-01-01, horizon: 2024-12-31,   # three years
  prior: {probability: 0.5, basis: 140 billion in 2021.},
}
""",
}


class Repository:
    """A committed database, and what git says has changed in it since."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        make(folder / "scenarios", files)
        self.git("init", "-q")
        self.git("add", ".")
        self.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Begin")

    def git(self, *words: str) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        made = subprocess.run(
            ["git", "-c", "core.autocrlf=false", *words],
            cwd=self.folder,
            env={**clean, **alone},
            capture_output=True,
            check=True,
        )
        return made.stdout.decode()

    def record(self, *words: str) -> dict[str, tuple[list[str], list[str]]]:
        """For each file that a command changes or makes, the lines that go and those that come."""
        made = scen(*words)
        assert (made.exit_code, made.stderr) == (0, "")
        assert scen("check").stdout == ""
        self.git("add", "--intent-to-add", ".")
        found: dict[str, tuple[list[str], list[str]]] = {}
        for row in self.git("diff", "--numstat", "-z").split("\0")[:-1]:
            come, go, path = row.split("\t")
            text = self.git("diff", "--unified=0", "--no-color", "--", path)
            lines = text.partition("\n@@")[2].split("\n")[1:-1]
            gone = [line[1:] for line in lines if line.startswith("-")]
            new = [line[1:] for line in lines if line.startswith("+")]
            assert (len(new), len(gone)) == (int(come), int(go))
            found[path.removeprefix("scenarios/")] = gone, new
        return found


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, FILES)


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, FILES | ODD)


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The odd files, saved with CRLF."""
    monkeypatch.chdir(tmp_path)
    files = {path: text.replace("\n", "\r\n") for path, text in (FILES | ODD).items()}
    return Repository(tmp_path, files)


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, FILES | FLOW)


@pytest.fixture
def unended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The plain files without their last line break."""
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path, {path: text.rstrip("\n") for path, text in FILES.items()})


ADDITIONS: dict[str, tuple[tuple[str, ...], str, list[str]]] = {
    "add-indicator": (
        ("add-indicator", "pact", "base", "A base opens", "--rate", "pact=C", *ADDED),
        "pact.yaml",
        [
            "base:",
            "statement: A base opens",
            "ratings:",
            "pact: C",
            "added: 2022-01-15",
        ],
    ),
    "rate": (
        ("rate", "2022-02-04-visit", "pact=C", "ties=I"),
        VISIT,
        ["pact: C", "ties: I"],
    ),
    "rate --indicator": (
        ("rate", "2022-02-04-visit", "--indicator", "pact/talks=observed"),
        VISIT,
        ["indicators:", "pact/talks: observed"],
    ),
    "retract": (
        ("retract", "2022-02-04-visit", "--reason", "No.", "--date", "2022-03-01"),
        VISIT,
        ["retracted:", "date: 2022-03-01", "reason: No."],
    ),
    "forecast": (
        ("forecast", "ties", "0.9", *TODAY),
        SHEET,
        ["ties: 0.9"],
    ),
    "forecast --evidence": (
        ("forecast", "ties", "0.9", "--evidence", "2022-02-04-visit", *TODAY),
        SHEET,
        ["ties: 0.9", "evidence:", "ties:", "- 2022-02-04-visit"],
    ),
    "resolve": (
        ("resolve", "pact", "occurred", "--basis", "Signed.", "--recorded", "2024-01-15"),
        "pact.yaml",
        [
            "resolution:",
            "outcome: occurred",
            "date: 2024-01-15",
            "recorded: 2024-01-15",
            "basis: Signed.",
        ],
    ),
}


@pytest.mark.parametrize("command", ADDITIONS)
@pytest.mark.parametrize("style", ["plain", "odd", "windows"])
def test_what_is_added_takes_no_line_away(
    style: str, command: str, request: pytest.FixtureRequest
) -> None:
    repository: Repository = request.getfixturevalue(style)
    words, path, lines = ADDITIONS[command]
    ((changed, (gone, new)),) = repository.record(*words).items()
    assert (changed, gone) == (path, [])
    assert [line.strip() for line in new] == lines
    end = "\r" if style == "windows" else ""
    assert all(line.endswith(end) and not line.removesuffix(end).endswith("\r") for line in new)


@pytest.mark.parametrize("command", ADDITIONS)
def test_a_last_line_without_an_end_gets_one_and_stays(command: str, unended: Repository) -> None:
    words, path, lines = ADDITIONS[command]
    ((changed, (gone, new)),) = unended.record(*words).items()
    text = FILES[path].splitlines()
    assert changed == path
    assert gone in ([], text[-1:])
    assert new[: len(gone)] == gone
    assert [line.strip() for line in new[len(gone) :]] == lines


@pytest.mark.parametrize(
    ("words", "path", "gone", "new"),
    [
        (
            ("rate", "2022-02-04-visit", "trade=II"),
            VISIT,
            *("  trade:   'C'   # a first guess", "  trade:   II   # a first guess"),
        ),
        (
            ("rate", "2022-02-04-visit", "trade=2.5"),
            VISIT,
            *("  trade:   'C'   # a first guess", "  trade:   2.5   # a first guess"),
        ),
        (
            ("forecast", "trade", "0.7", *TODAY),
            SHEET,
            *("     trade: +0.6   # after the visit", "     trade: 0.7   # after the visit"),
        ),
        (
            ("forecast", "trade", "withdraw", *TODAY),
            SHEET,
            *("     trade: +0.6   # after the visit", "     trade: null   # after the visit"),
        ),
    ],
    ids=["rate", "rate by a ratio", "forecast", "withdraw"],
)
@pytest.mark.parametrize("style", ["odd", "windows"])
def test_what_is_judged_anew_changes_that_scalar(
    style: str,
    words: tuple[str, ...],
    path: str,
    gone: str,
    new: str,
    request: pytest.FixtureRequest,
) -> None:
    repository: Repository = request.getfixturevalue(style)
    end = "\r" if style == "windows" else ""
    assert repository.record(*words) == {path: ([gone + end], [new + end])}


def test_a_rationale_joins_those_of_its_line(odd: Repository) -> None:
    found = odd.record("forecast", "ties", "0.9", "--rationale", "So.", *TODAY)
    assert found == {
        SHEET: (
            ['rationales: {pact: "No text:, yet"}   # in one line'],
            ["     ties: 0.9", 'rationales: {pact: "No text:, yet", ties: So.}   # in one line'],
        )
    }


@pytest.mark.parametrize(
    ("words", "path", "gone", "new"),
    [
        (
            ("rate", "2022-02-04-visit", "trade=I", "ties=C"),
            VISIT,
            [" ratings: {trade: C},"],
            [" ratings: {trade: I, ties: C},"],
        ),
        (
            ("retract", "2022-02-04-visit", "--reason", "No.", "--date", "2022-03-01"),
            VISIT,
            [" notes: 'Seen, on television.'}"],
            [" notes: 'Seen, on television.',", " retracted: {date: 2022-03-01, reason: No.}}"],
        ),
        (
            ("forecast", "ties", "0.9", *TODAY),
            SHEET,
            ["probabilities: {pact: 0.10, trade: 0.6}   # in one line"],
            ["probabilities: {pact: 0.10, trade: 0.6, ties: 0.9}   # in one line"],
        ),
        (
            ("add-indicator", "trade", "port", "A port", "--rate", "trade=C", *ADDED),
            "trade.yaml",
            [],
            ["  indicators: {port: {statement: A port, ratings: {trade: C}, added: 2022-01-15}},"],
        ),
        (
            ("resolve", "trade", "annulled", "--basis", "None.", "--recorded", "2024-01-15"),
            "trade.yaml",
            [],
            [
                f"  resolution: {{outcome: annulled, {BOTH}, basis: None.}},",
            ],
        ),
    ],
    ids=["rate", "retract", "forecast", "add-indicator", "resolve"],
)
def test_in_brackets_only_the_line_that_must_changes(
    flow: Repository, words: tuple[str, ...], path: str, gone: list[str], new: list[str]
) -> None:
    assert flow.record(*words) == {path: (gone, new)}


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (
            ("new", "x", "--title", "T", "--question", "Q?", "--criteria", "C.", "--horizon",
             "2030-12-31", "--prior", "0.1", "--basis", "B.", "--opened", "2022-01-01"),
            "x.yaml",
        ),
        (("add-source", "x", "--name", "N", "--reliability", "C"), "sources/x.yaml"),
        (
            ("add-evidence", "A dinner", "--recorded", "2022-02-07", "--rate", "trade=C"),
            "evidence/2022/2022-02-07-a-dinner.yaml",
        ),
        (
            ("forecast", "ties", "0.9", "--analyst", "eve", "--date", "2022-02-07"),
            "forecasts/2022/2022-02-07-eve.yaml",
        ),
    ],
    ids=["new", "add-source", "add-evidence", "forecast"],
)  # fmt: skip
@pytest.mark.parametrize("style", ["odd", "windows", "flow"])
def test_a_new_record_is_a_new_file_and_no_other_is_touched(
    style: str, words: tuple[str, ...], path: str, request: pytest.FixtureRequest
) -> None:
    repository: Repository = request.getfixturevalue(style)
    ((changed, (gone, new)),) = repository.record(*words).items()
    assert (changed, gone) == (path, [])
    assert new[0].startswith("# yaml-language-server: $schema=../")
    assert not any(line.endswith("\r") for line in new)


def test_a_week_of_editing_odd_files_leaves_every_old_line_in_its_order(odd: Repository) -> None:
    for command, (words, _, _) in ADDITIONS.items():
        if command != "rate":  # an item rates a scenario directly or through an indicator
            assert scen(*words).exit_code == 0
    assert scen("check").stdout == ""
    rows = odd.git("diff", "--numstat").splitlines()
    assert sorted(row.split("\t")[1:] for row in rows) == [
        ["0", f"scenarios/{path}"] for path in sorted((VISIT, SHEET, "pact.yaml"))
    ]
