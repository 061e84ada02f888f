"""Realistic databases of any size, and some of bad shapes; the same files every time.

    python bench/databases.py SHAPE FOLDER [--commits 2000]

`FOLDER/scenarios` gets the records, and git as many commits of them, dated as the work was done.
SHAPE is a key of SHAPES: `1000`, `10000` and `100000` items, or one of the bad shapes.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from commits import commit_all

FIRST, LAST = date(2020, 1, 1), date(2025, 12, 28)
"""The days of the first and the last records."""
DAYS = (LAST - FIRST).days
SOURCES = tuple(f"source-{n}" for n in range(50))
THEMES = ("military", "diplomacy", "energy", "trade", "sanctions", "institutions")
CODES = ("CC", "C", "C", "N", "I", "I", "II", "0.4", "1.5")
SHARED, THEMED, FIRES, RETRACTED = 0.25, 0.9, 0.3, 0.01
"""The shares of items whose origin is not their own, with a theme, with an indicator, retracted."""
MEMBERS = 4
"""The scenarios of a set; one scenario in five is in one."""
_SYLLABLES = tuple(a + b for a in "bdfgklmnprst" for b in ("a", "ei", "o", "un"))


class Shape(NamedTuple):
    """Numbers of records; an item rates `rated` scenarios, or a whole set.

    `on_one_day` items are observed on the same day; `is_worded` takes their words from the shipped
    summaries, as often as these have them.
    """

    items: int
    scenarios: int = 20
    sheets: int = 216
    analysts: int = 3
    rated: int = 3
    on_one_day: int = 0
    is_worded: bool = False

    @property
    def sets(self) -> int:
        return self.scenarios // (5 * MEMBERS)


SHAPES = {
    "1000": Shape(1_000),
    "10000": Shape(10_000),
    "100000": Shape(100_000),
    "1000x10": Shape(10_000, scenarios=1_000, sheets=24, rated=1),
    "1x5000": Shape(5_000, scenarios=1, rated=1),
    "300x50": Shape(1_000, scenarios=50, sheets=300),
    "words": Shape(10_000, is_worded=True),
    "busy-day": Shape(10_000, on_one_day=5_000, is_worded=True),
    "50-analysts": Shape(10_000, sheets=3_600, analysts=50),
}


def main() -> None:
    """Write the database that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commits", type=int, default=2_000)
    given = parser.parse_args()
    write_database(given.folder / "scenarios", SHAPES[given.shape])
    commit_all(given.folder, given.commits)


