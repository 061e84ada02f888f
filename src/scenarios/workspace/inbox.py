"""The inbox: proposals that wait beside the records, arrive, and are dismissed."""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from scenarios.analysis.forecasts import refusal
from scenarios.analysis.rules.duplicates import WITHIN_DAYS, are_alike, summary_words
from scenarios.errors import Problem, ScenError
from scenarios.model import Analyst, Source
from scenarios.paths import INBOX, bad_id, path_of, printable_path
from scenarios.proposal import Proposal
from scenarios.storage import journal, worktree
from scenarios.storage.edits import Draft, Put, edited, new_file
from scenarios.storage.loader import decoded, read_record
from scenarios.text import counted, joined_words, words
from scenarios.values import first_day
from scenarios.workspace.how import AS_USUAL, Committable, How
from scenarios.workspace.opened import Opened, from_here, known_id
from scenarios.workspace.writing import Written, write

_ANSWERED = ("summary", "observed", "source", "url", "quote", "origin", "event", "theme")


class Inbox(NamedTuple):
    """The proposals that can be read, by id; all files, by path; and the faults of the others."""

    proposals: dict[str, Proposal]
    files: dict[str, bytes]
    problems: list[Problem]

    @property
    def waiting(self) -> dict[str, Proposal]:
        """The proposals that were not dismissed."""
        return {id: known for id, known in self.proposals.items() if not known.dismissed}


def waiting(root: Path) -> Inbox:
    """The inbox of a database as it is on the disk; empty where there is none."""
    inbox = Inbox({}, {}, [])
    if (root / INBOX).is_symlink():
        fault, hint = "a link is not followed into the inbox", "put the folder itself here"
        inbox.problems.append(Problem(INBOX, 1, 1, "symlink", fault, hint))
        return inbox

    def read() -> tuple[dict[str, bytes], list[Problem]]:
        files, faults = worktree.snapshot(root / INBOX)
        at = [replace(fault, path=f"{INBOX}/{fault.path}") for fault in faults]
        return {f"{INBOX}/{name}": data for name, data in files.items()}, at

    files, faults, _ = journal.whole(root, read, inbox=True)
    inbox.problems.extend(faults)
    for path, data in files.items():
        id = path.removeprefix(f"{INBOX}/").removesuffix(".yaml")
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
        """The removal of its file, in the same write as the record of its acceptance."""
        return Draft(path_of("proposal", self.id), self.data, None)

    @property
    def proposed(self) -> dict[str, Any]:
        """The proposer, as the record has it."""
        about = msgspec.to_builtins(self.proposal.proposed)
        return {key: value for key, value in about.items() if value is not None}


def waiting_at(root: Path, id: str) -> Waiting:
    """The proposal of an id; raises if it is unknown, dismissed or unreadable."""
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


MOST_WAITING = 100
"""Most proposals that may wait; further ones are refused until some are settled."""
MOST_BYTES = 32_768
"""The size of a proposal's file at most."""
MOST_REPEATS = 50
_FORECAST = ("scenario", "probability", "date")
_ROOM = 24
"""Characters of an id behind its day."""


def dismiss(
    root: Path, id: str, reason: str, analyst: Analyst, on: date, how: How = AS_USUAL
) -> Written:
    """Cut a proposal down to its marks, so that the same is not proposed again."""

    def draft(_opened: Opened) -> list[Draft]:
        _, proposal, data = waiting_at(root, id)
        record = msgspec.to_builtins(proposal)
        for part, kept in (("evidence", ("summary", "observed", "url")), ("forecast", _FORECAST)):
            if record[part]:
                record[part] = {key: record[part][key] for key in kept}
        record["dismissed"] = {"on": f"{on}", "by": analyst, "reason": reason}
        new = new_file("proposal", id, record)
        return [Draft(new.path, data, new.new)]

    return write(root, draft, f"inbox dismiss {id}", how, subject=f"inbox: dismiss {id}")


class ProposedEntry(Struct, frozen=True, kw_only=True):
    """The fate of one proposal.

    `added` under `id`; `known` where `id`, a proposal or an item, is the same by its foreign id,
    its address or its summary; `repeated` where its address was added to that of the proposal
    `id`; `refused` for a `reason`.
    """

    status: Literal["added", "known", "repeated", "refused"]
    id: str | None = None
    reason: str | None = None


class ProposedEntries(Committable, frozen=True):
    """The fate of each proposal, in the order given."""

    entries: list[ProposedEntry]
    paths: list[str]
    dry_run: bool


def propose(
    root: Path,
    proposals: Sequence[Mapping[str, Any]],
    how: How = AS_USUAL,
    *,
    most: int = MOST_WAITING,
    noted: bool = True,
) -> tuple[Written, ProposedEntries]:
    """Put proposals into the inbox, each a mapping as its file has it; nothing else is written.

    Each is checked, and compared with the inbox and the evidence; `most` may wait in all. A refusal
    does not stop the others. Unless `noted`, `undo` skips it for the last command of a person.
    """
    entries: list[ProposedEntry] = []

    def draft(opened: Opened) -> list[Draft]:
        arriving = _Arriving(opened, waiting(root), most)
        entries[:] = [arriving.take(proposal) for proposal in proposals]
        return [*arriving.drafts()]

    def subject(written: Written) -> str:
        return f"inbox: {counted(len(written.drafts), 'proposal')}"

    written = write(root, draft, "inbox", how, subject=subject, noted=noted)
    return written, ProposedEntries(entries=entries, paths=written.paths, dry_run=how.dry_run)


