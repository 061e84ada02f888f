"""A schema of a PostgreSQL database: filled beside the old one, and swapped in whole.

Readers see the old tables until the new ones have their names; a query that reads the old ones
goes on. The next run clears what a killed one left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios import ScenError, UsageError
from scenarios.extending import View, engine_words, extra_needed, hidden, shown, slug
from scenarios.extensions.sql.statements import (
    TABLES,
    VIEWS,
    comments,
    create_indexes,
    create_table,
    create_views,
    literal,
    quoted,
)

if TYPE_CHECKING:
    from psycopg import Connection

ACROSS = "scen_across"
"""The schema of the tables of all trackers, `tracker` first.

Once it is there every export makes its views again beside it, each in a transaction of its own,
and swaps them in the step in which its own schema changes. Whoever reads the views before reads on;
a later export drops those.
"""
_MADE_BY, _ORIGIN = "made by scen export", "\nof "
"""How the comments on our schemas begin, and what stands before the origin in them."""
_TRACKER = "The tracker that it is of: its id, else its first commit, else its title"
_SCHEMAS = r"""
SELECT DISTINCT ON (tracker) tracker, nspname FROM (
  SELECT nspname, substring(obj_description(oid, 'pg_namespace') FROM %(mark)s) AS tracker
  FROM pg_namespace
  WHERE (nspname !~ '__(new|old)$' AND nspname <> %(schema)s OR nspname = %(new)s)
  AND (%(every)s OR pg_has_role(nspowner, 'USAGE'))) AS marked
WHERE tracker IS NOT NULL ORDER BY tracker, nspname <> %(new)s, nspname
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
_ADDRESS = re.compile(r"(postgres(?:ql)?://[^/?]*/[^/?]*)(?:/([^/?]*))?/?(\?.*)?", re.IGNORECASE)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,49}")
_WORKED_IN = ("__new", "__old")
"""The endings of the schemas in which an export works."""
_ORIGINS = """
SELECT split_part(obj_description(oid, 'pg_namespace'), E'\nof ', 2) FROM pg_namespace
WHERE starts_with(obj_description(oid, 'pg_namespace'), %s)
"""
_PATIENCE, _SOON, _QUEUE = "10s", "1s", "10min"
"""Lock timeouts: of a swap, of clearing what somebody may still read, of other exports' views."""
_FOREIGN = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = %s AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relname <> ALL (%s)
ORDER BY 1 LIMIT 1
"""
_DEPENDING = """
SELECT DISTINCT c.oid::regclass::text FROM pg_depend d
JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_class ours ON d.refclassid = 'pg_class'::regclass AND d.refobjid = ours.oid
WHERE ours.relnamespace = to_regnamespace(%(schema)s)::oid AND c.relnamespace <> ours.relnamespace
AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE pg_has_role(nspowner, 'USAGE')
  AND nspname ~ '^scen_across(__new|__old[0-9]+)?$')
