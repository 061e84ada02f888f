"""The odds ledger against a second one, which another hand wrote from the design alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.band import bands
from scenarios.analysis.ledger.ledger import Ledger, ledger_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import LeaveOneOut, leave_one_out
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Given,
    HazardEnded,
    Indicator,
    Prior,
    Tracker,
)
from tests import second_ledger as second
from tests.random_databases import random_database
from tests.records import END, day, indicator, item, near, resolution, retraction, scenario
from tests.second_rows import value

DAYS = (day(70), day(175), day(300))
BATCH = 25
CLOSE = 1e-9
NOTHING = 1e-6
"""Lines under so many decibans are rounding: what is left of equals that were subtracted."""


def figures(mine: second.Ledger) -> Iterator[tuple[str, float | str | None]]:
    yield "prior", mine.prior
    yield from (("given", mine.given), ("time", mine.time))
    yield from (("rivals", mine.rivals), ("bound", mine.bound))
    yield from (("implied", mine.implied), ("low", mine.low), ("high", mine.high))
    for line in mine.lines:
        yield from _line(line.kind, line.id, line.theme, (line.decibans, line.factor, line.counted))


def program_figures(theirs: Ledger, left: LeaveOneOut) -> Iterator[tuple[str, float | str | None]]:
    yield "prior", theirs.prior.decibans
    for kind in ("given", "time", "rivals", "bound"):
        yield kind, sum(line.counted_decibans for line in theirs.lines if line.kind == kind)
    yield "implied", theirs.implied.decibans
    yield from (("low", left.low), ("high", left.high))
    for line in theirs.lines:
        if line.kind in ("indicator", "absence", "direct", "in-prior"):
            values = (line.decibans, line.factor, line.counted_decibans)
            yield from _line(line.kind, line.id, line.theme, values)


def _line(
    kind: str, id: str, theme: str | None, values: tuple[float, float, float]
) -> Iterator[tuple[str, float | str | None]]:
    if kind == "in-prior":
        yield f"{kind} {id}", values[2]
    elif abs(values[0]) > NOTHING:
        yield f"{kind} {id} theme", theme
        for name, figure in zip(("decibans", "factor", "counted"), values, strict=True):
            yield f"{kind} {id} {name}", figure


def differences(mine: second.Ledger, odds: Odds, id: str) -> list[str]:
    theirs = program_figures(ledger_of(odds, id), leave_one_out(odds, id))
    left, right = dict(figures(mine)), dict(theirs)
    return [
        f"{name}: second {left.get(name)}, program {right.get(name)}"
        for name in {**left, **right}
        if not _alike(left.get(name), right.get(name))
    ]


def _alike(left: float | str | None, right: float | str | None) -> bool:
    if isinstance(left, float | int) and isinstance(right, float | int):
        return abs(left - right) <= CLOSE
    return left == right


@pytest.mark.parametrize("batch", range(500 // BATCH))
def test_two_hands_reckon_the_same(batch: int) -> None:
    differ = {}
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database = random_database(seed)
        for on in DAYS:
            first = {}
            for id in database.scenarios:
                if id not in first:
                    first.update(second.ledgers(database, id, on, sweep=True))
            odds = Odds(known(database, on))
            for id, mine in first.items():
                if found := differences(mine, odds, id):
                    differ[seed, on.isoformat(), id] = found
    assert differ == {}


@pytest.mark.parametrize("seed", range(0, 500, 50))
def test_two_hands_draw_the_same_band(seed: int) -> None:
    database, on = random_database(seed), DAYS[2]
    mine = {id: second.band(database, id, on) for id in second_ids(database, on)}
    theirs = bands(Odds(known(database, on)), mine)
    assert mine == {id: near((band.low, band.high), abs=CLOSE) for id, band in theirs.items()}


def second_ids(database: Database, on: date) -> list[str]:
    """The scenarios of which the second ledger has one: not those that were ruled out."""
    return [id for id in database.scenarios if id in second.ledgers(database, id, on)]


# The second ledger itself, against what the text says in figures


def implied(database: Database, id: str = "a", on: date = END) -> float:
    return second.from_db(second.ledgers(database, id, on)[id].implied)


def alone(ratings: list[Any], dependence: float | Dependence, p: float = 0.5) -> Database:
    evidence = {f"2022-01-01-e{n}": item(ratings={"a": r}) for n, r in enumerate(ratings)}
    return Database(Tracker(evidence_dependence=dependence), {"a": scenario(p)}, evidence)


def test_one_dissenter_leaves_a_strong_case() -> None:
    assert implied(alone(["CC"] * 10 + ["II"], 0.5)) == near(0.9693, abs=0.0005)


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_equal_lines_count_as_the_effective_number_of_them(n: int, rho: float) -> None:
    worth = second.ledgers(alone([1.5] * n, rho), "a", END)["a"].implied
    assert worth == near(10 * math.log10(1.5) * n / (1 + (n - 1) * rho))


def test_without_dependence_it_is_bayes_rule() -> None:
    odds = 0.3 / 0.7 * 3 * 0.2 * 1.7
    assert implied(alone([3.0, 0.2, 1.7], 0.0, 0.3)) == near(odds / (1 + odds))


def test_a_weak_line_shares_its_height_alone() -> None:
    lines = second.ledgers(alone(["CC", "C"], 0.5), "a", END)["a"].lines
    assert [line.counted for line in lines] == near([5 / 1.5 + 5, 5 / 1.5])


@pytest.mark.parametrize(("within", "between"), [(0.6, 0.2), (1.0, 0.3), (0.5, 0.0), (0.7, 0.7)])
def test_shares_solve_the_correlation_matrix(within: float, between: float) -> None:
    counts: dict[str | None, int] = {"energy": 3, "money": 1, None: 2}
    share = second.shares(counts, within, between)
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    for i, mine in enumerate(themes):
        row = [
            1.0 if i == j else within if mine == other else between
            for j, other in enumerate(themes)
        ]
        assert sum(r * share[k] for r, k in zip(row, themes, strict=True)) == near(1)
    d = {k: 1 - within + n * (within - between) for k, n in counts.items()}
    total = sum(n / d[k] for k, n in counts.items())
    assert share == near({k: 1 / (d[k] * (1 + between * total)) for k in counts})


def test_one_opinion_shared_by_all_is_divided_among_them() -> None:
    assert second.shares({"energy": 3, None: 1}, 1.0, 1.0) == {"energy": 0.25, None: 0.25}
    assert second.shares({"energy": 4}, 1.0, 0.3) == {"energy": 0.25}


ROWS = (("C", "I", "N"), ("C", "I", "I"), ("I", "C", "C"), ("I", "C", "C"), ("C", "I", "C"))


def three(*, ruled_out: date | None) -> Database:
    outcome = resolution("did-not-occur", ruled_out) if ruled_out else None
    scenarios = {
        "a": scenario(0.40, set="s"),
        "b": scenario(0.45, set="s"),
        "c": scenario(0.15, set="s", resolution=outcome),
    }
    evidence = {
        f"2022-01-01-e{n}": item(ratings=dict(zip("abc", row, strict=True)))
        for n, row in enumerate(ROWS)
    }
    return Database(Tracker(evidence_dependence=0.5, sets={"s": "S"}), scenarios, evidence)


def test_ruling_a_rival_out_leaves_the_odds_of_the_others() -> None:
    before, after = three(ruled_out=None), three(ruled_out=day(30))
    odds = implied(after) / implied(after, "b")
    assert odds == near(implied(before) / implied(before, "b"))
    # Centred on the second-highest of each row: a 5, 10, −10, −10, 0 and b −5, 0, 0, 0, −10; the
    # shares are 1/2.5 up to 5 dB and 1/2 above for a, 1/1.5 and 1 for b.
    a, b = 5 / 2.5 + (2 + 2.5) - 2 * (2 + 2.5), -5 / 1.5 - (5 / 1.5 + 5)
    assert odds == near(0.40 / 0.45 * 10 ** ((a - b) / 10))


def test_the_last_one_left_stands_at_the_upper_bound() -> None:
    facts = three(ruled_out=day(30))
    facts.scenarios["b"] = scenario(0.45, set="s", resolution=resolution("occurred", day(40)))
    (left,) = second.ledgers(facts, "a", day(40)).values()
    assert (second.from_db(left.implied), left.bound) == (near(0.999), 0)
    assert left.prior + sum(line.counted for line in left.lines) + left.rivals == near(left.implied)


def test_waiting_tells_against_an_event_until_it_has_a_date() -> None:
    ended = HazardEnded(date(2023, 8, 28), "The invitation has a date.")
    prior = Prior(0.8, "Basis.", hazard="constant", hazard_ended=ended)
    brics = replace(scenario(opened=date(2023, 1, 1), horizon=date(2024, 1, 1)), prior=prior)
    for on, days in ((date(2023, 7, 1), 181), (date(2023, 8, 28), 239), (date(2023, 12, 31), 239)):
        assert implied(Database(Tracker(), {"a": brics}), on=on) == near(
            1 - 0.2 ** ((365 - days) / 365)
        )


def watched(p: float = 0.3) -> Database:
    sign: Indicator = indicator({"a": 4.0}, due=day(100), chance=0.2)
    return Database(Tracker(), {"a": scenario(p, indicators={"x": sign})})


def test_absence_follows_from_the_chance_to_be_seen() -> None:
    b = 0.2 / (0.3 * 4 + 0.7)
    a = 4 * b
    assert 0.3 * a + 0.7 * b == near(0.2)
    assert implied(watched(), on=day(100)) == near(0.3)
    assert implied(watched(), on=day(101)) == near(0.3 * (1 - a) / 0.8)


def test_an_indicator_is_worth_what_one_expects_to_learn() -> None:
    def movement(p: float, q: float) -> float:
        return (q - p) * math.log2(q / p * (1 - p) / (1 - q))

    a = 4 * 0.2 / (0.3 * 4 + 0.7)
    up, down = 0.3 * a / 0.2, 0.3 * (1 - a) / 0.8
    assert value(watched(), "a", "x") == near(0.2 * movement(0.3, up) + 0.8 * movement(0.3, down))


def test_absence_in_a_set_keeps_the_chances_of_its_members() -> None:
    sign = indicator({"a": 4.0, "b": 0.5}, due=day(100), chance=0.2)
    names = {"a": 0.2, "b": 0.3, "c": 0.5}
    scenarios = {
        name: scenario(p, set="s", indicators={"x": sign} if name == "a" else {})
        for name, p in names.items()
    }
    facts = Database(Tracker(sets={"s": "S"}), scenarios)
    seen = 0.2 * 4 + 0.3 * 0.5 + 0.5
    ratios = {"a": 4.0, "b": 0.5, "c": 1.0}
    after = {name: p * (1 - 0.2 * ratios[name] / seen) / 0.8 for name, p in names.items()}
    assert sum(after.values()) == near(1)
    assert {name: implied(facts, name) for name in names} == near(after)


def test_a_link_mixes_until_the_other_is_known() -> None:
    a = replace(scenario(), prior=Prior(0.06, "Basis.", given={"b": Given(0.20, 0.02)}))
    facts = Database(Tracker(), {"a": a, "b": scenario(0.3)})
    facts.evidence["2022-02-01-e"] = item(day(31), ratings={"b": "C"})
    p = implied(facts, "b")
    assert p == near(0.3 * 10**0.5 / (0.3 * 10**0.5 + 0.7))
    assert implied(facts) == near(p * 0.20 + (1 - p) * 0.02)
    for outcome, figure in (("occurred", 0.20), ("did-not-occur", 0.02), ("annulled", 0.06)):
        facts.scenarios["b"] = scenario(0.3, resolution=resolution(outcome, day(60), day(70)))
        assert implied(facts, on=day(69)) == near(p * 0.20 + (1 - p) * 0.02)
        assert implied(facts, on=day(70)) == near(figure)


def test_witnesses_of_one_origin_and_reports_of_one_event_are_one_line() -> None:
    evidence: dict[str, Evidence] = {
        "2022-01-01-e1": item(ratings={"a": "C"}, origin="wire", theme="energy"),
        "2022-01-02-e2": item(day(1), ratings={"a": "CC"}, origin="wire", event="summit"),
        "2022-01-03-e3": item(day(2), ratings={"a": "I"}, event="summit"),
        "2022-01-04-e4": item(day(3), ratings={"a": "CC"}, retracted=retraction(day(4))),
    }
    facts = Database(Tracker(themes={"energy": "E"}), {"a": scenario()}, evidence)
    (line,) = second.ledgers(facts, "a", END)["a"].lines
    assert (line.id, line.theme, line.decibans) == ("2022-01-02-e2", "energy", 5.0)


def test_a_band_is_the_fourth_from_either_end_of_64_points() -> None:
    digest = sorted(blake2b(b"prior:a").digest())
    low, high = (10 ** (0.3 * ((byte + 0.5) / 128 - 1)) for byte in (digest[3], digest[60]))
    facts = Database(Tracker(), {"a": scenario()})
    assert second.band(facts, "a", END) == near((low / (1 + low), high / (1 + high)))
