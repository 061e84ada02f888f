"""Proposals wait by age, each with the open or ended questions that it is about."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from scenarios.analysis.review.inbox import draft_forecast_faults, proposals
from scenarios.drafts import EvidenceDraft, ForecastDraft, Proposal, Repeat
from scenarios.model import Database
from scenarios.values import ProposalOrigin
from tests.analysis.test_quantities import example
from tests.records import database, day, item, resolution, scenario


def proposed(on: int) -> ProposalOrigin:
    return ProposalOrigin(by="agent", name="reader", on=day(on))


def test_the_oldest_proposal_comes_first_and_names_a_renamed_an_ended_and_no_unknown_scenario() -> (
    None
):
    records = database(
        scenarios={
            "pact": scenario(formerly=("treaty",)),
            "war": scenario(resolution=resolution("occurred", day(3))),
        }
    )
    draft = EvidenceDraft("Talks begin", ratings={"treaty": "C"})
    waiting = {
        "later": Proposal(proposed(5), evidence=draft, scenarios=("war", "nowhere", "pact")),
        "earlier": Proposal(proposed(4), forecast=ForecastDraft("pact", 0.3)),
    }
    rows = proposals(waiting, records, day(7)).proposals
    assert [(row.id, row.days) for row in rows] == [("earlier", 3), ("later", 2)]
    assert [(row.scenarios, row.ended) for row in rows] == [
        (("pact",), ()),
        (("war", "pact"), ("war",)),
    ]


QUANTILES: dict[str, Any] = {"p10": 232, "p50": 243, "p90": 256}


@pytest.mark.parametrize(
    ("draft", "faults"),
    [
        (None, []),
        (ForecastDraft("nothing", 0.3), []),
        (ForecastDraft("pact", 0.3), []),
        (ForecastDraft("trade-2024", None, QUANTILES), []),
        (
            ForecastDraft("trade-2024", 0.3),
            [(("probability",), "'trade-2024' is a quantity, and has no probability")],
        ),
        (
            ForecastDraft("pact", None, QUANTILES),
            [(("quantiles",), "'pact' has a yes or a no, and no quantiles")],
        ),
        (
            ForecastDraft("trade-2024", None, QUANTILES | {"p50": 256.5}),
            [(("quantiles", "p90"), "p90 (256) is not over p50 (256.5)")],
        ),
    ],
)
def test_a_proposed_figure_is_of_the_kind_of_its_question(
    draft: ForecastDraft | None, faults: list[tuple[tuple[str, ...], str]]
) -> None:
    records = msgspec.structs.replace(
        example(), scenarios={**example().scenarios, "pact": scenario()}
    )
    proposal = Proposal(proposed(4), forecast=draft)
    wrong = [*draft_forecast_faults(records, proposal)]
    assert [(fault.keys, fault.message) for fault in wrong] == [
        (("forecast", *keys), message) for keys, message in faults
    ]
    assert all(fault.hint for fault in wrong)


def test_what_was_suggested_is_said_in_words() -> None:
    chance = Proposal(proposed(4), forecast=ForecastDraft("pact", 0.3))
    assert chance.proposer.suggested == "probability 0.3"
    values = Proposal(proposed(4), forecast=ForecastDraft("trade-2024", None, QUANTILES))
    assert values.proposer.suggested == "p10 232, p50 243, p90 256"


def story(by: Literal["feed", "agent"], name: str, summary: str, **keys: Any) -> Proposal:
    about = ProposalOrigin(by=by, name=name, on=day(4))
    return Proposal(about, evidence=EvidenceDraft(summary, **keys))


def suggestions(
    waiting: dict[str, Proposal], records: Database
) -> list[tuple[str, str | None, str | None]]:
    rows = proposals(waiting, records, day(7)).proposals
    return [(row.id, row.event, row.origin) for row in rows]


TALKS = "Moscow and Beijing begin talks"


def test_what_outlets_tell_alike_gets_the_event_and_origin_of_the_first_of_the_best_rank() -> None:
    waiting = {
        "agent": story("agent", "reader", TALKS),
        "wire": story("feed", "wire", TALKS, source="tass"),
        "alone": story("feed", "wire", "A match ends"),
        "own": story("feed", "news", TALKS, event="talks", origin="kremlin"),
    }
    assert suggestions(waiting, database()) == [
        ("alone", None, None),
        ("own", "talks", "kremlin"),
        ("wire", "talks", "kremlin"),
        ("agent", "talks", "kremlin"),
    ]


def test_what_an_agent_tells_alike_makes_no_group_of_a_feed() -> None:
    waiting = {"agent": story("agent", "reader", TALKS), "wire": story("feed", "wire", TALKS)}
    assert suggestions(waiting, database()) == [("wire", None, None), ("agent", "wire", None)]


def test_one_outlet_makes_no_group_and_a_recorded_item_gives_its_event() -> None:
    address = "https://example.org/"
    waiting = {
        name: story("feed", "wire", TALKS, url=f"{address}{name}", observed=str(day(2)))
        for name in ("a", "b")
    }
    assert suggestions(waiting, database()) == [("a", None, None), ("b", None, None)]
    recorded = msgspec.structs.replace(
        item(), summary=TALKS, observed=str(day(3)), event="talks", source="tass"
    )
    records = database(evidence={f"{day(3)}-talks": recorded})
    assert suggestions(waiting, records) == [("a", "talks", "tass"), ("b", "talks", "tass")]


def test_what_others_repeated_is_an_event_by_itself_where_a_mark_is_of_its_rank() -> None:
    wire = story("feed", "wire", TALKS)
    mark = Repeat(by="feed", name="news", on=day(4), url="https://example.org/1")
    marked, old = (
        msgspec.structs.replace(wire, repeats=repeats)
        for repeats in ((mark,), ("https://example.org/1",))
    )
    assert suggestions({"wire": marked}, database()) == [("wire", "wire", None)]
    assert suggestions({"wire": old}, database()) == [("wire", None, None)]
