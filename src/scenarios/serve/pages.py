"""The pages of the site, as the database is now or was: the one place that makes them."""

from __future__ import annotations

from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.review import review
from scenarios.render.documents.explanation import document
from scenarios.render.writers import html
from scenarios.serve.exchange import Ask, Page, read
from scenarios.workspace.period import span


def _review(ask: Ask) -> Page:
    from scenarios.cli.terminal.page import report_page  # noqa: PLC0415 - the start is told first

    opened = ask.seen.opened
    window = span(opened, ask.on, None, banded=True)
    return Page(title="", whole=report_page(opened, window, review(window), None, clean=None))


def _scenario(ask: Ask) -> Page:
    opened = ask.seen.opened
    id = opened.scenario_on(ask.part("id"), ask.on)
    made = document(explain(opened.about(id), id, ask.on), opened.database)
    return Page(title=id, content=html.sections(made))


ENTRIES = (read("/", _review), read("/s/{id}/", _scenario))
