"""A schema of a PostgreSQL database is replaced whole, or stays as it was."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.view.tables import TABLES
from scenarios.extensions.sql import postgresql
from scenarios.extensions.sql.postgresql import place_of
from scenarios.workspace.exchange.exporting import export, view_of
from scenarios.workspace.opened import OpenDatabase, open_folder
from tests.cli.commands import DESK, FILES, SCEN
from tests.full import FULL
from tests.lazily import lazily
from tests.postgres import PASSWORD, Server, server, small_disk

psycopg = lazily("psycopg")
DAY = date(2022, 3, 1)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as one:
        yield one


@pytest.fixture
def base(running: Server) -> Iterator[Any]:
    """A connection to a server whose database is empty again afterwards."""
    with psycopg.connect(running.address(), autocommit=True) as connection:
        yield connection
        for (name,) in connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'"
        ).fetchall():
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    shutil.copytree(DESK, tmp_path / "scenarios")
    return tmp_path / "scenarios"


def put(root: Path, address: str) -> str:
    return export(open_folder(root), address, DAY).place


def add(root: Path) -> None:
    """One source more than there was."""
    name = f"next-{len(list((root / 'sources').iterdir()))}"
    (root / "sources" / f"{name}.yaml").write_text("name: Next\nreliability: B\n")


def schemas(base: Any) -> list[str]:
    found = base.execute("SELECT nspname FROM pg_namespace ORDER BY 1").fetchall()
    return [name for (name,) in found if not name.startswith(("pg_", "information_", "public"))]


def sources(base: Any) -> int:
    count: int = base.execute("SELECT count(*) FROM desk.sources").fetchone()[0]
    return count


def test_every_row_of_every_table_is_there_with_its_keys(
    running: Server, base: Any, desk: Path
) -> None:
    opened: OpenDatabase = open_folder(desk)
    address = running.address("postgres/desk")
    assert put(desk, address) == address.replace(PASSWORD, "***")
    view = view_of(opened, DAY, limited=False)
    for name in TABLES:
        found = base.execute(f"SELECT * FROM desk.{name}").fetchall()
        expected = [tuple(row) for row in view.rows(name)]
        assert len(found) == len(expected), name
        if not any(column.type == "json" for column in TABLES[name].columns):
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), name
    indexes = "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'desk'"
    named = [row for row in base.execute(indexes) if not row[1].endswith("_pkey")]
    assert sorted(named) == sorted(
        (name, "_".join((name, *columns)))
        for name, table in TABLES.items()
        for columns in table.indexes
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        base.execute("DELETE FROM desk.scenarios")
    assert base.execute("SELECT scenario_id FROM desk.forecast_log ORDER BY 1").fetchall() == [
        ("pact",),
        ("trade",),
    ]


def test_trackers_lie_side_by_side_and_none_takes_anothers_place(
    running: Server, base: Any, desk: Path
) -> None:
    title = (desk / "tracker.yaml").read_text()
    put(desk, running.address())
    put(desk, running.address("postgres/desk"))
    (desk / "tracker.yaml").write_text(title.replace("title: ", "title: The other "))
    put(desk, running.address())
    made = schemas(base)
    assert len(made) == 3
    (desk / "tracker.yaml").write_text(title.replace("title: ", "title: '!' # "))
    base.execute("COMMENT ON SCHEMA desk IS NULL")
    with pytest.raises(ScenError, match="the schema desk is no earlier export: name another"):
        put(desk, running.address("postgres/desk"))
    assert schemas(base) == made


def test_another_trackers_schema_stays_whole_unless_it_is_overwritten(
    running: Server, base: Any, desk: Path
) -> None:
    address = running.address("postgres/desk")
    tracker = desk / "tracker.yaml"
    tracker.write_text(tracker.read_text() + "id: theirs\n")
    put(desk, address)
    tracker.write_text(tracker.read_text().replace("title: ", "title: Renamed "))
    put(desk, address)
    tracker.write_text(tracker.read_text().replace("theirs", "ours"))
    add(desk)
    with pytest.raises(ScenError, match=r"desk has the tracker 'theirs': .*--overwrite"):
        put(desk, address)
    assert (schemas(base), sources(base)) == (["desk"], 1)
    export(open_folder(desk), address, DAY, overwrite=True)
    assert (schemas(base), sources(base)) == (["desk"], 2)
    with pytest.raises(UsageError, match="cannot name a schema here"):
        put(desk, running.address("postgres/desk__new"))


def share(root: Path, address: str) -> None:
    export(open_folder(root), address, DAY, lake=True)


def two(running: Server, desk: Path) -> None:
    """Export a tracker, and one of another id beside it, which has a source more."""
    tracker = (desk / "tracker.yaml").read_text()
    for id in ("asia", "europe"):
        (desk / "tracker.yaml").write_text(f"{tracker}id: {id}\n")
        share(desk, running.address(f"postgres/{id}"))
        add(desk)


def counts(base: Any, table: str) -> list[tuple[str, int]]:
    sql = f"SELECT tracker, count(*) FROM scen_across.{table} GROUP BY 1 ORDER BY 1"
    found: list[tuple[str, int]] = base.execute(sql).fetchall()
    return found


def test_a_view_over_all_trackers_has_the_rows_of_each_table_behind_its_tracker(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    assert counts(base, "sources") == [("asia", 1), ("europe", 2)]
    for name, table in TABLES.items():
        found = base.execute(f"SELECT * FROM scen_across.{name}")
        columns = [column.name for column in table.columns if column.name != "tracker"]
        assert [column.name for column in found.description] == ["tracker", *columns]
        single = base.execute(f"SELECT count(*) FROM asia.{name}").fetchone()[0]
        assert dict(counts(base, name)).get("asia", 0) == single, name
    assert counts(base, "forecast_log") == [("asia", 2), ("europe", 2)]
    put(desk, running.address("postgres/europe"))
    assert counts(base, "sources") == [("asia", 1), ("europe", 3)]
    assert schemas(base) == ["asia", "europe", "scen_across"]


def test_a_column_that_a_trackers_version_lacks_is_null_and_one_that_left_is_no_longer_there(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    base.execute("ALTER TABLE asia.evidence DROP COLUMN quote CASCADE")
    base.execute("ALTER TABLE asia.evidence ADD COLUMN newer text")
    base.execute("DROP TABLE asia.findings CASCADE")
    put(desk, running.address("postgres/europe"))
    quotes = "SELECT DISTINCT tracker, quote FROM scen_across.evidence ORDER BY 1"
    assert base.execute(quotes).fetchall()[0] == ("asia", None)
    assert {tracker for tracker, _ in counts(base, "findings")} <= {"europe"}
    base.execute("COMMENT ON SCHEMA asia IS NULL")
    put(desk, running.address("postgres/europe"))
    assert counts(base, "sources") == [("europe", 3)]
    base.execute("DROP SCHEMA asia CASCADE")
    assert counts(base, "sources") == [("europe", 3)]


def test_who_reads_the_views_of_before_reads_on_and_may_read_those_of_after(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    base.execute("DROP ROLE IF EXISTS head")
    base.execute("CREATE ROLE head")
    base.execute("GRANT USAGE ON SCHEMA scen_across TO head")
    base.execute("GRANT SELECT ON scen_across.sources TO head")
    with psycopg.connect(running.address()) as reader:
        reader.execute("SET ROLE head")
        first = reader.execute("SELECT count(*) FROM scen_across.sources").fetchone()
        put(desk, running.address("postgres/europe"))
        second = reader.execute("SELECT count(*) FROM scen_across.sources").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT * FROM scen_across.evidence")
    assert (first, second) == ((3,), (4,))
    put(desk, running.address("postgres/europe"))
    assert schemas(base) == ["asia", "europe", "scen_across"]
    base.execute("DROP OWNED BY head")
    base.execute("DROP ROLE head")


def test_views_over_all_trackers_lock_a_table_of_each_at_a_time(desk: Path) -> None:
    tracker = (desk / "tracker.yaml").read_text()
    with server(max_connections=20, max_locks_per_transaction=10) as small:
        for n in range(18):
            (desk / "tracker.yaml").write_text(f"{tracker}id: desk-{n}\n")
            share(desk, small.address(f"postgres/desk_{n}"))
        with psycopg.connect(small.address()) as reader:
            assert len(counts(reader, "meta")) == 18


def test_views_that_a_dead_line_left_half_are_seen_by_nobody_and_stop_no_tracker(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    with cut(running.port, b'CREATE VIEW "meta"') as port, pytest.raises(ScenError):
        put(desk, Server(port).address("postgres/europe?sslmode=disable"))
    assert schemas(base) == ["asia", "europe", "europe__new", "scen_across", "scen_across__new"]
    assert counts(base, "sources") == [("asia", 1), ("europe", 2)]
    put(desk, running.address("postgres/europe"))
    assert counts(base, "sources") == [("asia", 1), ("europe", 3)]
    assert schemas(base) == ["asia", "europe", "scen_across"]


def test_exports_at_the_same_time_leave_views_over_the_newest_of_each(
    running: Server, base: Any, desk: Path, tmp_path: Path
) -> None:
    roots = {id: tmp_path / id for id in ("asia", "europe")}
    for id, root in roots.items():
        shutil.copytree(desk, root)
        (root / "tracker.yaml").write_text(f"{FILES['tracker.yaml']}id: {id}\n")
        share(root, running.address(f"postgres/{id}"))
    seen: list[tuple[int, int]] = []
    ends = threading.Event()

    def read() -> None:
        query = "SELECT count(DISTINCT tracker), count(*) FROM scen_across.sources"
        with psycopg.connect(running.address(), autocommit=True) as reader:
            while not ends.wait(0.005):
                seen.append(reader.execute(query).fetchone())

    def write(id: str) -> None:
        for _ in range(3):
            add(roots[id])
            put(roots[id], running.address(f"postgres/{id}"))

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(id,)) for id in roots]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    ends.set()
    reader.join()
    assert {trackers for trackers, _ in seen} == {2}
    assert [rows for _, rows in seen] == sorted(rows for _, rows in seen)
    assert dict(counts(base, "sources")) == {"asia": 4, "europe": 4}
    assert schemas(base) == ["asia", "europe", "scen_across"]


def test_an_export_waits_for_the_views_of_others_and_then_says_so(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    with (
        psycopg.connect(running.address(), autocommit=True) as other,
        pytest.MonkeyPatch.context() as patch,
    ):
        other.execute("SELECT pg_advisory_lock(hashtextextended('scen_across', 0))")
        patch.setattr(postgresql, "_QUEUE", "10ms")
        with pytest.raises(ScenError, match="other exports still make the views of scen_across"):
            put(desk, running.address("postgres/europe"))
    assert counts(base, "sources") == [("asia", 1), ("europe", 2)]


def test_a_fork_is_refused_into_any_schema_until_it_has_an_id_of_its_own(
    running: Server, base: Any, desk: Path, tmp_path: Path
) -> None:
    share(desk, running.address("postgres/desk"))
    shutil.copytree(desk, tmp_path / "copy")
    for schema in ("desk", "other"):
        with pytest.raises(ScenError, match="a fork takes an id of its own: scen edit tracker id="):
            put(tmp_path / "copy", running.address(f"postgres/{schema}"))
    share(desk, running.address("postgres/again"))
    assert [count for _, count in counts(base, "meta")] == [1]
    (tmp_path / "copy/tracker.yaml").write_text((desk / "tracker.yaml").read_text() + "id: fork\n")
    put(tmp_path / "copy", running.address("postgres/other"))
    assert len(counts(base, "meta")) == 2


def test_views_of_another_role_stay_and_say_whose_they_are(
    running: Server, base: Any, desk: Path
) -> None:
    two(running, desk)
    base.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    base.execute("GRANT CREATE ON DATABASE postgres TO guest")
    (desk / "tracker.yaml").write_text(FILES["tracker.yaml"] + "id: guest\n")
    address = running.address("postgres/guest").replace("scen:", "guest:", 1)
    with pytest.raises(ScenError, match="scen_across belongs to another role: connect as a member"):
        share(desk, address)
    put(desk, address)
    assert len(counts(base, "meta")) == 2
    base.execute("DROP OWNED BY guest")
    base.execute("DROP ROLE guest")
    with pytest.raises(UsageError, match="cannot name a schema here"):
        put(desk, running.address("postgres/scen_across"))


def test_every_column_is_explained_in_each_schema(running: Server, base: Any, desk: Path) -> None:
    two(running, desk)
    lacking = """
        SELECT c.oid::regclass::text, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace IN ('asia'::regnamespace, 'scen_across'::regnamespace)
        AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND c.relname NOT LIKE '%\\_log'
        AND col_description(c.oid, a.attnum) IS NULL
    """
    assert base.execute(lacking).fetchall() == []


def test_a_schema_of_another_role_is_refused_before_anything_is_made(
    running: Server, base: Any, desk: Path
) -> None:
    put(desk, running.address("postgres/desk"))
    base.execute(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'")
    base.execute("GRANT CREATE ON DATABASE postgres TO guest")
    address = running.address("postgres/desk").replace("scen:", "guest:", 1)
    with pytest.raises(ScenError, match="desk belongs to the role 'scen': connect as that role"):
        put(desk, address)
    assert schemas(base) == ["desk"]
    base.execute("DROP OWNED BY guest")
    base.execute("DROP ROLE guest")


def test_another_title_of_the_same_letters_is_another_tracker(
    running: Server, base: Any, desk: Path
) -> None:
    put(desk, running.address())
    tracker = (desk / "tracker.yaml").read_text()
    title = next(line for line in tracker.splitlines() if line.startswith("title: "))
    (desk / "tracker.yaml").write_text(tracker.replace(title, f"{title}!"))
    with pytest.raises(ScenError, match=r"has the tracker .*: name a schema behind the database"):
        put(desk, running.address())
    assert len(schemas(base)) == 1


def test_who_may_read_may_read_on_and_comments_tell_what_it_is(
    running: Server, base: Any, desk: Path
) -> None:
    put(desk, running.address("postgres/desk"))
    base.execute("DROP ROLE IF EXISTS reader")
    base.execute("CREATE ROLE reader")
    base.execute("GRANT USAGE ON SCHEMA desk TO reader")
    base.execute("GRANT SELECT ON desk.sources TO reader")
    base.execute("GRANT SELECT ON desk.evidence_log TO PUBLIC")
    add(desk)
    put(desk, running.address("postgres/desk"))
    base.execute("SET ROLE reader")
    assert sources(base) == 2
    assert len(base.execute("SELECT * FROM desk.evidence_log").fetchall()) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        base.execute("SELECT * FROM desk.evidence")
    base.execute("RESET ROLE")
    base.execute("DROP OWNED BY reader")
    base.execute("DROP ROLE reader")


def test_what_is_built_on_it_or_put_into_it_is_not_dropped(
    running: Server, base: Any, desk: Path
) -> None:
    address = running.address("postgres/desk")
    put(desk, address)
    base.execute("CREATE SCHEMA ours")
    base.execute("CREATE VIEW ours.letters AS SELECT reliability FROM desk.sources")
    with pytest.raises(ScenError, match=r"ours.letters is built on the tables of desk"):
        put(desk, address)
    base.execute("DROP VIEW ours.letters")
    base.execute("CREATE TABLE desk.notes (text text)")
    with pytest.raises(ScenError, match=r"desk.notes is of no export, and would go with it"):
        put(desk, address)
    assert sources(base) == 1


def test_a_reader_in_a_loop_never_sees_half(running: Server, base: Any, desk: Path) -> None:
    address = running.address("postgres/desk")
    put(desk, address)
    seen: list[tuple[int, int]] = []
    ends = threading.Event()

    def read() -> None:
        query = (
            "SELECT (SELECT count(*) FROM desk.sources), (SELECT count(*) FROM desk.evidence), "
            "(SELECT count(*) FROM desk.meta)"
        )
        with psycopg.connect(running.address(), autocommit=True) as reader:
            while not ends.wait(0.005):
                seen.append(reader.execute(query).fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        add(desk)
        put(desk, address)
    ends.set()
    reader.join()
    assert {*seen} <= {(n, 1, 1) for n in (1, 2, 3, 4)}
    assert len(seen) > 3
    assert schemas(base) == ["desk"]


def test_a_query_that_reads_the_old_tables_reads_on(running: Server, base: Any, desk: Path) -> None:
    address = running.address("postgres/desk")
    put(desk, address)
    with psycopg.connect(running.address()) as reader:
        assert sources(reader) == 1
        add(desk)
        put(desk, address)
        assert (schemas(base), sources(base)) == (["desk", "desk__old"], 2)
    put(desk, address)
    assert schemas(base) == ["desk"]


def test_a_killed_run_leaves_the_old_tables_and_the_next_clears_after_it(
    running: Server, base: Any, desk: Path
) -> None:
    address = running.address("postgres/desk")
    put(desk, address)
    add(desk)
    words = ["--database", str(desk), "export", address]
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    lives = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'scen export'"
    with psycopg.connect(running.address()) as other:
        other.execute("GRANT USAGE ON SCHEMA desk TO PUBLIC")  # the swap waits for its end
        killed = subprocess.Popen([sys.executable, SCEN, *words], env=environment())
        while base.execute(waits).fetchone() != (1,):
            assert killed.poll() is None
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert sources(base) == 1
        other.rollback()
    while base.execute(lives).fetchone() != (0,):
        pass
    assert schemas(base) == ["desk", "desk__new"]
    put(desk, address)
    assert (schemas(base), sources(base)) == (["desk"], 2)


def environment() -> dict[str, str]:
    return {**os.environ, "SCEN_CACHE": "0"}


@contextmanager
def cut(port: int, at: bytes = b"", after: int = 1 << 30) -> Iterator[int]:
    """A port that leads to another until the client sends certain bytes, or has sent `after` times.

    Then the line is dead, as it is when the client is killed.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            client, _ = door.accept()
            there = socket.create_connection(("127.0.0.1", port))

            def back() -> None:
                while data := there.recv(65536):
                    client.sendall(data)

            answers = threading.Thread(target=_quietly, args=(back,))
            answers.start()
            sent = 0
            while data := client.recv(65536):
                sent += 1
                if (at and at in data) or sent > after:
                    break
                there.sendall(data)
            for end in (client, there):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
            answers.join()

        served = threading.Thread(target=_quietly, args=(serve,))
        served.start()
        yield int(door.getsockname()[1])
        served.join()


