"""Texts of a sitting: scenarios as topics, items, indicators, and the figures at its end."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scenarios.analysis.changes import figure_words
from scenarios.analysis.evidence.knowledge import KnownEvidence, criteria_text, resolved
from scenarios.analysis.forecasts import TeamFigure as Others
from scenarios.analysis.review.agenda import (
    FigureComparison,
    OverdueIndicator,
    RecentNews,
    ScenarioQuestion,
    SetTotal,
    offered,
)
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import lines
from scenarios.render.text import in_words, on_screen, short_day
from scenarios.scales import percent
from scenarios.text import counted, fold, printable

_DAY = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}(-[0-9]{2})?(?![\w-])")
_NAMED = re.compile(r"\[([^\[\]\s]+)\]")
_MOST = 50
"""Items in full; of more, the newest."""
ANALYSTS = "n: analysts behind the figure."
_FEW = 3
"""News that stands open on a page."""
_PAGE = 1_000_000
"""Width and lines of a page, on which nothing is folded or left out."""
_TEXT = 3
"""Lines of a question, and of what decides it; one less of a reason."""


def unrated_text(known_evidence: KnownEvidence, id: EvidenceId, width: int) -> str:
    """An item without its ratings: what it says and who says so."""
    item = known_evidence.database.evidence[id]
    source = f", {item.source}" if item.source else ""
    texts = (item.summary, item.quote and f"“{item.quote}”", item.url, item.notes)
    head = fold(f"{id} ({item.grade(known_evidence.database.sources)}{source})", width)
    return "\n".join([head, *(fold(text, width, "  ") for text in texts if text)])


def past_due_text(past_due: OverdueIndicator, width: int) -> str:
    """An indicator past due: what was watched for, where and since when."""
    indicator = past_due.indicator
    worth = indicator.if_absent or indicator.chance
    absent = "its absence counts" if worth else "its absence counts 0"
    texts = (
        indicator.statement,
        indicator.watch and f"where: {indicator.watch}",
        f"watched for since {indicator.added}, due {indicator.due}: {absent}",
    )
    head = fold(f"{past_due.scenario}/{past_due.id}", width)
    return "\n".join([head, *(fold(text, width, "  ") for text in texts if text)])


def answer_text(figure_said: float | Mapping[str, Any] | None, rationale: str | None) -> str:
    """The answer for a scenario, in a line, as one types it."""
    figure = f"{figure_said:g}" if isinstance(figure_said, float) else "withdraw"
    if isinstance(figure_said, Mapping):
        figure = figure_words(figure_said).replace(" ", "=").replace(",=", " ")
    return f"{figure}, {rationale}" if rationale else figure


def reveal_table(
    reveals: Sequence[FigureComparison],
    sums: Iterable[SetTotal],
    analyst: Analyst,
    absent: Mapping[ScenarioId, Sequence[str]] = {},
) -> doc.Document:
    """One row a scenario: the analyst's figures, the others', the team's, the implied one.

    An implied one that counts what was seen as `absent` is marked. Then what the figures of each
    set add up to, and what would add up to 1.
    """
    stands = any(row.team or row.others for row in reveals)
    columns: tuple[Cell[FigureComparison], ...] = (
        (left("scenario"), lambda row: doc.Ref(row.scenario, "scenario")),
        (right("before"), lambda row: _of(row, "before") or p(row.before)),
        (right("yours"), lambda row: _of(row, "after") or p(row.after)),
        (
            right("others", about=ANALYSTS if stands else ""),
            lambda row: _of(row, "others") or _figure(row.others),
        ),
        (right("team"), lambda row: _of(row, "team") or _figure(row.team)),
        (
            right("implied"),
            lambda row: (
                _of(row, "implied")
                or doc.Figure(row.implied, "p", mark="*" if row.scenario in absent else "")
            ),
        ),
        (
            right("gap dB", "gap_decibans", about=cells.GAP),
            lambda row: "" if row.quantity else doc.Figure(row.gap_decibans, "dB"),
        ),
    )
    keys = dict.fromkeys(key for row in reveals for key in absent.get(row.scenario, ()))
    marked = f"* still counts {', '.join(keys)} as absent: seen, and not recorded"
    notes = (doc.Items((doc.Item(marked),)),) if keys else ()
    shown = cells.table(reveals, (*columns[:-1], *cells.filled(reveals, columns[-1:])))
    return (shown, *notes, set_sums(sums, analyst))


def _of(row: FigureComparison, side: str) -> str:
    """`242 (222 to 267)`; empty where there is none, or the question has a yes or a no."""
    return f"{getattr(row.quantity, side) or ''}" if row.quantity else ""


def _figure(figure: Others | None) -> doc.Figure:
    return doc.Figure(figure.probability, "p", mark=f", n={figure.analysts}") if figure else p(None)


def set_sums(
    sums: Iterable[SetTotal], analyst: Analyst, fresh: Collection[ScenarioId] = ()
) -> doc.Items:
    """The sum of an analyst's figures of each set, and the nearest that sum to 100%.

    Where some of a set are `fresh`, the others still stand, and all are normalised with them.
    """
    rows = []
    for own in sums:
        under: tuple[doc.Item, ...] = ()
        if nearest := own.nearest:
            pairs = (
                f"{id} {percent(figure, 1)} → {percent(nearest[id], 1)}"
                for id, figure in own.figures.items()
            )
            under = (doc.Item(f"nearest that sum to 100%: {', '.join(pairs)}"),)
            old = [id for id in own.figures if fresh and id not in fresh]
            if old:
                still = ", ".join(f"{id} {percent(own.figures[id], 1)}" for id in old)
                under += (doc.Item(f"the table counts what still stands as before: {still}"),)
        stated_in_set = f"{len(own.figures)} of {own.members}"
        rows.append(
            doc.Item(
                f"{own.set}: {analyst} gives {stated_in_set}, sum {percent(own.total, 1)}", under
            )
        )
    return doc.Items(tuple(rows))


def forecast_document(
    figures: Iterable[Any], sums: Iterable[SetTotal], analyst: Analyst
) -> doc.Document:
    """The stated probability before and after, the implied one, and what the sets add up to."""
    rows, unless = [*figures], cells.unless_withheld
    columns: tuple[Cell[Any], ...] = (
        (left("scenario"), lambda row: doc.Ref(row.scenario, "scenario")),
        (
            right("stated before"),
            lambda row: _interval(row, before=True) or unless(row.withheld, p(row.before)),
        ),
        (
            right("stated after"),
            lambda row: _interval(row) or unless(row.withheld, p(row.after)),
        ),
        (right("analysts"), lambda row: unless(row.withheld, doc.Figure(row.analysts))),
        (
            right("implied"),
            lambda row: (
                f"{row.quantity.implied}" if row.quantity else unless(row.withheld, p(row.implied))
            ),
        ),
        (
            right("gap dB", "gap_decibans", about=cells.GAP),
            lambda row: (
                "" if row.quantity else unless(row.withheld, doc.Figure(row.gap_decibans, "dB"))
            ),
        ),
    )
    paths = dict.fromkeys(row.withheld for row in rows if row.withheld)
    lost = (doc.Paragraph(cells.withheld_figures(path)) for path in paths)
    fresh = {row.scenario for row in rows}
    shown = cells.table(rows, (*columns[:-1], *cells.filled(rows, columns[-1:])))
    return (shown, *lost, set_sums(sums, analyst, fresh))


def _interval(row: Any, *, before: bool = False) -> str | None:
    """`242 (222 to 267)`; None of a question with a yes or a no, or where nothing stands."""
    if not row.quantity:
        return None
    stated = row.quantity.previous.stated if before else row.quantity.stated
    return f"{stated}" if stated else None


# A scenario as it is put to its analyst. Nothing in it says what others or the ledger say. Nor are
# ratings shown: they add up in the head.


def topic_text(
    topic: ScenarioQuestion,
    known_evidence: KnownEvidence,
    number: str,
    language: str,
    width: int,
    most: int,
    *,
    items: bool,
) -> str:
    """A scenario on one screen: its question, its analyst's last answer, and what is new.

    It has at most `most` lines; without `items` those were shown for the whole set.
    """
    scenario = topic.scenario
    decided = f"by {scenario.horizon}: {scenario.resolution_criteria}"
    heading, news = _news(topic, known_evidence, items=items)
    head = [
        *_cut(f"{number} {topic.id}: {scenario.title}", width, 1),
        *_cut(scenario.question, width, _TEXT, "  "),
        *_cut(decided, width, _TEXT, "    ", "  "),
        *_own(topic, language, width, _TEXT - 1),
    ]
    return "\n".join([*head, f"  {heading}", *_listed(news, width, most - len(head) - 1)])


def question(topic: ScenarioQuestion, language: str) -> doc.Document:
    """The question as blocks, with its analyst's last answer."""
    own = [_on_screen(line.strip()) for line in _own(topic, language, _PAGE, _PAGE)]
    asked = lines(topic.scenario.question, f"By {short_day(topic.scenario.horizon)}.")
    return (asked, lines(own[0][0].upper() + own[0][1:], *own[1:])) if own else (asked,)


