"""A whole download: its questions, who forecast what of them, and its key factors."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from scenarios.exchange.arrivals import Arrived
from scenarios.exchange.incoming import Incoming, rows
from scenarios.exchange.metaculus.forecasts import Forecasts
from scenarios.exchange.metaculus.key_factors import KeyFactors
from scenarios.exchange.metaculus.parts import FORECASTS, KEY_FACTORS, QUESTIONS, parts
from scenarios.exchange.metaculus.questions import Questions
from scenarios.exchange.names import analyst_ids
from scenarios.exchange.readers import Given, Wanted

_COUNTED = {
    "comment_data": "comments",
    "score_data": "scores",
    "question_link_data": "links between questions",
}


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the files hold; ScenError where one is not of a download."""
    with parts(given, wanted.encoding) as found:
        return _arrived(found, wanted.timezone, wanted.today)


def _arrived(found: Mapping[str, Incoming], zone: dt.tzinfo, today: dt.date) -> Arrived:
    questions, key_factors = Questions(), KeyFactors()
    forecasts = Forecasts(found[FORECASTS].name if FORECASTS in found else "")
    if QUESTIONS in found:
        questions.add(found[QUESTIONS], zone)
    if FORECASTS in found:
        forecasts.add(found[FORECASTS], questions, zone)
    if KEY_FACTORS in found:
        key_factors.add(found[KEY_FACTORS], questions, zone)
    left_out: Counter[str] = questions.left_out + forecasts.left_out + key_factors.left_out
    for part, what in _COUNTED.items():
        if part in found:
            left_out[what] += sum(1 for _ in rows(found[part], (), ragged=True))
    ids = analyst_ids(forecasts.titles)
    named = sorted(ids[name] for name in forecasts.aggregates)
    analysts = "analyst" if len(named) == 1 else "analysts"
    words = f"aggregates came in as forecasts of the {analysts} {', '.join(named)}"
    told = [words] if named else []
    return Arrived(
        records=(*questions.arrivals, *key_factors.arrivals),
        forecasts=tuple(forecasts.arrivals(questions, today)),
        misfits=(*questions.misfits, *forecasts.misfits, *key_factors.misfits),
        left_out=dict(left_out),
        sets=questions.sets,
        analysts={ids[name]: title for name, title in forecasts.titles.items()},
        remarks=(*questions.remarks, *told),
    )
