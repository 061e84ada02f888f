"""What waits for a judgement, in what order, and whose it is."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import TO_DECIDE, Decision, brief, review
from scenarios.analysis.rules.findings import RULES
from scenarios.model import Database
from scenarios.render.document import Items, plain
from scenarios.render.documents.brief import _PHRASES, to_decide
from tests.analysis.words import database_of
from tests.records import day


def decided(base: Database) -> dict[str, Decision]:
    looked = window(base, day(20), day(30))
    return {row.rule: row for row in brief(looked, review(looked)).decisions}


def told(base: Database, *, every: bool = False) -> list[str]:
    looked = window(base, day(20), day(30))
    made = brief(looked, review(looked))
    blocks = to_decide(made.decisions, made.scenarios, base, every=every)
    return [plain(row.text) for block in blocks if isinstance(block, Items) for row in block.rows]


def test_each_rule_that_waits_for_a_judgement_is_a_rule_and_has_its_words() -> None:
    assert {*TO_DECIDE} <= {rule.id for rule in RULES}
    assert {*TO_DECIDE} == _PHRASES.keys()


def test_those_are_asked_whose_forecasts_stand_or_who_forecast_last() -> None:
    base = database_of("a; b; c; ann@1 a=.5; bo@2 a=.6; ann@3 b=.5; ann@5 b=-")
    found = decided(base)["not-reviewed"]
    assert (found.kind, {*found.subjects}, found.analysts) == (
        "scenario",
        {"a", "b", "c"},
        ("ann", "bo"),
    )
    assert decided(database_of("c"))["not-reviewed"].analysts == ()


def test_an_item_is_judged_by_who_recorded_it_and_a_sum_by_who_forecast_it() -> None:
    base = database_of("a; e @25; f @26")
    known = {**base.evidence, "f": replace(base.evidence["f"], analyst="cy")}
    found = decided(replace(base, evidence=known))["unrated"]
    assert (found.kind, found.subjects, found.analysts) == ("evidence", ("e", "f"), ("cy",))
    sums = decided(database_of("a set=s; b set=s; bo@25 a=.5 b=.6"))["sum-not-one"]
    assert (sums.kind, sums.subjects, sums.analysts) == ("forecasts", ("s",), ("bo",))
    priors = decided(database_of("a set=s probability=.4; b set=s probability=.4"))["sum-not-one"]
    assert (priors.kind, priors.analysts) == ("tracker", ())


def test_the_urgent_comes_first_and_the_widest_gap_before_others() -> None:
    base = database_of(
        "a probability=.2; b probability=.2; old horizon=10; ann@25 a=.6 b=.95; ann@1 old=.5"
    )
    found = decided(base)
    assert [*found] == [rule for rule in TO_DECIDE if rule in found]
    assert next(iter(found)) == "overdue"
    assert found["gap"].subjects == ("b", "a")


def test_it_says_what_to_do_in_plain_verbs_and_who() -> None:
    base = database_of("a probability=.2; old horizon=10; ann@25 a=.6; ann@1 old=.5")
    assert told(base)[0] == "Say how it ended, whose day is past: “Title” (ann)."
    gap = "Follow the evidence, or say why not: “Title”, we say 60%, it says 20% (ann)."
    assert gap in told(base)


def test_many_subjects_and_analysts_are_counted() -> None:
    ids = [f"q{n}" for n in range(9)]
    sheets = "; ".join(f"{who}@1 " + " ".join(f"{id}=.9" for id in ids) for who in "abcd")
    base = database_of("; ".join(f"{id} probability=.2" for id in ids) + f"; {sheets}")
    gap, again = told(base)[:2]
    assert gap.endswith("; and 6 more (4 analysts).")
    assert again == "Forecast all 9 open questions again (4 analysts)."
    few = told(database_of("a; b; ann@1 a=.5; bo@1 a=.5; cy@1 b=.5"))
    assert few == ["Forecast again: “Title” and “Title” (ann, bo and cy)."]


def test_what_is_not_urgent_can_wait_unless_all_is_wanted() -> None:
    base = database_of(
        "a set=s probability=.2 x:CC/due=21/statement=Talks; b set=s probability=.9 implies=a;"
        " old horizon=10; e @25; f @26 a=CC reliability=E origin=one;"
        " ann@1 a=.2 b=.3; ann@24 a=.6 b=.7"
    )
    rules = [*decided(base)]
    assert len(rules) > 5
    shown = told(base)
    assert len(shown) == 6
    assert shown[-1] == f"{len(rules) - 5} matter{'s' * (len(rules) > 6)} more can wait."
    every = told(base, every=True)
    assert len(every) == len(rules)
    assert any(text.startswith("Say whether it was seen: Talks") for text in every)
    assert any(text.startswith("Judge what it means: ") for text in every)
    assert any(text.startswith("Make the figures add up to 100%: A set") for text in every)
