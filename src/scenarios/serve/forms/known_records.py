"""Which record somebody means, and which there are."""

from __future__ import annotations

from scenarios.errors import ScenError
from scenarios.serve.forms.fields import Field
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Typed
from scenarios.workspace.corrections.renaming import Located, locate
from scenarios.workspace.input.offers import newest, titled

_NEWEST = 200
_DATE = len("2022-02-07-")


def asked_for(by: Recorder, typed: Typed) -> Field:
    """The question for the record."""
    database = by.database
    known = [("tracker", "The conventions")]
    known += [*titled(database.scenarios), *titled(database.sources), *newest(database.evidence)]
    known += [(id, "A sheet") for id in sorted(database.sheets, reverse=True)[:_NEWEST]]
    return Field(
        name="id",
        label="Which record",
        hint="Its id; an indicator's is SCENARIO/INDICATOR.",
        needed=True,
        known=tuple(known),
        value=typed.one("id"),
    )


def found(by: Recorder, typed: Typed) -> Located | None:
    """The record that is meant; None where there is none such, or it must not be seen yet."""
    try:
        located = locate(by.opened, typed.one("id").strip())
    except ScenError:
        return None
    is_sheet = located.kind == "forecasts"
    is_others = is_sheet and located.id[_DATE:] != by.analyst
    return None if by.hidden and is_others else located
