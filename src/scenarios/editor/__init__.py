"""A language server for the files of a database: the same workspace, with texts not yet saved.

It writes no file. What it shows of records is text between fences, so that no mark-up in them acts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from lsprotocol import types as lsp
from msgspec.structs import replace
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from scenarios import __version__
from scenarios.analysis.evidence.knowledge import borne, known_on
from scenarios.analysis.ledger.effects import effects
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.listing import ListFilter, indicators
from scenarios.editor.unsaved import OpenDocument, UnsavedDatabase
from scenarios.errors import ScenError
from scenarios.paths import NAMES, id_of, kind_of, path_of, place_of
from scenarios.render import cells
from scenarios.render.document import Document, Paragraph
from scenarios.render.documents import explanation, quantity, records
from scenarios.render.documents.ledger_changes import effects_document
from scenarios.render.writers import terminal
from scenarios.storage import worktree
from scenarios.storage.edits import FileChange, accept
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.cursor import YamlPosition, cursor, keys_beside
from scenarios.text import printable, suggested
from scenarios.values import first_day, owner_of
from scenarios.workspace.checking import key_places
from scenarios.workspace.corrections import RecordLocation, naming, of_today, renaming
from scenarios.workspace.input.offers import Offer, analysts, labels, newest, questions, titled
from scenarios.workspace.input.typed_in import today
from scenarios.workspace.reading import records_of
from scenarios.workspace.symbols import parts, symbols_like
from scenarios.workspace.tasks.task import QUANTILES

_WIDTH = 76
_DECLARED = ("theme", "analyst", "set")
_RENAMED = ("scenario", "evidence", "source")
_DATED = re.compile(r"\d{4}(-\d\d){0,2}(?=-)")
_SYMBOLS = 100
"""Names of a database in one answer."""


class CompletionContext(NamedTuple):
    """A place that an editor asks about: the word up to `end`, and what that names, if anything."""

    database: UnsavedDatabase
    path: str
    text: OpenDocument
    position: YamlPosition
    end: int
    kind: str
    named: RecordLocation


def asked_at(database: UnsavedDatabase, path: str, offset: int) -> CompletionContext:
    """The place at an offset in characters of a file; former ids are today's."""
    text = database.text(path)
    end = len(text.text) - len(re.sub(r"^[\w/.-]+", "", text.text[offset:]))
    cursor_position = cursor(text.text, end) or YamlPosition(("",), is_key=False, word="", start=0)
    if any("object" in form.get("type", ()) for form in _allowed(path, cursor_position.keys)):
        cursor_position = cursor_position._replace(is_key=True)
    keys = ".".join((kind_of(path), *cursor_position.keys)) + ":" * cursor_position.is_key
    due = [
        kind
        for kind, patterns in NAMES.items()
        if any(fnmatchcase(keys, p) for p in patterns.split())
    ]
    kind, (id, _, name) = "".join(due), cursor_position.word.partition("/")
    if kind == "own indicator":
        id, name = id_of(path), id
    elif kind == "rating":
        id = cursor_position.keys[1]
    of: Any = "scenario" if kind in ("rating", "indicator", "own indicator") else kind
    id = database.now.database.called_now.get((of, id), id)
    return CompletionContext(
        database, path, text, cursor_position, end, kind, RecordLocation(of, id, name or None)
    )


def _allowed(path: str, keys: tuple[str, ...]) -> list[Any]:
    """The schemas that a value may have; of a list, those of its entries."""
    nodes = [form for node in nodes_at(kind_of(path), keys) for form in forms(node)]
    return [form.get("items", form) for form in nodes]


def offers(asked: CompletionContext) -> Iterator[Offer]:
    """Yield the words that can stand at a place, each with its meaning."""
    day, own = today(), id_of(asked.path)[: len("2022-02-04")]
    for form in _allowed(asked.path, asked.position.keys):
        if asked.position.is_key:
            known_keys = form.get("properties", {}).items()
            yield from ((key, node.get("description", "")) for key, node in known_keys)
            if "p50" in form.get("propertyNames", {}).get("examples", ()):
                yield from QUANTILES
            continue
        options = form.get("enum", [form["const"]] if "const" in form else [])
        yield from ((str(option), "") for option in options)
        if form.get("format") == "date":
            yield from [(own, "the day of this file")] if own[:1].isdigit() else []
            yield from [(f"{day}", "today"), (f"{day - timedelta(1)}", "yesterday")]
    database, kind = asked.database.now.database, asked.kind
    tracker, scenarios = database.tracker, database.scenarios.items()
    used: list[Offer] = []
    if asked.position.keys in (("event",), ("origin",)):
        dated = _DATED.match(own)
        near = first_day(dated[0]) if dated else day
        used = labels(database, asked.position.keys[0], near, id_of(asked.path))
        yield from used
    if kind == "evidence":
        yield from newest(database.evidence, prefix=asked.position.word)
    elif kind == "indicator":
        signs = ((id, key, sign) for id, s in scenarios for key, sign in s.indicators.items())
        yield from titled({f"{id}/{key}": sign for id, key, sign in signs})
    elif kind == "scenario":
        yield from questions(database, asked.position.keys[-1])
    elif kind == "analyst" and not tracker.analysts:
        yield from analysts(database)
    else:
        every = titled(getattr(tracker if kind in _DECLARED else database, f"{kind}s", ()))
        yield from (offer for offer in every if offer[0] not in dict(used))


