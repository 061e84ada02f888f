"""Proposals wait by age, each with the open or ended questions that it is about."""

from __future__ import annotations

from scenarios.analysis.review.listing import proposals
from scenarios.proposal import EvidenceDraft, ForecastDraft, Proposal
from scenarios.values import Proposed
from tests.records import database, day, resolution, scenario


def proposed(on: int) -> Proposed:
    return Proposed(by="agent", name="reader", on=day(on))


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
