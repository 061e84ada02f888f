"""What each finding tells on 2022-01-10 (day 9) of a week that began on 2022-01-03 (day 2).

They are told in findings.txt, in the words of tests/analysis/words.py; of a scenario that breaks
more rules, only the one of the title is told.
"""

from __future__ import annotations

import pytest

from scenarios.analysis.period.period import window
from scenarios.analysis.rules import consistency, every_rule, files
from scenarios.analysis.rules.finding import Finding, of_evidence, of_scenario
from scenarios.analysis.rules.findings import RULES, findings
from tests.analysis.test_chronicle import held
from tests.analysis.words import Records, judged, records_of, stories_of, write
from tests.records import day

TOLD = stories_of("findings.txt")


def found(text: str) -> tuple[Finding, ...]:
    records, on = records_of(text)
    return findings(window(held(records), day(2), day(on)))


def of_the_rule(title: str, records: Records, on: int) -> list[str]:
    """What is found by the rule that the title of a story begins with."""
    rule = title.partition(":")[0]
    every = findings(window(held(records), day(2), day(on)))
    return [f"{one.subject}: {one.message}" for one in every if one.rule == rule]


@pytest.mark.parametrize("lines", TOLD, ids=[lines[0].rstrip(".") for lines in TOLD])
def test_a_rule_finds_what_its_cases_say(lines: list[str]) -> None:
    assert judged(lines, of_the_rule) == lines


def test_the_cases_are_written_anew_where_that_is_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("renew"):
        write("findings.txt", (judged(lines, of_the_rule) for lines in TOLD))


def test_every_rule_has_cases_and_its_own_id() -> None:
    assert {lines[0].partition(":")[0] for lines in TOLD} == {rule.id for rule in RULES}
    lists = (files.RULES, consistency.RULES, RULES)
    assert list(every_rule.RULES) == [rule.id for rules in lists for rule in rules]


def test_a_fresh_and_tidy_database_needs_no_attention() -> None:
    assert found("s1 x:C y:C z:C; e @0 s1=C grade=B2; a desk@5 s1=.6 why=s1") == ()


def test_findings_come_rule_by_rule() -> None:
    assert found("s1 horizon=5; e @0") == (
        of_scenario("overdue", "s1", "its horizon passed 4 days ago: resolve it", "horizon"),
        of_evidence("unrated", "e", "rates no scenario: scen rate e"),
        of_scenario("few-indicators", "s1", "0 diagnostic indicators; 3 are wanted", "indicators"),
        of_scenario("not-reviewed", "s1", "no forecast since it opened"),
    )


def test_items_with_one_address_are_one_finding_however_many() -> None:
    items = (f"e{n:03} @0 url=https://example.org/a" for n in range(400))
    [one] = [it for it in found(";".join(items)) if it.rule == "possible-duplicate"]
    first = ", ".join(f"e00{n}" for n in range(5))
    why = "they share an address; give all one event, or retract the rest"
    assert (one.subject, one.message) == (
        "e399",
        f"may be the same as {first} and 394 more: {why}",
    )
