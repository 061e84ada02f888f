"""Pages that are kept, and the queue of those that have to be rendered."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

import anyio
from starlette.responses import Response

from scenarios.serve.exchange import PageRequest, RenderedPage
from scenarios.serve.request_guard import policy
from scenarios.serve.sized_cache import SizedCache

_MOST, _PAGE_WAIT, _LATE, _REST, _PATIENCE = 64 << 20, 0.2, 32, 2.0, 4.0
"""Bytes of cached pages; seconds for which a reader waits for forms; most postponed pages; rest
after a postponed page, per second that it took, for the requests that wait; how far quicker pages
may go before one, per second that it takes."""
_FORM_WAIT, _LOOK = 1.0, 0.05
"""Seconds for which a long page waits for forms, in all, and between looks for readers."""
_TRIES = 3
"""Times that a long page begins anew, since it let a page of a later state go before."""
_FORMS = 10.0
"""Seconds for which a postponed page waits for forms."""
_OWN_WAIT = 0.3
"""Seconds for which a writer waits for a page of figures that has the own change."""
_QUICK = frozenset({"e", "list", "search"})
"""First folders of the addresses of pages that go before the rest of a long page."""


class CachedPage(NamedTuple):
    """The newest page of an address, and the number of the state that it shows."""

    sent: RenderedPage
    number: int

    def response(self, ask: PageRequest) -> Response:
        """Return the page, or 304 where the reader has it."""
        digest = f'"{blake2b(self.sent.body, digest_size=16).hexdigest()}"'
        headers = {"Content-Security-Policy": policy(self.sent.scripts), "ETag": digest}
        if ask.request.headers.get("if-none-match") == digest:
            return Response(status_code=304, headers=headers)
        return Response(self.sent.body, media_type="text/html", headers=headers)


class PageOrder(NamedTuple):
    """A request, at a time, for a page that has to be rendered.

    The reader of a postponed one has a page.
    """

    ask: PageRequest
    make: Callable[[PageRequest], RenderedPage]
    reader: Future[CachedPage]
    since: float = 0.0

    def render(self) -> CachedPage:
        """Render the page of the latest state."""
        now = self.ask.now()
        if now.seen.view != self.ask.seen.view:  # as when a sitting ends meanwhile
            now = self.ask  # whose page others get who see as little
        return CachedPage(self.make(now), now.seen.number)

    async def is_abandoned(self) -> bool:
        """End the wait of a browser that has closed the connection; True if it had."""
        is_waiting = not self.reader.done()
        return is_waiting and await self.ask.request.is_disconnected() and self.reader.cancel()


Queue = dict[Hashable, list[PageOrder]]
"""Requests by the key of their page."""


class PageSuperseded(Exception):  # noqa: N818
    """A page has to be rendered anew: what it is computed from has followed to another state."""


class PageCache:
    """The newest page of each address, rendered once for all who wait, one page at a time.

    While anything is computed a reader gets the page of an earlier state at once, which is renewed
    later. A browser that wrote waits for a state with its own writes: for a list of records until
    it is there, for a page of figures a moment. A long page lets forms and quick pages go before
    its next figure. `wrote` numbers the first state with a browser's writes.

    The queue is changed in the event loop alone, so that it needs no lock.
    """

    def __init__(self, wrote: Callable[[PageRequest], int]) -> None:
        self._wrote = wrote
        self._cached = SizedCache[CachedPage](_MOST, lambda page: len(page.sent.body))
        self._waited, self._late = (Queue() for _ in range(2))
        self._seconds: dict[str, float] = {}
        self._readers, self._forms, self._renders = set[Future[CachedPage]](), 0, False
        self._woken = anyio.Event()
        self._limiter = anyio.CapacityLimiter(1)  # readers that wait may hold all other threads
        self._no_form = threading.Event()
        self._no_form.set()
        self._has_quick, self._superseded, self._again = False, 0, Counter[Hashable]()
        self._long: int | None = None
        self._patience = 0.0

    def reply(
        self,
        ask: PageRequest,
        make: Callable[[PageRequest], RenderedPage],
        *,
        of_records: bool = True,
    ) -> Response:
        """Reply, in a worker thread, with the page of the latest state or of an earlier one."""
        address = ask.request.url.path, ask.request.url.query
        key = *address, ask.on, ask.seen.view, ask.person.role
        page = self._cached.get(key)
        if page is None or page.number < ask.seen.number:
            order = PageOrder(ask, make, Future(), time.monotonic())
            anyio.from_thread.run_sync(self._order, key, order)
            patience = None if page is None or of_records else _OWN_WAIT
            try:
                page = order.reader.result(patience)
            except CancelledError:  # the browser has left, or the server ends
                return Response(status_code=503)
            except TimeoutError:  # of the reader's patience, or of what the page reads
                if page is None or order.reader.done():
                    page = order.reader.result()
                else:
                    anyio.from_thread.run_sync(self._postpone, key, order)
        return page.response(ask)

    @contextmanager
    def form(self) -> Iterator[None]:
        """Answer a form; no page starts meanwhile, for a second at most."""
        self._forms += 1
        self._no_form.clear()
        try:
            yield
        finally:
            self._forms -= 1
            if not self._forms:
                self._no_form.set()
                self._woken.set()

    def give_way(self) -> None:
        """Let forms and quick pages go before the long page that this thread renders.

        Called between two figures, by any thread. Raises PageSuperseded where a quick page was of
        another state, which the ledgers have followed.
        """
        if self._long != threading.get_ident():
            return
        superseded, is_waiting = self._superseded, True
        while is_waiting:
            if self._has_quick:
                self._long = None
                self._deliver_quick()
                self._long = threading.get_ident()
            is_waiting = bool(self._forms) and self._patience > 0
            if is_waiting:
                self._patience -= _LOOK
                self._no_form.wait(_LOOK)
        if self._superseded != superseded:
            raise PageSuperseded

    def supersede(self) -> None:
        """Note that what pages are computed from has followed to another state."""
        self._superseded += 1

    def _deliver_quick(self) -> None:
        key, orders = anyio.from_thread.run(self._next_quick)
        if orders:
            page = self._rendered(key, orders)
            anyio.from_thread.run_sync(self._answer, key, orders, page)

    def _order(self, key: Hashable, order: PageOrder) -> None:
        page = self._cached.get(key)
        is_busy = self._forms or self._renders or self._waited or self._late
        if page and is_busy and page.number >= self._wrote(order.ask):
            order.reader.set_result(page)
            if key not in self._waited and len(self._late) < _LATE:
                self._late.setdefault(key, [order])
        else:
            self._readers.add(order.reader)
            order.reader.add_done_callback(self._readers.discard)
            self._late.pop(key, None)
            self._waited.setdefault(key, []).append(order)
            self._has_quick |= _kind(key) in _QUICK
        self._woken.set()

    def _postpone(self, key: Hashable, order: PageOrder) -> None:
        """Render a page later, unless others wait for it: its reader has an earlier state."""
        order.reader.cancel()
        if all(other.reader.done() for other in self._waited.get(key, ())):
            orders = self._waited.pop(key, [])
            if orders and len(self._late) < _LATE:
                self._late.setdefault(key, orders)

    async def render(self) -> None:
        """Render until cancelled: what readers wait for, then what was postponed.

        The oldest is first, but those who wait for a list do not wait for a long page that came
        a little earlier. After a postponed page it rests as long as that took, unless a reader
        comes.
        """
        rested, now, run = 0.0, time.monotonic, anyio.to_thread.run_sync
        try:
            while True:
                # A reader who comes while postponed pages wait for forms ends that wait
                # (test_a_reader_does_not_wait_for_what_postponed_pages_wait_for).
                while (due := self._due(rested)) > now():
                    self._woken = anyio.Event()
                    with anyio.move_on_after(due - now()):
                        await self._woken.wait()
                queue, started, self._renders = self._waited or self._late, now(), True
                key, orders = await self._next(queue, queue)
                if orders:
                    render = partial(self._rendered_long, key, orders)
                    page = await run(render, abandon_on_cancel=True, limiter=self._limiter)
                    self._answer(key, orders, page)
                self._renders = False
                if queue is self._late:
                    rested = now() + _REST * (now() - started)
        finally:
            for reader in tuple(self._readers):
                reader.cancel()

    def _due(self, rested: float) -> float:
        """The time at which the next page may start, which forms put off; infinite without one."""
        queue, wait = (self._waited, _PAGE_WAIT) if self._waited else (self._late, _FORMS)
        since = min((orders[0].since for orders in queue.values()), default=math.inf)
        due = since + wait if self._forms else since
        return due if self._waited else max(due, rested)

    def _turn(self, key: Hashable, orders: Sequence[PageOrder]) -> float:
        """The time at which a page is due: later, the longer the last of its kind took."""
        return orders[0].since + _PATIENCE * self._seconds.get(_kind(key), 0.0)

    async def _next_quick(self) -> tuple[Hashable, list[PageOrder]]:
        """Take the quick page that is due first, with the requests for it; nothing without one."""
        keys = [key for key in self._waited if _kind(key) in _QUICK]
        self._has_quick = len(keys) > 1
        return await self._next(self._waited, keys) if keys else (None, [])

    async def _next(
        self, queue: Queue, keys: Iterable[Hashable]
    ) -> tuple[Hashable, list[PageOrder]]:
        key = min(keys, key=lambda key: self._turn(key, queue[key]))
        return key, [order for order in queue.pop(key) if not await order.is_abandoned()]

    def _rendered(self, key: Hashable, orders: Sequence[PageOrder]) -> CachedPage | Exception:
        """Render a page, unless it was rendered since they came; a fault is returned."""
        newest = max(orders, key=lambda order: order.ask.seen.number)
        page, started = self._cached.get(key), time.monotonic()
        if page is None or page.number < newest.ask.seen.number:
            try:
                page = newest.render()
            except Exception as error:  # noqa: BLE001 - raised where each reader waits
                return error
            self._cached.put(key, page)
        self._seconds[_kind(key)] = time.monotonic() - started
        return page

    def _rendered_long(self, key: Hashable, orders: Sequence[PageOrder]) -> CachedPage | Exception:
        """Render a page that gives way; after some times to none, or it would never be rendered."""
        self._long, self._patience = threading.get_ident(), _FORM_WAIT
        if self._again[key] == _TRIES or _kind(key) in _QUICK:
            self._long = None
        try:
            return self._rendered(key, orders)
        finally:
            self._long = None

    def _answer(self, key: Hashable, orders: list[PageOrder], page: CachedPage | Exception) -> None:
        """Send a page, or the fault, to all who wait for it; one superseded is asked for again."""
        tries = self._again.pop(key, 0)
        if isinstance(page, PageSuperseded):
            self._again[key] = tries + 1
            queue = self._waited if any(_waiting(orders)) else self._late
            queue.setdefault(key, [])[:0] = orders
        elif isinstance(page, CachedPage):
            for reader in _waiting(orders):
                reader.set_result(page)
        else:
            self._cached.drop(key)
            for reader in _waiting(orders):
                reader.set_exception(page)


def _waiting(orders: Sequence[PageOrder]) -> Iterator[Future[CachedPage]]:
    """The readers who still wait, since some have an earlier state by now."""
    return (order.reader for order in orders if not order.reader.done())


def _kind(key: Hashable) -> str:
    """The first folder of a page's address, whose pages take about as long."""
    return str(key[0]).split("/")[1] if isinstance(key, tuple) else ""
