"""A question to many trackers has the answers of each, and names those that cannot be read."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextvars import Context
from datetime import date
from pathlib import Path

import pytest

from scenarios.cli.commands.status import STATUS
from scenarios.errors import ScenError, UsageError
from scenarios.exchange import engine
from scenarios.exchange.answer import QueryRows
from scenarios.exchange.engine import connect
from scenarios.exchange.view.tables import TABLES
from scenarios.extensions.sql.across import TrackerFederation, TrackerTables
from scenarios.extensions.sql.statements import VIEWS
from scenarios.workspace.exchange.exporting import export, view_of
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, make, scen
from tests.exchange.asking import ask, opened_across
from tests.exchange.test_query import ATTACKS
from tests.postgres import PASSWORD, Server, server

DAY = date(2022, 3, 1)
SOURCE = {"sources/next.yaml": "name: Next\nreliability: B\n"}
PLACES = ("lake", "desks.txt")


def desk(root: str, id: str, **more: str) -> None:
    tracker = FILES["tracker.yaml"] + f"id: {id}\n"
    make(Path(root), {**FILES, **more, "tracker.yaml": tracker})


def put(root: str, text: str = "parquet:lake") -> None:
    export(open_folder(Path(root)), text, DAY, lake=True)


def asked(place: str, sql: str) -> tuple[list[tuple[object, ...]], list[str]]:
    """The rows, and the trackers that cannot be read."""
    with opened_across(place, DAY) as across:
        rows = ask(across.fill, sql).rows
        return rows, [problem.path for problem in across.unread]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two desks and their lake, of which each test has a copy."""
    folder = tmp_path_factory.mktemp("exported")
    with contextlib.chdir(folder):
        desk("asia", "asia")
        desk("europe", "europe", **SOURCE)
        for root in ("asia", "europe"):
            put(root)
        Path("desks.txt").write_text("# the desks\nasia\n\neurope\n")
    return folder


@pytest.fixture(autouse=True)
def two(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True, symlinks=True)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pytest.importorskip("psycopg")
    with server() as one:
        yield one


@pytest.fixture
def database(running: Server) -> Iterator[str]:
    """The address of a database with both trackers, which is empty again afterwards."""
    import psycopg

    for root in ("asia", "europe"):
        put(root, running.address(f"postgres/{root}"))
    yield running.address()
    with psycopg.connect(running.address(), autocommit=True) as base:
        for name in ("asia", "europe", "scen_across"):
            base.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def test_each_table_has_the_rows_of_all_trackers_in_a_lake_a_database_and_a_file(
    database: str,
) -> None:
    views = {id: view_of(open_folder(Path(id)), DAY, limited=False) for id in ("asia", "europe")}
    for name, table in TABLES.items():
        at = [n for n, column in enumerate(table.columns) if column.name != "tracker"]
        expected = {
            (id, *(row[n] for n in at)) for id, view in views.items() for row in view.rows(name)
        }
        for place in (*PLACES, database):
            rows, unread = asked(place, f"FROM {name}")
            assert (len(rows), {*rows}, unread) == (len(expected), expected, []), (name, place)


@pytest.mark.parametrize("place", PLACES)
def test_a_view_joins_the_rows_of_one_tracker(place: str) -> None:
    for view in VIEWS:
        single = ask(view_of(open_folder(Path("asia")), DAY, limited=False), f"FROM {view.name}")
        rows, _ = asked(place, f"FROM {view.name} WHERE tracker = 'asia'")
        assert {row[1:] for row in rows} == {*single.rows}
        assert len(asked(place, f"FROM {view.name}")[0]) == 2 * len(single.rows)


@pytest.mark.parametrize("place", PLACES)
def test_a_query_of_many_trackers_reaches_no_file_either(place: str) -> None:
    Path("x.csv").write_text("a\n1\n")
    reading = (f"FROM read_parquet('lake/meta/*/*.parquet') -- {place}", *ATTACKS)
    with opened_across(place, DAY) as across:
        for attack in reading:
            with pytest.raises(ScenError):
                ask(across.fill, attack)


def test_a_damaged_part_is_named_and_the_rest_is_shown() -> None:
    Path("lake/.parts/asia/sources.parquet").write_bytes(b"PAR1 half of it")
    assert asked("lake", "SELECT tracker FROM sources") == ([("europe",)] * 2, ["asia"])
    assert asked("lake", "SELECT tracker FROM sheets GROUP BY 1 ORDER BY 1") == (
        [("asia",), ("europe",)],
        [],
    )
    shutil.rmtree("lake/.parts/asia")
    assert asked("lake", "SELECT tracker FROM sources") == ([("europe",)] * 2, ["asia"])


