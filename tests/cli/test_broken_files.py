"""What a file that cannot be read could change is withheld, and the file is named first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import FILES, make, scen
from tests.cli.test_formats import READING

CONFLICT = "<<<<<<< HEAD\nopened: 2021-12-17\n=======\nopened: 2021-12-18\n>>>>>>> theirs\n"
LINKED = """\
title: Linked
question: Will it be so on 2030-12-31?
resolution_criteria: 'Both sides stay as a text:

  <<<<<<< HEAD'
opened: 2021-12-17
horizon: 2030-12-31
prior: {probability: 0.05, basis: B, given: {ties: {occurred: 0.2, did-not-occur: 0.02}}}
"""
DAY = ("--as-of", "2022-03-01")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A member of a set with the marks of a merge, and a scenario whose link leads to another."""
    monkeypatch.chdir(tmp_path)
    pact = FILES["pact.yaml"].replace("opened:", f"{CONFLICT}opened:")
    return make(tmp_path / "scenarios", {**FILES, "pact.yaml": pact, "linked.yaml": LINKED})


def answered(*words: str) -> dict[str, Any]:
    """The JSON of a command that ends with 1, since a file cannot be read."""
    made = scen(*words, "--format", "json")
    assert made.exit_code == 1, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    [fault] = found["unreadable"]
    assert (fault["path"], fault["column"]) == ("pact.yaml", 1)
    assert "conflict marker" in fault["message"]
    return found


@pytest.mark.usefixtures("broken")
def test_no_figure_is_told_that_the_broken_member_of_a_set_could_change() -> None:
    for command in ("status", "report"):
        rows = {row["id"]: row for row in answered(command, *DAY)["scenarios"]}
        withheld = {id: row["withheld"] for id, row in rows.items() if row["withheld"]}
        assert withheld == dict.fromkeys(("pact", "ties", "linked"), "pact.yaml")
        figures = ("stated", "implied", "gap_decibans", "movement_bits")
        assert {rows[id][name] for id in withheld for name in figures} == {None}
        assert rows["trade"]["implied"]["probability"] > 0
    brief = answered("report", "--brief", *DAY)["scenarios"]
    assert {row["id"] for row in brief if row["withheld"]} == {"pact", "ties", "linked"}
    ledger = answered("explain", "ties", *DAY)
    assert (ledger["withheld"], ledger["implied"], ledger["band"]) == ("pact.yaml", None, None)
    matrix = answered("matrix", "ties", "trade", *DAY)
    assert (matrix["withheld"], matrix["scores"], matrix["linchpins"]) == ("pact.yaml", {}, [])


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("form", ["table", "markdown", "html", "csv"])
def test_every_format_begins_with_the_file_its_line_and_its_fault(form: str) -> None:
    made = scen("report" if form in ("markdown", "html") else "status", *DAY, "--format", form)
    assert made.exit_code == 1
    at = [made.stdout.index(text) for text in ("pact.yaml", "conflict marker")]
    assert at == sorted(at)
    first = {"markdown": "\n# ", "html": "<h1"}.get(form, "trade")
    assert at[0] < made.stdout.index(first)
    assert "?" in made.stdout


@pytest.mark.usefixtures("broken")
def test_the_broken_file_is_one_fault_and_what_names_it_has_none() -> None:
    made = scen("check", "--strict")
    assert (made.exit_code, made.stdout.count("\n")) == (1, 1)
    assert made.stdout.startswith("scenarios/pact.yaml:")


@pytest.mark.usefixtures("broken")
def test_every_reading_command_answers_and_ends_with_1() -> None:
    told = {" ".join(words): scen(*words) for words in READING}
    traceless = {name: made for name, made in told.items() if "audit" not in name}
    assert {name for name, made in traceless.items() if made.exit_code == 0} <= {
        name for name in told if name.split()[0] in ("check", "diff")
    }


