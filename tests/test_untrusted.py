"""A database full of text that wants to act is inert, whatever reads it and in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import make, scen
from tests.hostile import (
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
from tests.render.terminal import shown
from tests.render.test_writers import ATTRIBUTES, Page

ACTS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\xad\u115f\u200b\u2062\u3164\ufeff\U000e0000-\U000e0fff]"
    r"|(?<!\U0001f469)\u200d|(?<!\u2764)\ufe0f"
)
"""Every control character but the end of a line, every one that turns the writing round, and every
one of the hostile texts that nobody sees; what is part of the title's emoji is seen."""
PAINT = re.compile(r"\x1b\[3[569]m")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FOLDER = "db \x1b[31m\u202e\x9b|`<b>"
IDS = [f"s-{number}" for number in range(len(TEXTS))]
RECORDS = [Path(path).stem for path in hostile_files() if path != "tracker.yaml"]
KINDS = ("scenarios", "indicators", "evidence", "forecasts", "sources")
DATED = (
    *(("list", kind) for kind in KINDS),
    ("status",),
    ("report",),
    ("report", "--since", "2022-01-01"),
    ("score",),
    ("matrix", "--set", SET),
    ("matrix", *IDS[:9]),
    ("matrix", *IDS),
    ("check", "--findings"),
    *(("explain", id) for id in IDS[::5]),
)
"""Every command that reads the files and nothing else, but for the day."""
ONE_BY_ONE = (
    *(("explain", "--sweep", id) for id in IDS),
    *(("show", id) for id in (*RECORDS, *(f"{id}/seen" for id in IDS))),
)
HOSTILE = "\x1b[31m\u202e\x9b\u2066\u200f\u200b\u3164\U000e006f\ufe0f"
"""What is typed, or a committer's name."""
TAGS = {"h1", "h2", "h3", "p", "a", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
"""What the report's page is made of."""
PLAIN = {
    *TAGS - {"code"},
    *("main", "div", "bdi", "data", "caption", "tfoot", "dl", "dt", "dd", "br"),
}
"""What any other page is made of."""


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder above a database whose own name, and some of whose files, are hostile too."""
    folder = tmp_path_factory.mktemp("untrusted")
    root = make(folder / FOLDER / "scenarios", hostile_files())
    for path, data in broken_files().items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


def printed(*words: str, code: int = 0, env: dict[str, str] | None = None) -> str:
    """What a command says on stdout; nothing on stderr acts."""
    made = scen("--database", FOLDER, *words, env=env)
    assert made.exit_code == code
    assert not ACTS.search(made.stderr)
    return made.stdout


def told_on_the_day(*words: str, width: str = "80") -> str:
    """The same of a command that takes a day."""
    code = int(words[0] == "check")
    return printed(*words, "--as-of", AS_OF, code=code, env={"COLUMNS": width})


def test_the_texts_are_all_there_and_sound() -> None:
    made = json.loads(printed("list", "evidence", "--as-of", AS_OF, "--format", "json"))
    assert {item["summary"] for item in made} == set(TEXTS)
    report = json.loads(printed("report", "--as-of", AS_OF, "--format", "json"))
    assert {name for name, value in report.items() if not value} <= {"restated"}
    problems = json.loads(printed("check", "--format", "json", code=1))["problems"]
    assert {problem["path"].partition("scenarios/")[2] for problem in problems} >= {
        path for path in broken_files() if path.isprintable()
    }


@pytest.mark.parametrize("width", ["40", "80", "200"])
@pytest.mark.parametrize("command", DATED, ids=" ".join)
def test_a_table_acts_on_no_terminal(command: tuple[str, ...], width: str) -> None:
    made = told_on_the_day(*command, width=width)
    assert made.strip()
    assert not ACTS.search(made)


@pytest.mark.parametrize("form", ["markdown", "html", "csv"])
def test_no_document_acts(form: str) -> None:
    for command in (*DATED, *(("show", id) for id in RECORDS[::9])):
        if command[0] == "report":
            continue
        made = told_on_the_day(*command, "--format", form)
        assert not ACTS.search(made), command
        if form == "csv":
            cells = [cell for row in csv.reader(io.StringIO(made)) for cell in row]
            texts = [cell for cell in cells if not re.fullmatch(r"-?[0-9.]+", cell)]
            assert [cell for cell in texts if cell.lstrip().startswith(FORMULA)] == [], command
        elif form == "markdown":
            assert "<" not in made, command
            assert set(Rendered(made).tags) <= {*TAGS, "br"}, command
        else:
            page = Page(made)
            assert page.tags <= PLAIN, command
            assert page.attributes <= ATTRIBUTES, command


def test_no_single_record_acts_on_a_terminal() -> None:
    assert [command for command in ONE_BY_ONE if ACTS.search(told_on_the_day(*command))] == []


@pytest.mark.parametrize("command", DATED, ids=" ".join)
def test_json_can_be_read_back(command: tuple[str, ...]) -> None:
    made = told_on_the_day(*command, "--format", "json")
    assert not ACTS.search(made)
    value = json.loads(made)
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("command", "has_title"),
    [
        (("report",), True),
        (("report", "--format", "markdown"), True),
        (("report", "--format", "html"), True),
        (("score",), True),
        (("matrix", "--set", SET), False),
    ],
    ids=str,
)
def test_the_trackers_own_texts_are_as_inert(command: tuple[str, ...], has_title: bool) -> None:
    made = told_on_the_day(*command)
    assert not ACTS.search(made)
    assert re.search(r"zero\\{1,2}u200bwidth\s*\\{1,2}u200d", made)
    assert r"\U000e006f\U000e0062" in made.replace("\\\\", "\\")
    assert (EMOJI in made) == has_title


def test_the_trackers_own_texts_are_whole_in_json() -> None:
    tracker = json.loads(hostile_files()["tracker.yaml"])
    made = told_on_the_day("report", "--format", "json")
    assert json.loads(made)["tracker"] == {"title": tracker["title"], "sets": tracker["sets"]}
    assert EMOJI in made


def test_check_warns_of_what_nobody_sees() -> None:
    made = json.loads(printed("check", "--format", "json", code=1))["problems"]
    warned = {Path(p["path"]).name for p in made if p["rule"] == "invisible-character"}
    unseen = {f"source-{TEXTS.index(text)}.yaml" for text in (ZERO_WIDTH, UNSEEN)}
    assert {"tracker.yaml", *unseen} <= warned
    assert "source-0.yaml" not in warned


def test_json_has_each_text_as_it_is() -> None:
    for number, text in enumerate(TEXTS):
        id = f"2022-02-{20 + number % 8}-item-{number}"
        made = told_on_the_day("show", id, "--format", "json")
        assert not ACTS.search(made)
        record = json.loads(made)["record"]
        said = (record["summary"], record["quote"], record["notes"], record["url"])
        assert said == (text, text, text, ADDRESSES[number % len(ADDRESSES)])


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    made = printed("matrix", *IDS, "--format", "csv", "--as-of", AS_OF)
    assert not ACTS.search(made)
    rows = [*csv.reader(io.StringIO(made))]
    assert {len(row) for row in rows} == {len(rows[0])}
    texts = [cell for row in rows for cell in row if not re.fullmatch(r"-?[0-9.]+", cell)]
    assert [cell for cell in texts if cell.lstrip().startswith(FORMULA)] == []
    summaries = {row[-1] for row in rows}
    signed = {f"'{text}" for text in TEXTS if text.startswith(("=", "+", "-", "@", "＝"))}
    assert len(signed - summaries) == 1  # what was retracted by then
    assert "'\\t=1+1" in summaries
    decibans = next(row for row in rows if row[0] == "decibans")
    assert [float(cell) for cell in decibans[4:-2]]


@pytest.mark.parametrize("since", ["2022-02-21", "2022-01-01"])
def test_a_page_has_no_tag_and_no_link_but_its_own(since: str) -> None:
    made = printed("report", "--as-of", AS_OF, "--since", since, "--format", "markdown")
    assert not ACTS.search(made)
    assert "<" not in made
    page = Rendered(made)
    assert set(page.tags) == TAGS
    assert page.attributes == {"href", "align"}
    webs = [link for link in page.links if not link.startswith("db%20")]
    assert {link.partition("//")[0] for link in webs} == {"https:", "http:"}
    assert {link.partition("//")[2].partition("/")[0] for link in webs} == {
        "evil.example",
        "javascript:alert%281%29@evil.example",
    }
    assert [text for text in page.outside_code if re.search(r"@|#\d|www\.|://", text)] == []
    missing = [text for text in map(told, TEXTS) if text not in page.text]
    assert missing == []


def told(text: str) -> str:
    return " ".join(ACTS.sub(lambda found: ascii(found[0])[1:-1], text).split())


def test_a_page_keeps_every_row_of_its_tables() -> None:
    made = printed("report", "--as-of", AS_OF, "--format", "markdown")
    report = json.loads(printed("report", "--as-of", AS_OF, "--format", "json"))
    page = Rendered(made)
    assert page.tags.count("h3") == len(report["moves"]) + len(report["resolved"])
    lines = made.split("\n")
    tables = [n for n, line in enumerate(lines) if re.fullmatch(r"\|( -+:? \|)+", line)]
    assert page.tags.count("table") == len(tables)
    rows = sum(line.startswith("| ") for line in lines) - len(tables)
    assert page.tags.count("tr") == rows


@pytest.mark.parametrize("command", [("report",), ("status",), ("list", "sources")], ids=" ".join)
def test_nothing_comes_through_colours_trends_and_the_pager(command: tuple[str, ...]) -> None:
    words = ("--database", FOLDER, *command, "--as-of", AS_OF)
    made = shown(Path(), *words, lines=24, SCEN_PAGER="cat -u")
    assert len(made.split("\n")) > 30
    assert not ACTS.search(PAINT.sub("", made))


def test_nothing_comes_through_the_questions_of_a_walk() -> None:
    answers = "\u202eWhat\n\nsource-9\n\n?\n\n" + "?\n\n" * 80 + "\n" * 80
    words = ("--database", FOLDER, "add-evidence", "--dry-run", "--recorded", "2022-02-28")
    made = shown(Path(), *words, typed=answers)
    assert "1. WHAT IT SHOWS" in made
    assert r"right \u202egnp.exe" in made
    assert not ACTS.search(made.replace("\u202eWhat", ""))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder above the same database in git: in its first commit each text is another one."""
    folder = tmp_path_factory.mktemp("committed")
    files = hostile_files()
    first = {path: _other(text) for number, (path, text) in enumerate(files.items()) if number % 7}
    root = make(folder / FOLDER / "scenarios", {**first, "tracker.yaml": files["tracker.yaml"]})
    _commit(root, HOSTILE, "-q", "-b", "main")
    make(root, files)
    for path, data in broken_files().items():
        (root / path).write_bytes(data)
    _commit(root, f"=1+1 | {TEXTS[0]} `x` @desk {HOSTILE}")
    return folder


def _other(text: str) -> str:
    record = json.loads(text)
    for key in ("summary", "title", "name", "notes"):
        if record.get(key) in TEXTS:
            record[key] = TEXTS[TEXTS.index(record[key]) - 1]
    return as_yaml(record)


def _commit(root: Path, subject: str, *init: str) -> None:
    named = ("-c", f"user.name={HOSTILE}|`<b>`", "-c", "user.email=a@example.org")
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env["GIT_CONFIG_GLOBAL"] = os.devnull
    for words in (("init", *init), ("add", "-A"), ("commit", "-q", "-m", subject)):
        command = ["git", *named, *words]
        subprocess.run(command, cwd=root.parent, env=env, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("command", "forms"),
    [
        (("diff", "HEAD~1", "HEAD"), ("table", "json", "markdown", "html", "csv")),
        (("history",), ("table", "json", "markdown", "html", "csv")),
        (("history", "s-9"), ("table", "json", "markdown", "html", "csv")),
        (("audit",), ("table", "json", "markdown", "html", "csv")),
        (("report", "--as-of", AS_OF), ("table", "json", "markdown")),
    ],
    ids=str,
)
def test_what_git_remembers_acts_nowhere(
    command: tuple[str, ...],
    forms: tuple[str, ...],
    history: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(history)
    for form in forms:
        made = printed(*command, "--format", form)
        assert made
        assert not ACTS.search(made)
        if form == "json":
            json.loads(made)
        if form == "markdown":
            assert "<" not in made
            assert set(Rendered(made).tags) <= {*TAGS, "br"}
        if form == "html":
            assert Page(made).tags <= PLAIN


@pytest.mark.parametrize(
    "command",
    [
        (HOSTILE,),
        ("--database", HOSTILE, "status"),
        ("report", f"--{HOSTILE}"),
        ("report", "--as-of", HOSTILE),
        ("report", "--since", HOSTILE),
        ("report", "--rev", HOSTILE),
        ("report", "--format", HOSTILE),
        ("report", "--format", "markdown", "--output", f"{HOSTILE}/x"),
        ("report", "--format", "markdown", "--output", f"{HOSTILE}.yaml"),
        ("report", "--format", "markdown", "--output", FOLDER),
        ("show", HOSTILE),
        ("show", f"s-0/{HOSTILE}"),
        ("list", HOSTILE),
        ("list", "evidence", "--scenario", HOSTILE),
        ("list", "evidence", "--source", HOSTILE),
        ("explain", HOSTILE),
        ("matrix", HOSTILE),
        ("matrix", "--set", HOSTILE),
        ("score", "--forecaster", HOSTILE),
        ("check", HOSTILE),
        ("init", FOLDER),
        ("forecast", "s-0", "0.5", "--analyst", HOSTILE),
        ("forecast", "s-0", HOSTILE, "--analyst", "desk"),
        ("forecast", "--from", HOSTILE),
        ("resolve", "s-0", HOSTILE, "--basis", "x"),
        ("add-evidence", HOSTILE, "--dry-run"),
        ("add-evidence", "x", "--id", HOSTILE, "--dry-run"),
        ("add-evidence", "x", "--url", HOSTILE, "--dry-run"),
        ("add-evidence", "x", "--rate", f"s-0={HOSTILE}"),
        ("add-source", HOSTILE, "--name", "x", "--reliability", "A"),
        ("retract", HOSTILE, "--reason", "x"),
    ],
    ids=ascii,
)
def test_what_is_typed_wrongly_acts_in_no_error(command: tuple[str, ...]) -> None:
    made = scen("--database", FOLDER, *command)
    assert made.exit_code in (1, 2)
    assert made.stdout == ""
    assert made.stderr
    assert not ACTS.search(made.stderr)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_what_is_recorded_acts_in_no_answer(number: int) -> None:
    summary = TEXTS[number].replace("\t", " ").strip()
    words = ("--recorded", "2022-02-28", "--id", "2022-02-28-new", "--rate", "s-0=C")
    made = scen("--database", FOLDER, "add-evidence", "--dry-run", *words, "--", summary)
    assert not ACTS.search(made.stdout + made.stderr)
