"""A bundle is valid STIX 2.1, the same in each run, and comes back with the same grades."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ImportFile, ReadOptions, SourceFile
from scenarios.exchange.view.view import without_quantities
from scenarios.extensions.stix.bundle import (
    EXTENSION,
    BundleSource,
    ScenarioFigures,
    bundle,
    confidence_of,
    credibility_of,
    label_of,
)
from scenarios.extensions.stix.reading import arrived, read_stix
from scenarios.model import Database
from scenarios.storage.loader import load
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import Settings
from tests.analysis.words import database_of
from tests.exchange.foreign import arrived as arrived_as
from tests.exchange.test_restore import files_of, fresh
from tests.full import TIMES
from tests.lazily import lazily
from tests.random_databases import databases

stix2 = lazily("stix2")

DAY = dt.date(2026, 11, 26)
SHIPPED = Path(__file__).parents[2] / "scenarios"


def shipped() -> Database:
    files = {p.relative_to(SHIPPED).as_posix(): p.read_bytes() for p in SHIPPED.rglob("*.yaml")}
    return without_quantities(load(files).database)  # which an export leaves out, and says so


def back(database: Database) -> ImportFile:
    return arrived(json.loads(bundle(BundleSource(database, "desk", DAY, {}))), "desk.stix.json")


def records(found: ImportFile, kind: str) -> dict[str | None, Any]:
    return {one.id: one.record for one in found.records if one.kind == kind}


def test_a_credibility_has_the_confidence_of_appendix_b_and_6_has_none() -> None:
    assert [confidence_of(number) for number in (1, 2, 3, 4, 5, 6, None)] == [
        *(90, 70, 50, 30, 10, None, None)
    ]
    assert [credibility_of(confidence_of(number)) for number in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5]
    assert (label_of(2), label_of(None)) == ("2 - Probably True", "6 - Truth cannot be judged")


def test_the_shipped_database_is_valid_and_no_probability_is_a_confidence() -> None:
    database = shipped()
    figures = {"military-pact": ScenarioFigures(0.04, 0.06)}
    text = bundle(BundleSource(database, "desk", DAY, figures))
    assert text == bundle(BundleSource(database, "desk", DAY, figures))
    made = stix2.parse(text, version="2.1")  # an unknown property would be refused
    by_type: dict[str, list[Any]] = {}
    for one in made.objects:
        by_type.setdefault(one["type"], []).append(one)
    assert len(by_type["note"]) == len(database.evidence)
    assert len(by_type["report"]) == len(database.scenarios)
    assert {type for type, found in by_type.items() if any("confidence" in o for o in found)} == {
        "note"
    }
    (pact,) = (one for one in by_type["report"] if one["name"] == "A formal military pact")
    ours = pact["extensions"][EXTENSION]
    assert (ours["stated_probability"], ours["implied_probability"]) == (0.04, 0.06)


def test_the_shipped_database_comes_back_with_the_same_grades_and_forecasts() -> None:
    database, found = shipped(), back(shipped())
    assert not found.row_errors
    assert found.left_out == {}
    sources, evidence = records(found, "source"), records(found, "evidence")
    assert {id: one["reliability"] for id, one in sources.items()} == {
        id: one.reliability for id, one in database.sources.items()
    }
    for id, item in database.evidence.items():
        one = evidence[id]
        grade = (one.get("source"), one.get("reliability"), one.get("credibility"))
        known = item.credibility if item.credibility != 6 else None
        assert grade == (item.source, item.reliability, known)
        assert (one["observed"], one["recorded"]) == (item.observed, item.recorded.isoformat())
        assert (one["summary"], one.get("quote"), one.get("notes"), one.get("ratings", {})) == (
            *(item.summary, item.quote, item.notes, item.ratings),
        )
    assert len(found.forecasts) == sum(len(one.probabilities) for one in database.sheets.values())
    scenarios = records(found, "scenario")
    assert scenarios.keys() == database.scenarios.keys()
    assert found.sets == database.tracker.sets
    themes = {item.theme for item in database.evidence.values()} - {None}
    assert {*found.themes} == themes <= {*database.tracker.themes}
    assert found.themes.items() <= database.tracker.themes.items()


def test_a_tracker_declares_the_themes_that_come_in_and_an_item_comes_once(tmp_path: Path) -> None:
    database, root = shipped(), fresh(tmp_path / "there")
    for added, unchanged in ((len(database.evidence), 0), (0, len(database.evidence))):
        counts = bring(root, "stix", back(database), Settings(today=DAY))[1].evidence
        assert (counts.added, counts.updated, counts.unchanged) == (added, 0, unchanged)
    there = load(files_of(root)).database
    assert there.tracker.themes == back(database).themes
    assert {id: item.theme for id, item in there.evidence.items()} == {
        id: item.theme for id, item in database.evidence.items()
    }
    assert back(there).themes == there.tracker.themes


def test_a_theme_comes_with_its_title_or_else_is_called_by_its_id() -> None:
    plain = database_of("a; e @5 a=C theme=gas")
    tracker = msgspec.structs.replace(plain.tracker, themes={"gas": "Gas and oil"})
    database = msgspec.structs.replace(plain, tracker=tracker)
    text = bundle(BundleSource(database, "desk", DAY, {}))
    assert arrived(json.loads(text), "x").themes == {"gas": "Gas and oil"}
    untitled = text.replace('"theme_title": "Gas and oil"', '"theme_title": ""')
    assert arrived(json.loads(untitled), "x").themes == {"gas": "gas"}


def judged(whole: dict[str, Any]) -> tuple[int, set[str]]:
    """The number of errors, and the codes of the warnings, of the OASIS committee's validator."""
    validator = pytest.importorskip("stix2validator")
    results = validator.validate_parsed_json(whole, validator.ValidationOptions(version="2.1"))
    return len(results.errors), set(
        re.findall(r"\{(\d{3})\}", " ".join(map(str, results.warnings)))
    )


