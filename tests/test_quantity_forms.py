"""Forms of quantities: asked as a number or a day, forecast by three values, rated, resolved."""

from __future__ import annotations

import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from scenarios.cli import parsing
from scenarios.workspace.inbox import propose
from scenarios.workspace.input import typed_in
from tests.serve.desks import reader
from tests.serve.forms import Sent, as_analyst, hidden, send

TRADE = Path(__file__).parent / "data" / "trade"
NEW = {
    "id": "gas-flow",
    "title": "Gas",
    "question": "How much?",
    "criteria": "Customs.",
    "horizon": "2025-12-31",
    "basis": "Last year",
    "prior": "p10=20 p50=30 p90=40",
    "quantity": "number",
    "quantity:unit": "billion cubic metres",
    "quantity:thresholds": "25, 35",
}


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (typed_in, parsing):
        monkeypatch.setattr(module, "today", lambda: date(2024, 10, 21))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Path(shutil.copytree(TRADE, tmp_path / "scenarios"))


@pytest.fixture
def client(desk: Path) -> TestClient:
    client = reader(desk)
    as_analyst(client, "west")
    return client


def filled(client: TestClient, form: str, **more: Any) -> Sent:
    return send(client, form, more)


def test_a_number_is_asked_with_its_unit_thresholds_and_prior(
    client: TestClient, desk: Path
) -> None:
    sent = send(client, "scenario", NEW)
    assert sent.is_saved, sent.text
    text = (desk / "gas-flow.yaml").read_text()
    assert "kind: number\n  unit: billion cubic metres\n  thresholds:\n    - 25\n    - 35" in text
    assert "quantiles:\n    p10: 20\n    p50: 30\n    p90: 40" in text


def test_a_date_has_days_and_what_is_wrong_stands_at_its_field(
    client: TestClient, desk: Path
) -> None:
    dates = {**NEW, "quantity": "date", "quantity:thresholds": "2025-06-30"}
    dates["prior"] = "p10=2025-01-31 p50=2025-06-30"
    sent = send(client, "scenario", dates)
    assert "a date has no unit" in sent.faults["quantity_unit"]
    sent = send(client, "scenario", {**dates, "quantity:unit": ""})
    assert sent.is_saved, sent.text
    assert "kind: date" in (desk / "gas-flow.yaml").read_text()
    missing = send(client, "scenario", {**NEW, "id": "x", "quantity:unit": ""})
    assert missing.status == 422
    none = send(client, "scenario", {**NEW, "id": "x", "quantity": ""})
    assert "say first what it asks for" in none.faults["quantity"]
    word = send(client, "scenario", {**NEW, "id": "x", "quantity:thresholds": "25, many"})
    assert "is neither a number nor a day" in word.faults["quantity_thresholds"]
    assert 'value="25, many"' in word.page
    crossed = send(client, "scenario", {**NEW, "id": "x", "prior": "p10=30 p50=20"})
    assert "values rise" in crossed.faults["prior"]
    far = send(client, "scenario", {**NEW, "id": "x", "quantity:thresholds": "25, 900"})
    assert far.status == 422
    assert "900" in far.text


VALUES = {"probability:p10": "230", "probability:p50": "241", "probability:p90": "255"}


def test_a_quantity_is_forecast_in_three_fields(client: TestClient, desk: Path) -> None:
    page = client.get("/record/forecast/?scenario=trade-2024").text
    assert "With one chance in ten it stays under" in page
    crossed = {**VALUES, "probability:p50": "229", "rationale": "An <i>idea</i>"}
    sent = filled(client, "forecast", scenario="trade-2024", **crossed)
    assert "p50 (229) is not over p10 (230)" in sent.faults["probability_p50"]
    assert "An &lt;i&gt;idea&lt;/i&gt;" in sent.page
    one = filled(client, "forecast", scenario="trade-2024", **{**VALUES, "probability:p90": "x"})
    assert "is neither a number nor a day" in one.faults["probability_p90"]
    sent = filled(client, "forecast", scenario="trade-2024", **VALUES, rationale="Autumn")
    assert sent.is_saved, sent.text
    assert "241" in (desk / "forecasts/2024/2024-10-21-west.yaml").read_text()


def test_proposed_quantiles_are_not_shown_before_the_own_ones(
    client: TestClient, desk: Path
) -> None:
    by = {"by": "agent", "name": "reader", "on": "2024-10-20"}
    draft = {"scenario": "trade-2024", "quantiles": {"p10": 232, "p50": 243.5}, "rationale": "Sum"}
    propose(desk, [{"proposed": by, "forecast": draft}])
    page = client.get("/inbox/").text
    (address,) = re.findall(r'href="(/record/forecast/[?]proposal=[^"]*)"', page)
    form = client.get(unescape(address)).text
    assert "With one chance in ten it stays under" in form
    assert "243.5" not in page + form
    own = hidden(form)
    fields = {"scenario": "trade-2024", **VALUES, "rationale": "Autumn"}
    sent = send(client, "forecast", fields, own=own)
    assert sent.is_saved, sent.text
    assert "suggested p10 232, p50 243.5" in sent.text
    sheet = (desk / "forecasts/2024/2024-10-21-west.yaml").read_text()
    assert "quantiles:\n  trade-2024:\n    p10: 230\n    p50: 241\n    p90: 255\n" in sheet
    assert "suggested: p10 232, p50 243.5" in sheet


def test_a_value_of_a_quantity_is_its_outcome(client: TestClient, desk: Path) -> None:
    page = client.get("/record/resolution/?scenario=trade-2024").text
    assert "Its value" in page
    wrong = filled(client, "resolution", scenario="trade-2024", outcome="much", basis="B")
    assert wrong.status == 422
    assert "much" in wrong.page
    sent = filled(client, "resolution", scenario="trade-2024", outcome="244.8", basis="Customs")
    assert sent.is_saved, sent.text
    assert "value: 244.8" in (desk / "trade-2024.yaml").read_text()


def test_a_row_is_rated_with_an_item_and_by_itself(client: TestClient, desk: Path) -> None:
    page = client.get("/record/evidence/").text
    assert "Trade between China and Russia in 2024: over 240 billion dollars" in page
    item = {"summary": "Figures of October", "rate:trade-2024/240": "C"}
    sent = send(client, "evidence", item)
    assert sent.is_saved, sent.text
    assert (
        "trade-2024/240: C"
        in (desk / "evidence/2024/2024-10-21-figures-of-october.yaml").read_text()
    )
    gone = send(client, "evidence", {"summary": "More", "rate:trade-2024/241": "C"})
    assert "no row 'trade-2024/241'" in gone.text
