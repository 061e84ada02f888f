"""A branch of a configured remote: fetch it, merge it outside of the working tree, push to it."""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from scenarios.errors import NAMED, ScenError
from scenarios.storage.git import committing, process
from scenarios.storage.git import repository as git
from scenarios.storage.git.committing import NO_MODE
from scenarios.storage.git.repository import REGULAR, Repository
from scenarios.storage.worktree import ChangedSinceRead
from scenarios.text import shown

_ASKS_NOBODY = dict.fromkeys(("GIT_ASKPASS", "SSH_ASKPASS"), "") | {
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",  # an address with `ext::` is a command
    "LC_ALL": "C",
}
_ALONE = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "submodule.recurse=false")
_READ = 1 << 16
_GRACE = 2.0
"""Seconds in which git can remove its locks when its time is over."""


class PushStopped(ScenError):  # noqa: N818
    """A turn of pushing ended for a reason; `mend` is the command line that goes on by hand."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.mend = mend


class RemoteBranch(NamedTuple):
    """The current branch, and that of a remote which it follows, in full and as `origin/main`."""

    repository: Repository
    remote: str
    local: str = ""
    upstream: str = ""
    name: str = ""

    def stopped(self, reason: str, *words: str) -> PushStopped:
        """The error of a turn, with a git command by hand: by default a merge to be mended."""
        merge = ("pull", "--no-rebase", "--no-ff", "--no-commit", self.remote, self.upstream)
        words = ("git", "-C", f"{self.repository.top}", *(words or merge))
        return PushStopped(reason, shlex.join(words))


def remote_branch(repository: Repository, remote: str) -> RemoteBranch:
    """The branch of a remote that HEAD tracks, else that of its name; raises PushStopped.

    The remote is the name of a configured one, never an address.
    """
    branch = RemoteBranch(repository, remote)
    if not _line(repository, "config", "--get", f"remote.{remote}.url"):
        raise branch.stopped(f"no remote is called {shown(remote)} here", "remote", "-v")
    local = _line(repository, "symbolic-ref", "--quiet", "HEAD")
    if not local:
        raise branch.stopped("HEAD is on no branch", "switch", "BRANCH")
    form = "--format=%(upstream:remotename) %(upstream:remoteref)"
    own, _, followed = _line(repository, "for-each-ref", form, local).partition(" ")
    upstream = followed if own == remote else local
    name = f"{remote}/{upstream.removeprefix('refs/heads/')}"
    return RemoteBranch(repository, remote, local, upstream, name)


def fetch(branch: RemoteBranch, seconds: float) -> str:
    """The remote's commit, fetched within a time limit."""
    remote, upstream = branch.remote, branch.upstream
    refs = f"+{upstream}:refs/remotes/{branch.name}"
    words = ("fetch", "--no-tags", "--no-prune", "--no-recurse-submodules", "--", remote, refs)
    code, output = _at_remote(branch, seconds, *words)
    if "couldn't find remote ref" in output:
        reason = f"{remote} has no branch {upstream}"
        raise branch.stopped(reason, "push", "--set-upstream", remote, f"HEAD:{upstream}")
    if code:
        raise branch.stopped(f"{remote} cannot be fetched from: {output}", "fetch", remote)
    return git.commit_of(branch.repository, f"refs/remotes/{branch.name}")


def merged(branch: RemoteBranch, own: str, theirs: str) -> str:
    """A commit with both as parents, or `theirs` if it has ours; no file or reference changes."""
    repository = branch.repository
    if process.has(repository.git_dir, theirs, own):
        return theirs
    words = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", own, theirs)
    ended = process.start(repository.git_dir, *committing.SYNCED, *words)
    tree, *files = os.fsdecode(ended.stdout).split("\0")
    if ended.returncode == 1:
        named = ", ".join(files[:NAMED]).strip(", ")
        raise branch.stopped(f"{branch.name} is in conflict with this branch: {named}")
    if ended.returncode:
        reason = process.git_text(ended.stderr)
        reason = "git 2.38 or later is needed" if reason.startswith("usage") else reason
        raise branch.stopped(f"{branch.name} cannot be merged: {reason}")
    options = ("-c", "i18n.commitEncoding=UTF-8", *committing.unattended(repository))
    subject = f"Merge remote-tracking branch '{branch.name}'"
    commit = ("commit-tree", tree, "-p", own, "-p", theirs, "-m", subject)
    made = committing.ask(repository, *options, *committing.SYNCED, *commit)
    return os.fsdecode(process.answer(made)).strip()


