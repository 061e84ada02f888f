"""The page of a scenario, with its odds ledger as a picture."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.forecasts import SheetForecast
from scenarios.analysis.ledger.ledger import rival_lines
from scenarios.analysis.ledger.lines import Ledger, Line
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, Indicator, IndicatorId, Resolution, Scenario, ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, one_line, p, right
from scenarios.render.charts.draw import Card
from scenarios.render.charts.ledger import BarGroup, LedgerBar, LedgerBars
from scenarios.render.document import Chart, Figure, Group, Row, Table, lines, plain, spans
from scenarios.render.documents.ledger_changes import STEPS, by_theme, counted_in
from scenarios.render.documents.review import sentences
from scenarios.render.documents.review.context import context_of
from scenarios.render.documents.review.sentences import of_scenario
from scenarios.render.pictures import figures_of, timeline
from scenarios.render.templating import fill
from scenarios.render.text import long_day, short_day, term
from scenarios.render.writers import html
from scenarios.scales import percent
from scenarios.site.figures import figures
from scenarios.site.pages.record import listed_first, newest, record_blocks
from scenarios.site.site import Page, PageLink, Site, address_of
from scenarios.text import counted

_ROWS, _LAST, _DAYS = 60, 3, 12
"""First and last rows of a long table; days of a course that are not folded."""
UNIT = (
    "Bars are in decibans (dB): 3 dB double the odds, 10 dB make them ten times as high, and a "
    "minus counts against."
)
_COLUMNS = (
    "dB: the rating after its grade. Factor: what overlap with other lines leaves of it. Counted: "
    "both. Sum: the total so far."
)


def scenario_page(site: Site, id: ScenarioId) -> Page:
    """The page of a scenario, as of the site's day."""
    address, scenario = address_of("s", id), site.scenarios.get(id)
    places, card = site.links(address), None
    if path := site.database.withheld.get(id):
        description = cells.withheld_figures(path)
        main = html.sections(_withheld(site, scenario, id, description), places)
    else:
        view = figures(site).window.views[id]
        description, card = plain(_news(site, view)), _card(site, view)
        line = html.sections(_line(site, view), site.event_links(address))
        main = fill(
            "site/record.html",
            top=html.sections(_top(site, view), places),
            kind="",
            body=f"{line}\n{html.sections(_body(site, view), places)}",
        )
    return Page(
        address=address,
        title=one_line(scenario.title) if scenario else id,
        description=description,
        main=main,
        section="scenarios",
        above=_above(site, scenario, address) if scenario else (),
        card=card,
    )


def _withheld(site: Site, scenario: Scenario | None, id: ScenarioId, reason: str) -> doc.Document:
    """The question alone, if known, where an unreadable file could change its figures."""
    formerly = scenario.formerly if scenario else ()
    return (
        doc.Heading(1, one_line(scenario.title) if scenario else id),
        *((doc.Paragraph(scenario.question),) if scenario else ()),
        doc.Paragraph(reason),
        *((doc.Paragraph(scenario.resolution_criteria),) if scenario else ()),
        *record_blocks(site, "scenario", id, formerly),
    )


def _card(site: Site, view: ScenarioView) -> Card:
    stated, implied = view.stated, "–" if view.unfounded else plain(p(view.implied.probability))
    row = figures(site).rows[view.id]
    about = cells.NO_FORECAST
    if stated:
        about = term(stated.probability, site.database.tracker.estimative_language)
    if not view.unfounded:
        about += f"; evidence {sentences.range_words(row)}"
    if view.resolution:
        about = cells.outcome_words(view.resolution.outcome)
    return Card(
        title=one_line(view.scenario.title),
        figure=plain(p(stated.probability)) if stated else implied,
        look="stated" if stated else "implied",
        about=about,
        signature=f"{site.title} · as of {short_day(site.as_of)}",
        notice=one_line(site.database.tracker.notice),
        points=figures_of(figures(site).trajectory(view.id), unfounded=view.unfounded),
    )


def _above(site: Site, scenario: Scenario, address: str) -> tuple[PageLink, ...]:
    if not scenario.set:
        return ()
    name = site.database.tracker.sets.get(scenario.set, scenario.set)
    return (PageLink(name, site.href(address, address_of("set", scenario.set))),)


def _top(site: Site, view: ScenarioView) -> Iterator[doc.Block]:
    yield doc.Heading(1, one_line(view.scenario.title))
    yield doc.Paragraph(view.scenario.question)
    yield _facts(figures(site).rows[view.id], view, site.database.tracker.estimative_language)
    yield doc.Paragraph(_news(site, view))


