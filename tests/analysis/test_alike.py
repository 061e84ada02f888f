from __future__ import annotations

import random
import sys
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.rules.duplicates import ALIKE, WITHIN_DAYS, clusters
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
    assert list(clusters(evidence)) == [(("a", "b"), "their summaries are alike")]


def test_a_shared_address_needs_no_alike_words() -> None:
    evidence = {
        "a": seen("One thing", url="https://x.org"),
        "b": seen("Another", url="https://x.org"),
        "c": seen("A third", 4, url="https://x.org"),
    }
    assert list(clusters(evidence)) == [(("a", "b"), "they share an address")]


def test_what_is_alike_through_others_is_one_cluster() -> None:
    evidence = {
        "c": seen("A report that says more", 3, url="https://x.org"),
        "a": seen("One thing", url="https://x.org"),
        "b": seen("A report that says nothing", 5),
    }
    why = "they share an address or their summaries are alike"
    assert list(clusters(evidence)) == [(("a", "c", "b"), why)]


def test_a_declared_event_is_no_surprise() -> None:
    one, two = seen("One thing", event="v"), seen("One thing", event="w")
    assert list(clusters({"a": one, "b": one})) == []
    assert len(list(clusters({"a": one, "b": two}))) == 1
    [cluster] = clusters({"a": one, "b": one, "c": seen("One thing")})
    assert cluster.ids == ("a", "b", "c")


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8).map(" ".join),
            st.integers(0, 8),
            st.sampled_from([None, None, "https://x.org", "https://y.org"]),
        ),
        max_size=12,
    )
)
def test_the_shortcut_finds_every_cluster(made: list[tuple[str, int, str | None]]) -> None:
    evidence = {f"e{n:02}": seen(text, days, url=url) for n, (text, days, url) in enumerate(made)}

    def alike(one: Evidence, other: Evidence) -> bool:
        a, b = set(one.summary.split()), set(other.summary.split())
        apart = abs((first_day(one.observed) - first_day(other.observed)).days)
        shared = one.url is not None and one.url == other.url
        return apart <= WITHIN_DAYS and (shared or len(a & b) >= ALIKE * len(a | b))

    every = [{id} for id in evidence]
    for (one, first), (other, second) in combinations(evidence.items(), 2):
        if alike(first, second):
            both = [ids for ids in every if ids & {one, other}]
            every = [ids for ids in every if ids not in both] + [set().union(*both)]
    found = {frozenset(cluster.ids) for cluster in clusters(evidence)}
    assert found == {frozenset(ids) for ids in every if len(ids) > 1}


@pytest.mark.parametrize(
    "text",
    [
        "Shelling is reported in the district",
        "Shelling is reported in district {n} of the city",
        "{a} {b} {c} {d} {e} {f}",
    ],
)
@pytest.mark.parametrize("url", [None, "https://x.org"])
def test_a_crowd_is_compared_in_linear_time(
    text: str, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each item is compared with at most so many for each of its rare words, whatever the crowd."""
    chance = random.Random(0)  # noqa: S311 - no secret

    def crowd(number: int) -> dict[str, Evidence]:
        made = {}
        for n in range(number):
            letters = {letter: f"word{chance.randrange(30)}" for letter in "abcdef"}
            made[f"e{n:05}"] = seen(text.format(n=n, **letters), url=url)
        return made

    def steps(number: int) -> int:
        evidence, count = crowd(number), 0

        def trace(frame: object, event: str, argument: object) -> None:  # noqa: ARG001
            nonlocal count
            count += 1

        sys.setprofile(trace)
        try:
            tuple(clusters(evidence))
        finally:
            sys.setprofile(None)
        return count

    monkeypatch.setattr("scenarios.analysis.rules.duplicates.COMPARED", 10)
    assert steps(800) < 6 * steps(200)
