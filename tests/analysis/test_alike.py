from __future__ import annotations

import random
import sys
from datetime import timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import window
from scenarios.analysis.rules.duplicates import (
    FACTS,
    SIGNATURE_BITS,
    WITHIN_DAYS,
    alike,
    clusters,
    possible_duplicate,
)
from scenarios.analysis.rules.rule import ALIKE
from scenarios.model import Evidence
from scenarios.values import first_day
from tests.records import START, database, day, item, retraction

URL = "https://x.org"


def seen(summary: str, days: int = 0, **keys: object) -> Evidence:
    return replace(item(START + timedelta(days=days), **keys), summary=summary)


texts = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8).map(" ".join)
urls = st.sampled_from([None, None, URL, "https://y.org"])


@st.composite
def reworded(draw: st.DrawFn) -> Evidence:
    """One of three texts of ten words, some of them replaced by any of more words than bits."""
    words = [f"w{10 * draw(st.integers(0, 2)) + n}" for n in range(10)]
    for n in draw(st.sets(st.integers(0, 9), max_size=4)):
        words[n] = f"w{draw(st.integers(0, 3 * SIGNATURE_BITS))}"
    return seen(" ".join(words), draw(st.integers(0, 8)))


@given(
    st.lists(st.builds(seen, texts, st.integers(0, 8), url=urls), max_size=12)
    | st.lists(reworded(), max_size=12)
)
def test_the_shortcut_finds_every_cluster(items: list[Evidence]) -> None:
    evidence = {f"e{n:02}": one for n, one in enumerate(items)}

    def are_alike(one: Evidence, other: Evidence) -> bool:
        a, b = set(one.summary.split()), set(other.summary.split())
        apart = abs((first_day(one.observed) - first_day(other.observed)).days)
        shared = one.url is not None and one.url == other.url
        return apart <= WITHIN_DAYS and (shared or len(a & b) >= ALIKE * len(a | b))

    every = [{id} for id in evidence]
    for (one, first), (other, second) in combinations(evidence.items(), 2):
        if are_alike(first, second):
            both = [ids for ids in every if ids & {one, other}]
            every = [ids for ids in every if ids not in both] + [set().union(*both)]
    found = {frozenset(ids) for ids, _ in clusters(evidence)}
    assert found == {frozenset(ids) for ids in every if len(ids) > 1}


@given(st.lists(st.builds(seen, texts, st.integers(0, 8), url=urls), max_size=12))
def test_a_new_item_is_alike_those_with_which_it_would_be_a_cluster(items: list[Evidence]) -> None:
    evidence = {f"{one.observed}-e{n:02}": one for n, one in enumerate(items)}
    new = seen("a b c d", 4, url=URL)
    found = alike(evidence, new.summary, new.observed, new.url)
    pairs = [id for id, one in evidence.items() if [*clusters({"new": new, id: one})]]
    assert sorted(id for id, _ in found) == sorted(pairs)


def test_what_is_retracted_or_declared_to_be_the_same_event_is_no_surprise() -> None:
    items = {
        "far": seen("A visit", 3),
        "near": seen("A visit", 1, url=URL, event="summit"),
        "gone": seen("A visit", retracted=retraction(day(9))),
    }
    evidence = {f"{one.observed}-{name}": one for name, one in items.items()}
    asked = "A visit", START.isoformat(), URL
    first, second, _ = evidence
    near, far = (second, "they share an address"), (first, "their summaries are alike")
    assert alike(evidence, *asked) == alike(evidence, *asked, event="other") == [near, far]
    assert alike(evidence, *asked, event="summit") == [far]


@pytest.mark.parametrize(
    ("observed", "alike_on"),
    [
        ("2021-12", ["2021-12-01", "2021-12-04"]),
        ("2022", ["2021-12-29", "2022-01-04"]),
        ("9999-12-31", ["9999-12-28"]),
    ],
)
def test_an_item_of_a_month_or_year_is_compared_as_one_of_its_first_day(
    observed: str, alike_on: list[str]
) -> None:
    one = replace(seen("A visit"), observed=observed)
    assert [id for id, _ in alike({f"{observed}-visit": one}, "A visit", observed, None)]
    for other in alike_on:
        assert [id for id, _ in alike({f"{observed}-visit": one}, "A visit", other, None)]
        dated = replace(one, observed=other)
        assert [id for id, _ in alike({f"{other}-visit": dated}, "A visit", observed, None)]
    assert not alike({f"{observed}-visit": one}, "A visit", "2021-06-15", None)


