"""Each room imports only lower floors; the core knows no disk, no clock and no chance."""

from __future__ import annotations

import ast
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
CORE = ("errors", "text", "model", "scales", "paths", "analysis")
SHELL_ONLY = {"os", "pathlib", "subprocess", "sys", "time", "random", "secrets", "shutil", "socket"}
NETWORK = {"asyncio", "ftplib", "http.client", "requests", "smtplib", "socket", "urllib.request"}
MODULES = sorted(SOURCE.rglob("*.py"))


def room(module: Path) -> str:
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(n for n, rooms in enumerate(FLOORS) if name in rooms)


def imported(module: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            if node.module == "scenarios":
                found |= {f"scenarios.{alias.name}" for alias in node.names}
    return found


def arrows_up(module: Path) -> list[str]:
    here = floor(room(module))
    ours = [name.split(".")[1] for name in imported(module) if name.startswith("scenarios.")]
    return [name for name in ours if name != "__version__" and floor(name) > here]


@pytest.mark.parametrize("module", [m for m in MODULES if m.name != "__init__.py"], ids=str)
def test_no_arrow_goes_up(module: Path) -> None:
    assert arrows_up(module) == []


def test_an_arrow_that_goes_up_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_floors.SOURCE", tmp_path)
    (tmp_path / "analysis").mkdir()
    wrong = tmp_path / "analysis" / "wrong.py"
    wrong.write_text("def f():\n    from scenarios.storage import loader\n")
    assert arrows_up(wrong) == ["storage"]


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) in CORE], ids=str)
def test_the_core_knows_no_disk_no_clock_and_no_chance(module: Path) -> None:
    assert {name.split(".")[0] for name in imported(module)}.isdisjoint(SHELL_ONLY)
    assert not {".today(", ".now("} & {
        call for call in (".today(", ".now(") if call in module.read_text()
    }


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_module_is_longer_than_300_lines(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 300


def test_only_the_working_tree_writes_and_a_sitting_outside_it_is_removed() -> None:
    writers = {"write_text", "write_bytes", "os.replace", "os.link", "unlink"}
    found = [m.name for m in MODULES if any(word in m.read_text() for word in writers)]
    assert found == ["begun.py", "lock.py", "session_notes.py", "temporary.py", "worktree.py"]


def test_no_module_imports_click_which_newer_releases_of_typer_bring_along() -> None:
    assert [m for m in MODULES if any(n.split(".")[0] == "click" for n in imported(m))] == []


def test_no_module_opens_a_connection() -> None:
    assert [module for module in MODULES if imported(module) & NETWORK] == []
