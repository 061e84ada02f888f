"""One search for the indicators of many trackers has the answers of a search by each of them."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from scenarios.errors import ScenError
from scenarios.extensions.events import candidates
from scenarios.extensions.events.candidates import IndicatorSearch, SearchWindow, search
from scenarios.extensions.events.store import EventStore, open_store
from scenarios.values import EventCount, Events
from tests.cli.commands import FILES, make, scen
from tests.full import TIMES
from tests.lazily import lazily
from tests.postgres import Server, server

duckdb = lazily("duckdb")
lazily("ibis")

FIRST, DAY = date(2022, 1, 1), date(2022, 6, 1)
ROWS = """
SELECT i AS id, (DATE '2022-01-01' + (hash(i) % 120)::INTEGER)::VARCHAR AS date,
  'Row ' || i AS title, ['a', 'b', 'c', NULL][1 + (hash(i * 3) % 4)::INTEGER] AS kind,
  ['x', 'y', '', 'x,y'][1 + (hash(i * 7) % 4)::INTEGER] AS place,
  (hash(i * 11) % 3)::INTEGER AS level
FROM range(700) t(i)
"""
COLUMNS = "id integer, date text, title text, kind text, place text, level integer"
DESKS = {
    "asia": "{table: visits, match: {kind: [a, b], place: [x]}}",
    "europe": "{table: visits, match: {level: ['1']}, count: {window: 7d, at_least: 14}}",
}
WHOLE = SearchWindow(as_of=DAY, since=None, until=DAY, limit=20)
OF_PANDAS = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option is deprecated")
"""A warning that Ibis makes pandas give as it reads SQLite."""
values = st.lists(st.sampled_from(["a", "b", "c", "x", "y", "", "x,y", "0", "1"]), min_size=1)
events = st.builds(
    Events,
    table=st.just("visits"),
    match=st.dictionaries(
        st.sampled_from(["kind", "Kind", "place", "level"]), values, min_size=1, max_size=3
    ),
    count=st.none()
    | st.builds(
        EventCount,
        window=st.sampled_from(["1d", "7d", "30d", "9999d"]),
        at_least=st.integers(min_value=1, max_value=30),
    ),
)
days = st.none() | st.integers(min_value=0, max_value=150).map(lambda n: FIRST + timedelta(days=n))


def searches_of(*asked: Events, tracker: str = "asia") -> list[IndicatorSearch]:
    return [
        IndicatorSearch(indicator=f"a/b{n}", statement="S", events=each, tracker=tracker)
        for n, each in enumerate(asked)
    ]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pytest.importorskip("psycopg")
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, running: Server) -> dict[str, str]:
    """The same rows as Parquet, in SQLite and in PostgreSQL: an address of each."""
    import psycopg

    folder = tmp_path_factory.mktemp("stores")
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({ROWS}) TO '{folder}/visits.parquet'")
        rows = engine.execute(ROWS).fetchall()
    with closing(sqlite3.connect(folder / "x.db")) as base:
        base.execute(f"CREATE TABLE visits ({COLUMNS})")
        base.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?)", rows)
        base.commit()
    with psycopg.connect(running.address(), autocommit=True) as base:
        base.execute(f"CREATE TABLE visits ({COLUMNS})")
        base.cursor().executemany("INSERT INTO visits VALUES (%s, %s, %s, %s, %s, %s)", rows)
    return {
        "parquet": f"{folder}/visits.parquet",
        "sqlite": f"sqlite:///{folder}/x.db",
        "postgresql": running.address(),
    }


@OF_PANDAS
@pytest.mark.parametrize("kind", ["parquet", "sqlite", "postgresql"])
@settings(max_examples=4 * TIMES, deadline=None)
@given(
    asked=st.lists(events, min_size=1, max_size=6),
    since=days,
    until=days,
    limit=st.sampled_from([1, 3, 20]),
    most=st.sampled_from([2, 1_000]),
)
def test_each_indicator_has_the_answer_that_it_has_alone(
    stores: dict[str, str],
    kind: str,
    asked: list[Events],
    since: date | None,
    until: date | None,
    limit: int,
    most: int,
) -> None:
    within = SearchWindow(as_of=DAY, since=since, until=until or DAY, limit=limit)
    with pytest.MonkeyPatch.context() as patch, open_store(stores[kind], ["visits"]) as store:
        patch.setattr(candidates, "_COMBINATIONS", most)
        alone = search(store, searches_of(*asked, tracker=""), within, {})
        together = search(store, searches_of(*asked), within, {})
    named = (structs.replace(query, tracker="asia") for query in alone.queries)
    assert together == structs.replace(alone, queries=(*named,))


def test_the_statements_for_two_hundred_indicators_are_as_many_as_for_two(
    stores: dict[str, str],
) -> None:
    def statements(number: int) -> int:
        asked = [
            Events(table="visits", match={column: ["a", f"{n}"]}, count=count)
            for n in range(number)
            for column in ("kind", "level")
            for count in (None, EventCount(window=f"{n + 1}d", at_least=1))
        ]
        sent = []

        class Counted(EventStore):
            def rows(self, expression: Any) -> list[dict[str, Any]]:
                sent.append(expression)
                return super().rows(expression)

        with open_store(stores["parquet"], ["visits"]) as store:
            search(Counted(*store), searches_of(*asked), WHOLE, {})
        return len(sent)

    assert statements(2) == statements(200) == 4


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stores: dict[str, str]) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(stores["parquet"], "visits.parquet")
    for id, wanted in DESKS.items():
        desk(id, wanted)
    Path("desks.txt").write_text("asia\neurope\n")
    return tmp_path


def desk(id: str, wanted: str) -> None:
    pact = FILES["pact.yaml"].rstrip() + f"\n    events: {wanted}\n"
    make(
        Path(id), {**FILES, "pact.yaml": pact, "tracker.yaml": FILES["tracker.yaml"] + f"id: {id}"}
    )


def across(*words: str, store: str = "visits.parquet") -> tuple[dict[str, Any], int]:
    """The answers by tracker, and the exit code."""
    options = ("--from", store, "--across", "desks.txt", "--format", "json")
    made = scen("candidates", *options, *words)
    answers: dict[str, Any] = {}
    for query in json.loads(made.stdout)["queries"]:
        answers.setdefault(query.pop("tracker"), []).append(query)
    return answers, made.exit_code


def refused(*words: str, across: str = "desks.txt", store: str = "visits.parquet") -> str:
    """The message of a search that shows nothing."""
    made = scen("candidates", "--from", store, "--across", across, *words)
    assert made.exit_code in (1, 2)
    assert made.stdout == ""
    return " ".join(made.stderr.split())


@pytest.mark.usefixtures("desks")
@pytest.mark.parametrize(
    "words", [(), ("--since", "2022-02-01", "--until", "2022-03-01", "--limit", "2")]
)
def test_each_desk_has_what_its_own_search_lists(words: tuple[str, ...]) -> None:
    alone = {}
    for id in DESKS:
        own = ("--database", id, "candidates", "--from", "visits.parquet", "--format", "json")
        alone[id] = json.loads(scen(*own, *words).stdout)["queries"]
        assert [query.pop("tracker") for query in alone[id]] == [""]
        assert alone[id][0]["total"]
    assert across(*words) == (alone, 0)


@pytest.mark.usefixtures("desks")
def test_an_item_is_recorded_for_the_desk_that_accepted_it_alone() -> None:
    Path("desks.txt").write_text("asia\nafrica\n")
    desk("africa", DESKS["asia"])
    accept = ("candidates", "--from", "visits.parquet", "--accept", "2")
    assert scen("--database", "asia", *accept).exit_code == 0
    answers, _ = across()
    for id, accepted in (("asia", [2]), ("africa", [])):
        (query,) = answers[id]
        listed = query["candidates"]
        assert [each["number"] for each in listed if each["recorded"]] == accepted


@pytest.mark.usefixtures("desks")
def test_a_desk_that_cannot_be_answered_is_named_and_the_others_are_shown() -> None:
    whole, _ = across()
    desk("south", "{table: visits, match: {colour: [red]}}")
    desk("west", "{table: meetings, match: {colour: [red]}}")
    make(Path("north"), FILES)
    Path("desks.txt").write_text("asia\nsouth\nnowhere\neurope\nnorth\nwest\n")
    Path("store").mkdir()
    shutil.copy("visits.parquet", "store")
    made = scen("candidates", "--from", "store", "--across", "desks.txt")
    assert made.exit_code == 1
    for words in ("no 'colour', which the indicator matches", "nowhere", "no table 'meetings'"):
        assert words in " ".join(made.output.split())
    assert across(store="store") == (whole, 1)


@pytest.mark.usefixtures("desks")
def test_two_trackers_of_one_id_and_a_file_without_indicators_are_refused() -> None:
    shutil.copytree("asia", "copy")
    Path("desks.txt").write_text("asia\ncopy\n")
    assert "the same id, 'asia'" in refused()
    make(Path("plain"), FILES)
    Path("desks.txt").write_text("plain\n")
    assert "no indicator of an open scenario looks into" in refused()
    for words in (("pact/talks",), ("--accept", "1"), ("--rev", "HEAD")):
        assert "--across takes no" in refused(*words)
    assert "is no file with a tracker's folder on each line" in refused(across="nowhere")


@pytest.mark.usefixtures("desks")
def test_a_password_is_in_no_output(stores: dict[str, str]) -> None:
    address = "postgresql://scen:hidden-word@127.0.0.1:1/x"
    assert "hidden-word" not in refused(store=address) + refused(across=address)
    made = scen("candidates", "--from", stores["postgresql"], "--across", "desks.txt")
    assert (made.exit_code, "not-a-secret" in made.output, "***" in made.output) == (0, False, True)


def parted(folder: Path) -> str:
    """The rows in a folder for each day."""
    with duckdb.connect() as engine:
        parts = f"COPY (SELECT *, date AS day FROM ({ROWS})) TO '{folder}/store/visits'"
        (folder / "store").mkdir()
        engine.execute(f"{parts} (FORMAT parquet, PARTITION_BY (day))")
    return f"{folder}/store"


def test_of_the_files_those_of_other_days_are_not_scanned(
    desks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rows, plans = parted(desks), EventStore.rows, []

    def explained(self: EventStore, expression: Any) -> list[dict[str, Any]]:
        sql = f"EXPLAIN {self.connection.compile(expression)}"
        plans.append(self.connection.con.execute(sql).fetchall()[0][1])
        return rows(self, expression)

    days = ("--since", "2022-03-10", "--until", "2022-03-12")
    whole, _ = across(*days)
    monkeypatch.setattr(EventStore, "rows", explained)
    assert across(*days, "--day", "Day", store=store) == (whole, 0)
    scanned = [int(files) for files in re.findall(r"Scanning Files: (\d+)/119", f"{plans}")]
    assert len(scanned) == len(plans)
    assert max(scanned) == 3 + 7
    made = scen("candidates", "--from", store, "--across", "desks.txt", "--day", "noon")
    assert (made.exit_code, "no 'noon', which --day names" in made.output) == (1, True)


def test_postgresql_reads_the_partitions_of_the_days_alone(running: Server) -> None:
    import psycopg

    plans = []

    class Explained(EventStore):
        def rows(self, expression: Any) -> list[dict[str, Any]]:
            sql = f"EXPLAIN {self.connection.compile(expression)}"
            answer = super().rows(expression)
            plans.append(f"{self.connection.con.execute(sql).fetchall()}")
            return answer

    with psycopg.connect(running.address(), autocommit=True) as base:
        base.execute("CREATE SCHEMA parted")
        columns = "(id text, date text, kind text, day date) PARTITION BY RANGE (day)"
        base.execute(f"CREATE TABLE parted.visits {columns}")
        for name, span in (
            ("old", "('2021-01-01') TO ('2022-01-01')"),
            ("new", "('2022-01-01') TO (MAXVALUE)"),
        ):
            base.execute(
                f"CREATE TABLE parted.{name} PARTITION OF parted.visits FOR VALUES FROM {span}"
            )
        base.execute("INSERT INTO parted.visits VALUES ('1', '2022-02-04', 'a', '2022-02-04')")
    asked = searches_of(*(Events(table="visits", match={"kind": [kind]}) for kind in "ab"))
    within = SearchWindow(as_of=DAY, since=date(2022, 1, 5), until=DAY, limit=20)
    with open_store(running.address("postgres/parted"), ["visits"], "day") as store:
        answer = search(Explained(*store), asked, within, {})
    assert [query.total for query in answer.queries] == [1, 0]
    assert [("on new" in plan, "on old" in plan) for plan in plans] == [(True, False)] * 2


@OF_PANDAS
@pytest.mark.parametrize("store", ["visits.parquet", "x.db"])
def test_a_store_that_changes_during_the_search_is_not_shown(
    desks: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    with closing(sqlite3.connect("x.db", isolation_level=None)) as base:
        base.execute(f"CREATE TABLE visits ({COLUMNS})")
        base.execute("INSERT INTO visits VALUES (1, '2022-02-04', 'x', 'a', 'x', 1)")
        edits: dict[str, Callable[[], object]] = {
            "visits.parquet": Path("visits.parquet").touch,
            "x.db": lambda: base.execute("DELETE FROM visits"),
        }
        newest = vars(candidates)["_newest"]

        def edited(rows: Any, limit: int) -> Any:
            edits[store]()
            return newest(rows, limit)

        monkeypatch.setattr(candidates, "_newest", edited)
        address = store if store == "visits.parquet" else f"sqlite:///{desks}/{store}"
        assert "the event store changed while it was read" in refused(store=address)


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_a_store_that_does_not_answer_is_left_after_the_time_limit(
    desks: Path, running: Server, kind: str
) -> None:
    import psycopg

    row = "'1' AS id, '2022-01-01' AS date, 'a' AS kind"
    if kind == "duckdb":
        address = f"duckdb:///{desks}/endless.duckdb"
        with duckdb.connect("endless.duckdb") as engine:
            rows = "range(1000000000000) a, range(100) b WHERE hash(a.range + b.range) % 7 = 0"
            engine.execute(f"CREATE VIEW visits AS SELECT {row} FROM {rows}")
    else:
        address = running.address("postgres/slow")
        with psycopg.connect(running.address(), autocommit=True) as base:
            rows = "generate_series(1, 1000000000) WHERE pg_sleep(1) IS NOT NULL"
            base.execute("CREATE SCHEMA slow")
            base.execute(f"CREATE VIEW slow.visits AS SELECT {row} FROM {rows}")
    asked = searches_of(Events(table="visits", match={"kind": ["a"]}))
    with (
        pytest.raises(ScenError, match=r"took more than 0.3 s: --timeout allows more") as raised,
        open_store(address, ["visits"], seconds=0.3) as store,
    ):
        search(store, asked, WHOLE, {})
    assert "not-a-secret" not in str(raised.value)
