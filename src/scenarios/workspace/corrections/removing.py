"""A record that nothing rests on, taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.model import Database, indicator_key
from scenarios.paths import path_of, references
from scenarios.storage.edits import Draft, refuse_unwritable
from scenarios.storage.yaml.cutting import unset
from scenarios.storage.yaml.guard import EditError
from scenarios.workspace.corrections.finding_records import Located, locate
from scenarios.workspace.corrections.renaming import refuse_half_read
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened
from scenarios.workspace.writing import Written, write

_NAMED = 5
_INSTEAD = {
    "evidence": "scen retract {} keeps it, and it counts no longer",
    "forecasts": "scen forecast SCENARIO withdraw takes a figure back",
    "indicator": "scen edit takes it out of them",
    "scenario": "scen resolve {} annulled ends it",
    "source": "scen edit gives them another one",
}


def remove(root: Path, id: str, reason: str, how: How = AS_USUAL) -> tuple[Written, Located]:
    """Take away a record, or an indicator; the reason stays in the commit's subject alone.

    Refused where a figure counts it or another record names it: that would be gone too.
    """
    found: list[Located] = []

    def draft(opened: Opened) -> list[Draft]:
        located = locate(opened, id)
        found.append(located)
        refuse_unwritable(reason, "reason")
        if located.kind == "tracker":
            raise ScenError("the tracker is what all records rest on; nothing was written")
        rest = [*_resting(opened.database, located)]
        if rest:
            more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
            words = _INSTEAD["indicator" if located.indicator else located.kind]
            raise ScenError(
                f"{located.name} is what others rest on: {', '.join(rest[:_NAMED])}{more};"
                f" nothing was written; {words.format(located.id)}"
            )
        refuse_half_read(opened, located.name)
        data = opened.snapshot[located.path]
        return [Draft(located.path, data, _without(located, data))]

    def words(_written: Written) -> str:
        return f"remove: {found[-1].name}: {' '.join(reason.split())}"

    return write(root, draft, f"remove {id}", how, subject=words), found[-1]


def _without(located: Located, data: bytes) -> bytes | None:
    if not located.indicator:
        return None
    try:
        return unset(data, located.keys)
    except EditError as error:
        where = f"{located.path}:{error.line}:{error.column}"
        raise ScenError(f"nothing was written: {where}: {error}") from error


def _resting(database: Database, located: Located) -> Iterator[str]:
    """What names a record, and the figures that count it."""
    kind, id, indicator = located
    if indicator:
        for item_id, item in database.evidence.items():
            if (id, indicator) in map(indicator_key, item.indicators):
                yield path_of("evidence", item_id)
        return
    naming = {
        path_of(it.kind, it.id): None
        for it in references(database)
        if (it.of, it.name) == (kind, id) and (it.kind, it.id) != (kind, id)
    }
    yield from naming
    if kind == "evidence" and id in database.evidence:
        item = database.evidence[id]
        bears = [*item.ratings, *(indicator_key(text)[0] for text in item.indicators)]
        yield from (f"the figures of {scenario}" for scenario in dict.fromkeys(bears))
    if kind == "forecasts" and id in database.sheets:
        yield from (f"the forecasts of {it}" for it in database.sheets[id].probabilities)