UNION SELECT k.conrelid::regclass::text FROM pg_constraint k
JOIN pg_class ours ON k.confrelid = ours.oid JOIN pg_class c ON k.conrelid = c.oid
WHERE ours.relnamespace = to_regnamespace(%(schema)s)::oid AND c.relnamespace <> ours.relnamespace
ORDER BY 1 LIMIT 1
"""
_GRANTS = """
SELECT NULL, a.grantee, a.privilege_type
FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = %(schema)s AND a.grantee <> n.nspowner
UNION SELECT c.relname, a.grantee, a.privilege_type
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = to_regnamespace(%(schema)s)::oid AND a.grantee <> c.relowner
"""


class SchemaPlace(NamedTuple):
    """The address that is connected to, and the schema that is filled.

    Tables are made in the schema `new`; those before are renamed `old` until they are gone.
    """

    address: str
    schema: str

    @property
    def new(self) -> str:
        return self.schema + _WORKED_IN[0]

    @property
    def old(self) -> str:
        return self.schema + _WORKED_IN[1]


def send(
    view: View,
    address: str,
    refuse_fork: Callable[[str | None], None] = lambda _: None,
    *,
    overwrite: bool = False,
    shared: bool = False,
) -> str:
    """Fill the schema of an address; return both, without a password.

    If `shared`, views over the schemas of all trackers are made, as they are where they are there.
    `refuse_fork` is asked about the origin of each earlier export of the tracker.
    """
    schema = place_of(address, view.context.database.tracker.title)
    with connected(schema.address) as connection:
        tracker = view.context.metadata.tracker
        _refuse(connection, schema, tracker, overwrite=overwrite)
        for (origin,) in connection.execute(_ORIGINS, [f"{_MADE_BY}: {tracker}{_ORIGIN}"]):
            refuse_fork(origin)
        if shared and _may_share(connection) is False:
            raise ScenError(f"{ACROSS} belongs to another role: connect as a member of that")
        _clear(connection, (schema.new, schema.old))
        _fill(connection, schema, view)
        _lock(connection, ACROSS, _QUEUE, f"other exports still make the views of {ACROSS}")
        may_share = _may_share(connection)
        _swap(connection, schema, shared=shared if may_share is None else may_share)
        left = [name for (name,) in connection.execute(_LEFT).fetchall()]
        _clear(connection, (*left, schema.old), patient=False)
    base, _, query = schema.address.partition("?")
    return hidden(f"{base}/{schema.schema}" + (f"?{query}" if query else ""))


def place_of(address: str, title: str) -> SchemaPlace:
    """Parse `postgresql://USER@HOST/DATABASE/SCHEMA`; a missing schema is made of the title."""
    match = _ADDRESS.fullmatch(address)
    if not match:
        raise UsageError("to name a place there, write postgresql://USER@HOST/DATABASE/SCHEMA")
    schema = match[2] or f"scen_{slug(title, 40, 'tracker').replace('-', '_')}"
    is_ours = schema.startswith(ACROSS) or schema.endswith(_WORKED_IN)
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_") or is_ours:
        raise UsageError(
            f"{shown(schema)} cannot name a schema here: small letters, digits and _, at most 50"
        )
    return SchemaPlace(match[1] + (match[3] or ""), schema)


@contextmanager
def connected(address: str) -> Iterator[Connection[Any]]:
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra_needed("PostgreSQL", "postgres") from None
    settings: dict[str, Any] = {"application_name": "scen export", "connect_timeout": 10}
    defaults = {name: value for name, value in settings.items() if f"{name}=" not in address}
    with engine_words(address), psycopg.connect(address, autocommit=True, **defaults) as connection:
        yield connection


def trackers(
    connection: Connection[Any], schema: str = "", new: str = "", *, every: bool = False
) -> list[tuple[str, str]]:
    """The id and the schema of each tracker: `every` one, or those of roles that ours belongs to.

    `new` stands for the `schema` that it is to replace. Of two schemas of a tracker it is `new`,
    else the first by name.
    """
    parameters = {"mark": f"^{_MADE_BY}: ([^\n]+)", "schema": schema, "new": new, "every": every}
    return connection.execute(_SCHEMAS, parameters).fetchall()


def _lock(connection: Connection[Any], name: str, patience: str, otherwise: str) -> None:
    """Take an advisory lock until the session ends; raise `otherwise` if others keep it.

    A session whose line went dead has it until its server notices.
    """
    from psycopg import errors  # noqa: PLC0415 - an extra

    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{patience}'")
            connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    except errors.LockNotAvailable:
        raise ScenError(otherwise) from None


def _may_share(connection: Connection[Any]) -> bool | None:
    """True if our role may replace the shared views; None without them."""
    role = "SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(role, [ACROSS]).fetchone()
    return None if row is None else bool(row[0])


def _refuse(
    connection: Connection[Any], schema: SchemaPlace, tracker: str, *, overwrite: bool
) -> None:
    """Refuse a schema that is no export, another's, in use by another export, or built upon."""
    _lock(
        *(connection, f"scen {schema.schema}", _PATIENCE),
        f"another export to the schema {schema.schema} is under way",
    )
    owner = """
        SELECT obj_description(oid, 'pg_namespace'), pg_has_role(nspowner, 'USAGE'),
        pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s
    """
    row = connection.execute(owner, [schema.schema]).fetchone()
    if row is None:
        return
    mark, is_own_role, role = row
    if not (mark or "").startswith(_MADE_BY):
        raise ScenError(
            f"the schema {schema.schema} is no earlier export: name another one behind the database"
        )
    if not is_own_role:
        raise ScenError(
            f"the schema {schema.schema} belongs to the role {shown(role)}: connect as that role, "
            "or name another one behind the database"
        )
    other = mark.partition(_ORIGIN)[0].removeprefix(f"{_MADE_BY}: ")
    if other != tracker and not overwrite:
        raise ScenError(
            f"the schema {schema.schema} has the tracker {shown(other)}: name a schema behind the "
            "database, or --overwrite replaces it"
        )
    names = [*TABLES, *(view.name for view in VIEWS)]
    if other := connection.execute(_FOREIGN, [schema.schema, names]).fetchone():
        raise ScenError(
            f"{schema.schema}.{other[0]} is of no export, and would go with it: move it first"
        )
    if other := connection.execute(_DEPENDING, {"schema": schema.schema}).fetchone():
        raise ScenError(
            f"{other[0]} is built on the tables of {schema.schema}, which are replaced as a whole: "
            "drop it first"
        )