def _renamed(asked: CompletionContext) -> RecordLocation | None:
    """The record or indicator that is renamed at a place: the file's own at a key of the file."""
    if asked.kind in ("indicator", "own indicator"):
        return asked.named
    if asked.kind in _RENAMED:
        return asked.named._replace(indicator=None)  # a row of a quantity is no indicator
    kind = kind_of(asked.path)
    is_own = not asked.kind and asked.position.is_key and not asked.position.keys
    return RecordLocation(kind, id_of(asked.path)) if is_own and kind in _RENAMED else None


def hover_document(asked: CompletionContext) -> Document:
    """The record or part of one that is named, with its figures of today."""
    opened, kind, (_, id, indicator) = asked.database.now, asked.kind, asked.named
    database = opened.database
    if kind in _DECLARED:
        return (Paragraph(f"{kind} {id}: {getattr(database.tracker, f'{kind}s').get(id, id)}"),)
    if kind in ("evidence", "source"):
        return records.record({record.id: record.record for record in records_of(opened, id)})
    id = owner_of(id)
    day = max(today(), database.scenarios[opened.scenario(id)].opened)
    if kind == "scenario":
        about, is_quantity = opened.about(id), id in database.quantities
        return (
            quantity.document(quantity.explained(about, id, day), database)
            if is_quantity
            else explanation.summary(explain(about, id, day), database)
        )
    if lost := database.withheld.get(id):
        return (Paragraph(cells.withheld_figures(lost)),)
    if indicator:
        rows = indicators(known_on(opened.about(id), day), ListFilter(scenario=id))
        return records.indicators([r for r in rows if r.indicator == indicator], every=True)
    item = database.evidence[opened.evidence(own := id_of(asked.path))]
    after, day = opened.about(*borne(database, item)), max(day, item.recorded)
    before = replace(after, evidence={key: e for key, e in after.evidence.items() if key != own})
    every = effects(before, after, own, day)
    direct = [effect for effect in every if effect.scenario == id and effect.via is None]
    return effects_document(direct, database.tracker, day)


