"""`scen lsp`: what an editor is told of texts that are typed, by the protocol's own client."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.analysis.review.explanation import explain
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DECIDED, make
from tests.lazily import lazily
from tests.lsp_client import PATIENCE, SCEN, EditorClient, edited, editor

if TYPE_CHECKING:
    from lsprotocol import types as lsp
    from pygls.exceptions import JsonRpcException
else:
    lsp = lazily("lsprotocol.types")
    JsonRpcException = lazily("pygls.exceptions").JsonRpcException

cmarkgfm = lazily("cmarkgfm")

DATA = Path(__file__).parent / "data"
VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"


@pytest.fixture(scope="module")
def desk() -> Iterator[EditorClient]:
    """An editor for all tests of this module; each has a database of its own."""
    with editor() as client:
        yield client


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "desk", tmp_path / "scenarios")
    return tmp_path / "scenarios"


def words(faults: list[lsp.Diagnostic]) -> list[str]:
    return [f"{fault.code}: {fault.message}" for fault in faults]


def content(root: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def labels(answer: lsp.CompletionList | None) -> list[str]:
    return [item.label for item in answer.items] if answer else []


def test_a_text_that_is_typed_has_its_faults_and_its_file_stays_as_it_was(
    desk: EditorClient, root: Path
) -> None:
    path, before = root / VISIT, content(root.parent)
    text = path.read_text()
    desk.open(path)
    assert desk.type(path, text) == []
    [fault] = desk.type(path, text.replace("source: kremlin", "source: kremlim"), 3)
    assert words([fault]) == [
        "unknown-source: there is no source 'kremlim' (did you mean 'kremlin'?)"
    ]
    assert (fault.severity, fault.source) == (lsp.DiagnosticSeverity.Error, "scen")
    assert (fault.range.start, fault.range.end) == (lsp.Position(3, 8), lsp.Position(3, 15))
    [fault] = desk.type(path, text.replace("notes: Seen", "notes: [Seen"), 4)
    assert fault.code == "yaml"
    assert desk.type(path, text, 5) == []
    assert content(root.parent) == before
    desk.close(path)


@pytest.mark.parametrize(
    "rule", sorted({path.name for path in (DATA / "invalid").iterdir()} - {"no-tracker"})
)
def test_the_faults_are_those_of_check_at_their_places(
    desk: EditorClient, tmp_path: Path, rule: str
) -> None:
    root = tmp_path / "scenarios"
    shutil.copytree(DATA / "invalid" / rule, root)
    files, lost = snapshot(root)
    problems = load(files, lost=lost).problems
    faulty = sorted({problem.path for problem in problems})
    for path in faulty:
        desk.open(root / path)

    def told() -> list[tuple[Any, ...]]:
        return sorted(
            (path, fault.range.start.line + 1, fault.range.start.character + 1, fault.code)
            for path in faulty
            for fault in desk.faults(root / path)
        )

    # No line of these files holds a letter beyond the first 65,536 before its fault.
    expected = sorted((p.path, p.line, p.column, p.rule) for p in problems)
    desk.until(lambda: told() == expected)
    for path in faulty:
        desk.close(root / path)


def test_a_fault_in_another_file_is_told_too_and_taken_back(desk: EditorClient, root: Path) -> None:
    path = root / "sources/kremlin.yaml"
    desk.open(path)
    other = root / VISIT
    other.write_text(other.read_text().replace("kremlin", "kremlim"))
    desk.changed_by_others(other)
    desk.until(lambda: [fault.code for fault in desk.faults(other)] == ["unknown-source"])
    other.write_text(other.read_text().replace("kremlim", "kremlin"))
    desk.changed_by_others(other)
    desk.until(lambda: desk.faults(other) == [])
    desk.close(path)


@pytest.mark.parametrize(("encoding", "column"), [("utf-16", 17), ("utf-8", 22), ("utf-32", 15)])
def test_columns_count_in_the_units_that_the_client_asks_for(
    root: Path, encoding: str, column: int
) -> None:
    """An emoji is one character, two units of UTF-16 and four bytes of UTF-8."""
    path = root / "sources/kremlin.yaml"
    with editor(encodings=[encoding]) as client:
        client.open(path)
        [fault] = client.type(path, '{name: "\U0001f600\U0001f600\u0416", relability: C}')
        assert fault.code == "unknown-key"
        assert fault.range.start == lsp.Position(0, column - 1)
        [fix] = client.fixes(path, 0)
        assert fix.edit
        assert fix.edit.changes
        [edit] = fix.edit.changes[path.as_uri()]
        assert (edit.range, edit.new_text) == (fault.range, "reliability")


def test_utf_16_is_the_unit_where_none_is_asked_for(desk: EditorClient) -> None:
    assert desk.answer.capabilities.position_encoding == "utf-16"


COMPLETED: list[tuple[str, str, str, str]] = [
    (VISIT, "sourc|", "source", "source: |"),
    (VISIT, "source: |", "kremlin", "source: kremlin|"),
    (VISIT, "source: 'kr|'", "kremlin", "source: 'kremlin|'"),
    (VISIT, "ratings:\n  pa|", "pact", "ratings:\n  pact: |"),
    (VISIT, "ratings: {trade: C, pa|", "pact", "ratings: {trade: C, pact: |"),
    (VISIT, "ratings:\n  pact: |", "CC", "ratings:\n  pact: CC|"),
    (VISIT, "reliability: |", "B", "reliability: B|"),
    (VISIT, "credibility: |", "6", "credibility: 6|"),
    (VISIT, "observed: 2022-02|", "2022-02-04", "observed: 2022-02-04|"),
    (VISIT, "indicators:\n  pact/|", "pact/talks", "indicators:\n  pact/talks: |"),
    (VISIT, "indicators: {pact/talks: |", "emerging", "indicators: {pact/talks: emerging|"),
    (
        VISIT,
        "corroborated_by:\n  - 20|",
        "2022-02-04-visit",
        "corroborated_by:\n  - 2022-02-04-visit|",
    ),
    (VISIT, "retracted:\n  d|", "date", "retracted:\n  date: |"),
    (VISIT, "theme: |", "energy", "theme: energy|"),
    ("pact.yaml", "set: |", "form", "set: form|"),
    ("pact.yaml", "clarifications:\n  - d|", "date", "clarifications:\n  - date: |"),
    ("pact.yaml", "prior:\n  inc|", "includes", "prior:\n  includes: |"),
    ("pact.yaml", "prior:\n  given:\n    tr|", "trade", "prior:\n  given:\n    trade: |"),
    (
        "pact.yaml",
        "resolution: {outcome: did|",
        "did-not-occur",
        "resolution: {outcome: did-not-occur|",
    ),
    ("tracker.yaml", "estimative_language: |", "phia", "estimative_language: phia|"),
    (SHEET, "analyst: |", "desk", "analyst: desk|"),
    (SHEET, "evidence:\n  pact: [2|", "2022-02-04-visit", "evidence:\n  pact: [2022-02-04-visit|"),
]


@pytest.mark.parametrize(("file", "begun", "word", "whole"), COMPLETED)
def test_a_word_that_was_begun_is_completed(
    desk: EditorClient, root: Path, file: str, begun: str, word: str, whole: str
) -> None:
    with (root / "tracker.yaml").open("a") as tracker:
        tracker.write("themes: {energy: Gas}\n")
    path, kept = root / file, "# Above it stands what is whole.\n"
    desk.open(path)
    before, _, behind = (kept + begun).partition("|")
    desk.type(path, before + behind)
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    answer = desk.ask("completion", path, line, column)
    [item] = [item for item in answer.items if item.label == word]
    assert edited(before + behind, [item.text_edit]) == kept + whole.replace("|", "")
    desk.close(path)


def test_only_what_can_stand_there_is_offered(desk: EditorClient, root: Path) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, "reliability: ")
    assert labels(desk.ask("completion", path, 0, 13)) == [*"ABCDEF"]
    desk.type(path, "credibility: ", 3)
    assert labels(desk.ask("completion", path, 0, 13)) == [*"123456"]
    desk.type(path, "summary: A visit of p", 4)
    assert labels(desk.ask("completion", path, 0, 21)) == []
    desk.type(path, "# a remark on p", 5)
    assert labels(desk.ask("completion", path, 0, 15)) == []
    desk.type(path, "retracted: {date: ", 6)
    assert labels(desk.ask("completion", path, 0, 18))[0] == "2022-02-04"
    desk.close(path)


TURNOVER = """\
title: Turnover
question: How much?
resolution_criteria: Customs data.
opened: 2022-01-03
horizon: 2022-12-31
quantity: {kind: number, unit: billion dollars, thresholds: [240, 220]}
prior: {quantiles: {p10: 205, p50: 240, p90: 275}, basis: 147 in 2021}
"""
WITH_SIGN = "indicators: {x: {statement: S, ratings: {"


@pytest.mark.parametrize(
    ("file", "begun", "expected"),
    [
        (VISIT, "ratings:\n  |", ["pact", "ties", "trade", "turnover/220", "turnover/240"]),
        (VISIT, "ratings: {turnover/2|", ["pact", "ties", "trade", "turnover/220", "turnover/240"]),
        ("pact.yaml", f"{WITH_SIGN}|", ["pact", "ties", "trade", "turnover/220", "turnover/240"]),
        ("pact.yaml", "implies: [|", ["pact", "ties", "trade"]),
        (SHEET, "probabilities:\n  |", ["pact", "ties", "trade"]),
        (SHEET, "quantiles:\n  t|", ["turnover"]),
        (SHEET, "rationales: {|", ["pact", "ties", "trade", "turnover"]),
        (SHEET, "quantiles:\n  turnover:\n    |", ["p10", "p50", "p90"]),
        (SHEET, "quantiles: {turnover: {p10: 1, |", ["p50", "p90"]),
        (SHEET, "quantiles:\n  turnover:\n    p|", ["p10", "p50", "p90"]),
        ("turnover.yaml", "prior:\n  quantiles: {p|", ["p10", "p50", "p90"]),
    ],
)
def test_rows_are_offered_where_they_are_rated_and_quantities_where_they_are_forecast(
    desk: EditorClient, root: Path, file: str, begun: str, expected: list[str]
) -> None:
    make(root, {"turnover.yaml": TURNOVER})
    path, before = root / file, begun.partition("|")[0]
    desk.open(path)
    desk.type(path, before)
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    assert labels(desk.ask("completion", path, line, column)) == expected
    desk.close(path)


@pytest.mark.parametrize(
    ("file", "begun", "offered", "present"),
    [
        (VISIT, "summary: A\n|\nnotes: B\n", {"source", "url"}, {"summary", "notes"}),
        (VISIT, "summary: A\nsou|\nnotes: B\nratings: {", {"source"}, {"summary", "notes"}),
        (VISIT, "summary|: A\nnotes: B\n", {"summary", "source"}, {"notes"}),
        (VISIT, "'summary|': A\nnotes: B\n", {"summary", "source"}, {"notes"}),
        (VISIT, "ratings:\n  pact: C\n  |\n  ties: N\nnotes: A\n", {"trade"}, {"pact", "ties"}),
        (VISIT, "ratings: {trade: C, pa|}\nnotes: A\n", {"pact", "ties"}, {"trade"}),
        (VISIT, "ratings: {trade: C, pa|\nnotes: A\n", {"pact", "ties"}, {"trade"}),
        ("pact.yaml", "prior:\n  basis: B\n  |\nhorizon: 2022-01-01\n", {"given"}, {"basis"}),
        (
            "pact.yaml",
            "clarifications:\n  - date: 2022-01-01\n    |\n  - text: A\n",
            {"text"},
            {"date"},
        ),
    ],
)
def test_a_key_that_its_mapping_has_already_is_not_offered(
    desk: EditorClient, root: Path, file: str, begun: str, offered: set[str], present: set[str]
) -> None:
    path, (before, _, behind) = root / file, begun.partition("|")
    desk.open(path)
    desk.type(path, before + behind)
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    words = {*labels(desk.ask("completion", path, line, column))}
    assert (offered - words, present & words) == (set(), set())
    desk.close(path)


def test_events_and_origins_in_use_are_offered_those_of_the_nearest_days_first(
    desk: EditorClient, root: Path
) -> None:
    item = (
        "summary: S\nobserved: {day}\nrecorded: 2022-03-30\nsource: kremlin\nratings: {{pact: N}}\n"
    )
    for day, event in (
        ("2022-01-01", "talks"),
        ("2022-02-01", "parade"),
        ("2022-03-01", "summit"),
        ("2022-03-02", "summit"),
    ):
        text = item.format(day=day) + f"event: {event}\norigin: {event}-desk\n"
        (root / f"evidence/2022/{day}-{event}.yaml").write_text(text)
    path = root / VISIT
    desk.open(path)
    for number, key in enumerate(("event", "origin")):
        text = path.read_text() + f"{key}: par"
        desk.type(path, text, 2 + number)
        items = desk.ask("completion", path, text.count("\n"), len(key) + 5).items
        suffix = "" if key == "event" else "-desk"
        used = [f"{event}{suffix}" for event in ("parade", "summit", "talks")]
        assert [item.label for item in items][:3] == used
        assert [item.detail for item in items][:3] == ["1 item: S", "2 items: S", "1 item: S"]
        sources = [item.label for item in items][3:]
        assert sources == ([] if key == "event" else ["kremlin"])
    desk.close(path)


def test_a_key_is_explained_by_its_meaning_in_the_schema(desk: EditorClient, root: Path) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, path.read_text())
    hover = desk.ask("hover", path, 2, 3)
    assert hover.contents.kind == lsp.MarkupKind.Markdown
    assert hover.contents.value == (
        "```text\nThe day on which it entered this database, not before it can have been\n"
        "observed.\n```"
    )
    items = desk.ask("completion", path, 2, 0).items
    assert next(item.detail for item in items if item.label == "recorded").startswith("The day on")
    assert desk.ask("hover", path, 0, 12) is None
    desk.close(path)


def test_a_scenario_is_shown_with_its_question_its_figures_and_what_moved_them_last(
    desk: EditorClient, root: Path
) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, path.read_text())
    text = desk.ask("hover", path, 5, 3).contents.value
    explained = explain(open_folder(root).database, "trade", date.max)
    assert explained.implied
    for expected in (
        "Will yearly trade pass 200 billion dollars?",
        "Implied 76%",
        "band ",
        "Stated 60%",
        "Last moved by 2022-02-04-visit: A visit (its line counts +5.0).",
        "Last forecast by desk on 2022-02-07: 60%.",
    ):
        assert expected in text
    assert round(explained.implied.probability, 2) == 0.76
    desk.close(path)


@pytest.mark.parametrize("case", DECIDED)
def test_a_decided_question_is_shown_as_it_stood_last(
    desk: EditorClient, tmp_path: Path, case: str
) -> None:
    path = make(tmp_path / "scenarios", DECIDED[case]) / VISIT
    desk.open(path)
    desk.type(path, path.read_text())
    text = desk.ask("hover", path, 5, 3).contents.value
    for expected in (
        "Resolved: did not occur. The ledger as it stood on 2022-02-19.",
        "Implied 76%",
        "Stated 70%",
        "Last moved by 2022-02-04-visit: A visit (its line counts +5.0).",
        "Last forecast by desk on 2022-02-10: 70%.",
    ):
        assert expected in text
    desk.close(path)


def test_a_rating_is_shown_with_its_effect_as_the_text_is_now(
    desk: EditorClient, root: Path
) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, path.read_text())
    text = desk.ask("hover", path, 5, 10).contents.value
    assert re.search(r"trade +C +1\.00 +1\.00 +\+5\.0 +50% → 76%", text), text
    desk.type(path, path.read_text().replace("trade: C", "trade: II"), 3)
    text = desk.ask("hover", path, 5, 10).contents.value
    assert re.search(r"trade +II .* −10\.0 +50% → 9%", text), text
    desk.close(path)


def test_an_indicator_is_shown_with_its_state(desk: EditorClient, root: Path) -> None:
    path = root / VISIT
    desk.open(path)
    assert desk.type(path, path.read_text() + "indicators: {pact/talks: observed}\n") == []
    text = desk.ask("hover", path, 7, 16).contents.value
    assert re.search(r"talks +observed +2022-02-04 .* Talks are confirmed", text), text
    own = root / "pact.yaml"
    desk.open(own)
    desk.type(own, own.read_text())
    assert desk.ask("hover", own, 11, 4).contents.value == text
    desk.close(own)
    desk.close(path)


def test_nothing_that_a_record_says_acts_in_a_hover(desk: EditorClient, root: Path) -> None:
    path, source = root / VISIT, root / "sources/kremlin.yaml"
    hostile = "``` ````\n[run](command:workbench.action.quit) <b>x</b> https://example.org\n# x"
    source.write_text(json.dumps({"name": "K", "reliability": "C", "reliability_basis": hostile}))
    desk.open(path)
    desk.type(path, path.read_text())
    value = desk.ask("hover", path, 3, 10).contents.value
    html = cmarkgfm.github_flavored_markdown_to_html(value)
    assert "[run](command:workbench.action.quit)" in html
    assert re.findall(r"</?[a-z]+", html) == ["<pre", "<code", "</code", "</pre"]
    assert "\x1b" not in value
    desk.close(path)


def test_a_client_that_shows_no_markdown_gets_plain_text(root: Path) -> None:
    talk = Talk()
    talk.send("initialize", {"capabilities": {}}, id=1)
    talk.answer(1)
    talk.open(root / VISIT)
    place = {"line": 3, "character": 10}
    talk.send("textDocument/hover", talk.document(root / VISIT) | {"position": place}, id=2)
    contents = talk.answer(2)["contents"]
    assert contents == {
        "kind": "plaintext",
        "value": "kremlin\n\nname: The Kremlin\nreliability: C",
    }
    talk.end()


def test_a_name_leads_to_its_record_and_a_record_to_its_names(
    desk: EditorClient, root: Path
) -> None:
    path, pact = root / VISIT, root / "pact.yaml"
    desk.open(path)
    text = path.read_text() + "indicators: {pact/talks: observed}\n"
    desk.type(path, text)

    def lines(method: str, line: int, column: int, **more: Any) -> list[str]:
        places = desk.ask(method, path, line, column, **more)
        return [f"{Path(at.uri).name}:{at.range.start.line + 1}" for at in places]

    def named(line: int, column: int, *, declared: bool = False) -> list[str]:
        return lines("references", line, column, context=lsp.ReferenceContext(declared))

    assert lines("definition", 5, 3) == ["trade.yaml:1"]
    assert lines("definition", 3, 10) == ["kremlin.yaml:1"]
    assert lines("definition", 7, 20) == ["pact.yaml:12"]
    assert lines("definition", 0, 12) == []
    assert named(5, 3) == ["2022-02-04-visit.yaml:6", "2022-02-07-desk.yaml:5"]
    assert named(5, 3, declared=True)[0] == "trade.yaml:1"
    assert named(7, 20) == ["2022-02-04-visit.yaml:8"]
    desk.open(pact)
    desk.type(pact, pact.read_text())
    [home] = desk.ask("definition", pact, 6, 6)
    assert (Path(home.uri).name, home.range.start.line) == ("tracker.yaml", 3)
    desk.close(pact)
    desk.close(path)


def renamed(root: Path, edit: lsp.WorkspaceEdit) -> dict[str, str]:
    """The files of a database as an editor has them after the changes, by their paths."""
    files = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.yaml")}
    for change in edit.document_changes or ():
        if isinstance(change, lsp.RenameFile):
            uris = change.old_uri, change.new_uri
            old, new = (uri.partition("/scenarios/")[2] for uri in uris)
            files[new] = files.pop(old)
        else:
            assert isinstance(change, lsp.TextDocumentEdit)
            path = change.text_document.uri.partition("/scenarios/")[2]
            edits = [edit for edit in change.edits if isinstance(edit, lsp.TextEdit)]
            files[path] = edited(files[path], edits)
    return files


@pytest.mark.parametrize(
    ("file", "line", "column", "name", "id", "new"),
    [
        (VISIT, 5, 3, "trade", "trade", "commerce"),
        (VISIT, 3, 10, "kremlin", "kremlin", "kremlin-ru"),
        (VISIT, 7, 20, "talks", "pact/talks", "first-talks"),
        (VISIT, 0, 3, "2022-02-04-visit", "2022-02-04-visit", "2022-02-04-beijing"),
        (SHEET, 4, 3, "trade", "trade", "commerce"),
        ("pact.yaml", 11, 4, "talks", "pact/talks", "first-talks"),
        ("pact.yaml", 1, 2, "pact", "pact", "treaty"),
    ],
)
def test_a_rename_changes_the_files_as_the_command_does(
    desk: EditorClient, root: Path, file: str, line: int, column: int, name: str, id: str, new: str
) -> None:
    with (root / VISIT).open("a") as item:
        item.write("indicators: {pact/talks: observed}\n")
    path, before = root / file, content(root)
    desk.open(path)
    desk.until(lambda: desk.version(path) == 1)
    place = desk.ask("prepare_rename", path, line, column)
    assert place.placeholder == name
    assert place.range.start.line == line
    own = renamed(root, desk.ask("rename", path, line, column, new_name=new))
    assert content(root) == before
    subprocess.run([SCEN, "--database", root, "rename", id, new], check=True, capture_output=True)
    files = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.yaml")}
    assert own == files
    desk.close(path)


def test_at_a_row_of_a_quantity_the_quantity_is_renamed(desk: EditorClient, root: Path) -> None:
    make(root, {"turnover.yaml": TURNOVER})
    path = root / VISIT
    desk.open(path)
    text = path.read_text().replace("  trade: C", "  turnover/240: C")
    assert desk.type(path, text) == []
    place = desk.ask("prepare_rename", path, 5, 13)
    named = place.range.start.character, place.range.end.character
    assert (place.placeholder, *named) == ("turnover", 2, 10)
    edit = desk.ask("rename", path, 5, 13, new_name="volume")
    [own] = [
        change
        for change in edit.document_changes
        if isinstance(change, lsp.TextDocumentEdit) and change.text_document.version
    ]
    edits = [edit for edit in own.edits if isinstance(edit, lsp.TextEdit)]
    assert edited(text, edits) == text.replace("turnover/240", "volume/240")
    desk.close(path)


def test_a_rename_keeps_what_is_typed_and_not_saved(desk: EditorClient, root: Path) -> None:
    path = root / VISIT
    desk.open(path)
    text = path.read_text().replace("notes: Seen", "# 😀\nnotes: Heard")
    assert desk.type(path, text) == []
    edit = desk.ask("rename", path, 5, 3, new_name="commerce")
    changes = {
        change.text_document.uri: change
        for change in edit.document_changes
        if isinstance(change, lsp.TextDocumentEdit)
    }
    own = changes[path.as_uri()]
    assert own.text_document.version == 2
    edits = [edit for edit in own.edits if isinstance(edit, lsp.TextEdit)]
    assert edited(text, edits) == text.replace("trade:", "commerce:")
    assert changes[(root / SHEET).as_uri()].text_document.version is None
    desk.close(path)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("pact", "there is scenario 'pact' already"),
        ("trade", "trade is called that already"),
        ("Trade 2", "'Trade 2' is not a valid id"),
        ("../trade", "'../trade' is not a valid id"),
        ("tracker", "'tracker' is a reserved word"),
        ("", "'' is not a valid id"),
    ],
)
def test_a_name_that_is_taken_or_no_id_is_refused_by_an_error_of_the_protocol(
    desk: EditorClient, root: Path, new: str, reason: str
) -> None:
    path = root / VISIT
    desk.open(path)
    desk.until(lambda: desk.version(path) == 1)
    with pytest.raises(JsonRpcException, match=re.escape(reason)) as refused:
        desk.ask("rename", path, 5, 3, new_name=new)
    assert refused.value.code == lsp.LSPErrorCodes.RequestFailed
    desk.close(path)


def test_what_cannot_be_renamed_is_not_offered_and_is_refused(
    desk: EditorClient, root: Path
) -> None:
    path, pact, sheet = root / VISIT, root / "pact.yaml", root / SHEET
    for document in (path, pact, sheet):
        desk.open(document)
    text = path.read_text()
    desk.type(path, text)
    for line, column in ((0, 12), (5, 10)):  # in a sentence, at a rating
        assert desk.ask("prepare_rename", path, line, column) is None
        with pytest.raises(JsonRpcException, match="no record"):
            desk.ask("rename", path, line, column, new_name="x")
    with pytest.raises(JsonRpcException, match="not a valid"):
        desk.ask("rename", pact, 11, 4, new_name="First Talks")
    desk.type(path, text.replace("notes: Seen", "notes: [Seen"), 3)
    with pytest.raises(JsonRpcException, match="changes that cannot be read: fix them first"):
        desk.ask("rename", sheet, 4, 3, new_name="commerce")  # that the broken text names
    for document in (path, pact, sheet):
        desk.close(document)


def test_an_editor_that_renames_no_file_is_told_the_command(root: Path) -> None:
    talk = Talk()
    talk.send("initialize", {"capabilities": {}}, id=1)
    talk.answer(1)
    talk.open(root / VISIT)
    place = {"position": {"line": 5, "character": 3}, "newName": "commerce"}
    talk.send("textDocument/rename", talk.document(root / VISIT) | place, id=2)
    while (answer := talk.read()).get("id") != 2:
        pass
    assert answer["error"]["message"] == "this editor cannot rename a file: scen rename can"
    talk.end()


def test_a_file_has_its_record_and_its_parts_as_symbols(desk: EditorClient, root: Path) -> None:
    path, pact = root / VISIT, root / "pact.yaml"
    desk.open(path)
    desk.type(path, path.read_text())
    [record] = desk.outline(path)
    assert (record.name, record.detail) == ("2022-02-04-visit", "A visit")
    assert record.children
    parts = [(part.name, part.detail, part.range.start.line) for part in record.children]
    assert parts[0] == ("trade", "Trade of 200 billion", 5)
    desk.open(pact)
    desk.type(pact, pact.read_text())
    [record] = desk.outline(pact)
    assert record.children
    assert [(part.name, part.detail) for part in record.children] == [
        ("talks", "Talks are confirmed")
    ]
    desk.type(pact, "title: [", 3)
    assert [each.name for each in desk.outline(pact)] == ["pact"]  # with its parts as saved
    desk.close(pact)
    desk.close(path)


def test_the_workspace_has_its_questions_indicators_and_sources_as_symbols(
    desk: EditorClient, root: Path
) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, path.read_text())

    def named(query: str) -> list[str]:
        symbols = [each for each in desk.find(query) if root.as_uri() in each.location.uri]
        return [f"{Path(each.location.uri).name}: {each.name}" for each in symbols]

    assert named("TALKS") == ["pact.yaml: pact/talks: Talks are confirmed"]
    assert named("kreml") == ["kremlin.yaml: kremlin: The Kremlin"]
    assert named("trade 200")[0].startswith("trade.yaml: trade: ")
    assert len(named("")) == 5
    [symbol] = [each for each in desk.find("talks") if root.as_uri() in each.location.uri]
    assert symbol.location.range.start.line == 11
    desk.close(path)


def fix(desk: EditorClient, path: Path, text: str) -> str:
    """The text as the first change that is proposed for its only faulty line makes it."""
    faults = desk.type(path, text, 7)
    proposed = desk.fixes(path, faults[0].range.start.line)[0]
    assert proposed.edit
    assert proposed.edit.changes
    return edited(text, proposed.edit.changes[path.as_uri()])


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        (VISIT, "source: kremlin", "source: kremlim"),
        (VISIT, "source: kremlin", 'source: "kremlim"'),
        (VISIT, "  trade: C ", "  trad: C "),
        (VISIT, "notes: Seen", "note: Seen"),
        (VISIT, "notes: Seen", "indicators: {pacd/talks: observed}\nnotes: Seen"),
        (VISIT, "notes: Seen", "indicators: {pact/talk: observed}\nnotes: Seen"),
        (VISIT, "source: kremlin", "reliability: b\nsource: kremlin"),
        (SHEET, "  trade: 0.6", "  trad: 0.6"),
        ("pact.yaml", "set: form", "set: from"),
    ],
)
def test_what_is_meant_is_put_right(
    desk: EditorClient, root: Path, file: str, right: str, wrong: str
) -> None:
    path = root / file
    desk.open(path)
    text = path.read_text().replace(right, wrong, 1)
    mended = fix(desk, path, text)
    assert desk.type(path, mended, 8) == []
    if wrong.count("\n") == right.count("\n") and '"' not in wrong and "{" not in wrong:
        assert mended == path.read_text()
    desk.close(path)


def test_former_ids_are_replaced_by_todays(desk: EditorClient, root: Path) -> None:
    (root / "pact.yaml").rename(root / "treaty.yaml")
    with (root / "treaty.yaml").open("a") as file:
        file.write("formerly: [pact]\n")
    own = root / "treaty.yaml"
    own.write_text(own.read_text().replace("{pact: CC", "{treaty: CC"))
    sheet, item = root / SHEET, root / VISIT
    desk.open(sheet)
    text = sheet.read_text() + "rationales:\n  pact: None.   # yet\n"
    [told] = words(desk.type(sheet, text))
    assert told.startswith("former-reference: 'pact' is called 'treaty' now (any edit writes")
    assert fix(desk, sheet, text) == text.replace("pact:", "treaty:")
    desk.open(item)
    text = item.read_text() + "indicators: {pact/talks: observed}   # by then\n"
    assert fix(desk, item, text) == text.replace("pact/talks", "treaty/talks")
    desk.close(item)
    desk.close(sheet)


def test_a_rename_beside_unsaved_edits_is_told_as_saving_would_have_it(
    desk: EditorClient, root: Path
) -> None:
    old, new = root / "trade.yaml", root / "commerce.yaml"
    desk.open(old)
    text = old.read_text()
    assert desk.type(old, text + "# not saved\n") == []
    subprocess.run(
        [SCEN, "--database", root, "rename", "trade", "commerce"], check=True, capture_output=True
    )
    desk.changed_by_others(old, new)
    desk.until(lambda: [fault.code for fault in desk.faults(new)] == ["former-id"])
    desk.close(old)  # and throws the edits away
    desk.until(lambda: desk.faults(new) == [])
    assert not old.exists()


def test_an_unchanged_text_of_a_file_that_was_renamed_is_no_record_any_more(
    desk: EditorClient, root: Path
) -> None:
    old, new = root / "trade.yaml", root / "commerce.yaml"
    desk.open(old)
    desk.until(lambda: desk.version(old) == 1)
    old.rename(new)
    desk.changed_by_others(old, new)
    item = root / VISIT
    desk.until(lambda: "unknown-scenario" in [fault.code for fault in desk.faults(item)])
    assert desk.faults(new) == desk.faults(old) == []
    desk.close(old)


def test_a_broken_tracker_is_a_fault_and_nothing_else_stops(desk: EditorClient, root: Path) -> None:
    tracker, item = root / "tracker.yaml", root / VISIT
    tracker.write_text("format: [1")
    desk.open(item)
    desk.open(tracker)
    desk.until(lambda: [fault.code for fault in desk.faults(tracker)] == ["yaml"])
    assert "We say ?, evidence ?: tracker.yaml cannot be read" in " ".join(
        desk.ask("hover", item, 5, 3).contents.value.split()
    )
    assert "kremlin" in labels(desk.ask("completion", item, 3, 9))
    assert desk.type(tracker, "format: 1\ntitle: Alignment\nsets: {form: Form}\n") == []
    desk.close(tracker)
    desk.close(item)


def test_a_tracker_that_is_deleted_and_a_new_one_are_noticed(
    desk: EditorClient, root: Path
) -> None:
    tracker, item = root / "tracker.yaml", root / VISIT
    desk.open(item)
    desk.until(lambda: desk.version(item) == 1)
    text = tracker.read_text()
    tracker.unlink()
    desk.changed_by_others(tracker)
    desk.until(lambda: [fault.code for fault in desk.faults(tracker)] == ["no-tracker"])
    tracker.write_text(text)
    desk.changed_by_others(tracker)
    desk.until(lambda: desk.faults(tracker) == [])
    desk.close(item)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("x" * (1 << 21), ["too-large"]),
        ("\0\1\2\n" * 9, ["encoding"]),
        ("just words", ["type"]),
        ("", ["empty"]),
        ("a: *b\n", ["alias"]),
        ("[" * 200, ["too-deep"]),
        ("summary: \udcff", ["encoding"]),
    ],
)
def test_any_text_has_faults_and_ends_nothing(
    desk: EditorClient, root: Path, text: str, rules: list[str]
) -> None:
    path = root / VISIT
    desk.open(path)
    assert [fault.code for fault in desk.type(path, text)][:1] == rules
    end = min(len(text), 9)
    assert desk.ask("hover", path, 0, end) is None
    assert isinstance(labels(desk.ask("completion", path, 0, end)), list)
    assert desk.fixes(path, 0) == ()
    assert desk.type(path, path.read_text(), 3) == []
    desk.close(path)


def test_a_file_of_another_encoding_keeps_its_fault_until_it_is_typed_over(
    desk: EditorClient, root: Path
) -> None:
    path = root / VISIT
    path.write_bytes(path.read_bytes().replace(b"A visit", b"A vis\xeft"))
    desk.open(path)  # as a text in which the byte is a letter
    desk.until(lambda: [fault.code for fault in desk.faults(path)] == ["encoding"])
    assert desk.type(path, path.read_text("latin-1")) == []
    desk.close(path)


def test_a_text_restored_unsaved_is_judged_as_it_is(desk: EditorClient, root: Path) -> None:
    """As an editor opens what was not saved when it was closed, and a file that is new."""
    path, new = root / VISIT, root / "sources/xinhua.yaml"
    desk.open(path, path.read_text().replace("kremlin", "xinhua"))
    desk.until(lambda: [fault.code for fault in desk.faults(path)] == ["unknown-source"])
    desk.open(new, "name: Xinhua\nreliability: C\n")
    desk.until(lambda: desk.faults(path) == [])
    assert not new.exists()
    desk.close(new)
    desk.until(lambda: [fault.code for fault in desk.faults(path)] == ["unknown-source"])
    desk.close(path)


def test_what_is_saved_is_read_from_its_file(desk: EditorClient, root: Path) -> None:
    path = root / VISIT
    desk.open(path)
    desk.type(path, path.read_text().replace("kremlin", "xinhua"))
    (root / "sources/xinhua.yaml").write_text("name: Xinhua\nreliability: C\n")
    path.write_text(path.read_text().replace("kremlin", "xinhua"))
    desk.save(path)
    desk.until(lambda: desk.faults(path) == [])
    desk.close(path)


def test_what_is_no_record_has_no_faults_and_a_reason(desk: EditorClient, tmp_path: Path) -> None:
    outside = tmp_path / "notes.yaml"
    outside.write_text("a: [")
    desk.open(outside)
    desk.until(lambda: any(f"neither {tmp_path} nor" in message for message in desk.log))
    assert desk.ask("hover", outside, 0, 1) is None
    shutil.copytree(DATA / "desk", tmp_path / "scenarios")
    copy = tmp_path / "scenarios" / "attachments" / "x.yaml"
    copy.parent.mkdir()
    copy.write_text("a: [")
    desk.open(copy)
    assert desk.ask("completion", copy, 0, 1) is None
    for path in (outside, copy):
        assert desk.faults(path) == []
        desk.close(path)


def test_a_database_that_is_named_is_the_only_one(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "other")
    other = tmp_path / "other" / VISIT
    other.write_text(other.read_text().replace("kremlin", "kremlim"))
    with editor("--database", str(tmp_path / "other")) as client:
        client.open(root / VISIT)
        client.until(lambda: any("is not in the subpath" in line for line in client.log))
        client.open(other)
        client.until(lambda: [fault.code for fault in client.faults(other)] == ["unknown-source"])
        client.until(lambda: client.watches == ["workspace/didChangeWatchedFiles"])


def test_a_database_that_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    command = [str(SCEN), "--database", str(tmp_path), "lsp"]
    ended = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no database at" in ended.stderr


class Talk:
    """The protocol by hand, with a client that answers nothing and reads only what it waits for."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([SCEN, "lsp"], stdin=pipe, stdout=pipe)

    def send(self, method: str, params: Any, **more: Any) -> None:
        assert self.process.stdin
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def document(self, path: Path) -> dict[str, Any]:
        return {"textDocument": {"uri": path.as_uri()}}

    def open(self, path: Path) -> None:
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1}
        self.send("textDocument/didOpen", {"textDocument": document | {"text": path.read_text()}})

    def read(self) -> Any:
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.startswith(b"Content-Length"):
                length = int(line.split()[1])
        return json.loads(self.process.stdout.read(length))

    def answer(self, id: int) -> Any:
        while (message := self.read()).get("id") != id or "method" in message:
            pass
        return message["result"]

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()


