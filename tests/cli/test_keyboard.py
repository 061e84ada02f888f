"""What the line editor adds on a terminal that has keys: menus, paste, steps back, a last look."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import scenarios
from tests.cli.commands import DESK, make, tree
from tests.cli.keyboard import PATIENCE, Keyboard
from tests.hostile import ACTS, hostile_files

WRITE = "Enter = write, e = change a line, b = back, ? = in full:"

Sit = Callable[..., Keyboard]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for part in (DESK, DESK.parent / "later"):
        shutil.copytree(part, tmp_path / "scenarios", dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def sit(folder: Path) -> Iterator[Sit]:
    """Give a command, by keyboard."""
    begun: list[Keyboard] = []

    def give(*words: str, **more: Any) -> Keyboard:
        begun.append(Keyboard(folder, *words, **more))
        return begun[-1]

    yield give
    for one in begun:
        one.drop()


def below_schema(path: Path) -> str:
    return path.read_text().partition("schema.json\n")[2]


def test_a_newcomer_opens_a_scenario_by_keyboard_alone(folder: Path, sit: Sit) -> None:
    keys = sit("new", "--opened", "2022-03-01")
    keys.walk("""
        Short title: > A crisys
        The scenario's id, like military-pact [a-crisys]: > pact
        The scenario's id, like military-pact [a-crisys]: pact > [Clear] crisis
        Question to be decided: > Is there one?
        Resolution criteria: > By the rubric.
        Last day of the question: > [Back]
        Resolution criteria: By the rubric. > Or the press.
        Last day of the question: > 2030-12-31
        How often it happened in like cases, and in which (Enter = none): > 1/19 Crises
        Who counted them, a source's id or an address (Enter = none): >
        Probability before the evidence [0.075]: > 5%
        The base rate behind the prior [1 of 19 like cases: Crises.]: > One in twenty.
        Exclusive set (Enter = none): >
        Hazard (Enter = none): > [Down]
        A tag (Enter = none): > econ
        Another (Enter = no more): >
    """)
    keys.asked(WRITE)
    assert "prior      5%\n" in keys.screen
    assert " 10  hazard     constant\n" in keys.screen
    assert " 11  tag        econ\n     left out: reference source, set\n" in keys.screen
    keys.walk(f"""
        {WRITE} > e title
        Short title: A crisys > [Clear] A crisis
        {WRITE} > b
        Another (Enter = no more): > war
        Another (Enter = no more): >
        {WRITE} >
    """)
    assert keys.end() == 0
    assert below_schema(folder / "scenarios/crisis.yaml") == (
        "title: A crisis\nquestion: Is there one?\n"
        "resolution_criteria: By the rubric.Or the press.\n"
        "opened: 2022-03-01\nhorizon: 2030-12-31\ntags:\n  - econ\n  - war\n"
        "prior:\n  probability: 0.05\n  basis: One in twenty.\n"
        "  reference:\n    class: Crises\n    occurred: 1\n    cases: 19\n  hazard: constant\n"
    )
    assert "there is scenario 'pact' already: scen show pact; nothing was written" in keys.all
    assert "'econ' is new; did you mean 'economy'?" in keys.all


def test_enter_that_is_pressed_too_often_writes_nothing_that_nobody_saw(
    folder: Path, sit: Sit
) -> None:
    before = tree(folder / "scenarios")
    keys = sit("add-source", "trt", "--name", "TRT", "--basis", "So.")
    keys.asked("Reliability, A to F:")
    keys.press("B\r\r\r\r\r\r")
    keys.asked(WRITE)
    assert tree(folder / "scenarios") == before
    keys.enter("^D")
    keys.press("^D")
    assert keys.end() == 130


def test_a_narrower_terminal_shows_the_question_again(folder: Path, sit: Sit) -> None:
    keys = sit("add-source", "trt", "--basis", "So.", "--url", "https://trt.example")
    keys.asked("Full name of the source:")
    keys.press("TRT")
    keys.shows("source: TRT")
    keys.resize(40, 24)
    keys.walk(f"""
        Full name of the source: TRT > World
        Reliability, A to F: > B
        {WRITE[40:]} >
    """)
    assert keys.end() == 0
    assert below_schema(folder / "scenarios/sources/trt.yaml").startswith("name: TRTWorld\n")


def test_pasted_lines_are_one_answer(sit: Sit) -> None:
    keys = sit("new", "crisis", "--title", "A crisis", "--question", "Is there one?")
    keys.asked("Resolution criteria:")
    keys.paste("First line.\r\nSecond\tline.")
    keys.shows("Second line.")
    keys.enter()
    keys.walk("Last day of the question: > [^C]")
    assert keys.end() == 130
    command = keys.all.partition("to resume: ")[2].replace("\n", "|")
    assert "-criteria 'First line.|Second line.'" in command


def test_a_title_that_was_pasted_in_two_lines_is_one_line(folder: Path, sit: Sit) -> None:
    keys = sit("add-source", "trt", "--reliability", "B")
    keys.asked("Full name of the source:")
    keys.paste("TRT\nWord")
    keys.shows("Word")
    keys.press("Left", "l")
    keys.shows("World")
    keys.enter()
    keys.walk(f"""
        Reason for this grade (Enter = none): >
        Web address of the source (Enter = none): >
        {WRITE} >
    """)
    assert keys.end() == 0
    assert (
        below_schema(folder / "scenarios/sources/trt.yaml") == "name: TRT World\nreliability: B\n"
    )


def test_an_item_is_found_by_words_of_its_summary_and_shown_before_it_is_retracted(
    folder: Path, sit: Sit
) -> None:
    before = tree(folder / "scenarios")
    keys = sit("retract", "--date", "2022-03-01")
    keys.asked("Id of the item (? lists them):")
    keys.press("talks")
    keys.shows("2022-02-25-call  A call for talks")
    keys.press("Down")
    keys.shows("Id of the item (? lists them): 2022-02-25-call")
    keys.walk(f"""
        Id of the item (? lists them): 2022-02-25-call > [Clear] vizit
        Id of the item (? lists them): 2022-02-04-visit > visit
        Reason for the retraction: > It was another man.
        {WRITE} > [^C]
    """)
    assert keys.end() == 130
    assert tree(folder / "scenarios") == before
    assert "'vizit' is in no id; did you mean '2022-02-04-visit'?" in keys.all
    assert "\n  2022-02-04-visit: A visit\nReason for the" in keys.all
    assert "--reason 'It was another man.' 2022-02-04-visit" in keys.all.replace("\n", "")


def test_a_newcomer_records_a_week_by_keyboard_alone(folder: Path, sit: Sit) -> None:
    keys = sit("add-indicator", "--added", "2022-03-01")
    keys.asked("Scenario it belongs to (? lists them):")
    keys.press("loose")
    keys.shows("ties   Loose ties")
    keys.press("Down")
    keys.walk(f"""
        Scenario it belongs to (? lists them): ties >
        The indicator's id, like talks-announced: > visas
        What would be seen, with a threshold: > Visas are wanted again
        How much more expected is it if ties happens than if it does not: > ten
        (Enter = N): > a tenth
        Who watches for it, and where (Enter = none): > The gazettes, monthly
        Day by which it should be seen (Enter = none): > 2030-06-30
        How much more expected its absence is (Enter = none): > [Back]
        Day by which it should be seen (Enter = none): 2030-06-30 >
        How much more expected its absence is (Enter = none): > I
        {WRITE} >
    """)
    assert keys.end() == 0
    keys = sit("add-evidence", "--recorded", "2022-03-01")
    keys.walk("""
        What was observed, in one sentence: > Visas are wanted again in April
        When did it happen: a day, a month (2021-12) or a year [2022-03-01]: > 2022-02-28
    """)
    keys.asked("Source: its id or name (? lists them; Enter = none):")
    keys.shows("kremlin  The Kremlin")
    keys.walk(f"""
        Source: its id or name (? lists them; Enter = none): > The Kremlin
        Web address of the item (Enter = none): >
        Grade of source and item, like B2 (Enter = C6): > c2
        Origin, for example us-intelligence (Enter = none): > kremlin
        Event, for example beijing-summit-2022 (Enter = none): >
        Which (1 to 2): > 2
        Any more (Enter = go on): >
        Which (1 to 2): >
        gas   50%  Gas flows: > three times
        trade   76%  Trade of 200 billion: >
        Its id [2022-02-28-visas-are-wanted-again-in-april]: >
        {WRITE} > e gas
        Gas flows: three times > [Clear]
        {WRITE} >
    """)
    assert keys.end() == 0
    item = folder / "scenarios/evidence/2022/2022-02-28-visas-are-wanted-again-in-april.yaml"
    assert item.read_text().endswith(
        "source: kremlin\nreliability: C\ncredibility: 2\norigin: kremlin\n"
        "indicators:\n  ties/visas: observed\n"
    )
    keys = sit("forecast", "--date", "2022-03-01")
    keys.walk(f"""
        The scenario that you forecast (? lists them): > loose
        Its probability, or withdraw: > 90%
        Why (Enter = none): > Visas.
        Who forecasts (or set SCEN_ANALYST): > [Down]
        {WRITE} >
    """)
    assert keys.end() == 0
    keys = sit("resolve", "--recorded", "2022-03-05")
    keys.asked("The scenario that is decided (? lists them):")
    keys.enter("200 billion")
    keys.asked("occurred, did-not-occur, annulled, or a quantity's value:")
    assert "Chinese customs.\n  Its last day is 2024-12-31." in keys.screen
    keys.walk(f"""
        occurred, did-not-occur, annulled, or a quantity's value: > did
        occurred, did-not-occur, annulled, or a quantity's value: did-not-occur > did-not-occur
        What decided it, by the criteria: > The customs' table.
        When was it known [2022-03-05]: > 2022-03-04
        An item that decides it (Enter = none): > visas
        Another (Enter = no more): >
        {WRITE} >
    """)
    assert keys.end() == 0
    assert "outcome: did-not-occur" in (folder / "scenarios/trade.yaml").read_text()


def test_a_question_of_a_sitting_is_on_one_screen_with_all_that_it_rests_on(
    folder: Path, sit: Sit
) -> None:
    for id in ("pact", "ties"):
        place = folder / f"scenarios/{id}.yaml"
        text = place.read_text().replace("treaty?", f"treaty{' or another one' * 60}?")
        place.write_text(text.replace("a treaty.", f"a treaty{' in the gazette' * 200}."))
    for day in range(10, 28):
        item = f"{{summary: '{'A very long item. ' * 20}', observed: 2022-02-{day}, "
        item += f"recorded: 2022-02-{day}, ratings: {{pact: C, ties: I}}}}\n"
        (folder / f"scenarios/evidence/2022/2022-02-{day}-item.yaml").write_text(item)
    both = ("--scenario", "pact", "--scenario", "ties")
    keys = sit("review", "--analyst", "desk", "--date", "2022-02-28", *both)
    keys.walk("Seen by now (y = seen, n = not seen, Enter = skip, q = leave): > n")
    for number, id, enter in ((1, "ties", ""), (2, "pact", "Enter = reaffirm 10%, ")):
        keys.asked(f"{id}: probability ({enter}s = skip, q = leave):")
        assert f"\n{number}/2 {id}: " in keys.screen
        assert "\n  by 2030-12-31: " in keys.screen
        assert ("\nform: Form of the relationship: what is known\n" in keys.screen) == (number == 1)
        keys.enter("?")
        keys.asked(f"{id}: probability ({enter}s = skip, q = leave):")
        assert ". 2022-02-27 (F6) A very long item." in keys.all
        keys.enter("50%")
        keys.walk("Reason (Enter = none): > So it is.")
    keys.walk("Revise any of them (y, Enter = no): >")
    assert keys.end() == 0
    assert "scen: the sitting took less than a minute; left: nothing" in keys.all


def test_every_question_of_a_sitting_can_be_gone_back_from_or_says_that_it_cannot(
    folder: Path, sit: Sit
) -> None:
    both = ("--scenario", "pact", "--scenario", "ties")
    keys = sit("review", "--analyst", "desk", "--date", "2022-02-28", *both, lines=50)
    seen, over = "Seen by now (y = seen, n = not seen, Enter = skip, q = leave):", "Go over them"
    pact, ties = "pact: probability (Enter = ", "ties: probability ("
    keep, more = "s = skip, q = leave):", "again (y, Enter = no):"
    keys.walk(f"""
        {seen} > [Back]
        {seen} > n
        {pact}reaffirm 10%, {keep} > 25%
        Reason (Enter = none): >
        Reason, once more (Enter = leave it unexplained): > [Back]
        {pact}keep 25%, {keep} > 25%
        Reason (Enter = none): > A visit.
        {ties}{keep} > 80%
        Reason (Enter = none): >
        {over} {more} > [Back]
        {ties}Enter = keep 80%, {keep} > [Back]
        {pact}keep 25%, {keep} > [Back]
        {pact}keep 25%, {keep} >
        Reason (Enter = as before): > <
        {pact}keep 25%, {keep} >
        Reason (Enter = as before): >
        {ties}Enter = keep 80%, {keep} > 70%
        Reason (Enter = none): >
        {over} {more} > y
        {pact}keep 25%, {keep} > <
        {pact}keep 25%, {keep} >
        Reason (Enter = as before): >
        {ties}Enter = keep 70%, {keep} > <
        {pact}keep 25%, {keep} >
        Reason (Enter = as before): >
        {ties}Enter = keep 70%, {keep} > 75%
        Reason (Enter = none): >
        Revise any of them (y, Enter = no): > [Back]
        Revise any of them (y, Enter = no): > y
        pact: revise it once (Enter = keep 25%): > [Back]
        pact: revise it once (Enter = keep 25%): > 26%
        Reason for the revision: > <
        pact: revise it once (Enter = keep 25%): >
        ties: revise it once (Enter = keep 75%): >
    """)
    assert keys.end() == 0
    assert keys.all.count("  there is no question before this one\n") == 3
    assert keys.all.count("  there is no going back from this question\n") == 2
    sheet = (folder / "scenarios/forecasts/2022/2022-02-28-desk.yaml").read_text()
    assert sheet.endswith("\n  pact: 0.25\n  ties: 0.75\nrationales:\n  pact: A visit.\n")


def test_a_sitting_of_a_day_to_come_says_how_to_go_on_with_it(sit: Sit) -> None:
    words = ("--analyst", "desk", "--date", "2029-01-01", "--future", "--scenario", "ties")
    keys = sit("review", *words, columns=400)
    keys.walk("""
        ties: probability (s = skip, q = leave): > 80%
        Reason (Enter = none): > q
        Write the sheet now, with 1 answer [y/N]: > [Back]
        Write the sheet now, with 1 answer [y/N]: > n
    """)
    assert keys.end() == 0
    assert f"; to go on: scen review {' '.join(words)}\n" in keys.all
    keys = sit("review", *words)
    keys.asked("Reason (Enter = none):")
    assert "\n  you said 80%\n" in keys.screen


def test_the_name_of_an_analyst_that_was_not_meant_is_not_in_the_command_that_resumes(
    sit: Sit,
) -> None:
    keys = sit("review", "--date", "2022-02-28")
    keys.walk("""
        Who forecasts (or set SCEN_ANALYST): > amm
        Go on as 'amm'? [y/N]: > n
    """)
    assert keys.end() == 1
    assert keys.all.endswith("[y/N]: n\nscen: nothing was written as 'amm'")
    keys = sit("forecast", "trade")
    keys.walk("""
        Its probability, or withdraw: > 0.2
        Why (Enter = none): >
        Who forecasts (or set SCEN_ANALYST): > amm
        Go on as 'amm'? [y/N]: > n
    """)
    assert keys.end() == 1
    assert "\nscen: to resume: scen forecast trade --rationale '' 0.2\n" in keys.all


def test_what_was_refused_is_replaced_by_typing_or_paste_and_mended_after_an_arrow(
    sit: Sit,
) -> None:
    keys = sit("review", "--analyst", "desk", "--date", "2022-02-28", "--scenario", "ties")
    asked = "ties: probability (s = skip, q = leave):"
    keys.walk(f"""
        {asked} > 1.5
        {asked} 1.5 > often
    """)
    keys.asked(f"{asked} often")
    assert "'often' is not a probability: write 0.7 or 70% (Ctrl-U clears the line)" in keys.all
    keys.paste("150%")
    keys.shows(f"{asked} 150%")
    keys.enter()
    keys.asked(f"{asked} 150%")
    keys.press("Left", "\x7f")
    keys.shows(f"{asked} 15%")
    keys.enter()
    keys.walk("""
        Reason (Enter = none): > [Back]
        ties: probability (Enter = keep 15%, s = skip, q = leave): > [^C]
    """)
    assert keys.end() == 130


def test_after_a_refusal_what_is_meant_stands_in_the_line_and_no_longer_the_slip(sit: Sit) -> None:
    keys = sit("resolve")
    asked = "The scenario that is decided (? lists them):"
    keys.walk(f"{asked} > tarde")
    keys.asked(f"{asked} trade")
    keys.enter()
    keys.asked("occurred, did-not-occur, annulled, or a quantity's value:")
    keys.press("\x03")
    assert keys.end() == 130


def test_a_refused_answer_that_may_be_left_out_names_the_key_that_clears_it(
    folder: Path, sit: Sit
) -> None:
    keys = sit("resolve", "trade", "occurred", "--date", "2022-03-01")
    asked = "An item that decides it (Enter = none):"
    keys.walk(f"""
        What decided it, by the criteria: > Customs say so.
        {asked} > nothing
        {asked} nothing >
    """)
    keys.shows("(Ctrl-U clears the line)")
    keys.walk(f"""
        {asked} nothing > [Clear]
        {WRITE} >
    """)
    assert keys.end() == 0
    assert "evidence:" not in (folder / "scenarios/trade.yaml").read_text().partition("resol")[2]


def test_a_figure_is_a_reason_only_where_somebody_says_that_it_is(folder: Path, sit: Sit) -> None:
    one = ("--scenario", "ties")
    keys = sit("review", "--analyst", "desk", "--date", "2022-02-28", *one)
    keys.walk("""
        ties: probability (s = skip, q = leave): > 80%
        Reason (Enter = none): > 70%
        Is '70%' the reason (y, Enter = ask again, < = back): > [Back]
        ties: probability (Enter = keep 80%, s = skip, q = leave): > 70%
        Reason (Enter = none): > s
        Is 's' the reason (y, Enter = ask again, < = back): >
        Reason (Enter = none): > No treaty.
        Go over them again (y, Enter = no): >
        ties: revise it once (Enter = keep 70%): > 71%
        Reason for the revision: > 1
        Is '1' the reason (y, Enter = ask again, < = back): > y
    """)
    assert keys.end() == 0
    sheet = (folder / "scenarios/forecasts/2022/2022-02-28-desk.yaml").read_text()
    assert sheet.endswith(
        "  ties: 0.71\nrationales:\n  ties: 'No treaty. [revised after the reveal; blind: 0.7] 1'\n"
    )


def test_two_who_are_rated_in_words_stand_as_codes_and_numbers(folder: Path, sit: Sit) -> None:
    keys = sit("rate")
    keys.asked("Id of the item (? lists them):")
    keys.press("call for")
    keys.shows("2022-02-25-call  A call for talks")
    keys.enter()
    keys.walk("""
        Is it this (1): >
        Which (1 to 2): >
    """)
    keys.asked("pact    7%  A pact:")
    keys.shows("CC     ten times as expected if it happens")
    keys.walk(f"""
        pact    7%  A pact: > three
        ties   93%  Loose ties: > 1/4
        gas   50%  Gas flows: >
        trade   76%  Trade of 200 billion: > [Back]
        gas   50%  Gas flows: > equally
        trade   76%  Trade of 200 billion: >
        {WRITE} >
    """)
    assert keys.end() == 0
    item = (folder / "scenarios/evidence/2022/2022-02-25-call.yaml").read_text()
    assert item.endswith("ratings:\n  pact: C\n  ties: 0.25\n  gas: N\n")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, "close"])
def test_a_signal_leaves_the_terminal_as_it_was(sit: Sit, how: signal.Signals | str) -> None:
    keys = sit("add-source", "trt")
    before = termios.tcgetattr(keys.ours)
    keys.asked("Full name of the source:")
    keys.press("TRT")
    keys.shows("source: TRT")
    if isinstance(how, str):
        keys.hang_up()
        assert keys.process.wait(PATIENCE) in (-signal.SIGHUP, 130)
        return
    keys.process.send_signal(how)
    while keys.process.poll() is None:
        keys.more()
    assert keys.process.returncode == -how
    if how == signal.SIGTERM:
        assert termios.tcgetattr(keys.ours)[:4] == before[:4]


def test_where_the_library_is_missing_a_line_is_read_as_it_comes(folder: Path, sit: Sit) -> None:
    missing = "raise ModuleNotFoundError('none', name='prompt_toolkit')"
    (folder / "prompt_toolkit.py").write_text(missing)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    keys = sit("add-source", "trt", "--basis", "Its own.", PYTHONPATH=path)
    keys.walk(f"""
        Full name of the source: > TRT
        Reliability, A to F: > <
        Full name of the source [TRT]: > TRT World
        Reliability, A to F: > B
        Web address of the source (Enter = none): >
        {WRITE} >
    """)
    assert keys.end() == 0
    assert below_schema(folder / "scenarios/sources/trt.yaml").startswith("name: TRT World\n")


@pytest.mark.parametrize("command", ["status", "add-source trt", "report", "review"])
def test_away_from_a_terminal_the_library_is_not_imported(folder: Path, command: str) -> None:
    program = "from scenarios.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program, *command.split()],
        cwd=folder,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert b"scenarios.cli.terminal" in done.stderr
    assert b"prompt_toolkit" not in done.stderr
    assert b"wcwidth." not in done.stderr


def test_nothing_acts_in_a_menu_of_hostile_texts(folder: Path, sit: Sit) -> None:
    shutil.rmtree(folder / "scenarios")
    make(folder / "scenarios", hostile_files())
    keys = sit("forecast", "--analyst", "desk", lines=60)
    keys.asked("The scenario that you forecast (? lists them):")
    for key in ("?\r", "s-9", "Down"):
        keys.press(key)
    keys.shows("(? lists them): s-9")
    keys.enter()
    keys.walk("Its probability, or withdraw: > [^C]")
    assert keys.end() == 130
    assert r"right \u202egnp.exe" in keys.all
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\x08]", "", keys.raw.decode())
    assert not ACTS.search(plain)


def test_a_mistyped_analyst_is_asked_for_before_anything_is_written(folder: Path, sit: Sit) -> None:
    sheets = folder / "scenarios/forecasts/2022"
    mine = folder / "mine.yaml"
    mine.write_text("date: 2022-02-27\nanalyst: dsek\nprobabilities: {trade: 37%}\n")
    one = ("forecast", "pact", "0.3", "--rationale", "So", "--date", "2022-02-28")
    for words in (("review", "--from", str(mine)), (*one, "--analyst", "dsek")):
        keys = sit(*words)
        keys.walk("it [desk]: >")
        assert keys.end() == 0
    assert sorted(path.stem for path in sheets.glob("2022-02-2[78]-*")) == [
        "2022-02-27-desk",
        "2022-02-28-desk",
    ]


def test_an_id_is_looked_up_before_the_next_question(folder: Path, sit: Sit) -> None:
    keys = sit("forecast", "tarde", "0.3", "--rationale", "So", "--analyst", "dsek")
    assert keys.end() == 1
    assert keys.all == "scen: no scenario 'tarde'; did you mean 'trade'?"
    keys = sit("rename", "tarde")
    keys.walk("""
        Current id: trade >
        New id: > trade-2024
    """)
    assert keys.end() == 0
    assert (folder / "scenarios/trade-2024.yaml").exists()
    keys = sit("remove", "pcat")
    keys.walk("""
        Id of the record to remove: pact >
        Reason: > [^C]
    """)
    assert keys.end() == 130
    assert "\nscen: to resume: scen remove pact" in keys.all


def test_what_nobody_was_asked_for_can_be_changed_in_the_last_look(folder: Path, sit: Sit) -> None:
    keys = sit("resolve", "trade", "occurred", "--date", "2022-03-01")
    keys.walk(f"""
        What decided it, by the criteria: > Customs say so.
        An item that decides it (Enter = none): >
        {WRITE} > e recorded
    """)
    keys.shows("When it was entered [")
    keys.press("Clear")
    keys.enter("2022-03-02")
    keys.walk(f"{WRITE} >")
    assert keys.end() == 0
    assert "\n  recorded: 2022-03-02\n" in (folder / "scenarios/trade.yaml").read_text()


def test_a_question_mark_at_a_reason_is_help(folder: Path, sit: Sit) -> None:
    keys = sit("review", "--analyst", "desk", "--date", "2022-02-28", "--scenario", "ties")
    keys.walk("""
        ties: probability (s = skip, q = leave): > 80%
        Reason (Enter = none): > ?
        Reason (Enter = none): > No treaty.
        Go over them again (y, Enter = no): >
        ties: revise it once (Enter = keep 80%): > 81%
        Reason for the revision: > ?
        Reason for the revision: > Others said so.
    """)
    assert keys.end() == 0
    assert keys.all.count("  What moved you, in a sentence or two: whoever reads") == 2
    assert "?" not in (folder / "scenarios/forecasts/2022/2022-02-28-desk.yaml").read_text()


@pytest.mark.parametrize(("answer", "code", "analysts"), [("", 0, {"desk"}), ("[^C]", 130, set())])
def test_an_analyst_who_is_meant_is_the_one_of_an_accepted_candidate(
    folder: Path, sit: Sit, answer: str, code: int, analysts: set[str]
) -> None:
    pact = folder / "scenarios/pact.yaml"
    events = "    events: {table: icews, match: {cameo: ['190'], source_country: [RUS]}}\n"
    pact.write_text(f"{pact.read_text().rstrip()}\n{events}")
    shutil.copytree(DESK.parent / "events", folder / "events")
    command = "candidates pact/talks --from events --accept 1 --analyst dess"
    keyboard = sit(*command.split())
    keyboard.walk(f"it [desk]: >{answer}")
    assert keyboard.end() == code
    items = scenarios.open(folder).database.evidence.values()
    assert {item.analyst for item in items if "icews" in (item.foreign or {})} == analysts
