"""Quantities: the example of the contract, a second implementation, and what pays best."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from functools import cache
from statistics import NormalDist
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from scenarios.analysis.changes import figure_words
from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import EvidenceEffect, effects
from scenarios.analysis.period.period import window
from scenarios.analysis.quantities import distributions
from scenarios.analysis.quantities.distributions import (
    LaterDistribution,
    PooledDistribution,
    StatedDistribution,
    WeighedDistribution,
    log_odds,
    probit,
    quantile,
)
from scenarios.analysis.quantities.estimates import distribution, order_faults, prior_of
from scenarios.analysis.quantities.explanation import explain_quantity, row_effects, row_on
from scenarios.analysis.quantities.figures import (
    Interval,
    QuantityFigure,
    from_to,
    in_words,
    median_change,
    outcome_of_row,
    row_name,
)
from scenarios.analysis.quantities.ledger import quantity_ledger
from scenarios.analysis.quantities.scores import DateScores, number_scores, scored_quantity
from scenarios.analysis.quantities.view import (
    movement,
    quantity_view,
    quantity_views,
    stated_quantity,
)
from scenarios.analysis.question_scores import QuestionFilter
from scenarios.analysis.review.deadlines import due
from scenarios.analysis.review.decisions import chores, decisions
from scenarios.analysis.review.listing import ListFilter, forecasts
from scenarios.analysis.review.rows import explain_row
from scenarios.analysis.review.status import status
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.scores.scoring import score
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Prior,
    Resolution,
    Scenario,
    Sheet,
    Tracker,
)
from scenarios.model.quantity import MeasuredQuantity, of_its_kind
from scenarios.values import Indicator, Team
from tests import second_quantities as second
from tests.records import near

OPENED = date(2024, 1, 15)
HORIZON = date(2025, 2, 28)
ROWS = ("trade-2024/220", "trade-2024/240", "trade-2024/260")
TRADE = MeasuredQuantity("number", "billion dollars", None, (220.0, 240.0, 260.0))
PRIOR = {"p10": 205.0, "p50": 240.0, "p90": 275.0}


def question(quantity: MeasuredQuantity = TRADE, prior: Any = None, **keys: Any) -> Scenario:
    filled = {"opened": OPENED, "horizon": HORIZON, **keys}
    return Scenario(
        title="Trade in 2024",
        question="How much?",
        resolution_criteria="Customs.",
        prior=Prior(basis="B.", quantiles=prior or {**PRIOR}),
        quantity=quantity,
        **filled,
    )


def read(day: str, **keys: Any) -> Evidence:
    """An item of a day; the ratings are given as the rest of the rows' ids."""
    ratings = {f"trade-2024/{t}": r for t, r in keys.pop("rate", {}).items()}
    return Evidence("S", day, date.fromisoformat(day), ratings=ratings, **keys)


def example(**keys: Any) -> Database:
    """The example of the contract."""
    return Database(
        Tracker(title="T", evidence_dependence=Dependence(0.6, 0.2)),
        {"trade-2024": question(**keys)},
        {
            "2024-02-07-bank-halts-settlements": read("2024-02-07", rate={"240": "I"}),
            "2024-07-12-half-year": read("2024-07-12", rate={"220": "CC", "260": "I"}),
            "2024-10-14-autumn-months": read("2024-10-14", rate={"240": "C"}),
        },
        {
            "2024-11-01-east": sheet("2024-11-01", "east", p10=232.0, p50=243.0, p90=256.0),
            "2024-11-02-west": sheet("2024-11-02", "west", p10=225.0, p50=236.0, p90=250.0),
        },
    )


def sheet(day: str, analyst: str, **quantiles: Any) -> Sheet:
    return Sheet(date.fromisoformat(day), analyst, quantiles={"trade-2024": quantiles or None})


AS_OF = date(2024, 12, 1)


def rounded(*values: float, digits: int = 4) -> list[float]:
    return [round(value, digits) for value in values]


def test_every_figure_of_the_example() -> None:
    database = example()
    view = quantity_view(DailyLedgers(database), "trade-2024", AS_OF, AS_OF)
    book, prior = view.ledger, view.ledger.prior
    by_id = {line.named.id[:10]: line for line in book.lines}
    assert rounded(*(by_id[id].share for id in sorted(by_id))) == [0.5556, 0.7778, 0.5556]
    assert rounded(*(by_id[id].height for id in sorted(by_id))) == [5, 10, 5]
    counted = {row: book.row_ledger(row).counted("direct") for row in ROWS}
    assert rounded(*counted.values()) == [7.7778, 0.0, -3.8889]
    assert rounded(*(book.chance(prior, row) for row in ROWS)) == [0.768, 0.5, 0.232]
    assert rounded(*(book.chance(book.implied, row) for row in ROWS)) == [0.9422, 0.5419, 0.1415]
    assert rounded(*(quantile(book.implied, p) for p in (0.1, 0.5, 0.9)), digits=1) == [
        *(222.4, 241.9, 266.7)
    ]
    row_220, row_240 = book.row_ledger(ROWS[0]), book.row_ledger(ROWS[1])
    assert rounded(row_240.prior.decibans, row_240.counted("rivals")) == [0.0, 0.7289]
    assert rounded(row_220.prior.decibans, row_220.counted("rivals")) == [5.199, -0.8549]
    assert row_220.counted("bound") == 0.0
    assert rounded(row_220.implied.decibans) == [12.1219]
    values = [*book.rows.values(), *prior.knots]
    assert rounded(movement(prior, book.implied, values)) == [0.4006]
    assert view.stated
    east = view.stated.estimates["east"].distribution
    assert rounded(*(east.tails(t)[1] for t in (220, 240, 260))) == [0.9963, 0.6366, 0.0469]
    assert f"{view.figure.stated}" == "240 (229 to 253)"
    assert f"{view.figure.implied}" == "242 (222 to 267)"
    pairs = [
        number_scores(each, 244.8, prior_of(view.scenario)) for each in (prior, book.implied, east)
    ]
    assert rounded(*(weighted for weighted, _ in pairs)) == [0.0882, 0.0595, 0.0331]
    assert rounded(*(crps for _, crps in pairs), digits=2) == [6.72, 4.31, 2.32]


