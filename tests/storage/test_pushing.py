"""A turn with a remote takes what stands whole and is sound, pushes the rest, and waits for nobody.

The remote is a bare repository; a colleague pushes to it from a clone.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenarios
from scenarios.storage import journal, lock
from scenarios.storage.git import commit_notes, pushing
from scenarios.workspace.opened import open_folder
from scenarios.workspace.pushing import PushResult, push
from scenarios.workspace.tasks.source import add_source
from tests.cli.commands import FILES, make, tree
from tests.full import FULL
from tests.storage.test_authors import BEA, RECORD
from tests.storage.test_commits import hook, is_ana
from tests.storage.test_git import put, run, shell

PAPER = "scenarios/sources/paper.yaml"
SOUND = b"name: A paper\nreliability: B\n"
VISIT = "scenarios/evidence/2022/2022-02-04-visit.yaml"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's clone of a bare remote; a colleague's is `clone` beside it."""
    is_ana(monkeypatch)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    make(tmp_path / "first" / "scenarios", FILES)
    (tmp_path / "first" / "README.md").write_text("one\n")
    shell(tmp_path, "cd first; git init -b main; record start; git clone --bare . ../remote.git")
    shell(tmp_path, "git clone remote.git 'a désk'; git clone remote.git clone")
    return tmp_path / "a désk"


def root(top: Path) -> Path:
    return top / "scenarios"


def colleague(top: Path, files: dict[str, bytes | None], subject: str = "theirs") -> str:
    """A commit of these files that a colleague pushes."""
    clone = top.parent / "clone"
    run(clone, "pull", "-q", "--no-rebase")
    for path, data in files.items():
        (clone / path).unlink() if data is None else put(clone, path, data)
    run(clone, "add", "-A", "-f")
    run(clone, "commit", "-q", "-m", subject)
    run(clone, "push", "-q")
    return run(clone, "rev-parse", "HEAD")


def at_remote(top: Path) -> str:
    return run(top.parent / "remote.git", "rev-parse", "main")


def head(top: Path) -> str:
    return run(top, "rev-parse", "HEAD")


def refuse_leftovers(top: Path) -> None:
    """Nothing half: no lock, no note, no journal, no merge under way, no uncommitted file."""
    git_dir = top / ".git"
    locks = [path for path in git_dir.rglob("*.lock") if path.name != lock.NAME]
    assert not [*locks, *git_dir.glob("scen-*"), *git_dir.glob("MERGE*")]
    assert not journal.place_of(root(top)).exists()
    assert not commit_notes.is_left(root(top))
    assert run(top, "status", "--porcelain") == ""


def stopped(top: Path, reason: str, mend: str, seconds: float = 60) -> PushResult:
    """A turn that stops for a reason and changes no file, reference or index."""
    before = (tree(root(top)), head(top), run(top, "status", "--porcelain"), at_remote(top))
    result = push(root(top), "origin", seconds=seconds)
    assert reason in result.stopped
    assert result.mend == shlex.join(["git", "-C", str(top), *shlex.split(mend)])
    assert result.pushed is None
    after = (tree(root(top)), head(top), run(top, "status", "--porcelain"), at_remote(top))
    assert after == before
    assert not [*(top / ".git").rglob("*.lock"), *(top / ".git").glob("MERGE*")]
    return result


PULL = "pull --no-rebase --no-ff --no-commit origin refs/heads/main"


def test_own_commits_are_pushed_and_then_there_is_nothing_to_do(top: Path) -> None:
    add_source(root(top), "wire", RECORD, BEA)
    assert push(root(top), "origin") == PushResult(pushed=head(top))
    assert at_remote(top) == head(top)
    assert push(root(top), "origin") == PushResult()


def test_what_a_colleague_pushed_is_taken_without_a_commit_of_ours(top: Path) -> None:
    item = (top / VISIT).read_bytes() + b"# more\n"
    files: dict[str, bytes | None] = {PAPER: SOUND, "README.md": b"two\n", "docs/new.md": b"n\n"}
    files |= {VISIT: item, "scenarios/trade.yaml": (top / "scenarios/trade.yaml").read_bytes()}
    theirs = colleague(top, files)
    (top / "notes.txt").write_text("of the user\n")
    assert push(root(top), "origin") == PushResult(taken=theirs)
    assert head(top) == theirs
    assert {path: (top / path).read_bytes() for path in files} == files
    assert run(top, "status", "--porcelain") == "?? notes.txt"
    theirs = colleague(top, {PAPER: None, "docs/new.md": None})
    assert push(root(top), "origin") == PushResult(taken=theirs)
    assert not (top / PAPER).exists()
    assert not (top / "docs").exists()


