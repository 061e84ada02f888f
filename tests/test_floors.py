"""Each room imports only lower floors; the core knows no disk, no clock and no chance."""

from __future__ import annotations

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "scenarios"
FLOORS = (
    {"errors"},
    {"text"},
    {"model"},
    {"scales"},
    {"paths"},
    {"analysis"},
    {"storage"},
    {"exchange"},
    {"render"},
    {"workspace"},
    {"api"},
    {"site"},
    {"cli", "serve"},
)
ANALYSIS = (
    {"evidence"},
    {"forecasts", "ledger"},
    {"period", "scores"},
    {"rules"},
    {"history"},
    {"review"},
)
CORE = ("errors", "text", "model", "scales", "paths", "analysis")
SHELL_ONLY = {"os", "pathlib", "subprocess", "sys", "time", "random", "secrets", "shutil", "socket"}
NETWORK = {"asyncio", "ftplib", "http.client", "requests", "smtplib", "socket", "urllib.request"}
MODULES = sorted(SOURCE.rglob("*.py"))
BY_NAME = {
    ".".join(("scenarios", *m.relative_to(SOURCE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): m
    for m in MODULES
}


def room(module: Path) -> str:
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor(name: str, floors: tuple[set[str], ...] = FLOORS) -> int:
    return next(n for n, rooms in enumerate(floors) if name in rooms)


def imported(module: Path, *, when_called: bool | None = None) -> list[str]:
    """What a module imports: all of it, or only at its top, or only inside functions."""
    tree = ast.parse(module.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {node for function in functions for node in ast.walk(function)}
    found = []
    for node in ast.walk(tree):
        if when_called is not None and (node in inner) != when_called:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in BY_NAME else node.module or "" for name in names]
    return found


def arrows_up(module: Path) -> list[str]:
    here = floor(room(module))
    ours = [name.split(".")[1] for name in imported(module) if name.startswith("scenarios.")]
    return [name for name in ours if floor(name) > here]


def arrows_across(module: Path) -> list[str]:
    """Rooms of the analysis that one of them imports, and that are not on a lower floor."""
    own = module.relative_to(SOURCE).parts[1]
    there = [name.split(".")[2] for name in imported(module) if ".analysis." in name]
    return [r for r in there if r != own and floor(r, ANALYSIS) >= floor(own, ANALYSIS)]


def graph(*, when_called: bool | None = None) -> dict[str, set[str]]:
    """Each module with those that it imports; the package itself loads what it exports later."""
    names = BY_NAME.keys() - {"scenarios"}
    return {name: names & set(imported(BY_NAME[name], when_called=when_called)) for name in names}


def depth(arrows: dict[str, set[str]]) -> int:
    """The arrows of the longest way through a graph without a circle."""
    depths: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        depths[name] = max((depths[other] + 1 for other in arrows[name]), default=0)
    return max(depths.values())


def test_no_arrow_goes_up_nor_across_inside_the_analysis() -> None:
    up = {m.name: arrows_up(m) for m in MODULES if m.name != "__init__.py"}
    inside = [m for m in MODULES if m.parent.parent == SOURCE / "analysis"]
    across = {m.name: arrows_across(m) for m in inside}
    assert [offender for offender in (*up.items(), *across.items()) if offender[1]] == []


def test_an_arrow_that_goes_up_or_across_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_floors.SOURCE", tmp_path)
    wrong = tmp_path / "analysis" / "ledger" / "wrong.py"
    wrong.parent.mkdir(parents=True)
    wrong.write_text(
        "from scenarios.analysis.evidence import knowledge\n"
        "def f():\n"
        "    from scenarios.storage import loader\n"
        "    from scenarios.analysis.forecasts.stated import given\n"
    )
    assert arrows_up(wrong) == ["storage"]
    assert arrows_across(wrong) == ["forecasts"]
    assert len(imported(wrong, when_called=True)) == 2


def test_no_module_imports_itself_and_the_longest_chain_has_at_most_14_arrows() -> None:
    TopologicalSorter(graph()).prepare()
    assert depth({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == 2
    assert depth(graph(when_called=False)) <= 14


def test_at_most_20_imports_of_our_own_wait_for_a_call() -> None:
    waiting = {
        f"{module.stem}: {name}"
        for module in MODULES
        for name in imported(module, when_called=True)
        if name in BY_NAME
    }
    assert len(waiting) <= 20, sorted(waiting)


def test_typer_is_imported_under_cli_alone_and_click_nowhere_nor_a_connection() -> None:
    names = {m: set(imported(m)) for m in MODULES}
    tops = {m: {name.split(".")[0] for name in found} for m, found in names.items()}
    assert {room(m) for m in MODULES if "typer" in tops[m]} == {"cli"}
    assert [m for m in MODULES if "click" in tops[m] or NETWORK & names[m]] == []


def test_the_core_knows_no_disk_no_clock_and_no_chance() -> None:
    core = [m for m in MODULES if room(m) in CORE]
    tops = {m: {name.split(".")[0] for name in imported(m)} for m in core}
    assert [m for m in core if tops[m] & SHELL_ONLY] == []
    assert [
        m for m in core if {".today(", ".now("} & {*re.findall(r"\.\w+\(", m.read_text())}
    ] == []


def test_no_module_is_longer_than_300_lines() -> None:
    assert [m for m in MODULES if len(m.read_text().splitlines()) > 300] == []


def test_only_the_working_tree_writes_and_a_sitting_outside_it_is_removed() -> None:
    writers = {"write_text", "write_bytes", "os.replace", "os.link", "unlink"}
    found = [m.name for m in MODULES if any(word in m.read_text() for word in writers)]
    assert found == ["begun.py", "lock.py", "session_notes.py", "temporary.py", "worktree.py"]
