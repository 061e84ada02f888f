"""What waits for a judgement, whose it is, and what is counted for each person instead."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.decisions import Chore, PendingDecision, to_accept
from scenarios.analysis.review.review import Review, review
from scenarios.drafts import EvidenceDraft, Proposal
from scenarios.model import Database, Tracker
from scenarios.render.document import Items, plain
from scenarios.render.documents.review import news
from scenarios.render.documents.review.context import context_of
from scenarios.values import ProposalOrigin
from tests.analysis.words import database_of
from tests.records import day


def looked(base: Database) -> Review:
    return review(window(base, day(20), day(30), banded=True))


def decided(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(d.kind, d.subject, d.analysts) for d in looked(database_of(text)).decisions]


def told(text: str) -> list[str]:
    base = database_of(text)
    made = looked(base)
    of = context_of(made.story, base, made.scenarios)
    blocks = [
        *news.decide(of, made.decisions, news.SectionLimits()),
        *news.do(of, made.chores),
    ]
    return [plain(row.text) for block in blocks if isinstance(block, Items) for row in block.rows]


def test_a_question_past_its_horizon_waits_for_those_who_forecast_it_last() -> None:
    text = "a horizon=25; ann@1 a=.5"
    assert decided(text) == [("overdue", "a", ("ann",))]
    assert (
        told(text)[0] == "Title: its day, 26 January, is past. How did it end? (ann, by 7 February)"
    )
    assert decided("a horizon=25") == [("overdue", "a", ())]


def test_analysts_are_apart_from_20_points_or_6_decibans_on() -> None:
    assert decided("a; ann@25 a=.4; bo@25 a=.6") == [("apart", "a", ("ann", "bo"))]
    assert decided("a; ann@25 a=.41; bo@25 a=.59") == []
    assert decided("a; ann@25 a=.01; bo@25 a=.04") == [("apart", "a", ("ann", "bo"))]
    text = "a; ann@2 a=.4; bo@29 a=.8"
    assert told(text)[0] == "Title: bo 80%, ann 40% (3 January). Keep 62%? (ann, bo, by 7 February)"


def test_stated_and_implied_are_apart_from_10_points_or_6_decibans_on_after_a_move() -> None:
    moved = "a probability=.5; ann@1 a=.5; ann@25 a={}"
    assert decided(moved.format(".61")) == [("gap", "a", ("ann",))]
    assert decided(moved.format(".59")) == []
    assert decided("a probability=.5; ann@1 a=.61") == []
    low = "a probability=.002; ann@1 a=.002; ann@25 a={}"
    assert decided(low.format(".011")) == []
    assert decided(low.format(".013")) == [("gap", "a", ("ann",))]
    assert told(moved.format(".61"))[0] == (
        "Title: we say 61%, the evidence 50%. Keep 61%? (ann, by 7 February)"
    )


def test_a_set_is_one_decision_and_a_sum_that_does_not_hold_another() -> None:
    text = "a set=s probability=.5; b set=s probability=.5; bo@1 a=.5 b=.5; bo@25 a=.8 b=.3"
    assert decided(text) == [("sum", "s", ("bo",)), ("gap", "a", ("bo",))]
    assert told(text)[0] == "A set: the figures do not sum to 100% (bo, by 7 February)"
    priors = decided("a set=s probability=.4; b set=s probability=.4")
    assert priors == [("sum", "s", ())]


def test_all_else_is_one_count_for_each_person_a_set_once_for_a_rule() -> None:
    base = database_of(
        "a set=s probability=.5; b set=s probability=.5; c; ann@1 a=.5 b=.5; ann@3 c=.5; e @25"
    )
    assert looked(base).chores == (
        Chore(analyst="ann", count=looked(base).chores[0].count, forecasts=2, last=day(1)),
        Chore(analyst=None, count=looked(base).chores[1].count, forecasts=0, last=None),
    )
    known = replace(base, evidence={"e": replace(base.evidence["e"], analyst="cy")})
    assert "cy" in [chore.analyst for chore in looked(known).chores]
    text = "tracker forecast_expires_days=400; c; ann@3 c=.5"
    assert told(text)[-1].startswith("Chores: ann ")
    assert "(1 forecast, the oldest last made on 4 January)" in told(text)[-1]


def test_nothing_to_decide_is_said() -> None:
    assert told("a; e @25 a=1.01")[0] == "Nothing this week."
    assert PendingDecision(kind="gap", subject="a", analysts=(), day=day(1)).stated is None


def test_the_proposals_that_wait_on_a_day_are_one_decision() -> None:
    draft = EvidenceDraft("Talks")
    waiting = {
        id: Proposal(ProposalOrigin("agent", "reader", day(on)), draft)
        for id, on in (("late", 31), ("b", 9), ("c", 9), ("d", 12))
    }
    expected = PendingDecision(kind="proposals", subject="b", analysts=(), day=day(37), count=3)
    assert to_accept(waiting, Tracker(), day(30)) == (expected,)
    assert to_accept(waiting, Tracker(), day(8)) == ()
    base = database_of("a")
    made = looked(base)
    of = context_of(made.story, base, made.scenarios)
    for number, words in ((3, "b and 2 more proposals"), (1, "b")):
        one = replace(expected, count=number)
        [block] = [x for x in news.decide(of, [one], news.SectionLimits()) if isinstance(x, Items)]
        assert plain(block.rows[0].text) == f"Accept or dismiss {words} (by 7 February)"


def test_many_decisions_are_counted() -> None:
    ids = [f"q{n}" for n in range(9)]
    sheets = "; ".join(f"{who}@25 " + " ".join(f"{id}={p}" for id in ids) for who, p in AB)
    shown = told("; ".join(ids) + f"; {sheets}")
    assert shown[5] == "4 more matters: scen report --all"


AB = (("ann", 0.2), ("bo", 0.8))
