"""Kill each recording command before each call that changes the disk, and look at what is left.

After each kill: every file is as it was before the command or as it is after it; `scen check` is
clean, or says that a command was killed between its files or left a copy; the same command
succeeds, or is refused because its record is there; another command succeeds; then nothing strays,
and with --commit git's objects, index and files agree.

A lock of git's own (`index.lock`) that a kill left is a fact of git, which leaves it to a person
to know that nobody holds it: the next command has to name it, and then it is removed here, as git
says. Where a command says how to go on with a commit, that is done. Git's `tmp_obj_*` are left out:
git itself clears them away (`git gc`). SCEN_FULL=1 goes through all calls of all commands.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.storage.cache.memory import RecordCache
from scenarios.workspace.opened import open_folder
from tests.cli.commands import SCEN, changes, tree
from tests.full import FULL
from tests.fuzz.disk import events
from tests.fuzz.preloaded import KILLED, Commands, Ran, commands, environment, library, needs_cc
from tests.fuzz.recording import COMMANDS, NEXT, Command, asked, git, make_repository, prepare

SAMPLE = 6
SHARED = 3
FEW = 20
"""A command that makes no more calls is killed before each."""
SAMPLED = {
    *("init", "add-source tass", "rate 2022-02-04-visit --commit"),
    *("rename pact", "import forecasts", "import evidence --commit", "undo"),
    *("post /record/rate/", "post /record/clarification/", "post /undo/"),
}
NEXT_FILE = "scenarios/sources/next.yaml"
GIT_LOCK = re.compile(r"[^\s'\"]+\.lock\b")
HOW = re.compile(r"^once that is fixed: (.+)$", re.MULTILINE)
RANDOM = re.compile(rb'(?m)^id: "[0-9a-f]{12}"$')
TEMPORARY = re.compile(r"\.scen-.*\.tmp")
TRACED = (
    "open,openat,creat,write,writev,pwrite64,pwritev,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,truncate,"
    "ftruncate,fsync,fdatasync,sync,syncfs,utime,utimes,utimensat,fallocate,copy_file_range,"
    "sendfile,mknod,mknodat,chown,fchown,lchown,fchownat,setxattr,fsetxattr"
)

pytestmark = needs_cc


@pytest.fixture(scope="module")
def sandboxed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Commands, Path]]:
    """The process of which all commands are forks, and the sandbox in which they run."""
    folder = tmp_path_factory.mktemp("crash")
    with commands(folder / "library", folder / "sandbox") as runs:
        yield runs, folder / "sandbox"


@pytest.mark.parametrize("command", [c for c in COMMANDS if FULL or str(c) in SAMPLED], ids=str)
def test_a_kill_before_any_call_leaves_nothing_half_nothing_locked_and_nothing_behind(
    sandboxed: tuple[Commands, Path], command: Command
) -> None:
    runs, sandbox = sandboxed
    work = prepare(runs, sandbox, command)
    before = files(work)
    whole = runs.run(work, command.words)
    assert whole.code == 0
    after = files(work)
    sample = whole.calls if FULL or whole.calls <= FEW else SAMPLE
    for call in {1 + n * whole.calls // sample for n in range(sample)}:
        work = prepare(runs, sandbox, command)
        code = runs.run(work, command.words, call).code
        if command.starts and call > whole.calls - SHARED and code == 0:
            continue  # of a random id git may need no new folder among its objects
        assert code == KILLED
        found = list(faults(runs, work, command, before, after))
        assert found == [], f"{command} before call {call}"


def files(work: Path) -> dict[str, bytes]:
    """Everything but what git keeps for itself, whatever id a new tracker was given."""
    return {
        path: RANDOM.sub(b"id: RANDOM", data)
        for path, data in tree(work).items()
        if not path.startswith(".git/")
    }


def faults(
    runs: Commands, work: Path, command: Command, before: dict[str, bytes], after: dict[str, bytes]
) -> Iterator[str]:
    """What is wrong after a kill, held against the command that was not killed."""
    for path in {*before, *after, *(left := files(work))}:
        is_record = not re.search(r"(^|/)\.[^/]*\.(tmp|lock)$", path)
        if is_record and left.get(path) not in (before.get(path), after.get(path)):
            yield f"{path} is half: {left.get(path)!r}"
    if "scenarios/tracker.yaml" in left:
        yield from seen_half(work, before, after)
        yield from unclean(runs, work, unless="was killed")
    status = git(work, "status", "--porcelain", "--untracked-files=no")
    again = do(runs, work, command.words)
    following = do(runs, work, (*NEXT, *(["--commit"] if command.commits else [])))
    if following.code:
        yield f"the next command fails: {following.err.strip()}"
    at_end = {k: v for k, v in files(work).items() if not TEMPORARY.fullmatch(Path(k).name)}
    other = changes(after, at_end)
    if other.pop(NEXT_FILE, None) is None:
        yield "the next command wrote nothing"
    yield from (f"at the end {path} is not as the command leaves it" for path in other)
    yield from unclean(runs, work)
    told = again.err + following.err
    yield from strays(work, told)
    if command.commits:
        if status and not any(Path(line[3:]).stem in told for line in status.splitlines()):
            yield f"nobody said that the kill left {status.strip()!r} in git"
        yield from inconsistent(work, told)


def strays(work: Path, told: str) -> Iterator[str]:
    """Temporary files, and locks of git that nobody named."""
    named = {path.name for path in locks(told)}
    for place in work.rglob("*"):
        of_git = place.suffix == ".lock" and "scen" not in place.name
        if TEMPORARY.fullmatch(place.name) or (of_git and place.name not in named):
            yield f"{place} strays"


def seen_half(work: Path, *states: dict[str, bytes]) -> Iterator[str]:
    """The records as a reader sees them, unless they are those of one of the states."""
    opened = open_folder(work / "scenarios", RecordCache())
    seen = {path: RANDOM.sub(b"id: RANDOM", opened.snapshot[path]) for path in opened.snapshot}
    is_record = re.compile(r"scenarios/(?!attachments/|inbox/|\.).*\.yaml")
    for state in states:
        if seen == {p.partition("/")[2]: state[p] for p in filter(is_record.fullmatch, state)}:
            return
    yield f"a reader sees a half: {seen.keys()}"


def unclean(runs: Commands, work: Path, unless: str = "\0") -> Iterator[str]:
    ran = runs.run(work, ("check", "--strict"))
    if ran.code and unless not in ran.out + ran.err:
        yield f"scen check: {ran.out}{ran.err}"


def do(runs: Commands, work: Path, words: tuple[str, ...]) -> Ran:
    """Run a command; where it names a lock of git's, remove that as git says, and go on."""
    ran = runs.run(work, words)
    said, how = ran.err, HOW.search(ran.err)
    while ran.code and (there := [p for p in locks(ran.err) if p.is_file() and ".git" in p.parts]):
        for lock in there:
            lock.unlink()
        if how:  # as a person would, at a prompt
            advised = subprocess.run(
                ["sh", "-c", how[1]], cwd=work, env=environment(work.parent), capture_output=True,
                text=True, check=False,
            )  # fmt: skip
            ran = Ran(advised.returncode, advised.stdout, advised.stderr, 0)
        else:
            ran = runs.run(work, words)
        said, how = said + ran.err, how or HOW.search(ran.err)
    return ran._replace(err=said)


