"""A snapshot loads to what could be built and everything that is wrong.

What is read beside broken files is in tests/transcripts/storage/loading.txt.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import scenarios
from scenarios.analysis.rules import consistency
from scenarios.model import Database, Evidence, Kind, Prior, Scenario, Sheet, Source, Tracker
from scenarios.paths import id_of, path_of, place_of, schema_address
from scenarios.storage.loader import LoadResult, load
from scenarios.text import printable
from tests.cli.commands import FILES, tree
from tests.full import TIMES
from tests.storage.layouts import damaged

DATA = Path(__file__).parents[1] / "data"
SOURCE = Path(scenarios.__path__[0])
NOT_IN_A_TEXT = {"not-a-file", "symlink", "too-large", "unreadable"}
NOT_IN_A_TEXT |= {"attachment-missing", "attachment-changed", "attachment-unnamed"}
NOT_IN_A_TEXT |= {"half-done", "half-committed", "leftover", "merged-twice", "extension"}

TRACKER = b"format: 1\ntitle: Alignment\n"
PACT = b"""\
title: A formal military pact
question: Will a treaty be in force?
resolution_criteria: Its text.
opened: 2021-12-17
horizon: 2030-12-31
prior: {probability: 0.05, basis: None in twenty years}
"""
VISIT = b"""\
summary: They meet
observed: 2022-02-04
recorded: 2022-02-07
ratings: {military-pact: 3}
"""
SOUND = {
    "evidence/2022/2022-02-04-visit.yaml": VISIT,
    "forecasts/2022/2022-02-07-desk.yaml": (
        b"date: 2022-02-07\nanalyst: desk\nprobabilities: {military-pact: 0.04}\n"
    ),
    "military-pact.yaml": PACT,
    "sources/kremlin.yaml": b"name: The Kremlin\nreliability: C\n",
    "tracker.yaml": TRACKER,
}
DAY, RECORDED = date(2021, 12, 17), date(2022, 2, 7)
PACTS = Scenario(
    title="A formal military pact",
    question="Will a treaty be in force?",
    resolution_criteria="Its text.",
    opened=DAY,
    horizon=date(2030, 12, 31),
    prior=Prior(0.05, "None in twenty years"),
)
RATED = {"military-pact": 3.0}
DATABASE = Database(
    Tracker(title="Alignment"),
    {"military-pact": PACTS},
    {"2022-02-04-visit": Evidence("They meet", "2022-02-04", RECORDED, ratings=dict(RATED))},
    {"2022-02-07-desk": Sheet(RECORDED, "desk", {"military-pact": 0.04})},
    {"kremlin": Source(name="The Kremlin", reliability="C")},
)


def test_a_sound_snapshot_loads_whole_in_any_order_with_any_line_ends_beside_anything() -> None:
    whole = LoadResult(DATABASE, [], 0, frozenset())
    assert load(SOUND) == load(dict(reversed(SOUND.items()))) == whole
    assert load({path: data.replace(b"\n", b"\r\n") for path, data in SOUND.items()}) == whole
    others = ["README.md", ".gitattributes", ".military-pact.yaml.swp", ".#rupture.yaml", "yaml"]
    others += [".git/config.yaml", "rupture.yaml~", "evidence/2022/table.csv"]
    assert load({**SOUND, **dict.fromkeys(others, b"\xff")}) == whole


def test_without_a_sound_tracker_there_are_records_and_no_figures() -> None:
    loaded = load({**SOUND, "tracker.yaml": b""})
    usual = msgspec.structs.replace(
        DATABASE,
        tracker=Tracker(),
        withheld=dict.fromkeys(DATABASE.scenarios, "tracker.yaml"),
        unreadable=tuple(loaded.problems),
    )
    assert (loaded.database, loaded.left_out) == (usual, 1)
    assert [problem.rule for problem in load({}).database.unreadable] == ["no-tracker"]


def test_no_figure_is_made_of_a_quantity_whose_values_contradict_each_other() -> None:
    quantiles = b"{quantiles: {p10: 3, p50: 2, p90: 4}, basis: B}"
    ships = PACT.replace(b"{probability: 0.05, basis: None in twenty years}", quantiles)
    ships += b"quantity: {kind: number, unit: ships}\n"
    vague = PACT.replace(b"2030-12-31\n", b"2030-12-31\nset: undeclared\n")
    loaded = load({**SOUND, "military-pact.yaml": vague, "ships.yaml": ships})
    assert {problem.path for problem in loaded.problems} == {"military-pact.yaml", "ships.yaml"}
    assert loaded.database.withheld == {"ships": "ships.yaml"}


@pytest.mark.parametrize("folder", sorted(path.name for path in (DATA / "valid").iterdir()))
def test_a_valid_database_has_no_problems(folder: str) -> None:
    loaded = load(tree(DATA / "valid" / folder))
    assert (loaded.problems, loaded.left_out) == ([], 0)


@pytest.mark.parametrize("rule", sorted(path.name for path in (DATA / "invalid").iterdir()))
def test_an_invalid_database_has_exactly_its_problems(rule: str) -> None:
    problems = load(tree(DATA / "invalid" / rule)).problems
    expected = (DATA / "invalid" / rule / "expected.txt").read_text()
    assert "".join(f"{problem}\n" for problem in problems) == expected
    assert rule in {problem.rule for problem in problems}


def test_a_later_reading_may_replace_an_earlier_one_and_not_itself_nor_one_that_is_not_there() -> (
    None
):
    item = "summary: Level\nobserved: 2022-02-{0}\nrecorded: 2022-02-{0}\nsupersedes: [{1}]\n"
    names = {"04": "", "05": "2022-02-04-level", "06": "2022-02-06-level", "07": "2022-02-01-gone"}
    files = {
        f"evidence/2022/2022-02-{day}-level.yaml": item.format(day, name).encode()
        for day, name in names.items()
    }
    assert [(p.path, p.rule) for p in load(SOUND | files).problems] == [
        ("evidence/2022/2022-02-06-level.yaml", "self-reference"),
        ("evidence/2022/2022-02-07-level.yaml", "unknown-evidence"),
    ]


def test_every_rule_has_an_invalid_database_and_no_other_is_named() -> None:
    listed = {rule.id for rule in (*consistency.FILE_RULES, *consistency.RULES)}
    assert listed - NOT_IN_A_TEXT == {path.name for path in (DATA / "invalid").iterdir()}
    modules = [path for path in SOURCE.rglob("*.py") if "render" not in path.parts]
    named = {rule for module in modules for rule in rules(module)}
    assert {"rated-twice", "impossible-date", "no-tracker"} <= named <= listed


def rules(module: Path) -> Iterator[str]:
    """The constants in that argument of each fault and problem."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "rule":
            yield from re.findall("'([a-z-]+)'", ast.unparse(node.value))
        elif isinstance(node, ast.Call):
            place = {"Fault": 2, "_at": 2, "Problem": 3}.get(ast.unparse(node.func), 99)
            for value in node.args[place : place + 1]:
                yield from re.findall("'([a-z-]+)'", ast.unparse(value))


