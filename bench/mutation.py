"""Change one thing at a time in a package of `analysis`, and see which changes the tests notice.

At each of `--sample` places, the same ones every time, stands one mutant: what an operator of
cosmic-ray does there, or a statement dropped, or None returned; signatures and declarations are
left alone. It meets the test files that import the package until one fails: first the one that
killed it in the `--earlier` output, then those that are quick and killed others of its module. A
file has three times the CPU time that it takes by itself, and 2 s. All happens in a copy.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

IMPORTED = "-Wignore::pytest.PytestAssertRewriteWarning"
OPTIONS = ("-n0", "-xq", "-pno:cacheprovider", "--hypothesis-profile=gate", "--tb=line", IMPORTED)
PRINTED = re.compile(r"^[a-z ]+  (\w+\.py:\d+ [^:]+): .*?(?:  (\S+\.py)\S*)?$", re.MULTILINE)
FAILED = re.compile(r"^(?:FAILED|ERROR) tests/(\S+)", re.MULTILINE)
Span = tuple[tuple[int, int], tuple[int, int]]


class Mutant(NamedTuple):
    file: Path
    span: Span
    operator: str
    number: int = 0

    def text(self, source: str) -> str:
        if "/" in self.operator:
            return str(mutate_code(source, get_operator(self.operator)(), self.number))
        (start, column), (end, _) = self.span
        lines = source.splitlines()
        return "\n".join([*lines[: start - 1], " " * column + self.operator, *lines[end:], ""])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package", help="a folder of src/scenarios/analysis")
    parser.add_argument("--tree", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--earlier", type=Path, help="take the mutants of this output")
    parser.add_argument("--tests", nargs="*", help="these files below tests/ instead")
    asked = parser.parse_args()
    told = dict(PRINTED.findall(asked.earlier.read_text())) if asked.earlier else None
    sys.dont_write_bytecode = False
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # no example need be small
    hypothesis.settings.register_profile("unshrunk", phases=phases)
    hypothesis.settings.load_profile("unshrunk")
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, "tree")
        shutil.copytree(asked.tree, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        os.chdir(copy)
        sys.path[:0] = [str(copy / "src"), str(copy)]
        os.environ["PYTHONPATH"] = str(copy / "src")
        files = sorted([*Path("tests/analysis").glob("test_*.py"), Path("tests/test_method.py")])
        named = [str(f)[6:] for f in files if f".{asked.package}." in f.read_text()]
        clean = {test: [run(test, 600), run(test, 600)][1] for test in asked.tests or named}
        assert {verdict for verdict, _, _ in clean.values()} == {"survived"}, clean
        drawn = sample(Path("src/scenarios/analysis", asked.package), asked.sample)
        judge(drawn, {test: seconds for test, (_, _, seconds) in clean.items()}, told)


def sample(package: Path, number: int) -> list[Mutant]:
    places = defaultdict[tuple[Path, Span], list[Mutant]](list)
    for one in (one for file in sorted(package.glob("*.py")) for one in mutants(file)):
        places[one.file, one.span].append(one)
    chance = random.Random(1950)
    drawn = sorted(chance.sample(sorted(places), min(number, len(places))))
    print(f"{len(drawn)} of {len(places)} places, {sum(map(len, places.values()))} mutants")
    return [chance.choice(places[place]) for place in drawn]


def mutants(file: Path) -> Iterator[Mutant]:
    source, silent = file.read_text(), set[int]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and node.value is None:
            silent.add(node.lineno)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            silent |= set(range(node.lineno, node.body[0].lineno))
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Expr | ast.AugAssign | ast.Return) and not docstring:
            span = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
            yield Mutant(file, span, "return None" if isinstance(node, ast.Return) else "pass")
    nodes = list(ast_nodes(get_ast(source)))
    for name in (name for name in operator_names() if not get_operator(name).arguments()):
        operator = get_operator(name)()
        spans = [span for node in nodes for span in operator.mutation_positions(node)]
        yield from (Mutant(file, s, name, n) for n, s in enumerate(spans) if s[0][0] not in silent)


def said(text: str) -> str | None:
    """A module without its annotations; None where it is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def judge(drawn: list[Mutant], seconds: dict[str, float], earlier: dict[str, str] | None) -> None:
    kills, verdicts = defaultdict[Path, Counter[str]](Counter), Counter[str]()
    for mutant in drawn:
        file, source = mutant.file, mutant.file.read_text()
        text, verdict, place = mutant.text(source), "survived", ""
        key = f"{file.name}:{mutant.span[0][0]} {mutant.operator}#{mutant.number}"
        if said(text) in (None, said(source)) or (earlier is not None and key not in earlier):
            continue
        lines = zip(source.splitlines(), text.splitlines(), strict=False)
        was, now = next((was.strip(), now.strip()) for was, now in lines if was != now)
        first = earlier and earlier[key]
        file.write_text(text)
        os.utime(file, (verdicts.total(),) * 2)  # which its bytecode goes by
        for test in sorted(seconds, key=lambda t: (t != first, seconds[t] / (1 + kills[file][t]))):
            verdict, place, _ = run(test, 3 * seconds[test] + 2)
            if verdict != "survived":
                kills[file][test] += 1
                break
        file.write_text(source)
        verdicts[verdict] += 1
        print(f"{verdict:9}  {key}: {was} → {now}  {place}", flush=True)
    print(f"{dict(verdicts)} of {verdicts.total()}")


def run(test: str, limit: float) -> tuple[str, str, float]:
    """What becomes of a file of tests in its own process, which test fails, and the CPU seconds."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1,) * 2)
        resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30,) * 2)
        signal.alarm(int(limit) * 20)
        for stream in (1, 2):
            os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), stream)
        os._exit(pytest.main([*OPTIONS, "--basetemp=../t", f"tests/{test}"]))
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    failed = FAILED.search(Path("log").read_text(errors="replace"))
    ended = {0: "survived", -signal.SIGKILL: "timed out", -signal.SIGALRM: "timed out"}
    return ended.get(code, "killed"), failed[1] if failed else test * (code != 0), used.ru_utime


if __name__ == "__main__":
    main()
