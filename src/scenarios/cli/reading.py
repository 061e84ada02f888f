"""What the database says: lists, one record, status, ledger, weekly review."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, opened, reading_desk, show, width
from scenarios.cli.options import As, AsOf, Format, Rev
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
    from scenarios.analysis import listing
    from scenarios.analysis.known import known
    from scenarios.render import lists

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
        rows = [r for r in _window(desk, on, None)[1] if wanted.subject(desk.database, r.id)]
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
    from scenarios.render.lists import record_text
    from scenarios.storage.records import path_of

    desk = reading_desk(context, rev)
    found = _records(desk, id, as_of)
    values = []
    for kind, owner, record in found:
        path = shown(desk.root / path_of(kind, owner))
        content = msgspec.to_builtins(record)
        values.append({"id": id, "kind": kind, "path": path, "record": content})
    texts = [record_text(f"{v['id']} ({v['path']})", v["record"], width()) for v in values]
    show(values[0] if len(values) == 1 else values, lambda: "\n\n".join(texts), form)


def status(
    context: typer.Context, as_of: AsOf = None, rev: Rev = None, form: As = Format.table
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new."""
    from scenarios.analysis.review import About
    from scenarios.analysis.rules import findings
    from scenarios.render.status import status_table

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    window, rows = _window(desk, on, None)
    tracker = desk.database.tracker
    value = {
        "tracker": About(tracker.title, tracker.sets),
        "as_of": on,
        "since": window.since,
        "scenarios": rows,
    }

    def text() -> str:
        language = tracker.estimative_language
        made = status_table(rows, findings(window), language, width())
        return made or _nothing_yet(desk, on)

    show(value, text, form)


def report(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|7d", help="[the tracker's review_every_days before --as-of]"),
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """The weekly review: what moved, by how much, and because of what."""
    from scenarios.analysis.review import review
    from scenarios.render.report import report_text

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    made = review(_window(desk, on, since)[0])
    text = report_text if made.scenarios else lambda *_: _nothing_yet(desk, on)
    show(made, lambda: text(made, desk.database, width()), form)


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
    from scenarios.analysis.explanation import explain as explained
    from scenarios.render.ledger import ledger_text

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    made = explained(desk.database, opened(desk, scenario, on), on, swept=sweep)
    show(made, lambda: ledger_text(made, desk.database, width()), form)


def _window(desk: Desk, on: date, since: str | None) -> Any:
    """The window up to `on`, and the status rows in it."""
    from scenarios.analysis.status import status as status_rows
    from scenarios.analysis.window import window

    days = timedelta(days=desk.database.tracker.review_every_days)
    start = parsing.day(since, on) if since else max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    made = window(desk.database, start, on)
    return made, status_rows(made)


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


def _nothing_yet(desk: Desk, on: date) -> str:
    opens = sorted(s.opened for s in desk.database.scenarios.values())
    if not opens:
        return "no scenario yet: scen new"
    return f"no scenario had opened by {on}: the first opens on {opens[0]}"


COMMANDS = {
    "list": list_,
    "show": show_,
    "status": status,
    "report": report,
    "explain": explain,
}
