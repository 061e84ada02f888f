"""What the limits of the records accept the schema accepts, and of all else the schema decides."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from datetime import date
from typing import Any, get_args

import jsonschema_rs
import pytest

from scenarios.model import Evidence, Kind, Scenario, Tracker
from scenarios.storage.limits import MODELS, decoded, within_limits
from scenarios.storage.schema import schema_text
from tests.storage.mutants import mutants

SCHEMAS: dict[Kind, Any] = {kind: json.loads(schema_text(kind)) for kind in get_args(Kind)}
EXAMPLES: dict[Kind, Any] = {kind: schema["examples"][0] for kind, schema in SCHEMAS.items()}


def full(node: Any, example: Any) -> Any:
    """An example with every key that the schema knows."""
    if "properties" in node:
        keys = node["properties"].items()
        return {key: full(n, example.get(key, n["examples"][0])) for key, n in keys}
    if isinstance(example, dict):
        below = node.get("additionalProperties", {})
        return {key: full(below, item) for key, item in example.items()}
    if isinstance(example, list):
        return [full(node.get("items", {}), item) for item in example]
    return example


FULL: dict[Kind, Any] = {kind: full(SCHEMAS[kind], EXAMPLES[kind]) for kind in SCHEMAS}


@pytest.mark.parametrize("kind", MODELS)
def test_the_limits_and_the_schema_accept_the_same_records(kind: Kind) -> None:
    third = jsonschema_rs.validator_for(SCHEMAS[kind], validate_formats=True)
    seen: Counter[tuple[bool, bool]] = Counter()
    for value in mutants(FULL[kind]):
        fast = within_limits(kind, value)
        record, faults = decoded(kind, value)

        assert (record is None) == bool(faults)
        assert third.is_valid(value) == (not faults), value
        seen[fast is not None, not faults] += 1

    assert seen[True, False] == 0
    assert min(seen[True, True], seen[False, False]) > 50
    assert seen[False, True] < 100  # 7.0, and what might be a day of a year below 1000


EVIDENCE = "2022-02-04-no-limits"
TRAPS: list[tuple[Kind, tuple[str, ...], Any]] = [
    ("scenario", ("tags",), ["war", "war"]),
    ("evidence", ("corroborated_by",), [EVIDENCE, EVIDENCE]),
    ("forecasts", ("evidence",), {"war": [EVIDENCE, EVIDENCE]}),
    ("scenario", ("opened",), "0999-12-31"),
    ("evidence", ("observed",), "0999-12-31"),
    ("evidence", ("observed",), "0999"),
    ("evidence", ("observed",), 999),
    ("evidence", ("observed",), "2022-02-30"),
    ("evidence", ("observed",), True),
    ("scenario", ("clarifications",), [{"date": "0999-12-31", "text": "T"}]),
    ("evidence", ("source",), "kremlin\n"),
    ("evidence", ("ratings",), {"war\n": "CC"}),
    ("evidence", ("corroborated_by",), [f"{EVIDENCE}\n"]),
    ("evidence", ("url",), "https://a.b\n"),
    ("evidence", ("observed",), "2022\n"),
    ("evidence", ("observed",), "٢٠٢٢"),
    ("evidence", ("recorded",), "٢٠٢٢-٠٢-٠٤"),
    ("evidence", ("summary",), "\ufeff"),
    ("source", ("url",), "https://\ufeff"),
    ("tracker", ("review_every_days",), 7.5),
    ("tracker", ("format",), True),
    ("evidence", ("ratings",), {"2022": "CC"}),
    ("scenario", ("indicators",), {"007": FULL["scenario"]["indicators"]["talks-announced"]}),
    # A record cannot tell a key that is left empty from one that is left out.
    ("evidence", ("analyst",), None),
    ("scenario", ("prior", "hazard"), None),
    ("scenario", ("indicators", "talks-announced", "watch"), None),
    ("tracker", ("decibans", "N"), 1),
]


@pytest.mark.parametrize(("kind", "place", "value"), TRAPS)
def test_what_another_validator_might_accept_is_a_fault(
    kind: Kind, place: tuple[str, ...], value: Any
) -> None:
    record = deepcopy(EXAMPLES[kind])
    owner = record
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = value

    found, faults = decoded(kind, record)

    assert found is None
    assert {fault.keys[: len(place)] for fault in faults} == {place}


def test_a_tracker_without_its_title_is_a_fault_though_a_record_has_none() -> None:
    assert decoded("tracker", {"format": 1})[0] is None
    assert decoded("tracker", {"title": "T"})[0] is None


def test_an_indicator_may_be_called_probabilities_and_not_be_empty() -> None:
    indicator = FULL["scenario"]["indicators"]["talks-announced"]
    record = EXAMPLES["scenario"] | {"indicators": {"probabilities": indicator | {"watch": None}}}
    assert [f.keys for f in decoded("scenario", record)[1]] == [
        ("indicators", "probabilities", "watch")
    ]


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("tracker", "review_every_days", 7.0, 7),
        ("tracker", "format", 1.0, 1),
        ("evidence", "credibility", 2.0, 2),
        ("evidence", "observed", 2022.0, "2022"),
        ("evidence", "observed", 2022, "2022"),
        ("evidence", "summary", "0999-12-31", "0999-12-31"),
        ("evidence", "summary", "\x85", "\x85"),
        ("evidence", "summary", "T\n", "T\n"),
        ("source", "url", "http://a\x85", "http://a\x85"),
    ],
)
def test_what_the_schema_accepts_loads_though_others_might_refuse_it(
    kind: Kind, key: str, value: Any, expected: Any
) -> None:
    record, faults = decoded(kind, EXAMPLES[kind] | {key: value})

    assert faults == []
    assert getattr(record, key) == expected


def test_one_clarification_may_stand_twice() -> None:
    twice = [{"date": "2022-03-01", "text": "T"}] * 2
    record = within_limits("scenario", EXAMPLES["scenario"] | {"clarifications": twice})
    assert isinstance(record, Scenario)
    assert [c.date for c in record.clarifications] == [date(2022, 3, 1)] * 2


def test_a_withdrawn_forecast_and_shares_that_are_alike_are_within_the_limits() -> None:
    weights = {"reliability": dict.fromkeys("ABCDEF", 1), "credibility": [1] * 6}
    assert within_limits("forecasts", EXAMPLES["forecasts"]) is not None
    assert within_limits("tracker", EXAMPLES["tracker"] | {"grade_weights": weights}) is not None


def test_the_value_that_was_read_stays_as_it_is() -> None:
    value = EXAMPLES["evidence"] | {"observed": 2022}
    record = within_limits("evidence", value)
    assert isinstance(record, Evidence)
    assert value["observed"] == 2022


def test_sound_files_are_read_without_the_schema_library() -> None:
    program = """
import sys
from scenarios.storage.loader import read_record
record, problems = read_record("tracker", "tracker.yaml", b"format: 1\\ntitle: T")
print(record.title, problems, "jsonschema" in sys.modules)
read_record("tracker", "tracker.yaml", b"format: 2\\ntitle: T")
print("jsonschema" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n") == ["T [] False", "True", ""]


def test_the_stand_in_for_a_tracker_needs_no_title() -> None:
    assert Tracker().title == ""
