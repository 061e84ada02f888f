"""What a file that cannot be read could change is withheld, and the file is named first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import FILES, make, scen
from tests.cli.test_formats import READING
from tests.storage.test_git import shell

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
PACT = "scenarios/pact.yaml"


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
    assert (fault["path"], fault["column"]) == (PACT, 1)
    assert "conflict marker" in fault["message"]
    return found


@pytest.mark.usefixtures("broken")
def test_no_figure_is_told_that_the_broken_member_of_a_set_could_change() -> None:
    for command in ("status", "report"):
        rows = {row["id"]: row for row in answered(command, *DAY)["scenarios"]}
        withheld = {id: row["withheld"] for id, row in rows.items() if row["withheld"]}
        assert withheld == dict.fromkeys(("pact", "ties", "linked"), PACT)
        figures = ("stated", "implied", "gap_decibans", "movement_bits")
        assert {rows[id][name] for id in withheld for name in figures} == {None}
        assert rows["trade"]["implied"]["probability"] > 0
    brief = answered("report", "--brief", *DAY)["scenarios"]
    assert {row["id"] for row in brief if row["withheld"]} == {"pact", "ties", "linked"}
    ledger = answered("explain", "ties", *DAY)
    assert (ledger["withheld"], ledger["implied"], ledger["band"]) == (PACT, None, None)
    matrix = answered("matrix", "ties", "trade", *DAY)
    assert (matrix["withheld"], matrix["scores"], matrix["linchpins"]) == (PACT, {}, [])


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
        name for name in told if name.split()[0] in ("check", "diff", "extensions")
    }


def test_without_a_readable_tracker_there_are_no_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", {**FILES, "tracker.yaml": f"{CONFLICT}{FILES['tracker.yaml']}"})
    made = scen("status", *DAY, "--format", "json")
    rows = json.loads(made.stdout)["scenarios"]
    assert made.exit_code == 1
    assert [(row["withheld"], row["implied"]) for row in rows] == [
        ("scenarios/tracker.yaml", None)
    ] * 3
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
    assert [fault["path"] for fault in found["unreadable"]] == [f"scenarios/{item}"]
    assert [row["withheld"] for row in found["scenarios"]] == [None] * 3


@pytest.mark.usefixtures("broken")
def test_nothing_is_said_to_be_due_of_what_could_be_read_alone() -> None:
    printed = scen("due", "--as-of", "2021-12-18", "--within", "1d").stdout
    assert "Nothing that can be read is late, and nothing comes up to 2021-12-19." in printed


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
    assert "evidence ?" in (tmp_path / "out" / "s" / "ties" / "index.html").read_text()


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
        ("plot", "trade", "--output", "trade.svg"),
        ("export", "out.json"),
    ],
)
def test_where_the_result_has_no_room_stderr_names_the_file(words: tuple[str, ...]) -> None:
    made = scen(*words, *DAY)
    assert made.exit_code == 1
    line = FILES["pact.yaml"][: FILES["pact.yaml"].index("opened:")].count("\n") + 1
    assert f"scen: {PACT}:{line}:1: yaml: a conflict marker" in made.stderr


@pytest.mark.usefixtures("broken")
def test_json_names_no_file_where_all_can_be_read_but_a_report_says_that() -> None:
    Path("scenarios/pact.yaml").write_text(FILES["pact.yaml"])
    made = (scen(name, *DAY, "--format", "json") for name in ("status", "report"))
    status, report = (json.loads(each.stdout) for each in made)
    assert (status.get("unreadable"), report["unreadable"]) == (None, [])


@pytest.mark.usefixtures("broken")
def test_no_sentence_counts_what_could_not_be_read(tmp_path: Path) -> None:
    for command in ("report", "report --brief"):
        news = answered(*command.split(), *DAY)["headline"]
        assert (news["moved"], news["live"], news["withheld"]) == (None, None, PACT)
        text = " ".join(scen(*command.split(), *DAY).stdout.split())
        assert f"Cannot be read: {PACT}; what moved is not known" in text
        assert "Nothing moved" not in text
    brief = " ".join(scen("report", "--brief", *DAY).stdout.split())
    assert "Chores: " in brief
    scores = scen("score", *DAY).stdout
    assert "No resolved question that can be read had a forecast to score." in scores
    assert f"pact: withheld: {PACT} cannot be read" in scores
    scen("site", "out", *DAY)
    index = (tmp_path / "out" / "index.html").read_text()
    assert f"Cannot be read: {PACT}; what moved is not known" in index
    assert "none has moved" not in index


def test_a_change_beside_a_broken_file_is_told_without_the_rest(broken: Path) -> None:
    assert scen("resolve", "trade", "occurred", "--basis", "B", "--recorded", "2022-03-01").stdout
    text = " ".join(scen("report", *DAY).stdout.split())
    assert f"Cannot be read: {PACT}; what moved is not known" in text
    assert broken.exists()


@pytest.mark.usefixtures("broken")
def test_the_page_of_a_broken_scenario_stays_and_says_that_it_cannot_be_read(
    tmp_path: Path,
) -> None:
    scen("site", "out", *DAY)
    page = (tmp_path / "out" / "s" / "pact" / "index.html").read_text()
    assert f"We say ?, evidence ?: {PACT} cannot be read, and could change them." in page
    assert "s/pact/index.html" in (tmp_path / "out" / "index.html").read_text()


@pytest.mark.usefixtures("broken")
def test_a_forecast_beside_a_broken_rival_has_question_marks_and_says_why() -> None:
    words = ("forecast", "ties", "0.8", "--analyst", "desk", "--date", "2022-03-01", "--dry-run")
    made = scen(*words)
    row = next(line for line in made.stdout.splitlines() if line.startswith("ties "))
    assert row.split()[1:] == ["?"] * 5
    assert f"We say ?, evidence ?: {PACT} cannot be read, and could change them." in made.stdout
    assert "sum 80" not in made.stdout
    [figure] = json.loads(scen(*words, "--format", "json").stdout)["figures"]
    assert (figure["after"], figure["analysts"], figure["withheld"]) == (None, None, PACT)


@pytest.mark.usefixtures("broken")
def test_the_record_of_a_broken_file_is_not_shown_but_the_file_named() -> None:
    made = scen("show", "pact")
    line = FILES["pact.yaml"][: FILES["pact.yaml"].index("opened:")].count("\n") + 1
    assert made.exit_code == 1
    assert f"{PACT}:{line}:1: yaml: a conflict marker" in made.stderr
    assert "no record" not in made.stderr


def test_what_cannot_be_read_any_more_is_unreadable_and_not_removed(broken: Path) -> None:
    text = (broken / "pact.yaml").read_text()
    (broken / "pact.yaml").write_text(FILES["pact.yaml"])
    shell(broken.parent, "git init -b main; record first")
    (broken / "pact.yaml").write_text(text)
    made = scen("diff", "HEAD")
    assert "Records: 1 unreadable." in made.stdout
    assert "? scenario  pact: A pact (cannot be read any more)" in made.stdout
    assert json.loads(scen("diff", "HEAD", "--format", "json").stdout)["removed"] == []


@pytest.mark.usefixtures("broken")
def test_a_list_in_json_names_the_file_beside_its_rows() -> None:
    rows = answered("list", "scenarios")["rows"]
    assert [row["id"] for row in rows if row["withheld"] == PACT] == ["linked", "pact", "ties"]
    Path(PACT).write_text(FILES["pact.yaml"])
    assert isinstance(json.loads(scen("list", "scenarios", "--format", "json").stdout), list)


@pytest.mark.usefixtures("broken")
def test_an_item_in_a_list_keeps_the_broken_scenario_that_it_rates() -> None:
    conflicted = Path(PACT).read_text()
    Path(PACT).write_text(FILES["pact.yaml"])
    assert scen("rate", "2022-02-04-visit", "pact=C").exit_code == 0
    rows = json.loads(scen("list", "evidence", "--format", "json").stdout)
    assert [row["id"] for row in rows if "pact" in row["scenarios"]] == ["2022-02-04-visit"]
    Path(PACT).write_text(conflicted)
    rated = {row["id"]: row["scenarios"] for row in answered("list", "evidence")["rows"]}
    assert rated == {row["id"]: row["scenarios"] for row in rows}


@pytest.mark.usefixtures("broken")
def test_sql_has_a_row_without_figures_for_the_broken_scenario_itself() -> None:
    sql = "select day, stated, analysts, implied from figures where scenario_id = 'pact'"
    made = scen("query", *DAY, "--format", "csv", sql)
    assert made.stdout.splitlines()[-1] == "2022-02-07,,0,"


def test_a_brief_without_a_readable_tracker_has_a_title(broken: Path) -> None:
    (broken / "tracker.yaml").write_text(CONFLICT + FILES["tracker.yaml"])
    assert "\nScenarios: week to 1 March 2022\n" in scen("report", "--brief", *DAY).stdout
