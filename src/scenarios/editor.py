"""A language server for the files of a database: the same workspace, with texts not yet saved.

It writes no file. What it shows of records is text between fences, so that no mark-up in them acts.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from lsprotocol import types as lsp
from msgspec.structs import replace
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from scenarios import __version__
from scenarios.analysis.evidence.knowledge import borne, known
from scenarios.analysis.ledger.ledger import effects
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.listing import ListFilter, indicators
from scenarios.errors import Problem, ScenError, folded
from scenarios.model import Database, Kind
from scenarios.paths import NAMES, id_of, kind_of, path_of, place_of
from scenarios.render import cells
from scenarios.render.document import Document, Paragraph
from scenarios.render.documents import explanation, records
from scenarios.render.documents.ledger_changes import effects_document
from scenarios.render.writers import terminal
from scenarios.storage import worktree
from scenarios.storage.loader import read_record
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.cursor import Cursor, cursor
from scenarios.storage.yaml.reader import KeyPlace, places
from scenarios.text import printable, suggested
from scenarios.workspace.checking import attachment_faults, key_places
from scenarios.workspace.corrections.renaming import naming, of_today
from scenarios.workspace.input.offers import Offer, newest, titled
from scenarios.workspace.input.typed_in import today
from scenarios.workspace.opened import Opened, open_folder, overlaid
from scenarios.workspace.reading import records_of

_WIDTH = 76
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,:\[\]{}]+|\S+")
_NAME = re.compile(r"[\w/.-]*")
_NOWHERE = Cursor(("",), is_key=False, word="", start=0)
_read_typed = lru_cache(64)(read_record)


class OpenText(NamedTuple):
    """A document as its editor has it; `typed` is None where its file is the same."""

    uri: str
    version: int | None
    lines: list[str]
    typed: bytes | None = None


class EditedDatabase:
    """A database as it was saved, and as it is `now`, with the texts that an editor has open.

    In place of a text that cannot be read, the others are judged beside its file.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.is_stale = root, True
        self.open: dict[str, OpenText] = {}
        self.told: dict[str, tuple[int | None, list[Problem]]] = {}
        self.awaited, self._lock = threading.Lock(), threading.Lock()
        self._attachments: list[Problem] = []
        self._saved: Opened | None = None
        self._now: Opened | None = None

    def now(self) -> Opened:
        """The database with what is typed, as far as that can be read."""
        with self._lock:
            self._now = self._now or open_folder(self.root)
            return self._now

    def judge(self) -> Iterator[tuple[OpenText, list[Problem]]]:
        """Yield each file whose faults are not those that were told, and its faults."""
        with self._lock:
            self.awaited.release()  # what is typed from here on is judged again
            texts, is_stale = dict(self.open), self.is_stale or self._saved is None
            if is_stale:
                self.is_stale = False
                self._saved = open_folder(self.root, self._saved.read if self._saved else None)
            assert self._saved  # noqa: S101 - opened at the latest now
            yield from self._judged(self._saved, texts)
            if is_stale:
                self._attachments = [*attachment_faults(self._saved)]
                yield from self._judged(self._saved, texts)

    def _judged(
        self, saved: Opened, texts: Mapping[str, OpenText]
    ) -> Iterator[tuple[OpenText, list[Problem]]]:
        typed = {path: text.typed for path, text in texts.items() if text.typed is not None}
        own: dict[str, list[Problem]] = {}
        for path, data in typed.items():
            record, faults = _read_typed(kind_of(path), path, data)
            if record is None and not isinstance(place_of(path), Problem):
                own[path] = faults
        sound = {path: data for path, data in typed.items() if path not in own}

        def read(kind: Kind, path: str, data: bytes) -> Any:
            return (_read_typed if path in sound else saved.read)(kind, path, data)

        self._now = overlaid(saved, sound, read) if sound else saved
        others = [f for f in (*self._now.problems, *self._attachments) if f.path not in own]
        by_path: dict[str, list[Problem]] = {path: [] for path in (*texts, *self.told)}
        for fault in folded(sorted(chain(others, *own.values()))):
            by_path.setdefault(fault.path, []).append(fault)
        for path, faults in by_path.items():
            told = texts[path].version if path in texts else None, faults
            if self.told.get(path, (None, [])) != told:
                self.told[path] = told
                yield texts.get(path) or self.text(path), faults

    def text(self, path: str) -> OpenText:
        """A file as it is open, else as it was saved."""
        data = self._saved.snapshot.get(path, b"") if self._saved else b""
        uri, lines = Path(self.root, path).as_uri(), data.decode("utf-8", "replace").split("\n")
        return self.open.get(path) or OpenText(uri, None, lines)


