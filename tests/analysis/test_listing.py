from __future__ import annotations

from typing import Any

from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import KnownEvidence, known_on
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import TrackRecord, track_records
from scenarios.analysis.review import listing
from scenarios.analysis.review.explanation import Explanation, explain
from scenarios.analysis.review.listing import IndicatorRow, ListFilter, SourceAccuracy
from scenarios.model import Database
from tests.analysis.words import database_of
from tests.records import START, day, near

FACTS = """s1 tags=war x:CC/due=50/chance=.1/theme=war; s2 set=s opened=20;
paper source=B; wire source=C url=https://w.org basis=Why.;
e @0 s1=C source=paper; f @4 s2=C retracted=6; g @5 theme=war; h @31;
desk@0 s1=.5 gone=.5 why=s1; desk@5 s1=-; desk@40 s1=.5"""


def facts(told: str = FACTS, on: int = 9) -> KnownEvidence:
    return known_on(database_of(told), day(on))


def ids(**wanted: Any) -> str:
    return "".join(row.id for row in listing.evidence(facts(), ListFilter(**wanted)))


def test_evidence_is_narrowed_by_subject_source_and_days() -> None:
    assert ids() == "efg"
    assert ids(scenario="s2") == ids(since=day(4), until=day(4)) == "f"
    assert ids(tag="war") == ids(source="paper") == "e"
    assert ids(set="s") == ids(scenario="s2")
    assert ids(theme="war") == ids(unrated=True) == "g"


def test_of_a_scenario_that_cannot_be_read_only_its_id_is_known() -> None:
    base = facts().database
    assert ListFilter(scenario="gone").subject(base, "gone")
    assert ListFilter(tag="war").subject(base, "gone")
    assert not ListFilter(scenario="s1").subject(base, "gone")


def test_a_retracted_item_is_listed_and_does_not_count() -> None:
    [row] = listing.evidence(facts(), ListFilter(scenario="s2"))
    told = ("Something was seen", "2022-01-05", day(4), None, "F6", None)
    assert astuple(row) == ("f", *told, ("s2",), False, None, None)


def test_indicators_of_open_scenarios() -> None:
    row = IndicatorRow(
        scenario="s1",
        indicator="x",
        statement="Something is seen",
        state="unobserved",
        since=None,
        strength=0.0,
        due=day(50),
        chance=0.1,
        theme="war",
        value=near(0.1467, abs=0.0001),
        diagnosticity=10.0,
        unique=True,
        ratings={"s1": "CC"},
    )
    for wanted in (ListFilter(), ListFilter(theme="war")):
        assert listing.indicators(facts(), wanted) == [row]
    for wanted in (ListFilter(tag="peace"), ListFilter(theme="energy")):
        assert listing.indicators(facts(), wanted) == []


def test_the_indicator_that_is_expected_to_tell_most_stands_first() -> None:
    telling = "sure:C/due=50/chance=.2 spread:CC+s2/II strong:CC/due=50/chance=.2"
    rows = listing.indicators(facts(f"s1 {telling}; s2"), ListFilter(by_value=True))
    assert [row.indicator for row in rows] == ["strong", "sure", "spread"]


def test_forecasts_up_to_the_day() -> None:
    assert [astuple(row) for row in listing.forecasts(facts(), ListFilter())] == [
        (START, "desk", "s1", 0.5, "Why.", f"{START}-desk"),
        (day(5), "desk", "s1", None, None, f"{day(5)}-desk"),
    ]


def test_a_source_is_listed_with_its_items() -> None:
    paper, wire = listing.sources(facts(), ListFilter())
    given = (1, SourceAccuracy(items=1, standing=1), paper.on_resolved, None, None)
    none = (0, SourceAccuracy(), paper.on_resolved, "https://w.org", "Why.")
    assert astuple(paper) == ("paper", "A wire", "B", *given)
    assert astuple(wire) == ("wire", "A wire", "C", *none)
    assert not any((paper.on_resolved.items, *astuple(wire.accuracy)))
    assert listing.sources(facts(), ListFilter(source="wire")) == [wire]


# One scenario, and what became of it


def ended(outcome: str) -> Database:
    """One scenario with a line for, a line against and an indicator, known on day 20."""
    seen = "e @0 s1=CC source=paper; f @0 s1=.9 source=wire; late @20 s1=CC source=late"
    fires = "g @0 s1/x=observed source=wire; h @0 s1/x=observed"
    one = f"s1 probability=.2 horizon=25 {outcome}=19/20 x:1.2 y:CC/due=10/if_absent=I"
    return database_of(f"{one}; {seen}; {fires}; desk@0 s1=.5")


def explained(outcome: str, on: int) -> Explanation:
    return explain(ended(outcome), "s1", day(on))


def test_explained_is_the_last_open_day() -> None:
    made, before = explained("occurred", 30), explained("occurred", 10)
    assert (made.state, made.outcome, made.ledger_day) == ("resolved", "occurred", day(18))
    assert (before.state, before.outcome, before.ledger_day) == ("open", None, day(10))
    assert made.implied
    assert made.gap_decibans == -made.implied.decibans
    assert made.stated is not None
    assert (made.stated.probability, made.stated.analysts) == (0.5, 1)
    unsaid = explain(database_of("s1"), "s1", day(9))
    assert (unsaid.stated, unsaid.gap_decibans) == (None, None)


def test_each_line_pointed_one_way() -> None:
    made = explained("occurred", 30).post_mortem
    assert made is not None
    toward = [("e", "direct", 10.0, ("e",)), ("s1/x", "indicator", near(0.791812), ("g", "h"))]
    assert [astuple(one) for one in made.right] == toward
    against = ("f", "direct", near(-0.457575), ("f",))
    assert [astuple(one) for one in made.wrong] == [("s1/y", "absence", -5.0, ()), against]
    other = explained("did-not-occur", 30).post_mortem
    assert other is not None
    right = [("s1/y", 5.0), ("f", near(0.457575))]
    assert [(one.id, one.decibans) for one in other.right] == right
    wrong = [("e", -10.0), ("s1/x", near(-0.791812))]
    assert [(one.id, one.decibans) for one in other.wrong] == wrong


def records(outcome: str, on: int) -> dict[str, TrackRecord]:
    db = ended(outcome)
    return track_records(known_on(db, day(on)), DailyLedgers(db).odds_on)


def test_a_source_is_judged_by_what_it_gave_on_resolved_scenarios() -> None:
    assert records("occurred", 30) == {
        "paper": TrackRecord(items=1, toward_decibans=10.0, against_decibans=0.0),
        "wire": TrackRecord(
            items=2, toward_decibans=near(0.395906), against_decibans=near(0.457575)
        ),
    }
    against = TrackRecord(items=1, toward_decibans=0.0, against_decibans=10.0)
    assert records("did-not-occur", 30)["paper"] == against


def test_nothing_is_judged_while_open_nor_when_annulled() -> None:
    for outcome, on in (("occurred", 19), ("annulled", 30)):
        assert explained(outcome, on).post_mortem is None
        assert records(outcome, on) == {}
