"""Timelines so far: each figure of a deadline read as a chance by today, open questions too."""

import math
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from scenarios.analysis.daily_forecasts import ForecastArchive, timeline
from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.ledger.odds import decays
from scenarios.analysis.question_timelines import Line, QuestionTimeline, ResolvedQuestion
from scenarios.model import Database, ScenarioId


def timelines_so_far(
    archive: ForecastArchive, ids: Iterable[ScenarioId], as_of: date
) -> Iterator[QuestionTimeline[float]]:
    """The chances by today of those of these scenarios that have a constant hazard, open or not.

    A strictly proper score stays proper where the outcome is censored on a day that no figure
    decides (Taggart, Loveday & Louis 2026, arXiv 2603.14835): nothing is gained by crying wolf.
    """
    for asked in (_by_today(archive.database, id, as_of) for id in ids):
        if asked:
            own = timeline(archive, asked)
            analysts = {name: _chances(asked, line) for name, line in own.analysts.items()}
            ours = {name: _chances(asked, line) for name, line in own.ours.items()}
            yield replace(own, analysts=analysts, ours=ours)


def _by_today(database: Database, id: ScenarioId, as_of: date) -> ResolvedQuestion | None:
    """The question whether it occurs by `as_of`, the horizon or the end of the hazard, if first.

    None without a constant hazard, a day before both that and the outcome, or if annulled.
    """
    scenario, known = database.scenarios[id], resolved(database, id, as_of)
    opened, horizon, ended = scenario.opened, scenario.horizon, scenario.prior.hazard_ended
    today = min(as_of, horizon, ended.date if ended else horizon)
    day, outcome = (known.date, known.outcome) if known else (today, "did-not-occur")
    scored = (min(day, today) - opened).days
    if not decays(scenario) or outcome == "annulled" or scored <= 0:
        return None
    # What occurred by the horizon may have become known on a later day.
    happened = outcome == "occurred" and (day <= today or today == horizon)
    return ResolvedQuestion(
        scenario=id,
        outcome="occurred" if happened else "did-not-occur",
        opened=opened,
        resolved=day,
        scored=scored,
        planned=(horizon - opened).days + 1,
        days_after=max(0, (today - day).days),
    )


def _chances(asked: ResolvedQuestion, line: Line) -> Line:
    """1 − (1 − p)^((T − d)/(H − d)) on each day d on which p stood; T is today, H the horizon."""
    today, horizon = asked.scored + asked.days_after, asked.planned - 1
    return tuple(
        (d, d + 1, -math.expm1(math.log1p(-p) * (today - d) / (horizon - d)) if p else None)
        for start, end, p in line
        for d in range(start, end)
    )
