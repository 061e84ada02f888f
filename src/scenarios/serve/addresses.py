"""Every address that there is, and what answers there."""

from __future__ import annotations

from scenarios.serve import lists, people, undoing
from scenarios.serve.exchange import Entry
from scenarios.serve.forms import pages as forms
from scenarios.serve.sitting import pages as sitting

_RECORDING = (*people.ENTRIES, *forms.ENTRIES, *undoing.ENTRIES, *sitting.ENTRIES)


def entries(*, read_only: bool) -> tuple[Entry, ...]:
    """All but the pages of the site; none at which something is recorded where that may not be."""
    return (*(() if read_only else _RECORDING), *lists.ENTRIES)
