"""Databases of any size, the same files every time: what the measurements read."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

SOURCES = tuple(f"source-{n}" for n in range(50))
FIRST = date(2020, 1, 1)
DAYS = 2000
"""Evidence is observed on one of so many days."""
MEMBERS = 4
"""The scenarios of a set."""
_SYLLABLES = tuple(a + b for a in "bdfgklmnprst" for b in ("a", "ei", "o", "un"))


def write_plain(root: Path, items: int) -> None:
    """Evidence on twenty scenarios, and no more."""
    chance = random.Random(1985)
    ids = [f"scenario-{n}" for n in range(20)]
    _frame(root, f"{items:,} items", "", chance)
    for id in ids:
        write(root / f"{id}.yaml", scenario(id, 0.1))
    for n in range(items):
        strong, weak, ratio = chance.sample(ids, 3)
        _item(root, n, {strong: "CC", weak: "I", ratio: "0.4"}, "", chance)


def write_desk(root: Path, scenarios: int, items: int, analysts: int) -> None:
    """A desk's work of years: two scenarios in five in sets of four, one in eight resolved.

    Every item rates a whole set or three others; a third of them fire an indicator; each analyst
    restates everything every quarter.
    """
    chance = random.Random(1950)
    ids = [f"scenario-{n}" for n in range(scenarios)]
    sets = scenarios * 2 // 5 // MEMBERS
    alone = ids[sets * MEMBERS :]
    declared = "".join(f"\n  set-{n}: What comes of question {n}" for n in range(sets))
    _frame(root, f"{scenarios} scenarios", f"sets:{declared}\n", chance)
    for n, id in enumerate(ids):
        in_set = n < sets * MEMBERS
        more = f"set: set-{n // MEMBERS}\n" if in_set else _outcome(n)
        write(root / f"{id}.yaml", scenario(id, 1 / MEMBERS if in_set else 0.1) + more + _watch(id))
    for n in range(items):
        *rated, watched = chance.sample(alone, 4)
        if n % MEMBERS == 0:
            start = MEMBERS * chance.randrange(sets)
            rated = ids[start : start + MEMBERS]
        ratings = {id: chance.choice(("CC", "C", "N", "I", "II", "0.4", "1.5")) for id in rated}
        state = chance.choice(("observed", "emerging", "emerging", "reversed"))
        fired = f"{watched}/{chance.choice(('second', 'third'))}: {state}"
        _item(root, n, ratings, f"indicators: {{{fired}}}\n" if n % 3 == 0 else "", chance)
    for analyst in (f"analyst-{n}" for n in range(analysts)):
        for day in (FIRST + timedelta(days=n) for n in range(0, DAYS, 91)):
            write_sheet(root, day, analyst, ids, sets * MEMBERS, chance)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def scenario(id: str, prior: float) -> str:
    return f"""\
title: What {id} is about
question: Will it have happened by 2030-12-31?
resolution_criteria: The first report of a government that says so.
opened: 2020-01-01
horizon: 2030-12-31
prior: {{probability: {prior}, basis: One case in so many of the reference class.}}
"""


def _frame(root: Path, title: str, declared: str, chance: random.Random) -> None:
    write(root / "tracker.yaml", f"format: 1\ntitle: {title}\nevidence_dependence: 0.3\n{declared}")
    for id in SOURCES:
        write(root / "sources" / f"{id}.yaml", f"name: {id}\nreliability: {chance.choice('ABC')}\n")


def _item(root: Path, n: int, ratings: Mapping[str, str], more: str, chance: random.Random) -> None:
    observed = FIRST + timedelta(days=n % DAYS)
    told = "\n".join(f"  {id}: {rating}" for id, rating in ratings.items())
    text = f"""\
# yaml-language-server: $schema=../../../schema/evidence.schema.json
summary: {_sentence(chance)}
observed: {observed}
recorded: {observed + timedelta(days=chance.randrange(7))}
analyst: desk
source: {chance.choice(SOURCES)}
url: https://example.org/articles/{n}
credibility: {chance.randint(1, 6)}
origin: origin-{n % 900}
ratings:
{told}
{more}notes: >-
  A second sentence, folded as an editor folds it, in which the analyst says why the item
  is rated as it is.
"""
    write(root / "evidence" / str(observed.year) / f"{observed}-item-{n}.yaml", text)


def _sentence(chance: random.Random) -> str:
    """Of ordinary length, and like no other."""
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(13)]
    return " ".join(words).capitalize()


def _watch(id: str) -> str:
    codes = {"first": "CC", "second": "C", "third": "I", "fourth": "2.5"}
    lines = [
        f"  {name}: {{statement: Something of the {name} kind is seen, ratings: {{{id}: {code}}}, "
        "added: 2020-01-01}"
        for name, code in codes.items()
    ]
    return "\n".join(["indicators:", *lines, ""])


def _outcome(number: int) -> str:
    """Every fifth scenario outside the sets is resolved by the middle of 2024."""
    if number % 5:
        return ""
    known = FIRST + timedelta(days=800 + number * 4)
    outcome = "occurred" if number % 2 else "did-not-occur"
    days = f"date: {known}, recorded: {known}"
    return f"resolution: {{outcome: {outcome}, {days}, basis: As seen.}}\n"


def write_sheet(
    root: Path, day: date, analyst: str, ids: list[str], in_sets: int, chance: random.Random
) -> None:
    """Members of a set are given what sums to 1."""
    figures = [f"{chance.uniform(0.02, 0.6):.2f}" for _ in ids]
    for n in range(0, in_sets, MEMBERS):
        figures[n : n + MEMBERS] = chance.choice(
            (["0.1", "0.2", "0.3", "0.4"], ["0.4", "0.3", "0.2", "0.1"], ["0.7"] + ["0.1"] * 3)
        )
    told = [f"  {id}: {figure}" for id, figure in zip(ids, figures, strict=True)]
    text = "\n".join([f"date: {day}", f"analyst: {analyst}", "probabilities:", *told, ""])
    write(root / "forecasts" / str(day.year) / f"{day}-{analyst}.yaml", text)
