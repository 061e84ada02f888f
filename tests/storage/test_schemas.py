"""The schemas are closed and documented; records, schema and a second validator accept the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any, get_args

import msgspec
import pytest

from scenarios.declarations import keys
from scenarios.drafts import MODELS
from scenarios.model import Database, Evidence, Kind, Scenario, Tracker
from scenarios.paths import path_of
from scenarios.storage.loader import decoded, load, within_limits
from scenarios.storage.schema import nodes_at, schema_text, validate
from scenarios.storage.yaml.reader import read
from scenarios.text import did_you_mean, nearest, printable, shown
from tests.full import FULL
from tests.lazily import lazily
from tests.storage.mutants import mutants

jsonschema, jsonschema_rs = lazily("jsonschema"), lazily("jsonschema_rs")

KINDS: tuple[Kind, ...] = get_args(Kind)
SCHEMAS: dict[Kind, Any] = {kind: json.loads(schema_text(kind)) for kind in KINDS}
REFERENCE = {  # a second implementation, which reads patterns as ECMA 262 does
    kind: jsonschema_rs.validator_for(schema, validate_formats=True)
    for kind, schema in SCHEMAS.items()
}
IDS: dict[Kind, str] = {
    "tracker": "tracker",
    "scenario": "military-pact",
    "evidence": "2022-02-04-no-limits",
    "forecasts": "2022-02-07-desk",
    "source": "trt-world",
    "proposal": "2022-02-05-treaty-talks",
}
each_kind = pytest.mark.parametrize("kind", KINDS)


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


EXAMPLES: dict[Kind, Any] = {
    kind: full(schema, schema["examples"][0]) for kind, schema in SCHEMAS.items()
}


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping within a schema but in examples."""
    if isinstance(node, dict):
        yield node
        node = [node[key] for key in node if key != "examples"]
    for item in node if isinstance(node, list) else ():
        yield from nodes(item)


