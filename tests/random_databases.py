"""Random databases: any seed gives one, the same each time."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.evidence.indicators import seen_if
from scenarios.model import (
    ConditionalPrior,
    Database,
    Dependence,
    Evidence,
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
from scenarios.scales import rating_decibans
from scenarios.values import GradeWeights

START, END = date(2022, 1, 1), date(2022, 12, 31)
CODES = ("CC", "C", "N", "I", "II")
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E", "F")
STATES: tuple[IndicatorState, ...] = ("observed", "observed", "emerging", "reversed")
THEMES = {"energy": "Energy", "military": "Military", "money": "Money"}
HALF_LIVES: tuple[float | dict[str, float] | None, ...] = (
    *(None, None, 90.0),
    *({"default": 400.0, "energy": 30.0}, {"energy": 1.0}),
)
DECIBANS = (
    {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0},
    {"CC": 8.0, "C": 3.0, "N": 0.0, "I": -2.0, "II": -9.5},
)
WEIGHTS = GradeWeights(
    {"A": 1.0, "B": 0.8, "C": 0.6, "D": 0.3, "E": 0.0, "F": 0.4}, [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]
)
WEAK = GradeWeights(
    {"A": 0.9, "B": 0.7, "C": 0.5, "D": 0.3, "E": 0.0, "F": 0.3}, [0.9, 0.7, 0.5, 0.3, 0.0, 0.3]
)
PAIRS = ((0.6, 0.2), (0.5, 0.0), (1.0, 0.3), (1.0, 1.0), (0.4, 0.4))
DEPENDENCES: list[float | Dependence] = [0.0, 0.35, 1.0, *(Dependence(*pair) for pair in PAIRS)]


def random_database(seed: int) -> Database:
    """One to three scenarios alone and up to two sets, linked, with up to 40 items."""
    chance = Random(seed)  # noqa: S311 - the same databases every time
    names = [f"{letter}-{seed % 10}" for letter in chance.sample("abcdefghijklmnopqrst", 13)]
    sizes = [1] * chance.randint(1, 3) + [chance.randint(2, 5) for _ in range(chance.randint(0, 2))]
    chance.shuffle(sizes)
    return _drawn(chance, [[names.pop() for _ in range(size)] for size in sizes], 40)


@st.composite
def databases(draw: st.DrawFn, *, tied: bool = True, linked: bool = False) -> Database:
    """A scenario alone and a set of two to four, open through 2022, with up to seven items."""
    chance = draw(st.randoms(use_true_random=False))
    db = _drawn(chance, [["alone"], [*"abcd"[: chance.randint(2, 4)]]], 7)
    scenarios, evidence = {}, db.evidence
    for id, one in db.scenarios.items():
        prior = one.prior if linked else replace(one.prior, given={}, hazard_ended=None)
        scenarios[id] = replace(one, opened=START, horizon=END, prior=prior)
    if not tied:
        evidence = {id: replace(one, origin=None, event=None) for id, one in evidence.items()}
    return replace(db, scenarios=scenarios, evidence=evidence)


def _drawn(chance: Random, blocks: list[list[str]], most: int) -> Database:
    """Scenarios in blocks: each is one alone or a whole set."""
    tracker = Tracker(
        decibans=chance.choice(DECIBANS),
        grade_weights=chance.choice([None, WEIGHTS, WEAK]),
        evidence_dependence=chance.choice(DEPENDENCES),
        rating_strength=chance.choice([1.0, 1.0, 0.6, 1.7]),
        themes=THEMES,
        sets={f"set-{n}": "A set" for n, block in enumerate(blocks) if len(block) > 1},
    )
    days: dict[str, tuple[str, date]] = {}
    for n in range(chance.randint(0, most)):
        recorded = _day(chance, 0, 330)
        observed = (recorded - timedelta(chance.choice([0, 0, 1, 9]))).isoformat()
        observed = observed[: chance.choice([10, 10, 10, 10, 10, 7, 4])]
        if days and chance.random() < 0.2:  # only ids are left to decide
            observed, recorded = chance.choice([*days.values()])
        days[f"{observed}-e{n}"] = observed, recorded
    scenarios: dict[str, Scenario] = {}
    for number in range(len(blocks)):
        scenarios |= _block(chance, tracker, blocks, number, [*days])
    evidence = {id: _item(chance, *told, scenarios) for id, told in days.items()}
    if chance.random() < 0.5:
        evidence = _superseding(chance, evidence)
    sources = {
        f"source-{n}": Source(name=f"Source {n}", reliability=chance.choice(LETTERS))
        for n in range(3)
    }
    tracker = replace(tracker, half_life_days=chance.choice(HALF_LIVES))
    return Database(tracker, scenarios, evidence, {}, sources)


def _superseding(chance: Random, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
    """A third of the items replace up to two that were recorded before them."""
    ids = sorted(evidence, key=lambda i: (evidence[i].recorded, i))
    for place, id in enumerate(ids):
        if place and chance.random() < 0.35:
            earlier = chance.sample(ids[:place], min(place, chance.randint(1, 2)))
            evidence[id] = replace(evidence[id], supersedes=tuple(earlier))
    return evidence


def _day(chance: Random, low: int, high: int) -> date:
    """One of every fifth day, so that what depends on before and after meets equal days."""
    return START + timedelta(days=5 * chance.randint(low // 5, high // 5))


def _rating(chance: Random) -> Any:
    ratio = round(10 ** chance.uniform(-2, 2), 3)
    return ratio if chance.random() < 0.3 else chance.choice(CODES)


def _probability(chance: Random) -> float:
    return round(chance.uniform(0.02, 0.98), 3)


def _block(
    chance: Random, tracker: Tracker, blocks: list[list[str]], number: int, items: list[str]
) -> dict[str, Scenario]:
    """A scenario alone or a set, linked to an earlier block or to none, perhaps resolved."""
    block, everyone = blocks[number], [name for other in blocks for name in other]
    set_id = f"set-{number}" if len(block) > 1 else None
    earlier = everyone[: everyone.index(block[0])]
    other = chance.choice(earlier) if earlier and chance.random() < 0.6 else None
    outcomes = _outcomes(chance, block)
    priors = {name: _probability(chance) for name in block}
    made = {}
    for name in block:
        opened, hazard = _day(chance, -60, 60), set_id is None and chance.random() < 0.5
        ended = HazardEnded(opened + timedelta(chance.randint(0, 150)), "Dated.")
        prior = Prior(
            priors[name],
            "Basis.",
            includes=tuple(chance.sample(items, min(len(items), chance.choice([0, 0, 0, 0, 2])))),
            hazard="constant" if hazard else None,
            hazard_ended=ended if hazard and chance.random() < 0.4 else None,
            given={other: _given(chance, priors[name])} if other else {},
        )
        cases = priors if set_id else {name: priors[name], "": 1 - priors[name]}
        made[name] = Scenario(
            title="Title",
            question="Question?",
            resolution_criteria="Criteria.",
            opened=opened,
            horizon=_day(chance, 200, 500),
            prior=prior,
            set=set_id,
            indicators={
                f"sign-{n}": _indicator(chance, tracker, everyone, name, cases)
                for n in range(chance.choice([0, 0, 1, 2]))
            },
            resolution=outcomes.get(name),
        )
    return made


def _given(chance: Random, probability: float) -> ConditionalPrior:
    """Two figures with the probability between them, whichever is the higher."""
    low = max(round(probability * chance.random(), 3), 0.001)
    high = min(round(1 - (1 - probability) * chance.random(), 3), 0.999)
    return ConditionalPrior(low, high) if chance.random() < 0.5 else ConditionalPrior(high, low)


def _outcomes(chance: Random, block: list[str]) -> dict[str, Resolution]:
    """Any outcome for a scenario alone; in a set at most one occurs, and never is none left."""

    def resolved(outcome: Any, low: int, high: int) -> Resolution:
        on = _day(chance, low, high)
        return Resolution(outcome, on, on + timedelta(chance.choice([0, 0, 20])), "Basis.")

    if len(block) == 1:
        outcome = chance.choice(["occurred", "did-not-occur", "annulled"])
        return {block[0]: resolved(outcome, 130, 320)} if chance.random() < 0.4 else {}
    out = chance.sample(block, chance.randint(0, len(block) - 1))
    outcomes = {name: resolved("did-not-occur", 60, 250) for name in out}
    one = chance.choice([name for name in block if name not in outcomes])
    if chance.random() < 0.3:
        outcomes[one] = resolved("occurred", 200, 330)
    elif chance.random() < 0.2:
        outcomes[one] = resolved("annulled", 100, 300)
    return outcomes


def _indicator(
    chance: Random, tracker: Tracker, everyone: list[str], owner: str, cases: dict[str, float]
) -> Indicator:
    """No case may make what has a chance more probable than 0.98."""
    ratings = {name: _rating(chance) for name in cases if name and chance.random() < 0.8}
    if chance.random() < 0.4:
        ratings[chance.choice(everyone)] = _rating(chance)
    if not ratings or chance.random() < 0.7:
        ratings.setdefault(owner, _rating(chance))
    keys: dict[str, Any] = {}
    if chance.random() < 0.7:
        keys["due"], expected = _day(chance, 30, 250), _probability(chance)
        strength = tracker.rating_strength
        worth = {
            name: rating_decibans(r, tracker.decibans) * strength for name, r in ratings.items()
        }
        if chance.random() < 0.4:
            keys["if_absent"] = _rating(chance)
        elif max(seen_if(expected, cases, worth).values()) < 0.98:
            keys["chance"] = expected
    return Indicator("Is seen", ratings, START, theme=chance.choice([None, *THEMES]), **keys)


def _item(
    chance: Random, observed: str, recorded: date, scenarios: dict[str, Scenario]
) -> Evidence:
    """An item that fires up to three indicators."""
    keys = [f"{owner}/{n}" for owner, scenario in scenarios.items() for n in scenario.indicators]
    fired = chance.sample(keys, min(len(keys), chance.choice([0, 1, 1, 2, 3])))
    gone = Retraction(recorded + timedelta(chance.randint(5, 150)), "Wrong.")
    return Evidence(
        "Something was seen",
        observed=observed,
        recorded=recorded,
        source=chance.choice([None, "source-0", "source-1", "source-2"]),
        reliability=chance.choice([None, *LETTERS]),
        credibility=chance.choice([None, 1, 1, 2, 2, 3, 4, 5, 6]),
        origin=chance.choice([None] * 7 + ["agency", "ministry", "source-0"]),
        event=chance.choice([None] * 8 + ["summit", "treaty"]),
        theme=chance.choice([None, *THEMES]),
        ratings={name: _rating(chance) for name in scenarios if chance.random() < 0.5},
        indicators={key: chance.choice(STATES) for key in fired},
        retracted=gone if chance.random() < 0.15 else None,
    )
