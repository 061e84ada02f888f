"""The schema `scen_across` of a PostgreSQL database: the tables of all trackers, `tracker` first.

Once it is there every export makes its views again, in the step in which its own schema changes.
Whoever reads the views before reads on; a later export drops those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.exchange.targets.sql import comments, literal, quoted
from scenarios.exchange.view.tables import TABLES, VIEWS

if TYPE_CHECKING:
    from psycopg import Connection

ACROSS = "scen_across"
MADE_BY, ORIGIN = "made by scen export", "\nof "
"""How the comments on our schemas begin, and what stands before the origin in them."""
_TRACKER = "The tracker that it is of: its id, else its first commit, else its title"
_SCHEMAS = r"""
SELECT DISTINCT ON (tracker) tracker, nspname FROM (
  SELECT nspname, substring(obj_description(oid, 'pg_namespace') FROM %s) AS tracker
  FROM pg_namespace
  WHERE nspname !~ '__(new|old)$' AND (%s OR pg_has_role(nspowner, 'USAGE'))) AS marked
WHERE tracker IS NOT NULL ORDER BY tracker, nspname <> %s, nspname
"""
_COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n
ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
AND n.nspname = ANY (%s) ORDER BY a.attnum
"""
_LEFT = """
SELECT nspname FROM pg_namespace
WHERE nspname ~ '^scen_across__old[0-9]+$' AND pg_has_role(nspowner, 'USAGE')
"""


def trackers(
    connection: Connection[Any], schema: str = "", *, every: bool = False
) -> list[tuple[str, str]]:
    """The id and the schema of each tracker: `every` one, or those of roles that ours belongs to.

    Of two schemas of a tracker it is this `schema`, else the first by name.
    """
    mark = f"^{MADE_BY}: ([^\n]+)"
    return connection.execute(_SCHEMAS, [mark, every, schema]).fetchall()


def may_be_made(connection: Connection[Any]) -> bool | None:
    """True if the views are of a role that ours belongs to; None if there are none."""
    role = "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s"
    return (connection.execute(role, [ACROSS]).fetchone() or (None,))[0]


def left(connection: Connection[Any]) -> list[str]:
    """The schemas of the views of before, which somebody may still read."""
    return [name for (name,) in connection.execute(_LEFT).fetchall()]


def create_views(connection: Connection[Any], schema: str, new: str) -> None:
    """Fill the schema `new` with a view for each table and view of `schema`, over all trackers.

    A column that a tracker's version of the tables lacks is null.
    """
    every = trackers(connection, schema)
    known: dict[tuple[str, str], dict[str, str]] = {}
    for place, relation, name, type in connection.execute(_COLUMNS, [[s for _, s in every]]):
        known.setdefault((place, relation), {})[name] = type
    connection.execute(f"CREATE SCHEMA {quoted(new)}")
    connection.execute(f"COMMENT ON SCHEMA {quoted(new)} IS {literal(MADE_BY + ', of all')}")
    connection.execute(f"SET LOCAL search_path = {quoted(new)}")
    for name in (*TABLES, *(view.name for view in VIEWS)):
        parts = []
        for tracker, place in every:
            if has := known.get((place, name)):
                columns = [
                    quoted(column) if column in has else f"NULL::{type} AS {quoted(column)}"
                    for column, type in known[schema, name].items()
                    if column != "tracker"
                ]
                own = ", ".join([f"{literal(tracker)}::text AS tracker", *columns])
                parts.append(f"SELECT {own} FROM {quoted(place)}.{quoted(name)}")  # noqa: S608
        connection.execute(f"CREATE VIEW {quoted(name)} AS {' UNION ALL '.join(parts)}")
    for table in TABLES.values():
        connection.execute("; ".join(comments(table, "VIEW", tracker=_TRACKER)))