def grounds(topic: ScenarioQuestion, known_evidence: KnownEvidence) -> doc.Document:
    """The blocks of what an answer rests on: what moved it first, the newest on top."""
    title, texts = _news(topic, known_evidence, items=True)
    heading, listed = (
        _on_screen(title),
        [doc.Item(_linked(line, known_evidence)) for line in texts[::-1]],
    )
    more = doc.Heading(4, f"{counted(len(listed) - _FEW, 'line')} more")
    rest = (
        (doc.CollapsedSection(more, (doc.Items(tuple(listed[_FEW:])),)),) if listed[_FEW:] else ()
    )
    criteria = lines(*map(_on_screen, criteria_text(topic.scenario).split("\n")))
    return (
        doc.Paragraph(heading[0].upper() + heading[1:]),
        *((doc.Items(tuple(listed[:_FEW])),) if listed else ()),
        *rest,
        doc.CollapsedSection(doc.Heading(4, "What decides it"), (criteria,)),
    )


def _on_screen(text: str) -> str:
    """A line with its days as a page writes them; what is part of an id stays."""
    return _DAY.sub(lambda match: on_screen(match[0]), text)


def _linked(text: str, known_evidence: KnownEvidence) -> doc.Text:
    """A line with its days as a page writes them; the summary of an item leads to it, by no id."""
    items, shown = known_evidence.database.evidence, _on_screen(text)
    for id in (id for id in _NAMED.findall(text) if id in items):
        summary = _on_screen(items[id].summary)
        before, named, after = shown.partition(f"{summary} [{id}]")
        if named:
            return (before, doc.Ref(id, "evidence", label=summary), after)
    return shown


