"""The questions of an outside reviewer to a database's commits: each a small rule that yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import msgspec

from scenarios.analysis.chronicle import Commit
from scenarios.analysis.known import resolution
from scenarios.analysis.trail import Step, Trail, asked, judged
from scenarios.model import Database, Evidence, Kind, Scenario, ScenarioId, Sheet, indicator_key


class AuditFinding(msgspec.Struct, frozen=True):
    """What a commit did to a record that a reviewer should know; `date` is the author's own."""

    rule: str
    record: str
    kind: Kind
    commit: str
    author: str
    date: date
    message: str


Rule = Callable[[Trail], Iterator[AuditFinding]]


def backdated(trail: Trail) -> Iterator[AuditFinding]:
    """Committed days after its own date: it may have been written with hindsight."""
    for step in trail.steps:
        late = {what: trail.late(step.commit, day) for what, day in _dated(step)}
        worst = max(late.values(), default=0)
        if worst:
            what = ", ".join(one for one, days in late.items() if days)
            yield _finding("backdated", step, f"committed {worst} days after its date: {what}")


def edited_forecast(trail: Trail) -> Iterator[AuditFinding]:
    """A figure that was committed, and then made another one."""
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Sheet) or not step.change.readable:
            continue
        if after is None:
            if id not in trail.database.sheets:
                yield _finding(
                    "edited-forecast", step, "the sheet was deleted after it was committed"
                )
            continue
        assert isinstance(after, Sheet)  # noqa: S101 - of the same kind
        for scenario, figure in before.probabilities.items():
            now = after.probabilities.get(scenario)
            is_gone = scenario not in after.probabilities
            if is_gone:
                message = f"{scenario}: {_told(figure)} was removed after it was committed"
                yield _finding("edited-forecast", step, message)
            elif now != figure and trail.first(step.number, "forecast", id, scenario, now):
                message = f"{scenario}: {_told(figure)} → {_told(now)}, after it was committed"
                yield _finding("edited-forecast", step, message)


def question_changed(trail: Trail) -> Iterator[AuditFinding]:
    """Another question than the one that was forecast: suspect until it is forecast again."""
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Scenario) or not isinstance(after, Scenario):
            continue
        fields = _changed_question(before, after)
        if not fields or not trail.first(step.number, "question", id, asked(after)):
            continue
        earlier, later = _forecasters(trail, id, step.number)
        if earlier:
            suspect, reaffirmed = sorted(earlier - later), sorted(earlier & later)
            message = f"{', '.join(fields)} changed after the first forecast"
            if suspect:
                message += f"; suspect until reaffirmed: the forecasts of {', '.join(suspect)}"
            if reaffirmed:
                message += f"; reaffirmed since by {', '.join(reaffirmed)}"
            yield _finding("question-changed", step, message)


def rated_after_outcome(trail: Trail) -> Iterator[AuditFinding]:
    """A rating that was changed when the outcome was known."""
    for step in trail.steps:
        for scenario, what in _rerated(trail, step):
            if known := _outcome_known(trail, step, scenario):
                message = f"{what}, after the outcome of {scenario} was known ({known})"
                yield _finding("rated-after-outcome", step, message)


def hindsight(trail: Trail) -> Iterator[AuditFinding]:
    """An indicator that was added, or rated anew, when what fires it had been recorded."""
    fired: dict[str, list[str]] = {}
    for id, item in trail.database.evidence.items():
        for text in item.indicators:
            fired.setdefault(text, []).append(id)
    for text, ids in sorted(fired.items()):
        owner, key = indicator_key(text)
        scenario = trail.database.scenarios.get(owner)
        indicator = scenario.indicators.get(key) if scenario else None
        if indicator is None:
            continue
        since = trail.since("indicator", owner, key, judged(indicator))
        late = [id for id in sorted(ids) if trail.born["evidence", id] < since]
        said = [
            id
            for id in sorted(ids)
            if trail.database.evidence[id].recorded < indicator.added and id not in late
        ]
        for found, how in ((late, "committed"), (said, "recorded, by its own date,")):
            if found:
                is_older = trail.since("watched", owner, key) < since
                did = "rated anew" if is_older and found is late else "added"
                message = f"{did} after what fires it had been {how}: {', '.join(found)}"
                yield _of("hindsight-indicator", trail.commits[since], "scenario", text, message)


def late_forecast(trail: Trail) -> Iterator[AuditFinding]:
    """A forecast that dates from the day on which the outcome was known, or after."""
    for id, sheet in sorted(trail.database.sheets.items()):
        for scenario, figure in sheet.probabilities.items():
            if figure is None or scenario not in trail.database.scenarios:
                continue
            outcome = resolution(trail.database, scenario)
            if outcome and sheet.date >= outcome.date:
                commit = trail.commits[trail.since("forecast", id, scenario, figure)]
                message = f"{scenario}: dated {sheet.date}, its outcome was known on {outcome.date}"
                yield _of("late-forecast", commit, "forecasts", id, message)