def _news(site: Site, view: ScenarioView) -> tuple[doc.Span, ...]:
    review = figures(site).review
    return of_scenario(context_of(review.story, site.database, review.scenarios), view)


def _line(site: Site, view: ScenarioView) -> Iterator[doc.Block]:
    trajectory = figures(site).trajectory(view.id)
    yield from over_time(timeline(trajectory, view, site.database, figures(site).window.since))


def over_time(course: Chart) -> Iterator[doc.Block]:
    """Yield a course as a picture, and its days as a table, the latest first."""
    yield doc.Heading(2, "How it came here", anchor="course")
    days, marks = course.table.rows, course.table.anchors
    yield replace(course, table=replace(course.table, rows=()))  # its marks lead to the rows below
    yield doc.Heading(2, "What happened to it", anchor="happened")
    yield replace(course.table, rows=days[:_DAYS], anchors=marks[:_DAYS])
    if rest := days[_DAYS:]:
        earlier = replace(course.table, rows=rest, anchors=marks[_DAYS:])
        head = doc.Heading(3, counted(len(rest), "earlier day"))
        yield doc.CollapsedSection(head, (earlier,))


def _body(site: Site, view: ScenarioView) -> Iterator[doc.Block]:
    yield doc.Heading(2, "What the evidence says", anchor="ledger")
    yield doc.Paragraph(f"Nothing yet: {cells.NOTHING_IMPLIED}." if view.unfounded else UNIT)
    yield from _ledger(site, view)
    if view.scenario.indicators:
        yield doc.Heading(2, "What is watched for", anchor="indicators")
        yield indicator_table(site, view.id, view.scenario)
    yield doc.Heading(2, "Criteria, starting chance and clarifications", anchor="criteria")
    yield from terms(view.scenario, view.resolution, p(view.scenario.prior.probability))
    yield from _forecasts(site, view)
    yield from _evidence(site, view)
    yield doc.Heading(2, "Record", anchor="record")
    yield from record_blocks(
        site, "scenario", view.id, view.scenario.formerly, own_keys(view.scenario, site.database)
    )


def indicator_table(site: Site, id: ScenarioId, scenario: Scenario) -> doc.Table:
    """The indicators of a scenario as they are now."""
    indicators = scenario.indicators
    now = {name: reading(figures(site).window.now, (id, name)) for name in indicators}
    columns: tuple[Cell[tuple[IndicatorId, Indicator]], ...] = (
        (left("Indicator"), lambda row: row[1].statement),
        (left("State"), lambda row: now[row[0]].state),
        (left("Since"), lambda row: now[row[0]].since or ""),
        (left("Due"), lambda row: f"{row[1].due or ''}"),
        (right("Strength"), lambda row: doc.Figure(now[row[0]].strength, digits=2)),
    )
    return cells.table(indicators.items(), columns, note=cells.STRENGTH)


def _forecasts(site: Site, view: ScenarioView) -> Iterator[doc.Block]:
    if not view.stated:
        return
    latest = {
        forecast.analyst: forecast for forecast in figures(site).trajectory(view.id).forecasts
    }
    rows = [forecast for who, forecast in sorted(latest.items()) if who in view.stated.analysts]
    named = site.database.tracker.analyst_name
    columns: tuple[Cell[SheetForecast], ...] = (
        (left("Analyst"), lambda forecast: named(forecast.analyst)),
        (right("Forecast"), lambda forecast: p(forecast.probability)),
        (left("On"), lambda forecast: f"{forecast.date}"),
        (left("Why"), lambda forecast: one_line(forecast.rationale)),
    )
    yield doc.Heading(2, "Who says so", anchor="forecasts")
    yield cells.table(rows, columns)


def _evidence(site: Site, view: ScenarioView) -> Iterator[doc.Block]:
    if ids := newest(site, view.evidence):
        yield doc.Heading(2, f"Evidence ({len(ids)})", anchor="evidence")
        yield from listed_first(site, ids)


def own_keys(scenario: Scenario, database: Database) -> Iterator[doc.Item]:
    """Yield how sentences name a scenario, its tags, and what it implies and depends on."""
    if scenario.short:
        yield doc.Item(f"In short: {one_line(scenario.short)}")
    if scenario.tags:
        yield doc.Item(f"Tags: {', '.join(scenario.tags)}")
    for name, ids in (("Implies", scenario.implies), ("Depends on", tuple(scenario.prior.given))):
        if ids:
            yield doc.Item((f"{name}: ", *cells.titles(ids, database)))


