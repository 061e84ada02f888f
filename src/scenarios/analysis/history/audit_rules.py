"""The audit rules: what an outside reviewer asks of a database's commits."""

import re
from collections.abc import Iterable, Iterator

from scenarios.analysis.changes import AuditFinding, Commit, figure_words, sheet_changes
from scenarios.analysis.evidence.knowledge import borne, resolution
from scenarios.analysis.history.provenance import RecordVersion, VersionHistory, dated
from scenarios.analysis.rules.rule import ALIKE, note
from scenarios.model import (
    Analyst,
    Database,
    Evidence,
    EvidenceId,
    Indicator,
    IndicatorId,
    Kind,
    Resolution,
    Scenario,
    ScenarioId,
    Sheet,
)
from scenarios.values import indicator_key


@note("backdated", "Backdated records")
def backdated(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A record committed days after its own date: it may have been written with hindsight.

    Evidence, a sheet, a retraction or an outcome, more than `--days` (3) after its date.

    Example: `date: 2022-02-07` in a sheet that was first committed on 2022-03-01.
    To do: say where the records were before; from now on commit what you record on its day.
    """
    for step in trail.steps:
        id, before, after = step.change.id, step.change.before, step.change.after
        commit = step.commit if before else trail.came(step)
        had = {key: day for key, _, day in dated(before)}
        late: dict[str, int] = {}
        for key, words, day in dated(after):
            is_earlier = key not in had or day < had[key]
            if is_earlier and trail.since("date", id, key, day) == step.number:
                late[words] = trail.late(commit, day)
        if worst := max(late.values(), default=0):
            what = ", ".join(words for words, days in late.items() if days)
            yield of_step("backdated", step, f"committed {worst} days after its date: {what}")


@note("edited-forecast", "Forecasts edited after they were committed")
def edited_forecast(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A committed figure, reason or item behind it that was changed or removed, or lost in a merge.

    Example: 0.2 was committed, and a later commit made it 0.6 in the same sheet.
    To do: restore the sheet from git, and forecast again in a new sheet.
    """
    there = {trail.name(id) for id in trail.database.sheets}
    reported: set[bytes] = set()
    left: set[bytes] = set()
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Sheet):
            continue
        left |= {trail.name(id, *figure) for figure in before.figures.items()}
        if isinstance(after, Sheet):
            for what, was, now, words in sheet_changes(before, after):
                name, back = trail.name(id, what, was, now), trail.name(id, what, now, was)
                if not reported & {name, back}:
                    reported.add(name)
                    message = f"{words}, after it was committed"
                    yield of_step("edited-forecast", step, message)
        elif trail.name(id) not in there:
            there.add(trail.name(id))
            did = "was deleted" if step.change.readable else "can no longer be read"
            message = f"the sheet {did}, after it was committed"
            yield of_step("edited-forecast", step, message)
    yield from _lost_forecasts(trail, left)