# 200 random quantities, by the records and by the second implementation


def at_random(chance: random.Random) -> tuple[Database, list[second.Witness], list[float]]:
    """A number or a date with items of several origins and themes, or a quantity without any."""
    dates = chance.random() < 0.5
    ps = sorted(chance.sample(range(3, 97), chance.randint(2, 9)))
    at, values = chance.uniform(20, 90), []
    for _ in ps:
        at += chance.uniform(2, 60)
        values.append(at)
    scale = None if dates else chance.choice([None, "linear", "log"])
    thresholds: list[Any] = []
    start = 0.0 if scale == "log" else None
    of = StatedDistribution(dict(zip((p / 100 for p in ps), values, strict=True)), start)
    number = chance.randint(1, 4)
    thresholds += [round(quantile(of, chance.uniform(0.05, 0.95)), 3) for _ in range(number)]
    quantiles: dict[str, Any] = {f"p{p}": v for p, v in zip(ps, values, strict=True)}
    if dates:
        days = {p: OPENED + timedelta(int(v) + n) for n, (p, v) in enumerate(quantiles.items())}
        quantiles = {**days}
        first = min(days.values())
        thresholds = [first + timedelta(chance.randint(-10, 60)) for _ in thresholds]
    thresholds = sorted({*thresholds})
    quantity = MeasuredQuantity("date" if dates else "number", None, scale, tuple(thresholds))  # type: ignore[arg-type]
    within = chance.random()
    rows = [*quantity.rows("q")]
    edges = [float(t.toordinal()) if dates else t for t in thresholds]
    items, witnesses = {}, []
    for n in range(chance.randint(0, 7)):
        named = chance.sample(range(len(rows)), chance.choice([1, 1, min(2, len(rows))]))
        codes = {i: chance.choice([*second.CODES]) for i in named}
        origin, theme = chance.choice(["a", "b", f"o{n}"]), chance.choice([None, "x", "y"])
        day = OPENED + timedelta(n)
        items[f"{day}-e{n}"] = Evidence(
            "S",
            f"{day}",
            day,
            origin=origin,
            theme=theme,
            ratings={rows[i]: c for i, c in codes.items()},  # type: ignore[misc]
        )
        steps = {edges[i]: second.CODES[c] for i, c in codes.items()}
        if any(steps.values()):
            witnesses.append(second.Witness(steps, theme, origin, n))
    dependence = Dependence(within, chance.uniform(0, within))
    scenario = Scenario(
        title="T",
        question="?",
        resolution_criteria="C",
        opened=OPENED,
        horizon=OPENED + timedelta(2000),
        prior=Prior(basis="B", quantiles=quantiles),
        quantity=quantity,
    )
    tracker = Tracker(title="T", evidence_dependence=dependence, themes={"x": "X", "y": "Y"})
    return Database(tracker, {"q": scenario}, items), witnesses, edges


@pytest.mark.parametrize("seed", range(20))
def test_ten_random_quantities_are_as_a_second_implementation_has_them(seed: int) -> None:
    for number in range(10):
        chance = random.Random(1000 * seed + number)  # noqa: S311
        database, witnesses, edges = at_random(chance)
        scenario = database.scenarios["q"]
        quantity = scenario.quantity
        assert quantity
        dates = quantity.kind == "date"
        day = OPENED + timedelta(chance.randint(7, 12))
        book = quantity_ledger(database, "q", day)
        quantiles = scenario.prior.quantiles or {}
        start = 0.0 if quantity.scale == "log" else None
        if dates:
            start = float(OPENED.toordinal())
        points = {
            float(p[1:]) / 100: float(v.toordinal()) if isinstance(v, date) else v
            for p, v in quantiles.items()
        }
        prior = second.stated(points, start)
        base = second.later(prior, day.toordinal()) if dates else prior
        tracker = database.tracker.dependence
        counted = second.lines(witnesses, edges, tracker.within, tracker.between, dates)
        assert sorted(line.share for line in book.lines) == near(
            sorted(line.share for line in counted), abs=1e-9
        )
        of = second.implied(base, counted, edges, dates)
        for p in (0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99):
            x = quantile(book.implied, p)
            assert of(x) == near(p, abs=1e-9)
            below, above = book.implied.tails(x)
            assert below == near(p, abs=1e-9)
            assert below + above == near(1, abs=1e-12)
        for row, edge in book.rows.items():
            ledger = book.row_ledger(row)
            chance_of = of(edge) if dates else 1 - of(edge)
            assert ledger.implied.probability == near(min(max(chance_of, 0.001), 0.999), abs=1e-9)
            total = ledger.prior.decibans + sum(line.counted_decibans for line in ledger.lines)
            assert total == near(ledger.implied.decibans, abs=1e-9)


@cache
def slices(prior: StatedDistribution, number: int) -> list[float]:
    return [quantile(prior, (k + 0.5) / number) for k in range(number)]


