"""One row a scenario."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import typer

from scenarios.analysis.period.trajectory import TrajectoryPoint, last_reviews, trends
from scenarios.analysis.review.status import StatusRow
from scenarios.cli import parsing
from scenarios.cli.opening import history_of, reading
from scenarios.cli.options import TABLE, Across, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import on_terminal
from scenarios.extensions import own
from scenarios.model import Database, ScenarioId
from scenarios.render.document import Document, Unit
from scenarios.render.documents.status import Trends, document, figures
from scenarios.workspace import reading as workspace
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.remembered import remembered

STATUS = """
WITH newest AS (
  SELECT coalesce(max(as_of) FILTER (as_of <= current_date + 1), max(as_of)) AS day FROM meta)
SELECT tracker, m.as_of, scenario_id AS scenario, s.state, c.horizon,
  s.stated_before, s.stated, s.implied_before, s.implied, s.movement_bits, c.title,
  coalesce(n.day - m.as_of BETWEEN 0 AND coalesce(t.review_every_days, 7), false) AS ranked
FROM newest n, status s JOIN scenarios c USING (tracker, scenario_id) JOIN meta m USING (tracker)
LEFT JOIN tracker t USING (tracker)
WHERE s.state <> 'resolved'
ORDER BY ranked DESC, CASE WHEN ranked THEN array_position(['overdue', 'open'], s.state) END,
  CASE WHEN ranked THEN s.movement_bits END DESC NULLS LAST, tracker, scenario_id
"""
"""Query of `scen status --across`: overdue scenarios, then the most moved first.

Not ranked is an export older than the newest by more than its review, or for a day to come, by the
clock of any zone.
"""
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("stated_before", "stated", "implied_before", "implied"), "p"),
    "movement_bits": "bits",
}
"""Its columns of figures."""
DROPPED = ("stated_before", "implied_before", "title", "horizon", "movement_bits", "state")
"""Its columns that a narrow page leaves out, in order."""


def command(
    context: typer.Context,
    as_of: AsOf = None,
    rev: Rev = None,
    across: Across = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new.

    With --across the open scenarios of many trackers: overdue ones, then the most moved first; an
    export that is older than the newest by more than its review stands apart.
    """
    if across is not None:
        from scenarios.cli.extension_commands import answer, show_rows  # noqa: PLC0415 - --across alone

        result = answer(own("commands", "query").run, context, STATUS, as_of, rev, across)
        show_rows(context.obj, result, form, output, units=UNITS, dropped=DROPPED, ranked=True)
        return
    opened, on = reading(context, rev), as_of or parsing.today()
    is_json, repository = form == Form("json"), history_of(context)
    standings = workspace.standings(opened, on, banded=is_json, repository=repository)
    rows, since = tuple(row_state.row for row_state in standings), workspace.start_of(opened, on)
    flagged = [finding for row_state in standings for finding in row_state.flagged]

    def status_document() -> Document:
        base, whole = opened.database, form == Form("csv")  # for a program, which wants one table
        return document(
            rows,
            flagged,
            base.tracker.estimative_language,
            "" if rows else workspace.nothing_yet(opened, on),
            trends_for(opened, rows, on) if form == TABLE and output is None else None,
            since=since,
            ended=None if whole else workspace.ended(base, rows),
        )

    show(context.obj, workspace.status_of(opened, on, since, rows), status_document, form, output)


_REVIEWS = 12
"""Reviews in a sparkline."""


def trends_for(opened: OpenDatabase, rows: Iterable[StatusRow], on: date) -> Trends | None:
    """Trends of the rows over the last reviews; None where the output is no terminal."""
    if not on_terminal():
        return None
    days = last_reviews(on, opened.database.tracker.review_every_days, _REVIEWS)

    def make(
        database: Database, ids: Collection[ScenarioId]
    ) -> dict[ScenarioId, tuple[TrajectoryPoint, ...]]:
        visible_ids = (id for id in ids if id not in database.withheld)
        return trends(database, dict.fromkeys(visible_ids, days))

    points = remembered(opened, "trends", f"{days}", tuple[TrajectoryPoint, ...], make)
    return Trends(days, {row.id: figures(days, points.get(row.id, ())) for row in rows})
