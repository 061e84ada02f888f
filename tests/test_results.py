"""Results show themselves, each command has a method, and the notebook of the guide runs."""

from __future__ import annotations

import ast
import csv
import inspect
import io
import json
import pickle
import re
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

import scenarios
from scenarios.cli.commands import HELP
from scenarios.render.shown import MOST
from scenarios.result import Presentation
from tests.cli.commands import FILES, make, scen, tree
from tests.exchange.test_events import EVENTS
from tests.lazily import lazily
from tests.test_api import python

html5lib = lazily("html5lib")

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "scenarios"
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
WEEK = date(2022, 2, 28)
SCRIPT = "<script>alert(1)</script>"
RESULTS: dict[str, Callable[[scenarios.Workspace], Any]] = {
    "report --no-restate": lambda desk: desk.report(WEEK, restate=False),
    "report --brief": lambda desk: desk.brief(WEEK),
    "due": lambda desk: desk.due(WEEK),
    "search pact": lambda desk: desk.search("pact", WEEK),
    "explain military-pact": lambda desk: desk.explain("military-pact", WEEK),
    "matrix --set ukraine-2022": lambda desk: desk.matrix(WEEK, set_id="ukraine-2022"),
    "score --all": lambda desk: desk.score(WEEK),
    "query 'FROM sources'": lambda desk: desk.query("FROM sources", WEEK),
    "check --findings": lambda desk: desk.check(WEEK),
    "show military-pact": lambda desk: desk.show("military-pact"),
    "list scenarios": lambda desk: desk.list("scenarios", WEEK),
    "list indicators": lambda desk: desk.list("indicators", WEEK),
    "list evidence": lambda desk: desk.list("evidence", WEEK),
    "list forecasts": lambda desk: desk.list("forecasts", WEEK),
    "list sources": lambda desk: desk.list("sources", WEEK),
}
"""Results by the words of the commands that print the same documents."""
OTHERS: dict[str, Callable[[scenarios.Workspace], Any]] = {
    "status": lambda desk: desk.status(WEEK),
    "remind": lambda desk: desk.remind(WEEK),
    "inbox": lambda desk: desk.inbox(WEEK),
    "extensions": lambda desk: desk.extensions(),
    "plot": lambda desk: desk.plot(WEEK, *[*desk.database.scenarios][:2]),
    "add-source": lambda desk: desk.add_source(
        "trt", {"name": SCRIPT, "reliability": "C"}, dry_run=True
    ),
}
"""Others, by their command."""


def command(words: str, form: str) -> str:
    own = words.replace("'", "").split(maxsplit=1) if "'" in words else words.split()
    return scen("--database", str(SHIPPED), *own, "--as-of", f"{WEEK}", "--format", form).stdout


def page_of(result: Any) -> str:
    page = result._repr_html_()
    assert isinstance(page, str)
    return page


@pytest.fixture(scope="module")
def desk() -> scenarios.Workspace:
    return scenarios.open(SHIPPED)


@pytest.mark.parametrize("words", RESULTS)
def test_markdown_is_what_the_command_prints(words: str, desk: scenarios.Workspace) -> None:
    printed, ours = command(words, "markdown"), RESULTS[words](desk).markdown()
    for place in (f"{SHIPPED}/", "scenarios/"):  # files are named from where one is
        printed, ours = printed.replace(place, ""), ours.replace(place, "")
    links = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\((?!https?:)[^)]*\)")  # to files, from a report
    assert links.sub(r"\1", printed).strip() == links.sub(r"\1", ours).strip()


@pytest.mark.parametrize("words", ["status", "due", "matrix --set ukraine-2022", "list sources"])
def test_a_table_has_the_rows_that_the_command_prints_as_csv(
    words: str, desk: scenarios.Workspace
) -> None:
    printed = [*csv.DictReader(io.StringIO(command(words, "csv")))]
    rows = (RESULTS | OTHERS)[words](desk).table()
    for row in rows:
        row.pop("band", None)  # which status has in JSON
    texts = [{key: "" if cell is None else f"{cell}" for key, cell in row.items()} for row in rows]
    unquoted = [{key: cell.removeprefix("'") for key, cell in row.items()} for row in printed]
    assert texts == unquoted


