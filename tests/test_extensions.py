"""A package that nobody here wrote adds to each hook; what is wrong with one costs one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import Result

from scenarios import extensions
from scenarios.analysis.rules.rule import of_scenario
from scenarios.errors import ScenError
from scenarios.exchange.arrivals import FilePosition, ImportRecord
from scenarios.exchange.view.tables import added_tables
from scenarios.render.documents.review.sections import fresh
from scenarios.render.writers import terminal
from scenarios.storage import child
from scenarios.workspace.input import typed_in
from tests.cli.commands import FILES, SCEN, make, scen, tree
from tests.quick_child import START
from tests.records import database, scenario
from tests.serve import desks, teams
from tests.serve.teams import variant
from tests.serve.test_team import TODAY
from tests.serve.test_team import text as text_of
from tests.storage.test_git import run as git

DATA = Path(__file__).parent / "data"
EXAMPLE, BROKEN = DATA / "extension", DATA / "broken_extension"
OURS = ("scen",)
"""Packages that bring what is of this program, which every test has."""
BROKEN_LINE = (
    "scen: extension broken of scen-broken 0.1 left out: "
    "ModuleNotFoundError: No module named 'broken_scen_module'\n"
)
ROOMS = """\
id,title,opens,closes,chance,by
7,Will it rain?,2022-01-02,2029-12-31,30,Ann
8,,2022-01-02,2029-12-31,10,Ann
"""
Install = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database, from which commands are run."""
    make(tmp_path / "home" / "scenarios", FILES)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def install(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts folders with packages on the path, and a name into the tracker; the last is first."""
    before = {*sys.modules}
    monkeypatch.setattr(child.Child, "start", START)  # one whose path has those folders

    def put(*folders: Path, wanted: str = "") -> None:
        for folder in folders:
            monkeypatch.syspath_prepend(folder)
        if wanted:
            tracker = home / "scenarios/tracker.yaml"
            tracker.write_text(f"{tracker.read_text()}extensions: [{wanted}]\n")
        forget()

    forget()
    yield put
    forget()
    importing = "scenarios.cli.commands.import_"  # whose help lists the kinds that were there
    for name in {*sys.modules} - before | {importing}:
        if name == importing or not name.startswith("scenarios"):
            sys.modules.pop(name, None)


def forget() -> None:
    extensions.installed.cache_clear()
    added_tables.cache_clear()
    extensions.take_notes()


def package(folder: Path, name: str, code: str, version: str = "1.0", entry: str = "") -> Path:
    """A folder with an installed package `scen-NAME`, whose module has this code."""
    metadata = folder / f"scen_{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: scen-{name}\nVersion: {version}\n"
    (metadata / "METADATA").write_text(head)
    (metadata / "entry_points.txt").write_text(f"[scen]\n{entry or name} = {name}_x:EXTENSION\n")
    lead = "from scenarios.extending import *\n"
    (folder / f"{name}_x.py").write_text(lead + dedent(code))
    return folder


def run(*words: str) -> tuple[int, str, str]:
    result: Result = scen(*words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(*words: str) -> list[str]:
    """What a command says on stderr, of extensions."""
    return [line for line in run(*words)[2].splitlines() if "extension" in line]


def test_an_importer_brings_records_and_forecasts(home: Path, install: Install) -> None:
    install(EXAMPLE)
    (home / "rooms.csv").write_text(ROOMS)
    code, _, said = run("import", "oddsroom", "rooms.csv")
    assert (code, "rooms.csv:3: title: is empty" in said) == (1, True)
    code, out, _ = run("import", "oddsroom", "rooms.csv", "--skip-invalid", "--prior", "0.2")
    assert (code, out) == (0, "scenarios: 1 added\nforecasts: 1 added\n")
    record = (home / "scenarios/will-it-rain.yaml").read_text()
    assert record.endswith("foreign:\n  oddsroom: '7'\n")
    assert run("import", "oddsroom", "rooms.csv", "--skip-invalid")[1] == (
        "scenarios: 1 unchanged\nforecasts: 1 unchanged\n"
    )


def test_a_writer_is_a_format_of_every_result_and_its_text_acts_on_no_terminal(
    home: Path, install: Install
) -> None:
    install(EXAMPLE)
    pact = home / "scenarios/pact.yaml"
    pact.write_text(pact.read_text().replace("A pact", '"A \\u202e pact"'))
    out = run("explain", "pact", "--as-of", "2022-03-01", "--format", "chat")[1]
    assert out.startswith("* ")
    assert "\u202e" not in out
    for command in ("report", "check", "due"):
        assert run(command, "--format", "chat")[0] == 0, command
    said = run("due", "--format", "chatt")[2]
    assert "'chatt' is none of table, json, markdown, html, csv, ics" in said


def test_a_target_is_found_by_its_ending_and_its_scheme(home: Path, install: Install) -> None:
    install(EXAMPLE)
    for text, path in (("x.ids", "x.ids"), ("ids:y", "y"), ("ids:///z.ids", "z.ids")):
        assert run("export", text)[0] == 0
        assert (home / path).read_text() == "pact\nties\ntrade\n"
    assert run("export", "x.ids")[0] == 0  # over its own
    assert "is not an earlier export of this kind" in run("export", "ids:y")[2]


def test_a_page_is_on_the_site_and_a_later_site_replaces_it(home: Path, install: Install) -> None:
    install(EXAMPLE)
    assert run("site", "out")[0] == 0
    page = (home / "out/horizons/index.html").read_text()
    assert "<title>Horizons" in page
    assert "pact: 2030-12-31" in page
    assert run("site", "out")[0] == 0


def test_a_page_is_served_to_one_person_and_to_a_team_without_others_figures(
    home: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(EXAMPLE)
    text = desks.reader(home / "scenarios").get("/horizons/").text
    assert "pact: 2030-12-31" in text
    code = """
    from scenarios.render.document import Paragraph
    def page(site):
        figures = [f"{s.analyst} {s.probabilities}" for s in site.database.sheets.values()]
        return page_of(site, "figures/index.html", "Figures", "x", [Paragraph(f"Sheets {figures}")])
    EXTENSION = Extension(meaning='x', pages={'figures/index.html': page})
    """
    install(package(home / "packages", "figures", code))
    team = home / "team/desk"
    team.parent.mkdir()
    monkeypatch.setattr(typed_in, "today", lambda: TODAY)
    app = variant(team, 0.31, "So", monkeypatch)
    seen = {id: text_of(teams.person(app, id).get("/scen/figures/")) for id in teams.LOGINS}
    assert [id for id, text in seen.items() if "Sheets" not in text] == [], seen
    assert [id for id, text in seen.items() if "0.31" in text] == ["bo"]
    assert teams.stranger(app).get("/scen/figures/").status_code == 403


def test_a_command_has_its_options_a_document_and_json(install: Install) -> None:
    install(EXAMPLE)
    code, out, _ = run("countdown", "--as-of", "2030-12-30")
    assert (code, out.splitlines()[2].split()) == (0, ["pact", "1"])
    out = run("countdown", "--as-of", "2030-12-30", "--format", "json")[1]
    assert json.loads(out)["pact"] == 1
    said = run("--help")[1].split("\nExtensions:\n")[1]
    assert said.strip() == "countdown      Count the days to each horizon."
    assert "--as-of DATE" in run("countdown", "--help")[1]
    assert "did you mean 'countdown'?" in run("countdow")[2]


def test_rules_findings_and_tables_count_in_a_database_that_names_the_extension(
    home: Path, install: Install
) -> None:
    install(EXAMPLE)
    source = home / "scenarios/sources/kremlin.yaml"
    kept = (line for line in source.read_text().splitlines() if not line.startswith("url:"))
    source.write_text("\n".join(kept) + "\n")
    arguments = "check", "--findings", "--as-of", "2022-03-01"
    unasked = run(*arguments)
    assert "source-without-address" not in unasked[1] + unasked[2]
    assert "horizons" not in json.loads(json_export(home))["tables"]
    install(wanted="oddsroom")
    code, out, said = run(*arguments)
    assert code == 0
    at = "scenarios/sources/kremlin.yaml:1:1: warning: source-without-address: it has no url\n"
    assert at in out
    assert "scenarios/pact.yaml:6:1: far-horizon: pact: more than five years ahead\n" in out
    assert "0 errors, 1 warning" in said
    assert run(*arguments, "--strict")[0] == 1
    sarif = json.loads(run(*arguments, "--format", "sarif")[1])["runs"][0]
    assert "far-horizon" in {rule["id"] for rule in sarif["tool"]["driver"]["rules"]}
    report = json.loads(run("report", "--as-of", "2022-02-07", "--format", "json")[1])
    both = report["findings"] + report["findings_standing"]
    assert [f["subject"] for f in both if f["rule"] == "far-horizon"] == ["pact", "ties"]
    week = "report", "--as-of", "2022-01-03", "--since", "2021-12-20"
    assert "- far-horizon" in run(*week, "--format", "markdown")[1]
    rows = json.loads(json_export(home))["tables"]["horizons"]
    assert {row["scenario_id"] for row in rows} == {"pact", "ties", "trade"}
    on = "--as-of", "2022-03-01", "--format", "csv"
    assert run("query", "SELECT count(*) AS n FROM horizons WHERE days > 0", *on)[1] == "n\n3\n"
    found = "SELECT count(*) AS n FROM findings WHERE rule = 'far-horizon'"
    assert run("query", found, *on)[1] == "n\n2\n"
    for target in ("x.sqlite", "x.duckdb", "x.xlsx", "x.jsonl", "out/", "parquet:p"):
        assert run("export", target)[0] == 0, target
    assert (home / "out/horizons.csv").read_text().splitlines()[0] == "scenario_id,days"


def test_json_names_the_extensions_whose_rules_and_findings_were_asked(
    home: Path, install: Install
) -> None:
    def named(*words: str) -> object:
        result = json.loads(run(*words, "--as-of", "2022-02-07", "--format", "json")[1])
        return result.get("extensions", "no key")

    install(EXAMPLE, BROKEN)
    assert (named("check"), named("report")) == ("no key", "no key")
    install(wanted="house-rules, oddsroom, broken")
    assert (named("check"), named("report")) == (["oddsroom"], ["oddsroom"])
    tracker = home / "scenarios/tracker.yaml"
    tracker.write_text(tracker.read_text().replace("oddsroom, ", ""))
    assert (named("check"), named("report")) == ([], [])


def json_export(home: Path) -> str:
    assert run("export", "x.json", "--as-of", "2022-03-01", "--overwrite")[0] == 0
    return (home / "x.json").read_text()


def test_what_an_extension_finds_is_told_by_the_id_of_its_rule() -> None:
    found = of_scenario("far-horizon", "s1", "more than five years ahead", "horizon")
    blocks = tuple(fresh([found, found], database(scenarios={"s1": scenario()})))
    assert "2 findings of far-horizon: " in terminal.write(blocks, 80)


def test_a_record_without_a_title_has_an_empty_one() -> None:
    nameless = ImportRecord(kind="scenario", record={}, position=FilePosition("rooms.csv", 2))
    assert nameless.title == ""


def test_a_write_is_refused_for_no_rule_of_an_extension(install: Install) -> None:
    install(EXAMPLE, wanted="oddsroom")
    arguments = "add-source", "x", "--name", "N", "--reliability", "C"
    assert run(*arguments)[0] == 0
    assert "sources/x.yaml:2:1: warning: source-without-address" in run("check")[1]


def test_all_is_listed_with_its_package_and_version(install: Install) -> None:
    install(EXAMPLE, BROKEN)
    listed = json.loads(run("extensions", "--format", "json")[1])
    others = [each for each in listed["extensions"] if each["package"].split()[0] not in OURS]
    assert [(each["name"], each["package"]) for each in others] == [
        ("broken", "scen-broken 0.1"),
        ("oddsroom", "scen-oddsroom 1.2"),
    ]
    assert others[0]["fault"] == BROKEN_LINE.partition("left out: ")[2].strip()
    assert others[1]["meaning"] == "Questions and forecasts of the Odds Room"
    assert others[1]["adds"] == {
        "importers": ["oddsroom"],
        "targets": ["ids"],
        "writers": ["chat"],
        "rules": ["source-without-address"],
        "findings": ["far-horizon"],
        "tables": ["horizons"],
        "commands": ["countdown"],
        "pages": ["horizons/index.html"],
    }


def test_a_broken_one_is_a_line_of_each_command_that_looked(install: Install) -> None:
    install(BROKEN)
    for words in (("export", "x.json"), ("--help",), ("site", "out"), ("due", "--format", "no")):
        assert BROKEN_LINE in run(*words)[2], words
    assert run("export", "y.json")[0] == 0


def test_nothing_is_looked_for_where_no_command_needs_it(install: Install) -> None:
    install(BROKEN)
    quiet = (
        ("--version",),
        ("status",),
        ("report", "--as-of", "2022-02-07"),
        ("explain", "pact"),
        ("list", "evidence"),
        ("add-source", "x", "--name", "N", "--reliability", "C"),
        ("rate", "2022-02-04-visit", "trade=I"),
        ("forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-08"),
        ("check",),
        ("diff", "--help"),
    )
    for words in quiet:
        assert "scen-broken" not in run(*words)[2], words
    assert extensions.installed.cache_info().currsize == 0


def test_an_absent_one_is_a_warning_with_the_command_that_installs_it(install: Install) -> None:
    install(BROKEN, wanted="house-rules, broken")
    code, out, said = run("check")
    left_out = "its rules, findings and tables are left out"
    assert (code, "0 errors, 2 warnings" in said) == (0, True)
    assert out == (
        f"scenarios/tracker.yaml:5:14: warning: extension: extension 'house-rules': not installed: "
        f"{left_out} (pip install scen-house-rules, if you trust who wrote it; scen extensions "
        "lists them)\n"
        f"scenarios/tracker.yaml:5:27: warning: extension: extension 'broken': left out: "
        f"ModuleNotFoundError: No module named 'broken_scen_module': {left_out} (pip install "
        "scen-broken, if you trust who wrote it; scen extensions lists them)\n"
    )
    assert run("check", "--strict")[0] == 1
    code, _, said = run("report", "--as-of", "2022-02-07")
    line = (
        "scen: extension house-rules that tracker.yaml names: not installed: scen check says more"
    )
    assert (code, said.splitlines().count(line)) == (0, 1)


def test_nothing_is_run_from_the_folder_in_which_one_is(home: Path, install: Install) -> None:
    package(home, "evil", "open('was-run', 'w')\nEXTENSION = Extension(meaning='x')")
    tracker = home / "scenarios/tracker.yaml"
    tracker.write_text(f"{tracker.read_text()}extensions: [evil]\n")
    before = tree(home)
    for words in (("check",), ("extensions",), ("report", "--as-of", "2022-02-07")):
        done = subprocess.run(
            [sys.executable, "-c", "from scenarios.cli.main import main; main()", *words],
            cwd=home,
            env={**os.environ, "SCEN_CACHE": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "evil of" in done.stdout + done.stderr) == (0, False), words
    install()
    assert not (home / "was-run").exists()
    assert tree(home) == before


LEFT_OUT = {
    "raises": ("raise RuntimeError('no\\nluck')", "RuntimeError in raises_x.py:2: no luck"),
    "exits": ("raise SystemExit(3)", "SystemExit in exits_x.py:2: 3"),
    "hook": (
        "EXTENSION = Extension(meaning='x', greetings={})",
        "TypeError in hook_x.py:2: Unexpected keyword argument 'greetings'",
    ),
    "other": ("EXTENSION = 3", "TypeError: other_x:EXTENSION is no scenarios.extending.Extension"),
    "listed": (
        "EXTENSION = Extension(meaning='x', writers=['chat'])",
        "AttributeError: 'list' object has no attribute 'items'",
    ),
    "named": (
        "EXTENSION = Extension(meaning='x', writers={'../x': print})",
        "ValueError: writers: '../x' is no name: small letters, digits and hyphens",
    ),
    "kind": (
        "EXTENSION = Extension(meaning='x', commands={'go': print})",
        "TypeError: commands: go is builtin_function_or_method, and no Command",
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_one_that_is_wrong_is_left_out_with_its_fault(
    name: str, tmp_path: Path, install: Install
) -> None:
    code, fault = LEFT_OUT[name]
    install(package(tmp_path / "site", name, code))
    assert lines("export", "x.json") == [
        f"scen: extension {name} of scen-{name} 1.0 left out: {fault}"
    ]


def test_one_that_prints_when_it_is_imported_breaks_no_result(
    tmp_path: Path, install: Install
) -> None:
    code = "print('hello')\nEXTENSION = Extension(meaning='x')"
    install(package(tmp_path / "site", "loud", code))
    code_, out, said = run("extensions", "--format", "json")
    assert (code_, json.loads(out)["schema"]) == (0, "extensions")
    assert (
        said
        == "scen: extension loud of scen-loud 1.0: import: it printed, which is left out: hello\n"
    )


def test_of_two_versions_the_first_on_the_path_is_used_and_the_other_named(
    tmp_path: Path, install: Install
) -> None:
    code = "EXTENSION = Extension(meaning='x')"
    for version in ("1.0", "2.0"):
        install(package(tmp_path / version, "twice", code, version))
    used = "installed already, by scen-twice 2.0, which is used: pip uninstall one of them"
    line = f"scen: extension twice of scen-twice 1.0 left out: {used}"
    assert lines("export", "x.json") == [line]
    install(tmp_path / "2.0")  # the same folder once more is no second version
    assert len(lines("export", "y.json")) == 1


def test_a_name_of_ours_or_of_an_earlier_extension_is_left_out(
    tmp_path: Path, install: Install
) -> None:
    code = """
    EXTENSION = Extension(
        meaning='x',
        importers={'evidence': print},
        writers={'json': print, 'chat': print},
        commands={'status': Command('x', print), 'inbox': Command('x', print)},
        targets={'json': Target('json', 'file', 'x', None)},
        pages={'review/index.html': print, 's/index.html': print},
    )
    """
    install(EXAMPLE, package(tmp_path / "site", "zealous", code))
    start, end = "scen: extension zealous of scen-zealous 1.0: ", " has that name"
    assert lines("export", "x.json") == [f"{start}targets: json left out: scen{end}"]
    assert lines("--help") == [
        f"{start}commands: {name} left out: scen{end}" for name in ("status", "inbox")
    ]
    assert lines("due", "--format", "no") == [
        f"{start}writers: json left out: scen{end}",
        f"{start}writers: chat left out: extension oddsroom of scen-oddsroom 1.2{end}",
    ]
    assert f"{start}importers: evidence left out: scen{end}" in lines("import", "none", "x.csv")
    assert lines("site", "out") == [f"{start}pages: review/index.html left out: scen{end}"]


def test_what_this_program_brings_comes_before_an_extension_earlier_in_the_alphabet(
    tmp_path: Path, install: Install
) -> None:
    code = """
    EXTENSION = Extension(
        meaning='x',
        commands={'query': Command('x', print)},
        targets={'sqlite': Target('sqlite', 'file', 'x', None, ('.sqlite',))},
    )
    """
    install(package(tmp_path / "site", "aaa", code))
    start, end = "scen: extension aaa of scen-aaa 1.0: ", " left out: scen has that name"
    assert run("query", "SELECT 1 AS n", "--format", "csv") == (
        0,
        "n\n1\n",
        f"{start}commands: query{end}\n",
    )
    assert lines("export", "x.sqlite") == [f"{start}targets: sqlite{end}"]
    assert run("--help")[1].count("Query the database in SQL.") == 1
    with pytest.raises(ScenError, match=r"rain is not installed with this scen: pip install it"):
        extensions.own("commands", "rain")


TYPOS = """
from scenarios import ReadOptions
def read(file, wanted):
    place = FilePosition(file.name, 2)
    prior = {'probability': 0.5, 'basis': 'Even.', 'refrence': 'x'}
    question = {'title': 'Rain', 'horizon': '2029-12-31', 'prior': prior, 'colour': 'red'}
    question['resolution_criteria'] = 'As the gauge says.'
    item = {'summary': 'A cloud', 'observed': '2022-01-02', 'sumary': 'A cloud'}
    sign = {'statement': 'Thunder', 'ratings': {'rain': 'C'}, 'dew': '2022-02-01'}
    return ImportFile(
        records=(
            ImportRecord(kind='scenario', record=question, position=place),
            ImportRecord(kind='evidence', record=item, position=place._replace(row=3)),
            ImportRecord(
                kind='indicator', record=sign, position=place._replace(row=4), scenario='rain'
            ),
        )
    )
EXTENSION = Extension(meaning='x', importers={'typos': read})
"""


def test_a_key_that_no_record_has_is_an_error_of_its_row_and_not_dropped(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "typos", TYPOS))
    (home / "x.csv").write_text("a\n")
    code, out, said = run("import", "typos", "x.csv")
    assert (code, out) == (1, "")
    assert [line.partition(" (")[0] for line in said.splitlines()] == [  # without the hint
        "scen: x.csv:2: colour: unknown key 'colour' in a scenario",
        "scen: x.csv:2: prior.refrence: unknown key 'refrence' in 'prior'",
        "scen: x.csv:3: sumary: unknown key 'sumary' in an item of evidence",
        "scen: x.csv:4: dew: unknown key 'dew' in 'thunder'",
        "scen: 3 rows cannot be imported: nothing was written; --skip-invalid writes the rest",
    ]


class ByAHook:
    """Finds one module in its file, as a finder of an editable installation does."""

    def __init__(self, name: str, file: Path) -> None:
        self.name, self.file = name, file

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(name, self.file) if name == self.name else None


def test_an_importer_that_an_import_hook_finds_is_found_in_the_child_too(
    home: Path, tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/beside.py").write_text("NAME = 'Beside'\n")
    code = """
    def read(file, wanted):
        import beside
        record = {'name': beside.NAME, 'reliability': 'C'}
        position = FilePosition(file.name, 1)
        return ImportFile(records=(ImportRecord(kind='source', record=record, position=position),))
    def lost(file, wanted):
        import elsewhere
    EXTENSION = Extension(meaning='x', importers={'hooked': read, 'lost': lost})
    """
    put = package(tmp_path / "site", "hooked", code)
    module = (put / "hooked_x.py").rename(tmp_path / "desk/hooked_x.py")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, ByAHook("hooked_x", module)])
    install(put)
    (home / "x.csv").write_text("a\n")
    assert run("import", "hooked", "x.csv") == (0, "sources: 1 added\n", "")
    assert (home / "scenarios/sources/beside.yaml").read_text().endswith("reliability: C\n")
    said = "scen: x.csv: the importer of lost needs the module 'elsewhere', and finds none; it runs"
    assert run("import", "lost", "x.csv")[2].startswith(said)


LANGUAGE = """
def count(tables, text, seconds):
    of = {'': tables} if isinstance(tables, View) else tables
    if isinstance(of, str):
        raise ScenError(f'no tables at {hidden(of)}')
    rows = [(id, len(view.rows(text))) for id, view in of.items()]
    return QueryRows([('tracker', 'VARCHAR'), ('number', 'BIGINT')], rows, None)
from scenarios import ScenError
EXTENSION = Extension(meaning='x', commands={'count': Command('Count rows.', count, 'NAME')})
"""


def test_a_command_with_a_language_is_handed_the_tables_of_one_tracker_or_of_many(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "count", LANGUAGE))
    (home / "desks.txt").write_text("scenarios\n")
    (home / "name.txt").write_text("scenarios")
    for words in (("scenarios",), ("@name.txt",)):
        code, out, _ = run("count", *words, "--format", "csv")
        assert (code, out) == (0, "tracker,number\n,3\n")
    code, out, _ = run("count", "scenarios", "--across", "desks.txt", "--format", "csv")
    assert (code, out) == (0, "tracker,number\nAlignment,3\n")
    told = json.loads(run("count", "sheets", "--as-of", "2022-01-01", "--format", "json")[1])
    assert (told["schema"], told["rows"]) == ("count", [{"tracker": "", "number": 0}])
    said = run("count", "sheets", "--across", "postgresql://u:secret@h/x")[2]
    assert said == "scen: no tables at postgresql://u:***@h/x\n"


OPENED = """
from datetime import date
from typing import Annotated
from scenarios import Problem
from scenarios.render.document import Paragraph
def opened(
    source,
    propose: Annotated[bool, '--propose', 'x'] = False,
    source_name: Annotated[str | None, '--source-name', 'x'] = None,
    since: date | None = None,
    until: date | None = None,
    limit: Annotated[int, '--limit', 'x', {'min': 1, 'max': 3}] = 3,
    across: str | None = None,
    timeout: float = 2,
    analyst: str | None = None,
    as_of: date = None,
    rev: str | None = None,
    dry_run: bool = False,
    commit: bool = False,
    *,
    today: date,
):
    'List what opened.'
    options = {'dry_run': dry_run, 'commit': commit}
    if propose:
        about = {'by': 'agent', 'name': 'opened', 'on': f'{today}'}
        item = {'summary': 'A day', 'observed': f'{as_of}'}
        draft = {'proposed': about, 'evidence': item, 'scenarios': ['pact']}
        return source.propose([draft], **options), ()
    if source_name == 'lost':
        source.add_source('lost', {'name': 'Lost', 'reliability': 'C'}, **options)
        return {}, ()
    if source_name:
        record = {'name': source_name, 'reliability': 'C'}
        return source.add_source('new', record, **options), (Paragraph('It has no address.'),)
    given = {'since': since, 'until': until, 'limit': limit, 'timeout': timeout}
    given |= {'analyst': analyst, 'as_of': as_of, 'rev': rev, 'is_today': today == date.today()}
    of = source if isinstance(source, dict) else {'': source.database}
    lost = Problem('far', 1, 1, 'unreadable', 'it is far away')
    faults = [lost] if isinstance(source, dict) else []
    given['scenarios'] = {id: sorted(each.scenarios) for id, each in of.items()}
    return given, (Paragraph('Opened.'),), 'A remark.', *faults
COMMAND = Command('List what opened.', opened, writes=('propose', 'source_name'))
EXTENSION = Extension(meaning='x', commands={'opened': COMMAND})
"""


def test_a_command_shares_the_options_of_ours_by_their_names(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "opened", OPENED))
    typed = "--as-of 2022-03-10 --since 7d --until 2022-03-09 --analyst ann --limit 2 --timeout 3"
    code, out, said = run("opened", *typed.split(), "--format", "json")
    assert (code, said) == (0, "scen: A remark.\n")
    ids = {"": ["pact", "ties", "trade"]}
    assert json.loads(out) == {
        "since": "2022-03-03",
        "until": "2022-03-09",
        "limit": 2,
        "timeout": 3.0,
        "analyst": "ann",
        "as_of": "2022-03-10",
        "rev": None,
        "is_today": True,
        "scenarios": ids,
    }
    assert json.loads(run("opened", "--format", "json")[1])["timeout"] == 2
    assert run("opened") == (0, "Opened.\n", "scen: A remark.\n")
    code, _, said = run("opened", "--since", "2022-02-02", "--until", "2022-02-01")
    assert (code, "--since 2022-02-02 is after --until 2022-02-01" in said) == (2, True)
    git(home, "init", "-q")
    git(home, "add", ".")
    git(home, "commit", "-q", "-m", "Begin")
    (home / "scenarios/ties.yaml").unlink()
    then = json.loads(run("opened", "--rev", "HEAD", "--format", "json")[1])
    assert (then["rev"], then["scenarios"]) == ("HEAD", ids)
    now = json.loads(run("opened", "--format", "json")[1])
    assert now["scenarios"] == {"": ["pact", "trade"]}


def test_a_command_is_given_the_databases_of_many_trackers_and_names_what_is_not_read(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "opened", OPENED))
    (home / "desks.txt").write_text("scenarios\nmissing\n")
    code, out, said = run("opened", "--across", "desks.txt", "--format", "json")
    result = json.loads(out)
    assert (code, said) == (1, "scen: A remark.\n")
    assert result["scenarios"] == {"Alignment": ["pact", "ties", "trade"]}
    assert [fault["path"] for fault in result["unreadable"]] == ["missing", "far"]
    assert "it is far away" in run("opened", "--across", "desks.txt")[1]


def test_a_command_reports_what_it_wrote_as_ours_do(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "opened", OPENED))
    git(home, "init", "-q")
    git(home, "config", "user.name", "Ann")
    git(home, "config", "user.email", "ann@example.org")
    git(home, "add", ".")
    git(home, "commit", "-q", "-m", "Begin")
    code, out, _ = run("opened", "--source-name", "New", "--dry-run")
    assert (code, "+name: New\n" in out, out.endswith("\n\nIt has no address.\n")) == (
        0,
        True,
        True,
    )
    assert not (home / "scenarios/sources/new.yaml").exists()
    code, out, _ = run("opened", "--source-name", "New", "--commit", "--format", "json")
    result = json.loads(out)
    assert (code, result["schema"], result["id"]) == (0, "opened-source-name", "new")
    assert result["subject"] == git(home, "log", "-1", "--format=%s").strip()
    proposal = "scenarios/inbox/2022-03-01-a-day.yaml"
    assert run("opened", "--propose", "--as-of", "2022-03-01") == (0, f"{proposal}\n", "")
    assert (
        json.loads(run("opened", "--propose", "--format", "json")[1])["schema"] == "opened-propose"
    )
    alone = "--propose and --source-name write, each alone: they take no --rev, --output, or format"
    before = tree(home)
    for words in ("--rev HEAD", "--output x", "--format csv", "--source-name x"):
        code, _, said = run("opened", "--propose", *words.split())
        assert (code, said) == (2, f"scen: {alone} but table, json\n"), words
    assert tree(home) == before
    (home / ".git/hooks/pre-commit").write_text("#!/bin/sh\necho no >&2; exit 1\n")
    (home / ".git/hooks/pre-commit").chmod(0o755)
    code, out, said = run("opened", "--propose", "--as-of", "2021-03-01", "--commit")
    assert (code, out) == (1, "scenarios/inbox/2021-03-01-a-day.yaml\n")
    assert "no" in said.splitlines()
    said = run("opened", "--source-name", "lost")[2]
    assert said.endswith("it wrote, and returned another result than the method that wrote\n")


WRONG = """
from pathlib import Path
def fails(*_, **__):
    return {}['key']
def number(*_, **__):
    print('loud')
    return 3
def write(view, path):
    path.write_text('half')
    raise OSError('full')
EXTENSION = Extension(
    meaning='x',
    importers={'fails': fails, 'number': number, 'nowhere': 'wrong_x:nothing'},
    writers={'fails': fails, 'number': number, 'nowhere': 'no_such_module:write'},
    targets={
        'half': Target('half', 'file', 'x', Codec(write, fails), ('.half',), ()),
        'nowhere': Target('nowhere', 'file', 'x', 'no_such_module:CODEC', ('.now',), ()),
    },
    commands={
        'fails': Command('Fail.', lambda workspace: fails()),
        'open': Command('Take anything.', fails),
        'number': Command('Give a number.', lambda workspace: number()),
        'blocks': Command('Give no blocks.', lambda workspace: ({}, (1,))),
    },
    rules={'fails': rule('fails', 'x')(fails), 'plain': 'wrong_x:fails'},
    findings={'fails': note('fails', 'x')(fails), 'counts': note('counts', 'x')(number)},
    tables={'fails': (table('x', SCENARIO, key='scenario_id'), fails)},
    pages={'fails/index.html': fails},
)
"""


def test_a_function_that_fails_or_returns_another_type_costs_one_line(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "wrong", WRONG))
    (home / "x.csv").write_text("a\n")
    of, failed = "scen: extension wrong of scen-wrong 1.0: ", "KeyError in wrong_x.py:5: 'key'"
    printed = f"{of}number: it printed, which is left out: loud\n"
    number = "TypeError: it returned int, not"
    nowhere = "ModuleNotFoundError: No module named 'no_such_module'"
    cases = {
        "due --format fails": f"{of}fails: {failed}\n",
        "due --format number": f"{of}number: {number} str\n{printed}",
        "due --format nowhere": f"{of}nowhere: {nowhere}\n",
        "export x.half": f"{of}half: OSError in wrong_x.py:11: full\n",
        "export x.now": f"{of}nowhere: {nowhere}\n",
        "fails": f"{of}fails: {failed}\n",
        "number": f"{of}number: {number} tuple\n{printed}",
        "open": f"{of}open: TypeError: a command names its options: no *arguments, no **options\n",
        "blocks": f"{of}blocks: TypeError: int is no block of a document\n",
        "site out": f"{of}fails/index.html: {failed}\n",
        "import fails x.csv": f"scen: x.csv: it could not be read: {failed}\n",
        "import number x.csv": "scen: x.csv: the importer of number returned 3, not ImportFile\n",
        "import nowhere x.csv": "scen: x.csv: it could not be read: AttributeError in pkgutil.py:",
    }
    before = tree(home)
    for words, said in cases.items():
        code, out, err = run(*words.split())
        assert (code, out, err.startswith(said)) == (1, "", True), (words, out, err)
        assert len(err.splitlines()) == len(said.splitlines()), words
    assert tree(home) == before


def test_a_rule_a_finding_or_a_table_that_fails_is_named_and_the_rest_is_there(
    home: Path, tmp_path: Path, install: Install
) -> None:
    install(package(tmp_path / "site", "wrong", WRONG), wanted="wrong")
    of, failed = "extension wrong of scen-wrong 1.0: ", "KeyError in wrong_x.py:5: 'key'"
    code, out, said = run("check", "--findings", "--as-of", "2022-02-07")
    assert (code, "0 errors, 1 warning" in said) == (0, True)
    assert f"tracker.yaml:5:14: warning: extension: extension 'wrong': {of}plain: " in out
    assert f"scen: {of}fails: {failed}\n" in said
    assert f"scen: {of}counts: TypeError: 'int' object is not iterable\n" in said
    code, out, said = run("report", "--as-of", "2022-02-07")
    assert (code, f"scen: {of}fails: {failed}\n" in said) == (0, True)
    code, _, said = run("export", "x.json")
    assert (code, said.splitlines()[0]) == (1, f"scen: {of}fails: {failed}")
    assert not (home / "x.json").exists()


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_a_program_on_path_is_a_command_with_the_database_and_its_exit_status_is_ours(
    home: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    text = '#!/bin/sh\necho "$SCEN_DATABASE $*"\nexit 3\n'
    program(programs, "scen-hello", text)
    program(programs, "scen-status", "#!/bin/sh\necho ours is another\n")
    program(programs, "scen-killed", "#!/bin/sh\nkill -TERM $$\n")
    program(programs, "scen-odd", "no program")
    (programs / "scen-empty").write_bytes(b"\x7fELF")
    (programs / "scen-empty").chmod(0o755)
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    assert outside(home, path, "--database", "here", "hello", "-x", "y") == (3, "here -x y\n", "")
    assert outside(home, path, "killed")[0] == 128 + 15
    assert "ours is another" not in outside(home, path, "status")[1]
    code, _, said = outside(home, path, "empty")
    assert (code, said) == (
        126,
        f"scen: {programs}/scen-empty: could not be run: Exec format error\n",
    )
    listed = json.loads(outside(home, path, "extensions", "--format", "json")[1])["programs"]
    assert listed["hello"] == f"{programs}/scen-hello"


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_a_folder_a_plain_file_and_what_lies_in_the_current_folder_are_no_commands(
    home: Path, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    (programs / "scen-folder").mkdir(parents=True)
    (programs / "scen-plain").write_text("#!/bin/sh\necho run\n")
    program(home, "scen-here", "#!/bin/sh\necho run\n")
    program(home / "bin", "scen-below", "#!/bin/sh\necho run\n")
    path = {"PATH": f".:bin::{programs}:{os.environ['PATH']}"}
    for name in ("folder", "plain", "here", "below", "../here"):
        code, out, said = outside(home, path, name)
        assert (code, out, "no command" in said) == (2, "", True), name
    listed = json.loads(outside(home, path, "extensions", "--format", "json")[1])
    assert {"folder", "plain", "here", "below"}.isdisjoint(listed["programs"])


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def outside(home: Path, variables: dict[str, str], *words: str) -> tuple[int, str, str]:
    """What a process of its own ends with, prints and says."""
    done = subprocess.run(
        [SCEN, *words],
        cwd=home,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_first_command_of_a_process_has_the_formats_of_extensions(home: Path) -> None:
    path = {"PYTHONPATH": str(EXAMPLE)}
    assert outside(home, path, "check", "--format", "chat") == (0, "\n", "")  # it has no paragraph
    code, out, said = outside(home, path, "report", "--format", "chat", "--as-of", "2022-03-01")
    assert (code, out[:2], said) == (0, "* ", "")


def test_200_installed_packages_are_found_and_only_what_is_used_is_imported(
    tmp_path: Path, install: Install
) -> None:
    for number in range(200):
        code = f"EXTENSION = Extension(meaning='x', importers={{'i{number}': 'x{number}:read'}})"
        package(tmp_path / "site", f"p{number}", code)
    install(tmp_path / "site")
    listed = json.loads(run("extensions", "--format", "json")[1])["extensions"]
    assert len([each for each in listed if each["name"].startswith("p")]) == 200
    assert not any(f"x{number}" in sys.modules for number in range(200))


def test_help_is_shown_in_a_folder_that_was_removed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (gone := tmp_path / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    command = [str(Path(sys.executable).parent / "scen"), "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr, "add-evidence" in ran.stdout) == (0, "", True)
