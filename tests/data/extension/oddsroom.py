"""The Odds Room, a forecasting site that is made up: an extension that uses every hook."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from scenarios import Database, ReadOptions, Workspace
from scenarios.extending import (
    SCENARIO,
    CellError,
    Codec,
    Command,
    Extension,
    Fault,
    Finding,
    ImportBuilder,
    ImportFile,
    ImportRecord,
    Page,
    Site,
    SourceFile,
    Target,
    View,
    ViewContext,
    ViewTable,
    Window,
    column,
    incoming,
    note,
    of_scenario,
    page_of,
    rows,
    rule,
    table,
)
from scenarios.render.document import Column, Document, Paragraph, Table, flat, plain

NEEDED = ("id", "title", "closes", "chance")
FAR_DAYS = 5 * 366


def read_oddsroom(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """Read the questions and forecasts of a download: `id,title,opens,closes,chance,by`."""
    room = ImportBuilder("oddsroom", wanted)
    with incoming(file, wanted.encoding, ".csv") as files:
        for row in rows(files[0], NEEDED):
            with room.row(row.position):
                title, id = row.text("title"), room.foreign(row.text("id"))
                if not title:
                    raise CellError("title", "is empty")
                opens = room.timestamp(row.text("opens"), "opens")
                record = {"title": title, "question": title, "opened": opens}
                record["horizon"] = room.day(row.text("closes"), "closes")
                arrival = ImportRecord(
                    kind="scenario",
                    record=record,
                    position=row.position,
                    foreign=id,
                    address=f"https://odds.example/{row.text('id')}",
                )
                room.records.append(arrival)
                chance = float(row.text("chance")) / 100
                room.forecast(id, row.text("by"), opens, chance, row.position)
    return room.arrived()


def write_chat(document: Document) -> str:
    """Write each paragraph in a line of its own, as a chat takes it."""
    return "\n".join(f"* {plain(b.text)}" for b in flat(document) if isinstance(b, Paragraph))


@rule("source-without-address", "A source without an address", "warning")
def source_without_address(database: Database) -> Iterator[tuple[str, str, Fault]]:
    for id, source in database.sources.items():
        if source.url is None:
            fault = Fault(("name",), "key", "source-without-address", "it has no url")
            yield "source", id, fault


@note("far-horizon", "A horizon more than five years ahead")
def far_horizon(window: Window) -> Iterator[Finding]:
    for view in window.views.values():
        if (view.scenario.horizon - window.as_of).days > FAR_DAYS:
            yield of_scenario("far-horizon", view.id, "more than five years ahead", "horizon")


HORIZONS: ViewTable = table(
    "Days from the day of the export to each horizon",
    SCENARIO,
    column("days", "integer", "Days to the horizon, negative after it"),
    key="scenario_id",
    refers="scenario_id scenarios",
)


def horizons(moment: ViewContext) -> Iterator[tuple[str, int]]:
    for id, scenario in moment.records.scenarios.items():
        yield id, (scenario.horizon - moment.as_of).days


def write_ids(view: View, path: Path) -> None:
    path.write_text("".join(f"{id}\n" for (id,) in view.columns("scenarios", "scenario_id")))


def is_ids(path: Path, _: str | None = None) -> bool:
    return path.suffix == ".ids"


IDS = Codec(write_ids, is_ids)


def countdown(
    workspace: Workspace,
    as_of: Annotated[date, "--as-of DATE", "The day from which to count."],
) -> tuple[Any, Document]:
    """Count the days to each horizon."""
    scenarios = workspace.database.scenarios
    days = {id: (scenario.horizon - as_of).days for id, scenario in scenarios.items()}
    columns = (Column(name="Scenario"), Column(name="Days", align="right"))
    return days, (Table(columns=columns, rows=tuple((id, str(n)) for id, n in days.items())),)


def horizons_page(site: Site) -> Page:
    scenarios = site.database.scenarios
    blocks = [Paragraph(f"{id}: {scenario.horizon}") for id, scenario in scenarios.items()]
    return page_of(site, "horizons/index.html", "Horizons", "When each question ends", blocks)


EXTENSION = Extension(
    meaning="Questions and forecasts of the Odds Room",
    importers={"oddsroom": read_oddsroom},
    targets={"ids": Target("ids", "file", "the ids of the scenarios", IDS, (".ids",), ())},
    writers={"chat": write_chat},
    rules={"source-without-address": source_without_address},
    findings={"far-horizon": far_horizon},
    tables={"horizons": (HORIZONS, horizons)},
    commands={"countdown": Command("Count the days to each horizon.", countdown)},
    pages={"horizons/index.html": horizons_page},
)
