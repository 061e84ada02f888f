"""The questions of an outside reviewer to a database's commits: each a small rule that yields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.history.commits import Commit
from scenarios.analysis.history.provenance import Asked, Step, Trail, asked, dated
from scenarios.model import Analyst, Evidence, Kind, Scenario, Sheet


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit did to a record that a reviewer should know; `date` is the author's own."""

    rule: str
    record: str
    kind: Kind
    commit: str
    author: str
    date: date
    message: str


def backdated(trail: Trail) -> Iterator[AuditFinding]:
    """A record committed days after its own date: it may have been written with hindsight.

    Evidence, a sheet, a retraction or an outcome, more than `--days` (3) after its date.

    Example: `date: 2022-02-07` in a sheet that was first committed on 2022-03-01.
    To do: say where the records were before; from now on commit what you record on its day.
    """
    for step in trail.steps:
        id, before, after = step.change.id, step.change.before, step.change.after
        commit = step.commit if before else trail.came(step)
        had = {part: day for part, _, day in dated(before)}
        late: dict[str, int] = {}
        for part, words, day in dated(after):
            is_earlier = part not in had or day < had[part]
            if is_earlier and trail.since("date", id, part, day) == step.number:
                late[words] = trail.late(commit, day)
        if worst := max(late.values(), default=0):
            what = ", ".join(words for words, days in late.items() if days)
            yield of_step("backdated", step, f"committed {worst} days after its date: {what}")


def edited_forecast(trail: Trail) -> Iterator[AuditFinding]:
    """A committed figure that was then changed or removed, or that a merge lost.

    Example: 0.2 was committed, and a later commit made it 0.6 in the same sheet.
    To do: restore the sheet from git, and forecast again in a new sheet.
    """
    there = {trail.name(id) for id in trail.database.sheets}
    told: set[bytes] = set()
    left: set[bytes] = set()
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Sheet):
            continue
        left |= {trail.name(id, *figure) for figure in before.probabilities.items()}
        if isinstance(after, Sheet):
            for what, was, now in _edited(before, after):
                way, back = trail.name(id, what, was, now), trail.name(id, what, now, was)
                if not told & {way, back}:
                    told.add(way)
                    message = f"{what}: {was} → {now}, after it was committed"
                    yield of_step("edited-forecast", step, message)
        elif trail.name(id) not in there:
            there.add(trail.name(id))
            did = "was deleted" if step.change.readable else "can no longer be read"
            message = f"the sheet {did}, after it was committed"
            yield of_step("edited-forecast", step, message)
    yield from _lost_forecasts(trail, left)


def question_changed(trail: Trail) -> Iterator[AuditFinding]:
    """Question, criteria or horizon changed, or a clarification edited, after the first forecast.

    Those forecasts are suspect until their analysts forecast again.

    Example: `horizon: 2025-12-31` became 2030-12-31, and two sheets had forecast it.
    To do: let each analyst forecast again; put what was only unclear under `clarifications`.
    """
    told: set[bytes] = set()
    for step in trail.steps:
        before, after, id = step.change.before, step.change.after, step.change.id
        if not isinstance(before, Scenario) or not isinstance(after, Scenario):
            continue
        fields = []
        for field in _changed(asked(before), asked(after)):
            was, now = (getattr(asked(one), field) for one in (before, after))
            if (way := trail.name(id, field, was, now)) not in told:
                told.add(way)
                fields.append(field)
        if not fields:
            continue
        earlier, suspect, reaffirmed = _forecasters(trail, step, asked(before), asked(after))
        if earlier:
            message = f"{', '.join(fields)} changed after the first forecast"
            if suspect:
                message += f"; suspect until reaffirmed: the forecasts of {', '.join(suspect)}"
            if reaffirmed:
                message += f"; reaffirmed since by {', '.join(reaffirmed)}"
            yield of_step("question-changed", step, message)


