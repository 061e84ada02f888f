"""An import is whole or did not happen, and what a property finds of it holds for any rows."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.exchange.arrivals import FilePosition, ForeignId, ImportFile, ImportForecast
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import Settings
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, make, scen, tree
from tests.full import TIMES
from tests.storage.system import mounted

TODAY = date(2022, 6, 1)
FIRST = date(2022, 1, 10)


def sheets(number: int) -> str:
    days = (FIRST + timedelta(days=n) for n in range(number))
    return "date,scenario,probability\n" + "".join(f"{day},pact,0.2\n" for day in days)


@pytest.mark.parametrize("number", [15, 600])
def test_on_a_disk_that_fills_up_nothing_of_an_import_stays(tmp_path: Path, number: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "rows.csv").write_text(sheets(number))
    words = ("--database", str(disk), "import", "forecasts", str(tmp_path / "rows.csv"))
    with mounted(disk, "size=60k" if number < 20 else "size=1m"):
        make(disk / "scenarios", FILES)
        before = tree(disk)
        made = scen(*words, "--analyst", "ann")
        assert (made.exit_code, made.stdout) == (1, "")
        assert made.stderr.endswith("No space left on device; nothing was written\n")
        assert tree(disk) == before


ROWS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["ann", "ben"]),
        st.sampled_from(["pact", "ties", "trade"]),
        st.none() | st.floats(0.0001, 0.9999),
    ),
    max_size=30,
)


@settings(max_examples=15 * TIMES, deadline=None)
@given(ROWS, ROWS)
def test_what_comes_in_is_what_was_said_last_and_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[int, str, str, float | None]],
    second: list[tuple[int, str, str, float | None]],
) -> None:
    root = make(tmp_path_factory.mktemp("import") / "scenarios", FILES)
    said: dict[tuple[date, str, str], float | None] = {}
    for rows in (first, second):
        arrived = ImportFile(
            forecasts=tuple(
                ImportForecast(
                    scenario=scenario,
                    analyst=analyst,
                    timestamp=FIRST + timedelta(days=day),
                    probability=p,
                    position=FilePosition("rows", number),
                )
                for number, (day, analyst, scenario, p) in enumerate(rows, start=2)
            )
        )
        said |= {(FIRST + timedelta(days=day), who, id): p for day, who, id, p in rows}
        wanted = Settings(today=TODAY, latest=TODAY, update=True)
        bring(root, "forecasts", arrived, wanted)
        written, result = bring(root, "forecasts", arrived, wanted)
        assert (written.drafts, result.forecasts.added) == ([], 0)
    database = open_folder(root).database
    found = {
        (sheet.date, sheet.analyst, scenario): p
        for sheet in database.sheets.values()
        if sheet.analyst != "desk"
        for scenario, p in sheet.probabilities.items()
    }
    assert found == said


def test_a_row_that_is_left_out_takes_with_it_what_names_it(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    named: list[tuple[str | ForeignId, int]] = [("pact", 2), (ForeignId("site", "9"), 3)]
    arrived = ImportFile(
        forecasts=tuple(
            ImportForecast(
                scenario=scenario,
                analyst="ann",
                timestamp=FIRST,
                probability=0.2,
                position=FilePosition("f", row),
            )
            for scenario, row in named
        )
    )
    wanted = Settings(today=TODAY, skip_invalid=True)
    written, result = bring(root, "forecasts", arrived, wanted)
    assert [(one.row, one.message) for one in result.skipped] == [
        (3, "there is no scenario '9' of site")
    ]
    assert [draft.path for draft in written.drafts] == ["forecasts/2022/2022-01-10-ann.yaml"]


def test_many_faults_of_a_file_are_counted_and_not_all_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", FILES)
    rows = io.StringIO()
    csv.writer(rows).writerows([("date", "scenario", "probability"), *[("soon", "pact", 2)] * 5000])
    (tmp_path / "rows.csv").write_text(rows.getvalue())
    told = scen("import", "forecasts", "rows.csv", "--analyst", "ann").stderr.splitlines()
    assert len(told) == 22
    assert told[-2:] == [
        "scen: and 4,981 more faults",
        "scen: 5,000 rows cannot be imported: nothing was written; --skip-invalid writes the rest",
    ]