def _quietly(work: Any) -> None:
    try:
        work()
    except OSError:
        return


def test_an_export_waits_for_another_to_its_schema_and_then_says_so(
    running: Server, base: Any, desk: Path
) -> None:
    put(desk, running.address("postgres/desk"))
    with (
        psycopg.connect(running.address(), autocommit=True) as other,
        pytest.MonkeyPatch.context() as patch,
    ):
        other.execute("SELECT pg_advisory_lock(hashtextextended('scen desk', 0))")
        patch.setattr(postgresql, "_PATIENCE", "10ms")
        with pytest.raises(ScenError, match="another export to the schema desk is under way"):
            put(desk, running.address("postgres/desk"))
    assert schemas(base) == ["desk"]
    put(desk, running.address("postgres/desk"))


@pytest.mark.parametrize("at", [b"COPY ", b"RENAME TO", b"COMMIT"])
def test_a_line_that_goes_dead_leaves_whole_tables(
    running: Server, base: Any, desk: Path, at: bytes
) -> None:
    put(desk, running.address("postgres/desk"))
    add(desk)
    with cut(running.port, at) as port, pytest.raises(ScenError) as raised:
        put(desk, Server(port).address("postgres/desk?sslmode=disable"))
    assert "connection" in str(raised.value)
    assert ("are whole" in str(raised.value)) == (at == b"RENAME TO")
    assert sources(base) == 1
    put(desk, running.address("postgres/desk"))
    assert (schemas(base), sources(base)) == (["desk"], 2)