def _news(
    topic: ScenarioQuestion, known_evidence: KnownEvidence, *, items: bool
) -> tuple[str, list[str]]:
    """A heading and lines: what is new for a scenario since its analyst spoke."""
    fresh = topic.fresh
    news = [*(_items(fresh, known_evidence) if items else ()), *changes(fresh, known_evidence)]
    number = len(fresh.evidence)
    of_set = f"{counted(number, 'item')} above {'bears' if number == 1 else 'bear'} on it"
    other = of_set if number else "nothing new of its own"
    heading = _heading(topic) if news or items else other
    return heading, news + ([_later(topic).partition(": ")[0]] if fresh.same_day else [])


def set_text(
    title: str,
    topics: Sequence[ScenarioQuestion],
    known_evidence: KnownEvidence,
    width: int,
    most: int,
) -> str:
    """New items for the members of a set, each once."""
    fresh = _of_all(topics, known_evidence)
    if not fresh.evidence:
        return "\n".join(_cut(title, width, 1))
    spoke = all(topic.last for topic in topics)
    news = "new since you last spoke" if spoke else "what is known"
    head = _cut(f"{title}: {news}", width, 1)
    return "\n".join([*head, *_listed([*_items(fresh, known_evidence)], width, most - 1)])


def in_full(
    topic: ScenarioQuestion, topics: Sequence[ScenarioQuestion], known_evidence: KnownEvidence
) -> str:
    """Everything that a screen has no room for; the items are those of the whole set.

    The question comes last, so that it stands above the answer however long the rest is.
    """
    last = topic.reasoned
    reason = f"you said on {last.date}: {last.rationale}" if last else ""
    news = [
        *_items(_of_all(topics, known_evidence), known_evidence),
        *changes(topic.fresh, known_evidence),
    ]
    parts = [
        *(f"- {line}" for line in news),
        _later(topic),
        reason,
        topic.scenario.question,
        criteria_text(topic.scenario),
    ]
    return "\n".join(filter(None, parts))


