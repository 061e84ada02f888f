"""Each room imports only lower floors; the core knows no disk, no clock and no chance."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "scenarios"
FLOORS = (
    *(
        "errors",
        "result",
        "extensions",
        "text",
        "address",
        "progress",
        "values",
        "model",
        "declarations",
        "scales",
        "paths",
        "drafts",
        "analysis",
        "storage",
        "exchange",
        "render",
    ),
    *("workspace", "site", "connections", "api"),
    *("extending", "behind", "serve editor agents", "cli"),
)
ANALYSIS = (
    *(
        "evidence",
        "changes ledger",
        "question_timelines",
        "analyst_records",
        "forecasts",
        "daily_forecasts",
        "question_scores",
        "quantities",
        "period scores",
        "rules",
    ),
    *("history", "review"),
)
ROOMS = {
    "feeds": "exchange.feeds workspace.exchange.feeds cli.commands.inbox_fetch",
    "editor": "editor cli.commands.lsp",
    "agents": "agents cli.commands.mcp",
    "site": "site. cli.commands.site",
    "serve": "serve. cli.commands.serve",
    "charts": "render.charts. render.pictures render.shown cli.commands.plot",
    "history": "analysis.history. render.documents.history"
    " cli.commands.history cli.commands.diff cli.commands.audit",
    "matrix": "analysis.review.ach render.documents.matrix cli.commands.matrix",
    "scores": "analysis.scores. render.documents.score cli.commands.score",
    "sitting": "analysis.review.agenda workspace.sitting render.documents.session"
    " storage.session_notes cli.sitting cli.commands.review",
    "due": "render.documents.due cli.commands.due",
    "reminders": "analysis.review.reminders render.documents.reminder cli.commands.remind",
    "inbox": "workspace.inbox workspace.tasks.dismissal cli.commands.inbox",
}
"""What uses the core and stays in the program, by how the names of its modules begin."""
EXTENSIONS = {
    "achz": "extensions.achz.",
    "events": "extensions.events.",
    "stix": "extensions.stix.",
    "references": "extensions.references.",
    "sites": "extensions.sites.",
    "sql": "extensions.sql.",
}
"""What could be a package of its own, in the same way."""
PUBLIC = {"scenarios", "scenarios.extending", "scenarios.render.document"}
"""What an extension may import of ours, besides itself."""
LAZY = {"scenarios", "scenarios.extending"}
"""Modules that load what they offer when it is asked for."""
SHELL_ONLY = {"os", "pathlib", "subprocess", "sys", "time", "random", "secrets", "shutil", "socket"}
NETWORK = {"asyncio", "ftplib", "http.client", "requests", "smtplib", "socket", "urllib.request"}
WRITERS = {"write_text", "write_bytes", "os.replace", "os.link", "unlink"}
MODULES = {
    ".".join(("scenarios", *path.relative_to(SOURCE).with_suffix("").parts)): path.read_text()
    for path in sorted(SOURCE.rglob("*.py"))
}
MODULES = {name.removesuffix(".__init__"): text for name, text in MODULES.items()}
"""What each module says, by its dotted name."""


@cache
def imports(text: str) -> tuple[set[str], set[str]]:
    """What a module imports when it is loaded, and what when its functions are called."""
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {node for function in functions for node in ast.walk(function)}
    found: tuple[set[str], set[str]] = (set(), set())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found[node in inner].update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for name in (f"{node.module}.{alias.name}" for alias in node.names):
                found[node in inner].add(name if name in MODULES else node.module or "")
    return found


def imported(name: str) -> set[str]:
    return set.union(*imports(MODULES[name]))


def room(name: str) -> str:
    """The folder or file that a module is in, `behind` the door or not; the package is in none."""
    return "behind" if name.startswith("scenarios.extensions.") else f"{name}.".split(".")[1]


def floor(room: str, floors: tuple[str, ...] = FLOORS) -> int:
    return next(n for n, rooms in enumerate(floors) if room in rooms.split())


def wrong_ways(name: str, text: str) -> Iterator[str]:
    """What is imported from a higher floor, or from another room of the analysis not below."""
    own, inside = room(name), name.split(".")[2:]
    for other in set.union(*imports(text)):
        if not other.startswith("scenarios."):
            continue
        there, deeper = room(other), other.split(".")[2:]
        inner = own == there == "analysis" and inside[0] != deeper[0]
        across = inner and floor(deeper[0], ANALYSIS) >= floor(inside[0], ANALYSIS)
        if across or floor(there) > floor(own):
            yield other


def depth(arrows: dict[str, set[str]]) -> int:
    """The arrows of the longest way through a graph without a circle."""
    depths: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        depths[name] = max((depths[other] + 1 for other in arrows[name]), default=0)
    return max(depths.values())


def test_no_arrow_goes_up_nor_across_inside_the_analysis() -> None:
    for name in MODULES.keys() - {"scenarios"}:
        assert [*wrong_ways(name, MODULES[name])] == [], name
    wrong = """
from scenarios.analysis.evidence import knowledge
def f():
    from scenarios.storage import loader
    from scenarios.analysis.forecasts import stated
