"""Read and write through `scen serve`: first alone, then 50 readers and 8 writers for a minute.

    python bench/serve.py [SECONDS]

Two databases, the shipped one and a realistic one of 10,000 items. Alone: the first page after a
start, an item recorded by the form, the first page after it; elapsed seconds, the medians of five.
Then a reader asks for a page every two seconds, a writer records an item every five. Every item
that was acknowledged has to be there at the end, and nothing may have failed. It needs the extra
`test`.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx2
from databases import SHAPES, write_database

import scenarios

READERS, EACH = 50, 2.0
WRITERS, EVERY = 8, 5.0
STEPS, STEP = 50, 0.3
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
ITEMS, ALONE = 10_000, 5
SHIPPED = Path(__file__).parents[1] / "scenarios"
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')
PAGES = (("home", 8), ("status", 2), ("scenario", 6), ("item", 6), ("list", 2), ("past", 1))
"""What readers look at, and how often."""
PAST = 9
"""The past is looked at on one day less than so many."""


def main() -> None:
    print(f"{READERS} readers, {WRITERS} writers, {SECONDS:.0f} s, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        shipped, large = Path(folder) / "shipped", Path(folder) / "large"
        shutil.copytree(SHIPPED, shipped)
        write_database(large, SHAPES[f"{ITEMS}"])
        slide(shipped)
        for name, root in (("shipped database", shipped), (f"{ITEMS:,} items", large)):
            alone(name, root)
            measure(name, root, 0.5, 2.0)


def alone(name: str, root: Path) -> None:
    """Print what one reader and writer waits for."""
    first, write, after = Took(), Took(), Took()
    desk = scenarios.open(root).database
    id = next(id for id, scenario in desk.scenarios.items() if scenario.resolution is None)
    for _ in range(ALONE):
        with served(root) as start, reader(start) as client:
            first.add(partial(client.get, "/"))
    with served(root) as start, reader(start) as client:
        client.get("/")
        for _ in range(ALONE):
            data = filled(client, f"Item {uuid4()}", id)
            write.add(partial(send, client, data, follow=False))
            after.add(partial(client.get, "/"))
    print(f"{name}: first page {first}; a write {write}; the first page after it {after}")


def measure(name: str, root: Path, reading: float, writing: float) -> None:
    """A minute of a desk."""
    read, written, acknowledged = Took(), Took(), list[str]()
    with served(root) as start:
        desk = scenarios.open(root).database
        with reader(start) as client:
            for address in {choose(desk, random.Random(n)) for n in range(200)}:
                client.get(address)  # a server that has just started has made no page yet
        ids = [id for id, one in desk.scenarios.items() if one.resolution is None]

        def read_one(client: httpx2.Client, chance: random.Random) -> None:
            read.add(lambda: client.get(choose(desk, chance)))

        def write_one(client: httpx2.Client, chance: random.Random) -> None:
            summary, id = f"Item {uuid4()}", chance.choice(ids)
            if written.add(lambda: by_form(client, summary, id)):
                acknowledged.append(summary)

        every = [(read_one, EACH)] * READERS + [(write_one, EVERY)] * WRITERS
        with ExitStack() as browsers:  # opened one after the other: together they are a flood
            clients = [browsers.enter_context(reader(start)) for _ in every]
            threads = [
                threading.Thread(target=keep_on, args=(client, do, pause, n))
                for n, (client, (do, pause)) in enumerate(zip(clients, every, strict=True))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    there = Counter(item.summary for item in scenarios.open(root).database.evidence.values())
    lost = [summary for summary in acknowledged if there[summary] != 1]
    print(f"{name}: read {read}, under {reading * 1000:.0f} wanted")
    print(f"{name}: write {written}, under {writing * 1000:.0f} wanted; {len(lost)} lost")
    failed = [*read.failed, *written.failed]
    print(f"{name}: {len(failed)} failed", *failed[:5], sep="\n  ")
    assert not lost
    assert not failed


def slide(root: Path) -> None:
    """Move the first page from the first day to the last, one new day after the other."""
    took = Took()
    first = min(one.opened for one in scenarios.open(root).database.scenarios.values())
    span = (date.today() - first).days  # noqa: DTZ011
    with served(root) as start, reader(start) as client:
        client.get("/")
        for n in range(STEPS):
            day = first + timedelta(days=span * n // STEPS)
            took.add(partial(client.get, f"/?as_of={day}"))
    print(f"a step of the slider: {took}, under {STEP * 1000:.0f} wanted")


class Took:
    """How long each took, and which failed."""

    def __init__(self) -> None:
        self.seconds, self.failed = list[float](), list[str]()

    def add(self, do: Callable[[], httpx2.Response | None]) -> bool:
        """Do it once; whether it succeeded."""
        started = time.perf_counter()
        try:
            answer = do()
        except httpx2.HTTPError as error:
            self.failed.append(repr(error))
            return False
        self.seconds.append(time.perf_counter() - started)
        if answer is None or answer.status_code < httpx2.codes.BAD_REQUEST:
            return True
        told = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2])
        self.failed.append(f"{answer.status_code} {answer.url}: {' '.join(told.split())[:500]}")
        return False

    def __str__(self) -> str:
        """Its middle and its end, in milliseconds."""
        found = sorted(self.seconds)
        at = [found[min(int(len(found) * share), len(found) - 1)] for share in (0.5, 0.95, 1)]
        middle, late, last = (f"{one * 1000:.0f}" for one in at)
        return f"{len(found)} times, median {middle} ms, 95% in {late}, all in {last}"


def keep_on(
    client: httpx2.Client,
    do: Callable[[httpx2.Client, random.Random], None],
    pause: float,
    number: int,
) -> None:
    """Do something at even distances; what takes longer is not made up for."""
    chance = random.Random(number)
    until = time.monotonic() + SECONDS
    due = time.monotonic() + chance.random() * pause
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        do(client, chance)
        due = max(due + pause, time.monotonic())


def choose(desk: scenarios.Database, chance: random.Random) -> str:
    """An address that somebody looks at."""
    names, weights = zip(*PAGES, strict=True)
    (name,) = chance.choices(names, weights)
    if name == "scenario":
        return f"/s/{chance.choice([*desk.scenarios])}/"
    if name == "item":
        return f"/e/{chance.choice([*desk.evidence])}/"
    if name == "past":
        days = sorted(item.recorded for item in desk.evidence.values())
        return f"/status/?as_of={days[len(days) * chance.randrange(1, PAST) // PAST]}"
    kind = chance.choice(("scenarios", "evidence", "sources"))
    return {"home": "/", "status": "/status/", "list": f"/list/{kind}/"}[name]


def by_form(client: httpx2.Client, summary: str, id: str) -> httpx2.Response:
    """As a browser does it: open the form, send it, be led to what it came to."""
    return send(client, filled(client, summary, id), follow=True)


def filled(client: httpx2.Client, summary: str, id: str) -> dict[str, str]:
    """The fields of an item's form."""
    own = HIDDEN.findall(client.get("/record/evidence/").text.split("<main", 1)[1])
    data = {name: unescape(value) for name, value in own}
    return data | {"summary": summary, f"rate:{id}": "C", "do": "save"}


def send(client: httpx2.Client, data: dict[str, str], *, follow: bool) -> httpx2.Response:
    origin = {"Origin": str(client.base_url).rstrip("/")}
    return client.post("/record/evidence/", data=data, headers=origin, follow_redirects=follow)


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The start address of a server that runs."""
    command = [*SCEN, "--database", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@contextmanager
def reader(start: str) -> Iterator[httpx2.Client]:
    """A browser that was opened at the start address."""
    with httpx2.Client(base_url=start.split("/?", maxsplit=1)[0], timeout=60) as client:
        client.get(start)
        yield client


if __name__ == "__main__":
    main()
