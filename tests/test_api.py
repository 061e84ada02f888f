"""The library: its page's script, and what its methods share with the commands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

import scenarios
from scenarios.analysis.ledger.version import VERSION
from tests.cli.commands import FILES, make, scen
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
SHIPPED = ROOT / "scenarios"
WEEK = date(2022, 2, 28)
ANSWERS: dict[str, Callable[[scenarios.Workspace], object]] = {
    "status": lambda desk: desk.status(WEEK),
    "report": lambda desk: desk.report(WEEK),
    "report --brief": lambda desk: desk.brief(WEEK),
    "due": lambda desk: desk.due(WEEK),
    "remind": lambda desk: desk.remind(WEEK),
    "search pact": lambda desk: desk.search("pact", WEEK),
    "explain military-pact": lambda desk: desk.explain("military-pact", WEEK),
    "matrix --set ukraine-2022": lambda desk: desk.matrix(WEEK, set_id="ukraine-2022"),
    "score": lambda desk: desk.score(WEEK),
    "show cnbc": lambda desk: desk.show("cnbc")[0],
}


def python(program: str, folder: Path) -> str:
    words = [sys.executable, "-c", program]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_each_script_of_the_page_prints_what_the_page_says(tmp_path: Path) -> None:
    assert scen("init", str(tmp_path / "desk")).exit_code == 0
    shutil.copytree(SHIPPED, tmp_path / "scenarios")
    shown = re.findall(r"```(python|text)\n(.*?)```", PAGE, re.DOTALL)
    assert [kind for kind, _ in shown] == ["python", "text"] * 2
    for (_, script), (_, printed) in zip(shown[::2], shown[1::2], strict=True):
        assert python(script, tmp_path) == printed
    assert scen("--database", str(tmp_path / "desk"), "check", "--strict").exit_code == 0


def test_importing_it_loads_nothing_and_using_it_no_command_line() -> None:
    used = "scenarios.open('.').status(__import__('datetime').date.max)"
    loaded = "print([m for m in sys.modules if m in ('msgspec', 'typer', 'yaml')])"
    assert python(f"import sys, scenarios; {loaded}", SHIPPED) == "[]\n"
    assert python(f"import sys, scenarios; {used}; {loaded}", SHIPPED) == "['msgspec', 'yaml']\n"


@pytest.mark.parametrize("folder", [SHIPPED, SHIPPED.parent, SHIPPED / "evidence" / "2022"])
def test_a_database_is_opened_from_its_folder_its_parent_or_a_folder_below(folder: Path) -> None:
    assert "military-pact" in scenarios.open(folder).database.scenarios


@pytest.mark.parametrize("folder", ["", "absent"])
def test_where_no_database_is_a_library_names_no_option(folder: str, tmp_path: Path) -> None:
    with pytest.raises(scenarios.ScenError, match=r"no database at .*`scen init DIR`") as refused:
        scenarios.open(tmp_path / folder)
    assert "--database" not in str(refused.value)


@pytest.mark.parametrize("command", ANSWERS)
def test_a_method_answers_with_what_its_command_prints(command: str) -> None:
    words = ("--database", str(SHIPPED), *command.split(), "--as-of", f"{WEEK}", "--format", "json")
    answer = json.loads(msgspec.json.encode(ANSWERS[command](scenarios.open(SHIPPED))))
    printed = json.loads(scen(*words).stdout)
    if isinstance(printed, dict):
        name = "report-brief" if "--brief" in words else words[2]
        frame = {"schema": name, "ledger": VERSION}
        answer = frame | ({"unreadable": []} if name == "report" else {}) | answer
    assert answer == printed


def test_a_table_comes_in_and_goes_out_from_a_script(tmp_path: Path) -> None:
    workspace = scenarios.open(make(tmp_path / "scenarios", FILES))
    day, table = date(2022, 2, 8), tmp_path / "sources.csv"
    table.write_text("id,name,reliability\ntrt,TRT World,C\n")
    assert workspace.bring("sources", table, day).sources.added == 1
    assert workspace.bring("sources", table, day).sources.unchanged == 1
    names = workspace.query("SELECT name FROM sources WHERE source_id = 'trt'", day)
    assert names.rows == [{"name": "TRT World"}]
    days = workspace.query("SELECT day, [day] AS days FROM figures ORDER BY 1 LIMIT 1", day)
    assert days.rows == [{"day": date(2022, 2, 7), "days": ["2022-02-07"]}]
    other = tmp_path / "other.csv"
    other.write_text("id,name,grade\ntrt,TRT,B\n")
    wanted = scenarios.ReadOptions(columns=(("grade", "reliability"),), today=day)
    settings = scenarios.Settings(today=day, update=True)
    assert workspace.bring("sources", other, day, wanted, settings).sources.updated == 1
    exported = workspace.export(str(tmp_path / "x.json"), day)
    again = scenarios.open(make(tmp_path / "again", {"tracker.yaml": FILES["tracker.yaml"]}))
    again.bring("database", Path(exported.place), day)
    assert again.database == workspace.database


def test_drafts_go_into_the_inbox_and_one_that_is_refused_stops_no_other(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    workspace = scenarios.open(root)
    who = {"by": "agent", "name": "scout", "on": "2022-02-08"}
    draft = {"proposed": who, "evidence": {"summary": "A drill", "observed": "2022-02-07"}}
    drafts = [{"proposed": who}, draft]
    assert workspace.propose(drafts, dry_run=True).dry_run
    assert not (root / "inbox").exists()
    entries = workspace.propose(drafts).entries
    assert [(entry.status, entry.id) for entry in entries] == [
        ("refused", None),
        ("added", "2022-02-07-a-drill"),
    ]
    assert workspace.propose(drafts).entries[1].status == "known"


def test_items_of_another_system_are_recorded_once_all_or_none(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    workspace, day = scenarios.open(root), date(2022, 3, 1)
    first = {"summary": "A drill", "observed": "2022-02-28", "foreign": {"log": "1"}}
    again = {"summary": "A drill again", "observed": "2022-02-28", "foreign": {"log": "1"}}
    late = {"summary": "A visit", "observed": "2022-03-02", "foreign": {"log": "2"}}
    with pytest.raises(scenarios.ScenError, match="2022-03-02"):
        workspace.record_items([first, late], day)
    result = workspace.record_items([first, again], day, analyst="ann")
    assert (result.ids, result.already) == (["2022-02-28-a-drill"], ["2022-02-28-a-drill"])
    item = workspace.database.evidence["2022-02-28-a-drill"]
    assert (item.recorded, item.analyst, item.ratings) == (day, "ann", {})
    assert workspace.record_items([again], day).paths == []
    assert workspace.undo().command == "record_items"


TYPED = """
SELECT DATE '2022-02-24' AS day, 1.50::DECIMAL(5, 2) AS amount, true AS is_so, NULL AS none,
    TIMESTAMP '2022-02-24 12:30:00' AS moment, [1, 2] AS list, {'a': 'é'} AS struct, 7 AS number,
    2::DOUBLE AS number, '\\xAA'::BLOB AS bytes, (2::HUGEINT ** 70)::HUGEINT AS huge
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""