class Asked(NamedTuple):
    """A place that an editor asks about: the word up to `end`, and what that names, or ''."""

    database: EditedDatabase
    path: str
    text: OpenText
    place: Cursor
    end: int
    kind: str
    id: str


def asked_at(database: EditedDatabase, path: str, line: int, column: int) -> Asked:
    """The place in a text behind so many lines and characters."""
    text = database.open[path]
    whole = "\n".join(text.lines)
    match = _NAME.match(whole, sum(len(above) + 1 for above in text.lines[:line]) + column)
    place = cursor(whole, end := match.end() if match else 0) or _NOWHERE
    if any(form.get("type") == "object" for form in _allowed(path, place.keys)):
        place = place._replace(is_key=True)
    kind, id = named_at(path, place), place.word
    if kind == "own indicator":
        kind, id = "indicator", f"{id_of(path)}/{id}"
    return Asked(database, path, text, place, end, kind, place.keys[1] if kind == "rating" else id)


def named_at(path: str, place: Cursor) -> str:
    """The kind of name that is due at a place, by `NAMES`; '' for none."""
    keys = ".".join((kind_of(path), *place.keys)) + ":" * place.is_key
    for kind, patterns in NAMES.items():
        if any(re.fullmatch(pattern.replace("*", "[^.]+"), keys) for pattern in patterns.split()):
            return kind
    return ""


def _allowed(path: str, keys: tuple[str, ...]) -> list[Any]:
    """The schemas that a value may have; of a list, those of its entries."""
    nodes = [form for node in nodes_at(kind_of(path), keys) for form in forms(node)]
    return [form.get("items", form) for form in nodes]


def offers(opened: Opened, path: str, place: Cursor) -> Iterator[Offer]:
    """Yield the words that can stand at a place, each with its meaning."""
    day, own = today(), id_of(path)[: len("2022-02-04")]
    for form in _allowed(path, place.keys):
        if place.is_key:
            known_keys = form.get("properties", {}).items()
            yield from ((key, node.get("description", "")) for key, node in known_keys)
            continue
        options = form.get("enum", [form["const"]] if "const" in form else [])
        yield from ((str(option), "") for option in options)
        if form.get("format") == "date":
            yield from [(own, "the day of this file")] if own[:1].isdigit() else []
            yield from [(f"{day}", "today"), (f"{day - timedelta(1)}", "yesterday")]
    yield from _names(opened.database, named_at(path, place), place.word)


def _names(database: Database, kind: str, word: str) -> Iterable[Offer]:
    """The ids of a kind, each with what it stands for; of items, the newest that begin so."""
    tracker, scenarios = database.tracker, database.scenarios
    if kind == "evidence":
        begun = [id for id in database.evidence if id.startswith(word)][-_MOST:]
        return newest({id: database.evidence[id] for id in begun})
    known_by: dict[str, Any] = {
        "scenario": scenarios,
        "indicator": {
            f"{i}/{n}": own for i, s in scenarios.items() for n, own in s.indicators.items()
        },
        "source": database.sources,
        "theme": tracker.themes,
        "analyst": tracker.analysts or {sheet.analyst for sheet in database.sheets.values()},
        "set": tracker.sets,
    }
    return titled(known_by.get(kind, ()))


