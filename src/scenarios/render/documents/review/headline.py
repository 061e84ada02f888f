"""The headline in words, made of its subjects, figures and causes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.headline import Because, Headline, JointOutcome, TopMove, outcome_of
from scenarios.model import Database, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Span
from scenarios.scales import printed
from scenarios.text import counted

_OUTCOMES = 3
"""Outcomes that are named; the rest is counted."""
_OTHERS = 3


def sentences(headline: Headline, database: Database) -> list[tuple[Span, ...]]:
    """Sentences: what was resolved, what moved most and why, and what else moved."""
    return [
        *(_outcomes(together, database) for together in headline.resolved[:_OUTCOMES]),
        *_more_outcomes(headline),
        *([move(headline.top, headline.resolved, database)] if headline.top else []),
        *rest(headline),
    ]


def headline_spans(headline: Headline, database: Database) -> tuple[Span, ...]:
    """The sentences as one text."""
    return joined(sentences(headline, database))


def joined(sentences: Sequence[tuple[Span, ...]]) -> tuple[Span, ...]:
    """Sentences with blanks between them."""
    return tuple(
        span
        for place, sentence in enumerate(sentences)
        for span in ((" ", *sentence) if place else sentence)
    )


def move(
    top: TopMove, resolved: Sequence[JointOutcome], database: Database, after: TopMove | None = None
) -> tuple[Span, ...]:
    """`“A pact” fell from 37% to 4% after “Berlin stops certification”.`

    The main cause is not repeated `after` a move with the same one.
    """
    title = cells.quoted(cells.scenario(top.scenario, database))
    subject = title if top.figure == "stated" else ("What the evidence implies for ", *title)
    same = after is not None and top.because[:1] == after.because[:1] != ()
    again = same and not (after and after.apart)
    why = _why(top, resolved, database, again=again)
    apart: tuple[Span, ...] = ()
    if other := top.apart:
        apart = ("; what the evidence implies", *_step(other), *_why(other, resolved, database))
    return (*subject, *_step(top), *why, *apart, ".")


def _step(top: TopMove) -> tuple[Span, ...]:
    if printed(top.from_) == printed(top.to):
        return " hardly moved, at ", p(top.to)
    way = " rose from " if top.to > top.from_ else " fell from "
    return way, p(top.from_), " to ", p(top.to)


def _why(
    top: TopMove, resolved: Sequence[JointOutcome], database: Database, *, again: bool = False
) -> Iterator[Span]:
    """Yield the causes, or "the same reason" `again`; then the rationale of a forecast."""
    if again:
        yield " for the same reason"
    for place, cause in enumerate(() if again else top.because):
        yield " and " if place else " "
        yield from _cause(cause, top.scenario, resolved, database)
    if why := one_line(top.rationale).rstrip("."):
        yield f": {why}"
    elif not top.because and top.figure == "stated":
        yield ", and no reason was given"


def _cause(
    cause: Because, scenario: ScenarioId, resolved: Sequence[JointOutcome], database: Database
) -> Iterator[Span]:
    """`after “…” occurred`, `as others of its set changed`."""
    subjects = cause.subjects
    if cause.kind in ("event", "retraction"):
        first = cells.quoted(cells.item(subjects[0], database))
        more = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
        was = "were" if more else "was"
        taken = f" {was} retracted" if cause.kind == "retraction" else ""
        yield from ("after ", *first, more + taken)
    elif cause.kind == "absence":
        first = cells.quoted(cells.indicator(subjects[0], database))
        yield from ("since ", *first, " was due and absent")
    elif cause.kind == "given":
        title = cells.titles(subjects, database)
        if how := outcome_of(subjects[0], resolved):
            yield from ("after ", *title, f" {how}")
        else:
            yield from ("with ", *title, ", on which it depends")
    elif cause.kind in ("joined", "withdrawal"):
        sheet = database.sheets[subjects[0]]
        named = database.tracker.analysts
        who, figure = named.get(sheet.analyst, sheet.analyst), sheet.probabilities[scenario]
        if figure is None:
            yield f"as {who} withdrew a forecast"
        else:
            yield from (f"as another forecaster joined ({who}, ", p(figure), ")")
    elif subjects:
        was = "was" if len(subjects) == 1 else "were"
        yield from ("after ", *cells.titles(subjects, database), f" {was} ruled out")
    else:
        yield _WORDS[cause.kind]


_WORDS = {
    "expiry": "as an older forecast expired",
    "rivals": "as the others of its set changed",
    "time": "as time passed without it",
    "overlap": "as older evidence weighs otherwise beside the new",
    "bound": "at the bound of what may be implied",
}


def _outcomes(together: JointOutcome, database: Database) -> tuple[Span, ...]:
    occurred, others, annulled = together.occurred, together.did_not_occur, together.annulled
    parts: list[tuple[Span, ...]] = []
    if occurred:
        parts.append((*cells.titles(occurred, database), " occurred"))
    if occurred and len(others) > _OTHERS:
        parts.append((f"the {len(others)} others of its set did not",))
    elif others:
        did_not = " did not" if occurred else " did not occur"
        parts.append((*cells.titles(others, database), did_not))
    if annulled:
        was = " was annulled" if len(annulled) == 1 else " were annulled"
        parts.append((*cells.titles(annulled, database), was))
    ends = [*parts[:1], *(("; ", *part) for part in parts[1:])]
    return (*(span for part in ends for span in part), ".")


def _more_outcomes(headline: Headline) -> Iterator[tuple[Span, ...]]:
    more = sum(
        len((*together.occurred, *together.did_not_occur, *together.annulled))
        for together in headline.resolved[_OUTCOMES:]
    )
    if more:
        was = "was" if more == 1 else "were"
        yield (f"{counted(more, 'more question')} {was} resolved.",)


def rest(headline: Headline, named: int = 1) -> Iterator[tuple[Span, ...]]:
    """Yield how many moved beside those that are named, or what is new if nothing moved."""
    if headline.opened:
        new = counted(headline.opened, "question")
        yield (f"{new} {'is' if headline.opened == 1 else 'are'} new.",)
    if headline.moved is None or headline.live is None:
        what = "what else moved" if headline.top or headline.resolved else "what moved"
        yield (f"{headline.withheld} cannot be read: {what} is not known.",)
        return
    others, older = headline.moved - named, headline.live - headline.opened
    if not headline.top:
        yield from [(_quiet(headline, older),)] if older else []
    elif others > 0:
        yield (f"{others} more of {counted(older, 'open question')} moved.",)
    elif older - headline.moved == 1:
        yield ("The other open question did not move.",)
    elif older > headline.moved:
        yield (f"None of the other {older - headline.moved} open questions moved.",)


def _quiet(headline: Headline, older: int) -> str:
    nothing = "Nothing else moved" if headline.resolved else "Nothing moved"
    new, forecast = headline.new_evidence, headline.forecast
    if not new and not forecast:
        return f"{nothing}: there is no new evidence and no new forecast."
    was = "was" if forecast == 1 else "were"
    again = f"{forecast} of {counted(older, 'open question')} {was} forecast"
    seen = f"{counted(new, 'item')} of evidence {'is' if new == 1 else 'are'} new"
    parts = [seen] * bool(new) + [again] * bool(forecast)
    return f"{nothing}, though {' and '.join(parts)}."
