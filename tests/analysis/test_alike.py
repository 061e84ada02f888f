from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.alike import ALIKE, WITHIN_DAYS, alike_pairs
from scenarios.model import Evidence, first_day
from tests.records import START, item


def seen(summary: str, days: int = 0, **keys: object) -> Evidence:
    when = START + timedelta(days=days)
    return replace(item(when, **keys), summary=summary)


def test_alike_summaries_within_three_days() -> None:
    evidence = {
        "a": seen("Germany halts certification of Nord Stream 2"),
        "b": seen("Germany halts the certification of Nord Stream 2", 3),
        "c": seen("Germany halts certification of Nord Stream 2", 7),
        "d": seen("Putin and Xi meet in Beijing"),
    }
    assert list(alike_pairs(evidence)) == [("a", "b", "their summaries are alike")]


def test_a_shared_address_needs_no_alike_words() -> None:
    evidence = {
        "a": seen("One thing", url="https://x.org"),
        "b": seen("Another", url="https://x.org"),
    }
    assert list(alike_pairs(evidence)) == [("a", "b", "they share an address")]


def test_a_declared_event_is_no_surprise() -> None:
    evidence = {"a": seen("One thing", event="v"), "b": seen("One thing", event="v")}
    assert list(alike_pairs(evidence)) == []
    evidence = {"a": seen("One thing", event="v"), "b": seen("One thing", event="w")}
    assert len(list(alike_pairs(evidence))) == 1


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8).map(" ".join),
            st.integers(0, 8),
        ),
        max_size=12,
    )
)
def test_the_shortcut_finds_every_pair(made: list[tuple[str, int]]) -> None:
    evidence = {f"e{n:02}": seen(summary, days) for n, (summary, days) in enumerate(made)}

    def alike(one: Evidence, other: Evidence) -> bool:
        a, b = set(one.summary.split()), set(other.summary.split())
        apart = abs((first_day(one.observed) - first_day(other.observed)).days)
        return apart <= WITHIN_DAYS and len(a & b) >= ALIKE * len(a | b)

    every = {
        frozenset((one, other))
        for one in evidence
        for other in evidence
        if one < other and alike(evidence[one], evidence[other])
    }
    assert {frozenset(pair[:2]) for pair in alike_pairs(evidence)} == every
