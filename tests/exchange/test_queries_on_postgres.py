"""The questions of docs/queries.md have the answers that stand there on PostgreSQL too."""

from __future__ import annotations

from scenarios.extensions.sql import postgresql
from scenarios.workspace.exchange.exporting import view_of
from scenarios.workspace.opened import open_folder
from tests.exchange.test_queries import DAY, QUESTIONS, ROOT, told
from tests.lazily import lazily
from tests.postgres import server

psycopg = lazily("psycopg")


def test_the_answers_are_those_of_the_page() -> None:
    view = view_of(open_folder(ROOT / "scenarios"), DAY, limited=True)
    with server() as running, psycopg.connect(running.address(), autocommit=True) as base:
        postgresql.send(view, running.address("postgres/desk"))
        base.execute("SET search_path = desk")
        for _, title, sql, answer in QUESTIONS:
            rows = base.execute(sql)
            names = [column.name for column in rows.description]
            assert told(names, rows.fetchall()) == answer, title