@pytest.mark.parametrize("words", [*RESULTS, *OTHERS])
def test_every_result_shows_itself_also_of_an_empty_database(
    words: str, desk: scenarios.Workspace, tmp_path: Path
) -> None:
    of = (RESULTS | OTHERS)[words]
    empty = scenarios.open(make(tmp_path / "scenarios", {"tracker.yaml": FILES["tracker.yaml"]}))
    for place in (desk, empty):
        try:
            result = of(place)
        except scenarios.ScenError:
            assert place is empty
            continue
        assert re.fullmatch(r"<\w+ [^\n]{3,75}>", line := repr(result)), line
        assert len(line) < 80
        page = page_of(result)
        assert page.startswith('<div class="scen">')
        assert "<script" not in page
        assert not re.search(r"<(html|body|link|meta|iframe)\b", page)
        assert result.markdown()
        cells = (cell for row in result.table() for cell in row.values())
        assert all(isinstance(cell, int | float | str | None) for cell in cells)


def test_a_hostile_title_is_text_in_a_page_and_in_a_picture(tmp_path: Path) -> None:
    workspace = scenarios.open(make(tmp_path / "scenarios", FILES))
    workspace.edit("pact", {"title": f'{SCRIPT}"><img src=x onerror=alert(1)>'}, WEEK)
    listed, shown = workspace.list("scenarios", WEEK), workspace.show("pact")
    for result in (workspace.status(WEEK), listed, shown):
        page = page_of(result)
        assert "&lt;script&gt;" in page
        assert not re.search(r"<script|<img", page)
    drawn = workspace.plot(WEEK, "pact")
    assert "<script" not in drawn.plot()
    page = page_of(drawn)
    assert "<script" not in page
    (image,) = html5lib.parseFragment(page, namespaceHTMLElements=False).iter("img")
    assert {*image.attrib} == {"alt", "src"}
    assert image.get("alt", "").startswith(SCRIPT)
    assert "\n" not in repr(workspace.search("a\nb", WEEK))


def test_a_page_of_10_000_rows_is_cut_and_its_table_is_whole(desk: scenarios.Workspace) -> None:
    answer = desk.query("SELECT range AS number, 'text' AS text FROM range(10000)", WEEK)
    page = page_of(answer)
    assert page.count("<tr") == MOST
    assert f"Cut after {MOST} rows: .table() and .markdown() have all." in page
    assert len(page) < 100_000
    assert [row["number"] for row in answer.table()] == [*range(10_000)]
    assert len(answer.markdown().splitlines()) == 10_002
    whole = page_of(desk.query("FROM range(5)", WEEK))
    assert "Cut after" not in whole


def test_what_is_nested_is_cut_at_the_same_number_of_rows() -> None:
    from scenarios.render import document as doc
    from scenarios.render.shown import shown

    inner = tuple(doc.Item(f"inner {n}") for n in range(1000))
    rows = tuple(doc.Item(f"outer {n}", inner) for n in range(1000))
    groups = tuple(doc.Group(f"group {n}", tuple((f"{m}",) for m in range(50))) for n in range(50))
    columns = (doc.Column(name="a"),)
    rowed = doc.Table(columns=columns, rows=(("x",),) * 999, anchors=("",) * 999)
    for block in (doc.Items(rows), doc.Table(columns=columns, rows=groups), rowed):
        page = shown("html", lambda block=block: (block,), tuple, ())  # type: ignore[misc]
        assert 290 < len(re.findall(r"<li|<tr", page)) <= MOST + 1
        assert "Cut after" in page
    many = tuple(doc.Paragraph("text") for _ in range(1000))
    assert shown("html", lambda: many, tuple, ()).count("<p>") == MOST + 1


def test_files_that_cannot_be_read_stand_before_a_result(tmp_path: Path) -> None:
    files = {**FILES, "trade.yaml": "title: [\n"}
    result = scenarios.open(make(tmp_path / "scenarios", files)).status(WEEK)
    assert "1 file cannot be read" in result.markdown()
    assert "1 file cannot be read" in page_of(result)
    assert [row["stated"] for row in result.table()] == [None, 0.1, "?"]


