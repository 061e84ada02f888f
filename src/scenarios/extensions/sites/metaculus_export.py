"""A folder in the form of a Metaculus download: two CSV files, without aggregates.

Each scenario is a binary question; one that came from Metaculus has its number there, any other its
own id. A forecast ends where the analyst's next one begins, or it expires or is withdrawn.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenarios import Database, Scenario
from scenarios.extending import View, folder_codec, resolution

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


def _write(view: View, folder: Path) -> list[dict[str, Any]]:
    records = view.context.records
    title = records.tracker.title or "Scenarios"
    resources = []
    for name, columns, rows in (
        ("question_data", QUESTIONS, _questions(records, title)),
        ("forecast_data", FORECASTS, _forecasts(records, view.context.as_of)),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, columns, lineterminator="\n")
            lines.writeheader()
            lines.writerows(rows)
        fields = [{"name": column, "type": "string"} for column in columns]
        about = {"type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
        resources.append(
            {"name": name, "path": f"{name}.csv", **about, "schema": {"fields": fields}}
        )
    return resources


FOLDER = folder_codec(_write)


def _questions(records: Database, project: str) -> Iterator[_Cells]:
    for id, scenario in records.binary.items():
        outcome = resolution(records, id)
        closed = min(outcome.date, scenario.horizon) if outcome else None
        yield {
            "Question ID": _question_number(id, scenario),
            "Question URL": records.tracker.repository or "",
            "Question Title": scenario.question,
            "Post Curation Status": "approved",
            "Post Published Time": _midnight(scenario.opened),
            "Default Project": project,
            "Categories": str([*scenario.tags]),
            "Leaderboard Tags": "[]",
            "Question Type": "binary",
            "Open Lower Bound": False,
            "Open Upper Bound": False,
            "Open Time": _midnight(scenario.opened),
            "Scheduled Close Time": _midnight(scenario.horizon),
            "Actual Close Time": _midnight(closed),
            "Resolution": _OUTCOMES[outcome.outcome] if outcome else "",
            "Resolution Known Time": _midnight(outcome.date if outcome else None),
            "Include Bots in Aggregates": False,
            "Question Weight": 1.0,
        }


def _forecasts(records: Database, as_of: date) -> Iterator[_Cells]:
    analysts = sorted({sheet.analyst for sheet in records.sheets.values()})
    expiry = records.tracker.forecast_expires_days
    for id, scenario in records.binary.items():
        by_analyst: dict[str, list[tuple[date, float | None]]] = defaultdict(list)
        for sheet in map(records.sheets.__getitem__, records.speaking.get(id, ())):
            if sheet.date <= as_of:
                by_analyst[sheet.analyst].append((sheet.date, sheet.probabilities[id]))
        for analyst, forecasts in by_analyst.items():
            for (day, chance), following in zip(forecasts, [*forecasts[1:], None], strict=True):
                ends = [following[0]] if following else []
                ends += [day + timedelta(days=expiry + 1)] if expiry is not None else []
                if chance is not None:
                    yield {
                        "Question ID": _question_number(id, scenario),
                        "Forecaster ID": analysts.index(analyst) + 1,
                        "Forecaster Username": analyst,
                        "Is Bot": False,
                        "Start Time": _midnight(day),
                        "End Time": _midnight(min(ends, default=None)),
                        "Probability Yes": chance,
                    }


def _question_number(id: str, scenario: Scenario) -> str:
    """The number at Metaculus, or the id; an option there is no question of its own."""
    number = str(scenario.foreign.get("metaculus", ""))
    return number if number.isdecimal() else id


def _midnight(day: date | None) -> str:
    return f"{day} 00:00:00+00:00" if day else ""
