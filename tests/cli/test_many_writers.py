"""Many analysts on one database at once: nothing of anyone's is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenarios.model import Database
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from tests.cli.commands import FILES, changes, process, scen, tree

PROCESSES = 8
TIMES = 20
VISIT = "2022-02-04-visit"

# One process, many commands: each is the whole command, without the start of an interpreter.
WORKER = """
import json, sys
from typer.testing import CliRunner
from scenarios.cli.main import app

sys.stdout.write("ready\\n")
sys.stdout.flush()
for words in json.loads(sys.stdin.readline()):
    made = CliRunner().invoke(app, words)
    sys.stdout.write(json.dumps([made.exit_code, made.stdout, made.stderr]) + "\\n")
"""


def outcomes(folder: Path, shares: Sequence[Sequence[Sequence[str]]]) -> list[list[list[Any]]]:
    """Exit code, stdout and stderr of each command of each process; all start together."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in shares
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker, share in zip(workers, shares, strict=True):
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(share) + "\n")
        worker.stdin.flush()
    found = []
    for worker in workers:
        lines = worker.communicate()[0].splitlines()
        assert worker.returncode == 0
        found.append([json.loads(line) for line in lines])
    return found


def at_once(folder: Path, shares: Sequence[Sequence[Sequence[str]]]) -> list[list[str]]:
    """What the commands say; none may fail or complain."""
    found = outcomes(folder, shares)
    assert [made for share in found for made in share if (made[0], made[2]) != (0, "")] == []
    return [[made[1] for made in share] for share in found]


def loaded(root: Path) -> Database:
    """The database, which checks clean and in which no lock and no temporary file has stayed."""
    assert [path for path in tree(root) if not path.endswith(".yaml")] == []
    assert scen("check", "--strict").stdout == ""
    return load(snapshot(root)[0]).database


def dinner(summary: str, *more: str) -> list[str]:
    return ["add-evidence", summary, "--recorded", "2022-02-07", "--rate", "trade=C", *more]


def test_of_items_with_one_summary_every_one_is_there_under_its_own_id(root: Path) -> None:
    shares = [[dinner("A dinner", "--notes", f"{p} {n}") for n in range(TIMES)]
              for p in range(PROCESSES)]  # fmt: skip
    said = at_once(root.parent, shares)
    evidence = loaded(root).evidence
    new = {id: item for id, item in evidence.items() if id != VISIT}
    numbers = range(2, PROCESSES * TIMES + 1)
    stem = "2022-02-07-a-dinner"
    assert set(new) == {stem, *(f"{stem}-{n}" for n in numbers)}
    assert {item.notes for item in new.values()} == {
        f"{p} {n}" for p in range(PROCESSES) for n in range(TIMES)
    }
    for p, share in enumerate(said):
        for n, text in enumerate(share):
            path = text.partition("\n")[0]
            assert new[Path(path).stem].notes == f"{p} {n}"


def test_of_items_with_a_summary_each_every_one_is_there_and_the_rest_is_untouched(
    root: Path,
) -> None:
    before = tree(root)
    shares = [[dinner(f"Dinner {p} of day {n}") for n in range(TIMES)] for p in range(PROCESSES)]
    at_once(root.parent, shares)
    expected = {f"evidence/2022/2022-02-07-dinner-{p}-of-day-{n}.yaml"
                for p in range(PROCESSES) for n in range(TIMES)}  # fmt: skip
    assert set(changes(before, tree(root))) == expected
    assert len(loaded(root).evidence) == PROCESSES * TIMES + 1


def test_of_one_given_id_exactly_one_is_written(root: Path) -> None:
    words = dinner("A dinner", "--id", "2022-02-07-x")
    shares = [[[*words, "--notes", str(p)]] for p in range(PROCESSES)]
    found = [share[0] for share in outcomes(root.parent, shares)]
    codes = [code for code, _, _ in found]
    assert sorted(codes) == [0] + [1] * (PROCESSES - 1)
    assert all(code == 0 or stderr.startswith("scen: ") for code, _, stderr in found)
    assert loaded(root).evidence["2022-02-07-x"].notes == str(codes.index(0))