def test_a_picture_is_one_image_and_can_be_written(desk: scenarios.Workspace) -> None:
    score = desk.score(date(2026, 11, 24))
    for result in (desk.report(WEEK), desk.brief(WEEK), score, desk.plot(WEEK, "military-pact")):
        picture = result.plot()
        assert picture.startswith("<svg ")
        assert re.fullmatch(r"<Picture of [\d,]+ characters of SVG>", repr(picture))
        assert re.fullmatch(
            r'<img alt="[^"]+" src="data:image/svg\+xml;base64,[^"]+">', page_of(picture)
        )
    assert desk.plot(WEEK).titles == ("Open scenarios on 28 February 2022",)
    assert desk.plot(WEEK, set_id="ukraine-2022").titles == (
        desk.database.tracker.sets["ukraine-2022"],
    )
    with pytest.raises(scenarios.ScenError, match="no picture of this result"):
        desk.due(WEEK).plot()
    with pytest.raises(scenarios.ScenError, match="draw one thing at a time"):
        desk.plot(WEEK, "military-pact", set_id="ukraine-2022")
    with pytest.raises(scenarios.ScenError, match="no scenario was open on 1990-01-01"):
        desk.plot(date(1990, 1, 1))


def test_a_copy_has_the_records_and_is_not_shown(desk: scenarios.Workspace) -> None:
    for result in (desk.due(WEEK), desk.list("sources", WEEK)):
        copy = pickle.loads(pickle.dumps(result))  # noqa: S301 - made above
        assert copy == result
        assert copy._repr_html_() is None
        with pytest.raises(scenarios.ScenError, match="only a Workspace can show a"):
            copy.markdown()


def test_each_command_has_a_method_or_the_page_names_the_reason() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| (.+) \|$", PAGE.partition("\n## Commands and methods\n")[2], re.MULTILINE
    )
    others, own = (
        {k: v for k, v in rows if (k in HELP) is is_command} for is_command in (True, False)
    )
    called = {name: re.match(r"`(\w+)`", text) for name, text in others.items()}
    assert all(called[name] or re.match("none: .{10,}", text) for name, text in others.items())
    of_commands = {name: name.replace("-", "_") for name in HELP if name not in others}
    methods = {*of_commands.values(), *(word[1] for word in called.values() if word)}
    public = {name for name in dir(scenarios.Workspace) if not name.startswith("_")}
    assert public - own.keys() == methods
    assert own.keys() <= public


def test_the_type_of_each_result_is_a_name_of_the_library() -> None:
    for name, method in inspect.getmembers(scenarios.Workspace, inspect.isfunction):
        if name.startswith("_") or name == "refuse_unless_whole":
            continue
        returned = re.findall(r"\w+", inspect.get_annotations(method)["return"].__name__)
        (type_name,) = returned
        if type_name == "list":  # of what a tool of an agent returns (`Rows`)
            continue
        assert type_name in scenarios.__all__, (name, type_name)
        assert issubclass(getattr(scenarios, type_name), Presentation)


def test_a_result_loads_what_draws_it_when_it_is_shown() -> None:
    start = "import sys, scenarios; from datetime import date; w = scenarios.open('.')"
    names = ("jinja2", "scenarios.render.shown", "scenarios.site")
    loaded = f"print([m for m in {names} if m in sys.modules])"
    program = f"{start}; r = w.status(date(2022, 2, 28)); repr(r); {loaded}"
    assert python(program, SHIPPED) == "[]\n"
    shown = f"{start}; w.status(date(2022, 2, 28)).markdown(); {loaded}"
    assert python(shown, SHIPPED) == "['jinja2', 'scenarios.render.shown']\n"


def test_the_notebook_runs_from_its_first_cell_to_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len({*ids}) == len(ids)
    monkeypatch.chdir(NOTEBOOK.parent)
    names: dict[str, Any] = {}
    shown = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            shown[cell["id"]] = _last_value("".join(cell["source"]), names)
    pages = {id: page_of(value) for id, value in shown.items() if hasattr(value, "_repr_html_")}
    tables = {id for id, page in pages.items() if "<table" in page}
    assert tables == {"status", "explain", "query", "try"}
    assert {id for id, page in pages.items() if page.startswith("<img")} == {"report", "course"}
    assert shown["open"] == "China–Russia alignment"
    assert all(shown.values())


