"""The folders in which the storage is tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.system import NOBODY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a database that has a tracker."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "tracker.yaml").write_bytes(b"format: 1\n")
    return folder


@pytest.fixture
def plain_root() -> Iterator[Path]:
    """A database of an unprivileged user, where that user can reach it."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
    shutil.rmtree(folder)
