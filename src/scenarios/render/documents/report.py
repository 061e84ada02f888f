"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scenarios.analysis.review.moves import Causes
from scenarios.analysis.review.review import Method, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Database, SetId
from scenarios.render.document import (
    Block,
    Chart,
    Column,
    Document,
    Figure,
    Folded,
    Group,
    Heading,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
    Trend,
)
from scenarios.render.documents import status
from scenarios.render.documents.review import findings, headline, moves, news
from scenarios.scales import printed
from scenarios.text import counted

_TITLE = 28


def board(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    sets: Mapping[SetId, str],
    trends: status.Trends | None = None,
) -> Table:
    """One row a scenario, the members of a set together; a trend each where there are some."""
    noted = status.flags(findings)
    cells = {row.id: _cells(row, noted.get(row.id, []), trends) for row in rows}
    days = tuple(trends.days) if trends else ()
    trend = (status.STRIP, Column(name="trend", drop=2, days=days)) if trends else ()
    columns = (
        Column(name="scenario", least=_TITLE),
        Column(name="stated", key="stated_from_to", align="right"),
        Column(name="implied", key="implied_from_to", align="right"),
        *trend,
        Column(name="flags", drop=3, meaning="attention"),
        Column(name="id", drop=1, extra=True, only="terminal"),
        *(Column(name=name, only="csv") for name in NUMBERS),
    )
    return Table(columns=columns, rows=tuple(_grouped(rows, cells, sets)), by="set")


NUMBERS = ("stated_before", "stated", "implied_before", "implied")


def _cells(row: StatusRow, flags: Sequence[str], trends: status.Trends | None) -> Row:
    said, implied = row.stated, row.shown
    before = said.previous if said else None
    overdue = ["overdue"] if row.state == "overdue" else []
    return (
        Ref(row.id, "scenario", " ".join(row.title.split())),
        _step(before, said.probability) if said else "–",
        _step(implied.previous, implied.probability) if implied.probability is not None else "–",
        *((status.strip_of(row), Trend(trends.figures[row.id])) if trends else ()),
        ", ".join([*overdue, *flags]),
        row.id,
        Figure(before, "p"),
        Figure(said.probability if said else None, "p"),
        Figure(implied.previous, "p"),
        Figure(implied.probability, "p"),
    )


def _step(before: float | None, after: float) -> Text:
    """`20% → 4%`, or one figure where both are read alike."""
    now = Figure(after, "p")
    if before is None:
        return now, ", new"
    return (now,) if printed(before) == printed(after) else (Figure(before, "p"), " → ", now)


def _grouped(
    rows: Iterable[StatusRow], cells: Mapping[str, Row], sets: Mapping[SetId, str]
) -> Iterator[Row | Group]:
    groups: list[tuple[SetId | None, list[Row]]] = []
    for row in rows:
        if not groups or groups[-1][0] != row.set:
            groups.append((row.set, []))
        groups[-1][1].append(cells[row.id])
    for name, told in groups:
        if name:
            yield Group(name, tuple(told), sets.get(name, ""))
        else:
            yield from told


def method_text(method: Method) -> str:
    """The conventions that made the figures, in a paragraph."""
    worth = ", ".join(f"{code} {value:g}" for code, value in method.decibans.items())
    weights = "Grades are shown, not applied."
    if method.grade_weights:
        letters = ", ".join(f"{k} {v:g}" for k, v in method.grade_weights.reliability.items())
        numbers = ", ".join(f"{n} {v:g}" for n, v in enumerate(method.grade_weights.credibility, 1))
        weights = f"A grade keeps, by this team's own table: {letters}; {numbers}."
    analysts = "no standing forecast" if not method.analysts else "one analyst, no team"
    if method.analysts > 1:
        analysts = f"{method.analysts} analysts, the geometric mean of their odds"
    words = {"icd-203": "ICD 203, lower edges included", "phia": "PHIA yardstick, with its gaps"}
    return (
        f"Implied: Bayes' rule from the prior, in decibans ({worth}). {weights} "
        f"{_overlapping(method)} Ledger version {method.ledger}; each row is rounded by itself. "
        f"Stated: {analysts}. Words: {words[method.estimative_language]}."
    )