def shown(opened: Opened, path: str, kind: str, id: str) -> Document:
    """The record or part of one that is named, with its figures of today."""
    database, day = opened.database, today()
    if kind in _DECLARED:
        return (Paragraph(f"{kind} {id}: {getattr(database.tracker, f'{kind}s').get(id, id)}"),)
    if kind in ("evidence", "source"):
        return records.record({record.id: record.record for record in records_of(opened, id)})
    owner, _, name = id.partition("/")
    owner = opened.scenario(database.called_now.get(("scenario", owner), owner))
    day = max(day, database.scenarios[owner].opened)
    if kind == "scenario":
        return explanation.summary(explain(opened.about(owner), owner, day), database)
    if lost := database.withheld.get(owner):
        return (Paragraph(cells.withheld_figures(lost)),)
    if kind == "indicator":
        rows = indicators(known(opened.about(owner), day), ListFilter(scenario=owner))
        return records.indicators([row for row in rows if row.indicator == name], every=True)
    item = database.evidence[opened.evidence(own := id_of(path))]
    after, day = opened.about(*borne(database, item)), max(day, item.recorded)
    before = replace(after, evidence={id: each for id, each in after.evidence.items() if id != own})
    direct = [effect for effect in effects(before, after, own, day) if effect.via is None]
    return effects_document([e for e in direct if e.scenario == owner], database.tracker, day)


_DECLARED = ("theme", "analyst", "set")
_MOST = 200


def home(opened: Opened, kind: str, id: str) -> Iterator[tuple[str, KeyPlace]]:
    """Yield the file and place where a name is defined."""
    owner, _, name = id.partition("/")
    of: Any = "scenario" if kind in ("indicator", "rating") else kind
    keys: tuple[str, ...] = (f"{kind}s", id)
    if kind in _DECLARED:
        path = "tracker.yaml"
    else:
        path = path_of(of, opened.database.called_now.get((of, owner), owner))
        keys = ("indicators", name) if name else ()
    if path in opened.snapshot and (place := key_places(opened, path).get(keys)):
        yield path, place


def references_of(opened: Opened, kind: str, id: str) -> Iterator[tuple[str, KeyPlace]]:
    """Yield the places at which records name an indicator or a record."""
    of: Any = "scenario" if kind == "rating" else kind
    refs: list[Any] = [ref[:4] for ref in naming(opened.database, of, id, id)]
    if kind == "indicator":
        items = opened.database.evidence.items()
        refs = [("evidence", i, ("indicators", id), "key") for i, e in items if id in e.indicators]
    for where, name, keys, at in refs:
        known_places = places(opened.snapshot[path := path_of(where, name)])
        place = known_places.get(keys) or known_places[()]  # by a former id: at the top
        yield path, place if at == "key" else KeyPlace(*place[2:], *place[2:])


