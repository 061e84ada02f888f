"""Random files as records: a load never raises, and each fault stands in its file."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter

import mutations

from scenarios.storage.loader import load
from scenarios.storage.yaml.reader import places, read
from scenarios.storage.yaml.writer import dump_fragment

PATHS = (
    "tracker.yaml",
    "pact.yaml",
    "evidence/2022/2022-02-22-halt.yaml",
    "forecasts/2022/2022-02-22-desk.yaml",
    "sources/agency.yaml",
)


def main() -> None:
    outcomes: Counter[str] = Counter()
    records = mutations.records()
    for generator in mutations.rounds(__doc__ or ""):
        data = random_file(generator, records)
        try:
            fault = fault_of(data, generator.choice(PATHS), outcomes)
        except Exception:
            print(f"raised: {data!r}", flush=True)
            raise
        if fault:
            sys.exit(f"{fault}: {data!r}")
    for outcome, count in outcomes.most_common():
        print(f"{count:9,} {outcome}")


def random_file(generator: random.Random, records: list[str]) -> bytes:
    text = generator.choice(records if generator.random() < 0.7 else mutations.SEEDS)
    data: bytes = mutations.mutated(generator, text).encode(errors="surrogatepass")
    if generator.random() < 0.1:
        at = generator.randrange(len(data) + 1)
        data = data[:at] + generator.randbytes(generator.choice((1, 2, 9))) + data[at:]
    return data


def fault_of(data: bytes, path: str, outcomes: Counter[str]) -> str | None:
    """What is wrong with the reading of a file."""
    value, faults = read("f", data)
    lines = data.count(b"\n") + 1
    loaded = load({path: data})
    for problem in faults + [problem for problem in loaded.problems if problem.path == path]:
        if not (1 <= problem.line <= lines and problem.column >= 1):
            return f"a fault outside of the file, {problem}"
    outcomes["unreadable" if faults else "read, with problems" if loaded.problems else "sound"] += 1
    if faults:
        return None if value is None else "a value in spite of a fault"
    if () not in places(data):
        return "a value without a place"
    if isinstance(value, dict) and value:
        again = read("f", dump_fragment(value).encode())
        if again[1] or json.dumps(again[0]) != json.dumps(value):
            return f"written and read again it is {again}"
    return None


if __name__ == "__main__":
    main()
