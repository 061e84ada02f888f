"""Questions and forecasts in the form of a Metaculus download: two CSV files, without aggregates.

Each scenario is a binary question; one that came from Metaculus has its number there, and any other
its own id. A forecast ends where the analyst's next one begins, or it expires or is withdrawn.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.forecasts import given
from scenarios.exchange.targets import package
from scenarios.exchange.view.view import View
from scenarios.model import Analyst, Database, Scenario, ScenarioId

is_ours = package.is_ours
_SYSTEM = "metaculus"
_OUTCOMES = {"occurred": "yes", "did-not-occur": "no", "annulled": "annulled"}
QUESTIONS = (
    *("Question ID", "Question URL", "Question Title", "Post ID", "Post Curation Status"),
    *("Post Published Time", "Default Project", "Default Project ID", "Categories"),
    *("Leaderboard Tags", "Label", "Question Type", "MC Options (Current)", "MC Options (All)"),
    *("MC Options History", "Lower Bound", "Open Lower Bound", "Upper Bound", "Open Upper Bound"),
    *("Continuous Range", "Open Time", "CP Reveal Time", "Scheduled Close Time"),
    *("Actual Close Time", "Resolution", "Resolution Known Time", "Include Bots in Aggregates"),
    "Question Weight",
)
FORECASTS = (
    *("Question ID", "Forecaster ID", "Forecaster Username", "Is Bot", "Start Time", "End Time"),
    *("Forecaster Count", "Probability Yes", "Probability Yes Per Category", "Continuous CDF"),
)
_Cells = Mapping[str, object]


def write(view: View, folder: Path) -> None:
    """Both files, and what describes them."""
    records = view.moment.records
    title = records.tracker.title or "Scenarios"
    files = {
        "question_data": (QUESTIONS, _questions(records, title)),
        "forecast_data": (FORECASTS, _forecasts(records, view.moment.as_of)),
    }
    for name, (columns, rows) in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, columns, lineterminator="\n")
            lines.writeheader()
            lines.writerows(rows)
    told = [_resource(name, columns) for name, (columns, _) in files.items()]
    package.describe(folder, view.moment.made, told, title)


def _resource(name: str, columns: Sequence[str]) -> dict[str, object]:
    fields = [{"name": column, "type": "string"} for column in columns]
    about = {"type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    return {"name": name, "path": f"{name}.csv", **about, "schema": {"fields": fields}}


def _questions(records: Database, project: str) -> Iterator[_Cells]:
    for id, one in records.scenarios.items():
        outcome = resolution(records, id)
        known = _time(outcome.date) if outcome else ""
        yield {
            "Question ID": _number(id, one),
            "Question URL": records.tracker.repository or "",
            "Question Title": one.question,
            "Post Curation Status": "approved",
            "Post Published Time": _time(one.opened),
            "Default Project": project,
            "Categories": str([*one.tags]),
            "Leaderboard Tags": "[]",
            "Question Type": "binary",
            "Open Lower Bound": False,
            "Open Upper Bound": False,
            "Open Time": _time(one.opened),
            "Scheduled Close Time": _time(one.horizon),
            "Actual Close Time": _time(min(outcome.date, one.horizon)) if outcome else "",
            "Resolution": _OUTCOMES[outcome.outcome] if outcome else "",
            "Resolution Known Time": known,
            "Include Bots in Aggregates": False,
            "Question Weight": 1.0,
        }


def _forecasts(records: Database, as_of: date) -> Iterator[_Cells]:
    analysts = sorted({sheet.analyst for sheet in records.sheets.values()})
    number = {analyst: n for n, analyst in enumerate(analysts, start=1)}
    expiry = records.tracker.forecast_expires_days
    for id, one in records.scenarios.items():
        said: dict[Analyst, list[tuple[date, float | None]]] = {}
        for forecast in given(records, id, None, as_of):
            said.setdefault(forecast.analyst, []).append((forecast.date, forecast.probability))
        for analyst, forecasts in said.items():
            for (day, chance), following in zip(forecasts, [*forecasts[1:], None], strict=True):
                ends = [following[0]] if following else []
                ends += [day + timedelta(days=expiry + 1)] if expiry is not None else []
                if chance is not None:
                    yield {
                        "Question ID": _number(id, one),
                        "Forecaster ID": number[analyst],
                        "Forecaster Username": analyst,
                        "Is Bot": False,
                        "Start Time": _time(day),
                        "End Time": _time(min(ends)) if ends else "",
                        "Probability Yes": chance,
                    }


def _number(id: ScenarioId, scenario: Scenario) -> str:
    """What it is called at Metaculus; an option of a question there is no question of its own."""
    there = str(scenario.foreign.get(_SYSTEM, ""))
    return there if there.isdecimal() else id


def _time(day: date) -> str:
    return f"{day} 00:00:00+00:00"
