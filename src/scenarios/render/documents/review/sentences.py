"""Every sentence, caption and subject about a move: words for the story of a review."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.outcomes import JointOutcome, ResolvedScenario
from scenarios.analysis.review.steps import Step
from scenarios.analysis.review.story import Because, ScenarioStory, Story
from scenarios.model import Database, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import one_line, p, rose_or_fell
from scenarios.render.document import Span
from scenarios.render.documents.review import causes
from scenarios.render.documents.review.causes import Sentence, day_words, was
from scenarios.render.text import long_day
from scenarios.text import counted

_OUTCOMES = 3
"""Outcomes and questions that are named; the rest is counted."""
_OTHERS, _MOVES = 3, 3
_REASON = 240
"""Characters of a reason in a sentence."""
_WEEK = 7


def lead(story: Story, database: Database, room: int = 0) -> list[Sentence]:
    """The news: outcomes, what was changed afterwards, the largest move, and what else is new.

    In `room` for a few sentences it names more moves, and neither commands nor commits.
    """
    moves, hints = story.notable, not room
    first = [*outcomes(story, database), *causes.restated(story, database, ids=hints)]
    others = [*rest(story, database, min(len(moves), 1), commands=hints)]
    moves = moves[: max(1, min(_MOVES, room - len(first) - len(others)))]
    first += [moved(move, story, database, moves[0] if n else None) for n, move in enumerate(moves)]
    return [*first, *rest(story, database, len(moves), commands=hints)][: room or None]


def joined(sentences: Iterable[Sentence]) -> Sentence:
    """Sentences with blanks between them."""
    return tuple(
        span
        for place, sentence in enumerate(sentences)
        for span in ((" ", *sentence) if place else sentence)
    )


def outcomes(story: Story, database: Database) -> Iterator[Sentence]:
    """Yield the outcomes, with the last figures before each."""
    last = {entry.scenario: entry for entry in story.resolved}
    for together in story.outcomes[:_OUTCOMES]:
        yield _outcomes(together, last, story, database)
    more = story.outcomes[_OUTCOMES:]
    if number := sum(len((*e.occurred, *e.did_not_occur, *e.annulled)) for e in more):
        yield (f"{counted(number, 'more question')} {was(number)} resolved.",)


def _outcomes(
    together: JointOutcome,
    last: dict[ScenarioId, ResolvedScenario],
    story: Story,
    database: Database,
) -> Sentence:
    occurred, others, annulled = together.occurred, together.did_not_occur, together.annulled
    on = f" on {day_words(together.date, story)}"
    parts: list[Sentence] = []
    if occurred:
        parts.append(
            (*cells.titles(occurred, database), f" occurred{on}", *_last_words(last[occurred[0]]))
        )
    if occurred and len(others) > _OTHERS:
        parts.append((f"The {len(others)} others of its set did not",))
    elif others:
        named: list[Span] = []
        for place, id in enumerate(others[:_OTHERS]):
            between = " and " if place == len(others[:_OTHERS]) - 1 else ", "
            named += [between] if place else []
            stated, implied = last_figures(last[id])
            named += [*cells.quoted(cells.scenario(id, database)), " (", p(stated or implied), ")"]
        more = len(others) - _OTHERS
        named += [f" and {more} more"] if more > 0 else []
        parts.append((*named, " did not" if occurred else f" did not occur{on}"))
    if annulled:
        parts.append((*cells.titles(annulled, database), f" {was(len(annulled))} annulled"))
    return joined([(*part, ".") for part in parts])


def last_figures(entry: ResolvedScenario) -> tuple[float | None, float]:
    """The stated probability that was scored last, and the implied one."""
    scored, implied = entry.last_said, entry.last_implied
    stated = scored.probability if scored else entry.stated
    return stated, implied.probability if implied else entry.implied


def _last_words(entry: ResolvedScenario) -> Sentence:
    stated, implied = last_figures(entry)
    if stated is None:
        return "; nobody had forecast it, and the evidence said ", p(implied)
    return "; we last said ", p(stated), ", the evidence ", p(implied)


def moved(
    move: ScenarioStory, story: Story, database: Database, after: ScenarioStory | None = None
) -> Sentence:
    """`“A pact” fell from 37% to 4%, because of “Berlin stops certification”. ann: “Over.”`

    The causes are not repeated `after` a move with the same ones.
    """
    title = cells.quoted(cells.scenario(move.scenario, database))
    stated = move.stated if move.figure == "stated" else None
    team = f" ({stated.analysts} analysts)" if stated and stated.analysts > 1 else ""
    side = stated or move.implied
    subject = title if stated else ("What the evidence implies for ", *title)
    same = after and after.figure == move.figure and _because_of(after) == side.because != ()
    why: Sentence = (
        (", for the same reason",) if same else _why(move, side.because, story, database)
    )
    if stated and stated.main_step and not side.because and not stated.main_step.reason:
        why = (", and ", _no_reason(move, database)) if stated.main_step.analyst else ()
    figures = rose_or_fell(*move.shown_figures)
    ways = (*subject, *figures, team, *why, *_apart(move, story, database), ".")
    return (*ways, *_reasons(move, database)) if stated else ways


def _because_of(move: ScenarioStory) -> tuple[Because, ...]:
    side = move.stated if move.figure == "stated" and move.stated else move.implied
    return side.because


def _apart(move: ScenarioStory, story: Story, database: Database) -> Sentence:
    if not move.apart or move.stated is None or move.implied.from_ is None:
        return ()
    if move.figure == "implied" and move.stated.from_ is not None and move.stated.to is not None:
        step = rose_or_fell(move.stated.from_, move.stated.to)
        return ("; what we say", *step, *_why(move, move.stated.because, story, database))
    step = rose_or_fell(move.implied.from_, move.implied.to)
    return "; the evidence", *step, *_why(move, move.implied.because, story, database)


def _reasons(move: ScenarioStory, database: Database) -> Iterator[Span]:
    """Yield the reason of the largest step with its name, and of those that went the other way."""
    assert move.stated  # noqa: S101 - asked only where it moved
    step = move.stated.main_step
    if step and step.analyst and step.reason:
        yield from (" ", *step_of(move, step, database))
    for other in move.stated.against:
        who, way = causes.analyst_name(other.analyst, database), " went the other way, "
        why = f": “{shortened(other.reason)}”" if other.reason else ""
        yield from (f" {who}{way}", *_own(other), f"{why}{'' if why else '.'}")


def step_of(move: ScenarioStory, step: Step, database: Database) -> Iterator[Span]:
    """`ann, 30% → 60%: “E one settles it.”`; one who forecasts alone needs no figures."""
    yield causes.analyst_name(step.analyst, database)
    if move.stated and move.stated.analysts > 1:
        yield from (", ", *_own(step))
    named = {id for cause in _because_of(move) for id in cause.evidence}
    if step.evidence and not named & {*step.evidence}:
        yield from (", citing ", *cells.quoted(causes.short(step.evidence[0], database)))
    yield f": “{shortened(step.reason)}”"


def _no_reason(move: ScenarioStory, database: Database) -> str:
    """The words for a largest step without a reason; of several analysts its own is named."""
    assert move.stated  # noqa: S101 - asked only where it moved
    assert move.stated.main_step  # noqa: S101
    who = causes.analyst_name(move.stated.main_step.analyst, database)
    return f"{who} gave no reason" if move.stated.analysts > 1 else "no reason was given"


def _own(step: Step) -> Sentence:
    return (*(() if step.own_before is None else (p(step.own_before), " → ")), p(step.own))


def shortened(reason: str | None) -> str:
    """A reason in one line, cut after some words where it is long."""
    text = one_line(reason)
    return text if len(text) <= _REASON else text[:_REASON].rpartition(" ")[0] + " …"


def _why(
    move: ScenarioStory, because: Sequence[Because], story: Story, database: Database
) -> Sentence:
    """The causes, the largest first."""
    text: list[Span] = []
    for place, cause in enumerate(because):
        words = causes.cause_words(cause, move.scenario, story, database)
        again = place and words[0] == "because of " == text[1]
        text += [" and " if place else ", ", *words[1 if again else 0 :]]
    return tuple(text)


def label(move: ScenarioStory, story: Story, database: Database) -> str:
    """The causes of a move in a few words, for a caption: the largest cause first."""
    named = [causes.cause_label(c, move.scenario, story, database) for c in _because_of(move)]
    text = "; ".join(dict.fromkeys(named))
    step = move.stated.main_step if move.stated else None
    if not text and step and step.analyst:
        reason, hints = shortened(step.reason), "" if step.evidence else "no new evidence: "
        text = f"{hints}“{reason}”" if reason else _no_reason(move, database)
    if move.apart and move.figure == "stated" and move.implied.because:
        first = causes.cause_label(move.implied.because[0], move.scenario, story, database)
        text += f"; the evidence: {first}"
    return text


def of_scenario(view: ScenarioView, story: Story, database: Database) -> Sentence:
    """The outcome of a scenario, or what moved it since the last review."""
    if view.resolution:
        outcome = cells.outcome_words(view.resolution.outcome)
        return (f"It {outcome}: {one_line(view.resolution.basis)}",)
    if move := story.of(view.id):
        return (f"Since {day_words(story.since, story)}: ", *moved(move, story, database))
    if view.odds_before is None:
        return (f"Opened on {view.scenario.opened}, since the last review.",)
    return (f"Unchanged since {day_words(story.since, story)}.",)


_STATES = {
    "empty": "Nothing is asked yet",
    "unopened": "No question had opened",
    "resolved": "Every question is resolved",
}


def rest(
    story: Story, database: Database, named: int, *, commands: bool = True
) -> Iterator[Sentence]:
    """Yield what is new beside the moves that are named, or that nothing moved."""
    if text := _STATES.get(story.state):
        ask = ": scen new asks the first question" if story.state == "empty" and commands else ""
        yield (f"{text}{ask}.",)
        return
    if story.opened:
        yield _new_questions(story, database)
    yield from _first_forecasts(story, database)
    if story.withheld:
        what = "what else moved" if named or story.outcomes else "what moved"
        yield (f"{', '.join(story.withheld)} cannot be read: {what} is not known.",)
    else:
        yield from ((text,) for text in _count(story, named))
    if story.newest:
        shows = f": scen report --as-of {story.newest} shows the last week with news"
        last = long_day(story.newest)
        yield (f"The newest record is of {last}{shows if commands else ''}.",)
    if story.reported:
        number, day = len(story.changed_since), day_words(story.as_of, story)
        rev = f" (scen report --as-of {story.as_of} --rev {story.reported[:7]})"
        are = "question is" if number == 1 else "questions are"
        yield (f"Changed since: {number} {are} not as reported on {day}{rev if commands else ''}.",)


def _first_forecasts(story: Story, database: Database) -> Iterator[Sentence]:
    for first in story.first_forecasts[:_OUTCOMES]:
        who = ", ".join(causes.analyst_name(id, database) for id in first.analysts)
        title = cells.quoted(cells.scenario(first.scenario, database))
        yield (*title, " was forecast for the first time: ", p(first.probability), f" ({who}).")
    if more := len(story.first_forecasts[_OUTCOMES:]):
        yield (f"{counted(more, 'more question')} {was(more)} forecast for the first time.",)


def _count(story: Story, named: int) -> Iterator[str]:
    """Yield how many moved beside those that are named, or that none did."""
    older, moved = story.live - len(story.opened), len(story.moved)
    fresh = counted(story.new_evidence, "item") + (" is" if story.new_evidence == 1 else " are")
    if moved and not story.notable:
        yield f"Hardly anything moved{_since(story)}."
    elif moved > named:
        more = f"{moved - named}{' more' if named else ''} of {counted(older, 'open question')}"
        yield f"{more} moved; {fresh} new." if story.new_evidence else f"{more} moved."
    elif moved and older - moved == 1:
        yield "The other open question did not move."
    elif moved and older > moved:
        yield f"None of the other {older - moved} open questions moved."
    elif not moved and older:
        yield _quiet(story, older, fresh)


def _new_questions(story: Story, database: Database) -> Sentence:
    new = story.opened
    if len(new) > _OUTCOMES:
        return (f"{len(new)} questions are new.",)
    are = "is a new question" if len(new) == 1 else "are new questions"
    return *cells.titles(new, database), f" {are}."


def _quiet(story: Story, older: int, fresh: str) -> str:
    more = story.outcomes or story.restated or story.first_forecasts
    nothing = f"Nothing{' else' * bool(more)} moved"
    again = story.forecast - len(story.first_forecasts)
    parts = [f"{fresh} new"] * bool(story.new_evidence)
    parts += [f"{again} of {counted(older, 'open question')} {was(again)} forecast"] * bool(again)
    though = f", though {' and '.join(parts)}" if parts else ""
    return f"{nothing}{_since(story)}{though}."


def _since(story: Story) -> str:
    week = (story.as_of - story.since).days == _WEEK
    return " this week" if week else f" since {day_words(story.since, story)}"


def period(since: date, as_of: date) -> str:
    """`week to 28 February 2022`."""
    days = (as_of - since).days
    span = "week" if days == _WEEK else counted(days, "day")
    return f"{span} to {as_of.day} {as_of:%B %Y}"