def a_prior(chance: random.Random, start: float | None = None) -> StatedDistribution:
    at = (start or 0.0) + chance.uniform(20, 60)
    points = {}
    for p in sorted(chance.sample(range(3, 97), chance.randint(2, 5))):
        at += chance.uniform(5, 60)
        points[p / 100] = at
    return StatedDistribution(points, start)


@pytest.mark.parametrize("seed", range(12))
def test_scores_are_plain_sums(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    prior, forecast = a_prior(chance), a_prior(chance)
    y = quantile(forecast, chance.uniform(0.02, 0.98))
    weighted, crps = number_scores(forecast, y, prior)
    plain = second.number_score(lambda x: forecast.tails(x)[0], y, slices(prior, 20_000))
    assert weighted == near(plain, abs=1e-4)
    low, high = quantile(forecast, 1e-9), quantile(forecast, 1 - 1e-9)
    low, high = min(low, y), max(high, y)
    width = (high - low) / 20_000
    values = [low + (k + 0.5) * width for k in range(20_000)]
    errors = ((forecast.tails(x)[0] - (y <= x)) ** 2 for x in values)
    assert crps == near(math.fsum(errors) * width, rel=1e-3)


@pytest.mark.parametrize("event", [None, 25.0, 61.0])
def test_date_scores_are_plain_sums_over_the_days(event: float | None) -> None:
    opened, until = 0, 60
    prior, forecast = (
        StatedDistribution({0.1: 10, 0.5: 70}, 0.0),
        StatedDistribution({0.2: 15, 0.6: 50, 0.9: 300}, 0.0),
    )
    days = DateScores(prior, opened, until, event)
    came = event is not None and event <= until
    assert days.last == (25 if came else until)
    pairs = days.between(forecast, opened, days.last)
    values = slices(prior, 20_000)
    plain = second.date_score(
        lambda x: forecast.tails(x)[0], event if came else None, values, opened, until
    )
    assert math.fsum(weighted for weighted, _ in pairs) / (until - opened) == near(plain, abs=1e-4)


# What pays best


def expected(score_of: Any, truth: Any, number: int = 40) -> float:
    return math.fsum(score_of(quantile(truth, (k + 0.5) / number)) for k in range(number)) / number


def test_the_prior_expects_a_sixth_of_itself() -> None:
    prior = a_prior(random.Random(3))  # noqa: S311
    assert expected(lambda y: number_scores(prior, y, prior)[0], prior, 400) == near(
        1 / 6, abs=1e-3
    )


@pytest.mark.parametrize("seed", range(3))
def test_of_a_number_the_truth_scores_best(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    prior, truth = a_prior(chance), a_prior(chance)

    def mean(forecast: Any) -> float:
        return expected(lambda y: number_scores(forecast, y, prior)[0], truth)

    own = mean(truth)
    wider = {0.1: quantile(truth, 0.02), 0.9: quantile(truth, 0.98)}
    narrower = {0.1: quantile(truth, 0.3), 0.9: quantile(truth, 0.7)}
    others = [a_prior(chance), a_prior(chance), prior]
    others += [StatedDistribution(wider), StatedDistribution(narrower)]
    assert all(own < mean(other) for other in others)


def test_of_a_date_the_truth_scores_best_also_where_it_is_censored() -> None:
    """Over the days before the event alone, who says sooner would gain."""
    until = 360
    prior = StatedDistribution({0.1: 107.0, 0.9: 2327.0}, 0.0)

    def of(median: float) -> StatedDistribution:
        return StatedDistribution({0.1: median / 3.6, 0.5: median, 0.9: median * 3.6}, 0.0)

    truth = of(300)
    tail = {p: quantile(truth, p) for p in (0.1, 0.4)} | {0.6: 361.0, 0.95: 363.0}
    forecasts = {
        0.5: of(150),
        0.75: of(225),
        1.0: truth,
        1.3: of(390),
        "tail": StatedDistribution(tail, 0.0),
    }
    planned = dict.fromkeys(forecasts, 0.0)
    covered = dict.fromkeys(forecasts, 0.0)
    for k in range(40):
        days = DateScores(prior, 0, until, quantile(truth, (k + 0.5) / 40))
        for name, forecast in forecasts.items():
            errors = [weighted for weighted, _ in days.between(forecast, 0, days.last)]
            planned[name] += math.fsum(errors) / until
            covered[name] += math.fsum(errors) / len(errors)
    assert min(planned, key=planned.__getitem__) == 1.0
    assert min(covered, key=covered.__getitem__) == 0.5


# Distributions


def test_a_team_is_the_mean_of_the_log_odds_and_one_analyst_is_himself() -> None:
    chance = random.Random(5)  # noqa: S311
    several = [a_prior(chance) for _ in range(3)]
    team = PooledDistribution(several, [1.0, 1.0, 1.0], 1.3)
    of = second.pooled([lambda x, d=d: d.tails(x)[0] for d in several], 1.3)  # type: ignore[misc]
    for p in (0.05, 0.5, 0.95):
        x = quantile(team, p)
        assert of(x) == near(p, abs=1e-9)
    assert {*several[0].knots} <= {*team.knots}
    alone = PooledDistribution(several[:1], [0.3], 1.7)
    assert alone.tails(100.0) == several[0].tails(100.0)
    assert quantile(alone, 0.3) == quantile(several[0], 0.3)


def test_a_team_says_nothing_where_one_analyst_excludes_it() -> None:
    one, other = (
        StatedDistribution({0.1: 10, 0.9: 20}, 0.0),
        StatedDistribution({0.1: 15, 0.9: 30}, 12.0),
    )
    team = PooledDistribution([one, other])
    assert team.tails(11.0) == (0.0, 1.0)
    assert quantile(team, 0.001) > 12
    early = WeighedDistribution(one, [15.0], [0.0, -4000.0])
    assert PooledDistribution([early, other]).tails(1e12) == (1.0, 0.0)
    far = PooledDistribution([one, StatedDistribution({0.1: 1e6, 0.9: 2e6}, 0.0)], extremize=3)
    assert far.tails(quantile(far, 0.9))[0] == near(0.9)
    assert far.tails(quantile(far, 0.1))[0] == near(0.1)


def test_nothing_is_infinite_where_a_date_is_surely_over() -> None:
    sure = StatedDistribution({0.1: 1.0, 0.9: 1.1}, 0.0)
    gone = LaterDistribution(sure, 100.0)
    assert gone.tails(100.0) == (0.0, 1.0)
    assert math.isfinite(log_odds(gone.tails(200.0)))
    assert quantile(gone, 0.5) >= 100.0
    assert gone.knots == (100.0,)


def test_a_probit_is_that_of_the_normal_distribution_and_exact_in_both_tails() -> None:
    distributions.standard_normal.cache_clear()  # another test may have loaded it
    assert probit((0.9, 0.1)) == near(NormalDist().inv_cdf(0.9))
    assert probit((1e-12, 1.0)) == near(-probit((1.0, 1e-12)))


@pytest.mark.parametrize(
    "points",
    [{0.1: 2.0, 0.5: 2.0}, {0.1: 3.0, 0.5: 2.0}, {0.1: 1e15, 0.5: math.nextafter(1e15, 2e15)}],
)
def test_values_that_do_not_rise_are_no_distribution(points: dict[float, float]) -> None:
    with pytest.raises(ValueError, match="do not rise"):
        StatedDistribution(points, 0.0)
    with pytest.raises(ValueError, match="do not rise"):
        StatedDistribution({0.1: -1.0, 0.5: 2.0}, 0.0)


# Ledgers


def test_a_prior_includes_an_item_and_a_retracted_or_neutral_one_is_no_line() -> None:
    database = example()
    ids = [*database.evidence]
    known = question(prior=PRIOR)
    included = Prior(basis="B.", quantiles=PRIOR, includes=(ids[1],))  # type: ignore[arg-type]
    changed = {**database.scenarios, "trade-2024": _replaced(known, prior=included)}
    neutral = {**database.evidence, "2024-03-01-n": read("2024-03-01", rate={"240": "N"})}
    book = quantity_ledger(Database(database.tracker, changed, neutral), "trade-2024", AS_OF)
    assert [line.named.id for line in book.lines] == [ids[0], ids[2]]
    assert [line.id for line in book.row_ledger(ROWS[1]).lines if line.kind == "in-prior"] == [
        ids[1]
    ]
    assert book.neutral == dict(zip(ROWS, (0, 1, 0), strict=True))


def _replaced(record: Any, **keys: Any) -> Any:
    return replace(record, **keys)


def test_one_witness_is_one_line_whatever_it_rates() -> None:
    shared = {"origin": "bank"}
    items = {
        "2024-02-01-a": read("2024-02-01", rate={"220": "C"}, **shared),
        "2024-02-02-b": read("2024-02-02", rate={"240": "CC"}, **shared),
    }
    database = Database(Tracker(), {"trade-2024": question()}, items)
    [line] = quantity_ledger(database, "trade-2024", AS_OF).lines
    assert line.named.id == "2024-02-02-b"
    assert [*line.steps.values()] == [5.0, 5.0, 0.0]
    assert [row.id for row in line.total(ROWS[0]).suppressed] == ["2024-02-01-a"]
    assert line.evidence == ("2024-02-01-a", "2024-02-02-b")


def sign(**keys: Any) -> dict[str, Indicator]:
    return {"rail": Indicator("S", added=OPENED, due=date(2024, 6, 1), **keys)}


def test_an_absence_counts_by_if_absent_or_by_its_chance() -> None:
    rated = {"trade-2024/240": "C"}
    database = Database(
        Tracker(), {"trade-2024": question(indicators=sign(ratings=rated, if_absent="I"))}
    )
    [line] = quantity_ledger(database, "trade-2024", AS_OF).lines
    assert [*line.steps.values()] == [0.0, -5.0, 0.0]
    both = {"trade-2024/220": "C", "trade-2024/260": "I"}
    database = Database(
        Tracker(), {"trade-2024": question(indicators=sign(ratings=both, chance=0.3))}
    )
    [line] = quantity_ledger(database, "trade-2024", AS_OF).lines
    masses = {0: 1 - 0.768012, 1: 0.768012 - 0.231988, 2: 0.231988}
    likely = {0: 1.0, 1: 10**0.5, 2: 1.0}
    mean = sum(masses[k] * likely[k] for k in masses)
    cells = [10 * math.log10(1 - 0.3 * likely[k] / mean) for k in masses]
    assert [*line.steps.values()] == near([cells[1] - cells[0], 0.0, cells[2] - cells[1]], abs=1e-4)
    before = quantity_ledger(database, "trade-2024", date(2024, 6, 1))
    assert before.lines == ()


def test_an_indicator_of_another_question_can_rate_a_row() -> None:
    war = Scenario(
        title="War",
        question="?",
        resolution_criteria="C",
        opened=OPENED,
        horizon=HORIZON,
        prior=Prior(0.3, "B"),
        indicators={"talks": Indicator("S", {"trade-2024/240": "CC", "war": "I"}, OPENED)},
    )
    items = {
        "2024-03-01-e": Evidence(
            "S", "2024-03-01", date(2024, 3, 1), indicators={"war/talks": "observed"}
        )
    }
    database = Database(Tracker(), {"trade-2024": question(), "war": war}, items)
    [line] = quantity_ledger(database, "trade-2024", AS_OF).lines
    assert (line.named.id, line.steps["trade-2024/240"]) == ("war/talks", 10.0)
    effects = row_effects(Database(Tracker(), database.scenarios), database, "2024-03-01-e", AS_OF)
    assert [(e.scenario, e.via, e.before, e.note) for e in effects] == [
        ("trade-2024/240", "war/talks", near(0.5), None)
    ]
    assert known_on(database, AS_OF).rating == {
        "trade-2024": ("2024-03-01-e",),
        "war": ("2024-03-01-e",),
    }


def test_an_item_says_what_it_did_to_each_row() -> None:
    database = example()
    first = {id: item for id, item in database.evidence.items() if not id.startswith("2024-07")}
    before = Database(database.tracker, database.scenarios, first)
    effects = row_effects(before, database, "2024-07-12-half-year", AS_OF)
    assert [(e.scenario, round(e.counted_decibans, 4)) for e in effects] == [
        ("trade-2024/220", 7.7778),
        ("trade-2024/260", -3.8889),
    ]
    later = row_effects(before, database, "2024-07-12-half-year", date(2023, 1, 1))
    assert [e.note for e in later] == ["not open on that day"] * 2
    again = read("2024-08-01", rate={"220": "C", "999": "C"}, event="e")
    twice = {
        k: _replaced(v, event="e") if "07" in k[:7] else v for k, v in database.evidence.items()
    }
    after = Database(database.tracker, database.scenarios, {**twice, "2024-08-01-x": again})
    [effect] = row_effects(database, after, "2024-08-01-x", AS_OF)
    assert effect.note == "same origin or event as 2024-07-12-half-year: one witness"
    plain = Database(
        database.tracker,
        database.scenarios,
        {"2024-08-01-n": read("2024-08-01", rate={"220": "N"})},
    )
    [effect] = row_effects(before, plain, "2024-08-01-n", AS_OF)
    assert effect.note == "neutral: fits every outcome equally"
    added = question(MeasuredQuantity("number", None, None, (240.0,)))
    [effect, _] = row_effects(
        Database(database.tracker, {"trade-2024": added}), database, "2024-07-12-half-year", AS_OF
    )
    assert effect.before is None


# Dates

DATE = MeasuredQuantity("date", None, None, (date(2024, 6, 30), date(2024, 12, 31)))
DAYS = {"p10": date(2024, 3, 1), "p40": date(2024, 12, 31)}


def by_date(**keys: Any) -> Database:
    return Database(Tracker(), {"q": question(DATE, DAYS, **keys)})


def ended(value: Any, day: str, **keys: Any) -> Resolution:
    on = date.fromisoformat(day)
    return Resolution("annulled", on, on, "B.", value=value, **keys)


def test_a_date_moves_on_as_time_passes_and_is_later_past_its_horizon() -> None:
    odds = DailyLedgers(by_date())
    first = quantity_view(odds, "q", date(2023, 1, 1), OPENED)
    assert first.figure.implied.low == "2024-03-01"
    assert first.figure.implied.high == "later"
    assert first.figure.previous.implied is None
    assert first.bits == 0.0
    view = quantity_view(odds, "q", OPENED, date(2024, 5, 1))
    assert f"{view.figure.implied.low}" > "2024-05-01"
    assert view.bits > 0.01
    book = view.ledger.row_ledger("q/2024-06-30")
    assert book.counted("time") < 0
    assert sum(line.counted_decibans for line in book.lines) == near(
        book.implied.decibans - book.prior.decibans
    )


def test_a_row_whose_day_has_passed_did_not_occur() -> None:
    passed = row_on(by_date(), "q/2024-06-30", date(2024, 7, 1))
    assert (passed.outcome, passed.day) == ("did-not-occur", date(2024, 6, 29))
    still = row_on(by_date(), "q/2024-12-31", date(2024, 7, 1))
    assert (still.outcome, still.day) == (None, date(2024, 7, 1))
    shown = explain_row(by_date(), "q/2024-06-30", date(2024, 7, 1))
    assert (shown.state, shown.outcome, shown.waits) == ("resolved", "did-not-occur", HORIZON)


def test_an_event_on_the_day_of_a_threshold_is_by_it() -> None:
    end = ended("2024-06-30", "2024-07-02")
    database = by_date(resolution=end)
    row = row_on(database, "q/2024-06-30", date(2024, 8, 1))
    assert (row.outcome, row.day) == ("occurred", date(2024, 6, 29))
    assert row_on(database, "q/2024-12-31", date(2024, 8, 1)).outcome == "occurred"
    late = by_date(resolution=ended("later", "2025-03-01"))
    assert row_on(late, "q/2024-12-31", date(2025, 4, 1)).outcome == "did-not-occur"


def test_words() -> None:
    assert row_name(240.0, "billion dollars") == "over 240 billion dollars"
    assert (row_name(0.5), row_name("2026-12-31")) == ("over 0.5", "by 2026-12-31")
    figure = quantity_view(DailyLedgers(example()), "trade-2024", AS_OF, AS_OF).figure
    assert from_to(figure.implied, None) == "242 (222 to 267)"
    assert from_to(figure.implied, figure.implied) == "242 (222 to 267)"
    assert from_to(figure.implied, figure.stated) == "242 (222 to 267), from 240"
    narrow = _replaced(figure.implied, low=3.123456, median=3.2, high=3.3)
    assert f"{narrow}" == "3.20 (3.12 to 3.30)"
    assert in_words(7.0, _replaced(narrow, low=3.3)) == "7"
    assert [outcome_of_row(240.0, v) for v in ("240", "240.1", "annulled", None)] == [
        *("did-not-occur", "occurred", "annulled", None)
    ]


# Statements


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (None, None, ""),
        (None, (1, 2, 3), "new"),
        ((1, 2, 3), (1, 2, 3), "0"),
        ((180, 200, 260), (180, 203, 260), "+3"),
        ((180, 203, 260), (180, 200, 260), "−3"),
        ((180, 200.0, 260), (180, 200.2, 260), "0"),
        ((0, 2000, 9000), (0, 3900, 9000), "+1,900"),
        (("2026-03-01", "2026-05-01", "later"), ("2026-03-01", "2026-04-19", "later"), "−12 d"),
        (("2026-03-01", "2026-05-01", "later"), ("2026-03-01", "later", "later"), "later"),
        (("2026-03-01", "later", "later"), ("2026-03-01", "2026-05-01", "later"), "sooner"),
    ],
)
def test_a_change_of_a_median_in_its_unit(before: Any, now: Any, change: str) -> None:
    pair = [
        Interval(low=ends[0], median=ends[1], high=ends[2]) if ends else None
        for ends in (now, before)
    ]
    assert median_change(*pair) == change


