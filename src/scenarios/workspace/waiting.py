"""The inbox as it is on the disk: read apart from the records, counted nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scenarios.errors import Problem, ScenError
from scenarios.model import Source
from scenarios.paths import INBOX, bad_id, path_of, printable_path
from scenarios.proposal import Proposal
from scenarios.storage import worktree
from scenarios.storage.edits import Draft
from scenarios.storage.loader import read_record
from scenarios.workspace.opened import from_here, known_id

_ANSWERED = ("summary", "observed", "source", "url", "quote", "origin", "event", "theme")


class Inbox(NamedTuple):
    """The proposals that can be read, by id; all files, by path; and the faults of the others."""

    proposals: dict[str, Proposal]
    files: dict[str, bytes]
    problems: list[Problem]

    @property
    def waiting(self) -> dict[str, Proposal]:
        """The proposals that nobody dismissed."""
        return {id: known for id, known in self.proposals.items() if not known.dismissed}


def waiting(root: Path) -> Inbox:
    """The inbox of a database as it is on the disk; empty where there is none."""
    inbox = Inbox({}, {}, [])
    if (root / INBOX).is_symlink():
        fault, hint = "a link is not followed into the inbox", "put the folder itself here"
        inbox.problems.append(Problem(INBOX, 1, 1, "symlink", fault, hint))
        return inbox
    files, faults = worktree.snapshot(root / INBOX)
    inbox.problems.extend(replace(fault, path=f"{INBOX}/{fault.path}") for fault in faults)
    for name, data in files.items():
        id, path = name.removesuffix(".yaml"), f"{INBOX}/{name}"
        inbox.files[path] = data
        if wrong := bad_id("proposal", id, "the file's name is not a valid id; "):
            inbox.problems.append(Problem(printable_path(path), 1, 1, "bad-id", wrong))
            continue
        proposal, problems = read_record("proposal", path, data)
        inbox.problems.extend(problems)
        if isinstance(proposal, Proposal):
            inbox.proposals[id] = proposal
    return inbox


class Waiting(NamedTuple):
    """A proposal that waits, with the file that its acceptance removes, if that is unchanged."""

    id: str
    proposal: Proposal
    data: bytes

    @property
    def removal(self) -> Draft:
        """The end of its file, in the same write as the record that was made of it."""
        return Draft(path_of("proposal", self.id), self.data, None)

    @property
    def proposed(self) -> dict[str, Any]:
        """Who proposed it, as the record has it."""
        about = msgspec.to_builtins(self.proposal.proposed)
        return {key: value for key, value in about.items() if value is not None}


def waiting_at(root: Path, id: str) -> Waiting:
    """The proposal of an id; raises for one that is unknown, dismissed or not to be read."""
    inbox, path = waiting(root), path_of("proposal", id)
    fault = next((problem for problem in inbox.problems if problem.path == path), None)
    if fault and id not in inbox.proposals:
        fault = replace(fault, path=from_here(root / path))
        raise ScenError(f"proposal '{id}' is invalid; fix it first: {fault}")
    proposal = inbox.proposals[known_id(id, inbox.proposals, "proposal", "scen inbox")]
    if gone := proposal.dismissed:
        raise ScenError(f"{id} was dismissed on {gone.on} by {gone.by}: {gone.reason}")
    return Waiting(id, proposal, inbox.files[path])


def answers_of(proposal: Proposal, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The draft as the answers that the task of evidence, or that of a forecast, reads."""
    if draft := proposal.forecast:
        texts = {"scenario": draft.scenario, "probability": f"{draft.probability:g}"}
        return {**texts, "rationale": draft.rationale}
    item = proposal.item
    again = f"Repeated at {', '.join(proposal.repeats)}" if proposal.repeats else None
    return {
        **{key: getattr(item, key) for key in _ANSWERED},
        "grade": item.grade(sources) if item.reliability or item.credibility else None,
        "notes": "\n\n".join(filter(None, (item.notes, again))) or None,
        "corroborated_by": [*item.corroborated_by],
        "ratings": [f"{id}={rating}" for id, rating in item.ratings.items()],
        "indicators": [f"{key}={state}" for key, state in item.indicators.items()],
    }
