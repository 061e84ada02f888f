"""Items that a new one may be the same as: shown before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.analysis.rules.duplicates import alike
from scenarios.cli.output.streams import say
from scenarios.cli.terminal import prompt
from scenarios.errors import ScenError
from scenarios.model import Database

_MOST = 3


def tell_alike(database: Database, record: Mapping[str, Any], *, asked: bool) -> None:
    """On a terminal it is recorded all the same only if the analyst says so."""
    keys = (record[key] for key in ("summary", "observed", "url", "event"))
    found = alike(database.evidence, *keys)
    lines = [
        f"{id} may be the same ({why}): {database.evidence[id].summary}"
        for id, why in found[:_MOST]
    ]
    lines += [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    if not found:
        return
    first = found[0][0]
    if not asked:
        both = "if it is, give both one event, or retract one"
        say("; ".join([*lines, both]))
        return
    prompt.tell("\n".join(lines))
    if not prompt.confirmed("  Record this one all the same"):
        raise ScenError(f"nothing was written; rate the one that is there: scen rate {first}")
