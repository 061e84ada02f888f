"""The weekly sitting, at a terminal and from a prepared sheet."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.storage.yaml.reader import read
from tests.cli.commands import changes, make, process, scen, tree
from tests.cli.test_on_a_terminal import PATIENCE, SCHEMA, Terminal

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
    statement: Talks on a treaty are confirmed
    ratings: {pact: CC, ties: I}
    added: 2022-01-01
    watch: Joint statements
    due: 2022-02-20
    if_absent: I
""",
    "ties.yaml": """\
title: Loose ties
question: Will there be no treaty?
resolution_criteria: No text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.8, basis: As it is.}
""",
    "war.yaml": """\
title: A war
question: Will there be one?
resolution_criteria: A declaration.
opened: 2022-01-01
horizon: 2023-12-31
prior: {probability: 0.05, basis: Rare.}
""",
    "gas.yaml": """\
title: Gas flows
question: Will it flow?
resolution_criteria: The operator.
opened: 2022-01-01
horizon: 2022-02-01
prior: {probability: 0.5, basis: Even.}
""",
    "evidence/2022/2022-02-14-visit.yaml": """\
summary: A visit
observed: 2022-02-14
recorded: 2022-02-14
ratings: {pact: C, ties: N}
""",
    "evidence/2022/2022-02-25-call.yaml": """\
summary: A call-up of ten thousand
observed: 2022-02-25
recorded: 2022-02-28
source: kremlin
""",
    "forecasts/2022/2022-02-07-desk.yaml": """\
date: 2022-02-07
analyst: desk
probabilities: {pact: 0.2, ties: 0.8, war: 0.05}
rationales: {war: Nobody calls up.}
""",
    "forecasts/2022/2022-02-14-ann.yaml": """\
date: 2022-02-14
analyst: ann
probabilities: {war: 0.2}
""",
    "sources/kremlin.yaml": """\
name: The Kremlin
reliability: C
""",
}
WORDS = ("review", "--analyst", "desk", "--date", "2022-02-28")
SHEET = "forecasts/2022/2022-02-28-desk.yaml"
CALL = "evidence/2022/2022-02-25-call.yaml"
HEAD = SCHEMA + "../../../schema/forecasts.schema.json\ndate: 2022-02-28\nanalyst: desk\n"

RATE = "Rate it now (y = yes, Enter = later, q = leave):"
SEEN = "Seen by now (y = seen, n = not seen, Enter = skip, q = leave):"
WAR = "war: probability (Enter = reaffirm 5.0%, s = skip, q = leave):"
PACT = "pact: probability (Enter = reaffirm 20%, s = skip, q = leave):"
TIES = "ties: probability (Enter = reaffirm 80%, s = skip, q = leave):"
FIRST = "war: probability (s = skip, q = leave):"
REASON = "Reason (Enter = none):"
AGAIN = "Reason, once more (Enter = leave it unexplained):"
OVER = "Go over them again (y, Enter = no):"
ANY = "Revise any of them (y, Enter = no):"

Sit = Callable[..., Terminal]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return make(tmp_path / "scenarios", FILES)


@pytest.fixture
def sit(root: Path) -> Iterator[Sit]:
    """Sit down to a review; what still runs at the end is stopped."""
    opened: list[Terminal] = []

    def sit(*more: str, words: tuple[str, ...] = WORDS, **how: Any) -> Terminal:
        opened.append(Terminal(root, *words, *more, **how))
        return opened[-1]

    yield sit
    for terminal in opened:
        terminal.close()


@pytest.fixture(autouse=True)
def _a_closed_terminal_ends_a_command() -> Iterator[None]:
    """Under nohup that is ignored, and programs inherit it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def drafts(root: Path) -> dict[str, Any]:
    """What is kept of unfinished sittings, by name; each file whole."""
    found = {}
    for place in sorted((root.parent / "state").rglob("*.yaml")):
        found[place.name], faults = read(place.name, place.read_bytes())
        assert faults == []
    return found


def edit(root: Path, path: str, old: str, new: str) -> None:
    """What somebody else does meanwhile."""
    place = root / path
    text = place.read_text()
    assert text.count(old) == 1
    place.write_text(text.replace(old, new))


# -- a whole sitting ------------------------------------------------------------------------------

WHOLE = f"""
    {RATE} > y
    Is it this (1): >
    pact   20%  A pact: > n
    ties   80%  Loose ties: > n
    gas   50%  Gas flows: >
    war  5.0%  A war: > CC
    {SEEN} > y
    {WAR} > 37%
    {REASON} >
    {AGAIN} > They call up.
    war: revise it once (Enter = keep 37%): > 30%
    Why, now that you have seen them: > Ann is slow.
    {PACT} > ?
    {PACT} > 25%
    {REASON} > A visit.
    {TIES} >
    {REASON} >
    {OVER} > y
    pact: probability (Enter = keep 25%, s = skip, q = leave): >
    Reason (Enter = as before): >
    ties: probability (Enter = keep 80%, s = skip, q = leave): > 75%
    {REASON} >
    {AGAIN} >
    {ANY} >
"""
WRITTEN: dict[str, str | None] = {
    CALL: FILES[CALL] + "ratings:\n  pact: N\n  ties: N\n  war: CC\n",
    SHEET: HEAD
    + """\
probabilities:
  war: 0.3
  pact: 0.25
  ties: 0.75
rationales:
  war: 'They call up. [revised after the reveal; blind: 0.37] Ann is slow.'
  pact: A visit.