def test_days_far_apart_are_shown_as_months() -> None:
    near = Interval(low="2026-03-01", median="2026-05-01", high="2028-02-28")
    far = Interval(low="2026-03-01", median="2028-05-01", high="later")
    assert f"{near}" == "2026-05-01 (2026-03-01 to 2028-02-28)"
    assert f"{far}" == "2028-05 (2026-03 to later)"
    assert f"{Interval(low='2026-03-01', median='later', high='later')}" == (
        "later (2026-03-01 to later)"
    )


def test_a_quantity_past_its_horizon_waits_for_its_value_and_an_old_forecast_is_a_chore() -> None:
    seen = Indicator(statement="S.", ratings={ROWS[1]: "C"}, due=date(2024, 6, 30), added=OPENED)
    database = example(indicators={"spring": seen})
    late = window(database, date(2025, 3, 3), date(2025, 3, 10))
    told = {(f.rule, f.subject) for f in findings(late)}
    assert {("overdue", "trade-2024"), ("past-due", "trade-2024/spring")} <= told
    assert ("not-reviewed", "trade-2024") not in told
    (waits,) = decisions(late, findings(late), (), (), ())
    assert (waits.kind, waits.subject, waits.analysts) == (
        *("overdue", "trade-2024"),
        ("east", "west"),
    )
    open_still = window(database, date(2024, 12, 1), date(2024, 12, 8))
    stale = [f.message for f in findings(open_still) if f.rule == "not-reviewed"]
    assert stale == ["no forecast since 2024-11-02"]
    (west, *_) = chores(open_still, findings(open_still))
    assert (west.forecasts, west.last) == (1, date(2024, 11, 2))


