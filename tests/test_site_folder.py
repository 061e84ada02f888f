"""The folder of a site that comes with a clone: it proves nothing, and leads nowhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.storage.site_folder import MARK
from tests.cli.commands import FILES, SCEN, make, scen, tree
from tests.storage.system import bound_by_modes, just_before, mounted

DAY, URL = "2022-02-28", "https://example.org"
ITEM = "evidence/2022/2022-02-04-visit.yaml"
GONE = "e/2022-02-05-gone/index.html"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {**FILES, ITEM: FILES[ITEM] + "event: visit\n"}
    return make(tmp_path_factory.mktemp("desk") / "scenarios", files)


@pytest.fixture(scope="module")
def right(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it has to be."""
    folder = tmp_path_factory.mktemp("right") / "public"
    assert site(root, folder) == (0, "")
    return folder


@pytest.fixture
def place(right: Path, tmp_path: Path) -> Path:
    """A copy of the site, at a path of which this machine remembers nothing."""
    shutil.copytree(right, tmp_path / "public")
    return tmp_path / "public"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return make(tmp_path / "outside", {"index.html": "mine", "pact/index.html": "mine"})


def site(root: Path, place: Path) -> tuple[int, str]:
    """The exit status, and the message of a refusal."""
    result = scen("--database", str(root), "site", str(place), "--as-of", DAY, "--url", URL)
    return result.exit_code, result.stderr if result.exit_code else ""


def mark(place: Path, *names: str) -> None:
    named = json.loads((place / MARK).read_text())
    (place / MARK).write_text(json.dumps([*named, *names]))


@pytest.mark.parametrize(
    "name",
    [
        "../outside/index.html",
        "s/../../outside/index.html",
        "s/pact/../../../outside/index.html",
        "{outside}/index.html",
        "records/../../outside/pact.yaml",
        "records/{outside}/pact.yaml",
        "./index.html",
        "s//pact/index.html",
        "S/pact/index.html",
        "s/Pact/index.html",
        "INDEX.HTML",
        "s/pact/index.html\0",
        "s/pact\0/index.html",
        "s/pact/index.html\n",
        "s/pact",
        "CNAME",
        ".scen-lock",
        "records/tracker.yaml",
        "records/forecasts/2022/2022-02-07-desk.yaml",
        "themes/trade/index.html",
        "",
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    ],
)
def test_a_mark_that_names_what_is_no_file_of_a_site_is_refused(
    root: Path, place: Path, outside: Path, name: str
) -> None:
    mark(place, name.format(outside=outside))
    (place / "CNAME").write_text("example.org")
    (place / "s/pact/index.html").write_text("forged")
    before = tree(place.parent)
    status, message = site(root, place)
    assert status == 1
    assert f"{place}/{MARK}: has '" in message
    assert "which is no file of a site of this version of scen; nothing was changed" in message
    assert tree(place.parent) == before


def test_a_mark_of_another_version_is_called_that(root: Path, place: Path) -> None:
    mark(place, "CNAME")
    (place / MARK).write_text('{"files": ["index.html"], "version": 2}')
    status, message = site(root, place)
    assert status == 1
    assert f"{place}/{MARK}: has 'files', which is no file of a site of this version" in message


def test_the_paths_of_a_mark_are_not_removed_outside_of_the_folder(
    root: Path, place: Path, outside: Path
) -> None:
    """The mark of earlier versions, as a clone of an attacker had it."""
    names = {f"{outside}/index.html": ["key", "digest", 4, ""], "../outside/pact/index.html": []}
    (place / MARK).write_text(json.dumps(names))
    before = tree(outside)
    assert site(root, place)[0] == 1
    assert tree(outside) == before


@pytest.mark.parametrize("link", ["s", "s/pact", "e", "event/visit", "review"])
def test_no_link_below_the_folder_is_followed(
    root: Path, place: Path, outside: Path, link: str
) -> None:
    shutil.rmtree(place / link)
    (place / link).symlink_to(outside)
    (place / "index.html").write_text("forged")
    before = tree(place)
    status, message = site(root, place)
    assert status == 1
    assert f"{place}: {link}/" in message
    assert message.endswith(": Not a directory; the site is as it was\n")
    assert tree(outside) == {"index.html": b"mine", "pact/index.html": b"mine"}
    assert tree(place) == before


