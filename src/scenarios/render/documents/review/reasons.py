"""Why we moved: the reason quoted of a stated move, its steps, and what the evidence did since."""

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.steps import StatedMove, StatedStep
from scenarios.analysis.review.story import ScenarioStory
from scenarios.model import Analyst
from scenarios.render import cells
from scenarios.render.document import Span
from scenarios.render.documents.review import causes
from scenarios.render.documents.review.causes import (
    Sentence,
    analyst_name,
    cause_words,
    day_words,
    shortened,
)
from scenarios.render.documents.review.context import ReviewContext
from scenarios.scales import has_moved, percent, percents


def reason_words(of: ReviewContext, move: ScenarioStory, most: int) -> Iterator[Sentence]:
    """Yield the reason of a stated move, its steps, what they cite, and what the evidence did."""
    stated, database = move.stated, of.database
    assert stated  # noqa: S101 - asked only of stated moves
    own = [step for step in stated.steps if step.analyst]
    if stated.reason:
        who = f" {analyst_name(stated.reason.analyst, database)}" if of.names_analysts else ""
        yield (f"“{shortened(stated.reason.text, most)}”{who}",)
    elif own:
        yield ("no reason given",)
    yield tuple(steps_words(of, stated.steps))
    if stated.cited:
        links = [causes.item_link(id, database) for id in stated.cited[:2]]
        more = len(stated.cited) - len(links)
        yield "cites: ", *cells.listed(links, "; "), *([f"; {more} more"] if more > 0 else [])
    elif words := evidence_since(of, stated):
        yield words


def evidence_since(of: ReviewContext, stated: StatedMove) -> Sentence:
    """`Since its last forecast (3 August) the evidence went 12% → 26%, mostly: the gauge …`."""
    since = stated.evidence_since
    if since is None:
        return ()
    if not has_moved(since.from_, since.to):
        return (f"The evidence did not move ({percent(since.to)}).",)
    was, now = percents(since.from_, since.to)
    step, way = f"({was} → {now})", (stated.to or 0.0) - (stated.from_ or 0.0)
    if (since.to - since.from_) * way < 0:
        return (f"The evidence went the other way {step}.",)
    on = f"Since the forecast of {day_words(since.date, of.story)} the evidence went {was} → {now}"
    if since.because is None:
        return (f"{on}.",)
    return f"{on}, mostly: ", *cause_words(since.because, of.database), "."


def steps_words(of: ReviewContext, steps: Sequence[StatedStep]) -> Iterator[Span]:
    """Yield each step with its day: of several analysts by name, from the figure of theirs."""
    before: Analyst | None = None
    for number, step in enumerate(steps):
        day = day_words(step.date, of.story)
        if step.analyst is None:
            yield ("; " if number else "") + causes.without_analyst(step, of.story, of.database)
            continue
        if of.names_analysts or step.analyst != before:
            who = f"{analyst_name(step.analyst, of.database)} " if of.names_analysts else ""
            if step.previous is not None and step.previous_date:
                set_on = f" ({day_words(step.previous_date, of.story)})"
                who += f"{percent(step.previous)}{set_on} → "
            elif of.names_analysts:
                who += "joined with "
            yield ("; " if number else "") + who
        else:
            yield " → "
        yield f"{percent(step.probability or 0.0)} ({day})"
        before = step.analyst
