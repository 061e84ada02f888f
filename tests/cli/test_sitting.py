"""The weekly sitting: what is shown when, what is left over, and what changes meanwhile.

A whole one is tests/transcripts/sitting/whole.txt.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import DESK, scen, tree
from tests.cli.conversation import Said, talk
from tests.storage.test_git import commit, environment, run

DAY = ("review", "--analyst", "desk", "--date", "2022-02-28")
LATER = (*DAY[:4], "2022-03-01")
TRADE, TIES = ("--scenario", "trade"), ("--scenario", "ties")
SHEET = Path("scenarios/forecasts/2022/2022-02-28-desk.yaml")
CALL = Path("scenarios/evidence/2022/2022-02-25-call.yaml")


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    for part in (DESK, DESK.parent / "later"):
        shutil.copytree(part, "scenarios", dirs_exist_ok=True)


def sit(*answers: Any, words: tuple[str, ...] = DAY) -> Said:
    return talk(*answers, words=words)


def sheet(path: Path = SHEET) -> str:
    """What a sheet says below its date and analyst."""
    return path.read_text().partition("\nprobabilities:\n")[2]


def drafts() -> list[Path]:
    return [*Path("state").rglob("*.yaml")]


def rate(ratings: str) -> None:
    """What somebody else does meanwhile."""
    CALL.write_text(f"{CALL.read_text()}ratings: {ratings}\n")


def half(trade: str = "37%") -> None:
    """Trade is answered and shown, pact is answered, ties is not."""
    assert sit("", "", trade, "Nobody pays.", "", "", "A visit.", "^C").code == 130


# -- what is asked, and what is shown when --------------------------------------------------------


def test_who_never_forecast_it_has_nothing_to_reaffirm() -> None:
    wrong = {
        "": "an answer is needed; Ctrl-C stops",
        "withdraw": "no forecast of yours stands: there is nothing to withdraw",
        "150%": "'150%': a probability must be above 0 and below 1",
        "0.00001": "'0.00001': a forecast lies between 0.0001 and 0.9999",
        "perhaps": "'perhaps' is not a probability: write 0.7 or 70%",
    }
    words = ("review", "--analyst", "bo", *DAY[3:], *TRADE)
    said = sit("y", *wrong, ".1", "", "0.00001", "12%", "", "So did Ann.", words=words)
    for answer, remark in wrong.items():
        times = 2 if answer in ("", "0.00001") else 1
        assert said.screen.count(f": {answer}\n  {remark}\n") == times
    assert "\ntrade          –    12%  38%, n=2  27%, n=3      76%   −13.7\n" in said.out
    reason = "'[revised after the reveal; blind: 0.1] So did Ann.'"
    written = Path(str(SHEET).replace("desk", "bo"))
    assert sheet(written) == f"  trade: 0.12\nrationales:\n  trade: {reason}\n"


def test_a_forecast_is_taken_back_another_reaffirmed_a_scenario_skipped() -> None:
    answers = ("", "n", "withdraw", "No idea.", "", "", "", "s", "")
    made = json.loads(sit(*answers, words=(*DAY, "--format", "json")).out)
    assert (made["skipped"], made["rated"]) == (["ties"], [])
    assert [(a["scenario"], a["after"], a["reaffirmed"]) for a in made["answers"]] == [
        ("trade", None, False),
        ("pact", 0.1, True),
    ]
    assert sheet() == "  trade: null\n  pact: 0.1\nrationales:\n  trade: No idea.\n"


def test_the_numbers_of_items_before_a_reason_cite_them_and_others_are_part_of_it() -> None:
    for day in ("10", "11"):
        dated = f"observed: 2022-02-{day}\nrecorded: 2022-02-{day}\n"
        news = f"summary: S\n{dated}ratings: {{trade: N}}\n"
        (CALL.parent / f"2022-02-{day}-news.yaml").write_text(news)
    said = sit("37%", "3 1: Nobody pays.", "", words=(*DAY, *TRADE))
    assert "    - 1. 2022-02-10 (F6) S [2022-02-10-news]\n" in said.screen
    assert sheet() == ("  trade: 0.37\nrationales:\n  trade: '3 1: Nobody pays.'\n")
    SHEET.unlink()
    sit("37%", "2, 1: Nobody pays.", "", words=(*DAY, *TRADE))
    cited = "evidence:\n  trade:\n    - 2022-02-11-news\n    - 2022-02-10-news\n"
    assert sheet() == f"  trade: 0.37\nrationales:\n  trade: Nobody pays.\n{cited}"


def test_it_warns_where_the_branch_is_behind_its_upstream_as_of_the_last_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    run(Path(), "init", "-q")
    commit(Path(), "Start")
    clone = tmp_path / "clone"
    run(Path(), "clone", "-q", ".", str(clone))
    Path("scenarios/notes.txt").write_text("more")
    commit(Path(), "More")
    monkeypatch.chdir(clone)
    warning = "1 commit behind the upstream of the last fetch: pull the evidence first\n"
    assert warning not in sit("q", words=(*DAY, *TRADE)).screen
    run(clone, "fetch", "-q")
    assert sit("q", words=(*DAY, *TRADE)).screen.startswith(warning)
    run(clone, "merge", "-q", "--ff-only", "@{upstream}")
    assert warning not in sit("q", words=(*DAY, *TRADE)).screen


def test_where_all_is_skipped_there_is_no_sheet() -> None:
    before = tree(Path("scenarios"))
    said = sit("y", *[""] * 7, "s", "s", "s")
    assert (said.out, "rated: " in said.screen) == ("no sheet was written\n", False)
    assert (tree(Path("scenarios")), drafts()) == (before, [])


def test_a_sheet_of_that_day_keeps_every_other_byte() -> None:
    text = "# mine\ndate: 2022-02-28\nanalyst: desk\nprobabilities:\n  trade: 0.5   # even\n"
    SHEET.write_text(text)
    said = sit("", "", "20%", "Why.", "80%", "", "")
    assert "\n1 scenario in the sheet of 2022-02-28 already: --scenario ID asks" in said.screen
    text += "  pact: 0.2\n  ties: 0.8\nrationales:\n  pact: Why.\n"
    assert SHEET.read_text() == text
    sit("60%", "Odd.", "", words=(*DAY, *TRADE))
    assert SHEET.read_text() == text.replace("0.5 ", "0.6 ") + "  trade: Odd.\n"


def test_each_rating_and_the_sheet_are_commits_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    run(Path(), "init", "-q")
    commit(Path(), "Start")
    Path("scenarios/notes.txt").write_text("mine")
    said = sit("y", "", "", "", "", "", "CC", "", "q", words=(*DAY, "--commit"))
    assert (said.code, said.out) == (0, "no sheet was written\n")
    said = sit("", "30%", "Ann.", "", "s", "s", words=(*DAY, "--commit"))
    subject = "forecast: 2022-02-28-desk (trade 60% → 30%)"
    assert said.out.endswith(f" {subject}\n")
    log = run(Path(), "log", "--format=%s", "--name-only").split("\n")
    assert log[:6] == [subject, "", str(SHEET), "rate: 2022-02-25-call", "", str(CALL)]


# -- left, and taken up again ---------------------------------------------------------------------


def test_who_leaves_is_told_where_the_answers_are_and_how_to_go_on() -> None:
    words = (*DAY, *TRADE)
    said = sit("37%", "Nobody pays.", "q", "", words=words)
    (place,) = drafts()
    assert (said.code, said.out, SHEET.exists()) == (0, "no sheet was written\n", False)
    assert said.screen.endswith(
        "\nWrite the sheet now, with 1 answer [y/N]: \n"
        f"scen: 1 answer kept in {place.resolve()}; to go on: scen {' '.join(words)}\n"
        "scen: the sitting took less than a minute; left: 1 answer to write\n"
    )
    said = sit("40%", "q", "y", words=words)
    first = "scen: going on with the sitting of 2022-02-28: 1 answer, 0 skipped\n"
    assert said.screen.startswith(first)
    assert (sheet(), drafts()) == ("  trade: 0.4\nrationales:\n  trade: Nobody pays.\n", [])


# -- what changes meanwhile -----------------------------------------------------------------------


def test_an_answer_whose_grounds_changed_is_asked_for_again() -> None:
    half()
    rate("{trade: C, pact: CC, ties: N}")
    said = sit("76%", "The rest.", "24%", "", "", "40%", "A call.")
    assert "\npact is not as it was when you said 10%:\n\n2/3 pact: A pact\n" in said.screen
    assert "\ntrade is not as it was when you said 37%:\n\n3/3 trade: Trade of" in said.screen
    assert sheet() == (
        "  trade: 0.4\n  pact: 0.24\n  ties: 0.76\nrationales:\n"
        "  trade: 'Nobody pays. [revised after the reveal; blind: 0.37] A call.'\n"
        "  pact: A visit.\n  ties: The rest.\n"
    )


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("the outcome of trade was known on 2022-02-27: a forecast of 2022-02-28", "0.37"),
        ("no scenario 'trade' any more", "withdraw"),
    ],
)
def test_what_can_be_forecast_no_longer_is_left_out(fault: str, answer: str) -> None:
    half(answer)
    if "outcome" in fault:
        days = ("--date", "2022-02-27", "--recorded", "2022-02-28")
        scen("resolve", "trade", "did-not-occur", "--basis", "None.", *days)
    else:
        Path("scenarios/trade.yaml").rename("scenarios/commerce.yaml")
        for path in Path("scenarios").rglob("2022*.yaml"):
            path.write_text(path.read_text().replace("trade: ", "commerce: "))
    said = sit("", words=(*DAY, "--scenario", "pact"))
    assert f"\nscen: left out: {fault}" in said.screen
    assert f"; you had said {answer}, Nobody pays.\n" in said.screen
    assert sheet() == "  pact: 0.1\nrationales:\n  pact: A visit.\n"


def test_one_that_broke_stops_the_sheet_until_it_is_mended() -> None:
    half()
    place = Path("scenarios/trade.yaml")
    text = place.read_text()
    place.write_text(text.replace("2024-12-31", "2024-13-31"))
    said = sit("s", "")
    assert (said.code, said.out) == (1, "")
    assert "\nscen: 2 answers kept in " in said.screen
    fault = "\nscen: scenario 'trade' is invalid; fix it first: scenarios/trade.yaml:5:10: "
    assert fault in said.screen
    place.write_text(text)
    assert sit().code == 0
    assert sheet().startswith("  trade: 0.37\n  pact: 0.1\n")


def test_an_item_that_somebody_else_rates_meanwhile_is_left_to_them() -> None:
    def meanwhile() -> str:
        rate("{trade: I}")
        return "CC"

    screen = sit("y", "", "1", "", "n", "n", meanwhile, "", "q").screen
    assert "scen: 2022-02-25-call was rated meanwhile: scen show 2022-02-25-call; noth" in screen
    words = "2022-02-25-call pact=N ties=N trade=CC --indicator gas/halt=observed"
    assert f"scen: not written: scen rate {words}\n" in screen
    assert CALL.read_text().endswith("ratings: {trade: I}\n")


def test_an_indicator_seen_and_recorded_is_not_called_for_again() -> None:
    seen = "pact/talks=observed"
    wanted = f"\nscen: seen, and not recorded: scen add-evidence --indicator {seen}\n"
    assert wanted in sit("", "y", "q").screen
    scen("add-evidence", "Talks", "--recorded", "2022-02-28", "--indicator", seen)
    assert wanted not in sit("q").screen


def test_what_the_sheet_has_already_is_not_asked_for_again() -> None:
    """Killed after the sheet was written and before the notes were removed."""
    half()
    (place,) = drafts()
    notes = place.read_bytes()
    sit("90%", "", "")
    before = tree(Path("scenarios"))
    place.write_bytes(notes.replace(b"stage: answered", b"stage: settled"))
    assert sit().code == 0
    assert (tree(Path("scenarios")), drafts()) == (before, [])


def test_what_was_answered_outlives_a_refusal_at_the_end() -> None:
    def meanwhile() -> str:
        SHEET.write_text("date: [\n")
        return ""

    words = (*DAY, *TRADE)
    said = sit("37%", "Nobody pays.", meanwhile, words=words)
    fault = "scen: forecasts '2022-02-28-desk' is invalid; fix it first: "
    kept = f"scen: 1 answer kept in {drafts()[0].resolve()}; to go on: scen {' '.join(words)}\n"
    assert (said.code, said.out) == (1, "")
    assert f"\n{kept}{fault}" in said.screen
    assert fault in sit(words=words).screen
    SHEET.unlink()
    assert sit(words=words).code == 0
    assert sheet() == "  trade: 0.37\nrationales:\n  trade: Nobody pays.\n"


# -- a sitting of an earlier day ------------------------------------------------------------------


def test_the_answers_of_an_earlier_day_can_be_taken_over() -> None:
    half()
    (place,) = drafts()
    said = sit("t", "take", "", "", "90%", "", "", words=LATER)
    assert " ".join(said.screen.split()).startswith(
        f"The sitting of 2022-02-28 was never finished: 2 answers in {place.resolve()} "
        "scen review --date 2022-02-28 finishes it, as the sheet of that day "
        "Take its answers over, drop them or leave it (Enter = leave): t "
        "'t': take, drop or leave, in full"
    )
    assert sheet(Path(str(SHEET).replace("02-28", "03-01"))).startswith(
        "  trade: 0.37\n  pact: 0.1\n  ties: 0.9\n"
    )
    assert (SHEET.exists(), drafts()) == (False, [])


def test_two_sittings_are_never_mixed_and_one_is_left_or_dropped_as_the_analyst_says() -> None:
    half()
    kept = drafts()
    sit("leave", "s", words=(*LATER, *TIES))
    sit("", "9%", "^C", words=(*LATER, *TRADE))
    assert len(drafts()) == 2
    said = sit("take", "drop", "^C", words=(*LATER, *TRADE))
    assert "\nDrop them or leave it (Enter = leave): take\n  'take': drop or leave" in said.screen
    assert drafts() != kept
    assert [path.name for path in drafts()] == ["2022-03-01-desk.yaml"]