def test_an_answer_is_a_table_of_arrow_pandas_and_polars_with_its_types() -> None:
    day, noon = date(2022, 2, 24), datetime(2022, 2, 24, 12, 30)  # noqa: DTZ001
    answer = scenarios.open(SHIPPED).query(TYPED, WEEK)
    assert [(column.name, column.type) for column in answer.columns][:3] == [
        ("day", "DATE"),
        ("amount", "DECIMAL(5,2)"),
        ("is_so", "BOOLEAN"),
    ]
    arrow = answer.arrow()
    kinds = [str(field.type) for field in arrow.schema]
    assert kinds[:4] == ["date32[day]", "decimal128(5, 2)", "bool", "string"]
    assert kinds[4] == "timestamp[us]"
    first, second = arrow.to_pylist()
    values = [day, Decimal("1.50"), True, None, noon, [1, 2], {"a": "é"}, 7, 2.0, b"\xaa"]
    assert [*first.values()][:-1] == values
    assert [*first] == [column.name for column in answer.columns]
    assert {*second.values()} == {None}
    polars = answer.polars()
    assert [*polars.row(0)][:-1] == values
    assert [str(kind) for kind in polars.dtypes[:2]] == ["Date", "Decimal(precision=5, scale=2)"]
    pandas = answer.pandas()
    assert [*pandas.columns] == [*polars.columns] == [*first]
    assert pandas["day"].dtype.kind == pandas["moment"].dtype.kind == "M"
    assert (pandas["day"][0].date(), pandas["number"][0], pandas["amount"][0]) == (day, 7, 1.5)
    empty = scenarios.open(SHIPPED).query("SELECT day, stated FROM figures WHERE false", WEEK)
    assert (empty.arrow().num_rows, empty.pandas().shape) == (0, (0, 2))
    assert [str(kind) for kind in empty.polars().dtypes] == ["Date", "Float64"]