def _own(topic: ScenarioQuestion, language: str, width: int, most: int) -> Iterator[str]:
    last = topic.last
    if last is None:
        return
    figure, verb = "you withdrew your forecast", "you said"
    verb = verb if topic.own is not None else f"expired: {verb}"
    if last.quantiles:
        figure = f"{verb} {figure_words(last.quantiles)}"
    elif last.probability is not None:
        figure = f"{verb} {in_words(last.probability, language)}"
    yield from _cut(f"{figure} on {last.date}", width, 1, "  ")
    if topic.reasoned and topic.reasoned.rationale:
        day = "" if topic.reasoned == last else f"{topic.reasoned.date}: "
        yield from _cut(day + topic.reasoned.rationale, width, most, "    ")


def _heading(topic: ScenarioQuestion) -> str:
    fresh, day = topic.fresh, topic.last.date if topic.last else None
    if fresh == RecentNews(same_day=fresh.same_day):
        return "nothing new since then" if day else "nothing is known of it yet"
    return f"new since {day}:" if day else "what is known of it:"


def _items(fresh: RecentNews, known_evidence: KnownEvidence) -> Iterator[str]:
    """Yield the items by their numbers, the newest last."""
    earlier = fresh.evidence[:-_MOST]
    if earlier:
        yield f"{counted(len(earlier), 'earlier item')}: scen list evidence"
    for number, id in enumerate(fresh.evidence[-_MOST:], len(earlier) + 1):
        item = known_evidence.evidence[id]
        grade = item.grade(known_evidence.database.sources)
        yield f"{number}. {item.observed} ({grade}) {item.summary} [{id}]"


def changes(fresh: RecentNews, known_evidence: KnownEvidence) -> Iterator[str]:
    """Yield what else happened: indicators, retractions, clarifications and outcomes of rivals."""
    for change in fresh.indicators:
        before = "" if change.before == "unobserved" else f", was {change.before}"
        yield f"{change.after.capitalize()}{before}: {change.statement}"
    for id in fresh.retracted:
        gone = known_evidence.database.evidence[id]
        reason = f": {gone.retracted.reason}" if gone.retracted else ""
        yield f"retracted: {gone.summary} [{id}]{reason}"
    for note in fresh.clarifications:
        yield f"clarified on {note.date}: {note.text}"
    for id in fresh.decided:
        outcome = resolved(known_evidence.database, id, known_evidence.as_of)
        yield f"{id}: {cells.outcome_words(outcome.outcome) if outcome else 'decided'}"


def _later(topic: ScenarioQuestion) -> str:
    """Items of the day itself on which its analyst spoke."""
    fresh, day = topic.fresh, topic.last.date if topic.last else None
    if not fresh.same_day:
        return ""
    items = counted(len(fresh.same_day), "item")
    listed = f"scen list evidence --scenario {topic.id} --since {day} --until {day}"
    return f"{items} of {day} itself, perhaps after you spoke: {listed}"


def _of_all(topics: Sequence[ScenarioQuestion], known_evidence: KnownEvidence) -> RecentNews:
    """The items that are new for one of them or several, each once, the oldest first."""
    return RecentNews(evidence=offered(topics, known_evidence))


def _listed(news: Sequence[str], width: int, most: int) -> list[str]:
    """A line each; the last ones of more than there is room for."""
    rest = len(news) - most
    if rest > 0:
        rest += 1
    lead = [f"    … {rest} more: ? tells them"] if rest > 0 else []
    return [*lead, *(_line(f"    - {text}", width) for text in news[max(rest, 0) :])]


def _line(text: str, width: int) -> str:
    text = printable(" ".join(text.split("\n")))
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _cut(text: str, width: int, most: int, indent: str = "", first: str | None = None) -> list[str]:
    """The text folded, cut after `most` lines with an ellipsis."""
    lines = fold(text, width, indent, first).split("\n")
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _line(f"{lines[most - 1]} …", width)]