""",
}
SCREEN = """\

NOT RATED YET, 1 of 1
2022-02-25-call (C6, kremlin)
  A call-up of ten thousand
Rate it now (y = yes, Enter = later, q = leave): y
  The figure beside a scenario is its prior; what the evidence implies comes
    later.

1. WHAT IT SHOWS: an indicator that fits brings ratings fixed beforehand.
Numbers, like 1 4e (e = emerging, r = reversed); ? = in full; Enter = none.

Set form: Form of the relationship
  pact
    1 talks  Talks on a treaty are confirmed
  Is it this (1):\x20

2. HOW IT BEARS ON EACH: how much more expected is it if the scenario happens
than if it does not? CC ×10, C ×3.2, N ×1, I ×0.32, II ×0.1, or a ratio.
Enter = not rated; ? = the scenario's question and criteria.

Set form: Form of the relationship
  pact   20%  A pact: n
  ties   80%  Loose ties: n

Without a tag
  gas   50%  Gas flows:\x20
  war  5.0%  A war: CC
  rated: evidence/2022/2022-02-25-call.yaml

PAST DUE, 1 of 1
pact/talks
  Talks on a treaty are confirmed
  where: Joint statements
  watched for since 2022-01-01, due 2022-02-20: its absence counts
Seen by now (y = seen, n = not seen, Enter = skip, q = leave): y
  the item that shows it is to be recorded: scen add-evidence --indicator
    pact/talks=observed
  q leaves; what you answered is kept, and the item is there when you go on

gas: its horizon passed on 2022-02-01: scen resolve gas OUTCOME --basis …

SCENARIOS: your figure first, then what the others and the evidence say.
Like 0.37 or 37%; withdraw takes the last one back; ? = what decides it.

1/3 war: A war
  Will there be one?
  you said 5.0% (very unlikely) on 2022-02-07
    Nobody calls up.
  new since 2022-02-07:
    - 2022-02-25 (C6) A call-up of ten thousand [2022-02-25-call]
war: probability (Enter = reaffirm 5.0%, s = skip, q = leave): 37%
Reason (Enter = none):\x20
  5.0% → 37% and no reason: nobody will know what moved it
Reason, once more (Enter = leave it unexplained): They call up.

scenario  before  yours    others      team  implied  gap dB
--------  ------  -----  --------  --------  -------  ------
war         5.0%    37%  20%, n=1  28%, n=2      34%    +0.5

war: revise it once (Enter = keep 37%): 30%
Why, now that you have seen them: Ann is slow.

2/3 pact: A pact
  Will a treaty be in force?
  you said 20% (unlikely) on 2022-02-07
  new since 2022-02-07:
    - 2022-02-14 (F6) A visit [2022-02-14-visit]
    - 2022-02-25 (C6) A call-up of ten thousand [2022-02-25-call]
pact: probability (Enter = reaffirm 20%, s = skip, q = leave): ?
  The text of a treaty.
  Its last day is 2030-12-31.
pact: probability (Enter = reaffirm 20%, s = skip, q = leave): 25%
Reason (Enter = none): A visit.

3/3 ties: Loose ties
  Will there be no treaty?
  you said 80% (very likely) on 2022-02-07
  new since 2022-02-07:
    - 2022-02-14 (F6) A visit [2022-02-14-visit]
    - 2022-02-25 (C6) A call-up of ten thousand [2022-02-25-call]
ties: probability (Enter = reaffirm 80%, s = skip, q = leave):\x20
Reason (Enter = none):\x20

form: desk gives 2 of 2, sum 1.050
  nearest that sum to 1: pact 0.25 → 0.225, ties 0.8 → 0.775
Go over them again (y, Enter = no): y
pact: probability (Enter = keep 25%, s = skip, q = leave):\x20
Reason (Enter = as before):\x20
ties: probability (Enter = keep 80%, s = skip, q = leave): 75%
Reason (Enter = none):\x20
  80% → 75% and no reason: nobody will know what moved it
Reason, once more (Enter = leave it unexplained):\x20

form: desk gives 2 of 2, sum 1.000

scenario  before  yours  others  team  implied  gap dB
--------  ------  -----  ------  ----  -------  ------
pact         20%    25%       –     –      20%    +1.2
ties         80%    75%       –     –      80%    −1.2

Revise any of them (y, Enter = no):\x20
scen: seen, and not recorded: scen add-evidence --indicator pact/talks=observed
"""
RESULT = """\
forecasts/2022/2022-02-28-desk.yaml

scenario  before  yours    others      team  implied  gap dB
--------  ------  -----  --------  --------  -------  ------
war         5.0%    30%  20%, n=1  25%, n=2      34%    −0.9
pact         20%    25%         –         –      20%    +1.2
ties         80%    75%         –         –      80%    −1.2

