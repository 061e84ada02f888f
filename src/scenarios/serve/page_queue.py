"""Pages that are kept, and the queue of those that have to be rendered."""

import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
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
_FORMS = 10.0
"""Seconds for which a postponed page waits for forms."""
_OWN_WAIT = 0.3
"""Seconds for which a writer waits for a page of figures that has the own change."""


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


class PageCache:
    """The newest page of each address, rendered once for all who wait, one page at a time.

    While anything is computed a reader gets the page of an earlier state at once, which is renewed
    later. A browser that wrote waits for a state with its own writes: for a list of records until
    it is there, for a page of figures a moment. All but `reply` runs in the event loop, so that the
    queue needs no lock. `wrote` numbers the first state with a browser's writes.
    """

    def __init__(self, wrote: Callable[[PageRequest], int]) -> None:
        self._wrote = wrote
        self._cached = SizedCache[CachedPage](_MOST, lambda page: len(page.sent.body))
        self._waited, self._late = (dict[Hashable, list[PageOrder]]() for _ in range(2))
        self._seconds: dict[str, float] = {}
        self._readers, self._forms, self._renders = set[Future[CachedPage]](), 0, False
        self._woken = anyio.Event()
        self._limiter = anyio.CapacityLimiter(1)  # readers that wait may hold all other threads

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
        try:
            yield
        finally:
            self._forms -= 1
            if not self._forms:
                self._woken.set()

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
        rested, now = 0.0, time.monotonic
        try:
            while True:
                # A reader who comes while postponed pages wait for forms ends that wait
                # (test_a_reader_does_not_wait_for_what_postponed_pages_wait_for).
                while (due := self._due(rested)) > now():
                    self._woken = anyio.Event()
                    with anyio.move_on_after(due - now()):
                        await self._woken.wait()
                queue, started, self._renders = self._waited or self._late, now(), True
                key = min(queue, key=lambda key: self._turn(key, queue[key]))
                orders = [order for order in queue.pop(key) if not await order.is_abandoned()]
                if orders:
                    await self._deliver(key, orders)
                    self._seconds[_kind(key)] = now() - started
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

    async def _deliver(self, key: Hashable, orders: list[PageOrder]) -> None:
        """Render a page for all who wait for it, unless it was rendered since they came."""
        newest = max(orders, key=lambda order: order.ask.seen.number)
        page, run = self._cached.get(key), anyio.to_thread.run_sync
        try:
            if page is None or page.number < newest.ask.seen.number:
                page = await run(newest.render, abandon_on_cancel=True, limiter=self._limiter)
                self._cached.put(key, page)
            for reader in _waiting(orders):
                reader.set_result(page)
        except Exception as error:  # noqa: BLE001 - raised where each reader waits
            self._cached.drop(key)
            for reader in _waiting(orders):
                reader.set_exception(error)


def _waiting(orders: Sequence[PageOrder]) -> Iterator[Future[CachedPage]]:
    """The readers who still wait, since some have an earlier state by now."""
    return (order.reader for order in orders if not order.reader.done())


def _kind(key: Hashable) -> str:
    """The first folder of a page's address, whose pages take about as long."""
    return str(key[0]).split("/")[1] if isinstance(key, tuple) else ""