def fill(filler: Path, room: int) -> None:
    """Fill a disk up to some room, whatever the server writes meanwhile."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    os.truncate(filler, max(filler.stat().st_size - room, 0))


def test_a_server_whose_disk_is_full_has_the_tables_of_before(
    running: Server, base: Any, desk: Path
) -> None:
    with small_disk("size=40m") as disk:
        base.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        base.execute("CREATE DATABASE little TABLESPACE small")
        address, filler = running.address("little/desk"), disk / "filler"
        with psycopg.connect(running.address("little"), autocommit=True) as little:
            put(desk, address)
            add(desk)
            for share in (0, 10, 40, 90):
                # A reader writes old blocks to make room in memory: they have their place before.
                base.execute("CHECKPOINT")
                fill(filler, room=share * 8192)
                with pytest.raises(ScenError, match="No space left on device"):
                    put(desk, address)
                assert (schemas(little), sources(little)) == (["desk"], 1)
                filler.unlink()
            put(desk, address)
            assert (schemas(little), sources(little)) == (["desk"], 2)
        base.execute("DROP DATABASE little")
        base.execute("DROP TABLESPACE small")


def test_an_export_that_ends_at_any_message_leaves_the_views_of_all_trackers_whole(
    running: Server, base: Any, desk: Path, tmp_path: Path
) -> None:
    other = make_tracker(tmp_path / "other", "other")
    for root, name in ((desk, "desk"), (other, "other")):
        share(root, running.address(f"postgres/{name}"))
    add(desk)
    before, after = [("Alignment", 1), ("other", 1)], [("Alignment", 2), ("other", 1)]
    assert counts(base, "sources") == before
    ends, message = 0, 1
    while True:
        with cut(running.port, after=message) as port:
            try:
                share(desk, Server(port).address("postgres/desk?sslmode=disable"))
                break
            except ScenError:
                ends += 1
        assert counts(base, "sources") in (before, after), message
        message += 1 if FULL else 40
    assert counts(base, "sources") == after
    assert ends > 1


def make_tracker(root: Path, id: str) -> Path:
    """A desk with an id of its own."""
    shutil.copytree(DESK, root)
    text = (root / "tracker.yaml").read_text()
    (root / "tracker.yaml").write_text(text.replace("format: 1", f"format: 1\nid: {id}"))
    return root


def test_what_cannot_be_connected_to_is_told_without_the_password(
    running: Server, desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for address, told in (
        ("postgresql://scen:wrong-one@127.0.0.1:1/x", "Connection refused"),
        (running.address().replace(PASSWORD, "wrong-one"), "password authentication failed for"),
        (running.address("nothing"), 'database "nothing" does not exist'),
        (running.address("postgres/Desk"), "cannot name a schema here"),
        (running.address("postgres/public"), "the schema public is no earlier export"),
        ("postgresql://scen:wrong-one@127.0.0.1:1", "write postgresql://USER@HOST/DATABASE/SCHEMA"),
    ):
        with pytest.raises((ScenError, UsageError), match=told) as raised:
            put(desk, address)
        said = f"{raised.value}{capfd.readouterr()}"
        assert "wrong-one" not in said
        assert PASSWORD not in said


def test_the_schema_stands_in_the_address_or_is_made_of_the_title() -> None:
    assert place_of("postgresql://h/d/s?x=1", "T") == ("postgresql://h/d?x=1", "s")
    assert place_of("postgresql:///d", "China–Russia alignment") == (
        *("postgresql:///d", "scen_china_russia_alignment"),
    )
    assert place_of("postgres://u@h:1/d/", "") == ("postgres://u@h:1/d", "scen_tracker")