def locks(said: str) -> list[Path]:
    return [Path(name) for name in GIT_LOCK.findall(said)]


def inconsistent(work: Path, said: str) -> Iterator[str]:
    """What HEAD, index and files do not agree on; a file may wait that a command told of."""
    for line in git(work, "status", "--porcelain", "--untracked-files=all").splitlines():
        path = line[3:]
        if line[:2] not in ("??", " M", " D") or Path(path).stem not in said or path == NEXT_FILE:
            yield f"git status: {line!r}"
    checked = asked(work, "fsck", "--strict", "--no-dangling")
    if checked.returncode:
        yield f"git fsck: {checked.stdout}{checked.stderr}"


@pytest.mark.skipif(not (FULL and shutil.which("strace")), reason="slow, and needs strace")
def test_the_library_counts_every_call_that_strace_sees(tmp_path: Path) -> None:
    sandbox, log = tmp_path / "sandbox", tmp_path / "log"
    counter, journal = tmp_path / "counter", tmp_path / "journal"
    command = next(c for c in COMMANDS if c.words[0] == "add-source" and c.commits)
    work = make_repository(sandbox, starts=False)
    counter.write_bytes(bytes(16))
    journal.touch()
    words = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={TRACED}", "-o", str(log)]
    words += ["env", f"LD_PRELOAD={library(tmp_path)}", f"CRASH_COUNTER={counter}"]
    words += [f"CRASH_JOURNAL={journal}", sys.executable, SCEN, *command.words]
    ran = subprocess.run(
        words, cwd=work, env=environment(sandbox), capture_output=True, check=False
    )
    if b"ptrace" in ran.stderr:
        pytest.skip("no process may be traced here")
    assert ran.returncode == 0
    seen = [line for line in log.read_text().splitlines() if changes_the_disk(line, sandbox)]
    made = int.from_bytes(counter.read_bytes()[8:], sys.byteorder)
    synced = [event for event in events(journal.read_bytes()) if event.what == "sync"]
    assert len(seen) == made - len(synced)  # which the library keeps to itself


def changes_the_disk(line: str, sandbox: Path) -> bool:
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
