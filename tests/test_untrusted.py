"""A database full of text that wants to act is inert, whatever reads it and in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from tests.cli.commands import make, scen
from tests.cli.conversation import converse
from tests.hostile import (
    ACTS,
    ADDRESSES,
    AS_OF,
    EMOJI,
    SET,
    TEXTS,
    UNSEEN,
    ZERO_WIDTH,
    as_yaml,
    broken_files,
    hostile_files,
)
from tests.render.gfm import Rendered
from tests.render.test_writers import ATTRIBUTES, FORMULA, Page
from tests.storage.test_git import run

SOME = range(len(TEXTS)) if os.environ.get("SCEN_FULL") else (0, 7, 9, 13, 27)
"""Each text is tried on the writers; these are in a set, resolved, retracted, of many lines and of
characters that nobody sees."""
FOLDER = "db \x1b[31m\u202e\x9b|`<b>"
IDS = [f"s-{number}" for number in range(len(TEXTS))]
RECORDS = (Path(path).stem for path in hostile_files() if path != "tracker.yaml")
SHOWN = [id for id in RECORDS if int(id.rpartition("-")[2]) in SOME]
DAY = ("--as-of", AS_OF)
READING = (
    *(("list", kind, *DAY) for kind in ("scenarios", "indicators", "evidence", "sources")),
    ("list", "forecasts", *DAY),
    ("due", "--within", "9999d", *DAY),
    ("status", *DAY),
    ("report", *DAY),
    ("report", "--since", "2022-01-01", *DAY),
    ("report", "--brief", *DAY),
    ("score", *DAY),
    ("matrix", "--set", SET, *DAY),
    ("matrix", *IDS, *DAY),
    ("check", "--findings", *DAY),
    *(("explain", "--sweep", id, *DAY) for id in IDS if int(id[2:]) in SOME),
    *(("show", id, *DAY) for id in SHOWN),
    ("show", "s-0/seen", *DAY),
    ("search", "e", "--all", *DAY),
    ("diff", "HEAD~1", "HEAD"),
    ("history",),
    ("history", "s-9"),
    ("audit",),
)
HOSTILE = "\x1b[31m\u202e\x9b\u2066\u200f\u200b\u3164\U000e006f\ufe0f"
"""What is typed."""
WEB = "https://example.org/"
AUTHOR = f"Ann {HOSTILE}|`b`"
TAGS = {"h1", "h2", "h3", "p", "a", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
"""What the report's page is made of."""
PLAIN = {
    *TAGS - {"code"},
    *("main", "section", "article", "div", "bdi", "data", "caption", "tfoot", "dl", "dt", "dd"),
    *("br", "details", "summary", "figure", "figcaption"),
}
"""What any other page is made of."""
DRAWN = {"svg", "g", "path", "circle", "text", "title"}
DRAWN_BY = {
    *("viewbox", "width", "height", "d", "x", "y", "cx", "cy", "r", "transform"),
    *("stroke-width", "stroke-dasharray"),
}
"""The elements of a picture, and its attributes."""


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder above a database whose own name, files and commits are hostile too.

    In its first commit each text is another one.
    """
    folder = tmp_path_factory.mktemp("untrusted")
    files = hostile_files()
    first = {path: _other(text) for number, (path, text) in enumerate(files.items()) if number % 7}
    root = make(folder / FOLDER / "scenarios", {**first, "tracker.yaml": files["tracker.yaml"]})
    run(root.parent, "init", "-q", "-b", "main")
    _commit(root.parent, HOSTILE)
    make(root, files)
    for path, data in broken_files().items():
        (root / path).write_bytes(data)
    _commit(root.parent, f"=1+1 | {TEXTS[0]} `x` @desk {HOSTILE}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


def _commit(top: Path, subject: str) -> None:
    run(top, "add", "-A")
    run(top, "commit", "-q", "-m", subject, "--author", f"{AUTHOR} <a@example.org>")


def _other(text: str) -> str:
    record = json.loads(text)
    for key in ("summary", "title", "name", "notes"):
        if record.get(key) in TEXTS:
            record[key] = TEXTS[TEXTS.index(record[key]) - 1]
    return as_yaml(record)


def printed(*words: str) -> str:
    """What a command says; nothing in it acts, on stdout or stderr."""
    made = scen("--database", FOLDER, *words)
    assert made.exit_code == int(words[0] != "audit")  # since some files cannot be read
    assert not ACTS.search(made.stdout + made.stderr), words
    return made.stdout


@pytest.mark.parametrize("form", ["table", "json", "markdown", "html", "csv"])
def test_no_document_acts(form: str) -> None:
    for command in READING:
        made = printed(*command, "--format", form)
        assert made.strip(), command
        if form == "json":
            json.loads(made)
        elif form == "csv":
            cells = {*chain.from_iterable(csv.reader(io.StringIO(made)))}
            run_by_a_spreadsheet = {cell for cell in cells if cell.lstrip().startswith(FORMULA)}
            assert {c for c in run_by_a_spreadsheet if not re.fullmatch(r"-[0-9.]+", c)} == set()
        elif form == "markdown":
            assert "<" not in made, command
            assert set(Rendered(made).tags) <= {*TAGS, "br", "blockquote"}, command
        elif form == "html" and command[0] != "report":  # tests/test_page.py opens that
            page = Page(made)
            assert page.tags <= PLAIN | DRAWN, command
            assert page.attributes <= ATTRIBUTES | DRAWN_BY, command


def test_the_texts_are_all_there_and_sound() -> None:
    made = json.loads(printed("list", "evidence", *DAY, "--format", "json"))
    assert {item["summary"] for item in made["rows"]} == set(TEXTS)
    report = json.loads(printed("report", *DAY, "--format", "json"))
    assert {name for name, value in report.items() if not value} <= {"restated"}
    history = json.loads(printed("history", "--format", "json"))["entries"]
    assert history[0]["commit"]["author"] == AUTHOR
    for number in SOME:
        text, id = TEXTS[number], f"2022-02-{20 + number % 8}-item-{number}"
        record = json.loads(printed("show", id, "--format", "json"))["record"]
        said = (record["summary"], record["quote"], record["notes"], record["url"])
        assert said == (text, text, text, ADDRESSES[number % len(ADDRESSES)])


def test_the_trackers_own_texts_are_inert_and_in_json_whole() -> None:
    for *command, has_title in (
        ("report", True),
        ("report", "--format", "markdown", True),
        ("report", "--format", "html", True),
        ("score", True),
        ("matrix", "--set", SET, False),
    ):
        made = printed(*command, *DAY)
        assert re.search(r"zero\\{1,2}u200bwidth\s*\\{1,2}u200d", made)
        assert r"\U000e006f\U000e0062" in made.replace("\\\\", "\\")
        assert (EMOJI in made) == has_title
    tracker = json.loads(hostile_files()["tracker.yaml"])
    report = json.loads(printed("report", *DAY, "--format", "json"))
    assert report["tracker"].items() >= {key: tracker[key] for key in ("title", "sets")}.items()


def test_check_names_what_is_broken_and_warns_of_what_nobody_sees() -> None:
    made = json.loads(printed("check", "--format", "json"))["problems"]
    assert {problem["path"].partition("scenarios/")[2] for problem in made} >= {
        path for path in broken_files() if path.isprintable()
    }
    warned = {Path(p["path"]).name for p in made if p["rule"] == "invisible-character"}
    unseen = {f"source-{TEXTS.index(text)}.yaml" for text in (ZERO_WIDTH, UNSEEN)}
    assert {"tracker.yaml", *unseen} <= warned
    assert "source-0.yaml" not in warned


def test_a_formula_is_led_by_an_apostrophe_and_a_figure_stays_one() -> None:
    printed_rows = csv.reader(io.StringIO(printed("matrix", *IDS, *DAY, "--format", "csv")))
    rows = [row for row in printed_rows if row]  # a blank line follows the files that are named
    summaries = {row[-1] for row in rows}
    signed = {f"'{text}" for text in TEXTS if text.startswith(("=", "+", "-", "@", "＝"))}
    assert len(signed - summaries) == 1  # what was retracted by then
    assert "'\\t=1+1" in summaries
    decibans = next(row for row in rows if row[0] == "decibans")
    assert [float(cell) for cell in decibans[4:-2]]


@pytest.mark.parametrize("since", ["2022-02-21", "2022-01-01"])
def test_a_page_has_no_tag_no_link_and_no_row_but_its_own(since: str) -> None:
    words = ("report", *DAY, "--since", since, "--format")
    made, report = printed(*words, "markdown"), json.loads(printed(*words, "json"))
    page = Rendered(made)
    assert set(page.tags) == {*TAGS}
    assert page.attributes == {"href", "align"}
    webs = [link for link in page.links if not link.startswith("db%20")]
    assert {link.partition("//")[0] for link in webs} == {"https:", "http:"}
    assert {link.partition("//")[2].partition("/")[0] for link in webs} == {
        "evil.example",
        "javascript:alert%281%29@evil.example",
    }
    assert [text for text in page.outside_code if re.search(r"@|#\d|www\.|://", text)] == []
    read = [" ".join(ACTS.sub(lambda c: ascii(c[0])[1:-1], text).split()) for text in TEXTS]
    assert [text for text in read if text not in page.text] == []
    lines = made.split("\n")
    titles = sum(line.startswith("### ") for line in lines)
    most = len(report["story"]["events"]) + 2 * len(report["moves"]) + 1
    assert len(report["moves"]) < page.tags.count("h3") == titles <= most
    tables = sum(bool(re.fullmatch(r"\|( -+:? \|)+", line)) for line in lines)
    assert page.tags.count("table") == tables
    assert page.tags.count("tr") == sum(line.startswith("| ") for line in lines) - tables


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        (("add-evidence", "--dry-run", "--recorded", AS_OF, "--url", WEB), "1. WHAT IT SHOWS"),
        (("review", "--analyst", "desk-9", "--date", AS_OF, "--dry-run"), "\nSCENARIOS: "),
    ],
)
def test_nothing_comes_through_the_questions(words: tuple[str, ...], heading: str) -> None:
    asked: set[str] = set()

    def answer(question: str) -> str:
        """To a new question `?`; then Enter, or skip."""
        is_new = question not in asked
        asked.add(question)
        if question.startswith("What was observed"):
            return "\u202eWhat"
        return "?" if is_new else "n" if "[y/N]" in question else "s" * ("s = skip" in question)

    said = converse("--database", FOLDER, *words, answer=answer)
    assert said.code == 0
    assert heading in said.screen
    assert r"right \u202egnp.exe" in said.screen
    assert not ACTS.search(said.screen.replace("\u202eWhat", ""))


@pytest.mark.parametrize(
    "command",
    [
        (HOSTILE,),
        ("--database", HOSTILE, "status"),
        ("report", f"--{HOSTILE}"),
        ("report", "--rev", HOSTILE),
        ("report", "--format", HOSTILE),
        ("report", "--format", "markdown", "--output", f"{HOSTILE}/x"),
        ("report", "--format", "markdown", "--output", f"{HOSTILE}.yaml"),
        ("show", HOSTILE),
        ("matrix", "--set", HOSTILE),
        ("check", HOSTILE),
        ("init", FOLDER),
        ("forecast", "s-0", "0.5", "--analyst", HOSTILE),
        ("forecast", "s-0", HOSTILE, "--analyst", "desk"),
        ("forecast", "--from", HOSTILE),
        ("resolve", "s-0", HOSTILE, "--basis", "x"),
        ("add-evidence", HOSTILE, "--dry-run"),
        ("add-evidence", "x", "--url", HOSTILE, "--dry-run"),
        ("add-evidence", "x", "--rate", f"s-0={HOSTILE}"),
        ("add-source", HOSTILE, "--name", "x", "--reliability", "A"),
    ],
    ids=ascii,
)
def test_what_is_typed_wrongly_acts_in_no_error(command: tuple[str, ...]) -> None:
    made = scen("--database", FOLDER, *command)
    assert (made.exit_code in (1, 2), made.stdout) == (True, "")
    assert made.stderr
    assert not ACTS.search(made.stderr)


@pytest.mark.parametrize("text", [TEXTS[number] for number in SOME])
def test_what_is_recorded_acts_in_no_answer(text: str) -> None:
    summary = text.replace("\t", " ").strip()
    words = ("--recorded", "2022-02-28", "--id", "2022-02-28-new", "--rate", "s-0=C")
    made = scen("--database", FOLDER, "add-evidence", "--dry-run", *words, "--", summary)
    assert not ACTS.search(made.stdout + made.stderr)