def test_a_link_in_the_place_of_a_file_is_replaced(
    root: Path, place: Path, right: Path, outside: Path
) -> None:
    os.link(outside / "index.html", place / "hard")
    (place / "hard").rename(place / "site.css")
    for paths in (("index.html", "s/pact/card.png", "feed.xml"), (MARK,)):
        for path in paths:
            (place / path).unlink()
            (place / path).symlink_to(outside / "index.html")
        assert site(root, place) == (0, "")
        assert tree(place) == tree(right)
    assert not any(path.is_symlink() for path in place.rglob("*"))
    assert tree(outside) == {"index.html": b"mine", "pact/index.html": b"mine"}


@pytest.mark.parametrize("name", [".scen-new", ".scen-lock"])
def test_the_files_of_a_run_are_no_links(root: Path, place: Path, outside: Path, name: str) -> None:
    (place / name).symlink_to(outside)
    assert site(root, place)[0] == 1
    assert tree(outside) == {"index.html": b"mine", "pact/index.html": b"mine"}


@pytest.mark.parametrize("when", [("open", "pact"), ("os.rename", "s!pact!index.html")])
def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(
    root: Path, place: Path, outside: Path, when: tuple[str, str]
) -> None:
    (place / "s/pact/index.html").write_text("forged")

    def swap() -> None:
        (place / "s/pact").rename(place / "away")
        (place / "s/pact").symlink_to(outside)

    with just_before(*when, swap):
        site(root, place)
    assert tree(outside) == {"index.html": b"mine", "pact/index.html": b"mine"}


def test_no_link_leads_to_the_folder(
    root: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (place / "index.html").write_text("mine")
    Path("link").symlink_to(place)
    Path("above").symlink_to(tmp_path)
    (tmp_path / "empty").mkdir()
    Path("hidden").symlink_to("empty")
    before = tree(tmp_path)
    for typed in ("link", f"{tmp_path}/link", "above/public", "above/new", "hidden"):
        status, message = site(root, Path(typed))
        assert status == 1
        assert f"{typed}: a link leads to {Path(typed).resolve()}: name that" in message
    assert tree(tmp_path) == before
    for typed in ("../" + tmp_path.name + "/public", "./public", f"{tmp_path}/above/public"):
        assert site(root, Path(typed)) == (0, "")


def test_only_regular_files_that_the_mark_names_are_removed(
    root: Path, place: Path, right: Path, outside: Path
) -> None:
    gone = [f"e/2022-02-0{day}-gone/index.html" for day in range(1, 6)]
    for path in gone:
        (place / path).parent.mkdir()
    (place / gone[0]).write_text("ours")
    (place / gone[1]).symlink_to(outside / "index.html")
    (place / gone[2]).mkdir()
    os.mkfifo(place / gone[3])
    (place / gone[4]).parent.rmdir()
    (place / gone[4]).parent.symlink_to(outside)
    (place / "e/2022-02-06-mine").mkdir()
    (place / "e/2022-02-06-mine/index.html").write_text("of nobody's mark")
    (place / "CNAME").write_text("example.org")
    mark(place, *gone)
    assert site(root, place) == (0, "")
    assert not (place / gone[0]).parent.exists()
    assert (place / gone[1]).is_symlink()
    assert (place / gone[2]).is_dir()
    assert (place / gone[3]).is_fifo()
    assert (place / gone[4]).parent.is_symlink()
    assert tree(outside) == {"index.html": b"mine", "pact/index.html": b"mine"}
    mine = {"CNAME": b"example.org", "e/2022-02-06-mine/index.html": b"of nobody's mark"}
    seen = {gone[1]: b"mine", f"{Path(gone[4]).parent}/index.html": b"mine"}
    assert {**tree(right), **mine, **seen} == {**seen, **tree(place)}


def test_what_else_lies_in_the_folder_stays(root: Path, place: Path, right: Path) -> None:
    others = {"s/forged/index.html": "forged", "CNAME": "example.org", "s/pact/x.html": "x"}
    make(place, others)
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right) | {path: text.encode() for path, text in others.items()}