def test_of_ratings_of_one_item_no_update_is_lost(root: Path) -> None:
    names = [f"s{p}-{n}" for p in range(PROCESSES) for n in range(5)]
    for name in names:
        (root / f"{name}.yaml").write_text(FILES["trade.yaml"])
    shares = [[["rate", VISIT, f"s{p}-{n}=C"] for n in range(5)] for p in range(PROCESSES)]
    at_once(root.parent, shares)
    item = loaded(root).evidence[VISIT]
    assert item.ratings == {"trade": "C", **dict.fromkeys(names, "C")}
    text = (root / "evidence" / "2022" / f"{VISIT}.yaml").read_text()
    kept = iter(text.splitlines())
    assert all(line in kept for line in FILES[f"evidence/2022/{VISIT}.yaml"].splitlines())


def test_of_forecasts_in_one_sheet_no_update_is_lost_new_or_not(root: Path) -> None:
    names = [f"s{p}-{n}" for p in range(PROCESSES) for n in range(3)]
    for name in names:
        (root / f"{name}.yaml").write_text(FILES["trade.yaml"])
    shares = [
        [
            ["forecast", f"s{p}-{n}", f"0.{p}{n}1", "--analyst", "desk", "--date", day]
            for n in range(3)
            for day in ("2022-02-07", "2022-02-08")
        ]
        for p in range(PROCESSES)
    ]
    at_once(root.parent, shares)
    stated = {f"s{p}-{n}": float(f"0.{p}{n}1") for p in range(PROCESSES) for n in range(3)}
    sheets = loaded(root).sheets
    assert sheets["2022-02-07-desk"].probabilities == {"pact": 0.1, "trade": 0.6, **stated}
    assert sheets["2022-02-08-desk"].probabilities == stated


def test_of_everything_at_once_nothing_is_lost(root: Path) -> None:
    sound = ("--title", "T", "--question", "Q?", "--criteria", "C.", "--horizon", "2030-12-31")
    prior = ("--prior", "0.1", "--basis", "B.", "--opened", "2022-01-01")
    shares = [
        [
            ["new", f"n{p}", *sound, *prior],
            ["add-source", f"s{p}", "--name", "S", "--reliability", "C"],
            ["add-indicator", "pact", f"i{p}", "It is seen", "--rate", "pact=C"],
            dinner("A dinner", "--source", f"s{p}", "--id", f"2022-02-07-d{p}"),
            ["rate", f"2022-02-07-d{p}", "--indicator", f"pact/i{p}=observed"],
            ["forecast", f"n{p}", "0.2", "--analyst", "desk", "--date", "2022-02-07"],
            ["retract", f"2022-02-07-d{p}", "--reason", "No.", "--date", "2022-02-08"],
            ["resolve", f"n{p}", "annulled", "--basis", "So.", "--recorded", "2022-03-01"],
        ]
        for p in range(PROCESSES)
    ]
    at_once(root.parent, shares)
    database = loaded(root)
    each = range(PROCESSES)
    assert set(database.scenarios["pact"].indicators) == {"talks", *(f"i{p}" for p in each)}
    assert set(database.sources) == {"kremlin", *(f"s{p}" for p in each)}
    items = [database.evidence[f"2022-02-07-d{p}"] for p in each]
    assert [item.indicators for item in items] == [{f"pact/i{p}": "observed"} for p in each]
    assert all(item.retracted for item in items)
    stated = dict.fromkeys((f"n{p}" for p in each), 0.2)
    sheet = database.sheets["2022-02-07-desk"]
    assert sheet.probabilities == {"pact": 0.1, "trade": 0.6, **stated}
    assert all(database.scenarios[f"n{p}"].resolution for p in each)


def test_of_the_command_itself_run_eight_times_at_once_every_item_is_there(root: Path) -> None:
    running = [process(*dinner("A dinner"), cwd=root.parent) for _ in range(PROCESSES)]
    made = [(*one.communicate(), one.returncode) for one in running]
    assert [(err, code) for _, err, code in made if err or code] == []
    stem = "2022-02-07-a-dinner"
    numbered = {f"{stem}-{n}" for n in range(2, PROCESSES + 1)}
    assert set(loaded(root).evidence) == {VISIT, stem, *numbered}
    assert len({out.partition(b"\n")[0] for out, _, _ in made}) == PROCESSES