def rewrite(table: str, sql: str, options: str = "FORMAT parquet") -> None:
    """Another version of a table of asia."""
    place = f"lake/.parts/asia/{table}.parquet"
    with connect() as writer:
        writer.execute(f"COPY (SELECT {sql} FROM '{place}') TO '{place}.new' ({options})")
    Path(f"{place}.new").rename(place)


def test_a_part_that_ends_its_reader_is_named_and_the_rest_is_shown() -> None:
    with opened_across("lake", DAY) as across:
        ending = TrackerTables(lambda reader, _: reader._child.call("os:abort"))  # type: ignore[attr-defined]  # noqa: SLF001
        mixed = TrackerFederation({"asia": across.parts["asia"], "europe": ending})
        assert ask(mixed.fill, "SELECT DISTINCT tracker FROM sources").rows == [("asia",)]
        assert [problem.path for problem in mixed.unread] == ["europe"]
        assert "its reader ended (-6)" in mixed.unread[0].message


def test_a_part_made_to_keep_its_reader_is_named_and_the_rest_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = "FORMAT parquet, COMPRESSION zstd"
    rewrite("sources", "* REPLACE (repeat('x', 300000000) AS name)", packed)
    assert Path("lake/.parts/asia/sources.parquet").stat().st_size < 50_000
    sql = "SELECT tracker, count(*) FROM sources GROUP BY 1"
    monkeypatch.setattr(engine, "LIMITS", engine.LIMITS._replace(memory_mib=300))
    with opened_across("lake", DAY) as across:
        assert ask(across.fill, sql).rows == [("europe", 2)]
        assert [problem.path for problem in across.unread] == ["asia"]
        assert "it needs more than" in across.unread[0].message


def test_a_column_or_table_that_an_older_export_lacks_is_null_and_a_newer_one_is_left_out() -> None:
    rewrite("sources", "* EXCLUDE (url), 1 AS newer")
    Path("lake/.parts/asia/findings.parquet").unlink()
    rows, unread = asked("lake", "SELECT name, url FROM sources WHERE tracker = 'asia'")
    assert (len(rows), rows[0][1], unread) == (1, None, [])
    assert asked("lake", "FROM findings WHERE tracker = 'asia'") == ([], [])
    rewrite("meta", "* REPLACE (99 AS schema_version)")
    assert asked("lake", "SELECT DISTINCT tracker FROM sources") == ([("europe",)], ["asia"])
    rewrite("meta", "* REPLACE (1 AS schema_version)")
    assert asked("lake", "SELECT count(DISTINCT tracker) FROM sources") == ([(2,)], [])


def test_an_export_during_the_reading_is_read_whole_or_not_at_all() -> None:
    swaps = iter(range(2))

    def state() -> int:
        return next(swaps, 2)

    def parted(*_: object) -> None:
        raise ScenError("the tables before are gone")

    with opened_across("lake", DAY) as across:
        whole = across.parts["asia"]
        moved = TrackerFederation(
            {"asia": TrackerTables(whole.put, state), "europe": across.parts["europe"]}
        )
        assert ask(moved.fill, "SELECT tracker FROM sources ORDER BY 1").rows == [
            ("asia",),
            *[("europe",)] * 2,
        ]
        gone = TrackerFederation({"asia": TrackerTables(parted), "europe": across.parts["europe"]})
        assert ask(gone.fill, "SELECT DISTINCT tracker FROM sources").rows == [("europe",)]
        assert [problem.message for problem in gone.unread] == ["the tables before are gone"]


def test_a_schema_that_may_not_be_read_is_named(database: str) -> None:
    import psycopg

    with psycopg.connect(database, autocommit=True) as base:
        base.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        base.execute("GRANT USAGE ON SCHEMA europe TO reader")
        base.execute("GRANT SELECT ON ALL TABLES IN SCHEMA europe TO reader")
        reader = database.replace("scen:", "reader:", 1)
        found = asked(reader, "SELECT DISTINCT tracker FROM sources")
        base.execute("DROP OWNED BY reader")
        base.execute("DROP ROLE reader")
    assert found == ([("europe",)], ["asia"])


def test_folders_that_cannot_be_read_are_named_and_two_of_one_id_are_refused() -> None:
    (Path("europe/sources/next.yaml")).write_text("name: [\n")
    make(Path("broken"), {"tracker.yaml": "format: 9\n"})
    Path("desks.txt").write_text("asia\neurope\nbroken\nnowhere\n")
    rows, unread = asked("desks.txt", "SELECT tracker, count(*) FROM sources GROUP BY 1 ORDER BY 1")
    assert rows == [("asia", 1), ("europe", 1)]
    assert unread == ["europe", "broken", "nowhere"]
    shutil.copytree("asia", "copy")
    Path("desks.txt").write_text("asia\ncopy\n")
    with pytest.raises(
        ScenError, match=r"the same id, 'asia': .* --database copy edit tracker id="
    ):
        asked("desks.txt", "FROM sources")


