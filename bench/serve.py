"""Read and write through `scen serve`: first alone, then 50 readers and 8 writers for a minute.

    python bench/serve.py [SECONDS] [DATABASE]

Two databases, the shipped one and a realistic one of 10,000 items, or a copy of the named one.
Alone: the first page after a start, an item recorded by the form, the first page after it, pages of
random items; elapsed seconds, the medians of five, of twenty items. Then a reader asks for a page
every two seconds: the first page, where a link of it leads, any item, or a list. A writer records
an item or a forecast every five, and after an item opens the list, on which it has to be. All that
was acknowledged has to be there at the end, and nothing may have failed. It needs the extra `test`.
"""

from __future__ import annotations

import os
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
NAMED = sys.argv[2] if len(sys.argv) > 2 else ""  # noqa: PLR2004
ITEMS, ALONE = 10_000, 5
SHIPPED = Path(__file__).parents[1] / "scenarios"
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')
PAGES = (
    *(("/", 8), ("link", 12), ("item", 4)),
    *(("/review/", 2), ("/status/", 1), ("/list/evidence/", 1)),
)
"""Pages that readers look at, and how often.

A link leads from the first page; an item is any, of which mostly nobody has asked for the page.
"""
LINK = re.compile(r'href="((?:s|e|review)/[^"#?]+/)')
LIST = "/list/evidence/"


def main() -> None:
    print(f"{READERS} readers, {WRITERS} writers, {SECONDS:.0f} s, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        shipped, large = Path(folder) / "shipped", Path(folder) / "large"
        if NAMED:
            shutil.copytree(NAMED, large, ignore=shutil.ignore_patterns("scen.lock"))
            root = next(large.rglob("tracker.yaml")).parent
            alone(NAMED, root)
            measure(NAMED, root, 0.5, 2.0)
            return
        shutil.copytree(SHIPPED, shipped)
        write_database(large, SHAPES[f"{ITEMS}"])
        slide(shipped)
        for name, root in (("shipped database", shipped), (f"{ITEMS:,} items", large)):
            alone(name, root)
            measure(name, root, 0.5, 2.0)


def alone(name: str, root: Path) -> None:
    """Print what one reader and writer waits for."""
    first, write, after, item = Took(), Took(), Took(), Took()
    id = open_questions(root)[0]
    chance = random.Random(0)
    for _ in range(ALONE):
        with served(root) as start, reader(start) as client:
            first.add(partial(client.get, "/"))
    with served(root) as start, reader(start) as client:
        client.get("/")
        for _ in range(ALONE):
            data = filled(client, f"Item {uuid4()}", id)
            write.add(partial(send, client, data, follow=False))
            after.add(partial(client.get, "/"))
        for page in chance.sample(items_of(root), 4 * ALONE):
            item.add(partial(client.get, page))
    print(f"{name}: first page {first}; a write {write}; the first page after it {after}")
    print(f"{name}: an item of which nobody asked for the page {item}")


def measure(name: str, root: Path, reading: float, writing: float) -> None:
    """A minute of a desk."""
    declare_writers(root)
    before, people = os.times(), People(open_questions(root), items_of(root))
    with served(root) as start:
        with reader(start) as client:  # a server that has just started has made no page yet
            people.links = LINK.findall(client.get("/").text)
            pages = (page for page, _ in PAGES if page.startswith("/"))
            for address in dict.fromkeys((*pages, *(f"/{link}" for link in people.links))):
                client.get(address)
        every = [(people.read, EACH)] * READERS + [(people.write, EVERY)] * WRITERS
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
    used = os.times()
    cpu = used.children_user + used.children_system - before.children_user - before.children_system
    lost = [*people.lost(scenarios.open(root).database)]
    print(f"{name}: read {people.reads}, 95% under {reading * 1000:.0f} wanted")
    print(f"{name}: write {people.writes}, 95% under {writing * 1000:.0f} wanted; {len(lost)} lost")
    print(f"{name}: the list with one's own item {people.after}")
    print(f"{name}: the server took {cpu:.1f} s of a processor from its start to its end")
    failed = [*people.reads.failed, *people.writes.failed, *people.after.failed]
    print(f"{name}: {len(failed)} failed", *failed[:5], sep="\n  ")
    assert not lost
    assert not failed


def declare_writers(root: Path) -> None:
    """Add the writers to the analysts of a tracker that declares any, which accepts no others."""
    if scenarios.open(root).database.tracker.analysts:
        names = [f"analysts.writer-{READERS + n}=Writer {n}" for n in range(WRITERS)]
        command = [*SCEN, "--database", str(root), "edit", "tracker", *names]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def open_questions(root: Path) -> list[str]:
    """Return the ids of the questions that a probability of today counts for."""
    desk = scenarios.open(root)
    rows = desk.status(date.today()).scenarios  # noqa: DTZ011
    asked = desk.database.scenarios
    return [row.id for row in rows if row.state == "open" and not asked[row.id].quantity]


def items_of(root: Path) -> list[str]:
    """Return the addresses of the pages of the items."""
    return [f"/e/{id}/" for id in scenarios.open(root).database.evidence]


class People:
    """Who reads and who writes; items by summary, and figures by analyst and scenario, as taken."""

    def __init__(self, ids: list[str], pages: list[str]) -> None:
        self.ids, self.pages = ids, pages
        self.links, self.own_links = list[str](), dict[httpx2.Client, list[str]]()
        self.reads, self.writes, self.after = Took(), Took(), Took()
        self.items, self.figures = list[str](), dict[tuple[str, str], float]()

    def read(self, client: httpx2.Client, chance: random.Random, _: int) -> None:
        """Read a page."""
        (page,) = chance.choices([page for page, _ in PAGES], [often for _, often in PAGES])
        if page == "link":
            page = f"/{chance.choice(self.own_links.get(client, self.links))}"
        elif page == "item":
            page = chance.choice(self.pages)
        answer = self.reads.add(partial(client.get, page))
        if page == "/" and answer:
            self.own_links[client] = LINK.findall(answer.text)

    def write(self, client: httpx2.Client, chance: random.Random, number: int) -> None:
        """Record an item and look at it, or state a figure."""
        id, analyst = chance.choice(self.ids), f"writer-{number}"
        client.cookies.set(f"scen-{client.base_url.port}-analyst", analyst)
        if chance.choice((True, False)):
            self.record(client, chance)
            return
        figure = round(chance.uniform(0.1, 0.9), 6)
        if self.writes.add(lambda: forecast(client, id, figure)):
            self.figures[analyst, id] = figure

    def record(self, client: httpx2.Client, chance: random.Random) -> None:
        """Record an item and look at it."""
        id, summary = chance.choice(self.ids), f"Item {uuid4()}"
        if self.writes.add(lambda: by_form(client, summary, id)):
            self.items.append(summary)
            self.after.add(partial(seen, client, summary))

    def lost(self, desk: scenarios.Database) -> Iterator[str]:
        """Yield what was taken and is not there, or not once."""
        there = Counter(item.summary for item in desk.evidence.values())
        yield from (summary for summary in self.items if there[summary] != 1)
        stated = {
            (sheet.analyst, id): figure
            for sheet in sorted(desk.sheets.values(), key=lambda sheet: sheet.date)
            for id, figure in sheet.probabilities.items()
        }
        yield from (f"{key}" for key, figure in self.figures.items() if stated.get(key) != figure)


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

    def add(self, do: Callable[[], httpx2.Response]) -> httpx2.Response | None:
        """Return the answer, or None where it was none or a fault."""
        started = time.perf_counter()
        try:
            answer = do()
        except httpx2.HTTPError as error:
            self.failed.append(repr(error))
            return None
        self.seconds.append(time.perf_counter() - started)
        if answer.status_code < httpx2.codes.BAD_REQUEST:
            return answer
        told = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2])
        self.failed.append(f"{answer.status_code} {answer.url}: {' '.join(told.split())[:500]}")
        return None

    def __str__(self) -> str:
        """Its middle and its end, in milliseconds."""
        found = sorted(self.seconds) or [float("nan")]
        at = [found[min(int(len(found) * share), len(found) - 1)] for share in (0.5, 0.95, 1)]
        middle, late, last = (f"{one * 1000:.0f}" for one in at)
        return f"{len(self.seconds)} times, median {middle} ms, 95% in {late}, all in {last}"


