"""Unfinished work is kept outside the database: whole, private, and each one's own.

How it looks, and what is said of what cannot be read, is in tests/transcripts/storage.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.storage.drafts import (
    FormDraft,
    autosaved,
    drop_draft,
    keep_draft,
    left,
    saved_draft,
    saved_drafts,
)
from scenarios.storage.session_notes import PartialRatings, SessionRecord, earlier, notes
from scenarios.storage.session_notes import SittingAnswer as Answer
from scenarios.storage.state_folder import drop
from tests.full import TIMES

DAY = date(2022, 2, 28)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "scenarios"
    root.mkdir()
    return root


def files(root: Path) -> list[Path]:
    """What there is below the state folder but the lock of what is at work."""
    found = sorted((root.parent / "state").rglob("*"))
    return [path for path in found if path.is_file() and path.suffix != ".lock"]


def kept(root: Path) -> SessionRecord:
    """What another process finds."""
    with notes(root, "desk", DAY) as found:
        return found.sitting


def begun(root: Path, on: date = DAY, analyst: str = "desk", **changes: Any) -> Path:
    """A sitting in which something was said, and its file."""
    with notes(root, analyst, on) as found:
        found.keep(**changes or {"skipped": ("war",)})
        return found.path


def refusal(root: Path) -> str:
    with pytest.raises(ScenError) as refused, notes(root, "desk", DAY):
        pass
    return str(refused.value)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)
figures = st.one_of(st.none(), st.floats(0.0001, 0.9999))


@given(figures, figures, texts)
@settings(max_examples=15 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_typed_is_read_back_as_it_was(
    root: Path, p: float | None, blind: float | None, text: str
) -> None:
    visit = PartialRatings({"pact": "CC", "war": 0.1}, {"pact/talks": "emerging"})
    said: dict[str, Any] = {
        "answers": {"pact": Answer(p, blind, "answered", "g", text)},
        "half_rated": {"2022-02-04-visit": visit},
        "past_due": {"pact/talks": "not-seen"},
    }
    with notes(root, "desk", DAY) as found:
        assert (found.is_new, found.sitting) == (True, SessionRecord(str(root), DAY, "desk"))
        found.keep(**said)
        assert (found.is_new, files(root)) == (False, [found.path])
    with notes(root, "desk", DAY) as found:
        assert found.sitting == SessionRecord(str(root), DAY, "desk", **said)
        found.drop()
    assert files(root) == []


def test_a_draft_of_a_form_is_for_its_owner_alone_and_what_cannot_be_read_is_none(
    root: Path,
) -> None:
    draft = FormDraft("/record/evidence/?x=é", {"summary": ("Dinner\r\n</textarea>", "")})
    keep_draft(root, draft)
    (place,) = files(root)
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert saved_draft(root, draft.address) == draft
    assert saved_draft(root, "/record/evidence/") is None
    for data in (b"", b"{}", b"\xff", b'{"address": 1, "texts": []}'):
        place.write_bytes(data)
        assert saved_draft(root, draft.address) is None
    keep_draft(root, draft)
    place.chmod(0o666)
    assert [*saved_drafts(root)] == []
    drop_draft(root, draft.address)
    assert files(root) == []


def test_the_fifty_drafts_of_forms_that_were_typed_last_are_kept(root: Path) -> None:
    for number in range(52):
        keep_draft(root, FormDraft(f"/{number}", {}))
        os.utime(max(files(root), key=lambda file: file.stat().st_mtime_ns), (number, number))
    kept = [draft.address for draft in saved_drafts(root)]
    assert kept == [f"/{number}" for number in range(51, 1, -1)]


def test_each_analyst_day_and_database_has_a_sitting_of_its_own(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    link = tmp_path / "link"
    link.symlink_to(root)
    days = [date(2022, 2, 21), DAY, date(2022, 2, 14)]
    for day in days:
        begun(root, day, skipped=(f"war-{day}",))
    folder = begun(root, days[0], "big-desk", skipped=("big",)).parent
    (folder / "9999-99-99-desk.yaml").write_text("")  # it only looks like one
    assert kept(link).skipped == ("war-2022-02-28",)
    assert kept(other).skipped == ()
    assert earlier(root, "desk", DAY) == [days[0], days[2]]
    assert earlier(root, "desk", days[2]) == []
    assert earlier(other, "desk", DAY) == []
    assert earlier(root, "desk", date(9999, 12, 31)) == [DAY, *earlier(root, "desk", DAY)]


def test_two_at_once_are_refused_and_a_file_that_was_edited_meanwhile_is_left_alone(
    root: Path,
) -> None:
    with notes(root, "desk", DAY) as found:
        assert "perhaps a `scen` in another terminal" in refusal(root)
        found.keep(skipped=("war",))
        found.path.write_text("mine: 1\n")
        with pytest.raises(ScenError, match="changed since it was read"):
            found.keep(skipped=("gas",))
        assert found.path.read_text() == "mine: 1\n"


@pytest.mark.parametrize("given_as", ["", "relative/folder"])
def test_without_a_state_folder_of_their_own_it_is_the_usual_one(
    root: Path, monkeypatch: pytest.MonkeyPatch, given_as: str
) -> None:
    monkeypatch.setenv("HOME", str(root.parent / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", given_as)
    assert begun(root).parents[1] == root.parent / "home/.local/state/scen"


def test_what_is_jotted_down_is_left_behind_by_a_kill_alone(root: Path) -> None:
    with autosaved(root, "item") as jot:
        jot("one")
        jot("two")
        jot("two")
        (place,) = files(root)
        assert place.read_text() == "two"
        assert left(root, "item") == {}  # its process is at work
    assert files(root) == []
    place.write_text("three")
    assert left(root, "item") == {place: "three"}
    assert left(root, "other") == {}
    drop(place)
    drop(place)
    assert left(root, "item") == {}


# -- whose it is ----------------------------------------------------------------------------------


@pytest.fixture
def ours(root: Path) -> dict[str, Path]:
    """The folder of all databases and of this one, a sitting, and what a killed command jotted."""
    place = begun(root)
    jotting = place.with_name("item-0.txt")
    jotting.write_text("one")
    jotting.chmod(0o600)
    return {"all": place.parents[1], "folder": place.parent, "sitting": place, "item": jotting}


def test_folders_and_files_are_for_their_owner_alone_whatever_the_umask(root: Path) -> None:
    before = os.umask(0)
    try:
        with notes(root, "desk", DAY) as found, autosaved(root, "item") as jot:
            for text in ("one", "two"):
                found.keep(skipped=(text,))
                jot(text)
            top = root.parent / "state" / "scen"
            modes = sorted(path.stat().st_mode & 0o777 for path in (top, *top.rglob("*")))
    finally:
        os.umask(before)
    assert modes == [0o600] * 4 + [0o700] * 2


def opened_to_all(place: Path) -> str:
    place.chmod(0o777)
    return "all may write to it"


def given_away(place: Path) -> str:
    if os.geteuid() != 0:
        pytest.skip("only root can be two users")
    os.chown(place, 65534, -1, follow_symlinks=False)
    return "it belongs to another user (uid 65534)"


@pytest.mark.parametrize("spoil", [opened_to_all, given_away])
@pytest.mark.parametrize("name", ["all", "folder", "sitting"])
def test_what_others_may_have_written_is_not_read(
    root: Path, ours: dict[str, Path], name: str, spoil: Callable[[Path], str]
) -> None:
    place = ours[name]
    fault = spoil(place)
    mode = place.stat().st_mode
    mend = "move it away, or set XDG_STATE_HOME to a folder of your own"
    assert refusal(root) == f"{place}: {fault}; unfinished work in it is not read: {mend}"
    assert place.stat().st_mode == mode
    for look in (lambda: left(root, "item"), lambda: earlier(root, "desk", date(2023, 1, 1))):
        with pytest.raises(ScenError, match=re.escape(fault)) if place.is_dir() else nullcontext():
            look()


@pytest.mark.parametrize("spoil", [opened_to_all, given_away])
def test_what_others_may_have_jotted_is_not_read(
    root: Path, ours: dict[str, Path], spoil: Callable[[Path], str]
) -> None:
    ours["item"].chmod(0o644)  # as earlier versions left it
    assert left(root, "item") == {ours["item"]: "one"}
    assert ours["item"].stat().st_mode & 0o777 == 0o600
    spoil(ours["item"])
    assert left(root, "item") == {}


def test_a_link_of_another_user_into_a_folder_of_ours_is_not_followed(
    root: Path, ours: dict[str, Path]
) -> None:
    ours["all"].rename(ours["all"].with_name("elsewhere"))
    ours["all"].symlink_to("elsewhere")
    fault = given_away(ours["all"])
    assert refusal(root).startswith(f"{ours['all']}: {fault}; unfinished work in it is not read")
