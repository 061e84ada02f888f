"""SQL over the tables, in DuckDB; exports to Parquet, SQLite, DuckDB and PostgreSQL."""

from scenarios.extending import Command, Extension, Target

_FILES, _POSTGRESQL = f"{__name__}.files", f"{__name__}.postgresql"
_TARGETS = (
    Target("parquet", "folder", "a folder of Parquet", f"{_FILES}:PARQUET"),
    Target("sqlite", "file", "a SQLite file", f"{_FILES}:SQLITE", (".sqlite", ".sqlite3", ".db")),
    Target("duckdb", "file", "a DuckDB file", f"{_FILES}:DUCKDB", (".duckdb", ".ddb")),
    Target("postgresql", "address", "a schema", _POSTGRESQL, also=("postgres",)),
)
EXTENSION = Extension(
    meaning=__doc__,
    targets={target.name: target for target in _TARGETS},
    commands={"query": Command("Query the database in SQL.", f"{__name__}.query:query", "SQL")},
)
