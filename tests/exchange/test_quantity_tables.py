"""Quantities go out in tables of their own, come back whole, and change no other table."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.exchange.targets.table import every_target
from scenarios.exchange.view.records import records, typed
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.model import Database
from scenarios.paths import path_of
from scenarios.storage.loader import load
from scenarios.workspace.importing.database import file
from tests.cli.commands import FILES
from tests.exchange.test_view import assert_sound

DAY = date(2026, 2, 1)
_ASKED = {"question": "Q?", "resolution_criteria": "C."}
QUANTITIES: dict[str, Any] = {
    "turnover.yaml": {
        "title": "Turnover",
        **_ASKED,
        "opened": "2024-01-15",
        "horizon": "2025-02-28",
        "quantity": {"kind": "number", "unit": "billion dollars", "thresholds": [240, 260.5]},
        "prior": {"quantiles": {"p10": 205, "p50": 240, "p90": 275}, "basis": "240.1 in 2023"},
        "indicators": {
            "half-year": {
                "statement": "Half a year over 118",
                "ratings": {"turnover/240": "C", "pact": "N"},
                "added": "2024-01-15",
            }
        },
        "tags": ["trade"],
        "resolution": {
            "value": 244.8,
            "date": "2025-01-13",
            "recorded": "2025-01-14",
            "basis": "Customs data",
        },
        "foreign": {"metaculus": "601"},
    },
    "when.yaml": {
        "title": "When",
        **_ASKED,
        "opened": "2025-11-01",
        "horizon": "2027-12-31",
        "quantity": {"kind": "date", "thresholds": ["2026-06-30"]},
        "prior": {"quantiles": {"p10": "2026-03-01", "p40": "2026-12-31"}, "basis": "B"},
    },
    "evidence/2024/2024-07-12-half.yaml": {
        "summary": "Half year",
        "observed": "2024-07-12",
        "recorded": "2024-07-13",
        "ratings": {"turnover/260.5": 0.5, "trade": "N"},
        "indicators": {"turnover/half-year": "observed"},
    },
    "forecasts/2024/2024-08-01-east.yaml": {
        "date": "2024-08-01",
        "analyst": "east",
        "probabilities": {"pact": 0.2},
        "quantiles": {"turnover": {"p10": 232, "p50": 243, "p90": 256}},
        "rationales": {"turnover": "Half year"},
        "evidence": {"turnover": ["2024-07-12-half"]},
    },
    "forecasts/2024/2024-09-01-west.yaml": {
        "date": "2024-09-01",
        "analyst": "west",
        "quantiles": {"turnover": {"p25": 230.5, "p75": 250}},
    },
    "forecasts/2024/2024-09-02-west.yaml": {
        "date": "2024-09-02",
        "analyst": "west",
        "quantiles": {"turnover": None},
    },
}


def database(**more: Any) -> Database:
    files = {path: text.encode() for path, text in FILES.items()}
    files |= {path: json.dumps(record).encode() for path, record in (QUANTITIES | more).items()}
    loaded = load(files)
    assert [str(each) for each in loaded.problems if each.severity == "error"] == []
    return loaded.database


def view(known: Database, day: date = DAY, *, limited: bool = False) -> View:
    return View(known, ExportMetadata(as_of=day), limited=limited)


def test_each_form_brings_back_the_same_database(tmp_path: Path) -> None:
    known = database()
    made = view(known)
    for target in every_target():
        if target.form == "address" or not target.reads:
            continue
        place = tmp_path / target.name
        if target.form == "folder":
            place.mkdir()
        target.code.write(made, place)
        back = [file(entry) for entry in records(typed(target.code.read(place), []))]
        again = load({draft.path: draft.new for draft in back if draft.new}).database
        assert (again.scenarios, again.evidence) == (known.scenarios, known.evidence), target.name
        assert (again.sheets, again.tracker) == (known.sheets, known.tracker), target.name


def test_a_whole_number_comes_back_without_a_point() -> None:
    (content,) = [
        text for kind, id, text in view(database()).rows("quantity_records") if id == "turnover"
    ]
    assert json.loads(str(content)) == QUANTITIES["turnover.yaml"]
    assert '"thresholds":[240,260.5]' in str(content)


def test_every_other_table_is_as_if_nobody_had_asked_for_a_quantity() -> None:
    with_them, without = (
        view(database()),
        view(load({path: text.encode() for path, text in FILES.items()}).database),
    )
    for name in TABLES:
        if not name.startswith("quanti") and name not in (
            "thresholds",
            *("evidence", "evidence_ratings", "sheets", "forecasts", "figures", "findings"),
            *("ledger_lines", "ledger_line_evidence", "status"),
        ):
            assert with_them.rows(name) == without.rows(name), name
    assert "turnover" not in str([with_them.rows(name) for name in ("scenarios", "forecasts")])
    assert_sound(with_them)
    assert not with_them.left_out


def test_quantiles_are_those_of_the_prior_the_analysts_the_team_and_the_evidence() -> None:
    rows = [row[1:] for row in view(database()).rows("quantiles") if row[0] == "turnover"]
    assert rows[:9] == [
        ("prior", date(2024, 1, 15), "p10", 0.1, 205.0, None),
        ("prior", date(2024, 1, 15), "p50", 0.5, 240.0, None),
        ("prior", date(2024, 1, 15), "p90", 0.9, 275.0, None),
        ("east", date(2024, 8, 1), "p10", 0.1, 232.0, None),
        ("east", date(2024, 8, 1), "p50", 0.5, 243.0, None),
        ("east", date(2024, 8, 1), "p90", 0.9, 256.0, None),
        ("west", date(2024, 9, 1), "p25", 0.25, 230.5, None),
        ("west", date(2024, 9, 1), "p75", 0.75, 250.0, None),
        ("west", date(2024, 9, 2), "withdrawn", None, None, None),
    ]
    assert [row[:3] for row in rows[9:]] == [
        (who, DAY, name) for who in ("team", "implied") for name in ("p10", "p50", "p90")
    ]


def test_a_date_has_days_and_later_is_neither_number_nor_day() -> None:
    made = view(database())
    assert [row[3:] for row in made.rows("quantiles") if row[:2] == ("when", "prior")] == [
        ("p10", 0.1, None, date(2026, 3, 1)),
        ("p40", 0.4, None, date(2026, 12, 31)),
    ]
    assert [row[4:] for row in made.rows("quantiles") if row[1:4:2] == ("implied", "p90")][1:] == [
        (0.9, None, None)
    ]
    (row,) = [row for row in made.rows("thresholds") if row[0] == "when"]
    assert row[1:4] == ("when/2026-06-30", None, date(2026, 6, 30))
    over = [row[:4] for row in made.rows("thresholds") if row[0] == "turnover"]
    assert over == [
        ("turnover", "turnover/240", 240.0, None),
        ("turnover", "turnover/260.5", 260.5, None),
    ]


@pytest.mark.parametrize(
    ("end", "cells"),
    [
        ({"value": "later"}, ("later", None, None)),
        ({"value": "2026-01-20"}, ("2026-01-20", None, date(2026, 1, 20))),
        ({"outcome": "annulled"}, ("annulled", None, None)),
    ],
)
def test_an_outcome_is_a_value_later_or_annulled(
    end: dict[str, str], cells: tuple[Any, ...]
) -> None:
    day = "2028-01-01" if end.get("value") == "later" else "2026-01-21"
    ended = {"date": day, "recorded": day, "basis": "B", **end}
    made = view(database(**{"when.yaml": QUANTITIES["when.yaml"] | {"resolution": ended}}))
    assert [row[8:11] for row in made.rows("quantities")] == [("244.8", 244.8, None), cells]


def test_a_view_of_an_earlier_day_has_what_was_known_by_then() -> None:
    made = view(database(), date(2024, 8, 15), limited=True)
    assert [(row[0], row[8]) for row in made.rows("quantities")] == [("turnover", None)]
    assert [row[1] for row in made.rows("quantity_records")] == [
        "turnover",
        "2024-07-12-half",
        "2024-08-01-east",
    ]
    assert_sound(made)


def test_a_record_of_an_unknown_kind_and_content_that_is_no_record_are_lost() -> None:
    rows: list[dict[str, Any]] = [{"kind": "x", "record_id": "a", "content": {}}]
    rows += [{"kind": "scenario", "record_id": "a", "content": [1]}]
    assert [*records({"quantity_records": rows})] == []
    assert path_of("scenario", "a") == "a.yaml"
