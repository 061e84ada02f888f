from __future__ import annotations

from typing import Any

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.review.agenda import agenda
from scenarios.model import Clarification, Tracker
from scenarios.render.documents.session import answer_text, criteria_text, past_due_text, topic_text
from tests.records import (
    START,
    database,
    day,
    indicator,
    item,
    resolution,
    retraction,
    scenario,
    sheet,
)

NOW = day(20)
CLARIFIED = (Clarification(day(5), "By a text."),)


def text(tracker: Tracker | None = None, stated: float | None = 0.37, **records: Any) -> str:
    """The first scenario of the agenda as it is put to the desk, which forecast it on a day."""
    said = {"2022-01-04-desk": sheet(day(3), {"s1": stated}, rationales={"s1": "So it seems."})}
    db = database(tracker, **{"scenarios": {"s1": scenario()}, "sheets": said, **records})
    topic = agenda(db, "desk", NOW).groups[0][0]
    return topic_text(topic, known(db, NOW), "1/9", "icd-203", 80)


def test_a_scenario_begins_with_the_analysts_own_last_word() -> None:
    for tracker, stated, own in (
        (None, None, "you withdrew your forecast on 2022-01-04"),
        (Tracker(forecast_expires_days=9), 0.37, "expired: you said 37% (unlikely) on 2022-01-04"),
    ):
        lines = ("Question?", own, "  So it seems.", "nothing new since then")
        assert text(tracker, stated).split("\n  ") == ["1/9 s1: Title", *lines]


def test_news_are_told_without_their_ratings() -> None:
    watched = {"x": indicator({"s1": "C"})}
    made = text(
        Tracker(sets={"b": "B"}),
        scenarios={
            "s1": scenario(set="b", indicators=watched, clarifications=CLARIFIED),
            "s2": scenario(set="b", resolution=resolution("did-not-occur", day(6))),
            "s3": scenario(set="b", opened=day(21)),
        },
        evidence={
            "2022-01-03-gone": item(day(2), ratings={"s1": "C"}, retracted=retraction(day(9))),
            "2022-01-06-e": item(day(5), indicators={"s1/x": "observed"}),
            "2022-01-04-e": item(day(3), ratings={"s1": "CC"}),
        },
    )
    expected = """
  new since 2022-01-04:
    - 2022-01-06 (F6) Something was seen [2022-01-06-e]
    - x is observed, was unobserved: Something is seen
    - retracted: Something was seen [2022-01-03-gone]: Wrong.
    - clarified on 2022-01-06: By a text.
    - s2: did not occur
  1 item of 2022-01-04 itself, perhaps after you spoke: scen list evidence
    --scenario s1 --since 2022-01-04 --until 2022-01-04"""
    assert made.endswith(f"\n  you said 37% (unlikely) on 2022-01-04\n    So it seems.{expected}")


def test_of_many_news_the_newest_ten_are_told_and_the_rest_counted() -> None:
    evidence = {f"2022-01-{n:02}-e": item(day(n - 1), ratings={"s1": "N"}) for n in range(5, 17)}
    made = text(evidence=evidence).split("\n")
    assert made[5] == "    - 2 earlier items: scen list evidence --scenario s1"
    assert [line[6:16] for line in made[6:]] == [f"2022-01-{n:02}" for n in range(7, 17)]


def test_what_decides_a_question_is_told_in_full() -> None:
    one = scenario(clarifications=CLARIFIED)
    assert criteria_text(one) == "Criteria.\nIts last day is 2022-12-31.\n2022-01-06: By a text."


def test_an_indicator_past_due_says_what_its_absence_does() -> None:
    for absent, counts in (({"if_absent": "I"}, ""), ({"chance": 0.1}, ""), ({}, " 0")):
        watched = indicator({"s1": "C"}, due=day(9), **absent)
        db = database(scenarios={"s1": scenario(indicators={"x": watched})})
        (one,) = agenda(db, "desk", NOW).past_due
        last = past_due_text(one, 80).split("\n  ")[-1]
        assert last == f"watched for since {START}, due 2022-01-10: its absence counts{counts}"


def test_an_answer_is_told_in_a_line() -> None:
    assert answer_text(0.37, "So it seems.") == "0.37, So it seems."
    assert answer_text(None, None) == "withdraw"
