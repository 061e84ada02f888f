"""The records whose texts hold some words."""

from typing import Annotated

import typer

from scenarios.analysis.review.search import What
from scenarios.cli import parsing
from scenarios.cli.opening import FromSource, InSet, Since, Tag, Until, reading, wanted
from scenarios.cli.options import TABLE, All, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.render.documents.records import hits
from scenarios.workspace.reading import search_of

_MOST = 20
"""As many hits are shown without --all."""


def command(
    context: typer.Context,
    words: Annotated[list[str], "WORD", "Word or part of a word; all must match."],
    kind: Annotated[What | None, "--kind", "Only records of this kind."] = None,
    source: FromSource = None,
    tag: Tag = None,
    set_id: InSet = None,
    since: Since = None,
    until: Until = None,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Search the text of all records and show the matching lines.

    Any order, a part of a word is enough, and neither case nor accents count.
    """
    opened, on = reading(context, rev), as_of or parsing.today()
    result = search_of(
        opened,
        " ".join(words),
        on,
        wanted(opened, on, source=source, tag=tag, set_id=set_id, since=since, until=until),
        what=kind,
        most=None if every or form == Form("json") else _MOST,
    )
    show(context.obj, result, lambda: hits(result, every=every), form, output)
