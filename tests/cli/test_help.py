"""The group finds each command in a file of its own, and lists them without importing one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scenarios.cli import commands
from tests.cli.commands import scen


def test_every_command_has_a_file_a_line_in_the_help_and_help_of_its_own() -> None:
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in commands.HELP} == files
    for name, line in commands.HELP.items():
        assert f"\n  {name:<13}  {line}\n" in scen("--help").stdout
        assert scen(name, "--help").exit_code == 0


def test_the_list_of_commands_imports_none() -> None:
    program = (
        "import sys; from scenarios.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: print([m for m in sys.modules if 'cli.commands.' in m])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.decode().splitlines()[-1] == "[]"
