"""A folder of Parquet with a description of it, made by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from scenarios.exchange.targets import duckdb_file as duckdb
from scenarios.exchange.targets import package
from scenarios.exchange.targets.ddl import literal, quoted
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View

is_ours = package.is_ours


def write(view: View, folder: Path) -> None:
    """A file for each table."""
    with duckdb.faults(folder), closing(duckdb.connect()) as engine:

        def table_file(name: str, place: Path) -> None:
            duckdb.fill(engine, view, [name])
            engine.execute(f"COPY {quoted(name)} TO {literal(place)} (FORMAT parquet)")

        package.write(view, folder, "parquet", table_file)


def read(folder: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table that is in a folder."""
    with duckdb.faults(folder), closing(duckdb.connect()) as engine:
        for name in TABLES:
            place = folder / f"{name}.parquet"
            if place.is_file():
                found = engine.execute(f"SELECT * FROM read_parquet({literal(place)})")  # noqa: S608
                yield name, [column[0] for column in found.description or ()], found.fetchall()