UUID_IS_NOT_RANDOM, ADDRESS_HAS_NO_HASH = "103", "302"


@pytest.mark.parametrize("database", [shipped(), database_of("a; e @5 a=C retracted=7")])
def test_the_validator_has_no_error_and_no_warning_but_of_stable_ids_and_addresses(
    database: Database,
) -> None:
    text = bundle(BundleSource(database, "desk", DAY, {}))
    errors, warnings = judged(json.loads(text))
    assert errors == 0
    assert {UUID_IS_NOT_RANDOM} <= warnings <= {UUID_IS_NOT_RANDOM, ADDRESS_HAS_NO_HASH}
    objects = json.loads(text)["objects"]
    ids = [one["id"] for one in objects]
    refs = [ref for one in objects for ref in one.get("object_refs", [one["id"]])]
    assert len({*ids}) == len(ids)
    assert {*refs, *(one.get("created_by_ref", ids[0]) for one in objects)} <= {*ids}
    assert all(one.get("object_refs", [""]) for one in objects)


def test_the_validator_refuses_a_list_of_properties_of_an_extension_of_objects() -> None:
    whole = json.loads(bundle(BundleSource(database_of("a; e @5 a=C"), "desk", DAY, {})))
    (definition,) = (one for one in whole["objects"] if one["id"] == EXTENSION)
    definition["extension_properties"] = ["prior"]
    assert judged(whole)[0] == 1


@settings(max_examples=8 * TIMES)
@given(databases())
def test_any_database_is_valid_and_comes_back_with_its_grades(database: Database) -> None:
    stix2.parse(bundle(BundleSource(database, "desk", DAY, {})), version="2.1")
    found = back(database)
    assert found.row_errors == ()
    evidence = records(found, "evidence")
    for id, item in database.evidence.items():
        assert evidence[id].get("credibility", 6) == (item.credibility or 6)
        assert evidence[id].get("reliability") == item.reliability
        assert evidence[id].get("ratings", {}) == item.ratings


