"""Measure the size and shape of the source, and count the modules that a command enters.

    python bench/house.py [DIR]
    python bench/house.py --walk [COMMAND ...]

`DIR` is a package, `src/scenarios` of this checkout unless given. A walk runs a command of this
checkout's `scen` on a copy of the shipped database; `terminal` and `form` are `add-evidence` with
prompts and in the browser. Without a command there are four: these two, `report`, and `import
evidence` of a CSV file. Imports that go up are in `tests/test_floors.py`.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "scenarios"
SHORT, LONG = 40, 500
DIALECT = ("one", "found", "made", "told", "said", "so many")
PARTICIPLE = re.compile(
    r"_?([A-Z][a-z]+(ed|en|ing)|Begun|Brought|Found|Gone|Held|Kept|Known|Left|Made|Said|Sat|Sent"
    r"|Shown|Thought|Told)"
)
"""A type that is called by a participle alone."""
DIRECTIVE = re.compile(r"#\s*(noqa|type:|pragma)")
TAG = re.compile(r"</?[a-z][a-z0-9]*[ />]|</?[a-z][a-z0-9]*$")
WALKS = ("terminal", "form", "report", "import evidence rows.csv")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> None:
    """Print the measures of a package, or the counts of walks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=PACKAGE)
    parser.add_argument("--walk", nargs=argparse.REMAINDER, metavar="COMMAND")
    given = parser.parse_args()
    if given.walk is not None and given.folder.resolve() != PACKAGE:
        parser.error(f"a walk runs {PACKAGE} alone: start bench/house.py of the other checkout")
    if not any(given.folder.rglob("*.py")):
        parser.error(f"{given.folder}: there is no module")
    if given.walk is None:
        for name, value in measures(given.folder):
            print(f"{name:52} {value}")
    elif given.walk:
        from walks import walk  # noqa: PLC0415 - it takes the tests and all that they need

        print(walk(given.walk))
    else:
        for command in WALKS:
            subprocess.run([sys.executable, __file__, "--walk", *command.split()], check=True)


def measures(folder: Path) -> Iterator[tuple[str, object]]:
    """Yield each measure of a package with its value."""
    paths = sorted(folder.rglob("*.py"))
    texts = {path: path.read_text("utf-8") for path in paths}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    nodes = [(path, node) for path in paths for node in ast.walk(trees[path])]
    lengths = {path: len(text.splitlines()) for path, text in texts.items()}
    longest = max(paths, key=lambda path: lengths[path])
    folders = Counter(path.parent.relative_to(folder) for path in paths)
    yield "lines of Python", f"{sum(lengths.values()):,}"
    yield "modules", len(paths)
    yield "median lines of a module", statistics.median(lengths.values())
    yield "longest module", f"{lengths[longest]} {longest.relative_to(folder)}"
    largest = ", ".join(f"{number} {name}" for name, number in folders.most_common(3))
    yield "modules in the largest folders", largest
    yield f"modules over {LONG} lines", sum(length > LONG for length in lengths.values())
    yield f"modules under {SHORT} lines", sum(length < SHORT for length in lengths.values())
    arrows, inner = imports(folder, trees)
    try:
        yield "longest chain of imports, in arrows", depth(arrows)
        yield "circles of imports", "none"
    except CycleError as error:
        yield "circles of imports", " → ".join(error.args[1])
    yield "imports of our own inside functions or blocks", inner
    classes = Counter(node.name for _, node in nodes if isinstance(node, ast.ClassDef))
    twice = [f"{name} {number}" for name, number in classes.most_common() if number > 1]
    yield "class names that stand twice or more", f"{len(twice)}: {', '.join(twice)}"
    yield "types", classes.total()
    bare = sorted(name for name in classes if PARTICIPLE.fullmatch(name))
    yield "types that are a bare participle", f"{len(bare)}: {', '.join(bare[:8])}"
    fields = [(node.name, fields_of(node)) for _, node in nodes if isinstance(node, ast.ClassDef)]
    yield "widest type", "{} {}".format(*max(fields, key=lambda field: field[1]))
    functions = [node.name for _, node in nodes if isinstance(node, Function)]
    thousands = sum(lengths.values()) / 1000
    private = sum(name.startswith("_") and not name.startswith("__") for name in functions)
    yield "functions in a thousand lines", round(len(functions) / thousands, 1)
    yield "private share of functions", round(private / len(functions), 2)
    comments = sum(sum(comment_lines(path)) for path in paths)
    yield "lines of comment in a thousand", round(comments / thousands, 2)
    both = sum({"dry_run", "commit"} <= names(node) for _, node in nodes)
    yield "signatures with dry_run and commit", both
    kinds = (ast.Module, ast.ClassDef, *Function.__args__)
    docs = [ast.get_docstring(node) or "" for _, node in nodes if isinstance(node, kinds)]
    vague = sum(bool(re.match(r"(What|That|Whether)\b", text)) for text in docs)
    yield "docstrings that begin with What, That or Whether", f"{vague} of {sum(map(bool, docs))}"
    for word in DIALECT:
        uses = sum(len(re.findall(rf"\b{word}\b", text)) for text in texts.values())
        yield f"uses of “{word}”", uses
    outside = [node for path, node in nodes if "charts" not in path.parts]
    yield "f-strings with HTML tags, charts aside", sum(map(holds_tags, outside))
    for suffix in (".html", ".css", ".js"):
        others = [path.read_text("utf-8").splitlines() for path in folder.rglob(f"*{suffix}")]
        yield f"lines of {suffix} beside Python", sum(map(len, others))


def imports(folder: Path, trees: dict[Path, ast.Module]) -> tuple[dict[str, set[str]], int]:
    """Modules that each module imports when loaded, and the number of other imports of ours."""
    dotted = {
        path: ".".join(path.relative_to(folder.parent).with_suffix("").parts) for path in trees
    }
    dotted = {path: name.removesuffix(".__init__") for path, name in dotted.items()}
    arrows: dict[str, set[str]] = {name: set() for name in dotted.values() if "." in name}
    inner = 0
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                targets = {f"{node.module}.{alias.name}" for alias in node.names}
                targets = {name if name in arrows else node.module or "" for name in targets}
            elif isinstance(node, ast.Import):
                targets = {alias.name for alias in node.names}
            else:
                continue
            ours = targets & arrows.keys()
            if node not in tree.body:
                inner += len(ours)
            elif dotted[path] in arrows:  # the package itself imports on request
                arrows[dotted[path]] |= ours
    return arrows, inner


def depth(arrows: dict[str, set[str]]) -> int:
    """Arrows of the longest chain; CycleError where there is a circle."""
    depths: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        depths[name] = max((depths[other] + 1 for other in arrows[name]), default=0)
    return max(depths.values())


def names(node: ast.AST) -> set[str]:
    """Parameters of a function; none of another node."""
    if not isinstance(node, Function):
        return set()
    return {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}


def fields_of(node: ast.ClassDef) -> int:
    """Number of the annotated fields of a class."""
    return sum(isinstance(statement, ast.AnnAssign) for statement in node.body)


def comment_lines(path: Path) -> Iterator[bool]:
    """Yield for each comment whether it has a line of its own and is read by people."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                alone = token.line.lstrip().startswith("#")
                yield alone and not DIRECTIVE.match(token.string)


def holds_tags(node: ast.AST) -> bool:
    """True of an f-string with an HTML tag in its text."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return any(isinstance(part, ast.Constant) and TAG.search(str(part.value)) for part in parts)


if __name__ == "__main__":
    main()