class Editor:
    """The databases whose files an editor has open, and the answers to what it asks about them."""

    def __init__(self, root: Path | None) -> None:
        whole = lsp.TextDocumentSyncKind.Full
        self.server = LanguageServer("scen", __version__, text_document_sync_kind=whole)
        self._given = Path(os.path.realpath(root)) if root else None
        self._databases: dict[Path, EditedDatabase] = {}

    def record(self, uri: str) -> tuple[EditedDatabase, str] | None:
        """The database that a document belongs to, and its path there; None for any other."""
        if not (file := to_fs_path(uri)):
            return None
        place = Path(os.path.realpath(Path(file).parent), Path(file).name)
        try:
            root = self._given or worktree.find(place.parent, None)
            path = place.relative_to(root).as_posix()
        except (ScenError, ValueError) as error:  # no database, or a file outside the given one
            self._log(str(error))
            return None
        database = self._databases.setdefault(root, EditedDatabase(root))
        return (database, path) if place_of(path) else None

    def change(self, params: Any, *, saves: bool, closes: bool = False) -> None:
        """Take a text as it is typed, or as it stands where it is opened or saved."""
        if not (at := self.record(params.text_document.uri)):
            return
        database, path = at
        database.open.pop(path, None)
        if not closes:
            document = self.server.workspace.get_text_document(params.text_document.uri)
            typed: bytes | None = document.source.encode("utf-8", "surrogatepass")
            if saves and _is_same(worktree.content(database.root, path), document.source):
                typed = None
            lines = document.source.split("\n")
            database.open[path] = OpenText(document.uri, document.version, lines, typed)
        self.judge(database, saves=saves)

    def look(self, _params: Any) -> None:
        """Look at the files again, which others have changed."""
        for database in self._databases.values():
            self.judge(database, saves=True)

    def judge(self, database: EditedDatabase, *, saves: bool) -> None:
        """Judge a database in another thread, once for all that was typed until that begins."""
        database.is_stale = database.is_stale or saves
        if database.awaited.acquire(blocking=False):
            future = self.server.thread_pool.submit(self._tell, database)
            future.add_done_callback(lambda done: done.result())

    def _tell(self, database: EditedDatabase) -> None:
        levels = {"error": lsp.DiagnosticSeverity.Error, "warning": lsp.DiagnosticSeverity.Warning}
        try:
            for text, faults in database.judge():
                found = [
                    lsp.Diagnostic(
                        range=self._token(text.lines, fault.line, fault.column)[0],
                        message=printable(fault.message + f" ({fault.hint})" * bool(fault.hint)),
                        severity=levels[fault.severity],
                        code=fault.rule,
                        source="scen",
                    )
                    for fault in faults
                ]
                told = lsp.PublishDiagnosticsParams(text.uri, found, text.version)
                self.server.text_document_publish_diagnostics(told)
        except ScenError as error:  # a file changed while it was read: the next look sees it whole
            database.is_stale = True
            self._log(str(error))

    def answer(self, make: Callable[[Asked, Any], Any], params: Any) -> Any:
        """The answer to a question about a place; None where no record is open there."""
        at = self.record(params.text_document.uri)
        if at is None or not (text := at[0].open.get(at[1])):
            return None
        place = params.position if hasattr(params, "position") else params.range.start
        there = self.server.workspace.position_codec.position_from_client_units(text.lines, place)
        try:
            return make(asked_at(*at, there.line, there.character), params)
        except ScenError as error:
            self._log(str(error))
            return None

    def complete(self, asked: Asked, _params: Any) -> lsp.CompletionList | None:
        """What can stand at a place, instead of the word that was begun."""
        text, start, end = "\n".join(asked.text.lines), asked.place.start, asked.end
        if "\n" in text[start:end]:
            return None
        line, column = text.count("\n", 0, start), start - text.rfind("\n", 0, start) - 1
        begun = self._range(asked.text.lines, line, column, column + end - start)
        is_apart = text[start - 1 : start] in ("'", '"') or text[end : end + 1] == ":"
        colon = ": " if asked.place.is_key and not is_apart else ""
        found = enumerate(offers(asked.database.now(), asked.path, asked.place))
        items = [
            lsp.CompletionItem(
                word,
                detail=printable(cells.one_line(about)) or None,
                sort_text=f"{number:05}",
                text_edit=lsp.TextEdit(begun, word + colon),
            )
            for number, (word, about) in found
        ]
        return lsp.CompletionList(is_incomplete=True, items=items)

    def hover(self, asked: Asked, _params: Any) -> lsp.Hover | None:
        """What a name stands for, or what a key means, as text between fences."""
        document: Document = ()
        if asked.kind:
            document = shown(asked.database.now(), asked.path, asked.kind, asked.id)
        elif asked.place.is_key:
            nodes = nodes_at(kind_of(asked.path), (*asked.place.keys, asked.place.word))
            document = tuple(Paragraph(node.get("description", "")) for node in nodes[:1])
        text = terminal.write(document, _WIDTH)
        asks = self.server.client_capabilities.text_document
        formats = (asks and asks.hover and asks.hover.content_format) or ()
        kind = lsp.MarkupKind.PlainText
        if text and lsp.MarkupKind.Markdown in formats:
            fence = "`" * (3 + max(map(len, re.findall("`+", text)), default=0))
            kind, text = lsp.MarkupKind.Markdown, f"{fence}text\n{text}\n{fence}"
        return lsp.Hover(lsp.MarkupContent(kind, text)) if text else None

    def locate(self, asked: Asked, params: Any) -> list[lsp.Location]:
        """Where a name is defined; where it stands, if that is asked for."""
        opened, context = asked.database.now(), getattr(params, "context", None)
        found: list[tuple[str, KeyPlace]] = []
        if asked.kind and (not context or context.include_declaration):
            found += home(opened, asked.kind, asked.id)
        if asked.kind and context:
            found += references_of(opened, asked.kind, asked.id)
        locations = []
        for path, place in found:
            text = asked.database.text(path)
            span = self._token(text.lines, place.key_line, place.key_column)[0]
            locations.append(lsp.Location(text.uri, span))
        return locations

    def fix(self, asked: Asked, params: Any) -> list[lsp.CodeAction]:
        """Changes of the document that its faults in these lines propose."""
        text, actions = asked.text, []
        version, faults = asked.database.told.get(asked.path, (None, []))
        first, last = params.range.start.line + 1, params.range.end.line + 1
        near = [
            fault for fault in faults if version == text.version and first <= fault.line <= last
        ]
        for fault in near:
            span, word = self._token(text.lines, fault.line, fault.column)
            if new := suggested(fault.hint or ""):
                new += word[word.index("/") :] if "/" in word and "/" not in new else ""
                title = f"Change to '{new}'"
            elif fault.rule == "former-reference":
                opened, data = asked.database.now(), "\n".join(text.lines).encode()
                new = of_today(opened, kind_of(asked.path), id_of(asked.path), data).decode()
                end = self._range(text.lines, len(text.lines) - 1, 0, len(text.lines[-1])).end
                span, title = lsp.Range(lsp.Position(0, 0), end), "Write today's ids"
            if new:
                edit = lsp.WorkspaceEdit(changes={text.uri: [lsp.TextEdit(span, new)]})
                actions.append(lsp.CodeAction(title, lsp.CodeActionKind.QuickFix, edit=edit))
        return actions

    def _token(self, lines: list[str], line: int, column: int) -> tuple[lsp.Range, str]:
        """The range of the word at a place that counts from 1, and the word without quotes."""
        match = _TOKEN.match(lines[line - 1] if line <= len(lines) else "", column - 1)
        word = match[0] if match else ""
        return self._range(lines, line - 1, column - 1, column - 1 + len(word)), word.strip("'\"")

    def _range(self, lines: list[str], line: int, start: int, end: int) -> lsp.Range:
        """A range in the units that the client counts in, UTF-16 unless it asked for others."""
        codec = self.server.workspace.position_codec
        ends = [codec.position_to_client_units(lines, lsp.Position(line, n)) for n in (start, end)]
        return lsp.Range(*ends)

    def _log(self, message: str) -> None:
        self.server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, message))

    def watch(self, _params: Any) -> None:
        """Ask to be told of files that others change; nothing waits for the answer."""
        asks = self.server.client_capabilities.workspace
        if asks and (files := asks.did_change_watched_files) and files.dynamic_registration:
            method, wanted = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, [{"globPattern": "**/*.yaml"}]
            wish = lsp.Registration("files", method, {"watchers": wanted})
            self.server.client_register_capability(lsp.RegistrationParams([wish]))