def test_a_withdrawn_an_expired_and_an_impossible_estimate_do_not_stand() -> None:
    database = example()
    withdrawn = {**database.sheets, "2024-11-05-east": sheet("2024-11-05", "east")}
    crossed = {**withdrawn, "2024-11-06-west": sheet("2024-11-06", "west", p10=9.0, p50=3.0)}
    one = stated_quantity(_replaced(database, sheets=withdrawn), "trade-2024", AS_OF)
    assert one
    assert [*one.estimates] == ["west"]
    assert stated_quantity(_replaced(database, sheets=crossed), "trade-2024", AS_OF) is None
    expires = _replaced(database, tracker=_replaced(database.tracker, forecast_expires_days=10))
    assert stated_quantity(expires, "trade-2024", AS_OF) is None


# Scores by the records


def test_a_number_counts_once_its_value_is_known_and_is_never_early() -> None:
    database = example(resolution=ended(244.8, "2025-01-13"))
    assert scored_quantity(DailyLedgers(database), "trade-2024", AS_OF) is None
    result = score(database, date(2025, 1, 20))
    east = next(row for row in result.questions if row.forecaster == "east")
    assert (east.quantity, east.value, east.early, east.outcome) == (True, 244.8, False, None)
    assert (east.log_score, east.baseline, east.peer) == (None, None, None)
    assert rounded(east.brier, east.crps) == [0.0331, 2.3153]  # type: ignore[arg-type]
    assert (east.covered_days, east.scored_days) == (73, 364)
    assert [row.name for row in result.forecasters] == [
        *("east", "west", "team", "implied", "prior", "first")
    ]
    assert result.forecasters[0].log_score is None
    assert (result.so_far, result.open, result.excluded) == ((), 0, ())
    weight = sum(bin.n for bin in result.calibration if bin.forecaster == "east")
    assert weight == near(1)
    assert score(database, date(2025, 1, 20), forecaster="west").calibration


