"""What was judged, or forecast, when it could be known better: rules of the audit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scenarios.analysis.evidence.bearing import borne
from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.history.audit_rules import AuditFinding, of_commit, of_step
from scenarios.analysis.history.provenance import Step, Trail
from scenarios.analysis.rules.alike import ALIKE
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    Indicator,
    IndicatorId,
    Resolution,
    Scenario,
    ScenarioId,
    Sheet,
    indicator_key,
)

Course = list[tuple[int, Indicator]]
"""An indicator as it was judged and worded, with the commits that changed it."""


def hindsight_indicator(trail: Trail) -> Iterator[AuditFinding]:
    """An indicator that was added, reworded or rated anew when what fires it had been recorded.

    Example: a commit of 2022-03-01 adds `talks`, which an item of 2022-02-04 fires.
    To do: count it for what follows only, and add indicators before the week they are about.
    """
    courses = _courses(trail)
    for text, ids in _fired(trail.database):
        owner, key = indicator_key(text)
        scenario = trail.database.scenarios.get(owner)
        if scenario is None or key not in scenario.indicators:
            continue
        found: dict[tuple[str, int], list[EvidenceId]] = {}
        for id in ids:
            if how := _how(trail, courses[trail.name(text)], text, id):
                found.setdefault(how, []).append(id)
        for (told, number), late in found.items():
            message = f"{told}: {', '.join(late)}"
            commit = trail.commits[number]
            yield of_commit("hindsight-indicator", commit, "scenario", text, message)


def rated_after_outcome(trail: Trail) -> Iterator[AuditFinding]:
    """A rating, grade, theme, prior or firing that was changed when the outcome was known.

    So was what the absence of an indicator is worth, or from when on.

    Example: C became II in an item, and its scenario had been resolved before.
    To do: restore what was judged at the time; write what you learned into `notes`.
    """
    told: set[bytes] = set()
    made: set[bytes] = set()
    for step in trail.steps:
        for scenario, what, was, now in _rejudged(trail, step):
            outcome = _known_outcome(trail, step, scenario)
            subject = (step.change.id, scenario, what)
            way, back = trail.name(subject, was, now), trail.name(subject, now, was)
            is_merged = len(step.commit.parents) > 1 and way in made
            made.add(way)
            if outcome and not is_merged and not told & {way, back}:
                told.add(way)
                change = f"{what} {was} → {now}"
                message = f"{change}, after the outcome of {scenario} was known ({outcome.date})"
                yield of_step("rated-after-outcome", step, message)


def late_forecast(trail: Trail) -> Iterator[AuditFinding]:
    """A forecast that dates from the day on which the outcome was known, or after.

    Or one that says that it is older, and came when the outcome was in the database.

    Example: a sheet of 2022-02-23, committed when the outcome of 2022-02-24 stood in the database.
    To do: do not claim it as foresight; `score` leaves out what is dated on that day or after.
    """
    for id, sheet in sorted(trail.database.sheets.items()):
        for scenario, figure in sheet.probabilities.items():
            if figure is None or scenario not in trail.database.scenarios:
                continue
            outcome = resolution(trail.database, scenario)
            if outcome and sheet.date >= outcome.date:
                commit = trail.commits[trail.since("forecast", id, scenario, figure)]
                message = f"{scenario}: dated {sheet.date}, its outcome was known on {outcome.date}"
                yield of_commit("late-forecast", commit, "forecasts", id, message)
    for step in trail.steps:
        yield from _said_too_late(trail, step)


def _fired(database: Database) -> list[tuple[str, list[EvidenceId]]]:
    fired: dict[str, list[EvidenceId]] = {}
    for id, item in sorted(database.evidence.items()):
        for text in item.indicators:
            fired.setdefault(text, []).append(id)
    return sorted(fired.items())


def _courses(trail: Trail) -> dict[bytes, Course]:
    found: dict[bytes, Course] = {}
    for step in trail.steps:
        id, before, after = step.change.id, step.change.before, step.change.after
        if isinstance(after, Scenario):
            had = before.indicators if isinstance(before, Scenario) else {}
            number = step.number if before else trail.born["scenario", id]
            for key, one in after.indicators.items():
                if had.get(key) != one:
                    course = found.setdefault(trail.name(f"{id}/{key}"), [])
                    course.append((number, one))
    return found


def _how(trail: Trail, course: Course, text: str, id: EvidenceId) -> tuple[str, int] | None:
    """How an indicator is younger than an item that fires it, and the commit that made it so."""
    owner, key = indicator_key(text)
    indicator, item = trail.database.scenarios[owner].indicators[key], trail.database.evidence[id]
    born, first = trail.born["evidence", id], course[0][0]
    then = [one for number, one in course if not _is_after(trail, number, born, item)][-1:]
    if not then:
        return "added after what fires it had been committed", first
    if owner in trail.stood[born] and key in trail.stood[born][owner].indicators:
        then.append(trail.stood[born][owner].indicators[key])
    later = ((number, one) for number, one in course if _is_after(trail, number, born, item))
    made = [number for number, one in later if _same(trail, one, indicator)]
    if made and not any(_same(trail, one, indicator) for one in then):
        is_rated = _judged(trail, then[-1]) != _judged(trail, indicator)
        did = "rated anew" if is_rated else "reworded"
        return f"{did} after what fires it had been committed", made[0]
    if item.recorded < indicator.added:
        return "added after what fires it had been recorded, by its own date", first
    return None


def _is_after(trail: Trail, number: int, born: int, item: Evidence) -> bool:
    """Whether a commit came after the one that brought an item, and no rebase put it there.

    Where days lie between an item and its commit, as in a squash, the item's own date counts.
    """
    commit, came = trail.commits[number], trail.commits[born].authored
    seen = item.recorded if (came - item.recorded).days > trail.days else came
    is_moved = commit.earliest < min(commit.committed, seen)
    return number > born and not is_moved


def _same(trail: Trail, one: Indicator, other: Indicator) -> bool:
    """Judged the same, in words of which most are the same."""
    if one is other:
        return True
    words, others = (set(re.findall(r"\w+", it.statement.casefold())) for it in (one, other))
    is_alike = len(words & others) >= ALIKE * len(words | others)
    return is_alike and _judged(trail, one) == _judged(trail, other)


def _judged(trail: Trail, indicator: Indicator) -> bytes:
    """What was fixed beforehand: ratings, theme, what its absence is worth and from when on."""
    absence = _absence(indicator)
    return trail.name(indicator.ratings, indicator.theme, *absence.values())


def _absence(indicator: Indicator) -> dict[str, object]:
    """What its absence is worth and from when on; the day alone says nothing."""
    worth = indicator.if_absent, indicator.chance
    due = indicator.due if worth != (None, None) else None
    return {"absence": indicator.if_absent, "chance": indicator.chance, "due": due}


def _rejudged(trail: Trail, step: Step) -> Iterator[tuple[ScenarioId, str, str, str]]:
    """Each judgement that a commit changed: about which scenario, what, from what, to what."""
    was, now = step.change.before, step.change.after
    old: dict[tuple[ScenarioId, str], object] = {}
    new: dict[tuple[ScenarioId, str], object] = {}
    if isinstance(was, Evidence) and isinstance(now, Evidence):
        database = Database(trail.database.tracker, trail.stood[step.number])
        scenarios = borne(database, was) | borne(database, now)
        old, new = (_of_item(database, one, scenarios) for one in (was, now))
    elif isinstance(was, Scenario) and isinstance(now, Scenario):
        keys = was.indicators.keys() & now.indicators.keys()
        old, new = (_of_scenario(step.change.id, one, keys) for one in (was, now))
        if was.resolution is None:
            new.pop((step.change.id, "outcome"), None)
    for scenario, what in sorted(old.keys() | new.keys()):
        before, after = (str(it.get((scenario, what)) or "none") for it in (old, new))
        if before != after:
            yield scenario, what, before, after


def _of_item(
    database: Database, item: Evidence, scenarios: Iterable[ScenarioId]
) -> dict[tuple[ScenarioId, str], object]:
    found: dict[tuple[ScenarioId, str], object] = {}
    for scenario, rating in item.ratings.items():
        found[scenario, "rating"] = rating
    for text, state in item.indicators.items():
        owner, key = indicator_key(text)
        if owner in database.scenarios and key in database.scenarios[owner].indicators:
            for scenario in database.scenarios[owner].indicators[key].ratings:
                found[scenario, f"indicator {text}"] = state
    for scenario in scenarios:
        found[scenario, "reliability"] = item.reliability
        found[scenario, "credibility"] = item.credibility
        found[scenario, "theme"] = item.theme
    return found


def _of_scenario(
    id: ScenarioId, scenario: Scenario, keys: Iterable[IndicatorId]
) -> dict[tuple[ScenarioId, str], object]:
    found: dict[tuple[ScenarioId, str], object] = {}
    prior = scenario.prior
    found[id, "prior"] = prior.probability
    found[id, "hazard_ended"] = prior.hazard_ended.date if prior.hazard_ended else None
    for other, given in prior.given.items():
        found[id, f"prior given {other}"] = f"{given.occurred:g}/{given.did_not_occur:g}"
    if outcome := scenario.resolution:
        found[id, "outcome"] = f"{outcome.outcome} on {outcome.date}"
    for key in keys:
        indicator = scenario.indicators[key]
        for what, judged in {**_absence(indicator), "theme": indicator.theme}.items():
            found[id, f"{what} of {key}"] = judged
        for rated, rating in indicator.ratings.items():
            found[rated, f"indicator {key}"] = rating
    return found


def _known_outcome(trail: Trail, step: Step, scenario: ScenarioId) -> Resolution | None:
    """The outcome, if it was known before this commit was made.

    Where it stood in the database already, a rebase or a squash may have put the commit behind it.
    """
    before = Database(trail.database.tracker, trail.stood[step.number])
    made = step.commit.earliest
    if scenario in before.scenarios and (outcome := resolution(before, scenario)):
        is_moved = made < step.commit.committed and made <= outcome.date
        return None if is_moved else outcome
    if scenario in trail.database.scenarios and (outcome := resolution(trail.database, scenario)):
        return outcome if outcome.date < made else None
    return None


def _said_too_late(trail: Trail, step: Step) -> Iterator[AuditFinding]:
    was, now = step.change.before, step.change.after
    if not isinstance(now, Sheet):
        return
    had = was.probabilities if isinstance(was, Sheet) else {}
    before = Database(trail.database.tracker, trail.stood[step.number])
    for scenario, figure in now.probabilities.items():
        is_new = trail.seen[trail.name("forecast", step.change.id, scenario, figure)] == step.number
        if figure is None or scenario in had or not is_new or scenario not in before.scenarios:
            continue
        outcome = resolution(before, scenario)
        if outcome and now.date < outcome.date < step.commit.earliest:
            known = f"its outcome of {outcome.date} stood in the database when it was committed"
            yield of_step("late-forecast", step, f"{scenario}: dated {now.date}, {known}")
