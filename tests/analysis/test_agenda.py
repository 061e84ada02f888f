from __future__ import annotations

from datetime import date

from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import criteria_text, known_on
from scenarios.analysis.forecasts import StandingForecast, refusal
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.review.agenda import (
    OverdueIndicator,
    RecentNews,
    ReviewAgenda,
    ScenarioQuestion,
    agenda,
    counted_absent,
    offered,
    without_evidence,
)
from scenarios.model import Clarification, Database
from tests.analysis.words import database_of
from tests.records import database, databases, day, indicator

NOW = day(20)


def topics(db: Database | str, on: date = NOW) -> list[ScenarioQuestion]:
    """What the desk is asked, in order."""
    return [topic for group in due(db, on=on).groups for topic in group]


def due(db: Database | str, *only: str, on: date = NOW) -> ReviewAgenda:
    return agenda(database_of(db) if isinstance(db, str) else db, "desk", on, only)


def topic(db: Database | str, id: str = "s1") -> ScenarioQuestion:
    return next(one for one in topics(db) if one.id == id)


# -- what is due ----------------------------------------------------------------------------------


def test_of_some_scenarios_alone_only_what_is_theirs_is_due() -> None:
    db = "s1 x:C/due=4; past horizon=10 first:C/due=4; other horizon=9; unrated @2"
    first = OverdueIndicator(
        scenario="past", id="first", indicator=indicator({"past": "C"}, due=day(4))
    )
    assert due(db, "past") == ReviewAgenda(past_due=(first,), overdue=("past",))
    assert [one.id for group in due(db, "s1").groups for one in group] == ["s1"]


@given(databases())
def test_each_open_question_is_asked_once_whatever_is_known_of_it(db: Database) -> None:
    asked = [one.id for one in topics(db, on=day(300))]
    assert sorted(asked) == sorted(id for id in db.scenarios if not refusal(db, id, day(300)))
    assert topics(db, on=date(2021, 12, 31)) == []


# -- what is new ----------------------------------------------------------------------------------


def test_news_are_what_became_known_after_the_analysts_last_forecast() -> None:
    s1 = "s1 set=s x:C y:C z:C clear=3:a clear=4:b clear=21:c"
    rivals = "s2 set=s; s3 set=s did-not-occur=3; s4 set=s did-not-occur=4"
    old = "seen @2 s1/y=observed; gone @2 s1=C retracted=9; kept @2 s1=C; same @3 s1=C"
    new = "brief @4 s1=C retracted=9; second @5 s1/x=observed; first @4 s1=N; other @4 s2=N"
    said = "later @31 s1=C; desk@3 s1=.3; ann@9 s1=.5; desk@1 s1=.2; desk@30 s1=.9"
    made = topic(f"{s1}; {rivals}; {old}; {new}; {said}")
    assert made.last
    own = f"{day(3)}-desk"
    assert astuple(made.last) == (own, day(3), "desk", 0.3, None, (), None)
    assert made.standing == StandingForecast(probability=0.3, date=day(3), sheet=own)
    [change] = made.fresh.indicators
    states = ("unobserved", "observed")
    assert astuple(change) == ("s1", "x", "Something is seen", *states, ("second",))
    assert made.fresh == RecentNews(
        evidence=("first", "second"),
        same_day=("same",),
        retracted=("gone",),
        indicators=(change,),
        clarifications=(Clarification(day(4), "b"),),
        decided=("s4",),
    )


def test_what_is_new_for_a_set_is_offered_once_in_the_order_of_its_records() -> None:
    db = database_of(
        "s1 set=s; s2 set=s; b @4 s1=C s2=I; a @5 s2=C; c @2 s1=C; d @4 s1=N; desk@1 s1=.3 s2=.7"
    )
    [group] = due(db).groups
    assert [topic.fresh.evidence for topic in group] == [("b", "a"), ("c", "b", "d")]
    assert offered(group, known_on(db, NOW)) == ("c", "b", "d", "a")


def test_to_an_analyst_who_never_spoke_all_that_is_known_is_new() -> None:
    made = topic("s1 probability=.2 opened=5; ann@9 s1=.5; e @1 s1=CC")
    assert (made.last, made.standing, made.fresh) == (None, None, RecentNews(evidence=("e",)))


def test_a_reason_is_kept_while_the_figure_is_only_reaffirmed() -> None:
    made = topic("s1; desk@1 s1=.2 why=s1; desk@8 s1=.2")
    assert made.last
    assert made.reasoned
    assert (made.last.date, made.last.rationale) == (day(8), None)
    assert (made.reasoned.date, made.reasoned.rationale) == (day(1), "Why.")


# -- what an answer rests on ----------------------------------------------------------------------


def test_a_change_in_what_an_answer_rests_on_is_seen_and_no_other() -> None:
    def grounds(changes: str = "") -> str:
        return topic(
            f"s1 set=s; s2 set=s; s3 set=s; s4; e @2 s1=C; desk@3 s1=.5; {changes}"
        ).grounds

    was = grounds()
    for change in (
        "e @2 s1=CC",
        "e @2 s1=C notes=No.",
        "e -",
        "desk@4 s1=.5",
        "s1 set=s horizon=99",
        "s2 set=s did-not-occur=9",
        "s1 set=s clear=9:So",
    ):
        assert grounds(change) != was, change
    assert grounds("f @2 s4=C; g @29 s1=C; ann@9 s1=.9") == was


def test_what_was_seen_and_not_recorded_counts_as_absent_for_its_scenario_and_its_rivals() -> None:
    db = database_of(
        "s1 set=s x:C/due=3/chance=.1 y:C; s2 set=s; s3 z:C/due=3/chance=.2; e @2 s3/z=observed"
    )
    seen = ("s1/x", "s1/y", "s3/z", "s4/x")
    assert counted_absent(db, NOW, seen) == {"s1": ("s1/x",), "s2": ("s1/x",)}


def test_the_criteria_end_with_the_last_day_and_the_clarifications() -> None:
    [asked] = database_of("s1 horizon=9 clear=3:So").scenarios.values()
    said = [asked.resolution_criteria, f"Its last day is {day(9)}.", f"{day(3)}: So"]
    assert criteria_text(asked).split("\n") == said


# -- without a look at the evidence ---------------------------------------------------------------


@given(databases())
def test_without_evidence_what_is_implied_is_the_prior(db: Database) -> None:
    blind = without_evidence(db)
    bare = {
        id: replace(one, indicators={}, prior=replace(one.prior, includes=()))
        for id, one in db.scenarios.items()
    }
    prior = database(db.tracker, scenarios=bare)
    for id, one in db.scenarios.items():
        assert ledger(known_on(blind, NOW), id).implied == ledger(known_on(prior, NOW), id).implied
        assert list(blind.scenarios[id].indicators) == list(one.indicators)


def test_without_evidence_no_absence_has_a_worth() -> None:
    blind = without_evidence(database_of("s1 x:C/due=3/chance=.1"))
    assert blind.scenarios["s1"].indicators == {"x": indicator({"s1": "C"}, due=day(3))}
