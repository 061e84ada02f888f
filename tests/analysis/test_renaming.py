"""What a record was under the name that it has now."""

from __future__ import annotations

import msgspec

from scenarios.analysis.history.commits import RecordChange
from scenarios.analysis.history.renames import joined
from scenarios.model import Given, Scenario
from tests.records import START, indicator, item, scenario, sheet


def test_every_name_in_a_record_is_the_new_one() -> None:
    names = {"war": "invasion", "invasion": "incursion", "2022-01-01-e": "2022-01-01-f"}
    before = scenario(
        includes=("2022-01-01-e", "2022-01-02-g"),
        implies=("war",),
        given={"war": Given(0.9, 0.1)},
        indicators={"x": indicator({"war": "CC", "pact": 0.5}, if_absent="I")},
    )
    seen = item(ratings={"war": "C"}, indicators={"war/x": "observed"}, credibility=2)
    told = sheet(START, {"war": 0.25, "pact": None}, evidence={"war": ("2022-01-01-e",)})
    own = [
        RecordChange(kind="scenario", id="pact", before=before, after=before),
        RecordChange(kind="evidence", id="2022-01-03-s", before=seen, after=seen),
        RecordChange(kind="forecasts", id="2022-01-01-desk", before=told, after=told),
    ]

    assert [change.before for _, change in joined(own, {}, names)] == [
        scenario(
            includes=("2022-01-01-f", "2022-01-02-g"),
            implies=("invasion",),
            given={"invasion": Given(0.9, 0.1)},
            indicators={"x": indicator({"invasion": "CC", "pact": 0.5}, if_absent="I")},
        ),
        item(ratings={"invasion": "C"}, indicators={"invasion/x": "observed"}, credibility=2),
        sheet(START, {"invasion": 0.25, "pact": None}, evidence={"invasion": ("2022-01-01-f",)}),
    ]


def test_a_record_under_new_names_need_not_keep_the_limits_of_its_file() -> None:
    before = scenario(tags=("war", "invasion"))
    long = msgspec.structs.replace(before, title="war/" + "x" * 196)
    own = [RecordChange(kind="scenario", id="pact", before=long, after=long)]

    [(_, change)] = joined(own, {}, {"war": "invasion"})

    assert isinstance(change.before, Scenario)
    assert change.before.tags == ("invasion", "invasion")
    assert len(change.before.title) == 205