@pytest.mark.parametrize(
    ("kind", "path", "schema"),
    [
        ("tracker", "tracker.yaml", "../schema/tracker.schema.json"),
        ("scenario", "rupture.yaml", "../schema/scenario.schema.json"),
        ("source", "sources/tass.yaml", "../../schema/source.schema.json"),
        ("evidence", "evidence/2022/2022-02-a.yaml", "../../../schema/evidence.schema.json"),
        ("forecasts", "forecasts/2022/2022-02-07-b.yaml", "../../../schema/forecasts.schema.json"),
    ],
)
def test_a_record_has_one_place(kind: Kind, path: str, schema: str) -> None:
    assert place_of(path) == (kind, id_of(path))
    assert path_of(kind, id_of(path)) == path
    assert schema_address(path) == schema


PATHS = st.sampled_from([*SOUND, "rupture.yaml", "evidence/2022/2022-05-01-x.yaml"]) | st.text()
TEXTS = damaged(st.sampled_from(sorted(FILES.values())))


@settings(max_examples=60 * TIMES, deadline=None)
@given(st.dictionaries(PATHS, st.binary() | (st.text() | TEXTS).map(str.encode), max_size=4))
@example(dict.fromkeys(["\x1b[31m.yaml", "sources/\n.yml", "evidence/2022/\udcff.yaml"], PACT))
def test_any_bytes_load_or_are_told_about(files: dict[str, bytes]) -> None:
    loaded = load({"tracker.yaml": TRACKER, **files})
    assert [p for p in map(str, loaded.problems) if printable(p) != p or "\n" in p] == []
    assert loaded.left_out <= len([p for p in loaded.problems if p.severity == "error"])
    for problem in loaded.problems:
        lines = files.get(problem.path, b"").count(b"\n") + 1
        assert 1 <= problem.line <= lines or problem.path not in files