@each_kind
def test_a_schema_is_sound_closed_ordered_and_every_key_has_words_and_valid_examples(
    kind: Kind,
) -> None:
    schema = SCHEMAS[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:scen:schema:{kind}"
    assert [*schema["properties"]] == [*keys(MODELS[kind])]
    REFERENCE[kind].validate(EXAMPLES[kind])
    REFERENCE[kind].validate(schema["examples"][0])
    assert validate(kind, EXAMPLES[kind]) == []
    for node in nodes(schema):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False or "propertyNames" in node, node
        for key, below in node.get("properties", {}).items():
            assert below["description"].endswith("."), key
            assert below["examples"], key
            for example in below["examples"]:
                jsonschema.Draft202012Validator(
                    below, format_checker=jsonschema.FormatChecker()
                ).validate(example)


def meaning(kind: Kind, path: str) -> str:
    return str(nodes_at(kind, path.split("."))[0]["description"])


def test_a_meaning_is_found_by_its_key_in_a_part_below_an_id_and_in_a_list() -> None:
    assert meaning("evidence", "retracted.reason") == "Why it counts no longer."
    assert meaning("scenario", "indicators.talks.watch") == (
        "Where to look, how often, and who does."
    )
    assert (
        meaning("scenario", "clarifications.text")
        == "The point that the question left open, now settled."
    )
    assert meaning("tracker", "evidence_dependence.between") == (
        "The correlation of two lines of different themes. 0 to 1."
    )


@each_kind
def test_the_records_the_schema_and_a_second_validator_accept_the_same(kind: Kind) -> None:
    """A thirtieth of the mutants as files too."""
    seen: Counter[tuple[bool, bool]] = Counter()
    path = path_of(kind, IDS[kind])
    other = {} if kind == "tracker" else {"tracker.yaml": b"format: 1\ntitle: T\n"}
    for number, value in enumerate(mutants(EXAMPLES[kind])):
        if number % 5 and not FULL:
            continue
        fast = within_limits(kind, value)
        record, faults = decoded(kind, value)
        assert (record is None) == bool(faults)
        if kind == "proposal":  # what a draft may not hold is no matter of the schema
            assert {*map(str, validate(kind, value))} <= {*map(str, faults)}
            faults = validate(kind, value)
        assert REFERENCE[kind].is_valid(value) == (not faults), value
        seen[fast is not None, not faults] += 1
        if kind == "proposal" or (number % 30 and not FULL):
            continue
        text = json.dumps(value, ensure_ascii=False).encode()  # which is YAML, too
        loaded = load({**other, path: text})
        is_sound = not read(path, text)[1] and not faults
        assert (loaded.left_out == 0) == is_sound, value
        assert all((p.line, p.column) >= (1, 1) for p in loaded.problems)
        assert [p for p in map(str, loaded.problems) if printable(p) != p or "\n" in p] == []
        if loaded.left_out:
            assert {fault.path for fault in loaded.database.unreadable} == {path}
            kept = msgspec.structs.replace(loaded.database, withheld={}, unreadable=())
            assert kept == Database(Tracker(title="T") if other else Tracker())
            assert path in {p.path for p in loaded.problems if p.severity == "error"}
    assert seen[True, False] == 0
    assert min(seen[True, True], seen[False, False]) > (50 if FULL else 10)
    assert seen[False, True] < 100  # 7.0, and what might be a day of a year below 1000


EVIDENCE = "2022-02-04-no-limits"
TRAPS: list[tuple[Kind, tuple[str, ...], Any]] = [
    ("evidence", ("corroborated_by",), [EVIDENCE, EVIDENCE]),
    ("forecasts", ("evidence",), {"war": [EVIDENCE, EVIDENCE]}),
    ("evidence", ("observed",), 999),
    ("evidence", ("observed",), "2022-02-30"),
    ("scenario", ("clarifications",), [{"date": "0999-12-31", "text": "T"}]),
    ("evidence", ("ratings",), {"war\n": "CC"}),
    ("evidence", ("corroborated_by",), [f"{EVIDENCE}\n"]),
    ("evidence", ("summary",), "\ufeff"),
    ("source", ("url",), "https://\ufeff"),
    ("tracker", ("review_every_days",), 7.5),
    ("tracker", ("format",), True),
    ("scenario", ("indicators",), {"007": {"odd": 1}}),
    # A record cannot tell a key that is left empty from one that is left out.
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


@pytest.mark.parametrize(
    ("kind", "key", "value", "expected"),
    [
        ("tracker", "review_every_days", 7.0, 7),
        ("evidence", "observed", 2022.0, "2022"),
        ("evidence", "observed", 2022, "2022"),
        ("evidence", "summary", "0999-12-31", "0999-12-31"),
        ("evidence", "summary", "\x85", "\x85"),
        ("source", "url", "http://a\x85", "http://a\x85"),
    ],
)
def test_what_the_schema_accepts_loads_though_others_might_refuse_it(
    kind: Kind, key: str, value: Any, expected: Any
) -> None:
    given = EXAMPLES[kind] | {key: value}
    record, faults = decoded(kind, given)
    assert faults == []
    assert getattr(record, key) == expected
    assert given == EXAMPLES[kind] | {key: value}


def test_within_the_limits_are_a_clarification_twice_and_shares_that_are_alike() -> None:
    twice = [{"date": "2022-03-01", "text": "T"}] * 2
    record = within_limits("scenario", EXAMPLES["scenario"] | {"clarifications": twice})
    assert isinstance(record, Scenario)
    assert [c.date for c in record.clarifications] == [date(2022, 3, 1)] * 2
    weights = {"reliability": dict.fromkeys("ABCDEF", 1), "credibility": [1] * 6}
    assert within_limits("forecasts", EXAMPLES["forecasts"]) is not None
    assert within_limits("tracker", EXAMPLES["tracker"] | {"grade_weights": weights}) is not None
    assert isinstance(within_limits("evidence", EXAMPLES["evidence"]), Evidence)


def test_a_tracker_without_its_title_or_format_is_a_fault_though_a_record_has_none() -> None:
    assert Tracker().title == ""
    assert decoded("tracker", {"format": 1})[0] is decoded("tracker", {"title": "T"})[0] is None


def test_a_foreign_file_gets_few_hints() -> None:
    record = EXAMPLES["source"] | {f"summary-{n}": "" for n in range(60)}
    hints = [fault.hint for fault in validate("source", record)]
    assert (
        hints
        == ["known here: name, url, reliability, reliability_basis, foreign, formerly"] * 50
        + [None] * 10
    )


def test_a_value_is_shown_short_and_without_control_characters() -> None:
    assert shown("\x1b[31mred\u202e\u200b\n") == r"'\x1b[31mred\u202e\u200b\n'"
    assert shown("x" * 61) == "'" + "x" * 59 + "…'"
    values: tuple[Any, ...] = ("B2", 0.5, 10**400, True, None, {"a": 1}, [])
    texts = ["'B2'", "0.5", "a very large number", "true", "empty", "a mapping", "a list"]
    assert list(map(shown, values)) == texts


def test_the_nearest_word_ignores_case_and_among_thousands_wants_the_day_or_the_last_words() -> (
    None
):
    assert nearest("Kremlim", ["tass", "kremlin"]) == "kremlin"
    assert did_you_mean("cc", ["CC", "C"]) == "did you mean 'CC'?"
    assert did_you_mean("reuters", ["tass", "kremlin"]) is None
    ids = [f"2022-{1 + n % 12:02}-{1 + n % 28:02}-item-{n}" for n in range(10_000)]
    assert nearest("2022-02-30-item-9999", ids) == "2022-04-04-item-9999"
