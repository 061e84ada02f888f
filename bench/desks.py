"""Time what many trackers cost together: exports, questions to all, searches of one event store.

    python bench/desks.py [TRACKERS]

Each tracker has 50 scenarios, one in ten of which all of them ask, and 500 items. Figures are those
of processes: seconds of a processor, elapsed seconds, and the peak of memory. PostgreSQL is left
out where its server is not installed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from databases import Shape, write_database
from exporting import run

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.postgres import server  # noqa: E402 - beside this folder

from scenarios.exchange.engine import connect  # noqa: E402

SHAPE = Shape(500, scenarios=50, sheets=48, rated=2)
QUESTION = re.compile(r"\*\*([^*\n]+\?)\*\*\n\n```sql\n(.*?)```\n", re.DOTALL)
QUESTIONS = QUESTION.findall((ROOT / "docs/queries.md").read_text("utf-8"))


def main() -> None:
    """Print a line for each step."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        desks = [here / f"desk-{n}" for n in range(number)]
        for desk in desks:
            write_database(desk, SHAPE)
            tracker = desk / "tracker.yaml"
            tracker.write_text(f"{tracker.read_text('utf-8')}id: {desk.name}\n", "utf-8")
            for path in desk.glob("scenario-*.yaml"):
                asks = path.stem if path.stem.endswith("0") else f"{path.stem} of {desk.name}"
                text = path.read_text("utf-8").replace("Will it", f"Will {asks}")
                path.write_text(text, "utf-8")
        (here / "desks.txt").write_text("\n".join(desk.name for desk in desks))
        print(f"{number} trackers of {SHAPE}")
        search_events(here, desks)
        told("all exports to a lake", *(export(desk, "parquet:lake") for desk in desks))
        size = sum(path.stat().st_size for path in (here / "lake/.parts").rglob("*.parquet"))
        print(f"  {'bytes of the lake':<44} {size / 1e6:8.1f} MB")
        told("one new export", export(desks[0], "parquet:lake"))
        asked("the lake", here, "lake")
        told("status of the file of folders", (here, "status", "--across", "desks.txt"))
        with suppress(pytest.skip.Exception), server() as running:
            places = [running.address(f"postgres/desk_{n}") for n in range(number)]
            pairs = zip(desks, places, strict=True)
            told("all exports to PostgreSQL", *(export(desk, place) for desk, place in pairs))
            told("one new export", export(desks[0], places[0]))
            asked("PostgreSQL", here, running.address())


EVENTS = 5_000_000
AMONG = 20
"""Trackers that search for themselves."""
GENERATED = """
COPY (SELECT i AS "Event ID", DATE '2020-01-01' + (i * 1461 // ROWS)::INTEGER AS "Event Date",
  'Source ' || i % 977 AS "Source Name", 'Country ' || hash(i) % 100 AS "Source Country",
  (100 + hash(i * 7) % 100)::VARCHAR AS "CAMEO Code", 'Target ' || i % 331 AS "Target Name",
  'Country ' || hash(i * 3) % 100 AS "Target Country", i // 3 AS "Story ID"
FROM range(ROWS) t(i)) TO 'PLACE'
"""


def search_events(here: Path, desks: list[Path]) -> None:
    """Time the search of ten indicators a tracker, of which one counts, in a store of events."""
    store = here / "icews.parquet"
    with connect() as engine:
        engine.execute(GENERATED.replace("ROWS", f"{EVENTS}").replace("PLACE", str(store)))
    print(f"  {'bytes of the event store':<44} {store.stat().st_size / 1e6:8.1f} MB")
    for n, desk in enumerate(desks):
        path = desk / "scenario-0.yaml"
        lines = []
        for m in range(10):
            code, country = 100 + (n * 10 + m) % 100, (n * 7 + m) % 100
            match = f"cameo: ['{code}'], source_country: [Country {country}]"
            counting = ", count: {window: 7d, at_least: 5}" if m == 0 else ""
            lines += [
                f"  sign-{m}:",
                f"    statement: Sign {m} is seen",
                "    ratings: {scenario-0: C}",
                "    added: 2022-01-01",
                f"    events: {{table: icews, match: {{{match}}}{counting}}}",
            ]
        text = path.read_text("utf-8")
        path.write_text(text.replace("indicators:", "\n".join(["indicators:", *lines])), "utf-8")
    search = ("candidates", "--from", "icews.parquet", "--format", "json")
    told(f"one search for {len(desks)}", (here, *search, "--across", "desks.txt"))
    own = [(here, "--database", desk.name, *search) for desk in desks[:AMONG]]
    told(f"{len(own)} searches", *own)


def export(desk: Path, target: str) -> tuple[Path, *tuple[str, ...]]:
    return desk.parent, "--database", desk.name, "export", target, "--lake"


def asked(name: str, here: Path, place: str) -> None:
    told(f"status of {name}", (here, "status", "--across", place))
    commands = [(here, "query", "--across", place, sql) for _, sql in QUESTIONS]
    told(f"twelve questions to {name}", *commands)


def told(name: str, *commands: tuple[Path, *tuple[str, ...]]) -> None:
    """Print the sum of some commands, with their highest peak."""
    rows = [run(*command) for command in commands]
    seconds, of_processor = sum(row[0] for row in rows), sum(row[1] for row in rows)
    peak = max(row[2] for row in rows)
    print(f"  {name:<44} {of_processor:8.2f} s of CPU {seconds:8.2f} s {peak:6} MB", flush=True)


if __name__ == "__main__":
    main()