def test_a_bundle_from_elsewhere_is_evidence_of_an_ungraded_source() -> None:
    maker = "identity--311b2d2d-f010-4473-83ec-1edf84858f4c"
    made = {"spec_version": "2.1", "created": "2022-02-24T10:00:00Z", "created_by_ref": maker}
    made["modified"] = "2022-02-25T10:00:00Z"
    report = {
        "type": "report",
        "id": "report--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3",
        "name": "Wiper found in Ukraine",
        "description": "Hundreds of machines.",
        "published": "2022-02-23T20:00:00Z",
        "object_refs": [maker],
        "confidence": 75,
        "external_references": [{"source_name": "x", "url": "https://example.org/wiper"}],
    }
    others: list[dict[str, Any]] = [
        {
            "type": "identity",
            "id": maker,
            "spec_version": "2.1",
            "created": "2020-01-01T00:00:00Z",
            "modified": "2020-01-01T00:00:00Z",
            "name": "ESET",
        },
        {"type": "opinion", "id": "opinion--b01efc25-77b4-4003-b18b-f6e24b5cd9f7"}
        | {"opinion": "agree", "object_refs": [report["id"]]},
        {"type": "malware", "id": "malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b"}
        | {"name": "HermeticWiper", "is_family": False},
        {"type": "report", "id": "report--nonsense", "name": "x"},
    ]
    objects = [made | report, *({**made, **one} for one in others)]
    found = arrived({"type": "bundle", "objects": objects}, "x.json")
    source, item = sorted(found.records, key=lambda one: one.kind, reverse=True)
    assert (source.title, source.assumed["reliability"]) == ("ESET", "F")
    assert item.foreign is not None
    assert (item.foreign, dict(item.record)) == (
        ("stix", report["id"]),
        {
            "summary": "Wiper found in Ukraine",
            "observed": "2022-02-23",
            "credibility": 2,
            "url": "https://example.org/wiper",
            "source": maker,
            "notes": "Hundreds of machines.",
        },
    )
    assert dict(found.left_out) == {"opinion": 1, "malware": 1}
    assert [str(one.position) for one in found.row_errors] == ["x.json:5"]


MAKER = "identity--311b2d2d-f010-4473-83ec-1edf84858f4c"
EVENT = "5d3f1c2a-0b7e-4c55-9a51-2f7c9a4e8b10"
DATED = {
    "spec_version": "2.1",
    "created": "2022-02-24T10:00:00Z",
    "modified": "2022-02-25T10:00:00Z",
    "created_by_ref": MAKER,
}


def event(type: str = "grouping", **properties: Any) -> list[dict[str, Any]]:
    """An event as MISP exports it in STIX: one that is published is a report."""
    report = f"note--{EVENT[:-1]}1"
    others = {"published": "2022-02-24T12:00:00Z"} if type == "report" else {}
    whole: list[dict[str, Any]] = [
        {"type": "identity", "id": MAKER, "name": "Служба", "identity_class": "organization"},
        {
            "type": type,
            "id": f"{type}--{EVENT}",
            "name": "Wipers against ministries",
            "context": "suspicious-activity",
            "object_refs": [f"note--{EVENT}", report, f"indicator--{EVENT}"],
            "labels": [
                "Threat-Report",
                'misp:tool="MISP-STIX-Converter"',
                'admiralty-scale:source-reliability="b"',
                'admiralty-scale:information-credibility="2"',
            ],
            "object_marking_refs": [str(stix2.TLP_AMBER["id"])],
            **others,
            **properties,
        },
        {"type": "note", "id": f"note--{EVENT}", "content": "This MISP Event is empty"}
        | {"object_refs": [f"{type}--{EVENT}"]},
        {"type": "note", "id": report, "abstract": "First look", "content": "Three ministries."}
        | {"object_refs": [f"indicator--{EVENT}"], "labels": ['misp:data-layer="Event Report"']},
        {"type": "indicator", "id": f"indicator--{EVENT}", "pattern": "[domain-name:value = 'a.b']"}
        | {"pattern_type": "stix", "valid_from": "2022-02-24T10:00:00Z"},
    ]
    return [{**DATED, **{k: v for k, v in one.items() if v is not None}} for one in whole]