def test_without_a_readable_tracker_there_are_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", {**FILES, "tracker.yaml": f"{CONFLICT}{FILES['tracker.yaml']}"})
    made = scen("status", *DAY, "--format", "json")
    rows = json.loads(made.stdout)["scenarios"]
    assert made.exit_code == 1
    assert [(row["withheld"], row["implied"]) for row in rows] == [("tracker.yaml", None)] * 3
    assert "without a readable tracker.yaml there are no figures" in " ".join(
        scen("status", *DAY).stdout.split()
    )


def test_an_item_that_cannot_be_read_leaves_its_own_lines_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    item = "evidence/2022/2022-02-04-visit.yaml"
    make(tmp_path / "scenarios", {**FILES, item: CONFLICT + FILES[item]})
    made = scen("status", *DAY, "--format", "json")
    found = json.loads(made.stdout)
    assert made.exit_code == 1
    assert [fault["path"] for fault in found["unreadable"]] == [item]
    assert [row["withheld"] for row in found["scenarios"]] == [None] * 3


def test_markers_inside_a_quoted_text_are_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quoted = LINKED.replace("\n  <<<<<<< HEAD'", "\n<<<<<<< HEAD\n\n=======\n>>>>>>> theirs'")
    make(tmp_path / "scenarios", {**FILES, "linked.yaml": quoted})
    assert scen("check", "--strict").exit_code == 0
    place = tmp_path / "scenarios" / "linked.yaml"
    place.write_text(quoted.replace("opened: 2021-12-17\n", CONFLICT))
    line = quoted[: quoted.index("opened")].count("\n") + 1
    assert scen("check").stdout.startswith(f"scenarios/linked.yaml:{line}:1: yaml: a conflict")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("command", ["status", "report", "report --brief"])
def test_a_withheld_figure_is_a_question_mark_in_each_table_of_scenarios(command: str) -> None:
    lines = scen(*command.split(), *DAY, "--format", "csv").stdout.splitlines()
    title = FILES["ties.yaml"].partition("title: ")[2].partition("\n")[0]
    row = next(line for line in lines if line.startswith(("ties,", f"{title},", f'"{title}"')))
    assert row.count("?") >= 2


@pytest.mark.usefixtures("broken")
def test_pages_have_a_banner_and_a_question_mark_for_the_figures(tmp_path: Path) -> None:
    made = scen("site", "out", *DAY)
    assert made.exit_code == 1
    pages = [page.read_text() for page in (tmp_path / "out").rglob("*.html")]
    assert [page for page in pages if "cannot be read" not in page] == []
    assert "implied ?" in (tmp_path / "out" / "s" / "ties" / "index.html").read_text()


@pytest.mark.usefixtures("broken")
def test_sql_has_no_figure_and_the_fault_among_the_findings() -> None:
    words = ("query", "--as-of", "2022-03-01", "--format", "csv")
    sql = "select scenario_id, implied from status where scenario_id like 't%' order by 1"
    rows = scen(*words, sql).stdout.splitlines()[-2:]
    assert rows[0] == "ties,"
    assert rows[1].startswith("trade,0.")
    found = scen(*words, "select path, severity from findings where path = 'pact.yaml'")
    assert found.stdout.splitlines()[-1] == "pact.yaml,error"


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    "words",
    [
        ("list", "scenarios", "--format", "json"),
        ("plot", "trade", "--output", "trade.svg"),
        ("export", "out.json"),
    ],
)
def test_where_the_result_has_no_room_stderr_names_the_file(words: tuple[str, ...]) -> None:
    made = scen(*words, *DAY)
    assert made.exit_code == 1
    line = FILES["pact.yaml"][: FILES["pact.yaml"].index("opened:")].count("\n") + 1
    assert f"scen: pact.yaml:{line}:1: yaml: a conflict marker" in made.stderr


@pytest.mark.usefixtures("broken")
def test_json_names_no_file_where_all_can_be_read_but_a_report_says_that() -> None:
    Path("scenarios/pact.yaml").write_text(FILES["pact.yaml"])
    made = (scen(name, *DAY, "--format", "json") for name in ("status", "report"))
    status, report = (json.loads(each.stdout) for each in made)
    assert (status.get("unreadable"), report["unreadable"]) == (None, [])
