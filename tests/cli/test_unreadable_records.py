"""Whichever record cannot be read, every command answers, and none with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import EACH, FILES, make, scen
from tests.cli.test_formats import READING
from tests.full import FULL

UNSUMMED = {**FILES, "ties.yaml": FILES["ties.yaml"].replace("0.8", "0.7")}
"""The priors of the set do not sum to 1: a finding that stands in the tracker."""
COMMANDS = (
    *READING,
    *((*words, "--dry-run") for words in EACH),
    ("check", "scenarios/pact.yaml"),
    *(("check", "--findings", "--format", form) for form in ("json", "sarif")),
    *(("report", "--format", form) for form in ("markdown", "html")),
)


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        (path, broken)
        for number, path in enumerate(UNSUMMED)
        for at, broken in enumerate(("conflict", "bytes", "absent"))
        if FULL or (number + at) % 3 == 0
    ],
)
def test_every_command_answers(
    path: str, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = make(tmp_path / "scenarios", UNSUMMED) / path
    if broken == "conflict":
        place.write_text(f"<<<<<<< HEAD\n{UNSUMMED[path]}=======\n>>>>>>> theirs\n")
    elif broken == "bytes":
        place.write_bytes(b"\xff\x00")
    else:
        place.unlink()
        place.symlink_to("nowhere")
    told = [scen("--database", "scenarios", *words) for words in COMMANDS]
    assert {made.exit_code for made in told} <= {0, 1, 2}
    assert [made.stderr for made in told if not made.stdout and not made.stderr] == []
