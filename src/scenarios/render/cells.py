"""Cells: how a record is named and a figure, change or outcome is shown, once for all results."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from scenarios.analysis.changes import FieldChange
from scenarios.analysis.evidence.indicators import ReadingState
from scenarios.analysis.quantities.figures import row_name
from scenarios.analysis.review.status import Implied, StatedFigure, StatusRow
from scenarios.model import Database, EvidenceId, Kind, Prior, Rating, Scenario, SetId, Tracker
from scenarios.render import document as doc
from scenarios.render.document import Figure, change_of, move, plain, spans, strip
from scenarios.render.text import long_day, term
from scenarios.scales import (
    MOVED_BITS,
    base_rate,
    decibans,
    has_moved,
    jeffreys,
    pair_digits,
    percent,
    percents,
)
from scenarios.text import counted
from scenarios.values import owner_of

NAMED = 5
"""Records named in a sentence; the rest is counted."""
WITHHELD = "?"
"""Stands for a figure that a file that cannot be read could change."""
NOTHING_IMPLIED = "no starting chance, and nothing is rated"
NO_FORECAST = "no current forecast"
HOLDS_NINE_IN_TEN = (
    "About nine in ten such ranges hold what judgements without error would imply, if ours err as "
    "much as is assumed, and independently"
)
MISSES_MORE_OFTEN = (
    "such a range misses more often for one of several answers than for a question by itself"
)
"""The promise of a range: in a set no number was found that it keeps (docs/method.md, Band)."""
_TITLE = 20
GAP = "gap: stated odds against implied, in decibans (dB): 3 is twice, 10 ten times."
ID = 28
"""Least width of a column of ids, which are folded at their hyphens."""
_FEWEST = 6
"""Least width of a trend, in reviews."""

STRENGTH = "Strength: how firmly it is seen, by the grades of its reports, from 0 to 1."
_FOUR = ("stated_before", "stated", "implied_before", "implied")
_NAMES = ("we said", "we say", "evidence before", "evidence")
R = TypeVar("R")
Cell = tuple[doc.Column, Callable[[R], doc.Text]]
"""A column, and its text in the row of a value."""
Four = tuple[float | None, float | None, float | None, float | None]
"""Probabilities: stated before, stated, implied before, implied."""


def left(name: str, key: str = "", **more: Any) -> doc.Column:
    return doc.Column(name=name, key=key, **more)


def right(name: str, key: str = "", **more: Any) -> doc.Column:
    return left(name, key=key, align="right", **more)


def table(values: Iterable[R], cells: Iterable[Cell[R]], **more: Any) -> doc.Table:
    return grouped([("", values, "")], cells, **more)


def grouped(
    groups: Iterable[tuple[str, Iterable[R], str]], cells: Iterable[Cell[R]], **more: Any
) -> doc.Table:
    """Table of groups, each with a name and a text about it; without a name, of plain rows."""
    cells = tuple(cells)
    rows: list[doc.Row | doc.Group] = []
    for name, values, about in groups:
        own = [tuple(text(value) for _, text in cells) for value in values]
        rows += [doc.Group(name, tuple(own), about)] if name else own
    return doc.Table(columns=tuple(column for column, _ in cells), rows=tuple(rows), **more)


def filled(values: Sequence[R], cells: Iterable[Cell[R]]) -> Iterator[Cell[R]]:
    """Yield the cells; a column that has no figure in any row is for CSV alone."""
    for column, text in cells:
        is_empty = not {plain(text(value)) for value in values} - {"", "–"}
        yield (replace(column, only="csv") if is_empty and values else column), text


def before_and_after(figures: Callable[[R], Four], **more: Any) -> Iterator[Cell[R]]:
    """Yield four columns: both figures, then and now."""

    def nth(number: int) -> Callable[[R], doc.Text]:
        return lambda value: p(figures(value)[number])

    for number, (key, name) in enumerate(zip(_FOUR, _NAMES, strict=True)):
        yield right(name, key, **more), nth(number)


def weight_column(tracker: Tracker) -> doc.Column:
    """Column of weights, whose head says where grades are not applied."""
    return right("weight" if tracker.grade_weights else "weight (grades not applied)", "weight")


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def notice(text: str | None) -> tuple[doc.Paragraph, ...]:
    return (doc.Paragraph(one_line(text), tone="notice"),) if text else ()


def forecaster(name: str, *, alone: bool) -> str:
    """A forecaster, on whole questions or on members of sets that are scored alone."""
    return f"{name}, members alone" if alone else name


def scenario(id: str, database: Database) -> doc.Ref:
    """A scenario by its title; an unknown one by its id."""
    is_known = owner_of(id) in database.scenarios
    return doc.Ref(
        id, "scenario", one_line(scenario_or_row(id, database).title) if is_known else id
    )


def scenario_or_row(id: str, database: Database) -> Scenario:
    """A scenario; of a row its quantity under the name of the row."""
    known_id = owner_of(id)
    known = database.scenarios[known_id]
    rows = known.quantity.rows(known_id) if known.quantity else {}
    if known.quantity is None or id not in rows:  # a row may be gone
        return known
    return replace(known, title=f"{known.title}: {row_name(rows[id], known.quantity.unit)}")


def quoted(span: doc.Span) -> tuple[doc.Span, ...]:
    return "“", span, "”"


def item(id: EvidenceId, database: Database) -> doc.Link:
    """An item by its summary, which leads to its address."""
    evidence = database.evidence[id]
    return doc.Link(one_line(evidence.summary), evidence.url, id)


def source(id: str, database: Database) -> doc.Ref:
    """A source by its name; one that is not registered by its id."""
    record = database.sources.get(id)
    kind: Kind | None = "source" if record else None
    return doc.Ref(id, kind, record.name if record else id)


def origin(id: EvidenceId, database: Database) -> tuple[doc.Span, ...]:
    """The id of an item, its grade and its source."""
    evidence = database.evidence[id]
    by: tuple[doc.Span, ...] = (", ", source(evidence.source, database)) if evidence.source else ()
    return (doc.Ref(id, "evidence"), f", {evidence.grade(database.sources)}", *by)


def indicator(key: str, database: Database) -> doc.Ref:
    owner, _, name = key.partition("/")
    return doc.Ref(key, "scenario", one_line(database.scenarios[owner].indicators[name].statement))


def listed(parts: Iterable[doc.Span], between: str = ", ") -> Iterator[doc.Span]:
    for index, span in enumerate(parts):
        yield from ([between] if index else [])
        yield span


def titles(ids: Sequence[str], database: Database, most: int = NAMED) -> tuple[doc.Span, ...]:
    """Titles of scenarios in quotation marks, at most `most`, and the number of others."""
    parts = [quoted(scenario(id, database)) for id in ids[:most]]
    parts += [(f"{len(ids) - most} more",)] if len(ids) > most else []
    joined: list[doc.Span] = []
    for index, title in enumerate(parts):
        joined += [" and " if index == len(parts) - 1 else ", "] if index else []
        joined += title
    return tuple(joined)


def rating(value: Rating) -> doc.Text:
    return value if isinstance(value, str) else doc.Figure(value, "ratio")


def p(probability: float | None) -> doc.Figure:
    """A probability; `–` for None."""
    return doc.Figure(probability, "p")


def step(before: float | None, after: float | None) -> tuple[doc.Span, ...]:
    """`20% → 4%`; one figure where both are printed alike, or there is none before."""
    if before is None or after is None or not has_moved(before, after):
        return (p(after),)
    places = pair_digits(before, after)
    return Figure(before, "p", places), " → ", Figure(after, "p", places)


def step_in_words(before: float | None, after: float) -> tuple[doc.Span, ...]:
    """A probability before and after; the change in points of two that print alike."""
    if before is None:
        return p(after), ", new"
    return step(before, after) if has_moved(before, after) else spans(change_of(before, after))


def absent(state: ReadingState | None) -> str:
    """Words before an absent indicator: `seen and reversed: `; nothing before another line."""
    if state is None:
        return ""
    words = {"emerging": "only emerging when due", "reversed": "seen and reversed"}
    return words.get(state, "not seen when due") + ": "


def range_promise(*, is_member: bool) -> str:
    """How often a range holds, of a member of a set or of a question by itself."""
    text = MISSES_MORE_OFTEN if is_member else HOLDS_NINE_IN_TEN
    return f"{text[0].upper()}{text[1:]}."


def band(low: float | None, high: float | None) -> doc.Text:
    """The ends of a band; nothing where there is none."""
    return (p(low), "–", p(high)) if low is not None else ""


def outcome_words(outcome: str | None) -> str:
    """`did not occur`, or the value of a quantity; nothing where there is no outcome."""
    return outcome.replace("-", " ") if outcome and outcome[0].islower() else outcome or ""


def state(row: StatusRow) -> str:
    """The outcome of a scenario, or the state of an open one."""
    return outcome_words(row.outcome or row.state)


def four(row: StatusRow) -> Four:
    """Both figures of a row, before and now."""
    stated, implied = row.stated, row.shown
    now = (stated.previous, stated.probability) if stated else (None, None)
    return *now, implied.previous, implied.probability


def title(row: StatusRow) -> doc.Ref:
    return doc.Ref(row.id, "scenario", one_line(row.title))


def unless_withheld(path: str | None, text: doc.Text) -> doc.Text:
    """A text; `?` where the file of that path withholds it."""
    return WITHHELD if path else text


def stated(row: StatusRow) -> doc.Text:
    if row.quantity and row.quantity.stated:
        return f"{row.quantity.stated}"
    return unless_withheld(row.withheld, p(four(row)[1]))


def implied(row: StatusRow) -> doc.Text:
    if row.quantity:
        return f"{row.quantity.implied}"
    return unless_withheld(row.withheld, p(row.shown.probability))


def change(figure: StatedFigure | Implied | None) -> doc.Text:
    """The change of a figure in points."""
    if figure is None or figure.probability is None:
        return ""
    return move(figure.previous, figure.probability)


def stated_and_implied(row: StatusRow) -> tuple[doc.Span, ...]:
    """`we say 40%, evidence 62%`; `we said` of a resolved one, the evidence alone without us."""
    we = "we said " if row.outcome else "we say "
    also = (we, *spans(stated(row)), ", ") if row.stated or row.withheld else ()
    return *also, "evidence ", *spans(implied(row))


def withheld_figures(path: str | None) -> str:
    """Sentence in place of figures that are withheld because of a file."""
    return f"We say ?, evidence ?: {path} cannot be read, and could change them."


def strip_of(row: StatusRow) -> str:
    """The stated figure, or else the implied one, before and now, beside the implied one."""
    stated_before, stated, implied_before, implied = four(row)
    before, now = (implied_before, implied) if stated is None else (stated_before, stated)
    return "" if now is None else strip(before, now, implied)


class StatusLine(NamedTuple):
    """A row of the status table, with its flags and the figures of its trend."""

    row: StatusRow
    flags: Sequence[str] = ()
    trend: tuple[float | None, ...] = ()

    @property
    def has_moved(self) -> bool:
        """True if the row stands out: its figures moved by `MOVED_BITS` or more."""
        return self.row.outcome is None and (self.row.movement_bits or 0) >= MOVED_BITS

    @property
    def flagged(self) -> str:
        """The state where it needs somebody, or the outcome, and the flags."""
        states = {"overdue": ["overdue"], "resolved": [outcome_words(self.row.outcome)]}
        return ", ".join([*states.get(self.row.state, []), *self.flags])


def reference_class(prior: Prior) -> Iterator[doc.Paragraph]:
    """Yield how often it happened in like cases, who counted them, and why the prior differs."""
    like = prior.reference
    if like is None:
        return
    rate, source = base_rate(like.occurred, like.cases), like.source or ""
    named: doc.Link | doc.Ref = (
        doc.Link(source, source) if "://" in source else doc.Ref(source, "source")
    )
    times = 10 ** ((decibans(prior.probability) - decibans(rate)) / 10)
    number = plain(doc.Figure(times, "ratio", digits=2))
    lies = f"has {number} times its odds"
    reason = f": {like.adjusted}" if like.adjusted else "."
    counted = ("; counted by ", named) if source else ()
    of = f"Reference class: {like.class_}, {like.occurred} of {like.cases} (base rate "
    prior_lies = f". The prior {'is that rate' if number == '1.00' else lies}{reason}"
    yield doc.Paragraph((of, p(rate), ", half a case added on each side)", *counted, prior_lies))


STRIP: Cell[StatusLine] = (
    left(
        doc.AXIS,
        "strip",
        drop=7,
        extra=True,
        only="terminal",
        meaning="strip",
        about="From 0.1% to 99.9%, in log odds: ● now, ○ a review ago, of what was stated, or "
        "implied where nobody stated anything; × what is implied now; | 50%.",
    ),
    lambda line: strip_of(line.row) if line.row.outcome is None else "",
)


def trend(days: Sequence[date], **more: Any) -> Cell[StatusLine]:
    """Column of the figures on these days."""
    return left("trend", days=tuple(days), **more), lambda line: doc.Trend(line.trend)


def status_cells(
    lines: Sequence[StatusLine], language: str, days: Sequence[date]
) -> Iterator[Cell[StatusLine]]:
    """Yield the columns of the status table, each with its cell; a trend if there are days."""
    words = " ".join(line.flagged.replace("did not", "did_not") for line in lines).split()
    own = left("scenario", least=ID)
    yield own, lambda line: doc.Ref(line.row.id, "scenario", strong=line.has_moved)
    yield right("stated"), lambda line: stated(line.row)
    yield (
        right("stated change", "stated_change", meaning="move"),
        lambda line: "" if line.row.outcome else change(line.row.stated),
    )
    yield right("implied"), lambda line: implied(line.row)
    yield (
        right("implied change", "implied_change", meaning="move"),
        lambda line: "" if line.row.outcome else change(line.row.shown),
    )
    if any(line.row.shown.low is not None for line in lines):
        yield left("band", drop=5), lambda line: band(*line.row.shown[2:])
    if days:
        yield STRIP
        yield trend(days, drop=8, least=_FEWEST)
    yield (
        right("gap, dB", "gap_decibans", drop=4, extra=True, about=GAP),
        lambda line: doc.Figure(line.row.shown_gap, "dB"),
    )
    yield left("evidence", drop=6), lambda line: _evidence(line.row)
    yield (left("indicators seen", "seen", drop=4, extra=True), lambda line: _seen(line.row))
    yield left("horizon", drop=3, extra=True), lambda line: f"{line.row.horizon or ''}"
    yield (
        left("in words", "in_words", drop=2, extra=True),
        lambda line: _in_words(line.row, language),
    )
    longest = max(map(len, ["flags", *words]))
    yield left("flags", least=longest, meaning="attention"), lambda line: line.flagged
    yield (
        left("title", drop=1, least=_TITLE, cut=True, extra=True),
        lambda line: one_line(line.row.title),
    )


def _evidence(row: StatusRow) -> str:
    count = row.evidence
    if not count:
        return WITHHELD if row.withheld else ""
    return f"{count.total}" + (f" (+{count.new})" if count.new else "")


def _seen(row: StatusRow) -> str:
    count = row.indicators
    return f"{count.observed}/{count.total}" if count else WITHHELD if row.withheld else ""


def _in_words(row: StatusRow, language: str) -> str:
    probability = (row.stated or row.shown).probability
    return "" if probability is None else term(probability, language)


def by_set(
    lines: Iterable[StatusLine], cells: Iterable[Cell[StatusLine]], sets: Mapping[SetId, str]
) -> doc.Table:
    """Table of scenarios; the members of a set together, under what it asks."""
    parts = groupby(lines, key=lambda line: (line.row.state == "resolved", line.row.set or ""))
    groups = ((name, [*members], sets.get(name, "")) for (_, name), members in parts)
    return grouped(groups, cells, by="set")


_LONGEST_VALUE = 160
"""Characters of a value that are shown; the whole is in the JSON."""


def field_words(change: FieldChange) -> str:
    """A field before and after, in one line."""
    return f"{change.field}: {value_text(change.before)} → {value_text(change.after)}"


def value_text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        pairs = ((key, item) for key, item in value.items() if item not in (None, [], {}))
        text = ", ".join(f"{key} {value_text(value)}" for key, value in pairs)
    elif isinstance(value, list):
        text = ", ".join(map(value_text, value))
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


_LONGEST = 100
"""Characters of a commit's subject, if one move has room in it."""


