"""Tables joined as they are asked for most, in SQL that every engine reads."""

from __future__ import annotations

from typing import NamedTuple


class SqlView(NamedTuple):
    """A view by its name, what it shows, and its SQL."""

    name: str
    meaning: str
    sql: str


VIEWS = (
    SqlView(
        "forecast_log",
        "Every forecast with its day and its analyst",
        """\
SELECT s.date, s.analyst, f.scenario_id, f.probability, f.rationale, f.sheet_id
FROM forecasts f JOIN sheets s ON s.sheet_id = f.sheet_id""",
    ),
    SqlView(
        "evidence_log",
        "Every rating of an item, with its grade and its source; counted before dependence",
        """\
SELECT e.evidence_id, e.observed, e.recorded, e.summary, r.scenario_id, r.code, r.likelihood_ratio,
  r.decibans, e.weight, r.decibans * e.weight AS weighted_decibans,
  coalesce(e.reliability, s.reliability, 'F') AS reliability,
  coalesce(e.credibility, 6) AS credibility, s.name AS source, e.url, e.retracted
FROM evidence e
JOIN evidence_ratings r ON r.evidence_id = e.evidence_id
LEFT JOIN sources s ON s.source_id = e.source_id""",
    ),
)