def test_a_client_that_never_answers_is_answered_all_the_same(root: Path) -> None:
    talk = Talk()
    watched = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    talk.send("initialize", {"capabilities": watched}, id=1)
    talk.answer(1)
    talk.send("initialized", {})
    talk.open(root / VISIT)
    while talk.read().get("method") != "client/registerCapability":
        pass
    for number in range(2, 9):
        place = {"line": 3, "character": 10}
        talk.send(
            "textDocument/hover", talk.document(root / VISIT) | {"position": place}, id=number
        )
        assert "The Kremlin" in talk.answer(number)["contents"]["value"]
    talk.send("shutdown", None, id=9)
    assert talk.answer(9) is None
    talk.send("exit", None)
    assert talk.process.wait(PATIENCE) == 0
    talk.end()


def test_the_server_ends_with_a_client_that_is_gone(root: Path) -> None:
    talk = Talk()
    talk.send("initialize", {"capabilities": {}}, id=1)
    talk.answer(1)
    talk.open(root / VISIT)
    talk.end()
    assert talk.process.returncode is not None


def test_without_the_extra_the_command_says_which() -> None:
    without = (
        "import sys; sys.modules['pygls'] = None; from scenarios.cli.main import main;"
        " sys.argv[1:] = ['lsp']; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", without], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "scen lsp needs an extra: pip install 'scen[editor]'" in ended.stderr


