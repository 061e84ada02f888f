"""An id is proposed for every summary in every script."""

from __future__ import annotations

import shutil
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.paths import place_of
from scenarios.text import LONGEST
from scenarios.workspace.opened import open_folder
from scenarios.workspace.tasks.evidence import free_id
from tests.cli.commands import DESK

OPENED = open_folder(DESK)


def proposed(summary: str, observed: str = "2022-02-04") -> str:
    return free_id(OPENED, {"summary": summary, "observed": observed})


@given(st.text(), st.sampled_from(["2022", "2022-02", "2022-02-04"]))
@example("w" * 99, "2022")
@example("A visit", "2022-02-04")
@example("北" * 99, "2022-02")
def test_what_is_proposed_is_short_and_names_a_record(text: str, observed: str) -> None:
    id = proposed(text, observed)
    assert place_of(f"evidence/2022/{id}.yaml") == ("evidence", id)
    assert (id.startswith(observed), len(id) <= LONGEST) == (True, True)


def test_other_scripts_are_read_in_latin_letters() -> None:
    assert proposed("Путин в Пекине") == "2022-02-04-putin-v-pekine"
    assert proposed("北京宣布") == "2022-02-04-bei-jing-xuan-bu"
    assert proposed("한국") == "2022-02-04-han-gug"
    assert proposed("Большой съезд") == "2022-02-04-bolshoy-sezd"
    assert proposed("e\u0301te\u0301 – Łódź’s “Straße”") == "2022-02-04-ete-lodzs-strasse"


def test_it_is_cut_at_a_word_with_its_number() -> None:
    assert proposed("word " * 20) == "2022-02-04-word-word-word-word-word-word-word"
    assert proposed("A visit") == "2022-02-04-a-visit"
    assert proposed("visit") == "2022-02-04-visit-2"


def test_a_number_counts_towards_the_length(tmp_path: Path) -> None:
    shutil.copytree(DESK, tmp_path / "desk")
    opened = open_folder(tmp_path / "desk")
    record = {"summary": "w" * 99, "observed": "2022-02-04"}
    first = free_id(opened, record)
    (tmp_path / "desk" / "evidence" / "2022" / f"{first}.yaml").touch()
    assert (len(first), free_id(opened, record)) == (LONGEST, f"{first[:-2]}-2")


def test_a_link_that_leads_nowhere_takes_its_name(tmp_path: Path) -> None:
    shutil.copytree(DESK, tmp_path / "desk")
    year = tmp_path / "desk" / "evidence" / "2022"
    (year / "2022-02-04-a-dinner.yaml").symlink_to("nowhere")
    record = {"summary": "A dinner", "observed": "2022-02-04"}
    assert free_id(open_folder(tmp_path / "desk"), record) == "2022-02-04-a-dinner-2"