def _last_value(source: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of its last line, as a notebook shows it."""
    *body, last = ast.parse(source).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(body, []), str(NOTEBOOK), "exec"), names)  # noqa: S102 - our own notebook
    return eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)  # noqa: S307


FEED = 'feeds:\n  news: {url: "https://news.example.org/feed", source: kremlin, match: [beijing]}\n'


def test_a_feed_is_fetched_into_the_inbox_and_its_address_needs_trust(tmp_path: Path) -> None:
    tracker = FILES["tracker.yaml"].rstrip() + f"\n{FEED}"
    workspace = scenarios.open(make(tmp_path / "scenarios", {**FILES, "tracker.yaml": tracker}))
    day, file = date(2022, 3, 14), ROOT / "tests" / "data" / "feeds" / "news.xml"
    with pytest.raises(scenarios.ScenError, match=r"`trust` allows them\nnews: https://news"):
        workspace.fetch(day)
    with pytest.raises(scenarios.ScenError, match="no feed 'wire'"):
        workspace.fetch(day, "wire", file=file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries = workspace.fetch(day, "news", file=file).entries
    assert entries
    assert {entry.status for entry in entries} == {"added"}
    listed = workspace.inbox(day)
    assert {row.id for row in listed.proposals} == {entry.id for entry in entries}
    assert "Beijing" in page_of(listed)
    (tmp_path / "scenarios" / "inbox" / "bad.yaml").write_text("proposed: [\n")
    with pytest.warns(UserWarning, match=r"inbox/bad\.yaml"):
        workspace.inbox(day)


def test_events_of_a_store_are_candidates_of_one_tracker_or_of_many(tmp_path: Path) -> None:
    events = "    events: {table: icews, match: {cameo: ['190'], source_country: [RUS]}}\n"
    files = {**FILES, "pact.yaml": f"{FILES['pact.yaml'].rstrip()}\n{events}"}
    tracker = f"{FILES['tracker.yaml'].rstrip()}\nid: first\n"
    workspace = scenarios.open(make(tmp_path / "a", {**files, "tracker.yaml": tracker}))
    day = date(2022, 3, 20)
    listed = workspace.candidates(str(EVENTS), day, limit=2)
    assert [len(query.candidates) for query in listed.queries] == [2]
    assert listed.table()
    (tmp_path / "trackers.txt").write_text("a\nmissing\n")
    with pytest.warns(UserWarning, match="missing"):
        across = workspace.candidates(str(EVENTS), day, across=str(tmp_path / "trackers.txt"))
    assert [query.tracker for query in across.queries] == ["first"]
    with pytest.warns(UserWarning, match="missing") as caught:
        answer = workspace.across(
            str(tmp_path / "trackers.txt"),
            "SELECT tracker, count(*) AS n FROM scenarios GROUP BY ALL",
            day,
        )
    assert answer.rows == [{"tracker": "first", "n": 3}]
    assert answer.table() == answer.rows
    assert caught[0].filename == __file__


def test_a_list_is_that_of_the_command_and_refuses_an_unknown_id(desk: scenarios.Workspace) -> None:
    for what in ("scenarios", "indicators", "evidence", "forecasts", "sources"):
        printed = json.loads(command(f"list {what}", "json"))
        assert json.loads(msgspec.json.encode(desk.list(what, WEEK))) == printed
    with pytest.raises(scenarios.ScenError, match="did you mean 'cnbc'"):
        desk.list("sources", WEEK, scenarios.ListFilter(source="cnbb"))
    of_set = desk.list("scenarios", WEEK, scenarios.ListFilter(set="ukraine-2022"))
    assert {row.set for row in of_set} == {"ukraine-2022"}


def test_a_site_is_written_as_by_the_command(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    built = scenarios.open(root).site(tmp_path / "ours", WEEK, url="https://example.org/site")
    words = ("--database", str(root), "site", str(tmp_path / "theirs"), "--as-of", f"{WEEK}")
    assert scen(*words, "--url", "https://example.org/site/").exit_code == 0
    ours, theirs = tree(tmp_path / "ours"), tree(tmp_path / "theirs")
    assert ours == theirs
    assert {*built.written} == ours.keys() - {".scen-site.json"}
