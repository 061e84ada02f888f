"""The systemd unit of docs/on-a-server.md."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/on-a-server.md").read_text("utf-8")
ANALYZE = shutil.which("systemd-analyze")
pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def complaints(folder: Path, text: str) -> str:
    """The output of `systemd-analyze verify` for a unit, whose program is one that exists."""
    program = "/srv/venv/bin/scen"
    assert text.count(program) == 1
    unit = folder / "scen.service"
    unit.write_text(text.replace(program, sys.executable))
    command = [f"{ANALYZE}", "verify", "--man=no", f"{unit}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in (ended.stdout + ended.stderr).splitlines() if "scen.service" in line]
    return "\n".join(lines) if ended.returncode == 0 else f"{ended.returncode}: {ended.stderr}"


def test_systemd_has_no_complaint_about_the_unit(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert complaints(tmp_path, text) == ""
    assert "ProtectSystem" in complaints(tmp_path, text.replace("=strict", "=strct"))