def test_a_date_stands_so_far_until_its_horizon_is_past() -> None:
    own = {
        "2024-02-01-east": Sheet(
            date(2024, 2, 1),
            "east",
            quantiles={"q": {"p10": date(2024, 4, 1), "p60": date(2024, 9, 1)}},
        )
    }
    plain = _replaced(by_date(), sheets=own)
    result = score(plain, date(2024, 6, 1))
    assert {row.value for row in result.questions} == {None}
    assert {row.early for row in result.questions} == {True}
    assert [row.forecaster for row in result.so_far] == ["east", "implied", "prior", "first"]
    assert (result.open, result.forecasters) == (1, ())
    event = _replaced(by_date(resolution=ended("2024-05-10", "2024-05-12")), sheets=own)
    early = score(event, date(2024, 6, 1))
    assert {row.value for row in early.questions} == {"2024-05-10"}
    assert {row.early for row in early.questions} == {True}
    row = next(row for row in early.questions if row.forecaster == "east")
    assert (row.covered_days, row.scored_days, row.days_after) == (99, 116, 22)
    counted = score(event, date(2025, 3, 1))
    assert [row.name for row in counted.forecasters] == ["east", "implied", "prior", "first"]
    assert {row.value for row in counted.questions} == {"2024-05-10"}
    assert sum(bin.n for bin in counted.calibration if bin.forecaster == "implied") == near(1)
    late = _replaced(by_date(resolution=ended("later", "2025-03-05")), sheets=own)
    assert {row.value for row in score(late, date(2025, 3, 6)).questions} == {"later"}