def deleted_evidence(trail: Trail) -> Iterator[AuditFinding]:
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


def of_step(rule: str, step: Step, message: str) -> AuditFinding:
    """A finding about what a commit did to one record."""
    return of_commit(rule, step.commit, step.change.kind, step.change.id, message)


def of_commit(rule: str, commit: Commit, kind: Kind, record: str, message: str) -> AuditFinding:
    """A finding about what stands today, and the commit from which it does."""
    return AuditFinding(
        rule=rule,
        record=record,
        kind=kind,
        commit=commit.id,
        author=commit.author,
        date=commit.authored,
        message=message,
    )


def _edited(before: Sheet, after: Sheet) -> Iterator[tuple[str, str, str]]:
    """What of a sheet is another than it was: what, from what, to what."""
    for field in ("date", "analyst"):
        was, now = str(getattr(before, field)), str(getattr(after, field))
        if was != now:
            yield field, was, now
    for scenario, figure in before.probabilities.items():
        is_there = scenario in after.probabilities
        now = _told(after.probabilities[scenario]) if is_there else "removed"
        if _told(figure) != now:
            yield scenario, _told(figure), now


def _told(figure: float | None) -> str:
    return "withdrawn" if figure is None else str(figure)


def _lost_forecasts(trail: Trail, told: set[bytes]) -> Iterator[AuditFinding]:
    """Figures that neither stand today nor were changed by a commit: a merge took another one."""
    for id, sheet in trail.database.sheets.items():
        told |= {trail.name(id, *figure) for figure in sheet.probabilities.items()}
    for step in trail.steps:
        after, id = step.change.after, step.change.id
        if isinstance(after, Sheet):
            for scenario, figure in after.probabilities.items():
                name = trail.name(id, scenario, figure)
                if name not in told:
                    told.add(name)
                    message = f"{scenario}: {_told(figure)} was committed, and lost in a merge"
                    yield of_step("edited-forecast", step, message)


def _changed(before: Asked, after: Asked) -> list[str]:
    """The fields that ask something else; what is made clear later is appended, and no change."""
    fields = [
        field
        for field in ("question", "resolution_criteria", "horizon")
        if getattr(before, field) != getattr(after, field)
    ]
    kept = after.clarifications[: len(before.clarifications)]
    return [*fields, *([] if kept == before.clarifications else ["clarifications"])]


def _forecasters(
    trail: Trail, step: Step, before: Asked, after: Asked
) -> tuple[set[Analyst], list[Analyst], list[Analyst]]:
    """Who had answered an earlier question, and of them who has not answered today's, who has.

    An answer goes on to answer what was only made clearer.
    """
    name = trail.name(step.change.id)
    scenarios = trail.database.scenarios.items()
    today = next((asked(one) for id, one in scenarios if trail.name(id) == name), after)
    earlier: set[Analyst] = set()
    latest: dict[Analyst, tuple[int, Asked]] = {}
    for id, sheet in sorted(trail.database.sheets.items(), key=lambda one: one[1].date):
        for scenario, figure in sheet.probabilities.items():
            if trail.name(scenario) != name:
                continue
            latest.pop(sheet.analyst, None)
            answer = trail.answered(id, scenario)
            if figure is None or answer.asked is None:
                continue
            is_old, is_other = not _changed(answer.asked, before), _changed(answer.asked, after)
            is_earlier = answer.number < step.number and (is_old or is_other)
            if is_earlier or (is_old and is_other):
                earlier.add(sheet.analyst)
            answered = before if is_earlier and is_old else answer.asked
            latest[sheet.analyst] = answer.number, answered
    standing = {who: latest[who] for who in sorted(earlier) if who in latest}
    suspect = [who for who, (_, it) in standing.items() if _changed(it, today)]
    since = [who for who, (number, _) in standing.items() if number >= step.number]
    return earlier, suspect, [who for who in since if who not in suspect]
