"""Proposals that arrive in the inbox, are answered, and are dismissed."""

import itertools
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from scenarios.analysis.changes import figure_words
from scenarios.analysis.forecasts import refusal
from scenarios.analysis.quantities.estimates import as_in_a_file
from scenarios.analysis.review.inbox import draft_forecast_faults
from scenarios.analysis.rules.duplicates import WITHIN_DAYS
from scenarios.drafts import Proposal, Repeat
from scenarios.errors import ScenError
from scenarios.model import Analyst, Kind
from scenarios.paths import path_of
from scenarios.storage.edits import FileChange, KeyEdit, edited, new_file
from scenarios.storage.loader import decoded
from scenarios.storage.proposals import MOST_BYTES, Inbox, PendingProposal, waiting
from scenarios.text import counted, joined_words, words
from scenarios.values import ProposalOrigin, first_day
from scenarios.workspace.opened import OpenDatabase, from_here, known_id
from scenarios.workspace.write_mode import AS_USUAL, CommitFields, WriteMode
from scenarios.workspace.writing import WriteResult, write

_ANSWERED = ("summary", "observed", "short", "source", "url", "quote", "theme")


def waiting_at(root: Path, id: str, *, is_blind: bool = False) -> PendingProposal:
    """The proposal of an id; raises if it is unknown, dismissed or unreadable.

    Who `is_blind` gets one answer for those and for a proposal of a figure.
    """
    inbox, path = waiting(root), path_of("proposal", id)
    if is_blind and ((shown := inbox.waiting.get(id)) is None or shown.forecast):
        until = "proposed figures are shown once you have finished your sitting"
        raise ScenError(f"no proposal '{id}' is shown; {until}")
    fault = next((problem for problem in inbox.problems if problem.path == path), None)
    if fault and id not in inbox.proposals:
        fault = replace(fault, path=from_here(root / path))
        raise ScenError(f"proposal '{id}' is invalid; fix it first: {fault}")
    proposal = inbox.proposals[known_id(id, inbox.proposals, "proposal", "scen inbox")]
    if gone := proposal.dismissed:
        raise ScenError(f"{id} was dismissed on {gone.on} by {gone.by}: {gone.reason}")
    return PendingProposal(id, proposal, inbox.files[path])


def answers_of(proposal: Proposal, event: str | None, origin: str | None) -> dict[str, Any]:
    """The draft as the answers that the task of evidence, of a forecast or of a scenario reads.

    Ratings, grade, figure and prior are not among them: they are a person's own.
    """
    if question := proposal.question:
        return {
            "title": question.title,
            "question": question.question or question.title,
            "criteria": question.criteria,
            "horizon": question.horizon and question.horizon.isoformat(),
        }
    if draft := proposal.forecast:
        return {"scenario": draft.scenario, "rationale": draft.rationale}
    item = proposal.item
    again = ", ".join(report.url for report in proposal.reports[1:] if report.url)
    room = _LONGEST_NOTES - len(item.notes or "")
    again = again if len(again) <= room else f"{again[:room].rpartition(', ')[0]}, …"
    return {
        **{key: getattr(item, key) for key in _ANSWERED},
        "event": event,
        "origin": origin,
        "notes": "\n\n".join(filter(None, (item.notes, again and f"Repeated at {again}"))) or None,
        "corroborated_by": [*item.corroborated_by],
        "supersedes": [*item.supersedes],
    }


MOST_WAITING, AGENTS = 100, 5
"""Most proposals and marks of one proposer; of all agents, who name themselves, 5 times as many."""
SAME_ID, SAME_DAY = "the same id elsewhere", "the same summary of that day"
_LONGEST_NOTES = 9_980
_MARKS = {
    "evidence": ("summary", "observed", "url"),
    "forecast": ("scenario", "probability", "quantiles", "date"),
    "question": ("title", "horizon"),
}
"""The keys of a draft by which the same is recognized after its dismissal."""
_ROOM = 24
"""Characters of an id behind its day."""


def dismiss(
    root: Path, id: str, reason: str, analyst: Analyst, on: date, mode: WriteMode = AS_USUAL
) -> WriteResult:
    """Cut a proposal down to its marks, so that the same is not proposed again."""

    def draft(_opened: OpenDatabase) -> list[FileChange]:
        _, proposal, data = waiting_at(root, id)
        record = _content(proposal)
        for name, keys in _MARKS.items():
            if record[name]:
                record[name] = {key: record[name][key] for key in keys}
        record["dismissed"] = {"on": f"{on}", "by": analyst, "reason": reason}
        new = new_file("proposal", id, record)
        return [FileChange(new.path, data, new.new)]

    return write(root, draft, f"inbox dismiss {id}", mode, subject=f"inbox: dismiss {id}")