class LanguageService:
    """The databases whose files an editor has open, and the answers to what it asks about them."""

    def __init__(self, root: Path | None) -> None:
        whole = lsp.TextDocumentSyncKind.Full
        self.server = LanguageServer("scen", __version__, text_document_sync_kind=whole)
        self._given = Path(os.path.realpath(root)) if root else None
        self.databases: dict[Path, UnsavedDatabase] = {}
        self._judge = ThreadPoolExecutor(1)

    def take(self, make: Callable[..., Any], params: Any) -> Any:
        """The answer to a message about a record; to another, or one refused, a line in the log."""
        try:
            return make(*self.record(params.text_document.uri), params)
        except ScenError as error:
            self._log(str(error))

    def record(self, uri: str) -> tuple[UnsavedDatabase, str]:
        """The database that a document belongs to, and its path there; raises where it has none."""
        file = Path(to_fs_path(uri) or "")
        full_path = Path(os.path.realpath(file.parent), file.name)
        root = self._given or worktree.find(full_path.parent, None)
        if not full_path.is_relative_to(root):
            raise ScenError(f"{full_path} is not in the subpath of {root}")
        path = full_path.relative_to(root).as_posix()
        if not place_of(path):
            raise ScenError(f"{full_path} is no record")
        if root not in self.databases:
            self.databases[root] = UnsavedDatabase(root)
        return self.databases[root], path

    def change(self, database: UnsavedDatabase, path: str, params: Any) -> None:
        """Take a text as it is typed, or as it stands where it is opened or saved."""
        saves = isinstance(params, lsp.DidOpenTextDocumentParams | lsp.DidSaveTextDocumentParams)
        if isinstance(params, lsp.DidCloseTextDocumentParams):
            database.open.pop(path, None)
        else:
            document = self.server.workspace.get_text_document(params.text_document.uri)
            text, file = document.source, worktree.content(database.now.root, path)
            typed = None if saves and _is_same(file, text) else text.encode(errors="surrogatepass")
            database.open[path] = OpenDocument(document.uri, document.version, text, typed)
        self.judge([database], saves=saves)

    def judge(self, databases: Iterable[UnsavedDatabase], *, saves: bool = True) -> None:
        """Judge databases in another thread, once for all that was typed until that begins."""
        for database in databases:
            database.is_stale = database.is_stale or saves
            if not database.is_awaited:
                database.is_awaited = True
                future = self._judge.submit(self._tell, database)
                future.add_done_callback(lambda done: done.result())

    def _tell(self, database: UnsavedDatabase) -> None:
        try:
            for text, faults in database.judge():
                diagnostics = [
                    lsp.Diagnostic(
                        range=self._range(text, *text.token(fault.line, fault.column)),
                        message=printable(fault.message + f" ({fault.hint})" * bool(fault.hint)),
                        severity=lsp.DiagnosticSeverity[fault.severity.title()],
                        code=fault.rule,
                        source="scen",
                    )
                    for fault in faults
                ]
                parameters = lsp.PublishDiagnosticsParams(text.uri, diagnostics, text.version)
                self.server.text_document_publish_diagnostics(parameters)
        except ScenError as error:  # a file changed while it was read: the next look sees it whole
            database.is_stale = True
            self._log(str(error))

    def answer(
        self,
        make: Callable[[CompletionContext, Any], Any],
        database: UnsavedDatabase,
        path: str,
        params: Any,
    ) -> Any:
        """The answer to a question about a place."""
        cursor_position = params.position if hasattr(params, "position") else params.range.start
        codec, text = self.server.workspace.position_codec, database.text(path)
        there = codec.position_from_client_units(text.text.split("\n"), cursor_position)
        return make(asked_at(database, path, text.offset(there.line, there.character)), params)

    def complete(self, asked: CompletionContext, _params: Any) -> lsp.CompletionList:
        """Offer what can stand at a place, instead of the word that was begun."""
        text, start, end = asked.text.text, asked.position.start, asked.end
        word_range = self._range(asked.text, start, end)
        is_apart = text[start - 1 : start] in ("'", '"') or text[end : end + 1] == ":"
        colon = ": " if asked.position.is_key and not is_apart else ""
        options = () if "\n" in text[start:end] else offers(asked)
        present = keys_beside(text, end) if asked.position.is_key else ()
        items = [
            lsp.CompletionItem(
                word,
                detail=printable(cells.one_line(about)) or None,
                sort_text=f"{number:05}",
                text_edit=lsp.TextEdit(word_range, word + colon),
            )
            for number, (word, about) in enumerate(options)
            if word not in present
        ]
        return lsp.CompletionList(is_incomplete=True, items=items)

    def hover(self, asked: CompletionContext, _params: Any) -> lsp.Hover | None:
        """Tell what a name stands for, or what a key means, as text between fences."""
        document: Document = ()
        if asked.kind:
            document = hover_document(asked)
        elif asked.position.is_key:
            nodes = nodes_at(kind_of(asked.path), (*asked.position.keys, asked.position.word))
            document = tuple(Paragraph(node.get("description", "")) for node in nodes[:1])
        text = terminal.write(document, _WIDTH)
        kind, client = lsp.MarkupKind.PlainText, self.server.client_capabilities
        if text and kind.Markdown in get_capability(
            client, "text_document.hover.content_format", ()
        ):
            fence = "`" * (3 + max(map(len, re.findall("`+", text)), default=0))
            kind, text = lsp.MarkupKind.Markdown, f"{fence}text\n{text}\n{fence}"
        return lsp.Hover(lsp.MarkupContent(kind, text)) if text else None

    def locate(self, asked: CompletionContext, params: Any) -> list[lsp.Location]:
        """The location of a name's definition, or of its uses if requested."""
        opened, named, context = asked.database.now, asked.named, getattr(params, "context", None)
        references: list[tuple[Any, ...]] = [(named.kind, named.id, named.keys, "key")]
        if asked.kind in _DECLARED:
            references = [("tracker", "tracker", (f"{asked.kind}s", named.id), "key")]
        if context:
            references = [
                *references * context.include_declaration,
                *naming(opened.database, named, ""),
            ]
        locations = []
        for kind, id, keys, at, *_ in references if asked.kind else ():
            if (path := path_of(kind, id)) in opened.snapshot:
                locations.append(self._location(asked.database, path, keys, at))
        return locations

    def _location(
        self, database: UnsavedDatabase, path: str, keys: tuple[Any, ...], at: str = "key"
    ) -> lsp.Location:
        places, text = key_places(database.now, path), database.text(path)
        position = places.get(keys) or places[()]  # by a former id: at the top
        token = text.token(*(position[:2] if at == "key" else position[2:]))
        return lsp.Location(text.uri, self._range(text, *token))

    def outline(
        self, database: UnsavedDatabase, path: str, _params: Any
    ) -> list[lsp.DocumentSymbol]:
        """The record of a file, and its parts that have names."""
        text, (record, *own) = database.text(path), parts(database.now, path)
        whole, top = self._range(text, 0, len(text.text)), self._range(text, 0, 0)
        children = [
            lsp.DocumentSymbol(printable(part.name) or "?", lsp.SymbolKind.Key, at, at, part.title)
            for part in own
            for at in [self._location(database, path, part.keys).range]
        ]
        kind = lsp.SymbolKind.Object
        return [lsp.DocumentSymbol(record.name, kind, whole, top, record.title, children=children)]

    def find(self, params: lsp.WorkspaceSymbolParams) -> list[lsp.SymbolInformation]:
        """The questions, indicators and sources whose id or title has each word."""
        return [
            lsp.SymbolInformation(
                self._location(database, symbol.path, symbol.keys),
                printable(f"{symbol.name}: {cells.one_line(symbol.title)}"),
                lsp.SymbolKind.Key if symbol.keys else lsp.SymbolKind.Object,
            )
            for database in [*self.databases.values()]
            for symbol in symbols_like(database.now.database, params.query)[:_SYMBOLS]
        ]

    def name(self, asked: CompletionContext, _params: Any) -> lsp.PrepareRenamePlaceholder | None:
        """The part of a word that a rename changes; at a key of a file, the id of its record."""
        located, start, end = _renamed(asked), asked.position.start, asked.end
        if located is None:
            return None
        slash = asked.text.text.find("/", start, end)
        if slash >= 0:
            start, end = (slash + 1, end) if located.indicator else (start, slash)
        name = located.indicator or located.id
        return lsp.PrepareRenamePlaceholder(self._range(asked.text, start, end), name)

    def rename(self, asked: CompletionContext, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        """The changes of all files by which a record or an indicator has another id.

        Raises an error of the protocol for an id that is taken, or that none can have.
        """
        self._judge.submit(str).result()  # behind what was typed before
        opened, located = asked.database.now, _renamed(asked)
        name = f"{located.kind}:{located.name}" if located else asked.position.word
        try:
            changes = renaming(opened, name, params.new_name)
            accept(opened.snapshot, opened.loaded, changes, opened.read)
            edits = [*self._edits(asked.database, changes)]
        except ScenError as error:
            raise JsonRpcException(str(error), lsp.LSPErrorCodes.RequestFailed) from None
        asked.database.is_stale = True  # the editor moves the file, and then types
        return lsp.WorkspaceEdit(document_changes=edits)

    def _edits(
        self, database: UnsavedDatabase, changes: Sequence[FileChange]
    ) -> Iterator[lsp.RenameFile | lsp.TextDocumentEdit]:
        """Yield the changes as edits of the texts as they are typed, behind a file's new name."""
        moved = changes[0].path if changes[0].new is None else ""
        key = "workspace.workspace_edit.resource_operations"
        able = get_capability(self.server.client_capabilities, key) or ()
        if moved and lsp.ResourceOperationKind.Rename not in able:
            raise ScenError("this editor cannot rename a file: scen rename can")
        for change in changes[bool(moved) :]:
            path = change.path if change.old is not None else moved
            text, new = database.text(path), (change.new or b"").decode()
            if not _is_same(database.now.snapshot[path], text.text):
                raise ScenError(f"{path} has changes that cannot be read: fix them first")
            document = lsp.OptionalVersionedTextDocumentIdentifier(text.uri, text.version)
            if path == moved:
                document.uri = Path(database.now.root, change.path).as_uri()
                document.version = None
                yield lsp.RenameFile(text.uri, document.uri)
            # An insertion behind the last line's end leaves an empty line in Neovim.
            is_ended = text.text.endswith("\n") and new.endswith("\n")
            both = (each[: len(each) - is_ended] for each in (text.text, new))
            old, lines = (re.split("(?<=\n)", each) for each in both)
            starts = [0, *accumulate(map(len, old))]
            edits = [
                lsp.TextEdit(self._range(text, starts[first], starts[end]), "".join(lines[k:n]))
                for how, first, end, k, n in SequenceMatcher(None, old, lines).get_opcodes()
                if how != "equal"
            ]
            yield lsp.TextDocumentEdit(document, edits)

    def fix(self, asked: CompletionContext, params: Any) -> list[lsp.CodeAction]:
        """Changes of the document that its faults in these lines propose."""
        opened, text, actions = asked.database.now, asked.text, []
        version, faults = asked.database.published.get(asked.path, (None, []))
        lines = range(params.range.start.line + 1, params.range.end.line + 2)
        for fault in faults if version == text.version else ():
            start, end = text.token(fault.line, fault.column)
            new = suggested(fault.hint or "")
            if new and "/" not in new:
                new += "".join(text.text[start:end].strip("'\"").partition("/")[1:])
            title = f"Change to '{new}'"
            if fault.rule == "former-reference" and fault.line in lines:
                record = kind_of(asked.path), id_of(asked.path), text.text.encode()
                start, end, new = 0, len(text.text), of_today(opened, *record).decode()
                title = "Write today's ids"
            if new and fault.line in lines:
                change = lsp.TextEdit(self._range(text, start, end), new)
                edit = lsp.WorkspaceEdit(changes={text.uri: [change]})
                actions.append(lsp.CodeAction(title, lsp.CodeActionKind.QuickFix, edit=edit))
        return actions

    def _range(self, text: OpenDocument, *ends: int) -> lsp.Range:
        """The range between two offsets, in the units of the client: UTF-16 unless it asked."""
        units = self.server.workspace.position_codec.client_num_units
        above = [text.text[:end].rpartition("\n") for end in ends]
        return lsp.Range(*(lsp.Position(f"{a}{n}".count("\n"), units(c)) for a, n, c in above))

    def _log(self, message: str) -> None:
        self.server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Info, message))

    def watch(self, _params: Any) -> None:
        """Ask for notices of files that others change; nothing waits for the answer."""
        key = "workspace.did_change_watched_files.dynamic_registration"
        if get_capability(self.server.client_capabilities, key):
            method, wanted = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, [{"globPattern": "**/*.yaml"}]
            wish = lsp.Registration("files", method, {"watchers": wanted})
            self.server.client_register_capability(lsp.RegistrationParams([wish]))


