"""What the database says: lists, one record, the ledger of a scenario."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, opened, reading_desk, width
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal.pager import show
from scenarios.errors import ScenError


class What(StrEnum):
    """The five kinds of record."""

    scenarios = "scenarios"
    indicators = "indicators"
    evidence = "evidence"
    forecasts = "forecasts"
    sources = "sources"


_Day = Annotated[str | None, typer.Option(metavar="DATE", help="A day, or 7d before --as-of.")]


def list_(
    context: typer.Context,
    what: Annotated[What, typer.Argument(help="Which records.")],
    scenario: Annotated[str | None, typer.Option(metavar="ID", help="About this one.")] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="From this one.")] = None,
    tag: Annotated[str | None, typer.Option(help="About scenarios with this tag.")] = None,
    since: _Day = None,
    until: _Day = None,
    unrated: Annotated[
        bool, typer.Option("--unrated", help="Evidence that rates nothing.")
    ] = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """List records, narrowed by scenario, source, tag and days."""
    from scenarios.analysis.evidence.knowledge import known
    from scenarios.analysis.review import listing
    from scenarios.cli.commands.report import span
    from scenarios.render.documents import lists

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    if scenario is not None:
        desk.scenario(scenario)
    if source is not None and source not in desk.database.sources:
        from scenarios.cli.desk import known_id

        known_id(source, desk.database.sources, "source", "scen list sources")
    from_day = parsing.day(since, on) if since else None
    to_day = parsing.day(until, on) if until else None
    wanted = listing.Wanted(scenario, source, tag, from_day, to_day, unrated)
    if what == What.scenarios:
        rows = [r for r in span(desk, on, None)[1] if wanted.subject(desk.database, r.id)]
        show(rows, lambda: lists.scenarios_table(rows, width()), form)
        return
    tables: dict[What, tuple[Any, Any]] = {
        What.indicators: (listing.indicators, lists.indicators_table),
        What.evidence: (listing.evidence, lists.evidence_table),
        What.forecasts: (listing.forecasts, lists.forecasts_table),
        What.sources: (listing.sources, lists.sources_table),
    }
    make, render = tables[what]
    made = make(known(desk.database, on), wanted)
    show(made, lambda: render(made, width()), form)


def show_(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id.")],
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Show one record: a scenario, an indicator, evidence, a sheet or a source."""
    import msgspec

    from scenarios.cli.desk import shown
    from scenarios.render.documents.lists import record_text
    from scenarios.render.text import printable
    from scenarios.storage.records import path_of

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


def explain(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO")],
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Bend the prior, the ratings and the dependence.")
    ] = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """The odds ledger of a scenario, line by line, from prior to implied."""
    from scenarios.analysis.review.explanation import explain as explained
    from scenarios.render.documents.explanation import ledger_text

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    made = explained(desk.database, opened(desk, scenario, on), on, swept=sweep)
    show(made, lambda: ledger_text(made, desk.database, width()), form)


def _records(desk: Desk, id: str, as_of: date | None) -> list[tuple[Any, str, Any]]:
    """Every record of this id, with the kind and id of the file that holds it."""
    from scenarios.cli.desk import known_id

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


COMMANDS = {
    "list": list_,
    "show": show_,
    "explain": explain,
}