form: desk gives 2 of 2, sum 1.000
"""


def test_a_sitting_goes_through_what_is_due_and_ends_in_one_sheet(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit()
    terminal.walk(WHOLE)
    assert terminal.end() == (0, RESULT)
    assert terminal.screen == SCREEN
    assert changes(before, tree(root)) == WRITTEN
    assert drafts(root) == {}


def test_its_result_as_json_is_all_that_was_said_and_shown(sit: Sit) -> None:
    terminal = sit("--format", "json")
    terminal.walk(WHOLE)
    code, out = terminal.end()
    made = json.loads(out)
    war, pact, ties = made.pop("answers")
    assert (code, made) == (
        0,
        {
            "id": "2022-02-28-desk",
            "sheet": "2022-02-28-desk",
            "analyst": "desk",
            "date": "2022-02-28",
            "paths": [CALL, SHEET],
            "dry_run": False,
            "skipped": [],
            "rated": ["2022-02-25-call"],
        },
    )
    assert war == {
        "scenario": "war",
        "before": 0.05,
        "after": 0.3,
        "reaffirmed": False,
        "rationale": "They call up. [revised after the reveal; blind: 0.37] Ann is slow.",
        "revised_from": 0.37,
        "others": {"probability": pytest.approx(0.2), "analysts": 1},
        "team": {"probability": pytest.approx(0.2466, abs=1e-4), "analysts": 2},
        "implied": pytest.approx(10 / 29),
        "gap_decibans": pytest.approx(-0.892, abs=1e-3),
    }
    assert (pact["reaffirmed"], pact["team"], pact["revised_from"]) == (False, None, None)
    assert (ties["before"], ties["after"], ties["rationale"]) == (0.8, 0.75, None)


def test_of_a_set_nothing_is_shown_before_all_of_it_is_answered(sit: Sit) -> None:
    terminal = sit("--scenario", "pact", "--scenario", "ties")
    terminal.walk(f"""
        {SEEN} >
        {PACT} >
        {REASON} >
        {TIES} >
    """)
    assert terminal.asks(REASON)
    assert "implied" not in terminal.screen
    terminal.walk(f"{REASON} >")
    assert terminal.asks(ANY)
    assert "\npact         20%    20%       –     –      20%       0\n" in terminal.screen


def test_neither_the_team_nor_the_implied_figure_is_shown_before_the_answer(
    root: Path, sit: Sit
) -> None:
    edit(root, CALL, "source: kremlin", "source: kremlin\nratings: {war: CC}")
    edit(root, "forecasts/2022/2022-02-14-ann.yaml", "0.2", "0.23")
    terminal = sit("--scenario", "war")
    assert terminal.asks(WAR)
    assert not {"23%", "34%", "CC"} & set(terminal.screen.replace(",", " ").split())
    terminal.walk(f"{WAR} >\n{REASON} >")
    assert terminal.asks("war: revise it once (Enter = keep 5.0%):")
    assert {"23%", "34%"} < set(terminal.screen.replace(",", " ").split())


def test_an_item_is_rated_beside_the_priors_and_not_the_implied_figures(
    root: Path, sit: Sit
) -> None:
    edit(root, "evidence/2022/2022-02-14-visit.yaml", "pact: C", "pact: CC")
    terminal = sit()
    terminal.walk(f"""
        {RATE} > y
        Is it this (1): >
        pact   20%  A pact: >
        ties   80%  Loose ties: >
        gas   50%  Gas flows: >
        war  5.0%  A war: >
        {SEEN} > q
    """)
    assert terminal.end()[0] == 0
    assert "rated: " not in terminal.screen


def test_of_a_set_that_is_revised_the_sum_is_told_again(root: Path, sit: Sit) -> None:
    told = "form: desk gives 2 of 2, sum"
    for ties, times in (("", 1), ("79%", 2)):
        terminal = sit("--scenario", "pact", "--scenario", "ties", "--dry-run")
        terminal.walk(f"""
            {SEEN} >
            {PACT} >
            {REASON} >
            {TIES} >
            {REASON} >
            {ANY} > y
            pact: revise it once (Enter = keep 20%): >
            ties: revise it once (Enter = keep 80%): > {ties}
        """)
        if ties:
            terminal.walk("Why, now that you have seen them: > Less.")
        assert terminal.end()[0] == 0
        assert terminal.screen.count(told) == times
    assert terminal.screen.endswith(f"\n{told} 0.990\n  nearest that sum to 1: {NEAREST}\n")
    assert not (root / SHEET).exists()


NEAREST = "pact 0.2 → 0.205, ties 0.79 → 0.795"


def test_reaffirming_writes_the_same_figure_anew(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("--scenario", "war", "--format", "json")
    terminal.walk(f"""
        {WAR} >
        {REASON} > Still nobody.
        war: revise it once (Enter = keep 5.0%): >
    """)
    (answer,) = json.loads(terminal.end()[1])["answers"]
    assert (answer["reaffirmed"], answer["after"]) == (True, 0.05)
    text = "probabilities:\n  war: 0.05\nrationales:\n  war: Still nobody.\n"
    assert changes(before, tree(root)) == {SHEET: HEAD + text}


def test_who_never_forecast_it_has_nothing_to_reaffirm(root: Path, sit: Sit) -> None:
    terminal = sit("--scenario", "war", words=("review", "--analyst", "bo", *WORDS[3:]))
    terminal.walk(f"""
        {FIRST} >
        {FIRST} > withdraw
        {FIRST} > 150%
        {FIRST} > 0.00001
        {FIRST} > perhaps
        {FIRST} > .1
        {REASON} >
        war: revise it once (Enter = keep 10%): > 0.00001
        war: revise it once (Enter = keep 10%): > 12%
        Why, now that you have seen them: >
        Why, now that you have seen them: > So did Ann.
    """)
    assert terminal.end()[0] == 0
    remarks = [
        "you have not forecast it yet",
        "nothing is known of it yet",
        "an answer is needed; Ctrl-C stops",
        "no forecast of yours stands: there is nothing to withdraw",
        "'150%': a probability lies between 0 and 1 and is neither",
        "'0.00001': a forecast lies between 0.0001 and 0.9999",
        "'perhaps' is not a probability: write 0.7 or 70%",
        "'0.00001': a forecast lies between 0.0001 and 0.9999",
        "an answer is needed; Ctrl-C stops",
    ]
    lines = [line.strip() for line in terminal.screen.split("\n")]
    assert [line for line in lines if line in remarks] == remarks
    assert (
        "  war: '[revised after the reveal; blind: 0.1] So did Ann.'\n"
        in (root / "forecasts/2022/2022-02-28-bo.yaml").read_text()
    )


def test_a_forecast_is_taken_back_and_a_scenario_skipped(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("--format", "json")
    terminal.walk(f"""
        {RATE} > perhaps
        {RATE} >
        {SEEN} > 1
        {SEEN} > n
        {WAR} > withdraw
        {REASON} > No idea any more.
        war: revise it once (Enter = keep withdrawn): >
        {PACT} > s
        {TIES} > s
    """)
    made = json.loads(terminal.end()[1])
    assert (made["skipped"], made["rated"]) == (["pact", "ties"], [])
    assert [(a["scenario"], a["after"], a["reaffirmed"]) for a in made["answers"]] == [
        ("war", None, False)
    ]
    text = "probabilities:\n  war: null\nrationales:\n  war: No idea any more.\n"
    assert changes(before, tree(root)) == {SHEET: HEAD + text}
    assert "seen, and not recorded" not in terminal.screen


def test_where_all_is_skipped_there_is_no_sheet(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit()
    terminal.walk(f"{RATE} >\n{SEEN} >\n{WAR} > s\n{PACT} > s\n{TIES} > s")
    assert terminal.end() == (0, "no sheet was written\n")
    assert changes(before, tree(root)) == {}
    assert drafts(root) == {}


def test_where_nothing_is_due_that_is_said(sit: Sit) -> None:
    terminal = sit(words=("review", "--analyst", "desk", "--date", "2021-12-31"))
    assert terminal.end() == (0, "no sheet was written\n")
    assert terminal.screen == "scen: nothing is due on 2021-12-31\n"


def test_a_sheet_of_that_day_keeps_every_other_byte(root: Path, sit: Sit) -> None:
    text = "# mine\ndate: 2022-02-28\nanalyst: desk\nprobabilities:\n  war: 0.5   # even\n"
    (root / SHEET).write_text(text)
    terminal = sit()
    terminal.walk(f"""
        {RATE} >
        {SEEN} >
        {PACT} >
        {REASON} >
        {TIES} >
        {REASON} >
        {ANY} >
    """)
    assert terminal.end()[0] == 0
    said = "1 scenario in the sheet of 2022-02-28 already: --scenario ID asks again"
    assert said in terminal.screen
    assert (root / SHEET).read_text() == text + "  pact: 0.2\n  ties: 0.8\n"
    terminal = sit("--scenario", "war")
    terminal.walk("""
        war: probability (Enter = reaffirm 50%, s = skip, q = leave): > 60%
        Reason (Enter = none): > Odd.
        war: revise it once (Enter = keep 60%): >
    """)
    assert terminal.end()[0] == 0
    assert (root / SHEET).read_text() == text.replace("0.5 ", "0.6 ") + (
        "  pact: 0.2\n  ties: 0.8\nrationales:\n  war: Odd.\n"
    )


def test_a_dry_run_writes_nothing_anywhere(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("--dry-run")
    terminal.walk(WHOLE)
    code, out = terminal.end()
    assert (code, changes(before, tree(root)), drafts(root)) == (0, {}, {})
    assert "would be rated: evidence/2022/2022-02-25-call.yaml" in terminal.screen
    assert out.startswith("--- /dev/null\n+++ forecasts/2022/2022-02-28-desk.yaml\n")
    assert "\n+  war: 0.3\n" in out


# -- left, and taken up again ---------------------------------------------------------------------

RULES = dict(line.strip().split(" >") for line in WHOLE.strip().split("\n"))
PROMPTS = (
    *RULES,
    "Rate it now (y = go on, Enter = later, q = leave):",
    "1 scenario rated. Walk through the others [Y/n]:",
    "2 scenarios rated. Walk through the others [Y/n]:",
    "3 scenarios rated. Walk through the others [Y/n]:",
)


def said_of_the_whole(screen: str) -> str:
    """What the analyst of the whole sitting says, in whatever order they are asked."""
    question = screen.rstrip(" ").rpartition("\n")[2].strip()
    topic = max(("war", "pact", "ties"), key=lambda name: screen.rfind(f"/3 {name}: "))
    by_topic = {
        REASON: {"pact": "A visit."}.get(topic, ""),
        AGAIN: {"war": "They call up."}.get(topic, ""),
        PACT: "25%",
        "Rate it now (y = go on, Enter = later, q = leave):": "y",
    }
    return by_topic.get(question, RULES.get(question, "").strip())


def leave(terminal: Terminal, how: str) -> None:
    if how == "hang up":
        assert terminal.hang_up() == -signal.SIGHUP
    elif how == "kill":
        terminal.kill()
        assert terminal.end() == (-signal.SIGKILL, "")
    else:
        terminal.type(how)
        assert terminal.end() == (130, "")


@pytest.mark.parametrize("how", ["kill", "hang up", "^C", "^D"])
def test_left_after_each_answer_a_sitting_ends_as_if_it_had_never_been_left(
    root: Path, sit: Sit, how: str
) -> None:
    """One answer a life: what was said before is not asked again, and nothing is half there."""
    before = tree(root)
    seen: list[Any] = [({}, before)]

    def is_over() -> bool:
        terminal = sit()
        while terminal.asks(*PROMPTS):
            now = (drafts(root), tree(root))
            if now not in seen:
                seen.append(now)
                leave(terminal, how)
                return False
            terminal.type(said_of_the_whole(terminal.screen))
        assert terminal.end() == (0, RESULT)
        return True

    while not is_over():
        halfway = changes(before, tree(root))
        assert halfway in ({}, {CALL: WRITTEN[CALL]})
    assert len(seen) == 16
    assert changes(before, tree(root)) == WRITTEN
    assert drafts(root) == {}


def test_who_leaves_is_told_where_the_answers_are_and_how_to_go_on(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit("--scenario", "war")
    terminal.walk(
        f"{WAR} > 37%\n{REASON} > They call up.\nwar: revise it once (Enter = keep 37%): > q"
    )
    terminal.walk("Write the sheet now, with 1 answer [y/N]: >")
    assert terminal.end() == (0, "no sheet was written\n")
    (place,) = (root.parent / "state").rglob("*.yaml")
    said = (
        f"scen: 1 answer kept in {place}; to go on: "
        "scen review --analyst desk --date 2022-02-28 --scenario war\n"
    )
    assert terminal.screen.endswith(said)
    assert changes(before, tree(root)) == {}
    terminal = sit("--scenario", "war")
    terminal.walk("war: revise it once (Enter = keep 37%): >")
    assert terminal.end()[0] == 0
    first, *_ = terminal.screen.split("\n")
    assert first == "scen: going on with the sitting of 2022-02-28: 1 answer, 0 skipped"
    text = "probabilities:\n  war: 0.37\nrationales:\n  war: They call up.\n"
    assert changes(before, tree(root)) == {SHEET: HEAD + text}


def test_who_leaves_may_write_what_is_answered(root: Path, sit: Sit) -> None:
    before = tree(root)
    terminal = sit()
    terminal.walk(f"""
        {RATE} >
        {SEEN} >
        {WAR} >
        {REASON} > q
        Write the sheet now, with 1 answer [y/N]: > y
    """)
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == {SHEET: HEAD + "probabilities:\n  war: 0.05\n"}
    assert drafts(root) == {}


def test_left_before_any_answer_nothing_is_asked_of_the_sheet(root: Path, sit: Sit) -> None:
    terminal = sit("--format", "json")
    terminal.walk(f"{RATE} > q")
    code, out = terminal.end()
    assert (code, json.loads(out)) == (
        0,
        {
            "id": None,
            "sheet": None,
            "analyst": "desk",
            "date": "2022-02-28",
            "paths": [],
            "dry_run": False,
            "answers": [],
            "skipped": [],
            "rated": [],
        },
    )
    assert drafts(root) == {}


def test_two_sittings_of_one_analyst_at_once_are_refused(sit: Sit) -> None:
    first = sit()
    assert first.asks(RATE)
    second = sit()
    assert second.end() == (1, "")
    assert "perhaps a `scen` in another terminal" in second.screen
    other = sit(words=("review", "--analyst", "bo", *WORDS[3:]))
    assert other.asks(RATE)


# -- what changes meanwhile -----------------------------------------------------------------------


def half(sit: Sit) -> None:
    """War answered and revealed, pact answered, ties not yet."""
    terminal = sit()
    terminal.walk(f"""
        {RATE} >
        {SEEN} >
        {WAR} > 37%
        {REASON} > They call up.
        war: revise it once (Enter = keep 37%): >
        {PACT} >
        {REASON} > A visit.
        {TIES} > ^C
    """)
    assert terminal.end() == (130, "")


def test_an_answer_whose_grounds_changed_is_asked_for_again(root: Path, sit: Sit) -> None:
    half(sit)
    rated = "ratings: {war: C, pact: CC, ties: N}"
    edit(root, CALL, "source: kremlin", f"source: kremlin\n{rated}")
    terminal = sit()
    terminal.walk(f"""
        {TIES} > 76%
        {REASON} > The rest.
        pact: probability (Enter = keep 20%, s = skip, q = leave): > 24%
        Reason (Enter = as before): >
        {ANY} >
        war: revise it once (Enter = keep 37%): > 40%
        Why, now that you have seen them: > A call-up.
    """)
    assert "\npact is not as it was when you said 20%:\n\n2/3 pact: A pact\n" in terminal.screen
    assert "\nwar is not as it was when you said 37%:\n\n3/3 war: A war\n" in terminal.screen
    assert terminal.end()[0] == 0
    assert (root / SHEET).read_text() == HEAD + (
        "probabilities:\n  war: 0.4\n  pact: 0.24\n  ties: 0.76\n"
        "rationales:\n"
        "  war: 'They call up. [revised after the reveal; blind: 0.37] A call-up.'\n"
        "  pact: A visit.\n  ties: The rest.\n"
    )


def test_what_was_decided_meanwhile_is_left_out_and_said(root: Path, sit: Sit) -> None:
    half(sit)
    scen(
        *("resolve", "war", "did-not-occur", "--basis", "None."),
        *("--date", "2022-02-27", "--recorded", "2022-02-28"),
    )
    terminal = sit("--scenario", "pact")
    terminal.walk("pact: revise it once (Enter = keep 20%): >")
    assert terminal.end()[0] == 0
    assert (
        "scen: left out: the outcome of war was known on 2022-02-27: a forecast of 2022-02-28 "
        "never counts; you had said 0.37, They call up.\n"
    ) in terminal.screen
    assert (root / SHEET).read_text() == HEAD + (
        "probabilities:\n  pact: 0.2\nrationales:\n  pact: A visit.\n"
    )


def test_a_scenario_that_broke_meanwhile_stops_the_sheet_and_keeps_the_answer(
    root: Path, sit: Sit
) -> None:
    half(sit)
    edit(root, "war.yaml", "horizon: 2023-12-31", "horizon: 2023-13-31")
    terminal = sit()
    terminal.walk(f"{TIES} > s\npact: revise it once (Enter = keep 20%): >")
    assert terminal.end() == (1, "")
    assert "scen: 2 answers kept in " in terminal.screen
    assert "scen: scenario 'war' is invalid; fix it first: war.yaml:5:10: " in terminal.screen
    edit(root, "war.yaml", "horizon: 2023-13-31", "horizon: 2023-12-31")
    terminal = sit()
    assert terminal.end()[0] == 0
    (root / SHEET).unlink()


def test_a_scenario_that_was_renamed_meanwhile_is_left_out_and_said(root: Path, sit: Sit) -> None:
    terminal = sit("--scenario", "war")
    terminal.walk(f"{WAR} > 37%\n{REASON} > ^C")
    assert terminal.end()[0] == 130
    (root / "war.yaml").rename(root / "peace.yaml")
    for path in ("forecasts/2022/2022-02-07-desk.yaml", "forecasts/2022/2022-02-14-ann.yaml"):
        text = (root / path).read_text()
        (root / path).write_text(text.replace("war: 0", "peace: 0").replace("{war:", "{peace:"))
    terminal = sit("--scenario", "pact")
    terminal.walk(f"{SEEN} >\n{PACT} > s")
    assert terminal.end() == (0, "no sheet was written\n")
    said = "scen: left out: no scenario 'war' any more; you had said 0.37\n"
    assert said in terminal.screen


def test_an_item_that_somebody_else_rates_meanwhile_is_left_to_them(root: Path, sit: Sit) -> None:
    terminal = sit()
    terminal.walk(f"""
        {RATE} > y
        Is it this (1): >
        pact   20%  A pact: > n
        ties   80%  Loose ties: > n
        gas   50%  Gas flows: >
    """)
    edit(root, CALL, "source: kremlin", "source: kremlin\nratings: {war: I}")
    text = (root / CALL).read_text()
    terminal.walk(f"""
        war  5.0%  A war: > CC
        {SEEN} > q
    """)
    assert terminal.end() == (0, "no sheet was written\n")
    refused = "2022-02-25-call was rated meanwhile: scen show 2022-02-25-call; nothing was written"
    assert f"scen: {refused}\n" in terminal.screen
    said = "scen: not written: scen rate 2022-02-25-call pact=N ties=N war=CC\n"
    assert said in terminal.screen
    assert (root / CALL).read_text() == text


def test_an_indicator_seen_and_recorded_is_not_called_for_again(sit: Sit) -> None:
    terminal = sit()
    terminal.walk(f"{RATE} >\n{SEEN} > y\n{WAR} > q")
    assert terminal.end()[0] == 0
    wanted = "scen: seen, and not recorded: scen add-evidence --indicator pact/talks=observed\n"
    assert wanted in terminal.screen
    scen("add-evidence", "Talks", "--recorded", "2022-02-28", "--indicator", "pact/talks=observed")
    terminal = sit()
    terminal.walk(f"{TIES} > q")
    assert terminal.end()[0] == 0
    assert "seen, and not recorded" not in terminal.screen


def test_what_the_sheet_has_already_is_not_asked_for_again(root: Path, sit: Sit) -> None:
    """Killed after the sheet was written and before the notes were removed."""
    half(sit)
    (place,) = (root.parent / "state").rglob("*.yaml")
    notes = place.read_bytes()
    terminal = sit()
    terminal.walk(f"{TIES} >\n{REASON} >\n{ANY} >")
    assert terminal.end()[0] == 0
    before = tree(root)
    place.write_bytes(notes.replace(b"stage: answered", b"stage: settled"))
    terminal = sit()
    assert terminal.end()[0] == 0
    assert changes(before, tree(root)) == {}
    assert drafts(root) == {}


# -- a sitting of an earlier day ------------------------------------------------------------------

LATER = ("review", "--analyst", "desk", "--date", "2022-03-01")
OFFER = "Take its answers over, drop them or leave it (Enter = leave):"


def test_a_sitting_of_an_earlier_day_is_offered_and_its_answers_can_be_taken_over(
    root: Path, sit: Sit
) -> None:
    half(sit)
    (place,) = (root.parent / "state").rglob("*.yaml")
    terminal = sit(words=LATER)
    assert terminal.asks(OFFER)
    offered = " ".join(terminal.screen.split())
    assert offered.startswith(
        f"The sitting of 2022-02-28 was never finished: 2 answers in {place} "
        "scen review --date 2022-02-28 finishes it, as the sheet of that day"
    )
    terminal.walk(f"""
        {OFFER} > t
        {OFFER} > take
        {RATE} >
        {SEEN} >
        {TIES} >
        {REASON} >
        {ANY} >
    """)
    assert "'t': take, drop or leave, in full" in terminal.screen
    assert terminal.end()[0] == 0
    assert not (root / SHEET).exists()
    text = (root / SHEET.replace("02-28", "03-01")).read_text()
    assert text.partition("probabilities:\n")[2] == (
        "  war: 0.37\n  pact: 0.2\n  ties: 0.8\n"
        "rationales:\n  war: They call up.\n  pact: A visit.\n"
    )
    assert drafts(root) == {}


def test_a_sitting_of_an_earlier_day_is_left_or_dropped_as_the_analyst_says(
    root: Path, sit: Sit
) -> None:
    half(sit)
    kept = drafts(root)
    for answer, is_there in (("", True), ("leave", True), ("drop", False)):
        terminal = sit(words=LATER)
        terminal.walk(f"{OFFER} > {answer}\n{RATE} > q")
        assert terminal.end()[0] == 0
        assert drafts(root) == (kept if is_there else {})


def test_two_sittings_are_never_mixed(root: Path, sit: Sit) -> None:
    half(sit)
    kept = drafts(root)
    terminal = sit(words=LATER)
    terminal.walk(f"{OFFER} >\n{RATE} >\n{SEEN} >\n{WAR} > 9%\n{REASON} > ^C")
    assert terminal.end()[0] == 130
    terminal = sit(words=LATER)
    question = "Drop them or leave it (Enter = leave):"
    terminal.walk(f"{question} > take\n{question} > ^C")
    assert terminal.end()[0] == 130
    assert {**drafts(root), **kept} == drafts(root)
    assert len(drafts(root)) == 2


# -- refused --------------------------------------------------------------------------------------


def test_what_was_answered_outlives_a_refusal_at_the_end(root: Path, sit: Sit) -> None:
    terminal = sit("--scenario", "war")
    terminal.walk(f"{WAR} > 37%\n{REASON} > They call up.")
    assert terminal.asks("war: revise it once (Enter = keep 37%):")
    (root / SHEET).write_text("date: [\n")
    terminal.walk("war: revise it once (Enter = keep 37%): >")
    assert terminal.end() == (1, "")
    (place,) = (root.parent / "state").rglob("*.yaml")
    kept, fault, _ = terminal.screen.split("\n")[-3:]
    assert kept == (
        f"scen: 1 answer kept in {place}; to go on: "
        "scen review --analyst desk --date 2022-02-28 --scenario war"
    )
    assert fault.startswith("scen: forecasts '2022-02-28-desk' is invalid; fix it first: ")
    refused = sit("--scenario", "war")
    assert refused.end() == (1, "")
    assert "is invalid; fix it first: " in refused.screen
    (root / SHEET).unlink()
    again = sit("--scenario", "war")
    assert again.end()[0] == 0
    text = "probabilities:\n  war: 0.37\nrationales:\n  war: They call up.\n"
    assert (root / SHEET).read_text() == HEAD + text
    assert drafts(root) == {}


@pytest.mark.parametrize(
    ("id", "fault"),
    [
        ("wra", "no scenario 'wra'; did you mean 'war'?"),
        ("gas", "the horizon of gas passed on 2022-02-01: scen resolve gas OUTCOME --basis …"),
    ],
)
def test_a_scenario_that_cannot_be_asked_is_refused_before_the_first_question(
    root: Path, sit: Sit, id: str, fault: str
) -> None:
    terminal = sit("--scenario", "war", "--scenario", id)
    assert terminal.end() == (1, "")
    assert terminal.screen == f"scen: {fault}\n"
    assert drafts(root) == {}


def test_where_nothing_can_be_committed_nothing_is_asked(root: Path, sit: Sit) -> None:
    terminal = sit("--commit")
    assert terminal.end() == (1, "")
    assert "is in no git repository" in terminal.screen
    assert drafts(root) == {}


def test_each_rating_and_the_sheet_are_commits_of_their_own(root: Path, sit: Sit) -> None:
    git = ("git", "-C", str(root))
    for words in (
        ("init", "-q"),
        ("config", "user.name", "Desk"),
        ("config", "user.email", "desk@example.org"),
        ("add", "."),
        ("commit", "-qm", "Start"),
    ):
        subprocess.run([*git, *words], check=True)
    (root / "notes.txt").write_text("mine")
    terminal = sit("--commit")
    terminal.walk(WHOLE)
    code, out = terminal.end()
    subject = "forecast: 2022-02-28-desk (war 5.0% → 30%, ties 80% → 75%, pact 20% → 25%)"
    assert code == 0
    assert out.startswith(RESULT)
    assert out.endswith(f" {subject}\n")
    log = subprocess.run(
        [*git, "log", "--format=%s", "--name-only"], check=True, capture_output=True, text=True
    )
    assert log.stdout.split("\n")[:6] == [subject, "", SHEET, "rate: 2022-02-25-call", "", CALL]


def test_what_comes_from_files_cannot_act_on_the_terminal(root: Path, sit: Sit) -> None:
    evil = '"\\u202e red"'
    for path, key in ((CALL, "summary"), ("war.yaml", "title"), ("war.yaml", "question")):
        text = (root / path).read_text().split("\n")
        lines = [f"{key}: {evil}" if line.startswith(f"{key}:") else line for line in text]
        (root / path).write_text("\n".join(lines))
    edit(root, "forecasts/2022/2022-02-07-desk.yaml", "Nobody calls up.", evil)
    terminal = sit()
    terminal.walk(f"{RATE} >\n{SEEN} >\n{WAR} > ?\n{WAR} > q")
    assert terminal.end()[0] == 0
    assert terminal.screen.count("\\u202e red") == 4
    assert "\u202e" not in terminal.screen


# -- from a prepared sheet ------------------------------------------------------------------------

PREPARED = """date: 2022-02-28
analyst: desk
probabilities: {war: 0.37, pact: 0.25, ties: 0.8}
rationales: {war: They call up.}
evidence: {war: [2022-02-25-call]}
"""


def test_a_prepared_sheet_is_recorded_and_the_same_is_shown(root: Path) -> None:
    before = tree(root)
    (root.parent / "week.yaml").write_text(PREPARED)
    made = scen("review", "--from", "week.yaml")
    assert (made.exit_code, made.stderr) == (0, "")
    assert (
        made.stdout
        == """\