@pytest.mark.parametrize("package", ["pyarrow", "pandas", "polars"])
def test_a_table_of_a_package_that_is_not_installed_is_refused_by_its_name(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = scenarios.open(SHIPPED).query("SELECT 1 AS a", WEEK)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        scenarios.ScenError, match=f"{package}, which is not .*: pip install {package}"
    ):
        getattr(answer, package.removeprefix("py"))()


def test_what_is_corrected_is_seen_and_can_be_taken_back(tmp_path: Path) -> None:
    workspace = scenarios.open(make(tmp_path / "scenarios", FILES))
    day = date(2022, 2, 8)
    edited = workspace.edit("pact", {"title": "A treaty", "prior.probability": 0.2}, day)
    assert edited.paths[0].endswith("pact.yaml")
    pact = workspace.database.scenarios["pact"]
    assert (pact.title, pact.prior.probability) == ("A treaty", 0.2)
    workspace.clarify("pact", "A declaration is none.", day)
    assert workspace.rename("pact", "treaty", day).formerly == "pact"
    treaty = workspace.database.scenarios["treaty"]
    assert [one.text for one in treaty.clarifications] == ["A declaration is none."]
    workspace.add_source("trt", {"name": "TRT", "reliability": "C"})
    workspace.remove("trt", "A slip", day)
    assert "trt" not in workspace.database.sources
    assert workspace.undo().restored
    assert "trt" in workspace.database.sources
    workspace.edit("trt", {"url": "https://www.trtworld.com"}, day)
    workspace.edit("trt", {}, day, unset=["url"])
    assert workspace.database.sources["trt"].url is None


def test_what_is_written_is_seen_and_what_is_tried_is_not(tmp_path: Path) -> None:
    workspace = scenarios.open(make(tmp_path / "scenarios", FILES))
    day = date(2022, 2, 8)
    workspace.record_evidence("A denial", day, ratings={"pact": "I"}, dry_run=True)
    assert len(workspace.database.evidence) == 1
    done = workspace.record_evidence("A denial", day, ratings={"pact": "I"}, source="kremlin")
    assert workspace.database.evidence[done.id].source == "kremlin"
    assert [effect.scenario for effect in done.effects] == ["pact"]
    assert workspace.rate(done.id, day, {"trade": 2}).effects[1].scenario == "trade"
    assert workspace.retract(done.id, "A slip", day).effects
    assert workspace.add_source("trt", {"name": "TRT", "reliability": "C"}).id == "trt"
    record = {"statement": "Signed", "ratings": {"pact": "CC"}, "added": "2022-02-08"}
    assert workspace.add_indicator("pact", "signed", record).id == "pact/signed"
    assert (workspace.problems, workspace.check().problems) == ((), [])


def test_a_revision_is_read_and_refuses_to_be_written(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", FILES)
    run(tmp_path, "init", "-q")
    run(tmp_path, "config", "user.name", "A")
    run(tmp_path, "config", "user.email", "a@example.org")
    commit(tmp_path, "A start")
    now = scenarios.open(tmp_path)
    now.resolve("trade", "occurred", "Customs.", date(2024, 1, 2), commit=True)
    then = scenarios.open(tmp_path, rev="HEAD~1")
    assert then.database.scenarios["trade"].resolution is None
    assert [change.record for change in now.diff("HEAD~1").changed] == ["trade"]
    assert len(now.history().entries) == 2
    assert now.audit().commits == 2
    with pytest.raises(scenarios.ScenError, match="was opened as HEAD~1 had it"):
        then.add_source("trt", {"name": "TRT", "reliability": "C"})


def test_what_it_does_not_offer_is_an_attribute_error() -> None:
    assert "open" in dir(scenarios)
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        scenarios.close  # noqa: B018