@pytest.mark.parametrize("place", ["nowhere", "asia", "sqlite:///x.db", "https://u:pw@h/x", ""])
def test_a_place_without_trackers_is_refused(place: str) -> None:
    with pytest.raises(ScenError, match="is none of these: a lake") as refused:
        asked(place, "FROM meta")
    assert "pw" not in str(refused.value)


def test_a_password_is_in_no_output(running: Server) -> None:
    address = running.address().replace(PASSWORD, "hidden-word")
    made = scen("query", "--across", address, "FROM meta")
    assert made.exit_code == 1
    assert "hidden-word" not in made.output
    assert "***" in made.stderr


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://scen:p4ss%2Fword@nowhere.example.org:1/x",
        "postgresql://scen:p4ss/word@127.0.0.1:1/x",
        "postgresql:scen:p4ss/word@127.0.0.1/x",
        "postgresql:/scen:p4ssword@127.0.0.1/x",
        "postgresq://scen:p4ssword@127.0.0.1/x",
        "//scen:p4ssword@127.0.0.1/x.db",
        "scen:p4ssword@127.0.0.1",
        "postgresql://127.0.0.1:1/x?user=scen&password=p4ssword",
        "postgresql://127.0.0.1:p4ssword/x?password=p4ssword",
        "postgresql://scen:p4ss%zzword@127.0.0.1:1/x",
        "host=127.0.0.1 port=1 password=p4ssword",
        "host=127.0.0.1 password = 'p4ss word'",
    ],
)
def test_a_mistyped_address_is_shown_without_its_password(address: str) -> None:
    Path("desks.txt").write_text(f"asia\n{address}\n")
    for words in (
        ("query", "--across", address, "FROM meta"),
        ("status", "--across", address, "--format", "json"),
        ("status", "--across", "desks.txt"),
        ("candidates", "--from", address),
        ("--database", "asia", "export", address, "--lake"),
    ):
        made = Context().run(scen, *words)
        assert made.exit_code in (1, 2), words
        assert not re.search("p4ss|word@|zzword", made.output), (words, made.output)
        assert made.exception is None or isinstance(made.exception, SystemExit), words


def test_exports_have_their_own_days_and_a_file_is_read_as_of_a_day() -> None:
    with pytest.raises(UsageError, match="--as-of only for a file of folders"):
        opened_across("lake", DAY, limited=True).__enter__()
    with opened_across("desks.txt", date(2022, 2, 5), limited=True) as across:
        assert ask(across.fill, "SELECT count(*) FROM sheets").rows == [(0,)]


def test_status_has_a_row_for_each_scenario_with_what_is_overdue_first(database: str) -> None:
    answers: list[QueryRows] = []
    for place in (*PLACES, database):
        with opened_across(place, DAY) as across:
            answers.append(ask(across.fill, STATUS))
    assert answers[0] == answers[1] == answers[2]
    assert {(row[0], row[2]) for row in answers[0].rows} == {
        (id, name) for id in ("asia", "europe") for name in ("pact", "ties", "trade")
    }
    made = scen("status", "--across", "desks.txt", "--format", "json", "--as-of", "2035-01-01")
    told = json.loads(made.stdout)
    assert (told["schema"], made.exit_code) == ("query", 0)
    assert {row["state"] for row in told["rows"]} == {"overdue"}


def status(*words: str) -> list[tuple[str, str, str, bool]]:
    """Tracker, day, scenario, and true if it is ranked, of each row of the lake's status."""
    told = json.loads(scen("status", "--across", "lake", "--format", "json", *words).stdout)
    keys = ("tracker", "as_of", "scenario", "ranked")
    return [tuple(row[key] for key in keys) for row in told["rows"]]


def aged(root: str, day: date) -> None:
    """Export a desk as of a day."""
    export(open_folder(Path(root)), "parquet:lake", day, lake=True, overwrite=True)


def test_exports_older_than_the_newest_by_more_than_their_review_stand_apart_in_no_order() -> None:
    aged("europe", date(2022, 3, 9))  # asia is of 1 March, and reviews each week
    apart = [("asia", "2022-03-01", name, False) for name in ("pact", "ties", "trade")]
    rows = status()
    assert rows[3:] == apart
    assert {row[:2] + row[3:] for row in rows[:3]} == {("europe", "2022-03-09", True)}
    shown = scen("status", "--across", "lake", env={"COLUMNS": "80"}).stdout
    current, old = shown.split("\n\n")
    assert [line.split()[:2] for line in current.splitlines()[2:]] == [["europe", "2022-03-09"]] * 3
    assert old.splitlines()[0] == "Exported for a day too far from that of the others to be ranked"
    assert [line.split()[:2] for line in old.splitlines()[3:]] == [["asia", "2022-03-01"]] * 3
    aged("europe", date(2022, 3, 8))
    assert {row[3] for row in status()} == {True}


