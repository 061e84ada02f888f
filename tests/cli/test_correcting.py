"""A correction changes what it says and can be corrected back; names follow, figures stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.changes import KINDS, called, differences, records
from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import review
from scenarios.analysis.rules.findings import findings
from scenarios.errors import ScenError
from scenarios.model import Database, Kind
from scenarios.paths import MODELS, id_of, path_of, schema_address
from scenarios.storage.edits import tidy
from scenarios.storage.yaml.reader import read
from scenarios.storage.yaml.writer import dump
from scenarios.workspace.corrections import KeyChange, edit, rename
from scenarios.workspace.opened import open_folder
from scenarios.workspace.undoing import undo
from tests.cli.commands import FILES, make, tree
from tests.cli.conversation import talk
from tests.full import TIMES
from tests.random_databases import END, START, databases

examples = settings(max_examples=15 * TIMES, deadline=None)


@pytest.fixture(autouse=True, scope="module")
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def written(database: Database, folder: Path) -> Path:
    """The records as files."""
    for kind in KINDS:
        for id, record in records(database, kind).items():
            path = path_of(kind, id)
            title = {"title": "Title"} if kind == "tracker" else {}
            keys = tidy(MODELS[kind], bare(msgspec.to_builtins(record)) | title)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(dump(keys, schema_address(path)))
    return folder


def bare(value: Any) -> Any:
    """The value without what is not said."""
    if isinstance(value, dict):
        return {key: bare(part) for key, part in value.items() if part not in (None, {}, [], ())}
    return [*map(bare, value)] if isinstance(value, list | tuple) else value


def figures(database: Database) -> Any:
    """Every figure and finding of a review."""
    span = window(database, START, END)
    return msgspec.to_builtins(review(span)), [msgspec.to_builtins(it) for it in findings(span)]


def keys_of(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield (*path, key)
            yield from keys_of(part, (*path, key))


def typed(value: Any) -> str:
    """A value as it is typed."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@pytest.mark.parametrize("path", FILES)
def test_each_key_that_is_set_to_what_it_is_leaves_every_byte(tmp_path: Path, path: str) -> None:
    root = make(tmp_path, FILES)
    value, _ = read(path, FILES[path].encode())
    before = tree(root)
    for keys in keys_of(value):
        held = value
        for key in keys:
            held = held[key]
        edit(root, id_of(path), [KeyChange(".".join(keys), "put", typed(held))])
        assert tree(root) == before, keys


CHANGES = (
    ("trade", "horizon", "2025-12-31"),
    ("trade", "prior.probability", "0.4"),
    ("trade", "prior.basis", "Another: base # rate."),
    ("pact", "indicators.talks.ratings.ties", "0.5"),
    ("pact", "set", "form"),
    ("2022-02-04-visit", "credibility", "3"),
    ("2022-02-04-visit", "ratings.trade", "2"),
    ("2022-02-04-visit", "notes", "two\nlines\n"),
    ("2022-02-07-desk", "probabilities.trade", "0.7"),
    ("kremlin", "reliability", "E"),
    ("tracker", "sets.form", "Another: form"),
)