class ProposedEntry(Struct, frozen=True, kw_only=True):
    """The fate of one proposal.

    `added` as `id`, the file at `path`; `known` where that proposal or item is the same, for a
    `reason`; `repeated` where a mark in that proposal says so; `refused` for a `reason`.
    """

    status: Literal["added", "known", "repeated", "refused"]
    id: str | None = None
    path: str | None = None
    reason: str | None = None


class ProposedEntries(CommitFields, frozen=True):
    """The fate of each proposal, in the order given."""

    entries: list[ProposedEntry]
    paths: list[str]
    dry_run: bool


def propose(
    root: Path,
    proposals: Sequence[Mapping[str, Any]],
    mode: WriteMode = AS_USUAL,
    *,
    most: int = MOST_WAITING,
    noted: bool = True,
) -> tuple[WriteResult, ProposedEntries]:
    """Put proposals into the inbox, each a mapping as its file has it; nothing else is written.

    Each is checked, and compared with the inbox and the evidence; `most` of one proposer may wait.
    A refusal stops no other. Unless `noted`, `undo` skips it for the last command of a person.
    """
    entries: list[ProposedEntry] = []

    def draft(opened: OpenDatabase) -> list[FileChange]:
        arriving = InboxWriter(opened, waiting(root), most)
        entries[:] = map(arriving.take, proposals)
        return [*arriving.drafts()]

    def subject(written: WriteResult) -> str:
        return f"inbox: {counted(len(written.drafts), 'proposal')}"

    written = write(root, draft, "inbox", mode, subject=subject, noted=noted)
    return written, ProposedEntries(entries=entries, paths=written.paths, dry_run=mode.dry_run)


class _Story(NamedTuple):
    """A report of a story in a record, and the first day that it can be of."""

    report: Repeat
    kind: Kind
    id: str
    day: int

    @property
    def page(self) -> str:
        """The address, anchor included, by either scheme; empty without one."""
        return (self.report.url or "").partition("://")[2].rstrip("/")


