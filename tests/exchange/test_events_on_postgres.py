"""The same search on a database by its address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.errors import ScenError
from scenarios.values import EventCount, Events
from tests.exchange.test_events import EVENTS, looked
from tests.lazily import lazily
from tests.postgres import PASSWORD, Server, server

psycopg = lazily("psycopg")


@pytest.fixture(scope="module")
def events() -> Iterator[Server]:
    with server() as one, psycopg.connect(one.address(), autocommit=True) as connection:
        lines = (EVENTS / "icews.tab").read_text().splitlines()
        names = ", ".join(f'"{name}" text' for name in lines[0].split("\t"))
        connection.execute("CREATE SCHEMA feeds")
        connection.execute(f"CREATE TABLE feeds.events_icews ({names})")
        with connection.cursor().copy("COPY feeds.events_icews FROM STDIN") as copy:
            for line in lines[1:]:
                copy.write_row(line.split("\t"))
        yield one


def test_postgresql_answers_as_duckdb_does(events: Server) -> None:
    address = events.address("postgres/feeds")
    match = {"cameo": ["190"], "source_country": ["RUS"]}
    for count in (None, EventCount(window="7d", at_least=2), EventCount(window="7d", at_least=4)):
        there, here = (
            looked(place, Events(table=table, match=match, count=count), limit=3)
            for place, table in ((address, "events-icews"), (EVENTS, "icews"))
        )
        assert (there.total, there.first, there.last) == (here.total, here.first, here.last)
        assert [(one.id, one.date, one.count, one.fields) for one in there.candidates] == [
            (one.id, one.date, one.count, one.fields) for one in here.candidates
        ]


def test_what_the_server_refuses_is_told_without_the_password(events: Server) -> None:
    wanted = Events(table="icews", match={"cameo": ["190"]})
    for address, told in (
        (
            events.address().replace(PASSWORD, "wrong-one"),
            "password authentication failed for",
        ),
        (events.address("nothing"), 'database "nothing" does not exist'),
        (events.address("postgres/feeds"), "no table 'icews'; did you mean 'events_icews'"),
        (events.address(), "no table 'icews'; it has none"),
        ("postgresql://scen:wrong-one@127.0.0.1:1/x", "Connection refused"),
    ):
        with pytest.raises(ScenError, match=told) as raised:
            looked(address, wanted)
        assert "wrong-one" not in str(raised.value)
        assert PASSWORD not in str(raised.value)