"""
    assert {*wrong_ways("scenarios.analysis.ledger.wrong", wrong)} == {
        "scenarios.storage.loader",
        "scenarios.analysis.forecasts",
    }


def capability(name: str) -> str:
    """The room or the extension of a module; empty for the core."""
    path = f"{name.removeprefix('scenarios.')}."
    beginnings = [
        (len(begin), owner)
        for owner, names in (ROOMS | EXTENSIONS).items()
        for begin in names.split()
        if path.startswith(begin)
    ]
    return max(beginnings, default=(0, ""))[1]


def upward(name: str, text: str) -> Iterator[tuple[str, str]]:
    """A module of the core or of an extension with each room or other extension that it imports.

    What puts the program together may import all: the library, and the command line outside the
    files of its commands.
    """
    own = capability(name)
    is_face = re.match(
        r"scenarios\.(api|connections|cli(\.commands)?|cli\.(?!commands\.).*)$", name
    )
    for other in {capability(module) for module in set.union(*imports(text))} - {"", own}:
        if (not own and not is_face) or (own in EXTENSIONS and other in EXTENSIONS):
            yield name.removeprefix("scenarios."), other


def test_no_module_of_the_core_imports_a_room_and_no_extension_another() -> None:
    names = MODULES.keys() - LAZY
    assert {edge for name in names for edge in upward(name, MODULES[name])} == set()
    every = [begin for names in (ROOMS | EXTENSIONS).values() for begin in names.split()]
    paths = [f"{name.removeprefix('scenarios.')}." for name in names]
    assert [begin for begin in every if not any(path.startswith(begin) for path in paths)] == []
    wrong = """
from scenarios.render.charts import scale
def f():
    from scenarios.extensions.sql.query import ask
"""
    assert {*upward("scenarios.exchange.view.wrong", wrong)} == {
        ("exchange.view.wrong", "charts"),
        ("exchange.view.wrong", "sql"),
    }
    assert [*upward("scenarios.extensions.stix", wrong)] == [("extensions.stix", "sql")]
    assert [*upward("scenarios.api", wrong)] == []


def beyond(name: str, text: str) -> set[str]:
    """The imports of an extension that are neither public nor its own, or those of extensions."""
    ours = {other for other in set.union(*imports(text)) if other.split(".")[0] == "scenarios"}
    if room(name) != "behind":
        return {other for other in ours if room(other) == "behind"}
    own = ".".join(name.split(".")[:3])
    return {other for other in ours if not f"{other}.".startswith(f"{own}.")} - PUBLIC


def test_an_extension_imports_what_is_public_and_itself_and_no_other_module_imports_one() -> None:
    for name, text in MODULES.items():
        assert beyond(name, text) == set(), name
    example = Path(__file__).parent / "data" / "extension" / "oddsroom.py"
    assert beyond("scenarios.extensions.oddsroom", example.read_text()) == set()
    wrong = """
from scenarios.extending import ImportRecord
from scenarios.text import slug
def f():
    from scenarios.extensions.other import read
"""
    assert beyond("scenarios.extensions.wrong.reading", wrong) == {
        "scenarios.text",
        "scenarios.extensions.other",
    }
    assert beyond("scenarios.cli.wrong", wrong) == {"scenarios.extensions.other"}


def test_no_module_imports_itself_and_the_longest_chain_has_at_most_15_arrows() -> None:
    names = MODULES.keys() - LAZY
    TopologicalSorter({name: imported(name) & names for name in names}).prepare()
    assert depth({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == 2
    above = {name for name in names if {"site", "serve"} & {room(name), name.split(".")[-1]}}
    below = names - above
    assert depth({name: imports(MODULES[name])[0] & below for name in below}) <= 15
    assert depth({name: imports(MODULES[name])[0] & names for name in names}) <= 15


def test_at_most_20_imports_of_our_own_wait_for_a_call() -> None:
    waiting = [(name, imports(text)[1] & MODULES.keys()) for name, text in MODULES.items()]
    assert sum(len(others) for _, others in waiting) <= 20, waiting


def test_typer_is_imported_under_cli_alone_and_click_nowhere_and_a_socket_in_two_places() -> None:
    tops = {name: {other.split(".")[0] for other in imported(name)} for name in MODULES}
    assert {room(name) for name, found in tops.items() if "typer" in found} == {"cli"}
    assert [name for name in MODULES if "click" in tops[name]] == []
    listens = [name for name in MODULES if NETWORK & imported(name)]
    assert listens == [
        "scenarios.exchange.fetching",  # of feeds that a tracker names
        "scenarios.serve.application",  # to this machine alone
    ]
    assert [name for name in MODULES if "mcp" in tops[name]] == ["scenarios.agents"]
    doors = {"agents", "editor", "serve"}
    for name in MODULES:
        others = {room(other) for other in imported(name) if other.startswith("scenarios")}
        assert room(name) not in doors or others & doors <= {room(name)}, name


def test_the_core_knows_no_disk_no_clock_and_no_chance() -> None:
    for name, text in MODULES.items():
        if room(name) in FLOORS[: FLOORS.index("storage")] and room(name) != "extensions":
            assert not SHELL_ONLY & {other.split(".")[0] for other in imported(name)}, name
            assert not re.search(r"\.(today|now)\(", text), name


def test_no_module_is_longer_than_500_lines() -> None:
    assert [name for name, text in MODULES.items() if len(text.splitlines()) > 500] == []


def test_only_the_working_tree_writes_and_a_sitting_outside_it_is_removed() -> None:
    found = [name for name, text in MODULES.items() if any(word in text for word in WRITERS)]
    files = {name.split(".")[-1] for name in found}
    assert files == {
        "attachments",
        "commit_notes",
        "journal",
        "lock",
        "site_folder",
        "state_folder",
        "disk",
        "worktree",
    }