def test_no_other_command_loads_the_server(root: Path) -> None:
    code = """
import atexit, sys
from scenarios.cli.main import main
names = {'pygls', 'lsprotocol', 'scenarios.editor'}
atexit.register(lambda: print(sorted(names & {*sys.modules}), file=sys.stderr))
main()
"""
    for words in (["status"], ["lsp", "--help"], ["check"]):
        command = [sys.executable, "-c", code, "--database", str(root), *words]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ended.stderr.endswith("[]\n")


CURSORS: list[tuple[str, tuple[tuple[str, ...], bool, str, int] | None]] = [
    ("", ((), False, "", 0)),
    ("a: 1\nb", ((), True, "b", 5)),
    ("a:\n  b", (("a",), False, "b", 5)),
    ("a:\n  b: 1\n  c", (("a",), True, "c", 12)),
    ("a: {b: 1, c: x", (("a", "c"), False, "x", 13)),
    ("a: {b: [x, y", (("a", "b"), False, "y", 11)),
    ("a:\n- b: 1\n  c", (("a",), True, "c", 12)),
    ("a: [x]\nb: [{c: d}, {e", (("b",), True, "e", 20)),
    ('a: "x y', (("a",), False, "x y", 4)),
    ("a: |\n  x\n  y", (("a",), False, "x\ny", 4)),
    ("a: *b\nc: d", (("c",), False, "d", 9)),
    ("a: 1 # b", None),
    ("a: ]\nb", None),
]
"""A text; the keys above its end, whether a key is typed there, its word and where that begins."""


