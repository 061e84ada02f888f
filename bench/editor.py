"""Type, hover and look for names through `scen lsp`, by the protocol's own client.

    python bench/editor.py [DATABASE]

A realistic database of 10,000 items, or one of bench/databases.py that is named. Each line has
the median of the elapsed times and of the server's processor times, in milliseconds: from the
start to the first answer, from a keystroke to its faults, from a question to its answer. It needs
the extra `editor`.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from databases import SHAPES, write_database
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

SCEN = Path(sys.executable).parent / "scen"
TIMES = 15
TICKS = os.sysconf("SC_CLK_TCK")


class Typist:
    """A client with one document open."""

    def __init__(self, path: Path) -> None:
        self.path, self.version, self.heard = path, 0, asyncio.Event()
        self.client: Any = LanguageClient("bench", "1")
        self.told: int | None = -1
        self.document = lsp.TextDocumentIdentifier(path.as_uri())

        def told(params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == path.as_uri():
                self.told = params.version
                self.heard.set()

        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(told)

    async def start(self) -> None:
        await self.client.start_io(str(SCEN), "lsp")
        await self.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities()))
        self.client.initialized(lsp.InitializedParams())
        item = lsp.TextDocumentItem(self.path.as_uri(), "yaml", 0, self.path.read_text())
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await self.until_told()

    async def type(self, text: str) -> None:
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.path.as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        params = lsp.DidChangeTextDocumentParams(document, [change])
        self.client.text_document_did_change(params)
        await self.until_told()

    async def until_told(self) -> None:
        while self.told != self.version:
            await self.heard.wait()
            self.heard.clear()

    def processor(self) -> float:
        """Seconds of the server so far."""
        process = self.client._server  # noqa: SLF001 - the client tells nobody else
        words = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS

    async def measured(self, name: str, do: Callable[[int], Awaitable[Any]]) -> None:
        times, before = [], self.processor()
        for number in range(TIMES):
            start = time.perf_counter()
            await do(number)
            times.append(time.perf_counter() - start)
        spent = (self.processor() - before) / TIMES
        print(f"{name:44} {1000 * statistics.median(times):8.0f} {1000 * spent:9.0f}", flush=True)


async def measure(path: Path, text: str, scenario: Path, other: str) -> None:
    """Open an item and a scenario with these texts, type and ask."""
    print(f"{'ms':44} {'elapsed':>8} {'processor':>9}")
    for name in ("first start, to the faults of a file", "start, to the faults of a file"):
        typist, start = Typist(path), time.perf_counter()
        await typist.start()
        elapsed = 1000 * (time.perf_counter() - start)
        print(f"{name:44} {elapsed:8.0f} {1000 * typist.processor():9.0f}")
        if name.startswith("first"):
            await stop(typist)
    typed, line = typist.measured, text[: text.index("ratings:")].count("\n") + 1
    await asyncio.sleep(2)  # attachments are looked at behind the first answer
    await typed("a letter of a remark", lambda n: typist.type(f"{text}# {'x' * n}\n"))
    await typed(
        "a letter of an id, and a fault",
        lambda n: typist.type(text.replace("source: ", f"source: {'x' * n}")),
    )
    await typed("a text that is no YAML", lambda n: typist.type(f"{text}{'x' * (n + 1)}"))
    await typist.type(text)
    key, value = lsp.Position(line, 4), lsp.Position(line, len(text.split("\n")[line]))
    client, document = typist.client, typist.document
    for name, place in (("key", key), ("rating", value)):
        params = lsp.HoverParams(document, place)
        await typed(f"hover on a {name}", lambda _, p=params: client.text_document_hover_async(p))  # type: ignore[misc]
    wanted = lsp.CompletionParams(document, key)
    await typed("completion of a scenario", lambda _: client.text_document_completion_async(wanted))
    names = lsp.ReferenceParams(lsp.ReferenceContext(include_declaration=True), document, key)
    await typed("references of a scenario", lambda _: client.text_document_references_async(names))
    await stop(typist)
    typist = Typist(scenario)
    await typist.start()
    await asyncio.sleep(2)
    await typist.measured("a letter in a scenario", lambda n: typist.type(f"{other}# {'x' * n}\n"))
    cut = other.replace("question:", "questin:")
    await typist.measured("a key of it that is wrong", lambda n: typist.type(f"{cut}# {n}\n"))
    await stop(typist)


async def stop(typist: Typist) -> None:
    await typist.client.shutdown_async(None)
    typist.client.exit(None)
    await typist.client.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(*sys.argv[1:] or [folder]).resolve()
        if not sys.argv[1:]:
            root /= "scenarios"  # a folder of this name is found from the files in it
            write_database(root, SHAPES["10000"])
        newest = max(root.glob("evidence/*/*.yaml"))
        scenario = root / "scenario-0.yaml"
        asyncio.run(measure(newest, newest.read_text(), scenario, scenario.read_text()))


if __name__ == "__main__":
    main()