def keep_on(
    client: httpx2.Client,
    do: Callable[[httpx2.Client, random.Random, int], None],
    pause: float,
    number: int,
) -> None:
    """Do something at even distances; what takes longer is not made up for."""
    chance = random.Random(number)
    until = time.monotonic() + SECONDS
    due = time.monotonic() + chance.random() * pause
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        do(client, chance, number)
        due = max(due + pause, time.monotonic())


def by_form(client: httpx2.Client, summary: str, id: str) -> httpx2.Response:
    """As a browser does it: open the form, send it, be led to what it came to."""
    return send(client, filled(client, summary, id), follow=True)


def forecast(client: httpx2.Client, id: str, figure: float) -> httpx2.Response:
    """State a figure by the form."""
    own = hidden(client, f"/record/forecast/?scenario={id}")
    data = {"scenario": id, "probability": f"{figure}", "rationale": "As it stands", "sure": "1"}
    return send(client, own | data | {"do": "save"}, follow=True, form="forecast")


def seen(client: httpx2.Client, summary: str) -> httpx2.Response:
    """The list, on which one's own item has to be."""
    answer = client.get(LIST)
    assert summary in answer.text
    return answer


def hidden(client: httpx2.Client, address: str) -> dict[str, str]:
    """The fields that a form has of its own."""
    page = client.get(address).text.split("<main", 1)[1]
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def filled(client: httpx2.Client, summary: str, id: str) -> dict[str, str]:
    """The fields of an item's form."""
    own = hidden(client, "/record/evidence/")
    return own | {"summary": summary, f"rate:{id}": "C", "do": "save"}


def send(
    client: httpx2.Client, data: dict[str, str], *, follow: bool, form: str = "evidence"
) -> httpx2.Response:
    origin = {"Origin": str(client.base_url).rstrip("/")}
    return client.post(f"/record/{form}/", data=data, headers=origin, follow_redirects=follow)


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