def test_what_is_annulled_withheld_or_not_asked_is_not_scored() -> None:
    annulled = example(resolution=ended(None, "2024-12-01"))
    assert [row.reason for row in score(annulled, AS_OF).excluded] == ["annulled"]
    lost = _replaced(example(), withheld={"trade-2024": "trade-2024.yaml"})
    assert [row.reason for row in score(lost, AS_OF).excluded] == [
        "withheld: trade-2024.yaml cannot be read"
    ]
    assert score(example(), date(2023, 1, 1)).open == 0
    assert score(example(), AS_OF, QuestionFilter(tags=("x",))).open == 0
    soon = Database(
        Tracker(), {"q": question(DATE, {"p10": date(2024, 12, 1), "p40": date(2025, 2, 1)})}
    )
    assert scored_quantity(DailyLedgers(soon), "q", OPENED + timedelta(5)) is None
    first_day = example(resolution=ended(244.8, f"{OPENED}"))
    assert scored_quantity(DailyLedgers(first_day), "trade-2024", AS_OF) is None


def test_a_filler_is_not_scored_and_recency_weighs_daily() -> None:
    database = example(opened=date(2024, 10, 10), resolution=ended(244.8, "2024-11-20"))
    known = database.scenarios["trade-2024"]
    filler = _replaced(known, prior=Prior(basis="Imported; none stated", quantiles=PRIOR))  # type: ignore[arg-type]
    tracker = Tracker(team=Team(recency=0.25), half_life_days=200)
    result = score(
        Database(tracker, {"trade-2024": filler}, database.evidence, database.sheets),
        date(2024, 12, 1),
    )
    assert {row.forecaster for row in result.questions} == {"east", "west", "team", "first"}
    aged = score(Database(tracker, database.scenarios, database.evidence, {}), date(2024, 12, 1))
    assert {row.forecaster for row in aged.questions} == {"implied", "prior"}


# The whole


def test_a_quantity_is_explained_with_its_rows_and_lines() -> None:
    whole = explain_quantity(example(), "trade-2024", AS_OF)
    assert whole.quantity
    assert f"{whole.prior}" == "240 (205 to 275)"
    assert [row.id for row in whole.quantity.thresholds] == [*ROWS]
    assert [line.id[:10] for line in whole.lines] == ["2024-07-12", "2024-02-07", "2024-10-14"]
    lost = _replaced(example(), withheld={"trade-2024": "trade-2024.yaml"})
    hidden = explain_quantity(lost, "trade-2024", AS_OF)
    assert (hidden.quantity, hidden.lines, hidden.withheld) == (None, (), "trade-2024.yaml")
    row = explain_row(lost, ROWS[0], AS_OF)
    assert (row.implied, row.lines, row.stated, row.withheld) == (None, (), None, "trade-2024.yaml")
    known = explain_row(example(resolution=ended(244.8, "2025-01-13")), ROWS[1], date(2025, 2, 1))
    assert known.post_mortem
    assert (known.outcome, known.waits) == ("occurred", None)


def test_what_is_shown_of_a_quantity_can_be_kept() -> None:
    """Status is kept between two commands, and so is read again from what it was written as."""
    (row,) = status(window(example(), AS_OF - timedelta(7), AS_OF))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(row), type=type(row)) == row
    assert row.quantity
    assert [each.id for each in row.quantity.thresholds] == [*ROWS]
    effects = row_effects(example(), example(), "2024-07-12-half-year", AS_OF)
    assert msgspec.convert(msgspec.to_builtins(effects), type=list[EvidenceEffect]) == [*effects]


# What is read of it


def test_a_team_pulled_to_the_middle_reaches_beyond_what_each_says() -> None:
    several = [StatedDistribution({0.1: low, 0.9: low + 20}) for low in (100.0, 110.0)]
    pooled = PooledDistribution(several, extremize=0.5)
    for below in (1e-4, 0.01, 0.99, 1 - 1e-4):
        value = pooled.value_at((below, 1 - below))
        assert pooled.tails(value)[0] == near(below, 1e-6)
    assert pooled.value_at((1e-4, 1 - 1e-4)) < min(d.value_at((1e-4, 1 - 1e-4)) for d in several)