@pytest.mark.parametrize(("text", "place"), CURSORS)
def test_the_keys_above_a_place_are_known_before_the_text_is_whole(
    text: str, place: tuple[tuple[str, ...], bool, str, int] | None
) -> None:
    from scenarios.storage.yaml.cursor import YamlPosition, cursor

    position = None
    if place:
        keys, is_key, word, start = place
        position = YamlPosition(keys, is_key=is_key, word=word, start=start)
    assert cursor(text, len(text)) == position


VIM = """
local patience = %(patience)d
assert(vim.wait(patience, function() return #vim.diagnostic.get(0) > 0 end), 'nothing was told')
local fault = vim.diagnostic.get(0)[1]
print(fault.lnum, fault.col, fault.code, fault.message)
local here = vim.lsp.util.make_position_params()
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/hover', here, patience)) do
  print(answer.result.contents.value)
end
vim.cmd('quitall!')
"""


VIM_RENAME = """
local patience = %(patience)d
assert(vim.wait(patience, function() return #vim.lsp.get_clients({bufnr = 0}) > 0 end), 'alone')
vim.fn.append(7, 'sou')
vim.fn.cursor(8, 3)
local place = vim.lsp.util.make_position_params()
place.position.character = 3
for _, answer in pairs(vim.lsp.buf_request_sync(0, 'textDocument/completion', place, patience)) do
  for _, item in ipairs(answer.result.items) do print('offered', item.label) end
end
vim.fn.setline(8, '# typed')
vim.fn.cursor(6, 4)
vim.lsp.buf.rename('commerce')
local function is_renamed() return vim.fn.getline(6) == '  commerce: C   # a first guess' end
assert(vim.wait(patience, is_renamed))
vim.cmd('silent wall')
vim.cmd('quitall!')
"""