def test_an_export_for_a_day_to_come_sets_no_other_apart() -> None:
    aged("europe", date(2035, 1, 1))
    assert {(row[0], row[3]) for row in status()} == {("asia", True), ("europe", False)}


def test_what_is_resolved_is_not_in_the_status_of_many() -> None:
    outcome = "resolution: {outcome: occurred, date: 2022-02-20, recorded: 2022-02-20, basis: B}\n"
    trade = Path("asia/trade.yaml")
    trade.write_text(trade.read_text() + outcome)
    aged("asia", DAY)
    assert ("asia", "trade") not in {(row[0], row[2]) for row in status()}
    assert ("europe", "trade") in {(row[0], row[2]) for row in status()}


def test_status_is_a_table_at_eighty_columns_which_leaves_out_what_is_less_needed() -> None:
    for width, expected in (
        ("80", "tracker as_of scenario state stated implied movement_bits"),
        ("50", "tracker as_of scenario stated implied"),
    ):
        made = scen("status", "--across", "desks.txt", env={"COLUMNS": width})
        head, *lines = made.stdout.splitlines()
        assert head.split() == expected.split()
        assert len(lines) == 1 + 6
    bits = [line.split()[-1] for line in scen("status", "--across", "lake").stdout.splitlines()[2:]]
    assert all(re.fullmatch(r"\d\.\d{3}", figure) for figure in bits)
    assert "as_of" in scen("status", "--across", "desks.txt", "--format", "csv").stdout


def test_a_hundred_and_fifty_dead_lines_of_three_hundred_are_a_short_list_above_the_rest() -> None:
    dead = [f"gone-{n}" for n in range(149)]
    secret = f"postgresql://scen:{PASSWORD}@127.0.0.1/forecasts"
    Path("desks.txt").write_text(
        "\n".join((*["# a comment"] * 148, "asia", "europe", secret, *dead))
    )
    made = scen("status", "--across", "desks.txt", "--as-of", f"{DAY}")
    caption, *lines = made.stdout.splitlines()
    assert (made.exit_code, caption) == (1, "150 trackers cannot be read, or not all of it")
    named = [line for line in lines if line.startswith(("gone-", "postgresql://scen:***@"))]
    assert len(named) == 20
    assert "and 130 more: --format json names them all" in lines
    words = ("status", "--across", "desks.txt", "--format", "json")
    told = json.loads(Context().run(scen, *words).stdout)  # as in a process of its own
    assert [fault["path"] for fault in told["unreadable"][1:]] == dead
    assert {row["tracker"] for row in told["rows"]} == {"asia", "europe"}
    assert PASSWORD not in made.output + json.dumps(told)


def test_an_export_that_never_rests_is_named_as_that() -> None:
    states = iter(range(100))
    with opened_across("lake", DAY) as across:
        parts = {
            id: TrackerTables(part.put, lambda: next(states)) for id, part in across.parts.items()
        }
        restless = TrackerFederation(parts)
        assert ask(restless.fill, "FROM sources").rows == []
    assert {problem.message for problem in restless.unread} == {
        "3 exports replaced its tables while they were read: ask again"
    }


def test_a_lake_whose_parts_come_and_go_is_read_whole_or_without_them() -> None:
    """A neighbour exports to both names, and takes one away, as fast as it can."""
    away = (
        "while mv lake/.parts/asia lake/.parts/x && mv lake/.parts/x lake/.parts/asia; do :; done"
    )
    expected = {*asked("lake", "SELECT tracker, name FROM sources")[0]}
    with subprocess.Popen(["/bin/sh", "-c", away], stderr=subprocess.DEVNULL) as neighbour:
        for _ in range(5):
            rows, unread = asked("lake", "SELECT tracker, name FROM sources")
            here = {row for row in expected if row[0] not in unread}
            assert ({*rows}, len(rows)) == (here, len(here))
        neighbour.kill()


def test_the_command_names_what_it_left_out_in_every_format() -> None:
    Path("desks.txt").write_text("asia\nnowhere\n")
    for form in ("table", "markdown", "html", "json", "csv"):
        made = scen("query", "--across", "desks.txt", "FROM sources", "--format", form)
        assert made.exit_code == 1
        assert "nowhere" in made.output, form
        assert "tass" in made.output or "asia" in made.stdout, form
    assert scen("query", "--across", "lake", "FROM meta", "--rev", "HEAD").exit_code == 2
    wrote = scen("query", "--across", "lake", "FROM sources", "--output", "x.parquet")
    assert (wrote.exit_code, Path("x.parquet").is_file()) == (0, True)