@pytest.mark.parametrize("type", ["grouping", "report"])
def test_an_event_of_misp_is_a_single_item_published_or_not(type: str) -> None:
    objects = event(type, context="suspicious-activity" if type == "grouping" else None)
    found = arrived({"objects": objects}, "x.json")
    assert found.row_errors == ()
    assert found.left_out == {"indicator": 1}
    (item,) = (one for one in found.records if one.kind == "evidence")
    assert item.foreign == ("misp", EVENT)
    assert item.record == {
        "summary": "Wipers against ministries",
        "observed": "2022-02-24",
        "source": MAKER,
        "reliability": "B",
        "credibility": 2,
        "notes": 'Tags: admiralty-scale:information-credibility="2",'
        ' admiralty-scale:source-reliability="b", tlp:amber\n\nFirst look\n\nThree ministries.',
    }


def test_an_event_of_misp_comes_once_and_keeps_a_later_grade_of_its_source(tmp_path: Path) -> None:
    root = fresh(tmp_path / "there")

    def counts() -> tuple[int, int]:
        found = arrived({"objects": event()}, "x.json")
        _, imported = bring(root, "stix", found, Settings(today=DAY))
        return imported.evidence.added, imported.sources.added

    assert counts() == (1, 1)
    (source,) = (root / "sources").glob("*.yaml")
    source.write_text(source.read_text().replace("reliability: F", "reliability: B"))
    assert counts() == (0, 0)
    database = load(files_of(root)).database
    assert [one.reliability for one in database.sources.values()] == ["B"]
    assert [one.source for one in database.evidence.values()] == [*database.sources]


def test_an_event_of_misp_is_the_same_item_in_its_own_json(tmp_path: Path) -> None:
    root = fresh(tmp_path / "there")
    own: dict[str, Any] = {"uuid": EVENT, "info": "Wipers against ministries"}
    own |= {"date": "2022-02-24", "Tag": [{"name": "tlp:amber"}]}
    bring(root, "misp", arrived_as("misp", json.dumps({"Event": own})), Settings(today=DAY))
    found = arrived({"objects": event()}, "x.json")
    _, imported = bring(root, "stix", found, Settings(today=DAY, update=True))
    assert (imported.evidence.updated, imported.evidence.added) == (1, 0)


def test_a_grouping_from_elsewhere_is_an_item_beside_its_notes_if_it_has_words() -> None:
    def items(**properties: Any) -> list[str]:
        found = arrived({"objects": event(labels=["x"], **properties)}, "x.json")
        assert found.row_errors == ()
        return [one.title for one in found.records if one.kind == "evidence"]

    notes = ["This MISP Event is empty", "First look"]
    assert items() == ["Wipers against ministries", *notes]
    assert items(name=None, description="Three ministries") == ["Three ministries", *notes]
    assert items(name=None) == notes


def test_a_marking_in_the_bundle_is_a_tag_by_its_name_and_an_unknown_marking_by_its_id() -> None:
    own = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
    other = own.replace("34", "35", 1)
    marking: dict[str, Any] = {"type": "marking-definition", "id": own}
    marking |= {
        "definition_type": "statement",
        "name": "Desk Only",
        "definition": {"statement": "For the desk"},
    }
    objects = event(labels=["x"], object_marking_refs=[own, other])
    with_it = arrived({"objects": [*objects, DATED | marking]}, "x.json").records
    assert [one.record["notes"] for one in with_it if one.title.startswith("Wipers")] == [
        f"Tags: desk only, {other}, x"
    ]


def test_a_long_note_is_whole_in_the_notes() -> None:
    text = "A wiper. " * 100
    note = {**DATED, "type": "note", "id": f"note--{EVENT}", "content": text}
    (item,) = arrived({"objects": [note | {"object_refs": [MAKER]}]}, "x.json").records
    assert (item.title[-1], item.record["notes"]) == ("…", text.strip())


def test_a_revoked_object_is_retracted_on_the_day_of_its_last_change() -> None:
    note = {
        "type": "note",
        "id": "note--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3",
        "spec_version": "2.1",
        "created": "2022-02-24T10:00:00Z",
        "modified": "2022-02-26T10:00:00Z",
        "content": "A wiper",
        "object_refs": ["identity--311b2d2d-f010-4473-83ec-1edf84858f4c"],
    }
    gone, there = arrived({"objects": [note | {"revoked": True}, note]}, "x.json").records
    assert gone.record["retracted"] == {"date": "2022-02-26", "reason": "Revoked in STIX"}
    assert "retracted" not in there.record


