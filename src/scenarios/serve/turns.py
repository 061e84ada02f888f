"""Kept pages, and whose turn it is to compute: forms first, then who waits, then what is late."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from typing import Literal, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scenarios.errors import ScenError
from scenarios.serve import people
from scenarios.serve.door import policy
from scenarios.serve.exchange import ElsewhereError, PageRequest, Sent
from scenarios.serve.kept import Kept

_MOST, _PATIENCE, _LATE = 64 << 20, 1.0, 32
"""Bytes of the pages that are kept; seconds for which one waits for forms; pages put off."""
Work = Literal["form", "page", "late"]


class KeptPage(NamedTuple):
    """The newest page of an address, and the number of the state that it shows."""

    sent: Sent
    number: int

    def response(self, ask: PageRequest) -> Response:
        """Return the page, or 304 where the reader has it."""
        digest = f'"{blake2b(self.sent.body, digest_size=16).hexdigest()}"'
        headers = {"Content-Security-Policy": policy(self.sent.scripts), "ETag": digest}
        if ask.request.headers.get("if-none-match") == digest:
            return Response(status_code=304, headers=headers)
        return Response(self.sent.body, media_type="text/html", headers=headers)


class Pages:
    """The newest page of each address, made once for all who wait for it, one page at a time.

    While anything is computed a reader is shown the page of an earlier state at once, and that page
    is made anew later; but nobody is shown a state without what the same browser wrote.
    """

    def __init__(self) -> None:
        self._kept = Kept[KeptPage](_MOST, lambda page: len(page.sent.body))
        self._change, self._now, self._makes = threading.Condition(), Counter[Work](), False
        self._late = set[Hashable]()

    def reply(self, ask: PageRequest, make: Callable[[PageRequest], Sent]) -> Response:
        """Reply with the page of the latest state, or of an earlier one."""
        key = ask.request.url.path, ask.request.url.query, ask.on
        renewed = partial(self._renewed, key, ask, make)
        page = self._kept.get(key)
        if page and page.number < ask.seen.number:
            is_enough = page.number >= people.wrote(ask) and self._put_off(key, renewed)
            page = page if is_enough else None
        return (page or renewed("page")).response(ask)

    @contextmanager
    def turn(self, of: Work) -> Iterator[None]:
        """Answer a `form`, or make a page once no other is made and no form is answered.

        For forms a page waits a second at most; a `late` one waits for all that readers wait for.
        """
        with self._change:
            self._now[of] += 1
            if of != "form":
                self._change.wait_for(
                    lambda: not (self._makes or (of == "late" and self._now["page"]))
                )
                self._makes = True
                self._change.wait_for(lambda: not self._now["form"], _PATIENCE)
        try:
            yield
        finally:
            with self._change:
                self._now[of] -= 1
                self._makes = self._makes and of == "form"
                self._change.notify_all()

    def _renewed(
        self, key: Hashable, ask: PageRequest, make: Callable[[PageRequest], Sent], of: Work
    ) -> KeptPage:
        """Return the page of a state that is no earlier than that of the request."""
        with self.turn(of):
            page = self._kept.get(key)
            if page is None or page.number < ask.seen.number:
                now = ask.now()
                self._kept.put(key, page := KeptPage(make(now), now.seen.number))
            return page

    def _put_off(self, key: Hashable, renew: Callable[[Work], object]) -> bool:
        """Renew a page later if there is anything else to do."""
        with self._change:
            is_busy = self._now.total() > 0
            if is_busy and key not in self._late and len(self._late) < _LATE:
                self._late.add(key)
                threading.Thread(target=self._catch_up, args=(key, renew), daemon=True).start()
            return is_busy

    def _catch_up(self, key: Hashable, renew: Callable[[Work], object]) -> None:
        try:
            renew("late")
        except (ScenError, ElsewhereError, HTTPException):
            self._kept.drop(key)  # whoever asks next is answered why
        finally:
            with self._change:
                self._late.discard(key)
                self._change.notify_all()
