"""Where one records: what is not there in a server that is only read."""

from __future__ import annotations

from scenarios.serve.exchange import Entry

ENTRIES: tuple[Entry, ...] = ()