@pytest.mark.parametrize("remembers", [True, False])
def test_a_page_with_other_bytes_is_written_again_whatever_the_folder_says(
    root: Path, place: Path, right: Path, remembers: bool
) -> None:
    if remembers:
        assert site(root, place) == (0, "")
    forged = ("s/pact/index.html", "s/trade/card.png", "feed.xml", "favicon.svg", "site.css")
    for path in forged:
        data = bytearray((place / path).read_bytes())
        data[len(data) // 2] ^= 1  # the size stays, and so does the time
        times = (place / path).stat()
        (place / path).write_bytes(data)
        os.utime(place / path, ns=(times.st_atime_ns, times.st_mtime_ns))
    result = scen("--database", str(root), "site", str(place), "--as-of", DAY, "--url", URL)
    assert f"; {len(forged)} files new or changed)" in result.stderr
    assert tree(place) == tree(right)


def test_the_copies_of_records_of_an_earlier_version_are_removed(
    root: Path, place: Path, right: Path
) -> None:
    mark(place, "records/pact.yaml", "records/evidence/2022/2022-02-04-visit.yaml")
    make(place / "records", {"pact.yaml": "old", ITEM: "old"})
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right)


def test_without_a_cache_every_page_is_made_and_compared(
    root: Path, place: Path, right: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCEN_CACHE", "0")
    (place / "s/pact/index.html").write_text("forged")
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right)


@pytest.mark.parametrize(
    "text",
    [b"", b"7", b"{", b"[" * 200_000, b'{"a":' + b"[" * 200_000, b'["\xff"]', b'[{"s": 1}]', b"\0"],
)
def test_a_mark_that_cannot_be_read_names_nothing(
    root: Path, place: Path, right: Path, text: bytes
) -> None:
    make(place, {GONE: "stays"})
    (place / MARK).write_bytes(text)
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right) | {GONE: b"stays"}


@pytest.mark.parametrize("text", ["[]", "garbage{"])
def test_a_page_that_no_mark_names_is_not_replaced(root: Path, place: Path, text: str) -> None:
    make(place, {"index.html": "a page of somebody else", MARK: text})
    before = tree(place)
    status, message = site(root, place)
    assert status == 1
    assert f"/index.html: is not named in {MARK}, so it is not replaced" in message
    assert tree(place) == before


def test_a_mark_of_a_gigabyte_is_not_read(root: Path, place: Path, right: Path) -> None:
    os.truncate(place / MARK, 1 << 30)
    command = [SCEN, "--database", f"{root}", "site", f"{place}", "--as-of", DAY, "--url", URL]
    # A process that is started begins with the peak of the one that starts it: start a small one.
    watch = "import resource as r, subprocess as s, sys; s.run(sys.argv[1:], check=True)"
    watch += "; print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)"
    words = [sys.executable, "-c", watch, *map(str, command)]
    printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert tree(place) == tree(right)
    assert int(printed.split()[-1]) < 300_000


def test_a_mark_of_a_hundred_thousand_names_removes_those_that_are_there(
    root: Path, place: Path, right: Path
) -> None:
    make(place, {"s/x99999/index.html": "ours"})
    mark(place, *(f"s/x{n}/index.html" for n in range(100_000)))
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right)


def test_a_disk_that_is_mounted_below_is_not_written_to(
    root: Path, place: Path, right: Path
) -> None:
    with mounted(place / "s/pact", "size=1m"):
        status, message = site(root, place)
        assert status == 1
        assert "Invalid cross-device link; some files are new, the others as they" in message
        assert tree(place / "s/pact") == {}
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right)


def test_a_folder_that_cannot_be_written_to_is_named_and_the_next_run_goes_on(
    root: Path, place: Path, right: Path
) -> None:
    for path in ("index.html", "s/pact/index.html", "s/trade/index.html"):
        (place / path).write_text("forged")
    (place / "s/pact").chmod(0o555)
    with bound_by_modes():
        status, message = site(root, place)
    (place / "s/pact").chmod(0o755)
    assert status == 1
    assert f"{place}: s/pact/index.html: Permission denied; some files are new" in message
    assert "run scen site again" in message
    assert site(root, place) == (0, "")
    assert tree(place) == tree(right)


def test_a_folder_in_the_place_of_a_page_is_named(root: Path, place: Path) -> None:
    (place / "s/pact/index.html").unlink()
    (place / "s/pact/index.html").mkdir()
    status, message = site(root, place)
    assert status == 1
    assert f"{place}: s/pact/index.html: Is a directory; some files are new" in message


def test_every_file_of_a_site_is_one_that_its_mark_may_name(right: Path) -> None:
    assert set(json.loads((right / MARK).read_text())) == set(tree(right)) - {MARK}
