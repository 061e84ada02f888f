"""Read and write through `scen serve --team`: 20 people with three tabs each, for a minute.

    python bench/team.py [SECONDS] [ITEMS] [PACE]

A realistic database of 10,000 items in git. Each tab holds an event stream, and asks for a page
every six seconds: the first page, where a link of it leads, any item, or a list. Each person
records an item or a forecast every fifteen, and after an item opens the list, on which it has to
be. At a PACE of 4 all pauses are four times as long: each person asks for a page every eight
seconds, and records once a minute. Half of the people have sat. All that was acknowledged has to
be there at the end, committed by its author, and nothing may have failed. It needs the extra
`test`.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import httpx2
from commits import commit_all
from databases import SHAPES, write_database

import scenarios
from serve import LINK, PAGES, SCEN, People, items_of, keep_on, open_questions

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
ITEMS = sys.argv[2] if len(sys.argv) > 2 else "10000"  # noqa: PLR2004
PACE = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0  # noqa: PLR2004
PEOPLE, TABS, EACH, EVERY = 20, 3, 6.0 * PACE, 15.0 * PACE
PORT = 8799
HERE = f"http://127.0.0.1:{PORT}"
SECRET = "0123456789abcdef" * 2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = desk(Path(folder))
        people = Team(open_questions(root), items_of(root))
        with served(root, Path(folder) / "secret") as process, ExitStack() as browsers:
            clients = [browsers.enter_context(browser(n)) for n in range(PEOPLE)]
            people.links = LINK.findall(clients[-1].get("/").text)
            pages = [page for page, _ in PAGES if page.startswith("/")]
            for client in (clients[0], clients[-1]):  # of a server that runs already, both views
                for address in (*pages, *(f"/{link}" for link in people.links)):
                    client.get(address)
            threads = [
                *(tab(client, people.read, EACH, n) for n, client in enumerate(clients * TABS)),
                *(tab(client, people.write, EVERY, n) for n, client in enumerate(clients)),
                *(
                    threading.Thread(target=stream, args=(n,), daemon=True)
                    for n in range(PEOPLE * TABS)
                ),
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                if not thread.daemon:
                    thread.join()
            memory = peak(process.pid)
        pace = f"a page every {EACH / TABS:g} s and a record every {EVERY:g} s from each person"
        print(f"{PEOPLE} people, {TABS} tabs each, {ITEMS} items, {SECONDS:.0f} s: {pace}")
        print(f"read {people.reads}, 95% under 500 wanted")
        print(f"write {people.writes}, 95% under 2000 wanted")
        print(f"the list with one's own item {people.after}")
        print(f"peak of memory {memory:.0f} MB, under 700 wanted")
        lost = [*people.lost(scenarios.open(root).database)]
        failed = [*people.reads.failed, *people.writes.failed, *people.after.failed]
        log = subprocess.run(
            ["git", "log", "--format=%an", f"-{len(people.writes.seconds)}"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\n")
        print(f"{len(lost)} lost, {len(failed)} failed, commits by {len({*log} - {''})} authors")
        print(*failed[:5], sep="\n")


class Team(People):
    """People who are known by the sign-in, not by a cookie; those who have not sat record items."""

    def write(self, client: httpx2.Client, chance: random.Random, number: int) -> None:
        client.cookies.clear()
        if number < PEOPLE // 2:
            super().write(client, chance, number)
        else:
            self.record(client, chance)


def desk(folder: Path) -> Path:
    """A database of 20 people in git, of whom half have given a figure on every question."""
    root = folder / "scenarios"
    write_database(root, SHAPES[ITEMS])
    commit_all(folder, 1)
    with (root / "tracker.yaml").open("a") as tracker:
        tracker.write("analysts:\n  desk: The desk\n")
        tracker.writelines(f"  analyst-{n}: Analyst {n}\n" for n in range(50))
        for n in range(PEOPLE):
            login = f"login: writer-{n}@example.org, role: editor"
            tracker.write(f"  writer-{n}: {{name: Writer {n}, {login}}}\n")
    today = date.today()  # noqa: DTZ011
    figures = "".join(f"  {id}: 0.3\n" for id in open_questions(root))
    for n in range(PEOPLE // 2):
        path = root / f"forecasts/{today.year}/{today}-writer-{n}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"date: {today}\nanalyst: writer-{n}\nprobabilities:\n{figures}")
    for key, value in (("name", "Server"), ("email", "server@example.org")):
        subprocess.run(["git", "config", f"user.{key}", value], cwd=folder, check=True)
    commit = ["git", "commit", "-q", "-a", "-m", "The period's sheets"]
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    subprocess.run(commit, cwd=folder, check=True)
    time.sleep(65)  # what changed in the last minute is read again at each write
    return root


@contextmanager
def served(root: Path, secret: Path) -> Iterator[subprocess.Popen[str]]:
    secret.write_text(SECRET)
    secret.chmod(0o600)
    words = ["serve", "--team", "--address", HERE, "--user-header", "X-User"]
    words += ["--proxy-secret", f"{secret}", "--port", f"{PORT}"]
    command = [*SCEN, "--database", str(root), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            server.stdout.readline()
            for _ in range(100):
                try:
                    httpx2.get(HERE, timeout=60)
                    break
                except httpx2.ConnectError:
                    time.sleep(0.1)
            yield server
        finally:
            server.terminate()


def signed(n: int) -> dict[str, str]:
    return {"X-Scen-Secret": SECRET, "X-User": f"writer-{n}@example.org"}


@contextmanager
def browser(n: int) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=HERE, headers=signed(n), timeout=60) as client:
        yield client


def tab(client: httpx2.Client, do: object, pause: float, n: int) -> threading.Thread:
    return threading.Thread(target=keep_on, args=(client, do, pause, n))


def stream(n: int) -> None:
    """A tab's event stream, until the server ends."""
    try:
        with httpx2.stream(
            "GET", f"{HERE}/-/events", headers=signed(n % PEOPLE), timeout=None
        ) as lines:
            for _ in lines.iter_lines():
                pass
    except httpx2.HTTPError:
        return


def peak(pid: int) -> float:
    """The peak of a process's resident memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