def _facts(row: StatusRow, view: ScenarioView, language: str) -> doc.Facts:
    stated, implied = doc.Fact("We say", "–", cells.NO_FORECAST), p(view.implied.probability)
    if view.stated:
        analysts = counted(len(view.stated.analysts), "analyst")
        words = term(view.stated.probability, language)
        stated = doc.Fact("We say", p(view.stated.probability), f"{words}; {analysts}")
    under = ("range ", *spans(sentences.range_spans(row))) if view.band else ""
    unfounded = doc.Fact("Evidence", "–", cells.NOTHING_IMPLIED)
    end = doc.Fact("By", f"{row.horizon}", "its day is past" if row.state == "overdue" else "")
    if view.resolution:
        outcome = cells.outcome_words(view.resolution.outcome)
        end = doc.Fact("Outcome", outcome, f"{view.resolution.date}")
    implied_fact = unfounded if view.unfounded else doc.Fact("Evidence", implied, under)
    return doc.Facts((stated, implied_fact, end))


def _ledger(site: Site, view: ScenarioView) -> Iterator[doc.Chart]:
    if not view.unfounded:
        stated, lines = view.stated.probability if view.stated else None, view.ledger.lines
        rivals = rival_lines(view.odds, view.id)
        drawn = ledger(view.ledger, stated, site.database, LISTED, rivals)
        yield _excerpt(drawn, _ROWS if len(site.first(lines)) == len(lines) else LISTED)


def _excerpt(chart: doc.Chart, most: int) -> doc.Chart:
    """The first rows of a long table and the last."""
    rows: list[doc.Row | doc.Group] = []
    left = len(chart.table.rows[most:-_LAST])
    for row in chart.table.rows:
        if isinstance(row, doc.Group):
            left += len(row.rows[most:])
            rows.append(replace(row, rows=row.rows[:most]))
        else:
            rows.append(row)
    if not left:
        return chart
    excerpt = (*rows[:most], *rows[most:][-_LAST:])
    note = f"{counted(left, 'more row')}. {_COLUMNS}"
    return replace(chart, table=replace(chart.table, rows=excerpt, note=note))


def terms(
    scenario: Scenario, resolution: Resolution | None, prior: doc.Span
) -> Iterator[doc.Block]:
    """Yield criteria, the prior in words or as a figure, clarifications and the resolution."""
    yield doc.Paragraph(scenario.resolution_criteria)
    yield from cells.reference_class(scenario.prior)
    what = "Starting point " if scenario.quantity else "Starting chance "
    yield lines((what, prior, f": {scenario.prior.basis}"))
    if scenario.clarifications:
        yield doc.Items(
            tuple(
                doc.Item(f"{long_day(note.date)}: {note.text}") for note in scenario.clarifications
            )
        )
    if resolution:
        yield doc.Paragraph(f"Resolved on {long_day(resolution.date)}: {resolution.basis}")


LISTED = 12
"""Most lines drawn separately, the strongest; the others in one sum."""
_RIVALS = 4
"""Parts of the row `rivals` that have a bar of their own."""
SMALL = 0.1
"""Decibans below which a line goes into the sum of the others."""
_FIRST = ("given", "time")
_RIVALS_ARE = {
    "prior": "the starting chances of the set, which do not sum to 100%",
    "rows": "rivals: what lines at other thresholds say",
}


def ledger(
    book: Ledger,
    stated: float | None,
    database: Database,
    listed: int = LISTED,
    rivals: Sequence[Line] = (),
) -> Chart:
    """Bars from prior to implied probability: the strongest lines, the others in one bar.

    `rivals` are the parts of that row, which have bars of their own.
    """
    title = cells.scenario_or_row(book.scenario, database).title
    steps = [line for line in book.lines if line.kind in STEPS]
    evidence = [line for line in book.lines if line.kind not in STEPS]
    strong = [line for line in evidence if abs(line.counted_decibans) >= SMALL][:listed]
    weak = [line for line in evidence if line not in strong]
    others = LedgerBar(label=counted(len(weak), "other line"), decibans=counted_in(weak))
    split = _split(rivals, database) if any(line.kind == "rivals" for line in steps) else ()
    last = [s for s in steps if s.kind not in (*_FIRST, *(["rivals"] if split else []))]
    themes = [
        BarGroup(name="", bars=_bars([s for s in steps if s.kind in _FIRST], database)),
        *(
            BarGroup(name=name, bars=_bars(lines, database))
            for name, lines in _themes(strong, database)
        ),
        *([BarGroup(name="", bars=(others,))] if weak else []),
        BarGroup(name=STEPS["rivals"], bars=split),
        BarGroup(name="", bars=_bars(last, database)),
    ]
    data = LedgerBars(
        title=title,
        prior=book.prior.probability,
        themes=tuple(theme for theme in themes if theme.bars),
        implied=book.implied.probability,
        stated=stated,
    )
    return Chart(_label(data, strong, split, database), data, _table(book, database))


