"""A database with its connections: inbox, feeds, event stores, pictures, pages, extensions."""

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TypedDict, TypeVar, Unpack

from msgspec import to_builtins

from scenarios import extensions
from scenarios.analysis.review.inbox import InboxListing, proposals
from scenarios.analysis.review.listing import ListFilter
from scenarios.analysis.review.review import review
from scenarios.errors import Problem, ScenError, extra_needed
from scenarios.exchange.candidates import Candidates
from scenarios.extensions import Extensions, own
from scenarios.model import Database
from scenarios.render.document import Document
from scenarios.result import Presentation, Result, Rows
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.storage.proposals import waiting
from scenarios.workspace.inbox import ProposedEntries, propose
from scenarios.workspace.input.narrowing import refuse_unknown
from scenarios.workspace.opened import OpenDatabase, open_folder, open_revision
from scenarios.workspace.reading import Listed, listed, plotted, span
from scenarios.workspace.results import AcceptResult, BuildSummary
from scenarios.workspace.tasks.evidence import record_items
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult

_ALL = ListFilter()
AnyResult = TypeVar("AnyResult", bound=Presentation)


class WriteOptions(TypedDict, total=False):
    """How a change is made: `dry_run` tries it and writes nothing, `commit` commits it to git."""

    dry_run: bool
    commit: bool


class Plot(Result, frozen=True, kw_only=True):
    """Pictures, by their titles, of the changes up to a day since another."""

    as_of: date
    since: date
    titles: tuple[str, ...]