class _Arriving:
    """Proposals on their way into an inbox, each compared with those before it.

    `marks` lead to ids; `near` has for each day: True for a recorded item, False for a proposal,
    its id and the words of its summary.
    """

    def __init__(self, opened: Opened, inbox: Inbox, most: int) -> None:
        self.opened, self.inbox, self.waiting, self.most = opened, inbox, inbox.waiting, most
        self.new: dict[str, dict[str, Any]] = {}
        self.repeats: dict[str, tuple[str, ...]] = {}
        self.marks: dict[tuple[str, ...], str] = {}
        self.near: dict[int, list[tuple[bool, str, frozenset[str]]]] = defaultdict(list)
        for id, item in opened.database.evidence.items():
            self.marks |= dict.fromkeys(_names(item.foreign, item.url), id)
            if not item.retracted:
                self.near[_number(item.observed)].append((True, id, summary_words(item.summary)))
        for id, proposal in inbox.proposals.items():
            self._know(id, proposal)

    def take(self, given: Mapping[str, Any]) -> ProposedEntry:
        """Add a proposal, or note its address with the proposal that it repeats."""
        try:
            return self._add_proposal(given)
        except ScenError as error:
            return ProposedEntry(status="refused", reason=error.reason)

    def drafts(self) -> Iterator[Draft]:
        """The files of added proposals, and of waiting ones with a new address."""
        for id, record in self.new.items():
            yield new_file("proposal", id, record | {"repeats": [*self.repeats.pop(id, ())]})
        for id, addresses in self.repeats.items():
            yield edited(self.inbox.files, "proposal", id, [Put(("repeats",), [*addresses])])

    def _add_proposal(self, given: Mapping[str, Any]) -> ProposedEntry:
        proposal, faults = decoded("proposal", given)
        if faults or not isinstance(proposal, Proposal):
            raise ScenError("; ".join(fault.message for fault in faults))
        if proposal.dismissed:
            raise ScenError("only a person dismisses a proposal: leave `dismissed` out")
        self._refuse_unknown(proposal)
        if id := next(filter(None, map(self.marks.get, _marks(proposal))), None):
            return ProposedEntry(status="known", id=id)
        if len(self.waiting) + len(self.new) >= self.most:
            wait = f"{self.most} proposals wait already"
            raise ScenError(f"{wait}: accept or dismiss some of them first")
        if similar := self._similar(proposal):
            return self._repeated(similar, proposal)
        id = self._free_id(proposal)
        if len(new_file("proposal", id, given).new or b"") > MOST_BYTES:
            raise ScenError(f"a proposal has at most {MOST_BYTES:,} bytes")
        self.new[id] = dict(given)
        self._know(id, proposal)
        return ProposedEntry(status="added", id=id)

    def _know(self, id: str, proposal: Proposal) -> None:
        self.marks |= dict.fromkeys(_marks(proposal), id)
        if item := proposal.evidence:
            self.near[_number(proposal.day)].append((False, id, summary_words(item.summary)))

    def _refuse_unknown(self, proposal: Proposal) -> None:
        opened, item = self.opened, proposal.item
        if draft := proposal.forecast:
            id = opened.scenario(draft.scenario)
            if fault := refusal(opened.database, id, proposal.forecast_day):
                raise ScenError(fault)
        opened.refuse_unknown([*item.ratings, *proposal.scenarios], item.indicators)

    def _similar(self, proposal: Proposal) -> str | None:
        """The proposal or else item of within three days whose summary is alike; the nearest."""
        if proposal.evidence is None:
            return None
        day, own = _number(proposal.day), summary_words(proposal.evidence.summary)
        similar = [
            (is_recorded, abs(days), id)
            for days in range(-WITHIN_DAYS, WITHIN_DAYS + 1)
            for is_recorded, id, words in self.near.get(day + days, ())
            if are_alike(own, words)
        ]
        return min(similar)[2] if similar else None

    def _repeated(self, id: str, proposal: Proposal) -> ProposedEntry:
        url = proposal.item.url
        waits = self.waiting.get(id)
        before = self.repeats.get(id, waits.repeats if waits else ())
        if url is None or len(before) >= MOST_REPEATS or not (waits or id in self.new):
            return ProposedEntry(status="known", id=id)
        self.repeats[id] = (*before, url)
        self.marks |= dict.fromkeys(_marks(proposal), id)
        return ProposedEntry(status="repeated", id=id)

    def _free_id(self, proposal: Proposal) -> str:
        text = proposal.forecast.scenario if proposal.forecast else proposal.item.summary
        stem = f"{proposal.day}-{joined_words(words(text), _ROOM) or 'item'}"
        ids = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
        places = ((id, self.opened.root / path_of("proposal", id)) for id in ids)
        return next(id for id, place in places if id not in self.new and not os.path.lexists(place))


def _number(observed: str) -> int:
    """The first day of a date, as the number of a day."""
    return first_day(observed).toordinal()


def _marks(proposal: Proposal) -> Iterator[tuple[str, ...]]:
    """Marks by which a proposal is recognized: foreign ids, addresses, or a forecast's content."""
    yield from _names(proposal.foreign, proposal.item.url, *proposal.repeats)
    if draft := proposal.forecast:
        figure = f"{draft.probability:g}"
        yield proposal.proposed.name, draft.scenario, figure, f"{proposal.forecast_day}"


def _names(foreign: Mapping[str, str | int], *urls: str | None) -> Iterator[tuple[str, ...]]:
    yield from ((system, str(name)) for system, name in foreign.items())
    for url in urls:
        if url:  # the same page by either scheme, at any of its anchors
            yield (url.partition("#")[0].partition("://")[2].rstrip("/"),)
