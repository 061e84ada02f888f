"""A FIFO that a user names ends a command with a message; a pipe of the shell is read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import FILES, SCEN, make, process

WORDS = "a FIFO, a socket or a device, and no file: it was not opened"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("query @pipe", f"pipe: {WORDS}"),
        ("import evidence pipe", f"pipe: {WORDS}; nothing was written"),
        ("import metaculus pipe", f"pipe: {WORDS}; nothing was written"),
        ("import database pipe", "pipe: there is no such file or folder; nothing was written"),
        ("import bibtex folder", f"folder/a.bib: {WORDS}; nothing was written"),
        ("forecast --from pipe", f"pipe cannot be read: {WORDS}"),
        ("inbox fetch wire --file pipe", f"wire: pipe cannot be read: {WORDS}"),
    ],
)
def test_a_fifo_is_named_and_not_waited_for(command: str, message: str, tmp_path: Path) -> None:
    feeds = "feeds:\n  wire: {url: 'https://example.org/wire', source: kremlin}\n"
    files = FILES | {"tracker.yaml": FILES["tracker.yaml"] + feeds}
    make(tmp_path / "scenarios", files)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "folder" / "a.bib")
    with process(*command.split(), cwd=tmp_path) as running:
        try:
            printed, said = running.communicate(timeout=20)
        finally:
            running.kill()
    assert (running.returncode, printed, said.decode()) == (1, b"", f"scen: {message}\n")


def test_what_the_shell_pipes_in_under_a_name_is_read(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", FILES)
    script = f"""
    {SCEN} query @<(echo 'SELECT 1 AS x') --format csv
    {SCEN} import sources <(printf 'name,reliability\\nThe Wire,B\\n')
    """
    result = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
    )
    assert result.stdout == "x\n1\nsources: 1 added\n"