scenarios/forecasts/2022/2022-02-28-desk.yaml

scenario  before  yours    others      team  implied  gap dB
--------  ------  -----  --------  --------  -------  ------
war         5.0%    37%  20%, n=1  28%, n=2     5.0%   +10.5
pact         20%    25%         –         –      20%    +1.2
ties         80%    80%         –         –      80%       0

form: desk gives 2 of 2, sum 1.050
  nearest that sum to 1: pact 0.25 → 0.225, ties 0.8 → 0.775
"""
    )
    assert changes(before, tree(root)) == {
        SHEET: HEAD
        + """\
probabilities:
  war: 0.37
  pact: 0.25
  ties: 0.8
rationales:
  war: They call up.
evidence:
  war:
    - 2022-02-25-call
"""
    }


def test_a_prepared_sheet_as_json(root: Path) -> None:
    before = tree(root)
    (root.parent / "week.yaml").write_text(PREPARED)
    words = ("--from", "week.yaml", "--analyst", "bo", "--date", "2022-03-01")
    made = json.loads(scen("review", *words, "--dry-run", "--format", "json").stdout)
    war, _, ties = made.pop("answers")
    assert made == {
        "id": "2022-03-01-bo",
        "sheet": "2022-03-01-bo",
        "analyst": "bo",
        "date": "2022-03-01",
        "paths": ["scenarios/forecasts/2022/2022-03-01-bo.yaml"],
        "dry_run": True,
        "skipped": [],
        "rated": [],
    }
    assert war == {
        "scenario": "war",
        "before": None,
        "after": 0.37,
        "reaffirmed": False,
        "rationale": "They call up.",
        "revised_from": None,
        "others": {"probability": pytest.approx(0.1029, abs=1e-4), "analysts": 2},
        "team": {"probability": pytest.approx(0.1651, abs=1e-4), "analysts": 3},
        "implied": pytest.approx(0.05),
        "gap_decibans": pytest.approx(10.476, abs=1e-3),
    }
    assert (ties["before"], ties["after"]) == (None, 0.8)
    assert changes(before, tree(root)) == {}


def test_a_prepared_sheet_with_faults_is_refused_whole_with_their_places(root: Path) -> None:
    before = tree(root)
    (root.parent / "week.yaml").write_text("""\