def serve(root: Path | None) -> None:
    """Answer an editor on standard input and output until it ends; `root` is the only database.

    Each question has a thread of its own, so that no keystroke waits for one.
    """
    editor = Editor(root)
    feature, thread = editor.server.feature, editor.server.thread()
    feature(lsp.INITIALIZED)(partial(editor.watch))
    feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(editor.look))
    feature(lsp.TEXT_DOCUMENT_DID_OPEN)(partial(editor.change, saves=True))
    feature(lsp.TEXT_DOCUMENT_DID_SAVE)(partial(editor.change, saves=True))
    feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(partial(editor.change, saves=False))
    feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(partial(editor.change, saves=False, closes=True))
    triggers = lsp.CompletionOptions(trigger_characters=[" ", "/", "-"])
    feature(lsp.TEXT_DOCUMENT_COMPLETION, triggers)(thread(partial(editor.answer, editor.complete)))
    for method, make in (
        (lsp.TEXT_DOCUMENT_HOVER, editor.hover),
        (lsp.TEXT_DOCUMENT_DEFINITION, editor.locate),
        (lsp.TEXT_DOCUMENT_REFERENCES, editor.locate),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, editor.fix),
    ):
        feature(method)(thread(partial(editor.answer, make)))
    with os.fdopen(os.dup(1), "wb") as output:  # which it closes in the end
        editor.server.start_io(stdout=output)


def _is_same(data: bytes | None, text: str) -> bool:
    """True if a file has this text, but for its line ends and its mark, or none that is UTF-8."""
    try:
        return data is not None and data.decode("utf-8-sig").splitlines() == text.splitlines()
    except UnicodeDecodeError:  # what an editor shows of it says nothing
        return True