@pytest.mark.parametrize("url", [None, URL])
@pytest.mark.parametrize(
    "text",
    [
        "Shelling is reported in the district",
        "Shelling is reported in district {n} of the city",
        "{a} {b} {c} {d} {e} {f}",
    ],
)
def test_a_crowd_is_compared_in_linear_time(
    text: str, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each item is compared with at most so many for each of its rare words, whatever the crowd."""
    chance = random.Random(0)  # noqa: S311 - no secret

    def steps(number: int) -> int:
        crowd, count = {}, 0
        for n in range(number):
            letters = {letter: f"word{chance.randrange(30)}" for letter in "abcdef"}
            crowd[f"e{n:05}"] = seen(text.format(n=n, **letters), url=url)

        def trace(frame: object, event: str, argument: object) -> None:  # noqa: ARG001
            nonlocal count
            count += 1

        sys.setprofile(trace)
        try:
            tuple(clusters(crowd))
        finally:
            sys.setprofile(None)
        return count

    monkeypatch.setattr("scenarios.analysis.rules.duplicates.COMPARED", 10)
    assert steps(800) < 6 * steps(200)


def test_clusters_are_kept_by_all_that_they_rest_on_for_the_last_two_windows() -> None:
    evidence = {f"e{n}": seen("A visit to the port", 2 * n, url=URL) for n in range(9)}
    db = database(evidence=evidence)
    odds = DailyLedgers(db)
    for n in (4, 8, 12, 8, 16):
        looked = window(db, day(n - 1), day(n), odds=odds)
        alone = window(db, day(n - 1), day(n))
        assert [*possible_duplicate.check(looked)] == [*possible_duplicate.check(alone)] != []
        assert len(odds.clusters) <= 2
    bare: Any = {
        id: SimpleNamespace(**{key: getattr(one, key) for key in FACTS})
        for id, one in evidence.items()
    }
    assert [*clusters(bare)] == [*clusters(evidence)] == odds.clusters[[*odds.clusters][-1]]


TREATY = "Putin and Xi sign a gas treaty in Beijing"
RETOLD = "A treaty on gas supplies is signed by Xi and Putin"


def reasons(*items: Evidence) -> list[tuple[tuple[str, ...], str]]:
    named = {f"e{n}": one for n, one in enumerate(items)}
    return [*clusters(named)]


def test_a_story_in_other_words_of_one_day_and_rated_alike_may_be_one_event() -> None:
    rated: dict[str, Any] = {"ratings": {"pact": "C", "ties": "I"}}
    turned: dict[str, Any] = {"ratings": {"ties": "I", "pact": "C"}}
    told = [(("e0", "e1"), "they share a day, ratings and rare words")]
    assert reasons(seen(TREATY, **rated), seen(RETOLD, **turned)) == told
    fired: dict[str, Any] = {"indicators": {"pact/talks": "observed"}}
    assert reasons(seen(TREATY, **fired), seen(RETOLD, **fired)) == told
    assert reasons(seen(TREATY, **rated), seen(RETOLD, days=1, **rated)) == []
    assert reasons(seen(TREATY, **rated), seen(RETOLD, ratings={"pact": "C"})) == []
    assert reasons(seen(TREATY), seen(RETOLD)) == []
    one: dict[str, Any] = {"event": "treaty", **rated}
    assert reasons(seen(TREATY, **one), seen(RETOLD, **one)) == []


def test_words_that_many_summaries_have_make_no_two_stories_one() -> None:
    """Two items of one day that are rated alike, in a record where each tenth has these words."""
    rated: dict[str, Any] = {"ratings": {"pact": "C"}}
    pair = (
        seen("The ministers meet in Munich and agree on talks", **rated),
        seen("The ministers meet in Brussels and disagree on sanctions", **rated),
    )
    crowd = [
        seen(f"The ministers meet in and on day{n} of month{n} at place{n} near", 10 * n)
        for n in range(1, 40)
    ]
    assert reasons(*pair)[0][1] == "they share a day, ratings and rare words"
    assert reasons(*pair, *crowd) == []


def test_a_story_that_is_told_three_times_is_one_cluster() -> None:
    rated: dict[str, Any] = {"ratings": {"pact": "C"}}
    third = "Xi and Putin sign a treaty on gas"
    ((ids, _),) = reasons(seen(TREATY, **rated), seen(RETOLD, **rated), seen(third, **rated))
    assert ids == ("e0", "e1", "e2")
