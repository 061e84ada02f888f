"""The files of an inbox as they are on the disk: the proposals in them, and their faults."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scenarios.analysis.review.inbox import draft_forecast_faults
from scenarios.drafts import Proposal
from scenarios.errors import Problem
from scenarios.model import Database
from scenarios.paths import INBOX, bad_id, path_of, printable_path
from scenarios.storage import journal, worktree
from scenarios.storage.edits import FileChange, tidy
from scenarios.storage.loader import located, read_record
from scenarios.values import ProposalOrigin

MOST_BYTES = 32_768
"""The size of a proposal's file at most."""


class Inbox(NamedTuple):
    """The proposals that can be read, by id; all files, by path; and the faults of the others."""

    proposals: dict[str, Proposal]
    files: dict[str, bytes]
    problems: list[Problem]

    @property
    def waiting(self) -> dict[str, Proposal]:
        """The proposals that were not dismissed."""
        return {id: known for id, known in self.proposals.items() if not known.dismissed}


def waiting(root: Path, database: Database | None = None) -> Inbox:
    """The inbox of a database as it is on the disk; empty where there is none.

    With the database, figures that their questions cannot have are faults, too.
    """
    if (root / INBOX).is_symlink():
        fault, hint = "a link is not followed into the inbox", "put the folder itself here"
        return Inbox({}, {}, [Problem(INBOX, 1, 1, "symlink", fault, hint)])

    def read() -> tuple[dict[str, bytes], list[Problem]]:
        files, faults = worktree.snapshot(root / INBOX, most_bytes=MOST_BYTES)
        at = [replace(fault, path=f"{INBOX}/{fault.path}") for fault in faults]
        return {f"{INBOX}/{name}": data for name, data in files.items()}, at

    files, faults, _ = journal.whole(root, read, inbox=True)
    return inbox_of(files, faults, database)


def inbox_of(
    files: Mapping[str, bytes], faults: Sequence[Problem] = (), database: Database | None = None
) -> Inbox:
    """The inbox of files by their paths in the database, some of which had faults before."""
    inbox = Inbox({}, {}, [*faults])
    for path, data in files.items():
        id = path.removeprefix(f"{INBOX}/").removesuffix(".yaml")
        inbox.files[path] = data
        if wrong := bad_id("proposal", id, "the file's name is not a valid id; "):
            inbox.problems.append(Problem(printable_path(path), 1, 1, "bad-id", wrong))
            continue
        if len(data) > MOST_BYTES:
            fault = f"a proposal has at most {MOST_BYTES:,} bytes: this was not read"
            inbox.problems.append(Problem(path, 1, 1, "too-large", fault))
            continue
        proposal, problems = read_record("proposal", path, data)
        inbox.problems.extend(problems)
        if isinstance(proposal, Proposal):
            faults_of_draft = draft_forecast_faults(database, proposal) if database else ()
            inbox.problems.extend(located(path, data, faults_of_draft))
            inbox.proposals[id] = proposal
    return inbox


class PendingProposal(NamedTuple):
    """A proposal that waits, with the file that its acceptance removes, if that is unchanged."""

    id: str
    proposal: Proposal
    data: bytes

    @property
    def removal(self) -> FileChange:
        """The removal of its file, in the same write as the record of its acceptance."""
        return FileChange(path_of("proposal", self.id), self.data, None)

    @property
    def proposed(self) -> dict[str, Any]:
        """The proposer and what was suggested, as the record has them."""
        return tidy(ProposalOrigin, msgspec.to_builtins(self.proposal.proposer))

    @property
    def foreign(self) -> dict[str, str | int]:
        """Its ids elsewhere, and those of its repeats."""
        return {
            key: id for report in self.proposal.reports[::-1] for key, id in report.foreign.items()
        }
