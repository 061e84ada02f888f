"""What a recording command does to files that people wrote in their own way, line by line."""

from __future__ import annotations

from difflib import ndiff
from pathlib import Path

import pytest

from tests.cli.commands import FILES, changes, make, scen, tree

VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"
TODAY = "--analyst desk --date 2022-02-07"

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
WAYS = {
    "plain": FILES,
    "odd": FILES | ODD,
    "windows": {path: text.replace("\n", "\r\n") for path, text in (FILES | ODD).items()},
    "unended": {path: text.rstrip("\n") for path, text in FILES.items()},
    "flow": FILES | FLOW,
}


def recorded(root: Path, command: str) -> dict[str, tuple[list[str], list[str]]]:
    """For each file that a command changes or makes, the lines that go and those that come."""
    before = tree(root)
    made = scen(*(word.replace("_", " ") for word in command.split()))
    assert (made.exit_code, made.stderr, scen("check").stdout) == (0, "", "")
    found = {}
    for path, text in changes(before, tree(root)).items():
        old = before.get(path, b"").decode().split("\n")
        lines = list(ndiff(old, str(text).split("\n")))
        found[path] = tuple([line[2:] for line in lines if line[0] == sign] for sign in "-+")
    return found  # type: ignore[return-value]


ADDITIONS = [
    ("add-indicator pact base A_base --rate pact=C --added 2022-01-15", "pact.yaml",
     ["base:", "statement: A base", "ratings:", "pact: C", "added: 2022-01-15"]),
    ("rate 2022-02-04-visit pact=C ties=I", VISIT, ["pact: C", "ties: I"]),
    ("rate 2022-02-04-visit --indicator pact/talks=observed", VISIT,
     ["indicators:", "pact/talks: observed"]),
    ("retract 2022-02-04-visit --reason No. --date 2022-03-01", VISIT,
     ["retracted:", "date: 2022-03-01", "reason: No."]),
    (f"forecast ties 0.9 --evidence 2022-02-04-visit {TODAY}", SHEET,
     ["ties: 0.9", "evidence:", "ties:", "- 2022-02-04-visit"]),
    ("resolve pact occurred --basis Signed. --recorded 2024-01-15", "pact.yaml",
     ["resolution:", "outcome: occurred", "date: 2024-01-15", "recorded: 2024-01-15",
      "basis: Signed."]),
]  # fmt: skip


@pytest.mark.parametrize(("command", "path", "lines"), ADDITIONS)
@pytest.mark.parametrize("way", ["plain", "odd", "windows", "unended"])
def test_what_is_added_takes_no_line_away(
    root: Path, way: str, command: str, path: str, lines: list[str]
) -> None:
    make(root, WAYS[way])
    [(changed, (gone, new))] = recorded(root, command).items()
    if new[-1] == "":  # behind the end that the last line got
        assert (way, new.pop()) == ("unended", "")
    end = "\r" if way == "windows" else ""
    assert (changed, gone, [line.strip() for line in new]) == (path, [], lines)
    assert [line for line in new if line != line.rstrip() + end] == []


def test_a_week_of_editing_leaves_every_old_line_in_its_order(root: Path) -> None:
    make(root, WAYS["odd"])
    for command, _, _ in ADDITIONS:
        if "ties=I" not in command:  # an item rates a scenario directly or through an indicator
            assert all(gone == [] for gone, _ in recorded(root, command).values())


JUDGED = "  trade:   'C'   # a first guess"
STATED = "     trade: +0.6   # after the visit"
BOTH = "date: 2024-01-15, recorded: 2024-01-15"


@pytest.mark.parametrize(
    ("way", "command", "path", "gone", "new"),
    [
        *(
            (way, f"rate 2022-02-04-visit trade={rating}", VISIT,
             [JUDGED + end], [JUDGED.replace("'C'", rating) + end])
            for rating in ("II", "2.5") for way, end in (("odd", ""), ("windows", "\r"))
        ),
        *(
            (way, f"forecast trade {typed} {TODAY}", SHEET,
             [STATED + end], [STATED.replace("+0.6", written) + end])
            for typed, written in (("0.7", "0.7"), ("withdraw", "null"))
            for way, end in (("odd", ""), ("windows", "\r"))
        ),
        ("odd", f"forecast ties 0.9 --rationale So. {TODAY}", SHEET,
         ['rationales: {pact: "No text:, yet"}   # in one line'],
         ["     ties: 0.9", 'rationales: {pact: "No text:, yet", ties: So.}   # in one line']),
        ("flow", "rate 2022-02-04-visit trade=I ties=C", VISIT,
         [" ratings: {trade: C},"], [" ratings: {trade: I, ties: C},"]),
        ("flow", "retract 2022-02-04-visit --reason No. --date 2022-03-01", VISIT,
         [" notes: 'Seen, on television.'}"],
         [" notes: 'Seen, on television.',", " retracted: {date: 2022-03-01, reason: No.}}"]),
        ("flow", f"forecast ties 0.9 {TODAY}", SHEET,
         ["probabilities: {pact: 0.10, trade: 0.6}   # in one line"],
         ["probabilities: {pact: 0.10, trade: 0.6, ties: 0.9}   # in one line"]),
        ("flow", "add-indicator trade port A_port --rate trade=C --added 2022-01-15", "trade.yaml",
         [],
         ["  indicators: {port: {statement: A port, ratings: {trade: C}, added: 2022-01-15}},"]),
        ("flow", "resolve trade annulled --basis None. --recorded 2024-01-15", "trade.yaml",
         [], [f"  resolution: {{outcome: annulled, {BOTH}, basis: None.}},"]),
    ],
)  # fmt: skip
def test_only_the_line_that_must_changes(
    root: Path, way: str, command: str, path: str, gone: list[str], new: list[str]
) -> None:
    make(root, WAYS[way])
    assert recorded(root, command) == {path: (gone, new)}


def test_a_new_record_beside_files_of_windows_has_line_feeds(root: Path) -> None:
    make(root, WAYS["windows"])
    for command in (
        "add-source x --name N --reliability C",
        "add-evidence A_dinner --recorded 2022-02-07 --rate trade=C",
        "forecast ties 0.9 --analyst eve --date 2022-02-07",
    ):
        [(gone, new)] = recorded(root, command).values()
        assert (gone, new[0].startswith("# yaml-language-server: $schema=../")) == ([], True)
        assert "\r" not in "".join(new)
