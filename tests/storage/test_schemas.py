"""The schemas are closed and documented, and each fault of a content has its key and its words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from scenarios.errors import Fault
from scenarios.model import Database, Kind, Tracker
from scenarios.paths import KEY_ORDER, path_of
from scenarios.storage.loader import load
from scenarios.storage.schema import schema_text, validate
from scenarios.text import did_you_mean, nearest, printable, shown

KINDS: tuple[Kind, ...] = get_args(Kind)
SCHEMAS: dict[Kind, Any] = {kind: json.loads(schema_text(kind)) for kind in KINDS}
REFERENCE = {  # a second implementation, which reads patterns as ECMA 262 does
    kind: jsonschema_rs.validator_for(schema, validate_formats=True)
    for kind, schema in SCHEMAS.items()
}
EXAMPLES: dict[Kind, Any] = {kind: schema["examples"][0] for kind, schema in SCHEMAS.items()}
IDS: dict[Kind, str] = {
    "tracker": "tracker",
    "scenario": "military-pact",
    "evidence": "2022-02-04-no-limits",
    "forecasts": "2022-02-07-desk",
    "source": "trt-world",
}


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(node, list):
        for item in node:
            yield from nodes(item)
    if not isinstance(node, dict):
        return
    yield node
    for keyword, value in node.items():
        if keyword in ("properties", "$defs"):
            for item in value.values():
                yield from nodes(item)
        elif keyword not in ("examples", "enum", "const", "required"):
            yield from nodes(value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_of_draft_2020_12_and_has_its_own_name(kind: Kind) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])

    assert SCHEMAS[kind]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMAS[kind]["$id"] == f"urn:scen:schema:{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_no_mapping_takes_any_key(kind: Kind) -> None:
    mappings = [node for node in nodes(SCHEMAS[kind]) if node.get("type") == "object"]

    assert mappings
    for node in mappings:
        assert node["additionalProperties"] is False or "propertyNames" in node, node


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described_and_its_examples_are_valid(kind: Kind) -> None:
    keys = [pair for n in nodes(SCHEMAS[kind]) for pair in n.get("properties", {}).items()]

    assert keys
    for key, node in keys:
        assert node["description"].endswith("."), key
        assert node["examples"], key
        alone = {**node, "$defs": SCHEMAS[kind].get("$defs", {})}
        for example in node["examples"]:
            Draft202012Validator(alone, format_checker=FormatChecker()).validate(example)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_record_is_valid(kind: Kind) -> None:
    REFERENCE[kind].validate(EXAMPLES[kind])

    assert validate(kind, EXAMPLES[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_new_files_have_the_order_of_the_schema(kind: Kind) -> None:
    assert tuple(SCHEMAS[kind]["properties"]) == KEY_ORDER[kind]


def test_the_parts_of_a_record_have_the_order_of_the_schema_too() -> None:
    scenario = SCHEMAS["scenario"]["properties"]
    parts = {
        "prior": scenario["prior"],
        "hazard_ended": scenario["prior"]["properties"]["hazard_ended"],
        "indicator": scenario["indicators"]["additionalProperties"],
        "clarification": scenario["clarifications"]["items"],
        "resolution": scenario["resolution"],
        "retracted": SCHEMAS["evidence"]["properties"]["retracted"],
    }

    for part, node in parts.items():
        assert tuple(node["properties"]) == KEY_ORDER[part]


def test_a_misspelt_key_is_one_fault_at_the_key() -> None:
    record = {("horizn" if k == "horizon" else k): v for k, v in EXAMPLES["scenario"].items()}

    assert validate("scenario", record) == [
        Fault(
            ("horizn",),
            "key",
            "unknown-key",
            "unknown key 'horizn' in a scenario",
            "did you mean 'horizon'?",
        )
    ]


def test_a_missing_key_stands_at_the_mapping_that_needs_it() -> None:
    record = EXAMPLES["scenario"] | {"prior": {"basis": "None."}}

    assert validate("scenario", record) == [
        Fault(
            ("prior",),
            "key",
            "missing-key",
            "'prior' needs the key 'probability'",
            "for example probability: 0.05",
        )
    ]


def test_a_day_that_is_not_in_the_calendar_is_impossible() -> None:
    record = EXAMPLES["scenario"] | {"opened": "2022-02-30"}

    assert validate("scenario", record) == [
        Fault(
            ("opened",),
            "value",
            "impossible-date",
            "'opened' is 2022-02-30, and there is no such day",
        )
    ]


def test_a_rating_that_is_neither_code_nor_number_is_one_fault() -> None:
    record = EXAMPLES["evidence"] | {"ratings": {"military-pact": "strong"}}

    assert validate("evidence", record) == [
        Fault(
            ("ratings", "military-pact"),
            "value",
            "value",
            "'military-pact' is 'strong'; "
            "a rating is CC, C, N, I or II, or a likelihood ratio from 0.001 to 1000",
        )
    ]


def test_the_same_entry_twice_is_named() -> None:
    record = EXAMPLES["scenario"] | {"tags": ["military", "trade", "military"]}

    assert [fault.message for fault in validate("scenario", record)] == [
        "'tags' holds 'military' twice"
    ]


def test_entries_that_are_no_texts_can_stand_twice_too() -> None:
    record = EXAMPLES["scenario"] | {"tags": [1, 1.0]}

    assert "'tags' holds an entry twice" in [f.message for f in validate("scenario", record)]


def test_a_foreign_file_gets_few_hints() -> None:
    record = EXAMPLES["source"] | {f"summary-{n}": "" for n in range(60)}

    hints = [fault.hint for fault in validate("source", record)]

    assert hints == ["known here: name, url, reliability, reliability_basis"] * 50 + [None] * 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("B2", "'B2'"),
        ("\x1b[31mred\u202e\u200b\n", r"'\x1b[31mred\u202e\u200b\n'"),
        ("x" * 61, "'" + "x" * 59 + "…'"),
        (0.5, "0.5"),
        (10**400, "a very large number"),
        (True, "true"),
        (None, "empty"),
        ({"a": 1}, "a mapping"),
        ([], "a list"),
    ],
)
def test_a_value_is_shown_short_and_without_control_characters(value: Any, text: str) -> None:
    assert shown(value) == text


def test_the_nearest_word_ignores_the_case_of_letters() -> None:
    assert nearest("Kremlim", ["tass", "kremlin"]) == "kremlin"
    assert did_you_mean("cc", ["CC", "C"]) == "did you mean 'CC'?"
    assert did_you_mean("reuters", ["tass", "kremlin"]) is None


def test_among_thousands_of_ids_the_day_or_the_last_words_must_agree() -> None:
    ids = [f"2022-{1 + n % 12:02}-{1 + n % 28:02}-item-{n}" for n in range(10_000)]

    assert nearest("2022-02-30-item-9999", ids) == "2022-04-04-item-9999"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zl", "Zp"]), max_size=90)
WORDS = (
    st.sampled_from(["CC", "cc", "N", "a", "a-b", "A", "-a", "a-", "a--b", "a/b", "a/b/c", "A b"])
    | st.sampled_from(["2022", "2022-02", "2022-13", "2022-02-29", "2024-02-29", "0000-01-01"])
    | st.sampled_from(["2022-2-4", "20220204", "2022-02-04-x", "", " ", "x" * 80, "x" * 81])
    | st.sampled_from(["https://a.b", "http:///", "ftp://a.b", "constant", "observed", "phia"])
)
NUMBERS = st.sampled_from([0, 1, 1.0, 2022, 999, 10_000, 0.001, 0.999, 0.9999, 1000, 1000.1, -1])
SCALARS = st.none() | st.booleans() | NUMBERS | st.integers() | WORDS | TEXTS
SCALARS |= st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(WORDS | TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Kind, Any]:
    """A valid record in which a few values were replaced, removed or added."""
    kind = draw(st.sampled_from(KINDS))
    record = copy.deepcopy(EXAMPLES[kind])
    for key, node in SCHEMAS[kind]["properties"].items():
        if draw(st.booleans()):
            record.setdefault(key, copy.deepcopy(node["examples"][0]))
    for _ in range(draw(st.integers(0, 3))):
        mutate(draw, record)
    return kind, record


def mutate(draw: st.DrawFn, node: Any) -> None:
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    if not keys:
        return
    key = draw(st.sampled_from(keys))
    if isinstance(node[key], dict | list) and node[key] and draw(st.booleans()):
        mutate(draw, node[key])
        return
    change = draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "replace":
        node[key] = draw(VALUES)
    elif change == "remove":
        del node[key]
    elif isinstance(node, dict):
        node[draw(WORDS | TEXTS)] = draw(VALUES)
    else:
        node.append(draw(VALUES))


@settings(deadline=None)  # the first example builds a validator
@given(mutated())
def test_a_record_is_built_exactly_when_its_content_is_valid(case: tuple[Kind, Any]) -> None:
    kind, record = case
    path = path_of(kind, IDS[kind])
    tracker = b"format: 1\ntitle: T\n"
    text = json.dumps(record, ensure_ascii=False).encode()  # which is YAML, too

    loaded = load({"tracker.yaml": tracker, path: text})

    assert (loaded.left_out == 0) == REFERENCE[kind].is_valid(record)
    assert all((p.line, p.column) >= (1, 1) for p in loaded.problems)
    assert [p for p in map(str, loaded.problems) if printable(p) != p or "\n" in p] == []
    if loaded.left_out:
        assert loaded.database == Database(Tracker() if kind == "tracker" else Tracker(title="T"))
        assert path in {p.path for p in loaded.problems if p.severity == "error"}


def test_a_key_of_digits_is_a_key_all_the_same() -> None:
    (fault,) = validate("source", {"name": "N", "reliability": "A", "2022": 1})
    assert (fault.keys, fault.rule) == (("2022",), "unknown-key")


@pytest.mark.parametrize("key", ["2022", "007", "0", "000", "+7"])
def test_a_fault_below_a_key_of_digits_is_found(key: str) -> None:
    faults = validate("scenario", {"indicators": {key: {"odd": 1}}})
    assert ("indicators", key, "odd") in {fault.keys for fault in faults}


def test_a_fault_below_an_empty_key_stands_there() -> None:
    (key, value) = validate("evidence", EXAMPLES["evidence"] | {"ratings": {"": "high"}})
    assert (key.keys, key.at) == (("ratings", ""), "key")
    assert (value.keys, value.at) == (("ratings", ""), "value")


def test_a_mapping_where_a_number_may_stand_too_has_its_own_faults() -> None:
    def told(value: Any) -> list[tuple[Any, str]]:
        record = EXAMPLES["tracker"] | {"evidence_dependence": value}
        return [(fault.keys[1:], fault.message) for fault in validate("tracker", record)]

    whole = "it is a number from 0 to 1, or {within: 0.6, between: 0.2}, each from 0 to 1"
    assert told({"within": 1.5, "between": -1}) == [
        (("within",), "'within' is 1.5; it must be a number from 0 to 1"),
        (("between",), "'between' is -1; it must be a number from 0 to 1"),
    ]
    assert told({"within": 0.5}) == [((), "'evidence_dependence' needs the key 'between'")]
    assert told({"within": 1, "between": 0, "beside": 0}) == [
        (("beside",), "unknown key 'beside' in 'evidence_dependence'")
    ]
    assert told(2) == [((), f"'evidence_dependence' is 2; {whole}")]
    assert told([0.6, 0.2]) == [((), f"'evidence_dependence' is a list; {whole}")]


def test_entries_of_many_types_and_sizes_are_each_told() -> None:
    faults = validate("scenario", EXAMPLES["scenario"] | {"tags": [10**99, "a", {"b": [1]}, True]})
    assert [fault.keys for fault in faults] == [("tags", 0), ("tags", 2), ("tags", 3)]