class Connections:
    """A database as it was read last: when opened, or after a write."""

    def __init__(
        self, root: Path, rev: str | None = None, read: OpenDatabase | None = None
    ) -> None:
        self._root, self._rev = root, rev
        self._opened = read or self._read()

    @property
    def database(self) -> Database:
        """The records that are sound."""
        return self._opened.database

    @property
    def problems(self) -> Sequence[Problem]:
        """Faults of the files, by path, line and column; both count from 1."""
        return tuple(self._opened.problems)

    def refuse_unless_whole(self) -> None:
        """Raise NotWhole if nothing may leave the desk: no tracker, or a command half done."""
        self._opened.refuse_unless_whole()

    def inbox(self, as_of: date) -> InboxListing:
        """The proposals that wait, with their age on a day; none counts until a person accepts it.

        A proposal that cannot be read is a warning.
        """
        inbox = waiting(self._root, self.database)
        warn(inbox.problems)
        result = proposals(inbox.waiting, self.database, as_of)
        return self._shown(result, "documents.due:inbox_document", result)

    def propose(
        self, proposals: Sequence[Mapping[str, Any]], **options: Unpack[WriteOptions]
    ) -> ProposedEntries:
        """Put drafts into the inbox, each with the keys of the file of a proposal.

        One that is refused, or known already, stops no other: the entries say so, in that order.
        """
        written, entries = propose(self._writable(), proposals, WriteMode(**options))
        self._reread(written)
        return self._shown(entries)

    def record_items(
        self,
        records: Sequence[Mapping[str, Any]],
        recorded: date,
        *,
        analyst: str | None = None,
        origin: str = "another system",
        command: str = "record_items",
        **options: Unpack[WriteOptions],
    ) -> AcceptResult:
        """Record items of another system as known on a day, all or none; they rate nothing yet.

        Each has the keys of a file, and one id in `foreign`, by which it is recorded once. The
        subject of the commit names the `origin`, and undo the `command`.
        """
        given = {"recorded": recorded.isoformat(), "analyst": analyst}
        written, result = record_items(
            self._writable(),
            [{**record, **given} for record in records],
            WriteMode(**options)._replace(latest=recorded),
            command=command,
            origin=origin,
        )
        self._reread(written)
        return self._shown(result)

    def fetch(
        self,
        today: date,
        feed: str | None = None,
        *,
        file: Path | None = None,
        trust: Collection[str] = (),
        **options: Unpack[WriteOptions],
    ) -> ProposedEntries:
        """Propose what is new in a feed of the tracker, or in all; a `file` is read in its place.

        A feed that cannot be read is a warning. Raises ScenError for an address that this clone
        never read from, unless the feed is one of those to `trust`.
        """
        if not find_spec("feedparser"):
            raise extra_needed("Workspace.fetch", "inbox")
        root, feeds = self._writable(), import_module("scenarios.workspace.exchange.feeds")
        chosen = feeds.feeds_of(self._opened, feed, file)
        unknown = {} if file else feeds.unknown_addresses(root, chosen)
        if urls := [f"{id}: {of.url}" for id, of in unknown.items() if id not in trust]:
            words = "nothing was fetched: this clone has not read from these addresses yet"
            raise ScenError("\n".join((f"{words}; `trust` allows them", *urls)))
        if not (file or options.get("dry_run")):
            feeds.allow(root, chosen)
        drafts, faults = feeds.read_feeds(chosen, today, file)
        warn(faults)
        # As for the command: what a script fetches is nothing for a person to undo.
        written, entries = propose(root, drafts, WriteMode(**options), noted=False)
        self._reread(written)
        return self._shown(entries)

    def candidates(
        self,
        store: str,
        as_of: date,
        indicator: str | None = None,
        *,
        since: date | None = None,
        until: date | None = None,
        limit: int = 20,
        day: str | None = None,
        across: str | None = None,
    ) -> Candidates:
        """Events of a store that match what indicators look for, the newest `limit` of each.

        `day` is the column of the day of the store's partitions; `across` is a file with a folder
        of a tracker on each line, whose indicators are looked for instead.
        """
        trackers: Any = self
        unread: Iterable[Problem] = ()
        if across:
            opened, unread = called("workspace.exchange.exporting:opened_trackers", across)
            trackers = {id: each.database for id, each in opened.items()}
        options = {"since": since, "until": until, "limit": limit, "across": across, "day": day}
        days = {"as_of": as_of, "today": as_of}
        run = own("commands", "candidates").run
        result: Candidates
        result, document, *remarks = run.call(tuple, trackers, indicator, store, **options, **days)
        warn((*unread, *remarks))
        return self._shown(result, document)

    def extensions(self) -> Extensions:
        """The installed extensions, and what each of them adds."""
        result = extensions.listed()
        return self._shown(result, "documents.records:extensions", result)

    def site(
        self, folder: Path, as_of: date, *, weeks: int | None = None, url: str = ""
    ) -> BuildSummary:
        """Write the database as a static website into a folder: new, empty, or an earlier site.

        `weeks` limits its reviews; `url` is where it will be published.
        """
        lacks = called("site.figures:lacking") if url else ""
        warn([lacks] if lacks else [])
        address = url and url.rstrip("/") + "/"
        about = {"weeks": weeks, "url": address, "previews": bool(url and not lacks)}
        repository = None
        with suppress(ScenError):  # no repository, no git
            repository = self._repository()
        pages = called("site.site:Site", self._opened, as_of, repository, **about)
        built: BuildSummary = called("site.build:build", pages, folder)
        return self._shown(built)

    def plot(
        self, as_of: date, *scenarios: str, set_id: str | None = None, since: date | None = None
    ) -> Plot:
        """Draw scenarios one below the other, or a set; all that are open where none is named."""
        ids = plotted(self._opened, as_of, scenarios, set_id)
        window = span(self._opened, as_of, since, banded=True)
        draw: tuple[Any, ...] = (
            ("pictures_of_quantities:drawn", "courses", window, ids, set_id)
            if ids
            else ("review_picture:overview", window, review(window))
        )
        pictures = called(f"render.{draw[0]}", *draw[1:])
        if not pictures:
            raise ScenError(f"nothing to draw: no scenario was open on {as_of}")
        titles = tuple(title for title, _ in pictures)
        result = Plot(as_of=as_of, since=window.since, titles=titles)
        return self._shown(result, "pictures:document", pictures, pictures=draw)

    def list(self, what: Listed, as_of: date, wanted: ListFilter = _ALL) -> Rows[Any]:
        """The scenarios, indicators, evidence, forecasts or sources known on a day."""
        rows = Rows(listed(self._opened, what, as_of, refuse_unknown(self._opened, wanted)))
        return self._shown(rows, f"documents.records:{what}", rows, every=True)

    def _shown(
        self,
        result: AnyResult,
        path: str | Document = "documents.records:record",
        *content: Any,
        pictures: tuple[Any, ...] = (),
        **options: Any,
    ) -> AnyResult:
        """Add to a result the functions of `render` that make its document and its pictures.

        They are called when the result is shown; without `content` it is a list of its fields. A
        document that is made already stands for its `path`.
        """
        content = content or ({type(result).__name__: to_builtins(result)},)
        document = partial(called, f"render.{path}", *content, **options)
        if not isinstance(path, str):
            document = partial(tuple, path)
        drawn = partial(called, f"render.{pictures[0]}", *pictures[1:]) if pictures else tuple
        parts = (document, drawn, self.database.unreadable)
        vars(result)["show"] = lambda form: called("render.shown:shown", form, *parts)
        return result

    def _read(self) -> OpenDatabase:
        if self._rev is None:
            return open_folder(self._root)
        return open_revision(self._root, self._repository(), self._rev)

    def _repository(self) -> Repository:
        return git.repository(self._root)

    def _writable(self) -> Path:
        if self._rev is not None:
            raise ScenError(f"{self._root} was opened as {self._rev} had it: open it without rev")
        return self._root

    def _reread(self, written: WriteResult) -> None:
        if written.committed and written.committed.fault:
            raise written.committed.fault
        if not written.dry_run:
            self._opened = self._read()


def called(path: str, *arguments: Any, **options: Any) -> Any:
    """Call a function by its place, so that its module is imported then and not with this one."""
    return resolve_name(f"scenarios.{path}")(*arguments, **options)


def warn(remarks: Iterable[object]) -> None:
    """Show what a command says beside its result as warnings of the caller's line."""
    for remark in remarks:
        warnings.warn(str(remark), stacklevel=3)
