"""Time pages of `scen serve` beside those of fava and of datasette, on the same items.

    python bench/pages.py FOLDER [PAGES]

FOLDER is a database with its entries, as `speed.py --keep` builds them. Each server is started
anew, and gives its first page, then PAGES others, in random order: those of single items, in fava
what it computes for accounts (here: scenarios, since an entry has no page of its own), in datasette
rows of our export. In milliseconds: processor time of the server until it has answered first, then
the median and the 95 % of the other pages; and the largest resident memory of the server.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
from peers import program

import scenarios

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 120.0
"""Seconds until a server answers."""


def main() -> None:
    """Measure and print the servers that are installed."""
    folder, number = Path(sys.argv[1]).resolve(), int((*sys.argv[2:], "40")[0])
    database = scenarios.open(folder / "scenarios").database
    chance = random.Random(0)
    ids = chance.sample(list(database.evidence), number)
    accounts = [chance.choice(list(database.scenarios)).capitalize() for _ in ids]
    with tempfile.TemporaryDirectory() as temporary:
        export, port = Path(temporary) / "out.db", f"{free_port()}"
        scen = [sys.executable, "-c", "from scenarios.cli.main import main; main()"]
        scen += ["--database", str(folder / "scenarios")]
        subprocess.run([*scen, "export", f"sqlite:///{export}"], check=True, capture_output=True)
        print("| server | first page, CPU ms | others, median; 95 % | MB |\n|---|---|---|---|")
        measure([*scen, "serve", "--port", port], port, "", [f"/e/{id}/" for id in ids])
        api = "/beancount/api/account_report?a=Expenses:"
        fava = ["fava", str(folder / "entries.beancount"), "--port", port]
        measure(fava, port, "/beancount/api/income_statement", [f"{api}{id}" for id in accounts])
        pages = [f"/out/evidence/{id}" for id in ids]
        measure(["datasette", str(export), "--port", port], port, "/out/evidence", pages)


def measure(words: Sequence[str], port: str, first: str, pages: Sequence[str]) -> None:
    """Print a row; `first` is empty where the server prints the address of its first page."""
    place = program(words[0])
    if place is None:
        return
    with started([place, *words[1:]]) as server, httpx2.Client(timeout=PATIENCE) as client:
        assert server.stdout
        base = f"http://127.0.0.1:{port}"
        answer(client, base + first if first else server.stdout.readline().strip())
        begin, took = used(server.pid), list[float]()
        for page in pages:
            before = used(server.pid)
            answer(client, base + page)
            took.append(used(server.pid) - before)
        took.sort()
        middle, late = took[len(took) // 2], took[int(len(took) * 0.95)]
        status = Path(f"/proc/{server.pid}/status").read_text()
        peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    name = "scen serve" if not first else words[0]
    print(f"| {name} | {begin:.0f} | {middle:.0f}; {late:.0f} | {peak} |", flush=True)


@contextmanager
def started(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A server that runs until the end."""
    to = subprocess.PIPE
    with subprocess.Popen(words, stdout=to, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server
        finally:
            server.terminate()


def answer(client: httpx2.Client, address: str) -> None:
    """Get a page whole, as soon as the server is there."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            client.get(address, follow_redirects=True).raise_for_status()
        except httpx2.ConnectError:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


def used(process: int) -> float:
    """Milliseconds of a processor that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / TICK


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