@examples
@given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4))
def test_what_was_edited_and_is_edited_back_is_as_it_was_and_so_is_what_is_undone(
    changes: list[tuple[str, str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        root = make(Path(folder) / "scenarios", FILES)
        before = tree(root)
        back = []
        states = []
        for id, key, value in changes:
            opened = open_folder(root)
            kind: Kind = next(k for k in KINDS if id in records(opened.database, k))
            held, _ = read("", opened.snapshot[path_of(kind, id)])
            for part in key.split("."):
                held = held.get(part) if held else None
            change = KeyChange(key, "unset") if held is None else KeyChange(key, "put", typed(held))
            back.append((id, change))
            states.append(tree(root))
            edit(root, id, [KeyChange(key, "put", value)])
        after = tree(root)
        steps = zip(states, [*states[1:], after], strict=True)
        for state in reversed([was for was, now in steps if was != now]):
            undo(root)
            assert tree(root) == state
        for id, key, value in changes:
            edit(root, id, [KeyChange(key, "put", value)])
        assert tree(root) == after
        for id, change in reversed(back):
            edit(root, id, [change])
        assert tree(root) == before


@examples
@given(databases(), st.data())
def test_a_rename_changes_no_figure_and_back_again_all_is_as_it_was_but_for_the_former_id(
    database: Database, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        root = written(database, Path(folder) / "scenarios")
        opened = open_folder(root)
        kinds: tuple[Kind, ...] = ("scenario", "evidence", "source")
        ids = [(kind, id) for kind in kinds for id in records(opened.database, kind)]
        kind, id = data.draw(st.sampled_from(ids))
        new = f"{id}-anew"
        before = tree(root)
        rename(root, f"{kind}:{id}", new)
        now = open_folder(root)
        assert [one.rule for one in now.problems] == [one.rule for one in opened.problems]
        found = differences(opened.database, now.database)
        assert [(one.from_, one.to) for one in found.renamed] == [(id, new)]
        assert (found.added, found.removed, found.changed) == ((), (), ())
        assert figures(called(opened.database, {id: new})) == figures(now.database)
        rename(root, f"{kind}:{new}", id)
        after = tree(root)
        path = path_of(kind, id)
        assert after.pop(path) == before.pop(path) + f"formerly:\n  - {new}\n".encode()
        assert after == before
        undo(root)
        undo(root)
        assert {**before, path: tree(root)[path]} == tree(root)


def test_an_origin_that_is_the_id_of_a_renamed_source_follows_it(tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    item = next(id for id, e in open_folder(root).database.evidence.items() if e.source)
    source = open_folder(root).database.evidence[item].source
    assert source
    edit(root, item, [KeyChange("origin", "put", source)])
    rename(root, f"source:{source}", "wire")
    now = open_folder(root).database.evidence[item]
    assert (now.source, now.origin) == ("wire", "wire")


@examples
@given(databases())
def test_a_rename_that_is_refused_writes_nothing(database: Database) -> None:
    with TemporaryDirectory() as folder:
        root = written(database, Path(folder) / "scenarios")
        before = tree(root)
        first, *others = sorted(open_folder(root).database.scenarios)
        for new in (*others, "Not An Id", first, "tracker"):
            with pytest.raises(ScenError):
                rename(root, first, new)
        assert tree(root) == before


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that does to the copy what the next line of its script says."""
    script = tmp_path / "editor"
    script.write_text(
        "#!/bin/sh\n"
        f"cat $1 >> {tmp_path}/opened; echo -- >> {tmp_path}/opened\n"
        f'sed -i "$(head -n 1 {tmp_path}/edits)" $1; sed -i 1d {tmp_path}/edits\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_what_does_not_check_is_offered_again_with_the_faults_above_it(
    root: Path, editor: Path
) -> None:
    (editor / "edits").write_text("s/0.5/5/; s/: 2022/: 2025/\ns/: 5,/: 0.6,/\ns/2025/2022/\n")
    said = talk("y", "", words=("edit", "trade"))
    assert (said.code, said.out) == (0, "scenarios/trade.yaml\n\ntrade: implied 76% → 83%\n")
    assert said.screen.count("Edit again? [Y/n]: ") == 2
    opened = (editor / "opened").read_text().split("--\n")
    assert opened[0] == FILES["trade.yaml"]
    assert opened[1].startswith("#! 'probability' is 5; a prior is a number from 0.001 to 0.999\n")
    assert opened[2].startswith("#! 'horizon' is 2024-12-31, before 'opened' (2025-01-01)\n")
    assert "'probability'" not in opened[2]
    written = (root / "trade.yaml").read_text()
    assert written == FILES["trade.yaml"].replace("0.5", "0.6")
    assert [*(editor / "state").rglob("edit-*")] == []


def test_what_is_left_in_the_editor_is_kept_and_its_place_told(root: Path, editor: Path) -> None:
    (editor / "edits").write_text("s/0.5/5/\n")
    before = tree(root)
    said = talk("n", words=("edit", "trade"))
    (copy,) = (editor / "state").rglob("edit-*")
    assert said.code == 1
    assert f"scen: what was typed is kept in {copy}\n" in said.screen
    assert copy.read_text() == FILES["trade.yaml"].replace("0.5", "5")
    assert (tree(root), oct(copy.stat().st_mode & 0o777)) == (before, "0o600")
