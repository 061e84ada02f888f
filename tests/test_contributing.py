"""CONTRIBUTING.md is true of the tree: its drawing, its paths and its names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "scenarios"
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
DRAWING = re.search(r"```text\n(cli .*?)```", PAGE, re.DOTALL)
INFRASTRUCTURE = {"__init__", "paths", "progress"}
"""Modules that every layer uses: named nowhere in the drawing."""
PLACES = sorted(
    set(re.findall(r"`([\w.]+/[\w./]*|[\w/]+\.(?:py|md|txt|toml))`", PAGE))
    - {"expected.txt"}  # of each example
)
TREE = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("*")] + [
    path.relative_to(ROOT).as_posix()
    for folder in ("src", "tests", "docs", "bench", ".ci", ".github")
    for path in (ROOT / folder).rglob("*")
]
CODE = "\n".join(
    path.read_text()
    for folder in ("src", "tests", "docs")
    for path in (ROOT / folder).rglob("*.py")
)


def layers() -> dict[str, list[str]]:
    """The packages and modules of the drawing, each with what is named under it."""
    assert DRAWING
    named: dict[str, list[str]] = {}
    layer = ""
    for line in DRAWING[1].splitlines():
        layer = line.split()[0] if line[:1].isalpha() else layer
        named.setdefault(layer, []).extend(re.findall(r"\b([a-z_]+(?:\.py|/))", line))
    return named


def test_each_module_of_the_drawing_lies_in_its_package() -> None:
    for layer, names in layers().items():
        package = PACKAGE / layer.removesuffix(".py")
        for name in names:
            within = package if package.is_dir() else PACKAGE
            assert (within / name).exists() or (PACKAGE / name).exists(), f"{layer}: {name}"


def test_each_package_and_module_stands_in_the_drawing() -> None:
    assert DRAWING
    names = {path.stem for path in PACKAGE.glob("*.py")}
    names |= {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert {n for n in names - INFRASTRUCTURE if not re.search(rf"\b{n}\b", DRAWING[1])} == set()
    rooms = {path.name for path in (PACKAGE / "analysis").iterdir() if path.is_dir()}
    assert {n for n in rooms - {"__pycache__"} if not re.search(rf"\b{n}\b", DRAWING[1])} == set()


@pytest.mark.parametrize("place", PLACES)
def test_each_path_is_there(place: str) -> None:
    name = place.removesuffix("/")
    assert any(path == name or path.endswith(f"/{name}") for path in TREE), place


def test_each_registry_is_defined() -> None:
    names = set(re.findall(r"`([A-Z][A-Z_]+)`", PAGE)) - {"SCEN_FULL"}
    assert {n for n in names if not re.search(rf"^{n}\b.*=", CODE, re.MULTILINE)} == set()


def test_the_measures_are_of_one_checkout_and_of_one_that_is_there(tmp_path: Path) -> None:
    """A walk of another would count no module of it."""
    for words, fault in (
        ([tmp_path], f"{tmp_path}: there is no module"),
        ([tmp_path, "--walk", "report"], f"a walk runs {PACKAGE} alone"),
    ):
        command = [sys.executable, ROOT / "bench/house.py", *words]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert fault in ran.stderr
