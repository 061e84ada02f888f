"""The headline in words, made of its subjects, figures and causes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.headline import Because, Headline, JointOutcome, TopMove, outcome_of
from scenarios.model import Database, ScenarioId
from scenarios.render.document import Figure, Span
from scenarios.render.documents.review import names
from scenarios.scales import printed
from scenarios.text import counted

_OUTCOMES = 3
"""So many outcomes are told, the rest is counted."""
_OTHERS = 3


def sentences(headline: Headline, database: Database) -> list[tuple[Span, ...]]:
    """What was resolved, what moved most and because of what, and what else."""
    return [
        *(_outcome(one, database) for one in headline.resolved[:_OUTCOMES]),
        *_more_outcomes(headline),
        *([move(headline.top, headline.resolved, database)] if headline.top else []),
        *rest(headline),
    ]


def told(headline: Headline, database: Database) -> tuple[Span, ...]:
    """The sentences as one text."""
    found: list[Span] = []
    for sentence in sentences(headline, database):
        found += [" "] * bool(found) + [*sentence]
    return tuple(found)


def move(
    top: TopMove,
    resolved: Sequence[JointOutcome],
    database: Database,
    after: TopMove | None = None,
) -> tuple[Span, ...]:
    """`“A pact” fell from 37% to 4% after “Berlin stops certification”.`

    Where it is told `after` another one with the same main cause, that is not said again.
    """
    title = names.quoted(names.scenario(top.scenario, database))
    subject = title if top.figure == "stated" else ("What the evidence implies for ", *title)
    same = after is not None and top.because[:1] == after.because[:1] != ()
    again = same and not (after and after.apart)
    why = _why(top, resolved, database, again=again)
    apart: tuple[Span, ...] = ()
    if one := top.apart:
        apart = ("; what the evidence implies", *_step(one), *_why(one, resolved, database))
    return (*subject, *_step(top), *why, *apart, ".")


def _step(top: TopMove) -> tuple[Span, ...]:
    if printed(top.from_) == printed(top.to):
        return " hardly moved, at ", Figure(top.to, "p")
    way = " rose from " if top.to > top.from_ else " fell from "
    return way, Figure(top.from_, "p"), " to ", Figure(top.to, "p")


def _why(
    top: TopMove, resolved: Sequence[JointOutcome], database: Database, *, again: bool = False
) -> Iterator[Span]:
    """What caused it, or that it was the same `again`; then the rationale of a forecast."""
    if again:
        yield " for the same reason"
    for place, cause in enumerate(() if again else top.because):
        yield " and " if place else " "
        yield from _cause(cause, top.scenario, resolved, database)
    if why := " ".join((top.rationale or "").split()).rstrip("."):
        yield f": {why}"
    elif not top.because and top.figure == "stated":
        yield ", and no reason was given"


def _cause(
    cause: Because, scenario: ScenarioId, resolved: Sequence[JointOutcome], database: Database
) -> Iterator[Span]:
    """`after “…” occurred`, `as others of its set changed`."""
    subjects = cause.subjects
    if cause.kind in ("event", "retraction"):
        first = names.quoted(names.item(subjects[0], database))
        more = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
        was = "were" if more else "was"
        taken = f" {was} retracted" if cause.kind == "retraction" else ""
        yield from ("after ", *first, more + taken)
    elif cause.kind == "absence":
        first = names.quoted(names.indicator(subjects[0], database))
        yield from ("since ", *first, " was due and not seen")
    elif cause.kind == "given":
        title = names.titles(subjects, database)
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
            yield from (f"as another forecaster joined ({who}, ", Figure(figure, "p"), ")")
    elif subjects:
        was = "was" if len(subjects) == 1 else "were"
        yield from ("after ", *names.titles(subjects, database), f" {was} ruled out")
    else:
        yield _WORDS[cause.kind]


_WORDS = {
    "expiry": "as an older forecast expired",
    "rivals": "as the others of its set changed",
    "time": "as time passed without it",
    "overlap": "as older evidence weighs otherwise beside the new",
    "bound": "at the bound of what may be implied",
}


def _outcome(one: JointOutcome, database: Database) -> tuple[Span, ...]:
    parts: list[Span] = []
    if one.occurred:
        parts += [*names.titles(one.occurred, database), " occurred"]
    if one.did_not_occur:
        others = len(one.did_not_occur)
        if one.occurred and others > _OTHERS:
            parts += [f"; the {others} others of its set did not"]
        else:
            did_not = " did not" if one.occurred else " did not occur"
            start = ["; "] if one.occurred else []
            parts += [*start, *names.titles(one.did_not_occur, database), did_not]
    if one.annulled:
        was = " was annulled" if len(one.annulled) == 1 else " were annulled"
        parts += [*(["; "] if parts else []), *names.titles(one.annulled, database), was]
    return (*parts, ".")


def _more_outcomes(headline: Headline) -> Iterator[tuple[Span, ...]]:
    more = sum(
        len((*one.occurred, *one.did_not_occur, *one.annulled))
        for one in headline.resolved[_OUTCOMES:]
    )
    if more:
        was = "was" if more == 1 else "were"
        yield (f"{counted(more, 'more question')} {was} resolved.",)


def rest(headline: Headline, told: int = 1) -> Iterator[tuple[Span, ...]]:
    """How many moved beside so many that are told, or what there was where nothing did."""
    others, older = headline.moved - told, headline.live - headline.opened
    if headline.opened:
        new = counted(headline.opened, "question")
        yield (f"{new} {'is' if headline.opened == 1 else 'are'} new.",)
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
    said = f"{forecast} of {counted(older, 'open question')} {was} forecast again"
    seen = f"{counted(new, 'item')} of evidence {'is' if new == 1 else 'are'} new"
    parts = [seen] * bool(new) + [said] * bool(forecast)
    return f"{nothing}, though {' and '.join(parts)}."
