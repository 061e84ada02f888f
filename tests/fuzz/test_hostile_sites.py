"""Folders of sites as an attacker would leave them in a clone: links, forged pages, false marks.

Whatever lies there, nothing outside changes. A run that ends well leaves each page with its bytes
and takes nothing away but regular files that the mark names; a refusal leaves every file as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.site.at import has_place
from scenarios.site.build import build
from scenarios.site.site import Site
from scenarios.storage import site_folder
from scenarios.storage.site_folder import MARK
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, make
from tests.full import TIMES

State = dict[str, tuple[int, bytes]]
PLACES = (
    *("index.html", "site.css", "feed.xml", "s", "s/pact", "s/pact/index.html", "s/none"),
    *("s/none/index.html", "e", "e/2022-02-04-visit/index.html", "e/2022-02-05-no/index.html"),
    *("review", "review/index.html", "records", "records/pact.yaml", "records/evidence/2022"),
    *("search", "search/index.html", "set/x/card.png", "CNAME", "s/CNAME", ".scen-new"),
    *(".scen-lock", ".scen-new/s", MARK),
)
KINDS = ("forged", "text", "folder", "fifo", "absent", "hard", "to-file", "to-folder", "up", "loop")
NAMES = (
    *PLACES,
    *("../outside/index.html", "{outside}/index.html", "s/../../outside/index.html", "", "/", ".."),
    *("s//pact/index.html", "S/pact/index.html", "records/../../outside/pact.yaml", "s/a\0/x"),
)
marks = (
    st.none()
    | st.lists(st.sampled_from(NAMES[: len(PLACES)]).filter(has_place))
    | st.lists(st.sampled_from(NAMES) | st.text(max_size=9))
    | st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers() | st.lists(st.text()))
    | st.recursive(st.integers() | st.text(), st.lists, max_leaves=9)
    | st.binary()
)
things = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(KINDS)), max_size=6)


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@settings(max_examples=40 * TIMES)
@given(mark=marks, things=things, whole=st.booleans())
@example(mark=None, things=[(".scen-new", "fifo")], whole=True)
def test_a_site_writes_and_removes_nothing_outside_of_its_folder(
    top: Path, mark: object, things: list[tuple[str, str]], whole: bool
) -> None:
    build_over(top, mark, things, whole=whole)


def test_this_search_finds_a_site_that_follows_links(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The property fails where folders are opened without O_NOFOLLOW."""

    @settings(max_examples=1000, derandomize=True, database=None, phases=[Phase.generate])
    @given(mark=marks, things=things, whole=st.booleans())
    def search(mark: object, things: list[tuple[str, str]], whole: bool) -> None:
        build_over(top, mark, things, whole=whole)

    build_over(top, None, [("s", "to-folder")], whole=True)
    monkeypatch.setattr(site_folder, "_FOLDER", os.O_DIRECTORY)
    with pytest.raises(AssertionError):
        search()
    with pytest.raises(AssertionError):
        build_over(top, None, [("s", "to-folder")], whole=True)


def build_over(top: Path, mark: object, things: list[tuple[str, str]], *, whole: bool) -> None:
    """Build a site over what an attacker left, and look at what that changed."""
    right, place, outside = top / "right", top / "public", top / "outside"
    site = Site(open_folder(DESK), date(2022, 2, 28))
    if not right.exists():
        build(site, right)
    for folder in (place, outside):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(right, place) if whole else place.mkdir()
    paths = ("index.html", "pact/index.html", "pact.yaml", "s/pact/index.html")
    make(outside, {path: f"mine: {path}" for path in paths})
    if mark is not None:
        text = mark if isinstance(mark, bytes) else json.dumps(mark).encode()
        (place / MARK).write_bytes(text.replace(b"{outside}", os.fsencode(outside)))
    for path, kind in things:
        with suppress(OSError):  # below what was put there before
            lay(place / path, kind, outside)
    named, before, elsewhere = names_of(place), state(place), state(outside, times=True)
    refusal = ""
    try:
        build(site, place)
    except ScenError as error:
        refusal = str(error)
    assert state(outside, times=True) == elsewhere
    after, expected = state(place), state(right)
    if not refusal:
        gone = {path for path in named if stat.S_ISREG(before.get(path, (0, b""))[0])}
        stays = {path: it for path, it in ours(before).items() if path not in gone}
        assert ours(after) == {**stays, **ours(expected)}
    elif "some files are new" not in refusal:
        assert ours(after) == ours(before), refusal
    assert not [*top.glob("*.html")]


def lay(place: Path, kind: str, outside: Path) -> None:
    """Put something where a file or a folder of a site may be."""
    if not Path(os.path.realpath(place.parent)).is_relative_to(outside.parent / "public"):
        return  # behind a link that was put there before
    size = place.stat().st_size if place.is_file() else 4
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    if kind in ("forged", "text"):
        place.write_bytes(b"x" * (size if kind == "forged" else 7))
    elif kind == "folder":
        place.mkdir()
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "hard":
        place.hardlink_to(outside / "index.html")
    elif kind != "absent":
        to = {"to-file": outside / "index.html", "to-folder": outside, "up": Path("..")}
        place.symlink_to(to.get(kind, Path(place.name)))


def names_of(place: Path) -> list[str]:
    """The names of a mark that can be read; none of any other."""
    with suppress(OSError, ValueError):
        if not (place / MARK).is_symlink() and (place / MARK).is_file():
            named = json.loads((place / MARK).read_bytes())
            if isinstance(named, (list, dict)) and all(isinstance(name, str) for name in named):
                return list(named)
    return []


def state(folder: Path, *, times: bool = False) -> State:
    """The kind of everything below a folder, and what a file holds or a link leads to."""
    found: State = {}
    for path in folder.rglob("*"):
        info = path.lstat()
        data = b""
        if path.is_symlink():
            data = os.fsencode(path.readlink())
        elif path.is_file():
            data = path.read_bytes()
        time = f"{info.st_mtime_ns} " if times else ""
        found[path.relative_to(folder).as_posix()] = info.st_mode, time.encode() + data
    return found


def ours(found: State) -> State:
    """Without folders, of which empty ones come and go, and what a run of its own may leave."""
    return {
        path: it
        for path, it in found.items()
        if not stat.S_ISDIR(it[0]) and not path.startswith(".scen-")
    }
