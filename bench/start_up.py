"""What `scen` costs to start, against a bare program of the same CLI framework.

    python bench/start_up.py [--pairs 15]

Each command and the bare program run in turn; medians and their ratio are printed. The aims:
`scen --version` at most as much as the bare program, `scen status` on the shipped database and an
answer to a shell that completes a word at most 1.3 times. Then the child that reads what strangers
wrote: at most 60 ms of the processor beyond an interpreter that does nothing.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from scenarios.storage.child import Limits, call

ROOT = Path(__file__).parents[1]
BARE = """\
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def one(): print("one")
@app.command()
def two(): print("two")
app()
"""
COMPLETED = ("ex", "explain m", "add-evidence --", "rate 2022-02", "status --rev ")
COMMANDS = (["--version"], ["status", "--as-of", "2022-02-28"], ["report", "--as-of", "2022-02-28"])
Run = tuple[str, list[str], dict[str, str]]
"""What is measured: its name, the command, and variables of its environment."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    pairs: int = parser.parse_args().pairs
    scen = [str(Path(sys.executable).parent / "scen"), "--database", str(ROOT)]
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        runs: list[Run] = [(" ".join(["scen", *words]), [*scen, *words], {}) for words in COMMANDS]
        for line in COMPLETED:
            asked = {"_SCEN_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": f"scen {line}"}
            asked |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "SCEN_DATABASE": str(ROOT)}
            runs.append((f"scen {line}<Tab>", scen[:1], asked))
        for name, command, variables in runs:
            times = [
                (seconds([sys.executable, str(bare), "one"]), seconds(command, variables))
                for _ in range(pairs + 1)
            ][1:]
            ours = statistics.median(b for _, b in times)
            theirs = statistics.median(a for a, _ in times)
            ratio = statistics.median(b / a for a, b in times)
            print(f"{name}: {ours * 1000:.0f} ms, bare {theirs * 1000:.0f} ms, ratio {ratio:.2f}")
    nothing = [sys.executable, "-I", "-S", "-c", "pass"]
    costs = [
        processor(lambda: call(Limits(seconds=20), "x", "math:sqrt", 4))
        - processor(lambda: subprocess.run(nothing, check=True))
        for _ in range(pairs)
    ]
    print(f"a child's call, beyond an interpreter: {statistics.median(costs) * 1000:.0f} ms of CPU")


def processor(run: Callable[[], object]) -> float:
    """The processor's time of what a call starts and waits for, in seconds."""
    before = sum(os.times()[2:4])
    run()
    return sum(os.times()[2:4]) - before


def seconds(command: list[str], variables: Mapping[str, str] = MappingProxyType({})) -> float:
    """The wall time of a command; byte code may be cached, as on a user's machine."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, **variables}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
