"""The sitting with quantities: three values at a terminal and in a browser, blind and kept."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from scenarios.cli import parsing
from scenarios.storage.session_notes import saved_session
from scenarios.workspace.input import typed_in
from tests.cli.conversation import Said, talk
from tests.serve.desks import reader
from tests.serve.forms import FROM_HERE, as_analyst

TRADE = Path(__file__).parent / "data" / "trade"
DAY = "2024-10-21"
SHEET = Path(f"scenarios/forecasts/2024/{DAY}-west.yaml")
ONLY = ("--scenario", "trade-2024")


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TRADE, "scenarios")
    for module in (typed_in, parsing):
        monkeypatch.setattr(module, "today", lambda: date.fromisoformat(DAY))


def sit(*answers: Any, words: tuple[str, ...] = ONLY) -> Said:
    return talk(*answers, words=("review", "--analyst", "west", "--date", DAY, *words))


def test_a_terminal_asks_for_three_values_and_shows_the_others_only_then() -> None:
    said = sit("230", "241", "255", "The autumn.", "")
    assert said.code == 0, said.screen
    question = "with one chance in ten it stays under, billion dollars (Enter = reaffirm"
    assert question in " ".join(said.screen.split())
    before, _, after = said.screen.partition("The autumn.")
    assert "you said p10 225, p50 236, p90 250 on 2024-07-15" in before
    assert "232" not in before
    assert "242 (222 to 267)" not in before
    assert "others 243 (232 to 256), team 242 (231 to 256), implied 242 (222 to 267)" in " ".join(
        (said.out + after).split()
    )
    assert "p10: 230\n    p50: 241\n    p90: 255" in SHEET.read_text()
    assert "trade-2024: The autumn." in SHEET.read_text()


def test_values_that_do_not_rise_are_asked_for_again_and_back_leads_to_the_one_before() -> None:
    said = sit("230", "225", "250", "230", "2x", "1e308", "200", "<", "240", "250", "", "", "")
    assert said.code == 0, said.screen
    assert "p50 (225) is not over p10 (230): values rise" in said.screen
    assert "'1e308': a value is at most 1e15" in said.screen
    assert "'2x' is neither a number nor a day" in said.screen
    assert "p10: 230\n    p50: 240\n    p90: 250" in SHEET.read_text()


def test_enter_reaffirms_a_line_has_all_and_it_can_be_skipped_or_withdrawn() -> None:
    assert sit("", "", "").code == 0
    assert "p10: 225\n    p50: 236\n    p90: 250" in SHEET.read_text()
    SHEET.unlink()
    assert sit("p10=220 p40=236 p95=280", "Why", "").code == 0
    assert "p40: 236" in SHEET.read_text()
    SHEET.unlink()
    assert sit("withdraw", "Gone", "").code == 0
    assert "trade-2024: null" in SHEET.read_text()
    SHEET.unlink()
    assert "skipped" in sit("s").screen or not SHEET.exists()


def test_a_revision_keeps_the_blind_values_in_its_reason() -> None:
    said = sit("230", "241", "255", "Autumn.", "p10=231 p50=242 p90=256", "The evidence.")
    assert said.code == 0, said.screen
    text = SHEET.read_text()
    assert "p10: 231" in text
    assert "blind: p10=230 p50=241 p90=255" in text


def test_a_date_takes_days_after_today_alone() -> None:
    words = ("--scenario", "pipeline-contract")
    said = sit(
        "2024-10-21",
        "2026-01-01",
        "2028-01-01",
        "2025-06-30",
        "2027-01-01",
        "2029-01-01",
        "No.",
        "",
        words=words,
    )
    assert said.code == 0, said.screen
    assert "p10 (2024-10-21) is not after 2024-10-21, when it was stated" in said.screen
    assert "p10: 2025-06-30" in SHEET.read_text()


def test_an_interrupted_sitting_goes_on_with_the_values() -> None:
    assert sit("230", "241", "255", "^C").code == 130
    said = sit("Why", "")
    assert "you said p10 230, p50 241, p90 255" in said.screen
    assert SHEET.exists()


@pytest.fixture
def client() -> TestClient:
    client = reader(Path("scenarios"))
    as_analyst(client, "west")
    client.post("/sitting/begin/", headers=FROM_HERE, data={"do": "begin"})
    return client


def step_of(client: TestClient, id: str) -> str:
    """The page of the step that asks for a scenario; others are skipped."""
    for _ in range(9):
        page = client.get("/sitting/").text
        if f'name="p10:{id}"' in page:
            return page
        others = re.findall(r'name="skip:([^"]+)"', page)
        data: dict[str, str] = {f"skip:{other}": "yes" for other in others}
        if not others:
            data = dict.fromkeys(re.findall(r'name="(due:[^"]+)"', page), "skipped")
        place = re.search(r'action="(/sitting/[^"]+/)"', page)
        assert place, page
        client.post(place[1], headers=FROM_HERE, data=data)
    raise AssertionError(page)


VALUES = {"p10:trade-2024": "230", "p50:trade-2024": "241", "p90:trade-2024": "255"}


def post(client: TestClient, path: str, **data: str) -> Any:
    return client.post(f"/sitting/{path}/", headers=FROM_HERE, data=data)


def test_a_browser_has_three_fields_the_curve_and_no_other_figure(client: TestClient) -> None:
    page = step_of(client, "trade-2024")
    for expected in ("With one chance in ten it stays under", "As likely over as under", "<svg"):
        assert expected in page
    assert re.findall(r"over 240 \d+%", page)
    assert "243" not in page
    assert "242" not in page
    assert 'type="range"' not in page


def test_values_are_checked_while_they_are_typed(client: TestClient) -> None:
    step_of(client, "trade-2024")
    drawn = post(client, "curve", curve="trade-2024", **VALUES)
    assert "<svg" in drawn.text
    assert "over 240 55%" in drawn.text
    wrong = post(client, "curve", curve="trade-2024", **{**VALUES, "p50:trade-2024": "229"})
    assert "p50 (229) is not over p10 (230)" in wrong.text
    assert "<svg" not in wrong.text
    assert post(client, "curve", curve="no-such", **VALUES).status_code == 204


def test_a_fault_stands_at_its_field_and_what_was_typed_stays(client: TestClient) -> None:
    step_of(client, "trade-2024")
    data = {**VALUES, "p50:trade-2024": "x", "why:trade-2024": "The <b>autumn</b>"}
    page = post(client, "answers", **data)
    assert page.status_code == 422
    assert "is neither a number nor a day" in page.text
    assert 'value="230"' in page.text
    assert "The &lt;b&gt;autumn&lt;/b&gt;" in page.text
    one = post(client, "answers", **{**VALUES, "p90:trade-2024": ""})
    assert "the three values are one answer: this one is missing" in one.text
    none = post(client, "answers")
    assert "three values, as before, or skip it" in none.text
    crossed = post(client, "answers", **{**VALUES, "p90:trade-2024": "241"})
    assert "p90 (241) is not over p50 (241)" in crossed.text


def test_a_draft_is_kept_and_the_answer_is_shown_beside_the_others(client: TestClient) -> None:
    step_of(client, "trade-2024")
    assert post(client, "keep", **VALUES).status_code == 204
    kept = saved_session(Path("scenarios").absolute(), "west", date.fromisoformat(DAY))
    assert kept
    assert kept.answers["trade-2024"].probability == {"p10": 230, "p50": 241, "p90": 255}
    assert 'value="241"' in step_of(client, "trade-2024")
    post(client, "answers", **VALUES, **{"why:trade-2024": "Autumn"})
    page = client.get("/sitting/")
    for expected in ("Before", "236 (225 to 250)", "243 (232 to 256)", "242 (222 to 267)"):
        assert expected in page.text
    shown = post(client, "revise", **{**VALUES, "p90:trade-2024": "258"})
    assert "a revision needs a reason" in shown.text
    data = {**VALUES, "p90:trade-2024": "258", "why:trade-2024": "They see more."}
    post(client, "revise", **data)
    end = client.get("/sitting/stop/").text
    assert "p10 230, p50 241, p90 258" in end
    over = post(client, "end", stopped="yes")
    assert over.status_code == 200, over.text
    assert "p90: 258" in SHEET.read_text()
    assert "blind: p10=230 p50=241 p90=255" in SHEET.read_text()


def test_as_before_and_withdraw_are_answers(client: TestClient) -> None:
    step_of(client, "trade-2024")
    post(client, "answers", **{"p10:trade-2024": "withdraw"})
    kept = saved_session(Path("scenarios").absolute(), "west", date.fromisoformat(DAY))
    assert kept
    assert kept.answers["trade-2024"].probability is None