def _split(parts: Sequence[Line], database: Database) -> tuple[LedgerBar, ...]:
    """The bars of what moved the rivals, the largest first, and one of all that is small."""
    ordered = sorted(parts, key=lambda part: (-abs(part.counted_decibans), part.id))
    large = [part for part in ordered[:_RIVALS] if abs(part.counted_decibans) >= SMALL]
    rest = ordered[len(large) :]
    label = counted(len(rest), "other line")
    bars = (LedgerBar(label=label, decibans=counted_in(rest)),) if rest else ()
    return (*_bars(large, database), *bars) if large else ()


def says(line: Line, database: Database) -> str:
    """A line in words."""
    if line.kind == "given":
        other = database.scenarios.get(line.id)
        return f"depends on: {other.title if other else line.id}"
    if line.kind == "rivals" and line.id in _RIVALS_ARE:
        return _RIVALS_ARE[line.id]
    if line.kind == "rivals" and line.id in database.scenarios:
        return f"decided: {database.scenarios[line.id].title}"
    if line.kind in STEPS:
        return STEPS[line.kind].format(line.id)
    if line.kind in ("direct", "in-prior"):
        summary = database.evidence[line.id].summary
        return f"in the starting chance: {summary}" if line.kind == "in-prior" else summary
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    return f"{cells.absent(line.state)}{statement}"


def _bars(lines: Sequence[Line], database: Database) -> tuple[LedgerBar, ...]:
    return tuple(
        LedgerBar(
            label=says(line, database),
            decibans=line.counted_decibans,
            anchor=f"e-{line.evidence[0]}" if line.evidence else "",
        )
        for line in lines
    )


def _themes(lines: Sequence[Line], database: Database) -> list[tuple[str, list[Line]]]:
    """The lines of each theme under its title, those without a theme last."""
    themes = by_theme(lines)
    without = "without a theme" if len(themes) > 1 else ""
    titles = database.tracker.themes
    return [(titles.get(id, id) if id else without, own) for id, own in themes]


def _label(
    data: LedgerBars, strong: Sequence[Line], rivals: Sequence[LedgerBar], database: Database
) -> str:
    tail = ""
    if strong:
        first = strong[0]
        side = "for" if first.counted_decibans > 0 else "against"
        tail = f"; most weight {side} it: {says(first, database)}"
    if rivals:
        did = "lost" if rivals[0].decibans > 0 else "gained"
        tail += f"; most of what its rivals {did}: {rivals[0].label}"
    ends = f"from a starting chance of {percent(data.prior)} to {percent(data.implied)}"
    return f"{data.title}: {ends}{tail}."


def _table(book: Ledger, database: Database) -> Table:
    running = book.prior.decibans

    def rows(lines: Sequence[Line]) -> Iterator[Row]:
        nonlocal running
        for line in lines:
            running += line.counted_decibans
            is_step = line.kind in STEPS
            yield (
                says(line, database),
                "" if is_step else Figure(line.decibans, "dB"),
                "" if is_step else Figure(line.factor, digits=2),
                Figure(line.counted_decibans, "dB"),
                Figure(running, "dB"),
            )

    steps = [line for line in book.lines if line.kind in STEPS]
    evidence = [line for line in book.lines if line.kind not in STEPS]
    prior = f"starting chance, {percent(book.prior.probability)}"
    table: list[Row | Group] = [(prior, "", "", "", Figure(running, "dB"))]
    table += rows([line for line in steps if line.kind in _FIRST])
    for name, own in _themes(evidence, database):
        table += [Group(name, tuple(rows(own)))] if name else rows(own)
    table += rows([line for line in steps if line.kind not in _FIRST])
    implied = f"evidence, {percent(book.implied.probability)}"
    table.append((implied, "", "", "", Figure(book.implied.decibans, "dB")))
    return Table(
        columns=(
            left("line", least=24),
            right("dB", "decibans"),
            right("factor"),
            right("counted", "counted_decibans"),
            right("sum", "sum_decibans"),
        ),
        rows=tuple(table),
        by="theme",
        note=_COLUMNS,
    )