def test_what_is_retracted_is_revoked_in_a_bundle() -> None:
    database = database_of("a; e @5 a=C retracted=7; f @5 a=C")
    objects = json.loads(bundle(BundleSource(database, "desk", DAY, {})))["objects"]
    notes = {one["extensions"][EXTENSION]["id"]: one for one in objects if one["type"] == "note"}
    assert (notes["e"]["revoked"], notes["e"]["modified"][:10]) == (True, "2022-01-08")
    assert "revoked" not in notes["f"]


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"[]", b'{"objects": 1}'])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(ScenError, match=r"x.json:.* (JSON|deeply|not a STIX bundle)"):
        read_stix(SourceFile("x.json", None, io.BytesIO(data)), ReadOptions())


@pytest.mark.parametrize("damaged", [1, {}, {"type": "note"}, {"type": [], "id": 1}])
def test_what_is_no_object_of_stix_is_a_misfit(damaged: object) -> None:
    (misfit,) = arrived({"objects": [damaged]}, "x.json").row_errors
    assert (str(misfit.position), misfit.message[:18]) == ("x.json:1", "not valid STIX 2.1")


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [
        ({"type": "indicator", "pattern": ""}, "indicator"),
        ({"type": "x-of-our-own", "id": 7}, "x-of-our-own"),
        ({"type": "opinion", "opinion": "perhaps"}, "opinion"),
        ({"type": "grouping", "context": 7}, "groupings without a name or a description"),
    ],
)
def test_what_is_left_out_is_not_validated(damaged: dict[str, Any], kind: str) -> None:
    found = arrived({"objects": [*event()[:-1], damaged]}, "x.json")
    assert (found.row_errors, found.left_out) == ((), {kind: 1})


def test_a_damaged_identity_matters_to_an_item_that_is_from_it_alone() -> None:
    maker, *others = event()
    del maker["name"]
    assert arrived({"objects": [maker]}, "x.json").row_errors == ()
    (misfit,) = arrived({"objects": [maker, *others]}, "x.json").row_errors
    assert (str(misfit.position), misfit.message[:18]) == ("x.json:1", "not valid STIX 2.1")


OLD = {"created": "2022-02-24T10:00:00.000Z", "modified": "2022-02-24T10:00:00.000Z"}
REPORT = "report--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3"


def test_reports_and_identities_of_stix_2_0_are_read_and_the_version_is_named() -> None:
    objects: list[dict[str, Any]] = [
        {"type": "identity", "id": MAKER, "name": "ESET", "identity_class": "organization"},
        {
            "type": "report",
            "id": REPORT,
            "name": "Wiper found",
            "created_by_ref": MAKER,
            "published": "2022-02-23T20:00:00Z",
            "labels": ["threat-report"],
            "object_refs": [f"indicator--{EVENT}"],
        },
        {"type": "indicator", "id": f"indicator--{EVENT}", "pattern": "[x", "labels": ["benign"]},
    ]
    whole = {"type": "bundle", "spec_version": "2.0", "objects": [OLD | one for one in objects]}
    found = arrived(whole, "x.json")
    assert (found.row_errors, found.left_out) == ((), {"indicator": 1})
    assert found.remarks == ("x.json: STIX 2.0",)
    assert [(one.kind, one.title) for one in found.records] == [
        ("source", "ESET"),
        ("evidence", "Wiper found"),
    ]


def test_another_version_is_named_as_one_that_is_not_read() -> None:
    (misfit,) = arrived(
        {"objects": [event()[0] | {"spec_version": "2.2"}, *event()[1:]]}, "x"
    ).row_errors
    assert misfit.message == "not valid STIX 2.2: is not an object of STIX 2.0 or 2.1"


def test_a_damaged_extension_is_a_misfit() -> None:
    text = bundle(BundleSource(shipped(), "desk", DAY, {}))
    damaged = text.replace('"date": "2021', '"date": "x2021')
    assert damaged != text
    assert (
        "our extension of it is damaged" in arrived(json.loads(damaged), "x").row_errors[0].message
    )