def _clear(connection: Connection[Any], schemas: Iterable[str], *, patient: bool = True) -> None:
    """Drop what an earlier run left; unless `patient`, leave what somebody still reads."""
    from psycopg import errors  # noqa: PLC0415 - an extra

    marked = "SELECT obj_description(to_regnamespace(%s)::oid, 'pg_namespace')"
    timeout = _PATIENCE if patient else _SOON
    for schema in schemas:
        mark = connection.execute(marked, [schema]).fetchone()
        if mark and mark[0] and mark[0].startswith(_MADE_BY):
            try:
                with connection.transaction():
                    connection.execute(f"SET LOCAL lock_timeout = '{timeout}'")
                    connection.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                if patient:
                    raise ScenError(f"somebody still reads {schema}: try again later") from None


def _fill(connection: Connection[Any], schema: SchemaPlace, view: View) -> None:
    new = quoted(schema.new)
    with connection.transaction():
        connection.execute(f"CREATE SCHEMA {new}")
        metadata = view.context.metadata
        mark = f"{_MADE_BY}: {metadata.tracker}" + (
            f"{_ORIGIN}{metadata.origin}" if metadata.origin else ""
        )
        connection.execute(f"COMMENT ON SCHEMA {new} IS {literal(mark)}")
        connection.execute(f"SET LOCAL search_path = {new}")
        for name, table in view.tables.items():
            connection.execute(create_table(table, "postgresql"))
            with connection.cursor().copy(f"COPY {quoted(name)} FROM STDIN") as copy:
                for row in view.rows(name):
                    copy.write_row(row)
            words = *create_indexes(table), *comments(table), f"ANALYZE {quoted(name)}"
            connection.execute("; ".join(words))
        for statement in create_views():
            connection.execute(statement)


def _grant(connection: Connection[Any], schema: SchemaPlace) -> None:
    """Give the new tables the privileges of those that are there."""
    for relation, grantee, privilege in connection.execute(_GRANTS, {"schema": schema.schema}):
        name = "SELECT rolname FROM pg_roles WHERE oid = %s"
        role = connection.execute(name, [grantee]).fetchone() if grantee else None
        to = quoted(role[0]) if role else "PUBLIC"
        new = quoted(schema.new)
        on = f"TABLE {new}.{quoted(relation)}" if relation else f"SCHEMA {new}"
        if relation is None or relation in TABLES or relation in {view.name for view in VIEWS}:
            connection.execute(f"GRANT {privilege} ON {on} TO {to}")


def _swap(connection: Connection[Any], target: SchemaPlace, *, shared: bool) -> None:
    from psycopg import OperationalError  # noqa: PLC0415 - an extra

    views = target._replace(schema=ACROSS)
    try:
        if shared:
            _create_shared_views(connection, target, views.new)
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            for replaced in (target, views) if shared else (target,):
                _grant(connection, replaced)
                there = "SELECT to_regnamespace(%s), txid_current()"
                existing, number = connection.execute(there, [replaced.schema]).fetchall()[0]
                schema = quoted(replaced.schema)
                if existing:
                    old = f"{views.old}{number}" if replaced is views else target.old
                    connection.execute(f"ALTER SCHEMA {schema} RENAME TO {quoted(old)}")
                connection.execute(f"ALTER SCHEMA {quoted(replaced.new)} RENAME TO {schema}")
    except OperationalError as error:
        words = str(error).splitlines()[0]
        raise ScenError(
            f"{hidden(target.address)}: {words}; the tables of {target.schema} are whole, those "
            "before or the new ones: export again"
        ) from error


def _create_shared_views(connection: Connection[Any], target: SchemaPlace, new: str) -> None:
    """Fill the schema `new` with a view for each table and view of ours, over all trackers.

    A column that a tracker's version of the tables lacks is null. Each view is a transaction of its
    own, as one locks its table of every tracker.
    """
    every = trackers(connection, target.schema, target.new)
    columns_by_view: dict[tuple[str, str], dict[str, str]] = {}
    for schema, relation, name, type in connection.execute(_COLUMNS, [[s for _, s in every]]):
        columns_by_view.setdefault((schema, relation), {})[name] = type
    _clear(connection, (new,))
    mark = f"COMMENT ON SCHEMA {quoted(new)} IS {literal(_MADE_BY + ', of all')}"
    connection.execute(f"CREATE SCHEMA {quoted(new)}; {mark}; SET search_path = {quoted(new)}")
    for name in (*TABLES, *(view.name for view in VIEWS)):
        parts = []
        for tracker, schema in every:
            if has := columns_by_view.get((schema, name)):
                columns = [
                    quoted(column) if column in has else f"NULL::{type} AS {quoted(column)}"
                    for column, type in columns_by_view[target.new, name].items()
                    if column != "tracker"
                ]
                own = ", ".join([f"{literal(tracker)}::text AS tracker", *columns])
                parts.append(f"SELECT {own} FROM {quoted(schema)}.{quoted(name)}")  # noqa: S608
        explained = comments(TABLES[name], "VIEW", tracker=_TRACKER) if name in TABLES else ()
        create = f"CREATE VIEW {quoted(name)} AS {' UNION ALL '.join(parts)}"
        connection.execute("; ".join((create, *explained)))
