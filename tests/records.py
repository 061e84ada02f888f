"""Records with everything but the point of a test filled in, and random databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    GradeWeights,
    Indicator,
    Prior,
    Resolution,
    Retraction,
    Scenario,
    Sheet,
    Tracker,
)

near: Any = pytest.approx
START = date(2022, 1, 1)
END = date(2022, 12, 31)
LETTERS = "ABCDEF"
CODES = ("CC", "C", "N", "I", "II")
WEIGHTS = GradeWeights(
    {"A": 1.0, "B": 0.8, "C": 0.6, "D": 0.3, "E": 0.0, "F": 0.4}, [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]
)


def day(number: int) -> date:
    """The day `number` days after the start."""
    return START + timedelta(days=number)


def scenario(probability: float = 0.5, **keys: Any) -> Scenario:
    """A scenario that is open through 2022; the keys of its prior are passed beside the others."""
    names = ("includes", "hazard", "hazard_ended", "given")
    prior = {key: keys.pop(key) for key in names if key in keys}
    filled = {"opened": START, "horizon": END, **keys}
    return Scenario(
        "Title", "Question?", "Criteria.", prior=Prior(probability, "b", **prior), **filled
    )


def item(recorded: date = START, **keys: Any) -> Evidence:
    """An item that was recorded on the day on which it was observed."""
    filled = {"observed": recorded.isoformat(), **keys}
    return Evidence("Something was seen", recorded=recorded, **filled)


def rated(id: str = "s1", *ratings: Any, **keys: Any) -> dict[str, Evidence]:
    """Items e, f, g … of the first day, each with a rating of one scenario."""
    items = (item(ratings={id: rating}, **keys) for rating in ratings)
    return dict(zip("efghijklmnopqrstuvwxyz", items, strict=False))


def row(codes: str, **keys: Any) -> Evidence:
    """An item that rates a, b, c … by the codes of a text; `-` leaves a blank."""
    cells = zip("abcdef", codes.split(), strict=False)
    return item(ratings={id: code for id, code in cells if code != "-"}, **keys)


def indicator(ratings: dict[str, Any], **keys: Any) -> Indicator:
    """An indicator that was fixed on the first day."""
    return Indicator("Something is seen", ratings, START, **keys)


def sheet(on: date, probabilities: dict[str, float | None], **keys: Any) -> Sheet:
    """A sheet of the desk."""
    return Sheet(on, keys.pop("analyst", "desk"), probabilities, **keys)


def sheets(*made: Sheet) -> dict[str, Sheet]:
    """These sheets by their ids."""
    return {f"{one.date}-{one.analyst}": one for one in made}


def database(tracker: Tracker | None = None, **records: Any) -> Database:
    """A database with independent lines unless the tracker says otherwise."""
    return Database(tracker or Tracker(), **records)


def resolution(outcome: Any, on: date, recorded: date | None = None, **keys: Any) -> Resolution:
    """An outcome that was recorded when it was known."""
    return Resolution(outcome, on, recorded or on, "Basis.", **keys)


def retraction(on: date) -> Retraction:
    """A retraction."""
    return Retraction(on, "Wrong.")


DEPENDENCES: tuple[float | Dependence, ...] = (0.0, 0.3, 0.5, 1.0, Dependence(0.6, 0.2))
ratings = st.one_of(st.sampled_from(CODES), st.floats(0.001, 1000))
chances = st.floats(0.001, 0.999)


@st.composite
def databases(draw: st.DrawFn, *, tied: bool = True) -> Database:
    """One scenario alone and a set of two to four, with graded, tied and retracted evidence."""
    names = ["alone", *"abcd"[: draw(st.integers(2, 4))]]
    keys = [f"{owner}/{n}" for owner in names[:2] for n in ("x", "y")]
    tracker = Tracker(
        evidence_dependence=draw(st.sampled_from(DEPENDENCES)),
        rating_strength=draw(st.sampled_from([1.0, 0.6])),
        themes={"t1": "A theme", "t2": "Another"},
        grade_weights=draw(st.sampled_from([None, WEIGHTS])),
        sets={"s": "A set"},
    )
    evidence = {}
    for number in range(draw(st.integers(0, 7))):
        recorded = day(draw(st.integers(0, 300)))
        evidence[f"{recorded}-e{number}"] = item(
            recorded,
            observed=day(draw(st.integers(-5, 0)) + (recorded - START).days).isoformat(),
            reliability=draw(st.sampled_from(LETTERS)),
            credibility=draw(st.integers(1, 6)),
            origin=draw(st.sampled_from([None, "o1", "o2"])) if tied else None,
            event=draw(st.sampled_from([None, None, "v1"])) if tied else None,
            theme=draw(st.sampled_from([None, "t1", "t2"])),
            ratings=draw(st.dictionaries(st.sampled_from(names), ratings, max_size=4)),
            indicators=draw(
                st.dictionaries(
                    st.sampled_from(keys),
                    st.sampled_from(["observed", "emerging", "reversed"]),
                    max_size=2,
                )
            ),
            retracted=draw(st.sampled_from([None, None, retraction(day(200))])),
        )
    includes = (
        tuple(draw(st.lists(st.sampled_from(sorted(evidence)), max_size=1))) if evidence else ()
    )
    scenarios = {}
    for name in names:
        rows = st.dictionaries(st.sampled_from(names), ratings, min_size=1, max_size=3)
        due = st.sampled_from([None, day(100)])
        own = {
            n: indicator(draw(rows), due=draw(due), if_absent=draw(st.sampled_from([None, "I"])))
            for n in ("x", "y")
        }
        alone = name == "alone"
        scenarios[name] = scenario(
            draw(chances),
            set=None if alone else "s",
            includes=includes if name in ("alone", "a") else (),
            hazard=draw(st.sampled_from([None, "constant"])) if alone else None,
            indicators=own if name in names[:2] else {},
            resolution=draw(st.sampled_from([None, resolution("did-not-occur", day(150))]))
            if name == "b"
            else None,
        )
    return database(tracker, scenarios=scenarios, evidence=evidence)
