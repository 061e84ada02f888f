"""An editor: pygls' own client of the Language Server Protocol, and what it was told."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.lazily import lazily

if TYPE_CHECKING:
    from lsprotocol import types as lsp
else:
    lsp = lazily("lsprotocol.types")

SCEN = Path(sys.executable).parent / "scen"
PATIENCE = 120
"""Seconds after which an answer is not waited for any more."""


class EditorClient:
    """A client beside the test, in a thread of its own; what it asks, it waits for."""

    def __init__(self) -> None:
        self.client: Any = lazily("pygls.lsp.client").LanguageClient("an editor", "1")
        self.told: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.log: list[str] = []
        self.watches: list[str] = []
        self._heard, self._loop = threading.Condition(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

        def publish(params: lsp.PublishDiagnosticsParams) -> None:
            with self._heard:
                self.told[params.uri] = params
                self._heard.notify_all()

        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)

        def note(params: lsp.LogMessageParams) -> None:
            with self._heard:
                self.log.append(params.message)
                self._heard.notify_all()

        self.client.feature(lsp.WINDOW_LOG_MESSAGE)(note)

        def watch(params: lsp.RegistrationParams) -> None:
            with self._heard:
                self.watches += [wish.method for wish in params.registrations]
                self._heard.notify_all()

        self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(watch)

    def start(self, *words: str, encodings: Sequence[str] = (), cwd: Path | None = None) -> None:
        self._thread.start()
        formats = [lsp.MarkupKind.Markdown, lsp.MarkupKind.PlainText]
        watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        renames = lsp.WorkspaceEditClientCapabilities(
            document_changes=True, resource_operations=[lsp.ResourceOperationKind.Rename]
        )
        capabilities = lsp.ClientCapabilities(
            text_document=lsp.TextDocumentClientCapabilities(
                hover=lsp.HoverClientCapabilities(content_format=formats)
            ),
            workspace=lsp.WorkspaceClientCapabilities(
                did_change_watched_files=watched, workspace_edit=renames
            ),
            general=lsp.GeneralClientCapabilities(position_encodings=list(encodings) or None),
        )
        self.wait(self.client.start_io(str(SCEN), *words, "lsp", cwd=cwd))
        wish = lsp.InitializeParams(capabilities=capabilities)
        self.answer = self.wait(self.client.initialize_async(wish))
        self.do(lambda: self.client.initialized(lsp.InitializedParams()))

    def stop(self) -> int | None:
        """End as an editor does; the status with which the server ended."""
        self.wait(self.client.shutdown_async(None))
        self.do(lambda: self.client.exit(None))
        process = self.client._server  # noqa: SLF001 - the client tells nobody else
        status = self.wait(process.wait())
        self.wait(self.client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        return int(status)

    def wait(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(PATIENCE)

    def do(self, call: Callable[[], None]) -> None:
        async def doing() -> None:
            call()

        self.wait(doing())

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until what was told makes it so."""
        with self._heard:
            assert self._heard.wait_for(is_so, PATIENCE), (self.told, self.log)

    def open(self, path: Path, text: str | None = None) -> None:
        text = path.read_bytes().decode("utf-8-sig", "replace") if text is None else text
        item = lsp.TextDocumentItem(path.as_uri(), "yaml", 1, text)
        self.do(lambda: self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item)))

    def type(self, path: Path, text: str, version: int = 2) -> list[lsp.Diagnostic]:
        """Type a text; the faults of it."""
        document = lsp.VersionedTextDocumentIdentifier(version, path.as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        params = lsp.DidChangeTextDocumentParams(document, [change])
        self.do(lambda: self.client.text_document_did_change(params))
        self.until(lambda: self.version(path) == version)
        return self.faults(path)

    def save(self, path: Path) -> None:
        params = lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(path.as_uri()))
        self.do(lambda: self.client.text_document_did_save(params))

    def close(self, path: Path) -> None:
        params = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(path.as_uri()))
        self.do(lambda: self.client.text_document_did_close(params))

    def changed_by_others(self, *paths: Path) -> None:
        events = [lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed) for path in paths]
        params = lsp.DidChangeWatchedFilesParams(events)
        self.do(lambda: self.client.workspace_did_change_watched_files(params))

    def version(self, path: Path) -> int | None:
        told = self.told.get(path.as_uri())
        return told.version if told else None

    def faults(self, path: Path) -> list[lsp.Diagnostic]:
        told = self.told.get(path.as_uri())
        return [*told.diagnostics] if told else []

    def ask(self, method: str, path: Path, line: int, character: int, **more: Any) -> Any:
        """Ask about a place, by the name of the client's own method."""
        kinds = {
            "completion": lsp.CompletionParams,
            "hover": lsp.HoverParams,
            "definition": lsp.DefinitionParams,
            "references": lsp.ReferenceParams,
            "prepare_rename": lsp.PrepareRenameParams,
            "rename": lsp.RenameParams,
        }
        document, place = lsp.TextDocumentIdentifier(path.as_uri()), lsp.Position(line, character)
        params: Any = kinds[method](text_document=document, position=place, **more)
        return self.wait(getattr(self.client, f"text_document_{method}_async")(params))

    def outline(self, path: Path) -> Sequence[lsp.DocumentSymbol]:
        """The symbols of a document."""
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(path.as_uri()))
        return self.wait(self.client.text_document_document_symbol_async(params)) or ()

    def find(self, query: str) -> Sequence[lsp.SymbolInformation]:
        """The symbols of the workspace that a query finds."""
        params = lsp.WorkspaceSymbolParams(query)
        return self.wait(self.client.workspace_symbol_async(params)) or ()

    def fixes(self, path: Path, line: int) -> Sequence[lsp.CodeAction]:
        """The changes that are proposed for a line."""
        params = lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(path.as_uri()),
            lsp.Range(lsp.Position(line, 0), lsp.Position(line, 1)),
            lsp.CodeActionContext([]),
        )
        return self.wait(self.client.text_document_code_action_async(params)) or ()


def edited(text: str, edits: Sequence[lsp.TextEdit]) -> str:
    """A text with edits whose lines hold no letter beyond the first 65,536."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted(edits, key=lambda edit: edit.range.start, reverse=True):
        start, end = (starts[at.line] + at.character for at in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text


@contextmanager
def editor(
    *words: str, encodings: Sequence[str] = (), cwd: Path | None = None
) -> Iterator[EditorClient]:
    """An editor that has started `scen lsp`, which ends well with it."""
    client = EditorClient()
    client.start(*words, encodings=encodings, cwd=cwd)
    yield client
    assert client.stop() == 0