def _overlapping(method: Method) -> str:
    """How alike lines are taken to be, and how strong ratings."""
    within, between = method.evidence_dependence.within, method.evidence_dependence.between
    alike = f"Correlation of lines: {within:g} within a theme, {between:g} between themes."
    if within == between:
        alike = f"Correlation of lines: {within:g}."
    strong = f" Every rating × {method.rating_strength:g}." if method.rating_strength != 1 else ""
    return alike + strong


def document(
    review: Review,
    database: Database,
    trends: status.Trends | None = None,
    *,
    nothing: str = "",
    picture: Chart | None = None,
    whole: bool = False,
    every: bool = False,
) -> Document:
    """The review; `nothing` is said where no scenario had opened.

    The `picture` of the open scenarios stands where else their table does. `whole` adds the status
    table, with what was resolved before, the rows that add up to each move, `every` the small ones
    among them, and the method.
    """
    title = f"{review.tracker.title}: review of {review.as_of}, since {review.since}"
    told = _told(review, database)
    with_moves = moves.moving_items(told)
    in_full = findings.in_full(review.findings, database)
    return (
        Heading(1, title),
        *_news(review, database),
        *findings.needs(review.findings, database),
        *_overview(review, trends, nothing, picture),
        *moves.outcomes(review.resolved, with_moves, database),
        *moves.moved(told),
        *moves.unmoved(_still(review), review.unchanged.reaffirmed, database),
        *findings.coming(review.due, database),
        *news.asked(review.questions, database),
        *news.evidence(review.new_evidence, with_moves, database),
        *news.indicators(review.indicator_changes, database),
        *news.differing(review.spreads, database),
        *news.restated(review.restated, database),
        *([in_full] if in_full else []),
        *(_behind(review, told, database, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _news(review: Review, database: Database) -> Iterator[Block]:
    """The headline and the notice."""
    if said := headline.told(review.headline, database):
        yield Paragraph(said)
    if review.tracker.notice:
        yield Paragraph(" ".join(review.tracker.notice.split()), tone="notice")


def _told(review: Review, database: Database) -> moves.Told:
    return moves.Told(
        database=database,
        rows={row.id: row for row in review.scenarios},
        moves={move.scenario: move for move in review.moves},
        causes=Causes(review.events, review.other_causes),
        resolved=review.headline.resolved,
        language=review.method.estimative_language,
    )


def _still(review: Review) -> list[StatusRow]:
    ids = {*review.unchanged.reaffirmed, *review.unchanged.untouched}
    return [row for row in review.scenarios if row.id in ids]


def _overview(
    review: Review, trends: status.Trends | None, nothing: str, picture: Chart | None
) -> Iterator[Block]:
    yield Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    table = board(rows, review.findings, review.tracker.sets, trends)
    if not review.scenarios:
        yield Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        yield Chart(picture.label, picture.drawing, table) if picture else table
    else:
        yield Paragraph("Every scenario is resolved.")
    resolved = {entry.scenario for entry in review.resolved}
    if hidden := len(review.scenarios) - len(rows) - len(resolved):
        yield Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _elsewhere(review: Review) -> Iterator[Block]:
    if review.scenarios:
        yield Paragraph("Bands, the rows of each move and the method: scen report --all")


def _behind(
    review: Review, told: moves.Told, database: Database, *, every: bool
) -> Iterator[Block]:
    """Every figure of every scenario, the rows of what moved, and the method."""
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        table = status.table(review.scenarios, review.findings, language, sets=sets, note=note)
        yield Folded(Heading(2, "Status", anchor="status"), (table,))
    yield from moves.sums(told, every=every)
    yield _method(review, database)


def _method(review: Review, database: Database) -> Folded:
    told = [Paragraph(method_text(review.method))]
    if text := database.tracker.description:
        told.append(Paragraph(" ".join(text.split())))
    return Folded(Heading(2, "Method", anchor="method"), tuple(told))