def deleted_evidence(trail: Trail) -> Iterator[AuditFinding]:
    """An item that is gone; a retraction would keep it, with its reason."""
    for step in trail.steps:
        change = step.change
        is_gone = isinstance(change.before, Evidence) and change.after is None and change.readable
        if is_gone and change.id not in trail.database.evidence:
            yield _finding("deleted-evidence", step, "deleted, not retracted")


RULES: tuple[Rule, ...] = (
    hindsight,
    edited_forecast,
    question_changed,
    rated_after_outcome,
    late_forecast,
    deleted_evidence,
    backdated,
)


def _finding(rule: str, step: Step, message: str) -> AuditFinding:
    return _of(rule, step.commit, step.change.kind, step.change.id, message)


def _of(rule: str, commit: Commit, kind: Kind, record: str, message: str) -> AuditFinding:
    return AuditFinding(rule, record, kind, commit.id, commit.author, commit.authored, message)


def _told(figure: float | None) -> str:
    return "withdrawn" if figure is None else f"{figure:g}"


def _dated(step: Step) -> Iterator[tuple[str, date]]:
    """The dates by which a record says when it was written down, as far as this commit set them."""
    before, after = step.change.before, step.change.after
    if step.commit.shallow:
        return
    if isinstance(after, Evidence):
        if not isinstance(before, Evidence) or after.recorded < before.recorded:
            yield f"recorded {after.recorded}", after.recorded
    elif isinstance(after, Sheet):
        had = before.probabilities if isinstance(before, Sheet) else {}
        if after.probabilities.keys() - had.keys():
            yield f"date {after.date}", after.date
    elif isinstance(after, Scenario):
        had_one = before if isinstance(before, Scenario) else None
        if after.resolution and not (had_one and had_one.resolution):
            recorded = after.resolution.recorded
            yield f"resolution, recorded {recorded}", recorded


def _changed_question(before: Scenario, after: Scenario) -> list[str]:
    fields = [
        field
        for field in ("question", "resolution_criteria", "horizon")
        if getattr(before, field) != getattr(after, field)
    ]
    kept = after.clarifications[: len(before.clarifications)]
    return [*fields, *([] if kept == before.clarifications else ["clarifications"])]


def _forecasters(trail: Trail, scenario: ScenarioId, number: int) -> tuple[set[str], set[str]]:
    """The analysts who had forecast a scenario before a commit, and those who did from it on."""
    earlier, later = set(), set()
    for id, sheet in trail.database.sheets.items():
        if scenario in sheet.probabilities:
            is_later = trail.since("spoke", id, scenario) >= number
            if is_later:
                later.add(sheet.analyst)
            elif sheet.probabilities[scenario] is not None:
                earlier.add(sheet.analyst)
    return earlier, later


def _rerated(trail: Trail, step: Step) -> Iterator[tuple[ScenarioId, str]]:
    """Each scenario that a commit made an item, or an indicator, say something else about."""
    before, after = step.change.before, step.change.after
    if isinstance(before, Evidence) and isinstance(after, Evidence):
        yield from _rerated_item(trail, step, before, after)
    elif isinstance(before, Scenario) and isinstance(after, Scenario):
        for key in before.indicators.keys() & after.indicators.keys():
            content = judged(after.indicators[key])
            is_new = trail.first(step.number, "indicator", step.change.id, key, content)
            if is_new and content != judged(before.indicators[key]):
                for scenario in after.indicators[key].ratings:
                    yield scenario, f"indicator {key} rated anew"


def _rerated_item(
    trail: Trail, step: Step, before: Evidence, after: Evidence
) -> Iterator[tuple[ScenarioId, str]]:
    for scenario in dict.fromkeys((*before.ratings, *after.ratings)):
        was, now = before.ratings.get(scenario), after.ratings.get(scenario)
        is_new = now is None or trail.first(step.number, "rating", step.change.id, scenario, now)
        if was != now and is_new:
            yield scenario, f"rating {was or 'none'} → {now or 'none'}"
    for field in ("reliability", "credibility"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            for scenario in after.ratings:
                yield scenario, f"{field} {old or 'none'} → {new or 'none'}"


def _outcome_known(trail: Trail, step: Step, scenario: ScenarioId) -> date | None:
    """The day on which the outcome became known, if that was before this commit."""
    if scenario in step.scenarios:
        before = Database(trail.database.tracker, step.scenarios)
        if outcome := resolution(before, scenario):
            return outcome.date
    if scenario in trail.database.scenarios and (outcome := resolution(trail.database, scenario)):
        return outcome.date if outcome.date < step.commit.authored else None
    return None
