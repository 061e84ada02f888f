"""`pytest --renew` writes the golden outputs anew; read them in the diff."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from compileall import compile_dir
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.browser import chromium
from tests.full import FULL
from tests.quick_child import quick_children

settings.register_profile(
    "ci",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100 if FULL else 50,
)
settings.register_profile(
    "gate",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=20,
    derandomize=True,
)
settings.load_profile("ci")

# A shell starts what it puts in the background with Ctrl-C ignored, and programs inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

CORE = ("scenarios.analysis", "scenarios.model", "scenarios.scales")
"""What `.ci/run` counts the branches of."""
OF_THE_CORE = (
    *("tests/analysis/", "tests/render/test_review_order.py", "tests/storage/test_loader.py"),
    *("tests/test_scales.py", "tests/test_story.py"),
)
"""The tests that go through every branch of the core."""
AGAIN = (
    "tests/analysis/test_course.py::test_the_implied_probability_is_that_of_the_full_ledger",
    "tests/analysis/test_days.py::test_a_part_of_a_database",
    "tests/analysis/test_days.py::test_so_have_the_days_of_larger_databases",
    "tests/analysis/test_event.py::test_the_figures_of_every_event",
    "tests/analysis/test_quantities.py::test_date_scores_are_plain_sums",
    "tests/analysis/test_quantities.py::test_of_a_",
    "tests/analysis/test_quantities.py::test_the_prior_expects",
    "tests/analysis/test_scoring.py::test_the_market_questions_come_out_as_published",
    "tests/analysis/test_scoring.py::test_the_nfl_games_come_out_as_published",
    "tests/analysis/test_scoring.py::test_values_carried_forward_day_by_day",
    *("tests/analysis/test_second_ledger.py", "tests/analysis/test_sets.py::test_a_second_scorer"),
    *("tests/analysis/test_strength.py", "tests/analysis/test_timeline.py::test_the_runs_are"),
    "tests/test_story.py::test_in_every_week_the_first_cause_named_is_the_largest",
)
"""Those that go through branches which others of them have counted, at length."""

for name in ("SCEN_DATABASE", "SCEN_ANALYST", "COLUMNS", "LINES"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew", action="store_true", default=False, dest="renew", help=__doc__)


def pytest_xdist_auto_num_workers() -> int:
    """A process more than processors: the tests wait for what they start a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Compile the program once: where no bytecode is written, each process would do it again."""
    if not hasattr(config, "workerinput"):
        compile_dir(Path(__file__).parents[1] / "src", quiet=2)


_PAUSED: list[Coverage] = []
"""The tracer of branches, while what runs is not counted."""


def _put_down() -> None:
    if tracer := Coverage.current():
        tracer.stop()
        _PAUSED.append(tracer)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Count what the core says where it is imported, and nothing of what the tests import.

    A worker of pytest-xdist has a second tracer, which would go on where the first is put down.
    The process that distributes the tests runs none of them.
    """
    if Coverage.current() and not session.config.pluginmanager.has_plugin("dsession"):
        core, _, _ = map(import_module, CORE)
        for module in walk_packages(core.__path__, f"{core.__name__}."):
            import_module(module.name)
    _put_down()
    while second := Coverage.current():
        second.stop()


def pytest_collection_finish() -> None:
    """Leave what was imported out of each collection of garbage to come."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Count branches of the core in its own tests alone: a tracer slows all others by half.

    It is put down and taken up where the two kinds of test meet, and by the main thread alone:
    Python 3.11 fails where two threads install a tracer at once.
    """
    if item.nodeid.startswith(OF_THE_CORE) and not item.nodeid.startswith(AGAIN):
        if _PAUSED:
            _PAUSED.pop().start()
    else:
        _put_down()
    threading.settrace(None)


@pytest.fixture(autouse=True, scope="session")
def _cache_lies_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """So that the tests leave nothing in a home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _children_start_at_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quick_children(tmp_path_factory.mktemp("children")):
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def quick_bin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a `scen` that starts at once; to load what it forks takes seconds."""
    from tests.quick_scen import quick_scen  # what it imports Windows lacks

    with quick_scen(tmp_path_factory.mktemp("quick")) as bin:
        yield bin


@pytest.fixture(scope="module")
def scen_on_path(quick_bin: Path) -> Iterator[None]:
    """So that shells find `scen`, one that starts at once."""
    from tests.quick_scen import REAL

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PATH", os.pathsep.join((str(quick_bin), str(REAL.parent), os.environ["PATH"]))
        )
        patch.setenv("SCEN", str(REAL))
        yield