def test_a_faulty_sheet_has_no_score_and_a_sheet_of_tomorrow_does_not_stand() -> None:
    crossed = sheet("2024-11-06", "west", p10=9.0, p50=3.0)
    known = example(resolution=ended(244.8, "2025-01-13"))
    sheets = {"2024-11-01-east": known.sheets["2024-11-01-east"], "2024-11-06-west": crossed}
    rows = score(_replaced(known, sheets=sheets), date(2025, 1, 20)).questions
    assert "west" not in {row.forecaster for row in rows}
    assert {row.ending for row in rows} == {"244.8"}
    on_the_eve = stated_quantity(example(), "trade-2024", date(2024, 11, 1))
    assert on_the_eve
    assert [*on_the_eve.estimates] == ["east"]
    soon = score(by_date(), OPENED)
    assert (soon.open, soon.questions) == (1, ())
    open_date = score(by_date(), date(2024, 6, 1)).questions
    assert {(row.value, row.ending) for row in open_date} <= {(None, "")}


def test_a_quantity_that_is_not_open_yet_or_not_asked_for_has_no_row() -> None:
    early = date(2023, 1, 1)
    assert status(window(example(), early - timedelta(7), early)) == ()
    odds = DailyLedgers(example())
    assert [*quantity_views(odds, AS_OF, AS_OF, ())] == []
    assert [view.id for view in quantity_views(odds, AS_OF, AS_OF, ("trade-2024",))] == [
        "trade-2024"
    ]


def test_the_day_on_which_quantiles_expire_is_due_and_a_withdrawal_is_not() -> None:
    tracker = _replaced(example().tracker, forecast_expires_days=40)
    ending = due(_replaced(example(), tracker=tracker), AS_OF).coming
    assert [(entry.id, entry.scenarios) for entry in ending if entry.what == "forecasts"] == [
        ("2024-11-01-east", ("trade-2024",)),
        ("2024-11-02-west", ("trade-2024",)),
    ]
    gone = {"2024-11-01-east": sheet("2024-11-01", "east")}
    assert not [
        entry
        for entry in due(_replaced(example(), tracker=tracker, sheets=gone), AS_OF).coming
        if entry.what == "forecasts"
    ]


def test_a_list_of_forecasts_has_the_quantiles_and_a_figure_has_words() -> None:
    rows = forecasts(known_on(example(), AS_OF), ListFilter())
    assert [getattr(row, "quantiles", None) for row in rows] == [
        {"p10": 232.0, "p50": 243.0, "p90": 256.0},
        {"p10": 225.0, "p50": 236.0, "p90": 250.0},
    ]
    assert figure_words({"p10": 232.0, "p50": date(2024, 1, 2)}) == "p10 232, p50 2024-01-02"


def test_values_of_another_kind_are_no_distribution() -> None:
    days: dict[str, float | date] = {"p10": date(2024, 3, 1), "p50": 240.0}
    with pytest.raises(ValueError, match="another kind"):
        distribution(TRADE, days, OPENED)
    assert [*order_faults(days, OPENED)] == [("p50", "p10 and p50 are a number and a day")]
    assert in_words("later", quantity_figure().implied) == "later"


def quantity_figure() -> QuantityFigure:
    """The figures of the example."""
    return quantity_view(DailyLedgers(example()), "trade-2024", AS_OF, AS_OF).figure


def war() -> Scenario:
    """A question with a yes or a no."""
    return Scenario(
        title="War",
        question="Will it?",
        resolution_criteria="So.",
        opened=OPENED,
        horizon=HORIZON,
        prior=Prior(probability=0.3, basis="B."),
    )


def test_an_item_that_rates_a_row_and_a_question_has_an_effect_on_each() -> None:
    item = replace(read("2024-08-01", rate={"220": "C"}), ratings={ROWS[0]: "C", "war": "C"})
    scenarios = {**example().scenarios, "war": war()}
    before = Database(Tracker(), scenarios)
    after = Database(Tracker(), scenarios, {"2024-08-01-x": item})
    assert [e.scenario for e in effects(before, after, "2024-08-01-x", AS_OF)] == ["war"]
    assert [e.scenario for e in row_effects(before, after, "2024-08-01-x", AS_OF)] == [ROWS[0]]


def test_a_record_is_shown_without_the_keys_of_the_other_kind() -> None:
    end = ended(244.8, "2025-01-13")
    content = of_its_kind(msgspec.to_builtins(question(resolution=end)))
    assert "probability" not in content["prior"]
    assert (content["resolution"]["value"], "outcome" in content["resolution"]) == (244.8, False)
    content = of_its_kind(msgspec.to_builtins(war()))
    assert "quantiles" not in content["prior"]
    assert "quantity" not in content
    known = replace(war(), resolution=Resolution("occurred", AS_OF, AS_OF, "B."))
    assert "value" not in of_its_kind(msgspec.to_builtins(known))["resolution"]
    own = of_its_kind(msgspec.to_builtins(sheet("2024-11-01", "east", p10=1.0, p50=2.0)))
    assert "probabilities" not in own
    assert of_its_kind({"summary": "S"}) == {"summary": "S"}
    assert [ended(value, "2025-01-13").ending for value in (244.8, "later", None)] == [
        *("244.8", "later", "annulled")
    ]


def test_a_sign_that_the_prior_includes_is_no_line() -> None:
    item = replace(read("2024-03-01"), indicators={"trade-2024/rail": "observed"})
    known = question(indicators=sign(ratings={ROWS[0]: "C"}))
    for includes, number in ((), 1), (("2024-03-01-x",), 0):
        asked = replace(known, prior=replace(known.prior, includes=includes))
        database = Database(Tracker(), {"trade-2024": asked}, {"2024-03-01-x": item})
        lines = quantity_ledger(database, "trade-2024", AS_OF).lines
        assert len(lines) == number
