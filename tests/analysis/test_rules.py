"""The rules beside their cases, which are in findings.txt and faults.txt."""

from __future__ import annotations

import pytest

from scenarios.analysis.period.period import window
from scenarios.analysis.rules import consistency
from scenarios.analysis.rules.findings import EVERY_RULE, RULES, findings
from scenarios.analysis.rules.rule import Finding, of_evidence, of_scenario
from scenarios.model import Tracker
from scenarios.text import MOST_HINTS
from tests.analysis.test_cases import faults
from tests.analysis.words import database_of, records_of, stories_of
from tests.records import day, item


def found(text: str) -> tuple[Finding, ...]:
    return findings(window(database_of(text), day(2), day(9)))


def test_every_finding_has_cases_and_every_rule_its_own_id() -> None:
    titles = {lines[0].partition(":")[0] for lines in stories_of("findings.txt")}
    assert titles == {rule.id for rule in RULES}
    lists = (consistency.FILE_RULES, consistency.RULES, RULES)
    assert list(EVERY_RULE) == [rule.id for rules in lists for rule in rules]


def test_a_fresh_and_tidy_database_needs_no_attention() -> None:
    assert found("s1 x:C y:C z:C; e @0 s1=C grade=B2; a desk@5 s1=.6 why=s1") == ()


def test_findings_come_rule_by_rule() -> None:
    assert found("s1 horizon=5; s2; e @0") == (
        of_scenario("overdue", "s1", "its horizon passed 4 days ago: resolve it", "horizon"),
        of_evidence("unrated", "e", "rates no scenario: scen rate e"),
        of_scenario("few-indicators", "s2", "0 diagnostic indicators; 3 are wanted", "indicators"),
        of_scenario("not-reviewed", "s2", "no forecast since it opened"),
    )


def test_items_with_one_address_are_one_finding_however_many() -> None:
    items = (f"e{n:03} @0 url=https://example.org/a" for n in range(400))
    [one] = [it for it in found(";".join(items)) if it.rule == "possible-duplicate"]
    first = ", ".join(f"e00{n}" for n in range(5))
    why = "they share an address; give all one event, or retract the rest"
    assert one.subject == "e399"
    assert one.message == f"may be the same as {first} and 394 more: {why}"


@pytest.mark.parametrize("name", ["military-pac{}=C", "s/talk{}=observed"])
def test_many_unknown_names_are_compared_with_the_known_up_to_a_limit(name: str) -> None:
    names = " ".join(name.format(n) for n in range(MOST_HINTS + 1))
    records, _ = records_of(f"military-pact; s talks:C; 2022-01-01-e @0 {names}")
    hints = [fault.hint is None for *_, fault in faults(records)]
    assert hints == [False] * MOST_HINTS + [True]


def test_what_has_no_theme_and_no_analyst_needs_none_declared() -> None:
    records, _ = records_of("s x:C y:C; 2022-01-01-e @0 s=C")
    tracker = Tracker(themes={"energy": "E"}, analysts={"desk": "D"})
    assert faults({**records, "tracker": tracker}) == []


def test_many_unknown_themes_are_compared_with_the_declared_up_to_a_limit() -> None:
    themed = {f"2022-01-01-v{n}": item(theme=f"energy{n}") for n in range(MOST_HINTS + 1)}
    tracker = Tracker(themes={"energy": "E"})
    hints = [fault.hint for *_, fault in faults({"tracker": tracker, **themed})]
    assert hints[::MOST_HINTS] == ["did you mean 'energy'?", "declare it there, under 'themes'"]
