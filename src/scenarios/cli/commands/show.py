"""Show one record."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
import typer

from scenarios.cli.desk import Desk, known_id, reading_desk
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal.output import shown, width
from scenarios.cli.terminal.pager import show
from scenarios.errors import ScenError
from scenarios.render.documents.lists import record_text
from scenarios.render.text import printable
from scenarios.storage.records import path_of


def command(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id.")],
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Show one record: a scenario, an indicator, evidence, a sheet or a source."""
    desk = reading_desk(context, rev)
    found = _records(desk, id, as_of)
    values = []
    for kind, owner, record in found:
        path = shown(desk.root / path_of(kind, owner))
        content = msgspec.to_builtins(record)
        values.append({"id": id, "kind": kind, "path": path, "record": content})
    heads = [printable(f"{v['id']} ({v['path']})") for v in values]
    texts = [record_text(h, v["record"], width()) for h, v in zip(heads, values, strict=True)]
    show(values[0] if len(values) == 1 else values, lambda: "\n\n".join(texts), form)


def _records(desk: Desk, id: str, as_of: date | None) -> list[tuple[Any, str, Any]]:
    """Every record of this id, with the kind and id of the file that holds it."""
    database = desk.database
    kinds: tuple[tuple[Any, Any, Any], ...] = (
        ("scenario", database.scenarios, lambda r: r.opened),
        ("evidence", database.evidence, lambda r: r.recorded),
        ("forecasts", database.sheets, lambda r: r.date),
        ("source", database.sources, lambda _: date.min),
    )
    owner, _, name = id.partition("/")
    if name and owner in database.scenarios:
        indicators = database.scenarios[owner].indicators
        known_id(name, indicators, f"indicator of {owner}", f"scen show {owner}")
        return [("scenario", owner, indicators[name])]
    found = [(kind, id, records[id], day) for kind, records, day in kinds if id in records]
    if not found:
        every = [known for _, records, _ in kinds for known in records]
        known_id(id, every, "record", "scen list")
    for _, _, record, day in found:
        if as_of and day(record) > as_of:
            raise ScenError(f"{id} was not known on {as_of}: it dates from {day(record)}")
    return [(kind, id, record) for kind, id, record, _ in found]
