"""Each event of MISP is an item of evidence, of the organisation that made it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ImportFile
from scenarios.extensions.stix.reading import graded
from scenarios.model import Database
from scenarios.storage.loader import load
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import Settings
from tests.exchange.foreign import TODAY, arrived, told
from tests.exchange.test_restore import files_of, fresh

UUID = "5d3f1c2a-0b7e-4c55-9a51-2f7c9a4e8b10"


def event(number: int = 0, **keys: Any) -> dict[str, Any]:
    """An event by its number; a key that is None lacks."""
    whole = {
        "id": "17",
        "uuid": f"{UUID[:-1]}{number}",
        "info": "Wipers against ministries",
        "date": "2026-02-24",
        "timestamp": "1771934400",
        "threat_level_id": "1",
        "Orgc": {"name": "Desk of CERT", "uuid": f"{UUID[:-1]}f"},
        "Tag": [{"name": "tlp:amber"}, {"name": 'admiralty-scale:source-reliability="b"'}],
        "Attribute": [{"type": "domain", "value": "a.example"}],
        "Object": [{"name": "file", "Attribute": [{"value": "x"}, {"value": "y"}]}],
        "EventReport": [
            {"name": "First look", "content": "Three *ministries*."},
            {"name": "Withdrawn", "content": "Five.", "deleted": True},
        ],
    }
    return {"Event": {key: value for key, value in (whole | keys).items() if value is not None}}


def read(*events: dict[str, Any]) -> ImportFile:
    return arrived("misp", json.dumps({"response": events}), "x.json")


def imported(root: Path, *events: dict[str, Any], **settings: Any) -> tuple[Any, Database]:
    _, result = bring(root, "misp", read(*events), Settings(today=TODAY, **settings))
    return result, load(files_of(root)).database


def test_an_event_is_an_item_with_its_grade_its_tags_and_its_reports() -> None:
    found = arrived("misp", json.dumps(event()), "x.json")
    item, source = found.records
    assert item.foreign == ("misp", UUID)
    assert item.record == {
        "summary": "Wipers against ministries",
        "observed": "2026-02-24",
        "reliability": "B",
        "source": "Desk of CERT",
        "notes": 'Tags: admiralty-scale:source-reliability="b", tlp:amber\n\n'
        "Threat level: high\n\nFirst look\n\nThree *ministries*.",
    }
    assert (source.record, source.assumed["reliability"]) == ({"name": "Desk of CERT"}, "F")
    assert found.left_out == {"attributes": 3, "objects": 1}


@pytest.mark.parametrize("shape", ["list", "response", "lines"])
def test_events_come_in_a_list_a_response_or_a_line_each(shape: str) -> None:
    events = [event(1), event(2)]
    texts = {"list": json.dumps(events), "response": json.dumps({"response": events, "page": 1})}
    texts["lines"] = "\n".join(map(json.dumps, events))
    name = "x.jsonl" if shape == "lines" else "x.json"
    found = arrived("misp", texts[shape], name)
    assert [one.kind for one in found.records] == ["evidence", "evidence", "source"]
    assert told(found) == []


def test_a_feed_is_a_folder_of_events_beside_its_manifest(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.json").write_text(json.dumps(event(number)))
    (tmp_path / "manifest.json").write_text(json.dumps({UUID: {"info": "x"}}))
    (tmp_path / "hashes.csv").write_text("x")
    assert len(arrived("misp", tmp_path).records) == 3


def test_an_event_comes_once_and_keeps_the_grade_that_its_source_got(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    result, first = imported(root, event(1), event(2))
    assert (result.evidence.added, result.sources.added) == (2, 1)
    assert {one.source for one in first.evidence.values()} == {"desk-of-cert"}
    source = root / "sources" / "desk-of-cert.yaml"
    source.write_text(source.read_text().replace("reliability: F", "reliability: B"))
    again, second = imported(root, event(1), event(2))
    assert (again.evidence.unchanged, again.sources.unchanged, again.paths) == (2, 1, [])
    assert second.sources["desk-of-cert"].reliability == "B"


def test_a_source_of_the_name_is_the_source_of_the_event(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    (root / "sources").mkdir(exist_ok=True)
    (root / "sources" / "cert.yaml").write_text("name: Desk of CERT\nreliability: A\n")
    events = (event(1), event(2, Orgc={"name": "desk of cert"}), event(3, Orgc=None))
    _, database = imported(root, *events)
    assert [*database.sources] == ["cert"]
    assert sorted(str(one.source) for one in database.evidence.values()) == ["None", "cert", "cert"]


def test_an_event_that_changed_is_refused_and_taken_with_update(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    imported(root, event())
    with pytest.raises(ScenError) as refusal:
        imported(root, event(info="Wipers against banks"))
    assert "--update takes this" in refusal.value.__notes__[0]
    _, database = imported(root, event(info="Wipers against banks"), update=True)
    assert [one.summary for one in database.evidence.values()] == ["Wipers against banks"]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"uuid": None}, "uuid: empty"),
        ({"uuid": "17"}, "uuid: '17' is not a UUID"),
        ({"info": " \n"}, "info: empty"),
        ({"info": ["x"]}, "info: empty"),
        ({"date": None}, "date: empty"),
        ({"date": "24.02.2026"}, "date: '24.02.2026' is not a time such as"),
        ({"date": "2026-02-30"}, "date: '2026-02-30' is not in the calendar"),
    ],
)
def test_a_broken_event_is_named_with_its_key(keys: dict[str, Any], fault: str) -> None:
    found = read(event(1), event(2, **keys))
    assert [message.startswith(f"x.json:2: {fault}") for message in told(found)] == [True]
    assert len(found.records) == 2


def test_an_event_after_today_leaves_the_source_of_the_others(tmp_path: Path) -> None:
    root, days = fresh(tmp_path), {"latest": TODAY, "skip_invalid": True}
    later = event(1, date=str(TODAY + dt.timedelta(1)))
    result, database = imported(root, later, event(2), **days)
    assert [skipped.row for skipped in result.skipped] == [1]
    assert [one.source for one in database.evidence.values()] == ["desk-of-cert"]


def test_an_event_that_is_there_twice_comes_once_and_is_told(tmp_path: Path) -> None:
    result, database = imported(fresh(tmp_path), event(), event())
    words = "the same evidence as row 1: '2026-02-24-wipers-against-ministries'"
    assert [(one.row, one.message) for one in result.skipped] == [(2, words)]
    assert len(database.evidence) == 1


def test_two_versions_of_an_event_in_a_file_are_a_fault_of_the_second(tmp_path: Path) -> None:
    with pytest.raises(ScenError) as refusal:
        imported(fresh(tmp_path), event(), event(info="Wipers against banks"))
    assert "the same evidence as row 1" in refusal.value.__notes__[0]


BARE = {
    "uuid": UUID,
    "Attribute": [{"uuid": f"{UUID[:-1]}e", "type": "domain", "value": "a.example"}],
    "EventReport": [{"uuid": f"{UUID[:-1]}d", "name": "First look", "content": "Three."}],
    "Tag": [{"name": "tlp:amber"}],
    "info": "Wipers against ministries",
    "date": "2026-02-24",
    "threat_level_id": "1",
    "Orgc": {"name": "Desk of CERT", "uuid": f"{UUID[:-1]}f"},
    "publish_timestamp": "1772020800",
    "published": True,
}
"""The keys of an event as `MISPEvent.to_json()` of PyMISP 2.5 orders and types them."""


@pytest.mark.parametrize("whole", [BARE, [BARE], {"response": [BARE]}])
def test_an_event_may_stand_there_without_its_name(whole: Any) -> None:
    item, source = arrived("misp", json.dumps(whole), "x.json").records
    assert (item.foreign, item.title, source.title) == (
        ("misp", UUID),
        "Wipers against ministries",
        "Desk of CERT",
    )


@pytest.mark.parametrize(
    ("key", "value", "day"),
    [
        ("publish_timestamp", "1772020800", "2026-02-25"),
        ("publish_timestamp", 1772020800, "2026-02-25"),
        ("publish_timestamp", "0", None),  # as an event has that is not published
        ("publish_timestamp", None, None),
        ("timestamp", "1771934400", "2026-02-24"),
        ("date", "2026-02-24", "2026-02-24"),
    ],
)
def test_the_day_of_record_may_be_one_of_the_event(key: str, value: Any, day: str | None) -> None:
    keys: dict[str, Any] = {key: value}
    text = json.dumps(event(**keys))
    item, _ = arrived("misp", text, "x.json", recorded=key).records
    assert item.record.get("recorded") == day


@pytest.mark.parametrize("value", ["yesterday", "9" * 5000, "-5", "1e9"])
def test_a_day_of_record_that_is_none_is_named_with_its_key(value: str) -> None:
    text = json.dumps(event(publish_timestamp=value))
    (message,) = told(arrived("misp", text, "x.json", recorded="publish_timestamp"))
    assert message.startswith("x.json:1: publish_timestamp: ")


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "bundle", "objects": []}',
        '{"response": {"Attribute": []}}',
        '{"response": []}',
        '{"Event": "x"}',
        '[{"question": "x"}, 1, null]',
    ],
)
def test_a_file_without_an_event_is_not_misp(text: str) -> None:
    with pytest.raises(ScenError, match=r"x.json: not MISP: there is no object `Event` in it"):
        arrived("misp", text, "x.json")


def test_what_stands_between_events_is_named() -> None:
    assert told(read(event(), {"Attribute": {}})) == [
        "x.json:2: not an event of MISP: it has no object `Event`"
    ]


def test_keys_of_the_wrong_kind_are_as_if_absent() -> None:
    keys = ("Tag", "Attribute", "Object", "EventReport")
    item, *others = read(event(Orgc="CERT", threat_level_id=[], **dict.fromkeys(keys, 1))).records
    assert (dict(item.record), others) == (
        {"summary": "Wipers against ministries", "observed": "2026-02-24"},
        [],
    )


def test_an_event_of_100_000_attributes_is_one_item() -> None:
    keys = ("id", "type", "category", "uuid", "event_id", "value", "comment", "timestamp")
    many = [{**dict.fromkeys(keys, str(n)), "Galaxy": [], "Tag": []} for n in range(100_000)]
    found = read(event(Attribute=many))
    assert len(found.records) == 2
    assert found.left_out["attributes"] == 100_002


def test_markup_and_control_characters_are_text(tmp_path: Path) -> None:
    info = "<script>alert(1)</script> \x1b[31m{{ x }}\n# y"
    report = {"name": "<b>", "content": "@[attribute](x)\n\n<img src=x onerror=y>"}
    _, database = imported(fresh(tmp_path), event(info=info, EventReport=[report]))
    (item,) = database.evidence.values()
    assert item.summary == "<script>alert(1)</script> [31m{{ x }} # y"
    assert (item.notes or "").endswith("<b>\n\n@[attribute](x)\n\n<img src=x onerror=y>")


@pytest.mark.parametrize(
    ("tags", "grade"),
    [
        (["c"], {"reliability": "C"}),
        (["c", "C"], {"reliability": "C"}),
        (["c", "d"], {}),
        (["g"], {}),  # deliberately deceptive, which the scale of `scen` lacks
        (["a", "6"], {"reliability": "A", "credibility": 6}),
    ],
)
def test_tags_of_the_admiralty_scale_are_a_grade_unless_they_differ(
    tags: list[str], grade: dict[str, Any]
) -> None:
    names = {True: "information-credibility", False: "source-reliability"}
    assert graded([f'admiralty-scale:{names[t.isdigit()]}="{t}"' for t in tags]) == grade
