"""A sample of the crash points; `python -m tests.fuzz.crash_points` goes through all of them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import SCEN
from tests.fuzz.crash_points import Crash, check, whole
from tests.fuzz.disk import events
from tests.fuzz.preloaded import commands, environment, library, reason_to_skip
from tests.fuzz.recording import COMMANDS, prepare

SAMPLE = 30
REASON = reason_to_skip()
TRACED = (
    "open,openat,creat,write,writev,pwrite64,pwritev,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,truncate,"
    "ftruncate,fsync,fdatasync,sync,syncfs,utime,utimes,utimensat,fallocate,copy_file_range,"
    "sendfile,mknod,mknodat,chown,fchown,lchown,fchownat,setxattr,fsetxattr"
)

ALONE = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "maintenance.auto",
    "GIT_CONFIG_VALUE_0": "false",
}
"""Git's maintenance goes on in the background: what two processes do at once is counted by one."""

pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))


@pytest.mark.parametrize("commits", [False, True], ids=["written", "committed"])
def test_a_kill_before_any_call_leaves_nothing_half_nothing_locked_and_nothing_behind(
    tmp_path: Path, commits: bool
) -> None:
    sandbox = tmp_path / "sandbox"
    with commands(tmp_path / "library", sandbox) as runs:
        expected = {
            command: whole(runs, sandbox, command)
            for command in COMMANDS
            if command.commits == commits
        }
        points = [Crash(c, n) for c, each in expected.items() for n in range(1, each.calls + 1)]
        sample = [points[n * len(points) // SAMPLE] for n in range(SAMPLE)]
        found = {str(at): check(runs, sandbox, at, expected[at.command]).faults for at in sample}
    assert {at: faults for at, faults in found.items() if faults} == {}


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_library_counts_every_call_that_strace_sees(tmp_path: Path) -> None:
    sandbox, log = tmp_path / "sandbox", tmp_path / "log"
    counter, journal = tmp_path / "counter", tmp_path / "journal"
    command = next(c for c in COMMANDS if c.words[0] == "add-source" and c.commits)
    work = prepare(sandbox, starts=False)
    counter.write_bytes(bytes(16))
    journal.touch()
    files = f"CRASH_COUNTER={counter}", f"CRASH_JOURNAL={journal}"
    words = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={TRACED}", "-o", str(log)]
    ran = subprocess.run(
        [
            *words,
            "env",
            f"LD_PRELOAD={library(tmp_path)}",
            *files,
            sys.executable,
            SCEN,
            *command.words,
        ],
        cwd=work,
        env={**environment(sandbox), **ALONE},
        capture_output=True,
        check=False,
    )
    if b"ptrace" in ran.stderr:
        pytest.skip("no process may be traced here")
    assert ran.returncode == 0
    seen = [line for line in log.read_text().splitlines() if _changes_the_disk(line, sandbox)]
    made = int.from_bytes(counter.read_bytes()[8:], sys.byteorder)
    synced = [event for event in events(journal.read_bytes()) if event.what == "sync"]
    assert len(seen) == made - len(synced)  # which the library keeps to itself


def _changes_the_disk(line: str, sandbox: Path) -> bool:
    """Whether a line of strace's is a call that is counted: one on a file in the sandbox."""
    call = re.match(r'\d+ +(\w+)\((?:AT_FDCWD<[^>]*>, )?(?:\d+<(/[^>]*)>|"([^"]*)")', line)
    if not call or ("ENOENT" in line and "O_CREAT" not in line):
        return False
    name, opened, named = call.groups()
    if "open" in name and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", line):
        return False
    if "O_TMPFILE" in line:  # it has no name, and is gone with its process
        return False
    return Path(sandbox / "work" / (opened or named)).is_relative_to(sandbox)
