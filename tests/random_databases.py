"""Random databases that obey every rule of the records: any seed gives one, the same each time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Given,
    GradeWeights,
    HazardEnded,
    Indicator,
    IndicatorState,
    Letter,
    Prior,
    Resolution,
    Retraction,
    Scenario,
    Source,
    Tracker,
)

START = date(2022, 1, 1)
CODES = ("CC", "C", "N", "I", "II")
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E", "F")
STATES: tuple[IndicatorState, ...] = ("observed", "observed", "emerging", "reversed")
THEMES = {"energy": "Energy", "military": "Military", "money": "Money"}
DECIBANS = (
    {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0},
    {"CC": 8.0, "C": 3.0, "N": 0.0, "I": -2.0, "II": -9.5},
)
WEIGHTS = GradeWeights(
    {"A": 1.0, "B": 0.8, "C": 0.6, "D": 0.3, "E": 0.0, "F": 0.4}, [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]
)
DEPENDENCE: tuple[float | Dependence, ...] = (
    0.0,
    0.35,
    1.0,
    Dependence(0.6, 0.2),
    Dependence(0.5, 0.0),
    Dependence(1.0, 0.3),
    Dependence(1.0, 1.0),
    Dependence(0.4, 0.4),
)


@dataclass
class _Draw:
    """What has been drawn so far; a block is a scenario alone or a whole set."""

    chance: random.Random
    tracker: Tracker
    blocks: list[list[str]]
    items: dict[str, tuple[str, date]] = field(default_factory=dict)
    """When each item was observed and recorded."""

    def day(self, low: int, high: int) -> date:
        """One of every fifth day, so that what depends on before and after meets equal days."""
        return START + timedelta(days=5 * self.chance.randint(low // 5, high // 5))

    def maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    def rating(self) -> Any:
        if self.maybe(0.3):
            return round(10 ** self.chance.uniform(-2, 2), 3)
        return self.chance.choice(CODES)

    def probability(self) -> float:
        return round(self.chance.uniform(0.02, 0.98), 3)


def random_database(seed: int) -> Database:
    """One to three scenarios alone and up to two sets, linked, with up to 40 items."""
    chance = random.Random(seed)  # noqa: S311 - the same databases every time
    names = [f"{letter}-{seed % 10}" for letter in chance.sample("abcdefghijklmnopqrst", 13)]
    sizes = [1] * chance.randint(1, 3) + [chance.randint(2, 5) for _ in range(chance.randint(0, 2))]
    chance.shuffle(sizes)
    blocks = [[names.pop() for _ in range(size)] for size in sizes]
    draw = _Draw(chance, _tracker(chance, blocks), blocks)
    for n in range(chance.randint(0, 40)):
        recorded = draw.day(0, 330)
        observed = (recorded - timedelta(chance.choice([0, 0, 1, 9]))).isoformat()
        observed = observed[: chance.choice([10, 10, 10, 10, 10, 7, 4])]
        draw.items[f"{observed}-e{n}"] = observed, recorded
    scenarios: dict[str, Scenario] = {}
    for number, block in enumerate(blocks):
        _add_block(draw, number, block, scenarios)
    for block in blocks:
        _add_indicators(draw, block, scenarios)
    sources = {f"source-{n}": Source(f"Source {n}", chance.choice(LETTERS)) for n in range(3)}
    evidence = {id: _item(draw, *days, scenarios) for id, days in draw.items.items()}
    return Database(draw.tracker, scenarios, evidence, {}, sources)


def _tracker(chance: random.Random, blocks: list[list[str]]) -> Tracker:
    return Tracker(
        title="Random",
        description="Drawn at random.",
        decibans=chance.choice(DECIBANS),
        grade_weights=chance.choice([None, WEIGHTS]),
        evidence_dependence=chance.choice(DEPENDENCE),
        rating_strength=chance.choice([1.0, 1.0, 0.6, 1.7]),
        themes=THEMES,
        sets={_set_id(n): "A set" for n, block in enumerate(blocks) if len(block) > 1},
    )


def _set_id(number: int) -> str:
    return f"set-{number}"


def _add_block(draw: _Draw, number: int, block: list[str], scenarios: dict[str, Scenario]) -> None:
    """A scenario alone or a set, linked to an earlier block or to none, perhaps resolved."""
    in_set = len(block) > 1
    earlier = [name for other in draw.blocks[:number] for name in other]
    other = draw.chance.choice(earlier) if earlier and draw.maybe(0.6) else None
    outcomes = _outcomes(draw, block)
    for name in block:
        p = draw.probability()
        given = {}
        if other:
            ends = sorted([round(p * draw.chance.random(), 4), round(p + (1 - p) * 0.7, 4)])
            draw.chance.shuffle(ends)
            given = {other: Given(*(min(max(end, 0.001), 0.999) for end in ends))}
        opened = draw.day(-60, 60)
        hazard = not in_set and draw.maybe(0.5)
        ended = hazard and draw.maybe(0.4)
        scenarios[name] = Scenario(
            "Title",
            "Question?",
            "Criteria.",
            opened=opened,
            horizon=draw.day(200, 500),
            set=_set_id(number) if in_set else None,
            prior=Prior(
                p,
                "Basis.",
                includes=tuple(draw.chance.sample([*draw.items], min(len(draw.items), 2)))
                if draw.maybe(0.2)
                else (),
                hazard="constant" if hazard else None,
                hazard_ended=HazardEnded(opened + timedelta(draw.chance.randint(0, 150)), "Dated.")
                if ended
                else None,
                given=given,
            ),
            resolution=outcomes.get(name),
        )


def _outcomes(draw: _Draw, block: list[str]) -> dict[str, Resolution]:
    """Any outcome for a scenario alone; in a set at most one occurs, and never is none left."""

    def resolved(outcome: Any, low: int, high: int) -> Resolution:
        on = draw.day(low, high)
        return Resolution(outcome, on, on + timedelta(draw.chance.choice([0, 0, 20])), "Basis.")

    if len(block) == 1:
        outcome = draw.chance.choice(["occurred", "did-not-occur", "annulled"])
        return {block[0]: resolved(outcome, 130, 320)} if draw.maybe(0.4) else {}
    out = draw.chance.sample(block, draw.chance.randint(0, len(block) - 1))
    outcomes = {name: resolved("did-not-occur", 60, 250) for name in out}
    left = [name for name in block if name not in outcomes]
    if draw.maybe(0.3):
        outcomes[draw.chance.choice(left)] = resolved("occurred", 200, 330)
    elif draw.maybe(0.2):
        outcomes[draw.chance.choice(left)] = resolved("annulled", 100, 300)
    return outcomes


def _add_indicators(draw: _Draw, block: list[str], scenarios: dict[str, Scenario]) -> None:
    everyone = [name for other in draw.blocks for name in other]
    for owner in block:
        own = {}
        for n in range(draw.chance.choice([0, 0, 1, 2])):
            ratings = {name: draw.rating() for name in block if draw.maybe(0.8)}
            if draw.maybe(0.4):
                ratings[draw.chance.choice(everyone)] = draw.rating()
            ratings.setdefault(owner, draw.rating())
            keys: dict[str, Any] = {}
            if draw.maybe(0.7):
                keys["due"] = draw.day(30, 250)
                if draw.maybe(0.4):
                    keys["if_absent"] = draw.rating()
                else:
                    chance = draw.probability()
                    if _feasible(draw, chance, ratings, owner, block, scenarios):
                        keys["chance"] = chance
            own[f"sign-{n}"] = Indicator(
                "Something is seen", ratings, START, theme=_theme(draw), **keys
            )
        scenarios[owner] = _with(scenarios[owner], indicators=own)


def _feasible(
    draw: _Draw,
    chance: float,
    ratings: dict[str, Any],
    owner: str,
    block: list[str],
    scenarios: dict[str, Scenario],
) -> bool:
    """Whether no scenario would make the indicator more probable than 0.98."""

    def ratio(name: str) -> float:
        rating = ratings.get(name, 1.0)
        if isinstance(rating, str):
            rating = 10 ** (draw.tracker.decibans[rating] / 10)
        return float(rating**draw.tracker.rating_strength)

    p = {name: scenarios[name].prior.probability for name in block}
    if len(block) == 1:
        ratios, mean = [ratio(owner), 1.0], p[owner] * ratio(owner) + 1 - p[owner]
    else:
        ratios = [ratio(name) for name in block]
        mean = sum(p[name] * ratio(name) for name in block) / sum(p.values())
    return max(ratios) * chance / mean < 0.98


def _theme(draw: _Draw) -> str | None:
    return draw.chance.choice([None, *THEMES])


def _item(draw: _Draw, observed: str, recorded: date, scenarios: dict[str, Scenario]) -> Evidence:
    """An item that fires up to two indicators and rates scenarios that these do not touch."""
    keys = [f"{owner}/{n}" for owner, scenario in scenarios.items() for n in scenario.indicators]
    fired = draw.chance.sample(keys, min(len(keys), draw.chance.choice([0, 0, 1, 1, 2])))
    touched = {
        name
        for owner, _, n in (key.partition("/") for key in fired)
        for name in scenarios[owner].indicators[n].ratings
    }
    ratings = {}
    for block in draw.blocks:
        if touched.isdisjoint(block) and draw.maybe(0.7):
            ratings.update({name: draw.rating() for name in block if draw.maybe(0.8)})
    return Evidence(
        "Something was seen",
        observed=observed,
        recorded=recorded,
        source=draw.chance.choice([None, "source-0", "source-1", "source-2"]),
        reliability=draw.chance.choice([None, *LETTERS]),
        credibility=draw.chance.choice([None, 1, 1, 2, 2, 3, 4, 5, 6]),
        origin=draw.chance.choice([None] * 7 + ["agency", "ministry", "wire"]),
        event=draw.chance.choice([None] * 8 + ["summit", "treaty"]),
        theme=_theme(draw),
        ratings=ratings,
        indicators={key: draw.chance.choice(STATES) for key in fired},
        retracted=Retraction(recorded + timedelta(draw.chance.randint(5, 150)), "Wrong.")
        if draw.maybe(0.15)
        else None,
    )


def _with(scenario: Scenario, **keys: Any) -> Scenario:
    fields = {name: getattr(scenario, name) for name in scenario.__struct_fields__}
    return Scenario(**{**fields, **keys})