def test_commits_of_both_sides_become_one_by_the_server_and_are_pushed(top: Path) -> None:
    theirs = colleague(top, {PAPER: SOUND, "README.md": b"two\n"})
    add_source(root(top), "wire", RECORD, BEA)
    own = head(top)
    result = push(root(top), "origin")
    assert result == PushResult(pushed=head(top), taken=head(top))
    assert at_remote(top) == head(top)
    by = "Ana <ana@example.org>"
    assert run(top, "log", "-1", "--format=%P|%an <%ae>|%cn <%ce>|%s").split("|") == [
        *(f"{own} {theirs}", by, by),
        "Merge remote-tracking branch 'origin/main'",
    ]
    assert {"paper.yaml", "wire.yaml"} <= {path.name for path in (root(top) / "sources").iterdir()}
    refuse_leftovers(top)
    assert "merge origin/main" in run(top, "log", "-1", "-g", "--format=%gs")


def test_a_merge_by_nobody_is_by_scen(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colleague(top, {PAPER: SOUND})
    add_source(root(top), "wire", RECORD, BEA)
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    run(top, "config", "user.useConfigOnly", "true")
    assert push(root(top), "origin").pushed == head(top)
    assert run(top, "log", "-1", "--format=%an %ae %cn") == "scen scen@localhost scen"


def test_no_hook_of_ours_runs(top: Path) -> None:
    names = ("pre-push", "post-merge", "post-checkout", "reference-transaction", "pre-merge-commit")
    for name in (*names, "post-index-change", "post-rewrite"):
        hook(top, name, f'touch "{top.parent}/{name}"; exit 1')
    run(top, "config", "core.fsmonitor", f'touch "{top.parent}/fsmonitor"; false')
    colleague(top, {PAPER: SOUND, "README.md": b"two\n"})
    add_source(root(top), "wire", RECORD, BEA)
    assert push(root(top), "origin").pushed == at_remote(top)
    assert {path.name for path in top.parent.iterdir()} == {
        *("a désk", "clone", "first", "remote.git", "state")
    }


def test_a_conflict_stops_and_names_its_files_and_the_merge_by_hand(top: Path) -> None:
    colleague(top, {PAPER: SOUND})
    put(top, PAPER, b"name: Another\nreliability: C\n")
    run(top, "add", PAPER)
    run(top, "commit", "-q", "-m", "ours")
    stopped(top, f"origin/main is in conflict with this branch: {PAPER}", PULL)


def test_the_merge_by_hand_mends_a_conflict(top: Path) -> None:
    test_a_conflict_stops_and_names_its_files_and_the_merge_by_hand(top)
    mend = shlex.split(push(root(top), "origin").mend)
    assert subprocess.run(mend, check=False, capture_output=True).returncode == 1
    put(top, PAPER, SOUND)
    run(top, "commit", "-q", "-a", "-m", "Mend it")
    assert push(root(top), "origin") == PushResult(pushed=head(top))
    refuse_leftovers(top)


@pytest.mark.parametrize(
    ("path", "data", "rule"),
    [
        (PAPER, b"name: A paper\n", "reliability"),
        ("scenarios/sources/kremlin.yaml", None, "kremlin"),
        ("scenarios/tracker.yaml", b"<<<<<<< HEAD\n", "tracker.yaml:1:"),
        ("scenarios/tracker.yaml", None, "tracker.yaml"),
        ("scenarios/inbox/x.yaml", b"nothing: 1\n", "inbox/x.yaml:1:1"),
        ("scenarios/inbox/X Y.yaml", b"nothing: 1\n", "bad-id"),
        (
            "scenarios/sources/big.yaml",
            b"name: A\nreliability: B\n#" + b"x" * (1 << 20),
            "big.yaml",
        ),
    ],
)
def test_a_new_error_of_check_stops(top: Path, path: str, data: bytes | None, rule: str) -> None:
    colleague(top, {path: data, "README.md": b"two\n"})
    add_source(root(top), "wire", RECORD, BEA)
    result = stopped(top, "origin/main has what `scen check` refuses: ", PULL)
    assert rule in result.stopped


def test_an_error_that_was_there_before_and_a_mended_one_do_not_stop(top: Path) -> None:
    put(top, "scenarios/sources/bad.yaml", b"name: B\n")
    put(top, "scenarios/sources/worse.yaml", b"name: B\n")
    run(top, "add", "-A")
    run(top, "commit", "-q", "-m", "broken by hand")
    assert push(root(top), "origin").pushed
    theirs = colleague(top, {PAPER: SOUND, "scenarios/sources/worse.yaml": SOUND})
    assert push(root(top), "origin") == PushResult(taken=theirs)


def test_a_link_and_a_mode_of_a_program_in_the_database_stop(top: Path) -> None:
    clone = top.parent / "clone"
    (clone / "scenarios/sources/link.yaml").symlink_to("/etc/passwd")
    colleague(top, {})
    stopped(top, "scenarios/sources/link.yaml is no plain file in origin/main: 000000 to 12", PULL)
    (clone / "scenarios/sources/link.yaml").unlink()
    put(clone, PAPER, SOUND)
    (clone / PAPER).chmod(0o755)
    put(clone, "run.sh", b"exit\n")
    (clone / "run.sh").chmod(0o755)
    colleague(top, {})
    stopped(top, f"{PAPER} is no plain file in origin/main: 000000 to 100755", PULL)
    (clone / PAPER).chmod(0o644)
    theirs = colleague(top, {})
    assert push(root(top), "origin") == PushResult(taken=theirs)
    assert os.access(top / "run.sh", os.X_OK)


@pytest.mark.parametrize("where", [PAPER, "README.md", "scenarios/pact.yaml", "ignored.txt"])
def test_uncommitted_files_in_the_way_stop_and_stay(top: Path, where: str) -> None:
    (top / ".git/info/exclude").write_text("ignored.txt\n")
    old = (top.parent / "clone" / where).read_bytes() if (top / where).exists() else SOUND
    colleague(top, {where: old + b"# theirs\n"})
    put(top, where, old + b"# mine\n")
    words = f"stash push --all -- {where}"
    stopped(top, f"uncommitted changes are in the way of origin/main: {where}", words)
    assert (top / where).read_bytes().endswith(b"# mine\n")
    run(top, "add", "-f", where)
    result = stopped(top, "uncommitted changes are in the way", words)
    subprocess.run(shlex.split(result.mend), check=True, capture_output=True)
    assert push(root(top), "origin").taken == head(top) == at_remote(top)
    assert (top / where).read_bytes().endswith(b"# theirs\n")
    assert run(top, "show", f"stash@{{0}}:{where}").endswith("# mine")


def test_a_file_deleted_and_not_committed_is_in_the_way(top: Path) -> None:
    colleague(top, {VISIT: (top / VISIT).read_bytes() + b"# theirs\n"})
    (top / VISIT).unlink()
    stopped(top, "are in the way", f"stash push --all -- {VISIT}")
    assert not (top / VISIT).exists()


def test_other_uncommitted_files_are_in_nobodys_way(top: Path) -> None:
    put(top, "README.md", b"mine\n")
    put(top, "scenarios/sources/left.yaml", SOUND)
    run(top, "add", "README.md")
    theirs = colleague(top, {PAPER: SOUND, "other.md": b"n\n"})
    assert push(root(top), "origin") == PushResult(taken=theirs)
    assert (top / "README.md").read_bytes() == b"mine\n"
    assert run(top, "status", "--porcelain") == "M  README.md\n?? scenarios/sources/left.yaml"


def test_a_half_merge_by_hand_stops(top: Path) -> None:
    theirs = colleague(top, {PAPER: SOUND})
    run(top, "fetch", "-q")
    (top / ".git" / "MERGE_HEAD").write_text(theirs + "\n")
    result = push(root(top), "origin")
    assert "git is in the middle of a merge" in result.stopped
    assert result.mend == shlex.join(["git", "-C", str(root(top)), "status"])


def test_where_nothing_can_be_pushed_to_the_reason_is_named(top: Path) -> None:
    add_source(root(top), "wire", RECORD, BEA)
    git = shlex.join(["git", "-C", str(top)])
    for name in ("https://example.org/x", str(top.parent / "remote.git"), "", "-v", "a\nb", "nope"):
        result = push(root(top), name)
        assert (result.stopped[:19], result.mend) == ("no remote is called", f"{git} remote -v")
    run(top, "config", "--unset", "branch.main.remote")
    run(top, "branch", "-m", "elsewhere")
    stopped(
        top,
        "origin has no branch refs/heads/elsewhere",
        "push --set-upstream origin HEAD:refs/heads/elsewhere",
    )
    run(top, "switch", "-q", "--detach")
    stopped(top, "HEAD is on no branch", "switch BRANCH")


def test_it_is_pushed_to_the_branch_that_is_tracked(top: Path) -> None:
    run(top.parent / "remote.git", "branch", "desk", "main")
    run(top, "fetch", "-q")
    run(top, "branch", "-q", "--set-upstream-to", "origin/desk")
    add_source(root(top), "wire", RECORD, BEA)
    before = at_remote(top)
    assert push(root(top), "origin").pushed == head(top)
    assert run(top.parent / "remote.git", "rev-parse", "desk", "main").split() == [
        head(top),
        before,
    ]


def test_a_remote_that_is_gone_stops(top: Path) -> None:
    add_source(root(top), "wire", RECORD, BEA)
    (top.parent / "remote.git").rename(top.parent / "gone")
    result = push(root(top), "origin")
    assert result.stopped.startswith("origin cannot be fetched from: ")
    assert result.mend == shlex.join(["git", "-C", str(top), "fetch", "origin"])
    refuse_leftovers(top)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_no_write_waits_for_a_remote_that_says_nothing(top: Path, silent: socket.socket) -> None:
    run(top, "remote", "set-url", "origin", f"git://127.0.0.1:{silent.getsockname()[1]}/x")
    results: list[PushResult] = []
    turn = threading.Thread(target=lambda: results.append(push(root(top), "origin")))
    turn.start()
    add_source(root(top), "wire", RECORD, BEA)
    assert turn.is_alive()
    silent.close()
    turn.join()
    assert results[0].stopped.startswith("origin cannot be fetched from: ")
    refuse_leftovers(top)


def test_a_remote_that_says_nothing_is_left_after_its_time(
    top: Path, silent: socket.socket
) -> None:
    run(top, "remote", "set-url", "origin", f"git://127.0.0.1:{silent.getsockname()[1]}/x")
    stopped(top, "origin has not answered `git fetch` in 0.5 s", "fetch origin", seconds=0.5)
    refuse_leftovers(top)


def test_what_a_transport_starts_ends_with_it_and_asks_nobody(top: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lives")
    put(
        tmp_path,
        "bin/ssh",
        f"""#!/bin/sh
exec 3>"{tmp_path}/lives"
echo "$@" >"{tmp_path}/words"
(sleep 99; echo child >&3) &
sleep 99; echo parent >&3
""".encode(),
    )
    (tmp_path / "bin" / "ssh").chmod(0o755)
    run(top, "config", "core.sshCommand", f"{tmp_path}/bin/ssh -i key")
    run(top, "remote", "set-url", "origin", "ssh://example.org/x")
    lives = os.open(tmp_path / "lives", os.O_RDONLY | os.O_NONBLOCK)
    assert push(root(top), "origin", seconds=5).stopped.endswith("in 5 s")
    assert (tmp_path / "words").read_text().startswith("-i key -o BatchMode=yes ")
    os.set_blocking(lives, True)
    assert os.read(lives, 9) == b""  # both are gone, and wrote nothing
    os.close(lives)


def test_an_address_that_is_a_command_is_not_run(top: Path) -> None:
    run(top, "config", "protocol.ext.allow", "always")
    run(top, "remote", "set-url", "origin", f"ext::touch {top.parent}/ran")
    assert "transport 'ext' not allowed" in push(root(top), "origin").stopped
    assert not (top.parent / "ran").exists()


def test_a_push_that_the_remote_refuses_stops_and_what_was_taken_stays(top: Path) -> None:
    theirs = colleague(top, {PAPER: SOUND})
    add_source(root(top), "wire", RECORD, BEA)
    (top.parent / "remote.git" / "hooks").mkdir(exist_ok=True)
    pre_receive = top.parent / "remote.git" / "hooks" / "pre-receive"
    pre_receive.write_text("#!/bin/sh\necho not today\nexit 1\n")
    pre_receive.chmod(0o755)
    result = push(root(top), "origin")
    assert result.stopped.startswith("origin does not take the push: ")
    assert "not today" in result.stopped
    assert result.mend == shlex.join(
        ["git", "-C", str(top), "push", "origin", "HEAD:refs/heads/main"]
    )
    assert (result.taken, at_remote(top)) == (head(top), theirs)
    refuse_leftovers(top)
    pre_receive.unlink()
    assert push(root(top), "origin") == PushResult(pushed=head(top))


def test_where_others_push_between_fetch_and_push_the_turn_begins_again(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, pushes = pushing.push, [0]

    def late(branch: pushing.RemoteBranch, commit: str, seconds: float) -> bool:
        pushes[0] += 1
        if pushes[0] < times:
            colleague(top, {f"late-{times}-{pushes[0]}.md": b"n\n"})
        return real(branch, commit, seconds)

    monkeypatch.setattr(pushing, "push", late)
    times = 2
    add_source(root(top), "wire", RECORD, BEA)
    assert push(root(top), "origin").pushed == head(top) == at_remote(top)
    assert (top / "late-2-1.md").exists()
    pushes, times = [0], 9
    add_source(root(top), "post", RECORD, BEA)
    result = push(root(top), "origin")
    assert (result.stopped, pushes) == ("others commit or push all the time", [3])
    refuse_leftovers(top)


@pytest.mark.parametrize("paths", [[PAPER], [PAPER, VISIT], ["README.md"]])
def test_where_head_moves_while_files_are_taken_they_are_put_back_and_merged_again(
    top: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str]
) -> None:
    old = [(top / path).read_bytes() if (top / path).exists() else SOUND for path in paths]
    colleague(top, {path: data + b"# theirs\n" for path, data in zip(paths, old, strict=True)})
    real, seen = pushing.move_head, list[dict[str, bytes]]()
    before = dict(open_folder(root(top)).snapshot)

    def slow(*arguments: object) -> None:
        if not seen:
            run(top, "commit", "-q", "--allow-empty", "-m", "by hand")
        seen.append(tree(root(top)))
        assert dict(open_folder(root(top)).snapshot) == before  # all is written, HEAD is to move
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing, "move_head", slow)
    assert push(root(top), "origin").pushed == head(top) == at_remote(top)
    assert seen[0] == seen[1]
    assert run(top, "log", "--format=%s").splitlines()[:2] == [
        "Merge remote-tracking branch 'origin/main'",
        "by hand",
    ]
    refuse_leftovers(top)


def test_an_old_git_says_which_is_needed(top: Path, tmp_path: Path) -> None:
    git = tmp_path / "bin" / "git"
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout
    put(
        tmp_path,
        "bin/git",
        f"""#!/bin/sh
case "$*" in *merge-tree*) echo "usage: git merge-tree <b> <x> <y>" >&2; exit 129;; esac
exec {real.strip()} "$@"
""".encode(),
    )
    git.chmod(0o755)
    colleague(top, {PAPER: SOUND})
    add_source(root(top), "wire", RECORD, BEA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{git.parent}:{os.environ['PATH']}")
        result = push(root(top), "origin")
    reason = "origin/main cannot be merged: git 2.38 or later is needed"
    assert (result.stopped, result.taken) == (reason, None)


KILLED = """
import os, signal, sys
from pathlib import Path
from scenarios.workspace.pushing import push

left = int(sys.argv[2])
def step(event, arguments):
    global left
    own = event in ("subprocess.Popen", "os.rename", "os.link", "os.remove")
    if own and ".cache" not in str(arguments[:2]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(step)
print(push(Path(sys.argv[1]), "origin"))
"""
_STEPS = 200
"""More than a turn has."""


def test_a_kill_at_any_step_leaves_what_was_or_what_is_and_the_next_turn_is_whole(
    top: Path, tmp_path: Path
) -> None:
    steps = range(1, _STEPS) if FULL else range(4, _STEPS, 6)
    new, path = b"name: Theirs\nreliability: B\n", str(Path(scenarios.__path__[0]).parent)
    pact = (top / "scenarios/pact.yaml").read_bytes()
    sound, done = tree(root(top)), 0
    for number in steps:
        add_source(root(top), f"own{number}", RECORD, BEA)
        before = dict(open_folder(root(top)).snapshot)
        colleague(
            top,
            {
                f"scenarios/sources/new{number}.yaml": new,
                "scenarios/pact.yaml": pact + f"# {number}\n".encode(),
                "README.md": f"{number}\n".encode(),
                f"docs/{number}.md": b"n\n",
            },
        )
        words = [sys.executable, "-c", KILLED, str(root(top)), str(number)]
        environment = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(tmp_path / ".cache")}
        made = subprocess.run(words, env=environment, capture_output=True, check=False)
        after = {
            **before,
            f"sources/new{number}.yaml": new,
            "pact.yaml": pact + f"# {number}\n".encode(),
        }
        read = open_folder(root(top))
        assert dict(read.snapshot) in (before, after), number
        if number % 2:  # the next command is another's write, or a turn
            add_source(root(top), f"next{number}", RECORD, BEA)
        result = push(root(top), "origin")
        assert result.stopped == "", (number, result)
        assert head(top) == at_remote(top)
        assert dict(open_folder(root(top)).snapshot).items() >= after.items()
        assert (top / "README.md").read_text() == f"{number}\n"
        refuse_leftovers(top)
        if made.returncode == 0:
            break
        assert made.returncode == -signal.SIGKILL, made.stderr
        done += 1
    assert done >= 6
    assert sound.keys() <= tree(root(top)).keys()
