"""A child ends within its limits, whatever it reads, and never without its parent knowing."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.arrivals import FilePosition
from scenarios.storage.child import Child, ChildEnded, Limits
from tests.quick_child import START

ENDLESS = ("re:fullmatch", "(a+)+b", "a" * 60)
"""A search that takes years, and in which no other thread of its process runs."""
LIMITS = Limits(seconds=20, memory_mib=100, answer_mib=1)
needs_pidfd = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux tells of its end")


@pytest.fixture(autouse=True)
def _as_users_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Child, "start", START)


@pytest.fixture
def child() -> Iterator[Child]:
    with Child(LIMITS, "x.xml") as child:
        yield child


def fault(child: Child, *words: Any, **options: Any) -> str:
    with pytest.raises(ChildEnded) as ended:
        child.call(*words, **options)
    return str(ended.value)


def test_a_value_comes_back_as_it_is(child: Child) -> None:
    value = {
        "a": [1, -1.5, None, True, "\ud800 é", 1 << 100, float("inf")],
        date(2026, 2, 28): (datetime(2026, 2, 28, 10, tzinfo=UTC), time(10), timedelta(-1, 2, 3)),
        "date": {"date": Decimal("1.50"), "tuple": UUID(int=7)},
        ("a", 1): b"\0\xff",
        "": [],
    }
    assert child.call("copy:copy", value) == value


def test_a_record_comes_back_as_one_where_its_type_is_named(child: Child) -> None:
    words = ("scenarios.exchange.arrivals:FilePosition", "x", 3, "a")
    assert child.call(*words, records=[FilePosition]) == FilePosition("x", 3, "a")


def test_an_answer_of_many_records_is_no_larger_than_its_text() -> None:
    position, number = FilePosition("x", 3, "a"), 200_000
    limits = Limits(seconds=60, memory_mib=40, answer_mib=5)
    with Child(limits, "x.csv") as child:
        answer = child.call("operator:mul", [position], number, records=[FilePosition])
    assert answer == [position] * number


def test_a_refusal_is_raised_as_its_reader_raised_it(child: Child) -> None:
    with pytest.raises(UsageError, match="--encoding 'zip' is no encoding"):
        child.call("scenarios.exchange.tables.table:decoding", "zip")
    with pytest.raises(ScenError, match="no database at nowhere") as refused:
        child.call("scenarios.storage.worktree:find", "/", "nowhere")
    assert not isinstance(refused.value, ChildEnded)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (ENDLESS, "x.xml took more than 0.5 s"),
        (("time:sleep", 60), "x.xml took more than 0.5 s"),
        (("builtins:bytearray", 1 << 30), "x.xml needs more than 100 MiB of memory: take less"),
        (("builtins:bytearray", 150 << 20), "x.xml needs more than 100 MiB of memory: take less"),
        (("operator:mul", "x", 3 << 19), "x.xml gives more than 1 MiB: take less at once"),
        (
            ("os:abort",),
            "x.xml could not be read: its reader ended (-6), as where it needs more than",
        ),
        (
            ("os:_exit", 0),
            "x.xml could not be read: its reader ended (0), as where it needs more than",
        ),
        (("math:sqrt", -1), "x.xml could not be read: ValueError in child.py:"),
        (("os:write", 4, "x" * 100), "x.xml could not be read: TypeError in child.py:"),
        (
            ("os:write", 4, b"\xff" * 100),
            "x.xml could not be read: its reader's answer makes no sense",
        ),
        (
            ("os:write", 4, b"\0" * 7 + b"\2[]"),
            "x.xml could not be read: its reader's answer makes no",
        ),
    ],
)
def test_a_fault_costs_one_call_and_is_named(child: Child, words: Any, message: str) -> None:
    seconds = 0.5 if "0.5 s" in message else None
    assert message in fault(child, *words, seconds=seconds)
    assert child.call("math:sqrt", 4) == 2.0


def test_what_a_reader_prints_is_no_answer(child: Child) -> None:
    assert child.call("os:write", 1, b"[1]\n") == 4
    assert child.call("builtins:print", "x" * 100_000) is None


def test_one_child_answers_all_calls_until_a_fault(child: Child) -> None:
    first = child.call("os:getpid")
    assert child.call("os:getpid") == first != os.getpid()
    fault(child, "os:abort")
    assert child.call("os:getpid") != first


def test_nothing_of_the_current_folder_or_of_the_environment_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "feedparser", "sitecustomize", "scenarios", "mine"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", ["", ".", str(tmp_path), *sys.path])
    with Child(LIMITS, "x", "feedparser") as child:
        assert "site-packages" in child.call("importlib.util:find_spec", "feedparser")
        assert child.call("importlib.util:find_spec", "mine") is None
    assert not (tmp_path / "ran").exists()


PARENT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job ignores
from scenarios.storage.child import Child, Limits
with Child(Limits(600), "x") as child:
    print(child.start().pid, child.call("os:getpid"), flush=True)
    child.call(*{words!r})
"""


@needs_pidfd
@pytest.mark.parametrize("words", [ENDLESS, ("time:sleep", 600)], ids=["busy", "idle"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_child_ends_with_its_parent(words: Any, end: signal.Signals) -> None:
    code = PARENT.format(words=words)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        pid, same = map(int, parent.stdout.readline().split())
        assert pid == same
        ends = os.pidfd_open(pid)
        parent.send_signal(end)
        assert parent.wait(20) == -end
    assert select.select([ends], [], [], 20)[0] == [ends]
    os.close(ends)


def test_the_parent_imports_no_reader() -> None:
    code = """
import json, sys
from scenarios.workspace.exchange import feeds, exporting
from scenarios.workspace.importing import importing
print(json.dumps([n for n in ("feedparser", "duckdb", "python_calamine", "stix2", "defusedxml")
                  if n in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_call_may_take_twice_its_time_of_the_processor_and_leaves_no_core(child: Child) -> None:
    assert child.call("resource:getrlimit", resource.RLIMIT_CPU, seconds=3)[0] == 8
    assert child.call("resource:getrlimit", resource.RLIMIT_CORE)[0] == 0