def write_database(root: Path, shape: Shape) -> None:
    """Write what a desk has after six years.

    Items are graded; scenarios have sets, links, hazards, absences, outcomes; each analyst restates
    everything at even distances.
    """
    chance = random.Random(1985)
    ids = [f"scenario-{n}" for n in range(shape.scenarios)]
    sets = "".join(f"\n  set-{n}: What comes of question {n}" for n in range(shape.sets))
    write(root / "tracker.yaml", _TRACKER + (f"sets:{sets}\n" if sets else ""))
    for id in SOURCES:
        write(root / f"sources/{id}.yaml", f"name: {id}\nreliability: {chance.choice('ABC')}\n")
    for n, id in enumerate(ids):
        write(root / f"{id}.yaml", _scenario(n, ids, shape.sets * MEMBERS))
    sentence = _worded() if shape.is_worded else _sentence
    for n in range(shape.items):
        _write_item(root, n, shape, ids, chance, sentence)
    for n in range(shape.sheets):
        day = FIRST + timedelta(days=DAYS * (n // shape.analysts) * shape.analysts // shape.sheets)
        write_sheet(root, day, f"analyst-{n % shape.analysts}", ids, shape.sets * MEMBERS, chance)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def scenario(id: str, prior: float, more: str = "") -> str:
    """The text of a scenario; `more` stands in its prior."""
    return f"""\
title: What {id} is about
question: Will it have happened by 2030-12-31?
resolution_criteria: The first report of a government that says so.
opened: {FIRST}
horizon: 2030-12-31
prior:
  probability: {prior}
  basis: One case in so many of the reference class.
{more}"""


_TRACKER = """\
format: 1
title: A desk's work of six years
evidence_dependence: {within: 0.6, between: 0.2}
grade_weights:
  reliability: {A: 1.0, B: 0.9, C: 0.7, D: 0.4, E: 0.0, F: 0.5}
  credibility: [1.0, 0.9, 0.6, 0.3, 0.0, 0.5]
""" + "\n".join(["themes:", *(f"  {theme}: All about {theme}" for theme in THEMES), ""])


def _scenario(n: int, ids: Sequence[str], in_sets: int) -> str:
    """Past the sets one in ten decays, one in ten hangs on another, one in ten is resolved."""
    prior, in_prior, more = 0.1, "", ""
    match n % 10:
        case _ if n < in_sets:
            prior, more = 1 / MEMBERS, f"set: set-{n // MEMBERS}\n"
        case 5:
            in_prior = "  hazard: constant\n"
        case 6:
            in_prior = f"  given: {{{ids[n - 1]}: {{occurred: 0.3, did-not-occur: 0.0778}}}}\n"
        case 7:
            known = FIRST + timedelta(days=DAYS // 2 + n * DAYS // 3 // len(ids))
            outcome = "occurred" if n % 20 == n % 10 else "did-not-occur"
            days = f"date: {known}, recorded: {known}"
            more = f"resolution: {{outcome: {outcome}, {days}, basis: As seen.}}\n"
    return scenario(ids[n], prior, in_prior) + _indicators(n, ids) + more


def _indicators(n: int, ids: Sequence[str]) -> str:
    """Four: two that confirm, one whose absence tells against, one whose absence has a chance."""
    lines = {"first": "CC", "second": "C", "due": "C", "chance": "2.5"}
    more = {"due": ", due: 2024-06-30, if_absent: I", "chance": ", due: 2029-12-31, chance: 0.06"}
    return "indicators:\n" + "".join(
        f"  {name}: {{statement: Something of the {name} kind is seen, ratings: "
        f"{{{ids[n]}: {code}}}, added: {FIRST}, theme: {THEMES[n % 6]}{more.get(name, '')}}}\n"
        for name, code in lines.items()
    )


def _write_item(
    root: Path,
    n: int,
    shape: Shape,
    ids: list[str],
    chance: random.Random,
    sentence: Callable[[random.Random], str],
) -> None:
    others = shape.items - shape.on_one_day
    before = min(n, max(others // 2, n - shape.on_one_day))
    observed = FIRST + timedelta(days=before * DAYS // others)
    recorded = min(observed + timedelta(days=chance.randrange(7)), LAST)
    alone = ids[shape.sets * MEMBERS :]
    if shape.rated == 1:
        rated = [ids[n % len(ids)]]
    elif n % (5 * shape.rated) == 0:
        start = MEMBERS * chance.randrange(shape.sets)
        rated = ids[start : start + MEMBERS]
    else:
        rated = chance.sample(alone, shape.rated)
    keys: dict[str, object] = {
        "summary": sentence(chance),
        "observed": observed,
        "recorded": recorded,
        "analyst": "desk",
        "source": chance.choice(SOURCES),
        "url": f"https://example.org/articles/{n}",
        "credibility": chance.randint(1, 6),
    }
    if chance.random() < SHARED:
        keys["origin"] = f"origin-{chance.randrange(1 + n // 20)}"
    if chance.random() < THEMED:
        keys["theme"] = chance.choice(THEMES)
    keys["ratings"] = "".join(f"\n  {id}: {chance.choice(CODES)}" for id in rated)
    fired = chance.choice(alone)
    if chance.random() < FIRES and fired not in rated:
        state = chance.choice(("observed", "emerging", "emerging", "reversed"))
        keys["indicators"] = f"{{{fired}/{chance.choice(('first', 'second', 'due'))}: {state}}}"
    if chance.random() < RETRACTED:
        day = min(recorded + timedelta(days=30), LAST)
        keys["retracted"] = f"{{date: {day}, reason: It was another ship.}}"
    keys["notes"] = _NOTES
    text = "".join(f"{key}: {value}\n" for key, value in keys.items())
    path = root / f"evidence/{observed.year}/{observed}-item-{n}.yaml"
    write(path, f"# yaml-language-server: $schema=../../../schema/evidence.schema.json\n{text}")


_NOTES = """>-
  A second sentence, folded as an editor folds it, in which the analyst says why the item
  is rated as it is."""


def _sentence(chance: random.Random) -> str:
    """Of ordinary length, and like no other."""
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(13)]
    return " ".join(words).capitalize()


def _worded() -> Callable[[random.Random], str]:
    """Sentences of the words of the shipped summaries, each as often as there, and as long."""
    root = Path(__file__).parents[1] / "scenarios" / "evidence"
    texts = [path.read_text("utf-8") for path in sorted(root.rglob("*.yaml"))]
    summary = re.compile(r"^summary: (.*(?:\n  .*)*)", re.MULTILINE)
    split = [
        re.findall(r"\w+", match[1].casefold()) for match in map(summary.search, texts) if match
    ]
    words = [word for each in split for word in each]
    return lambda chance: " ".join(chance.choices(words, k=len(chance.choice(split)))).capitalize()


def write_sheet(
    root: Path, day: date, analyst: str, ids: Sequence[str], in_sets: int, chance: random.Random
) -> None:
    """Members of a set are given what sums to 1."""
    figures = [f"{chance.uniform(0.02, 0.6):.2f}" for _ in ids]
    for n in range(0, in_sets, MEMBERS):
        figures[n : n + MEMBERS] = chance.choice(
            (["0.1", "0.2", "0.3", "0.4"], ["0.4", "0.3", "0.2", "0.1"], ["0.7"] + ["0.1"] * 3)
        )
    lines = [f"  {id}: {figure}" for id, figure in zip(ids, figures, strict=True)]
    text = "\n".join([f"date: {day}", f"analyst: {analyst}", "probabilities:", *lines, ""])
    write(root / f"forecasts/{day.year}/{day}-{analyst}.yaml", text)


if __name__ == "__main__":
    main()
