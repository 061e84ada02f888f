"""Where git finds a repository, this finds it; what a clone could plant is named and not taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.storage.git.directory import Place, find
from tests.storage.test_git import run, shell


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a database in a folder and another deep below."""
    top = tmp_path / "désk"
    top.mkdir()
    shell(top, "start; put a/b/scenarios/tracker.yaml 'format: 1'; record second")
    return top


def as_git_says(folder: Path) -> Place:
    said = run(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir")
    top, git_dir, common = said.splitlines()
    return Place(Path(top), Path(git_dir), (folder / common).resolve())


BARE = "put HEAD 'ref: refs/heads/main'; put config '[core]'; put objects/k ''; put refs/k ''"
"""What a clone may hold as ordinary files."""


def test_a_folder_of_a_work_tree_and_its_top_are_in_one_repository(top: Path) -> None:
    expected = Place(top, top / ".git", top / ".git")
    (top.parent / "link").symlink_to(top / "scenarios")
    for folder in (top, top / "scenarios", top / "a/b/scenarios"):
        assert find(folder) == as_git_says(folder) == expected
    assert find(top.parent / "link") == expected


def test_a_linked_worktree_and_a_submodule_are_told_as_git_tells_them(
    top: Path, tmp_path: Path
) -> None:
    for where in ("../other", "inside", "scenarios/2022"):
        run(top, "worktree", "add", "-q", "--detach", where)
        folder = (top / where).resolve()
        assert find(folder) == find(folder / "scenarios") == as_git_says(folder)
        assert as_git_says(folder).common_dir == top / ".git"
    submodule = "git -c protocol.file.allow=always submodule"
    shell(
        tmp_path,
        f"""
        git init home; cd home; {submodule} add ../désk scenarios; record first
        git worktree add --detach ../second; cd ../second; {submodule} update --init""",
    )
    for home in (tmp_path / "home", tmp_path / "second"):
        assert find(home / "scenarios") == as_git_says(home / "scenarios")


def test_a_git_directory_may_be_named_by_a_file_or_a_link(top: Path) -> None:
    (top / ".git").rename(top / ".bare")
    (top / ".git").write_text("gitdir: ./.bare\n")
    assert find(top / "scenarios") == Place(top, top / ".bare", top / ".bare")
    (top / ".git").unlink()
    (top / ".git").symlink_to(".bare")
    assert find(top / "scenarios") == Place(top, top / ".bare", top / ".bare")


def test_where_no_work_tree_holds_a_folder_there_is_no_repository(top: Path) -> None:
    shell(top, "mkdir -p ../plain/.git ../plain/scenarios; git clone --bare . ../bare.git")
    shell(top.parent / "plain" / "scenarios", BARE)
    assert find(top.parent / "plain/scenarios") is None
    assert find(top.parent / "bare.git/refs") is None


def test_the_search_stops_where_git_stops(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.pathsep.join(["", "désk", str(top)]))
    assert find(top / "scenarios") is None
    assert find(top) == Place(top, top / ".git", top / ".git")


@pytest.mark.parametrize("text", ["gitdir: nowhere", "no such line", "gitdir: a\0b", ""])
def test_a_broken_link_is_left_to_git_to_explain(top: Path, text: str) -> None:
    (top / "scenarios/.git").write_text(text)
    (top / ".git").rename(top / "no longer")
    place = find(top / "scenarios")
    assert place
    assert place.top == top / "scenarios"
    assert not place.git_dir.is_dir()


@pytest.mark.parametrize(
    ("where", "script"),
    [
        ("a/b/scenarios", BARE),
        ("a/b", BARE),
        ("a", BARE),
        ("a/b/scenarios", "ln -s refs/heads/main HEAD; put commondir ../evil"),
        (
            "a/b/scenarios",
            "put HEAD 'ref: refs/heads/main'; touch objects refs; chmod +x objects refs",
        ),
    ],
    ids=["database", "above", "far above", "rest elsewhere", "programs"],
)
def test_files_that_form_a_repository_below_the_top_are_named_and_are_none(
    top: Path, where: str, script: str
) -> None:
    shell(top / where, script)
    expected = Place(top, top / ".git", top / ".git")
    assert find(top / "a/b/scenarios") == expected._replace(embedded=top / where)
    assert find(top / "scenarios") == expected
    shell(top, BARE)  # beside a git directory they are files
    assert find(top / "scenarios") == find(top) == expected


def test_a_repository_in_the_database_of_another_is_refused_unless_it_is_to_stand_alone(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(top / "scenarios", "init", "-q")
    with monkeypatch.context() as patch:
        patch.setenv("GIT_CEILING_DIRECTORIES", str(top))
        assert find(top / "scenarios") == as_git_says(top / "scenarios")
    message = f"scenarios/.git: a git repository inside that of {top}: .*absorbgitdirs"
    with pytest.raises(ScenError, match=message):
        find(top / "scenarios")
    (top / "scenarios/.git").rename(top / "evil")
    for link in ("../evil", "../.git"):
        (top / "scenarios/.git").write_text(f"gitdir: {link}\n")
        with pytest.raises(ScenError, match=message):
            find(top / "scenarios")