class InboxWriter:
    """Proposals on their way into an inbox, each compared with those before it.

    `stories` has those of each text and foreign id, `used` the number of proposals and marks of
    each proposer and rank.
    """

    def __init__(self, opened: OpenDatabase, inbox: Inbox, most: int) -> None:
        self.opened, self.inbox, self.waiting, self.most = opened, inbox, inbox.waiting, most
        self.new: dict[str, None] = {}
        self.stories: dict[str, list[_Story]] = defaultdict(list)
        self.used: Counter[str | int] = Counter()
        for id, item in opened.database.evidence.items():
            accepted = ProposalOrigin("person", "", item.recorded)
            record = Proposal(accepted, item, foreign=item.foreign)  # type: ignore[arg-type]
            self._know(record, *_stories(id, record, "evidence"))
        for id, scenario in opened.database.scenarios.items():
            asked = _Story(Repeat("person", "", scenario.opened), "scenario", id, 0)
            for text in {scenario.title, scenario.question}:
                self.stories[_folded(f"question: {text}")].append(asked)
        for id, proposal in inbox.proposals.items():
            self._know(proposal, *_stories(id, proposal))

    def take(self, record: Mapping[str, Any]) -> ProposedEntry:
        """Add a proposal, or mark the one that it repeats."""
        try:
            return self._add_proposal(record)
        except ScenError as error:
            return ProposedEntry(status="refused", reason=error.reason)

    def drafts(self) -> Iterator[FileChange]:
        """The files of added proposals, and of waiting ones with a new mark."""
        return (self._file(id, self.waiting[id]) for id in self.new)

    def _file(self, id: str, proposal: Proposal) -> FileChange:
        record = _content(proposal)
        if path_of("proposal", id) not in self.inbox.files:
            return new_file("proposal", id, record)
        return edited(self.inbox.files, "proposal", id, [KeyEdit(("repeats",), record["repeats"])])

    def _add_proposal(self, record: Mapping[str, Any]) -> ProposedEntry:
        proposal, faults = decoded("proposal", record)
        if faults or not isinstance(proposal, Proposal):
            raise ScenError("; ".join(fault.message for fault in faults))
        if proposal.dismissed:
            raise ScenError("only a person dismisses a proposal: leave `dismissed` out")
        if proposal.repeats:
            raise ScenError("whoever repeats a proposal says so: leave `repeats` out")
        self._refuse_unknown(proposal)
        id = self._free_id(proposal)
        (own,) = _stories(id, proposal)
        is_full = self.used[own.report.who] >= self.most
        is_full |= own.report.by == "agent" and self.used[own.report.rank] >= self.most * AGENTS
        for known, why in self._matches(own, proposal):
            if why != SAME_ID and not is_full and self._mark(known, own):
                return self._entry("repeated", known, why)
            if why != SAME_DAY:
                return self._entry("known", known, why)
        if is_full:
            most = f"{self.most} proposals of one proposer"
            if own.report.by == "agent":
                most += f", {self.most * AGENTS} of all agents"
            # An agent or a proposer who reads this may accept nothing.
            may_not = own.report.by in ("agent", "person")
            who = "an analyst has to accept" if may_not else "accept"
            raise ScenError(f"at most {most} wait: {who} or dismiss some of them first")
        if not self._keep(id, proposal, own):
            raise ScenError(f"a proposal has at most {MOST_BYTES:,} bytes")
        return self._entry("added", own)

    def _entry(self, status: Any, of: _Story, why: str | None = None) -> ProposedEntry:
        path = from_here(self.opened.root / path_of(of.kind, of.id))
        return ProposedEntry(status=status, id=of.id, path=path, reason=why)

    def _matches(self, own: _Story, proposal: Proposal) -> Iterator[tuple[_Story, str]]:
        """Yield equal stories of no lower rank, each with the reason, the surest reason first."""

        def stories(key: str) -> list[_Story]:
            return [known for known in self.stories[key] if known.report.rank >= own.report.rank]

        for system, id in own.report.foreign.items():
            yield from ((known, SAME_ID) for known in stories(f"{system}\n{id}"))
        alike = stories(_text(proposal))
        why = "the same address and summary" if own.page else "the same content"
        for known in alike:
            if known.page == own.page if own.page else abs(known.day - own.day) <= WITHIN_DAYS:
                yield known, why
        others = [known for known in alike if known.report.who != own.report.who]
        that_day = {known.id: known for known in others if known.day == own.day}
        yield from ((known, SAME_DAY) for known in that_day.values())

    def _mark(self, known: _Story, own: _Story) -> bool:
        """Mark a proposal of the same rank that waits by who tells it too, and where; if so."""
        waits = self.waiting.get(known.id) if known.kind == "proposal" else None
        is_news = own.report.foreign or own.page not in ("", known.page)
        if not is_news or waits is None or waits.proposed.rank != own.report.rank:
            return False
        marked = msgspec.structs.replace(waits, repeats=(*waits.repeats, own.report))
        return self._keep(known.id, marked, own._replace(id=known.id))

    def _keep(self, id: str, proposal: Proposal, own: _Story) -> bool:
        """Have a proposal wait with its new story, unless its file would be too large; if so."""
        if len(self._file(id, proposal).new or b"") > MOST_BYTES:
            return False
        self.waiting[id], self.new[id] = proposal, None
        self._know(proposal, own)
        return True

    def _know(self, proposal: Proposal, *stories: _Story) -> None:
        for story in stories:
            self.stories[_text(proposal)].append(story)
            for system, id in story.report.foreign.items():
                self.stories[f"{system}\n{id}"].append(story)  # no text has a line's end
            if not proposal.dismissed:
                self.used.update((story.report.who, story.report.rank))

    def _refuse_unknown(self, proposal: Proposal) -> None:
        opened, item = self.opened, proposal.item
        if draft := proposal.forecast:
            id = opened.scenario(draft.scenario)
            if fault := refusal(opened.database, id, proposal.forecast_day):
                raise ScenError(fault)
            for wrong in draft_forecast_faults(opened.database, proposal):
                raise ScenError(f"{wrong.message} ({wrong.hint})")
        opened.refuse_unknown([*item.ratings, *proposal.scenarios], item.indicators)

    def _free_id(self, proposal: Proposal) -> str:
        text = proposal.forecast.scenario if proposal.forecast else proposal.item.summary
        text = proposal.question.title if proposal.question else text
        stem = f"{proposal.day}-{joined_words(words(text), _ROOM) or 'item'}"
        ids = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
        places = ((id, self.opened.root / path_of("proposal", id)) for id in ids)
        return next(id for id, path in places if id not in self.new and not os.path.lexists(path))


def _content(proposal: Proposal) -> dict[str, Any]:
    """The proposal as its file has it."""
    record: dict[str, Any] = msgspec.to_builtins(proposal)
    if proposal.forecast and proposal.forecast.quantiles:
        record["forecast"]["quantiles"] = as_in_a_file(proposal.forecast.quantiles)
    return record


def _stories(id: str, proposal: Proposal, kind: Kind = "proposal") -> Iterator[_Story]:
    # A question of the same title is the same a month later, too.
    day = 0 if proposal.question else first_day(proposal.day).toordinal()
    return (_Story(report, kind, id, day) for report in proposal.reports)


def _text(proposal: Proposal) -> str:
    """The summary or title, letter case and spaces aside, or who says which figure of which day.

    Most words in common are not enough: "no drill, a threat" has those of "a drill, no threat", and
    one word more may say the opposite. Nobody sees what is lost by that.
    """
    if draft := proposal.forecast:
        figure = figure_words(draft.quantiles or draft.probability)
        return f"{proposal.proposed.who}: {draft.scenario} {figure} {proposal.forecast_day}"
    asked = proposal.question
    return _folded(f"question: {asked.title}" if asked else proposal.item.summary)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
