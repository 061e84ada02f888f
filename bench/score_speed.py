"""Time `score` on few questions with many forecasts, and as a table on many questions with few.

The first has 10,000 scored question-days, each forecast by 200 analysts; the second 15,225
questions and 16,347 sheets of 4,000 analysts.
Run it where the package is installed: `pip install -e . && python bench/score_speed.py`.
"""

from __future__ import annotations

import itertools
import random
import resource
import statistics
import sys
import time
from datetime import date, timedelta
from typing import Any

import msgspec

from scenarios.analysis.scores.scoring import Score, score
from scenarios.model import (
    Database,
    Evidence,
    Outcome,
    Prior,
    Rating,
    Resolution,
    Scenario,
    Sheet,
    Tracker,
)
from scenarios.render.documents.score import document
from scenarios.render.writers import terminal
from scenarios.values import Code

QUESTIONS, DAYS, ANALYSTS = 100, 100, 200
FORECASTS, ITEMS = 5, 10  # of an analyst on a question, of evidence on a question
OPENED = date(2022, 1, 1)
LAST = OPENED + timedelta(DAYS - 1)
AS_OF = LAST + timedelta(1)
RUNS = 5
MANY, SHEETS, CROWD = 15_225, 16_347, 4_000
CODES: tuple[Code, ...] = ("CC", "C", "I", "II")


def main() -> None:
    database = made()
    given = sum(len(sheet.probabilities) for sheet in database.sheets.values())
    print(f"{QUESTIONS} questions of {DAYS} days, {ANALYSTS} analysts, Python {version()}")
    print(
        f"{given:,} forecasts on {len(database.sheets):,} sheets, {len(database.evidence):,} items"
    )
    seconds = statistics.median(cpu(database)[0] for _ in range(RUNS))
    result = cpu(database)[1]
    scored = {row.scenario: row.scored_days for row in result.questions}
    days = sum(row.covered_days for row in result.questions)
    asked = {scenario.set or id for id, scenario in database.scenarios.items()}
    assert sum(scored.values()) == len(asked) * DAYS  # a set is one question
    assert len(result.forecasters) == ANALYSTS + 4
    print(f"{sum(scored.values()):,} question-days scored, {days:,} days of a forecaster's figure")
    print(f"score                    {seconds:7.2f} s  of CPU, median of {RUNS}")
    print(f"{MANY:,} questions, {SHEETS:,} sheets of {CROWD:,} analysts")
    seconds, result = cpu(many())
    print(f"score                    {seconds:7.2f} s  of CPU")
    start = time.process_time()
    lines = terminal.write(document(result, "Scores")).count("\n")
    print(f"table of {lines:,} lines       {time.process_time() - start:7.2f} s  of CPU")
    start = time.process_time()
    size = len(msgspec.json.encode(result))
    print(f"JSON of {size / 1e6:.0f} MB            {time.process_time() - start:7.2f} s  of CPU")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB of memory")


def cpu(database: Database) -> tuple[float, Score]:
    """Seconds of CPU of one call, and what it gave."""
    start = time.process_time()
    result = score(database, AS_OF, forecaster="team")
    return time.process_time() - start, result


def version() -> str:
    return sys.version.split()[0]


def made() -> Database:
    """The same records every time: two questions in five belong to a set of four."""
    chance = random.Random(1950)
    names = [f"question-{n}" for n in range(QUESTIONS)]
    scenarios = {name: scenario(n) for n, name in enumerate(names)}
    sheets: dict[str, Sheet] = {}
    for analyst in (f"analyst-{n}" for n in range(ANALYSTS)):
        told: dict[date, dict[str, float | None]] = {}
        for name in names:
            for day in chance.sample(range(DAYS), FORECASTS):
                figure = round(chance.uniform(0.01, 0.99), 2)
                told.setdefault(OPENED + timedelta(day), {})[name] = figure
        sheets |= {f"{on}-{analyst}": Sheet(on, analyst, figures) for on, figures in told.items()}
    evidence = {}
    for n in range(QUESTIONS * ITEMS):
        on = OPENED + timedelta(chance.randrange(DAYS))
        ratings: dict[str, Rating] = {names[n % QUESTIONS]: chance.choice(CODES)}
        evidence[f"{on}-item-{n}"] = Evidence("Seen", on.isoformat(), on, ratings=ratings)
    return Database(Tracker(evidence_dependence=0.5), scenarios, evidence, sheets)


def many() -> Database:
    """Questions of ten days, forecast by one or two of a crowd that mostly speak of one a day."""
    chance = random.Random(1950)
    opened = AS_OF - timedelta(10)
    days = [opened + timedelta(n) for n in range(10)]
    keys = [(on, f"a{n}") for on in days for n in range(CROWD)]
    told = {key: dict[str, float | None]() for key in chance.sample(keys, SHEETS)}
    sheets = itertools.cycle(told)
    scenarios = {}
    for n in range(MANY):
        outcome: Outcome = "occurred" if n % 3 == 0 else "did-not-occur"
        known = Resolution(outcome, AS_OF, AS_OF, "Basis.")
        scenarios[f"q{n}"] = scenario_of(opened, AS_OF, Prior(0.5, "Basis."), resolution=known)
        for key in itertools.islice(sheets, 1 + n % 2):
            told[key][f"q{n}"] = round(chance.uniform(0.01, 0.99), 2)
    return Database(
        Tracker(),
        scenarios,
        sheets={f"{on}-{name}": Sheet(on, name, said) for (on, name), said in told.items()},
    )


def scenario(number: int) -> Scenario:
    """One question; of a set of four the first happens, of the others every third."""
    in_set = number < QUESTIONS * 2 // 5
    happens = number % 4 == 0 if in_set else number % 3 == 0
    prior = Prior(0.25, "Basis.", hazard=None if in_set or number % 2 else "constant")
    known = Resolution("occurred" if happens else "did-not-occur", AS_OF, AS_OF, "Basis.")
    set_id = f"set-{number // 4}" if in_set else None
    return scenario_of(OPENED, LAST, prior, set=set_id, resolution=known)


def scenario_of(opened: date, horizon: date, prior: Prior, **keys: Any) -> Scenario:
    """A scenario with these days."""
    return Scenario(
        title="T",
        question="Q?",
        resolution_criteria="C.",
        opened=opened,
        horizon=horizon,
        prior=prior,
        **keys,
    )


if __name__ == "__main__":
    main()
