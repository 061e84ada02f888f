"""What the pages of docs/ show is what happens, and whatever they name is there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from scenarios.cli.commands import HELP
from scenarios.cli.main import app
from tests.cli.commands import DESK
from tests.test_transcripts import Step, play

pytestmark = pytest.mark.usefixtures("scen_on_path")
ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
OTHERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "tests/fuzz/README.md"]
OTHERS += [ROOT / "bench/README.md", *sorted((ROOT / "scenarios").glob("*.md"))]
BEGINS = {
    "index": None,
    "start": None,
    "from-a-spreadsheet": None,
    "correcting-mistakes": DESK,
}
"""The database that a page's transcripts begin with, where that is not the shipped one."""
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SHOWING = [page for page in PAGES if CONSOLE.search(page.read_text("utf-8"))]
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
NAVIGATION = {
    title: [inside]
    if isinstance(inside, str)
    else [name for one in inside for name in one.values()]
    for part in SITE["nav"]
    for title, inside in part.items()
}
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
GROUP: Any = typer.main.get_command(app)
CONTEXT = typer.Context(GROUP)
BEFORE = {option for param in GROUP.params for option in param.opts}
OPTIONS = {
    name: {
        option
        for param in GROUP.get_command(CONTEXT, name).params
        for option in (*param.opts, *param.secondary_opts)
    }
    for name in HELP
}
SPAN = re.compile(r"`([^`]+)`")
TYPED = re.compile(r"^(?:\$ |(?=scen ))((?:.*\\\n)*.*)$", re.MULTILINE)
CALL = re.compile(r"\bscen((?: --database \S+| --[\w-]+)*) ([a-z][a-z-]*)([^|;&]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
ELSEWHERE = {"--edit-last", "--force-with-lease", "--no-build-isolation"}
"""Options of other programs that a page speaks of."""
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("page", SHOWING, ids=[page.stem for page in SHOWING])
def test_what_a_page_shows_is_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path.with_name(f"{tmp_path.name}-state")))
    begins = BEGINS.get(page.stem, ROOT / "scenarios")
    if begins:
        shutil.copytree(begins, tmp_path / "scenarios")
    if page.stem == "from-a-spreadsheet":
        shutil.copytree(DOCS / "spreadsheet", tmp_path, dirs_exist_ok=True)
    text = page.read_text("utf-8")
    happens = CONSOLE.sub(lambda block: _played(block[0], tmp_path), text)
    if request.config.getoption("renew"):
        page.write_text(happens, "utf-8")
    assert happens == text


def _played(block: str, here: Path) -> str:
    """The commands of a block, each with what a screen shows of it: remarks, then the result."""
    first, *later = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert (first, bool(later)) == ("", True)
    return "".join(_shown(one, here) for one in later)


def _shown(one: str, here: Path) -> str:
    """At a terminal where a line with an answer, `> question: answer`, is among what is shown."""
    typed = re.match(r"(?:.*\\\n)*.*\n", one)
    assert typed
    step = Step([], re.sub(r" *\\\n *", " ", typed[0]).strip())
    step.answered = re.findall(r"^> (.*)$", one[typed.end() :], re.MULTILINE)
    marked = play(step, here, at_terminal=bool(step.answered))
    if step.answered:
        return "".join((f"$ {typed[0]}", *(f"{_at_screen(line)}\n" for line in marked)))
    lines = [f"{line[2:]}\n" for mark in "!|" for line in marked if line[0] == mark]
    return "".join((f"$ {typed[0]}", *lines))


def _at_screen(line: str) -> str:
    return line if line.startswith(">") else line[2:]


@pytest.mark.parametrize("page", [*OTHERS, *PAGES], ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text("utf-8"))
    lost = []
    for path, anchor in LINK.findall(text):
        target = page.parent / path if path else page
        there = target.exists() and (not anchor or anchor in _anchors(target))
        if not there or (page in PAGES and not target.resolve().is_relative_to(DOCS)):
            lost.append(f"{path}#{anchor}")
    assert lost == []


def _anchors(page: Path) -> Iterator[str]:
    """The names of its headings, as GitHub and the site make them."""
    for heading in HEADING.findall(FENCED.sub("", page.read_text("utf-8"))):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_that_a_page_names_is_there(page: Path) -> None:
    lost = []
    text = page.read_text("utf-8")
    typed = [code for block in FENCED.findall(text) for code in TYPED.findall(block)]
    spoken = [" ".join(code.split()) for code in SPAN.findall(FENCED.sub("", text))]
    for code in (*typed, *spoken):
        for before, first, rest in CALL.findall(code):
            both = " ".join((first, *rest.split()[:1]))
            name = both if both in HELP else first
            lost += [name] * (name not in HELP)
            lost += {*OPTION.findall(before)} - BEFORE
            lost += {*OPTION.findall(rest)} - OPTIONS.get(name, set()) - {"--help"}
        if code.startswith("--"):
            known = set.union(BEFORE, ELSEWHERE, *OPTIONS.values())
            lost += {*OPTION.findall(code)} - known
    assert lost == []


def test_the_site_has_every_page_once() -> None:
    assert sorted(name for names in NAVIGATION.values() for name in names) == [
        page.name for page in PAGES
    ]


def test_a_chapter_is_short_and_the_one_for_managers_has_no_decibans() -> None:
    chapters = [*NAVIGATION["First steps"], *NAVIGATION["The craft"]]
    texts = {name: (DOCS / name).read_text("utf-8") for name in chapters}
    assert [name for name, text in texts.items() if len(text.splitlines()) > 250] == []
    assert re.findall(r"(?i)deciban|\bdB\b", texts["reading-the-report.md"]) == []
