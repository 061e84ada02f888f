"""Lists of records."""

from functools import partial
from typing import Annotated, Literal

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import FromSource, InSet, Since, Tag, Until, reading, wanted
from scenarios.cli.options import TABLE, All, AsOf, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.render.documents import records
from scenarios.workspace.reading import Listed, listed


def command(
    context: typer.Context,
    what: Annotated[Listed, "", "Kind of record to list."],
    scenario: Annotated[
        str | None, "--scenario ID", "Only this scenario, and what rates it."
    ] = None,
    source: FromSource = None,
    tag: Tag = None,
    set_id: InSet = None,
    theme: Annotated[
        str | None, "--theme ID", "Only evidence and indicators of this theme."
    ] = None,
    since: Since = None,
    until: Until = None,
    unrated: Annotated[bool, "--unrated", "Only evidence that rates no scenario."] = False,
    unarchived: Annotated[
        bool, "--unarchived", "Only evidence with a web address and no saved copy."
    ] = False,
    by: Annotated[
        Literal["value"] | None, "--by", "Sort indicators, most worth watching first."
    ] = None,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """List records, narrowed by scenario, source, tag, theme and days."""
    opened, on = reading(context, rev), as_of or parsing.today()
    narrow = wanted(
        opened,
        on,
        scenario=scenario,
        source=source,
        tag=tag,
        set_id=set_id,
        theme=theme,
        since=since,
        until=until,
        unrated=unrated,
        unarchived=unarchived,
        by_value=by is not None,
    )
    document = records.DOCUMENTS[what]
    if what == "indicators":
        document = partial(records.indicators, by_value=by is not None)
    rows = listed(opened, what, on, narrow)
    show(context.obj, rows, lambda: document(rows, every=every), form, output)
