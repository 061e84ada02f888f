"""Due dates, also as a calendar, and proposals that wait in the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from scenarios.analysis.review.deadlines import Due, DueEntry
from scenarios.analysis.review.inbox import InboxListing, ProposalRow
from scenarios.drafts import Proposal
from scenarios.errors import extra_needed
from scenarios.model import Database, Kind, ScenarioId, Tracker
from scenarios.paths import file_address, path_of
from scenarios.render import cells
from scenarios.render.cells import Cell, left
from scenarios.render.document import Document, Ref, Span, plain
from scenarios.text import counted, printable

if TYPE_CHECKING:
    from icalendar import Event


_KINDS: dict[str, Kind] = {"horizon": "scenario", "forecasts": "forecasts"}
_LEAST = 60
"""The columns of what it is about, below which a table has two columns alone."""


def document(result: Due, *, every: bool = False, is_partial: bool = False) -> Document:
    """The late entries, then those to come; with `every` each scenario of one is named.

    It `is_partial` where a scenario cannot be read, of which nobody knows what is due.
    """

    def about(entry: DueEntry) -> tuple[Span, ...]:
        return tuple(_about(entry, every=every))

    parts = (("late", result.late, ""), ("coming", result.coming, ""))
    groups = [group for group in parts if group[1]]
    what = "Nothing that can be read" if is_partial else "Nothing"
    nothing = f"{what} is late, and nothing comes up to {result.until}."
    note = f"Up to {result.until}; --within 90d looks further." if groups else ""
    day: Cell[DueEntry] = (left("day"), lambda entry: str(entry.day))
    wide: tuple[Cell[DueEntry], ...] = (
        day,
        (left("when"), lambda entry: when(entry.days)),
        (left("what"), _what),
        (left("id", only="csv"), lambda entry: entry.id),
        (left("about", least=_LEAST), about),
    )
    narrow: tuple[Cell[DueEntry], ...] = (
        day,
        (left("about", least=24), lambda e: (f"{_what(e)} {when(e.days)}: ", *about(e))),
    )
    short = cells.grouped(groups, narrow, note=note)
    return (cells.grouped(groups, wide, note=note, empty=nothing, narrow=short),)


def _what(entry: DueEntry) -> str:
    return "forecasts expire" if entry.what == "forecasts" else entry.what


def _about(entry: DueEntry, *, every: bool) -> Iterator[Span]:
    if entry.what == "review":
        yield from _scenarios(entry.scenarios, every=every)
        return
    yield Ref(entry.id, _KINDS.get(entry.what))
    yield ": "
    if entry.text:
        yield cells.one_line(entry.text)
    else:
        yield from _scenarios(entry.scenarios, every=every)
    if entry.watch:
        yield f" (watch: {cells.one_line(entry.watch)})"


def _scenarios(ids: tuple[ScenarioId, ...], *, every: bool) -> Iterator[Span]:
    named = ids if every or len(ids) <= cells.NAMED + 1 else ids[: cells.NAMED]
    yield from cells.listed(Ref(id, "scenario") for id in named)
    if len(ids) > len(named):
        yield f" and {len(ids) - len(named)} more"


def when(days: int) -> str:
    """`today`, `tomorrow`, `in 5 days`, `3 days ago`."""
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return ("today", "tomorrow")[days] if days <= 1 else f"in {days} days"


def inbox_document(result: InboxListing) -> Document:
    """A row for each proposal under each scenario that it may bear on; the oldest first."""

    def in_one(row: ProposalRow) -> str:
        return f"{draft_of(row)} ({row.proposal.proposed.who}, {when(-row.days)})"

    groups: dict[str, list[ProposalRow]] = {}
    for row in result.proposals:
        new = "a new question" if row.proposal.question else "no scenario named"
        for id in row.scenarios or (new,):
            ended = f"{id}, which has its outcome" if id in row.ended else id
            groups.setdefault(ended, []).append(row)
    named = [(name, rows, "") for name, rows in sorted(groups.items())]
    own_id: Cell[ProposalRow] = (left("id"), lambda row: row.id)
    wide: tuple[Cell[ProposalRow], ...] = (
        (left("proposed"), lambda row: when(-row.days)),
        (left("by", least=16), lambda row: row.proposal.proposed.who),
        (left("draft", least=30), draft_of),
        own_id,
    )
    short: tuple[Cell[ProposalRow], ...] = (own_id, (left("draft", least=24), in_one))
    settle = "scen inbox accept ID records one, scen inbox dismiss ID --reason … turns it down."
    note, narrow = settle if groups else "", cells.grouped(named, short, note=settle)
    empty = "Nothing waits in the inbox."
    return (cells.grouped(named, wide, note=note, empty=empty, narrow=narrow),)


def draft_of(row: ProposalRow) -> str:
    """The draft, with the event under which it counts once with others."""
    return draft_text(row.proposal) + (f" [event {row.event}]" if row.event else "")


def draft_text(proposal: Proposal) -> str:
    """The summary of the item, the question, or the reason of a figure, in a line.

    The figure itself is a person's own first.
    """
    if draft := proposal.forecast:
        why = f": {cells.one_line(draft.rationale)}" if draft.rationale else ""
        return f"forecast of {draft.scenario}{why}"
    more = f" (repeated {len(proposal.repeats)}×)" if proposal.repeats else ""
    if question := proposal.question:
        due = f" (by {question.horizon})" if question.horizon else ""
        why = f": {cells.one_line(question.why)}" if question.why else ""
        return f"question: {cells.one_line(question.title)}{due}{why}{more}"
    return f"{cells.one_line(proposal.item.summary)}{more}"


HEADS = {
    "indicator": "Due: {}",
    "horizon": "Last day: {}",
    "review": "Review: {}",
    "forecasts": "Forecasts expire: {}",
}
"""What an entry is called in a calendar or a mail."""
_LONGEST = 120
"""The characters of a title; the description has it all."""


def ics(result: Due, database: Database) -> str:
    """A calendar (RFC 5545) with a day for each entry, and a link to its record in the repository.

    An entry keeps its UID while it means the same thing, so that a moved entry moves there too.
    """
    try:
        import icalendar  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise extra_needed("a calendar", "exchange") from None
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//scen//due//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = printable(database.tracker.title) or "Scenarios"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    stamp = datetime.combine(result.as_of, time(), UTC)
    entries = (*result.late, *result.coming)
    for entry in entries:
        calendar.add_component(_fill(icalendar.Event(), entry, database, stamp))
    if not entries:  # a calendar of nothing needs a component all the same
        zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
        zone.add("tzid", "UTC")
        standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - a zone's own time has none
        standard.add("tzoffsetfrom", timedelta())
        standard.add("tzoffsetto", timedelta())
        zone.add_component(standard)
        calendar.add_component(zone)
    text: str = calendar.to_ical().decode()
    return text.removesuffix("\n")


def _fill(event: Event, entry: DueEntry, database: Database, stamp: datetime) -> Event:
    tracker = database.tracker
    event.add("uid", str(uuid5(NAMESPACE_URL, f"scen:{tracker.title}/{entry.what}/{entry.id}")))
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.day)
    if entry.day < date.max:
        event.add("dtend", entry.day + timedelta(days=1))
    names = ", ".join(plain(cells.scenario(id, database)) for id in entry.scenarios)
    text = entry.text or names
    head = printable(" ".join(text.split()))
    cut = head if len(head) <= _LONGEST else f"{head[: _LONGEST - 1]}…"
    event.add("summary", HEADS[entry.what].format(cut))
    lines = [entry.id if entry.what != "review" else "", text, names if entry.text else ""]
    lines += [f"watch: {entry.watch}" if entry.watch else ""]
    event.add("description", printable("\n".join(filter(None, lines))))
    event.add("categories", [entry.what])
    if url := _address(entry, tracker):
        event.add("url", printable(url))
    event.add("transp", "TRANSPARENT")
    return event


def _address(entry: DueEntry, tracker: Tracker) -> str:
    """The address of the record that an entry is about; a review is of its one question, if so."""
    if entry.what == "forecasts":
        return file_address(tracker, path_of("forecasts", entry.id))
    id = entry.id.partition("/")[0]
    ids = entry.scenarios if entry.what == "review" else (id,)
    return file_address(tracker, path_of("scenario", ids[0])) if len(ids) == 1 else ""