date: 2022-02-28
analyst: desk
probabilities:
  war: 0.37
  wra: 0.5
  gas: 0.5
evidence:
  war: [2022-02-25-call, 2022-02-25-cal]
""")
    edit(
        root,
        "gas.yaml",
        "prior:",
        "resolution: {outcome: occurred, date: 2022-02-01, recorded: 2022-03-01, basis: B}\nprior:",
    )
    before = tree(root)
    made = scen("review", "--from", "week.yaml")
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr == (
        "scen: week.yaml:8:26: no evidence '2022-02-25-cal'; did you mean '2022-02-25-call'?; "
        "week.yaml:5:3: no scenario 'wra'; did you mean 'war'?; "
        "week.yaml:6:3: the outcome of gas was known on 2022-02-01: "
        "a forecast of 2022-02-28 never counts; nothing was written\n"
    )
    assert changes(before, tree(root)) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("war: 1.5", "week.yaml:4:8: 'war' is 1.5; a forecast is a number from 0.0001 to 0.9999"),
        ("war: 37%", "week.yaml:4:8: 'war' is '37%'; a forecast is a number from 0.0001 to 0.9999"),
    ],
)
def test_a_bad_figure_is_refused_with_its_place(root: Path, text: str, fault: str) -> None:
    (root.parent / "week.yaml").write_text(
        f"date: 2022-02-28\nanalyst: desk\nprobabilities:\n  {text}\n"
    )
    made = scen("review", "--from", "week.yaml")
    assert (made.exit_code, made.stdout) == (1, "")
    assert fault in made.stderr


def test_what_no_terminal_can_be_asked_at_is_refused_and_the_way_out_named(root: Path) -> None:
    ran = process(*WORDS, cwd=root)
    out, err = ran.communicate(timeout=PATIENCE)
    said = "scen: there is no terminal to ask at: --from FILE takes a prepared sheet\n"
    assert (ran.returncode, out, err.decode()) == (2, b"", said)
    made = scen("review", "--from", "week.yaml", "--scenario", "war")
    assert (made.exit_code, made.stderr) == (
        2,
        "scen: --from takes a whole sheet: leave --scenario out\n",
    )
    made = scen("review", "--from", "week.yaml")
    assert (made.exit_code, made.stderr) == (
        1,
        "scen: week.yaml cannot be read: No such file or directory\n",
    )
