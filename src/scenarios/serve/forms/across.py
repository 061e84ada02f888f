"""An item rated across the row: what it shows, and how it bears on each scenario."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from scenarios import values
from scenarios.analysis.evidence.knowledge import ComparisonSet, rated_together, state
from scenarios.errors import ScenError
from scenarios.model import Database, Evidence, Indicator, Rating, ScenarioId
from scenarios.render.cells import scenario_or_row
from scenarios.serve.forms.form import ChoiceCell, ChoiceRow, FieldGroup, ParsedForm
from scenarios.values import owner_of
from scenarios.workspace.input import ratios, typed_in
from scenarios.workspace.opened import OpenDatabase

_STATES = (("", "–"), *((state, state) for state in typed_in.STATES))
CODES = (("", "–"), *((code, code) for code in values.CODES))
BOTH = "a code and a ratio: keep one"


def ratings_asked(
    database: Database, day: date, ratings: Mapping[ScenarioId, Rating] = {}
) -> tuple[ChoiceRow, ...]:
    """A row for each set and each tag, then for rated scenarios that were not open that day."""
    groups = [*rated_together(database, day), *_quantities(database, day)]
    inside = {id for group in groups for id in _names(database, group.ids)}
    others = [id for id in ratings if id not in inside]
    groups += [ComparisonSet("Not open on that day", others, is_set=False)] if others else []
    rows = []
    for group in groups:
        cells = tuple(_cell(database, id, ratings.get(id)) for id in _names(database, group.ids))
        note = "One of these happens. One that is left out counts as N." if group.is_set else ""
        rows.append(ChoiceRow(title=group.title, cells=cells, note=note))
    return tuple(rows)


def ratings_fixed(database: Database, id: str) -> tuple[ChoiceRow, ...]:
    """Its own scenario first, then its rivals; then the others that are open."""
    own = database.scenarios.get(id)
    rivals = database.members.get(own.set, ()) if own and own.set else ()
    first = [*dict.fromkeys(other for other in (id, *rivals) if other in database.scenarios)]
    others = [
        other
        for other, scenario in sorted(database.scenarios.items())
        if not (other in first or scenario.resolution)
    ]
    note = "A rival that is left out counts as N." if rivals else ""
    own_cells, other_cells = (
        tuple(_cell(database, id) for id in _names(database, ids)) for ids in (first, others)
    )
    rows = (ChoiceRow(title="If it happens", cells=own_cells, note=note),) if own else ()
    more = ChoiceRow(title="Other scenarios", cells=other_cells, folded=bool(own))
    return (*rows, more) if others else rows


def _quantities(database: Database, day: date) -> Iterator[ComparisonSet]:
    """The quantities that are open on a day, whose rows are rated: over 240, by 2026-12-31."""
    live = [id for id in database.quantities if state(database, id, day) in ("open", "overdue")]
    if live:
        yield ComparisonSet("How much, and by when", sorted(live), is_set=False)


def _names(database: Database, ids: Iterable[ScenarioId]) -> list[ScenarioId]:
    """The scenarios, and of each quantity its rows, which are rated instead."""
    names = list[ScenarioId]()
    for id in ids:
        quantity = database.scenarios[id].quantity if id in database.quantities else None
        names += quantity.rows(id) if quantity else (id,)
    return names


def words(database: Database) -> str:
    """The question that the codes answer, with their meanings."""
    scale = ratios.scale(database.tracker.decibans)
    return f"How expected is it if the scenario happens, against if it does not? {scale}."


def _cell(database: Database, id: ScenarioId, rating: Rating | None = None) -> ChoiceCell:
    is_known = owner_of(id) in database.scenarios
    return ChoiceCell(
        name=f"rate:{id}",
        ratio=f"ratio:{id}",
        label=scenario_or_row(id, database).title if is_known else id,
        about=id,
        options=CODES,
        value="" if rating is None else ratios.rating_text(rating),
    )


def indicators_asked(
    database: Database, day: date, states: Mapping[str, str] = {}
) -> tuple[ChoiceRow, ...]:
    """The indicators of the open scenarios, and those already chosen."""
    rows = []
    left = dict(states)
    for group in (*rated_together(database, day), *_quantities(database, day)):
        cells = [
            _state_cell(f"{id}/{name}", indicator, left.pop(f"{id}/{name}", ""))
            for id in group.ids
            for name, indicator in database.scenarios[id].indicators.items()
        ]
        if cells:
            rows.append(ChoiceRow(title=group.title, cells=tuple(cells), folded=True))
    others = []
    for key, shown in left.items():
        id, _, name = key.partition("/")
        scenario = database.scenarios.get(id)
        indicator = scenario.indicators.get(name) if scenario else None
        others.append(_state_cell(key, indicator, shown))
    rows += [ChoiceRow(title="Not open on that day", cells=tuple(others))] if others else []
    return tuple(rows)


def item_groups(
    database: Database, day: date, item: Evidence | None = None, more: str = ""
) -> tuple[FieldGroup, FieldGroup]:
    """The fields of an item: what it shows, and its effect on each scenario, as it is rated."""
    ratings, states = (item.ratings, item.indicators) if item else ({}, {})
    return (
        FieldGroup(title="What it shows", parts=indicators_asked(database, day, states)),
        FieldGroup(
            title="Effect on each scenario",
            note=words(database) + more,
            parts=ratings_asked(database, day, ratings),
        ),
    )


def _state_cell(key: str, indicator: Indicator | None, state: str) -> ChoiceCell:
    rates = (
        ", ".join(f"{id} {ratios.rating_text(rating)}" for id, rating in indicator.ratings.items())
        if indicator
        else ""
    )
    statement = indicator.statement if indicator else key
    hint = f"rates {rates}" if rates else ""
    return ChoiceCell(
        name=f"fires:{key}", label=statement, about=key, hint=hint, options=_STATES, value=state
    )


def ratings(reading: ParsedForm, opened: OpenDatabase) -> dict[ScenarioId, Any]:
    """The codes and ratios that were chosen, in the order of the form.

    A scenario that is unknown is a fault: an old page may name one that was renamed.
    """
    chosen, typed = reading.typed.under("rate"), reading.typed.under("ratio")
    for id in chosen.keys() & typed.keys():
        reading.fault(f"rate:{id}", BOTH)
    ratings: dict[ScenarioId, Any] = {}
    names = [name.partition(":") for name in reading.typed.texts]
    for id in dict.fromkeys(id for head, _, id in names if head in ("rate", "ratio")):
        if text := chosen.get(id) or typed.get(id):
            try:
                ratings[id] = typed_in.rating(text.strip())
                opened.refuse_unknown((id,), ())
            except ScenError as error:
                reading.fault(f"rate:{id}", str(error))
    return ratings


def states(reading: ParsedForm, opened: OpenDatabase) -> dict[str, str]:
    """The indicators that it shows, in the order of the form; one that is unknown is a fault."""

    def state(key: str, text: str) -> str:
        opened.refuse_unknown((), (key,))
        return typed_in.indicator_states([f"{key}={text}"])[key]

    return reading.under("fires", state)