def serve(root: Path | None) -> None:
    """Answer an editor on standard input and output until it ends; `root` is the only database.

    Each question has a thread of its own, so that no keystroke waits for one.
    """
    editor, triggers = (
        LanguageService(root),
        lsp.CompletionOptions(trigger_characters=[" ", "/", "-"]),
    )
    feature, thread, take = editor.server.feature, editor.server.thread(), editor.take
    feature(lsp.INITIALIZED)(partial(editor.watch))
    changed = feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    changed(lambda _changes: editor.judge(editor.databases.values()))
    for kind in ("OPEN", "SAVE", "CHANGE", "CLOSE"):
        feature(getattr(lsp, f"TEXT_DOCUMENT_DID_{kind}"))(partial(take, editor.change))
    for method, make in (
        (lsp.TEXT_DOCUMENT_COMPLETION, editor.complete),
        (lsp.TEXT_DOCUMENT_HOVER, editor.hover),
        (lsp.TEXT_DOCUMENT_DEFINITION, editor.locate),
        (lsp.TEXT_DOCUMENT_REFERENCES, editor.locate),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, editor.fix),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, editor.name),
        (lsp.TEXT_DOCUMENT_RENAME, editor.rename),
    ):
        options = triggers if make == editor.complete else None
        feature(method, options)(thread(partial(take, partial(editor.answer, make))))
    feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(thread(partial(take, editor.outline)))
    feature(lsp.WORKSPACE_SYMBOL)(thread(partial(editor.find)))
    with os.fdopen(os.dup(1), "wb") as output:  # which it closes in the end
        editor.server.start_io(stdout=output)


def _is_same(data: bytes | None, text: str) -> bool:
    """True if a file has this text, but for its line ends and its mark, or none that is UTF-8."""
    with suppress(UnicodeDecodeError):  # what an editor shows of it says nothing
        return data is not None and data.decode("utf-8-sig").splitlines() == text.splitlines()
    return True