def rose_or_fell(before: float, after: float) -> str:
    """` fell from 37% to 4%`."""
    if not has_moved(before, after):
        return f" hardly moved, at {percent(after)}"
    was, now = percents(before, after)
    return f" {'rose' if after > before else 'fell'} from {was} to {now}"


def change_since(
    name: str, before: float, after: float, since: date, reported: float | None
) -> str:
    """`our figure fell from 37% to 4% since 21 February 2022`; what was `reported`, if other."""
    start = long_day(since)
    text = f"{name}{rose_or_fell(before, after)} since {start}"
    if not has_moved(before, after):
        text = f"{name} {percent(after)}, unchanged since {start}"
    if reported is None or not has_moved(reported, before):
        return text
    return f"{text} by today’s files; {percent(reported)} was reported then"


def count(number: int, overdue: int, moved: int, changed: int, since: date) -> str:
    """`19 open scenarios, 2 overdue, 12 moved since 21 February 2022, 1 changed afterwards`."""
    parts = [counted(number, "open scenario"), *[f"{overdue} overdue"] * bool(overdue)]
    parts.append(f"{moved or 'none'} moved since {long_day(since)}")
    return ", ".join([*parts, *[f"{changed} changed afterwards"] * bool(changed)])


def commit_subject(head: str, moves: Iterable[tuple[str, float | None, float | None]]) -> str:
    """`head (SCENARIO 45% → 12%, …)`: what moved most first, as much of it as there is room for."""

    def size(move: tuple[str, float | None, float | None]) -> tuple[bool, float]:
        _, before, after = move
        return before is not None and after is not None, -jeffreys(before, after)

    parts = []
    for scenario, before, after in sorted(moves, key=size):
        shown = ["–" if value is None else percent(value) for value in (before, after)]
        if before is not None and after is not None:
            shown = [*percents(before, after)]
        parts.append(f"{scenario} {' → '.join(shown)}")
    text = f"{head} ({', '.join(parts)})" if parts else head
    for count in range(len(parts) - 1, 0, -1):
        if len(text) <= _LONGEST:
            break
        text = f"{head} ({', '.join([*parts[:count], '…'])})"
    return text
