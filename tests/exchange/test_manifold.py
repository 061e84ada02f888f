"""The JSON of Manifold: markets and bets."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from tests.exchange.foreign import DATA, arrived, by_id, said, told

FOLDER = DATA / "manifold"
MARKETS = json.loads((FOLDER / "markets.json").read_text())
BETS = json.loads((FOLDER / "bets.json").read_text())
MS = 1_772_370_299_000  # 2026-03-01 13:04:59 UTC


def test_a_market_is_a_scenario_and_a_bet_its_maker_s_forecast() -> None:
    found = arrived("manifold", FOLDER)
    assert told(found) == []
    assert by_id(found)["mkBridge"].record == {
        "title": "Will the bridge open in May 2026?",
        "question": "Will the bridge open in May 2026?",
        "resolution_criteria": "Opens to cars, says the city\n\n"
        "See https://manifold.markets/forecaster-1/will-the-bridge-open-in-may-2026",
        "opened": dt.date(2026, 3, 1),
        "horizon": dt.date(2026, 5, 31),
        "tags": ["city"],
        "resolution": {
            "outcome": "occurred",
            "date": dt.date(2026, 5, 12),
            "recorded": dt.date(2026, 5, 12),
            "basis": "Resolved as YES at Manifold;"
            " see https://manifold.markets/forecaster-1/will-the-bridge-open-in-may-2026",
        },
    }
    assert said(found) == [
        ("mkBridge", "forecaster-1", "2026-03-01 13:05", 0.62),
        ("mkBridge", "market", "2026-03-01 13:05", 0.62),
        ("mkBridge", "forecaster-2", "2026-03-02 23:30", 0.55),
        ("mkBridge", "market", "2026-03-02 23:30", 0.55),
        ("mkOpen", "forecaster-1", "2026-03-04 10:00", 0.31),
        ("mkOpen", "market", "2026-03-04 10:00", 0.31),
        ("mkDays/a2", "forecaster-1", "2026-03-04 10:00", 0.7),
        ("mkDays/a2", "market", "2026-03-04 10:00", 0.7),
    ]
    assert found.left_out == {
        "bets that Manifold made by itself": 1,
        "orders that nothing has met": 1,
        "pseudo numeric markets": 1,
        "forecasts of questions left out": 2,  # the trader's and the market's
    }


def test_each_resolution_is_an_outcome_and_one_to_a_probability_is_told() -> None:
    found = arrived("manifold", FOLDER)
    outcomes = {
        id: one.record.get("resolution", {}).get("outcome") for id, one in by_id(found).items()
    }
    assert outcomes == {
        "mkBridge": "occurred",
        "mkFair": "annulled",
        "mkRule": "annulled",
        "mkOpen": None,
        "mkNone": "did-not-occur",
        "mkDays/a1": None,
        "mkDays/a2": "occurred",
        "mkMany/b1": "occurred",
        "mkMany/b2": None,
    }
    assert found.remarks == (
        "1 question resolved to a probability (MKT), taken as annulled (mkFair)",
    )


def test_answers_that_sum_to_one_are_a_set_and_others_are_not() -> None:
    found = arrived("manifold", FOLDER)
    sets = {id: one.record.get("set") for id, one in by_id(found).items() if "/" in id}
    assert sets["mkDays/a1"] == sets["mkDays/a2"] in found.sets
    assert sets["mkMany/b1"] is sets["mkMany/b2"] is None


def test_markets_and_bets_come_in_one_object_in_one_list_or_by_line_as_well() -> None:
    both = said(arrived("manifold", FOLDER))
    for content, name in (
        (json.dumps({"markets": MARKETS, "bets": BETS}), "a.json"),
        (json.dumps([*MARKETS, *BETS]), "a.json"),
        ("\n".join(json.dumps(one) for one in [*BETS, *MARKETS]), "a.jsonl"),
        (json.dumps([{**MARKETS[0], "bets": BETS[:4]}, *MARKETS[1:], *BETS[4:]]), "a.json"),
    ):
        assert said(arrived("manifold", content, name)) == both


def test_bets_alone_are_on_the_markets_that_came_in_before() -> None:
    found = arrived("manifold", FOLDER / "bets.json")
    assert found.records == ()
    assert len(found.forecasts) == 5 * 2


def test_a_trader_called_market_is_not_the_market() -> None:
    forecasts = said(arrived("manifold", bet(userUsername="market")))
    assert [analyst for _, analyst, *_ in forecasts] == ["trader-market", "market"]


def market(**changed: Any) -> str:
    return json.dumps([{"id": "m", "question": "Will it?", "createdTime": MS} | changed])


def bet(**changed: Any) -> str:
    return json.dumps([{"contractId": "m", "createdTime": MS, "probAfter": 0.5} | changed])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (market(), "file:1: closeTime: empty is not a number of milliseconds"),
        (market(closeTime=10**18), "file:1: closeTime: 1e+18 is not a time in milliseconds"),
        (market(closeTime=MS // 1000), "closeTime: 1772370299 is not a time in milliseconds from"),
        (market(closeTime="2026-05-31"), "'2026-05-31' is not a number of milliseconds"),
        (market(closeTime=MS, resolution="MAYBE"), "'MAYBE' is not YES, NO, MKT or CANCEL"),
        (bet(probAfter=1.5), "file:1: probAfter: 1.5 is not a probability from 0 to 1"),
        (bet(probAfter=None), "file:1: probAfter: empty is not a probability from 0 to 1"),
        (bet(createdTime=-5), "file:1: createdTime: -5 is not a time in milliseconds"),
        ("[5]", "file:1: neither a market (question) nor a bet (contractId)"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_place(content: str, says: str) -> None:
    assert says in told(arrived("manifold", content))[0]