def changed(branch: RemoteBranch, own: str, merge: str) -> dict[str, str]:
    """The object in a merge of each file that it changes, by path from the top; zeros for none.

    Raises PushStopped where one has uncommitted changes, or is a link or program of the database.
    """
    repository, files, in_the_way = branch.repository, {}, []
    committing.refuse(repository, [])
    committing.ask(repository, "update-index", "-q", "--refresh")
    words = ("diff-index", "-z", "--name-only", "--no-renames", "--ignore-submodules", own)
    ended = (committing.ask(repository, *words), committing.ask(repository, *words, "--cached"))
    dirty = {*os.fsdecode(b"".join(map(process.answer, ended))).split("\0")}
    for path, old, mode, files[path] in committing.merged_files(repository, own, merge):
        # An ignored file in the way, or one that was deleted, is no difference to git.
        if path in dirty or os.path.lexists(f"{repository.top}/{path}") == (old == NO_MODE):
            in_the_way.append(path)
        is_program = mode == "100755" != old and path.endswith(".yaml")
        is_plain = {old, mode} <= {*REGULAR, NO_MODE} and not is_program
        if path.startswith(repository.prefix) and not is_plain:
            raise branch.stopped(f"{path} is no plain file in {branch.name}: {old} to {mode}")
    if names := in_the_way[:NAMED]:
        reason = f"uncommitted changes are in the way of {branch.name}: {', '.join(names)}"
        raise branch.stopped(reason, "stash", "push", "--all", "--", *names)
    return files


def move_head(branch: RemoteBranch, own: str, merge: str) -> None:
    """Move the branch from its commit `own` to a merge; raise ChangedSinceRead if it moved."""
    repository, words = branch.repository, ("-m", f"scen: merge {branch.name}", branch.local)
    committing.ask(repository, *committing.SYNCED, "update-ref", *words, merge, own)
    if not process.has(repository.git_dir, "HEAD", merge):
        raise ChangedSinceRead(f"{branch.local} has other commits meanwhile")
    committing.settle(repository.git_dir)


def push(branch: RemoteBranch, commit: str, seconds: float) -> bool:
    """Push a commit, never forced; False if others have pushed since the fetch."""
    remote, upstream = branch.remote, branch.upstream
    words = ("--porcelain", "--no-verify", "--no-signed", "--no-follow-tags")
    target = ("--recurse-submodules=no", "--", remote, f"{commit}:{upstream}")
    code, output = _at_remote(branch, seconds, "push", *words, *target)
    if code and "[rejected]" not in output:
        reason = f"{remote} does not take the push: {output}"
        raise branch.stopped(reason, "push", remote, f"HEAD:{upstream}")
    return not code


def _at_remote(branch: RemoteBranch, seconds: float, *words: str) -> tuple[int, str]:
    """Exit status and output of git, which ends after `seconds` with all that it has started."""
    ssh = _line(branch.repository, "config", "--get", "core.sshCommand") or "ssh"
    if Path(ssh.split()[0]).name == "ssh":
        ssh += " -o BatchMode=yes"
    with (
        TemporaryFile() as output,  # a pipe would be held open by a connection that ssh shares
        subprocess.Popen(  # noqa: S603 - fixed words, a configured name, full references
            ["git", *process.INERT, *committing.SYNCED, *_ALONE, *words],
            cwd=branch.repository.top,
            env={**process.as_user(), **_ASKS_NOBODY, "GIT_SSH_COMMAND": ssh},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as network,
    ):
        try:
            code = network.wait(seconds)
        except subprocess.TimeoutExpired:
            if sys.platform == "win32":  # which has no groups of processes to end together
                network.kill()
            else:
                for deadly in (signal.SIGTERM, signal.SIGKILL):
                    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                        os.killpg(network.pid, deadly)
                        network.wait(_GRACE)
            reason = f"{branch.remote} has not answered `git {words[0]}` in {seconds:g} s"
            raise branch.stopped(reason, words[0], branch.remote) from None
        output.seek(0)
        return code, process.git_text(output.read(_READ))


def _line(repository: Repository, *words: str) -> str:
    return os.fsdecode(committing.ask(repository, *words).stdout).strip()