@note("renamed", "References renamed to the id of today")
def renamed(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A reference by a former id that was replaced by the id of today: no judgement changed.

    Example: a sheet named `pact`, which is `treaty` now, and a later commit wrote `treaty`.
    To do: nothing.
    """
    for step in trail.steps:
        for old, new in step.replaced.items():
            yield of_step("renamed", step, f"{old} → {new}: renamed, the same record")


@note("question-changed", "Questions changed after the first forecast")
def question_changed(trail: VersionHistory) -> Iterator[AuditFinding]:
    """Question, criteria, horizon, unit or scale changed, or a clarification edited.

    Forecasts before that are suspect until their analysts forecast again.

    Example: `horizon: 2025-12-31` became 2030-12-31, and two sheets had forecast it.
    To do: let each analyst forecast again; put what was only unclear under `clarifications`.
    """
    reported: set[bytes] = set()
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Scenario) or not isinstance(after, Scenario):
            continue
        fields = []
        for field in _changed(before, after):
            was, now = (
                getattr(each, field, None) or getattr(each.quantity, field, None)
                for each in (before, after)
            )
            if (name := trail.name(id, field, was, now)) not in reported:
                reported.add(name)
                fields.append(field)
        if not fields:
            continue
        earlier, suspect, reaffirmed = _forecasters(trail, step, before, after)
        if earlier:
            message = f"{', '.join(fields)} changed after the first forecast"
            if suspect:
                message += f"; suspect until reaffirmed: the forecasts of {', '.join(suspect)}"
            if reaffirmed:
                message += f"; reaffirmed since by {', '.join(reaffirmed)}"
            yield of_step("question-changed", step, message)


@note("deleted-evidence", "Evidence deleted rather than retracted")
def deleted_evidence(trail: VersionHistory) -> Iterator[AuditFinding]:
    """An item that is gone; a retraction would keep it, with its reason.

    Example: a commit that deletes `evidence/2022/2022-02-04-visit.yaml`.
    To do: restore the file from git, and retract it with `scen retract`.
    """
    there = {trail.name(id) for id in trail.database.evidence}
    for step in trail.steps:
        name, change = trail.name(step.change.id), step.change
        is_gone = isinstance(change.before, Evidence) and change.after is None
        if is_gone and name not in there:
            there.add(name)
            did = "deleted" if change.readable else "can no longer be read"
            yield of_step("deleted-evidence", step, f"{did}, not retracted")
    for step in trail.steps:
        name = trail.name(step.change.id)
        if isinstance(step.change.after, Evidence) and name not in there:
            there.add(name)
            yield of_step("deleted-evidence", step, "lost in a merge, not retracted")


def of_step(rule: str, step: RecordVersion, message: str) -> AuditFinding:
    """A finding about a commit's change of one record."""
    return of_commit(rule, step.commit, step.change.kind, step.change.id, message)


def of_commit(rule: str, commit: Commit, kind: Kind, record: str, message: str) -> AuditFinding:
    """A finding about today's content, and the commit that brought it."""
    return AuditFinding(
        rule=rule,
        record=record,
        kind=kind,
        commit=commit.id,
        author=commit.author,
        date=commit.authored,
        message=message,
    )


def _lost_forecasts(trail: VersionHistory, reported: set[bytes]) -> Iterator[AuditFinding]:
    """Figures that a merge dropped: they no longer stand, and no commit changed them."""
    for id, sheet in trail.database.sheets.items():
        reported |= {trail.name(id, *figure) for figure in sheet.figures.items()}
    for step in trail.steps:
        after = step.change.after
        for scenario, figure in after.figures.items() if isinstance(after, Sheet) else ():
            name = trail.name(step.change.id, scenario, figure)
            if name not in reported:
                reported.add(name)
                words = f"{scenario}: {figure_words(figure)} was committed, and lost in a merge"
                yield of_step("edited-forecast", step, words)


def _changed(before: Scenario, after: Scenario) -> list[str]:
    """The changed fields of the question itself; an appended clarification is no change."""
    asking = ("question", "resolution_criteria", "horizon")
    fields = [field for field in asking if getattr(before, field) != getattr(after, field)]
    was, now = before.quantity, after.quantity
    fields += [key for key in ("unit", "scale") if getattr(was, key, "") != getattr(now, key, "")]
    clarifications = after.clarifications[: len(before.clarifications)]
    return [*fields, *([] if clarifications == before.clarifications else ["clarifications"])]


def _forecasters(
    trail: VersionHistory, step: RecordVersion, before: Scenario, after: Scenario
) -> tuple[set[Analyst], list[Analyst], list[Analyst]]:
    """Analysts who forecast an earlier question; of them the suspect, and the reaffirmed."""
    name = trail.name(step.change.id)
    scenarios = trail.database.scenarios.items()
    today = next((scenario for id, scenario in scenarios if trail.name(id) == name), after)
    earlier: set[Analyst] = set()
    latest: dict[Analyst, tuple[int, Scenario]] = {}
    for id, sheet in sorted(trail.database.sheets.items(), key=lambda pair: pair[1].date):
        for scenario, figure in sheet.figures.items():
            if trail.name(scenario) != name:
                continue
            latest.pop(sheet.analyst, None)
            number, asked = trail.answers[trail.name(id, scenario)]
            if figure is None or asked is None:
                continue
            is_old, is_other = not _changed(asked, before), _changed(asked, after)
            is_earlier = number < step.number and (is_old or is_other)
            if is_earlier or (is_old and is_other):
                earlier.add(sheet.analyst)
            latest[sheet.analyst] = number, before if is_earlier and is_old else asked
    latest_forecasts = {who: latest[who] for who in sorted(earlier) if who in latest}
    suspect = [who for who, (_, answered) in latest_forecasts.items() if _changed(answered, today)]
    since = [who for who, (number, _) in latest_forecasts.items() if number >= step.number]
    return earlier, suspect, [who for who in since if who not in suspect]


Course = list[tuple[int, Indicator]]
"""Versions of an indicator, with the number of the commit of each."""


@note("hindsight-indicator", "Indicators added or rated anew after what fires them")
def hindsight_indicator(trail: VersionHistory) -> Iterator[AuditFinding]:
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
        younger: dict[tuple[str, int], list[EvidenceId]] = {}
        for id in ids:
            if reason := _hindsight(trail, courses[trail.name(text)], text, id):
                younger.setdefault(reason, []).append(id)
        for (how_late, number), late in younger.items():
            message = f"{how_late}: {', '.join(late)}"
            commit = trail.commits[number]
            yield of_commit("hindsight-indicator", commit, "scenario", text, message)


@note("rated-after-outcome", "Judgements changed after the outcome was known")
def rated_after_outcome(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A rating, grade, theme, prior or firing that was changed when the outcome was known.

    So was what the absence of an indicator is worth, or from when on.

    Example: C became II in an item, and its scenario had been resolved before.
    To do: restore what was judged at the time; write what you learned into `notes`.
    """
    for step, scenario, (what, was, now), outcome in rejudgements(trail):
        if outcome:
            reason = f"after the outcome of {scenario} was known ({outcome.date})"
            yield of_step("rated-after-outcome", step, f"{what} {was} → {now}, {reason}")


@note("late-forecast", "Forecasts dated when the outcome was known")
def late_forecast(trail: VersionHistory) -> Iterator[AuditFinding]:
    """A forecast that dates from the day on which the outcome was known, or after.

    Or a forecast with an older date that came when the outcome was in the database.

    Example: a sheet of 2022-02-23, committed when the outcome of 2022-02-24 stood in the database.
    To do: do not claim it as foresight; `score` leaves out what is dated on that day or after.
    """
    for id, sheet in sorted(trail.database.sheets.items()):
        for scenario, figure in sheet.figures.items():
            if figure is None or scenario not in trail.database.scenarios:
                continue
            outcome = resolution(trail.database, scenario)
            if outcome and sheet.date >= outcome.date:
                commit = trail.commits[trail.since("forecast", id, scenario, figure)]
                message = f"{scenario}: dated {sheet.date}, its outcome was known on {outcome.date}"
                yield of_commit("late-forecast", commit, "forecasts", id, message)
    for step in trail.steps:
        yield from _late_forecasts(trail, step)


def rejudgements(
    trail: VersionHistory,
) -> Iterator[tuple[RecordVersion, ScenarioId, tuple[str, str, str], Resolution | None]]:
    """Each judgement that a commit changed, once, with the outcome if that was known.

    Reverted changes and those that a merge brings are left out.
    """
    reported: set[bytes] = set()
    changed: set[bytes] = set()
    for step in trail.steps:
        for scenario, what, was, now in _rejudged(trail, step):
            outcome = _known_outcome(trail, step, scenario)
            subject = (step.change.id, scenario, what)
            name, back = trail.name(subject, was, now), trail.name(subject, now, was)
            is_merged = len(step.commit.parents) > 1 and name in changed
            changed.add(name)
            if not is_merged and not reported & {name, back}:
                reported |= {name} if outcome else set()
                yield step, scenario, (what, was, now), outcome


def _fired(database: Database) -> list[tuple[str, list[EvidenceId]]]:
    fired: dict[str, list[EvidenceId]] = {}
    for id, item in sorted(database.evidence.items()):
        for text in item.indicators:
            fired.setdefault(text, []).append(id)
    return sorted(fired.items())


def _courses(trail: VersionHistory) -> dict[bytes, Course]:
    courses: dict[bytes, Course] = {}
    for step in trail.steps:
        id, before, after = step.change.id, step.change.before, step.change.after
        if isinstance(after, Scenario):
            had = before.indicators if isinstance(before, Scenario) else {}
            number = step.number if before else trail.born["scenario", id]
            for key, indicator in after.indicators.items():
                if had.get(key) != indicator:
                    timeline = courses.setdefault(trail.name(f"{id}/{key}"), [])
                    timeline.append((number, indicator))
    return courses


def _hindsight(
    trail: VersionHistory, timeline: Course, text: str, id: EvidenceId
) -> tuple[str, int] | None:
    """Reason why an indicator is younger than an item that fires it, with its commit."""
    owner, key = indicator_key(text)
    indicator, item = trail.database.scenarios[owner].indicators[key], trail.database.evidence[id]
    born, first = trail.born["evidence", id], timeline[0][0]
    then = [state for number, state in timeline if not _is_after(trail, number, born, item)][-1:]
    if not then:
        return "added after what fires it had been committed", first
    if owner in trail.stood[born] and key in trail.stood[born][owner].indicators:
        then.append(trail.stood[born][owner].indicators[key])
    later = ((number, state) for number, state in timeline if _is_after(trail, number, born, item))
    numbers = [number for number, state in later if _same(trail, state, indicator)]
    if numbers and not any(_same(trail, state, indicator) for state in then):
        is_rated = _judged(trail, then[-1]) != _judged(trail, indicator)
        did = "rated anew" if is_rated else "reworded"
        return f"{did} after what fires it had been committed", numbers[0]
    if item.recorded < indicator.added:
        return "added after what fires it had been recorded, by its own date", first
    return None


def _is_after(trail: VersionHistory, number: int, born: int, item: Evidence) -> bool:
    """True if a commit came after the one that brought an item, and no rebase put it there.

    Where days lie between an item and its commit, as in a squash, the item's own date counts.
    """
    commit, came = trail.commits[number], trail.commits[born].authored
    seen = item.recorded if (came - item.recorded).days > trail.days else came
    is_moved = commit.earliest < min(commit.committed, seen)
    return number > born and not is_moved


def _same(trail: VersionHistory, indicator: Indicator, other: Indicator) -> bool:
    """True if the judgements are the same and most of the words are."""
    if indicator is other:
        return True
    words, others = (
        set(re.findall(r"\w+", each.statement.casefold())) for each in (indicator, other)
    )
    is_alike = len(words & others) >= ALIKE * len(words | others)
    return is_alike and _judged(trail, indicator) == _judged(trail, other)


def _judged(trail: VersionHistory, indicator: Indicator) -> bytes:
    """Judgements fixed beforehand: ratings, theme, worth and day of its absence."""
    absence = _absence(indicator)
    return trail.name(indicator.ratings, indicator.theme, *absence.values())


def _absence(indicator: Indicator) -> dict[str, object]:
    """Worth and day of its absence; the day counts only with a worth."""
    worth = indicator.if_absent, indicator.chance
    due = indicator.due if worth != (None, None) else None
    return {"absence": indicator.if_absent, "chance": indicator.chance, "due": due}


def _rejudged(
    trail: VersionHistory, step: RecordVersion
) -> Iterator[tuple[ScenarioId, str, str, str]]:
    """Judgements that a commit changed: scenario, judgement, before, after."""
    was, now = step.change.before, step.change.after
    old: dict[tuple[ScenarioId, str], object] = {}
    new: dict[tuple[ScenarioId, str], object] = {}
    if isinstance(was, Evidence) and isinstance(now, Evidence):
        database = Database(trail.database.tracker, trail.stood[step.number])
        scenarios = borne(database, was) | borne(database, now)
        old, new = (_of_item(database, item, scenarios) for item in (was, now))
    elif isinstance(was, Scenario) and isinstance(now, Scenario):
        keys = was.indicators.keys() & now.indicators.keys()
        old, new = (_of_scenario(step.change.id, scenario, keys) for scenario in (was, now))
        if was.resolution is None:
            new.pop((step.change.id, "outcome"), None)
        rows = [{*x.quantity.rows(step.change.id)} if x.quantity else set() for x in (was, now)]
        for row in rows[0] - rows[1] if now.quantity else ():
            yield step.change.id, f"row {row}", "there", "taken away"
    for scenario, what in sorted(old.keys() | new.keys()):
        before, after = (str(values.get((scenario, what)) or "none") for values in (old, new))
        if before != after:
            yield scenario, what, before, after


def _of_item(
    database: Database, item: Evidence, scenarios: Iterable[ScenarioId]
) -> dict[tuple[ScenarioId, str], object]:
    judged: dict[tuple[ScenarioId, str], object] = {}
    for scenario, rating in item.ratings.items():
        judged[scenario, "rating"] = rating
    for text, state in item.indicators.items():
        owner, key = indicator_key(text)
        if owner in database.scenarios and key in database.scenarios[owner].indicators:
            for scenario in database.scenarios[owner].indicators[key].ratings:
                judged[scenario, f"indicator {text}"] = state
    for scenario in scenarios:
        judged[scenario, "reliability"] = item.reliability
        judged[scenario, "credibility"] = item.credibility
        judged[scenario, "theme"] = item.theme
        judged[scenario, "supersedes"] = ", ".join(item.supersedes) or "nothing"
    return judged


def _of_scenario(
    id: ScenarioId, scenario: Scenario, keys: Iterable[IndicatorId]
) -> dict[tuple[ScenarioId, str], object]:
    judgements: dict[tuple[ScenarioId, str], object] = {}
    prior = scenario.prior
    judgements[id, "prior"] = figure_words(prior.quantiles or prior.probability)
    judgements[id, "hazard_ended"] = prior.hazard_ended.date if prior.hazard_ended else None
    for other, conditional in prior.given.items():
        judgements[id, f"prior given {other}"] = (
            f"{conditional.occurred:g}/{conditional.did_not_occur:g}"
        )
    if outcome := scenario.resolution:
        judgements[id, "outcome"] = f"{outcome.ending} on {outcome.date}"
    for key in keys:
        indicator = scenario.indicators[key]
        for what, judged in {**_absence(indicator), "theme": indicator.theme}.items():
            judgements[id, f"{what} of {key}"] = judged
        for rated, rating in indicator.ratings.items():
            judgements[rated, f"indicator {key}"] = rating
    return judgements


def _known_outcome(
    trail: VersionHistory, step: RecordVersion, scenario: ScenarioId
) -> Resolution | None:
    """The outcome, if it was known before this commit, whose date a rebase may have changed."""
    before = Database(trail.database.tracker, trail.stood[step.number])
    earliest = step.commit.earliest
    if scenario in before.scenarios and (outcome := resolution(before, scenario)):
        is_moved = earliest < step.commit.committed and earliest <= outcome.date
        return None if is_moved else outcome
    if scenario in trail.database.scenarios and (outcome := resolution(trail.database, scenario)):
        return outcome if outcome.date < earliest else None
    return None


def _late_forecasts(trail: VersionHistory, step: RecordVersion) -> Iterator[AuditFinding]:
    was, now = step.change.before, step.change.after
    if not isinstance(now, Sheet):
        return
    had = was.figures if isinstance(was, Sheet) else {}
    before = Database(trail.database.tracker, trail.stood[step.number])
    for scenario, figure in now.figures.items():
        is_new = trail.seen[trail.name("forecast", step.change.id, scenario, figure)] == step.number
        if figure is None or scenario in had or not is_new or scenario not in before.scenarios:
            continue
        outcome = resolution(before, scenario)
        if outcome and now.date < outcome.date < step.commit.earliest:
            reason = f"its outcome of {outcome.date} stood in the database when it was committed"
            yield of_step("late-forecast", step, f"{scenario}: dated {now.date}, {reason}")
