"""However many read and write at once: whole states, each page made once, nothing lost."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from scenarios.errors import ScenError
from scenarios.serve import page_queue
from scenarios.serve.exchange import PageParameters, PageRequest, RenderedPage
from scenarios.serve.live_database import LiveDatabase
from scenarios.serve.page_queue import PageCache
from scenarios.site.at import page_at
from scenarios.storage import worktree
from scenarios.storage.cache.files import CachedFiles
from scenarios.storage.edits import FileChange
from scenarios.storage.yaml import reader
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.tasks.evidence import record_evidence
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult, write
from tests.cli.commands import FILES, make
from tests.serve.desks import browser, portal, stranger
from tests.serve.forms import FROM_HERE, opened, send

LIST = "/list/evidence/"
LONG = 120
"""Seconds after which a thread that should have ended has hung."""


def together(calls: Iterable[Callable[[], object]]) -> None:
    """Call all of them at once, each in a thread; raise the first fault."""
    faults: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as fault:  # noqa: BLE001 - raised below
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()
    if faults:
        raise faults[0]


def inside(of: object, *names: str) -> list[Any]:
    """What something keeps to itself."""
    return [vars(of)[f"_{name}"] for name in names]


class Told:
    """A lock that tells each time that somebody comes to it."""

    def __init__(self, lock: Any = None) -> None:
        self.comes, self.lock = threading.Semaphore(0), lock

    def wait_for(self, number: int) -> None:
        for _ in range(number):
            assert self.comes.acquire(timeout=LONG)

    def __enter__(self) -> None:
        self.comes.release()
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


class ToldOrders(Told, dict[str, Any]):
    """A queue that tells each time that somebody joins it."""

    def setdefault(self, key: str, default: Any = None) -> Any:
        self.comes.release()
        return dict.setdefault(self, key, default)


Make = Callable[[PageRequest], RenderedPage]
HELD = count()
"""Addresses of pages that nobody has asked for yet."""


class Queue:
    """Pages of a desk that are rendered in the event loop of the tests."""

    def __init__(self, desk: LiveDatabase, pages: PageCache | None = None) -> None:
        self.desk, self.pages = desk, pages or PageCache(lambda _: 0)
        if pages is None:
            self.task = portal().start_task_soon(self.pages.render)

    def ask(self, path: str = LIST, *, receive: Any = anyio.sleep_forever) -> PageRequest:
        """A request that comes now."""
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        scope |= {"scheme": "http", "server": ("127.0.0.1", 8765)}
        desk, on = self.desk, date(2022, 3, 1)
        return PageRequest(Request(scope, receive), desk, PageParameters(), desk.latest, on)

    def begin(self, ask: PageRequest, make: Make) -> Future[Response]:
        """Have somebody ask for a page."""
        reply = partial(self.pages.reply, ask, make)
        return portal().start_task_soon(anyio.to_thread.run_sync, reply)

    def reply(self, ask: PageRequest, make: Make) -> Response:
        return self.begin(ask, make).result(LONG)

    @contextmanager
    def rendering(self, body: bytes = b"held") -> Iterator[ToldOrders]:
        """While a page is rendered; the readers who come meanwhile."""
        begun, end, waited = threading.Event(), threading.Event(), ToldOrders()

        def make(_: PageRequest) -> RenderedPage:
            begun.set()
            assert end.wait(LONG)
            return RenderedPage(b"held")

        held = self.begin(self.ask(f"/held/{next(HELD)}/"), make)
        assert begun.wait(LONG)
        vars(self.pages)["_waited"] = waited
        try:
            yield waited
        finally:
            end.set()
        assert held.result(LONG).body == body

    def long(self, order: list[str]) -> tuple[Future[Response], threading.Event]:
        """A page under way that gives way, and notes its end, once the event is set."""
        begun, asked = threading.Event(), threading.Event()

        def make(_: PageRequest) -> RenderedPage:
            begun.set()
            assert asked.wait(LONG)
            self.pages.give_way()
            order.append("long")
            return RenderedPage(b"long")

        page = self.begin(self.ask("/long/"), make)
        assert begun.wait(LONG)
        return page, asked

    @contextmanager
    def form(self) -> Iterator[None]:
        """While a form is answered."""
        form = self.pages.form()
        portal().call(form.__enter__)
        yield
        portal().call(form.__exit__, None, None, None)

    def settle(self) -> None:
        """Wait until nothing is put off."""
        until = time.monotonic() + LONG
        # Looked at in the loop: outside it a page may leave the queue between two of the looks.
        while portal().call(lambda: any(inside(self.pages, "waited", "late", "renders"))):
            assert time.monotonic() < until
            time.sleep(0.01)


class Served(Queue):
    """A writer and readers at one server, who have read the list."""

    def __init__(self, root: Path, readers: int = 1) -> None:
        self.root = make(root, FILES)
        self.writer, door = stranger(self.root)
        app: Any = self.writer.app
        super().__init__(app.state.live, app.state.pages)
        self.readers = [browser(app) for _ in range(readers)]
        for client in (self.writer, *self.readers):
            assert client.get(door.start).status_code == 200
            assert "Dinner" not in client.get(LIST).text
        self.reader = self.readers[0]


def dine(client: TestClient, words: str = "Dinner") -> None:
    fields = {"summary": words, "rate:trade": "C", "sure": "1"}
    assert send(client, "evidence", fields).is_saved


def test_while_a_page_is_made_readers_see_the_whole_state_before_and_then_the_latest(
    tmp_path: Path,
) -> None:
    served = Served(tmp_path)
    before = served.reader.get(LIST).text
    dine(served.writer)
    with served.rendering():
        assert served.reader.get(LIST).text == served.reader.get(LIST).text == before
    served.settle()
    assert "Dinner" in served.reader.get(LIST).text


def test_a_writer_sees_his_write_while_readers_see_the_state_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_PAGE_WAIT", 0)
    monkeypatch.setattr(page_queue, "_FORMS", 0)
    served = Served(tmp_path)
    dine(served.writer)
    with served.form():
        assert "Dinner" not in served.reader.get(LIST).text
        assert "Dinner" in served.writer.get(LIST).text
        served.settle()
        assert "Dinner" in served.reader.get(LIST).text


def test_a_writer_waits_for_a_list_with_his_write_and_a_moment_for_a_page_of_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_OWN_WAIT", 0.01)
    served, question, texts = Served(tmp_path), "/s/trade/", list[str]()
    before = served.writer.get(question).text
    dine(served.writer)
    lists = threading.Thread(target=lambda: texts.append(served.writer.get(LIST).text), daemon=True)
    with served.rendering() as waited:
        assert served.writer.get(question).text == before
        lists.start()
        waited.wait_for(2)
        assert not texts
    lists.join(LONG)
    assert "Dinner" in texts[0]
    served.settle()
    assert "Dinner" in served.writer.get(question).text


def test_a_mark_of_a_write_that_is_none_is_ignored(tmp_path: Path) -> None:
    served = Served(tmp_path)
    dine(served.writer)
    for mark in ("", "-1", "1.5", "-x" * 99, "9" * 5000):
        served.reader.cookies.set("scen-8765-wrote", mark)
        assert served.reader.get(LIST).status_code == 200


def named(name: str, order: list[str]) -> Make:
    """How a page is rendered that says when."""

    def make(_: PageRequest) -> RenderedPage:
        order.append(name)
        return RenderedPage(name.encode())

    return make


def test_a_page_waits_for_a_form_and_a_late_one_for_those_that_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_PAGE_WAIT", LONG)
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    late = named("late", order)
    assert queue.reply(queue.ask("/late/"), late).body == b"late"
    add(queue.desk, "Dinner")
    with queue.rendering() as waited:
        assert queue.reply(queue.ask("/late/"), late).body == b"late"
        page = queue.begin(queue.ask("/page/"), named("page", order))
        waited.wait_for(1)
        form = queue.form()
        form.__enter__()
    portal().call(anyio.wait_all_tasks_blocked)
    order.append("form")
    form.__exit__(None, None, None)
    assert page.result(LONG).body == b"page"
    queue.settle()
    assert order == ["late", "form", "page", "late"]


def test_a_page_waits_for_forms_no_longer_than_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_PAGE_WAIT", 0)
    queue = Queue(LiveDatabase(make(tmp_path, FILES)))
    with queue.form():
        assert queue.reply(queue.ask(), named("page", [])).body == b"page"


def test_a_reader_does_not_wait_for_what_postponed_pages_wait_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_PAGE_WAIT", 0)
    monkeypatch.setattr(page_queue, "_FORMS", 9 * LONG)
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    late = named("late", order)
    assert queue.reply(queue.ask("/late/"), late).body == b"late"
    add(queue.desk, "Dinner")
    with queue.form():
        assert queue.reply(queue.ask("/late/"), late).body == b"late"
        portal().call(anyio.wait_all_tasks_blocked)  # until the queue waits for the form
        assert queue.reply(queue.ask(), named("page", order)).body == b"page"
        assert order == ["late", "page"]
    queue.settle()
    assert order == ["late", "page", "late"]


async def gone() -> dict[str, str]:
    """A browser that has closed the connection."""
    return {"type": "http.disconnect"}


def test_a_page_is_not_made_for_those_who_have_left(tmp_path: Path) -> None:
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    asked = list[Future[Response]]()
    with queue.rendering() as waited:
        for path, receive in (("/left/", gone), ("/one/", gone), ("/one/", anyio.sleep_forever)):
            asked.append(queue.begin(queue.ask(path, receive=receive), named(path, order)))
            waited.wait_for(1)
        asked.append(queue.begin(queue.ask("/last/"), named("/last/", order)))
    assert [each.result(LONG).body for each in asked] == [b"", b"", b"/one/", b"/last/"]
    assert order == ["/one/", "/last/"]


def test_a_quick_page_is_made_before_one_that_took_long_and_came_a_little_earlier(
    tmp_path: Path,
) -> None:
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()

    def slowly(_: PageRequest) -> RenderedPage:
        time.sleep(0.5)
        order.append("slow")
        return RenderedPage(b"slow")

    assert queue.reply(queue.ask("/slow/1/"), slowly).body == b"slow"
    assert queue.reply(queue.ask("/quick/1/"), named("quick", order)).body == b"quick"
    with queue.rendering() as waited:
        asked = [queue.begin(queue.ask("/slow/2/"), slowly)]
        waited.wait_for(1)
        asked.append(queue.begin(queue.ask("/quick/2/"), named("quick", order)))
        waited.wait_for(1)
    assert [each.result(LONG).body for each in asked] == [b"slow", b"quick"]
    assert order == ["slow", "quick", "quick", "slow"]


def test_a_list_goes_before_the_next_figure_of_a_long_page(tmp_path: Path) -> None:
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    page, asked = queue.long(order)
    quick = queue.begin(queue.ask(), named("list", order))
    portal().call(anyio.wait_all_tasks_blocked)
    while not any(inside(queue.pages, "waited")):
        time.sleep(0.01)
    asked.set()
    assert (page.result(LONG).body, quick.result(LONG).body) == (b"long", b"list")
    assert order == ["list", "long"]


@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_long_page_that_later_states_overtake_is_begun_anew_three_times_at_most(
    tmp_path: Path, times: int
) -> None:
    queue, begun = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    left = [times]

    def overtaken() -> None:
        queue.pages.supersede()
        vars(queue.pages)["_has_quick"] = False
        left[0] -= 1

    vars(queue.pages)["_deliver_quick"] = overtaken

    def long(_: PageRequest) -> RenderedPage:
        begun.append("begun")
        vars(queue.pages)["_has_quick"] = left[0] > 0
        queue.pages.give_way()
        return RenderedPage(b"long")

    assert queue.reply(queue.ask("/long/"), long).body == b"long"
    assert len(begun) == min(times, 3) + 1


def test_a_long_page_lets_a_form_go_before_its_next_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "_FORM_WAIT", LONG)
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    page, asked = queue.long(order)
    with queue.form():
        asked.set()
        time.sleep(0.3)
        order.append("form")
    assert page.result(LONG).body == b"long"
    assert order == ["form", "long"]


def test_why_a_page_cannot_be_made_is_told_to_each_who_waits_for_it(tmp_path: Path) -> None:
    queue, tries = Queue(LiveDatabase(make(tmp_path, FILES))), list[int]()

    def broken(_: PageRequest) -> RenderedPage:
        tries.append(1)
        raise ValueError("no page")

    with queue.rendering() as waited:
        asked = [queue.begin(queue.ask(), broken) for _ in range(3)]
        waited.wait_for(3)
    for each in asked:
        with pytest.raises(ValueError, match="no page"):
            each.result(LONG)
    assert tries == [1]
    assert queue.reply(queue.ask(), named("sound", [])).body == b"sound"


def test_at_the_end_nobody_waits_for_a_page_any_more(tmp_path: Path) -> None:
    queue, order = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    with queue.rendering(b"") as waited:
        asked = queue.begin(queue.ask(), named("page", order))
        waited.wait_for(1)
        queue.task.cancel()
        assert asked.result(LONG).status_code == 503
    assert not order


def test_a_page_that_cannot_be_made_any_more_is_not_shown_for_long(tmp_path: Path) -> None:
    served = Served(tmp_path)
    item = "/e/2022-02-04-visit/"
    assert served.reader.get(item).status_code == 200
    (tmp_path / "evidence/2022/2022-02-04-visit.yaml").unlink()
    served.desk.look()
    with served.rendering():
        assert served.reader.get(item).status_code == 200
    served.settle()
    assert served.reader.get(item).status_code == 404


def test_no_more_than_32_pages_are_put_off_at_a_time(tmp_path: Path) -> None:
    served = Served(tmp_path)
    addresses = [f"{LIST}?q={n}" for n in range(33)]
    before = [served.reader.get(address).text for address in addresses]
    dine(served.writer)
    with served.rendering():
        assert [served.reader.get(address).text for address in addresses] == before
        assert [len(late) for late in inside(served.pages, "late")] == [32]
    served.settle()


def test_a_page_that_fifty_ask_for_is_made_once_though_the_state_changes_meanwhile(
    tmp_path: Path,
) -> None:
    queue, made = Queue(LiveDatabase(make(tmp_path, FILES))), list[int]()
    asks = [queue.ask() for _ in range(50)]

    def page(now: PageRequest) -> RenderedPage:
        made.append(now.seen.number)
        add(queue.desk, "Dinner")
        return RenderedPage(b"the list")

    together(partial(queue.reply, ask, page) for ask in asks)
    assert made == [1]
    queue.reply(queue.ask(), page)
    assert made == [1, 2]


def test_fifty_browsers_at_once_cost_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, made = Served(tmp_path, readers=50), list[str]()

    def counted(site: Any, address: str) -> Any:
        made.append(address)
        return page_at(site, address)

    monkeypatch.setattr("scenarios.serve.frame.page_at", counted)
    texts: list[str] = []

    def read(client: TestClient) -> None:
        texts.append(client.get("/").text)

    together(partial(read, client) for client in served.readers)
    assert (len(made), len(texts), len(set(texts))) == (1, 50, 1)


RECORD: dict[str, Any] = {
    **dict.fromkeys(("analyst", "source", "url", "origin", "event", "theme", "quote", "notes")),
    "observed": "2022-02-07",
    "recorded": "2022-02-07",
    "ratings": {"trade": "C"},
    "indicators": {},
    "corroborated_by": [],
}


def add(desk: LiveDatabase, summary: str, rated: str = "trade") -> WriteResult | None:
    """An item written through a desk."""
    record = {**RECORD, "summary": summary, "ratings": {rated: "C"}}
    return desk.write(lambda now: record_evidence(now.root, record, WriteMode(read=now)))


def test_writes_that_wait_are_checked_one_upon_the_other_and_the_folder_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, written, looks = LiveDatabase(make(tmp_path, FILES)), list[Any](), list[int]()
    before, look = len(desk.latest.opened.database.evidence), desk.look

    def counted() -> Any:
        looks.append(1)
        return look()

    def refused() -> None:
        with pytest.raises(ScenError, match="no scenario 'trad'; did you mean 'trade'"):
            add(desk, "Lunch", "trad")

    def release() -> None:
        turn.wait_for(9)
        turn.lock.release()

    turn = Told(*inside(desk, "writing"))
    monkeypatch.setattr(desk, "is_watched", True)
    monkeypatch.setattr(desk, "look", counted)
    monkeypatch.setattr(desk, "_writing", turn)
    turn.lock.acquire()
    together([release, refused, *[lambda: written.append(add(desk, "Dinner"))] * 8])
    assert not looks
    assert sorted(len(done.before.database.evidence) - before for done in written) == [*range(8)]
    items = desk.latest.opened.database.evidence.values()
    assert [item.summary for item in items].count("Dinner") == 8
    assert is_as_on_disk(desk)


def test_a_team_s_write_is_drafted_anew_where_what_it_rests_on_changed_since_the_last_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, path = LiveDatabase(make(tmp_path, FILES)), "evidence/2022/2022-02-04-visit.yaml"
    monkeypatch.setattr(desk, "is_watched", True)
    file, tracker, drafted = desk.root / path, desk.root / "tracker.yaml", list[bytes]()
    before = file.read_bytes()

    def draft(now: OpenDatabase) -> list[FileChange]:
        drafted.append(now.snapshot[path])
        return [FileChange(path, drafted[-1], drafted[-1] + b"# ours\n")]

    def edit(now: OpenDatabase) -> WriteResult:
        mode = WriteMode(read=now, person="asia@example.org")
        return write(now.root, draft, "edit", mode, subject="")

    file.write_bytes(before + b"# theirs\n")
    desk.write(edit)
    assert drafted.pop() == before + b"# theirs\n"
    assert file.read_bytes() == before + b"# theirs\n# ours\n"
    assert is_as_on_disk(desk)

    drafted.clear()
    tracker.write_text(tracker.read_text() + "# theirs\n")
    written = desk.write(edit)
    assert written
    assert written.before.snapshot["tracker.yaml"].endswith(b"# theirs\n")
    assert len(drafted) == 1  # the tracker was read before anything was drafted


def is_as_on_disk(desk: LiveDatabase) -> bool:
    """The latest state is what somebody reads who opens the folder now."""
    now, anew = desk.latest.opened, open_folder(desk.root)
    return (now.database, now.problems) == (anew.database, anew.problems)


def test_a_write_reads_its_own_file_alone_looks_through_no_folder_and_asks_git_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, work = Served(tmp_path), Counter[str]()
    monkeypatch.setattr(served.desk, "is_watched", True)
    dine(served.writer)

    def count(of: Any, name: str) -> None:
        do = getattr(of, name)

        def counted(*args: Any, **keys: Any) -> Any:
            work[name] += 1
            return do(*args, **keys)

        monkeypatch.setattr(of, name, counted)

    count(worktree, "snapshot")
    count(reader, "read")
    count(subprocess, "Popen")
    number = served.desk.latest.number
    dine(served.writer, "Supper")
    assert work == {"read": 1}
    assert served.desk.latest.number == number + 1
    assert is_as_on_disk(served.desk)


def test_what_a_write_left_to_be_found_is_found_without_another_state(tmp_path: Path) -> None:
    desk = LiveDatabase(make(tmp_path, FILES))
    written = add(desk, "Dinner")
    assert written
    before, (path,) = desk.latest, [draft.path for draft in written.drafts]
    assert path in fresh(desk)
    now = desk.look()
    assert (now.number, now.name) == (before.number, before.name)
    assert path not in fresh(desk)
    assert desk.look().opened is now.opened


def fresh(desk: LiveDatabase) -> list[str]:
    files = desk.latest.opened.snapshot
    assert isinstance(files, CachedFiles)
    return files.fresh()


def test_where_many_files_are_not_found_yet_a_write_looks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = LiveDatabase(make(tmp_path, FILES))
    monkeypatch.setattr(desk, "is_watched", True)
    monkeypatch.setattr("scenarios.serve.live_database._FRESH", 2)
    numbers = []
    for n in range(4):
        add(desk, f"Dinner {n}")
        numbers.append(len(fresh(desk)))
    assert numbers == [1, 2, 0, 1]
    assert is_as_on_disk(desk)


def test_what_another_changed_during_a_write_is_not_lost(tmp_path: Path) -> None:
    desk = LiveDatabase(make(tmp_path, FILES))
    item = tmp_path / "evidence/2022/2022-02-04-visit.yaml"

    def change(now: OpenDatabase) -> WriteResult | None:
        item.write_text(re.sub("(?m)^summary: .*", "summary: A late word", item.read_text()))
        assert desk.look().opened.database.evidence[item.stem].summary == "A late word"
        return record_evidence(now.root, {**RECORD, "summary": "Dinner"}, WriteMode(read=now))

    desk.write(change)
    assert desk.latest.opened.database.evidence[item.stem].summary == "A late word"
    assert is_as_on_disk(desk)


def test_a_file_that_cannot_be_opened_is_still_told_of_after_a_write(tmp_path: Path) -> None:
    (make(tmp_path, FILES) / "evidence/2022/2022-02-05-gone.yaml").symlink_to("nowhere.yaml")
    desk = LiveDatabase(tmp_path)
    problems = desk.latest.opened.problems
    assert [problem.rule for problem in problems] == ["unreadable"]
    add(desk, "Dinner")
    assert desk.latest.opened.problems == problems
    assert is_as_on_disk(desk)


def test_a_page_that_fails_while_it_is_put_off_stops_no_other(tmp_path: Path) -> None:
    queue, tries = Queue(LiveDatabase(make(tmp_path, FILES))), list[str]()
    first = queue.ask()

    def page(name: str, now: PageRequest) -> RenderedPage:
        tries.append(name)
        if name == "broken" and now.seen.number > first.seen.number:
            raise ValueError("no page")
        return RenderedPage(f"{name} {now.seen.number}".encode())

    other = first._replace(on=date(2022, 3, 2))
    queue.reply(first, partial(page, "broken"))
    queue.reply(other, partial(page, "sound"))
    add(queue.desk, "Dinner")
    later = queue.ask()
    with queue.rendering():
        queue.reply(later, partial(page, "broken"))
        queue.reply(later._replace(on=other.on), partial(page, "sound"))
    queue.settle()
    assert tries == ["broken", "sound", "broken", "sound"]
    with queue.rendering() as waited:  # while nothing old is shown in its place
        asked = queue.begin(later, partial(page, "broken"))
        waited.wait_for(1)
    with pytest.raises(ValueError, match="no page"):
        asked.result(LONG)


def test_each_of_eight_writers_finds_his_item_and_none_is_lost(tmp_path: Path) -> None:
    served = Served(tmp_path, readers=8)

    def work(number: int) -> None:
        client = served.readers[number]
        dine(client, f"Dinner {number}")
        assert f"Dinner {number}" in client.get(LIST).text

    together(partial(work, number) for number in range(8))
    items = [item.summary for item in open_folder(tmp_path).database.evidence.values()]
    assert sorted(text for text in items if "Dinner" in text) == [f"Dinner {n}" for n in range(8)]
    served.settle()


def test_a_form_that_is_sent_twice_at_once_is_saved_once(tmp_path: Path) -> None:
    served = Served(tmp_path, readers=2)
    data = {**opened(served.reader, "evidence"), "summary": "Dinner", "rate:trade": "C"}

    def post(client: TestClient) -> None:
        sent = client.post("/record/evidence/", data={**data, "do": "save"}, headers=FROM_HERE)
        assert sent.status_code == 303

    together(partial(post, client) for client in served.readers)
    items = [item.summary for item in open_folder(tmp_path).database.evidence.values()]
    assert items.count("Dinner") == 1
    served.settle()


def test_every_page_that_is_read_during_writes_is_of_one_state(tmp_path: Path) -> None:
    served = Served(tmp_path, readers=4)
    first = served.desk.latest.number

    def write() -> None:
        for number in range(6):
            dine(served.writer, f"Dinner {number}")

    def read(client: TestClient) -> None:
        for _ in range(12):
            text = client.get(LIST).text
            (state,) = re.findall(r'data-state="(\d+)"', text)
            assert {*re.findall(r"Dinner (\d)", text)} == {
                f"{n}" for n in range(int(state) - first)
            }

    together([write, *(partial(read, client) for client in served.readers)])
    served.settle()


def test_those_who_wait_while_another_looks_share_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, looks = LiveDatabase(make(tmp_path, FILES)), list[int]()
    lock, read = Told(*inside(desk, "lock")), desk._read  # noqa: SLF001

    others = [threading.Thread(target=desk.look, daemon=True) for _ in range(5)]

    def slow(before: Any) -> Any:
        looks.append(1)
        if len(looks) == 1:
            for other in others:
                other.start()
            lock.wait_for(6)
        return read(before)

    monkeypatch.setattr(desk, "_lock", lock)
    monkeypatch.setattr(desk, "_read", slow)
    desk.look()
    for other in others:
        other.join(LONG)
    assert len(looks) == 2


def test_a_change_that_the_latest_state_has_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, looks = LiveDatabase(make(tmp_path, FILES)), list[int]()
    item, gone = tmp_path / "evidence/2022/2022-02-04-visit.yaml", tmp_path / ".scen-1.tmp"
    monkeypatch.setattr(desk, "look", lambda: looks.append(1))
    desk.look_after([(1, str(item)), (3, str(gone))])
    assert not looks
    desk.look_after([])
    desk.look_after([(1, str(item.parent))])
    desk.look_after([(1, str(item)), (3, str(tmp_path / "new.yaml").replace("new", "tracker"))])
    item.write_text(item.read_text() + "notes: Late\n")
    desk.look_after([(2, str(item))])
    item.unlink()
    desk.look_after([(3, str(item))])
    (tmp_path / "other.txt").write_text("x")
    desk.look_after([(1, str(tmp_path / "other.txt"))])
    assert len(looks) == 5


def test_a_reading_of_a_moment_ago_gives_no_id_that_is_taken_meanwhile(tmp_path: Path) -> None:
    now: OpenDatabase = open_folder(make(tmp_path, FILES))
    record = {**RECORD, "summary": "Dinner"}
    ids = [record_evidence(tmp_path, record, WriteMode(read=now)).drafts[0].path for _ in range(2)]
    assert ids == [f"evidence/2022/2022-02-07-dinner{n}.yaml" for n in ("", "-2")]
