"""The database on which the commands are tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make


@pytest.fixture(autouse=True, scope="session")
def _notes_lie_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """So that no note outlives the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `scenarios` of the folder in which the command is given."""
    monkeypatch.chdir(tmp_path)
    return make(tmp_path / "scenarios", FILES)