def neovim(root: Path, folder: Path, script: str, at: str) -> str:
    """What Neovim prints that is set up as the guide says and runs a script in the item."""
    guide = (DATA.parents[1] / "docs" / "in-an-editor.md").read_text()
    [setup] = re.findall(r"```lua\n(.*?)```", guide, re.DOTALL)
    (folder / "init.lua").write_text(setup)
    (folder / "try.lua").write_text(script % {"patience": PATIENCE * 1000})
    command = ["nvim", "--headless", "--clean", "--cmd", f"luafile {folder}/init.lua"]
    ended = subprocess.run(
        [*command, f"{root / VISIT}", f"+call cursor({at})", f"+luafile {folder}/try.lua"],
        env=os.environ | {"PATH": os.pathsep.join((str(SCEN.parent), os.environ["PATH"]))},
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=True,
    )
    return (ended.stdout + ended.stderr).replace("\r", "")


@pytest.mark.skipif(not shutil.which("nvim"), reason="no Neovim")
def test_neovim_set_up_as_the_guide_says_shows_faults_and_the_record_under_the_cursor(
    root: Path, tmp_path: Path
) -> None:
    path = root / VISIT
    path.write_text(path.read_text().replace("source: kremlin", "source: kremlin\norigin: Kreml"))
    before = content(root)
    said = neovim(root, tmp_path, VIM, "4, 10")
    assert "4 8 value 'origin' is 'Kreml'" in said, said
    assert "name: The Kremlin" in said, said
    assert content(root) == before


@pytest.mark.skipif(not shutil.which("nvim"), reason="no Neovim")
def test_neovim_set_up_as_the_guide_says_completes_and_renames_in_all_files(
    root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root, tmp_path / "other")
    said = neovim(root, tmp_path, VIM_RENAME, "6, 4")
    offered = re.findall(r"offered (\w+)", said)
    assert {"url", "event"} <= {*offered}, said
    assert not {"source", "notes"} & {*offered}, said
    words = ["--database", f"{tmp_path}/other", "rename", "trade", "commerce"]
    subprocess.run([SCEN, *words], check=True, capture_output=True)
    files = [
        {str(path.relative_to(of)): path.read_text() for path in of.rglob("*.yaml")}
        for of in (root, tmp_path / "other")
    ]
    files[1][VISIT] += "# typed\n"
    assert files[0] == files[1]
